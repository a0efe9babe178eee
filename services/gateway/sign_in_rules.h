// The file of sign-in (proto/sign_in.proto): read and checked at start, and applied to the claims of a token.
#pragma once
#include "config.h"
#include "err.h"
#include "sign_in.pb-c.h"
#include <jansson.h>

enum {
  SIGN_IN_ID_BYTES = 64, // the longest id of an actor
  SIGN_IN_ROLES = 16,
  SIGN_IN_AREAS = 256
};

// Who the claims say it is. The areas' names are the rules'.
struct sign_in_actor {
  char id[SIGN_IN_ID_BYTES + 1];
  Role roles[SIGN_IN_ROLES];
  size_t n_roles;
  char *areas[SIGN_IN_AREAS];
  size_t n_areas;
};

// In the config's arena. NULL and "FILE:LINE: what is wrong" in `errors` on a fault. What the file leaves out is filled
// in.
SignIn *sign_in_rules_read(struct config *config, char *errors, size_t errors_bytes);

// UNAUTHENTICATED where there is no usable id; FORBIDDEN where no role or no area is granted, or where an operator, who
// reads nobody's record, would hold another role beside it.
struct err sign_in_rules_apply(const SignIn *rules, const json_t *claims, struct sign_in_actor *actor);
