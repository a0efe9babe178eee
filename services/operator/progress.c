#include "progress.h"
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum {
  BAR = 30, // characters
  BAR_MS = 100,
  LINE_MS = 5000
};

static uint64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void progress_begin(struct progress *p, const char *what, size_t total) {
  *p = (struct progress){.what = what, .total = total, .terminal = isatty(STDERR_FILENO)};
  p->began_at_ms = p->shown_at_ms = now_ms();
}

void progress_write(const struct progress *p, char *out, size_t size_bytes) {
  char bar[BAR + 1] = "";
  size_t filled = p->total ? (p->done < p->total ? p->done : p->total) * BAR / p->total : 0;
  memset(bar, '-', BAR);
  memset(bar, '#', filled);
  if (!p->total)
    snprintf(out, size_bytes, "%s: %zu", p->what, p->done);
  else if (p->terminal)
    snprintf(out, size_bytes, "%-14s [%s] %zu of %zu", p->what, bar, p->done, p->total);
  else
    snprintf(out, size_bytes, "%s: %zu of %zu", p->what, p->done, p->total);
}

void progress_at(struct progress *p, size_t done) {
  char line[160];
  uint64_t now = now_ms();
  p->done = done;
  if (now - p->shown_at_ms < (p->terminal ? BAR_MS : LINE_MS)) return;
  p->shown_at_ms = now;
  progress_write(p, line, sizeof line);
  fprintf(stderr, p->terminal ? "\r\033[K%s" : "%s\n", line);
  fflush(stderr);
}

void progress_end(struct progress *p) {
  if (p->terminal) fputs("\r\033[K", stderr);
}
