// CSV as RFC 4180 has it, read record by record from text in memory: quotes, commas and line ends within quotes, CRLF
// or LF. Lines without any character are skipped.
#pragma once
#include "arena.h"
#include <stdbool.h>
#include <stddef.h>

struct csv {
  const char *at, *end;
  unsigned line;     // of `at`; the first is 1
  const char *fault; // why csv_next() answered false before the end, or NULL
};
struct csv_record {
  unsigned line; // on which it begins
  char **values;
  size_t n_values;
};
// Skips a byte order mark. The text must outlive the reader.
void csv_init(struct csv *c, const char *text, size_t size_bytes);
// The next record, its values in the arena. False: the end, or a fault (then `line` is where).
bool csv_next(struct csv *c, struct arena *a, struct csv_record *record);
