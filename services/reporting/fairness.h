// The report "fairness": whom matching serves, by group, and which rule keeps whom from a mentor.
#pragma once
#include "reporting.h"
#include "suppression.h"

extern const struct report_column fairness_columns[], fairness_cuts[];
enum {
  FAIRNESS_COUNTS = 20 // of its query
};

// The titles of the rules that shut the group out: of those of the group who wait, a rule alone keeps every mentor from
// a greater share than of all others, and the interval of the difference does not hold 0. At least RATE_LEAST people
// wait in the group, and of the others. Separated by "; ", or "". `whole`: everybody.
//
// A sign that somebody must look at, not a finding: of a hundred comparisons of groups that are alike a few stand out
// by chance, and a group that asks for what few mentors have is kept from them by its own wish.
const char *fairness_warnings(struct arena *a, const struct part *group, const struct part *whole);
