// links: gateway llhttp
#include "answer.h"
#include "courier.pb-c.h"
#include "csv.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "metrics.h"
#include "reporting.pb-c.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

static const uint8_t correlation_id[CORRELATION_BYTES] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};

static int set_up(void **state) {
  *state = calloc(1, sizeof(struct answer));
  return 0;
}

static int tear_down(void **state) {
  answer_free(*state);
  free(*state);
  return 0;
}

static struct answer *begun(void **state) {
  struct answer *a = *state;
  answer_begin(a, correlation_id);
  return a;
}

static const char *text_at(const json_t *root, const char *key) {
  return json_string_value(json_object_get(root, key));
}

static void a_problem_names_each_wrong_field(void **state) {
  struct answer *a = begun(state);
  FieldError field = FIELD_ERROR__INIT, *fields[] = {&field};
  field.field = "/startsAt";
  field.code = CODE__INVALID;
  field.why = "is \"missing\"";
  Problem p = PROBLEM__INIT;
  p.code = CODE__INVALID;
  p.why = "a session needs a start";
  p.n_fields = 1;
  p.fields = fields;
  answer_problem(a, &p, 0, correlation_id);
  assert_int_equal(a->status, 400);
  assert_string_equal(a->content_type, "application/problem+json");
  json_t *root = json_loads(a->body.data, JSON_REJECT_DUPLICATES, NULL);
  assert_string_equal(text_at(root, "type"), "about:blank");
  assert_string_equal(text_at(root, "title"), "Bad Request");
  assert_string_equal(text_at(root, "detail"), "a session needs a start");
  assert_string_equal(text_at(root, "code"), "INVALID");
  assert_string_equal(text_at(root, "correlationId"), "0102030405060708090a0b0c0d0e0f10");
  const json_t *first = json_array_get(json_object_get(root, "errors"), 0);
  assert_string_equal(text_at(first, "pointer"), "/startsAt");
  assert_string_equal(text_at(first, "detail"), "is \"missing\"");
  json_decref(root);
}

static void every_code_has_a_status_with_a_title(void **state) {
  (void)state;
  for (unsigned i = 0; i < code__descriptor.n_values; i++)
    assert_string_not_equal(answer_title(answer_status((Code)code__descriptor.values[i].value)), "");
}

static void an_unknown_code_is_a_fault_of_ours(void **state) {
  struct answer *a = begun(state);
  answer_refuse(a, (Code)77, 0, NULL, correlation_id);
  assert_int_equal(a->status, 500);
  assert_non_null(strstr(a->body.data, "\"code\":\"INTERNAL\""));
}

static void what_is_unavailable_says_when_to_try_again(void **state) {
  struct answer *a = begun(state);
  answer_refuse(a, CODE__UNAVAILABLE, 0, NULL, correlation_id);
  assert_int_equal(a->status, 503);
  assert_non_null(strstr(a->headers.data, "\r\nRetry-After: 1\r\n"));
  a = begun(state);
  Problem p = PROBLEM__INIT;
  p.code = CODE__TOO_MANY;
  p.retry_after_s = 30;
  answer_problem(a, &p, 0, correlation_id);
  assert_non_null(strstr(a->headers.data, "\r\nRetry-After: 30\r\n"));
}

static void one_without_a_token_is_told_the_scheme(void **state) {
  struct answer *a = begun(state);
  answer_refuse(a, CODE__UNAUTHENTICATED, 0, NULL, correlation_id);
  assert_int_equal(a->status, 401);
  assert_non_null(strstr(a->headers.data, "\r\nWWW-Authenticate: Bearer\r\n"));
}

static void every_answer_carries_its_correlation_id(void **state) {
  struct answer *a = begun(state);
  assert_non_null(strstr(a->headers.data, "X-Correlation-Id: 0102030405060708090a0b0c0d0e0f10\r\n"));
}

static void what_was_made_is_201_with_an_etag(void **state) {
  struct answer *a = begun(state);
  struct answer_context context = {.path = "/v1/areas/a/people/X123456", .query = ""};
  Person person = PERSON__INIT;
  person.crn = "X123456";
  answer_reply(a, &person.base, 1, true, &context);
  assert_int_equal(a->status, 201);
  assert_string_equal(a->content_type, "application/json");
  assert_string_equal(a->body.data, "{\"crn\":\"X123456\"}");
  assert_non_null(strstr(a->headers.data, "\r\nETag: \"1\"\r\n"));
}

static void no_reply_is_no_content(void **state) {
  struct answer *a = begun(state);
  struct answer_context context = {.path = "/", .query = ""};
  answer_reply(a, NULL, 0, false, &context);
  assert_int_equal(a->status, 204);
  assert_int_equal(a->body.size_bytes, 0);
  assert_null(strstr(a->headers.data, "ETag"));
}

static void a_list_links_to_its_next_page(void **state) {
  struct answer *a = begun(state);
  struct answer_context context = {.path = "/v1/areas/a/people", .query = "practitioner=N01&after=X000001&limit=2"};
  People people = PEOPLE__INIT;
  people.next = "X 2&";
  answer_reply(a, &people.base, 0, false, &context);
  assert_int_equal(a->status, 200);
  assert_non_null(strstr(a->headers.data,
                         "\r\nLink: </v1/areas/a/people?practitioner=N01&limit=2&after=X%202%26>; rel=\"next\"\r\n"));
}

static void a_report_is_also_to_be_had_as_csv(void **state) {
  struct answer *a = begun(state);
  struct answer_context context = {.path = "/", .query = "", .format = FORMAT_CSV};
  ReportColumn name = REPORT_COLUMN__INIT, count = REPORT_COLUMN__INIT, *columns[] = {&name, &count};
  name.title = "Practitioner";
  count.title = "Sessions, held";
  ReportRow one = REPORT_ROW__INIT, two = REPORT_ROW__INIT, *rows[] = {&one, &two};
  one.n_values = two.n_values = 2;
  one.values = (char *[]){"=HYPERLINK(\"x\")", "3"};
  two.values = (char *[]){"N01", "-4.5"};
  Report report = REPORT__INIT;
  report.n_columns = report.n_rows = 2;
  report.columns = columns;
  report.rows = rows;
  answer_reply(a, &report.base, 0, false, &context);
  assert_string_equal(a->content_type, "text/csv; charset=utf-8; header=present");
  assert_string_equal(a->body.data, "Practitioner,\"Sessions, held\"\r\n\"'=HYPERLINK(\"\"x\"\")\",3\r\nN01,-4.5\r\n");
}

// What is read back of a line that was folded.
static char *unfolded(const char *text) {
  char *out = calloc(1, strlen(text) + 1), *to = out;
  for (const char *c = text; *c; c++) {
    if (!strncmp(c, "\r\n ", 3))
      c += 2;
    else
      *to++ = *c;
  }
  return out;
}

static void meetings_are_a_calendar_that_names_nobody_in_lines_of_75_octets(void **state) {
  struct answer *a = begun(state);
  struct answer_context context = {.path = "/", .query = "", .format = FORMAT_ICS};
  Google__Protobuf__Timestamp from = GOOGLE__PROTOBUF__TIMESTAMP__INIT, to = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  from.seconds = 1772445600;
  to.seconds = 1772449200;
  MyMeeting one = MY_MEETING__INIT, *meetings[] = {&one};
  one.appointment_id = "aaaaaaaa-0000-4000-8000-000000000001";
  one.given_name = "Canaryname";
  one.crn = "X123456";
  one.place = "The old mill; second floor, room \\ 5\nŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵŵ";
  one.starts_at = &from;
  one.ends_at = &to;
  MyMeetings list = MY_MEETINGS__INIT;
  list.meetings = meetings;
  list.n_meetings = 1;
  list.read_at = &from;
  answer_reply(a, &list.base, 0, false, &context);
  assert_string_equal(a->content_type, "text/calendar; charset=utf-8");
  for (const char *line = a->body.data, *end; (end = strstr(line, "\r\n")); line = end + 2) {
    assert_true(end - line <= 75);
    assert_true((line[line[0] == ' '] & 0xc0) != 0x80);
  }
  char *text = unfolded(a->body.data);
  assert_non_null(strstr(text, "\r\nUID:aaaaaaaa-0000-4000-8000-000000000001\r\nDTSTAMP:20260302T100000Z\r\n"
                               "DTSTART:20260302T100000Z\r\nDTEND:20260302T110000Z\r\n"
                               "SUMMARY:Alongside: meeting\r\n"
                               "LOCATION:The old mill\\; second floor\\, room \\\\ 5\\nŵŵ"));
  assert_null(strstr(text, "Canaryname"));
  assert_null(strstr(text, "X123456"));
  free(text);
}

static void an_error_of_ours_is_a_problem_with_its_field(void **state) {
  (void)state;
  struct arena arena;
  arena_init(&arena, ARENA_CAP_BYTES);
  const Problem *p = answer_problem_of(&arena, ERR(INVALID, "/limit", "must be a whole number"));
  assert_string_equal(p->why, "limit: must be a whole number");
  assert_int_equal(p->n_fields, 1);
  assert_string_equal(p->fields[0]->field, "/limit");
  p = answer_problem_of(&arena, ERR(INVALID, NULL, "the body is missing"));
  assert_int_equal(p->n_fields, 0);
  arena_deinit(&arena);
}

static void samples_of_one_name_stand_together_under_their_type(void **state) {
  (void)state;
  struct buffer out = {0};
  metrics_write_samples("# HELP x\na_total{service=\"1\"} 5\nb{service=\"1\"} 0\na_total{service=\"0\"} 6\na 1\n",
                        &out);
  assert_string_equal(out.data, "# TYPE a gauge\na 1\n"
                                "# TYPE a_total counter\na_total{service=\"1\"} 5\na_total{service=\"0\"} 6\n"
                                "# TYPE b gauge\nb{service=\"1\"} 0\n");
  buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_problem_names_each_wrong_field),
      cmocka_unit_test(every_code_has_a_status_with_a_title),
      cmocka_unit_test(an_unknown_code_is_a_fault_of_ours),
      cmocka_unit_test(what_is_unavailable_says_when_to_try_again),
      cmocka_unit_test(one_without_a_token_is_told_the_scheme),
      cmocka_unit_test(every_answer_carries_its_correlation_id),
      cmocka_unit_test(what_was_made_is_201_with_an_etag),
      cmocka_unit_test(no_reply_is_no_content),
      cmocka_unit_test(a_list_links_to_its_next_page),
      cmocka_unit_test(a_report_is_also_to_be_had_as_csv),
      cmocka_unit_test(meetings_are_a_calendar_that_names_nobody_in_lines_of_75_octets),
      cmocka_unit_test(an_error_of_ours_is_a_problem_with_its_field),
      cmocka_unit_test(samples_of_one_name_stand_together_under_their_type),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
