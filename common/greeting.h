// What is said to Redis on a new connection before it is used: who we are, the function library, durability.
//
//   AUTH --> FUNCTION LIST --(another text)--> FUNCTION LOAD REPLACE --> CONFIG GET --> done
//              |      \___________(the same text)_______________________/  /
//              |___(no right to it)___> FCALL_RO alongside_version _______/
//
// Several services greet at once; each load puts the same text in place as one step, so their order does not matter.
// An account without the right to load (NOPERM) is content with a library of the same version that is already there.
#pragma once
#include "resp.h"
#include <hiredis/hiredis.h>

// As alongside_version says in commit.lua.
enum {
  LIBRARY_VERSION = 1,
};

enum greeting_step {
  GREETING_AUTH,
  GREETING_LIST,
  GREETING_LOAD,
  GREETING_VERSION,
  GREETING_DURABILITY,
  GREETING_DONE,
  GREETING_FAILED, // the reply was an error, or is not what is needed: try again on a new connection
};

// NULL: none.
struct greeting {
  const char *user, *password;
};

enum greeting_step greeting_first(const struct greeting *g);
// Writes the command of a step (not for the last two).
const char *greeting_ask(const struct greeting *g, enum greeting_step step, struct resp *out, size_t *size_bytes);
// What follows from the reply to a step. On GREETING_FAILED `*why` says why; on others it may carry a warning, else it
// is NULL. It lives as long as the reply.
enum greeting_step greeting_hear(enum greeting_step step, const redisReply *reply, const char **why);
