// A question is made ready as a row of bits for each rule: which mentors it leaves out. Then the words are gone through
// once.
#include "pool_state.h"
#include "rules.h"
#include <assert.h>
#include <string.h>

enum work { // rows that are made for the question
  CONFLICT,
  PRACTITIONER,
  OWN_CHOICE,
  LANGUAGES,   // the mentor speaks one of those that the person asked for
  PLACES,      // both may be in one of the person's places
  NAMED,       // both named one of the person's places
  ANYWHERE,    // the mentor may be somewhere where the person may be
  ACCOMPANIED, // the mentor accompanied the person before
  NOWHERE,     // all are nought
  EVERYWHERE,  // all are one
};

// A rule: its row, or what is not in its row.
struct rule {
  const uint64_t *bits;
  uint64_t flip; // all ones: the rule leaves out those whose bit is not set
};

struct question {
  struct pool *pool;
  const struct pool_person *person;
  struct rule rules[POOL_RULES];
  const Weights *weights;
  const uint64_t *meets;     // can be where the person can
  const uint64_t *could;     // could, if nobody had to keep away from anywhere
  const uint64_t *preferred; // speaks the person's preferred language
  uint64_t experiences, times;
  int16_t by_experiences[POOL_WORDS + 1], by_times[POOL_WORDS + 1], times_not_known, waiting; // points
  int16_t by_skill[4];                                                                        // index 0 is not used
};

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
static const char *const reason_codes[POOL_REASONS] = {"shared_experience",
                                                       "no_shared_experience",
                                                       "language",
                                                       "preferred_language",
                                                       "interpreter",
                                                       "availability",
                                                       "no_availability_overlap",
                                                       "availability_not_known",
                                                       "place",
                                                       "only_remote",
                                                       "continuity",
                                                       "skill",
                                                       "less_skill",
                                                       "waiting",
                                                       "free_places",
                                                       "heavy_load",
                                                       "vetting_ends_soon"};

const char *pool_rule_code(unsigned rule) {
  return rule_codes[rule];
}
const char *pool_reason_code(unsigned reason) {
  return reason_codes[reason];
}

// --- the question made ready

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

static struct question question_of(struct pool *p, const struct pool_person *person, int64_t now_ms) {
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

enum {
  GENDER_NOT_KNOWN = 11,
  OTHER_GENDER = 12,
  ZONE = 14,
  NO_WAY = 15
};

// Of the mentors of one word, whom each rule leaves out.
static void words_of(const struct question *q, uint32_t w, uint64_t out[POOL_RULES]) {
  const struct pool *p = q->pool;
  for (unsigned r = 0; r < POOL_RULES; r++) out[r] = q->rules[r].bits[w] ^ q->rules[r].flip;
  out[OTHER_GENDER] &= ~out[GENDER_NOT_KNOWN];
  out[ZONE] &= ~out[NO_WAY];
  if (!q->person->remote) return;
  out[ZONE] &= ~p->bits[POOL_REMOTE][w];
  out[NO_WAY] &= ~p->bits[POOL_REMOTE][w];
}

// --- scores

// How many bits are set; without a branch, and without an instruction that not every machine has.
static inline int count_bits(uint64_t word) {
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (int)(word * UINT64_C(0x0101010101010101) >> 56);
}

static int16_t waiting_points(const struct question *q, int64_t now_ms) {
  int64_t asked_ms = q->person->asked_ms, waited_ms = now_ms - asked_ms;
  if (asked_ms <= 0 || waited_ms <= 0) return 0;
  int64_t steps = waited_ms / RULES_WAITING_STEP_MS;
  return (int16_t)(q->weights->waiting * (steps < RULES_MOST_WAITING ? steps : RULES_MOST_WAITING));
}

// What follows from how many things both have: read off instead of worked out for each mentor.
static void fill_tables(struct question *q, int64_t now_ms) {
  const Weights *weights = q->weights;
  bool asks = q->person->experiences.n > 0, asks_times = q->person->availability.n > 0;
  int32_t complexity = (int32_t)q->person->complexity;
  for (int n = 0; n <= POOL_WORDS; n++) {
    int slots = n < RULES_MOST_SLOTS ? n : RULES_MOST_SLOTS;
    q->by_experiences[n] = (int16_t)(n ? weights->experience * n : asks * weights->no_experience);
    q->by_times[n] = (int16_t)(n ? weights->slot * slots : asks_times * weights->no_slot);
  }
  for (int32_t skill = 1; skill <= 3 && complexity; skill++)
    q->by_skill[skill] = (int16_t)(skill < complexity ? weights->less_skill * (complexity - skill) : weights->skill);
  q->times_not_known = (int16_t)(asks_times * weights->slots_not_known);
  q->waiting = waiting_points(q, now_ms);
}

static int common_experiences(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->experiences[slot] & q->experiences);
}
static int common_times(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->times[slot] & q->times);
}
static unsigned skill_of(const struct question *q, uint32_t slot) {
  return 1U + pool_bit(q->pool->bits[POOL_SKILLED], slot) + pool_bit(q->pool->bits[POOL_MOST_SKILLED], slot);
}
static int load_points(const struct question *q, uint8_t load) {
  return q->weights->free_place * (load & (POOL_HEAVY - 1)) + (load & POOL_HEAVY ? q->weights->heavy_load : 0);
}
// Who speaks none of the languages that were asked for is a candidate only through an interpreter.
static int language_points(const struct question *q, uint32_t slot) {
  bool interpreted = q->person->interpreter && q->person->languages.n;
  if (pool_bit(q->pool->work[LANGUAGES], slot)) return q->weights->language;
  return interpreted ? q->weights->interpreter : 0;
}

static int32_t score(const struct question *q, uint32_t slot) {
  const struct pool *p = q->pool;
  const Weights *weights = q->weights;
  int32_t times = p->times[slot] ? q->by_times[common_times(q, slot)] : q->times_not_known;
  return q->by_experiences[common_experiences(q, slot)] + times + load_points(q, p->load[slot]) +
         language_points(q, slot) + weights->preferred_language * pool_bit(q->preferred, slot) +
         weights->place * pool_bit(p->work[PLACES], slot) + weights->only_remote * !pool_bit(q->meets, slot) +
         weights->continuity * pool_bit(p->work[ACCOMPANIED], slot) + q->by_skill[skill_of(q, slot)] + q->waiting +
         weights->vetting_ends * pool_bit(p->bits[POOL_VETTING_ENDS], slot);
}

// The same, part by part, in the order of rules_score.c.
static void list_points(const struct question *q, uint32_t slot, int16_t points[POOL_REASONS]) {
  const struct pool *p = q->pool;
  const Weights *weights = q->weights;
  int common = common_experiences(q, slot), times = common_times(q, slot);
  bool says_times = p->times[slot] != 0, speaks = pool_bit(p->work[LANGUAGES], slot);
  bool skilled = skill_of(q, slot) >= q->person->complexity;
  const int32_t all[POOL_REASONS] = {
      common ? q->by_experiences[common] : 0,
      common ? 0 : q->by_experiences[0],
      speaks ? weights->language : 0,
      pool_bit(q->preferred, slot) ? weights->preferred_language : 0,
      speaks ? 0 : language_points(q, slot),
      times ? q->by_times[times] : 0,
      says_times && !times ? q->by_times[0] : 0,
      says_times ? 0 : q->times_not_known,
      pool_bit(p->work[PLACES], slot) ? weights->place : 0,
      pool_bit(q->meets, slot) ? 0 : weights->only_remote,
      pool_bit(p->work[ACCOMPANIED], slot) ? weights->continuity : 0,
      skilled ? q->by_skill[skill_of(q, slot)] : 0,
      skilled ? 0 : q->by_skill[skill_of(q, slot)],
      q->waiting,
      weights->free_place * (p->load[slot] & (POOL_HEAVY - 1)),
      p->load[slot] & POOL_HEAVY ? weights->heavy_load : 0,
      pool_bit(p->bits[POOL_VETTING_ENDS], slot) ? weights->vetting_ends : 0,
  };
  for (unsigned r = 0; r < POOL_REASONS; r++) points[r] = (int16_t)all[r];
}

static bool comes_before(const struct pool_candidate *one, const struct pool_candidate *other) {
  return one->rank != other->rank ? one->rank > other->rank : strcmp(one->id, other->id) < 0;
}

static void insert(struct pool_answer *answer, size_t most, const struct pool_candidate *c) {
  if (answer->n_best == most && !comes_before(c, &answer->best[most - 1])) return;
  size_t i = answer->n_best < most ? answer->n_best++ : most - 1;
  for (; i && comes_before(c, &answer->best[i - 1]); i--) answer->best[i] = answer->best[i - 1];
  answer->best[i] = *c;
}

// Those of one word who are left. Of those who are among the best in the end the points are listed then.
static void consider(const struct question *q, uint32_t w, uint64_t left, size_t most, struct pool_answer *answer) {
  for (; left; left &= left - 1) {
    uint32_t slot = w * 64 + (uint32_t)__builtin_ctzll(left);
    int32_t points = score(q, slot), rank = points - q->pool->price[slot];
    answer->n_eligible++;
    if (answer->n_best == most && rank < answer->best[most - 1].rank) continue;
    insert(answer, most, &(struct pool_candidate){q->pool->id[slot], slot, points, rank, {0}});
  }
}

static void explain(const struct question *q, struct pool_candidate *c) {
  int32_t sum = 0;
  list_points(q, c->slot, c->points);
  for (unsigned r = 0; r < POOL_REASONS; r++) sum += c->points[r];
  assert(sum == c->score);
}

void pool_ask(struct pool *p, const struct pool_person *person, const Weights *weights, int64_t now_ms, size_t most,
              struct pool_answer *answer) {
  struct question q = question_of(p, person, now_ms);
  q.weights = weights;
  fill_tables(&q, now_ms);
  *answer = (struct pool_answer){.n_mentors = p->n_in_use};
  if (most > POOL_BEST) most = POOL_BEST;
  assert(most > 0);
  for (uint32_t w = 0; w < pool_words(p); w++) {
    uint64_t out[POOL_RULES], left = p->bits[POOL_IN_USE][w];
    words_of(&q, w, out);
    for (unsigned r = 0; r < POOL_RULES; r++) left &= ~out[r];
    if (left) consider(&q, w, left, most, answer);
  }
  for (size_t i = 0; i < answer->n_best; i++) explain(&q, &answer->best[i]);
}

// --- who is left out

void pool_count(struct pool *p, const struct pool_person *person, int64_t now_ms, struct pool_counts *counts) {
  struct question q = question_of(p, person, now_ms);
  *counts = (struct pool_counts){0};
  for (uint32_t w = 0; w < pool_words(p); w++) {
    uint64_t out[POOL_RULES], left = p->bits[POOL_IN_USE][w], once = 0, twice = 0;
    words_of(&q, w, out);
    for (unsigned r = 0; r < POOL_RULES; r++) {
      twice |= once & out[r];
      once |= out[r];
    }
    once &= ~twice & left;
    for (unsigned r = 0; r < POOL_RULES; r++) {
      counts->first[r] += (uint32_t)count_bits(left & out[r]);
      counts->only[r] += (uint32_t)count_bits(once & out[r]);
      left &= ~out[r];
    }
  }
}
