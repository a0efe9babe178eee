// The certificate. It uses nothing of how the assignment was found: the problem, who is with whom, and the prices.
#include "assignment_state.h"
#include <stdlib.h>

struct check {
  const struct assignment *a;
  uint32_t *left; // of each mentor: places that frozen people do not take
  struct assignment_certificate said;
};

static void deny(struct check *c, const char *why, uint32_t person, uint32_t mentor) {
  if (c->said.why) return;
  c->said.why = why;
  c->said.person = person;
  c->said.mentor = mentor;
}

static int64_t one_number(struct assignment_worth w) {
  return w.rank * ASSIGNMENT_RANK + w.points;
}

static void add(struct assignment_worth *sum, struct assignment_worth w, int64_t times) {
  sum->rank += w.rank * times;
  sum->points += w.points * times;
}

static void check_person(struct check *c, uint32_t person) {
  const struct assignment *a = c->a;
  const struct assignment_problem *p = &a->problem;
  uint32_t mentor = assignment_mentor(a, person), rank = assignment_rank(a, person);
  struct assignment_worth profit = assignment_profit(a, person);
  const struct assignment_pair *own = NULL;
  int64_t most = INT64_MIN; // that a pair is worth more than its mentor's price
  for (uint32_t k = p->row[person]; k < p->row[person + 1]; k++) {
    if (!c->left[p->pairs[k].mentor]) continue; // who has no place to give may cost whatever it takes
    int64_t value = rank * ASSIGNMENT_RANK + p->pairs[k].score - one_number(assignment_price(a, p->pairs[k].mentor));
    if (p->pairs[k].mentor == mentor) own = &p->pairs[k];
    if (value > most) most = value;
    if (value > one_number(profit)) deny(c, "a pair is worth more than profit and price", person, p->pairs[k].mentor);
  }
  add(&c->said.dual, profit, 1);
  if (one_number(profit) < 0) deny(c, "a profit is negative", person, mentor);
  if (mentor == ASSIGNMENT_NONE) {
    if (one_number(profit)) deny(c, "a person without a mentor has a profit", person, mentor);
    return;
  }
  if (!own) {
    deny(c, "a mentor is not in the person's row", person, mentor);
    return;
  }
  if (most != one_number(profit)) deny(c, "a matched pair is not tight", person, mentor);
  add(&c->said.primal, (struct assignment_worth){rank, own->score}, 1);
  c->said.n_served++;
}

static void check_mentor(struct check *c, uint32_t mentor, uint32_t n) {
  if (n > c->left[mentor]) deny(c, "a load is above capacity", ASSIGNMENT_NONE, mentor);
  if (!c->left[mentor]) return;
  struct assignment_worth price = assignment_price(c->a, mentor);
  if (one_number(price) < 0) deny(c, "a price is negative", ASSIGNMENT_NONE, mentor);
  if (n < c->left[mentor] && one_number(price)) deny(c, "a place left over has a price", ASSIGNMENT_NONE, mentor);
  add(&c->said.dual, price, c->left[mentor]);
}

static void count_left(struct check *c) {
  const struct assignment_problem *p = &c->a->problem;
  for (uint32_t j = 0; j < p->n_mentors; j++) c->left[j] = p->capacity[j];
  for (uint32_t i = 0; i < p->n_people; i++)
    if (assignment_is_frozen(c->a, i) && c->left[p->frozen[i]]) c->left[p->frozen[i]]--;
}

struct assignment_certificate assignment_check(const struct assignment *a) {
  const struct assignment_problem *p = &a->problem;
  struct check c = {
      a, assignment_take(p->n_mentors, sizeof *c.left), {.person = ASSIGNMENT_NONE, .mentor = ASSIGNMENT_NONE}};
  uint32_t *n = assignment_take(p->n_mentors, sizeof *n);
  count_left(&c);
  for (uint32_t i = 0; i < p->n_people; i++) {
    if (!assignment_is_active(a, i)) continue;
    check_person(&c, i);
    if (assignment_mentor(a, i) != ASSIGNMENT_NONE) n[assignment_mentor(a, i)]++;
  }
  for (uint32_t j = 0; j < p->n_mentors; j++) check_mentor(&c, j, n[j]);
  free(c.left), free(n);
  if (c.said.primal.rank != c.said.dual.rank || c.said.primal.points != c.said.dual.points)
    deny(&c, "primal and dual differ", ASSIGNMENT_NONE, ASSIGNMENT_NONE);
  return c.said;
}
