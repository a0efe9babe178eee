#include "tokens.h"
#include "cookie.h"
#include "matching.pb-c.h"
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
  ONLY_BYTES = 48,
  SECRET_TEXT_BYTES = 43
};

struct waiter {
  identity_fn *done;
  void *context;
  struct waiter *next;
};

struct entry;

// The two kinds of what is signed in with.
struct kind {
  const ProtobufCMessageDescriptor *record;
  // Which area the text names, and the id of the record in it. False: it is none of ours.
  bool (*parse)(struct entry *e, const char *text, char id[2 * HASH_BYTES + 1]);
  void (*admit)(struct entry *e); // gives out the badges, by the record
};

// How long a phone whose time is over may still ask for a new link.
#define ASK_MS (INT64_C(60) * 24 * 3600 * 1000)

// One of them. It is in its slot's chain and in the list of all, most recently used first. It is known by the tag of
// its text, so that neither the secret is kept nor its hash made for each request: a tag is a SipHash of 128 bits under
// a key that this process draws and nobody else knows, and only who has the text can bring one that has the same tag.
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
  const struct kind *kind;
  ProtobufCMessage *record;         // NULL: unknown
  struct badge opens, renews;       // where the first is good no longer, the second may be
  bool copied;                      // a cookie whose secret is not its phone's
  struct cookie cookie;             // of a cookie
  char *areas[1], only[ONLY_BYTES]; // of a cookie's badges
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

// What was known, and the badges made from it.
static void forget(struct entry *e) {
  if (e->record) protobuf_c_message_free_unpacked(e->record, NULL);
  e->record = NULL;
  e->copied = false;
  badge_free(&e->opens);
  badge_free(&e->renews);
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

// Files an entry, which is its own from now on. False: there is no room.
static bool file_entry(struct tokens *t, struct entry *e, const char *id) {
  if (!make_room(t)) return false;
  struct entry **slot = slot_of(t, e->tag);
  char *key;
  if (asprintf(&key, "{%s}:%s:%s", e->area, e->kind->record->name, id) < 0) abort();
  e->key = key;
  e->chain = *slot;
  *slot = e;
  link_newest(t, e);
  t->n_entries++;
  return true;
}

// --- tokens

// "<area>.<secret>": the record's id is the secret's hash.
static bool parse_token(struct entry *e, const char *token, char id[2 * HASH_BYTES + 1]) {
  const char *dot = strchr(token, '.');
  if (!dot || dot == token || dot - token >= AREA_BYTES || strlen(dot + 1) != SECRET_TEXT_BYTES) return false;
  memcpy(e->area, token, (size_t)(dot - token));
  uint8_t secret[32], hash[HASH_BYTES];
  size_t secret_bytes;
  if (!text_is_area(e->area) || sodium_base642bin(secret, sizeof secret, dot + 1, SECRET_TEXT_BYTES, NULL,
                                                  &secret_bytes, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return false;
  if (secret_bytes != sizeof secret) return false;
  crypto_generichash(hash, HASH_BYTES, secret, sizeof secret, NULL, 0);
  sodium_memzero(secret, sizeof secret);
  text_hex(hash, HASH_BYTES, id);
  return true;
}

static void admit_token(struct entry *e) {
  const Token *token = (const Token *)e->record;
  Actor who = ACTOR__INIT;
  who.id = token->actor;
  who.roles = token->roles;
  who.n_roles = token->n_roles;
  who.areas = token->areas;
  who.n_areas = token->n_areas;
  who.only = token->only;
  badge_give(&e->opens, &who, token->expires_at_ms);
}

// --- cookies

static bool parse_cookie(struct entry *e, const char *text, char id[2 * HASH_BYTES + 1]) {
  if (!cookie_parse(text, &e->cookie)) return false;
  strcpy(e->area, e->cookie.area);
  strcpy(id, e->cookie.mentor_id);
  return true;
}

static const MentorPhone *phone_of(const struct entry *e) {
  const MentorPhones *phones = (const MentorPhones *)e->record;
  for (size_t i = 0; i < phones->n_phones; i++)
    if (!strcmp(phones->phones[i]->id, e->cookie.phone_id)) return phones->phones[i];
  return NULL;
}

static bool is_secret(const struct entry *e, const ProtobufCBinaryData *hash) {
  return hash->len == COOKIE_HASH_BYTES && !sodium_memcmp(hash->data, e->cookie.hash, COOKIE_HASH_BYTES);
}

// One badge that opens doors, for as long as the secret does, and one to renew the secret with.
static void admit_cookie(struct entry *e) {
  static Role mentor[] = {ROLE__MENTOR};
  const MentorPhone *phone = phone_of(e);
  if (!phone) return;
  Actor who = ACTOR__INIT;
  who.id = e->cookie.mentor_id;
  who.roles = mentor;
  who.n_areas = who.n_roles = 1;
  who.areas = e->areas;
  e->areas[0] = e->area;
  if (is_secret(e, &phone->current))
    badge_give(&e->opens, &who, phone->current_until_ms);
  else if (is_secret(e, &phone->next))
    badge_give(&e->opens, &who, phone->next_until_ms);
  else
    e->copied = true;
  snprintf(e->only, sizeof e->only, "SignIn/phone/%s", phone->id);
  who.only = e->only;
  badge_give(&e->renews, &who, phone->expires_at_ms + ASK_MS);
}

static const struct kind token_kind = {&token__descriptor, parse_token, admit_token};
static const struct kind cookie_kind = {&mentor_phones__descriptor, parse_cookie, admit_cookie};

// --- entries

static struct entry *new_entry(struct tokens *t, const struct kind *kind, const uint8_t *tag) {
  struct entry *e = calloc(1, sizeof *e);
  if (!e) abort();
  e->tokens = t;
  e->kind = kind;
  memcpy(e->tag, tag, TAG_BYTES);
  return e;
}

// The entry of a text, a new one where there was none. NULL, and the code, where the text is none of ours or there is
// no room.
static struct entry *entry_of(struct tokens *t, const struct kind *kind, const char *text, Code *code) {
  char id[2 * HASH_BYTES + 1];
  uint8_t tag[TAG_BYTES];
  crypto_shorthash_siphashx24(tag, (const uint8_t *)text, strlen(text), t->tag_key);
  struct entry *e = find_entry(t, tag);
  if (e) return e;
  e = new_entry(t, kind, tag);
  bool is_ours = kind->parse(e, text, id);
  if (is_ours && file_entry(t, e, id)) return e;
  *code = is_ours ? CODE__UNAVAILABLE : CODE__UNAUTHENTICATED;
  free(e);
  return NULL;
}

// --- what an entry answers

static void answer(struct entry *e, int64_t now_ms, identity_fn *done, void *context) {
  struct badge *badge = badge_is_good(&e->opens, now_ms) ? &e->opens : &e->renews;
  if (badge_is_good(badge, now_ms))
    badge_show(badge, e->tokens->keys, e->copied, now_ms, done, context);
  else
    done(context, NULL, CODE__UNAUTHENTICATED);
}

// --- reading

// Takes what was read. The same version again changes nothing, so that the signed actor stays.
static void take_record(struct entry *e) {
  uint64_t version = e->value.exists ? e->value.version : 0;
  if (version && version == e->version) return;
  e->version = version;
  forget(e);
  if (version)
    e->record = protobuf_c_message_unpack(e->kind->record, NULL, e->value.body.size_bytes, e->value.body.data);
  if (e->record) e->kind->admit(e);
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

static void add_waiter(struct entry *e, identity_fn *done, void *context) {
  struct waiter *w = malloc(sizeof *w);
  if (!w) abort();
  *w = (struct waiter){.done = done, .context = context, .next = e->waiters};
  e->waiters = w;
}

static void check(struct tokens *t, const struct kind *kind, const char *text, int64_t now_ms, identity_fn *done,
                  void *context) {
  Code code = CODE__UNAUTHENTICATED;
  struct entry *e = text ? entry_of(t, kind, text, &code) : NULL;
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

void tokens_check(struct tokens *t, const char *authorization, int64_t now_ms, identity_fn *done, void *context) {
  bool is_bearer = authorization && strncasecmp(authorization, "Bearer ", 7) == 0;
  check(t, &token_kind, is_bearer ? authorization + 7 : NULL, now_ms, done, context);
}

void tokens_check_cookie(struct tokens *t, const char *cookie, int64_t now_ms, identity_fn *done, void *context) {
  check(t, &cookie_kind, cookie, now_ms, done, context);
}
