// A question is made ready as eleven rows of bits, one for each rule: which mentors it leaves out. Then the words are
// gone through once.
#include "points.h"
#include "pool_state.h"
#include <assert.h>
#include <string.h>

enum work { // rows that are made for the question
  CONFLICT,
  PRACTITIONER,
  LANGUAGES, // the mentor speaks one of those that the person asked for
  PLACES,    // the mentor can be in one of the person's places
  NOWHERE,   // all are nought
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
  const uint64_t *meets;     // can be where the person can
  const uint64_t *preferred; // speaks the person's preferred language
  uint64_t experiences, times;
  int16_t by_experiences[POOL_WORDS + 1], by_times[POOL_WORDS + 1], times_not_known; // points
};

static const char *const rule_codes[POOL_RULES] = {"paused",
                                                   "no_free_place",
                                                   "safe_contact",
                                                   "vetting_not_known",
                                                   "vetting_not_current",
                                                   "conflict",
                                                   "same_practitioner",
                                                   "gender_not_known",
                                                   "gender",
                                                   "no_common_language",
                                                   "no_way_to_meet"};
static const char *const reason_codes[POOL_REASONS] = {"shared_experience",
                                                       "no_shared_experience",
                                                       "language",
                                                       "preferred_language",
                                                       "availability",
                                                       "no_availability_overlap",
                                                       "availability_not_known",
                                                       "place",
                                                       "only_remote",
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

// Adds all who have one of these names.
static void add_all(const struct pool *p, enum work work, enum pool_kind kind, const struct pool_texts *texts) {
  uint64_t *row = p->work[work];
  for (size_t i = 0; i < texts->n; i++) {
    const struct pool_name *name = pool_find(p, kind, texts->texts[i]);
    for (uint32_t w = 0; name && name->bits && w < pool_words(p); w++) row[w] |= name->bits[w];
    for (uint32_t k = 0; name && k < name->n_list; k++) pool_set(row, name->list[k], true);
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

static void fill_rows(const struct pool *p, const struct pool_person *person) {
  for (unsigned w = 0; w < POOL_WORK; w++) clear(p, w);
  add_all(p, CONFLICT, POOL_ID, &person->not_with);
  add_all(p, CONFLICT, POOL_ID, &person->restricted);
  add_one(p, CONFLICT, POOL_NOT_WITH, person->crn);
  add_one(p, PRACTITIONER, POOL_PRACTITIONER, person->practitioner);
  add_all(p, LANGUAGES, POOL_LANGUAGE, &person->languages);
  add_all(p, PLACES, POOL_PLACE, &person->places);
}

// In the order of rules.c. Whoever meets remotely meets anywhere, and who asks for nothing is refused nobody.
static void set_rules(struct question *q) {
  const struct pool *p = q->pool;
  const struct pool_person *person = q->person;
  const uint64_t *none = p->work[NOWHERE];
  const struct rule never = {none, 0};
  bool gender = person->gender != 0, known = person->gender < POOL_GENDERS;
  const uint64_t *same = gender && known ? p->bits[POOL_GENDER_FIRST + person->gender] : none;
  const struct rule rules[POOL_RULES] = {
      {p->bits[POOL_PAUSED], 0},
      {p->bits[POOL_FULL], 0},
      {p->bits[POOL_SAFE_CONTACT], 0},
      {p->bits[POOL_NOT_VETTED], 0},
      {p->bits[POOL_VETTING_OVER], 0},
      {p->work[CONFLICT], 0},
      {p->work[PRACTITIONER], 0},
      gender ? (struct rule){p->bits[POOL_GENDER_FIRST], 0} : never,
      gender ? (struct rule){same, UINT64_MAX} : never, // without those of whom it is not known: see the loops
      person->languages.n ? (struct rule){p->work[LANGUAGES], UINT64_MAX} : never,
      {q->meets, UINT64_MAX},
  };
  memcpy(q->rules, rules, sizeof rules);
}

static struct question question_of(struct pool *p, const struct pool_person *person, int64_t now_ms) {
  struct question q = {.pool = p, .person = person};
  pool_refresh(p, now_ms);
  fill_rows(p, person);
  const struct pool_name *preferred = person->language ? pool_find(p, POOL_LANGUAGE, person->language) : NULL;
  q.preferred = preferred ? preferred->bits : p->work[NOWHERE];
  q.meets = person->places.n ? p->work[PLACES] : p->bits[POOL_HAS_PLACES];
  q.experiences = word_of(p, POOL_EXPERIENCE, &person->experiences);
  q.times = word_of(p, POOL_TIME, &person->availability);
  set_rules(&q);
  return q;
}

enum {
  GENDER_NOT_KNOWN = 7,
  OTHER_GENDER = 8,
  NO_WAY = 10
};

// Of the mentors of one word, whom each rule leaves out.
static void words_of(const struct question *q, uint32_t w, uint64_t out[POOL_RULES]) {
  const struct pool *p = q->pool;
  for (unsigned r = 0; r < POOL_RULES; r++) out[r] = q->rules[r].bits[w] ^ q->rules[r].flip;
  out[OTHER_GENDER] &= ~out[GENDER_NOT_KNOWN];
  if (q->person->remote) out[NO_WAY] &= ~p->bits[POOL_REMOTE][w];
}

// --- scores

// How many bits are set; without a branch, and without an instruction that not every machine has.
static inline int count_bits(uint64_t word) {
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (int)(word * UINT64_C(0x0101010101010101) >> 56);
}

// What follows from how many things both have: read off instead of worked out for each mentor.
static void fill_tables(struct question *q) {
  bool asks = q->person->experiences.n > 0, asks_times = q->person->availability.n > 0;
  for (int n = 0; n <= POOL_WORDS; n++) {
    q->by_experiences[n] = (int16_t)(n ? POINTS_EXPERIENCE * n : asks * POINTS_NO_EXPERIENCE);
    q->by_times[n] = (int16_t)(n ? POINTS_SLOT * (n < MOST_SLOTS ? n : MOST_SLOTS) : asks_times * POINTS_NO_SLOT);
  }
  q->times_not_known = (int16_t)(asks_times * POINTS_SLOTS_NOT_KNOWN);
}

static int common_experiences(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->experiences[slot] & q->experiences);
}
static int common_times(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->times[slot] & q->times);
}
static int load_points(uint8_t load) {
  return (load & (POOL_HEAVY - 1)) + (load & POOL_HEAVY ? POINTS_HEAVY_LOAD : 0);
}

static int32_t score(const struct question *q, uint32_t slot) {
  const struct pool *p = q->pool;
  int32_t times = p->times[slot] ? q->by_times[common_times(q, slot)] : q->times_not_known;
  return q->by_experiences[common_experiences(q, slot)] + times + load_points(p->load[slot]) +
         POINTS_LANGUAGE * pool_bit(p->work[LANGUAGES], slot) +
         POINTS_PREFERRED_LANGUAGE * pool_bit(q->preferred, slot) + POINTS_PLACE * pool_bit(p->work[PLACES], slot) +
         POINTS_ONLY_REMOTE * !pool_bit(q->meets, slot) +
         POINTS_VETTING_ENDS * pool_bit(p->bits[POOL_VETTING_ENDS], slot);
}

// The same, part by part, in the order of rules.c.
static void list_points(const struct question *q, uint32_t slot, int16_t points[POOL_REASONS]) {
  const struct pool *p = q->pool;
  int common = common_experiences(q, slot), times = common_times(q, slot);
  bool says_times = p->times[slot] != 0;
  const int16_t all[POOL_REASONS] = {
      common ? q->by_experiences[common] : 0,
      common ? 0 : q->by_experiences[0],
      pool_bit(p->work[LANGUAGES], slot) ? POINTS_LANGUAGE : 0,
      pool_bit(q->preferred, slot) ? POINTS_PREFERRED_LANGUAGE : 0,
      times ? q->by_times[times] : 0,
      says_times && !times ? q->by_times[0] : 0,
      says_times ? 0 : q->times_not_known,
      pool_bit(p->work[PLACES], slot) ? POINTS_PLACE : 0,
      pool_bit(q->meets, slot) ? 0 : POINTS_ONLY_REMOTE,
      (int16_t)(p->load[slot] & (POOL_HEAVY - 1)),
      p->load[slot] & POOL_HEAVY ? POINTS_HEAVY_LOAD : 0,
      pool_bit(p->bits[POOL_VETTING_ENDS], slot) ? POINTS_VETTING_ENDS : 0,
  };
  memcpy(points, all, sizeof all);
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

void pool_ask(struct pool *p, const struct pool_person *person, int64_t now_ms, size_t most,
              struct pool_answer *answer) {
  struct question q = question_of(p, person, now_ms);
  fill_tables(&q);
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
