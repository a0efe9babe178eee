// links: gateway llhttp
// kinds: trust
// How often one may knock, who is counted with whom, and what a file of limits may say.
#include "rate_limits.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct config config;
static struct rate_limits *limits;
static char path[] = "/tmp/alongside-test-limits-XXXXXX", errors[512];

static bool open_limits(const char *rules) {
  strcpy(path + sizeof path - 7, "XXXXXX");
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, rules, strlen(rules)), strlen(rules));
  close(file);
  config.limits = path;
  limits = rate_limits_new(&config, errors, sizeof errors);
  unlink(path);
  return limits != NULL;
}

static int set_up(void **state) {
  (void)state;
  arena_init(&config.arena, ARENA_CAP_BYTES);
  return 0;
}

static int tear_down(void **state) {
  (void)state;
  rate_limits_free(limits);
  limits = NULL;
  config_free(&config);
  return 0;
}

// How many of `n` requests at that time are let through.
static unsigned let_through(const char *address, const char *id, Role role, uint64_t at_ms, unsigned n) {
  Actor who = ACTOR__INIT;
  unsigned passed = 0;
  who.id = (char *)id;
  who.roles = &role;
  who.n_roles = 1;
  for (unsigned i = 0; i < n; i++)
    passed += rate_limits_allow(limits, address, id ? &who : NULL, at_ms, NULL) == LIMITS_FINE;
  return passed;
}

static unsigned by(const char *id, uint64_t at_ms, unsigned n) {
  return let_through("192.0.2.1", id, ROLE__PRACTITIONER, at_ms, n);
}

static void a_burst_is_let_through_and_then_the_rate(void **state) {
  (void)state;
  assert_true(open_limits("actor: {per_second: 10, burst: 30}\n"));
  assert_int_equal(by("N01", 1000, 50), 30);
  assert_int_equal(by("N01", 1000, 1), 0);
  assert_int_equal(by("N01", 1500, 50), 5);
  assert_int_equal(by("N01", 1000 + 1000 * LIMITS_RETRY_S + 500, 50), 10);
  assert_int_equal(by("N01", 1000000, 50), 30);
}

static void one_actor_does_not_hold_up_another(void **state) {
  (void)state;
  assert_true(open_limits("actor: {per_second: 1, burst: 2}\n"));
  assert_int_equal(by("N01", 1000, 5), 2);
  assert_int_equal(by("N02", 1000, 5), 2);
}

static void who_is_not_signed_in_counts_for_the_address(void **state) {
  (void)state;
  assert_true(open_limits("address: {per_second: 1, burst: 4}\n"));
  assert_int_equal(let_through("192.0.2.1", NULL, 0, 1000, 9), 4);
  assert_int_equal(let_through("192.0.2.2", NULL, 0, 1000, 9), 4);
  assert_int_equal(by("N01", 1000, 1), 0);
}

static void addresses_of_one_ipv6_network_count_together(void **state) {
  (void)state;
  assert_true(open_limits("address: {per_second: 1, burst: 4}\n"));
  assert_int_equal(let_through("2001:db8::1", NULL, 0, 1000, 3), 3);
  assert_int_equal(let_through("2001:db8::2:1", NULL, 0, 1000, 3), 1);
  assert_int_equal(let_through("2001:db8:0:1::1", NULL, 0, 1000, 3), 3);
}

static void a_case_system_is_not_held_up_unless_a_file_says_so(void **state) {
  (void)state;
  limits = rate_limits_new(&config, errors, sizeof errors);
  assert_int_equal(let_through("192.0.2.1", "nDelius", ROLE__CASE_SYSTEM, 1000, 20000), 20000);
  assert_int_equal(let_through("192.0.2.1", "N01", ROLE__PRACTITIONER, 1000, 20000), 500);
  rate_limits_free(limits);
  assert_true(open_limits("exempt: [operator]\nactor: {per_second: 5, burst: 5}\n"));
  assert_int_equal(let_through("192.0.2.1", "nDelius", ROLE__CASE_SYSTEM, 1000, 20000), 5);
}

static void the_shipped_file_says_what_holds_without_one(void **state) {
  (void)state;
  for (int i = 0; i < 2; i++) {
    config.limits = i ? "config/limits.yaml" : NULL;
    limits = rate_limits_new(&config, errors, sizeof errors);
    assert_non_null(limits);
    assert_int_equal(let_through("192.0.2.1", "system", ROLE__CASE_SYSTEM, 1000, 10000), 10000);
    assert_int_equal(by("N01", 1000, 10000), 500);
    assert_int_equal(by("N01", 2000, 10000), 50);
    assert_int_equal(let_through("192.0.2.2", NULL, 0, 1000, 10000), 5000);
    assert_int_equal(let_through("192.0.2.2", NULL, 0, 2000, 10000), 1000);
    if (!i) rate_limits_free(limits);
  }
}

static void a_rate_of_nought_is_no_limit(void **state) {
  (void)state;
  assert_true(open_limits("actor: {per_second: 0}\naddress: {per_second: 0}\n"));
  assert_int_equal(by("N01", 1000, 20000), 20000);
}

// How many refusals are counted until that actor is told nothing any more; `most` where that does not come.
static unsigned refusals_of(const char *id, Role role, uint64_t at_ms, unsigned most) {
  Actor who = ACTOR__INIT;
  uint32_t retry_after_s = 0;
  who.id = (char *)id;
  who.roles = &role;
  who.n_roles = 1;
  for (unsigned n = 0; n < most; n++) {
    enum limits_answer answer = rate_limits_allow(limits, "192.0.2.1", &who, at_ms, &retry_after_s);
    if (answer == LIMITS_TOO_REFUSED) return n;
    assert_int_equal(answer, LIMITS_FINE);
    rate_limits_refused(limits, rate_limits_subject(limits, &who), at_ms);
  }
  return most;
}

static void who_is_refused_too_often_waits_and_mentors_sooner(void **state) {
  (void)state;
  assert_true(open_limits("refusals: {most: 30, minutes: 10}\n"));
  assert_int_equal(refusals_of("N01A001", ROLE__PRACTITIONER, 1000, 100), 30);
  assert_int_equal(refusals_of("a-mentor", ROLE__MENTOR, 1000, 100), 20);
  assert_int_equal(refusals_of("a-mentor", ROLE__MENTOR, 1000 + 29000, 100), 0);
  assert_int_equal(refusals_of("a-mentor", ROLE__MENTOR, 1000 + 31000, 100), 1);
  assert_int_equal(refusals_of("feeder", ROLE__CASE_SYSTEM, 1000, 100), 100);
}

static void the_last_refusal_that_is_free_is_told_once(void **state) {
  (void)state;
  assert_true(open_limits("refusals: {most: 3, minutes: 10}\nroles: [{role: manager}]\n"));
  Actor who = ACTOR__INIT;
  Role role = ROLE__MANAGER;
  who.id = "M1";
  who.roles = &role;
  who.n_roles = 1;
  unsigned told = 0;
  for (int i = 0; i < 9; i++) told += rate_limits_refused(limits, rate_limits_subject(limits, &who), 1000);
  assert_int_equal(told, 1);
}

static void the_table_does_not_grow_and_the_busy_stay_in_it(void **state) {
  (void)state;
  assert_true(open_limits("actor: {per_second: 1, burst: 2}\naddress: {per_second: 0}\n"));
  uint64_t now_ms = 1000;
  assert_int_equal(by("busy", now_ms, 5), 2);
  for (unsigned i = 0; i < 3 * LIMITS_BUCKETS; i++) {
    char id[16];
    snprintf(id, sizeof id, "N%u", i);
    assert_int_equal(by(id, now_ms, 1), 1);
    if (i % 64 == 0) assert_int_equal(by("busy", ++now_ms, 1), 0);
  }
  // In all that time, three quarters of a second, its bucket did not fill up for one more.
  assert_int_equal(by("busy", now_ms, 5), 0);
}

static void a_fault_in_the_file_is_told_with_its_line(void **state) {
  (void)state;
  assert_false(open_limits("actor: {per_second: 10, burst: 30}\naddress: {per_second: 10, burst: 9}\n"));
  assert_non_null(strstr(errors, ":2: /address: burst is below per_second"));
  assert_false(open_limits("actor:\n  per_minute: 10\n"));
  assert_non_null(strstr(errors, ":2: /actor/per_minute: unknown field"));
  assert_false(open_limits("exempt: [king]\n"));
  assert_non_null(strstr(errors, ":1: /exempt/0"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_burst_is_let_through_and_then_the_rate, set_up, tear_down),
      cmocka_unit_test_setup_teardown(one_actor_does_not_hold_up_another, set_up, tear_down),
      cmocka_unit_test_setup_teardown(who_is_not_signed_in_counts_for_the_address, set_up, tear_down),
      cmocka_unit_test_setup_teardown(addresses_of_one_ipv6_network_count_together, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_case_system_is_not_held_up_unless_a_file_says_so, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_shipped_file_says_what_holds_without_one, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_rate_of_nought_is_no_limit, set_up, tear_down),
      cmocka_unit_test_setup_teardown(who_is_refused_too_often_waits_and_mentors_sooner, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_last_refusal_that_is_free_is_told_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_table_does_not_grow_and_the_busy_stay_in_it, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_fault_in_the_file_is_told_with_its_line, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
