// The best for a person: the words of all rules are gone through once, and who is left is scored.
#include "pool_state.h"
#include "rules.h"
#include <assert.h>
#include <string.h>

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

const char *pool_reason_code(unsigned reason) {
  return reason_codes[reason];
}

// --- scores

static int16_t waiting_points(const struct question *q, int64_t now_ms) {
  int64_t asked_ms = q->person->asked_ms, waited_ms = now_ms - asked_ms;
  if (asked_ms <= 0 || waited_ms <= 0) return 0;
  int64_t steps = waited_ms / RULES_WAITING_STEP_MS;
  return (int16_t)(q->weights->waiting * (steps < RULES_MOST_WAITING ? steps : RULES_MOST_WAITING));
}

// Who speaks none of the languages that were asked for is a candidate only through an interpreter.
static int16_t language_points(const struct question *q, bool speaks) {
  bool interpreted = q->person->interpreter && q->person->languages.n;
  if (speaks) return (int16_t)q->weights->language;
  return (int16_t)(interpreted ? q->weights->interpreter : 0);
}

static bool has(unsigned traits, enum trait trait) {
  return traits >> trait & 1;
}

static int32_t trait_points(const struct question *q, unsigned traits) {
  const Weights *weights = q->weights;
  return language_points(q, has(traits, SPEAKS)) + weights->preferred_language * has(traits, PREFERRED) +
         weights->place * has(traits, COMMON_PLACE) + weights->only_remote * !has(traits, MEETS) +
         weights->continuity * has(traits, HAS_ACCOMPANIED) + weights->vetting_ends * has(traits, VETTING_ENDS) +
         q->by_skill[1 + has(traits, SKILLED) + has(traits, MOST_SKILLED)] + q->waiting;
}

static int16_t most_of(const int16_t *points, int n, int16_t most) {
  for (int i = 0; i < n; i++)
    if (points[i] > most) most = points[i];
  return most;
}

// Times and load are in no row: what they add is bounded.
static void set_most_by_common(struct question *q) {
  enum {
    LAST = (1 << COMMON_BITS) - 1
  };
  int32_t beside = most_of(q->by_times, count_bits(q->times) + 1, q->times_not_known) +
                   most_of(q->by_load, 2 * POOL_HEAVY, INT16_MIN);
  for (int n = 0; n < LAST; n++) q->most_by_common[n] = (int16_t)(q->by_experiences[n] + beside);
  q->most_by_common[LAST] = (int16_t)(most_of(q->by_experiences + LAST, POOL_WORDS + 1 - LAST, INT16_MIN) + beside);
}

// Each once, as in q->experiences.
static void set_asked(struct question *q) {
  const struct pool_texts *texts = &q->person->experiences;
  uint64_t seen = 0;
  for (size_t i = 0; i < texts->n; i++) {
    const struct pool_name *name = pool_find(q->pool, POOL_EXPERIENCE, texts->texts[i]);
    if (!name || seen >> name->word & 1) continue;
    seen |= UINT64_C(1) << name->word;
    q->asked[q->n_asked++] = name->bits;
  }
}

static void set_traits(struct question *q) {
  const struct pool *p = q->pool;
  q->traits[SPEAKS] = p->work[LANGUAGES];
  q->traits[PREFERRED] = q->preferred;
  q->traits[COMMON_PLACE] = p->work[PLACES];
  q->traits[MEETS] = q->meets;
  q->traits[HAS_ACCOMPANIED] = p->work[ACCOMPANIED];
  q->traits[VETTING_ENDS] = p->bits[POOL_VETTING_ENDS];
  q->traits[SKILLED] = p->bits[POOL_SKILLED];
  q->traits[MOST_SKILLED] = p->bits[POOL_MOST_SKILLED];
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
  for (int load = 0; load < 2 * POOL_HEAVY; load++)
    q->by_load[load] =
        (int16_t)(weights->free_place * (load & (POOL_HEAVY - 1)) + (load & POOL_HEAVY ? weights->heavy_load : 0));
  set_traits(q);
  for (unsigned traits = 0; traits < 1 << TRAITS; traits++) q->by_traits[traits] = (int16_t)trait_points(q, traits);
  set_asked(q);
  set_most_by_common(q);
}

static int common_experiences(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->facts[slot].experiences & q->experiences);
}
static int common_times(const struct question *q, uint32_t slot) {
  return count_bits(q->pool->facts[slot].times & q->times);
}

static int32_t score(const struct question *q, uint32_t slot) {
  const struct pool_facts *facts = &q->pool->facts[slot];
  unsigned traits = 0;
  for (unsigned t = 0; t < TRAITS; t++) traits |= (unsigned)pool_bit(q->traits[t], slot) << t;
  int32_t times = facts->times ? q->by_times[common_times(q, slot)] : q->times_not_known;
  return q->by_traits[traits] + q->by_experiences[common_experiences(q, slot)] + times + q->by_load[facts->load];
}

// How many experiences are common, of all mentors of one word at once: one bit of each number in each of three words.
static void count_common(const struct question *q, uint32_t w, uint64_t count[COMMON_BITS]) {
  uint64_t ones = 0, twos = 0, fours = 0;
  for (unsigned i = 0; i < q->n_asked; i++) {
    uint64_t one = q->asked[i][w], two = ones & one, four = twos & two, full = fours & four;
    ones = (ones ^ one) | full;
    twos = (twos ^ two) | full;
    fours = (fours ^ four) | full;
  }
  count[0] = ones, count[1] = twos, count[2] = fours;
}

// Of the mentor whose bit it is in their word.
static inline unsigned traits_of(const uint64_t words[ALL_BITS], unsigned bit) {
  unsigned traits = 0;
#pragma GCC unroll 11
  for (unsigned t = 0; t < ALL_BITS; t++) traits |= (unsigned)(words[t] >> bit & 1) << t;
  return traits;
}

// The same, part by part, in the order of rules_score.c.
static void list_points(const struct question *q, uint32_t slot, int16_t points[POOL_REASONS]) {
  const struct pool *p = q->pool;
  const Weights *weights = q->weights;
  int common = common_experiences(q, slot), times = common_times(q, slot);
  bool says_times = p->facts[slot].times != 0, speaks = pool_bit(p->work[LANGUAGES], slot);
  unsigned skill = 1U + pool_bit(p->bits[POOL_SKILLED], slot) + pool_bit(p->bits[POOL_MOST_SKILLED], slot);
  bool skilled = skill >= q->person->complexity;
  const int32_t all[POOL_REASONS] = {
      common ? q->by_experiences[common] : 0,
      common ? 0 : q->by_experiences[0],
      speaks ? weights->language : 0,
      pool_bit(q->preferred, slot) ? weights->preferred_language : 0,
      speaks ? 0 : language_points(q, false),
      times ? q->by_times[times] : 0,
      says_times && !times ? q->by_times[0] : 0,
      says_times ? 0 : q->times_not_known,
      pool_bit(p->work[PLACES], slot) ? weights->place : 0,
      pool_bit(q->meets, slot) ? 0 : weights->only_remote,
      pool_bit(p->work[ACCOMPANIED], slot) ? weights->continuity : 0,
      skilled ? q->by_skill[skill] : 0,
      skilled ? 0 : q->by_skill[skill],
      q->waiting,
      weights->free_place * (p->facts[slot].load & (POOL_HEAVY - 1)),
      p->facts[slot].load & POOL_HEAVY ? weights->heavy_load : 0,
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

// Those of one word who may be among the best, of whom the last has that rank: whatever their times and load add, the
// others may not. Of many these are nearly all, and nothing is read of them but rows.
static uint64_t promising(const struct question *q, uint32_t w, uint64_t left, int32_t least) {
  uint64_t words[ALL_BITS], may = 0;
  for (unsigned t = 0; t < TRAITS; t++) words[t] = q->traits[t][w];
  count_common(q, w, words + COMMON);
  for (; left; left &= left - 1) {
    unsigned bit = (unsigned)__builtin_ctzll(left), all = traits_of(words, bit);
    int32_t most = q->by_traits[all % (1 << TRAITS)] + q->most_by_common[all >> COMMON];
    may |= (uint64_t)(most >= least) << bit;
  }
  return may;
}

// Those of one word who are left. Of those who are among the best in the end the points are listed then.
static void consider(const struct question *q, uint32_t w, uint64_t left, size_t most, struct pool_answer *answer) {
  answer->n_eligible += (uint32_t)count_bits(left);
  if (answer->n_best == most) left = promising(q, w, left, answer->best[most - 1].rank);
  for (; left; left &= left - 1) {
    uint32_t slot = w * 64 + (uint32_t)__builtin_ctzll(left);
    int32_t points = score(q, slot), rank = points - q->pool->facts[slot].price;
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

static void set_prices(struct pool *p, const struct pool_person *person, bool on) {
  for (size_t i = 0; i < person->n_prices; i++) {
    const struct pool_name *name = pool_find(p, POOL_ID, person->prices[i].id);
    assert(person->prices[i].price >= 0);
    if (name) p->facts[name->list[0]].price = on ? person->prices[i].price : 0;
  }
}

void pool_ask(struct pool *p, const struct pool_person *person, const Weights *weights, int64_t now_ms, size_t most,
              struct pool_answer *answer) {
  struct question q = question_of(p, person, now_ms);
  q.weights = weights;
  fill_tables(&q, now_ms);
  set_prices(p, person, true);
  *answer = (struct pool_answer){.n_mentors = p->n_in_use};
  if (most > POOL_BEST) most = POOL_BEST;
  assert(most > 0);
  for (uint32_t w = 0; w < pool_words(p); w++) {
    uint64_t out[POOL_RULES], left = asked_of(&q, w);
    words_of(&q, w, out);
    for (unsigned r = 0; r < POOL_RULES; r++) left &= ~out[r];
    if (left) consider(&q, w, left, most, answer);
  }
  for (size_t i = 0; i < answer->n_best; i++) explain(&q, &answer->best[i]);
  set_prices(p, person, false);
}
