// links: matching
// Lists large enough that ways are long and not all moves are listed: mentors are lost and cases closed, one after the
// other, and each time the whole is solved anew beside it.
#include "assignment.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
  PEOPLE = 120,
  MENTORS = 24,
  PAIRS_EACH = 12
};

struct list {
  uint32_t n, m, row[PEOPLE + 1], capacity[MENTORS], frozen[PEOPLE];
  struct assignment_pair pairs[PEOPLE * PAIRS_EACH];
  uint8_t band[PEOPLE];
};

static uint32_t draw(uint32_t *seed, uint32_t below) {
  *seed = *seed * 1664525 + 1013904223;
  return (*seed >> 8) % below;
}

// Mentors of a row follow each other, so that ways lead from one end of the list to the other.
static void add_row(struct list *l, uint32_t person, uint32_t n, uint32_t span, uint32_t *seed) {
  uint32_t first = draw(seed, l->m), *end = &l->row[person + 1];
  *end = l->row[person];
  for (uint32_t k = 0; k < n; k++)
    l->pairs[(*end)++] = (struct assignment_pair){(first + k) % l->m, (int32_t)draw(seed, span) - (int32_t)(span / 3)};
}

// One score only, and heavy ties, among them; mentors without a place, and people without a pair.
static struct list drawn(uint32_t *seed) {
  struct list l = {.n = 1 + draw(seed, PEOPLE), .m = PAIRS_EACH + draw(seed, MENTORS - PAIRS_EACH + 1)};
  uint32_t spans[] = {1, 2, 5, 1000}, span = spans[draw(seed, 4)], most = 1 + draw(seed, 9), bands = 1 + draw(seed, 3);
  bool accepted = draw(seed, 2);
  for (uint32_t j = 0; j < l.m; j++) l.capacity[j] = draw(seed, most);
  for (uint32_t i = 0; i < l.n; i++) {
    l.band[i] = (uint8_t)draw(seed, bands);
    l.frozen[i] = accepted && draw(seed, 8) == 0 ? draw(seed, l.m) : ASSIGNMENT_NONE;
    add_row(&l, i, draw(seed, PAIRS_EACH + 1), span, seed);
  }
  return l;
}

static struct assignment_problem problem_of(const struct list *l) {
  return (struct assignment_problem){l->n, l->m, l->row, l->pairs, l->capacity, l->band, l->frozen};
}

// What has happened to the assignment happens to the list.
static void lose(struct list *l, uint32_t mentor) {
  l->capacity[mentor] = 0;
  for (uint32_t i = 0; i < l->n; i++)
    if (l->frozen[i] == mentor) l->frozen[i] = ASSIGNMENT_NONE;
}

static void close_case(struct list *l, uint32_t person) {
  uint32_t n = l->row[person + 1] - l->row[person], begin = l->row[person];
  memmove(&l->pairs[begin], &l->pairs[begin + n], (l->row[l->n] - begin - n) * sizeof *l->pairs);
  for (uint32_t i = person; i < l->n; i++) l->row[i + 1] -= n;
  l->frozen[person] = ASSIGNMENT_NONE;
}

static void assert_as_solved_anew(const struct list *l, const struct assignment *a) {
  struct assignment_problem p = problem_of(l);
  struct assignment *anew = assignment_solve(&p);
  struct assignment_certificate repaired = assignment_check(a), solved = assignment_check(anew);
  assert_null(solved.why);
  if (repaired.why) fail_msg("%s (person %u, mentor %u)", repaired.why, repaired.person, repaired.mentor);
  assert_int_equal(repaired.n_served, solved.n_served);
  assert_int_equal(repaired.primal.rank, solved.primal.rank);
  assert_int_equal(repaired.primal.points, solved.primal.points);
  assignment_free(anew);
}

// `closed`: of that many steps one is a case that is closed; 0: none.
static void assert_repaired(uint32_t seed, uint32_t steps, uint32_t closed) {
  struct list as_given = drawn(&seed), now = as_given;
  struct assignment_problem p = problem_of(&as_given);
  struct assignment *a = assignment_solve(&p);
  for (uint32_t step = 0; step < steps; step++) {
    uint32_t mentor = draw(&seed, now.m), person = draw(&seed, now.n);
    if (closed && draw(&seed, closed) == 0) {
      close_case(&now, person);
      assignment_close(a, person, ASSIGNMENT_ALL);
    } else {
      lose(&now, mentor);
      assignment_lose(a, mentor, ASSIGNMENT_ALL);
    }
    assert_as_solved_anew(&now, a);
  }
  assignment_free(a);
}

static void mentors_lost_one_after_the_other_leave_what_solving_anew_would(void **state) {
  (void)state;
  for (uint32_t seed = 1; seed <= 600; seed++) assert_repaired(seed, 12, 0);
}

static void cases_closed_in_between_leave_what_solving_anew_would(void **state) {
  (void)state;
  for (uint32_t seed = 1001; seed <= 1600; seed++) assert_repaired(seed, 12, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(mentors_lost_one_after_the_other_leave_what_solving_anew_would),
      cmocka_unit_test(cases_closed_in_between_leave_what_solving_anew_would),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
