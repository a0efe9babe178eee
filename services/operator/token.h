// Bearer tokens in the store.
#pragma once
#include "envelope.pb-c.h"
#include "sync.h"

enum {
  TOKEN_TEXT = 33 + 44
}; // an area, a dot, 32 bytes in base64url without padding, and a NUL

// Stores the token under the hash of a new secret, in the first of its areas, and writes what its bearer sends. False:
// the store did not take it, and `out` is untouched.
bool token_issue(struct sync *s, const Token *token, char out[TOKEN_TEXT]);
// Makes it worthless. NULL, or what is wrong.
const char *token_withdraw(struct sync *s, const char *text);
