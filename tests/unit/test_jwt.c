// links: gateway llhttp
// kinds: trust
// JSON Web Tokens: which are taken, and every way in which one is forged, stale or meant for somebody else.
#include "jwks.h"
#include "jwt.h"
#include "provider.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

enum {
  NOW_S = 2000000000
};

#define GOOD "\"iss\":\"https://login.example.invalid\",\"aud\":\"alongside\",\"sub\":\"N01A001\""
static const struct jwt_rules rules = {"https://login.example.invalid", "alongside", 30};

static struct provider provider;
static struct jwks *set;

static int make_provider(void **state) {
  const char *fault;
  (void)state;
  provider = provider_make();
  char *keys = provider_keys(provider.rsa, provider.ec);
  set = jwks_parse(keys, strlen(keys), &fault);
  free(keys);
  return set ? 0 : -1;
}

static int free_provider(void **state) {
  (void)state;
  jwks_free(set);
  provider_free(&provider);
  return 0;
}

// What is wrong with the token, by the whole way that one takes; NULL: nothing. Frees it.
static const char *fault_of(char *token) {
  struct jwt j;
  int64_t expires_at_s;
  const char *fault = jwt_read(&j, token);
  if (!fault) {
    const cjose_jwk_t *key = jwks_find(set, j.kid, j.alg);
    fault = jwt_claims_fault(j.claims, &rules, NOW_S, &expires_at_s);
    if (!fault && !key) fault = "its key is not known";
    if (!fault && !jwt_is_signed_by(&j, key)) fault = "the signature is wrong";
    jwt_free(&j);
  }
  free(token);
  return fault;
}

static void assert_fault(char *token, const char *words) {
  const char *fault = fault_of(token);
  if (!fault || !strstr(fault, words)) print_error("%s, not %s\n", fault ? fault : "taken", words);
  assert_non_null(fault);
  assert_non_null(strstr(fault, words));
}

static const char good[] = "{" GOOD ",\"exp\":2000000600,\"nbf\":1999999000,\"iat\":1999999000}";

static void a_token_by_either_algorithm_is_taken(void **state) {
  (void)state;
  assert_null(fault_of(provider_sign(provider.rsa, "RS256", "rsa-1", NULL, good)));
  assert_null(fault_of(provider_sign(provider.ec, "ES256", "ec-1", NULL, good)));
}

static void a_token_with_wrong_claims_is_refused_though_its_signature_is_good(void **state) {
  static const struct {
    const char *claims, *fault; // NULL: taken
  } cases[] = {
      {"{" GOOD ",\"exp\":2000000600}", NULL},
      {"{" GOOD ",\"exp\":1999999971}", NULL},
      {"{" GOOD ",\"exp\":1999999970}", "expired"},
      {"{" GOOD ",\"exp\":1}", "expired"},
      {"{" GOOD "}", "expired"},
      {"{" GOOD ",\"exp\":\"2000000600\"}", "expired"},
      {"{" GOOD ",\"exp\":-2000000600}", "expired"},
      {"{" GOOD ",\"exp\":1e300}", "expired"},
      {"{" GOOD ",\"exp\":null}", "expired"},
      {"{" GOOD ",\"exp\":2000000600.5}", NULL},
      {"{" GOOD ",\"exp\":2000000600,\"nbf\":2000000030}", NULL},
      {"{" GOOD ",\"exp\":2000000600,\"nbf\":2000000031}", "not good yet"},
      {"{" GOOD ",\"exp\":2000000600,\"nbf\":\"soon\"}", "not good yet"},
      {"{" GOOD ",\"exp\":2000000600,\"iat\":2000000030}", NULL},
      {"{" GOOD ",\"exp\":2000000600,\"iat\":2000000031}", "in the future"},
      {"{" GOOD ",\"exp\":2000000600,\"iat\":[]}", "in the future"},
      {"{\"aud\":\"alongside\",\"exp\":2000000600}", "issuer"},
      {"{\"iss\":\"https://login.example.invalid/\",\"aud\":\"alongside\",\"exp\":2000000600}", "issuer"},
      {"{\"iss\":[\"https://login.example.invalid\"],\"aud\":\"alongside\",\"exp\":2000000600}", "issuer"},
      {"{\"iss\":\"https://login.example.invalid\",\"exp\":2000000600}", "audience"},
      {"{\"iss\":\"https://login.example.invalid\",\"aud\":\"other\",\"exp\":2000000600}", "audience"},
      {"{\"iss\":\"https://login.example.invalid\",\"aud\":[],\"exp\":2000000600}", "audience"},
      {"{\"iss\":\"https://login.example.invalid\",\"aud\":[\"x\",\"alongside\"],\"exp\":2000000600}", NULL},
      {"{" GOOD ",\"exp\":1,\"exp\":2000000600}", "claims are malformed"},
      {"[]", "claims are malformed"},
      {"not JSON", "claims are malformed"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *token = provider_sign(provider.rsa, "RS256", "rsa-1", NULL, cases[i].claims);
    if (cases[i].fault)
      assert_fault(token, cases[i].fault);
    else
      assert_null(fault_of(token));
  }
}

static void a_header_that_asks_for_more_or_for_less_is_refused(void **state) {
  static const struct {
    const char *header, *fault;
  } cases[] = {
      {"{\"alg\":\"none\",\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":\"None\",\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":\"HS256\",\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":\"RS512\",\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":\"rs256\",\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":[\"RS256\"],\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"kid\":\"rsa-1\"}", "algorithm"},
      {"{\"alg\":\"RS256\"}", "names no key"},
      {"{\"alg\":\"RS256\",\"kid\":\"\"}", "names no key"},
      {"{\"alg\":\"RS256\",\"kid\":1}", "names no key"},
      {"{\"alg\":\"RS256\",\"kid\":\"other\"}", "not known"},
      {"{\"alg\":\"ES256\",\"kid\":\"rsa-1\"}", "not known"},
      {"{\"alg\":\"RS256\",\"kid\":\"ec-1\"}", "not known"},
      {"{\"alg\":\"RS256\",\"kid\":\"rsa-1\"}", "signature"},
      {"{\"alg\":\"ES256\",\"kid\":\"ec-1\"}", "signature"},
      {"{\"alg\":\"RS256\",\"alg\":\"RS256\",\"kid\":\"rsa-1\"}", "header is malformed"},
      {"{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"kid\":\"ec-1\"}", "header is malformed"},
      {"{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"crit\":[\"b64\"],\"b64\":false}", "critical"},
      {"{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"crit\":[]}", "critical"},
      {"{\"alg\":\"RS256\",\"kid\":\"rsa-1\",\"b64\":true}", "critical"},
      {"[\"RS256\"]", "header is malformed"},
      {"", "header is malformed"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    assert_fault(provider_forge(cases[i].header, good, "signature"), cases[i].fault);
  assert_fault(provider_sign(provider.rsa, "RS256", "rsa-1", "[\"exp\"]", good), "critical");
}

// The classic: who takes the algorithm from the token uses the public key as the secret of an HMAC.
static void the_public_key_is_no_secret_to_sign_with(void **state) {
  char *keys = provider_keys(provider.rsa, NULL);
  cjose_err fault;
  cjose_jwk_t *secret = cjose_jwk_create_oct_spec((uint8_t *)keys, strlen(keys), &fault);
  (void)state;
  assert_fault(provider_sign(secret, "HS256", "rsa-1", NULL, good), "algorithm");
  cjose_jwk_release(secret);
  free(keys);
}

static void a_key_of_the_same_name_that_is_not_the_providers_signs_nothing(void **state) {
  struct provider other = provider_make();
  (void)state;
  assert_fault(provider_sign(other.rsa, "RS256", "rsa-1", NULL, good), "signature");
  assert_fault(provider_sign(other.ec, "ES256", "ec-1", NULL, good), "signature");
  provider_free(&other);
}

static void a_changed_character_anywhere_is_refused(void **state) {
  char *token = provider_sign(provider.ec, "ES256", "ec-1", NULL, good);
  (void)state;
  for (size_t i = 0; token[i + 1]; i++) { // the last character carries bits that mean nothing
    char *changed = strdup(token);
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    assert_non_null(fault_of(changed));
  }
  free(token);
}

static void a_malformed_token_is_refused(void **state) {
  static const char *const cases[] = {
      "",     ".",       "..",          "...",          "a.b",          "a.b.c",         "a.b.",
      ".b.c", "e30.e30", "e30.e30.e30", "e30=.e30.e30", "e30 .e30.e30", "\x80.\x80.\x80"};
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_non_null(fault_of(strdup(cases[i])));
}

static void a_token_of_64_kilobytes_is_refused_unread(void **state) {
  char *token = malloc(65537);
  (void)state;
  memset(token, 'A', 65536);
  token[65536] = 0;
  assert_fault(token, "too large");
}

static void only_keys_that_can_check_a_signature_are_taken(void **state) {
  static const char *const cases[] = {
      "",
      "[]",
      "{}",
      "{\"keys\":[]}",
      "{\"keys\":[1]}",
      "{\"keys\":[{\"kty\":\"oct\",\"kid\":\"k\",\"k\":\"AAAA\"}]}",
      "{\"keys\":[{\"kty\":\"RSA\",\"kid\":\"k\",\"n\":\"AQAB\",\"e\":\"AQAB\"}]}",
      "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"k\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]}",
  };
  const char *fault = NULL;
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) assert_null(jwks_parse(cases[i], strlen(cases[i]), &fault));
  assert_non_null(fault);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_token_by_either_algorithm_is_taken),
      cmocka_unit_test(a_token_with_wrong_claims_is_refused_though_its_signature_is_good),
      cmocka_unit_test(a_header_that_asks_for_more_or_for_less_is_refused),
      cmocka_unit_test(the_public_key_is_no_secret_to_sign_with),
      cmocka_unit_test(a_key_of_the_same_name_that_is_not_the_providers_signs_nothing),
      cmocka_unit_test(a_changed_character_anywhere_is_refused),
      cmocka_unit_test(a_malformed_token_is_refused),
      cmocka_unit_test(a_token_of_64_kilobytes_is_refused_unread),
      cmocka_unit_test(only_keys_that_can_check_a_signature_are_taken),
  };
  return cmocka_run_group_tests(tests, make_provider, free_provider);
}
