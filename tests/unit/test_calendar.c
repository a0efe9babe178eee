// Local time across the changes of the clock in Europe/London, and texts of times.
#include "calendar.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

static const char london[] = "Europe/London";

// Milliseconds of a moment in UTC.
static int64_t utc(int year, int month, int day, int hour, int minute) {
  struct tm tm = {.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day, .tm_hour = hour, .tm_min = minute};
  return (int64_t)timegm(&tm) * 1000;
}

static void zones_of_the_database_are_known(void **state) {
  (void)state;
  assert_true(calendar_zone_known("Europe/London"));
  assert_true(calendar_zone_known("Pacific/Auckland"));
  assert_true(calendar_zone_known("Europe/London"));
}

static void paths_offsets_and_inventions_are_not_zones(void **state) {
  (void)state;
  const char *wrong[] = {"", "Europe/Atlantis", "/etc/localtime", "../zoneinfo/Europe/London", "+01:00", ":UTC", "Z z"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_false(calendar_zone_known(wrong[i]));
  assert_false(calendar_zone_known(NULL));
}

static void winter_is_greenwich_time(void **state) {
  (void)state;
  struct local_time t = calendar_local(london, utc(2026, 1, 15, 9, 30));
  assert_int_equal(t.year, 2026);
  assert_int_equal(t.month, 1);
  assert_int_equal(t.day, 15);
  assert_int_equal(t.weekday, 4);
  assert_int_equal(t.hour, 9);
  assert_int_equal(t.minute, 30);
  assert_int_equal(t.offset_minutes, 0);
}

static void summer_is_an_hour_ahead(void **state) {
  (void)state;
  struct local_time t = calendar_local(london, utc(2026, 7, 5, 23, 30));
  assert_int_equal(t.day, 6);
  assert_int_equal(t.weekday, 1);
  assert_int_equal(t.hour, 0);
  assert_int_equal(t.offset_minutes, 60);
}

static void the_clock_goes_forward_in_march(void **state) {
  (void)state;
  assert_int_equal(calendar_local(london, utc(2026, 3, 29, 1, 0) - 1).hour, 0);
  assert_int_equal(calendar_local(london, utc(2026, 3, 29, 1, 0)).hour, 2);
}

static void the_clock_goes_back_in_october(void **state) {
  (void)state;
  assert_int_equal(calendar_local(london, utc(2026, 10, 25, 0, 30)).hour, 1);
  assert_int_equal(calendar_local(london, utc(2026, 10, 25, 1, 30)).hour, 1);
  assert_int_equal(calendar_local(london, utc(2026, 10, 25, 2, 0)).hour, 2);
}

static void rules_hold_for_years_that_the_database_does_not_list(void **state) {
  (void)state;
  assert_int_equal(calendar_local(london, utc(2045, 7, 1, 12, 0)).offset_minutes, 60);
  assert_int_equal(calendar_local(london, utc(2045, 12, 1, 12, 0)).offset_minutes, 0);
}

static void sunday_is_the_seventh_day(void **state) {
  (void)state;
  assert_int_equal(calendar_local(london, utc(2026, 3, 1, 12, 0)).weekday, 7);
}

static void moments_before_1970_have_a_local_time(void **state) {
  (void)state;
  struct local_time t = calendar_local("UTC", -1);
  assert_int_equal(t.year, 1969);
  assert_int_equal(t.second, 59);
}

static void next_is_today_where_the_time_is_still_to_come(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 1, 15, 7, 0), 8, 0), utc(2026, 1, 15, 8, 0));
}

static void next_is_now_where_it_is_that_time(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 1, 15, 8, 0), 8, 0), utc(2026, 1, 15, 8, 0));
  assert_int_equal(calendar_next(london, utc(2026, 1, 15, 8, 0) - 1, 8, 0), utc(2026, 1, 15, 8, 0));
}

static void next_is_tomorrow_where_the_time_has_passed(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 1, 15, 8, 0) + 1, 8, 0), utc(2026, 1, 16, 8, 0));
  assert_int_equal(calendar_next(london, utc(2026, 12, 31, 21, 0), 8, 0), utc(2027, 1, 1, 8, 0));
}

static void a_night_across_the_change_in_march_is_an_hour_shorter(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 3, 28, 21, 0), 8, 0), utc(2026, 3, 29, 7, 0));
}

static void a_night_across_the_change_in_october_is_an_hour_longer(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 10, 24, 20, 0), 8, 0), utc(2026, 10, 25, 8, 0));
}

static void a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 3, 28, 20, 0), 1, 30), utc(2026, 3, 29, 1, 0));
  assert_int_equal(calendar_next(london, utc(2026, 3, 29, 1, 0) + 1, 1, 30), utc(2026, 3, 30, 0, 30));
}

static void a_time_that_the_clock_shows_twice_comes_twice(void **state) {
  (void)state;
  assert_int_equal(calendar_next(london, utc(2026, 10, 24, 20, 0), 1, 30), utc(2026, 10, 25, 0, 30));
  assert_int_equal(calendar_next(london, utc(2026, 10, 25, 0, 45), 1, 30), utc(2026, 10, 25, 1, 30));
  assert_int_equal(calendar_next(london, utc(2026, 10, 25, 1, 45), 1, 30), utc(2026, 10, 26, 1, 30));
}

static void next_is_always_that_time_of_day_in_both_hemispheres(void **state) {
  (void)state;
  const char *names[] = {"Europe/London", "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu"};
  for (size_t z = 0; z < sizeof names / sizeof *names; z++) {
    for (int64_t ms = utc(2026, 1, 1, 0, 0); ms < utc(2027, 1, 1, 0, 0); ms += 7 * 3600 * 1000 + 61001) {
      int64_t next = calendar_next(names[z], ms, 8, 0);
      struct local_time t = calendar_local(names[z], next);
      assert_true(next >= ms && next - ms <= 25 * 3600 * 1000);
      assert_int_equal(t.hour * 60 + t.minute, 480);
      assert_int_equal(t.second, 0);
    }
  }
}

static void times_of_day_are_minutes(void **state) {
  (void)state;
  assert_int_equal(calendar_minutes("00:00"), 0);
  assert_int_equal(calendar_minutes("21:00"), 1260);
  assert_int_equal(calendar_minutes("23:59"), 1439);
}

static void what_is_no_time_of_day_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"", "9:00", "24:00", "12:60", "12-00", "12:00 ", "1a:00", "-1:00"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_int_equal(calendar_minutes(wrong[i]), -1);
}

static void offsets_are_days_hours_or_minutes(void **state) {
  (void)state;
  assert_int_equal(calendar_offset_minutes("7d"), 10080);
  assert_int_equal(calendar_offset_minutes("36h"), 2160);
  assert_int_equal(calendar_offset_minutes("90m"), 90);
}

static void what_is_no_offset_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"", "d", "7", "7w", "-1d", "1.5h", "7 d", "7d ", "9999999d", "+1d"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_int_equal(calendar_offset_minutes(wrong[i]), -1);
}

static void timestamps_keep_milliseconds_before_and_after_1970(void **state) {
  (void)state;
  struct arena a;
  arena_init(&a, ARENA_CAP_BYTES);
  const int64_t moments[] = {0, 1, 999, 1000, -1, -999, -1000, -1001, utc(2026, 3, 2, 10, 0) + 123};
  for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
    Google__Protobuf__Timestamp *t = timestamp_of(&a, moments[i]);
    assert_true(t->nanos >= 0 && t->nanos < 1000000000);
    assert_int_equal(timestamp_ms(t), moments[i]);
  }
  assert_int_equal(timestamp_ms(NULL), 0);
  arena_deinit(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(zones_of_the_database_are_known),
      cmocka_unit_test(paths_offsets_and_inventions_are_not_zones),
      cmocka_unit_test(winter_is_greenwich_time),
      cmocka_unit_test(summer_is_an_hour_ahead),
      cmocka_unit_test(the_clock_goes_forward_in_march),
      cmocka_unit_test(the_clock_goes_back_in_october),
      cmocka_unit_test(rules_hold_for_years_that_the_database_does_not_list),
      cmocka_unit_test(sunday_is_the_seventh_day),
      cmocka_unit_test(moments_before_1970_have_a_local_time),
      cmocka_unit_test(next_is_today_where_the_time_is_still_to_come),
      cmocka_unit_test(next_is_now_where_it_is_that_time),
      cmocka_unit_test(next_is_tomorrow_where_the_time_has_passed),
      cmocka_unit_test(a_night_across_the_change_in_march_is_an_hour_shorter),
      cmocka_unit_test(a_night_across_the_change_in_october_is_an_hour_longer),
      cmocka_unit_test(a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump),
      cmocka_unit_test(a_time_that_the_clock_shows_twice_comes_twice),
      cmocka_unit_test(next_is_always_that_time_of_day_in_both_hemispheres),
      cmocka_unit_test(times_of_day_are_minutes),
      cmocka_unit_test(what_is_no_time_of_day_is_refused),
      cmocka_unit_test(offsets_are_days_hours_or_minutes),
      cmocka_unit_test(what_is_no_offset_is_refused),
      cmocka_unit_test(timestamps_keep_milliseconds_before_and_after_1970),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
