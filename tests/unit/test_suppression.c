// links: reporting
// kinds: trust
// What may be shown of counts of few people, and what somebody who asks for everything can work out of it.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "suppression.h"

enum {
  QUARTERS = 4,
  WEEKS = 13,
  PATHWAYS = 3,
  PRACTITIONERS = 6,
  GROUPS = 5, // of people, which lie across all the others
  CUTS = 4,
  PARTS_MOST = WEEKS * QUARTERS,
  RANGES = QUARTERS * (QUARTERS + 1) / 2,
  QUERIES = CUTS * RANGES,
  WORLDS = 60
};
static const int parts_of[CUTS] = {WEEKS, PATHWAYS, PRACTITIONERS, GROUPS};

static int setup(void **state) {
  static struct arena arena;
  arena_init(&arena, ARENA_CAP_BYTES);
  *state = &arena;
  return 0;
}
static int teardown(void **state) {
  arena_deinit(*state);
  return 0;
}

// --- one series

static struct parts apply(struct arena *a, const char **values, size_t n_rows) {
  struct rows rows = {.n_columns = 3, .n_rows = n_rows, .values = values};
  return suppression_apply(a, &rows, 1);
}

static uint32_t shown(const struct parts *parts, const char *name) {
  for (size_t i = 0; i < parts->n; i++)
    if (name ? parts->all[i].name && !strcmp(parts->all[i].name, name) : !parts->all[i].name)
      return parts->all[i].shown[0];
  return 0;
}

static void what_is_too_small_to_show_is_counted_in_the_next_row_in_which_five_come_together(void **state) {
  const char *rows[] = {"q", "a", "3", "q", "b", "4", "q", "c", "1", "q", "d", "12", "q", "e", "2"};
  struct parts parts = apply(*state, rows, 5);
  assert_int_equal(parts.n, 2);
  assert_int_equal(shown(&parts, "b"), 5);
  assert_int_equal(shown(&parts, "d"), 15);
}

static void each_quarter_starts_anew_and_its_parts_are_added_up(void **state) {
  const char *rows[] = {"q1", "a", "8", "q1", "b", "9", "q2", "a", "6", "q2", "b", "3"};
  struct parts parts = apply(*state, rows, 4);
  assert_int_equal(shown(&parts, "a"), 5 + 5);
  assert_int_equal(shown(&parts, "b"), 10);
}

static void the_whole_is_not_mixed_with_its_parts(void **state) {
  const char *rows[] = {"q", "a", "4", "q", "b", "4", "q", NULL, "8"};
  struct parts parts = apply(*state, rows, 3);
  assert_int_equal(shown(&parts, "b"), 5);
  assert_int_equal(shown(&parts, NULL), 5);
  assert_null(parts.all[parts.n - 1].name);
}

static void nothing_is_not_told_from_one_to_four(void **state) {
  const char *counts[] = {"0", "1", "2", "3", "4"};
  for (size_t i = 0; i < 5; i++) {
    const char *rows[] = {"q", "a", counts[i], "q", "b", "0", "q", NULL, counts[i]};
    struct parts parts = apply(*state, rows, 3);
    assert_int_equal(parts.n, 1);
    assert_int_equal(shown(&parts, NULL), 0);
  }
}

static void what_a_row_does_not_have_is_not_taken_for_nothing(void **state) {
  const char *rows[] = {"q", "a", NULL, "q", NULL, "7"};
  struct parts parts = apply(*state, rows, 2);
  assert_int_equal(parts.all[parts.n - 1].kinds, 1);
  assert_int_equal(parts.n, 1);
}

// --- a world of few people, and all that can be asked about it

struct world {
  int people[QUARTERS][WEEKS][PATHWAYS][PRACTITIONERS];
};
// What was shown: of each part (weeks have their place in the year), and of the whole.
struct shown {
  int cut, first, last; // quarters
  int parts[PARTS_MOST], whole;
};

// The same on every machine.
static uint32_t chance(uint64_t *seed, uint32_t most) {
  *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)(*seed >> 33) % most;
}

// From nearly empty to a few people in each cell.
static void fill(struct world *w, uint64_t *seed) {
  int *cells = &w->people[0][0][0][0];
  uint32_t most = 1 + chance(seed, 4), empty = chance(seed, 30);
  for (size_t i = 0; i < sizeof w->people / sizeof *cells; i++)
    cells[i] = chance(seed, 30) < empty ? 0 : (int)chance(seed, most + 1);
}

static int true_count(const struct world *w, int quarter, int cut, int part) {
  int n = 0;
  for (int week = 0; week < WEEKS; week++)
    for (int pathway = 0; pathway < PATHWAYS; pathway++)
      for (int practitioner = 0; practitioner < PRACTITIONERS; practitioner++)
        if (part < 0 ||
            part == (const int[]){week, pathway, practitioner, (week + 2 * pathway + practitioner) % GROUPS}[cut])
          n += w->people[quarter][week][pathway][practitioner];
  return n;
}

static int place(int cut, int quarter, int part) {
  return cut == 0 ? quarter * WEEKS + part : part;
}

static void add_row(struct arena *a, struct rows *rows, int quarter, const char *part, int count) {
  const char **row = rows->values + rows->n_rows++ * rows->n_columns;
  row[0] = arena_printf(a, "%d", quarter);
  row[1] = part;
  row[2] = arena_printf(a, "%d", count);
}

static struct shown query(struct arena *a, const struct world *w, int cut, int first, int last) {
  struct shown s = {.cut = cut, .first = first, .last = last};
  struct rows rows = {.n_columns = 3, .values = arena_take(a, 3 * (PARTS_MOST + QUARTERS) * sizeof(char *))};
  for (int quarter = first; quarter <= last; quarter++) {
    for (int i = 0; i < parts_of[cut]; i++)
      add_row(a, &rows, quarter, arena_printf(a, "%02d", place(cut, quarter, i)), true_count(w, quarter, cut, i));
    add_row(a, &rows, quarter, NULL, true_count(w, quarter, cut, -1));
  }
  struct parts parts = suppression_apply(a, &rows, 1);
  for (int i = 0; i < PARTS_MOST; i++) s.parts[i] = (int)shown(&parts, arena_printf(a, "%02d", i));
  s.whole = (int)shown(&parts, NULL);
  return s;
}

static size_t ask_everything(struct arena *a, const struct world *w, struct shown *all) {
  size_t n = 0;
  for (int cut = 0; cut < CUTS; cut++)
    for (int first = 0; first < QUARTERS; first++)
      for (int last = first; last < QUARTERS; last++) all[n++] = query(a, w, cut, first, last);
  return n;
}

// --- the attacker

// A difference between two figures that should be the same, or one that is no multiple of five, is what a small count
// leaves behind.
static void assert_says_nothing(int difference) {
  assert_int_equal(difference % SHOWN_LEAST, 0);
}

static int total_minus_parts(const struct shown *s) {
  int rest = s->whole;
  for (int i = 0; i < PARTS_MOST; i++) rest -= s->parts[i];
  return rest;
}

// A percentage as it is shown, with one decimal, times its total, rounded to what can be: a count that was shown.
static int rate_times_total(const struct shown *s, int part) {
  if (s->whole < RATE_LEAST) return 0;
  int tenths = (2000 * s->parts[part] + s->whole) / (2 * s->whole);
  return SHOWN_LEAST * ((tenths * s->whole + 500 * SHOWN_LEAST) / (1000 * SHOWN_LEAST));
}

// Subtracts one answer from the other: totals, parts, and either's total less the other's parts.
static void subtract(const struct shown *a, const struct shown *b) {
  bool same_time = a->first == b->first && a->last == b->last;
  assert_says_nothing(a->whole - b->whole);
  if (same_time) assert_int_equal(a->whole, b->whole);
  for (int i = 0; i < PARTS_MOST; i++) {
    assert_says_nothing(a->parts[i] - b->parts[i]);
    assert_says_nothing(a->whole - b->parts[i]);
    if (a->whole >= RATE_LEAST) assert_int_equal(rate_times_total(a, i), a->parts[i]);
  }
}

// Bounds of the running total after each part of a quarter, by all that is known: how it was made, that it never falls,
// and what any way of cutting says of the quarter's total.
struct bounds {
  int least[PARTS_MOST + 1], most[PARTS_MOST + 1];
};

static struct bounds deduce(const int *parts, int n, int total_least, int total_most) {
  struct bounds b = {0};
  for (int i = 1, sum = 0; i <= n; i++) {
    sum += parts[i - 1];
    b.least[i] = sum;
    b.most[i] = sum + SHOWN_LEAST - 1;
  }
  if (total_least > b.least[n]) b.least[n] = total_least;
  if (total_most < b.most[n]) b.most[n] = total_most;
  for (int i = n - 1; i >= 0; i--)
    if (b.most[i] > b.most[i + 1]) b.most[i] = b.most[i + 1];
  for (int i = 1; i <= n; i++)
    if (b.least[i] < b.least[i - 1]) b.least[i] = b.least[i - 1];
  return b;
}

// Of a count that is truly small, five values or more must fit, and not only small ones above nothing.
static void assert_hidden(int truth, int least, int most) {
  assert_in_range(truth, least, most);
  if (truth == 0 || truth >= SHOWN_LEAST) return;
  assert_true(most - least >= SHOWN_LEAST - 1);
  assert_true(least == 0 || most >= SHOWN_LEAST);
}

// A quarter, worked out by subtracting the shorter answer from the longer, or as it was shown.
static void work_out(const struct world *w, const struct shown *longer, const struct shown *shorter, int quarter,
                     int total_least, int total_most) {
  int parts[PARTS_MOST] = {0}, cut = longer->cut, n = parts_of[cut];
  for (int i = 0; i < n; i++) {
    int at = place(cut, quarter, i);
    parts[i] = longer->parts[at] - (shorter ? shorter->parts[at] : 0);
  }
  struct bounds b = deduce(parts, n, total_least, total_most);
  for (int i = 0; i < n; i++) {
    int least = b.least[i + 1] - b.most[i];
    assert_hidden(true_count(w, quarter, cut, i), least > 0 ? least : 0, b.most[i + 1] - b.least[i]);
  }
}

static void attack_pair(const struct world *w, const struct shown *a, const struct shown *b) {
  subtract(a, b);
  subtract(b, a);
  if (a->first == a->last && b->first == a->first && b->last == a->last)
    work_out(w, a, NULL, a->first, b->whole, b->whole + SHOWN_LEAST - 1);
  if (a->cut == b->cut && a->first == b->first && a->last == b->last + 1)
    work_out(w, a, b, a->last, a->whole - b->whole, a->whole - b->whole + SHOWN_LEAST - 1);
}

static void no_pair_of_tens_of_thousands_of_queries_gives_a_small_count_away(void **state) {
  static struct shown all[QUERIES];
  static struct world w;
  uint64_t seed = 2026;
  (void)state;
  for (int i = 0; i < WORLDS; i++) {
    struct arena arena;
    arena_init(&arena, ARENA_CAP_BYTES);
    fill(&w, &seed);
    size_t n = ask_everything(&arena, &w, all);
    for (size_t k = 0; k < n; k++) {
      assert_int_equal(total_minus_parts(&all[k]), 0);
      for (size_t j = 0; j < n; j++) attack_pair(&w, &all[k], &all[j]);
    }
    arena_deinit(&arena);
  }
}

static void the_year_is_still_told_to_within_four_people_a_quarter(void **state) {
  static struct world w;
  uint64_t seed = 7;
  fill(&w, &seed);
  struct shown year = query(*state, &w, 0, 0, QUARTERS - 1);
  int truth = 0;
  for (int quarter = 0; quarter < QUARTERS; quarter++) truth += true_count(&w, quarter, 0, -1);
  assert_in_range(truth - year.whole, 0, QUARTERS * (SHOWN_LEAST - 1));
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(what_is_too_small_to_show_is_counted_in_the_next_row_in_which_five_come_together),
      TEST(each_quarter_starts_anew_and_its_parts_are_added_up),
      TEST(the_whole_is_not_mixed_with_its_parts),
      TEST(nothing_is_not_told_from_one_to_four),
      TEST(what_a_row_does_not_have_is_not_taken_for_nothing),
      TEST(no_pair_of_tens_of_thousands_of_queries_gives_a_small_count_away),
      TEST(the_year_is_still_told_to_within_four_people_a_quarter),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
