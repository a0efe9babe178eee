#include "http_reader.h"
#include "http_check.h"
#include "http_scan.h"
#include <ctype.h>
#include <stdlib.h>
#include <assert.h>
#include <string.h>

enum {
  BODY_INLINE_BYTES = 64 << 10
}; // a body up to this lies in the allocation of its request

struct http_exchange *http_exchange_new(unsigned field_count, size_t extra_bytes) {
  size_t size = sizeof(struct http_exchange) + field_count * sizeof(struct http_field);
  struct http_exchange *x = malloc(size + extra_bytes);
  if (!x) abort();
  memset(x, 0, sizeof *x);
  static char empty[1];
  x->request =
      (struct http_request){.method = "GET", .path = empty, .query = empty, .body = empty, .address = x->address};
  x->field_count = field_count;
  return x;
}

void http_exchange_free(struct http_exchange *x) {
  if (!x) return;
  if (x->owns_body) free(x->request.body);
  http_bytes_free(&x->answer);
  free(x);
}

const char *http_header(const struct http_request *r, const char *name) {
  const struct http_exchange *x = (const struct http_exchange *)r;
  for (unsigned i = 0; i < x->field_count; i++)
    if (!strcmp(x->fields[i].name, name)) return x->fields[i].value;
  return NULL;
}

static int refuse(struct http_reader *r, int status, const char *detail) {
  r->fault = (struct http_fault){status, detail};
  return HPE_USER;
}

// The callbacks of llhttp. A head is parsed in one call, so a span that comes in pieces comes in adjoining ones.

static int on_url(llhttp_t *p, const char *at, size_t size) {
  struct http_reader *r = p->data;
  if (!r->target) r->target = at;
  r->target_size = (size_t)(at + size - r->target);
  return 0;
}

static int on_field(llhttp_t *p, const char *at, size_t size) {
  struct http_reader *r = p->data;
  if (r->head_done) return refuse(r, 400, "Trailers after a chunked body are not taken.");
  struct http_span *last = r->span_count ? &r->spans[r->span_count - 1] : NULL;
  if (last && last->name + last->name_size == at) {
    last->name_size += size;
    return 0;
  }
  if (r->span_count == r->limits->header_count) return refuse(r, 431, "Send fewer header fields.");
  assert(r->spans);
  r->spans[r->span_count++] = (struct http_span){.name = at, .name_size = size};
  return 0;
}

static int on_value(llhttp_t *p, const char *at, size_t size) {
  struct http_reader *r = p->data;
  if (r->head_done || !r->span_count) return refuse(r, 400, "Trailers after a chunked body are not taken.");
  struct http_span *last = &r->spans[r->span_count - 1];
  if (!last->value) last->value = at;
  last->value_size = (size_t)(at + size - last->value);
  return 0;
}

// An upgrade is ignored by taking back what llhttp concluded from the headers, before it acts on it.
static int on_head(llhttp_t *p) {
  struct http_reader *r = p->data;
  p->upgrade = 0;
  r->head_done = true;
  r->chunked = p->flags & F_CHUNKED;
  r->content_length = p->flags & F_CONTENT_LENGTH ? p->content_length : 0;
  r->keep_alive = llhttp_should_keep_alive(p);
  r->fault = http_check(r);
  return r->fault.status ? -1 : 0;
}

static bool fits_body(const struct http_reader *r, uint64_t more) {
  size_t have = r->current ? r->current->request.body_bytes : 0;
  return more <= r->limits->body_bytes - have;
}

static int on_chunk(llhttp_t *p) {
  struct http_reader *r = p->data;
  return fits_body(r, p->content_length) ? 0 : refuse(r, 413, "The body is too large.");
}

static int on_chunk_extension(llhttp_t *p, const char *at, size_t size) {
  (void)at, (void)size;
  return refuse(p->data, 400, "Chunk extensions are not taken.");
}

static void grow_body(struct http_exchange *x, size_t more) {
  size_t need = x->request.body_bytes + more + 1, capacity = x->body_capacity ? x->body_capacity : 4096;
  if (need <= x->body_capacity) return;
  while (capacity < need) capacity *= 2;
  char *body = realloc(x->owns_body ? x->request.body : NULL, capacity);
  if (!body) abort();
  x->request.body = body;
  x->body_capacity = capacity;
  x->owns_body = true;
}

static int on_body(llhttp_t *p, const char *at, size_t size) {
  struct http_reader *r = p->data;
  struct http_exchange *x = r->current;
  if (!fits_body(r, size)) return refuse(r, 413, "The body is too large.");
  grow_body(x, size);
  memcpy(x->request.body + x->request.body_bytes, at, size);
  x->request.body_bytes += size;
  x->request.body[x->request.body_bytes] = 0;
  return 0;
}

static int on_done(llhttp_t *p) {
  ((struct http_reader *)p->data)->done = true;
  return HPE_PAUSED;
}

static const llhttp_settings_t settings = {
    .on_url = on_url,
    .on_header_field = on_field,
    .on_header_value = on_value,
    .on_headers_complete = on_head,
    .on_chunk_header = on_chunk,
    .on_chunk_extension_name = on_chunk_extension,
    .on_body = on_body,
    .on_message_complete = on_done,
};

static const struct {
  llhttp_errno_t error;
  int status;
  const char *detail;
} faults[] = {
    {HPE_INVALID_METHOD, 501, "The method is not known."},
    {HPE_INVALID_VERSION, 505, "Speak HTTP/1.1."},
    {HPE_PAUSED_H2_UPGRADE, 505, "Speak HTTP/1.1."},
    {HPE_INVALID_URL, 400, "The target must be a path that begins with a slash."},
    {HPE_INVALID_HEADER_TOKEN, 400, "A header field is malformed."},
    {HPE_UNEXPECTED_CONTENT_LENGTH, 400, "Send one Content-Length, or Transfer-Encoding, not both."},
    {HPE_INVALID_CONTENT_LENGTH, 400, "Content-Length must be a number."},
    {HPE_INVALID_TRANSFER_ENCODING, 400, "Transfer-Encoding must be chunked."},
    {HPE_INVALID_CHUNK_SIZE, 400, "The size of a chunk is malformed."},
};

static enum http_read failed(struct http_reader *r, llhttp_errno_t error) {
  if (r->fault.status) return HTTP_READ_REFUSED;
  r->fault = (struct http_fault){400, "The request is malformed."};
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
    if (faults[i].error == error) r->fault = (struct http_fault){faults[i].status, faults[i].detail};
  return HTTP_READ_REFUSED;
}

void http_reader_init(struct http_reader *r, const struct http_limits *limits, struct http_span *spans) {
  *r = (struct http_reader){.limits = limits, .spans = spans};
}

void http_reader_deinit(struct http_reader *r) {
  http_exchange_free(r->current);
}

// A text of the parsed head, moved to where the head has been copied, and ended with a NUL. What is overwritten is the
// delimiter after it.
static char *moved(const char *text, size_t size, const char *from, char *to) {
  if (!size) return to - 1; // llhttp finds an empty value at the beginning of the next line
  char *at = to + (text - from);
  while (size && (at[size - 1] == ' ' || at[size - 1] == '\t')) size--;
  at[size] = 0;
  return at;
}

static void take_fields(struct http_exchange *x, const struct http_reader *r, const char *head, char *copy) {
  for (unsigned i = 0; i < r->span_count; i++) {
    const struct http_span *s = &r->spans[i];
    char *name = moved(s->name, s->name_size, head, copy);
    for (char *c = name; *c; c++) *c = (char)tolower((unsigned char)*c);
    x->fields[i] = (struct http_field){name, moved(s->value, s->value_size, head, copy)};
  }
}

static void take_target(struct http_exchange *x, const struct http_reader *r, const char *head, char *copy) {
  x->request.path = moved(r->target, r->target_size, head, copy);
  char *query = strchr(x->request.path, '?');
  if (!query) return;
  *query = 0;
  x->request.query = query + 1;
}

// One allocation: the exchange, its fields, a NUL for empty values, the head, the body and its NUL.
static void take_head(struct http_reader *r, const char *head, size_t size) {
  size_t body = r->content_length <= BODY_INLINE_BYTES ? (size_t)r->content_length : 0;
  struct http_exchange *x = http_exchange_new(r->span_count, size + body + 2);
  char *copy = (char *)&x->fields[r->span_count] + 1;
  copy[-1] = 0;
  memcpy(copy, head, size);
  take_fields(x, r, head, copy);
  take_target(x, r, head, copy);
  const char *expect = http_header(&x->request, "expect");
  x->request.method = llhttp_method_name((llhttp_method_t)r->parser.method);
  x->request.body = copy + size;
  x->request.body[0] = 0;
  x->body_capacity = body + 1;
  x->keep_alive = r->keep_alive;
  x->is_head = r->parser.method == HTTP_HEAD;
  x->is_http_1_0 = !r->parser.http_minor;
  x->expects_continue = expect && !x->is_http_1_0 && !r->done;
  r->current = x;
}

static enum http_read read_head(struct http_reader *r, const char *head, size_t size) {
  r->target = NULL;
  r->span_count = 0;
  r->head_done = r->done = false;
  llhttp_init(&r->parser, HTTP_REQUEST, &settings);
  r->parser.data = r;
  llhttp_errno_t error = llhttp_execute(&r->parser, head, size);
  if (error != HPE_OK && error != HPE_PAUSED) return failed(r, error);
  // The one head that llhttp finds unfinished is the preface of HTTP/2.
  if (!r->head_done) return failed(r, HPE_PAUSED_H2_UPGRADE);
  take_head(r, head, size);
  return HTTP_READ_MORE;
}

static enum http_read too_long(struct http_reader *r, const char *bytes, size_t size) {
  if (memchr(bytes, '\n', size < r->limits->header_bytes ? size : r->limits->header_bytes))
    refuse(r, 431, "The header fields are too long.");
  else
    refuse(r, 414, "The target is too long.");
  return HTTP_READ_REFUSED;
}

static enum http_read find_head(struct http_reader *r, const char *bytes, size_t size, size_t *used) {
  enum http_scan scan = http_scan(bytes, size, &r->scanned);
  if (scan == HTTP_SCAN_REFUSED) {
    refuse(r, 400, "The head of the request is malformed.");
    return HTTP_READ_REFUSED;
  }
  if (r->scanned > r->limits->header_bytes) return too_long(r, bytes, size);
  if (scan == HTTP_SCAN_MORE) return HTTP_READ_MORE;
  *used += r->scanned;
  size = r->scanned;
  r->scanned = 0;
  return read_head(r, bytes, size);
}

static enum http_read read_body(struct http_reader *r, const char *bytes, size_t size, size_t *used) {
  llhttp_resume(&r->parser);
  llhttp_errno_t error = llhttp_execute(&r->parser, bytes, size);
  if (error != HPE_OK && error != HPE_PAUSED) return failed(r, error);
  *used += r->done ? (size_t)(llhttp_get_error_pos(&r->parser) - bytes) : size;
  return HTTP_READ_MORE;
}

// Empty lines before a request are skipped, as RFC 9112, 2.2 asks; they begin nothing.
static size_t empty_lines(struct http_reader *r, const char *bytes, size_t size) {
  size_t at = 0;
  while (r->scanned < 2 && size - at >= 2 && bytes[at] == '\r' && bytes[at + 1] == '\n') at += 2;
  if (at) r->scanned = 0;
  return at;
}

enum http_read http_reader_feed(struct http_reader *r, const char *bytes, size_t size_bytes, size_t *used,
                                struct http_exchange **out) {
  *used = r->current ? 0 : empty_lines(r, bytes, size_bytes);
  enum http_read result = HTTP_READ_MORE;
  if (!r->current) result = find_head(r, bytes + *used, size_bytes - *used, used);
  if (result == HTTP_READ_MORE && r->current && !r->done && *used < size_bytes)
    result = read_body(r, bytes + *used, size_bytes - *used, used);
  if (result == HTTP_READ_REFUSED || !r->current || !r->done) return result;
  *out = r->current;
  r->current = NULL;
  return HTTP_READ_WHOLE;
}
