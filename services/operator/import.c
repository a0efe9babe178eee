#include "config.h"
#include "feed.h"
#include "import_engagements.h"
#include "import_rows.h"
#include "operator.h"
#include "text.h"
#include <stdio.h>
#include <string.h>
#include <time.h>

const struct option_spec import_options[] = {
    {"area", "AREA", "which area takes it in"},
    {"skip-bad", NULL, "take in the good rows and list the bad ones"},
    {"check", NULL, "only say what is wrong; take in nothing"},
    {0},
};

struct import {
  struct import_file file;
  struct import_openings openings;
  struct door *door;
  struct progress progress;
  size_t n_taken, n_there; // taken in now, and before
  bool checking;
};

// --- results

// Whether all that is wrong is that the engagement, which is to be opened first, is not there yet.
static bool only_waits(const struct import_row *row, int status, const char *problem) {
  return row->opening && status == 404 && problem && strstr(problem, "\"pointer\":\"/engagementId\"");
}

static void on_row(void *context, size_t tag, int status, const char *problem) {
  struct import *x = context;
  struct import_row *row = &x->file.rows[tag];
  if (status >= 400 && !(x->checking && only_waits(row, status, problem)))
    import_refused(&x->file, row, status, problem);
  else if (!x->checking && status == 201)
    x->n_taken++;
  else if (!x->checking)
    x->n_there++;
}

static void on_opening(void *context, size_t tag, int status, const char *problem) {
  struct import *x = context;
  struct import_opening *o = x->openings.list[tag];
  if (status < 400) return;
  o->bad = true;
  import_refused(&x->file, o->row, status, problem);
}

// --- sending

static char *path_of(struct import *x, const char *what) {
  return arena_printf(&x->file.arena, "/v1/areas/%s/%s%s", x->file.area, what, x->checking ? "?check=true" : "");
}

// What is not needed by any row that is taken in is not opened.
static bool send_openings(struct import *x) {
  struct feed f;
  for (size_t i = 0; i < x->openings.n; i++) x->openings.list[i]->needed = false;
  for (size_t i = 0; i < x->file.n_rows; i++)
    if (!x->file.rows[i].bad && x->file.rows[i].opening) x->file.rows[i].opening->needed = true;
  feed_init(&f, x->door, path_of(x, "engagements"), on_opening, x);
  for (size_t i = 0; i < x->openings.n; i++)
    if (x->openings.list[i]->needed) feed_add(&f, &x->openings.list[i]->engagement->base, i);
  return feed_end(&f);
}

// Rows whose engagement cannot be opened cannot be taken in either.
static void fail_unopened(struct import *x) {
  for (size_t i = 0; i < x->file.n_rows; i++) {
    struct import_row *row = &x->file.rows[i];
    if (row->opening && row->opening->bad && !row->bad)
      import_fault(
          &x->file, row, "/crn",
          arena_printf(&x->file.arena, "its engagement cannot be opened; see line %u", row->opening->row->line));
  }
}

static bool send_rows(struct import *x) {
  struct feed f;
  feed_init(&f, x->door, path_of(x, x->file.kind->name), on_row, x);
  progress_begin(&x->progress, x->checking ? "checking" : "taking in", x->file.n_rows);
  for (size_t i = 0; i < x->file.n_rows; i++) {
    if (!x->file.rows[i].bad) feed_add(&f, x->file.rows[i].message, i);
    progress_at(&x->progress, i + 1);
  }
  bool fine = feed_end(&f);
  progress_end(&x->progress);
  return fine;
}

static bool send_all(struct import *x, bool checking) {
  x->checking = checking;
  if (!send_openings(x)) return false;
  fail_unopened(x);
  return send_rows(x);
}

// --- phases

static int64_t now_ms(void) {
  return (int64_t)time(NULL) * 1000;
}

static bool check(struct import *x) {
  if (x->file.kind->type == &appointment__descriptor &&
      !import_engagements_find(&x->file, x->door, &x->progress, now_ms(), &x->openings))
    return false;
  return send_all(x, true);
}

static int nothing_taken(const struct import *x) {
  fprintf(stderr,
          "%s: nothing was taken in: %zu of %zu rows cannot be. Correct them, or take in the others with --skip-bad.\n",
          x->file.name, x->file.n_bad, x->file.n_rows);
  return 1;
}

static int interrupted(const struct import *x) {
  fprintf(stderr, "%s: not finished; once that is settled, import the same file again: nothing is taken in twice.\n",
          x->file.name);
  return 1;
}

static int import(struct import *x, bool skip_bad, bool only_check) {
  if (!check(x)) return interrupted(x);
  if (x->file.n_bad && !skip_bad) return nothing_taken(x);
  if (only_check) {
    printf("%zu %s can be taken in, %zu cannot.\n", x->file.n_rows - x->file.n_bad, x->file.kind->name, x->file.n_bad);
    return x->file.n_bad ? 1 : 0;
  }
  if (!send_all(x, false)) return interrupted(x);
  printf("%zu %s: %zu taken in, %zu there already, %zu refused.\n", x->file.n_rows, x->file.kind->name, x->n_taken,
         x->n_there, x->file.n_bad);
  return x->file.n_bad ? 1 : 0;
}

// The area's time zone, where the areas file is at hand. False: it is, and there is no such area in it.
static bool find_zone(const struct config *config, const char *area, const char **time_zone) {
  const Area *found = config_area(config, area);
  *time_zone = found ? found->time_zone : NULL;
  if (found || !config->areas) return true;
  fprintf(stderr, "alongside import: there is no area %s in %s\n", area, config->areas_file);
  return false;
}

static int run(const struct arguments *a, const char *area, const char *time_zone) {
  struct import x = {0};
  int status = 1;
  if (import_file_read(&x.file, a->positional[0], area, time_zone) && (x.door = door_open()))
    status = import(&x, argument(a, "skip-bad", NULL), argument(a, "check", NULL));
  door_close(x.door);
  import_file_free(&x.file);
  return status;
}

int import_run(int argc, char **argv) {
  struct arguments a;
  struct config config;
  char errors[1024];
  const char *time_zone;
  if (!arguments_read(&a, import_options, argc, argv)) return 2;
  const char *area = argument(&a, "area", "");
  if (a.n_positional != 1 || !text_is_area(area)) {
    fputs("alongside import: give one FILE, and its area with --area\n", stderr);
    return 2;
  }
  if (config_load(&config, "import", errors, sizeof errors)) {
    fprintf(stderr, "alongside import: %s\n", errors);
    return 2;
  }
  int status = find_zone(&config, area, &time_zone) ? run(&a, area, time_zone) : 2;
  config_free(&config);
  return status;
}
