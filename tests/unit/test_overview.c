// Overviews: what a service remembers of all its records of one type.
#include "engine_world.h"

enum {
  PEOPLE = 450 // more than two pages of the index
};

static int set_up(void **state) {
  *state = town_new();
  return 0;
}
static int tear_down(void **state) {
  town_free(*state);
  return 0;
}

static void tick(struct desk *d) {
  engine_tick(d->engine, d->town->now_ms);
  desk_run(d);
}

static void assert_on_roll(struct desk *d, unsigned n) {
  ListPeople cmd = LIST_PEOPLE__INIT;
  assert_int_equal(desk_ask(d, &cmd), CODE__OK);
  const DailyCount *roll = desk_body(d, &daily_count__descriptor);
  assert_int_equal(roll->count, n);
  if (n) assert_string_equal(roll->day, "+447700900123");
}

// How many messages it says that it took in.
static unsigned handled(struct desk *d) {
  struct buffer metrics = {0};
  engine_metrics(d->engine, &metrics);
  buffer_add(&metrics, "", 1);
  unsigned n = (unsigned)atoi(strrchr(strtok(metrics.data, "\n"), ' ') + 1);
  buffer_free(&metrics);
  return n;
}

static void register_in(struct desk *d, unsigned first, unsigned n) {
  for (unsigned i = first; i < first + n; i++) {
    char *crn = arena_printf(&d->town->arena, "X%06u", i);
    assert_int_equal(desk_ask(d, a_registration(d->town, crn, "N07A123", CHANNEL__EMAIL)), CODE__OK);
  }
}

static void until_it_was_read_once_whoever_needs_it_is_told_to_come_again(void **state) {
  struct desk *d = desk_new(*state, true);
  ListPeople cmd = LIST_PEOPLE__INIT;
  assert_false(engine_ready(d->engine));
  assert_int_equal(desk_ask(d, &cmd), CODE__UNAVAILABLE);
  tick(d);
  assert_true(engine_ready(d->engine));
  assert_on_roll(d, 0);
  desk_free(d);
}

static void all_that_is_there_is_read_page_by_page_and_opened_and_is_no_message(void **state) {
  struct desk *before = desk_new(*state, true), *d = desk_new(*state, true);
  register_in(before, 0, PEOPLE);
  tick(d);
  assert_int_equal(handled(d), 0);
  assert_on_roll(d, PEOPLE);
  assert_int_equal(engine_in_flight(d->engine), 0);
  desk_free(before);
  desk_free(d);
}

static void what_this_process_commits_is_in_it_at_once(void **state) {
  struct desk *d = desk_new(*state, true);
  tick(d);
  register_in(d, 0, 2);
  assert_on_roll(d, 2);
  desk_free(d);
}

static void what_a_lost_commit_would_have_written_is_not_in_it(void **state) {
  struct desk *d = desk_new(*state, true);
  tick(d);
  desk_send(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  desk_step(d, MEMORY_FINE); // the data key is looked for
  desk_step(d, MEMORY_LOST);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  assert_on_roll(d, 0);
  desk_free(d);
}

static void what_another_process_commits_is_in_it_within_half_a_minute(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true), *other = desk_new(t, true);
  tick(d);
  register_in(other, 0, 3);
  tick(d);
  assert_on_roll(d, 0);
  t->now_ms += 30000;
  tick(d);
  assert_on_roll(d, 3);
  desk_free(d);
  desk_free(other);
}

static void one_that_could_not_be_read_is_read_at_the_next_turn(void **state) {
  struct desk *before = desk_new(*state, true), *d = desk_new(*state, true);
  register_in(before, 0, 3);
  engine_tick(d->engine, NOW_MS);
  desk_step(d, MEMORY_LOST);
  desk_run(d);
  assert_false(engine_ready(d->engine));
  tick(d);
  assert_on_roll(d, 3);
  desk_free(before);
  desk_free(d);
}

static void one_record_that_cannot_be_read_keeps_no_other_out(void **state) {
  struct town *t = *state;
  struct desk *before = desk_new(t, true), *d = desk_new(t, true);
  register_in(before, 0, 3);
  uint8_t junk[12] = {[7] = 2, [8] = 0xff, 0xff, 0xff, 0xff};
  struct store_record r = {"{" AREA "}:Person:X000001", 1, STORE_PUT, {junk, sizeof junk}};
  struct store_change change = {.area = AREA, .records = &r, .n_records = 1}, *changes[] = {&change};
  enum store_result result;
  memory_commit(t->truth, "other", changes, 1, &result);
  assert_int_equal(result, STORE_DONE);
  tick(d);
  assert_true(engine_ready(d->engine));
  assert_on_roll(d, 2);
  desk_free(before);
  desk_free(d);
}

int main(void) {
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(until_it_was_read_once_whoever_needs_it_is_told_to_come_again),
      TEST(all_that_is_there_is_read_page_by_page_and_opened_and_is_no_message),
      TEST(what_this_process_commits_is_in_it_at_once),
      TEST(what_a_lost_commit_would_have_written_is_not_in_it),
      TEST(what_another_process_commits_is_in_it_within_half_a_minute),
      TEST(one_that_could_not_be_read_is_read_at_the_next_turn),
      TEST(one_record_that_cannot_be_read_keeps_no_other_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
