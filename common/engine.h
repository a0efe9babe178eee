// The engine: takes a message through a service's table.
//
//   message -> needs -> read -> (needs again) -> decide -> seal -> commit -> reply, publish, perform
//                ^                                            |
//                '------------- another writer was first -----'
//
// It knows neither loop nor bus nor clock: what it needs of them is its host, and the store answers by callback. So the
// same engine runs in a service (run.c) and, with a memory store and a virtual clock, in the simulation.
#pragma once
#include "bus.h"
#include "config.h"
#include "json.h"
#include "keys.h"
#include "service.h"
#include "store.h"

struct model;

enum {
  ENGINE_IN_FLIGHT = 2048, // messages at once; past that, requests are answered UNAVAILABLE
  ENGINE_ATTEMPTS = 16,    // lost races after which the answer is UNAVAILABLE
};

struct engine_host {
  void *context;
  void (*moment)(void *context, struct moment *now);
  void (*reply)(void *context, const struct bus_route *route, const Envelope *reply);
  // After a commit: these events have these sequences. `list` is a packed EventList of `n` events.
  void (*publish)(void *context, const char *area, uint64_t first, unsigned n, struct bytes list);
  // A timer was set that comes due then.
  void (*due)(void *context, const char *area, int64_t due_at_ms);
  void (*perform)(void *context, const char *area, const ProtobufCMessage *effect);
};

struct engine;
// All that is given outlives the engine. `model` is NULL for services without a read model.
struct engine *engine_new(const struct service *service, const struct config *config, const struct keys *keys,
                          struct store *store, struct model *model, const void *settings, struct engine_host host);
// No message may be in flight.
void engine_free(struct engine *e);
unsigned engine_in_flight(const struct engine *e);

// A command. `actor` is NULL where none was sent or it did not verify. Everything is copied.
void engine_request(struct engine *e, const struct bus_route *route, const Envelope *request, const Actor *actor);

// One event, to be handled once in effect: `seen` is the reader's cursor so far, `sequence` the event's and the cursor
// afterwards. CONFLICT: the cursor was elsewhere (another replica was first), or a race was lost; read it again.
typedef void engine_done_fn(void *context, enum store_result result);
void engine_event(struct engine *e, const char *area, uint64_t seen, uint64_t sequence, const Event *event,
                  engine_done_fn *done, void *context);
// Whether the table has a row for events of that type.
const struct row *engine_event_row(const struct engine *e, const char *type);

// A timer of this service came due.
void engine_timer(struct engine *e, const char *area, const char *name);
// What `perform` answered. Copied.
void engine_outcome(struct engine *e, const char *area, const ProtobufCMessage *outcome);

// The key of a reader's cursor, a record without a body: the version is the sequence.
char *engine_cursor_key(struct arena *a, const char *area, const char *reader);
// Appends counters in Prometheus' text format.
void engine_metrics(const struct engine *e, struct buffer *out);
