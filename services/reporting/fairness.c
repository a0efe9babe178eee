#include "fairness.h"
#include "intervals.h"
#include <string.h>

// The counts of the query, in its order. Nobody is in two of them, so that no count bounds another.
enum {
  MATCHED = 1 << 0,
  FITS = 1 << 1,
  SEVERAL = 1 << 2,
  NO_SINGLE = 1 << 3,
  RULE_FIRST = 4,
  PEOPLE = (1 << FAIRNESS_COUNTS) - 1,
  WAITING = PEOPLE & ~MATCHED,
  REMAINDER = SHOWN_LEAST - 1, // at most
};
#define RULE(N) (UINT32_C(1) << (RULE_FIRST + (N)))
#define ONLY_RULE "Only rule: "

// The rules in the order of matching, whose table they are. Without the rule, so many more of those who wait would have
// at least one mentor who fits, and some of "any of several rules" besides.
// clang-format off
const struct report_column fairness_columns[] = {
    {"people",      "People who want a mentor",       "count",   PEOPLE, 0, BOUND_NONE},
    {"matched",     "Have one",                       "count",   MATCHED, 0, BOUND_NONE},
    {"matchRate",   "Match rate",                     "percent", MATCHED, PEOPLE, BOUND_NONE},
    {"matchRateLow",  "Match rate, 95 % from",        "percent", MATCHED, PEOPLE, BOUND_LOW},
    {"matchRateHigh", "Match rate, 95 % to",          "percent", MATCHED, PEOPLE, BOUND_HIGH},
    {"medianDays",  "Days until half are matched",    "days",    0, PEOPLE, BOUND_NONE},
    {"waiting",     "Wait",                           "count",   WAITING, 0, BOUND_NONE},
    {"fits",        "Wait, and a mentor fits",        "count",   FITS, 0, BOUND_NONE},
    {"paused", "Only rule: paused", "count", RULE(0), 0, BOUND_NONE},
    {"noFreePlace", "Only rule: no free place", "count", RULE(1), 0, BOUND_NONE},
    {"safeContact", "Only rule: safe-contact instruction", "count", RULE(2), 0, BOUND_NONE},
    {"vettingNotKnown", "Only rule: vetting not known", "count", RULE(3), 0, BOUND_NONE},
    {"vettingNotCurrent", "Only rule: vetting run out", "count", RULE(4), 0, BOUND_NONE},
    {"supervisionOverdue", "Only rule: supervision overdue", "count", RULE(5), 0, BOUND_NONE},
    {"mentorConflictsNotKnown", "Only rule: mentor's conflicts not looked for", "count", RULE(6), 0, BOUND_NONE},
    {"conflict", "Only rule: conflict", "count", RULE(7), 0, BOUND_NONE},
    {"conflictsNotKnown", "Only rule: person's conflicts not looked for", "count", RULE(8), 0, BOUND_NONE},
    {"samePractitioner", "Only rule: same practitioner", "count", RULE(9), 0, BOUND_NONE},
    {"ownChoice", "Only rule: mentor's own choice", "count", RULE(10), 0, BOUND_NONE},
    {"genderNotKnown", "Only rule: mentor's gender not recorded", "count", RULE(11), 0, BOUND_NONE},
    {"gender", "Only rule: gender asked for", "count", RULE(12), 0, BOUND_NONE},
    {"noCommonLanguage", "Only rule: no common language", "count", RULE(13), 0, BOUND_NONE},
    {"exclusionZone", "Only rule: exclusion zone", "count", RULE(14), 0, BOUND_NONE},
    {"noWayToMeet", "Only rule: no way to meet", "count", RULE(15), 0, BOUND_NONE},
    {"several", "Any of several rules", "count", SEVERAL, 0, BOUND_NONE},
    {"noSingle", "No one rule", "count", NO_SINGLE, 0, BOUND_NONE},
    {"warnings",    "Rules that shut the group out",  "text",    0, 0, BOUND_NONE},
    {0},
};
// What has no protected characteristic in it stands first.
const struct report_column fairness_cuts[] = {
    {"language",     "Preferred language",     "text", 0, 0, BOUND_NONE},
    {"gender_asked", "Gender of mentor asked for", "text", 0, 0, BOUND_NONE},
    {"remote",       "Where to meet",          "text", 0, 0, BOUND_NONE},
    {"interpreter",  "Interpreter",            "text", 0, 0, BOUND_NONE},
    {"age",          "Age",                    "text", 0, 0, BOUND_NONE},
    {"sex",          "Sex",                    "text", 0, 0, BOUND_NONE},
    {"ethnicity",    "Ethnicity",              "text", 0, 0, BOUND_NONE},
    {"disability",   "Disability",             "text", 0, 0, BOUND_NONE},
    {"religion",     "Religion",               "text", 0, 0, BOUND_NONE},
    {0},
};
// clang-format on

static uint32_t less(uint32_t all, uint32_t some) {
  return all > some ? all - some : 0;
}

// Made of what is shown alone, so that it says no more. What is shown may be off by a remainder: the warning holds even
// if one of the group's was shown with it, and one of the others' was not.
static bool shuts_out(const struct part *group, const struct part *whole, uint32_t rule) {
  uint32_t waiting = part_sum(group, WAITING), kept = part_sum(group, rule);
  uint32_t others = less(part_sum(whole, WAITING), waiting), others_kept = less(part_sum(whole, rule), kept);
  if (waiting < RATE_LEAST || others < RATE_LEAST) return false;
  return interval_of_difference(less(kept, REMAINDER), waiting, others_kept + REMAINDER, others).low > 0;
}

const char *fairness_warnings(struct arena *a, const struct part *group, const struct part *whole) {
  const char *words = "";
  for (const struct report_column *c = fairness_columns; c->name; c++) {
    if (strncmp(c->title, ONLY_RULE, strlen(ONLY_RULE)) != 0 || group == whole || !shuts_out(group, whole, c->of))
      continue;
    words = arena_printf(a, "%s%s%s", words, *words ? "; " : "", c->title + strlen(ONLY_RULE));
  }
  return words;
}
