// The read model: statements bound by name, one transaction with the cursor, and a file that is only as good as its
// SQL.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "intake.pb-c.h"
#include "model.h"
#include "reporting.pb-c.h"
#include "records.h"

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS fact (area TEXT, id TEXT, a, b, c, d, PRIMARY KEY (area, id)) WITHOUT ROWID;";
static const struct model_named statements[] = {
    {"keep", "INSERT OR REPLACE INTO fact VALUES (:area, :id, :pathway, :starts_at_ms, :sequence, :at_ms)"},
    {"enumerations", "INSERT OR REPLACE INTO fact VALUES (:area, :id, :function, :attendance_absence, "
                     ":attendance_complied, :attendance_happened)"},
    {"repeated", "INSERT OR REPLACE INTO fact SELECT :area, :id, json_extract(:components, '$[1].name'), "
                 "json_array_length(:measures), json_extract(:measures, '$[0].value'), NULL"},
    {"amend", "INSERT OR REPLACE INTO fact VALUES (:area, :now_id, :now_attendance_attended, NULL, NULL, NULL)"},
    {"twice", "DELETE FROM fact WHERE area = :area; INSERT INTO fact (area, id) VALUES (:area, :id)"},
    {"numbers", "INSERT OR REPLACE INTO fact SELECT :area, :id, group_concat(value), NULL, NULL, NULL "
                "FROM json_each(:reminder_minutes)"},
    {"unknown", "INSERT OR REPLACE INTO fact (area, id) VALUES (:area, :colour)"},
    {"impossible", "INSERT INTO fact (area, id) VALUES (:area, :id)"},
    {NULL, NULL},
};
static const struct model_named queries[] = {
    {"all", "SELECT id, a, b, c, d FROM fact WHERE area = :area ORDER BY id"},
    {"one", "SELECT id FROM fact WHERE area = :area AND id = :name"},
    {"strange", "SELECT :colour"},
    {NULL, NULL},
};
static const struct model_sql sql = {.schema = schema, .statements = statements, .queries = queries};

struct world {
  struct model *model;
  struct arena arena;
  char path[64];
};

static void open_with(struct world *w, const struct model_sql *with) {
  char errors[256] = "";
  w->model = model_open(w->path, with, errors, sizeof errors);
  if (!w->model) fail_msg("%s", errors);
}

static int setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  arena_init(&w->arena, ARENA_CAP_BYTES);
  snprintf(w->path, sizeof w->path, "/tmp/test-model-%d.sqlite", (int)getpid());
  open_with(w, &sql);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  struct world *w = *state;
  model_close(w->model);
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    char name[80];
    snprintf(name, sizeof name, "%s%s", w->path, suffixes[i]);
    unlink(name);
  }
  arena_deinit(&w->arena);
  free(w);
  return 0;
}

static void reopen(struct world *w, const struct model_sql *with) {
  model_close(w->model);
  open_with(w, with);
}

static SessionRecorded session(const char *id) {
  SessionRecorded e = SESSION_RECORDED__INIT;
  e.id = (char *)id;
  e.pathway = "mentoring";
  e.starts_at_ms = INT64_C(1772445600000);
  return e;
}

static bool project(struct world *w, const char *statement, const void *event) {
  return model_project(w->model, statement, "lon-north", 7, 1000, event);
}

static void keep(struct world *w, const char *statement, const void *event, uint64_t cursor) {
  assert_true(model_begin(w->model));
  assert_true(project(w, statement, event));
  assert_true(model_end(w->model, "lon-north", cursor));
}

static struct rows answer(struct world *w, const char *area, const char *query) {
  static ReadReport nothing;
  read_report__init(&nothing);
  nothing.name = "1";
  struct rows rows = {.query = query, .parameters = &nothing};
  assert_true(model_query(w->model, area, &rows, &w->arena));
  return rows;
}

// The one row of the area, as "a|b|c|d" with "-" for NULL.
static const char *only_row(struct world *w) {
  struct rows rows = answer(w, "lon-north", "all");
  assert_int_equal(rows.n_rows, 1);
  const char *text = "";
  for (size_t i = 1; i < rows.n_columns; i++)
    text = arena_printf(&w->arena, "%s%s%s", text, i > 1 ? "|" : "", rows.values[i] ? rows.values[i] : "-");
  return text;
}

// --- parameters

static void a_parameter_is_a_field_of_its_name_or_what_is_known_of_the_event(void **state) {
  SessionRecorded e = session("1");
  keep(*state, "keep", &e, 7);
  assert_string_equal(only_row(*state), "mentoring|1772445600000|7|1000");
}

static void a_text_with_an_apostrophe_and_welsh_letters_is_kept_as_it_is(void **state) {
  SessionRecorded e = session("1");
  e.pathway = "Siân's tŷ'); DROP TABLE fact; --";
  keep(*state, "keep", &e, 7);
  assert_non_null(strstr(only_row(*state), "Siân's tŷ'); DROP TABLE fact; --|"));
}

static void an_enumeration_is_its_name_and_a_submessages_field_has_both_names(void **state) {
  SessionRecorded e = session("1");
  Attendance attendance = ATTENDANCE__INIT;
  attendance.happened = HAPPENED__DID_NOT_HAPPEN;
  attendance.absence = ABSENCE__PERSON_ACCEPTABLE;
  attendance.complied = true;
  e.attendance = &attendance;
  e.function = FUNCTION__SUPPORT;
  keep(*state, "enumerations", &e, 7);
  assert_string_equal(only_row(*state), "SUPPORT|PERSON_ACCEPTABLE|1|DID_NOT_HAPPEN");
}

static void the_fields_of_a_submessage_that_is_not_there_are_null(void **state) {
  SessionRecorded e = session("1");
  keep(*state, "enumerations", &e, 7);
  assert_string_equal(only_row(*state), "FUNCTION_UNSPECIFIED|-|-|-");
}

static void an_enumerations_number_without_a_name_is_empty(void **state) {
  SessionRecorded e = session("1");
  e.function = (Function)99;
  keep(*state, "enumerations", &e, 7);
  assert_string_equal(only_row(*state), "|-|-|-");
}

static void a_submessage_of_a_submessage_is_reached_by_all_three_names(void **state) {
  SessionAmended e = SESSION_AMENDED__INIT;
  SessionRecorded now = session("1");
  Attendance attendance = ATTENDANCE__INIT;
  attendance.attended = ATTENDED__LATE_WITH_REASON;
  now.attendance = &attendance;
  e.now = &now;
  keep(*state, "amend", &e, 7);
  assert_string_equal(only_row(*state), "LATE_WITH_REASON|-|-|-");
}

static void a_repeated_message_is_a_json_array(void **state) {
  SessionRecorded e = session("1");
  Component first = COMPONENT__INIT, second = COMPONENT__INIT;
  Measure alliance = MEASURE__INIT;
  first.name = "check-in";
  second.name = "\"goal\"";
  alliance.value = 5.5;
  e.components = (Component *[]){&first, &second};
  e.n_components = 2;
  e.measures = (Measure *[]){&alliance};
  e.n_measures = 1;
  keep(*state, "repeated", &e, 7);
  assert_string_equal(only_row(*state), "\"goal\"|1|5.5|-");
}

static void a_repeated_field_without_elements_is_an_empty_array(void **state) {
  SessionRecorded e = session("1");
  keep(*state, "repeated", &e, 7);
  assert_string_equal(only_row(*state), "-|0|-|-");
}

static void repeated_numbers_are_a_json_array(void **state) {
  AppointmentMade e = APPOINTMENT_MADE__INIT;
  e.id = "1";
  e.reminder_minutes = (uint32_t[]){10080, 1440, 120};
  e.n_reminder_minutes = 3;
  keep(*state, "numbers", &e, 7);
  assert_string_equal(only_row(*state), "10080,1440,120|-|-|-");
}

static void one_name_may_stand_for_several_statements(void **state) {
  SessionRecorded first = session("1"), second = session("2");
  keep(*state, "twice", &first, 7);
  keep(*state, "twice", &second, 8);
  struct rows rows = answer(*state, "lon-north", "all");
  assert_int_equal(rows.n_rows, 1);
  assert_string_equal(rows.values[0], "2");
}

static void one_statement_serves_events_of_two_types(void **state) {
  SessionRecorded s = session("1");
  AppointmentMade a = APPOINTMENT_MADE__INIT;
  a.id = "2";
  a.pathway = "supervision";
  keep(*state, "keep", &s, 7);
  keep(*state, "keep", &a, 8);
  keep(*state, "keep", &s, 9);
  struct rows rows = answer(*state, "lon-north", "all");
  assert_int_equal(rows.n_rows, 2);
  assert_string_equal(rows.values[1], "mentoring");
  assert_string_equal(rows.values[rows.n_columns + 1], "supervision");
}

static void a_parameter_that_no_field_has_is_refused(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  assert_true(model_begin(w->model));
  assert_false(project(w, "unknown", &e));
  assert_true(model_begin(w->model));
  assert_true(project(w, "keep", &e));
  assert_true(model_end(w->model, "lon-north", 7));
}

static void a_statement_that_there_is_not_is_refused(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  assert_true(model_begin(w->model));
  assert_false(project(w, "keeep", &e));
}

static void sql_that_does_not_compile_is_named_at_start(void **state) {
  static const struct model_named wrong[] = {{"misspelt", "INSRT INTO fact VALUES (1)"}, {NULL, NULL}};
  const struct model_sql broken = {.schema = schema, .statements = wrong, .queries = queries};
  struct world *w = *state;
  char errors[256] = "", path[80];
  snprintf(path, sizeof path, "%s.wrong", w->path);
  assert_null(model_open(path, &broken, errors, sizeof errors));
  assert_non_null(strstr(errors, "misspelt"));
  assert_non_null(strstr(errors, "INSRT"));
  unlink(path);
}

static void a_file_in_a_folder_that_is_not_there_is_refused_with_its_path(void **state) {
  char errors[256] = "";
  (void)state;
  assert_null(model_open("/nonexistent/model.sqlite", &sql, errors, sizeof errors));
  assert_non_null(strstr(errors, "/nonexistent/model.sqlite"));
}

// --- the transaction and the cursor

static void an_area_without_events_has_cursor_zero(void **state) {
  assert_int_equal(model_cursor(((struct world *)*state)->model, "lon-north"), 0);
}

static void cursor_and_projection_are_there_after_a_restart(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  keep(w, "keep", &e, 7);
  reopen(w, &sql);
  assert_int_equal(model_cursor(w->model, "lon-north"), 7);
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 1);
}

static void what_was_not_ended_is_not_there_after_a_restart(void **state) {
  struct world *w = *state;
  SessionRecorded first = session("1"), second = session("2");
  keep(w, "keep", &first, 7);
  assert_true(model_begin(w->model));
  assert_true(project(w, "keep", &second));
  reopen(w, &sql);
  assert_int_equal(model_cursor(w->model, "lon-north"), 7);
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 1);
}

static void of_a_transaction_that_failed_nothing_counts(void **state) {
  struct world *w = *state;
  SessionRecorded first = session("1"), second = session("2");
  keep(w, "keep", &first, 7);
  assert_true(model_begin(w->model));
  assert_true(project(w, "keep", &second));
  assert_false(project(w, "impossible", &first)); // the key is taken
  assert_true(model_begin(w->model));             // the next attempt
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 1);
  assert_int_equal(model_cursor(w->model, "lon-north"), 7);
  assert_true(project(w, "keep", &second));
  assert_true(model_end(w->model, "lon-north", 8));
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 2);
}

static void each_area_has_its_own_cursor_and_rows(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  keep(w, "keep", &e, 7);
  assert_true(model_begin(w->model));
  assert_true(model_project(w->model, "keep", "man-city", 3, 1000, &e.base));
  assert_true(model_end(w->model, "man-city", 3));
  assert_int_equal(model_cursor(w->model, "lon-north"), 7);
  assert_int_equal(model_cursor(w->model, "man-city"), 3);
  assert_int_equal(answer(w, "man-city", "all").n_rows, 1);
  assert_int_equal(answer(w, "wales", "all").n_rows, 0);
}

static void clearing_forgets_rows_and_cursors(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  keep(w, "keep", &e, 7);
  assert_true(model_clear(w->model));
  assert_int_equal(model_cursor(w->model, "lon-north"), 0);
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 0);
  keep(w, "keep", &e, 1);
  assert_int_equal(model_cursor(w->model, "lon-north"), 1);
}

static void clearing_drops_a_transaction_that_was_under_way(void **state) {
  struct world *w = *state;
  SessionRecorded e = session("1");
  assert_true(model_begin(w->model));
  assert_true(project(w, "keep", &e));
  assert_true(model_clear(w->model));
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 0);
}

// --- the file

static void a_file_that_other_sql_filled_is_made_anew(void **state) {
  static const struct model_named other[] = {{"keep", "INSERT INTO fact (area, id) VALUES (:area, :id)"}, {NULL, NULL}};
  const struct model_sql changed = {.schema = schema, .statements = other, .queries = queries};
  struct world *w = *state;
  SessionRecorded e = session("1");
  keep(w, "keep", &e, 7);
  reopen(w, &changed);
  assert_int_equal(model_cursor(w->model, "lon-north"), 0);
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 0);
}

static void a_query_may_change_without_the_file_being_made_anew(void **state) {
  static const struct model_named other[] = {{"all", "SELECT count(*) FROM fact WHERE area = :area"}, {NULL, NULL}};
  const struct model_sql changed = {.schema = schema, .statements = statements, .queries = other};
  struct world *w = *state;
  SessionRecorded e = session("1");
  keep(w, "keep", &e, 7);
  reopen(w, &changed);
  assert_int_equal(model_cursor(w->model, "lon-north"), 7);
  assert_string_equal(answer(w, "lon-north", "all").values[0], "1");
}

static void a_file_that_is_no_database_is_made_anew(void **state) {
  struct world *w = *state;
  model_close(w->model);
  FILE *f = fopen(w->path, "w");
  assert_non_null(f);
  for (int i = 0; i < 1000; i++) fputs("this is not a database\n", f);
  fclose(f);
  open_with(w, &sql);
  assert_int_equal(model_cursor(w->model, "lon-north"), 0);
}

// --- queries

static void a_query_takes_the_fields_of_the_command(void **state) {
  struct world *w = *state;
  SessionRecorded first = session("1"), second = session("2");
  keep(w, "keep", &first, 7);
  keep(w, "keep", &second, 8);
  struct rows rows = answer(w, "lon-north", "one");
  assert_int_equal(rows.n_rows, 1);
  assert_string_equal(rows.values[0], "1");
}

static void an_answer_names_its_columns_even_without_rows(void **state) {
  struct rows rows = answer(*state, "lon-north", "all");
  assert_int_equal(rows.n_columns, 5);
  assert_string_equal(rows.columns[0], "id");
  assert_string_equal(rows.columns[4], "d");
}

static void many_rows_arrive_whole_and_in_order(void **state) {
  struct world *w = *state;
  enum {
    MANY = 1000
  };
  assert_true(model_begin(w->model));
  for (int i = 0; i < MANY; i++) {
    SessionRecorded e = session(arena_printf(&w->arena, "%04d", i));
    assert_true(project(w, "keep", &e));
  }
  assert_true(model_end(w->model, "lon-north", MANY));
  struct rows rows = answer(w, "lon-north", "all");
  assert_int_equal(rows.n_rows, MANY);
  for (size_t i = 0; i < MANY; i++) assert_int_equal(atoi(rows.values[i * rows.n_columns]), i);
}

static void an_answer_stops_at_ten_thousand_rows(void **state) {
  struct world *w = *state;
  char id[16];
  assert_true(model_begin(w->model));
  for (int i = 0; i < 10001; i++) {
    snprintf(id, sizeof id, "%d", i);
    SessionRecorded e = session(id);
    assert_true(project(w, "keep", &e));
  }
  assert_true(model_end(w->model, "lon-north", 10001));
  assert_int_equal(answer(w, "lon-north", "all").n_rows, 10000);
}

static void a_query_that_there_is_not_and_a_strange_parameter_are_refused(void **state) {
  struct world *w = *state;
  ReadReport nothing = READ_REPORT__INIT;
  struct rows absent = {.query = "sessions", .parameters = &nothing};
  struct rows strange = {.query = "strange", .parameters = &nothing};
  assert_false(model_query(w->model, "lon-north", &absent, &w->arena));
  assert_false(model_query(w->model, "lon-north", &strange, &w->arena));
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_parameter_is_a_field_of_its_name_or_what_is_known_of_the_event),
      TEST(a_text_with_an_apostrophe_and_welsh_letters_is_kept_as_it_is),
      TEST(an_enumeration_is_its_name_and_a_submessages_field_has_both_names),
      TEST(the_fields_of_a_submessage_that_is_not_there_are_null),
      TEST(an_enumerations_number_without_a_name_is_empty),
      TEST(a_submessage_of_a_submessage_is_reached_by_all_three_names),
      TEST(a_repeated_message_is_a_json_array),
      TEST(a_repeated_field_without_elements_is_an_empty_array),
      TEST(repeated_numbers_are_a_json_array),
      TEST(one_name_may_stand_for_several_statements),
      TEST(one_statement_serves_events_of_two_types),
      TEST(a_parameter_that_no_field_has_is_refused),
      TEST(a_statement_that_there_is_not_is_refused),
      TEST(sql_that_does_not_compile_is_named_at_start),
      TEST(a_file_in_a_folder_that_is_not_there_is_refused_with_its_path),
      TEST(an_area_without_events_has_cursor_zero),
      TEST(cursor_and_projection_are_there_after_a_restart),
      TEST(what_was_not_ended_is_not_there_after_a_restart),
      TEST(of_a_transaction_that_failed_nothing_counts),
      TEST(each_area_has_its_own_cursor_and_rows),
      TEST(clearing_forgets_rows_and_cursors),
      TEST(clearing_drops_a_transaction_that_was_under_way),
      TEST(a_file_that_other_sql_filled_is_made_anew),
      TEST(a_query_may_change_without_the_file_being_made_anew),
      TEST(a_file_that_is_no_database_is_made_anew),
      TEST(a_query_takes_the_fields_of_the_command),
      TEST(an_answer_names_its_columns_even_without_rows),
      TEST(many_rows_arrive_whole_and_in_order),
      TEST(an_answer_stops_at_ten_thousand_rows),
      TEST(a_query_that_there_is_not_and_a_strange_parameter_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
