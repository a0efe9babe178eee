// What the parts of the assignment share. See assignment.h.
//
// Places are nodes. Beside the mentors, each band has a waiting room, a node where people of that band stay who get no
// mentor: its pair with each of them has score 0. And beside the people there is nobody: what takes the places that are
// left over. So everyone has a place and every place is taken, and neither missing people nor missing places are a
// special case from there on.
#pragma once
#include "assignment.h"
#include <assert.h>

// A worth in one number: rank * ASSIGNMENT_RANK + points. The points are always less than half of it.
#define ASSIGNMENT_RANK (INT64_C(1) << 53)

// The price of a mentor without a place to give: more than a way from anybody to anywhere can be long, so that it need
// not be asked who has a place. What such a place would be worth is assignment_price_of_none().
#define ASSIGNMENT_NO_PLACE (2 * (ASSIGNMENT_BANDS + 1) * ASSIGNMENT_RANK)

// A pair as the mentor sees it, half as large as the pair itself. Of the score it has only the first bits, rounded up:
// few are so great that more must be known, and the person's row has it.
struct assignment_offer {
  uint32_t person : 24, steps : 8; // the score is at most the least of all and so many steps
};
static_assert(ASSIGNMENT_MOST_PEOPLE <= 1 << 24, "a person's number takes 24 bits");

// A mentor on a way, how they were come to: see assignment_search.h, assignment_chains.c.
struct track {
  uint32_t from, person;
};

struct assignment {
  struct assignment_problem problem; // its capacity and frozen are the two below
  uint32_t *given;                   // of each mentor: the capacity, frozen people included
  uint32_t *frozen;                  // of each person; NULL: nobody is
  bool *gone;                        // of each person: their case is closed
  bool is_best;                      // and the prices prove it
  struct repair *repair;             // room for exact repairs, or NULL
  uint32_t n_nodes;   // mentors, then one waiting room for each rank (index n_mentors + rank, 0 is not used)
  uint32_t n_bands;   //
  uint32_t n_active;  // people who are not frozen
  uint32_t *order;    // they, by band and then by number
  uint32_t *at;       // of each person: the node, or ASSIGNMENT_NONE (frozen, gone; once it is solved, waiting too)
  uint32_t *capacity; // of each node: places that frozen people do not take
  uint32_t *first;    // of each node: its first place; n_nodes + 1
  uint32_t *held;     // of each place: the person; the first load[node] places of a node are taken
  uint32_t *load;     // of each node
  uint32_t *column;   // of each mentor: the first of their pairs in `offers`; n_mentors + 1
  struct assignment_offer *offers; // the pairs by mentor
  uint8_t *level;                  // of each node: the rank for which its places are too few; 0: they are enough
  int64_t *price;                  // of each node, in one number
  int64_t least, most;             // of all scores and 0
};

void *assignment_take(size_t n, size_t bytes); // zeroed; aborts where there is no memory
// Not zeroed. On large pages: what is read or written in as many places at once as there are mentors is otherwise twice
// as slow.
void *assignment_take_large(size_t bytes);

// The rank of a person: bands - band, at least 1.
static inline uint32_t assignment_rank(const struct assignment *a, uint32_t person) {
  return a->n_bands - (a->problem.band ? a->problem.band[person] : 0);
}
static inline bool assignment_is_frozen(const struct assignment *a, uint32_t person) {
  return a->frozen && a->frozen[person] != ASSIGNMENT_NONE;
}
static inline bool assignment_is_active(const struct assignment *a, uint32_t person) {
  return !assignment_is_frozen(a, person) && !a->gone[person];
}
static inline bool assignment_is_served(const struct assignment *a, uint32_t person) {
  return a->at[person] < a->problem.n_mentors;
}
static inline uint32_t assignment_waiting_room(const struct assignment *a, uint32_t rank) {
  return a->problem.n_mentors + rank;
}
// How much a step of an offer's score is, so that 255 of them are the span of all scores.
static inline int64_t assignment_step(const struct assignment *a) {
  return (a->most - a->least) / UINT8_MAX + 1;
}
// The pair of the person and the mentor, or NULL.
static inline const struct assignment_pair *assignment_pair_of(const struct assignment *a, uint32_t person,
                                                               uint32_t mentor) {
  const struct assignment_pair *pair = a->problem.pairs + a->problem.row[person],
                               *end = a->problem.pairs + a->problem.row[person + 1];
  while (pair < end && pair->mentor != mentor) pair++;
  return pair < end ? pair : NULL;
}
// The level of the places among which the person has theirs.
static inline uint32_t assignment_level(const struct assignment *a, uint32_t person) {
  return a->level[a->at[person]];
}
// Whether the person could as well wait: then they may bid for a place in the waiting room.
static inline bool assignment_may_wait(const struct assignment *a, uint32_t person) {
  return assignment_level(a, person) == assignment_rank(a, person);
}
// The price of a mentor without a place to give: the most that anybody would gain by one there, beside what they have.
int64_t assignment_price_of_none(const struct assignment *a, uint32_t mentor);
// The person's profit, in one number.
int64_t assignment_profit_of(const struct assignment *a, uint32_t person);
static inline void assignment_put(struct assignment *a, uint32_t person, uint32_t node) {
  a->at[person] = node;
  a->held[a->first[node] + a->load[node]++] = person;
}
static inline void assignment_take_from(struct assignment *a, uint32_t person) {
  uint32_t *held = a->held + a->first[a->at[person]], k = 0;
  while (held[k] != person) k++;
  held[k] = held[--a->load[a->at[person]]];
  a->at[person] = ASSIGNMENT_NONE;
}

// Serves as many as can be, by band; sets `at`, `held`, `load` and `level`, and makes the waiting rooms as large as the
// number of those who wait.
void assignment_cover(struct assignment *a);
// Better assignments with the same ranks, until it is the best or nearly so. Sets `at`, `held`, `load`, and `price` in
// units of 2^-bits: it answers the bits.
struct auction_end {
  unsigned bits; // prices are in units of 2^-bits points
  int64_t slack; // nobody gains more than this by changing, in those units
};
struct auction_end assignment_auction(struct assignment *a);
// Makes the prices whole and the assignment the best.
void assignment_exact(struct assignment *a, struct auction_end end);
void assignment_repair_free(struct repair *r);
// Serves the people, who are with nobody, with at most so many moves of others.
void assignment_place_bounded(struct assignment *a, const uint32_t *people, uint32_t n, uint32_t most,
                              struct assignment_repair *said);
// Gives a free place of the mentor to the neediest who waits and may be with them, by score.
void assignment_fill_bounded(struct assignment *a, uint32_t mentor, struct assignment_repair *said);
