#include "pool_overview.h"
#include "matching.h"
#include "rules_pair.h"
#include <stdlib.h>
#include <string.h>

static struct pool_texts texts(size_t n, char **list) {
  return (struct pool_texts){n, list};
}

// Those whom the two lists name together.
static struct pool_texts not_with(struct arena *a, size_t n, char **list, size_t n_conflicts, Conflict **conflicts) {
  char **all = arena_take(a, (n + n_conflicts + 1) * sizeof *all);
  for (size_t i = 0; i < n; i++) all[i] = list[i];
  for (size_t i = 0; i < n_conflicts; i++) all[n + i] = conflicts[i]->with;
  return texts(n + n_conflicts, all);
}

struct pool_mentor pool_mentor_of(struct arena *a, const Mentor *m, uint64_t version) {
  return (struct pool_mentor){
      .id = m->id,
      .version = version,
      .active = m->state == MENTOR_STATE__ACTIVE,
      .remote = m->remote,
      .safe_contact = m->personal && !text_is_empty(m->personal->safe_contact),
      .capacity = m->capacity,
      .places_taken = m->places_taken,
      .conflicts_checked = m->conflicts_checked,
      .vetted_until_ms = timestamp_ms(m->vetted_until),
      .supervised_until_ms = timestamp_ms(m->supervised_until),
      .skill = m->skill,
      .gender = m->gender,
      .own_practitioner = m->own_practitioner,
      .experiences = texts(m->n_experiences, m->experiences),
      .languages = texts(m->n_languages, m->languages),
      .availability = texts(m->n_availability, m->availability),
      .places = texts(m->n_places, m->places),
      .keep_away = texts(m->n_keep_away, m->keep_away),
      .not_with = not_with(a, m->n_not_with, m->not_with, m->n_conflicts, m->conflicts),
      .prefers_not = texts(m->n_prefers_not, m->prefers_not),
      .accompanied = texts(m->n_accompanied, m->accompanied),
  };
}

struct pool_person pool_person_of(struct arena *a, const Person *p) {
  const MentoringWish *w = p->mentoring;
  return (struct pool_person){
      .crn = p->crn,
      .practitioner = p->practitioner,
      .language = pair_preferred_language(p),
      .gender = w->gender,
      .remote = w->remote,
      .interpreter = w->interpreter,
      .conflicts_checked = w->conflicts_checked,
      .complexity = w->complexity,
      .asked_ms = timestamp_ms(w->asked_at),
      .experiences = texts(w->n_experiences, w->experiences),
      .languages = texts(w->n_languages, w->languages),
      .availability = texts(w->n_availability, w->availability),
      .places = texts(w->n_places, w->places),
      .keep_away = texts(w->n_keep_away, w->keep_away),
      .needs = texts(w->n_needs, w->needs),
      .not_with = not_with(a, w->n_not_with, w->not_with, w->n_conflicts, w->conflicts),
      .restricted = texts(p->n_restricted, p->restricted),
  };
}

// --- mentors for whom the pool has no room

static void leave_beside(struct pool_overview *o, const char *id, bool beside) {
  struct pool_texts *ids = &o->beside;
  size_t i = 0;
  while (i < ids->n && strcmp(ids->texts[i], id) != 0) i++;
  if (beside == (i < ids->n)) return;
  if (!beside) {
    free(ids->texts[i]);
    ids->texts[i] = ids->texts[--ids->n];
    return;
  }
  if (ids->n == o->room_beside) {
    o->room_beside = 2 * o->room_beside + 8;
    ids->texts = realloc(ids->texts, o->room_beside * sizeof *ids->texts);
    if (!ids->texts) abort();
  }
  ids->texts[ids->n] = strdup(id);
  if (!ids->texts[ids->n++]) abort();
}

// --- the overview

static void *open_pool(void) {
  struct pool_overview *o = calloc(1, sizeof *o);
  if (!o) abort();
  o->pool = pool_new();
  return o;
}

static void put_mentor(void *overview, const char *id, const void *record, uint64_t version) {
  struct pool_overview *o = overview;
  struct arena a;
  arena_init(&a, ARENA_CAP_BYTES);
  struct pool_mentor mentor = {0};
  if (record) mentor = pool_mentor_of(&a, record, version);
  bool taken = record && pool_put(o->pool, &mentor);
  if (!taken) pool_remove(o->pool, id, version);
  leave_beside(o, id, record && !taken);
  arena_deinit(&a);
}

static void close_pool(void *overview) {
  struct pool_overview *o = overview;
  for (size_t i = 0; i < o->beside.n; i++) free(o->beside.texts[i]);
  free(o->beside.texts);
  pool_free(o->pool);
  free(o);
}

const struct overview pool_of_mentors = {&mentor__descriptor, MATCHING_MENTORS, open_pool, put_mentor, close_pool};
