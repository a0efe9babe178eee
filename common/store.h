// Where records, events, timers and indexes are kept. Two implementations: Redis (store_redis.c), and memory
// (store_memory.c) for simulation. All calls answer by callback, never before they return.
//
// Keys, with the area as hash tag so that a change stays in one slot:
//   {area}:<Type>:<id>         a record: 8 bytes of version (big endian), then the packed message
//   {area}:index:<kind>        a sorted set, all scores 0 (index.h)
//   {area}:timers:<service>    a sorted set: timer name by due time (ms)
//   {area}:events              a stream of EventLists ("e"); an entry's id is the sequence of its last event
//   {area}:audit               a stream of AuditLists ("a"), ids likewise
//   {area}:sequence            the last event's sequence;  {area}:audit-sequence likewise
//   {area}:cursor:<reader>     a record whose version is the sequence that the reader has handled
#pragma once
#include "arena.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum store_result {
  STORE_DONE,
  STORE_CONFLICT,
  STORE_UNAVAILABLE
};
struct bytes {
  const uint8_t *data;
  size_t size_bytes;
};

// One record of a change: what it was when it was read, and what it becomes.
struct store_record {
  const char *key;
  uint64_t seen_version; // 0: there was none
  enum {
    STORE_KEEP,
    STORE_PUT,
    STORE_DELETE
  } then;
  struct bytes value; // STORE_PUT: with its 8 bytes of new version
};
struct store_timer {
  const char *name;
  int64_t due_at_ms;
}; // due 0: clear
struct store_index {
  const char *index, *member; // "<kind>" or "<kind>/<owner>"
  bool remove;
};

// All or nothing. Owned by the caller, who keeps it until `done`.
struct store_change {
  const char *area;
  struct store_record *records;
  size_t n_records;
  struct store_timer *timers;
  size_t n_timers;
  struct store_index *indexes;
  size_t n_indexes;
  struct bytes events;
  unsigned n_events; // packed EventList
  struct bytes audit;
  unsigned n_audit; // packed AuditList
  void (*done)(struct store_change *change, enum store_result result);
  uint64_t first_sequence; // out: of its first event
  void *owner;
};
// `body` is the value without its version, whose 8 bytes lie right before it in memory.
struct store_value {
  bool exists;
  uint64_t version;
  struct bytes body;
};
// Reads records by key and parts of indexes. The results are valid during `done`.
struct store_read {
  const char **keys;
  size_t n_keys;
  struct store_value *values;       // out, one per key; the caller's memory
  const char *area, *index, *after; // index NULL: none
  unsigned limit;
  char **members;
  size_t n_members; // out
  void (*done)(struct store_read *read, enum store_result result);
  void *owner;
};

struct store_ops;
struct store {
  const struct store_ops *ops;
};

struct store_entry {
  uint64_t last;
  struct bytes list;
}; // packed EventList
typedef void store_events_fn(void *context, enum store_result result, const struct store_entry *entries, size_t n);
typedef void store_timers_fn(void *context, enum store_result result, char **names, size_t n);

struct store_ops {
  // Queued; all that is queued in one turn of the loop goes out together.
  void (*read)(struct store *s, struct store_read *read);
  void (*commit)(struct store *s, struct store_change *change);
  // The entries of an area's events after sequence `after`, at most `limit`.
  void (*events)(struct store *s, const char *area, uint64_t after, unsigned limit, store_events_fn *done,
                 void *context);
  // The same of an area's audit: packed AuditLists. An entry that holds no list has an empty one.
  void (*audit)(struct store *s, const char *area, uint64_t after, unsigned limit, store_events_fn *done,
                void *context);
  // Claims timers that are due: pushes them forward by the lease, so that a crash lets them come due again.
  void (*claim)(struct store *s, const char *area, const char *service, int64_t now_ms, int64_t lease_ms,
                unsigned limit, store_timers_fn *done, void *context);
  bool (*ready)(struct store *s);
  // Why it is not ready, as far as that is known; else empty.
  const char *(*why)(struct store *s);
  void (*close)(struct store *s, void (*closed)(void *context), void *context);
};
