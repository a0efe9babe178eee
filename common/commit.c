#include "commit.h"
#include "index.h"
#include <assert.h>
#include <string.h>

enum {
  HEADER_BYTES = 21,
  VERSION_BYTES = 8
};

static uint8_t *put16(uint8_t *to, size_t number) {
  assert(number <= UINT16_MAX);
  *to++ = (uint8_t)(number >> 8);
  *to++ = (uint8_t)number;
  return to;
}

static uint8_t *put32(uint8_t *to, size_t number) {
  assert(number <= UINT32_MAX);
  return put16(put16(to, number >> 16), number & UINT16_MAX);
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

struct batch {
  struct store_change *const *changes;
  size_t n;
  uint8_t area_of[COMMIT_CHANGES]; // by change: the area's number from 1
  const char *areas[COMMIT_CHANGES];
  size_t n_areas;
};

// The area's number from 1, after its first mention.
static uint8_t number_of(struct batch *b, const char *area) {
  size_t i = 0;
  while (i < b->n_areas && strcmp(b->areas[i], area) != 0) i++;
  if (i == b->n_areas) b->areas[b->n_areas++] = area;
  return (uint8_t)(i + 1);
}

// In the order of a batch.
static const int becomes[] = {STORE_PUT, STORE_DELETE, STORE_KEEP};
enum {
  BECOMES = sizeof becomes / sizeof *becomes
};

static size_t count(const struct store_change *c, int then) {
  size_t n = 0;
  for (size_t i = 0; i < c->n_records; i++) n += (int)c->records[i].then == then;
  return n;
}

static uint8_t *put_versions(uint8_t *to, const struct store_change *c, int then) {
  for (size_t i = 0; i < c->n_records; i++) {
    if ((int)c->records[i].then == then) to = put64(to, c->records[i].seen_version);
  }
  return to;
}

static struct bytes events_of(const struct store_change *c) {
  return c->n_events ? c->events : (struct bytes){NULL, 0};
}

static struct bytes audit_of(const struct store_change *c) {
  return c->n_audit ? c->audit : (struct bytes){NULL, 0};
}

static void header(struct resp *out, const struct store_change *c, uint8_t area) {
  uint8_t *to = resp_space(out, HEADER_BYTES + VERSION_BYTES * c->n_records);
  *to++ = area;
  to = put16(to, c->n_records);
  to = put16(to, count(c, STORE_PUT));
  to = put16(to, count(c, STORE_DELETE));
  to = put16(to, c->n_timers + c->n_indexes);
  to = put16(to, c->n_events);
  to = put16(to, c->n_audit);
  to = put32(to, events_of(c).size_bytes);
  to = put32(to, audit_of(c).size_bytes);
  for (int i = 0; i < BECOMES; i++) to = put_versions(to, c, becomes[i]);
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
}

static void keys_of(struct resp *out, const struct store_change *c, int then) {
  for (size_t i = 0; i < c->n_records; i++) {
    if ((int)c->records[i].then == then) resp_text(out, c->records[i].key);
  }
}

static void keys(struct resp *out, struct store_change *const *changes, size_t n) {
  size_t n_keys = 0;
  for (size_t c = 0; c < n; c++) n_keys += changes[c]->n_records;
  resp_number(out, (int64_t)n_keys);
  for (size_t c = 0; c < n; c++) {
    for (int i = 0; i < BECOMES; i++) keys_of(out, changes[c], becomes[i]);
  }
}

// One argument of what all changes of an area have of that kind.
static void joined(struct resp *out, const struct batch *b, uint8_t area,
                   struct bytes (*part)(const struct store_change *)) {
  size_t bytes = 0;
  for (size_t c = 0; c < b->n; c++) bytes += b->area_of[c] == area ? part(b->changes[c]).size_bytes : 0;
  uint8_t *to = resp_space(out, bytes);
  for (size_t c = 0; c < b->n; c++) {
    struct bytes of = part(b->changes[c]);
    if (b->area_of[c] != area || !of.size_bytes) continue;
    memcpy(to, of.data, of.size_bytes);
    to += of.size_bytes;
  }
}

static void areas(struct resp *out, struct batch *b) {
  for (size_t c = 0; c < b->n; c++) b->area_of[c] = number_of(b, b->changes[c]->area);
  resp_number(out, (int64_t)b->n_areas);
  for (size_t i = 0; i < b->n_areas; i++) {
    resp_text(out, b->areas[i]);
    joined(out, b, (uint8_t)(i + 1), events_of);
    joined(out, b, (uint8_t)(i + 1), audit_of);
  }
}

size_t commit_encode(struct resp *out, const char *service, struct store_change *const *changes, size_t n) {
  struct batch b = {.changes = changes, .n = batch_of(changes, n)};
  resp_begin(out);
  resp_text(out, "FCALL");
  resp_text(out, "commit");
  keys(out, changes, b.n);
  areas(out, &b);
  for (size_t c = 0; c < b.n; c++) {
    header(out, changes[c], b.area_of[c]);
    arguments(out, service, changes[c]);
  }
  return b.n;
}
