// The rules of matching, as two tables: which rule excludes a mentor for a person, and what speaks for or against one
// who is not excluded. Pure: the same pair at the same moment gives the same answer, word for word.
#pragma once
#include "arena.h"
#include "matching.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

// A person, who has a wish for a mentor, and a mentor, looked at together. None is NULL.
struct pair {
  const Person *person;
  const Mentor *mentor;
  int64_t now_ms;
};

// What a mentor is told when the reason is not theirs to know.
#define RULES_NOT_NOW                                                                                                  \
  "This offer can no longer be accepted. Nothing is wrong on your side; your supervisor can tell you more."

// What keeps a mentor from a person. `words` go to the coordinator. `to_mentor` is what the mentor may be told when it
// turns up as they accept: nothing of what the person said or asked for.
struct exclusion {
  const char *code, *words, *to_mentor;
  bool (*holds)(const struct pair *p);
};

// The first rule that excludes, or NULL.
const struct exclusion *rules_exclude(const struct pair *p);

// The score: the sum of the points of all reasons.
int32_t rules_score(const struct pair *p);
// The reasons in the order of the table; none has 0 points. Their points sum to rules_score(). Writes an array in the
// arena and answers its length.
size_t rules_reasons(const struct pair *p, struct arena *a, MatchReason ***reasons);
