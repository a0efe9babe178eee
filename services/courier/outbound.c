#include "outbound.h"
#include "log.h"
#include "mail.h"
#include "perform.h"
#include "text.h"
#include "webhook.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- configuration

// The part of a URL, to be freed with curl_free; NULL where it is not a URL or has no such part.
static char *url_part(const char *url, CURLUPart part) {
  CURLU *u = curl_url();
  char *text = NULL;
  if (!u) abort();
  if (curl_url_set(u, CURLUPART_URL, url, CURLU_NON_SUPPORT_SCHEME) || curl_url_get(u, part, &text, 0)) text = NULL;
  curl_url_cleanup(u);
  return text;
}

static bool is_here(const char *url) {
  char *host = url_part(url, CURLUPART_HOST);
  bool here = host && (!strcmp(host, "localhost") || !strcmp(host, "[::1]") || !strncmp(host, "127.", 4));
  curl_free(host);
  return here;
}

static bool has_scheme(const char *url, const char *plain, const char *encrypted) {
  char *scheme = url_part(url, CURLUPART_SCHEME);
  bool known = scheme && (!strcmp(scheme, plain) || !strcmp(scheme, encrypted));
  curl_free(scheme);
  return known;
}

static int fault(char *errors, size_t errors_bytes, const char *why) {
  snprintf(errors, errors_bytes, "%s", why);
  return -1;
}

// Reads a secret of at least so many characters.
static bool read_secret(const char *path, char *out, size_t size_bytes, size_t least) {
  return path && !config_read_file(path, out, size_bytes) && strlen(out) >= least;
}

static int load_sms(struct outbound *o, const struct config *config, char *errors, size_t errors_bytes) {
  if (text_is_empty(config->sms_url)) return 0;
  if (!has_scheme(config->sms_url, "http", "https"))
    return fault(errors, errors_bytes, "ALONGSIDE_SMS_URL must begin with https:// or http://");
  if (!is_here(config->sms_url) && strncmp(config->sms_url, "https://", 8) != 0)
    return fault(errors, errors_bytes, "ALONGSIDE_SMS_URL must begin with https://, unless it is on this machine");
  if (!read_secret(config->sms_key_file, o->sms_key, sizeof o->sms_key, 16))
    return fault(errors, errors_bytes, "ALONGSIDE_SMS_KEY_FILE must name a file with a key of 16 to 255 characters");
  o->sms_url = config->sms_url;
  return 0;
}

static int load_smtp(struct outbound *o, const struct config *config, char *errors, size_t errors_bytes) {
  if (text_is_empty(config->smtp_url)) return 0;
  if (!has_scheme(config->smtp_url, "smtp", "smtps"))
    return fault(errors, errors_bytes, "ALONGSIDE_SMTP_URL must begin with smtp:// or smtps://");
  if (!text_is_email(config->smtp_from))
    return fault(errors, errors_bytes, "ALONGSIDE_SMTP_FROM must be an e-mail address, without a name");
  if (config->smtp_user && !read_secret(config->smtp_password_file, o->smtp_password, sizeof o->smtp_password, 1))
    return fault(errors, errors_bytes, "ALONGSIDE_SMTP_PASSWORD_FILE must name a file with the password");
  o->smtp_url = config->smtp_url;
  o->smtp_from = config->smtp_from;
  o->smtp_user = config->smtp_user;
  o->smtp_here = is_here(config->smtp_url);
  return 0;
}

int outbound_load(struct outbound *o, const struct config *config, char *errors, size_t errors_bytes) {
  memset(o, 0, sizeof *o);
  if (load_sms(o, config, errors, errors_bytes)) return -1;
  return load_smtp(o, config, errors, errors_bytes);
}

// --- transfers

static void add_header(struct transfer *t, const char *line) {
  struct curl_slist *longer = curl_slist_append(t->headers, line);
  if (!longer) abort();
  t->headers = longer;
}

static size_t swallow(char *data, size_t size, size_t n, void *context) {
  (void)data;
  (void)context;
  return size * n;
}

static size_t read_body(char *out, size_t size, size_t n, void *context) {
  struct transfer *t = context;
  size_t bytes = t->body_bytes - t->sent_bytes;
  if (bytes > size * n) bytes = size * n;
  memcpy(out, t->body + t->sent_bytes, bytes);
  t->sent_bytes += bytes;
  return bytes;
}

static void prepare_common(struct transfer *t, const char *url, const char *protocols) {
  t->easy = curl_easy_init();
  if (!t->easy) abort();
  curl_easy_setopt(t->easy, CURLOPT_URL, url);
  curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, protocols);
  curl_easy_setopt(t->easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS, (long)PERFORM_CONNECT_MS);
  curl_easy_setopt(t->easy, CURLOPT_TIMEOUT_MS, (long)PERFORM_WHOLE_MS);
  curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, swallow);
  if (is_here(url)) curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
}

static const char *prepare_sms(const struct outbound *o, const MessageRequested *r, int64_t now_s, struct transfer *t) {
  if (!o->sms_url) return "no SMS gateway is configured";
  if (!text_is_telephone(r->outgoing->to)) return "the telephone number is not one";
  struct webhook w;
  webhook_write(&w, r->message_id, r->outgoing->to, r->outgoing->text, now_s, o->sms_key);
  prepare_common(t, o->sms_url, "http,https");
  t->body = w.body;
  t->body_bytes = strlen(w.body);
  add_header(t, "Content-Type: application/json");
  add_header(t, w.idempotency_key);
  add_header(t, w.timestamp);
  add_header(t, w.signature);
  add_header(t, "Expect:");
  curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers);
  curl_easy_setopt(t->easy, CURLOPT_POSTFIELDS, t->body);
  curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE, (long)t->body_bytes);
  return NULL;
}

static const char *prepare_mail(const struct outbound *o, const MessageRequested *r, int64_t now_s,
                                struct transfer *t) {
  if (!o->smtp_url) return "no mail server is configured";
  if (!text_is_email(r->outgoing->to)) return "the e-mail address is not one";
  t->body = mail_write(r->message_id, o->smtp_from, r->outgoing->to, r->outgoing->subject, r->outgoing->text, now_s);
  t->body_bytes = strlen(t->body);
  prepare_common(t, o->smtp_url, "smtp,smtps");
  t->recipients = curl_slist_append(NULL, r->outgoing->to);
  if (!t->recipients) abort();
  curl_easy_setopt(t->easy, CURLOPT_MAIL_FROM, o->smtp_from);
  curl_easy_setopt(t->easy, CURLOPT_MAIL_RCPT, t->recipients);
  curl_easy_setopt(t->easy, CURLOPT_USE_SSL, (long)(o->smtp_here ? CURLUSESSL_NONE : CURLUSESSL_ALL));
  curl_easy_setopt(t->easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(t->easy, CURLOPT_READFUNCTION, read_body);
  curl_easy_setopt(t->easy, CURLOPT_READDATA, t);
  curl_easy_setopt(t->easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)t->body_bytes);
  if (!o->smtp_user) return NULL;
  curl_easy_setopt(t->easy, CURLOPT_USERNAME, o->smtp_user);
  curl_easy_setopt(t->easy, CURLOPT_PASSWORD, o->smtp_password);
  return NULL;
}

// The message id goes into headers, so it must be what it says that it is.
const char *outbound_prepare(const struct outbound *o, const MessageRequested *request, int64_t now_s,
                             struct transfer *t) {
  memset(t, 0, sizeof *t);
  if (!text_is_uuid(request->message_id)) return "the message has no proper id";
  if (!request->outgoing || request->outgoing->seal) return "its text cannot be read";
  if (request->channel == CHANNEL__SMS) return prepare_sms(o, request, now_s, t);
  if (request->channel == CHANNEL__EMAIL) return prepare_mail(o, request, now_s, t);
  return "no channel is named";
}

void transfer_free(struct transfer *t) {
  curl_easy_cleanup(t->easy);
  curl_slist_free_all(t->headers);
  curl_slist_free_all(t->recipients);
  free(t->body);
  memset(t, 0, sizeof *t);
}

// --- verdicts

// Of the refusals by HTTP these may pass: timeout, conflict (it is being taken in), too early, too many.
static bool http_may_pass(long status) {
  return status >= 500 || status < 400 || status == 408 || status == 409 || status == 425 || status == 429;
}

static struct outbound_verdict judge_sms(long status, char *text, size_t text_bytes) {
  if (status >= 200 && status < 300) return (struct outbound_verdict){.taken = true};
  snprintf(text, text_bytes, "the SMS gateway answered %ld", status);
  return (struct outbound_verdict){.final = !http_may_pass(status), .failure = text};
}

// A wrong password or a server without encryption is our own fault, not the message's.
static bool smtp_is_final(CURLcode result, long code) {
  return code >= 500 && code < 600 && result != CURLE_LOGIN_DENIED && result != CURLE_USE_SSL_FAILED;
}

struct outbound_verdict outbound_judge(Channel channel, CURLcode result, CURL *easy, char *text, size_t text_bytes) {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  if (!result && channel == CHANNEL__SMS) return judge_sms(code, text, text_bytes);
  if (!result) return (struct outbound_verdict){.taken = true};
  const char *who = channel == CHANNEL__SMS ? "the SMS gateway" : "the mail server";
  if (channel == CHANNEL__EMAIL && code >= 400)
    snprintf(text, text_bytes, "%s answered %ld", who, code);
  else
    snprintf(text, text_bytes, "%s could not be reached: %s", who, curl_easy_strerror(result));
  return (struct outbound_verdict){.final = channel == CHANNEL__EMAIL && smtp_is_final(result, code), .failure = text};
}
