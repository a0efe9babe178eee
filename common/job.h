// One message on its way through the engine, shared by engine.c (the way), job_read.c (reading), job_keys.c (opening
// and sealing) and job_commit.c (packing the change). Nobody else includes this.
#pragma once
#include "access.h"
#include "cache.h"
#include "change.h"
#include "engine.h"
#include "seal.h"

// A data key that this message needs.
struct key_slot {
  const char *subject;
  Partition partition;
  enum {
    KEY_WANTED, // not looked up yet
    KEY_FOUND,
    KEY_ABSENT,   // there is none: what is sealed under it stays sealed
    KEY_MADE,     // there was none; made for this change, which writes it too
    KEY_UNUSABLE, // does not unwrap, or was destroyed: nothing is opened or sealed with it, and it is not replaced
  } state;
  struct data_key key;
  DataKey *wrapped; // KEY_MADE
  struct key_slot *next;
};

struct job {
  struct engine *engine;
  struct job *next_free;
  struct arena arena;
  const struct row *row;
  struct message m;
  ProtobufCMessage *body; // m.body, before it was const
  struct records rs;
  struct change change;
  struct key_slot *keys;
  uint8_t shown;         // of a command: the partitions that the actor is shown in the reply
  struct record *opened; // the last record whose confidential parts were dealt with
  enum {
    JOB_READING,
    JOB_SEALING,
    JOB_COMMITTING
  } phase;
  unsigned attempts, reads_pending;
  bool read_failed;
  bool denied;     // its sender may not send it at all, and may be told that there is nothing
  bool unreadable; // a record is there and does not unpack
  bool guessed;    // something was presumed absent or came from the cache: no ground for a refusal
  struct store_change commit;
  // of a command
  struct bus_route route;
  uint8_t correlation[16];
  size_t correlation_bytes;
  char *purpose; // NULL: the request gave none
  // of an event
  uint64_t seen, sequence;
  engine_done_fn *done;
  void *done_context;
  // of a timer
  const char *timer_name;
};

struct engine {
  const struct service *service;
  const struct access_row **access; // of each row of the service that is a command's
  const struct config *config;
  const struct keys *keys;
  struct store *store;
  struct model *model;
  const void *settings;
  struct engine_host host;
  struct cache *records;       // own records by key: version and packed message
  struct cache *data_keys;     // data keys by record key, unwrapped
  struct overviews *overviews; // NULL: the service keeps none
  struct job *free;
  unsigned n_free, in_flight;
  uint64_t handled, refused, conflicts, unavailable, overload, commits, broken, parked, alarms;
  const char *alarm; // the last one, literal; NULL: there was none
  int64_t alarm_at_ms;
};

// "{area}:<Type>:<id>"
char *job_key(struct job *j, const ProtobufCMessageDescriptor *type, const char *id);

// --- job_read.c
// Takes what is wanted from the cache and the read model. False: it is there, and cannot be read.
bool job_resolve(struct job *j);
// Begins to read what is wanted and not known, and calls job_read_done later. False: there is nothing to read.
bool job_read_missing(struct job *j);
// --- engine.c
void job_read_done(struct job *j);

// Begins a job that fills the overview of an area with what follows `after` in its index.
void engine_fill(struct engine *e, const Area *area, const char *after);

// --- overview.c
struct overviews *overviews_new(const struct overview *how, size_t n_areas); // NULL where `how` is
void overviews_free(struct overviews *v);
const void *overviews_look(const struct engine *e, const Area *area); // for message.overview
void overviews_remember(struct job *j);                               // what was just committed
// Of a job that fills: what it needs, what it does with it, and that it could not.
void overviews_want(struct job *j);
void overviews_take(struct job *j);
void overviews_stop(struct job *j);

// --- job_keys.c
// Notes the data keys that the message's body and the records read so far need to be opened. True: some must be read.
bool job_want_keys_to_open(struct job *j);
// Notes those that the change needs to be sealed. False: it holds what this service cannot seal. To be asked again once
// they are read.
bool job_want_keys_to_seal(struct job *j);
unsigned job_keys_wanted(const struct job *j);
// Takes in what was read of a key's record; `value` exists or not.
void job_key_read(struct job *j, struct key_slot *slot, const struct store_value *value);
char *job_key_record(struct job *j, const struct key_slot *slot);
// Opens the body and the records read since the last call, as far as there are keys.
void job_open(struct job *j);
// Packs `m` with its confidential parts sealed; `m` itself stays as it was.
struct bytes job_pack_sealed(struct job *j, ProtobufCMessage *m, const char *subject, const char *place,
                             uint64_t version, size_t headroom);
// Remembers the keys that this job made, once they are committed.
void job_keep_made_keys(struct job *j);

// --- job_commit.c
// Whether the service writes records of that type.
bool job_owns(const struct job *j, const ProtobufCMessageDescriptor *type);
// Fills j->commit. False: nothing needs committing.
bool job_pack_change(struct job *j);
// After the commit: remembers what was written; after a conflict or an unknown end: forgets what was read.
void job_remember(struct job *j);
void job_forget(struct job *j);
// "event/<Type>/<correlation id in hexadecimal>": the place of an event's sealed parts.
char *job_event_place(struct arena *a, const char *type, const uint8_t *correlation, size_t correlation_bytes);
