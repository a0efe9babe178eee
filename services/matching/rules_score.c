// What speaks for or against a mentor who is not excluded. See rules.h.
#include "matching.h"
#include "rules_pair.h"

static int32_t at_most(int32_t n, int32_t most) {
  return n < most ? n : most;
}

static int32_t experience(const struct pair *p, struct found *f) {
  return p->weights->experience * pair_experiences(p, f);
}
static int32_t no_experience(const struct pair *p, struct found *f) {
  return p->person->mentoring->n_experiences && !pair_experiences(p, f) ? p->weights->no_experience : 0;
}
static int32_t language(const struct pair *p, struct found *f) {
  return pair_languages(p, f) ? p->weights->language : 0;
}
static int32_t preferred_language(const struct pair *p, struct found *f) {
  const char *preferred = pair_preferred_language(p->person);
  if (!preferred || !matching_has(p->mentor->n_languages, p->mentor->languages, preferred)) return 0;
  found_add(f, preferred);
  return p->weights->preferred_language;
}
static int32_t interpreter(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return w->interpreter && w->n_languages && !pair_languages(p, f) ? p->weights->interpreter : 0;
}
static int32_t availability(const struct pair *p, struct found *f) {
  return p->weights->slot * at_most(pair_slots(p, f), RULES_MOST_SLOTS);
}
static int32_t no_availability(const struct pair *p, struct found *f) {
  bool both_said = p->person->mentoring->n_availability && p->mentor->n_availability;
  return both_said && !pair_slots(p, f) ? p->weights->no_slot : 0;
}
static int32_t availability_not_known(const struct pair *p, struct found *f) {
  (void)f;
  return p->person->mentoring->n_availability && !p->mentor->n_availability ? p->weights->slots_not_known : 0;
}
static int32_t place(const struct pair *p, struct found *f) {
  return pair_places(p, f) ? p->weights->place : 0;
}
static int32_t only_remote(const struct pair *p, struct found *f) {
  (void)f;
  return pair_can_meet(p) ? 0 : p->weights->only_remote;
}
static int32_t continuity(const struct pair *p, struct found *f) {
  (void)f;
  return matching_has(p->mentor->n_accompanied, p->mentor->accompanied, p->person->crn) ? p->weights->continuity : 0;
}
// How many steps the mentor's skill is below how hard the work is likely to be. Whose skill was not looked at has the
// least.
static int32_t steps_below(const struct pair *p) {
  uint32_t skill = p->mentor->skill ? p->mentor->skill : 1, complexity = p->person->mentoring->complexity;
  return complexity > skill ? (int32_t)(complexity - skill) : 0;
}
static int32_t skill(const struct pair *p, struct found *f) {
  (void)f;
  return p->person->mentoring->complexity && !steps_below(p) ? p->weights->skill : 0;
}
static int32_t less_skill(const struct pair *p, struct found *f) {
  (void)f;
  return p->weights->less_skill * steps_below(p);
}
// The same for all mentors of one person: it counts where many people are looked at together.
static int32_t waiting(const struct pair *p, struct found *f) {
  (void)f;
  int64_t asked_ms = timestamp_ms(p->person->mentoring->asked_at), waited_ms = p->now_ms - asked_ms;
  if (asked_ms <= 0 || waited_ms <= 0) return 0;
  int64_t steps = waited_ms / RULES_WAITING_STEP_MS;
  return p->weights->waiting * (int32_t)(steps < RULES_MOST_WAITING ? steps : RULES_MOST_WAITING);
}
static int32_t free_places(const struct pair *p, struct found *f) {
  (void)f;
  uint32_t n = pair_places_free(p->mentor);
  return p->weights->free_place * (int32_t)(n < RULES_MOST_FREE_PLACES ? n : RULES_MOST_FREE_PLACES);
}
// Three quarters of the places are taken, or more.
static int32_t heavy_load(const struct pair *p, struct found *f) {
  (void)f;
  return p->mentor->places_taken * 4 >= p->mentor->capacity * 3 ? p->weights->heavy_load : 0;
}
static int32_t vetting_ends(const struct pair *p, struct found *f) {
  (void)f;
  bool soon = timestamp_ms(p->mentor->vetted_until) - p->now_ms < RULES_VETTING_ENDS_SOON_MS;
  return soon ? p->weights->vetting_ends : 0;
}

// What was found is named behind the words: "Has lived experience that the person asked for: alcohol, custody".
static const struct scoring {
  const char *code, *words;
  int32_t (*points)(const struct pair *p, struct found *f);
} scorings[] = {
    {"shared_experience", "Has lived experience that the person asked for", experience},
    {"no_shared_experience", "Has none of the lived experience that the person asked for", no_experience},
    {"language", "Speaks a language that the person asked for", language},
    {"preferred_language", "Speaks the person's preferred language", preferred_language},
    {"interpreter", "They can speak only through an interpreter", interpreter},
    {"availability", "Both can at the same times", availability},
    {"no_availability_overlap", "There is no time when both can", no_availability},
    {"availability_not_known", "It is not known when the mentor can: ask them", availability_not_known},
    {"place", "Both can be in the same place", place},
    {"only_remote", "They could meet only by telephone or video", only_remote},
    {"continuity", "Accompanied the person before", continuity},
    {"skill", "Has the skill that the work is likely to need", skill},
    {"less_skill", "Has less skill than the work is likely to need", less_skill},
    {"waiting", "The person has waited for some time", waiting},
    {"free_places", "Has room for more people", free_places},
    {"heavy_load", "Most of the mentor's places are taken", heavy_load},
    {"vetting_ends_soon", "The mentor's vetting runs out within 30 days", vetting_ends},
};
enum {
  SCORINGS = sizeof scorings / sizeof *scorings
};

int32_t rules_score(const struct pair *p) {
  int32_t score = 0;
  for (size_t i = 0; i < SCORINGS; i++) score += scorings[i].points(p, &(struct found){0});
  return score;
}

static MatchReason *reason_of(const struct scoring *s, int32_t points, const struct found *f, struct arena *a) {
  MatchReason *reason = arena_take(a, sizeof *reason);
  match_reason__init(reason);
  reason->code = (char *)s->code;
  reason->points = points;
  reason->words = f->used_bytes ? arena_printf(a, "%s: %s", s->words, f->text) : (char *)s->words;
  return reason;
}

size_t rules_reasons(const struct pair *p, struct arena *a, MatchReason ***reasons) {
  MatchReason **list = arena_take(a, SCORINGS * sizeof *list);
  size_t n = 0;
  for (size_t i = 0; i < SCORINGS; i++) {
    struct found f = {0};
    int32_t points = scorings[i].points(p, &f);
    if (points) list[n++] = reason_of(&scorings[i], points, &f, a);
  }
  *reasons = list;
  return n;
}

size_t rules_lead(const struct pair *one, const struct pair *other, struct arena *a, MatchReason ***reasons) {
  static const struct found nothing;
  MatchReason **list = arena_take(a, SCORINGS * sizeof *list);
  size_t n = 0;
  for (size_t i = 0; i < SCORINGS; i++) {
    int32_t points = scorings[i].points(one, &(struct found){0}) - scorings[i].points(other, &(struct found){0});
    if (points) list[n++] = reason_of(&scorings[i], points, &nothing, a);
  }
  *reasons = list;
  return n;
}
