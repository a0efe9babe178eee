#include "assignment_state.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *assignment_take(size_t n, size_t bytes) {
  void *taken = calloc(n ? n : 1, bytes);
  if (!taken) abort();
  return taken;
}

void *assignment_take_large(size_t bytes) {
  enum {
    LARGE_PAGE = 1 << 21
  };
  size_t whole = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
  void *taken = bytes < LARGE_PAGE ? malloc(bytes) : aligned_alloc(LARGE_PAGE, whole);
  if (!taken) abort();
  if (bytes >= LARGE_PAGE) madvise(taken, whole, MADV_HUGEPAGE);
  return taken;
}

// --- whether it fits

struct extent {
  uint32_t bands;
  uint64_t places;
  int64_t least, most;
};

static struct extent extent_of(const struct assignment_problem *p) {
  struct extent e = {.bands = 1};
  for (uint32_t i = 0; p->band && i < p->n_people; i++)
    if (p->band[i] >= e.bands) e.bands = p->band[i] + 1U;
  for (uint32_t j = 0; j < p->n_mentors; j++) e.places += p->capacity[j];
  for (uint32_t k = 0; k < p->row[p->n_people]; k++) {
    if (p->pairs[k].score < e.least) e.least = p->pairs[k].score;
    if (p->pairs[k].score > e.most) e.most = p->pairs[k].score;
  }
  return e;
}

static bool is_within(const struct assignment_problem *p, const struct extent *e) {
  if (p->n_people > ASSIGNMENT_MOST_PEOPLE || p->n_mentors > ASSIGNMENT_MOST_MENTORS) return false;
  if (e->bands > ASSIGNMENT_BANDS || e->places > ASSIGNMENT_MOST_PLACES) return false;
  if (e->least < -ASSIGNMENT_MOST_SCORE || e->most > ASSIGNMENT_MOST_SCORE) return false;
  uint64_t nodes = p->n_mentors + e->bands + 2, span = (uint64_t)(e->most - e->least + 1);
  return 4 * nodes * nodes <= (UINT64_C(1) << 52) / span;
}

bool assignment_fits(const struct assignment_problem *problem) {
  struct extent e = extent_of(problem);
  return is_within(problem, &e);
}

// --- the start

// The places that frozen people leave. A mentor never needs more than one for each pair and one that stays free.
static void count_places(struct assignment *a) {
  const struct assignment_problem *p = &a->problem;
  for (uint32_t k = 0; k < p->row[p->n_people]; k++) a->capacity[p->pairs[k].mentor]++;
  for (uint32_t i = 0; i < p->n_people; i++)
    if (assignment_is_frozen(a, i)) a->load[a->frozen[i]]++;
  for (uint32_t j = 0; j < p->n_mentors; j++) {
    uint32_t most = a->given[j] < a->capacity[j] + 1 ? a->given[j] : a->capacity[j] + 1;
    uint32_t left = a->given[j] > a->load[j] ? a->given[j] - a->load[j] : 0;
    a->capacity[j] = left < most ? left : most;
    a->first[j + 1] = a->first[j] + most;
    a->load[j] = 0;
  }
}

static struct assignment_offer offer_of(const struct assignment *a, uint32_t person, int32_t score) {
  int64_t step = assignment_step(a);
  return (struct assignment_offer){person, (uint8_t)((score - a->least + step - 1) / step)};
}

static void list_offers(struct assignment *a) {
  const struct assignment_problem *p = &a->problem;
  uint32_t *next = a->column + 1;
  for (uint32_t k = 0; k < p->row[p->n_people]; k++) next[p->pairs[k].mentor + 1]++;
  for (uint32_t j = 0; j < p->n_mentors; j++) next[j + 1] += next[j];
  a->offers = assignment_take_large(((size_t)next[p->n_mentors] + 1) * sizeof *a->offers);
  for (uint32_t i = 0; i < p->n_people; i++)
    for (uint32_t k = p->row[i]; k < p->row[i + 1]; k++)
      a->offers[next[p->pairs[k].mentor]++] = offer_of(a, i, p->pairs[k].score);
}

// By band, and within it by number.
static void sort_people(struct assignment *a) {
  uint32_t begin[ASSIGNMENT_BANDS + 2] = {0};
  for (uint32_t i = 0; i < a->problem.n_people; i++)
    if (!assignment_is_frozen(a, i)) begin[a->n_bands - assignment_rank(a, i) + 1]++;
  for (uint32_t b = 0; b < a->n_bands; b++) begin[b + 1] += begin[b];
  a->n_active = begin[a->n_bands];
  for (uint32_t i = 0; i < a->problem.n_people; i++)
    if (!assignment_is_frozen(a, i)) a->order[begin[a->n_bands - assignment_rank(a, i)]++] = i;
}

static uint32_t *copy(const uint32_t *words, size_t n) {
  uint32_t *copied = assignment_take(n, sizeof *copied);
  if (n) memcpy(copied, words, n * sizeof *copied);
  return copied;
}

static struct assignment *new_assignment(const struct assignment_problem *p, const struct extent *e) {
  struct assignment *a = assignment_take(1, sizeof *a);
  a->problem = *p;
  a->n_bands = e->bands;
  a->n_nodes = p->n_mentors + e->bands + 1;
  a->least = e->least;
  a->most = e->most;
  a->order = assignment_take(p->n_people, sizeof *a->order);
  a->at = assignment_take(p->n_people, sizeof *a->at);
  a->capacity = assignment_take(a->n_nodes, sizeof *a->capacity);
  a->load = assignment_take(a->n_nodes, sizeof *a->load);
  a->level = assignment_take(a->n_nodes, sizeof *a->level);
  a->first = assignment_take(a->n_nodes + 1, sizeof *a->first);
  a->column = assignment_take((size_t)p->n_mentors + 2, sizeof *a->column);
  a->price = assignment_take(a->n_nodes, sizeof *a->price);
  memset(a->at, 0xff, p->n_people * sizeof *a->at);
  a->gone = assignment_take(p->n_people, sizeof *a->gone);
  a->given = copy(p->capacity, p->n_mentors);
  a->frozen = p->frozen ? copy(p->frozen, p->n_people) : NULL;
  a->problem.capacity = a->given;
  a->problem.frozen = a->frozen;
  return a;
}

// With nobody anywhere.
static struct assignment *begin(const struct assignment_problem *problem) {
  struct extent e = extent_of(problem);
  assert(is_within(problem, &e));
  struct assignment *a = new_assignment(problem, &e);
  count_places(a);
  a->held = assignment_take((size_t)a->first[problem->n_mentors] + problem->n_people, sizeof *a->held);
  sort_people(a);
  a->first[problem->n_mentors + 1] = a->first[problem->n_mentors];
  list_offers(a);
  return a;
}

struct assignment *assignment_solve(const struct assignment_problem *problem) {
  struct assignment *a = begin(problem);
  assignment_cover(a);
  assignment_exact(a, assignment_auction(a));
  a->is_best = true;
  return a;
}

struct assignment *assignment_resume(const struct assignment_problem *problem, const uint32_t *mentor) {
  struct assignment *a = begin(problem);
  for (uint32_t i = 0; i < problem->n_people; i++) {
    if (mentor[i] == ASSIGNMENT_NONE || assignment_is_frozen(a, i)) continue;
    assert(a->load[mentor[i]] < a->capacity[mentor[i]]);
    assignment_put(a, i, mentor[i]);
    assert(assignment_pair_of(a, i, mentor[i]));
  }
  return a;
}

void assignment_free(struct assignment *a) {
  if (!a) return;
  free(a->order), free(a->at), free(a->capacity), free(a->first), free(a->held);
  free(a->load), free(a->level), free(a->price), free(a->column), free(a->offers);
  free(a->gone), free(a->given), free(a->frozen), assignment_repair_free(a->repair), free(a);
}

// --- what may be asked of it

static struct assignment_worth worth_of(int64_t one) {
  int64_t rank = (one + ASSIGNMENT_RANK / 2) >> 53;
  return (struct assignment_worth){rank, one - rank * ASSIGNMENT_RANK};
}

uint32_t assignment_mentor(const struct assignment *a, uint32_t person) {
  if (assignment_is_frozen(a, person)) return a->frozen[person];
  return assignment_is_served(a, person) ? a->at[person] : ASSIGNMENT_NONE;
}

int64_t assignment_price_of_none(const struct assignment *a, uint32_t mentor) {
  int64_t most = 0;
  for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
    uint32_t person = a->offers[k].person;
    if (!assignment_is_active(a, person)) continue;
    int32_t score = assignment_pair_of(a, person, mentor)->score;
    int64_t gain = assignment_rank(a, person) * ASSIGNMENT_RANK + score - assignment_profit_of(a, person);
    if (gain > most) most = gain;
  }
  return most;
}

struct assignment_worth assignment_price(const struct assignment *a, uint32_t mentor) {
  return worth_of(a->capacity[mentor] ? a->price[mentor] : assignment_price_of_none(a, mentor));
}

bool assignment_is_best(const struct assignment *a) {
  return a->is_best;
}

struct assignment_worth assignment_profit(const struct assignment *a, uint32_t person) {
  return worth_of(assignment_is_frozen(a, person) ? 0 : assignment_profit_of(a, person));
}

int64_t assignment_profit_of(const struct assignment *a, uint32_t person) {
  if (!assignment_is_served(a, person)) return 0;
  return assignment_rank(a, person) * ASSIGNMENT_RANK + assignment_pair_of(a, person, a->at[person])->score -
         a->price[a->at[person]];
}

struct assignment_worth assignment_total(const struct assignment *a) {
  struct assignment_worth total = {0, 0};
  for (uint32_t i = 0; i < a->problem.n_people; i++) {
    if (!assignment_is_served(a, i)) continue;
    total.rank += assignment_rank(a, i);
    total.points += assignment_pair_of(a, i, a->at[i])->score;
  }
  return total;
}
