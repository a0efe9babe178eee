// Where messages go, as configured, and how one becomes a libcurl transfer.
#pragma once
#include "config.h"
#include "courier.pb-c.h"
#include <curl/curl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct outbound {
  const char *sms_url, *smtp_url, *smtp_from, *smtp_user; // borrowed from the configuration; NULL: not configured
  char sms_key[256], smtp_password[256];
  bool smtp_here; // the mail server is on this machine: no encryption is asked for
};
// Reads the files of secrets and checks the addresses. On a fault answers -1 with a sentence that names the variable.
int outbound_load(struct outbound *o, const struct config *config, char *errors, size_t errors_bytes);

// A copy of what one transfer sends. Owned by its job.
struct transfer {
  CURL *easy;
  struct curl_slist *headers, *recipients;
  char *body;
  size_t body_bytes, sent_bytes;
};
// Prepares the transfer of a message at `now_s` (seconds since 1970). NULL, or why it can never be sent.
const char *outbound_prepare(const struct outbound *o, const MessageRequested *request, int64_t now_s,
                             struct transfer *t);
void transfer_free(struct transfer *t);

// What an ended transfer means. `failure` is static or written to `text`.
struct outbound_verdict {
  bool taken, final;
  const char *failure;
};
struct outbound_verdict outbound_judge(Channel channel, CURLcode result, CURL *easy, char *text, size_t text_bytes);
