// links: operator
// A CSV file as messages: kinds, columns, values, and faults that say where and what to do.
#include "calendar.h"
#include "import_rows.h"
#include "local.h"
#include "matching.pb-c.h"
#include "text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char london[] = "Europe/London";

// A file of that text, read; and what was said about it on standard error.
struct reading {
  struct import_file file;
  bool fine;
  char path[64], said[8192];
};

static int divert(FILE *to) {
  fflush(stderr);
  int kept = dup(STDERR_FILENO);
  dup2(fileno(to), STDERR_FILENO);
  return kept;
}

static void restore(int kept, FILE *from, char *said, size_t size_bytes) {
  fflush(stderr);
  dup2(kept, STDERR_FILENO);
  close(kept);
  rewind(from);
  said[fread(said, 1, size_bytes - 1, from)] = 0;
  fclose(from);
}

static struct reading *read_bytes(const char *text, size_t size_bytes, const char *time_zone) {
  struct reading *r = calloc(1, sizeof *r);
  strcpy(r->path, "/tmp/alongside-import-XXXXXX");
  int file = mkstemp(r->path);
  assert_int_equal(write(file, text, size_bytes), size_bytes);
  close(file);
  FILE *said = tmpfile();
  int kept = divert(said);
  r->fine = import_file_read(&r->file, r->path, "demo-north", time_zone);
  restore(kept, said, r->said, sizeof r->said);
  unlink(r->path);
  return r;
}

static struct reading *read_text(const char *text) {
  return read_bytes(text, strlen(text), london);
}

static void done(struct reading *r) {
  import_file_free(&r->file);
  free(r);
}

// Whether "<path>:<rest>" was said.
static bool said(const struct reading *r, const char *rest) {
  char line[1024];
  snprintf(line, sizeof line, "%s:%s", r->path, rest);
  return strstr(r->said, line) != NULL;
}

#define PEOPLE "crn,practitioner,given_name,family_name"

static void the_columns_say_what_kind_of_file_it_is(void **state) {
  (void)state;
  static const struct {
    const char *text, *kind;
  } files[] = {
      {PEOPLE "\n", "people"},
      {"reference,given_name,family_name,channel,language,languages,capacity,vetted_until,supervisor\n", "mentors"},
      {"reference,crn,pathway,starts_at,minutes,mode\n", "appointments"},
  };
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    struct reading *r = read_text(files[i].text);
    assert_true(r->fine);
    assert_string_equal(r->file.kind->name, files[i].kind);
    done(r);
  }
}

static void an_unknown_column_is_named_beside_the_known_ones(void **state) {
  (void)state;
  struct reading *r = read_text(PEOPLE ",shoe_size\n");
  assert_false(r->fine);
  assert_true(said(r, "1: there is no column \"shoe_size\" for people; they have: crn, practitioner, given_name"));
  done(r);
}

static void a_missing_or_doubled_column_is_named(void **state) {
  (void)state;
  struct reading *r = read_text("crn,practitioner,given_name\n");
  assert_false(r->fine);
  assert_true(said(r, "1: the column family_name is missing"));
  done(r);
  r = read_text(PEOPLE ",CRN\n");
  assert_false(r->fine);
  assert_true(said(r, "1: the column crn is there twice"));
  done(r);
}

static void a_person_is_read_into_every_field(void **state) {
  (void)state;
  struct reading *r = read_text(
      PEOPLE ",telephone,language,consent_texts,whereabouts,mentor_wanted,experiences,preferred_channel\n"
             " x900001 ,NPS01,Ann,\"Test, (invented)\",+447700900111,welsh,yes,at large,Yes,alcohol; custody ;,sms\n");
  assert_true(r->fine);
  assert_int_equal(r->file.n_bad, 0);
  const Person *p = (const Person *)r->file.rows[0].message;
  assert_string_equal(p->crn, "X900001");
  assert_string_equal(p->personal->family_name, "Test, (invented)");
  assert_string_equal(p->personal->telephone, "+447700900111");
  assert_int_equal(p->language, LANGUAGE__WELSH);
  assert_int_equal(p->consent->texts, ANSWER__YES);
  assert_int_equal(p->whereabouts, WHEREABOUTS__AT_LARGE);
  assert_int_equal(p->preferred_channel, CHANNEL__SMS);
  assert_true(p->mentoring->wanted);
  assert_int_equal(p->mentoring->n_experiences, 2);
  assert_string_equal(p->mentoring->experiences[1], "custody");
  done(r);
}

static void a_fault_says_file_line_column_value_and_what_to_do(void **state) {
  (void)state;
  struct reading *r = read_text(PEOPLE ",telephone,consent_texts,mentor_wanted\n"
                                       "X900001,NPS01,Ann,Test,0770,yes,no\n"
                                       "X900002,NPS01,Ann,Test,,perhaps,no\n"
                                       "X900003,NPS01,Ann,Test,,,maybe\n"
                                       "X900004,NPS01,,Test,,,\n"
                                       "X900005,NPS01,Ann,Test\n");
  assert_true(r->fine);
  assert_int_equal(r->file.n_bad, 5);
  assert_true(said(r, "2: column telephone: \"0770\": must be E.164 such as +447700900123; write it with the country "
                      "code\n"));
  assert_true(said(r, "3: column consent_texts: \"perhaps\": must be one of: UNKNOWN YES NO\n"));
  assert_true(said(r, "4: column mentor_wanted: \"maybe\": must be yes or no\n"));
  assert_true(said(r, "5: column given_name: \"\": is missing"));
  assert_true(said(r, "6: 4 values, and the first line names 7 columns"));
  done(r);
}

static void the_same_person_twice_is_a_fault_of_the_second(void **state) {
  (void)state;
  struct reading *r = read_text(PEOPLE "\nX900001,NPS01,A,B\nX900002,NPS01,A,B\nx900001,NPS01,A,B\n");
  assert_int_equal(r->file.n_bad, 1);
  assert_true(r->file.rows[2].bad);
  assert_true(said(r, "4: line 2 has the same crn: leave one of them out"));
  done(r);
}

static void what_is_not_utf8_is_refused_with_its_line(void **state) {
  (void)state;
  const char text[] = PEOPLE "\nX900001,NPS01,Ren\xe9,B\n";
  struct reading *r = read_text(text);
  assert_false(r->fine);
  assert_true(said(r, "2: it is not UTF-8"));
  done(r);
}

static void a_file_that_is_not_there_is_said(void **state) {
  (void)state;
  struct import_file f;
  char what[256];
  FILE *to = tmpfile();
  int kept = divert(to);
  assert_false(import_file_read(&f, "/nonexistent/people.csv", "demo-north", london));
  restore(kept, to, what, sizeof what);
  assert_string_equal(what, "/nonexistent/people.csv: No such file or directory\n");
  import_file_free(&f);
}

static const Appointment *appointment(const struct reading *r, size_t row) {
  return (const Appointment *)r->file.rows[row].message;
}

static void local_times_go_by_the_clock_of_the_area(void **state) {
  (void)state;
  struct reading *r = read_text("reference,crn,pathway,starts_at,minutes,mode\n"
                                "a,X900001,supervision,2026-03-02 10:00,45,telephone\n"
                                "b,X900001,supervision,2026-07-02T10:00,45,telephone\n"
                                "c,X900001,supervision,2026-07-02T10:00:00+02:00,45,telephone\n");
  assert_int_equal(r->file.n_bad, 0);
  assert_int_equal(timestamp_ms(appointment(r, 0)->starts_at), INT64_C(1772445600000));
  assert_int_equal(timestamp_ms(appointment(r, 0)->ends_at), INT64_C(1772445600000) + 45 * 60000);
  assert_int_equal(timestamp_ms(appointment(r, 1)->starts_at), INT64_C(1782982800000));
  assert_int_equal(timestamp_ms(appointment(r, 2)->starts_at), INT64_C(1782979200000));
  done(r);
}

static void without_a_time_zone_an_offset_is_asked_for(void **state) {
  (void)state;
  const char text[] = "reference,crn,pathway,starts_at,minutes,mode\na,X900001,supervision,2026-03-02 10:00,45,video\n"
                      "b,X900001,supervision,2026-03-02T10:00:00Z,45,video\n";
  struct reading *r = read_bytes(text, sizeof text - 1, NULL);
  assert_int_equal(r->file.n_bad, 1);
  assert_true(said(r, "2: column starts_at: \"2026-03-02 10:00\": has no offset"));
  done(r);
}

static void times_that_are_none_are_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"2026-02-30 10:00", "2026-03-02",          "2026-03-02 24:00",
                                      "2026-03-02 10",    "02/03/2026 10:00",    "2026-03-02 10:00x",
                                      "2026-3-2 10:00",   "2026-03-02 10:00:30", "-026-03-02 10:00"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char text[256];
    snprintf(text, sizeof text, "reference,crn,pathway,starts_at,minutes,mode\na,X900001,supervision,%s,45,video\n",
             wrong[i]);
    struct reading *r = read_text(text);
    assert_int_equal(r->file.n_bad, 1);
    done(r);
  }
}

static void an_appointment_keeps_whose_it_is_beside_it(void **state) {
  (void)state;
  struct reading *r = read_text("reference,crn,pathway,starts_at,minutes,mode,purpose\n"
                                "a,x900001,supervision,2026-03-02 10:00,45,home-visit,To begin\n");
  const struct import_row *row = &r->file.rows[0];
  assert_string_equal(row->crn, "X900001");
  assert_string_equal(row->pathway, "supervision");
  assert_string_equal(row->purpose, "To begin");
  assert_string_equal(appointment(r, 0)->crn, "");
  assert_int_equal(appointment(r, 0)->mode, MODE__HOME_VISIT);
  done(r);
}

static void an_end_is_needed_and_may_be_minutes(void **state) {
  (void)state;
  struct reading *r = read_text("reference,crn,pathway,starts_at,minutes,mode\n"
                                "a,X900001,supervision,2026-03-02 10:00,,video\n"
                                "b,X900001,supervision,2026-03-02 10:00,2000,video\n"
                                "c,X900001,supervision,2026-03-02 10:00,soon,video\n");
  assert_int_equal(r->file.n_bad, 3);
  assert_true(said(r, "2: give ends_at, or minutes"));
  assert_true(said(r, "3: column minutes: \"2000\": must be 1 to 1440"));
  done(r);
}

static void an_id_follows_from_area_kind_and_reference(void **state) {
  (void)state;
  struct import_file f = {.area = "demo-north"}, other = {.area = "demo-south"};
  arena_init(&f.arena, ARENA_CAP_BYTES);
  arena_init(&other.arena, ARENA_CAP_BYTES);
  const char *id = import_id(&f, "mentors", "M1");
  assert_true(text_is_uuid(id));
  assert_string_equal(id, import_id(&f, "mentors", "M1"));
  assert_string_not_equal(id, import_id(&f, "mentors", "M2"));
  assert_string_not_equal(id, import_id(&f, "appointments", "M1"));
  assert_string_not_equal(id, import_id(&other, "mentors", "M1"));
  arena_deinit(&f.arena);
  arena_deinit(&other.arena);
}

#define MENTORS "reference,given_name,family_name,channel,language,languages,capacity,vetted_until,supervisor\n"

static void a_mentor_is_vetted_until_the_end_of_that_day(void **state) {
  (void)state;
  struct reading *r = read_text(MENTORS "M1,Mo,Test,SMS,english,en;cy,2,2027-03-31,SUP01\n"
                                        ",Mo,Test,SMS,english,en,2,2027-03-31,SUP01\n");
  const Mentor *m = (const Mentor *)r->file.rows[0].message;
  assert_int_equal(timestamp_ms(m->vetted_until), INT64_C(1806534000000)); // 1 April, 00:00 in summer time
  assert_int_equal(m->capacity, 2);
  assert_int_equal(m->n_languages, 2);
  assert_int_equal(r->file.n_bad, 1);
  assert_true(said(r, "3: give an id, or a reference of your own"));
  done(r);
}

static void a_refusal_of_the_gateway_is_told_by_column(void **state) {
  (void)state;
  struct reading *r = read_text(PEOPLE ",languages\nX900001,NPS01,Ann,Test,english\n");
  FILE *to = tmpfile();
  int kept = divert(to);
  import_refused(&r->file, &r->file.rows[0], 400,
                 "{\"detail\":\"d\",\"errors\":[{\"pointer\":\"/mentoring/languages/0\",\"detail\":\"two letters\"},"
                 "{\"pointer\":\"/personal/givenName\",\"detail\":\"too long\"},"
                 "{\"pointer\":\"/personal/email\",\"detail\":\"no address\"},"
                 "{\"pointer\":\"/strange\",\"detail\":\"odd\"}]}");
  import_refused(&r->file, &r->file.rows[0], 409, "{\"detail\":\"taken\"}");
  restore(kept, to, r->said, sizeof r->said);
  assert_true(said(r, "2: column languages: \"english\": two letters\n"));
  assert_true(said(r, "2: column given_name: \"Ann\": too long\n"));
  assert_true(said(r, "2: column email, which this file lacks: no address\n"));
  assert_true(said(r, "2: /strange: odd\n"));
  assert_true(said(r, "2: taken\n"));
  assert_int_equal(r->file.n_bad, 1);
  done(r);
}

static void a_local_moment_is_the_first_on_that_day(void **state) {
  (void)state;
  // The clock goes forward on 29 March 2026 at one, and back on 25 October at two.
  assert_int_equal(local_moment(london, local_day(2026, 3, 29), 90), INT64_C(1774746000000));
  assert_int_equal(local_moment(london, local_day(2026, 3, 29), 0), INT64_C(1774742400000));
  assert_int_equal(local_moment(london, local_day(2026, 10, 25), 30), INT64_C(1792884600000));
  assert_int_equal(local_moment(london, local_day(2026, 10, 25), 90), INT64_C(1792888200000));
  assert_int_equal(local_moment("Pacific/Auckland", local_day(2026, 1, 15), 0), INT64_C(1768388400000));
  assert_int_equal(local_day(1970, 1, 1), 0);
  assert_int_equal(local_day(2026, 2, 29), -1);
  assert_int_equal(local_day(1969, 12, 31), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_columns_say_what_kind_of_file_it_is),
      cmocka_unit_test(an_unknown_column_is_named_beside_the_known_ones),
      cmocka_unit_test(a_missing_or_doubled_column_is_named),
      cmocka_unit_test(a_person_is_read_into_every_field),
      cmocka_unit_test(a_fault_says_file_line_column_value_and_what_to_do),
      cmocka_unit_test(the_same_person_twice_is_a_fault_of_the_second),
      cmocka_unit_test(what_is_not_utf8_is_refused_with_its_line),
      cmocka_unit_test(a_file_that_is_not_there_is_said),
      cmocka_unit_test(local_times_go_by_the_clock_of_the_area),
      cmocka_unit_test(without_a_time_zone_an_offset_is_asked_for),
      cmocka_unit_test(times_that_are_none_are_refused),
      cmocka_unit_test(an_appointment_keeps_whose_it_is_beside_it),
      cmocka_unit_test(an_end_is_needed_and_may_be_minutes),
      cmocka_unit_test(an_id_follows_from_area_kind_and_reference),
      cmocka_unit_test(a_mentor_is_vetted_until_the_end_of_that_day),
      cmocka_unit_test(a_refusal_of_the_gateway_is_told_by_column),
      cmocka_unit_test(a_local_moment_is_the_first_on_that_day),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
