// The engine: takes a message through a service's table.
//
//   message -> needs -> read -> (needs again) -> decide -> seal -> commit -> reply, publish, perform
//                ^                                            |
//                '------------- another writer was first -----'
//
// Somebody whom the destruction log names (destroyed.h) is not there for it: their records are read as absent, nothing
// is opened or sealed under their keys, and a change that would keep something about them is not made. Only rows that
// say that they erase see what is left, to delete it.
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
  // Lost races after which the answer is UNAVAILABLE. Of those that race for one record, one wins each time: it is
  // three times the lines of a batch that are under way at once, which may all be of one engagement.
  ENGINE_ATTEMPTS = 192,
  ENGINE_ALARM_MS = 16 * 60 * 1000, // an alarm that still holds is raised again within that time
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
// Forgets the data keys that it remembers: the master keys have changed.
void engine_forget_keys(struct engine *e);

// A command. `actor` is NULL where none was sent or it did not verify. Everything is copied.
void engine_request(struct engine *e, const struct bus_route *route, const Envelope *request, const Actor *actor);

// What became of an event.
enum engine_result {
  ENGINE_DONE,     // what it changes is committed, and the cursor with it
  ENGINE_NOTHING,  // it changes nothing, so nothing was committed: the cursor is kept when its reader gets round to it
  ENGINE_CONFLICT, // the cursor was elsewhere (another replica was first), or a race was lost: read it again
  ENGINE_UNAVAILABLE, // the store did not answer: whether it is done is not known, so read the cursor again
  ENGINE_BROKEN,      // it cannot be handled as things are: a key is missing, or a record cannot be read
};
// One event, to be handled once in effect: `seen` is the reader's cursor so far, `sequence` the event's and the cursor
// afterwards. One that cannot be unpacked is parked at once.
typedef void engine_done_fn(void *context, enum engine_result result);
void engine_event(struct engine *e, const char *area, uint64_t seen, uint64_t sequence, const Event *event,
                  engine_done_fn *done, void *context);
// Gives an event up that stays ENGINE_BROKEN, so that those behind it are not kept waiting: the cursor passes it, and
// its sequence (20 digits) goes to the index "parked-<service>", where a human finds it.
void engine_park(struct engine *e, const char *area, uint64_t seen, uint64_t sequence, const Event *event,
                 engine_done_fn *done, void *context);
// Whether the table has a row for events of that type.
const struct row *engine_event_row(const struct engine *e, const char *type);

// A timer of this service came due.
void engine_timer(struct engine *e, const char *area, const char *name);
// To be called every second or so: reads the service's overviews (service.h) when it is time.
void engine_tick(struct engine *e, int64_t now_ms);
// Whether all overviews have been read once; until then what needs them is UNAVAILABLE.
bool engine_ready(const struct engine *e);
// What `perform` answered. Copied.
void engine_outcome(struct engine *e, const char *area, const ProtobufCMessage *outcome);

// The last alarm of a change, as long as it is not older than ENGINE_ALARM_MS; else "".
const char *engine_alarm(const struct engine *e, int64_t now_ms);

// The key of a reader's cursor, a record without a body: the version is the sequence.
char *engine_cursor_key(struct arena *a, const char *area, const char *reader);
// Appends counters in Prometheus' text format.
void engine_metrics(const struct engine *e, struct buffer *out);
