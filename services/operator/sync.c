#include "sync.h"
#include "log.h"
#include "store_redis.h"
#include <stdio.h>
#include <string.h>

enum {
  READY_MS = 10000
};

// One call's answer, and where it goes.
struct wait {
  bool done;
  enum store_result result;
  struct arena *arena;
  struct store_value *values; // of the read's keys
  char ***members;
  size_t *n;
  struct store_entry **entries;
};

static bool wait_for(struct sync *s, struct wait *w) {
  while (!w->done) uv_run(&s->loop, UV_RUN_ONCE);
  return w->result == STORE_DONE;
}

static void on_ready_tick(uv_timer_t *t) {
  (void)t;
}

static bool wait_ready(struct sync *s) {
  uv_timer_t tick;
  uv_timer_init(&s->loop, &tick);
  uv_timer_start(&tick, on_ready_tick, 10, 10);
  uint64_t until = uv_now(&s->loop) + READY_MS;
  while (!s->store->ops->ready(s->store) && uv_now(&s->loop) < until) uv_run(&s->loop, UV_RUN_ONCE);
  uv_close((uv_handle_t *)&tick, NULL);
  uv_run(&s->loop, UV_RUN_NOWAIT);
  return s->store->ops->ready(s->store);
}

bool sync_open(struct sync *s, const char *name) {
  char errors[1024];
  *s = (struct sync){0};
  uv_loop_init(&s->loop);
  if (config_load(&s->config, name, errors, sizeof errors)) {
    fprintf(stderr, "alongside: %s\n", errors);
    return false;
  }
  log_open(name, "error");
  s->store = store_redis_open(&s->loop, &s->config, errors, sizeof errors);
  if (!s->store || !wait_ready(s)) {
    fprintf(stderr, "alongside: the store at %s does not answer%s%s\n", s->config.redis, s->store ? "" : ": ",
            s->store ? "; is Redis running?" : errors);
    if (s->store) sync_close(s);
    return false;
  }
  return true;
}

static void on_closed(void *context) {
  (void)context;
}

void sync_close(struct sync *s) {
  s->store->ops->close(s->store, on_closed, s);
  uv_run(&s->loop, UV_RUN_DEFAULT);
  uv_loop_close(&s->loop);
  config_free(&s->config);
}

static void on_read(struct store_read *read, enum store_result result) {
  struct wait *w = read->owner;
  w->done = true;
  w->result = result;
  if (result != STORE_DONE) return;
  for (size_t i = 0; i < read->n_keys; i++) {
    w->values[i] = read->values[i];
    w->values[i].body.data = arena_copy(w->arena, read->values[i].body.data, read->values[i].body.size_bytes);
  }
  if (!w->members) return;
  *w->n = read->n_members;
  *w->members = arena_take(w->arena, (read->n_members + 1) * sizeof **w->members);
  for (size_t i = 0; i < read->n_members; i++) (*w->members)[i] = arena_text(w->arena, read->members[i]);
}

bool sync_read_many(struct sync *s, const char **keys, size_t n, struct store_value *values, struct arena *a) {
  struct wait w = {.values = values, .arena = a};
  struct store_value *found = arena_take(a, (n + 1) * sizeof *found);
  struct store_read read = {.keys = keys, .n_keys = n, .values = found, .done = on_read, .owner = &w};
  s->store->ops->read(s->store, &read);
  return wait_for(s, &w);
}

bool sync_read(struct sync *s, const char *key, struct store_value *value, struct arena *a) {
  return sync_read_many(s, &key, 1, value, a);
}

bool sync_members(struct sync *s, const char *area, const char *index, const char *after, unsigned limit,
                  char ***members, size_t *n, struct arena *a) {
  struct wait w = {.members = members, .n = n, .arena = a};
  struct store_read read = {.area = area, .index = index, .after = after, .limit = limit, .done = on_read, .owner = &w};
  s->store->ops->read(s->store, &read);
  return wait_for(s, &w);
}

static void on_committed(struct store_change *change, enum store_result result) {
  struct wait *w = change->owner;
  w->done = true;
  w->result = result;
}

enum store_result sync_commit(struct sync *s, struct store_change *change) {
  struct wait w = {0};
  change->owner = &w; // cppcheck-suppress autoVariables; `done` has been called before this returns
  change->done = on_committed;
  s->store->ops->commit(s->store, change);
  wait_for(s, &w);
  return w.result;
}

static void on_events(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  struct wait *w = context;
  w->done = true;
  w->result = result;
  if (result != STORE_DONE) return;
  *w->n = n;
  *w->entries = arena_take(w->arena, (n + 1) * sizeof **w->entries);
  for (size_t i = 0; i < n; i++) {
    (*w->entries)[i] = entries[i];
    (*w->entries)[i].list.data = arena_copy(w->arena, entries[i].list.data, entries[i].list.size_bytes);
  }
}

bool sync_events(struct sync *s, const char *area, uint64_t after, unsigned limit, struct store_entry **entries,
                 size_t *n, struct arena *a) {
  struct wait w = {.entries = entries, .n = n, .arena = a};
  s->store->ops->events(s->store, area, after, limit, on_events, &w);
  return wait_for(s, &w);
}

bool sync_audit(struct sync *s, const char *area, uint64_t after, unsigned limit, struct store_entry **entries,
                size_t *n, struct arena *a) {
  struct wait w = {.entries = entries, .n = n, .arena = a};
  s->store->ops->audit(s->store, area, after, limit, on_events, &w);
  return wait_for(s, &w);
}
