#include "reader.h"
#include "log.h"
#include "model.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  FETCH_ENTRIES = 256, // stream entries in one reading
  QUIET_TICKS = 2,     // ticks without hearing anything, after which the stream is looked at
  KEEP_TICKS = 5,      // ticks after which a cursor that nothing else kept is kept
  BROKEN_ATTEMPTS = 5, // of one event, 1, 2, 4 and 8 ticks apart; then it is parked
};

struct reader {
  struct engine *engine;
  struct store *store;
  struct model *model;
  char *area, *name;
  enum {
    LOADING,
    IDLE,
    TAKING,
    HANDING, // an event over, which may be handled before the call returns
    WAITING,
    FETCHING,
    KEEPING,
    FAILED
  } state;
  uint64_t cursor;     // all up to here is handled
  uint64_t kept;       // the cursor as the store has it; invariant: kept <= cursor
  uint64_t latest;     // the newest that is known to exist
  uint64_t looked_for; // `latest` when the stream was last looked at
  uint64_t broken;     // the sequence of the event that could not be handled
  unsigned broken_attempts;
  unsigned quiet_ticks, keep_ticks, wait_ticks;
  bool restart;       // load the cursor again as soon as what is being fetched is there
  struct arena arena; // holds what is being taken
  struct taking {
    EventList *list;
    uint64_t first, last; // sequences of its events; an entry that could not be read has none, and a last one
    size_t next;
    struct taking *after;
  } * taking;
  struct store_read load;
  const char *load_key;
  struct store_value load_value;
  struct store_change keep;
  struct store_record keep_record;
  uint8_t keep_value[8];
};

static void go_on(struct reader *r);

static void idle(struct reader *r) {
  r->taking = NULL;
  arena_reset(&r->arena);
  r->state = IDLE;
}

static void on_loaded(struct store_read *read, enum store_result result) {
  struct reader *r = read->owner;
  r->state = FAILED;
  if (result != STORE_DONE) return;
  r->kept = r->load_value.exists ? r->load_value.version : 0;
  r->cursor = r->kept;
  idle(r);
  go_on(r);
}

static void load(struct reader *r) {
  idle(r);
  r->state = LOADING;
  if (r->model) {
    r->kept = r->cursor = model_cursor(r->model, r->area);
    r->state = IDLE;
    return;
  }
  r->load_key = engine_cursor_key(&r->arena, r->area, r->name);
  r->load =
      (struct store_read){.keys = &r->load_key, .n_keys = 1, .values = &r->load_value, .done = on_loaded, .owner = r};
  r->store->ops->read(r->store, &r->load);
}

struct reader *reader_new(struct engine *engine, struct store *store, struct model *model, const char *area,
                          const char *name) {
  struct reader *r = calloc(1, sizeof *r);
  *r = (struct reader){.engine = engine, .store = store, .model = model, .area = strdup(area), .name = strdup(name)};
  arena_init(&r->arena, 64 << 20);
  load(r);
  return r;
}

void reader_free(struct reader *r) {
  if (!r) return;
  arena_deinit(&r->arena);
  free(r->area);
  free(r->name);
  free(r);
}

uint64_t reader_latest(const struct reader *r) {
  return r->latest > r->cursor ? r->latest : r->cursor;
}
uint64_t reader_cursor(const struct reader *r) {
  return r->cursor;
}

static void append(struct reader *r, EventList *events, uint64_t last) {
  struct taking *t = arena_take(&r->arena, sizeof *t);
  *t = (struct taking){.list = events, .first = last - events->n_events + 1, .last = last};
  struct taking **end = &r->taking;
  while (*end) end = &(*end)->after;
  *end = t;
  if (last > r->latest) r->latest = last;
}

// Adds a packed list that ends with sequence `last` to what is being taken. False: it is not a list.
static bool add(struct reader *r, uint64_t last, const uint8_t *list, size_t list_bytes) {
  EventList *events = arena_unpack(&r->arena, &event_list__descriptor, list, list_bytes);
  if (!events || events->n_events > last) return false;
  append(r, events, last);
  return true;
}

// What cannot be read must not stop what comes after it: it is passed, and the log has it.
static void add_entry(struct reader *r, const struct store_entry *entry) {
  if (add(r, entry->last, entry->list.data, entry->list.size_bytes)) return;
  char last[24];
  snprintf(last, sizeof last, "%llu", (unsigned long long)entry->last);
  log_line(LOG_ERROR, "stream_entry_unreadable", "area", r->area, "last", last, NULL);
  EventList *none = arena_take(&r->arena, sizeof *none);
  event_list__init(none);
  append(r, none, entry->last);
}

static void on_fetched(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  struct reader *r = context;
  r->state = FAILED;
  if (r->restart) load(r);
  if (result != STORE_DONE || r->restart) {
    r->restart = false;
    return;
  }
  idle(r);
  for (size_t i = 0; i < n; i++) add_entry(r, &entries[i]);
  if (n == 0 && r->latest == r->looked_for) r->latest = r->cursor; // somebody knew of more than there is
  go_on(r);
}

static void fetch(struct reader *r) {
  r->state = FETCHING;
  r->quiet_ticks = 0;
  r->looked_for = r->latest;
  r->store->ops->events(r->store, r->area, r->cursor, FETCH_ENTRIES, on_fetched, r);
}

static void on_done(void *context, enum engine_result result);

// The event that was handed over last could not be handled. What is missing (a key, say) may come back, so it is tried
// again for a while; then it is parked, because those behind it concern other people.
static void try_again_or_park(struct reader *r) {
  uint64_t sequence = r->cursor + 1;
  r->broken_attempts = r->broken == sequence ? r->broken_attempts + 1 : 1;
  r->broken = sequence;
  if (r->broken_attempts < BROKEN_ATTEMPTS) {
    r->wait_ticks = 1u << (r->broken_attempts - 1);
    return;
  }
  const Event *event = r->taking->list->events[r->taking->next - 1];
  r->state = WAITING;
  engine_park(r->engine, r->area, r->kept, sequence, event, on_done, r);
}

static void on_done(void *context, enum engine_result result) {
  struct reader *r = context;
  bool at_once = r->state == HANDING;
  if (result == ENGINE_CONFLICT) {
    load(r);
    return;
  }
  r->state = FAILED;
  if (result == ENGINE_BROKEN) try_again_or_park(r);
  if (result != ENGINE_DONE && result != ENGINE_NOTHING) return;
  r->cursor++;
  if (result == ENGINE_DONE) {
    r->kept = r->cursor;
    r->keep_ticks = 0;
  }
  r->state = TAKING;
  if (!at_once) go_on(r);
}

// Moves past events that are not there to be handled.
static void pass(struct reader *r, uint64_t sequence) {
  log_line(LOG_WARN, "events_passed", "area", r->area, "reader", r->name, NULL);
  r->cursor = sequence;
}

// Hands one event over. True: it is handled; false: on_done goes on, or the reader begins anew.
static bool take(struct reader *r, const Event *event) {
  const struct row *row = engine_event_row(r->engine, event->type);
  if (!row || row->statement) {
    r->cursor++;
    return true;
  }
  r->state = HANDING;
  engine_event(r->engine, r->area, r->kept, r->cursor + 1, event, on_done, r);
  if (r->state == HANDING) r->state = WAITING;
  return r->state == TAKING;
}

static bool project(struct reader *r, const Event *event, uint64_t sequence) {
  const struct row *row = engine_event_row(r->engine, event->type);
  if (!row || !row->statement) return true;
  void *body = arena_unpack(&r->arena, row->body, event->body.data, event->body.len);
  if (body) return model_project(r->model, row->statement, r->area, sequence, event->at_ms, body);
  log_line(LOG_ERROR, "event_unreadable", "area", r->area, "type", event->type, NULL);
  return true;
}

// All that is being taken, in one transaction with the cursor.
static bool project_all(struct reader *r) {
  uint64_t cursor = r->cursor;
  if (!model_begin(r->model)) return false;
  for (struct taking *t = r->taking; t; t = t->after)
    for (size_t i = 0; i < t->list->n_events; i++) {
      if (t->first + i <= cursor) continue;
      if (!project(r, t->list->events[i], t->first + i)) return false;
      cursor = t->first + i;
    }
  for (struct taking *t = r->taking; t; t = t->after)
    if (t->last > cursor) cursor = t->last;
  if (!model_end(r->model, r->area, cursor)) return false;
  r->kept = r->cursor = cursor;
  return true;
}

// The events of one list. False: one is being handled, and on_done goes on behind it.
static bool take_all(struct reader *r, struct taking *t) {
  while (t->next < t->list->n_events) {
    uint64_t sequence = t->first + t->next;
    const Event *event = t->list->events[t->next++];
    if (sequence <= r->cursor) continue;
    if (sequence > r->cursor + 1) pass(r, sequence - 1); // the stream begins later: its older part was archived
    if (!take(r, event)) return false;
  }
  if (t->last > r->cursor) pass(r, t->last);
  return true;
}

// Takes what is there, then sees whether there is more.
static void go_on(struct reader *r) {
  if (r->model && r->taking && !project_all(r)) {
    r->state = FAILED;
    log_line(LOG_ERROR, "model_not_written", "area", r->area, NULL);
    return;
  }
  for (; !r->model && r->taking; r->taking = r->taking->after)
    if (!take_all(r, r->taking)) return;
  idle(r);
  if (r->latest > r->cursor) fetch(r);
}

// Only news counts as having heard something: as long as others tell of what is known, a tail that was never published
// (its author died between commit and publishing) must still be found.
void reader_hear(struct reader *r, uint64_t last, const uint8_t *list, size_t list_bytes) {
  if (last > r->cursor) r->quiet_ticks = 0;
  if (last > r->latest) r->latest = last;
  if (r->state != IDLE || last <= r->cursor) return;
  bool follows = list_bytes && add(r, last, list, list_bytes) && r->taking->first <= r->cursor + 1;
  if (!follows) {
    idle(r);
    fetch(r);
    return;
  }
  r->state = TAKING;
  go_on(r);
}

static void on_kept(struct store_change *change, enum store_result result) {
  struct reader *r = change->owner;
  if (result == STORE_CONFLICT) {
    load(r);
    return;
  }
  r->state = FAILED;
  if (result != STORE_DONE) return;
  r->kept = 0;
  for (int i = 0; i < 8; i++) r->kept = r->kept << 8 | r->keep_value[i];
  idle(r);
  if (r->latest > r->cursor) fetch(r);
}

static void keep(struct reader *r) {
  r->state = KEEPING;
  r->keep_ticks = 0;
  for (int i = 0; i < 8; i++) r->keep_value[i] = (uint8_t)(r->cursor >> (56 - 8 * i));
  r->keep_record = (struct store_record){.key = engine_cursor_key(&r->arena, r->area, r->name),
                                         .seen_version = r->kept,
                                         .then = STORE_PUT,
                                         .value = {r->keep_value, 8}};
  r->keep =
      (struct store_change){.area = r->area, .records = &r->keep_record, .n_records = 1, .done = on_kept, .owner = r};
  r->store->ops->commit(r->store, &r->keep);
}

void reader_restart(struct reader *r) {
  if (r->state == FETCHING)
    r->restart = true; // what comes follows on the old cursor, and is not taken
  else if (r->state == IDLE || r->state == FAILED)
    load(r);
}

void reader_tick(struct reader *r) {
  if (r->wait_ticks) {
    r->wait_ticks--;
    return;
  }
  if (r->state == FAILED && r->store->ops->ready(r->store)) load(r);
  if (r->state != IDLE) return;
  if (r->latest > r->cursor || ++r->quiet_ticks >= QUIET_TICKS)
    fetch(r);
  else if (!r->model && r->cursor > r->kept && ++r->keep_ticks >= KEEP_TICKS)
    keep(r);
}
