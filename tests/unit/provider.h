// For tests: an OpenID Connect provider, with an RSA and an EC key, that signs what it is told to.
#pragma once
#include <cjose/cjose.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct provider {
  cjose_jwk_t *rsa, *ec;
};

static inline cjose_jwk_t *provider_name(cjose_jwk_t *key, const char *kid) {
  cjose_err fault;
  if (!key || !cjose_jwk_set_kid(key, kid, strlen(kid), &fault)) abort();
  return key;
}

static inline struct provider provider_make(void) {
  static const uint8_t exponent[] = {1, 0, 1};
  cjose_err fault;
  return (struct provider){
      .rsa = provider_name(cjose_jwk_create_RSA_random(2048, exponent, sizeof exponent, &fault), "rsa-1"),
      .ec = provider_name(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, &fault), "ec-1"),
  };
}

static inline void provider_free(struct provider *p) {
  cjose_jwk_release(p->rsa);
  cjose_jwk_release(p->ec);
}

// A token of those claims; `crit` is NULL or the header's field of that name. The caller frees it.
static inline char *provider_sign(const cjose_jwk_t *key, const char *alg, const char *kid, const char *crit,
                                  const char *claims) {
  cjose_err fault;
  cjose_header_t *header = cjose_header_new(&fault);
  const char *text;
  if (!header || !cjose_header_set(header, "alg", alg, &fault)) abort();
  if (kid && !cjose_header_set(header, "kid", kid, &fault)) abort();
  if (crit && !cjose_header_set_raw(header, "crit", crit, &fault)) abort();
  cjose_jws_t *jws = cjose_jws_sign(key, header, (const uint8_t *)claims, strlen(claims), &fault);
  if (!jws || !cjose_jws_export(jws, &text, &fault)) abort();
  char *token = strdup(text);
  cjose_jws_release(jws);
  cjose_header_release(header);
  return token;
}

// The public keys as a set. The caller frees it.
static inline char *provider_keys(const cjose_jwk_t *a, const cjose_jwk_t *b) {
  cjose_err fault;
  char *first = cjose_jwk_to_json(a, false, &fault), *second = b ? cjose_jwk_to_json(b, false, &fault) : NULL, *set;
  if (asprintf(&set, "{\"keys\":[%s%s%s]}", first, b ? "," : "", b ? second : "") < 0) abort();
  free(first);
  free(second);
  return set;
}

// A token of raw parts. The caller frees it.
static inline char *provider_forge(const char *header, const char *claims, const char *signature) {
  const char *parts[] = {header, claims, signature};
  char *token = calloc(1, 4 * (strlen(header) + strlen(claims) + strlen(signature)) + 16);
  if (!token) abort();
  for (int i = 0; i < 3; i++) {
    size_t length = strlen(token),
           text_bytes = sodium_base64_ENCODED_LEN(strlen(parts[i]), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    sodium_bin2base64(token + length, text_bytes, (const unsigned char *)parts[i], strlen(parts[i]),
                      sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    if (i < 2) strcat(token, ".");
  }
  return token;
}
