#include "commit.h"
#include "index.h"
#include <assert.h>
#include <string.h>

enum {
  HEADER_BYTES = 11,
  RECORD_BYTES = 9
};

static uint8_t *put16(uint8_t *to, size_t number) {
  assert(number <= UINT16_MAX);
  *to++ = (uint8_t)(number >> 8);
  *to++ = (uint8_t)number;
  return to;
}

static uint8_t *put64(uint8_t *to, uint64_t number) {
  number = __builtin_bswap64(number);
  memcpy(to, &number, 8);
  return to + 8;
}

static size_t size_of(const struct store_change *c) {
  size_t bytes = c->events.size_bytes + c->audit.size_bytes;
  for (size_t i = 0; i < c->n_records; i++) {
    if (c->records[i].then == STORE_PUT) bytes += c->records[i].value.size_bytes;
  }
  return bytes;
}

// How many of the changes make one batch: at least one.
static size_t batch_of(struct store_change *const *changes, size_t n) {
  size_t bytes = size_of(changes[0]), taken = 1;
  while (taken < n && taken < COMMIT_CHANGES && bytes < COMMIT_BYTES) bytes += size_of(changes[taken++]);
  return taken;
}

struct areas {
  const char *names[COMMIT_CHANGES];
  size_t n;
};

// The area's number from 1, after its first mention.
static uint8_t number_of(struct areas *areas, const char *area) {
  size_t i = 0;
  while (i < areas->n && strcmp(areas->names[i], area) != 0) i++;
  if (i == areas->n) areas->names[areas->n++] = area;
  return (uint8_t)(i + 1);
}

static size_t args_of(const struct store_change *c) {
  size_t n = 3 * (c->n_timers + c->n_indexes) + (c->n_events > 0) + (c->n_audit > 0);
  for (size_t i = 0; i < c->n_records; i++) n += c->records[i].then == STORE_PUT;
  return n;
}

static void header(struct resp *out, const struct store_change *c, uint8_t area) {
  uint8_t *to = resp_space(out, HEADER_BYTES + RECORD_BYTES * c->n_records);
  *to++ = area;
  to = put16(to, c->n_records);
  to = put16(to, c->n_timers + c->n_indexes);
  to = put16(to, c->n_events);
  to = put16(to, c->n_audit);
  to = put16(to, args_of(c));
  for (size_t i = 0; i < c->n_records; i++) {
    *to++ = (uint8_t)c->records[i].then;
    to = put64(to, c->records[i].seen_version);
  }
}

static void scores(struct resp *out, const char *service, const struct store_change *c) {
  for (size_t i = 0; i < c->n_timers; i++) {
    resp_key(out, c->area, "timers:", service, strlen(service));
    resp_text(out, c->timers[i].name);
    if (c->timers[i].due_at_ms)
      resp_number(out, c->timers[i].due_at_ms);
    else
      resp_text(out, "");
  }
  for (size_t i = 0; i < c->n_indexes; i++) {
    index_key(out, c->area, c->indexes[i].index);
    index_member(out, c->indexes[i].index, c->indexes[i].member);
    resp_text(out, c->indexes[i].remove ? "" : "0");
  }
}

static void arguments(struct resp *out, const char *service, const struct store_change *c) {
  for (size_t i = 0; i < c->n_records; i++) {
    if (c->records[i].then != STORE_PUT) continue;
    assert(c->records[i].value.size_bytes >= 8);
    resp_arg(out, c->records[i].value.data, c->records[i].value.size_bytes);
  }
  scores(out, service, c);
  if (c->n_events) resp_arg(out, c->events.data, c->events.size_bytes);
  if (c->n_audit) resp_arg(out, c->audit.data, c->audit.size_bytes);
}

static void keys(struct resp *out, struct store_change *const *changes, size_t n) {
  size_t n_keys = 0;
  for (size_t c = 0; c < n; c++) n_keys += changes[c]->n_records;
  resp_number(out, (int64_t)n_keys);
  for (size_t c = 0; c < n; c++) {
    for (size_t i = 0; i < changes[c]->n_records; i++) resp_text(out, changes[c]->records[i].key);
  }
}

size_t commit_encode(struct resp *out, const char *service, struct store_change *const *changes, size_t n) {
  n = batch_of(changes, n);
  struct areas areas = {.n = 0};
  uint8_t numbers[COMMIT_CHANGES];
  for (size_t c = 0; c < n; c++) numbers[c] = number_of(&areas, changes[c]->area);
  resp_begin(out);
  resp_text(out, "FCALL");
  resp_text(out, "commit");
  keys(out, changes, n);
  resp_number(out, (int64_t)areas.n);
  for (size_t i = 0; i < areas.n; i++) resp_text(out, areas.names[i]);
  for (size_t c = 0; c < n; c++) {
    header(out, changes[c], numbers[c]);
    arguments(out, service, changes[c]);
  }
  return n;
}
