#include "jwks.h"
#include <stdlib.h>
#include <string.h>

struct jwks {
  size_t n_keys;
  cjose_jwk_t *keys[JWKS_KEYS];
};

// Whether a field that may be missing says something else than what is wanted.
static bool differs(const json_t *key, const char *name, const char *wanted) {
  const json_t *value = json_object_get(key, name);
  return value && (!json_is_string(value) || strcmp(json_string_value(value), wanted) != 0);
}

static bool fits(const cjose_jwk_t *key, enum jwt_alg alg) {
  cjose_err fault;
  cjose_jwk_kty_t kind = cjose_jwk_get_kty(key, &fault);
  if (alg == JWT_RS256) return kind == CJOSE_JWK_KTY_RSA && cjose_jwk_get_keysize(key, &fault) >= JWKS_RSA_BITS;
  return kind == CJOSE_JWK_KTY_EC && cjose_jwk_EC_get_curve(key, &fault) == CJOSE_JWK_EC_P_256;
}

// Only what the key set declares is taken: an `oct` key here would be a secret that everybody can read.
static void take_key(struct jwks *set, const json_t *declared) {
  const char *kid = json_string_value(json_object_get(declared, "kid"));
  const char *kind = json_string_value(json_object_get(declared, "kty"));
  if (!kid || !*kid || !kind || set->n_keys == JWKS_KEYS || differs(declared, "use", "sig")) return;
  if (differs(declared, "alg", strcmp(kind, "RSA") == 0 ? "RS256" : "ES256")) return;
  char *text = json_dumps(declared, JSON_COMPACT);
  cjose_err fault;
  cjose_jwk_t *key = text ? cjose_jwk_import(text, strlen(text), &fault) : NULL;
  free(text);
  if (key && (fits(key, JWT_RS256) || fits(key, JWT_ES256)))
    set->keys[set->n_keys++] = key;
  else
    cjose_jwk_release(key);
}

struct jwks *jwks_parse(const char *text, size_t size_bytes, const char **fault) {
  json_t *declared, *whole = json_loadb(text, size_bytes, JSON_REJECT_DUPLICATES, NULL);
  struct jwks *set = calloc(1, sizeof *set);
  size_t i;
  if (!set) abort();
  json_array_foreach(json_object_get(whole, "keys"), i, declared) take_key(set, declared);
  json_decref(whole);
  if (set->n_keys) return set;
  *fault = "has no key of RSA (2048 bits) or EC (P-256) with a kid, for signatures";
  jwks_free(set);
  return NULL;
}

void jwks_free(struct jwks *set) {
  if (!set) return;
  for (size_t i = 0; i < set->n_keys; i++) cjose_jwk_release(set->keys[i]);
  free(set);
}

const cjose_jwk_t *jwks_find(const struct jwks *set, const char *kid, enum jwt_alg alg) {
  cjose_err fault;
  for (size_t i = 0; set && i < set->n_keys; i++)
    if (!strcmp(cjose_jwk_get_kid(set->keys[i], &fault), kid) && fits(set->keys[i], alg)) return set->keys[i];
  return NULL;
}
