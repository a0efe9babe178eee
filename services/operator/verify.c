#include "verify.h"
#include "courier.pb-c.h"
#include "operator.h"
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_spec verify_options[] = {
    {"area", "AREA", "only this area (all of the areas file)"},
    {0},
};

#define PEOPLE_BYTES ((size_t)1 << 30) // the ids of some ten million people

void verify_fault(struct verify *v, const char *format, ...) {
  va_list args;
  progress_end(&v->progress);
  printf("%s: ", v->area);
  va_start(args, format);
  vprintf(format, args);
  va_end(args);
  putchar('\n');
  v->n_faults++;
}

// --- reading

static bool answers(struct verify *v, bool done) {
  if (!done && !v->broken) fprintf(stderr, "alongside verify: the store stopped answering\n");
  v->broken |= !done;
  return done;
}

static char **grown(struct arena *a, char **list, size_t n, size_t *cap) {
  if (n + VERIFY_PAGE <= *cap) return list;
  *cap = 2 * *cap + VERIFY_PAGE;
  char **larger = arena_take(a, *cap * sizeof *larger);
  if (n) memcpy(larger, list, n * sizeof *larger);
  return larger;
}

char **verify_members(struct verify *v, struct arena *a, const char *index, size_t *n) {
  char **all = NULL, **page;
  size_t cap = 0, n_page;
  *n = 0;
  do {
    all = grown(a, all, *n, &cap);
    const char *after = *n ? all[*n - 1] : "";
    if (!answers(v, sync_members(&v->sync, v->area, index, after, VERIFY_PAGE, &page, &n_page, a))) break;
    memcpy(all + *n, page, n_page * sizeof *page);
    *n += n_page;
  } while (n_page == VERIFY_PAGE);
  return all;
}

static const char *id_in(const char *member) {
  const char *slash = strrchr(member, '/');
  return slash ? slash + 1 : member;
}

static void *unpack(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, const char *id,
                    const struct store_value *value, const char *named_in) {
  void *record = value->exists ? arena_unpack(a, type, value->body.data, value->body.size_bytes) : NULL;
  v->n_records += value->exists;
  if (!value->exists)
    verify_fault(v, "%s %s is missing, and %s names it", type->short_name, id, named_in);
  else if (!record)
    verify_fault(v, "%s %s cannot be read: its content is damaged", type->short_name, id);
  return record;
}

static void read_page(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, char *const *members,
                      size_t n, const char *named_in, void **out) {
  const char **keys = arena_take(a, (n + 1) * sizeof *keys);
  struct store_value *values = arena_take(a, (n + 1) * sizeof *values);
  for (size_t i = 0; i < n; i++) keys[i] = arena_printf(a, "{%s}:%s:%s", v->area, type->short_name, id_in(members[i]));
  if (!answers(v, sync_read_many(&v->sync, keys, n, values, a))) return;
  for (size_t i = 0; i < n; i++) out[i] = unpack(v, a, type, id_in(members[i]), &values[i], named_in);
}

void **verify_records(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, char *const *members,
                      size_t n, const char *named_in) {
  void **records = arena_take(a, (n + 1) * sizeof *records);
  for (size_t from = 0; from < n && !v->broken; from += VERIFY_PAGE)
    read_page(v, a, type, members + from, n - from < VERIFY_PAGE ? n - from : VERIFY_PAGE, named_in, records + from);
  return records;
}

bool verify_exists(struct verify *v, struct arena *a, const ProtobufCMessageDescriptor *type, const char *id) {
  struct store_value value = {0};
  const char *key = arena_printf(a, "{%s}:%s:%s", v->area, type->short_name, id);
  return answers(v, sync_read(&v->sync, key, &value, a)) && value.exists;
}

// --- an area

static void verify_dead_letters(struct verify *v) {
  size_t n;
  char **members = verify_members(v, &v->inner, "dead-letters", &n);
  void **deliveries = verify_records(v, &v->inner, &delivery__descriptor, members, n, "the list of dead letters");
  for (size_t i = 0; i < n; i++) {
    const Delivery *d = deliveries[i];
    if (d && d->state != DELIVERY_STATE__DEAD)
      verify_fault(v, "Delivery %s is on the list of dead letters and is not dead", members[i]);
  }
  arena_reset(&v->inner);
}

static void verify_area(struct verify *v, const char *area) {
  size_t faults_before = v->n_faults;
  v->area = area;
  v->n_events = v->n_records = 0;
  v->mentors = (struct table){0};
  arena_init(&v->people, PEOPLE_BYTES);
  arena_init(&v->inner, ARENA_CAP_BYTES * 8);
  verify_events(v);
  if (!v->broken) verify_people(v);
  if (!v->broken) verify_mentors(v);
  if (!v->broken) verify_dead_letters(v);
  if (!v->broken) verify_masters(v);
  progress_end(&v->progress);
  if (!v->broken)
    printf("%s: %zu events, %zu records, %zu faults\n", area, v->n_events, v->n_records, v->n_faults - faults_before);
  table_free(&v->mentors, NULL);
  arena_deinit(&v->inner);
  arena_deinit(&v->people);
}

static int complain(const char *area) {
  fprintf(stderr, "alongside verify: there is no area %s in the areas file\n", area);
  return 2;
}

int verify_run(int argc, char **argv) {
  struct arguments a;
  struct verify v = {.now_ms = (int64_t)time(NULL) * 1000};
  if (!arguments_read(&a, verify_options, argc, argv)) return 2;
  if (!sync_open(&v.sync, "operator")) return 1;
  const char *only = argument(&a, "area", NULL);
  const Areas *areas = v.sync.config.areas;
  int status = only && !config_area(&v.sync.config, only) ? complain(only) : 0;
  for (size_t i = 0; !status && i < areas->n_areas && !v.broken; i++)
    if (!only || !strcmp(only, areas->areas[i]->id)) verify_area(&v, areas->areas[i]->id);
  sync_close(&v.sync);
  return status ? status : v.n_faults || v.broken;
}
