// Whether groups of people are served alike: once a week, and whenever a coordinator asks, everybody in the area who
// wants a mentor is counted by group, and the counts are published without anybody's CRN (proto/fairness.proto).
//
//   fairness.c           who is counted, and when
//   fairness_count.c     the groups, and what is counted of each
//   fairness_look.c      what the rules leave somebody, and the median wait: pure
//
// Nothing here decides about anybody: rules.h is asked, and never asks.
#pragma once
#include "fairness.pb-c.h"
#include "matching.h"

enum {
  // Most people and most mentors of one counting, which is one decision. Who has waited longest is counted first; of an
  // area with more, who has a mentor already is left out in the end.
  FAIRNESS_PEOPLE = 1000,
  FAIRNESS_MENTORS = 1000,
};
#define FAIRNESS_EVERY_MS (INT64_C(7) * 24 * 3600 * 1000)

// What the rules leave a person.
struct fairness_look {
  bool fits; // at least one mentor, of whom no rule keeps them
  uint32_t
      only; // otherwise the rules (bits as in rules_in_the_way) of which each alone keeps at least one mentor from them
};
// Stops at the first mentor who fits. `mentors` may not be full.
struct fairness_look fairness_look(const struct message *m, const Person *person, const Mentor *const *mentors,
                                   size_t n);

// A wait that ended with a match after so many days, or goes on.
struct fairness_wait {
  uint32_t days;
  bool matched;
};
// The median of the waits by the product-limit estimate, in days: the first day by which at most half are expected to
// wait still. Who still waits counts as at risk up to today, and is not taken for somebody who was served today:
// leaving them out, or counting their wait so far as a whole one, would make a group that waits long look well served.
// False: it is not reached. Sorts the waits. Sources: Kaplan and Meier, "Nonparametric estimation from incomplete
// observations", Journal of the American Statistical Association 53 (1958), 457-481; Brookmeyer and Crowley, "A
// confidence interval for the median survival time", Biometrics 38 (1982), 29-41.
bool fairness_median(struct fairness_wait *waits, size_t n, uint32_t *days);

// Somebody who is counted.
struct fairness_person {
  const Person *person;
  const SelfDescription *said; // NULL: nothing
  struct fairness_wait wait;
  struct fairness_look look; // of somebody who waits
};
// Publishes one event for everybody, and one for each group of each way of cutting.
void fairness_publish(struct change *c, const struct message *m, const struct fairness_person *people, size_t n);

// The rows: see table.c.
struct change decide_count_fairness(const struct records *have, const struct message *m);
void needs_count_fairness_due(struct records *want, const struct message *m);
struct change on_count_fairness_due(const struct records *have, const struct message *m);

// characteristics.c: what people say of themselves.
void needs_describe_self(struct records *want, const struct message *m);
struct change decide_describe_self(const struct records *have, const struct message *m);
void needs_read_characteristics(struct records *want, const struct message *m);
struct change decide_read_characteristics(const struct records *have, const struct message *m);
