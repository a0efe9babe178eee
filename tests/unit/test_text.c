// Checks of texts that come from outside, each with what it takes and what it refuses.
#include "text.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

typedef bool check_fn(const char *text);

static void assert_all(check_fn *check, bool expected, const char *const *texts) {
  for (; *texts; texts++) {
    if (check(*texts) != expected) print_error("\"%s\"\n", *texts);
    assert_int_equal(check(*texts), expected);
  }
}
#define TAKES(check, ...) assert_all(check, true, (const char *const[]){__VA_ARGS__, NULL})
#define REFUSES(check, ...) assert_all(check, false, (const char *const[]){__VA_ARGS__, NULL})

static bool is_utf8(const char *text) {
  return text_is_utf8(text, strlen(text));
}

static void well_formed_utf8_is_taken(void **state) {
  (void)state;
  TAKES(is_utf8, "", "plain", "Llŷr a Siân", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
        "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf", "12345678ŵ", "1234567ŵ12345678🏠");
}

static void ill_formed_utf8_is_refused(void **state) {
  (void)state;
  REFUSES(is_utf8, "\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2 ", "\xe0\x9f\xbf", "\xe2\x82", "\xed\xa0\x80",
          "\xed\xbf\xbf", "\xf0\x8f\xbf\xbf", "\xf0\x9f\x8f", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xfe", "\xff",
          "12345678\xff", "1234567\xc2", "\xe2\x28\xa1");
}

static void a_nul_is_utf8(void **state) {
  (void)state;
  assert_true(text_is_utf8("a\0b", 3));
}

static void a_crn_is_stored_in_upper_case(void **state) {
  (void)state;
  char out[8] = "";
  assert_true(text_crn("x123456", out));
  assert_string_equal(out, "X123456");
  assert_true(text_crn("A000001", out));
  assert_string_equal(out, "A000001");
}

static void what_is_no_crn_leaves_the_output_alone(void **state) {
  (void)state;
  const char *wrong[] = {"",        "X",       "X12345",   "X1234567", "1123456",
                         "XX12345", "X12345a", " X123456", "X123456 ", "Ŵ12345"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char out[8] = "before";
    assert_false(text_crn(wrong[i], out));
    assert_string_equal(out, "before");
  }
}

static void uuids_are_in_lower_case(void **state) {
  (void)state;
  TAKES(text_is_uuid, "7f0c1b1e-6a53-4f0e-9d0c-1d2e3f405162", "00000000-0000-0000-0000-000000000000");
  REFUSES(text_is_uuid, "", "7F0c1b1e-6a53-4f0e-9d0c-1d2e3f405162", "7f0c1b1e6a534f0e9d0c1d2e3f405162",
          "7f0c1b1e-6a53-4f0e-9d0c-1d2e3f40516", "7f0c1b1e-6a53-4f0e-9d0c-1d2e3f4051623",
          "7f0c1b1e-6a53-4f0e-9d0c_1d2e3f405162", "gf0c1b1e-6a53-4f0e-9d0c-1d2e3f405162");
}

static void areas_and_slugs_have_a_length(void **state) {
  (void)state;
  TAKES(text_is_area, "a", "lon-north", "12345678901234567890123456789012");
  REFUSES(text_is_area, "", "Lon", "lon_north", "lon north", "123456789012345678901234567890123", "a/b", "ŵ");
  TAKES(text_is_slug, "joint-casework", "1234567890123456789012345678901234567890123456789012345678901234");
  REFUSES(text_is_slug, "", "..", "12345678901234567890123456789012345678901234567890123456789012345");
}

static void staff_codes_are_upper_case_letters_and_digits(void **state) {
  (void)state;
  TAKES(text_is_staff_code, "N01", "N01A001", "1234567890123456");
  REFUSES(text_is_staff_code, "", "N0", "n01a001", "N01-A", "12345678901234567");
}

static void telephones_are_international(void **state) {
  (void)state;
  TAKES(text_is_telephone, "+447700900123", "+12345678", "+123456789012345");
  REFUSES(text_is_telephone, "", "+", "07700900123", "447700900123", "+0447700900123", "+1234567", "+1234567890123456",
          "+44 7700 900123", "+4477009001a3");
}

static void emails_have_a_local_part_and_a_domain(void **state) {
  (void)state;
  TAKES(text_is_email, "a@b.uk", "first.last+tag@sub.example.org", "o'brien@example.org", "A_B-c@EXAMPLE.COM");
  REFUSES(text_is_email, "", "a", "@b.uk", "a@", "a@b", "a@b.", "a@.uk", "a@b..uk", "a b@c.uk", "a@b c.uk", "a@b@c.uk",
          ".a@b.uk", "a.@b.uk", "a..b@c.uk", "a@-b.uk", "a@b-.uk", "a@b.c", "\"a b\"@c.uk", "a\r\nBcc:x@b.uk",
          "<a@b.uk>", "a,b@c.uk", "siân@example.org");
}

static void a_long_email_is_refused(void **state) {
  (void)state;
  char email[300];
  memset(email, 'a', sizeof email);
  memcpy(email + 64, "@example.org", 13);
  assert_true(text_is_email(email));
  memset(email, 'a', sizeof email);
  memcpy(email + 65, "@example.org", 13);
  assert_false(text_is_email(email));
  memset(email, 'a', sizeof email);
  email[1] = '@';
  for (size_t i = 60; i < 250; i += 60) email[i] = '.';
  memcpy(email + 250, ".uk", 4);
  assert_true(text_is_email(email));
  memcpy(email + 252, ".uk", 4);
  assert_false(text_is_email(email));
}

static void nothing_and_no_text_are_empty(void **state) {
  (void)state;
  assert_true(text_is_empty(NULL));
  assert_true(text_is_empty(""));
  assert_false(text_is_empty(" "));
}

static void bytes_become_hexadecimal(void **state) {
  (void)state;
  char out[9];
  text_hex("\x00\x0f\xa5\xff", 4, out);
  assert_string_equal(out, "000fa5ff");
  text_hex("", 0, out);
  assert_string_equal(out, "");
}

static void random_bytes_become_a_version_4_uuid(void **state) {
  (void)state;
  unsigned char random[16];
  char out[37];
  memset(random, 0xff, sizeof random);
  text_uuid(random, out);
  assert_string_equal(out, "ffffffff-ffff-4fff-bfff-ffffffffffff");
  memset(random, 0, sizeof random);
  text_uuid(random, out);
  assert_string_equal(out, "00000000-0000-4000-8000-000000000000");
  assert_true(text_is_uuid(out));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(well_formed_utf8_is_taken),
      cmocka_unit_test(ill_formed_utf8_is_refused),
      cmocka_unit_test(a_nul_is_utf8),
      cmocka_unit_test(a_crn_is_stored_in_upper_case),
      cmocka_unit_test(what_is_no_crn_leaves_the_output_alone),
      cmocka_unit_test(uuids_are_in_lower_case),
      cmocka_unit_test(areas_and_slugs_have_a_length),
      cmocka_unit_test(staff_codes_are_upper_case_letters_and_digits),
      cmocka_unit_test(telephones_are_international),
      cmocka_unit_test(emails_have_a_local_part_and_a_domain),
      cmocka_unit_test(a_long_email_is_refused),
      cmocka_unit_test(nothing_and_no_text_are_empty),
      cmocka_unit_test(bytes_become_hexadecimal),
      cmocka_unit_test(random_bytes_become_a_version_4_uuid),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
