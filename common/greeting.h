// What is said to Redis on a new connection before it is used: who we are, the function library, durability.
//
//   services:            AUTH --> FCALL_RO alongside_version --------------------> CONFIG GET --> done
//   `alongside deploy`:  AUTH --> FUNCTION LIST --(another text)--> FUNCTION LOAD --^
//                                       \____________(the same text)________________/
//
// Services have no right to load functions: what is loaded there runs for all of them. Whoever deploys has it, and puts
// the text of this build in place as one step. A service that finds another version, or none, waits for that.
#pragma once
#include "resp.h"
#include <hiredis/hiredis.h>
#include <stdbool.h>

// As alongside_version says in commit.lua.
enum {
  LIBRARY_VERSION = 2,
};

enum greeting_step {
  GREETING_AUTH,
  GREETING_VERSION,
  GREETING_LIST,
  GREETING_LOAD,
  GREETING_DURABILITY,
  GREETING_DONE,
  GREETING_FAILED, // the reply was an error, or is not what is needed: try again on a new connection
};

struct greeting {
  const char *user, *password; // NULL: none
  bool deploys;                // puts the functions in place
};

enum greeting_step greeting_first(const struct greeting *g);
// Writes the command of a step (not for the last two).
const char *greeting_ask(const struct greeting *g, enum greeting_step step, struct resp *out, size_t *size_bytes);
// What follows from the reply to a step. On GREETING_FAILED `*why` says why; on others it may carry a warning, else it
// is NULL. It lives as long as the reply.
enum greeting_step greeting_hear(const struct greeting *g, enum greeting_step step, const redisReply *reply,
                                 const char **why);
