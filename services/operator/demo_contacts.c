// What the people of a demonstration do: engagements, appointments to come, and sessions that were.
#include "calendar.h"
#include "demo.h"
#include "local.h"
#include "text.h"
#include <math.h>
#include <string.h>

enum {
  MINUTE_MS = 60000,
  FIRST_MONDAY = 4, // 1970-01-05, in days since 1970-01-01
};
#define EXPLAINED_AT_MS INT64_C(1767258000000) // 2026-01-01, 9:00

// Who is on which pathway: those whose roll of that name lies between `from` and `to`. Two that share a roll exclude
// each other. A pathway that a region wrote for itself is in the last row.
static const struct share {
  const char *pathway, *roll;
  unsigned from, to; // percent
  unsigned weeks;    // between contacts; 0: one or two, by person
} shares[] = {
    {"supervision", "usual", 0, 82, 0},   {"structured-supervision", "usual", 82, 100, 0},
    {"practical-help", "help", 0, 16, 2}, {"mentoring", NULL, 0, DEMO_HAS, 1},
    {"joint-casework", "joint", 0, 4, 4}, {NULL, "other", 0, 5, 2},
};

static const struct share *share_of(const Pathway *pathway) {
  const struct share *s = shares;
  while (s->pathway && strcmp(s->pathway, pathway->name)) s++;
  return s;
}

static bool is_on(const struct demo *d, unsigned person, const struct share *s) {
  struct dice dice = dice_of(d->seed, s->roll ? s->roll : "", person, 0);
  unsigned roll = s->roll ? dice_below(&dice, 100) : demo_mentor_roll(d, person);
  return roll >= s->from && roll < s->to;
}

static void engagement_id(const struct demo *d, unsigned person, const Pathway *pathway, char out[37]) {
  struct dice dice = dice_of(d->seed, pathway->name, person, 0);
  dice_uuid(&dice, out);
}

Engagement *demo_engagement(struct demo *d, unsigned person, size_t pathway) {
  const Pathway *p = d->pathways[pathway];
  if (!is_on(d, person, share_of(p))) return NULL;
  struct dice dice = dice_of(d->seed, "engagement", person, pathway);
  Engagement *e = arena_take(&d->arena, sizeof *e);
  engagement__init(e);
  e->id = arena_take(&d->arena, 37);
  engagement_id(d, person, p, e->id);
  e->crn = arena_take(&d->arena, 8);
  demo_crn(d, person, e->crn);
  e->pathway = p->name;
  if (p->purpose_required) e->purpose = (char *)demo_one_of(&dice, demo_purposes);
  return e;
}

// In the first wording, at a moment that does not move with the week in which the command runs.
Explanation *demo_explanation(struct demo *d, unsigned person, size_t pathway) {
  const Pathway *p = d->pathways[pathway];
  if (text_is_empty(p->explanation) || !is_on(d, person, share_of(p))) return NULL;
  struct dice dice = dice_of(d->seed, "explanation", person, pathway);
  Explanation *e = arena_take(&d->arena, sizeof *e);
  explanation__init(e);
  e->id = arena_take(&d->arena, 37);
  dice_uuid(&dice, e->id);
  e->engagement_id = arena_take(&d->arena, 37);
  engagement_id(d, person, p, e->engagement_id);
  e->version = 1;
  e->language = demo_person(d, person)->language;
  e->acknowledged = ACKNOWLEDGED__SPOKEN;
  e->given_at = e->acknowledged_at = timestamp_of(&d->arena, EXPLAINED_AT_MS);
  return e;
}

// --- contacts

// On a working day, from nine to half past four, every week at about the same time.
static void set_times(const struct demo *d, struct demo_contact *c, struct dice *usual) {
  int64_t day = FIRST_MONDAY + 7 * c->week + dice_below(usual, 5);
  int minute = 9 * 60 + 15 * (int)dice_below(usual, 30);
  c->starts_at_ms = local_moment(d->area->time_zone, day, minute);
  c->ends_at_ms = c->starts_at_ms + MINUTE_MS * 15 * (2 + (int64_t)dice_below(usual, 3));
}

bool demo_contact(struct demo *d, unsigned person, size_t pathway, int64_t week, struct demo_contact *c) {
  const Pathway *p = d->pathways[pathway];
  const struct share *s = share_of(p);
  struct dice usual = dice_of(d->seed, "contact", person, pathway);
  if (!is_on(d, person, s)) return false;
  unsigned weeks = s->weeks ? s->weeks : 1 + dice_below(&usual, 2);
  if ((week + dice_below(&usual, weeks)) % weeks) return false;
  *c = (struct demo_contact){.person = person, .pathway = p, .week = week};
  engagement_id(d, person, p, c->engagement_id);
  c->dice = dice_of(d->seed, c->engagement_id, (uint64_t)week, 0);
  dice_uuid(&c->dice, c->id);
  set_times(d, c, &usual);
  return true;
}

static Mode mode(struct dice *dice) {
  unsigned roll = dice_below(dice, 100);
  return roll < 78 ? MODE__IN_PERSON : roll < 93 ? MODE__TELEPHONE : roll < 97 ? MODE__VIDEO : MODE__HOME_VISIT;
}

static Function function(struct dice *dice) {
  return dice_chance(dice, 70) ? FUNCTION__SUPPORT : FUNCTION__CONTROL;
}

Appointment *demo_appointment(struct demo *d, struct demo_contact *c) {
  Appointment *a = arena_take(&d->arena, sizeof *a);
  appointment__init(a);
  a->id = c->id;
  a->engagement_id = c->engagement_id;
  a->starts_at = timestamp_of(&d->arena, c->starts_at_ms);
  a->ends_at = timestamp_of(&d->arena, c->ends_at_ms);
  a->mode = mode(&c->dice);
  a->function = function(&c->dice);
  if (a->mode == MODE__IN_PERSON) a->place = (char *)demo_one_of(&c->dice, demo_rooms);
  return a;
}

// --- sessions

// How likely the person is to come in that week: it rises and falls over months, for each in their own way.
static double tendency(const struct demo *d, const struct demo_contact *c) {
  struct dice dice = dice_of(d->seed, "tendency", c->person, 0);
  double usual = 0.62 + 0.33 * dice_fraction(&dice), swing = 0.3 * dice_fraction(&dice);
  double weeks = 16 + 24 * dice_fraction(&dice), phase = 2 * M_PI * dice_fraction(&dice);
  double likely = usual + swing * sin(2 * M_PI * (double)c->week / weeks + phase);
  return likely < 0.15 ? 0.15 : likely > 0.98 ? 0.98 : likely;
}

// What happened, by weight: first of those who came, then of those who did not.
static const struct outcome {
  const char *code;
  unsigned weight;
} came[] = {{"ATTC", 88}, {"late", 7}, {"AFTC", 3}, {"ATSS", 1}, {"ATSH", 1}, {NULL, 0}},
  stayed_away[] = {{"UAAB", 45}, {"AAME", 16}, {"AAEM", 10}, {"AAFC", 8}, {"AFTA", 8},
                   {"AACL", 4},  {"RSSR", 5},  {"CO05", 2},  {"AARE", 2}, {NULL, 0}};

static const char *pick(struct dice *dice, const struct outcome *list) {
  int roll = (int)dice_below(dice, 100);
  for (; list[1].code && roll >= (int)list->weight; list++) roll -= (int)list->weight;
  return list->code;
}

static Attendance *late(struct demo *d, struct dice *dice) {
  Attendance *a = arena_take(&d->arena, sizeof *a);
  attendance__init(a);
  a->happened = HAPPENED__HAPPENED;
  a->attended = dice_chance(dice, 60) ? ATTENDED__LATE_WITH_REASON : ATTENDED__LATE_WITHOUT_REASON;
  a->complied = true;
  return a;
}

static void set_participants(struct demo *d, Session *s, const Pathway *p) {
  Role usual[] = {ROLE__PERSON, p->narrative_partition == PARTITION__MENTORING ? ROLE__MENTOR : ROLE__PRACTITIONER};
  s->n_participants = p->n_participants ? p->n_participants : 2;
  s->participants =
      arena_copy(&d->arena, p->n_participants ? p->participants : usual, s->n_participants * sizeof(Role));
}

static void set_components(struct demo *d, Session *s, struct dice *dice, const Pathway *p) {
  s->components = arena_take(&d->arena, (p->n_components + 1) * sizeof *s->components);
  for (size_t i = 0; i < p->n_components; i++) {
    Component *c = s->components[s->n_components++] = arena_take(&d->arena, sizeof *c);
    component__init(c);
    c->name = p->components[i];
    c->covered = dice_chance(dice, 85);
    if (!c->covered) c->why_not = (char *)demo_one_of(dice, demo_why_nots);
  }
}

static void add_measure(struct demo *d, Session *s, struct dice *dice, const PathwayMeasure *of, Role from,
                        double likely) {
  double share = 0.2 + 0.7 * likely + 0.3 * (dice_fraction(dice) - 0.5);
  Measure *m = s->measures[s->n_measures++] = arena_take(&d->arena, sizeof *m);
  measure__init(m);
  m->name = of->name;
  m->from = from;
  m->value = of->least + round((share < 0 ? 0 : share > 1 ? 1 : share) * (of->most - of->least));
}

// Two sessions in three are measured; what is asked at the close only is not asked here.
static void set_measures(struct demo *d, Session *s, struct dice *dice, const Pathway *p, double likely) {
  size_t most = 0;
  for (size_t i = 0; i < p->n_measures; i++) most += p->measures[i]->n_from;
  s->measures = arena_take(&d->arena, (most + 1) * sizeof *s->measures);
  if (!dice_chance(dice, 66)) return;
  for (size_t i = 0; i < p->n_measures; i++)
    for (size_t r = 0; strcmp(p->measures[i]->when, "every-session") == 0 && r < p->measures[i]->n_from; r++)
      add_measure(d, s, dice, p->measures[i], p->measures[i]->from[r], likely);
}

// What a mentor writes in confidence is not made up here: who fills the area could not read it.
static void set_narrative(struct demo *d, Session *s, struct dice *dice, const Pathway *p) {
  if (p->narrative_partition == PARTITION__MENTORING) return; // what is said there is in confidence
  if (dice_chance(dice, 50)) s->goal = (char *)demo_one_of(dice, demo_goals);
  if (!dice_chance(dice, 40)) return;
  s->narrative = arena_take(&d->arena, sizeof *s->narrative);
  narrative__init(s->narrative);
  s->narrative->text = (char *)demo_one_of(dice, demo_notes);
}

static void set_outcome(struct demo *d, Session *s, struct dice *dice, const char *code) {
  if (strcmp(code, "late"))
    s->outcome = (char *)code;
  else
    s->attendance = late(d, dice);
}

Session *demo_session(struct demo *d, struct demo_contact *c) {
  double likely = tendency(d, c);
  bool is_there = dice_fraction(&c->dice) < likely;
  const char *code = pick(&c->dice, is_there ? came : stayed_away);
  Session *s = arena_take(&d->arena, sizeof *s);
  session__init(s);
  s->id = c->id;
  s->engagement_id = c->engagement_id;
  s->starts_at = timestamp_of(&d->arena, c->starts_at_ms);
  s->ends_at = timestamp_of(&d->arena, c->ends_at_ms);
  s->mode = mode(&c->dice);
  s->function = function(&c->dice);
  set_outcome(d, s, &c->dice, code);
  if (!is_there || !strncmp(code, "ATS", 3)) return s;
  set_participants(d, s, c->pathway);
  set_components(d, s, &c->dice, c->pathway);
  set_measures(d, s, &c->dice, c->pathway, likely);
  set_narrative(d, s, &c->dice, c->pathway);
  return s;
}
