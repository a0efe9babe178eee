// links: matching
// The candidates for a person: the best with reasons, and of all others how many each rule leaves out.
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

// Three who differ: the first has what was asked for, the second has room, the third little.
static void given_three(struct story *s) {
  struct decision *d = &s->d;
  Mentor *third = mentor_of(d, 3);
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->mentor, experiences, "custody");
  third->places_taken = 2;
  given_mentor(d, mentor_of(d, 2));
  given_mentor(d, third);
}

static int sum_of(size_t n, MatchReason **reasons) {
  int sum = 0;
  for (size_t i = 0; i < n; i++) sum += reasons[i]->points;
  return sum;
}

static void how_far_the_next_one_is_behind_is_explained_in_full(void **state) {
  given_three(*state);
  const Candidates *reply = candidates(&((struct story *)*state)->d, 2);
  assert_int_equal(reply->n_candidates, 2);
  const Candidate *first = reply->candidates[0], *second = reply->candidates[1];
  assert_int_equal(first->lead, first->score - second->score);
  assert_int_equal(sum_of(first->n_lead_reasons, first->lead_reasons), first->lead);
  assert_true(second->lead > 0); // over the third, who is not shown
  assert_int_equal(sum_of(second->n_lead_reasons, second->lead_reasons), second->lead);
}

static const RuleCount *count_of(const Candidates *reply, const char *code) {
  for (size_t i = 0; i < reply->n_rules; i++)
    if (!strcmp(reply->rules[i]->code, code)) return reply->rules[i];
  return NULL;
}

static void where_there_is_nobody_it_is_said_how_many_each_rule_leaves_out_and_how_many_only_that(void **state) {
  struct story *s = *state;
  s->person->mentoring->gender = GENDER__MAN;
  for (unsigned n = 2; n <= 5; n++) {
    Mentor *mentor = mentor_of(&s->d, n);
    if (n >= 4) mentor->places_taken = mentor->capacity;
    if (n == 5) mentor->gender = GENDER__MAN;
    given_mentor(&s->d, mentor);
  }
  const Candidates *reply = candidates(&s->d, 0);
  assert_int_equal(reply->n_candidates, 0);
  assert_int_equal(reply->mentors, 5);
  assert_int_equal(reply->full, 2);
  assert_int_equal(reply->n_rules, 2);
  assert_int_equal(count_of(reply, "no_free_place")->first, 2);
  assert_int_equal(count_of(reply, "no_free_place")->only, 1);
  assert_int_equal(count_of(reply, "gender")->first, 3);
  assert_int_equal(count_of(reply, "gender")->only, 3);
  assert_non_null(strstr(count_of(reply, "gender")->change, "any gender"));
}

static struct change explained(struct decision *d, const char *crn, const char *id) {
  ExplainCandidate *cmd = arena_take(&d->arena, sizeof *cmd);
  explain_candidate__init(cmd);
  cmd->crn = (char *)crn;
  cmd->mentor_id = (char *)id;
  return decided(d, cmd);
}
static const CandidateExplanation *explanation(struct decision *d, unsigned n) {
  struct change c = explained(d, CRN, mentor_id(d, n));
  assert_done(&c);
  return (const void *)c.reply;
}

static void of_a_candidate_it_is_said_how_far_they_are_behind_the_first_and_why(void **state) {
  struct story *s = *state;
  given_three(s);
  const Candidates *all = candidates(&s->d, 0);
  const CandidateExplanation *third = explanation(&s->d, 3);
  assert_int_equal(third->n_in_the_way, 0);
  assert_int_equal(third->rank, 3);
  assert_int_equal(third->score, all->candidates[2]->score);
  assert_int_equal(sum_of(third->n_reasons, third->reasons), third->score);
  assert_int_equal(third->behind, all->candidates[0]->score - third->score);
  assert_int_equal(sum_of(third->n_behind_reasons, third->behind_reasons), third->behind);
  assert_int_equal(explanation(&s->d, 1)->rank, 1);
  assert_int_equal(explanation(&s->d, 1)->behind, 0);
}

// Of four mentors whom the gender leaves out, the one asked about is paused as well, and another is full.
static void why_not_this_one_says_what_would_have_to_change_and_how_many_others_that_lets_in(void **state) {
  struct story *s = *state;
  s->person->mentoring->gender = GENDER__MAN;
  s->mentor->state = MENTOR_STATE__PAUSED;
  for (unsigned n = 2; n <= 4; n++) given_mentor(&s->d, mentor_of(&s->d, n));
  Mentor *full = mentor_of(&s->d, 5);
  full->places_taken = full->capacity;
  given_mentor(&s->d, full);
  const CandidateExplanation *reply = explanation(&s->d, 1);
  assert_int_equal(reply->n_in_the_way, 2);
  assert_string_equal(reply->in_the_way[0]->code, "paused");
  assert_string_equal(reply->in_the_way[1]->code, "gender");
  assert_int_equal(reply->others, 3);
  assert_int_equal(reply->rank, 0);
  assert_int_equal(reply->n_reasons, 0);
}

static void what_is_only_the_mentors_to_change_lets_nobody_else_in(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = 3;
  Mentor *full = mentor_of(&s->d, 2);
  full->places_taken = full->capacity;
  given_mentor(&s->d, full);
  assert_int_equal(explanation(&s->d, 1)->others, 0);
}

static void an_explanation_needs_a_person_who_asked_and_a_mentor(void **state) {
  struct story *s = *state;
  struct change c = explained(&s->d, "nobody", "none");
  assert_refused(&c, CODE__INVALID, "/crn");
  assert_refused(&c, CODE__INVALID, "/mentorId");
  c = explained(&s->d, CRN, mentor_id(&s->d, 9));
  assert_refused(&c, CODE__NOT_FOUND, "/mentorId");
  s->person->mentoring->wanted = false;
  c = explained(&s->d, CRN, mentor_id(&s->d, 1));
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void all_pages_of_the_index_are_read(void **state) {
  struct story *s = *state;
  enum {
    MANY = MATCHING_PAGE + 3
  };
  // Ids of mentors who are no longer there fill the first page; the two who are there stand behind it.
  s->person->mentoring->gender = GENDER__MAN;
  for (unsigned n = 2; n < MANY; n++) given_in_index(&s->d, "mentors", mentor_id(&s->d, n));
  given_mentor(&s->d, mentor_of(&s->d, MANY));
  assert_int_equal(explanation(&s->d, 1)->others, 1);
}

// --- the overview

static void until_the_mentors_were_read_once_there_is_no_answer(void **state) {
  struct story *s = *state;
  s->d.looked = true;
  struct change c = listed(&s->d, CRN, 0);
  assert_refused(&c, CODE__UNAVAILABLE, NULL);
  c = listed(&s->d, OTHER_CRN, 0);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static unsigned left_out(const Candidates *reply) {
  unsigned n = 0;
  for (size_t i = 0; i < reply->n_rules; i++) n += reply->rules[i]->first;
  return n;
}

// The overview has not learnt yet that they were paused.
static void in_place_of_whom_the_records_leave_out_the_next_ones_are_shown(void **state) {
  struct story *s = *state;
  Mentor *mentors[10] = {NULL, s->mentor};
  for (unsigned n = 2; n <= 9; n++) given_mentor(&s->d, mentors[n] = mentor_of(&s->d, n));
  decision_look(&s->d);
  for (unsigned n = 1; n <= 5; n++) mentors[n]->state = MENTOR_STATE__PAUSED;
  const Candidates *reply = candidates(&s->d, 3);
  assert_int_equal(reply->n_candidates, 3);
  for (unsigned i = 0; i < 3; i++) assert_string_equal(reply->candidates[i]->mentor_id, mentors[6 + i]->id);
  assert_int_equal(reply->mentors, 9);
  assert_int_equal(reply->n_excluded, 5);
  assert_int_equal(count_of(reply, "paused")->first, 5);
  assert_int_equal(candidates(&s->d, 9)->n_candidates, 4);
}

static void whom_the_person_spoke_of_is_looked_at_whatever_the_overview_says(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  PersonsChoice choice = PERSONS_CHOICE__INIT;
  Mentor *chosen = mentor_of(d, 7);
  for (unsigned n = 2; n <= 6; n++) given_mentor(d, mentor_of(d, n));
  given_mentor(d, chosen);
  chosen->state = MENTOR_STATE__PAUSED;
  choice.crn = CRN;
  LIST(&choice, ranked, chosen->id);
  LIST(&choice, declined, mentor_id(d, 1), mentor_id(d, 2));
  given(d, &persons_choice__descriptor, CRN, 1, &choice);
  decision_look(d);
  chosen->state = MENTOR_STATE__ACTIVE;
  const Candidates *reply = candidates(d, 3);
  assert_int_equal(reply->n_candidates, 3);
  assert_string_equal(reply->candidates[0]->mentor_id, chosen->id);
  assert_string_equal(reply->candidates[1]->mentor_id, mentor_id(d, 3));
  assert_string_equal(reply->candidates[2]->mentor_id, mentor_id(d, 4));
  assert_int_equal(reply->n_excluded, 0);
  assert_int_equal(reply->mentors, 7);
  reply = candidates(d, 0);
  assert_true(reply->candidates[5]->declined);
  assert_true(reply->candidates[6]->declined);
}

static void of_many_who_are_left_out_two_hundred_are_listed_and_all_counted(void **state) {
  struct story *s = *state;
  for (unsigned n = 2; n <= 260; n++) {
    Mentor *mentor = mentor_of(&s->d, n);
    mentor->state = n <= 250 ? MENTOR_STATE__PAUSED : MENTOR_STATE__ACTIVE;
    given_mentor(&s->d, mentor);
  }
  const Candidates *reply = candidates(&s->d, 2);
  assert_int_equal(reply->n_candidates, 2);
  assert_int_equal(reply->mentors, 260);
  assert_int_equal(reply->n_excluded, 200);
  assert_int_equal(reply->excluded_more, 49);
  assert_int_equal(left_out(reply), 249);
}

static void the_next_one_after_the_last_who_is_shown_is_known_at_any_limit(void **state) {
  struct story *s = *state;
  for (unsigned n = 2; n <= 102; n++) {
    Mentor *mentor = mentor_of(&s->d, n);
    mentor->places_taken = n > 100 ? 2 : 0;
    given_mentor(&s->d, mentor);
  }
  const Candidates *reply = candidates(&s->d, 100);
  assert_int_equal(reply->n_candidates, 100);
  assert_true(reply->candidates[99]->lead > 0);
}

// Each has a kind of experience of their own: more than the overview tells apart.
static void nobody_is_overlooked_for_a_rare_experience(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  for (unsigned n = 2; n <= 80; n++) {
    Mentor *mentor = mentor_of(d, n);
    LIST(mentor, experiences, arena_printf(&d->arena, "kind-%u", n));
    given_mentor(d, mentor);
  }
  for (unsigned n = 2; n <= 80; n += 13) {
    LIST(s->person->mentoring, experiences, arena_printf(&d->arena, "kind-%u", n));
    const Candidates *reply = candidates(d, 2);
    assert_string_equal(reply->candidates[0]->mentor_id, mentor_id(d, n));
    assert_int_equal(reply->mentors, 80);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(the_best_come_first),
      STORY(equals_are_in_the_order_of_their_ids),
      STORY(every_score_is_explained_in_full),
      STORY(the_excluded_are_listed_with_the_first_rule),
      STORY(no_more_are_shown_than_asked_for_and_only_those_are_named_as_read),
      STORY(a_crn_is_accepted_in_lower_case),
      STORY(who_has_not_asked_for_a_mentor_has_no_candidates),
      STORY(a_restricted_record_is_not_found_like_one_that_is_not_there),
      STORY(only_a_coordinator_sees_candidates),
      STORY(how_far_the_next_one_is_behind_is_explained_in_full),
      STORY(where_there_is_nobody_it_is_said_how_many_each_rule_leaves_out_and_how_many_only_that),
      STORY(of_a_candidate_it_is_said_how_far_they_are_behind_the_first_and_why),
      STORY(why_not_this_one_says_what_would_have_to_change_and_how_many_others_that_lets_in),
      STORY(what_is_only_the_mentors_to_change_lets_nobody_else_in),
      STORY(an_explanation_needs_a_person_who_asked_and_a_mentor),
      STORY(all_pages_of_the_index_are_read),
      STORY(until_the_mentors_were_read_once_there_is_no_answer),
      STORY(in_place_of_whom_the_records_leave_out_the_next_ones_are_shown),
      STORY(whom_the_person_spoke_of_is_looked_at_whatever_the_overview_says),
      STORY(of_many_who_are_left_out_two_hundred_are_listed_and_all_counted),
      STORY(the_next_one_after_the_last_who_is_shown_is_known_at_any_limit),
      STORY(nobody_is_overlooked_for_a_rare_experience),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
