// links: matching
// The candidates for a person: every mentor of the area is there once, with reasons.
#include "matching_world.h"

static struct change listed(struct decision *d, const char *crn, unsigned limit) {
  ListCandidates *cmd = arena_take(&d->arena, sizeof *cmd);
  list_candidates__init(cmd);
  cmd->crn = (char *)crn;
  cmd->limit = limit;
  return decided(d, cmd);
}
static const Candidates *candidates(struct decision *d, unsigned limit) {
  struct change c = listed(d, CRN, limit);
  assert_done(&c);
  return (const void *)c.reply;
}

static void the_best_come_first(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody");
  Mentor *better = mentor_of(d, 2);
  LIST(better, experiences, "custody");
  given_mentor(d, better);
  const Candidates *reply = candidates(d, 0);
  assert_int_equal(reply->n_candidates, 2);
  assert_string_equal(reply->candidates[0]->mentor_id, better->id);
  assert_true(reply->candidates[0]->score > reply->candidates[1]->score);
}

static void equals_are_in_the_order_of_their_ids(void **state) {
  struct story *s = *state;
  for (unsigned n = 9; n > 1; n--) given_mentor(&s->d, mentor_of(&s->d, n));
  const Candidates *reply = candidates(&s->d, 0);
  assert_int_equal(reply->n_candidates, 9);
  for (unsigned n = 1; n <= 9; n++) assert_string_equal(reply->candidates[n - 1]->mentor_id, mentor_id(&s->d, n));
}

static void every_score_is_explained_in_full(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, availability, "mon-am", "tue-am");
  LIST(s->mentor, availability, "tue-am");
  const Candidate *candidate = candidates(d, 0)->candidates[0];
  int sum = 0;
  for (size_t i = 0; i < candidate->n_reasons; i++) sum += candidate->reasons[i]->points;
  assert_int_equal(sum, candidate->score);
  assert_int_equal(candidate->places_free, 3);
  assert_string_equal(candidate->personal->given_name, "Siân");
}

static void the_excluded_are_listed_with_the_first_rule(void **state) {
  struct story *s = *state;
  s->mentor->state = MENTOR_STATE__PAUSED;
  s->mentor->places_taken = 3;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  const Candidates *reply = candidates(&s->d, 0);
  assert_int_equal(reply->n_candidates, 1);
  assert_int_equal(reply->n_excluded, 1);
  assert_string_equal(reply->excluded[0]->mentor_id, s->mentor->id);
  assert_string_equal(reply->excluded[0]->code, "paused");
}

static void all_pages_of_the_index_are_read(void **state) {
  struct story *s = *state;
  enum {
    MANY = MATCHING_PAGE + 3
  };
  // Ids of mentors who are no longer there fill the first page; the two who are there stand behind it.
  for (unsigned n = 2; n < MANY; n++) given_in_index(&s->d, "mentors", mentor_id(&s->d, n));
  given_mentor(&s->d, mentor_of(&s->d, MANY));
  const Candidates *reply = candidates(&s->d, 0);
  assert_int_equal(reply->n_candidates, 2);
  assert_string_equal(reply->candidates[1]->mentor_id, mentor_id(&s->d, MANY));
}

static void no_more_are_shown_than_asked_for_and_only_those_are_named_as_read(void **state) {
  struct story *s = *state;
  for (unsigned n = 2; n <= 9; n++) given_mentor(&s->d, mentor_of(&s->d, n));
  struct change c = listed(&s->d, CRN, 4);
  assert_int_equal(((const Candidates *)c.reply)->n_candidates, 4);
  int subjects = 0;
  for (const struct change_subject *one = c.subjects; one; one = one->next) subjects++;
  assert_int_equal(subjects, 5);
  assert_string_equal(c.subjects->subject, CRN);
}

static void a_crn_is_accepted_in_lower_case(void **state) {
  struct story *s = *state;
  struct change c = listed(&s->d, "x123456", 0);
  assert_done(&c);
  c = listed(&s->d, "123456", 0);
  assert_refused(&c, CODE__INVALID, "/crn");
}

static void who_has_not_asked_for_a_mentor_has_no_candidates(void **state) {
  struct story *s = *state;
  s->person->mentoring->wanted = false;
  struct change c = listed(&s->d, CRN, 0);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  s->person->mentoring = NULL;
  c = listed(&s->d, CRN, 0);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void a_restricted_record_is_not_found_like_one_that_is_not_there(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  struct change missing = listed(d, OTHER_CRN, 0);
  LIST(s->person, restricted, "C01");
  struct change restricted = listed(d, CRN, 0);
  assert_refused(&missing, CODE__NOT_FOUND, NULL);
  assert_refused(&restricted, CODE__NOT_FOUND, NULL);
  assert_string_equal(missing.problem->why, restricted.problem->why);
}

static void only_a_coordinator_sees_candidates(void **state) {
  struct story *s = *state;
  decision_as(&s->d, "N07A123", MAY(PRACTITIONER) | MAY(MENTOR_SUPERVISOR) | MAY(MENTOR));
  struct change c = listed(&s->d, CRN, 0);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(the_best_come_first),
      STORY(equals_are_in_the_order_of_their_ids),
      STORY(every_score_is_explained_in_full),
      STORY(the_excluded_are_listed_with_the_first_rule),
      STORY(all_pages_of_the_index_are_read),
      STORY(no_more_are_shown_than_asked_for_and_only_those_are_named_as_read),
      STORY(a_crn_is_accepted_in_lower_case),
      STORY(who_has_not_asked_for_a_mentor_has_no_candidates),
      STORY(a_restricted_record_is_not_found_like_one_that_is_not_there),
      STORY(only_a_coordinator_sees_candidates),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
