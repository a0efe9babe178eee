#include "own_record.h"
#include <string.h>

static bool is_own(const struct message *m, const char *crn) {
  return strcmp(m->actor->id, crn) == 0;
}

static MentoringWish *own_wish(const struct message *m, const MentoringWish *of) {
  MentoringWish *w = of ? arena_copy(m->arena, of, sizeof *of) : NULL;
  if (w) w->n_not_with = w->n_conflicts = 0;
  return w;
}

static PersonalDetails *own_details(const struct message *m, const PersonalDetails *of) {
  PersonalDetails *d = of ? arena_copy(m->arena, of, sizeof *of) : NULL;
  if (d) d->safe_contact = (char *)protobuf_c_empty_string;
  return d;
}

const Person *own_person(const struct message *m, const Person *p) {
  if (!is_own(m, p->crn)) return p;
  Person *shown = arena_copy(m->arena, p, sizeof *p);
  shown->personal = own_details(m, p->personal);
  shown->mentoring = own_wish(m, p->mentoring);
  shown->n_restricted = 0;
  return shown;
}

const Session *own_session(const struct message *m, const Session *s) {
  if (!is_own(m, s->crn)) return s;
  Session *shown = arena_copy(m->arena, s, sizeof *s);
  shown->measures = arena_take(m->arena, (s->n_measures + 1) * sizeof *shown->measures);
  shown->n_measures = 0;
  for (size_t i = 0; i < s->n_measures; i++)
    if (s->measures[i]->from == ROLE__PERSON) shown->measures[shown->n_measures++] = s->measures[i];
  return shown;
}
