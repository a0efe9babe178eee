// links: gateway llhttp
#include "bind.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "openapi.h"
#include "reporting.pb-c.h"
#include "routes.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <jansson.h>

struct fixture {
  struct routes *routes;
  struct arena arena;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  f->routes = routes_new();
  arena_init(&f->arena, ARENA_CAP_BYTES);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  routes_free(f->routes);
  arena_deinit(&f->arena);
  free(f);
  return 0;
}

static enum route_result find(struct fixture *f, const char *method, const char *path, bool if_match,
                              struct route_match *out) {
  *out = (struct route_match){0};
  return routes_find(f->routes, method, arena_text(&f->arena, path), if_match, out);
}

static struct route_match found(struct fixture *f, const char *method, const char *path) {
  struct route_match match;
  assert_int_equal(find(f, method, path, false, &match), ROUTE_FOUND);
  return match;
}

// Binds a whole request; the error, if any, is the answer.
static struct err bind(struct fixture *f, const char *method, const char *path, const char *query, const char *body,
                       const char *if_match, ProtobufCMessage **command, struct bind_options *options) {
  struct route_match match;
  assert_int_equal(find(f, method, path, if_match != NULL, &match), ROUTE_FOUND);
  struct err e = bind_body(&f->arena, match.route, body, strlen(body), command);
  if (!err_is(e)) e = bind_path(&f->arena, &match, *command);
  if (!err_is(e)) e = bind_query(&f->arena, match.route, arena_text(&f->arena, query), *command, options);
  if (!err_is(e)) e = bind_if_match(&f->arena, match.route, if_match, *command);
  return e;
}

static void each_row_is_found_by_its_own_pattern(void **state) {
  struct fixture *f = *state;
  for (const struct route *row = routes_table; row->method; row++) {
    struct route_match match;
    char path[200];
    snprintf(path, sizeof path, "/v1/areas/lon-north%s", row->pattern);
    assert_int_equal(find(f, row->method, path, row->if_match, &match), ROUTE_FOUND);
    assert_ptr_equal(match.route, row);
    assert_string_equal(match.area, "lon-north");
  }
}

static void each_parameter_of_a_pattern_names_a_field_of_the_command(void **state) {
  struct fixture *f = *state;
  for (const struct route *row = routes_table; row->method; row++) {
    if (!row->command || row->kind == ROUTE_BATCH) continue;
    struct route_match match = {.route = row, .segments = {"1", "1", "1", "1", "1", "1"}};
    ProtobufCMessage *command = arena_take(&f->arena, row->command->sizeof_message);
    row->command->message_init(command);
    assert_false(err_is(bind_path(&f->arena, &match, command)));
  }
}

static void a_row_with_if_match_has_a_seen_version(void **state) {
  (void)state;
  for (const struct route *row = routes_table; row->method; row++)
    if (row->if_match) assert_non_null(bind_field(row->command, "seen_version", strlen("seen_version")));
}

static void if_match_chooses_between_register_and_change(void **state) {
  struct fixture *f = *state;
  struct route_match match;
  assert_int_equal(find(f, "PUT", "/v1/areas/a/people/X123456", false, &match), ROUTE_FOUND);
  assert_ptr_equal(match.route->command, &register_person__descriptor);
  assert_int_equal(find(f, "PUT", "/v1/areas/a/people/X123456", true, &match), ROUTE_FOUND);
  assert_ptr_equal(match.route->command, &change_person__descriptor);
}

static void unknown_paths_are_not_found(void **state) {
  struct fixture *f = *state;
  static const char *const paths[] = {"/v1",
                                      "/v1/areas",
                                      "/v1/areas/a",
                                      "/v1/areas/a/nothing",
                                      "/v1/areas/a/people/X123456/nothing",
                                      "/v1/areas/a/people/X123456/sessions/",
                                      "/v2/areas/a/people",
                                      "/v1/areas/a/offers/1/accept/again",
                                      "/v1/areas/a/b/c/d/e/f/g/h/i/j",
                                      "/"};
  struct route_match match;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    assert_int_equal(find(f, "GET", paths[i], false, &match), ROUTE_NO_PATH);
}

static void another_method_is_answered_with_those_that_there_are(void **state) {
  struct fixture *f = *state;
  struct route_match match;
  assert_int_equal(find(f, "DELETE", "/v1/areas/a/people/X123456", false, &match), ROUTE_NO_METHOD);
  assert_string_equal(match.allow, "PUT, GET");
}

static void segments_are_decoded_one_by_one(void **state) {
  struct route_match match = found(*state, "GET", "/v1/areas/a/reports/a%2Fb%20c+d");
  assert_string_equal(match.segments[1], "a/b c+d");
}

static void bad_escapes_and_empty_parameters_are_malformed(void **state) {
  static const char *const paths[] = {"/v1/areas/a/people/%zz", "/v1/areas/a/people/%4", "/v1/areas/a/people/%00",
                                      "/v1/areas/a/people/%ff", "/v1/areas/a/people/"};
  struct route_match match;
  for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
    assert_int_equal(find(*state, "GET", paths[i], false, &match), ROUTE_MALFORMED);
}

static void path_and_body_become_one_command(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  struct err e = bind(*state, "PUT", "/v1/areas/a/people/x123456", "check=true", "{\"practitioner\":\"N01ABC\"}", NULL,
                      &command, &options);
  assert_false(err_is(e));
  const RegisterPerson *made = (const RegisterPerson *)command;
  assert_string_equal(made->person->crn, "x123456");
  assert_string_equal(made->person->practitioner, "N01ABC");
  assert_true(options.check_only);
}

static void a_missing_submessage_of_the_path_is_made(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  struct err e =
      bind(*state, "POST", "/v1/areas/a/sessions/7/amend", "", "{\"why\":\"a slip\"}", "\"12\"", &command, &options);
  assert_false(err_is(e));
  const AmendSession *amend = (const AmendSession *)command;
  assert_string_equal(amend->session->id, "7");
  assert_string_equal(amend->why, "a slip");
  assert_int_equal(amend->seen_version, 12);
}

static void a_body_that_contradicts_the_path_is_refused(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  struct err e =
      bind(*state, "PUT", "/v1/areas/a/people/X123456", "", "{\"crn\":\"X999999\"}", NULL, &command, &options);
  assert_int_equal(e.code, CODE__INVALID);
  assert_string_equal(e.field, "/crn");
  e = bind(*state, "PUT", "/v1/areas/a/people/X123456", "", "{\"crn\":\"x123456\"}", NULL, &command, &options);
  assert_false(err_is(e));
}

static void a_body_may_be_left_out_only_where_it_is_the_command(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  assert_false(err_is(bind(*state, "POST", "/v1/areas/a/offers/1/accept", "", "", NULL, &command, &options)));
  assert_string_equal(((AcceptOffer *)command)->id, "1");
  assert_true(err_is(bind(*state, "PUT", "/v1/areas/a/offers/1", "", "", NULL, &command, &options)));
  assert_true(err_is(bind(*state, "GET", "/v1/areas/a/offers/1", "", "{}", NULL, &command, &options)));
}

static void query_parameters_fill_the_command(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  struct err e = bind(*state, "GET", "/v1/areas/a/people", "practitioner=N%301&&after=X1+2&limit=50", "", NULL,
                      &command, &options);
  assert_false(err_is(e));
  const ListPeople *list = (const ListPeople *)command;
  assert_string_equal(list->practitioner, "N01");
  assert_string_equal(list->after, "X1 2");
  assert_int_equal(list->limit, 50);
}

static void wrong_query_parameters_are_refused_by_name(void **state) {
  static const struct {
    const char *path, *query, *field;
  } cases[] = {
      {"/v1/areas/a/people", "nothing=1", "/nothing"},
      {"/v1/areas/a/people", "check=true", "/check"},
      {"/v1/areas/a/people", "limit=-1", "/limit"},
      {"/v1/areas/a/people", "limit=4294967296", "/limit"},
      {"/v1/areas/a/people", "limit=", "/limit"},
      {"/v1/areas/a/people", "after=a&after=b", "/after"},
      {"/v1/areas/a/people/X123456/sessions", "crn=X1", "/crn"},
      {"/v1/areas/a/reports/attendance", "name=mentors", "/name"},
      {"/v1/areas/a/reports/attendance", "format=xls", "/format"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ProtobufCMessage *command;
    struct bind_options options = {0};
    struct err e = bind(*state, "GET", cases[i].path, cases[i].query, "", NULL, &command, &options);
    assert_int_equal(e.code, CODE__INVALID);
    assert_string_equal(e.field, cases[i].field);
  }
}

static void the_event_stream_takes_a_sequence_and_nothing_else(void **state) {
  struct fixture *f = *state;
  struct route_match match = found(f, "GET", "/v1/areas/a/events");
  struct bind_options options = {0};
  assert_false(err_is(bind_query(&f->arena, match.route, arena_text(&f->arena, "after=41"), NULL, &options)));
  assert_true(options.has_after);
  assert_int_equal(options.after, 41);
  assert_true(err_is(bind_query(&f->arena, match.route, arena_text(&f->arena, "limit=1"), NULL, &options)));
}

static void a_purpose_is_a_code_and_may_be_left_out(void **state) {
  struct fixture *f = *state;
  const char *purpose = "before";
  assert_int_equal(bind_purpose(&f->arena, NULL, &purpose).code, CODE__OK);
  assert_null(purpose);
  assert_int_equal(bind_purpose(&f->arena, "case-review", &purpose).code, CODE__OK);
  assert_string_equal(purpose, "case-review");
  assert_int_equal(bind_purpose(&f->arena, "", &purpose).code, CODE__INVALID);
  assert_int_equal(bind_purpose(&f->arena, "because I can", &purpose).code, CODE__INVALID);
}

static void if_match_is_one_strong_etag(void **state) {
  static const char *const wrong[] = {"3", "W/\"3\"", "\"3\", \"4\"", "*", "\"\"", "\"x\"", "\"-1\"", ""};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    ProtobufCMessage *command;
    struct bind_options options = {0};
    struct err e = bind(*state, "PUT", "/v1/areas/a/people/X123456", "", "{}", wrong[i], &command, &options);
    assert_int_equal(e.code, CODE__INVALID);
  }
}

static void if_match_is_refused_where_nothing_would_come_of_it(void **state) {
  ProtobufCMessage *command;
  struct bind_options options = {0};
  struct err e = bind(*state, "PUT", "/v1/areas/a/sessions/1", "", "{}", "\"3\"", &command, &options);
  assert_int_equal(e.code, CODE__INVALID);
  assert_false(err_is(bind(*state, "GET", "/v1/areas/a/sessions/1", "", "", "\"3\"", &command, &options)));
}

static void openapi_covers_every_row(void **state) {
  (void)state;
  struct buffer out = {0};
  openapi_write(&out);
  json_error_t error;
  json_t *root = json_loads(out.data, JSON_REJECT_DUPLICATES, &error);
  assert_non_null(root);
  size_t operations = 0, rows = 0;
  const char *path, *method;
  json_t *item, *operation;
  json_object_foreach(json_object_get(root, "paths"), path, item) json_object_foreach(item, method, operation)
      operations += strncmp(path, "/v1/", 4) == 0;
  for (const struct route *row = routes_table; row->method; row++)
    rows += !(row->if_match && strcmp(row->method, "PUT") == 0);
  assert_int_equal(operations, rows);
  json_decref(root);
  buffer_free(&out);
}

static json_t *resolve(json_t *root, const char *reference) {
  assert_int_equal(strncmp(reference, "#/components/", 13), 0);
  char kind[32], name[64];
  assert_int_equal(sscanf(reference, "#/components/%31[^/]/%63s", kind, name), 2);
  return json_object_get(json_object_get(json_object_get(root, "components"), kind), name);
}

static void check_references(json_t *root, json_t *node) {
  const char *key;
  json_t *value;
  size_t i;
  json_object_foreach(node, key, value) {
    if (strcmp(key, "$ref") == 0)
      assert_non_null(resolve(root, json_string_value(value)));
    else
      check_references(root, value);
  }
  json_array_foreach(node, i, value) check_references(root, value);
}

static void every_reference_in_openapi_leads_somewhere(void **state) {
  (void)state;
  struct buffer out = {0};
  openapi_write(&out);
  json_t *root = json_loads(out.data, 0, NULL);
  check_references(root, root);
  assert_null(json_object_get(resolve(root, "#/components/schemas/Seal"), "type"));
  json_decref(root);
  buffer_free(&out);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(each_row_is_found_by_its_own_pattern),
      cmocka_unit_test(each_parameter_of_a_pattern_names_a_field_of_the_command),
      cmocka_unit_test(a_row_with_if_match_has_a_seen_version),
      cmocka_unit_test(if_match_chooses_between_register_and_change),
      cmocka_unit_test(unknown_paths_are_not_found),
      cmocka_unit_test(another_method_is_answered_with_those_that_there_are),
      cmocka_unit_test(segments_are_decoded_one_by_one),
      cmocka_unit_test(bad_escapes_and_empty_parameters_are_malformed),
      cmocka_unit_test(path_and_body_become_one_command),
      cmocka_unit_test(a_missing_submessage_of_the_path_is_made),
      cmocka_unit_test(a_body_that_contradicts_the_path_is_refused),
      cmocka_unit_test(a_body_may_be_left_out_only_where_it_is_the_command),
      cmocka_unit_test(query_parameters_fill_the_command),
      cmocka_unit_test(wrong_query_parameters_are_refused_by_name),
      cmocka_unit_test(the_event_stream_takes_a_sequence_and_nothing_else),
      cmocka_unit_test(a_purpose_is_a_code_and_may_be_left_out),
      cmocka_unit_test(if_match_is_one_strong_etag),
      cmocka_unit_test(if_match_is_refused_where_nothing_would_come_of_it),
      cmocka_unit_test(openapi_covers_every_row),
      cmocka_unit_test(every_reference_in_openapi_leads_somewhere),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
