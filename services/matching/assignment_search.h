// The shortest way from a person who needs a place, or from a place that came free, to where it ends: Dijkstra's
// search, in what people lose by moving on beside today's prices.
//
// Where whole towns are full a way is a hundred moves long and the ground is flat: thousands of mentors are equally
// far, and each of them has a hundred moves to offer, of which two or three cost little enough to matter. So of each
// mentor those are listed that cost little, beside how little all others cost at least. The search looks at the list;
// the others are looked at where, and when, the search has come so far that one of them might count. Prices only rise
// as people are placed: so what the others cost at least remains true, until prices fall.
#pragma once
#include "assignment_queue.h"
#include "assignment_state.h"

// The person goes from the mentor who has the list to this one: for that they lose `cost`, the price there, less the
// price here.
struct move {
  uint32_t mentor, person;
  int32_t cost; // score here less score there
};

// The moves of a mentor's people that are listed.
struct near {
  int64_t far;           // cost and price of every other move are at least this
  int64_t least;         // of the person whose place is worth least to them: that, with their rank
  uint32_t least_person; //
  uint32_t n;
  uint32_t era; // as of which it is true
};

struct repair {
  struct assignment *a;
  int64_t *distance;   // of each mentor, or INT64_MAX
  struct track *track; // forwards, `person` comes here from `from`; backwards, they go from here to `from`
  uint32_t *touched;   // mentors with a distance
  uint32_t n_touched;
  struct assignment_queue queue;
  struct near *near;        // of each mentor
  struct move *moves;       // NEAR_EACH for each place
  uint32_t era;             // from 1 on
  int64_t best;             // the length of the shortest way that ends
  uint32_t end, end_person; // with this person, who waits from there on or waited until then; or with a place left over
};

// Room for exact repairs, kept until the assignment is freed.
struct repair *assignment_repair_of(struct assignment *a);
// The shortest way from the person, who is with nobody and gains `profit` at best; that they wait is one.
void assignment_search_forward(struct repair *r, uint32_t person, int64_t profit);
// The shortest way on which somebody comes to the mentor, who has a place left over, and others to theirs.
void assignment_search_backward(struct repair *r, uint32_t mentor);
// Other people are with the mentor now.
static inline void assignment_forget_moves(struct repair *r, uint32_t mentor) {
  r->near[mentor].era = 0;
}
