// A question made ready as a row of bits for each rule: which mentors it leaves out.
#include "pool_state.h"
#include <string.h>

static const char *const rule_codes[POOL_RULES] = {"paused",
                                                   "no_free_place",
                                                   "safe_contact",
                                                   "vetting_not_known",
                                                   "vetting_not_current",
                                                   "supervision_overdue",
                                                   "mentor_conflicts_not_known",
                                                   "conflict",
                                                   "conflicts_not_known",
                                                   "same_practitioner",
                                                   "own_choice",
                                                   "gender_not_known",
                                                   "gender",
                                                   "no_common_language",
                                                   "exclusion_zone",
                                                   "no_way_to_meet"};
const char *pool_rule_code(unsigned rule) {
  return rule_codes[rule];
}

static void clear(const struct pool *p, enum work work) {
  memset(p->work[work], 0, pool_words(p) * sizeof *p->work[work]);
}

static void add_row(const struct pool *p, enum work work, const struct pool_name *name) {
  uint64_t *row = p->work[work];
  for (uint32_t w = 0; name->bits && w < pool_words(p); w++) row[w] |= name->bits[w];
  for (uint32_t k = 0; k < name->n_list; k++) pool_set(row, name->list[k], true);
}

// Adds all who have one of these names.
static void add_all(const struct pool *p, enum work work, enum pool_kind kind, const struct pool_texts *texts) {
  for (size_t i = 0; i < texts->n; i++) {
    const struct pool_name *name = pool_find(p, kind, texts->texts[i]);
    if (name) add_row(p, work, name);
  }
}

static void add_one(const struct pool *p, enum work work, enum pool_kind kind, const char *text) {
  char *texts[] = {(char *)text};
  if (text && *text) add_all(p, work, kind, &(struct pool_texts){1, texts});
}

static uint64_t word_of(const struct pool *p, enum pool_kind kind, const struct pool_texts *texts) {
  uint64_t word = 0;
  for (size_t i = 0; i < texts->n; i++) {
    const struct pool_name *name = pool_find(p, kind, texts->texts[i]);
    if (name) word |= UINT64_C(1) << name->word;
  }
  return word;
}

static bool keeps_away(const struct pool_person *person, const char *place) {
  for (size_t i = 0; i < person->keep_away.n; i++)
    if (!strcmp(person->keep_away.texts[i], place)) return true;
  return false;
}

// The places that the person named and may be in.
static void add_places(const struct pool *p, const struct pool_person *person) {
  for (size_t i = 0; i < person->places.n; i++)
    if (!keeps_away(person, person->places.texts[i])) add_one(p, PLACES, POOL_PLACE, person->places.texts[i]);
}

// Of a person who names no place but must keep away from some: all places that any mentor has but those.
static void add_anywhere(const struct pool *p, const struct pool_person *person) {
  for (uint32_t i = 0; i < p->n_names; i++) {
    const struct pool_name *name = &p->name[i];
    if (name->kind == POOL_PLACE && !keeps_away(person, name->text)) add_row(p, ANYWHERE, name);
  }
}

static void fill_rows(const struct pool *p, const struct pool_person *person) {
  for (unsigned w = 0; w < POOL_WORK; w++) clear(p, w);
  memset(p->work[EVERYWHERE], 0xff, pool_words(p) * sizeof **p->work);
  add_all(p, CONFLICT, POOL_ID, &person->not_with);
  add_all(p, CONFLICT, POOL_ID, &person->restricted);
  add_one(p, CONFLICT, POOL_NOT_WITH, person->crn);
  add_one(p, PRACTITIONER, POOL_PRACTITIONER, person->practitioner);
  add_all(p, LANGUAGES, POOL_LANGUAGE, &person->languages);
  add_all(p, OWN_CHOICE, POOL_PREFERS_NOT, &person->needs);
  add_all(p, OWN_CHOICE, POOL_PREFERS_NOT, &person->experiences);
  add_places(p, person);
  add_all(p, NAMED, POOL_NAMED_PLACE, &person->places);
  if (!person->places.n && person->keep_away.n) add_anywhere(p, person);
  add_one(p, ACCOMPANIED, POOL_ACCOMPANIED, person->crn);
  add_all(p, WITHOUT, POOL_ID, &person->without);
}

// In the order of rules.c. Whoever meets remotely meets anywhere, and who asks for nothing is refused nobody.
static void set_rules(struct question *q) {
  const struct pool *p = q->pool;
  const struct pool_person *person = q->person;
  const uint64_t *none = p->work[NOWHERE];
  const struct rule never = {none, 0}, always = {p->work[EVERYWHERE], 0};
  bool gender = person->gender != 0, known = person->gender < POOL_GENDERS;
  const uint64_t *same = gender && known ? p->bits[POOL_GENDER_FIRST + person->gender] : none;
  const struct rule rules[POOL_RULES] = {
      {p->bits[POOL_PAUSED], 0},
      {p->bits[POOL_FULL], 0},
      {p->bits[POOL_SAFE_CONTACT], 0},
      {p->bits[POOL_NOT_VETTED], 0},
      {p->bits[POOL_VETTING_OVER], 0},
      {p->bits[POOL_UNSUPERVISED], 0},
      {p->bits[POOL_NOT_CHECKED], 0},
      {p->work[CONFLICT], 0},
      person->conflicts_checked ? never : always,
      {p->work[PRACTITIONER], 0},
      {p->work[OWN_CHOICE], 0},
      gender ? (struct rule){p->bits[POOL_GENDER_FIRST], 0} : never,
      gender ? (struct rule){same, UINT64_MAX} : never, // without those of whom it is not known: see the loops
      person->languages.n && !person->interpreter ? (struct rule){p->work[LANGUAGES], UINT64_MAX} : never,
      {q->meets, UINT64_MAX}, // without those who could not anyway: see the loops
      {q->could, UINT64_MAX},
  };
  memcpy(q->rules, rules, sizeof rules);
}

struct question question_of(struct pool *p, const struct pool_person *person, int64_t now_ms) {
  struct question q = {.pool = p, .person = person};
  pool_refresh(p, now_ms);
  fill_rows(p, person);
  const struct pool_name *preferred = person->language ? pool_find(p, POOL_LANGUAGE, person->language) : NULL;
  q.preferred = preferred ? preferred->bits : p->work[NOWHERE];
  q.meets = person->places.n ? p->work[PLACES] : person->keep_away.n ? p->work[ANYWHERE] : p->bits[POOL_HAS_PLACES];
  q.could = person->places.n ? p->work[NAMED] : p->bits[POOL_NAMES_PLACES];
  q.experiences = word_of(p, POOL_EXPERIENCE, &person->experiences);
  q.times = word_of(p, POOL_TIME, &person->availability);
  set_rules(&q);
  return q;
}
