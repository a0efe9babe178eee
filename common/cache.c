#include "cache.h"
#include "text.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

// Sets of four places each: a new entry takes a free place of its set, or that of one not used since the last look.
enum {
  WAYS = 4,
  LEAST_BYTES = 128, // about the least that an entry takes, so that a set is rarely full before the cap is reached
  GROUP = 64,        // sets
  FIRST_SETS = 256
};

struct entry {
  bool used;          // since an insertion last looked for room here
  uint32_t key_bytes; // with its NUL
  uint32_t size_bytes;
  uint8_t data[]; // the value, then the key
};

// The hash lies beside the pointer, so that a look at a set touches one line of the processor's cache and no entry but
// the one that is meant.
struct place {
  struct entry *entry; // NULL: free
  uint32_t hash;
};

// It begins small and doubles its sets while it fills, so that a process that reads little touches little memory.
struct cache {
  struct place *places;
  size_t n_sets, most_sets; // powers of two, and no less than GROUP
  size_t n;                 // entries
  bool *touched;            // by group of sets: something was put there, so that clearing does not walk over the rest
  size_t bytes, cap_bytes;  // invariant after each call: bytes <= cap_bytes
  size_t hand;              // where the next look for something to let go begins
};

struct cache *cache_new(size_t cap_bytes) {
  struct cache *c = calloc(1, sizeof *c);
  c->cap_bytes = cap_bytes;
  c->n_sets = c->most_sets = FIRST_SETS;
  while (c->most_sets * WAYS * LEAST_BYTES < cap_bytes) c->most_sets *= 2;
  c->places = calloc(c->n_sets * WAYS, sizeof *c->places);
  c->touched = calloc(c->n_sets / GROUP, sizeof *c->touched);
  return c;
}

static size_t weight(const struct entry *e) {
  return sizeof *e + e->size_bytes + e->key_bytes;
}

// What is let go may be a key: it is wiped.
static void let_go(struct cache *c, struct place *place) {
  struct entry *e = place->entry;
  if (!e) return;
  c->bytes -= weight(e);
  c->n--;
  sodium_memzero(e, weight(e));
  free(e);
  place->entry = NULL;
}

void cache_clear(struct cache *c) {
  for (size_t group = 0; group < c->n_sets / GROUP; group++) {
    struct place *first = c->places + group * GROUP * WAYS;
    for (size_t i = 0; c->touched[group] && i < GROUP * WAYS; i++) let_go(c, &first[i]);
    c->touched[group] = false;
  }
}

void cache_free(struct cache *c) {
  if (!c) return;
  cache_clear(c);
  free(c->places);
  free(c->touched);
  free(c);
}

static size_t set_of(const struct cache *c, uint32_t h) {
  return h & (c->n_sets - 1);
}

// Each set is split in two by one more bit of the hash, so that there is room for everything.
static void grow(struct cache *c) {
  const struct cache was = *c;
  c->n_sets *= 2;
  c->places = calloc(c->n_sets * WAYS, sizeof *c->places);
  c->touched = calloc(c->n_sets / GROUP, sizeof *c->touched);
  for (size_t i = 0; i < was.n_sets * WAYS; i++) {
    if (!was.places[i].entry) continue;
    size_t set = set_of(c, was.places[i].hash);
    c->places[set * WAYS + i % WAYS] = was.places[i];
    c->touched[set / GROUP] = true;
  }
  free(was.places);
  free(was.touched);
}

static struct place *find(struct cache *c, const char *key, uint32_t h) {
  struct place *set = c->places + set_of(c, h) * WAYS;
  for (int i = 0; i < WAYS; i++) {
    const struct entry *e = set[i].entry;
    if (e && set[i].hash == h && strcmp((const char *)e->data + e->size_bytes, key) == 0) return &set[i];
  }
  return NULL;
}

const uint8_t *cache_get(struct cache *c, const char *key, size_t *size_bytes) {
  const struct place *place = find(c, key, (uint32_t)text_hash(key));
  if (!place) return NULL;
  place->entry->used = true;
  *size_bytes = place->entry->size_bytes;
  return place->entry->data;
}

static struct place *room(struct cache *c, uint32_t h) {
  if (c->n > c->n_sets * WAYS / 2 && c->n_sets < c->most_sets) grow(c);
  struct place *set = c->places + set_of(c, h) * WAYS;
  struct place *oldest = &set[h >> 30];
  c->touched[set_of(c, h) / GROUP] = true;
  for (int i = 0; i < WAYS; i++) {
    if (!set[i].entry) return &set[i];
    if (!set[i].entry->used) oldest = &set[i];
    set[i].entry->used = false;
  }
  let_go(c, oldest);
  return oldest;
}

static void keep_within_cap(struct cache *c, const struct entry *newest) {
  while (c->bytes > c->cap_bytes) {
    struct place *place = &c->places[c->hand++ & (c->n_sets * WAYS - 1)];
    if (place->entry != newest) let_go(c, place);
  }
}

void cache_put(struct cache *c, const char *key, const void *data, size_t size_bytes) {
  cache_drop(c, key);
  size_t key_bytes = strlen(key) + 1;
  if (sizeof(struct entry) + size_bytes + key_bytes > c->cap_bytes / 16) return;
  struct entry *e = malloc(sizeof *e + size_bytes + key_bytes);
  *e = (struct entry){.key_bytes = key_bytes, .size_bytes = size_bytes};
  memcpy(e->data, data, size_bytes);
  memcpy(e->data + size_bytes, key, key_bytes);
  uint32_t h = (uint32_t)text_hash(key);
  *room(c, h) = (struct place){e, h};
  c->n++;
  c->bytes += weight(e);
  keep_within_cap(c, e);
}

void cache_drop(struct cache *c, const char *key) {
  struct place *place = find(c, key, (uint32_t)text_hash(key));
  if (place) let_go(c, place);
}
