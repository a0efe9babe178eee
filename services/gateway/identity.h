// Who sends a request: an actor, signed so that services believe it.
//
// However somebody signs in (tokens.h, sign_in.h), what is remembered of them holds a badge. It signs its actor when it
// is first shown and again before the signature has run out; a signature costs more than all the rest of a request.
#pragma once
#include "actor.h"
#include <stdbool.h>

enum {
  IDENTITY_ACTOR_MS = 25000, // life of a signed actor: ACTOR_LIFE_MS less what clocks may differ by
  IDENTITY_RENEW_MS = 12000, // an actor with less than this left is signed again
};

// Who sent a request. Valid during the call.
struct identity {
  const Actor *actor;
  const uint8_t *packed; // the actor as it goes over the bus
  size_t packed_bytes;
  const uint8_t *signature; // 64 bytes
  int64_t expires_at_ms;    // of what was signed in with
  bool copied;              // a cookie with a secret that is not its phone's: somebody has a copy
};

// `who` is NULL unless code is CODE__OK.
typedef void identity_fn(void *context, const struct identity *who, Code code);

// All zero: nobody's.
struct badge {
  Actor actor;           // its texts and lists are its owner's
  int64_t expires_at_ms; // 0: nobody's
  uint8_t *packed;       // NULL: not signed yet
  size_t packed_bytes;
  uint8_t signature[64];
};
// Takes the badge back from whoever had it. `who` is copied, what it points at is not.
void badge_give(struct badge *b, const Actor *who, int64_t expires_at_ms);
void badge_free(struct badge *b);
bool badge_is_good(const struct badge *b, int64_t now_ms);
// Signs where that is needed, and calls `done` once before it returns; the badge is good. `copied`: see struct
// identity.
void badge_show(struct badge *b, const struct keys *keys, bool copied, int64_t now_ms, identity_fn *done,
                void *context);
