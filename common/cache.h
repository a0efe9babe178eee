// A bounded memory of bytes under keys: what was read or written lately. Nothing depends on what it holds: a record in
// it may be stale (the commit checks versions), an entry may go at any time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;
// `cap_bytes`: the most that entries take, keys and bookkeeping included.
struct cache *cache_new(size_t cap_bytes);
void cache_free(struct cache *c);
// Borrowed until the next call; NULL: not there.
const uint8_t *cache_get(struct cache *c, const char *key, size_t *size_bytes);
void cache_put(struct cache *c, const char *key, const void *data, size_t size_bytes);
void cache_drop(struct cache *c, const char *key);
void cache_clear(struct cache *c);
