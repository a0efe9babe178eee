// The simulated world: intake, reminders, matching, courier and safeguarding, one or two processes of each, as engines
// on one shared store in memory; a clock that jumps to whatever comes next; and a network between them.
//
// Everything that happens is one of three things: a process's store carries out one of the operations that wait, a
// packet arrives, or the clock moves on. Which of them comes next is drawn from the dice, so a seed replays a run.
//
//   clients -- request --> process -- operations --> memory      courier -- effect --> outside
//      ^------- reply -------/   \----- published ----> readers of the others   ^--- outcome ---/
#pragma once
#include "arena.h"
#include "config.h"
#include "dice.h"
#include "engine.h"
#include "reader.h"
#include "store_memory.h"

#define SIM_AREA "sim-town"
#define SIM_START_MS INT64_C(1772445600000) // Monday 2 March 2026, 10:00 UTC

enum place {
  INTAKE,
  REMINDERS,
  MATCHING,
  COURIER,
  SAFEGUARDING,
  PLACES
};
enum {
  REPLICAS = 2,
  NODES = PLACES * REPLICAS,
  PACKETS = 4096,
};

// What the outside world makes of one attempt to deliver.
enum fortune {
  TAKEN,            // and says so
  TAKEN_SILENTLY,   // and its answer is lost
  TAKEN_AS_FAILURE, // and the courier hears of a failure
  LOST,             // nothing arrives and nothing comes back
  FAILED,           // to be tried again
  REFUSED,          // for good
};

struct world;
// What goes wrong. Each is asked once for each thing that could.
struct weather {
  enum memory_fault (*store)(struct world *w);
  unsigned (*copies)(struct world *w); // of a packet: 0 is lost, 2 is doubled
  enum fortune (*deliver)(struct world *w);
  bool (*crash)(struct world *w); // whether some process dies now
  void *context;                  // its own
};
// Nothing at all.
extern const struct weather fine_weather;

struct node {
  struct world *world;
  enum place place;
  bool used, alive, claiming;
  unsigned generation; // counts its lives: what is sent to an earlier one does not arrive
  int64_t skew_ms;     // its clock against the world's
  int64_t tick_ms, claim_ms, restart_ms, unready_until_ms;
  uint64_t published; // the newest sequence that it made
  struct keys keys;
  struct store *store;
  struct engine *engine;
  struct reader *reader;
};

struct packet {
  enum {
    TO_SERVICE,
    TO_CLIENT,
    TO_READER,
    TO_COURIER
  } kind;
  int64_t at_ms;
  unsigned node, generation;
  uint64_t last; // TO_READER
  uint8_t *bytes;
  size_t size_bytes;
};

struct clients;
struct outside;
struct world {
  struct dice dice;
  struct weather weather;
  struct memory *truth;
  int64_t now_ms;
  Area area, *area_list[1];
  Areas areas;
  struct config config;
  struct node nodes[NODES];
  struct packet packets[PACKETS];
  size_t n_packets;
  struct clients *clients;
  struct outside *outside;
  uint64_t steps;
  char failure[512]; // the first invariant that did not hold; empty: none
};

// What services read at start, once for all worlds. Aborts with a message where the files are not there: to be run in
// the folder that holds config/.
void world_prepare(void);
void world_forget(void); // the other way

struct world *world_new(uint64_t seed, bool replicas, struct weather weather);
void world_free(struct world *w);

// Notes that something does not hold. The first one stays.
void world_fail(struct world *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool world_failed(const struct world *w);

// Lets everything take its course until nothing is under way: no packet, no operation, nobody waiting for an answer, no
// reader behind, nothing due. It is a failure if that does not come.
void world_settle(struct world *w);
// The same, and then lets every timer come that was set, until there is none.
void world_run_out(struct world *w);
// The next moment at which a timer comes due; INT64_MAX: there is none.
int64_t world_next_timer(const struct world *w);
// From now on nothing goes wrong, and who is down comes back.
void world_heal(struct world *w);

// A client's request to one of the replicas; the bytes are an Envelope and are copied.
void world_request(struct world *w, enum place place, const uint8_t *bytes, size_t size_bytes);
// What the outside world answers to the courier's process, a packed DeliveryAttempted.
void world_outcome(struct world *w, const struct node *to, const uint8_t *bytes, size_t size_bytes, int64_t after_ms);
