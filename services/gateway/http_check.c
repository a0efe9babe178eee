#include "http_check.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

static const struct http_fault fine;

static bool is_named(const struct http_span *s, const char *name, size_t size) {
  return s->name_size == size && !strncasecmp(s->name, name, size);
}

static bool has_value(const struct http_span *s, const char *value) {
  size_t size = s->value_size;
  while (size && (s->value[size - 1] == ' ' || s->value[size - 1] == '\t')) size--;
  return size == strlen(value) && !strncasecmp(s->value, value, size);
}

static const struct http_span *find(const struct http_reader *r, const char *name) {
  size_t size = strlen(name);
  for (unsigned i = 0; i < r->span_count; i++)
    if (is_named(&r->spans[i], name, size)) return &r->spans[i];
  return NULL;
}

static struct http_fault check_version(const struct http_reader *r) {
  if (r->parser.http_major == 1 && r->parser.http_minor <= 1) return fine;
  return (struct http_fault){505, "Speak HTTP/1.1."};
}

// One space on either side of the target, where llhttp takes several. The head ends in "\r\n\r\n", and the shortest
// method has three letters, so the bytes around the target are there.
static struct http_fault check_line(const struct http_reader *r) {
  const char *before = r->target, *after = r->target + r->target_size;
  bool good = r->target_size && before[-1] == ' ' && before[-2] != ' ' && after[0] == ' ' && after[1] == 'H';
  return good ? fine : (struct http_fault){400, "The request line is malformed."};
}

// Only the origin form: a path and perhaps a query, in visible ASCII, without a fragment.
static struct http_fault check_target(const struct http_reader *r) {
  bool good = r->target_size && r->target[0] == '/';
  for (size_t i = 0; good && i < r->target_size; i++)
    good = r->target[i] > ' ' && r->target[i] < 0x7f && r->target[i] != '#';
  return good ? fine : (struct http_fault){400, "The target must be a path that begins with a slash."};
}

// Of these, two would leave open which one counts.
static struct http_fault check_once(const struct http_reader *r) {
  static const char *const names[] = {"host",   "content-length", "transfer-encoding",
                                      "expect", "authorization",  "content-type"};
  for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
    unsigned count = 0;
    for (unsigned i = 0; i < r->span_count; i++) count += is_named(&r->spans[i], names[n], strlen(names[n]));
    if (count > 1) return (struct http_fault){400, "A header field that may come once comes twice."};
  }
  return fine;
}

static struct http_fault check_host(const struct http_reader *r) {
  const struct http_span *host = find(r, "host");
  bool good = host && host->value_size;
  for (size_t i = 0; good && i < host->value_size; i++)
    good = isalnum((unsigned char)host->value[i]) || strchr(".-_:[] \t", host->value[i]);
  return good ? fine : (struct http_fault){400, "Send one Host header that names a host."};
}

static struct http_fault check_transfer(const struct http_reader *r) {
  const struct http_span *coding = find(r, "transfer-encoding");
  if (!coding) return fine;
  if (find(r, "content-length") || !r->parser.http_minor)
    return (struct http_fault){400, "Send Content-Length, or with HTTP/1.1 Transfer-Encoding, not both."};
  return has_value(coding, "chunked") ? fine : (struct http_fault){501, "Transfer-Encoding must be chunked."};
}

static struct http_fault check_length(const struct http_reader *r) {
  return r->content_length <= r->limits->body_bytes ? fine : (struct http_fault){413, "The body is too large."};
}

static struct http_fault check_expect(const struct http_reader *r) {
  const struct http_span *expect = find(r, "expect");
  if (!expect || !r->parser.http_minor || has_value(expect, "100-continue")) return fine;
  return (struct http_fault){417, "Only 100-continue can be expected."};
}

struct http_fault http_check(const struct http_reader *r) {
  static struct http_fault (*const checks[])(const struct http_reader *) = {
      check_version, check_line, check_target, check_once, check_host, check_transfer, check_length, check_expect,
  };
  for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
    struct http_fault fault = checks[i](r);
    if (fault.status) return fault;
  }
  return fine;
}
