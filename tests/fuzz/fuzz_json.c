// Bytes as the JSON of a RecordSession: what is read, written and read again is the same message; and what jansson, an
// independent reader, does not take for JSON is refused.
#include "intake.pb-c.h"
#include "json.h"
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static uint8_t *pack(struct arena *a, const RecordSession *r, size_t *size_bytes) {
  *size_bytes = record_session__get_packed_size(r);
  uint8_t *bytes = arena_take(a, *size_bytes);
  record_session__pack(r, bytes);
  return bytes;
}

static void assert_same(struct arena *a, const RecordSession *one, const RecordSession *other) {
  size_t one_bytes, other_bytes;
  const uint8_t *one_packed = pack(a, one, &one_bytes), *other_packed = pack(a, other, &other_bytes);
  if (one_bytes != other_bytes || memcmp(one_packed, other_packed, one_bytes)) abort();
  // What we pack, our own services must be able to unpack.
  if (!arena_unpack(a, &record_session__descriptor, one_packed, one_bytes)) abort();
}

// Whole numbers beyond 64 bits are JSON, too: a field of type double takes them.
static int is_json(const char *text, size_t size_bytes) {
  json_error_t error;
  json_t *value = json_loadb(text, size_bytes, JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL, &error);
  if (value) json_decref(value);
  return value != NULL;
}

static void check_message(struct arena *a, const RecordSession *first) {
  struct buffer written = {0};
  void *second = NULL;
  json_write(&written, &first->base);
  if (!is_json(written.data, written.size_bytes)) abort();
  if (err_is(json_read(a, &record_session__descriptor, written.data, written.size_bytes, &second))) abort();
  assert_same(a, first, second);
  buffer_free(&written);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  struct arena a;
  arena_init(&a, ARENA_CAP_BYTES);
  void *message = NULL;
  struct err err = json_read(&a, &record_session__descriptor, (const char *)data, size_bytes, &message);
  if (err_is(err)) {
    if (!err.field || !err.why || message) abort();
  } else {
    if (!is_json((const char *)data, size_bytes)) abort();
    check_message(&a, message);
  }
  arena_deinit(&a);
  return 0;
}
