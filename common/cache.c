#include "cache.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// Sets of four places each: a new entry takes a free place of its set, or that of one not used since the last look.
enum {
  WAYS = 4
};

struct entry {
  uint32_t hash;
  bool used;          // since an insertion last looked for room here
  uint32_t key_bytes; // with its NUL
  uint32_t size_bytes;
  uint8_t data[]; // the value, then the key
};

struct cache {
  struct entry **places;
  size_t n_sets;           // a power of two
  size_t bytes, cap_bytes; // invariant after each call: bytes <= cap_bytes
  size_t hand;             // where the next look for something to let go begins
};

struct cache *cache_new(size_t cap_bytes) {
  struct cache *c = calloc(1, sizeof *c);
  c->cap_bytes = cap_bytes;
  for (c->n_sets = 256; c->n_sets * WAYS * 512 < cap_bytes;) c->n_sets *= 2;
  c->places = calloc(c->n_sets * WAYS, sizeof *c->places);
  return c;
}

static size_t weight(const struct entry *e) {
  return sizeof *e + e->size_bytes + e->key_bytes;
}

// What is let go may be a key: it is wiped.
static void let_go(struct cache *c, struct entry **place) {
  if (!*place) return;
  c->bytes -= weight(*place);
  sodium_memzero(*place, weight(*place));
  free(*place);
  *place = NULL;
}

void cache_clear(struct cache *c) {
  for (size_t i = 0; i < c->n_sets * WAYS; i++) let_go(c, &c->places[i]);
}

void cache_free(struct cache *c) {
  if (!c) return;
  cache_clear(c);
  free(c->places);
  free(c);
}

static uint32_t hash(const char *key) {
  uint64_t h = 14695981039346656037u;
  for (; *key; key++) h = (h ^ (uint8_t)*key) * 1099511628211u;
  return (uint32_t)(h ^ h >> 32);
}

static struct entry **find(struct cache *c, const char *key) {
  uint32_t h = hash(key);
  struct entry **set = c->places + (h & (c->n_sets - 1)) * WAYS;
  for (int i = 0; i < WAYS; i++)
    if (set[i] && set[i]->hash == h && strcmp((char *)set[i]->data + set[i]->size_bytes, key) == 0) return &set[i];
  return NULL;
}

const uint8_t *cache_get(struct cache *c, const char *key, size_t *size_bytes) {
  struct entry **place = find(c, key);
  if (!place) return NULL;
  (*place)->used = true;
  *size_bytes = (*place)->size_bytes;
  return (*place)->data;
}

static struct entry **room(struct cache *c, uint32_t h) {
  struct entry **set = c->places + (h & (c->n_sets - 1)) * WAYS;
  struct entry **oldest = &set[h >> 30];
  for (int i = 0; i < WAYS; i++) {
    if (!set[i]) return &set[i];
    if (!set[i]->used) oldest = &set[i];
    set[i]->used = false;
  }
  let_go(c, oldest);
  return oldest;
}

static void keep_within_cap(struct cache *c, const struct entry *newest) {
  while (c->bytes > c->cap_bytes) {
    struct entry **place = &c->places[c->hand++ & (c->n_sets * WAYS - 1)];
    if (*place && *place != newest) let_go(c, place);
  }
}

void cache_put(struct cache *c, const char *key, const void *data, size_t size_bytes) {
  cache_drop(c, key);
  size_t key_bytes = strlen(key) + 1;
  if (sizeof(struct entry) + size_bytes + key_bytes > c->cap_bytes / 16) return;
  struct entry *e = malloc(sizeof *e + size_bytes + key_bytes);
  *e = (struct entry){.hash = hash(key), .key_bytes = key_bytes, .size_bytes = size_bytes};
  memcpy(e->data, data, size_bytes);
  memcpy(e->data + size_bytes, key, key_bytes);
  *room(c, e->hash) = e;
  c->bytes += weight(e);
  keep_within_cap(c, e);
}

void cache_drop(struct cache *c, const char *key) {
  struct entry **place = find(c, key);
  if (place) let_go(c, place);
}
