// Actors: packed, signed by the gateway, good for half a minute.
#pragma once
#include "arena.h"
#include "envelope.pb-c.h"
#include "keys.h"
#include "service.h"

enum {
  ACTOR_LIFE_MS = 30000
};

// Signs a packed actor. `signature` takes 64 bytes.
void actor_sign(const struct keys *k, const uint8_t *actor, size_t actor_bytes, uint8_t signature[64]);

// Remembers what has been verified until it expires (a signature costs more than all the rest of a request).
struct actor_cache;
struct actor_cache *actor_cache_new(size_t entries);
void actor_cache_free(struct actor_cache *c);
// The actor, valid until the next call, or NULL: not signed by that peer's key, expired, living longer than
// ACTOR_LIFE_MS, or malformed.
const Actor *actor_verify(struct actor_cache *c, const struct keys *k, const char *peer, const uint8_t *actor,
                          size_t actor_bytes, const uint8_t *signature, size_t signature_bytes, int64_t now_ms);
roles_t actor_roles(const Actor *a);
// A copy that lives as long as the arena.
Actor *actor_copy(struct arena *a, const Actor *actor);
bool actor_covers(const Actor *a, const char *area);
