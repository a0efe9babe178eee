// What a store keeps, in memory: records, sorted sets and streams, with the meaning that they have in Redis and none of
// its machinery. Nothing here waits, fails or depends on anything but its arguments.
//
// store_memory.h makes stores of it, one for each simulated process, which all share one memory.
#pragma once
#include "store.h"

struct memory;
struct memory *memory_new(void);
void memory_free(struct memory *m);

// Commits a batch: each change whole or not at all, judged by what the earlier ones left behind. Sets first_sequence
// and writes one result for each. The events of an area share one entry of its stream, and so does its audit. Timers go
// to the set of `service`.
void memory_commit(struct memory *m, const char *service, struct store_change *const *changes, size_t n,
                   enum store_result *results);

// The record with its 8 bytes of version; data is NULL where there is none. Valid until it is written.
struct bytes memory_record(const struct memory *m, const char *key);

// Calls `visit` for every record: its key, and the record with its 8 bytes of version.
typedef void memory_visit_fn(void *context, const char *key, struct bytes record);
void memory_each(const struct memory *m, memory_visit_fn *visit, void *context);

// What the next three find is copied for the caller, who frees `members`, `names` and `entries` with one free() each.
char **memory_page(const struct memory *m, const char *area, const char *index, const char *after, unsigned limit,
                   size_t *n);
// The names of timers that are due, the earliest first; pushes each forward by the lease.
char **memory_claim(struct memory *m, const char *area, const char *service, int64_t now_ms, int64_t lease_ms,
                    unsigned limit, size_t *n);
// `stream`: "events" or "audit".
struct store_entry *memory_entries(const struct memory *m, const char *area, const char *stream, uint64_t after,
                                   unsigned limit, size_t *n);
// The time of the earliest timer of that service, or INT64_MAX: when a simulated clock has something to do again.
int64_t memory_next_timer(const struct memory *m, const char *area, const char *service);
