// links: intake
// Reading pathway files: those that are delivered, and what is said of one that is wrong.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "pathways.h"

static const char sound[] = "name: test\ntitle: Test\ntitleCy: Prawf\n";

// Writes the text as DIR/test.yaml, loads the folder, and removes it again.
static struct pathways *load(const char *text, char *errors, size_t errors_bytes) {
  char folder[] = "/tmp/pathwaysXXXXXX", path[64];
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof path, "%s/test.yaml", folder);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
  errors[0] = 0;
  struct pathways *p = pathways_load(folder, errors, errors_bytes);
  unlink(path);
  rmdir(folder);
  return p;
}

static void the_delivered_pathways_load(void **state) {
  (void)state;
  char errors[512] = "";
  struct pathways *p = pathways_load("config/pathways", errors, sizeof errors);
  if (!p) fail_msg("%s", errors);
  struct arena a;
  arena_init(&a, ARENA_CAP_BYTES);
  assert_string_equal(pathways_names(p, &a),
                      "joint-casework, mentoring, practical-help, structured-supervision, supervision");
  arena_deinit(&a);
  const Pathway *joint = pathways_find(p, "joint-casework");
  assert_true(joint->purpose_required);
  assert_int_equal(joint->most_sessions, 6);
  assert_int_equal(joint->n_participants, 3);
  assert_int_equal(joint->participants[0], ROLE__OPD_PRACTITIONER);
  assert_int_equal(pathways_find(p, "structured-supervision")->n_components, 3);
  assert_int_equal(pathways_find(p, "mentoring")->narrative_partition, PARTITION__MENTORING);
  assert_null(pathways_find(p, "supervision.yaml"));
  pathways_free(p);
}

static void what_a_file_leaves_out_has_its_default(void **state) {
  (void)state;
  char errors[512];
  struct pathways *p = load(sound, errors, sizeof errors);
  if (!p) fail_msg("%s", errors);
  const Pathway *test = pathways_find(p, "test");
  assert_int_equal(test->n_reminders, 3);
  assert_string_equal(test->reminders[0], "7d");
  assert_int_equal(test->narrative_partition, PARTITION__SUPERVISION);
  assert_int_equal(test->n_narrative_readers, 0);
  pathways_free(p);
}

// What follows the sound beginning, and where and what must be said.
static void each_fault_is_told_with_its_file_and_line(void **state) {
  static const struct {
    const char *rest, *told;
  } cases[] = {
      {"leastSessions: 3\nmostSessions: 2\n", "test.yaml:4: leastSessions: "},
      {"components: [one, one]\n", "test.yaml:4: components: one is there twice"},
      {"components: [One]\n", "test.yaml:4: components: entry 1"},
      {"reminders: [1d, soon]\n", "test.yaml:4: reminders: entry 2"},
      {"reminders: [1d, 24h]\n", "test.yaml:4: reminders: entry 2"},
      {"reminders: [61d]\n", "test.yaml:4: reminders: entry 1"},
      {"participants: [person, person]\n", "test.yaml:4: participants: PERSON is there twice"},
      {"participants: [operator]\n", "test.yaml:4: participants: OPERATOR is not possible"},
      {"narrativeReaders: [auditor]\n", "test.yaml:4: narrativeReaders: AUDITOR"},
      {"narrativePartition: mentoring\nnarrativeReaders: [practitioner]\n",
       "test.yaml:5: narrativeReaders: PRACTITIONER"},
      {"narrativePartition: contact\n", "test.yaml:4: narrativePartition: "},
      {"recorders: [manager]\n", "test.yaml:4: recorders: MANAGER"},
      {"explanation: the-weather\n", "test.yaml:4: explanation: the-weather"},
      {"measures:\n  - name: mood\n    from: [person]\n    when: sometimes\n    most: 7\n",
       "test.yaml:4: measures: mood"},
      {"measures:\n  - name: mood\n    when: close\n    most: 7\n", "test.yaml:4: measures: mood"},
      {"measures:\n  - name: mood\n    from: [person]\n    when: close\n    least: 7\n    most: 7\n",
       "test.yaml:4: measures: mood"},
  };
  (void)state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[1024], errors[512];
    snprintf(text, sizeof text, "%s%s", sound, cases[i].rest);
    assert_null(load(text, errors, sizeof errors));
    if (!strstr(errors, cases[i].told)) fail_msg("case %zu: %s", i, errors);
  }
}

static void a_file_is_named_after_its_pathway_and_titled_in_both_languages(void **state) {
  static const char *const cases[][2] = {
      {"name: other\ntitle: Test\ntitleCy: Prawf\n", "test.yaml:1: name: must be the file's name, test"},
      {"title: Test\ntitleCy: Prawf\n", "test.yaml: name: "},
      {"name: test\ntitleCy: Prawf\n", "test.yaml: title: is missing"},
      {"name: test\ntitle: Test\n", "test.yaml: titleCy: is missing"},
  };
  (void)state;
  for (size_t i = 0; i < 4; i++) {
    char errors[512];
    assert_null(load(cases[i][0], errors, sizeof errors));
    if (!strstr(errors, cases[i][1])) fail_msg("case %zu: %s", i, errors);
  }
}

static void what_is_not_a_pathway_at_all_is_told_with_its_line(void **state) {
  (void)state;
  char errors[512];
  assert_null(load("name: test\nmostSesions: 6\n", errors, sizeof errors));
  if (!strstr(errors, "test.yaml:2")) fail_msg("%s", errors);
}

static void a_folder_without_pathways_is_refused(void **state) {
  (void)state;
  char errors[512] = "";
  assert_null(pathways_load("/nowhere", errors, sizeof errors));
  assert_non_null(strstr(errors, "/nowhere"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_delivered_pathways_load),
      cmocka_unit_test(what_a_file_leaves_out_has_its_default),
      cmocka_unit_test(each_fault_is_told_with_its_file_and_line),
      cmocka_unit_test(a_file_is_named_after_its_pathway_and_titled_in_both_languages),
      cmocka_unit_test(what_is_not_a_pathway_at_all_is_told_with_its_line),
      cmocka_unit_test(a_folder_without_pathways_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
