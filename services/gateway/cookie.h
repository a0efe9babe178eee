// The cookie of a phone that a mentor is signed in on (MentorPhone in proto/matching.proto):
// `__Host-alongside=<area>.<mentor id>.<phone id>.<43 characters of base64url>`. Its name has browsers take it from
// this host only, for all of it and over TLS (or from this machine itself).
//
// A browser sends it along with every request, those that other sites have it make included. So it counts only beside
// the header `X-Alongside`, which the browser lets no other site set.
#pragma once
#include "json.h"
#include "http.h"
#include <stdbool.h>
#include <stdint.h>

enum {
  COOKIE_BYTES = 160, // the longest one, with its NUL
  COOKIE_HASH_BYTES = 32
};

struct cookie {
  char area[33], mentor_id[37], phone_id[33];
  uint8_t hash[COOKIE_HASH_BYTES]; // of its secret
};
// False: it is none of ours.
bool cookie_parse(const char *text, struct cookie *out);
// The cookie that the request holds. False: none, or without the header.
bool cookie_of(const struct http_request *r, char out[COOKIE_BYTES]);
// Appends the header line that sets it; an empty text takes it away.
void cookie_set(struct buffer *headers, const char *text);
