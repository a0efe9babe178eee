// JSON to messages and back: proto3's canonical mapping, and what it refuses where.
#include "common.pb-c.h"
#include "envelope.pb-c.h"
#include "intake.pb-c.h"
#include "json.h"
#include "matching.pb-c.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static struct arena arena;
static struct buffer written;

static int open_arena(void **state) {
  (void)state;
  arena_init(&arena, ARENA_CAP_BYTES);
  return 0;
}
static int close_arena(void **state) {
  (void)state;
  arena_deinit(&arena);
  buffer_free(&written);
  return 0;
}

// --- A message with a field of every kind, which the vocabulary has no need of.

struct everything {
  ProtobufCMessage base;
  int32_t i32;
  uint32_t u32;
  int64_t i64;
  uint64_t u64;
  float real;
  double exact;
  protobuf_c_boolean yes;
  ProtobufCBinaryData data;
  int role;
  char *some_text;
  size_t n_numbers;
  int32_t *numbers;
  size_t n_flags;
  protobuf_c_boolean *flags;
  size_t n_blobs;
  ProtobufCBinaryData *blobs;
  protobuf_c_boolean has_maybe;
  int32_t maybe;
  size_t n_times;
  Google__Protobuf__Timestamp **times;
};

#define AT(member) offsetof(struct everything, member)
#define ONE(name, id, type, member, descriptor)                                                                        \
  { name, id, PROTOBUF_C_LABEL_NONE, PROTOBUF_C_TYPE_##type, 0, AT(member), descriptor, NULL, 0, 0, NULL, NULL }
#define MANY(name, id, type, member, descriptor)                                                                       \
  {                                                                                                                    \
    name, id, PROTOBUF_C_LABEL_REPEATED, PROTOBUF_C_TYPE_##type, AT(n_##member), AT(member), descriptor, NULL, 0, 0,   \
        NULL, NULL                                                                                                     \
  }
static const ProtobufCFieldDescriptor everything_fields[] = {
    ONE("i32", 1, INT32, i32, NULL),
    ONE("u32", 2, FIXED32, u32, NULL),
    ONE("i64", 3, SINT64, i64, NULL),
    ONE("u64", 4, UINT64, u64, NULL),
    ONE("real", 5, FLOAT, real, NULL),
    ONE("exact", 6, DOUBLE, exact, NULL),
    ONE("yes", 7, BOOL, yes, NULL),
    ONE("data", 8, BYTES, data, NULL),
    ONE("role", 9, ENUM, role, &role__descriptor),
    ONE("some_text", 10, STRING, some_text, NULL),
    MANY("numbers", 11, INT32, numbers, NULL),
    MANY("flags", 12, BOOL, flags, NULL),
    MANY("blobs", 13, BYTES, blobs, NULL),
    {"maybe", 14, PROTOBUF_C_LABEL_OPTIONAL, PROTOBUF_C_TYPE_INT32, AT(has_maybe), AT(maybe), NULL, NULL, 0, 0, NULL,
     NULL},
    MANY("times", 15, MESSAGE, times, &google__protobuf__timestamp__descriptor),
};
static void everything_init(ProtobufCMessage *message);
static const ProtobufCMessageDescriptor everything_descriptor = {
    .magic = PROTOBUF_C__MESSAGE_DESCRIPTOR_MAGIC,
    .name = "Everything",
    .short_name = "Everything",
    .sizeof_message = sizeof(struct everything),
    .n_fields = sizeof everything_fields / sizeof *everything_fields,
    .fields = everything_fields,
    .message_init = everything_init,
};
static void everything_init(ProtobufCMessage *message) {
  *(struct everything *)message = (struct everything){.base = {&everything_descriptor, 0, NULL}, .some_text = ""};
}

// --- Helpers

static struct err read_error(const ProtobufCMessageDescriptor *type, const char *text) {
  void *message = &arena;
  char *exact = malloc(strlen(text)); // without a NUL behind it, so that reading too far is seen
  if (*text) memcpy(exact, text, strlen(text));
  struct err err = json_read(&arena, type, exact, strlen(text), &message);
  if (err_is(err)) assert_ptr_equal(message, &arena);
  free(exact);
  return err;
}

static void *read_message(const ProtobufCMessageDescriptor *type, const char *text) {
  void *message = NULL;
  struct err err = json_read(&arena, type, text, strlen(text), &message);
  if (err_is(err)) print_error("%s\n%s: %s\n", text, err.field, err.why);
  assert_false(err_is(err));
  return message;
}

static struct everything *everything(const char *text) {
  return read_message(&everything_descriptor, text);
}

static void assert_refused(const ProtobufCMessageDescriptor *type, const char *text, const char *field,
                           const char *words) {
  struct err err = read_error(type, text);
  if (!err_is(err) || strcmp(err.field, field) || !strstr(err.why, words))
    print_error("%s\n%s: %s\n", text, err.field ? err.field : "", err.why ? err.why : "was taken");
  assert_int_equal(err.code, CODE__INVALID);
  assert_string_equal(err.field, field);
  assert_non_null(strstr(err.why, words));
}

static void assert_everything_refused(const char *text, const char *field) {
  assert_refused(&everything_descriptor, text, field, "");
}

static void assert_written(const void *message, const char *expected) {
  written.size_bytes = 0;
  json_write(&written, message);
  assert_string_equal(written.data, expected);
}

// Reads the one, and writes the other.
static void assert_becomes(const char *read, const char *expected) {
  assert_written(everything(read), expected);
}
static void assert_stays(const char *text) {
  assert_becomes(text, text);
}

// --- Reading and writing

static const char session[] =
    "{\"session\":{\"id\":\"7f0c1b1e-6a53-4f0e-9d0c-1d2e3f405162\",\"startsAt\":\"2026-03-02T10:00:00Z\","
    "\"attendance\":{\"happened\":\"HAPPENED\",\"attended\":\"ON_TIME\",\"complied\":true},\"mode\":\"IN_PERSON\","
    "\"participants\":[\"PERSON\",\"PRACTITIONER\"],\"components\":[{\"name\":\"check-in\",\"covered\":true},{}],"
    "\"measures\":[{\"name\":\"alliance\",\"from\":\"PERSON\",\"value\":4.5}],"
    "\"narrative\":{\"partition\":\"SUPERVISION\",\"text\":\"Siân \\\"well\\\"\"}}}";

static void a_session_is_read_and_written_as_it_was(void **state) {
  (void)state;
  RecordSession *r = read_message(&record_session__descriptor, session);
  assert_int_equal(r->session->starts_at->seconds, 1772445600);
  assert_int_equal(r->session->attendance->attended, ATTENDED__ON_TIME);
  assert_int_equal(r->session->n_participants, 2);
  assert_int_equal(r->session->participants[1], ROLE__PRACTITIONER);
  assert_int_equal(r->session->n_components, 2);
  assert_true(r->session->measures[0]->value == 4.5);
  assert_string_equal(r->session->narrative->text, "Siân \"well\"");
  assert_string_equal(r->session->crn, "");
  assert_written(r, session);
}

static void white_space_and_the_proto_names_are_taken(void **state) {
  (void)state;
  Session *s = read_message(&session__descriptor,
                            " \t\r\n{ \"engagement_id\" : \"e\" ,\n\"starts_at\":\"2026-03-02T10:00:00Z\" } \n");
  assert_string_equal(s->engagement_id, "e");
  assert_written(s, "{\"engagementId\":\"e\",\"startsAt\":\"2026-03-02T10:00:00Z\"}");
}

static void an_empty_object_is_an_empty_message(void **state) {
  (void)state;
  assert_stays("{}");
  assert_written(read_message(&record_session__descriptor, "{\"session\":{}}"), "{\"session\":{}}");
}

static void defaults_are_not_written(void **state) {
  (void)state;
  assert_becomes(
      "{\"i32\":0,\"u64\":\"0\",\"exact\":-0.0,\"yes\":false,\"role\":\"ROLE_UNSPECIFIED\",\"someText\":\"\","
      "\"data\":\"\",\"numbers\":[]}",
      "{}");
}

static void null_is_the_default(void **state) {
  (void)state;
  assert_becomes("{\"i32\":null,\"someText\":null,\"numbers\":null,\"role\":null,\"maybe\":null}", "{}");
  assert_null(((RecordSession *)read_message(&record_session__descriptor, "{\"session\":null}"))->session);
}

static void an_optional_field_is_written_where_it_is_set(void **state) {
  (void)state;
  assert_stays("{\"maybe\":0}");
}

static void whole_numbers_keep_their_ends(void **state) {
  (void)state;
  assert_stays("{\"i32\":-2147483648,\"u32\":4294967295,\"i64\":\"-9223372036854775808\","
               "\"u64\":\"18446744073709551615\"}");
  assert_stays("{\"i32\":2147483647,\"i64\":\"9223372036854775807\"}");
  assert_becomes("{\"i64\":-9223372036854775808,\"u64\":18446744073709551615}",
                 "{\"i64\":\"-9223372036854775808\",\"u64\":\"18446744073709551615\"}");
}

static void whole_numbers_may_be_written_in_other_ways(void **state) {
  (void)state;
  assert_int_equal(everything("{\"i32\":\"12\"}")->i32, 12);
  assert_int_equal(everything("{\"i32\":1e2}")->i32, 100);
  assert_int_equal(everything("{\"i32\":1200E-2}")->i32, 12);
  assert_int_equal(everything("{\"i32\":-3.0}")->i32, -3);
  assert_int_equal(everything("{\"u32\":-0}")->u32, 0);
  assert_int_equal(everything("{\"i64\":\"1e3\"}")->i64, 1000);
  assert_int_equal(everything("{\"i32\":0e999999999}")->i32, 0);
}

static void numbers_out_of_range_or_in_pieces_are_refused(void **state) {
  (void)state;
  const char *i32[] = {"2147483648", "-2147483649", "1.5",      "1e10",        "1e-1",
                       "true",       "[]",          "{}",       "\"\"",        "\" 1\"",
                       "\"1 \"",     "\"a\"",       "\"0x10\"", "1e999999999", "99999999999999999999999"};
  const char *u32[] = {"-1", "4294967296", "\"-1\""};
  const char *u64[] = {"18446744073709551616", "-1"};
  const char *i64[] = {"9223372036854775808", "-9223372036854775809", "0.1"};
  const struct {
    const char *name;
    const char **values;
    size_t n;
  } kinds[] = {{"i32", i32, sizeof i32 / sizeof *i32},
               {"u32", u32, sizeof u32 / sizeof *u32},
               {"u64", u64, sizeof u64 / sizeof *u64},
               {"i64", i64, sizeof i64 / sizeof *i64}};
  for (size_t k = 0; k < 4; k++) {
    for (size_t i = 0; i < kinds[k].n; i++) {
      const char *text = arena_printf(&arena, "{\"%s\":%s}", kinds[k].name, kinds[k].values[i]);
      assert_refused(&everything_descriptor, text, arena_printf(&arena, "/%s", kinds[k].name), "whole number");
    }
  }
}

static void what_is_not_json_of_a_number_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"01",  "-",    "+1",  ".5",  "1.",  "1e",       "1e+",
                         "--1", "1.e1", "0x1", "1_0", "NaN", "Infinity", "-01"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct err err = read_error(&everything_descriptor, arena_printf(&arena, "{\"exact\":%s}", wrong[i]));
    if (!err_is(err)) print_error("%s\n", wrong[i]);
    assert_true(err_is(err));
  }
}

static void doubles_are_exact(void **state) {
  (void)state;
  const char *texts[] = {"0.1",
                         "4.5",
                         "1e300",
                         "-2.2250738585072014e-308",
                         "123456789012345680",
                         "0.30000000000000004",
                         "5e-324",
                         "1.7976931348623157e308",
                         "9007199254740993",
                         "3.14159265358979",
                         "1e23",
                         "8.41e21"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    struct everything *e = everything(arena_printf(&arena, "{\"exact\":%s}", texts[i]));
    assert_true(e->exact == strtod(texts[i], NULL));
    written.size_bytes = 0;
    json_write(&written, &e->base);
    assert_true(everything(written.data)->exact == e->exact);
  }
  assert_stays("{\"exact\":0.1}");
  assert_stays("{\"real\":0.1}");
  assert_stays("{\"exact\":3}");
  assert_stays("{\"exact\":-2.5}");
}

static void numbers_that_are_none_are_spelled_out(void **state) {
  (void)state;
  assert_stays("{\"real\":\"-Infinity\",\"exact\":\"Infinity\"}");
  assert_true(isnan(everything("{\"exact\":\"NaN\"}")->exact));
  assert_becomes("{\"exact\":\"NaN\"}", "{\"exact\":\"NaN\"}");
  assert_everything_refused("{\"exact\":1e309}", "/exact");
  assert_everything_refused("{\"exact\":-1e400}", "/exact");
  assert_everything_refused("{\"real\":3.5e38}", "/real");
  assert_everything_refused("{\"exact\":\"nan\"}", "/exact");
}

static void booleans_are_words(void **state) {
  (void)state;
  assert_stays("{\"yes\":true,\"flags\":[true,false]}");
  const char *wrong[] = {"1", "\"true\"", "True", "tru", "[]"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_everything_refused(arena_printf(&arena, "{\"yes\":%s}", wrong[i]), "/yes");
}

static void enumerators_go_by_name_or_number(void **state) {
  (void)state;
  assert_stays("{\"role\":\"SAFEGUARDING_LEAD\"}");
  assert_int_equal(everything("{\"role\":2}")->role, ROLE__MENTOR);
  assert_refused(&everything_descriptor, "{\"role\":\"OFFENDER\"}", "/role", "must be one of PERSON, MENTOR,");
  assert_refused(&everything_descriptor, "{\"role\":\"person\"}", "/role", "must be one of");
  assert_refused(&everything_descriptor, "{\"role\":99}", "/role", "must be one of");
  assert_everything_refused("{\"role\":1.5}", "/role");
  assert_everything_refused("{\"role\":\"\"}", "/role");
}

static void an_unknown_enumerator_is_written_as_a_number(void **state) {
  (void)state;
  struct everything e;
  everything_init(&e.base);
  e.role = 77;
  assert_written(&e, "{\"role\":77}");
}

static void bytes_are_base64_in_either_alphabet(void **state) {
  (void)state;
  const char *same[] = {"+/+/AA==", "-_-_AA==", "+/+/AA", "-_-_AA"};
  for (size_t i = 0; i < sizeof same / sizeof *same; i++)
    assert_becomes(arena_printf(&arena, "{\"data\":\"%s\"}", same[i]), "{\"data\":\"+/+/AA==\"}");
  assert_stays("{\"blobs\":[\"\",\"AA==\",\"AAA=\",\"AAAA\"]}");
  const char *wrong[] = {"\"A\"", "\"AA=\"", "\"A A=\"", "\"AAAAA\"", "\"é\"", "1", "\"AA==AA==\""};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_everything_refused(arena_printf(&arena, "{\"data\":%s}", wrong[i]), "/data");
}

// --- Text

static void escapes_are_read(void **state) {
  (void)state;
  assert_string_equal(everything("{\"someText\":\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"}")->some_text, "\"\\/\b\f\n\r\t");
  assert_string_equal(everything("{\"someText\":\"\\u0041\\u00e9\\u0175\\u20AC\\ud83c\\udfe0\"}")->some_text, "Aéŵ€🏠");
  assert_string_equal(everything("{\"some\\u0054ext\":\"a\"}")->some_text, "a");
  assert_string_equal(everything("{\"someText\":\"12345678\\n12345678ŵ\"}")->some_text, "12345678\n12345678ŵ");
}

static void text_is_written_with_the_escapes_that_it_needs(void **state) {
  (void)state;
  struct everything e;
  everything_init(&e.base);
  e.some_text = "a\"\\/\b\f\n\r\t\x01\x1f\x7f ŵ🏠";
  assert_written(&e, "{\"someText\":\"a\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001f\x7f ŵ🏠\"}");
  assert_string_equal(everything(written.data)->some_text, e.some_text);
}

static void text_that_is_no_text_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"\"\\u0000\"",
                         "\"\\ud83c\"",
                         "\"\\udfe0\"",
                         "\"\\ud83c\\u0041\"",
                         "\"\\ud83cx\"",
                         "\"\\ud83c\\ud83c\"",
                         "\"\\u12g4\"",
                         "\"\\u12\"",
                         "\"\\x41\"",
                         "\"\\\"",
                         "\"a\nb\"",
                         "\"\x1f\"",
                         "\"\xff\"",
                         "\"\xc0\x80\"",
                         "\"\xed\xa0\x80\"",
                         "\"open",
                         "'a'",
                         "a",
                         "1",
                         "true",
                         "\"\\\xc5\xb5\"",
                         "\"\\u00\xc5\xb5\"",
                         "\"12345678\t\"",
                         "\"1234567\3778\""};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_everything_refused(arena_printf(&arena, "{\"someText\":%s}", wrong[i]), "/someText");
}

static void a_nul_between_the_bytes_is_refused(void **state) {
  (void)state;
  void *message;
  const char in_text[] = "{\"someText\":\"a\0b\"}", behind[] = "{}\0";
  assert_true(err_is(json_read(&arena, &everything_descriptor, in_text, sizeof in_text - 1, &message)));
  assert_true(err_is(json_read(&arena, &everything_descriptor, behind, sizeof behind - 1, &message)));
}

// --- Times

static void times_are_read_with_any_offset_and_written_in_utc(void **state) {
  (void)state;
  const struct {
    const char *read, *expected;
  } cases[] = {
      {"2026-03-02T10:00:00Z", "2026-03-02T10:00:00Z"},
      {"2026-07-01T10:00:00+01:00", "2026-07-01T09:00:00Z"},
      {"2026-03-01T00:30:00-05:30", "2026-03-01T06:00:00Z"},
      {"2026-01-01T00:00:00+14:00", "2025-12-31T10:00:00Z"},
      {"2026-03-02T10:00:00.5Z", "2026-03-02T10:00:00.500Z"},
      {"2026-03-02T10:00:00.000100Z", "2026-03-02T10:00:00.000100Z"},
      {"2026-03-02T10:00:00.123456789Z", "2026-03-02T10:00:00.123456789Z"},
      {"2024-02-29T23:59:59Z", "2024-02-29T23:59:59Z"},
      {"2000-02-29T00:00:00Z", "2000-02-29T00:00:00Z"},
      {"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"},
      {"9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"},
      {"1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z"},
      {"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_becomes(arena_printf(&arena, "{\"times\":[\"%s\"]}", cases[i].read),
                   arena_printf(&arena, "{\"times\":[\"%s\"]}", cases[i].expected));
  }
}

static void what_is_no_time_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"\"2026-02-29T00:00:00Z\"",
                         "\"1900-02-29T00:00:00Z\"",
                         "\"2026-04-31T00:00:00Z\"",
                         "\"2026-13-01T00:00:00Z\"",
                         "\"2026-00-01T00:00:00Z\"",
                         "\"2026-01-00T00:00:00Z\"",
                         "\"2026-01-01T24:00:00Z\"",
                         "\"2026-01-01T00:60:00Z\"",
                         "\"2026-12-31T23:59:60Z\"",
                         "\"2026-01-01T00:00:00\"",
                         "\"2026-01-01T00:00Z\"",
                         "\"2026-01-01 00:00:00Z\"",
                         "\"2026-01-01t00:00:00z\"",
                         "\"2026-01-01T00:00:00.Z\"",
                         "\"2026-01-01T00:00:00.1234567890Z\"",
                         "\"2026-01-01T00:00:00+0100\"",
                         "\"2026-01-01T00:00:00+24:00\"",
                         "\"2026-01-01T00:00:00Zx\"",
                         "\"0000-12-31T00:00:00Z\"",
                         "\"0001-01-01T00:00:00+00:01\"",
                         "\"9999-12-31T23:59:59-00:01\"",
                         "\"\"",
                         "1772445600",
                         "{}"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    assert_everything_refused(arena_printf(&arena, "{\"times\":[%s]}", wrong[i]), "/times/0");
}

// --- What is wrong, and where

static void an_unknown_field_is_refused_by_name(void **state) {
  (void)state;
  assert_refused(&everything_descriptor, "{\"colour\":1}", "/colour", "unknown field");
  assert_refused(&everything_descriptor, "{\"some_Text\":\"\"}", "/some_Text", "unknown field");
  assert_refused(&everything_descriptor, "{\"\":1}", "/", "unknown field");
  assert_refused(&everything_descriptor, "{\"a/b~c\":1}", "/a~1b~0c", "unknown field");
  assert_refused(&record_session__descriptor, "{\"session\":{\"components\":[{},{\"nmae\":1}]}}",
                 "/session/components/1/nmae", "unknown field");
}

static void a_long_unknown_name_is_not_repeated(void **state) {
  (void)state;
  char text[256];
  memset(text, 'x', sizeof text);
  memcpy(text, "{\"", 2);
  memcpy(text + 200, "\":1}", 5);
  assert_refused(&everything_descriptor, text, "", "unknown field");
}

static void a_field_given_twice_is_refused(void **state) {
  (void)state;
  assert_refused(&everything_descriptor, "{\"i32\":1,\"i32\":1}", "/i32", "is given twice");
  assert_refused(&everything_descriptor, "{\"someText\":\"a\",\"some_text\":\"a\"}", "/some_text", "is given twice");
  assert_refused(&everything_descriptor, "{\"i32\":null,\"i32\":1}", "/i32", "is given twice");
  assert_refused(&everything_descriptor, "{\"i32\":1,\"i3\\u0032\":1}", "/i32", "is given twice");
}

static void a_fault_in_a_list_is_found_by_its_place(void **state) {
  (void)state;
  assert_everything_refused("{\"numbers\":[1,2,\"x\"]}", "/numbers/2");
  assert_everything_refused("{\"numbers\":[null]}", "/numbers/0");
  assert_everything_refused("{\"numbers\":[1,]}", "/numbers/1");
  assert_everything_refused("{\"numbers\":[1 2]}", "/numbers");
  assert_refused(&everything_descriptor, "{\"numbers\":1}", "/numbers", "must be a list");
  assert_refused(&record_session__descriptor, "{\"session\":{\"participants\":[\"PERSON\",\"X\"]}}",
                 "/session/participants/1", "must be one of");
  assert_refused(&record_session__descriptor, "{\"session\":[]}", "/session", "must be an object");
}

static void a_fault_after_a_value_is_laid_to_what_is_around_it(void **state) {
  (void)state;
  assert_refused(&record_session__descriptor, "{\"session\":{\"components\":[{}],\"x\":1}}", "/session/x", "unknown");
  assert_refused(&record_session__descriptor, "{\"session\":{\"attendance\":{} \"id\":\"a\"}}", "/session", "comma");
}

static void what_is_not_json_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"",
                         " ",
                         "[]",
                         "null",
                         "1",
                         "\"a\"",
                         "{",
                         "}",
                         "{}{}",
                         "{} x",
                         "{,}",
                         "{\"i32\"}",
                         "{\"i32\":}",
                         "{\"i32\":1,}",
                         "{\"i32\" 1}",
                         "{i32:1}",
                         "{\"i32\":1",
                         "{\"numbers\":[",
                         "{\"numbers\":[}",
                         "\xef\xbb\xbf{}",
                         "{\"i32\":1}]",
                         "/**/{}",
                         "{'i32':1}",
                         "nul"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    struct err err = read_error(&everything_descriptor, wrong[i]);
    if (err.code != CODE__INVALID) print_error("%s\n", wrong[i]);
    assert_int_equal(err.code, CODE__INVALID);
  }
}

static void a_million_brackets_are_refused_at_the_first(void **state) {
  (void)state;
  enum {
    N = 1000000
  };
  char *text = malloc(N);
  assert_non_null(text);
  for (size_t c = 0; c < 2; c++) {
    memset(text, "[{"[c], N);
    memcpy(text, "{\"numbers\":", 11);
    void *message;
    assert_true(err_is(json_read(&arena, &everything_descriptor, text, N, &message)));
  }
  free(text);
}

static void every_cut_of_a_session_is_refused(void **state) {
  (void)state;
  for (size_t cut = 0; cut < sizeof session - 1; cut++) {
    char *exact = malloc(cut + !cut);
    void *message;
    assert_non_null(exact);
    memcpy(exact, session, cut);
    assert_true(err_is(json_read(&arena, &record_session__descriptor, exact, cut, &message)));
    free(exact);
  }
}

static void what_unpacks_to_more_than_the_cap_is_too_large(void **state) {
  (void)state;
  enum {
    N = 200000
  };
  struct buffer text = {0};
  buffer_text(&text, "{\"sessions\":[{}");
  for (int i = 0; i < N; i++) buffer_text(&text, ",{}");
  buffer_text(&text, "]}");
  void *message;
  struct err err = json_read(&arena, &sessions__descriptor, text.data, text.size_bytes, &message);
  assert_int_equal(err.code, CODE__TOO_LARGE);
  assert_non_null(err.field);
  buffer_free(&text);
}

static void seals_are_neither_read_nor_written(void **state) {
  (void)state;
  assert_refused(&narrative__descriptor, "{\"seal\":{}}", "/seal", "unknown field");
  Seal seal = SEAL__INIT;
  Narrative narrative = NARRATIVE__INIT;
  narrative.partition = PARTITION__MENTORING;
  narrative.seal = &seal;
  assert_written(&narrative, "{\"partition\":\"MENTORING\"}");
}

static void negative_points_and_large_versions_are_written(void **state) {
  (void)state;
  MatchReason reason = MATCH_REASON__INIT;
  reason.points = -12;
  assert_written(&reason, "{\"points\":-12}");
  SessionVersion version = SESSION_VERSION__INIT;
  version.version = 3;
  assert_written(&version, "{\"version\":\"3\"}");
}

static void a_buffer_grows(void **state) {
  (void)state;
  struct buffer b = {0};
  for (int i = 0; i < 1000; i++) buffer_printf(&b, "%d,", i);
  buffer_add(&b, "\0x", 2);
  assert_int_equal(b.size_bytes, 3892);
  assert_int_equal(b.data[b.size_bytes], 0);
  assert_memory_equal(b.data + 3886, "999,\0x", 6);
  buffer_free(&b);
  assert_null(b.data);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_arena, close_arena)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(a_session_is_read_and_written_as_it_was),
      TEST(white_space_and_the_proto_names_are_taken),
      TEST(an_empty_object_is_an_empty_message),
      TEST(defaults_are_not_written),
      TEST(null_is_the_default),
      TEST(an_optional_field_is_written_where_it_is_set),
      TEST(whole_numbers_keep_their_ends),
      TEST(whole_numbers_may_be_written_in_other_ways),
      TEST(numbers_out_of_range_or_in_pieces_are_refused),
      TEST(what_is_not_json_of_a_number_is_refused),
      TEST(doubles_are_exact),
      TEST(numbers_that_are_none_are_spelled_out),
      TEST(booleans_are_words),
      TEST(enumerators_go_by_name_or_number),
      TEST(an_unknown_enumerator_is_written_as_a_number),
      TEST(bytes_are_base64_in_either_alphabet),
      TEST(escapes_are_read),
      TEST(text_is_written_with_the_escapes_that_it_needs),
      TEST(text_that_is_no_text_is_refused),
      TEST(a_nul_between_the_bytes_is_refused),
      TEST(times_are_read_with_any_offset_and_written_in_utc),
      TEST(what_is_no_time_is_refused),
      TEST(an_unknown_field_is_refused_by_name),
      TEST(a_long_unknown_name_is_not_repeated),
      TEST(a_field_given_twice_is_refused),
      TEST(a_fault_in_a_list_is_found_by_its_place),
      TEST(a_fault_after_a_value_is_laid_to_what_is_around_it),
      TEST(what_is_not_json_is_refused),
      TEST(a_million_brackets_are_refused_at_the_first),
      TEST(every_cut_of_a_session_is_refused),
      TEST(what_unpacks_to_more_than_the_cap_is_too_large),
      TEST(seals_are_neither_read_nor_written),
      TEST(negative_points_and_large_versions_are_written),
      TEST(a_buffer_grows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
