#include "store_memory.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  BATCH = 8
};

enum kind {
  READ,
  COMMIT,
  EVENTS,
  CLAIM,
  CLOSE,
};

// One waiting operation. What the caller keeps is pointed at, the rest is copied.
struct operation {
  enum kind kind;
  union {
    struct store_read *read;
    struct store_change *change;
    struct {
      const char *stream;
      char *area;
      uint64_t after;
      unsigned limit;
      store_events_fn *done;
      void *context;
    } events;
    struct {
      char *area, *service;
      int64_t now_ms, lease_ms;
      unsigned limit;
      store_timers_fn *done;
      void *context;
    } claim;
    struct {
      void (*closed)(void *context);
      void *context;
    } close;
  };
};

struct store_memory {
  struct store store; // first
  struct memory *m;
  char *service;
  bool ready;
  struct operation *waiting; // in the order in which they came
  size_t n, cap;
};

static struct store_memory *of(struct store *store) {
  return (struct store_memory *)store;
}

static void *take(size_t size_bytes) {
  void *memory = calloc(1, size_bytes ? size_bytes : 1);
  if (!memory) abort();
  return memory;
}

static char *copy_text(const char *text) {
  char *copy = strdup(text);
  if (!copy) abort();
  return copy;
}

static void enqueue(struct store *store, struct operation operation) {
  struct store_memory *s = of(store);
  if (s->n == s->cap) {
    s->cap = s->cap ? 2 * s->cap : 16;
    s->waiting = realloc(s->waiting, s->cap * sizeof *s->waiting);
    if (!s->waiting) abort();
  }
  s->waiting[s->n++] = operation;
}

static struct operation dequeue(struct store_memory *s, size_t i) {
  struct operation operation = s->waiting[i];
  s->n--;
  memmove(s->waiting + i, s->waiting + i + 1, (s->n - i) * sizeof *s->waiting);
  return operation;
}

static void operation_deinit(struct operation *o) {
  if (o->kind == EVENTS) free(o->events.area);
  if (o->kind == CLAIM) {
    free(o->claim.area);
    free(o->claim.service);
  }
}

// --- carrying out

// Values are copied, with the version before the body, so that a reader who keeps one too long is found out.
static struct store_value copy_value(struct bytes kept, uint8_t **copy) {
  *copy = NULL;
  if (!kept.data) return (struct store_value){.exists = false};
  uint64_t version;
  memcpy(&version, kept.data, 8);
  *copy = take(kept.size_bytes);
  memcpy(*copy, kept.data, kept.size_bytes);
  return (struct store_value){true, __builtin_bswap64(version), {*copy + 8, kept.size_bytes - 8}};
}

static void carry_out_read(struct store_memory *s, struct operation *o, enum store_result result) {
  struct store_read *read = o->read;
  size_t n = result == STORE_DONE ? read->n_keys : 0;
  uint8_t **copies = take(n * sizeof *copies);
  for (size_t i = 0; i < n; i++) read->values[i] = copy_value(memory_record(s->m, read->keys[i]), &copies[i]);
  char **members = NULL;
  read->n_members = 0;
  if (result == STORE_DONE && read->index) {
    members = memory_page(s->m, read->area, read->index, read->after, read->limit, &read->n_members);
  }
  read->members = members;
  read->done(read, result);
  for (size_t i = 0; i < n; i++) free(copies[i]);
  free(copies);
  free(members);
}

static void carry_out_events(struct store_memory *s, struct operation *o, enum store_result result) {
  struct store_entry *entries = NULL;
  size_t n = 0;
  if (result == STORE_DONE) {
    entries = memory_entries(s->m, o->events.area, o->events.stream, o->events.after, o->events.limit, &n);
  }
  o->events.done(o->events.context, result, entries, n);
  free(entries);
}

// A claim can be made without its author learning it, as it changes something; of looking, nothing is left.
static void carry_out_claim(struct store_memory *s, struct operation *o, enum memory_fault fault) {
  char **names = NULL;
  size_t n = 0;
  if (fault != MEMORY_LOST) {
    names = memory_claim(s->m, o->claim.area, o->claim.service, o->claim.now_ms, o->claim.lease_ms, o->claim.limit, &n);
  }
  enum store_result result = fault == MEMORY_FINE ? STORE_DONE : STORE_UNAVAILABLE;
  o->claim.done(o->claim.context, result, result == STORE_DONE ? names : NULL, result == STORE_DONE ? n : 0);
  free(names);
}

static void carry_out(struct store_memory *s, struct operation *o, enum memory_fault fault) {
  enum store_result result = fault == MEMORY_FINE ? STORE_DONE : STORE_UNAVAILABLE;
  if (o->kind == READ) carry_out_read(s, o, result);
  if (o->kind == EVENTS) carry_out_events(s, o, result);
  if (o->kind == CLAIM) carry_out_claim(s, o, fault);
  operation_deinit(o);
}

static void carry_out_changes(struct store_memory *s, size_t first, size_t most, enum memory_fault fault) {
  struct store_change *changes[BATCH];
  enum store_result results[BATCH];
  size_t n = 0;
  for (size_t i = first; i < s->n && n < most;) {
    if (s->waiting[i].kind == COMMIT)
      changes[n++] = dequeue(s, i).change;
    else
      i++;
  }
  if (fault != MEMORY_LOST) memory_commit(s->m, s->service, changes, n, results);
  for (size_t i = 0; i < n; i++) {
    if (fault != MEMORY_FINE) changes[i]->first_sequence = 0;
    changes[i]->done(changes[i], fault == MEMORY_FINE ? results[i] : STORE_UNAVAILABLE);
  }
}

static size_t closing_at(const struct store_memory *s) {
  size_t i = 0;
  while (i < s->n && s->waiting[i].kind != CLOSE) i++;
  return i;
}

// What was queued before is answered first; what those who are answered then queue is forgotten.
static void carry_out_close(struct store_memory *s, struct operation *o) {
  for (size_t n = s->n; n > 0 && s->n > 0; n--) {
    struct operation left = dequeue(s, 0);
    if (left.kind == COMMIT)
      left.change->done(left.change, STORE_UNAVAILABLE);
    else
      carry_out(s, &left, MEMORY_LOST);
  }
  store_memory_free(&s->store);
  o->close.closed(o->close.context);
}

bool store_memory_step(struct store *store, uint64_t random, enum memory_fault fault) {
  struct store_memory *s = of(store);
  if (s->n == 0) return false;
  size_t closing = closing_at(s), i = closing < s->n ? closing : (size_t)((random & UINT32_MAX) % s->n);
  if (s->waiting[i].kind == COMMIT) {
    carry_out_changes(s, i, 1 + (size_t)((random >> 32) % BATCH), fault);
    return true;
  }
  struct operation operation = dequeue(s, i);
  if (operation.kind == CLOSE)
    carry_out_close(s, &operation);
  else
    carry_out(s, &operation, fault);
  return true;
}

// --- the store's operations

static void memory_store_read(struct store *store, struct store_read *read) {
  enqueue(store, (struct operation){READ, {.read = read}});
}

static void memory_store_commit(struct store *store, struct store_change *change) {
  change->first_sequence = 0;
  enqueue(store, (struct operation){COMMIT, {.change = change}});
}

static void memory_store_events(struct store *store, const char *area, uint64_t after, unsigned limit,
                                store_events_fn *done, void *context) {
  enqueue(store, (struct operation){EVENTS, {.events = {"events", copy_text(area), after, limit, done, context}}});
}

static void memory_store_audit(struct store *store, const char *area, uint64_t after, unsigned limit,
                               store_events_fn *done, void *context) {
  enqueue(store, (struct operation){EVENTS, {.events = {"audit", copy_text(area), after, limit, done, context}}});
}

static void memory_store_claim(struct store *store, const char *area, const char *service, int64_t now_ms,
                               int64_t lease_ms, unsigned limit, store_timers_fn *done, void *context) {
  struct operation o = {.kind = CLAIM};
  o.claim.area = copy_text(area);
  o.claim.service = copy_text(service);
  o.claim.now_ms = now_ms;
  o.claim.lease_ms = lease_ms;
  o.claim.limit = limit;
  o.claim.done = done;
  o.claim.context = context;
  enqueue(store, o);
}

static bool memory_store_ready(struct store *store) {
  return of(store)->ready;
}

static const char *memory_store_why(struct store *store) {
  (void)store;
  return "";
}

static void memory_store_close(struct store *store, void (*closed)(void *context), void *context) {
  enqueue(store, (struct operation){CLOSE, {.close = {closed, context}}});
}

static const struct store_ops ops = {memory_store_read,  memory_store_commit, memory_store_events, memory_store_audit,
                                     memory_store_claim, memory_store_ready,  memory_store_why,    memory_store_close};

struct store *store_memory_open(struct memory *m, const char *service) {
  struct store_memory *s = take(sizeof *s);
  s->store.ops = &ops;
  s->m = m;
  s->service = copy_text(service);
  s->ready = true;
  return &s->store;
}

size_t store_memory_waiting(const struct store *store) {
  return ((const struct store_memory *)store)->n;
}
void store_memory_set_ready(struct store *store, bool ready) {
  of(store)->ready = ready;
}

void store_memory_crash(struct store *store) {
  struct store_memory *s = of(store);
  for (size_t i = 0; i < s->n; i++) operation_deinit(&s->waiting[i]);
  s->n = 0;
}

void store_memory_free(struct store *store) {
  if (!store) return;
  store_memory_crash(store);
  free(of(store)->waiting);
  free(of(store)->service);
  free(of(store));
}
