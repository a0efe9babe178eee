// What is signed in with, of our own: bearer tokens, and the cookies of mentors' phones.
//
// A token reads `<area>.<43 characters of base64url>`. Its record (Token) lies in that area under the hash of its
// secret; the secret is kept nowhere. A cookie (cookie.h) names its record (MentorPhones), which holds the hash. What
// was read is trusted for two seconds, so that what is revoked soon ends; reads of the same one at the same time are
// one read.
#pragma once
#include "identity.h"
#include "store.h"

enum {
  TOKENS_ENTRIES = 10000, // tokens and cookies remembered, unknown ones included
  TOKENS_TRUSTED_MS = 2000,
  TOKENS_REFRESH_MS = 1000, // from this age on a use begins to read the record again
};

struct tokens;
// What is given outlives it.
struct tokens *tokens_new(struct store *store, const struct keys *keys);
// No read may be under way.
void tokens_free(struct tokens *t);

// Calls `done` once: before it returns where the token is remembered, later otherwise. Codes are UNAUTHENTICATED (no
// token, malformed, unknown, expired) and UNAVAILABLE (the store did not answer). `authorization` is the header's
// value, or NULL.
void tokens_check(struct tokens *t, const char *authorization, int64_t now_ms, identity_fn *done, void *context);
// The same for a cookie. One that is too old to open doors, or holds a secret that is not its phone's
// (identity.copied), is answered by an actor that may touch "SignIn/phone/<id>" and nothing else.
void tokens_check_cookie(struct tokens *t, const char *cookie, int64_t now_ms, identity_fn *done, void *context);
