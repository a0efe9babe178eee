// A service is a table from messages to pure decisions. This is the table, and what a decision is given.
//
// Who may send a command, whose records they reach with it and what they are shown is no service's to say: it stands in
// one table for all of them (access.h).
//
// A service holds no callbacks, no I/O, no clock and no randomness of its own: the moment arrives with the message. The
// runtime (engine.h) takes the message in, checks role and area, reads what `needs` wants, calls `decide`, checks whom
// that concerns, commits the change, retries when another writer was first, replies and publishes.
#pragma once
#include "arena.h"
#include "common.pb-c.h"
#include "envelope.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

struct access_row;
struct records;
struct change;
struct config;
struct model_sql;
struct overview;

// The time and the randomness that a message came with; the same again when it is decided again.
struct moment {
  int64_t ms; // since 1970 UTC
  uint8_t random[64];
};

// A set of roles: bit (1 << ROLE__X).
typedef uint32_t roles_t;
#define MAY(role) (1u << ROLE__##role)

struct message {
  const char *type;
  const Area *area;
  const void *body;                // the unpacked command, event or outcome; NULL for a timer
  const Actor *actor;              // who sent a command; NULL for events, timers and outcomes
  roles_t roles;                   // the actor's, as far as they count
  const struct access_row *access; // of a command: who may know what by it (access.h); NULL for all others
  const char *timer;               // of a timer: what follows the first '/' of its name
  struct moment now;
  const void *settings; // what the service's `load` made
  const void *overview; // the service's, of the area; NULL: it keeps none, or has not read it yet
  struct arena *arena;
  bool check_only;
};

enum row_kind {
  ROW_COMMAND, // somebody sent it and waits for the reply
  ROW_EVENT,   // a service published it
  ROW_TIMER,   // it came due
  ROW_OUTCOME, // what `perform` answered
};

struct row {
  enum row_kind kind;
  const ProtobufCMessageDescriptor *body; // not for timers
  const char *timer;                      // timers: the name before the first '/'
  Operation operation;                    // timers and outcomes: for the audit; a command's is in services/access.c
  bool erases;                            // sees what was destroyed, to delete it; to all others it is not there
  void (*needs)(struct records *want, const struct message *m);
  struct change (*decide)(const struct records *have, const struct message *m);
  const char *statement; // instead of decide, for events: the read model's statement of that name
};

// What a service remembers of all records of one type, so that a decision can look at thousands at once. The runtime
// reads them at start and again from time to time, and puts in what this process writes, but an overview may be behind
// what other replicas write. So it says where to look, and never what is so: `needs` asks it which records to want, and
// `decide` goes by the records. A record that cannot be read is in the log and not in it. Between the last `needs` and
// `decide` it does not change.
struct overview {
  const ProtobufCMessageDescriptor *type; // the service's own
  const char *index;                      // names all of them by id
  void *(*open)(void);                    // of one area, and empty
  // `record` NULL: there is none any more. Of two versions of a record, it keeps the newer.
  void (*put)(void *overview, const char *id, const void *record, uint64_t version);
  void (*close)(void *overview);
};

// What `perform` calls when it is done; `outcome` is copied.
typedef void outcome_fn(void *context, const char *area, const ProtobufCMessage *outcome);

struct service {
  const char *name;                              // "intake"
  const struct row *rows;                        // ends with a row without body and timer
  const ProtobufCMessageDescriptor *const *owns; // the records that it alone writes; ends with NULL
  // Reads files at start. Writes what is wrong to `errors` (file, line, what) and answers non-zero.
  int (*load)(const struct config *config, const void **settings, char *errors, size_t errors_bytes);
  // A service that keeps a read model: its SQL (model.h). NULL: none.
  const struct model_sql *model;
  const struct overview *overview; // NULL: it keeps none
  // Who acts outside of the store (the courier sends; intake writes the destruction log): begins to do what a committed
  // change asked for, and answers with an outcome later.
  int (*open)(const struct config *config, void *loop, outcome_fn *done, void *context, void **performer);
  void (*perform)(void *performer, const char *area, const ProtobufCMessage *effect);
  void (*close)(void *performer);
};

// Runs a service until SIGTERM or SIGINT. The whole of each service's main().
int service_main(const struct service *service, int argc, char **argv);
