// A reader: takes one area's events, in order and without a gap, to a service's table, and keeps its cursor.
//
// What is heard on the bus comes with its content and is used when it follows on the cursor. On a gap, or when a
// heartbeat tells of something newer, the stream is read. Both ways end in the same function.
//
//             published, follows on               an event of the table        committed
//   IDLE ------------------------------> TAKING --------------------> WAITING ---------> TAKING ... IDLE
//     \---- gap, or newer is known ----> FETCHING ---- entries ----^      \--- conflict ---> LOADING (the cursor)
//
// An event that changes nothing is not committed: the next one that does takes the cursor along, or a tick keeps it.
#pragma once
#include "engine.h"

struct model;
struct reader;

// `model`: where the table's rows are statements, NULL otherwise. Begins by loading the cursor.
struct reader *reader_new(struct engine *engine, struct store *store, struct model *model, const char *area,
                          const char *name);
// Nothing of it may be under way in the engine.
void reader_free(struct reader *r);
// Something was published: see bus_published_fn.
void reader_hear(struct reader *r, uint64_t last, const uint8_t *list, size_t list_bytes);
// Call about once a second: retries what failed, looks at the stream when nothing was heard, keeps the cursor.
void reader_tick(struct reader *r);
// Begins anew at the cursor as it is kept now.
void reader_restart(struct reader *r);
// The newest sequence that it knows of, and the one that it has handled.
uint64_t reader_latest(const struct reader *r);
uint64_t reader_cursor(const struct reader *r);
