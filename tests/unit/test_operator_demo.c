// links: operator
// The demonstration: what follows from a seed, and that nobody in it can be taken for somebody real.
#include "calendar.h"
#include "demo.h"
#include "text.h"
#include "yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

static const char *const files[] = {"joint-casework", "mentoring", "practical-help", "structured-supervision",
                                    "supervision"};
enum {
  PATHWAYS = sizeof files / sizeof *files,
  PEOPLE = 300,
  WEEK = 2960
};
static Area area = AREA__INIT;

static int setup(void **state) {
  struct demo *d = *state = calloc(1, sizeof *d);
  char errors[512];
  arena_init(&d->arena, (size_t)256 << 20);
  area.id = "demo-north";
  area.time_zone = "Europe/London";
  d->area = &area;
  d->seed = 1;
  d->now_ms = INT64_C(1795410000000);
  d->week = WEEK;
  for (size_t i = 0; i < PATHWAYS; i++) {
    const char *path = arena_printf(&d->arena, "config/pathways/%s.yaml", files[i]);
    d->pathways[d->n_pathways++] = yaml_read_file(&d->arena, &pathway__descriptor, path, errors, sizeof errors);
    assert_non_null(d->pathways[i]);
  }
  return 0;
}
static int teardown(void **state) {
  struct demo *d = *state;
  arena_deinit(&d->arena);
  free(d);
  return 0;
}

static char *json_of(struct demo *d, const ProtobufCMessage *m) {
  struct buffer b = {0};
  json_write(&b, m);
  char *text = arena_printf(&d->arena, "%.*s", (int)b.size_bytes, b.data);
  buffer_free(&b);
  return text;
}

static void the_same_seed_makes_the_same_people(void **state) {
  struct demo *d = *state;
  for (unsigned i = 0; i < 50; i++) {
    const char *person = json_of(d, &demo_person(d, i)->base), *mentor = json_of(d, &demo_mentor(d, i)->base);
    assert_string_equal(person, json_of(d, &demo_person(d, i)->base));
    assert_string_equal(mentor, json_of(d, &demo_mentor(d, i)->base));
    d->seed = 2;
    assert_string_not_equal(person, json_of(d, &demo_person(d, i)->base));
    assert_string_not_equal(mentor, json_of(d, &demo_mentor(d, i)->base));
    d->seed = 1;
  }
}

static void assert_invented(const PersonalDetails *p) {
  static const char mark[] = " (invented)", domain[] = "@example.invalid";
  size_t n = strlen(p->family_name);
  assert_true(n > sizeof mark && !strcmp(p->family_name + n - sizeof mark + 1, mark));
  if (*p->telephone) {
    assert_true(text_is_telephone(p->telephone));
    assert_int_equal(strncmp(p->telephone, "+447700900", 10), 0);
    assert_int_equal(strlen(p->telephone), 13);
  }
  if (*p->email) {
    assert_true(text_is_email(p->email));
    assert_non_null(strstr(p->email, domain));
  }
}

static void names_numbers_and_addresses_are_marked_as_invented(void **state) {
  struct demo *d = *state;
  for (unsigned i = 0; i < 2000; i++) {
    assert_invented(demo_person(d, i)->personal);
    assert_invented(demo_mentor(d, i)->personal);
  }
}

static void somebody_registered_is_on_call_on_both_levels_and_marked_as_invented(void **state) {
  struct demo *d = *state;
  const OnCallRota *rota = demo_rota(d);
  const Staff *staff;
  unsigned found = 0, duties = 0;
  for (unsigned i = 0; (staff = demo_staff_contact(d, i)); i++) {
    assert_invented(staff->personal);
    assert_true(text_is_staff_code(staff->code));
    assert_true(*staff->personal->telephone && *staff->personal->email);
    for (size_t l = 0; l < rota->n_levels; l++)
      for (size_t j = 0; j < rota->levels[l]->n_duties; j++)
        found += !strcmp(rota->levels[l]->duties[j]->staff, staff->code);
  }
  for (size_t l = 0; l < rota->n_levels; l++) duties += rota->levels[l]->n_duties;
  assert_true(rota->n_levels == 2 && duties == 3 && found == duties);
}

static void consents_are_mixed_and_some_are_in_custody(void **state) {
  struct demo *d = *state;
  unsigned texts[3] = {0}, custody = 0, welsh = 0, wanted = 0;
  for (unsigned i = 0; i < PEOPLE; i++) {
    const Person *p = demo_person(d, i);
    texts[p->consent->texts]++;
    custody += p->whereabouts == WHEREABOUTS__CUSTODY;
    welsh += p->language == LANGUAGE__WELSH;
    wanted += p->mentoring && p->mentoring->wanted;
  }
  assert_true(texts[ANSWER__YES] > texts[ANSWER__NO] && texts[ANSWER__NO] && texts[ANSWER__UNKNOWN]);
  assert_true(custody && custody < PEOPLE / 5);
  assert_true(welsh && welsh < PEOPLE / 5);
  assert_true(wanted > PEOPLE / 5);
}

static void everybody_is_supervised_in_one_of_two_ways(void **state) {
  struct demo *d = *state;
  for (unsigned i = 0; i < PEOPLE; i++) {
    const Engagement *structured = demo_engagement(d, i, 3), *usual = demo_engagement(d, i, 4);
    assert_true(!structured != !usual);
    assert_true(text_is_uuid(structured ? structured->id : usual->id));
  }
}

static void a_pathway_with_an_express_purpose_has_one(void **state) {
  struct demo *d = *state;
  unsigned n = 0;
  for (unsigned i = 0; i < PEOPLE; i++) {
    const Engagement *e = demo_engagement(d, i, 0);
    if (!e) continue;
    n++;
    assert_true(*e->purpose);
  }
  assert_true(n);
}

static void a_contact_is_on_a_working_day_within_working_hours(void **state) {
  struct demo *d = *state;
  struct demo_contact c;
  unsigned n = 0;
  for (unsigned i = 0; i < PEOPLE; i++)
    for (size_t p = 0; p < PATHWAYS; p++)
      for (int64_t week = WEEK; week < WEEK + 8; week++) {
        if (!demo_contact(d, i, p, week, &c)) continue;
        struct local_time from = calendar_local(area.time_zone, c.starts_at_ms),
                          to = calendar_local(area.time_zone, c.ends_at_ms);
        assert_true(from.weekday <= 5 && from.hour >= 9 && to.hour < 18 && c.ends_at_ms > c.starts_at_ms);
        assert_true(text_is_uuid(c.id));
        n++;
      }
  assert_true(n > PEOPLE * 4);
}

// The role took part.
static bool has(const Session *s, Role role) {
  for (size_t i = 0; i < s->n_participants; i++)
    if (s->participants[i] == role) return true;
  return false;
}

static void assert_fits(const Session *s, const Pathway *p) {
  assert_true(!s->attendance != !*s->outcome);
  for (size_t i = 0; i < s->n_measures; i++) assert_true(s->measures[i]->value >= 0 && s->measures[i]->value <= 10);
  if (!s->n_participants) return;
  assert_true(has(s, ROLE__PERSON));
  for (size_t i = 0; i < p->n_participants; i++) assert_true(has(s, p->participants[i]));
  assert_int_equal(s->n_components, p->n_components);
  for (size_t i = 0; i < s->n_components; i++) assert_true(s->components[i]->covered || *s->components[i]->why_not);
  if (p->narrative_partition == PARTITION__MENTORING) assert_true(!s->narrative && !*s->goal);
}

static void a_session_has_what_its_pathway_wants(void **state) {
  struct demo *d = *state;
  struct demo_contact c;
  unsigned came = 0, stayed_away = 0;
  for (unsigned i = 0; i < PEOPLE; i++)
    for (size_t p = 0; p < PATHWAYS; p++)
      for (int64_t week = WEEK - 12; week < WEEK; week++) {
        if (!demo_contact(d, i, p, week, &c)) continue;
        const Session *s = demo_session(d, &c);
        assert_fits(s, d->pathways[p]);
        if (s->n_participants)
          came++;
        else
          stayed_away++;
      }
  assert_true(came > 2 * stayed_away && stayed_away > came / 10);
}

static void another_week_leaves_the_weeks_before_as_they_were(void **state) {
  struct demo *d = *state;
  struct demo_contact c, again;
  for (unsigned i = 0; i < 20; i++)
    for (size_t p = 0; p < PATHWAYS; p++) {
      if (!demo_contact(d, i, p, WEEK - 3, &c)) continue;
      const char *before = json_of(d, &demo_session(d, &c)->base);
      d->week++;
      d->now_ms += INT64_C(7) * 86400000;
      assert_true(demo_contact(d, i, p, WEEK - 3, &again));
      assert_string_equal(before, json_of(d, &demo_session(d, &again)->base));
    }
}

static void dice_of_different_things_differ_and_stay_in_their_bounds(void **state) {
  (void)state;
  struct dice one = dice_of(1, "one", 0, 0), other = dice_of(1, "other", 0, 0), same = dice_of(1, "one", 0, 0);
  unsigned seen = 0;
  assert_int_not_equal(one.state, other.state);
  for (int i = 0; i < 1000; i++) {
    assert_true(dice_next(&one) == dice_next(&same));
    seen |= 1u << dice_below(&other, 6);
    double f = dice_fraction(&other);
    assert_true(f >= 0 && f < 1);
  }
  assert_int_equal(seen, 63);
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(the_same_seed_makes_the_same_people),
      TEST(names_numbers_and_addresses_are_marked_as_invented),
      TEST(somebody_registered_is_on_call_on_both_levels_and_marked_as_invented),
      TEST(consents_are_mixed_and_some_are_in_custody),
      TEST(everybody_is_supervised_in_one_of_two_ways),
      TEST(a_pathway_with_an_express_purpose_has_one),
      TEST(a_contact_is_on_a_working_day_within_working_hours),
      TEST(a_session_has_what_its_pathway_wants),
      TEST(another_week_leaves_the_weeks_before_as_they_were),
      TEST(dice_of_different_things_differ_and_stay_in_their_bounds),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
