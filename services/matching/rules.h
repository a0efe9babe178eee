// The rules of matching, as two tables: which rule excludes a mentor for a person, and what speaks for or against one
// who is not excluded. Pure: the same pair at the same moment under the same weights gives the same answer, word for
// word.
//
//   rules_pair.h, .c  what the two have in common
//   rules.c           who is excluded
//   rules_score.c     what speaks for or against those who are not
#pragma once
#include "arena.h"
#include "matching.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

enum {
  // Of both tables. Whoever changes what a row does, adds one or takes one away raises it: it stands on each offer
  // beside the version of the weights, so that an explanation can be found again later.
  RULES_VERSION = 2,
  RULES_MOST = 32,            // of those that exclude: a set of them is 32 bits
  RULES_MOST_SLOTS = 5,       // that count: who can at any time is not better than who can at five
  RULES_MOST_FREE_PLACES = 3, // who has room comes before who has little
  RULES_MOST_WAITING = 6,     // steps of four weeks
};
#define RULES_WAITING_STEP_MS (INT64_C(28) * 24 * 3600 * 1000)
#define RULES_VETTING_ENDS_SOON_MS (INT64_C(30) * 24 * 3600 * 1000)

// A person, who has a wish for a mentor, and a mentor, looked at together. None is NULL.
struct pair {
  const Person *person;
  const Mentor *mentor;
  int64_t now_ms;
  const Weights *weights; // of the area (weights_of); not used by what excludes
};

// What a mentor is told when the reason is not theirs to know.
#define RULES_NOT_NOW                                                                                                  \
  "This offer can no longer be accepted. Nothing is wrong on your side; your supervisor can tell you more."

// What keeps a mentor from a person. `words` go to the coordinator, `change` says to them what would have to change.
// `to_mentor` is what the mentor may be told when it turns up as they accept: nothing of what the person said or asked
// for.
struct exclusion {
  const char *code, *words, *change, *to_mentor;
  bool of_person; // what would have to change is the person's, so that it may let other mentors in as well
  bool (*holds)(const struct pair *p);
  uint32_t apart; // a ground on which who meets already must not meet any more; 0: it only says who is not offered
};

// Grounds on which two must not meet, as bits that keep their meaning, since a task holds them. Of a conflict there is
// one for each kind besides, as ConflictKind numbers them.
enum {
  APART_CONFLICT = 1 << 16,
  APART_ZONE = 1 << 17,
  APART_PLACE = 1 << 18, // the place of an appointment
};

// All rules, in the order in which they are asked. There are at most RULES_MOST.
extern const struct exclusion rules_exclusions[];
extern const size_t rules_n_exclusions;

// The first rule that excludes, or NULL.
const struct exclusion *rules_exclude(const struct pair *p);
// All rules that are in the way, as a set: bit i is rules_exclusions[i]. No two of them hold for the same reason, so
// that a mentor with one bit set would be there but for that rule.
uint32_t rules_in_the_way(const struct pair *p);
// The grounds on which the two must not meet; 0: none.
uint32_t rules_apart(const struct pair *p);

// The score: the sum of the points of all reasons.
int32_t rules_score(const struct pair *p);
// The reasons in the order of the table; none has 0 points. Their points sum to rules_score(). Writes an array in the
// arena and answers its length.
size_t rules_reasons(const struct pair *p, struct arena *a, MatchReason ***reasons);
// Why the one scores as much more than the other as it does: for each reason the points of the one less those of the
// other, none with 0. They sum to the difference of the scores.
size_t rules_lead(const struct pair *one, const struct pair *other, struct arena *a, MatchReason ***reasons);
