// links: courier
// The bytes that leave: e-mail messages and signed requests.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "mail.h"
#include "outbound.h"
#include "text.h"
#include "webhook.h"

static const char id[] = "5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001";

static char *mail(const char *subject, const char *text) {
  return mail_write(id, "alongside@example.org", "sian@example.org", subject, text, 1773138600);
}

static void a_message_has_all_its_headers(void **state) {
  (void)state;
  char *m = mail("Your appointment", "Hello,\n\nuntil then.\n");
  assert_string_equal(m, "Date: Tue, 10 Mar 2026 10:30:00 +0000\r\n"
                         "From: <alongside@example.org>\r\n"
                         "To: <sian@example.org>\r\n"
                         "Subject: Your appointment\r\n"
                         "Message-ID: <5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001@example.org>\r\n"
                         "Auto-Submitted: auto-generated\r\n"
                         "MIME-Version: 1.0\r\n"
                         "Content-Type: text/plain; charset=utf-8\r\n"
                         "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                         "Hello,\r\n\r\nuntil then.\r\n");
  free(m);
}

static void assert_lines_are_short_ascii(const char *m) {
  for (const char *at = m; *at;) {
    const char *end = strstr(at, "\r\n");
    assert_non_null(end);
    assert_in_range(end - at, 0, 78);
    for (; at < end; at++) assert_in_range((unsigned char)*at, ' ', '~');
    at = end + 2;
  }
}

// Writes the piece so many times; answers where the next may begin.
static char *repeat(char *at, int times, const char *piece) {
  while (times-- > 0) at = stpcpy(at, piece);
  return at;
}

static void welsh_and_long_texts_travel_as_short_lines_of_ascii(void **state) {
  (void)state;
  char text[3000] = "", subject[600] = "";
  repeat(repeat(text, 40, "Tŷ Glas = y lle arferol, ffôn \t \n"), 400, "x");
  repeat(subject, 60, "ŵyd ");
  char *m = mail(subject, text);
  assert_lines_are_short_ascii(m);
  assert_non_null(strstr(m, "T=C5=B7 Glas =3D y lle"));
  assert_non_null(strstr(m, "=?UTF-8?B?"));
  free(m);
}

static void no_subject_can_begin_a_header(void **state) {
  (void)state;
  static const char *const subjects[] = {"a\r\nBcc: x@example.org", "a\nBcc: x@example.org", "a\rBcc: x",
                                         "=?UTF-8?Q?a?="};
  for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
    char *m = mail(subjects[i], "text");
    assert_null(strstr(m, "Bcc"));
    assert_non_null(strstr(m, "Subject: =?UTF-8?B?"));
    assert_lines_are_short_ascii(m);
    free(m);
  }
}

static void a_lone_carriage_return_does_not_break_a_line(void **state) {
  (void)state;
  char *m = mail("s", "a\rb\r\nc");
  assert_non_null(strstr(m, "\r\n\r\na=0Db\r\nc\r\n"));
  free(m);
}

static void a_request_is_signed_over_time_and_body(void **state) {
  (void)state;
  struct webhook w;
  webhook_write(&w, id, "+447700900123", "Tŷ \"Glas\"", 1773138600, "a key of the two of us");
  assert_string_equal(w.body, "{\"id\":\"5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001\",\"to\":\"+447700900123\","
                              "\"text\":\"Tŷ \\\"Glas\\\"\"}");
  assert_string_equal(w.timestamp, "X-Alongside-Timestamp: 1773138600");
  assert_string_equal(w.idempotency_key, "Idempotency-Key: 5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001");
  assert_string_equal(w.signature, "X-Alongside-Signature: sha256="
                                   "dfcf731464f0ab581135310e9984884ee6a6d8db723464d1ad7406e1559666df");
  free(w.body);
}

// --- configuration

static void assert_load(struct config config, const char *fault) {
  struct outbound o;
  char errors[256] = "";
  int result = outbound_load(&o, &config, errors, sizeof errors);
  assert_int_equal(result, fault ? -1 : 0);
  if (fault && !strstr(errors, fault)) fail_msg("%s", errors);
}

static void a_configuration_that_cannot_work_is_refused_by_variable(void **state) {
  (void)state;
  static const char key[] = "LICENSE"; // any file does
  char long_key[] = "config/areas.yaml";
  assert_load((struct config){0}, NULL);
  assert_load((struct config){.sms_url = "ftp://localhost/", .sms_key_file = key}, "ALONGSIDE_SMS_URL");
  assert_load((struct config){.sms_url = "not a url", .sms_key_file = key}, "ALONGSIDE_SMS_URL");
  assert_load((struct config){.sms_url = "http://sms.example.org/", .sms_key_file = long_key}, "https://");
  assert_load((struct config){.sms_url = "http://localhost.example.org/", .sms_key_file = key}, "https://");
  assert_load((struct config){.sms_url = "https://sms.example.org/", .sms_key_file = "/nonexistent"},
              "ALONGSIDE_SMS_KEY_FILE");
  assert_load((struct config){.smtp_url = "http://localhost/", .smtp_from = "a@example.org"}, "ALONGSIDE_SMTP_URL");
  assert_load((struct config){.smtp_url = "smtp://localhost:25", .smtp_from = "A <a@example.org>"},
              "ALONGSIDE_SMTP_FROM");
  assert_load((struct config){.smtp_url = "smtp://localhost:25", .smtp_from = "a@example.org"}, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_message_has_all_its_headers),
      cmocka_unit_test(welsh_and_long_texts_travel_as_short_lines_of_ascii),
      cmocka_unit_test(no_subject_can_begin_a_header),
      cmocka_unit_test(a_lone_carriage_return_does_not_break_a_line),
      cmocka_unit_test(a_request_is_signed_over_time_and_body),
      cmocka_unit_test(a_configuration_that_cannot_work_is_refused_by_variable),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
