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

static struct err check_rules(struct arena *a, const void *message, const void *context) {
  const Limits *rules = message;
  (void)a;
  (void)context;
  struct err e = check_rate(rules->actor, "/actor");
  return err_is(e) ? e : check_rate(rules->address, "/address");
}

static Limits *read_rules(struct config *config, char *errors, size_t errors_bytes) {
  static Rate actor = {PROTOBUF_C_MESSAGE_INIT(&rate__descriptor), 50, 500};
  static Rate address = {PROTOBUF_C_MESSAGE_INIT(&rate__descriptor), 1000, 5000};
  static Role exempt[] = {ROLE__CASE_SYSTEM};
  static Limits otherwise = {PROTOBUF_C_MESSAGE_INIT(&limits__descriptor), &actor, &address, 1, exempt};
  if (!config->limits) return &otherwise;
  Limits *rules =
      yaml_read_checked(&config->arena, &limits__descriptor, config->limits, check_rules, NULL, errors, errors_bytes);
  if (!rules) return NULL;
  if (!rules->actor) rules->actor = &actor;
  if (!rules->address) rules->address = &address;
  if (!rules->n_exempt) {
    rules->exempt = exempt;
    rules->n_exempt = 1;
  }
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

static bool take(struct rate_limits *l, const Rate *rate, const void *id, size_t id_bytes, uint64_t now_ms) {
  uint64_t key;
  if (!rate->per_second) return true;
  crypto_shorthash((unsigned char *)&key, id, id_bytes, l->hash_key);
  struct bucket *b = bucket_of(l, key, rate->burst);
  if (b->used_at_ms) b->left += (double)(now_ms - b->used_at_ms) * rate->per_second / 1000;
  if (b->left > rate->burst) b->left = rate->burst;
  b->used_at_ms = now_ms ? now_ms : 1;
  if (b->left < 1) return false;
  b->left--;
  return true;
}

// An IPv6 address counts by its network of 64 bits: whoever has one of its addresses has them all.
static bool take_address(struct rate_limits *l, const char *address, uint64_t now_ms) {
  struct in6_addr six;
  if (inet_pton(AF_INET6, address, &six) == 1) return take(l, l->rules->address, &six, 8, now_ms);
  return take(l, l->rules->address, address, strlen(address), now_ms);
}

// A leading byte, so that nobody's id is an address.
static bool take_actor(struct rate_limits *l, const char *id, uint64_t now_ms) {
  char named[1 + 128] = "@";
  size_t length = strnlen(id, sizeof named - 1);
  memcpy(named + 1, id, length);
  return take(l, l->rules->actor, named, 1 + length, now_ms);
}

static bool is_exempt(const struct rate_limits *l, const Actor *who) {
  for (size_t i = 0; i < who->n_roles; i++)
    for (size_t n = 0; n < l->rules->n_exempt; n++)
      if (who->roles[i] == l->rules->exempt[n]) return true;
  return false;
}

bool rate_limits_allow(struct rate_limits *l, const char *address, const Actor *who, uint64_t now_ms) {
  if (who && is_exempt(l, who)) return true;
  return take_address(l, address, now_ms) && (!who || take_actor(l, who->id, now_ms));
}
