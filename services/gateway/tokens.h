// Bearer tokens: who sends a request.
//
// A token reads `<area>.<43 characters of base64url>`. Its record (Token) lies in that area under the hash of its
// secret; the secret is kept nowhere. What was read is trusted for two seconds, so that a revoked token soon ends;
// reads of the same token at the same time are one read. The signed actor of a token is kept too, as a signature costs
// more than all the rest of a request.
#pragma once
#include "actor.h"
#include "store.h"

enum {
  TOKENS_ENTRIES = 10000, // tokens remembered, unknown ones included
  TOKENS_TRUSTED_MS = 2000,
  TOKENS_REFRESH_MS = 1000, // from this age on a use begins to read the token again
  TOKENS_ACTOR_MS = 25000,  // life of a signed actor: ACTOR_LIFE_MS less what clocks may differ by
  TOKENS_RENEW_MS = 12000,  // an actor with less than this left is signed again
};

// Who sent a request. Valid during the call.
struct identity {
  const Actor *actor;
  const uint8_t *packed; // the actor as it goes over the bus
  size_t packed_bytes;
  const uint8_t *signature; // 64 bytes
  int64_t token_expires_at_ms;
};

struct tokens;
// What is given outlives it.
struct tokens *tokens_new(struct store *store, const struct keys *keys);
// No read may be under way.
void tokens_free(struct tokens *t);

// Calls `done` once: before it returns where the token is remembered, later otherwise. `who` is NULL unless code is
// CODE__OK; codes are UNAUTHENTICATED (no token, malformed, unknown, expired) and UNAVAILABLE (the store did not
// answer). `authorization` is the header's value, or NULL.
typedef void tokens_fn(void *context, const struct identity *who, Code code);
void tokens_check(struct tokens *t, const char *authorization, int64_t now_ms, tokens_fn *done, void *context);
