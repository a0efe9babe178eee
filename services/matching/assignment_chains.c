// The bounded repair: chains of at most so many moves, move by move, of which the best is taken. Nobody loses their
// place by it. Prices stay, and prove nothing any more.
#include "assignment_state.h"
#include <stdlib.h>
#include <string.h>

// The best chain of at most `most` moves for the person: `value[move * n + mentor]`, what is gained on the way to a
// mentor with so many moves, and how they were come to.
struct chains {
  struct assignment *a;
  uint32_t person, most;
  int64_t *value;
  struct track *track;
  uint32_t *reached; // of each number of moves, its mentors
  uint32_t *n_reached;
  int64_t best;
  uint32_t best_moves, best_mentor;
};

static bool is_on_way(const struct chains *c, uint32_t moves, uint32_t mentor, uint32_t sought) {
  for (;; mentor = c->track[(size_t)moves-- * c->a->problem.n_mentors + mentor].from) {
    if (mentor == sought) return true;
    if (!moves) return false;
  }
}

static void offer_chain(struct chains *c, uint32_t moves, uint32_t mentor, int64_t value, struct track track) {
  const struct assignment *a = c->a;
  size_t at = (size_t)moves * a->problem.n_mentors + mentor;
  if (!a->capacity[mentor] || value <= c->value[at]) return;
  if (moves && is_on_way(c, moves - 1, track.from, mentor)) return;
  if (c->value[at] == INT64_MIN) c->reached[(size_t)moves * a->problem.n_mentors + c->n_reached[moves]++] = mentor;
  c->value[at] = value;
  c->track[at] = track;
  if (a->load[mentor] == a->capacity[mentor] || value <= c->best) return;
  c->best = value;
  c->best_moves = moves;
  c->best_mentor = mentor;
}

static void extend(struct chains *c, uint32_t moves, uint32_t mentor, uint32_t person, int64_t value) {
  const struct assignment_problem *p = &c->a->problem;
  int64_t own = assignment_pair_of(c->a, person, mentor)->score;
  for (uint32_t k = p->row[person]; k < p->row[person + 1]; k++)
    if (p->pairs[k].mentor != mentor)
      offer_chain(c, moves, p->pairs[k].mentor, value + p->pairs[k].score - own, (struct track){mentor, person});
}

static void find_chain(struct chains *c) {
  const struct assignment *a = c->a;
  uint32_t m = a->problem.n_mentors;
  for (size_t i = 0; i < (size_t)(c->most + 1) * m; i++) c->value[i] = INT64_MIN;
  for (uint32_t move = 0; move <= c->most; move++) c->n_reached[move] = 0;
  c->best = INT64_MIN;
  for (uint32_t k = a->problem.row[c->person]; k < a->problem.row[c->person + 1]; k++)
    offer_chain(c, 0, a->problem.pairs[k].mentor, a->problem.pairs[k].score,
                (struct track){ASSIGNMENT_NONE, c->person});
  for (uint32_t move = 0; move < c->most; move++)
    for (uint32_t q = 0; q < c->n_reached[move]; q++) {
      uint32_t mentor = c->reached[(size_t)move * m + q];
      int64_t value = c->value[(size_t)move * m + mentor];
      for (uint32_t k = 0; k < a->load[mentor]; k++) extend(c, move + 1, mentor, a->held[a->first[mentor] + k], value);
    }
}

static void move_chain(struct chains *c) {
  uint32_t mentor = c->best_mentor;
  for (uint32_t move = c->best_moves;; move--) {
    struct track t = c->track[(size_t)move * c->a->problem.n_mentors + mentor];
    if (t.from != ASSIGNMENT_NONE) assignment_take_from(c->a, t.person);
    assignment_put(c->a, t.person, mentor);
    if (t.from == ASSIGNMENT_NONE) return;
    mentor = t.from;
  }
}

static void chains_begin(struct chains *c, struct assignment *a, uint32_t most) {
  size_t size = (size_t)(most + 1) * a->problem.n_mentors;
  c->a = a;
  c->value = assignment_take(size, sizeof *c->value);
  c->track = assignment_take(size, sizeof *c->track);
  c->reached = assignment_take(size, sizeof *c->reached);
  c->n_reached = assignment_take(most + 1, sizeof *c->n_reached);
}

static void chains_end(struct chains *c) {
  free(c->value), free(c->track), free(c->reached), free(c->n_reached);
}

// Serves the people one after the other with at most so many moves in all. Answers what they and those who move gain.
static struct assignment_worth place_all(struct chains *c, const uint32_t *people, uint32_t n, uint32_t most) {
  struct assignment_worth gained = {0, 0};
  for (uint32_t i = 0; i < n; i++) {
    c->person = people[i];
    c->most = most;
    find_chain(c);
    if (c->best == INT64_MIN) continue;
    move_chain(c);
    most -= c->best_moves;
    gained.rank += assignment_rank(c->a, people[i]);
    gained.points += c->best;
  }
  return gained;
}

// Everyone back to where they were.
static void restore(struct assignment *a, const uint32_t *at) {
  uint32_t n = a->problem.n_people;
  for (uint32_t i = 0; i < n; i++)
    if (a->at[i] != at[i] && a->at[i] != ASSIGNMENT_NONE) assignment_take_from(a, i);
  for (uint32_t i = 0; i < n; i++)
    if (a->at[i] != at[i]) assignment_put(a, i, at[i]);
}

// Of those who had a mentor then, how many have another now.
static uint32_t count_moved(const struct assignment *a, const uint32_t *at) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < a->problem.n_people; i++) n += at[i] != ASSIGNMENT_NONE && a->at[i] != at[i];
  return n;
}

// What is best for one after the other may be less for all of them than to move nobody: then nobody moves.
void assignment_place_bounded(struct assignment *a, const uint32_t *people, uint32_t n, uint32_t most,
                              struct assignment_repair *said) {
  struct chains c = {0};
  uint32_t *at = assignment_take(a->problem.n_people, sizeof *at);
  a->is_best = a->is_best && !n;
  chains_begin(&c, a, most);
  memcpy(at, a->at, a->problem.n_people * sizeof *at);
  struct assignment_worth gained = {0, 0}, unmoved = place_all(&c, people, n, 0);
  if (most && n) {
    restore(a, at);
    gained = place_all(&c, people, n, most);
    gained.rank -= unmoved.rank, gained.points -= unmoved.points;
  }
  if (gained.rank < 0 || (gained.rank == 0 && gained.points < 0)) {
    restore(a, at);
    place_all(&c, people, n, 0);
    gained = (struct assignment_worth){0, 0};
  }
  said->gained = gained;
  said->n_moved = count_moved(a, at);
  free(at);
  chains_end(&c);
}

// Whether it is better to give the person the place, with that score, than the best so far: by band, then by score,
// then by number.
static bool is_better(const struct assignment *a, uint32_t person, int32_t score, uint32_t best, int32_t best_score) {
  if (best == ASSIGNMENT_NONE) return true;
  uint32_t rank = assignment_rank(a, person), best_rank = assignment_rank(a, best);
  if (rank != best_rank) return rank > best_rank;
  return score != best_score ? score > best_score : person < best;
}

void assignment_fill_bounded(struct assignment *a, uint32_t mentor, struct assignment_repair *said) {
  uint32_t best = ASSIGNMENT_NONE;
  int32_t best_score = 0;
  a->is_best = a->is_best && !a->price[mentor];
  if (a->load[mentor] == a->capacity[mentor]) return;
  for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
    uint32_t person = a->offers[k].person;
    if (a->at[person] != ASSIGNMENT_NONE || !assignment_is_active(a, person)) continue;
    int32_t score = assignment_pair_of(a, person, mentor)->score;
    if (!is_better(a, person, score, best, best_score)) continue;
    best = person;
    best_score = score;
  }
  if (best == ASSIGNMENT_NONE) return;
  assignment_put(a, best, mentor);
  said->n_placed = 1;
}
