// links: intake
// The facts of attendance and the outcome codes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "attendance.h"

#define NONE ABSENCE__ABSENCE_UNSPECIFIED
#define NO_REASON ABSENCE_REASON__ABSENCE_REASON_UNSPECIFIED

// Written out by hand, so that the table under test is not compared with itself.
static const struct {
  const char *code;
  bool happened, came;
  Absence absence;
  AbsenceReason reason;
  bool complied, sent_home;
} expected[] = {
    {"ATTC", true, true, NONE, NO_REASON, true, false},
    {"AFTC", true, true, NONE, NO_REASON, false, false},
    {"ATSH", false, true, ABSENCE__PERSON_UNACCEPTABLE, NO_REASON, false, true},
    {"ATSS", false, true, ABSENCE__SERVICE, NO_REASON, true, true},
    {"UAAB", false, false, ABSENCE__PERSON_UNACCEPTABLE, NO_REASON, false, false},
    {"AFTA", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__OTHER_REASON, false, false},
    {"AACL", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__COURT, false, false},
    {"AAEM", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__EMPLOYMENT, false, false},
    {"AAFC", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__FAMILY, false, false},
    {"AAHO", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__HOLIDAY, false, false},
    {"AAME", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__MEDICAL, false, false},
    {"AARE", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__RELIGION, false, false},
    {"AARC", false, false, ABSENCE__PERSON_ACCEPTABLE, ABSENCE_REASON__REMAND, false, false},
    {"CO05", false, false, ABSENCE__SERVICE, ABSENCE_REASON__OTHER_REASON, false, false},
    {"CO10", false, false, ABSENCE__SERVICE, ABSENCE_REASON__SUSPENDED, false, false},
    {"RSSR", false, false, ABSENCE__SERVICE, ABSENCE_REASON__RESCHEDULED_BY_SERVICE, false, false},
};
enum {
  CODES = sizeof expected / sizeof *expected
};

static void each_code_stands_for_its_facts(void **state) {
  (void)state;
  assert_int_equal(CODES, 16);
  for (size_t i = 0; i < CODES; i++) {
    Attendance a;
    assert_true(attendance_of_outcome(expected[i].code, &a));
    assert_int_equal(a.happened, expected[i].happened ? HAPPENED__HAPPENED : HAPPENED__DID_NOT_HAPPEN);
    assert_int_equal(attendance_came(&a), expected[i].came);
    assert_int_equal(a.absence, expected[i].absence);
    assert_int_equal(a.reason, expected[i].reason);
    assert_int_equal(a.complied, expected[i].complied);
    assert_int_equal(a.sent_home, expected[i].sent_home);
  }
}

static void the_facts_of_each_code_have_that_code(void **state) {
  (void)state;
  for (size_t i = 0; i < CODES; i++) {
    Attendance a = ATTENDANCE__INIT;
    a.happened = expected[i].happened ? HAPPENED__HAPPENED : HAPPENED__DID_NOT_HAPPEN;
    a.attended = expected[i].came ? ATTENDED__ON_TIME : ATTENDED__DID_NOT_ATTEND;
    a.absence = expected[i].absence;
    a.reason = expected[i].reason;
    a.complied = expected[i].complied;
    a.sent_home = expected[i].sent_home;
    assert_false(err_is(attendance_check(&a)));
    assert_string_equal(attendance_outcome(&a), expected[i].code);
    assert_non_null(strstr(attendance_codes(), expected[i].code));
  }
}

// Calls `check` with every combination of the facts.
static void with_all_facts(void (*check)(const Attendance *a)) {
  for (int bits = 0; bits < 4; bits++)
    for (int happened = 0; happened <= 2; happened++)
      for (int attended = 0; attended <= 4; attended++)
        for (int absence = 0; absence <= 3; absence++)
          for (int reason = 0; reason <= 11; reason++) {
            Attendance a = ATTENDANCE__INIT;
            a.happened = (Happened)happened;
            a.attended = (Attended)attended;
            a.absence = (Absence)absence;
            a.reason = (AbsenceReason)reason;
            a.complied = bits & 1;
            a.sent_home = bits & 2;
            check(&a);
          }
}

static void check_code(const Attendance *a) {
  struct err e = attendance_check(a);
  assert_int_equal(err_is(e), attendance_outcome(a) == NULL);
  if (err_is(e)) assert_non_null(e.field);
}

static void facts_have_a_code_exactly_where_nothing_contradicts(void **state) {
  (void)state;
  with_all_facts(check_code);
}

static void check_count(const Attendance *a) {
  const char *code = attendance_outcome(a);
  if (!code || a->happened != HAPPENED__HAPPENED) return;
  bool took_part = strcmp(code, "ATTC") == 0 || strcmp(code, "AFTC") == 0;
  assert_int_equal(attendance_counts(a), took_part);
}

static void a_session_counts_where_it_happened_and_the_person_took_part(void **state) {
  (void)state;
  with_all_facts(check_count);
  Attendance absent = ATTENDANCE__INIT;
  absent.happened = HAPPENED__DID_NOT_HAPPEN;
  absent.attended = ATTENDED__DID_NOT_ATTEND;
  assert_false(attendance_counts(&absent));
}

static const struct {
  Attendance facts;
  const char *field;
} contradictions[] = {
#define FACTS(...)                                                                                                     \
  { .base = PROTOBUF_C_MESSAGE_INIT(&attendance__descriptor), __VA_ARGS__ }
    {FACTS(.attended = ATTENDED__ON_TIME), "/attendance/happened"},
    {FACTS(.happened = HAPPENED__HAPPENED), "/attendance/attended"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__ON_TIME), "/attendance/attended"},
    {FACTS(.happened = HAPPENED__HAPPENED, .attended = ATTENDED__ON_TIME, .absence = ABSENCE__SERVICE),
     "/attendance/absence"},
    {FACTS(.happened = HAPPENED__HAPPENED, .attended = ATTENDED__ON_TIME, .reason = ABSENCE_REASON__MEDICAL),
     "/attendance/reason"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND), "/attendance/absence"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND,
           .absence = ABSENCE__PERSON_UNACCEPTABLE, .sent_home = true),
     "/attendance/sentHome"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND,
           .absence = ABSENCE__PERSON_UNACCEPTABLE, .complied = true),
     "/attendance/complied"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND,
           .absence = ABSENCE__PERSON_ACCEPTABLE),
     "/attendance/reason"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND,
           .absence = ABSENCE__PERSON_ACCEPTABLE, .reason = ABSENCE_REASON__SUSPENDED),
     "/attendance/reason"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND,
           .absence = ABSENCE__PERSON_UNACCEPTABLE, .reason = ABSENCE_REASON__HOLIDAY),
     "/attendance/reason"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__DID_NOT_ATTEND, .absence = ABSENCE__SERVICE,
           .reason = ABSENCE_REASON__HOLIDAY),
     "/attendance/reason"},
    {FACTS(.happened = HAPPENED__HAPPENED, .attended = ATTENDED__DID_NOT_ATTEND, .absence = ABSENCE__SERVICE,
           .reason = ABSENCE_REASON__RESCHEDULED_BY_SERVICE),
     "/attendance/happened"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__ON_TIME, .absence = ABSENCE__PERSON_ACCEPTABLE,
           .sent_home = true),
     "/attendance/absence"},
    {FACTS(.happened = HAPPENED__DID_NOT_HAPPEN, .attended = ATTENDED__ON_TIME, .complied = true, .sent_home = true),
     "/attendance/complied"},
};

static void each_contradiction_names_its_field(void **state) {
  (void)state;
  for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++) {
    struct err e = attendance_check(&contradictions[i].facts);
    assert_int_equal(e.code, CODE__INVALID);
    assert_string_equal(e.field, contradictions[i].field);
  }
}

static void an_unknown_code_stands_for_nothing(void **state) {
  (void)state;
  Attendance a = ATTENDANCE__INIT;
  assert_false(attendance_of_outcome("XXXX", &a));
  assert_false(attendance_of_outcome("", &a));
  assert_false(attendance_of_outcome("attc", &a));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_code_stands_for_its_facts),
      cmocka_unit_test(the_facts_of_each_code_have_that_code),
      cmocka_unit_test(facts_have_a_code_exactly_where_nothing_contradicts),
      cmocka_unit_test(a_session_counts_where_it_happened_and_the_person_took_part),
      cmocka_unit_test(each_contradiction_names_its_field),
      cmocka_unit_test(an_unknown_code_stands_for_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
