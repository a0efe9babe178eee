// links: reminders
// What reminders say: complete, neutral and short enough, in both languages.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "wording.h"

#define TUESDAY INT64_C(1773138600000) // 10 March 2026, 10:30 UTC
#define DAY_MS INT64_C(86400000)

struct texts {
  struct wording *wording;
  struct arena arena;
};

static int setup(void **state) {
  struct texts *t = calloc(1, sizeof *t);
  char errors[256] = "";
  t->wording = wording_load("config/wording.yaml", errors, sizeof errors);
  if (!t->wording) fail_msg("%s", errors);
  arena_init(&t->arena, ARENA_CAP_BYTES);
  *state = t;
  return 0;
}

static int teardown(void **state) {
  struct texts *t = *state;
  arena_deinit(&t->arena);
  wording_free(t->wording);
  free(t);
  return 0;
}

static struct wording_facts facts(Language language, Channel channel, const char *place) {
  return (struct wording_facts){
      .language = language,
      .channel = channel,
      .mode = MODE__IN_PERSON,
      .place = place,
      .starts_at_ms = TUESDAY,
      .time_zone = "Europe/London",
      .telephone = "+442079460000",
  };
}

static Outgoing *write_one(struct texts *t, Language language, Channel channel, const char *place) {
  struct wording_facts f = facts(language, channel, place);
  return wording_write(&t->arena, t->wording, &f);
}

static void assert_sound(const char *text) {
  static const char *const forbidden[] = {"probation", "offend", "prison", "licence", "court", "prawf", "trosedd"};
  assert_non_null(text);
  assert_null(strpbrk(text, "{}"));
  for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) assert_null(strcasestr(text, forbidden[i]));
}

static void every_wording_on_every_day_of_a_year_is_whole_and_neutral(void **state) {
  struct texts *t = *state;
  for (int day = 0; day < 366; day++)
    for (int language = 0; language <= LANGUAGE__WELSH; language++)
      for (int channel = CHANNEL__SMS; channel <= CHANNEL__EMAIL; channel++) {
        struct wording_facts f = facts(language, channel, "Alexandra House");
        f.starts_at_ms += day * DAY_MS;
        const Outgoing *o = wording_write(&t->arena, t->wording, &f);
        assert_sound(o->text);
        assert_sound(o->subject);
        assert_int_equal(channel == CHANNEL__EMAIL, o->subject[0] != 0);
        assert_non_null(strstr(o->text, "Alexandra House"));
        assert_non_null(strstr(o->text, "+442079460000"));
        assert_non_null(strstr(o->text, "STOP"));
        if (channel == CHANNEL__SMS) assert_in_range(wording_sms_segments(o->text), 1, 2);
        if (day % 7 == 0) arena_reset(&t->arena);
      }
}

static void a_welsh_text_is_welsh_throughout(void **state) {
  struct texts *t = *state;
  assert_string_equal(write_one(t, LANGUAGE__WELSH, CHANNEL__SMS, "Tŷ Glas")->text,
                      "Cofiwch: apwyntiad ddydd Mawrth 10 Mawrth am 10:30. Lle: Tŷ Glas. Cwestiynau: +442079460000. "
                      "Atebwch STOP i atal y negeseuon hyn.");
  assert_non_null(strstr(write_one(t, LANGUAGE__WELSH, CHANNEL__SMS, "")->text, "y lle arferol"));
}

static void an_unknown_language_is_written_to_in_english(void **state) {
  struct texts *t = *state;
  const Outgoing *o = write_one(t, LANGUAGE__LANGUAGE_UNSPECIFIED, CHANNEL__EMAIL, "Alexandra House");
  assert_string_equal(o->subject, "Your appointment on Tuesday 10 March at 10:30");
}

static void the_time_is_local_in_summer_too(void **state) {
  struct texts *t = *state;
  struct wording_facts f = facts(LANGUAGE__ENGLISH, CHANNEL__SMS, "Alexandra House");
  f.starts_at_ms = INT64_C(1774780200000); // 29 March 2026, 10:30 UTC: the first day of summer time
  assert_non_null(strstr(wording_write(&t->arena, t->wording, &f)->text, "Sunday 29 March at 11:30"));
}

static void a_place_that_gives_away_too_much_is_not_said(void **state) {
  struct texts *t = *state;
  static const char *const places[] = {"Leeds PROBATION Office", "HMP Leeds", "Swyddfa Brawf a Gwasanaeth Prawf",
                                       "Offender Hub", "Young-offenders' room"};
  for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
    const char *text = write_one(t, LANGUAGE__ENGLISH, CHANNEL__SMS, places[i])->text;
    assert_null(strstr(text, places[i]));
    assert_non_null(strstr(text, "the usual place"));
  }
  assert_non_null(strstr(write_one(t, LANGUAGE__ENGLISH, CHANNEL__SMS, "Scoffend Street")->text, "Scoffend Street"));
}

static void an_appointment_by_telephone_without_a_place_says_so(void **state) {
  struct texts *t = *state;
  struct wording_facts f = facts(LANGUAGE__ENGLISH, CHANNEL__SMS, "");
  f.mode = MODE__TELEPHONE;
  assert_non_null(strstr(wording_write(&t->arena, t->wording, &f)->text, "by telephone"));
  f.mode = MODE__VIDEO;
  assert_non_null(strstr(wording_write(&t->arena, t->wording, &f)->text, "by video call"));
}

static void repeat(char *at, int times, const char *piece) {
  while (times-- > 0) at = stpcpy(at, piece);
}

static void a_long_place_is_cut_between_characters_and_stays_within_three_parts(void **state) {
  struct texts *t = *state;
  char place[400] = "";
  repeat(place, 150, "ŵ");
  for (int language = LANGUAGE__ENGLISH; language <= LANGUAGE__WELSH; language++) {
    const char *text = write_one(t, language, CHANNEL__SMS, place)->text;
    assert_in_range(wording_sms_segments(text), 1, 3);
    assert_non_null(strstr(text, "ŵ..."));
  }
  assert_null(strchr(write_one(t, LANGUAGE__ENGLISH, CHANNEL__SMS, "a\r\nb")->text, '\n'));
}

static void a_place_of_exactly_sixty_characters_is_left_whole(void **state) {
  struct texts *t = *state;
  char place[61];
  memset(place, 'x', 60);
  place[60] = 0;
  assert_non_null(strstr(write_one(t, LANGUAGE__ENGLISH, CHANNEL__SMS, place)->text, place));
}

static void text_messages_are_counted_as_the_network_counts_them(void **state) {
  (void)state;
  static const struct {
    const char *unit;
    int n;
    unsigned segments;
  } cases[] = {
      {"a", 1, 1},   {"a", 160, 1}, {"a", 161, 2}, {"a", 306, 2}, {"a", 307, 3}, {"é", 160, 1},
      {"€", 80, 1},  {"€", 81, 2},  {"[", 81, 2},  {"ŵ", 70, 1},  {"ŵ", 71, 2},  {"ŵ", 134, 2},
      {"ŵ", 135, 3}, {"😀", 35, 1},  {"😀", 36, 2},  {"`", 70, 1},  {"`", 71, 2},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char text[2000] = "";
    repeat(text, cases[i].n, cases[i].unit);
    assert_int_equal(wording_sms_segments(text), cases[i].segments);
  }
}

// --- files that are refused

static char *read_whole(const char *path) {
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  char *text = calloc(1, 1 << 16);
  assert_true(fread(text, 1, (1 << 16) - 1, f) > 0);
  fclose(f);
  return text;
}

// The file as it is, but with the first `was` replaced.
static void assert_refused_with(const char *was, const char *becomes, const char *why) {
  char path[] = "/tmp/alongside-wording-XXXXXX", errors[256] = "", *text = read_whole("config/wording.yaml");
  char *at = strstr(text, was);
  assert_non_null(at);
  int fd = mkstemp(path);
  dprintf(fd, "%.*s%s%s", (int)(at - text), text, becomes, at + strlen(was));
  close(fd);
  free(text);
  struct wording *w = wording_load(path, errors, sizeof errors);
  unlink(path);
  wording_free(w);
  if (w) fail_msg("taken in, though %s", why);
  assert_non_null(strstr(errors, path));
  if (!strstr(errors, why)) fail_msg("%s", errors);
}

static void a_file_with_a_fault_is_refused_by_name_and_field(void **state) {
  (void)state;
  assert_refused_with("{day} at", "{weekday} at", "sms has a brace");
  assert_refused_with("Reply STOP to stop these messages.\"", "\"", "sms must say STOP");
  assert_refused_with("Reminder: appointment", "Probation: appointment", "sms holds a forbidden word");
  assert_refused_with("Reminder: ", "This is a message to remind you of your next ", "too long");
  assert_refused_with("Monday, ", "", "weekdays must be 7 names");
  assert_refused_with("Ionawr, ", "", "wording in WELSH: months must be 12 names");
  assert_refused_with("language: WELSH", "language: ENGLISH", "ENGLISH and WELSH");
  assert_refused_with("\"the usual place\"", "\"\"", "usualPlace is missing");
  assert_refused_with("usualPlace: ", "unusualPlace: ", "unusualPlace");
}

static void a_file_that_is_not_there_is_refused(void **state) {
  (void)state;
  char errors[256] = "";
  assert_null(wording_load("/nonexistent/wording.yaml", errors, sizeof errors));
  assert_non_null(strstr(errors, "/nonexistent/wording.yaml"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_wording_on_every_day_of_a_year_is_whole_and_neutral),
      TEST(a_welsh_text_is_welsh_throughout),
      TEST(an_unknown_language_is_written_to_in_english),
      TEST(the_time_is_local_in_summer_too),
      TEST(a_place_that_gives_away_too_much_is_not_said),
      TEST(an_appointment_by_telephone_without_a_place_says_so),
      TEST(a_long_place_is_cut_between_characters_and_stays_within_three_parts),
      TEST(a_place_of_exactly_sixty_characters_is_left_whole),
      cmocka_unit_test(text_messages_are_counted_as_the_network_counts_them),
      cmocka_unit_test(a_file_with_a_fault_is_refused_by_name_and_field),
      cmocka_unit_test(a_file_that_is_not_there_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
