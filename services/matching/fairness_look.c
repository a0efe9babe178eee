#include "fairness.h"
#include <stdlib.h>

struct fairness_look fairness_look(const struct message *m, const Person *person, const Mentor *const *mentors,
                                   size_t n) {
  struct fairness_look look = {false, 0};
  for (size_t j = 0; j < n; j++) {
    struct pair pair = matching_pair(m, person, mentors[j]);
    uint32_t rules = rules_in_the_way(&pair);
    if (!rules) return (struct fairness_look){.fits = true};
    if (!(rules & (rules - 1))) look.only |= rules;
  }
  return look;
}

// By days; of one day, who was matched comes first, since who still waits was there all of that day.
static int by_days(const void *one, const void *other) {
  const struct fairness_wait *a = one, *b = other;
  if (a->days != b->days) return a->days < b->days ? -1 : 1;
  return b->matched - a->matched;
}

bool fairness_median(struct fairness_wait *waits, size_t n, uint32_t *days) {
  double waits_still = 1;
  qsort(waits, n, sizeof *waits, by_days);
  for (size_t i = 0; i < n;) {
    size_t at_risk = n - i, matched = 0;
    uint32_t day = waits[i].days;
    for (; i < n && waits[i].days == day; i++) matched += waits[i].matched;
    waits_still *= 1 - (double)matched / (double)at_risk;
    if (waits_still > 0.5 + 1e-9) continue;
    *days = day;
    return true;
  }
  return false;
}
