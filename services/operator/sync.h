// The store, one call at a time, for a command that has nothing else to do meanwhile.
#pragma once
#include "config.h"
#include "store.h"
#include <uv.h>

struct sync {
  uv_loop_t loop;
  struct config config;
  struct store *store;
};
// Reads the configuration of `name` and waits up to ten seconds for the store. False: what is wrong is on standard
// error.
bool sync_open(struct sync *s, const char *name);
void sync_close(struct sync *s);

// `value`'s body is valid until the arena goes.
bool sync_read(struct sync *s, const char *key, struct store_value *value, struct arena *a);
// Many at once; `values` has `n` elements.
bool sync_read_many(struct sync *s, const char **keys, size_t n, struct store_value *values, struct arena *a);
enum store_result sync_commit(struct sync *s, struct store_change *change);
// Members of an index after `after`; texts in the arena.
bool sync_members(struct sync *s, const char *area, const char *index, const char *after, unsigned limit,
                  char ***members, size_t *n, struct arena *a);
// Entries of the events after `after`; lists in the arena.
bool sync_events(struct sync *s, const char *area, uint64_t after, unsigned limit, struct store_entry **entries,
                 size_t *n, struct arena *a);
// The same of the audit.
bool sync_audit(struct sync *s, const char *area, uint64_t after, unsigned limit, struct store_entry **entries,
                size_t *n, struct arena *a);
