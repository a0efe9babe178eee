// Who is mentored by whom, for a whole waiting list at once: the best assignment there is, with the proof.
//
// Given people, mentors with places, and the pairs that may be with a score each, it finds the assignment that, in this
// order,
//   1. serves people of band 0 as many as can be, then of band 1 as many as can be beside them, and so on. The sets of
//      people who can be served together form a matroid, so that this order never costs a match: as many are served in
//      all as if nobody were preferred;
//   2. has the greatest total score among those;
//   3. of several that are equally good is the one that the same steps always come to: it follows from the order of
//      people, mentors and pairs alone, never from addresses, time or chance.
// Accepted matches are frozen: the person stays where they are, takes a place there, and is in no count or total.
//
// With it come prices. A mentor's price is what one more place of theirs would be worth to all; a person's profit is
// what they gain by being on the list. Both have two parts, compared in this order: `rank`, which counts in bands (a
// person of band b counts bands - b), and `points`, in units of the score. assignment_check() proves by them, reading
// each pair once, that no assignment is better.
//
//   assignment.c          the whole, and what may be asked of it
//   assignment_cover.c    who can be served, and where places are too few
//   assignment_auction.c  people bid for places until nobody gains more than a little by changing
//   assignment_exact.c    whole prices; what was still a little better elsewhere is put right
//   assignment_check.c    the certificate
//   assignment_repair.c   a mentor is lost, a case is closed
//   assignment_search.c   the shortest way there
//   assignment_queue.c    what the search looks at next
//   assignment_chains.c   the same with at most so many people who move
//
// Pure: no I/O, no clock. Out of memory aborts, as everywhere.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSIGNMENT_NONE UINT32_MAX
#define ASSIGNMENT_ALL UINT32_MAX // as many moves as it takes

enum {
  ASSIGNMENT_BANDS = 200,               // most bands
  ASSIGNMENT_MOST_MENTORS = 1 << 20,    // and
  ASSIGNMENT_MOST_PEOPLE = 1 << 24,     // on one list
  ASSIGNMENT_MOST_PLACES = 1 << 30,     // of all mentors
  ASSIGNMENT_MOST_SCORE = (1 << 20) - 1 // greatest score, and least with its sign changed
};

struct assignment_pair {
  uint32_t mentor;
  int32_t score;
};

// Everything is the caller's; row, pairs and band outlive the assignment, capacity and frozen are copied. The pairs of
// person i are pairs[row[i]] to pairs[row[i+1]-1]; no mentor comes twice in a row.
struct assignment_problem {
  uint32_t n_people, n_mentors;
  const uint32_t *row;                 // n_people + 1
  const struct assignment_pair *pairs; // row[n_people]
  const uint32_t *capacity;            // of each mentor
  const uint8_t *band;                 // of each person, below ASSIGNMENT_BANDS; NULL: all are in band 0
  const uint32_t *frozen;              // of each person: the mentor, or ASSIGNMENT_NONE; NULL: nobody is
};

// An ordered pair: rank first, then points.
struct assignment_worth {
  int64_t rank, points;
};

struct assignment;

// Whether all whole numbers on the way stay within 64 bits: besides the limits above,
//   4 (mentors + bands + 2)^2 (greatest score - least score + 1) <= 2^52, with 0 among the scores.
// So 100,000 mentors may have scores that span 100,000, and 40,000 such that span 700,000.
bool assignment_fits(const struct assignment_problem *problem);
// The best assignment. The problem fits (assert). Freed by assignment_free().
struct assignment *assignment_solve(const struct assignment_problem *problem);
// The assignment in which everybody is with that mentor, or with ASSIGNMENT_NONE: to be repaired with a bound. That it
// is the best is not claimed, and its prices say nothing. Frozen people are where the problem has them. The problem
// fits, each mentor is one of the person's row and has a place for them (assert).
struct assignment *assignment_resume(const struct assignment_problem *problem, const uint32_t *mentor);
void assignment_free(struct assignment *a);

// The person's mentor (of a frozen one the mentor who was given), or ASSIGNMENT_NONE.
uint32_t assignment_mentor(const struct assignment *a, uint32_t person);
// Of a mentor without a place to give: what keeps everyone from wishing for one.
struct assignment_worth assignment_price(const struct assignment *a, uint32_t mentor);
// (0, 0) of a frozen person and of one whose case is closed.
struct assignment_worth assignment_profit(const struct assignment *a, uint32_t person);
// Summed over the people who are served and not frozen.
struct assignment_worth assignment_total(const struct assignment *a);

// What a certificate says. It holds where `why` is NULL.
struct assignment_certificate {
  const char *why;                      // the first of the conditions that does not hold
  uint32_t person, mentor;              // where, or ASSIGNMENT_NONE
  struct assignment_worth primal, dual; // total of the assignment; profits of people and prices of free-to-give places
  uint64_t n_served;                    // and not frozen
};

// Whether it is the best: true until a repair with a bound. Then it must be solved anew to be that again.
bool assignment_is_best(const struct assignment *a);
// Loads are within capacity; each person is served by a mentor of their row; no pair is worth more than its person's
// profit and its mentor's price; matched pairs are tight; mentors with a place left over have price zero, people
// without a mentor profit zero; primal equals dual. In O(pairs), from the problem, the assignment and the prices alone.
struct assignment_certificate assignment_check(const struct assignment *a);

// What a repair did.
struct assignment_repair {
  uint32_t n_freed, n_placed;     // people who lost their mentor; those of them, or who waited, who have one now
  uint32_t n_moved;               // others who have another mentor than before; who moves twice in an exact repair is
                                  // counted twice
  struct assignment_worth gained; // with a bound: beside the same repair that moves nobody
};
// The mentor is lost: their people, frozen ones too, need another. `most_moved` is how many people who are not frozen
// may be moved for that, in all:
//   0               nobody: each is given the best of the free places
//   d               the best chains of so many, for one person after the other, by band
//   ASSIGNMENT_ALL  the exact repair: the best assignment there is, where it was the best before (assert)
// A frozen person is never moved, and but for the exact repair nobody loses their place.
struct assignment_repair assignment_lose(struct assignment *a, uint32_t mentor, uint32_t most_moved);
// Serves the people, who are with nobody, one after the other in their order: as assignment_lose() does for those who
// lost their mentor. `most_moved` is not ASSIGNMENT_ALL.
struct assignment_repair assignment_place(struct assignment *a, const uint32_t *people, uint32_t n,
                                          uint32_t most_moved);
// The person's case is closed; their place, if they had one, is free. ASSIGNMENT_ALL is exact; otherwise the place goes
// to the neediest who waits, and nobody moves.
struct assignment_repair assignment_close(struct assignment *a, uint32_t person, uint32_t most_moved);
