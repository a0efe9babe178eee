// What the parts of the store in Redis share: store_redis.c has the queue, the changes and the life of the store;
// store_redis_look.c looks at records, indexes and streams, and claims timers.
#pragma once
#include "commit.h"
#include "queue.h"
#include "redis.h"
#include "store_redis.h"

struct store_redis;

// Changes that went out in one call.
struct commits {
  struct redis_call call; // first
  struct store_redis *s;
  struct store_change *changes[COMMIT_CHANGES];
  size_t n; // 0: none is on its way
};

// A look at a stream or a claim of timers: its arguments and whom to answer.
struct scan {
  struct redis_call call; // first
  struct store_redis *s;
  char area[64], service[64];
  const char *stream; // "events" or "audit"
  uint64_t after;
  int64_t now_ms, lease_ms;
  unsigned limit;
  store_events_fn *events; // NULL: a claim
  store_timers_fn *timers;
  void *context;
};

struct store_redis {
  struct store store; // first
  uv_prepare_t prepare;
  uv_idle_t idle; // runs while something is queued: what is queued after our prepare must not wait for the next event
  struct redis *redis;
  char service[64];
  struct queue reads, changes, scans;
  struct queue fetches;                                       // reads whose records are still to be sent for
  struct queue empties;                                       // reads that want nothing
  struct queue refused_reads, refused_changes, refused_scans; // beyond STORE_IN_HAND
  size_t in_hand;                                             // operations without an answer
  struct commits commits;                                     // on their way
  struct resp resp;
  bool closing;
  int handles; // that are not closed yet
  void (*closed)(void *context);
  void *context;
};

// Zeroed memory; aborts where there is none.
static inline void *take(size_t size_bytes) {
  void *memory = calloc(1, size_bytes);
  if (!memory) abort();
  return memory;
}

// Sends what is in s->resp. The connection must be ready.
void store_redis_send(struct store_redis *s, struct redis_call *call);
// Whether a reply is an array, of so many elements unless that is SIZE_MAX. An error means that Redis is not what it
// was when it was greeted (its functions are gone, it has become a replica, it is out of memory): the connection is
// made anew, and what is on its way on this one is answered STORE_UNAVAILABLE.
bool store_redis_is_array(struct store_redis *s, const redisReply *reply, size_t elements);

// Send all that is queued in s->reads and in s->scans.
void store_redis_send_reads(struct store_redis *s);
void store_redis_send_scans(struct store_redis *s);
// Answer one operation. What it holds of ours is freed; it may itself be gone after its `done`.
void store_redis_answer_read(struct store_redis *s, struct store_read *read, enum store_result result);
void store_redis_answer_scan(struct scan *scan, enum store_result result, const struct store_entry *entries,
                             char **names, size_t n);
