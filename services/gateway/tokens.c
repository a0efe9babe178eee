#include "tokens.h"
#include "text.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  SLOTS = 16384,
  HASH_BYTES = 32,
  TAG_BYTES = crypto_shorthash_siphashx24_BYTES,
  AREA_BYTES = 33,
  SECRET_TEXT_BYTES = 43
};

struct waiter {
  tokens_fn *done;
  void *context;
  struct waiter *next;
};

// One token. It is in its slot's chain and in the list of all, most recently used first. It is known by the tag of its
// text, so that neither the secret is kept nor its hash made for each request: a tag is a SipHash of 128 bits under a
// key that this process draws and nobody else knows, and only who has the text can bring one that has the same tag.
struct entry {
  struct tokens *tokens;
  uint8_t tag[TAG_BYTES];
  char area[AREA_BYTES];
  struct entry *chain;
  struct entry *newer, *older;
  struct waiter *waiters; // of the read that is under way
  bool reading;
  int64_t asked_at_ms; // when the last read began
  int64_t read_at_ms;  // when the last one that was answered began; 0: never
  uint64_t version;    // of the record; 0: there is none
  Token *token;        // NULL: unknown
  Actor actor;
  uint8_t *packed;
  size_t packed_bytes;
  uint8_t signature[64];
  struct store_read read;
  const char *key;
  struct store_value value;
};

struct tokens {
  struct store *store;
  const struct keys *keys;
  uint8_t tag_key[crypto_shorthash_siphashx24_KEYBYTES];
  struct entry *slots[SLOTS];
  struct entry *newest, *oldest;
  size_t n_entries;
};

struct tokens *tokens_new(struct store *store, const struct keys *keys) {
  struct tokens *t = calloc(1, sizeof *t);
  if (!t) abort();
  t->store = store;
  t->keys = keys;
  randombytes_buf(t->tag_key, sizeof t->tag_key);
  return t;
}

// --- the list and the table

static struct entry **slot_of(struct tokens *t, const uint8_t *tag) {
  return &t->slots[(tag[0] | tag[1] << 8) % SLOTS];
}

static void unlink_entry(struct tokens *t, struct entry *e) {
  *(e->newer ? &e->newer->older : &t->newest) = e->older;
  *(e->older ? &e->older->newer : &t->oldest) = e->newer;
}

static void link_newest(struct tokens *t, struct entry *e) {
  e->newer = NULL;
  e->older = t->newest;
  *(t->newest ? &t->newest->newer : &t->oldest) = e;
  t->newest = e;
}

// What was known of the token, and the actor made from it.
static void forget(struct entry *e) {
  if (e->token) token__free_unpacked(e->token, NULL);
  free(e->packed);
  e->token = NULL;
  e->packed = NULL;
  e->actor = (Actor)ACTOR__INIT;
}

static void drop_entry(struct tokens *t, struct entry *e) {
  struct entry **at = slot_of(t, e->tag);
  while (*at != e) at = &(*at)->chain;
  *at = e->chain;
  unlink_entry(t, e);
  t->n_entries--;
  forget(e);
  free((char *)e->key);
  free(e);
}

void tokens_free(struct tokens *t) {
  if (!t) return;
  while (t->newest) drop_entry(t, t->newest);
  free(t);
}

static struct entry *find_entry(struct tokens *t, const uint8_t *tag) {
  for (struct entry *e = *slot_of(t, tag); e; e = e->chain)
    if (sodium_memcmp(e->tag, tag, TAG_BYTES) == 0) return e;
  return NULL;
}

// Makes room by the least recently used one that nobody waits for. False: all are being read.
static bool make_room(struct tokens *t) {
  if (t->n_entries < TOKENS_ENTRIES) return true;
  for (struct entry *e = t->oldest; e; e = e->newer) {
    if (e->reading) continue;
    drop_entry(t, e);
    return true;
  }
  return false;
}

static char *key_of(const uint8_t *hash, const char *area) {
  char hex[2 * HASH_BYTES + 1], *key;
  text_hex(hash, HASH_BYTES, hex);
  if (asprintf(&key, "{%s}:%s:%s", area, token__descriptor.name, hex) < 0) abort();
  return key;
}

static struct entry *add_entry(struct tokens *t, const uint8_t *tag, const uint8_t *hash, const char *area) {
  if (!make_room(t)) return NULL;
  struct entry *e = calloc(1, sizeof *e), **slot = slot_of(t, tag);
  if (!e) abort();
  e->tokens = t;
  memcpy(e->tag, tag, TAG_BYTES);
  strcpy(e->area, area);
  e->key = key_of(hash, area);
  e->chain = *slot;
  *slot = e;
  link_newest(t, e);
  t->n_entries++;
  return e;
}

// --- the header

// "<area>.<secret>" into the area and the secret's hash.
static bool parse(const char *token, char area[AREA_BYTES], uint8_t hash[HASH_BYTES]) {
  const char *dot = strchr(token, '.');
  if (!dot || dot == token || dot - token >= AREA_BYTES || strlen(dot + 1) != SECRET_TEXT_BYTES) return false;
  memcpy(area, token, (size_t)(dot - token));
  area[dot - token] = '\0';
  uint8_t secret[32];
  size_t secret_bytes;
  if (!text_is_area(area) || sodium_base642bin(secret, sizeof secret, dot + 1, SECRET_TEXT_BYTES, NULL, &secret_bytes,
                                               NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return false;
  if (secret_bytes != sizeof secret) return false;
  crypto_generichash(hash, HASH_BYTES, secret, sizeof secret, NULL, 0);
  sodium_memzero(secret, sizeof secret);
  return true;
}

// The entry of a token, a new one where there was none. NULL, and the code, where the text is no token of ours or there
// is no room.
static struct entry *entry_of(struct tokens *t, const char *token, Code *code) {
  char area[AREA_BYTES];
  uint8_t hash[HASH_BYTES], tag[TAG_BYTES];
  crypto_shorthash_siphashx24(tag, (const uint8_t *)token, strlen(token), t->tag_key);
  struct entry *e = find_entry(t, tag);
  if (e) return e;
  *code = CODE__UNAUTHENTICATED;
  if (!parse(token, area, hash)) return NULL;
  *code = CODE__UNAVAILABLE;
  return add_entry(t, tag, hash, area);
}

// --- what an entry answers

static void make_actor(struct entry *e, int64_t now_ms) {
  const Token *token = e->token;
  int64_t until_ms = now_ms + TOKENS_ACTOR_MS;
  e->actor = (Actor)ACTOR__INIT;
  e->actor.id = token->actor;
  e->actor.roles = token->roles;
  e->actor.n_roles = token->n_roles;
  e->actor.areas = token->areas;
  e->actor.n_areas = token->n_areas;
  e->actor.only = token->only;
  e->actor.expires_at_ms = until_ms < token->expires_at_ms ? until_ms : token->expires_at_ms;
  e->packed = realloc(e->packed, protobuf_c_message_get_packed_size(&e->actor.base));
  if (!e->packed) abort();
  e->packed_bytes = protobuf_c_message_pack(&e->actor.base, e->packed);
  actor_sign(e->tokens->keys, e->packed, e->packed_bytes, e->signature);
}

static void answer(struct entry *e, int64_t now_ms, tokens_fn *done, void *context) {
  if (!e->token || e->token->expires_at_ms <= now_ms) {
    done(context, NULL, CODE__UNAUTHENTICATED);
    return;
  }
  int64_t left_ms = e->actor.expires_at_ms - now_ms;
  if (left_ms < TOKENS_RENEW_MS && e->actor.expires_at_ms < e->token->expires_at_ms) make_actor(e, now_ms);
  struct identity who = {.actor = &e->actor,
                         .packed = e->packed,
                         .packed_bytes = e->packed_bytes,
                         .signature = e->signature,
                         .token_expires_at_ms = e->token->expires_at_ms};
  done(context, &who, CODE__OK);
}

// --- reading

// Takes what was read. The same version again changes nothing, so that the signed actor stays.
static void take_record(struct entry *e) {
  uint64_t version = e->value.exists ? e->value.version : 0;
  if (version && version == e->version) return;
  e->version = version;
  forget(e);
  if (version) e->token = token__unpack(NULL, e->value.body.size_bytes, e->value.body.data);
}

static void begin_read(struct tokens *t, struct entry *e, int64_t now_ms);

static void on_read(struct store_read *read, enum store_result result) {
  struct entry *e = read->owner;
  if (result == STORE_DONE) {
    take_record(e);
    e->read_at_ms = e->asked_at_ms;
  }
  struct waiter *w = e->waiters;
  e->waiters = NULL;
  // The entry stays marked as being read until all are answered: a callback may ask for further tokens and so drop
  // some.
  while (w) {
    struct waiter *next = w->next;
    if (result == STORE_DONE)
      answer(e, e->asked_at_ms, w->done, w->context);
    else
      w->done(w->context, NULL, CODE__UNAVAILABLE);
    free(w);
    w = next;
  }
  e->reading = false;
  if (e->waiters) begin_read(e->tokens, e, e->asked_at_ms);
}

static void begin_read(struct tokens *t, struct entry *e, int64_t now_ms) {
  if (e->reading) return;
  e->reading = true;
  e->asked_at_ms = now_ms;
  e->read = (struct store_read){
      .keys = &e->key, .n_keys = 1, .values = &e->value, .area = e->area, .done = on_read, .owner = e};
  t->store->ops->read(t->store, &e->read);
}

static void add_waiter(struct entry *e, tokens_fn *done, void *context) {
  struct waiter *w = malloc(sizeof *w);
  if (!w) abort();
  *w = (struct waiter){.done = done, .context = context, .next = e->waiters};
  e->waiters = w;
}

void tokens_check(struct tokens *t, const char *authorization, int64_t now_ms, tokens_fn *done, void *context) {
  Code code = CODE__UNAUTHENTICATED;
  bool is_bearer = authorization && strncasecmp(authorization, "Bearer ", 7) == 0;
  struct entry *e = is_bearer ? entry_of(t, authorization + 7, &code) : NULL;
  if (!e) {
    done(context, NULL, code);
    return;
  }
  unlink_entry(t, e);
  link_newest(t, e);
  int64_t age_ms = now_ms - e->read_at_ms;
  bool trusted = e->read_at_ms && age_ms >= 0 && age_ms < TOKENS_TRUSTED_MS;
  if (!trusted) add_waiter(e, done, context);
  if (!trusted || age_ms >= TOKENS_REFRESH_MS) begin_read(t, e, now_ms);
  if (trusted) answer(e, now_ms, done, context);
}
