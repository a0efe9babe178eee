// A mentor is lost, a case is closed. What is put right is only what that touches.
//
// The exact repair follows shortest ways in what people lose by moving on, beside today's prices: forwards from a
// person who needs a place to a free place or to somebody who gains least by having one; backwards from a place that
// came free to the person who gains most by it, or to where a place may be left over. Prices change by what the way is
// shorter than the whole, and prove the new assignment as they proved the one before.
#include "assignment_search.h"
#include <stdlib.h>

// --- the way that was found

// `sign` 1: forwards, prices rise; -1: they fall.
static void change_prices(struct repair *r, int sign) {
  for (uint32_t i = 0; i < r->n_touched; i++) {
    int64_t shorter = r->best - r->distance[r->touched[i]];
    if (shorter > 0) r->a->price[r->touched[i]] += sign * shorter;
  }
}

// From the end of the way back to the person for whom it began. Answers how many others moved.
static uint32_t move_forward(struct repair *r) {
  uint32_t n = 0;
  if (r->end_person != ASSIGNMENT_NONE) assignment_take_from(r->a, r->end_person);
  for (uint32_t mentor = r->end; mentor != ASSIGNMENT_NONE; n++) {
    struct track t = r->track[mentor];
    if (t.from != ASSIGNMENT_NONE) assignment_take_from(r->a, t.person);
    assignment_put(r->a, t.person, mentor);
    assignment_forget_moves(r, mentor);
    mentor = t.from;
  }
  return n - 1 + (r->end_person != ASSIGNMENT_NONE);
}

// From the end of the way to the place that came free: each one leaves before the next comes.
static uint32_t move_backward(struct repair *r, uint32_t free_mentor) {
  uint32_t n = 0, mentor = r->end, coming = r->end_person;
  for (;;) {
    struct track t = r->track[mentor];
    if (mentor != free_mentor) assignment_take_from(r->a, t.person);
    if (coming != ASSIGNMENT_NONE) {
      assignment_put(r->a, coming, mentor);
      n++;
    }
    if (mentor == free_mentor) return n;
    coming = t.person;
    mentor = t.from;
  }
}

// --- exact

// What the person gains at best at today's prices; 0 where they would rather wait.
static int64_t profit_at_best(const struct assignment *a, uint32_t person) {
  int64_t most = 0, rank = assignment_rank(a, person) * ASSIGNMENT_RANK;
  for (uint32_t k = a->problem.row[person]; k < a->problem.row[person + 1]; k++) {
    const struct assignment_pair *pair = &a->problem.pairs[k];
    int64_t profit = rank + pair->score - a->price[pair->mentor];
    if (profit > most) most = profit;
  }
  return most;
}

static void place(struct repair *r, uint32_t person, struct assignment_repair *said) {
  assignment_search_forward(r, person, profit_at_best(r->a, person));
  change_prices(r, 1);
  if (r->end != ASSIGNMENT_NONE) said->n_moved += move_forward(r);
}

static void fill(struct repair *r, uint32_t mentor, struct assignment_repair *said) {
  if (!r->a->price[mentor] || !r->a->capacity[mentor]) return;
  assignment_search_backward(r, mentor);
  change_prices(r, -1);
  said->n_moved += move_backward(r, mentor);
}

// --- what has happened

// Into a list by band and then by number, which has room.
static uint32_t insert(const struct assignment *a, uint32_t *people, uint32_t n, uint32_t person) {
  uint32_t i = n;
  for (; i; i--) {
    uint32_t before = people[i - 1], rank = assignment_rank(a, before);
    if (rank > assignment_rank(a, person) || (rank == assignment_rank(a, person) && before < person)) break;
    people[i] = before;
  }
  people[i] = person;
  return n + 1;
}

static uint32_t count_frozen(const struct assignment *a, uint32_t mentor) {
  uint32_t n = 0;
  for (uint32_t i = 0; a->frozen && i < a->problem.n_people; i++) n += a->frozen[i] == mentor;
  return n;
}

// Everyone who is with the mentor, frozen or not, is with nobody from now on.
static uint32_t free_people(struct assignment *a, uint32_t mentor, uint32_t *people) {
  uint32_t n = 0;
  while (a->load[mentor]) {
    uint32_t person = a->held[a->first[mentor]];
    assignment_take_from(a, person);
    n = insert(a, people, n, person);
  }
  for (uint32_t i = 0; a->frozen && i < a->problem.n_people; i++) {
    if (a->frozen[i] != mentor) continue;
    a->frozen[i] = ASSIGNMENT_NONE;
    n = insert(a, people, n, i);
  }
  a->capacity[mentor] = a->given[mentor] = 0;
  a->price[mentor] = ASSIGNMENT_NO_PLACE;
  return n;
}

struct assignment_repair assignment_lose(struct assignment *a, uint32_t mentor, uint32_t most_moved) {
  struct assignment_repair said = {0};
  uint32_t *people = assignment_take(a->load[mentor] + count_frozen(a, mentor), sizeof *people);
  said.n_freed = free_people(a, mentor, people);
  assert(most_moved != ASSIGNMENT_ALL || a->is_best);
  if (most_moved == ASSIGNMENT_ALL)
    for (uint32_t i = 0; i < said.n_freed; i++) place(assignment_repair_of(a), people[i], &said);
  else
    assignment_place_bounded(a, people, said.n_freed, most_moved, &said);
  for (uint32_t i = 0; i < said.n_freed; i++) said.n_placed += assignment_is_served(a, people[i]);
  free(people);
  return said;
}

struct assignment_repair assignment_place(struct assignment *a, const uint32_t *people, uint32_t n,
                                          uint32_t most_moved) {
  struct assignment_repair said = {0};
  assert(most_moved != ASSIGNMENT_ALL);
  assignment_place_bounded(a, people, n, most_moved, &said);
  for (uint32_t i = 0; i < n; i++) said.n_placed += assignment_is_served(a, people[i]);
  return said;
}

// A frozen person leaves a place to give, unless there are still too many.
static void free_frozen(struct assignment *a, uint32_t person, uint32_t mentor) {
  a->frozen[person] = ASSIGNMENT_NONE;
  uint32_t n = count_frozen(a, mentor), room = a->first[mentor + 1] - a->first[mentor];
  if (a->capacity[mentor] == room || a->given[mentor] <= n + a->capacity[mentor]) return;
  if (!a->capacity[mentor]) a->price[mentor] = assignment_price_of_none(a, mentor);
  a->capacity[mentor]++;
}

// Where the person was; their place is free. It may be worth less than before: what is known of moves is out of date.
static uint32_t leave(struct assignment *a, uint32_t person) {
  uint32_t mentor = assignment_mentor(a, person);
  if (a->repair) a->repair->era++;
  a->gone[person] = true;
  if (assignment_is_frozen(a, person))
    free_frozen(a, person, mentor);
  else if (mentor != ASSIGNMENT_NONE)
    assignment_take_from(a, person);
  return mentor;
}

struct assignment_repair assignment_close(struct assignment *a, uint32_t person, uint32_t most_moved) {
  struct assignment_repair said = {0};
  uint32_t mentor = leave(a, person);
  assert(most_moved != ASSIGNMENT_ALL || a->is_best);
  if (mentor == ASSIGNMENT_NONE) return said;
  if (most_moved == ASSIGNMENT_ALL)
    fill(assignment_repair_of(a), mentor, &said);
  else
    assignment_fill_bounded(a, mentor, &said);
  return said;
}
