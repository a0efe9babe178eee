#include "rate_limits.h"
#include "yaml.h"
#include <arpa/inet.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum {
  WAYS = 4 // places that a bucket may take
};

struct bucket {
  uint64_t key; // of who it belongs to; the hash is keyed, so that nobody can choose to share another's
  double left;
  uint64_t used_at_ms; // 0: the place is empty
};

struct rate_limits {
  const Limits *rules;
  uint8_t hash_key[crypto_shorthash_KEYBYTES];
  struct bucket buckets[LIMITS_BUCKETS];
};

// --- the file

static struct err check_rate(const Rate *rate, const char *field) {
  if (rate && rate->burst < rate->per_second) return (struct err){CODE__INVALID, field, "burst is below per_second"};
  return ERR_NONE;
}

static struct err check_refusals(const Refusals *refusals, const char *field) {
  if (refusals && refusals->most && !refusals->minutes) return ERR(INVALID, field, "minutes is missing");
  return ERR_NONE;
}

static struct err check_role(const RoleLimits *role) {
  if (role->role == ROLE__ROLE_UNSPECIFIED) return ERR(INVALID, "/roles", "role is missing");
  struct err e = check_rate(role->rate, "/roles");
  return err_is(e) ? e : check_refusals(role->refusals, "/roles");
}

static struct err check_rules(struct arena *a, const void *message, const void *context) {
  const Limits *rules = message;
  (void)a;
  (void)context;
  struct err e = check_rate(rules->actor, "/actor");
  if (!err_is(e)) e = check_rate(rules->address, "/address");
  if (!err_is(e)) e = check_refusals(rules->refusals, "/refusals");
  for (size_t i = 0; i < rules->n_roles && !err_is(e); i++) e = check_role(rules->roles[i]);
  return e;
}

// What holds where there is no file, and for each part that the file leaves out.
static void fill_in(Limits *rules) {
  static Rate actor = {PROTOBUF_C_MESSAGE_INIT(&rate__descriptor), 50, 500};
  static Rate address = {PROTOBUF_C_MESSAGE_INIT(&rate__descriptor), 1000, 5000};
  static Rate mentor_rate = {PROTOBUF_C_MESSAGE_INIT(&rate__descriptor), 5, 50};
  static Refusals refusals = {PROTOBUF_C_MESSAGE_INIT(&refusals__descriptor), 200, 10};
  static Refusals mentor_refusals = {PROTOBUF_C_MESSAGE_INIT(&refusals__descriptor), 20, 10};
  static RoleLimits mentor = {PROTOBUF_C_MESSAGE_INIT(&role_limits__descriptor), ROLE__MENTOR, &mentor_rate,
                              &mentor_refusals};
  static RoleLimits *roles[] = {&mentor};
  static Role exempt[] = {ROLE__CASE_SYSTEM};
  if (!rules->actor) rules->actor = &actor;
  if (!rules->address) rules->address = &address;
  if (!rules->refusals) rules->refusals = &refusals;
  if (!rules->n_roles) rules->roles = roles, rules->n_roles = 1;
  if (!rules->n_exempt) rules->exempt = exempt, rules->n_exempt = 1;
}

static Limits *read_rules(struct config *config, char *errors, size_t errors_bytes) {
  static Limits otherwise = LIMITS__INIT;
  Limits *rules = config->limits ? yaml_read_checked(&config->arena, &limits__descriptor, config->limits, check_rules,
                                                     NULL, errors, errors_bytes)
                                 : &otherwise;
  if (rules) fill_in(rules);
  return rules;
}

struct rate_limits *rate_limits_new(struct config *config, char *errors, size_t errors_bytes) {
  Limits *rules = read_rules(config, errors, errors_bytes);
  if (!rules) return NULL;
  struct rate_limits *l = calloc(1, sizeof *l);
  if (!l) abort();
  l->rules = rules;
  randombytes_buf(l->hash_key, sizeof l->hash_key);
  return l;
}

void rate_limits_free(struct rate_limits *l) {
  free(l);
}

// --- buckets

// The bucket of that key: its own, or a full one in an empty place or in that of the one unused for longest.
static struct bucket *bucket_of(struct rate_limits *l, uint64_t key, uint32_t burst) {
  struct bucket *first = &l->buckets[key % (LIMITS_BUCKETS / WAYS) * WAYS], *oldest = first;
  for (struct bucket *b = first; b < first + WAYS; b++) {
    if (b->used_at_ms && b->key == key) return b;
    if (b->used_at_ms < oldest->used_at_ms) oldest = b;
  }
  *oldest = (struct bucket){.key = key, .left = burst};
  return oldest;
}

// What is in the bucket now, filled at that rate up to `burst`.
static struct bucket *fill(struct rate_limits *l, uint64_t key, double per_ms, uint32_t burst, uint64_t now_ms) {
  struct bucket *b = bucket_of(l, key, burst);
  if (b->used_at_ms) b->left += (double)(now_ms - b->used_at_ms) * per_ms;
  if (b->left > burst) b->left = burst;
  b->used_at_ms = now_ms ? now_ms : 1;
  return b;
}

static uint64_t key_of(const struct rate_limits *l, const void *id, size_t id_bytes) {
  uint64_t key;
  crypto_shorthash((unsigned char *)&key, id, id_bytes, l->hash_key);
  return key;
}

static bool take(struct rate_limits *l, const Rate *rate, uint64_t key, uint64_t now_ms) {
  if (!rate->per_second) return true;
  struct bucket *b = fill(l, key, rate->per_second / 1000.0, rate->burst, now_ms);
  if (b->left < 1) return false;
  b->left--;
  return true;
}

// An IPv6 address counts by its network of 64 bits: whoever has one of its addresses has them all.
static bool take_address(struct rate_limits *l, const char *address, uint64_t now_ms) {
  struct in6_addr six;
  bool is_six = inet_pton(AF_INET6, address, &six) == 1;
  uint64_t key = is_six ? key_of(l, &six, 8) : key_of(l, address, strlen(address));
  return take(l, l->rules->address, key, now_ms);
}

// --- actors

// A leading byte, so that nobody's id is an address, and nobody's refusals are their requests.
static uint64_t actor_key(const struct rate_limits *l, char kind, const char *id) {
  char named[1 + 128] = {kind};
  size_t length = strnlen(id, sizeof named - 1);
  memcpy(named + 1, id, length);
  return key_of(l, named, 1 + length);
}

static bool has_role(const Actor *who, Role role) {
  for (size_t i = 0; i < who->n_roles; i++)
    if (who->roles[i] == role) return true;
  return false;
}

static bool is_exempt(const struct rate_limits *l, const Actor *who) {
  for (size_t i = 0; i < l->rules->n_exempt; i++)
    if (has_role(who, l->rules->exempt[i])) return true;
  return false;
}

// What the file says of the actor's role, or NULL.
static const RoleLimits *role_of(const struct rate_limits *l, const Actor *who) {
  for (size_t i = 0; i < l->rules->n_roles; i++)
    if (has_role(who, l->rules->roles[i]->role)) return l->rules->roles[i];
  return NULL;
}

static bool take_actor(struct rate_limits *l, const Actor *who, uint64_t now_ms) {
  const RoleLimits *role = role_of(l, who);
  return take(l, role && role->rate ? role->rate : l->rules->actor, actor_key(l, '@', who->id), now_ms);
}

// --- refusals

static struct bucket *refusals_left(struct rate_limits *l, struct limits_subject s, uint64_t now_ms) {
  return fill(l, s.key, s.rule->most / (s.rule->minutes * 60000.0), s.rule->most, now_ms);
}

struct limits_subject rate_limits_subject(struct rate_limits *l, const Actor *who) {
  const RoleLimits *role = role_of(l, who);
  const Refusals *rule = role && role->refusals ? role->refusals : l->rules->refusals;
  if (!rule->most || is_exempt(l, who)) return (struct limits_subject){0};
  return (struct limits_subject){actor_key(l, '!', who->id), rule};
}

bool rate_limits_refused(struct rate_limits *l, struct limits_subject subject, uint64_t now_ms) {
  if (!subject.rule) return false;
  struct bucket *b = refusals_left(l, subject, now_ms);
  if (b->left < 1) return false;
  b->left--;
  return b->left < 1;
}

// How long until there is room for one refusal more; 0: there is.
static uint32_t blocked_s(struct rate_limits *l, const Actor *who, uint64_t now_ms) {
  struct limits_subject s = rate_limits_subject(l, who);
  if (!s.rule) return 0;
  double left = refusals_left(l, s, now_ms)->left;
  if (left >= 1) return 0;
  return (uint32_t)((1 - left) * s.rule->minutes * 60 / s.rule->most) + 1;
}

enum limits_answer rate_limits_allow(struct rate_limits *l, const char *address, const Actor *who, uint64_t now_ms,
                                     uint32_t *retry_after_s) {
  if (who && is_exempt(l, who)) return LIMITS_FINE;
  uint32_t blocked = who ? blocked_s(l, who, now_ms) : 0;
  if (retry_after_s) *retry_after_s = blocked ? blocked : LIMITS_RETRY_S;
  if (!take_address(l, address, now_ms) || (who && !take_actor(l, who, now_ms))) return LIMITS_TOO_FAST;
  return blocked ? LIMITS_TOO_REFUSED : LIMITS_FINE;
}
