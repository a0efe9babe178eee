// links: gateway llhttp
// Bytes of every sort as a token and as a set of keys: nothing breaks, and no token is proved that the key's owner did
// not sign. The key is the one of RFC 7515, appendix A.3; what it signed there names no key.
#include "jwks.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);

static const char known[] = "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"k\","
                            "\"x\":\"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU\","
                            "\"y\":\"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0\"}]}";

static void read_token(const char *text, const cjose_jwk_t *key) {
  static const struct jwt_rules rules = {"issuer", "audience", 30};
  struct jwt j;
  int64_t expires_at_s;
  if (jwt_read(&j, text)) return;
  jwt_claims_fault(j.claims, &rules, 1000, &expires_at_s);
  assert(!jwt_is_signed_by(&j, key));
  jwt_free(&j);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  const char *fault = NULL;
  char *text = malloc(size_bytes + 1);
  struct jwks *own = jwks_parse(known, sizeof known - 1, &fault);
  assert(text && own);
  memcpy(text, data, size_bytes);
  text[size_bytes] = 0;
  struct jwks *set = jwks_parse(text, size_bytes, &fault);
  assert(set || fault);
  read_token(text, jwks_find(own, "k", JWT_ES256));
  jwks_free(set);
  jwks_free(own);
  free(text);
  return 0;
}
