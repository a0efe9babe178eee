// The public keys of an OpenID Connect provider: a JSON Web Key Set (RFC 7517), and where it is read from.
//
// The set is read at start, again on a timer, and again when a token names a key that is not in it, at most once in
// JWKS_PAUSE_MS. Reading happens on a thread of libuv's pool, so that a slow provider delays nobody. A set that cannot
// be read leaves the one before in place.
#pragma once
#include "jwt.h"
#include <stddef.h>
#include <uv.h>

enum {
  JWKS_KEYS = 32,
  JWKS_MAX_BYTES = 65536,
  JWKS_PAUSE_MS = 5000,
  JWKS_WHOLE_MS = 10000, // the longest that reading from a URL takes
  JWKS_RSA_BITS = 2048   // the least
};

// --- a set

struct jwks;
// Keeps what can check a signature: RSA of at least 2048 bits and EC on P-256, with a `kid`, for signatures. NULL and a
// sentence in `fault`: it is not a key set, or has no such key.
struct jwks *jwks_parse(const char *text, size_t size_bytes, const char **fault);
void jwks_free(struct jwks *set);
// The key of that id that fits the algorithm; NULL: there is none.
const cjose_jwk_t *jwks_find(const struct jwks *set, const char *kid, enum jwt_alg alg);

// --- where it is read from

// `where` is an absolute path or a URL, and outlives the source. `at_once`: the set is read for the first time as soon
// as the loop turns, not after `every_ms`. `read` is called after each attempt, with the new set, which then belongs to
// the callee, or NULL where it could not be read.
struct jwks_source;
typedef void jwks_read_fn(void *context, struct jwks *set);
struct jwks_source *jwks_source_new(uv_loop_t *loop, const char *where, uint64_t every_ms, bool at_once,
                                    jwks_read_fn *read, void *context);
// Begins to read the set. False: it was read a moment ago. True as well where reading is under way already.
bool jwks_source_refresh(struct jwks_source *s);
// Frees the source once the loop has turned; `read` is not called any more.
void jwks_source_close(struct jwks_source *s);
// Reads now, which takes as long as it takes: for the start.
struct jwks *jwks_read_now(const char *where, const char **fault);
