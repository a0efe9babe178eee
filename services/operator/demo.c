#include "demo.h"
#include "calendar.h"
#include "operator.h"
#include "text.h"
#include "yaml.h"
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_spec demo_options[] = {
    {"area", "AREA", "which area to fill"},
    {"seed", "N", "another number makes other people (1)"},
    {"people", "N", "how many people, at most 5000 (500)"},
    {"mentors", "N", "how many mentors, at most 500 (40)"},
    {"weeks", "N", "how many weeks of sessions, at most 24 (12)"},
    {0},
};

enum {
  WEEK_MS = 7 * 86400000,
  FIRST_MONDAY_MS = 4 * 86400000, // 1970-01-05
  SOON_MS = 600000                // an appointment is made at least ten minutes ahead
};

// --- what was asked for

static bool read_number(const struct arguments *a, const char *name, unsigned otherwise, unsigned least, unsigned most,
                        unsigned *out) {
  const char *text = argument(a, name, NULL);
  char *end;
  unsigned long n = text ? strtoul(text, &end, 10) : otherwise;
  if (text && (!*text || *end || *text == '-' || n < least || n > most)) {
    fprintf(stderr, "alongside demo: --%s must be %u to %u\n", name, least, most);
    return false;
  }
  *out = (unsigned)n;
  return true;
}

static int is_yaml(const struct dirent *entry) {
  size_t length = strlen(entry->d_name);
  return length > 5 && !strcmp(entry->d_name + length - 5, ".yaml");
}

static bool read_pathway(struct demo *d, const char *file) {
  char errors[1024], path[1024];
  snprintf(path, sizeof path, "%s/%s", d->config.pathways, file);
  const Pathway *p = yaml_read_file(&d->config.arena, &pathway__descriptor, path, errors, sizeof errors);
  if (p && d->n_pathways < DEMO_PATHWAYS) d->pathways[d->n_pathways++] = p;
  if (!p) fprintf(stderr, "alongside demo: %s\n", errors);
  return p != NULL;
}

// In order of name: the place of a pathway is part of what the dice are thrown for.
static bool read_pathways(struct demo *d) {
  struct dirent **files = NULL;
  int n = d->config.pathways ? scandir(d->config.pathways, &files, is_yaml, alphasort) : 0;
  bool fine = n > 0;
  if (!fine) fputs("alongside demo: set ALONGSIDE_PATHWAYS to the folder of pathway files\n", stderr);
  for (int i = 0; i < n; i++) {
    fine = fine && read_pathway(d, files[i]->d_name);
    free(files[i]);
  }
  free(files);
  return fine;
}

static bool read_area(struct demo *d, const char *name) {
  d->area = name ? config_area(&d->config, name) : NULL;
  if (d->area) return true;
  fputs(name ? "alongside demo: there is no such area in the areas file, or ALONGSIDE_AREAS is not set\n"
             : "alongside demo: name the area with --area\n",
        stderr);
  return false;
}

static bool read_time(struct demo *d) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  d->now_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
  d->week = (d->now_ms - FIRST_MONDAY_MS) / WEEK_MS;
  return true;
}

static bool demo_init(struct demo *d, const struct arguments *a) {
  char errors[1024];
  unsigned seed;
  if (!read_number(a, "seed", 1, 0, 1000000, &seed) || !read_number(a, "people", 500, 0, 5000, &d->n_people) ||
      !read_number(a, "mentors", 40, 0, 500, &d->n_mentors) || !read_number(a, "weeks", 12, 0, 24, &d->n_weeks))
    return false;
  d->seed = seed;
  if (config_load(&d->config, "demo", errors, sizeof errors)) {
    fprintf(stderr, "alongside demo: %s\n", errors);
    return false;
  }
  return read_area(d, argument(a, "area", NULL)) && read_pathways(d) && read_time(d) && (d->door = door_open());
}

// --- sending

// A conflict: it is there, as an earlier run with other options made it. What a rule refuses is left out.
void demo_result(void *context, size_t tag, int status, const char *problem) {
  struct demo *d = context;
  (void)tag;
  if (status == 201)
    d->n_taken++;
  else if (status == 200 || status == 409)
    d->n_there++;
  else if (!d->n_refused++ && problem)
    fprintf(stderr, "alongside demo: the first that was refused (%d): %s\n", status, problem);
}

static void add(struct demo *d, struct feed *f, const ProtobufCMessage *message) {
  feed_add(f, message, 0);
  arena_reset(&d->arena);
}

static void feed_people(struct demo *d, struct feed *f) {
  for (unsigned i = 0; i < d->n_people; i++) {
    add(d, f, &demo_person(d, i)->base);
    progress_at(&d->progress, i);
  }
}

static void feed_characteristics(struct demo *d, struct feed *f) {
  for (unsigned i = 0; i < d->n_people; i++) {
    DescribeSelf *said = demo_self(d, i);
    if (said) add(d, f, &said->base);
  }
}

static void feed_mentors(struct demo *d, struct feed *f) {
  for (unsigned i = 0; i < d->n_mentors; i++) add(d, f, &demo_mentor(d, i)->base);
}

static void feed_engagements(struct demo *d, struct feed *f) {
  for (unsigned i = 0; i < d->n_people; i++) {
    for (size_t p = 0; p < d->n_pathways; p++) {
      Engagement *e = demo_engagement(d, i, p);
      if (e) add(d, f, &e->base);
    }
    progress_at(&d->progress, i);
  }
}

// Before the first session: what the pathway asks to be explained.
static void feed_explanations(struct demo *d, struct feed *f) {
  for (unsigned i = 0; i < d->n_people; i++)
    for (size_t p = 0; p < d->n_pathways; p++) {
      Explanation *e = demo_explanation(d, i, p);
      if (e) add(d, f, &e->base);
    }
}

// Calls for every contact of these weeks. Week by week, so that the sessions of one engagement, each of which counts up
// its number, lie far apart.
static void each_contact(struct demo *d, int64_t from_week, unsigned n_weeks, struct feed *f,
                         void (*use)(struct demo *d, struct feed *f, struct demo_contact *c)) {
  struct demo_contact c;
  for (unsigned w = 0; w < n_weeks; w++)
    for (unsigned i = 0; i < d->n_people; i++) {
      for (size_t p = 0; p < d->n_pathways; p++)
        if (demo_contact(d, i, p, from_week + w, &c)) use(d, f, &c);
      progress_at(&d->progress, (size_t)w * d->n_people + i);
    }
}

static void add_session(struct demo *d, struct feed *f, struct demo_contact *c) {
  if (c->ends_at_ms <= d->now_ms) add(d, f, &demo_session(d, c)->base);
}
static void add_appointment(struct demo *d, struct feed *f, struct demo_contact *c) {
  if (c->starts_at_ms >= d->now_ms + SOON_MS) add(d, f, &demo_appointment(d, c)->base);
}

static void feed_sessions(struct demo *d, struct feed *f) {
  each_contact(d, d->week - d->n_weeks, d->n_weeks + 1, f, add_session);
}
static void feed_appointments(struct demo *d, struct feed *f) {
  each_contact(d, d->week, DEMO_WEEKS_AHEAD + 1, f, add_appointment);
}

static const struct phase {
  const char *what; // also the last part of the path
  void (*feed)(struct demo *d, struct feed *f);
  unsigned rounds; // of all people, besides those of --weeks
  bool weeks;
} phases[] = {
    {"people", feed_people, 1, false},
    {"characteristics", feed_characteristics, 1, false},
    {"mentors", feed_mentors, 1, false},
    {"engagements", feed_engagements, 1, false},
    {"explanations", feed_explanations, 1, false},
    {"sessions", feed_sessions, 1, true},
    {"appointments", feed_appointments, DEMO_WEEKS_AHEAD + 1, false},
};

static bool run_phase(struct demo *d, const struct phase *p) {
  char path[128];
  struct feed f;
  snprintf(path, sizeof path, "/v1/areas/%s/%s", d->area->id, p->what);
  feed_init(&f, d->door, path, demo_result, d);
  progress_begin(&d->progress, p->what, (size_t)d->n_people * (p->rounds + (p->weeks ? d->n_weeks : 0)));
  p->feed(d, &f);
  bool fine = feed_end(&f);
  progress_end(&d->progress);
  return fine;
}

static bool run_all(struct demo *d) {
  for (size_t i = 0; i < sizeof phases / sizeof *phases; i++)
    if (!run_phase(d, &phases[i])) return false;
  demo_on_call(d);
  demo_offers(d);
  demo_count_fairness(d);
  printf("%s: %zu taken in, %zu there already, %zu refused. All people in it are invented.\n", d->area->id, d->n_taken,
         d->n_there, d->n_refused);
  return d->n_refused == 0;
}

int demo_run(int argc, char **argv) {
  struct arguments a;
  struct demo d = {0};
  if (!arguments_read(&a, demo_options, argc, argv)) return 2;
  arena_init(&d.arena, ARENA_CAP_BYTES);
  bool ready = demo_init(&d, &a);
  struct sync store;
  if (ready && d.config.redis && d.config.keys && sync_open(&store, "operator")) d.store = &store;
  bool fine = ready && run_all(&d);
  if (d.store) sync_close(d.store);
  door_close(d.door);
  config_free(&d.config);
  arena_deinit(&d.arena);
  return fine ? 0 : ready ? 1 : 2;
}
