// How far a long command has come, on standard error: a bar where that is a terminal, else a line about every five
// seconds.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct progress {
  const char *what;   // "sessions", "events"
  size_t done, total; // total 0: not known
  uint64_t shown_at_ms, began_at_ms;
  bool terminal;
};
void progress_begin(struct progress *p, const char *what, size_t total);
// Shows it where it is time to. Cheap enough to call for every item.
void progress_at(struct progress *p, size_t done);
// Clears the bar, so that what is printed next begins a line of its own.
void progress_end(struct progress *p);
// One line without its end: "sessions  [####----]  1200 of 3000". For progress_at(), and tests.
void progress_write(const struct progress *p, char *out, size_t size_bytes);
