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

static void set_prices(struct pool *p, const struct pool_person *person, bool on) {
  for (size_t i = 0; i < person->n_prices; i++) {
    const struct pool_name *name = pool_find(p, POOL_ID, person->prices[i].id);
    if (name) p->price[name->list[0]] = on ? person->prices[i].price : 0;
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
