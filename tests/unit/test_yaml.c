// YAML files into messages: what is taken, and what is refused with its file and line.
#include "common.pb-c.h"
#include "intake.pb-c.h"
#include "yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct arena arena;
static char path[] = "/tmp/alongside-test-yaml-XXXXXX", errors[512];

static int open_arena(void **state) {
  (void)state;
  arena_init(&arena, ARENA_CAP_BYTES);
  return 0;
}
static int close_arena(void **state) {
  (void)state;
  arena_deinit(&arena);
  return 0;
}

static void *read_bytes(const ProtobufCMessageDescriptor *type, const void *content, size_t size_bytes) {
  strcpy(path + sizeof path - 7, "XXXXXX");
  int file = mkstemp(path);
  assert_true(file >= 0);
  assert_int_equal(write(file, content, size_bytes), size_bytes);
  close(file);
  *errors = 0;
  void *message = yaml_read_file(&arena, type, path, errors, sizeof errors);
  unlink(path);
  return message;
}
static void *read_text(const ProtobufCMessageDescriptor *type, const char *content) {
  return read_bytes(type, content, strlen(content));
}

// Asserts that the pathway is refused, at that line, with those words.
static void assert_refused(const char *content, int line, const char *words) {
  char begin[sizeof path + 16];
  assert_null(read_text(&pathway__descriptor, content));
  snprintf(begin, sizeof begin, "%s:%d: ", path, line);
  if (strncmp(errors, begin, strlen(begin)) || !strstr(errors, words)) print_error("%s\n", errors);
  assert_memory_equal(errors, begin, strlen(begin));
  assert_non_null(strstr(errors, words));
}

static void a_pathway_is_read(void **state) {
  (void)state;
  Pathway *p = read_text(&pathway__descriptor, "name: joint-casework\n"
                                               "title_cy: Gwaith achos ar y cyd\n"
                                               "purposeRequired: true\n"
                                               "participants: [person, practitioner]\n"
                                               "most_sessions: 6\n"
                                               "measures:\n"
                                               "  - {name: alliance, from: [person], when: every-session, least: 1.5}\n"
                                               "reminders:\n"
                                               "  - 7d\n"
                                               "  - 2h\n"
                                               "narrative_partition: SUPERVISION\n");
  assert_string_equal(errors, "");
  assert_non_null(p);
  assert_string_equal(p->name, "joint-casework");
  assert_string_equal(p->title_cy, "Gwaith achos ar y cyd");
  assert_true(p->purpose_required);
  assert_int_equal(p->n_participants, 2);
  assert_int_equal(p->participants[1], ROLE__PRACTITIONER);
  assert_int_equal(p->most_sessions, 6);
  assert_int_equal(p->n_measures, 1);
  assert_int_equal(p->measures[0]->from[0], ROLE__PERSON);
  assert_true(p->measures[0]->least == 1.5);
  assert_string_equal(p->reminders[1], "2h");
  assert_int_equal(p->narrative_partition, PARTITION__SUPERVISION);
}

static void a_text_that_looks_like_a_number_stays_a_text(void **state) {
  (void)state;
  Pathway *p = read_text(&pathway__descriptor, "name: 2026\ntitle: true\ncomponents: [1.50, no]\n");
  assert_non_null(p);
  assert_string_equal(p->name, "2026");
  assert_string_equal(p->title, "true");
  assert_string_equal(p->components[0], "1.50");
  assert_string_equal(p->components[1], "no");
}

static void quotes_blocks_and_comments_are_taken(void **state) {
  (void)state;
  Pathway *p = read_text(&pathway__descriptor, "# About it\nname: \"a\\tb\"\ntitle: |\n  One \"line\"\n  another\n");
  assert_non_null(p);
  assert_string_equal(p->name, "a\tb");
  assert_string_equal(p->title, "One \"line\"\nanother\n");
}

static void what_is_left_empty_is_the_default(void **state) {
  (void)state;
  Pathway *p = read_text(&pathway__descriptor, "name: a\ntitle:\nmost_sessions: ~\nmeasures: null\n");
  assert_non_null(p);
  assert_string_equal(p->title, "");
  assert_int_equal(p->n_measures, 0);
}

static void an_unknown_field_is_refused_with_its_line(void **state) {
  (void)state;
  assert_refused("name: a\n\nmost_session: 6\n", 3, "/most_session: unknown field");
  assert_refused("name: a\nmeasures:\n  - name: x\n    form: [person]\n", 4, "/measures/0/form: unknown field");
}

static void a_wrong_value_is_refused_with_its_line(void **state) {
  (void)state;
  assert_refused("name: a\nmost_sessions: six\n", 2, "/most_sessions: must be a whole number");
  assert_refused("name: a\nmost_sessions: -1\n", 2, "/most_sessions: must be a whole number");
  assert_refused("participants:\n  - person\n  - offender\n", 3, "/participants/1: must be one of PERSON");
  assert_refused("purpose_required: yes\n", 1, "must be true or false");
  assert_refused("measures:\n  - name: x\n    least: low\n", 3, "/measures/0/least: must be a number");
  assert_refused("reminders: [7d, ~]\n", 1, "/reminders/1: must be a string");
}

static void a_wrong_shape_is_refused_with_its_line(void **state) {
  (void)state;
  assert_refused("name: a\nparticipants: person\n", 2, "/participants: must be a list");
  assert_refused("name: [a]\n", 1, "/name: must not be a list");
  assert_refused("name: {a: b}\n", 1, "/name: must be a single value");
  assert_refused("measures:\n  - alliance\n", 2, "/measures/0: must be a mapping");
  assert_refused("measures: {name: a}\n", 1, "/measures: must be a list");
  assert_refused("- name: a\n", 1, "must be a mapping");
  assert_refused("[a]: b\n", 1, "a name must be a single word");
}

static void a_name_given_twice_is_refused_at_the_second(void **state) {
  (void)state;
  assert_refused("name: a\ntitle: b\nname: c\n", 3, "/name: is given twice");
  assert_refused("most_sessions: 1\nmostSessions: 2\n", 2, "/mostSessions: is given twice");
}

static void anchors_aliases_and_tags_are_refused(void **state) {
  (void)state;
  assert_refused("name: &a b\ntitle: c\n", 1, "anchors");
  assert_refused("name: a\ntitle: *a\n", 2, "alias");
  assert_refused("name: a\ntitle: !!str b\n", 2, "tags");
}

static void what_is_not_yaml_is_refused_with_its_line(void **state) {
  (void)state;
  assert_refused("name: a\ntitle: \"b\n", 3, "");
  assert_refused("name: a\n\tb\n", 2, "");
  assert_refused("name: \"a\\0b\"\n", 1, "NUL");
  assert_refused("", 1, "is empty");
  assert_refused("name: a\n---\nname: b\n", 2, "only one document");
}

static void invalid_utf8_is_refused(void **state) {
  (void)state;
  assert_null(read_bytes(&pathway__descriptor, "name: \xff\n", 8));
  assert_string_not_equal(errors, "");
}

static void a_missing_file_a_folder_and_a_huge_file_are_refused(void **state) {
  (void)state;
  assert_null(yaml_read_file(&arena, &pathway__descriptor, "/tmp/there/is/none.yaml", errors, sizeof errors));
  assert_non_null(strstr(errors, "No such file"));
  assert_null(yaml_read_file(&arena, &pathway__descriptor, "/tmp", errors, sizeof errors));
  const size_t size_bytes = (1 << 20) + 1;
  char *spaces = malloc(size_bytes);
  assert_non_null(spaces);
  memset(spaces, ' ', size_bytes);
  assert_null(read_bytes(&pathway__descriptor, spaces, size_bytes));
  assert_non_null(strstr(errors, "at most a megabyte"));
  free(spaces);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_pathway_is_read),
      cmocka_unit_test(a_text_that_looks_like_a_number_stays_a_text),
      cmocka_unit_test(quotes_blocks_and_comments_are_taken),
      cmocka_unit_test(what_is_left_empty_is_the_default),
      cmocka_unit_test(an_unknown_field_is_refused_with_its_line),
      cmocka_unit_test(a_wrong_value_is_refused_with_its_line),
      cmocka_unit_test(a_wrong_shape_is_refused_with_its_line),
      cmocka_unit_test(a_name_given_twice_is_refused_at_the_second),
      cmocka_unit_test(anchors_aliases_and_tags_are_refused),
      cmocka_unit_test(what_is_not_yaml_is_refused_with_its_line),
      cmocka_unit_test(invalid_utf8_is_refused),
      cmocka_unit_test(a_missing_file_a_folder_and_a_huge_file_are_refused),
  };
  return cmocka_run_group_tests(tests, open_arena, close_arena);
}
