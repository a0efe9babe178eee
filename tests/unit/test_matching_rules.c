// links: matching
// Which rule excludes a mentor for a person, and what speaks for or against one who is not excluded.
#include "matching_world.h"
#include "rules.h"

static struct pair pair_of(const struct story *s) {
  return (struct pair){s->person, s->mentor, DECISION_NOW_MS};
}

static void assert_excluded(const struct story *s, const char *code) {
  struct pair pair = pair_of(s);
  const struct exclusion *rule = rules_exclude(&pair);
  if (!code) {
    if (rule) fail_msg("excluded by %s", rule->code);
    return;
  }
  assert_non_null(rule);
  assert_string_equal(rule->code, code);
}

// The points of that reason; 0 where it is not among the reasons.
static int points_of(struct story *s, const char *code) {
  struct pair pair = pair_of(s);
  MatchReason **reasons;
  size_t n = rules_reasons(&pair, &s->d.arena, &reasons);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(reasons[i]->code, code)) return reasons[i]->points;
  return 0;
}
static const char *words_of(struct story *s, const char *code) {
  struct pair pair = pair_of(s);
  MatchReason **reasons;
  size_t n = rules_reasons(&pair, &s->d.arena, &reasons);
  for (size_t i = 0; i < n; i++)
    if (!strcmp(reasons[i]->code, code)) return reasons[i]->words;
  fail_msg("no reason %s", code);
  return "";
}

static void a_mentor_who_suits_is_not_excluded(void **state) {
  assert_excluded(*state, NULL);
}

static void a_paused_mentor_is_excluded(void **state) {
  struct story *s = *state;
  s->mentor->state = MENTOR_STATE__PAUSED;
  assert_excluded(s, "paused");
}

static void a_mentor_without_a_free_place_is_excluded(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = 3;
  assert_excluded(s, "no_free_place");
}

static void a_mentor_to_whom_nothing_may_be_sent_unasked_is_excluded(void **state) {
  struct story *s = *state;
  s->mentor->personal->safe_contact = "Never by text: the telephone is shared.";
  assert_excluded(s, "safe_contact");
}

static void missing_vetting_asks_a_human(void **state) {
  struct story *s = *state;
  s->mentor->vetted_until = NULL;
  assert_excluded(s, "vetting_not_known");
  struct pair pair = pair_of(s);
  assert_non_null(strstr(rules_exclude(&pair)->words, "ask"));
}

static void vetting_that_has_run_out_excludes_from_that_very_moment(void **state) {
  struct story *s = *state;
  s->mentor->vetted_until = timestamp_of(&s->d.arena, DECISION_NOW_MS);
  assert_excluded(s, "vetting_not_current");
  s->mentor->vetted_until = timestamp_of(&s->d.arena, DECISION_NOW_MS + 1);
  assert_excluded(s, NULL);
}

static void either_side_can_exclude_the_other(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, not_with, s->mentor->id);
  assert_excluded(s, "conflict");
  s->person->mentoring->n_not_with = 0;
  assert_excluded(s, NULL);
  LIST(s->mentor, not_with, CRN);
  assert_excluded(s, "conflict");
}

static void who_may_not_read_the_record_may_not_be_the_mentor(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person, restricted, s->mentor->id);
  assert_excluded(s, "conflict");
}

static void the_mentors_own_practitioner_excludes(void **state) {
  struct story *s = *state;
  s->mentor->own_practitioner = "N07A123";
  assert_excluded(s, "same_practitioner");
  s->mentor->own_practitioner = "N07A124";
  assert_excluded(s, NULL);
}

static void a_required_gender_excludes_others_and_asks_where_it_is_not_known(void **state) {
  struct story *s = *state;
  s->person->mentoring->gender = GENDER__MAN;
  assert_excluded(s, "gender");
  s->mentor->gender = GENDER__GENDER_UNSPECIFIED;
  assert_excluded(s, "gender_not_known");
  s->person->mentoring->gender = GENDER__GENDER_UNSPECIFIED;
  assert_excluded(s, NULL);
}

static void a_common_language_is_needed_where_languages_are_asked_for(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, languages, "pl", "ro");
  assert_excluded(s, "no_common_language");
  LIST(s->mentor, languages, "en", "ro");
  assert_excluded(s, NULL);
}

static void they_need_a_place_or_meet_remotely_if_that_will_do_for_both(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->mentor, places, "Enfield");
  assert_excluded(s, "no_way_to_meet");
  s->mentor->remote = true;
  assert_excluded(s, "no_way_to_meet");
  s->person->mentoring->remote = true;
  assert_excluded(s, NULL);
  assert_int_equal(points_of(s, "only_remote"), -2);
}

static void a_person_who_names_no_place_meets_anywhere(void **state) {
  struct story *s = *state;
  s->person->mentoring->n_places = 0;
  assert_excluded(s, NULL);
  s->mentor->n_places = 0;
  assert_excluded(s, "no_way_to_meet");
}

static void the_first_rule_of_the_table_is_the_one_that_is_named(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->mentor, not_with, CRN);
  s->mentor->places_taken = 3;
  assert_excluded(s, "no_free_place");
  s->mentor->state = MENTOR_STATE__PAUSED;
  assert_excluded(s, "paused");
}

static void a_mentor_is_never_told_what_the_person_said(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, not_with, s->mentor->id);
  struct pair pair = pair_of(s);
  assert_string_equal(rules_exclude(&pair)->to_mentor, RULES_NOT_NOW);
  s->person->mentoring->n_not_with = 0;
  s->person->mentoring->gender = GENDER__MAN;
  assert_string_equal(rules_exclude(&pair)->to_mentor, RULES_NOT_NOW);
}

static void each_shared_experience_counts(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody", "alcohol", "care");
  LIST(s->mentor, experiences, "alcohol", "custody", "drugs");
  assert_int_equal(points_of(s, "shared_experience"), 20);
  assert_string_equal(words_of(s, "shared_experience"),
                      "Has lived experience that the person asked for: alcohol, custody");
}

static void no_shared_experience_counts_against(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody");
  assert_int_equal(points_of(s, "no_shared_experience"), -10);
  assert_int_equal(points_of(s, "shared_experience"), 0);
}

static void an_experience_asked_for_twice_counts_once(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody", "custody");
  LIST(s->mentor, experiences, "custody");
  assert_int_equal(points_of(s, "shared_experience"), 10);
}

static void the_persons_languages_count_for(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, languages, "cy", "en");
  LIST(s->mentor, languages, "cy", "en");
  s->person->language = LANGUAGE__WELSH;
  assert_int_equal(points_of(s, "language"), 5);
  assert_int_equal(points_of(s, "preferred_language"), 3);
  assert_string_equal(words_of(s, "preferred_language"), "Speaks the person's preferred language: cy");
}

static void times_when_both_can_count_up_to_five(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, availability, "mon-am", "mon-pm", "tue-am", "tue-pm", "wed-am", "wed-pm");
  LIST(s->mentor, availability, "mon-am", "tue-pm");
  assert_int_equal(points_of(s, "availability"), 4);
  LIST(s->mentor, availability, "mon-am", "mon-pm", "tue-am", "tue-pm", "wed-am", "wed-pm");
  assert_int_equal(points_of(s, "availability"), 10);
}

static void no_time_when_both_can_counts_against_and_an_unknown_one_less(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, availability, "mon-am");
  LIST(s->mentor, availability, "sat-eve");
  assert_int_equal(points_of(s, "no_availability_overlap"), -8);
  s->mentor->n_availability = 0;
  assert_int_equal(points_of(s, "no_availability_overlap"), 0);
  assert_int_equal(points_of(s, "availability_not_known"), -4);
}

static void load_is_balanced(void **state) {
  struct story *s = *state;
  s->mentor->capacity = 4;
  assert_int_equal(points_of(s, "free_places"), 3);
  assert_int_equal(points_of(s, "heavy_load"), 0);
  s->mentor->places_taken = 3;
  assert_int_equal(points_of(s, "free_places"), 1);
  assert_int_equal(points_of(s, "heavy_load"), -3);
}

static void vetting_that_ends_within_thirty_days_counts_against(void **state) {
  struct story *s = *state;
  s->mentor->vetted_until = timestamp_of(&s->d.arena, DECISION_NOW_MS + 30 * DAY_MS);
  assert_int_equal(points_of(s, "vetting_ends_soon"), 0);
  s->mentor->vetted_until = timestamp_of(&s->d.arena, DECISION_NOW_MS + 30 * DAY_MS - 1);
  assert_int_equal(points_of(s, "vetting_ends_soon"), -2);
}

// A random world: whatever it is like, the explanation adds up, has no empty reason, and is the same when asked again.
static uint32_t next_random(uint32_t *seed) {
  return *seed = *seed * 1664525 + 1013904223, *seed >> 8;
}
static void some(uint32_t *seed, char **from, size_t n_from, size_t *n, char ***list, struct arena *a) {
  *list = arena_take(a, n_from * sizeof **list);
  *n = 0;
  for (size_t i = 0; i < n_from; i++)
    if (next_random(seed) % 2) (*list)[(*n)++] = from[i];
}
static void shuffle(struct story *s, uint32_t *seed) {
  static char *experiences[] = {"custody", "alcohol", "drugs", "care"}, *languages[] = {"en", "cy", "pl"};
  static char *slots[] = {"mon-am", "tue-pm", "wed-eve", "sat-am", "sun-pm", "fri-eve"},
              *places[] = {"Enfield", "Brent"};
  MentoringWish *w = s->person->mentoring;
  Mentor *m = s->mentor;
  struct arena *a = &s->d.arena;
  some(seed, experiences, 4, &w->n_experiences, &w->experiences, a);
  some(seed, experiences, 4, &m->n_experiences, &m->experiences, a);
  some(seed, languages, 3, &w->n_languages, &w->languages, a);
  some(seed, languages, 3, &m->n_languages, &m->languages, a);
  some(seed, slots, 6, &w->n_availability, &w->availability, a);
  some(seed, slots, 6, &m->n_availability, &m->availability, a);
  some(seed, places, 2, &w->n_places, &w->places, a);
  some(seed, places, 2, &m->n_places, &m->places, a);
  w->remote = next_random(seed) % 2;
  m->remote = next_random(seed) % 2;
  m->places_taken = next_random(seed) % 4;
}
static void assert_adds_up(struct story *s) {
  struct pair pair = pair_of(s);
  MatchReason **once, **again;
  size_t n = rules_reasons(&pair, &s->d.arena, &once);
  assert_int_equal(n, rules_reasons(&pair, &s->d.arena, &again));
  int sum = 0;
  for (size_t i = 0; i < n; i++) {
    assert_true(once[i]->points != 0);
    assert_true(once[i]->words[0] != 0);
    assert_string_equal(once[i]->words, again[i]->words);
    sum += once[i]->points;
  }
  assert_int_equal(sum, rules_score(&pair));
}
static void the_points_of_all_reasons_sum_to_the_score(void **state) {
  uint32_t seed = 7;
  for (int i = 0; i < 500; i++) {
    shuffle(*state, &seed);
    assert_adds_up(*state);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(a_mentor_who_suits_is_not_excluded),
      STORY(a_paused_mentor_is_excluded),
      STORY(a_mentor_without_a_free_place_is_excluded),
      STORY(a_mentor_to_whom_nothing_may_be_sent_unasked_is_excluded),
      STORY(missing_vetting_asks_a_human),
      STORY(vetting_that_has_run_out_excludes_from_that_very_moment),
      STORY(either_side_can_exclude_the_other),
      STORY(who_may_not_read_the_record_may_not_be_the_mentor),
      STORY(the_mentors_own_practitioner_excludes),
      STORY(a_required_gender_excludes_others_and_asks_where_it_is_not_known),
      STORY(a_common_language_is_needed_where_languages_are_asked_for),
      STORY(they_need_a_place_or_meet_remotely_if_that_will_do_for_both),
      STORY(a_person_who_names_no_place_meets_anywhere),
      STORY(the_first_rule_of_the_table_is_the_one_that_is_named),
      STORY(a_mentor_is_never_told_what_the_person_said),
      STORY(each_shared_experience_counts),
      STORY(no_shared_experience_counts_against),
      STORY(an_experience_asked_for_twice_counts_once),
      STORY(the_persons_languages_count_for),
      STORY(times_when_both_can_count_up_to_five),
      STORY(no_time_when_both_can_counts_against_and_an_unknown_one_less),
      STORY(load_is_balanced),
      STORY(vetting_that_ends_within_thirty_days_counts_against),
      STORY(the_points_of_all_reasons_sum_to_the_score),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
