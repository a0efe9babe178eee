#include "import_engagements.h"
#include "calendar.h"
#include <stdlib.h>
#include <string.h>

// Rows in order of person and pathway, so that each person is read once and each engagement stands together.
struct finding {
  struct import_file *file;
  struct door *door;
  int64_t now_ms;
  struct import_openings *out;
  struct arena arena;  // for what is read of one person
  Engagement **theirs; // the person's engagements
  size_t n_theirs;
};

static Appointment *appointment_of(const struct import_row *row) {
  return (Appointment *)row->message;
}

static int by_engagement(const void *one, const void *other) {
  const struct import_row *a = *(struct import_row *const *)one, *b = *(struct import_row *const *)other;
  int order = strcmp(a->crn, b->crn);
  if (!order) order = strcmp(a->pathway, b->pathway);
  return order ? order : a->line < b->line ? -1 : 1;
}

// --- one person

static void add_page(struct finding *x, const Engagements *page) {
  Engagement **all = arena_take(&x->arena, (x->n_theirs + page->n_engagements + 1) * sizeof *all);
  if (x->n_theirs) memcpy(all, x->theirs, x->n_theirs * sizeof *all);
  if (page->n_engagements) memcpy(all + x->n_theirs, page->engagements, page->n_engagements * sizeof *all);
  x->theirs = all;
  x->n_theirs += page->n_engagements;
}

// The status: 200, 404 where there is no such person, anything else where it cannot be told.
static int read_person(struct finding *x, const char *crn) {
  const Engagements *page;
  const char *next = "";
  int status;
  arena_reset(&x->arena);
  x->theirs = NULL;
  x->n_theirs = 0;
  do {
    const char *path = arena_printf(&x->arena, "/v1/areas/%s/people/%s/engagements%s%s", x->file->area, crn,
                                    *next ? "?after=" : "", next);
    page = door_read(x->door, path, &engagements__descriptor, &x->arena, &status);
    if (page) add_page(x, page);
    next = page ? page->next : "";
  } while (*next);
  return page || status != 200 ? status : 0;
}

// The open engagement on that pathway, or NULL; `n` of them there have been.
static const Engagement *open_on(const struct finding *x, const char *pathway, unsigned *n) {
  const Engagement *open = NULL;
  *n = 0;
  for (size_t i = 0; i < x->n_theirs; i++) {
    if (strcmp(x->theirs[i]->pathway, pathway)) continue;
    (*n)++;
    if (!open && !x->theirs[i]->closed_at) open = x->theirs[i];
  }
  return open;
}

// --- one engagement

// An id of its own for each time that the person comes onto the pathway.
static struct import_opening *new_opening(struct finding *x, struct import_row *row, unsigned before) {
  struct arena *a = &x->file->arena;
  struct import_opening *o = arena_take(a, sizeof *o);
  o->row = row;
  o->engagement = arena_take(a, sizeof *o->engagement);
  engagement__init(o->engagement);
  o->engagement->id = import_id(x->file, "engagement", arena_printf(a, "%s/%s/%u", row->crn, row->pathway, before));
  o->engagement->crn = (char *)row->crn;
  o->engagement->pathway = (char *)row->pathway;
  o->engagement->purpose = (char *)row->purpose;
  x->out->list[x->out->n++] = o;
  return o;
}

// An appointment that was taken in before stays on its engagement, whatever became of that since.
static const char *engagement_before(struct finding *x, const struct import_row *row) {
  const char *path = arena_printf(&x->arena, "/v1/areas/%s/appointments/%s", x->file->area, appointment_of(row)->id);
  const Appointment *there = door_read(x->door, path, &appointment__descriptor, &x->arena, NULL);
  return there ? arena_text(&x->file->arena, there->engagement_id) : NULL;
}

// Rows of one person on one pathway that have no open engagement.
static void open_for(struct finding *x, struct import_row **rows, size_t n, unsigned before) {
  struct import_opening *o = NULL;
  for (size_t i = 0; i < n; i++) {
    Appointment *a = appointment_of(rows[i]);
    const char *there = before ? engagement_before(x, rows[i]) : NULL;
    if (!there && timestamp_ms(a->starts_at) < x->now_ms) {
      import_fault(x->file, rows[i], "/startsAt", "is in the past: choose a time to come");
      continue;
    }
    if (!there && !o) o = new_opening(x, rows[i], before);
    a->engagement_id = there ? (char *)there : o->engagement->id;
    rows[i]->opening = there ? NULL : o;
  }
}

static void settle(struct finding *x, struct import_row **rows, size_t n) {
  unsigned before;
  const Engagement *open = open_on(x, rows[0]->pathway, &before);
  if (!open) {
    open_for(x, rows, n, before);
    return;
  }
  char *id = arena_text(&x->file->arena, open->id);
  for (size_t i = 0; i < n; i++) appointment_of(rows[i])->engagement_id = id;
}

static size_t same_pathway(struct import_row **rows, size_t n) {
  size_t same = 1;
  while (same < n && !strcmp(rows[same]->pathway, rows[0]->pathway)) same++;
  return same;
}

// Rows of one person.
static bool settle_person(struct finding *x, struct import_row **rows, size_t n) {
  int status = read_person(x, rows[0]->crn);
  for (size_t i = 0; status == 404 && i < n; i++)
    import_fault(x->file, rows[i], "/crn", "there is no such person in this area: take in people first");
  for (size_t from = 0, same; status == 200 && from < n; from += same) {
    same = same_pathway(rows + from, n - from);
    settle(x, rows + from, same);
  }
  return status == 200 || status == 404;
}

// The rows without a fault, in order; the answer is how many.
static size_t sort(struct import_file *f, struct import_row **sorted) {
  size_t n = 0;
  for (size_t i = 0; i < f->n_rows; i++)
    if (!f->rows[i].bad) sorted[n++] = &f->rows[i];
  qsort(sorted, n, sizeof *sorted, by_engagement);
  return n;
}

bool import_engagements_find(struct import_file *f, struct door *door, struct progress *progress, int64_t now_ms,
                             struct import_openings *out) {
  struct finding x = {.file = f, .door = door, .now_ms = now_ms, .out = out};
  struct import_row **sorted = arena_take(&f->arena, (f->n_rows + 1) * sizeof *sorted);
  size_t n = sort(f, sorted), same;
  bool fine = true;
  *out = (struct import_openings){.list = arena_take(&f->arena, (n + 1) * sizeof *out->list)};
  arena_init(&x.arena, ARENA_CAP_BYTES);
  progress_begin(progress, "engagements", n);
  for (size_t from = 0; fine && from < n; from += same) {
    for (same = 1; from + same < n && !strcmp(sorted[from + same]->crn, sorted[from]->crn);) same++;
    fine = settle_person(&x, sorted + from, same);
    progress_at(progress, from + same);
  }
  progress_end(progress);
  arena_deinit(&x.arena);
  return fine;
}
