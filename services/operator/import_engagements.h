// The engagements that a file's appointments belong to: found by person and pathway, or to be opened.
#pragma once
#include "door.h"
#include "import_rows.h"
#include "progress.h"

struct import_openings {
  struct import_opening **list; // in the file's arena
  size_t n;
};
// Reads the engagements of every person in the file, fills in the rows' engagements, and reports rows whose person is
// not there. Changes nothing. False: the gateway does not answer, which has been said.
bool import_engagements_find(struct import_file *f, struct door *door, struct progress *progress, int64_t now_ms,
                             struct import_openings *out);
