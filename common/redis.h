// One connection to Redis on the libuv loop, which comes back by itself.
//
//   waiting --(50 ms .. 1 s)--> resolving --> connecting --> greeting --> ready
//      ^_____________________________any fault, any silence__________________|
//
// The name is resolved again for every attempt. While Redis loads its data it refuses the greeting, and so is not
// ready. A command that gets no answer while nothing else does for five seconds takes the connection down with it.
#pragma once
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

enum {
  REDIS_BACKOFF_MIN_MS = 50,
  REDIS_BACKOFF_MAX_MS = 1000,
  REDIS_CONNECT_MS = 2000, // of silence while connecting and greeting
  REDIS_SILENCE_MS = 5000, // of silence while commands wait for their answers
};

struct redis;
struct redis_options {
  const char *address;         // "host:port", "[::1]:port", "rediss://host:port" (TLS) or "unix:/path"
  const char *ca;              // the file of the certificates to trust with TLS; NULL: those of the system
  const char *user, *password; // NULL: none
  bool deploys;                // puts the functions in place (greeting.h)
};

// Begins to connect; copies the options. NULL and a sentence in `errors` where the address is malformed, or
// asks for TLS that cannot be had. Ignores SIGPIPE in the whole process, as a dead Unix socket would raise it.
struct redis *redis_open(uv_loop_t *loop, const struct redis_options *options, char *errors, size_t errors_bytes);
bool redis_ready(const struct redis *r);
// Why the last attempt failed; empty while all is well.
const char *redis_why(const struct redis *r);

// One command on its way; embedded in what the caller keeps until `done`, which is called once, never before
// redis_send() returns. `reply` is valid during the call; NULL: the connection was lost, and the outcome is unknown.
struct redis_call {
  void (*done)(struct redis_call *call, const redisReply *reply);
};
// Adds a formatted command (copied) to what redis_flush() sends. False, and `done` is never called, unless ready.
bool redis_send(struct redis *r, const char *command, size_t size_bytes, struct redis_call *call);
// Writes as much as the socket takes; the loop writes the rest.
void redis_flush(struct redis *r);
// Gives the connection up (to greet anew on another) because of what was heard on it.
void redis_drop(struct redis *r, const char *why);
// Gives the connection up for good: calls that are on their way are answered NULL, then `closed` is called. `r` is gone
// then.
void redis_close(struct redis *r, void (*closed)(void *context), void *context);
