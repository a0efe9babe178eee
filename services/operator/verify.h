// Whether an area is whole: its events, its records, and what they say of each other. Reads everything, changes
// nothing.
#pragma once
#include "progress.h"
#include "sync.h"
#include "table.h"

enum {
  VERIFY_PAGE = 500
}; // keys, members or stream entries read at once

struct verify {
  struct sync sync;
  const char *area;
  struct progress progress;
  int64_t now_ms;
  size_t n_events, n_records, n_faults;
  bool reminders_up_to_date;  // its cursor is at the last event: every appointment must have its plan
  struct table mentors;       // of struct verify_mentor: what offers say about each
  struct arena people, inner; // ids of the area's people; what is read for one of them
  bool broken;                // the store stopped answering
};
struct verify_mentor {
  char *name;       // the mentor's id
  size_t n_matches; // accepted offers that have not ended
};

// One fault, as a line on standard output.
void verify_fault(struct verify *v, const char *format, ...) __attribute__((format(printf, 2, 3)));
// All members of an index, in the arena.
char **verify_members(struct verify *v, struct arena *a, const char *index, size_t *n);
// The records of those ids (what follows the last '/' of a member), in the arena. One that is missing or cannot be
// unpacked is a fault, told with where it was named, and NULL.
void **verify_records(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, char *const *members,
                      size_t n, const char *named_in);
// Whether there is a record; no fault where there is none.
bool verify_exists(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, const char *id);

void verify_events(struct verify *v);
void verify_people(struct verify *v);
void verify_masters(struct verify *v);
void verify_mentors(struct verify *v); // after verify_people(), which counts the matches
