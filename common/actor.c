#include "actor.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
  ACTOR_BYTES = 4096,    // the largest packed actor that is looked at
  CLOCK_SLACK_MS = 2000, // by how much the signer's clock may be ahead
  WAYS = 4,              // slots that an actor may be remembered in
  SIGNATURE_BYTES = crypto_sign_BYTES,
};

void actor_sign(const struct keys *k, const uint8_t *actor, size_t actor_bytes, uint8_t signature[64]) {
  crypto_sign_detached(signature, NULL, actor, actor_bytes, k->sign_secret);
}

// What was verified, and the exact bytes that it was verified for: a hash alone could be made to collide.
struct entry {
  uint64_t hash;
  Actor *actor; // NULL: free
  char *peer;
  uint8_t *bytes; // the packed actor, then its signature
  size_t actor_bytes;
};

struct actor_cache {
  size_t sets; // a power of two, of WAYS entries each
  uint8_t hash_key[crypto_shorthash_KEYBYTES];
  struct entry entries[];
};

static void forget(struct entry *e) {
  if (e->actor) actor__free_unpacked(e->actor, NULL);
  free(e->peer);
  free(e->bytes);
  *e = (struct entry){0};
}

struct actor_cache *actor_cache_new(size_t entries) {
  size_t sets = 1;
  while (sets * WAYS < entries) sets *= 2;
  struct actor_cache *c = calloc(1, sizeof *c + sets * WAYS * sizeof c->entries[0]);
  if (!c) abort();
  c->sets = sets;
  randombytes_buf(c->hash_key, sizeof c->hash_key);
  return c;
}

void actor_cache_free(struct actor_cache *c) {
  for (size_t i = 0; c && i < c->sets * WAYS; i++) forget(&c->entries[i]);
  free(c);
}

struct claim {
  const char *peer;
  const uint8_t *actor, *signature;
  size_t actor_bytes;
};

// A signature is as good as a random number, but a sender could choose it: the hash is keyed.
static uint64_t hash_of(const struct actor_cache *c, const struct claim *claim) {
  uint64_t hash;
  crypto_shorthash((uint8_t *)&hash, claim->signature, SIGNATURE_BYTES, c->hash_key);
  return hash;
}

static bool matches(const struct entry *e, const struct claim *claim, uint64_t hash) {
  return e->actor && e->hash == hash && e->actor_bytes == claim->actor_bytes && !strcmp(e->peer, claim->peer) &&
         !memcmp(e->bytes, claim->actor, claim->actor_bytes) &&
         !memcmp(e->bytes + claim->actor_bytes, claim->signature, SIGNATURE_BYTES);
}

static bool is_signed(const struct keys *k, const struct claim *claim) {
  uint8_t public_key[crypto_sign_PUBLICKEYBYTES];
  const Peer *peer = keys_peer(k, claim->peer);
  return peer &&
         !sodium_hex2bin(public_key, sizeof public_key, peer->actor_key, strlen(peer->actor_key), NULL, NULL, NULL) &&
         strlen(peer->actor_key) == 2 * sizeof public_key &&
         !crypto_sign_verify_detached(claim->signature, claim->actor, claim->actor_bytes, public_key);
}

// A free slot of the set, else the one that expires first.
static struct entry *slot_for(struct entry *set) {
  struct entry *best = set;
  for (int i = 0; i < WAYS; i++) {
    if (!set[i].actor) return &set[i];
    if (set[i].actor->expires_at_ms < best->actor->expires_at_ms) best = &set[i];
  }
  return best;
}

// Checks text through an arena (protobuf-c itself lets anything pass), then keeps a copy in memory of its own.
static Actor *unpack(const struct claim *claim) {
  struct arena a;
  arena_init(&a, ARENA_CAP_BYTES);
  bool well_formed = arena_unpack(&a, &actor__descriptor, claim->actor, claim->actor_bytes) != NULL;
  arena_deinit(&a);
  return well_formed ? actor__unpack(NULL, claim->actor_bytes, claim->actor) : NULL;
}

static const Actor *remember(struct entry *e, const struct claim *claim, uint64_t hash) {
  Actor *actor = unpack(claim);
  if (!actor) return NULL;
  forget(e);
  *e = (struct entry){.hash = hash, .actor = actor, .peer = strdup(claim->peer), .actor_bytes = claim->actor_bytes};
  e->bytes = malloc(claim->actor_bytes + SIGNATURE_BYTES);
  if (!e->peer || !e->bytes) abort();
  memcpy(e->bytes, claim->actor, claim->actor_bytes);
  memcpy(e->bytes + claim->actor_bytes, claim->signature, SIGNATURE_BYTES);
  return actor;
}

static const Actor *recall_or_verify(struct actor_cache *c, const struct keys *k, const struct claim *claim) {
  uint64_t hash = hash_of(c, claim);
  struct entry *set = &c->entries[(hash & (c->sets - 1)) * WAYS];
  for (int i = 0; i < WAYS; i++)
    if (matches(&set[i], claim, hash)) return set[i].actor;
  return is_signed(k, claim) ? remember(slot_for(set), claim, hash) : NULL;
}

const Actor *actor_verify(struct actor_cache *c, const struct keys *k, const char *peer, const uint8_t *actor,
                          size_t actor_bytes, const uint8_t *signature, size_t signature_bytes, int64_t now_ms) {
  if (signature_bytes != SIGNATURE_BYTES || !actor_bytes || actor_bytes > ACTOR_BYTES) return NULL;
  const struct claim claim = {.peer = peer, .actor = actor, .signature = signature, .actor_bytes = actor_bytes};
  const Actor *found = recall_or_verify(c, k, &claim);
  if (!found || found->expires_at_ms <= now_ms) return NULL;
  return found->expires_at_ms - now_ms <= ACTOR_LIFE_MS + CLOCK_SLACK_MS ? found : NULL;
}

// By field: every request is given one, and packing and unpacking it again costs ten times as much.
Actor *actor_copy(struct arena *a, const Actor *actor) {
  Actor *copy = arena_copy(a, actor, sizeof *actor);
  copy->id = arena_text(a, actor->id);
  copy->only = arena_text(a, actor->only);
  copy->roles = arena_copy(a, actor->roles, actor->n_roles * sizeof *actor->roles);
  copy->areas = arena_take(a, actor->n_areas * sizeof *actor->areas);
  for (size_t i = 0; i < actor->n_areas; i++) copy->areas[i] = arena_text(a, actor->areas[i]);
  copy->base.n_unknown_fields = 0;
  copy->base.unknown_fields = NULL;
  return copy;
}

roles_t actor_roles(const Actor *a) {
  roles_t roles = 0;
  for (size_t i = 0; i < a->n_roles; i++)
    if ((unsigned)a->roles[i] < 32) roles |= 1u << a->roles[i];
  return roles & ~MAY(ROLE_UNSPECIFIED);
}

bool actor_covers(const Actor *a, const char *area) {
  for (size_t i = 0; i < a->n_areas; i++)
    if (!strcmp(a->areas[i], area)) return true;
  return false;
}
