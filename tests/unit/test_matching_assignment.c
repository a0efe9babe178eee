// links: matching
// The best assignment of a waiting list: by hand where the answer can be seen, by trying everything where lists are
// small, and repaired as mentors are lost and cases closed.
#include "assignment.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
  MOST_PEOPLE = 7,
  MOST_MENTORS = 4,
  NO = INT32_MIN // the two may not be
};

// A small list: a table of scores, one row for each person.
struct list {
  uint32_t n, m;
  int32_t score[MOST_PEOPLE][MOST_MENTORS];
  uint32_t capacity[MOST_MENTORS], frozen[MOST_PEOPLE];
  uint8_t band[MOST_PEOPLE];
  uint32_t row[MOST_PEOPLE + 1];
  struct assignment_pair pairs[MOST_PEOPLE * MOST_MENTORS];
};

static struct list list_of(uint32_t n, uint32_t m) {
  struct list l = {.n = n, .m = m};
  for (uint32_t i = 0; i < MOST_PEOPLE; i++) l.frozen[i] = ASSIGNMENT_NONE;
  for (uint32_t j = 0; j < m; j++) l.capacity[j] = 1;
  return l;
}

static struct assignment_problem problem_of(struct list *l) {
  uint32_t k = 0;
  for (uint32_t i = 0; i < l->n; i++) {
    l->row[i] = k;
    for (uint32_t j = 0; j < l->m; j++)
      if (l->score[i][j] != NO) l->pairs[k++] = (struct assignment_pair){j, l->score[i][j]};
  }
  l->row[l->n] = k;
  return (struct assignment_problem){l->n, l->m, l->row, l->pairs, l->capacity, l->band, l->frozen};
}

static void assert_certified(const struct assignment *a) {
  struct assignment_certificate c = assignment_check(a);
  if (c.why) fail_msg("%s (person %u, mentor %u)", c.why, c.person, c.mentor);
}

static struct assignment *solved(struct list *l) {
  struct assignment_problem p = problem_of(l);
  assert_true(assignment_fits(&p));
  struct assignment *a = assignment_solve(&p);
  assert_certified(a);
  return a;
}

static void assert_total(const struct assignment *a, int64_t rank, int64_t points) {
  struct assignment_worth total = assignment_total(a);
  assert_int_equal(total.rank, rank);
  assert_int_equal(total.points, points);
}

static void as_many_as_can_be_are_served_before_any_score(void **state) {
  (void)state;
  struct list l = list_of(2, 2);
  memcpy(l.score, (int32_t[MOST_PEOPLE][MOST_MENTORS]){{1000, -5}, {0, NO}}, sizeof l.score);
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_mentor(a, 0), 1);
  assert_int_equal(assignment_mentor(a, 1), 0);
  assert_total(a, 2, -5);
  assignment_free(a);
}

static void an_earlier_band_comes_first_whatever_the_score(void **state) {
  (void)state;
  struct list l = list_of(2, 1);
  l.score[0][0] = 1000;
  l.band[0] = 1;
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_mentor(a, 0), ASSIGNMENT_NONE);
  assert_int_equal(assignment_mentor(a, 1), 0);
  assignment_free(a);
}

static void a_mentor_without_a_place_gets_nobody(void **state) {
  (void)state;
  struct list l = list_of(1, 2);
  l.score[0][0] = 50;
  l.capacity[0] = 0;
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_mentor(a, 0), 1);
  assert_true(assignment_price(a, 0).points >= 50);
  assignment_free(a);
}

static void without_any_pair_nobody_is_served(void **state) {
  (void)state;
  struct list l = list_of(3, 2);
  for (uint32_t i = 0; i < 3; i++) l.score[i][0] = l.score[i][1] = NO;
  struct assignment *a = solved(&l);
  for (uint32_t i = 0; i < 3; i++) assert_int_equal(assignment_mentor(a, i), ASSIGNMENT_NONE);
  assert_int_equal(assignment_price(a, 0).rank, 0);
  assignment_free(a);
}

static void an_empty_list_is_solved(void **state) {
  (void)state;
  struct list l = list_of(0, 1);
  struct assignment *a = solved(&l);
  assert_total(a, 0, 0);
  assignment_free(a);
}

static void of_many_that_are_equally_good_it_is_always_the_same(void **state) {
  (void)state;
  struct list l = list_of(MOST_PEOPLE, MOST_MENTORS);
  struct assignment *once = solved(&l), *again = solved(&l);
  for (uint32_t i = 0; i < l.n; i++) assert_int_equal(assignment_mentor(once, i), assignment_mentor(again, i));
  assert_total(once, MOST_MENTORS, 0);
  assignment_free(once);
  assignment_free(again);
}

static void a_frozen_match_stays_and_takes_a_place(void **state) {
  (void)state;
  struct list l = list_of(2, 1);
  l.score[0][0] = 1, l.score[1][0] = 100;
  l.frozen[0] = 0;
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_mentor(a, 0), 0);
  assert_int_equal(assignment_mentor(a, 1), ASSIGNMENT_NONE);
  assert_total(a, 0, 0);
  assignment_free(a);
}

static void a_place_too_few_has_a_price_and_one_left_over_has_none(void **state) {
  (void)state;
  struct list l = list_of(3, 2);
  memcpy(l.score, (int32_t[MOST_PEOPLE][MOST_MENTORS]){{9, NO}, {7, NO}, {NO, 5}}, sizeof l.score);
  l.capacity[1] = 2;
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_price(a, 0).rank, 1);
  assert_int_equal(assignment_price(a, 1).rank, 0);
  assert_int_equal(assignment_price(a, 1).points, 0);
  assert_int_equal(assignment_profit(a, 1).rank, 0);
  assert_int_equal(assignment_profit(a, 2).points, 5);
  assignment_free(a);
}

static void numbers_that_would_not_fit_are_found_out(void **state) {
  (void)state;
  struct list l = list_of(1, 1);
  l.score[0][0] = ASSIGNMENT_MOST_SCORE;
  struct assignment_problem p = problem_of(&l);
  assert_true(assignment_fits(&p));
  l.pairs[0].score++;
  assert_false(assignment_fits(&p));
  l.pairs[0].score = 0;
  l.band[0] = ASSIGNMENT_BANDS;
  assert_false(assignment_fits(&p));
}

// --- repairs

static void a_lost_mentors_people_go_to_free_places_and_nobody_moves(void **state) {
  (void)state;
  struct list l = list_of(2, 3);
  memcpy(l.score, (int32_t[MOST_PEOPLE][MOST_MENTORS]){{10, 9, NO}, {NO, 8, 7}}, sizeof l.score);
  struct assignment *a = solved(&l);
  assert_int_equal(assignment_mentor(a, 1), 1);
  struct assignment_repair said = assignment_lose(a, 0, 0);
  assert_int_equal(said.n_freed, 1);
  assert_int_equal(said.n_placed, 0);
  assert_int_equal(assignment_mentor(a, 0), ASSIGNMENT_NONE);
  assert_int_equal(assignment_mentor(a, 1), 1);
  assert_false(assignment_is_best(a));
  assignment_free(a);
}

static void a_repair_with_a_bound_says_what_the_moves_gain(void **state) {
  (void)state;
  struct list l = list_of(2, 3);
  memcpy(l.score, (int32_t[MOST_PEOPLE][MOST_MENTORS]){{10, 9, NO}, {NO, 8, 7}}, sizeof l.score);
  struct assignment *a = solved(&l);
  struct assignment_repair said = assignment_lose(a, 0, 1);
  assert_int_equal(said.n_placed, 1);
  assert_int_equal(said.n_moved, 1);
  assert_int_equal(said.gained.rank, 1);
  assert_int_equal(said.gained.points, 9 - 1);
  assert_int_equal(assignment_mentor(a, 0), 1);
  assert_int_equal(assignment_mentor(a, 1), 2);
  assignment_free(a);
}

static void an_exact_repair_never_moves_who_has_accepted(void **state) {
  (void)state;
  struct list l = list_of(2, 3);
  memcpy(l.score, (int32_t[MOST_PEOPLE][MOST_MENTORS]){{10, 9, NO}, {NO, 8, 7}}, sizeof l.score);
  l.frozen[1] = 1;
  struct assignment *a = solved(&l);
  assignment_lose(a, 0, ASSIGNMENT_ALL);
  assert_certified(a);
  assert_int_equal(assignment_mentor(a, 0), ASSIGNMENT_NONE);
  assert_int_equal(assignment_mentor(a, 1), 1);
  assignment_free(a);
}

static void who_had_accepted_a_mentor_who_is_lost_gets_another(void **state) {
  (void)state;
  struct list l = list_of(1, 2);
  l.frozen[0] = 0;
  struct assignment *a = solved(&l);
  struct assignment_repair said = assignment_lose(a, 0, 0);
  assert_int_equal(said.n_freed, 1);
  assert_int_equal(assignment_mentor(a, 0), 1);
  assignment_free(a);
}

static void a_closed_case_gives_the_place_to_the_neediest_who_waits(void **state) {
  (void)state;
  struct list l = list_of(3, 1);
  l.score[1][0] = 100;
  l.band[1] = 1;
  for (int exact = 0; exact < 2; exact++) {
    struct assignment *a = solved(&l);
    uint32_t served = assignment_mentor(a, 0) == 0 ? 0 : 2;
    assignment_close(a, served, exact ? ASSIGNMENT_ALL : 0);
    if (exact) assert_certified(a);
    assert_int_equal(assignment_mentor(a, served), ASSIGNMENT_NONE);
    assert_int_equal(assignment_mentor(a, 2 - served), 0);
    assert_int_equal(assignment_mentor(a, 1), ASSIGNMENT_NONE);
    assignment_free(a);
  }
}

// --- everything tried

static uint32_t draw(uint32_t *seed, uint32_t below) {
  *seed = *seed * 1664525 + 1013904223;
  return (*seed >> 8) % below;
}

static struct list drawn(uint32_t *seed) {
  struct list l = list_of(draw(seed, MOST_PEOPLE + 1), 1 + draw(seed, MOST_MENTORS));
  uint32_t span = 1 + draw(seed, 30), one_in = 1 + draw(seed, 3), bands = 1 + draw(seed, 3);
  for (uint32_t j = 0; j < l.m; j++) l.capacity[j] = draw(seed, 4);
  for (uint32_t i = 0; i < l.n; i++) {
    l.band[i] = (uint8_t)draw(seed, bands);
    if (draw(seed, 8) == 0) l.frozen[i] = draw(seed, l.m);
    for (uint32_t j = 0; j < l.m; j++)
      l.score[i][j] = draw(seed, one_in) ? NO : (int32_t)draw(seed, span) - (int32_t)(span / 3);
  }
  return l;
}

// Ranks as the assignment counts them: bands less band.
static int64_t rank_of(const struct list *l, uint32_t person) {
  int64_t bands = 1;
  for (uint32_t i = 0; i < l->n; i++)
    if (l->band[i] + 1 > bands) bands = l->band[i] + 1;
  return bands - l->band[person];
}

// The most that the people from `person` on can be worth together, with the places that are left: rank, then points.
static int64_t try_all(const struct list *l, const bool *gone, uint32_t person, const uint32_t *left) {
  if (person == l->n) return 0;
  int64_t best = try_all(l, gone, person + 1, left);
  for (uint32_t j = 0; j < l->m && l->frozen[person] == ASSIGNMENT_NONE && !gone[person]; j++) {
    if (l->score[person][j] == NO || !left[j]) continue;
    uint32_t rest[MOST_MENTORS];
    memcpy(rest, left, sizeof rest);
    rest[j]--;
    int64_t worth = rank_of(l, person) * 1000000 + l->score[person][j] + try_all(l, gone, person + 1, rest);
    if (worth > best) best = worth;
  }
  return best;
}

static int64_t best_of(const struct list *l, const bool *gone) {
  uint32_t left[MOST_MENTORS] = {0};
  memcpy(left, l->capacity, l->m * sizeof *left);
  for (uint32_t i = 0; i < l->n; i++)
    if (l->frozen[i] != ASSIGNMENT_NONE && left[l->frozen[i]]) left[l->frozen[i]]--;
  return try_all(l, gone, 0, left);
}

static void assert_best(const struct list *l, const struct assignment *a, const bool *gone) {
  assert_certified(a);
  struct assignment_worth total = assignment_total(a);
  assert_int_equal(total.rank * 1000000 + total.points, best_of(l, gone));
}

static void nothing_that_can_be_tried_is_better(void **state) {
  (void)state;
  bool gone[MOST_PEOPLE] = {false};
  for (uint32_t i = 0, seed = 1; i < 3000; i++) {
    struct list l = drawn(&seed);
    struct assignment *a = solved(&l);
    assert_best(&l, a, gone);
    assignment_free(a);
  }
}

// What has happened to the assignment happens to the list.
static void lose(struct list *l, uint32_t mentor) {
  l->capacity[mentor] = 0;
  for (uint32_t i = 0; i < l->n; i++)
    if (l->frozen[i] == mentor) l->frozen[i] = ASSIGNMENT_NONE;
}

static void after_an_exact_repair_nothing_that_can_be_tried_is_better(void **state) {
  (void)state;
  for (uint32_t i = 0, seed = 2; i < 2000; i++) {
    struct list l = drawn(&seed);
    struct assignment *a = solved(&l);
    bool gone[MOST_PEOPLE] = {false};
    for (int step = 0; step < 3 && l.n; step++) {
      uint32_t person = draw(&seed, l.n), mentor = draw(&seed, l.m);
      if (draw(&seed, 2)) {
        lose(&l, mentor);
        assignment_lose(a, mentor, ASSIGNMENT_ALL);
      } else {
        l.frozen[person] = ASSIGNMENT_NONE;
        gone[person] = true;
        assignment_close(a, person, ASSIGNMENT_ALL);
      }
      assert_best(&l, a, gone);
    }
    assignment_free(a);
  }
}

static void assert_bounded(struct list *l, uint32_t mentor, uint32_t most) {
  struct assignment *a = solved(l);
  uint32_t before[MOST_PEOPLE], n_moved = 0;
  for (uint32_t i = 0; i < l->n; i++) before[i] = assignment_mentor(a, i);
  struct assignment_repair said = assignment_lose(a, mentor, most);
  for (uint32_t i = 0; i < l->n; i++) {
    if (before[i] == mentor || before[i] == ASSIGNMENT_NONE) continue;
    assert_int_not_equal(assignment_mentor(a, i), ASSIGNMENT_NONE);
    if (l->frozen[i] != ASSIGNMENT_NONE) assert_int_equal(assignment_mentor(a, i), before[i]);
    n_moved += assignment_mentor(a, i) != before[i];
  }
  assert_true(n_moved <= most);
  assert_int_equal(n_moved, said.n_moved);
  assert_true(said.gained.rank > 0 || (said.gained.rank == 0 && said.gained.points >= 0));
  assignment_free(a);
}

static void a_bounded_repair_moves_no_more_than_it_may_and_nobody_loses_a_place(void **state) {
  (void)state;
  for (uint32_t i = 0, seed = 3; i < 2000; i++) {
    struct list l = drawn(&seed);
    uint32_t mentor = draw(&seed, l.m);
    assert_bounded(&l, mentor, draw(&seed, 4));
  }
}

// Who was with the mentor is with nobody, by band and then by number: as assignment_lose() frees them.
static uint32_t freed_by(const struct list *l, const struct assignment *a, uint32_t mentor, uint32_t *at,
                         uint32_t *people) {
  uint32_t n = 0;
  for (uint32_t i = 0; i < l->n; i++)
    at[i] = assignment_mentor(a, i) == mentor ? ASSIGNMENT_NONE : assignment_mentor(a, i);
  for (uint32_t band = 0; band < ASSIGNMENT_BANDS; band++)
    for (uint32_t i = 0; i < l->n; i++)
      if (l->band[i] == band && assignment_mentor(a, i) == mentor) people[n++] = i;
  return n;
}

static void an_assignment_that_is_resumed_is_repaired_as_the_one_that_was_solved(void **state) {
  (void)state;
  for (uint32_t i = 0, seed = 4; i < 2000; i++) {
    struct list l = drawn(&seed);
    uint32_t mentor = draw(&seed, l.m), most = draw(&seed, 3), at[MOST_PEOPLE], people[MOST_PEOPLE];
    struct assignment *a = solved(&l);
    uint32_t n = freed_by(&l, a, mentor, at, people);
    struct assignment_repair lost = assignment_lose(a, mentor, most);
    lose(&l, mentor);
    struct assignment_problem p = problem_of(&l);
    struct assignment *resumed = assignment_resume(&p, at);
    assert_false(assignment_is_best(resumed));
    struct assignment_repair placed = assignment_place(resumed, people, n, most);
    assert_int_equal(placed.n_placed, lost.n_placed);
    assert_int_equal(placed.n_moved, lost.n_moved);
    for (uint32_t k = 0; k < l.n; k++) assert_int_equal(assignment_mentor(resumed, k), assignment_mentor(a, k));
    assignment_free(a);
    assignment_free(resumed);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(as_many_as_can_be_are_served_before_any_score),
      cmocka_unit_test(an_earlier_band_comes_first_whatever_the_score),
      cmocka_unit_test(a_mentor_without_a_place_gets_nobody),
      cmocka_unit_test(without_any_pair_nobody_is_served),
      cmocka_unit_test(an_empty_list_is_solved),
      cmocka_unit_test(of_many_that_are_equally_good_it_is_always_the_same),
      cmocka_unit_test(a_frozen_match_stays_and_takes_a_place),
      cmocka_unit_test(a_place_too_few_has_a_price_and_one_left_over_has_none),
      cmocka_unit_test(numbers_that_would_not_fit_are_found_out),
      cmocka_unit_test(a_lost_mentors_people_go_to_free_places_and_nobody_moves),
      cmocka_unit_test(a_repair_with_a_bound_says_what_the_moves_gain),
      cmocka_unit_test(an_exact_repair_never_moves_who_has_accepted),
      cmocka_unit_test(who_had_accepted_a_mentor_who_is_lost_gets_another),
      cmocka_unit_test(a_closed_case_gives_the_place_to_the_neediest_who_waits),
      cmocka_unit_test(nothing_that_can_be_tried_is_better),
      cmocka_unit_test(after_an_exact_repair_nothing_that_can_be_tried_is_better),
      cmocka_unit_test(a_bounded_repair_moves_no_more_than_it_may_and_nobody_loses_a_place),
      cmocka_unit_test(an_assignment_that_is_resumed_is_repaired_as_the_one_that_was_solved),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
