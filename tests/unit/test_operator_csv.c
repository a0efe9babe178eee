// links: operator
// CSV as RFC 4180 has it.
#include "csv.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static struct arena arena;

static int setup(void **state) {
  (void)state;
  arena_init(&arena, ARENA_CAP_BYTES);
  return 0;
}
static int teardown(void **state) {
  (void)state;
  arena_deinit(&arena);
  return 0;
}

static struct csv over(const char *text) {
  struct csv c;
  csv_init(&c, text, strlen(text));
  return c;
}

static void values_are_separated_by_commas(void **state) {
  (void)state;
  struct csv c = over("a,b,,d\n1,2,3,\n");
  struct csv_record r;
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.n_values, 4);
  assert_string_equal(r.values[0], "a");
  assert_string_equal(r.values[2], "");
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.n_values, 4);
  assert_string_equal(r.values[3], "");
  assert_false(csv_next(&c, &arena, &r));
  assert_null(c.fault);
}

static void quotes_keep_commas_line_ends_and_doubled_quotes(void **state) {
  (void)state;
  struct csv c = over("\"a,b\",\"one\r\ntwo\",\"say \"\"yes\"\"\"\r\nnext\r\n");
  struct csv_record r;
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.n_values, 3);
  assert_string_equal(r.values[0], "a,b");
  assert_string_equal(r.values[1], "one\r\ntwo");
  assert_string_equal(r.values[2], "say \"yes\"");
  assert_true(csv_next(&c, &arena, &r));
  assert_string_equal(r.values[0], "next");
}

static void a_record_knows_the_line_on_which_it_begins(void **state) {
  (void)state;
  struct csv c = over("\"a\nb\nc\",1\n\n\nlast,2");
  struct csv_record r;
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.line, 1);
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.line, 6);
  assert_string_equal(r.values[1], "2");
}

static void a_byte_order_mark_is_no_part_of_the_first_name(void **state) {
  (void)state;
  struct csv c = over("\xef\xbb\xbf"
                      "crn,name\n");
  struct csv_record r;
  assert_true(csv_next(&c, &arena, &r));
  assert_string_equal(r.values[0], "crn");
}

static void an_empty_quoted_value_is_a_value(void **state) {
  (void)state;
  struct csv c = over("\"\"\n\"\",\"\"");
  struct csv_record r;
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.n_values, 1);
  assert_string_equal(r.values[0], "");
  assert_true(csv_next(&c, &arena, &r));
  assert_int_equal(r.n_values, 2);
}

static void malformed_quotes_are_a_fault_with_its_line(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned line;
  } wrong[] = {{"a\n\"b", 2}, {"\"", 1}, {"a\n\"b\"c\n", 2}, {"a\"b\n", 1}, {"\"\"\"", 1}, {"\"a\n\"\"", 1}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct csv c = over(wrong[i].text);
    struct csv_record r;
    while (csv_next(&c, &arena, &r)) continue;
    assert_non_null(c.fault);
    assert_int_equal(c.line, wrong[i].line);
    assert_false(csv_next(&c, &arena, &r));
  }
}

static void nothing_is_no_record(void **state) {
  (void)state;
  static const char *const texts[] = {"", "\n\n\r\n", "\xef\xbb\xbf"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct csv c = over(texts[i]);
    struct csv_record r;
    assert_false(csv_next(&c, &arena, &r));
    assert_null(c.fault);
  }
}

static void a_long_file_of_quotes_takes_memory_by_its_length(void **state) {
  (void)state;
  enum {
    ROWS = 20000,
    WIDTH = 6
  };
  static char text[ROWS * WIDTH + 1];
  for (size_t i = 0; i < ROWS; i++) memcpy(text + i * WIDTH, "\"ab\",\n", WIDTH);
  struct csv c = over(text);
  struct csv_record r;
  size_t n = 0;
  while (csv_next(&c, &arena, &r)) n++;
  assert_int_equal(n, ROWS);
  assert_true(arena.used_bytes < 200 * ROWS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(values_are_separated_by_commas),
      TEST(quotes_keep_commas_line_ends_and_doubled_quotes),
      TEST(a_record_knows_the_line_on_which_it_begins),
      TEST(a_byte_order_mark_is_no_part_of_the_first_name),
      TEST(an_empty_quoted_value_is_a_value),
      TEST(malformed_quotes_are_a_fault_with_its_line),
      TEST(nothing_is_no_record),
      TEST(a_long_file_of_quotes_takes_memory_by_its_length),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
