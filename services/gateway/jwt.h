// JSON Web Tokens (RFC 7519), as an OpenID Connect provider signs them: RS256 and ES256, and nothing else.
//
// cjose checks the signature and no more. What surrounds it is checked here, on the bytes that are signed: which
// algorithm the token may name, that no name comes twice, that nothing is marked critical, who issued it, for whom, and
// between which times. All is pure; every fault is a sentence for the log, never for the sender.
#pragma once
#include <cjose/cjose.h>
#include <jansson.h>
#include <stdint.h>

enum {
  JWT_MAX_BYTES = 8192, // the whole token
  JWT_KID_BYTES = 128
};

enum jwt_alg {
  JWT_RS256,
  JWT_ES256
};

struct jwt {
  const char *text; // borrowed
  enum jwt_alg alg;
  const char *kid; // of the header
  json_t *header, *claims;
};

struct jwt_rules {
  const char *issuer, *audience;
  int64_t leeway_s;
};

// Takes the token apart. NULL: well-formed, and jwt_free is due; else what is wrong. Nothing in it is proved yet.
const char *jwt_read(struct jwt *j, const char *text);
void jwt_free(struct jwt *j);
// Whether that key signed it.
bool jwt_is_signed_by(const struct jwt *j, const cjose_jwk_t *key);
// NULL: issuer, audience and times are right, and `expires_at_s` is when they end being so; else what is wrong.
const char *jwt_claims_fault(const json_t *claims, const struct jwt_rules *rules, int64_t now_s, int64_t *expires_at_s);
