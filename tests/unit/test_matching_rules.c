// links: matching
// Which rule excludes a mentor for a person, and what speaks for or against one who is not excluded.
#include "matching_world.h"
#include "rules.h"

static struct pair pair_of(const struct story *s) {
  return (struct pair){s->person, s->mentor, DECISION_NOW_MS, weights_of(world_settings()->weights, "lon-north")};
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

static void a_conflict_of_any_kind_on_either_record_excludes_in_the_same_words(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  struct pair pair = pair_of(s);
  for (int kind = CONFLICT_KIND__CO_DEFENDANT; kind <= CONFLICT_KIND__OTHER_CONFLICT; kind++) {
    CONFLICT(s->person->mentoring, RELATIVE, s->mentor->id);
    s->person->mentoring->conflicts[0]->kind = (ConflictKind)kind;
    assert_excluded(s, "conflict");
    assert_string_equal(rules_exclude(&pair)->words, "The two must not meet.");
    assert_string_equal(rules_exclude(&pair)->to_mentor, RULES_NOT_NOW);
    s->person->mentoring->n_conflicts = 0;
    CONFLICT(s->mentor, RELATIVE, CRN);
    s->mentor->conflicts[0]->kind = (ConflictKind)kind;
    assert_excluded(s, "conflict");
    CONFLICT(s->mentor, RELATIVE, OTHER_CRN);
    assert_excluded(s, NULL);
  }
}

static void where_nobody_looked_for_conflicts_a_human_is_asked(void **state) {
  struct story *s = *state;
  struct pair pair = pair_of(s);
  s->person->mentoring->conflicts_checked = false;
  assert_excluded(s, "conflicts_not_known");
  assert_non_null(strstr(rules_exclude(&pair)->words, "ask the person's practitioner"));
  s->mentor->conflicts_checked = false;
  assert_excluded(s, "mentor_conflicts_not_known");
  assert_non_null(strstr(rules_exclude(&pair)->words, "ask the mentor's supervisor"));
}

static void a_conflict_that_is_known_counts_although_nobody_looked_for_others(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->person->mentoring->conflicts_checked = false;
  CONFLICT(s->person->mentoring, VICTIM_OR_WITNESS, s->mentor->id);
  assert_excluded(s, "conflict");
}

static void a_mentor_whose_supervision_is_overdue_or_not_known_is_excluded(void **state) {
  struct story *s = *state;
  s->mentor->supervised_until = timestamp_of(&s->d.arena, DECISION_NOW_MS + 1);
  assert_excluded(s, NULL);
  s->mentor->supervised_until = timestamp_of(&s->d.arena, DECISION_NOW_MS);
  assert_excluded(s, "supervision_overdue");
  s->mentor->supervised_until = NULL;
  assert_excluded(s, "supervision_overdue");
}

static void somebody_unwell_is_paused_like_anybody_else(void **state) {
  struct story *s = *state;
  struct pair pair = pair_of(s);
  s->mentor->state = MENTOR_STATE__PAUSED;
  const char *words = rules_exclude(&pair)->words;
  s->mentor->paused_as = PAUSE_KIND__UNWELL;
  assert_string_equal(rules_exclude(&pair)->words, words);
}

static void what_a_mentor_would_rather_not_be_given_excludes_without_saying_what(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  struct pair pair = pair_of(s);
  LIST(s->mentor, prefers_not, "gambling", "arson");
  assert_excluded(s, NULL);
  LIST(s->person->mentoring, needs, "arson");
  assert_excluded(s, "own_choice");
  assert_string_equal(rules_exclude(&pair)->words, "The mentor's own choice.");
  assert_string_equal(rules_exclude(&pair)->to_mentor, RULES_NOT_NOW);
  s->person->mentoring->n_needs = 0;
  LIST(s->person->mentoring, experiences, "gambling");
  assert_excluded(s, "own_choice");
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

static void an_interpreter_stands_in_for_a_common_language_and_counts_against(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, languages, "pl");
  s->person->mentoring->interpreter = true;
  assert_excluded(s, NULL);
  assert_int_equal(points_of(s, "interpreter"), -6);
  LIST(s->mentor, languages, "pl");
  assert_int_equal(points_of(s, "interpreter"), 0);
}

static void they_do_not_meet_where_one_of_the_two_must_not_be(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, places, "Tottenham", "Enfield");
  LIST(s->person->mentoring, keep_away, "Tottenham");
  assert_excluded(s, "exclusion_zone");
  LIST(s->mentor, places, "Tottenham", "Enfield");
  assert_excluded(s, NULL);
  assert_string_equal(words_of(s, "place"), "Both can be in the same place: Enfield");
  LIST(s->mentor, keep_away, "Enfield");
  assert_excluded(s, "exclusion_zone");
  s->mentor->remote = s->person->mentoring->remote = true;
  assert_excluded(s, NULL);
  assert_int_equal(points_of(s, "only_remote"), -2);
}

static void who_meets_anywhere_still_keeps_away_from_somewhere(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->person->mentoring->n_places = 0;
  LIST(s->person->mentoring, keep_away, "Tottenham");
  assert_excluded(s, "exclusion_zone");
  LIST(s->mentor, places, "Tottenham", "Brent");
  assert_excluded(s, NULL);
  s->mentor->n_places = 0;
  assert_excluded(s, "no_way_to_meet");
}

static void all_rules_in_the_way_are_found_and_none_holds_for_the_same_reason_as_another(void **state) {
  struct story *s = *state;
  struct pair pair = pair_of(s);
  s->mentor->state = MENTOR_STATE__PAUSED;
  s->mentor->places_taken = 3;
  assert_int_equal(rules_in_the_way(&pair), 3);
  s->mentor->state = MENTOR_STATE__ACTIVE;
  s->mentor->places_taken = 0;
  assert_int_equal(rules_in_the_way(&pair), 0);
  s->mentor->vetted_until = NULL;
  s->person->mentoring->gender = GENDER__MAN;
  s->mentor->gender = GENDER__GENDER_UNSPECIFIED;
  assert_int_equal(__builtin_popcount(rules_in_the_way(&pair)), 2);
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

static void a_mentor_who_accompanied_the_person_before_comes_before_others(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->mentor, accompanied, OTHER_CRN);
  assert_int_equal(points_of(s, "continuity"), 0);
  LIST(s->mentor, accompanied, OTHER_CRN, CRN);
  assert_int_equal(points_of(s, "continuity"), 8);
}

static void hard_work_wants_skill(void **state) {
  struct story *s = *state;
  assert_int_equal(points_of(s, "skill") + points_of(s, "less_skill"), 0);
  s->person->mentoring->complexity = 3;
  assert_int_equal(points_of(s, "less_skill"), -8);
  s->mentor->skill = 2;
  assert_int_equal(points_of(s, "less_skill"), -4);
  s->mentor->skill = 3;
  assert_int_equal(points_of(s, "less_skill"), 0);
  assert_int_equal(points_of(s, "skill"), 4);
}

static void waiting_counts_in_steps_of_four_weeks_up_to_six(void **state) {
  struct story *s = *state;
  assert_int_equal(points_of(s, "waiting"), 0);
  s->person->mentoring->asked_at = timestamp_of(&s->d.arena, DECISION_NOW_MS - 28 * DAY_MS + 1);
  assert_int_equal(points_of(s, "waiting"), 0);
  s->person->mentoring->asked_at = timestamp_of(&s->d.arena, DECISION_NOW_MS - 28 * DAY_MS);
  assert_int_equal(points_of(s, "waiting"), 1);
  s->person->mentoring->asked_at = timestamp_of(&s->d.arena, DECISION_NOW_MS - 900 * DAY_MS);
  assert_int_equal(points_of(s, "waiting"), 6);
}

static void the_points_are_those_of_the_weights(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->mentor, experiences, "custody");
  struct pair pair = pair_of(s);
  int32_t before = rules_score(&pair);
  Weights other = *pair.weights;
  other.experience += 7;
  pair.weights = &other;
  assert_int_equal(rules_score(&pair), before + 7);
}

// The differences of two candidates, reason by reason, sum to the difference of their scores.
static void how_far_one_is_ahead_is_explained_in_full(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->mentor, experiences, "custody");
  Mentor *other = mentor_of(d, 2);
  other->places_taken = 2;
  struct pair one = pair_of(s), two = pair_of(s);
  two.mentor = other;
  MatchReason **reasons;
  size_t n = rules_lead(&one, &two, &d->arena, &reasons);
  int sum = 0;
  for (size_t i = 0; i < n; i++) sum += reasons[i]->points;
  assert_int_equal(n, 3); // what they share, what the other lacks, the places left
  assert_int_equal(sum, rules_score(&one) - rules_score(&two));
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
      STORY(a_conflict_of_any_kind_on_either_record_excludes_in_the_same_words),
      STORY(where_nobody_looked_for_conflicts_a_human_is_asked),
      STORY(a_conflict_that_is_known_counts_although_nobody_looked_for_others),
      STORY(a_mentor_whose_supervision_is_overdue_or_not_known_is_excluded),
      STORY(somebody_unwell_is_paused_like_anybody_else),
      STORY(what_a_mentor_would_rather_not_be_given_excludes_without_saying_what),
      STORY(an_interpreter_stands_in_for_a_common_language_and_counts_against),
      STORY(they_do_not_meet_where_one_of_the_two_must_not_be),
      STORY(who_meets_anywhere_still_keeps_away_from_somewhere),
      STORY(all_rules_in_the_way_are_found_and_none_holds_for_the_same_reason_as_another),
      STORY(a_mentor_who_accompanied_the_person_before_comes_before_others),
      STORY(hard_work_wants_skill),
      STORY(waiting_counts_in_steps_of_four_weeks_up_to_six),
      STORY(the_points_are_those_of_the_weights),
      STORY(how_far_one_is_ahead_is_explained_in_full),
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
