// Sign-in by tokens of the organisation's own OpenID Connect provider, beside the product's own (tokens.h).
//
//   header -> remembered? -> jwt (form, claims) -> jwks (key) -> jwt (signature) -> sign_in_rules -> signed actor
//
// A token that was found good is remembered until it expires, under a keyed hash of it, so that a request does not cost
// a check of a signature; all are forgotten whenever the provider's keys have been read anew, so that a key that is
// withdrawn takes its tokens along. A token that names an unknown key waits until the keys have been read again, where
// that is allowed (jwks.h), so that nobody notices when a provider changes its keys.
#pragma once
#include "config.h"
#include "keys.h"
#include "tokens.h"
#include <stdbool.h>
#include <uv.h>

enum {
  SIGN_IN_REMEMBERED = 4096,
  SIGN_IN_WAITING = 256 // tokens that wait for keys
};

struct sign_in;
// Reads the file that the configuration names. NULL and a sentence in `errors` on a fault: the file is wrong, or it
// names a file of keys that is.
struct sign_in *sign_in_new(uv_loop_t *loop, struct config *config, const struct keys *keys, char *errors,
                            size_t errors_bytes);
// Answers those who wait, and reads no keys any more.
void sign_in_stop(struct sign_in *s);
void sign_in_free(struct sign_in *s);

// Whether the header holds a token of a provider: one of three parts, where the product's own have two.
bool sign_in_takes(const char *authorization);
// Like tokens_check. FORBIDDEN as well: a good token whose claims grant nothing here; UNAVAILABLE: there are no keys
// yet.
void sign_in_check(struct sign_in *s, const char *authorization, int64_t now_ms, identity_fn *done, void *context);
