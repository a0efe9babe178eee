#include "http_answer.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const struct {
  int status;
  const char *reason;
} reasons[] = {
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {207, "Multi-Status"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

// A page runs its own scripts and styles, speaks to this origin, shares its window with no other, and is shown in no
// frame. `data:` is for the empty icon, without which browsers ask for one.
static const char page_headers[] =
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"
    "Cross-Origin-Opener-Policy: same-origin\r\n"
    "X-Frame-Options: DENY\r\n"
    "Permissions-Policy: camera=(), geolocation=(), microphone=(), payment=(), usb=()\r\n";

// A script that serves a page from the background, as a worker, may read what it serves from this origin.
static const char script_headers[] =
    "Content-Security-Policy: default-src 'none'; connect-src 'self'; frame-ancestors 'none'\r\n";

// Whatever else a browser is made to open as a page of its own does nothing.
static const char other_headers[] = "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n";

static const char secure_headers[] = "Strict-Transport-Security: max-age=31536000\r\n";

char *http_bytes_reserve(struct http_bytes *b, size_t more) {
  if (b->capacity - b->size < more) {
    size_t capacity = b->capacity ? b->capacity : 512;
    while (capacity - b->size < more) capacity *= 2;
    b->data = realloc(b->data, capacity);
    if (!b->data) abort();
    b->capacity = capacity;
  }
  return b->data + b->size;
}

void http_bytes_add(struct http_bytes *b, const void *data, size_t size_bytes) {
  if (!size_bytes) return;
  memcpy(http_bytes_reserve(b, size_bytes), data, size_bytes);
  b->size += size_bytes;
}

void http_bytes_drop(struct http_bytes *b, size_t size_bytes) {
  assert(size_bytes <= b->size);
  b->size -= size_bytes;
  if (b->size && size_bytes) memmove(b->data, b->data + size_bytes, b->size);
}

void http_bytes_free(struct http_bytes *b) {
  free(b->data);
  *b = (struct http_bytes){0};
}

static void add_text(struct http_bytes *b, const char *text) {
  http_bytes_add(b, text, strlen(text));
}

void http_clock_set(struct http_clock *k, time_t now) {
  if (k->size && k->second == now) return;
  struct tm parts;
  char date[64];
  gmtime_r(&now, &parts);
  strftime(date, sizeof date, "%a, %d %b %Y %H:%M:%S GMT", &parts);
  k->second = now;
  k->size = (size_t)snprintf(k->lines, sizeof k->lines,
                             "Date: %s\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n"
                             "Cross-Origin-Resource-Policy: same-origin\r\n",
                             date);
}

const char *http_reason(int status) {
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    if (reasons[i].status == status) return reasons[i].reason;
  return "";
}

static void add_number(struct http_bytes *b, size_t number) {
  char digits[24], *p = digits + sizeof digits;
  do *--p = (char)('0' + number % 10);
  while (number /= 10);
  http_bytes_add(b, p, (size_t)(digits + sizeof digits - p));
}

static void add_status(struct http_bytes *out, int status) {
  add_text(out, "HTTP/1.1 ");
  add_number(out, (size_t)status);
  add_text(out, " ");
  add_text(out, http_reason(status));
  add_text(out, "\r\n");
}

static bool has_cache_control(const char *headers) {
  static const char name[] = "Cache-Control:";
  if (!headers) return false;
  return !strncasecmp(headers, name, sizeof name - 1) || strcasestr(headers, "\nCache-Control:");
}

static void add_type(struct http_bytes *out, const char *type) {
  if (!type) return;
  add_text(out, "Content-Type: ");
  add_text(out, type);
  add_text(out, "\r\n");
  if (!strncmp(type, "text/html", 9))
    http_bytes_add(out, page_headers, sizeof page_headers - 1);
  else if (!strncmp(type, "text/javascript", 15))
    http_bytes_add(out, script_headers, sizeof script_headers - 1);
  else
    http_bytes_add(out, other_headers, sizeof other_headers - 1);
}

// 204 and 304 never have a body, and so no length of one (RFC 9110, 8.6).
static bool is_bodiless(int status) {
  return status == 204 || status == 304;
}

static void add_length(struct http_bytes *out, const struct http_answer *a) {
  if (a->chunked) add_text(out, "Transfer-Encoding: chunked\r\n");
  if (a->streamed || is_bodiless(a->status)) return;
  add_text(out, "Content-Length: ");
  add_number(out, a->body_bytes);
  add_text(out, "\r\n");
}

static void add_connection(struct http_bytes *out, const struct http_answer *a) {
  if (a->close) add_text(out, "Connection: close\r\n");
  if (!a->close && a->is_http_1_0) add_text(out, "Connection: keep-alive\r\n");
}

void http_answer_write(struct http_bytes *out, const struct http_answer *a, const struct http_clock *k) {
  http_bytes_reserve(out, 1024 + a->body_bytes);
  add_status(out, a->status);
  http_bytes_add(out, k->lines, k->size);
  if (a->is_secure) http_bytes_add(out, secure_headers, sizeof secure_headers - 1);
  add_type(out, a->content_type);
  if (!has_cache_control(a->headers)) add_text(out, "Cache-Control: no-store\r\n");
  if (a->headers) add_text(out, a->headers);
  add_length(out, a);
  add_connection(out, a);
  add_text(out, "\r\n");
  if (!a->without_body && !is_bodiless(a->status)) http_bytes_add(out, a->body, a->body_bytes);
}

void http_answer_problem(struct http_bytes *out, int status, const char *detail, bool without_body,
                         const struct http_clock *k) {
  char body[512];
  int size = snprintf(body, sizeof body, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":\"%s\"}",
                      http_reason(status), status, detail);
  assert(size > 0 && (size_t)size < sizeof body);
  http_answer_write(out,
                    &(struct http_answer){.status = status,
                                          .content_type = "application/problem+json",
                                          .headers = status == 503 ? "Retry-After: 1\r\n" : NULL,
                                          .body = body,
                                          .body_bytes = (size_t)size,
                                          .without_body = without_body,
                                          .close = true},
                    k);
}
