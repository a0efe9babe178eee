// A read model: a SQLite file that one service fills from the events, and can delete and rebuild.
//
// What is done with an event is one SQL statement (or several, separated by semicolons) whose parameters are named
// after the event's fields (":practitioner", ":startsAtMs" as :starts_at_ms; of a submessage "attendance" its field
// "absence" as :attendance_absence), and besides :area, :sequence and :at_ms. An enumeration is bound as its name, a
// repeated field as a JSON array, an unset submessage's fields as NULL. The cursor of each area is kept in the same
// transaction.
//
// A query is one SELECT, with parameters named after the fields of a command in the same way, and :area.
#pragma once
#include "arena.h"
#include "records.h"
#include <stdint.h>

struct model_named {
  const char *name, *sql;
};
struct model_sql {
  const char *schema;                   // CREATE TABLE IF NOT EXISTS ...
  const struct model_named *statements; // for events; ends with {NULL}
  const struct model_named *queries;    // ends with {NULL}
};

struct model;
// Opens or makes the file. A file that other SQL has filled is deleted and filled again from the events. NULL and a
// sentence in `errors` on a fault, such as SQL that does not compile or a parameter that no field of the event has.
struct model *model_open(const char *path, const struct model_sql *sql, char *errors, size_t errors_bytes);
void model_close(struct model *m);
// Forgets everything, cursors included. False: the disk failed, and nothing is forgotten.
bool model_clear(struct model *m);

// The sequence that the area's events have been handled up to.
uint64_t model_cursor(struct model *m, const char *area);
// Between these, projections and the cursor are one transaction. False: the disk failed; nothing of it counts.
bool model_begin(struct model *m);
bool model_end(struct model *m, const char *area, uint64_t cursor);
// Runs the statement of that name for an event.
bool model_project(struct model *m, const char *statement, const char *area, uint64_t sequence, int64_t at_ms,
                   const ProtobufCMessage *event);
// Answers a query into `rows` (texts in the arena, at most 10,000 rows). False: there is no such query, or the disk
// failed.
bool model_query(struct model *m, const char *area, struct rows *rows, struct arena *arena);
