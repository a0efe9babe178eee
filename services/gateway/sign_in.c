#include "sign_in.h"
#include "gateway.h"
#include "jwks.h"
#include "log.h"
#include "sign_in_rules.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WAYS = 4, // places that a token may take
  HASH_BYTES = 16
};

// A token that was found good.
struct entry {
  uint8_t hash[HASH_BYTES];
  int64_t expires_at_ms; // 0: the place is empty
  struct sign_in_actor who;
  struct badge badge;
};

struct waiter {
  char *authorization;
  identity_fn *done;
  void *context;
  struct waiter *next;
};

struct sign_in {
  const struct keys *keys;
  const SignIn *rules;
  struct jwks_source *source;
  struct jwks *set; // NULL: none could be read yet
  uint8_t hash_key[crypto_shorthash_siphashx24_KEYBYTES];
  struct entry *entries[SIGN_IN_REMEMBERED];
  struct waiter *waiters;
  unsigned n_waiters;
};

// --- what is remembered

static void entry_free(struct entry *e) {
  if (e) badge_free(&e->badge);
  free(e);
}

static void forget_all(struct sign_in *s) {
  for (size_t i = 0; i < SIGN_IN_REMEMBERED; i++) {
    entry_free(s->entries[i]);
    s->entries[i] = NULL;
  }
}

// The places of a hash: WAYS in a row.
static struct entry **places_of(struct sign_in *s, const uint8_t hash[HASH_BYTES]) {
  return &s->entries[(hash[0] | hash[1] << 8) % (SIGN_IN_REMEMBERED / WAYS) * WAYS];
}

static struct entry *find_entry(struct sign_in *s, const uint8_t hash[HASH_BYTES], int64_t now_ms) {
  struct entry **places = places_of(s, hash);
  for (int i = 0; i < WAYS; i++)
    if (places[i] && places[i]->expires_at_ms > now_ms && !memcmp(places[i]->hash, hash, HASH_BYTES)) return places[i];
  return NULL;
}

// In an empty place, or that of the token which expires first.
static struct entry *add_entry(struct sign_in *s, const uint8_t hash[HASH_BYTES]) {
  struct entry **places = places_of(s, hash), **place = places;
  for (int i = 0; i < WAYS && *place; i++)
    if (!places[i] || places[i]->expires_at_ms < (*place)->expires_at_ms) place = &places[i];
  entry_free(*place);
  struct entry *e = *place = calloc(1, sizeof *e);
  if (!e) abort();
  memcpy(e->hash, hash, HASH_BYTES);
  return e;
}

// --- tokens that are new

// What became of a token. `missing`: only keys that are not here can tell.
struct verdict {
  Code code;
  const char *why;
  bool missing;
  int64_t expires_at_s;
  struct sign_in_actor who;
};

static void refuse(struct verdict *v, Code code, const char *why) {
  v->code = code;
  v->why = why;
}

// The claims are looked at before the keys: what is expired or meant for others makes nobody read keys anew.
static void judge_claims(const struct sign_in *s, const struct jwt *j, int64_t now_ms, struct verdict *v) {
  const struct jwt_rules rules = {s->rules->issuer, s->rules->audience, s->rules->leeway_seconds};
  const char *fault = jwt_claims_fault(j->claims, &rules, now_ms / 1000, &v->expires_at_s);
  const cjose_jwk_t *key = jwks_find(s->set, j->kid, j->alg);
  if (fault) {
    refuse(v, CODE__UNAUTHENTICATED, fault);
  } else if (!key) {
    refuse(v, s->set ? CODE__UNAUTHENTICATED : CODE__UNAVAILABLE, "its key is not known");
    v->missing = true;
  } else if (!jwt_is_signed_by(j, key)) {
    refuse(v, CODE__UNAUTHENTICATED, "the signature is wrong");
  } else {
    struct err e = sign_in_rules_apply(s->rules, j->claims, &v->who);
    refuse(v, e.code, e.why);
  }
}

static void judge(const struct sign_in *s, const char *token, int64_t now_ms, struct verdict *v) {
  struct jwt j;
  const char *fault = jwt_read(&j, token);
  *v = (struct verdict){.code = CODE__UNAUTHENTICATED, .why = fault};
  if (fault) return;
  judge_claims(s, &j, now_ms, v);
  jwt_free(&j);
}

// --- waiting for keys

static bool may_wait(struct sign_in *s) {
  return s->source && s->n_waiters < SIGN_IN_WAITING && jwks_source_refresh(s->source);
}

static void add_waiter(struct sign_in *s, const char *authorization, identity_fn *done, void *context) {
  struct waiter *w = malloc(sizeof *w);
  if (!w) abort();
  *w = (struct waiter){strdup(authorization), done, context, s->waiters};
  if (!w->authorization) abort();
  s->waiters = w;
  s->n_waiters++;
}

static struct entry *admit(struct sign_in *s, const uint8_t hash[HASH_BYTES], const struct verdict *v) {
  struct entry *e = add_entry(s, hash);
  e->who = v->who;
  e->expires_at_ms = v->expires_at_s * 1000;
  Actor who = ACTOR__INIT;
  who.id = e->who.id;
  who.roles = e->who.roles;
  who.n_roles = e->who.n_roles;
  who.areas = e->who.areas;
  who.n_areas = e->who.n_areas;
  badge_give(&e->badge, &who, e->expires_at_ms);
  return e;
}

static void turn_away(const struct verdict *v, identity_fn *done, void *context) {
  log_line(LOG_DEBUG, "token_refused", "why", v->why, NULL);
  done(context, NULL, v->code);
}

// `may`: whether it may wait for keys.
static void check(struct sign_in *s, const char *authorization, int64_t now_ms, bool may, identity_fn *done,
                  void *context) {
  uint8_t hash[HASH_BYTES];
  struct verdict v;
  const char *token = authorization + strlen("Bearer ");
  crypto_shorthash_siphashx24(hash, (const uint8_t *)token, strlen(token), s->hash_key);
  struct entry *e = find_entry(s, hash, now_ms);
  if (e) {
    badge_show(&e->badge, s->keys, false, now_ms, done, context);
    return;
  }
  judge(s, token, now_ms, &v);
  if (v.missing && may && may_wait(s))
    add_waiter(s, authorization, done, context);
  else if (v.code != CODE__OK)
    turn_away(&v, done, context);
  else
    badge_show(&admit(s, hash, &v)->badge, s->keys, false, now_ms, done, context);
}

// Tokens that waited are looked at once more and do not wait again.
static void answer_waiters(struct sign_in *s) {
  struct waiter *w = s->waiters;
  s->waiters = NULL;
  s->n_waiters = 0;
  while (w) {
    struct waiter *next = w->next;
    check(s, w->authorization, gateway_now_ms(), false, w->done, w->context);
    free(w->authorization);
    free(w);
    w = next;
  }
}

static void on_keys(void *context, struct jwks *set) {
  struct sign_in *s = context;
  if (set) {
    jwks_free(s->set);
    s->set = set;
    forget_all(s);
  }
  answer_waiters(s);
}

// --- the door

bool sign_in_takes(const char *authorization) {
  if (!authorization || strncasecmp(authorization, "Bearer ", 7) != 0) return false;
  const char *dot = strchr(authorization, '.');
  return dot && strchr(dot + 1, '.');
}

void sign_in_check(struct sign_in *s, const char *authorization, int64_t now_ms, identity_fn *done, void *context) {
  check(s, authorization, now_ms, true, done, context);
}

// A file of keys that is wrong is told at start. A provider that does not answer at this moment is no reason not to
// start.
static bool read_keys(struct sign_in *s, const char *file, char *errors, size_t errors_bytes) {
  const char *fault;
  if (*s->rules->jwks != '/') return true;
  s->set = jwks_read_now(s->rules->jwks, &fault);
  if (!s->set) snprintf(errors, errors_bytes, "%s: jwks: %s %s", file, s->rules->jwks, fault);
  return s->set != NULL;
}

struct sign_in *sign_in_new(uv_loop_t *loop, struct config *config, const struct keys *keys, char *errors,
                            size_t errors_bytes) {
  struct sign_in *s = calloc(1, sizeof *s);
  if (!s) abort();
  s->keys = keys;
  s->rules = sign_in_rules_read(config, errors, errors_bytes);
  randombytes_buf(s->hash_key, sizeof s->hash_key);
  if (!s->rules || !read_keys(s, config->sign_in, errors, errors_bytes)) {
    sign_in_free(s);
    return NULL;
  }
  s->source = jwks_source_new(loop, s->rules->jwks, s->rules->refresh_seconds * UINT64_C(1000), !s->set, on_keys, s);
  return s;
}

void sign_in_stop(struct sign_in *s) {
  if (!s) return;
  jwks_source_close(s->source);
  s->source = NULL;
  answer_waiters(s);
}

void sign_in_free(struct sign_in *s) {
  if (!s) return;
  forget_all(s);
  jwks_free(s->set);
  free(s);
}
