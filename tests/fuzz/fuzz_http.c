// links: gateway
//
// Any bytes, fed to the reader of HTTP requests: nothing crashes, no bound is passed, and the same bytes give the same
// requests however they are cut into pieces. The first byte says how large the pieces are.
#include "http_reader.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
  HEADERS = 8
};

static const struct http_limits limits = {.header_bytes = 512, .header_count = HEADERS, .body_bytes = 1024};

// What a run over the bytes saw. FNV-1a over every part of every request, with the NUL that ends it.
struct outcome {
  unsigned requests;
  bool refused;
  uint64_t digest;
};

static void digest(struct outcome *o, const char *bytes, size_t size) {
  for (size_t i = 0; i < size; i++) o->digest = (o->digest ^ (unsigned char)bytes[i]) * 1099511628211u;
}

static void digest_text(struct outcome *o, const char *text) {
  digest(o, text, strlen(text) + 1);
}

static void note(struct outcome *o, struct http_exchange *x) {
  const struct http_request *r = &x->request;
  assert(r->path[0] == '/' && r->body_bytes <= limits.body_bytes && r->body[r->body_bytes] == 0);
  assert(x->field_count <= HEADERS && http_header(r, "host"));
  assert(!http_header(r, "content-length") || !http_header(r, "transfer-encoding"));
  o->requests++;
  digest_text(o, r->method);
  digest_text(o, r->path);
  digest_text(o, r->query);
  for (unsigned i = 0; i < x->field_count; i++) {
    digest_text(o, x->fields[i].name);
    digest_text(o, x->fields[i].value);
  }
  digest(o, r->body, r->body_bytes);
  http_exchange_free(x);
}

// Every piece lies in an allocation of its own size, so that reading past what has arrived is found.
static struct outcome run(const char *bytes, size_t size, size_t piece) {
  struct http_span spans[HEADERS];
  struct http_reader reader;
  struct http_bytes held = {0};
  struct outcome o = {0};
  http_reader_init(&reader, &limits, spans);
  for (size_t at = 0; at < size && !o.refused; at += piece) {
    http_bytes_add(&held, bytes + at, size - at < piece ? size - at : piece);
    enum http_read result = HTTP_READ_WHOLE;
    while (held.size && result == HTTP_READ_WHOLE) {
      struct http_exchange *x = NULL;
      size_t used = 0;
      char *exact = malloc(held.size);
      memcpy(exact, held.data, held.size);
      result = http_reader_feed(&reader, exact, held.size, &used, &x);
      free(exact);
      http_bytes_drop(&held, used);
      if (result == HTTP_READ_WHOLE) note(&o, x);
    }
    o.refused = result == HTTP_READ_REFUSED;
    assert(o.refused == (reader.fault.status >= 400));
  }
  http_reader_deinit(&reader);
  http_bytes_free(&held);
  return o;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  if (!size) return 0;
  const char *bytes = (const char *)data + 1;
  struct outcome whole = run(bytes, size - 1, size), pieces = run(bytes, size - 1, 1 + data[0] % 64);
  assert(whole.requests == pieces.requests && whole.refused == pieces.refused && whole.digest == pieces.digest);
  return 0;
}
