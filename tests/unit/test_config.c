// Configuration: environment variables and the file of areas.
#include "config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char path[] = "/tmp/alongside-test-config-XXXXXX", errors[512];

static void write_file(const char *content) {
  strcpy(path + sizeof path - 7, "XXXXXX");
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, content, strlen(content)), strlen(content));
  close(file);
}

// What every service needs, with the shipped areas.
static int set_environment(void **state) {
  (void)state;
  clearenv();
  setenv("ALONGSIDE_REDIS", "127.0.0.1:6379", 1);
  setenv("ALONGSIDE_KEYS", "/keys", 1);
  setenv("ALONGSIDE_AREAS", "config/areas.yaml", 1);
  *errors = 0;
  return 0;
}

static void assert_refused(const char *service, const char *words) {
  struct config c;
  assert_int_equal(config_load(&c, service, errors, sizeof errors), -1);
  if (!strstr(errors, words)) print_error("%s\n", errors);
  assert_non_null(strstr(errors, words));
  assert_null(c.areas);
}

static void assert_area_refused(const char *area, const char *words) {
  char content[1024];
  snprintf(content, sizeof content, "areas:\n%s", area);
  write_file(content);
  setenv("ALONGSIDE_AREAS", path, 1);
  assert_refused("operator", words);
  unlink(path);
}

static void the_shipped_areas_are_sound(void **state) {
  (void)state;
  struct config c;
  assert_int_equal(config_load(&c, "operator", errors, sizeof errors), 0);
  const Area *north = config_area(&c, "demo-north");
  assert_non_null(north);
  assert_string_equal(north->name, "North demonstration PDU");
  assert_string_equal(north->quiet_from, "21:00");
  assert_int_equal(north->messages_per_day, 3);
  assert_non_null(config_area(&c, "demo-south"));
  assert_null(config_area(&c, "demo-west"));
  assert_string_equal(c.log_level, "info");
  assert_string_equal(c.http, "127.0.0.1:8080");
  assert_null(c.smtp_url);
  config_free(&c);
}

static void each_service_needs_its_own_variables(void **state) {
  (void)state;
  assert_refused("intake", "ALONGSIDE_PATHWAYS is not set, and intake needs it");
  assert_refused("reporting", "ALONGSIDE_BIND");
  assert_refused("gateway", "ALONGSIDE_INTAKE");
  setenv("ALONGSIDE_BIND", "tcp://127.0.0.1:8081", 1);
  assert_refused("courier", "ALONGSIDE_PUBLISH");
  assert_refused("reporting", "ALONGSIDE_SUBSCRIBE");
}

static void redis_keys_and_areas_are_needed_by_all(void **state) {
  (void)state;
  const char *names[] = {"ALONGSIDE_REDIS", "ALONGSIDE_KEYS", "ALONGSIDE_AREAS"};
  for (size_t i = 0; i < 3; i++) {
    set_environment(state);
    unsetenv(names[i]);
    assert_refused("operator", names[i]);
    setenv(names[i], "", 1);
    assert_refused("operator", names[i]);
  }
}

static void what_belongs_together_must_be_set_together(void **state) {
  (void)state;
  setenv("ALONGSIDE_SMTP_URL", "smtp://127.0.0.1:2525", 1);
  assert_refused("operator", "ALONGSIDE_SMTP_FROM");
  set_environment(state);
  setenv("ALONGSIDE_SMS_URL", "http://127.0.0.1:2526", 1);
  assert_refused("operator", "ALONGSIDE_SMS_KEY_FILE");
  set_environment(state);
  setenv("ALONGSIDE_REDIS_USER", "intake", 1);
  assert_refused("operator", "ALONGSIDE_REDIS_PASSWORD_FILE");
  set_environment(state);
  setenv("ALONGSIDE_LOG", "loud", 1);
  assert_refused("operator", "ALONGSIDE_LOG");
}

static void an_area_that_says_little_gets_the_defaults(void **state) {
  (void)state;
  struct config c;
  write_file("areas:\n- {id: a, name: A, time_zone: Europe/London, quiet_from: '21:00', quiet_until: '08:00'}\n");
  setenv("ALONGSIDE_AREAS", path, 1);
  assert_int_equal(config_load(&c, "operator", errors, sizeof errors), 0);
  unlink(path);
  assert_int_equal(config_area(&c, "a")->messages_per_day, 3);
  assert_int_equal(config_area(&c, "a")->offer_hours, 48);
  assert_int_equal(config_area(&c, "a")->introduction_days, 7);
  assert_int_equal(config_area(&c, "a")->no_contact_days, 14);
  assert_int_equal(config_area(&c, "a")->supervision_days, 28);
  config_free(&c);
}

static void a_wrong_area_is_refused_by_name(void **state) {
  (void)state;
  const char *hours = "quiet_from: '21:00', quiet_until: '08:00'}\n";
  char area[512];
  snprintf(area, sizeof area, "- {id: Big, name: A, time_zone: Europe/London, %s", hours);
  assert_area_refused(area, "area \"Big\": id must be");
  snprintf(area, sizeof area, "- {id: a, name: A, time_zone: Europe/Narnia, %s", hours);
  assert_area_refused(area, "area \"a\": time_zone");
  snprintf(area, sizeof area, "- {id: a, time_zone: Europe/London, %s", hours);
  assert_area_refused(area, "name is missing");
  assert_area_refused("- {id: a, name: A, time_zone: UTC, quiet_from: 9pm, quiet_until: '08:00'}\n", "quiet_from");
  assert_area_refused("- {id: a, name: A, time_zone: UTC, quiet_from: '21:00'}\n", "quiet_until");
  snprintf(area, sizeof area, "- {id: a, name: A, time_zone: UTC, reply_telephone: '0123', %s", hours);
  assert_area_refused(area, "reply_telephone");
}

static void two_areas_of_one_id_are_refused(void **state) {
  (void)state;
  const char *one = "- {id: a, name: A, time_zone: UTC, quiet_from: '21:00', quiet_until: '08:00'}\n";
  char both[512];
  snprintf(both, sizeof both, "%s%s", one, one);
  assert_area_refused(both, "another area");
}

static void a_file_without_areas_and_a_broken_one_are_refused(void **state) {
  (void)state;
  assert_area_refused("  []\n", "there is no area");
  assert_area_refused("- {id: a\n", ":3: ");
  assert_area_refused("- {id: a, colour: red}\n", "/areas/0/colour: unknown field");
}

static void a_small_file_is_read_without_its_last_newline(void **state) {
  (void)state;
  char content[16];
  const struct {
    const char *written, *read;
  } cases[] = {{"secret\n", "secret"}, {"secret", "secret"}, {"a\nb\n\n", "a\nb\n"}, {"a\r\n", "a"}, {"", ""}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    write_file(cases[i].written);
    assert_int_equal(config_read_file(path, content, sizeof content), 0);
    assert_string_equal(content, cases[i].read);
    unlink(path);
  }
}

static void a_file_that_is_too_large_or_missing_is_not_read(void **state) {
  (void)state;
  char content[8];
  write_file("12345678");
  assert_int_equal(config_read_file(path, content, sizeof content), -1);
  unlink(path);
  assert_int_equal(config_read_file(path, content, sizeof content), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup(the_shipped_areas_are_sound, set_environment),
      cmocka_unit_test_setup(each_service_needs_its_own_variables, set_environment),
      cmocka_unit_test_setup(redis_keys_and_areas_are_needed_by_all, set_environment),
      cmocka_unit_test_setup(what_belongs_together_must_be_set_together, set_environment),
      cmocka_unit_test_setup(an_area_that_says_little_gets_the_defaults, set_environment),
      cmocka_unit_test_setup(a_wrong_area_is_refused_by_name, set_environment),
      cmocka_unit_test_setup(two_areas_of_one_id_are_refused, set_environment),
      cmocka_unit_test_setup(a_file_without_areas_and_a_broken_one_are_refused, set_environment),
      cmocka_unit_test_setup(a_small_file_is_read_without_its_last_newline, set_environment),
      cmocka_unit_test_setup(a_file_that_is_too_large_or_missing_is_not_read, set_environment),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
