// The destruction log: whose records were destroyed, and must not come back, not even with an older backup.
//
// A file outside of the store, ALONGSIDE_DESTROYED/destroyed.log, a line for each:
//
//   2026-03-02T10:00:00Z demo-north <64 hex digits> BY_REQUEST RECORDS_OFFICER
//   CONTACT,SUPERVISION,MENTORING,SAFEGUARDING
//
// It holds no personal data: whom a line is about is a keyed BLAKE2b-256 over the area and the subject, and the key
// (destroyed.key in the keys folder) is not in the file. Who has no key cannot try out all CRNs, and who has one can
// only ask of a subject whether it was destroyed.
//
// Only intake appends, before anything is acknowledged; all services read, and read again when the file has changed. To
// each of them a record of somebody who is named there is as good as absent, a data key too, and nothing new is written
// about them (engine.h). What stands in the file is never taken out again.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  DESTROYED_HASH_BYTES = 32,
  DESTROYED_LOOK_MS = 50, // how long what was read is taken for what is there
};

struct destroyed;
// `key` is copied. A file that is not there yet names nobody. One that cannot be read is a fault: NULL, and a sentence
// in `errors`.
struct destroyed *destroyed_open(const char *folder, const uint8_t key[32], char *errors, size_t errors_bytes);
void destroyed_free(struct destroyed *d);
// Looks whether the file has changed, at most every DESTROYED_LOOK_MS. Where it cannot be read, what was known stays.
void destroyed_refresh(struct destroyed *d, int64_t now_ms);
// `d` NULL: nobody.
bool destroyed_any(const struct destroyed *d);
bool destroyed_has(const struct destroyed *d, const char *area, const char *subject);

// What a line says besides.
struct destruction {
  int64_t at_ms;
  const char *area, *subject;
  const char *cause, *ordered_as; // enumerators' names
};
// Appends a line and answers once it is on the disk; somebody who is named already is not named again. False: the disk
// refused, and errno says why.
bool destroyed_append(struct destroyed *d, const struct destruction *what);
