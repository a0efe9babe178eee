// links: matching
// The end of a match, with its goodbye, and what both sides say of it.
#include "matching_world.h"
#include "rights.pb-c.h"

#define GOODBYE "goodbye-" OFFER_ID
#define ASKED "feedback-" OFFER_ID
#define SAID_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7c01"
#define OTHER_SAID_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7c02"

static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

static int match_begin_story(void **state) {
  if (story_begin(state)) return -1;
  struct story *s = *state;
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  commit(&s->d, decided(&s->d, &cmd));
  as_coordinator(&s->d);
  return 0;
}
#define MATCH(test) cmocka_unit_test_setup_teardown(test, match_begin_story, story_end)

// `met_ms` 0: there was none; `why_not` NULL: nothing is said of it.
static struct change ended(struct story *s, const char *why, int64_t met_ms, const char *why_not) {
  EndMatch *cmd = arena_take(&s->d.arena, sizeof *cmd);
  end_match__init(cmd);
  cmd->id = OFFER_ID;
  cmd->why = (char *)why;
  if (met_ms || why_not) {
    cmd->goodbye = arena_take(&s->d.arena, sizeof *cmd->goodbye);
    goodbye__init(cmd->goodbye);
    if (met_ms) cmd->goodbye->at = timestamp_of(&s->d.arena, met_ms);
    if (why_not) cmd->goodbye->why_not = (char *)why_not;
  }
  return decided(&s->d, cmd);
}

static const Offer *match_now(struct story *s) {
  return decision_record(&s->d, &offer__descriptor, OFFER_ID);
}
static unsigned places_taken(struct story *s) {
  return ((const Mentor *)decision_record(&s->d, &mentor__descriptor, s->mentor->id))->places_taken;
}
static bool is_open(struct story *s, const char *task) {
  const MatchingTask *t = decision_record(&s->d, &matching_task__descriptor, task);
  return t && !t->done_at;
}

// --- the goodbye

static void a_match_without_goodbye_or_reason_is_ending_and_keeps_its_place(void **state) {
  struct story *s = *state;
  struct change c = ended(s, "", 0, NULL);
  assert_non_null(published(&c, &match_ending__descriptor));
  assert_null(published(&c, &match_ended__descriptor));
  commit(&s->d, c);
  assert_true(is_open(s, GOODBYE));
  assert_int_equal(places_taken(s), 1);
  assert_non_null(match_now(s)->ending_since);
  c = ended(s, "", 0, NULL);
  assert_null(published(&c, &match_ending__descriptor));
}

static void the_goodbye_ends_it_and_frees_the_place(void **state) {
  struct story *s = *state;
  commit(&s->d, ended(s, "", 0, NULL));
  struct change c = ended(s, "", DECISION_NOW_MS, NULL);
  assert_non_null(published(&c, &match_ended__descriptor));
  commit(&s->d, c);
  assert_false(is_open(s, GOODBYE));
  assert_int_equal(places_taken(s), 0);
  assert_int_equal(timestamp_ms(match_now(s)->goodbye->at), DECISION_NOW_MS);
}

static void so_does_the_reason_why_there_was_none(void **state) {
  struct story *s = *state;
  commit(&s->d, ended(s, "", 0, "He was recalled."));
  assert_int_equal(places_taken(s), 0);
  assert_string_equal(match_now(s)->goodbye->why_not, "He was recalled.");
}

static void with_a_reason_it_ends_now(void **state) {
  struct story *s = *state;
  commit(&s->d, ended(s, "the order has ended", 0, NULL));
  assert_int_equal(places_taken(s), 0);
  assert_false(is_open(s, GOODBYE));
}

static void a_goodbye_is_past_and_is_or_is_not(void **state) {
  struct story *s = *state;
  struct change c = ended(s, "", DECISION_NOW_MS + 1, NULL);
  assert_refused(&c, CODE__INVALID, "/goodbye/at");
  c = ended(s, "", DECISION_NOW_MS, "He was recalled.");
  assert_refused(&c, CODE__INVALID, "/goodbye");
  c = ended(s, "", 0, "");
  assert_refused(&c, CODE__INVALID, "/goodbye");
  char *longer = arena_take(&s->d.arena, MATCHING_WHY_BYTES + 2);
  memset(longer, 'x', MATCHING_WHY_BYTES + 1);
  c = ended(s, "", 0, longer);
  assert_refused(&c, CODE__INVALID, "/goodbye/whyNot");
}

// --- feedback

static Feedback *feedback_of(struct story *s, const char *id, const char *text) {
  Feedback *f = arena_take(&s->d.arena, sizeof *f);
  feedback__init(f);
  f->id = (char *)id;
  f->match_id = OFFER_ID;
  f->n_answers = 1;
  f->answers = arena_take(&s->d.arena, 2 * sizeof *f->answers);
  for (int i = 0; i < 2; i++) {
    f->answers[i] = arena_take(&s->d.arena, sizeof *f->answers[i]);
    feedback_answer__init(f->answers[i]);
    f->answers[i]->question = FEEDBACK_QUESTION__HELPED;
    f->answers[i]->value = 4;
  }
  f->text = arena_take(&s->d.arena, sizeof *f->text);
  narrative__init(f->text);
  f->text->text = (char *)text;
  return f;
}

static struct change given_by(struct story *s, const char *who, roles_t role, Feedback *said) {
  GiveFeedback *cmd = arena_take(&s->d.arena, sizeof *cmd);
  give_feedback__init(cmd);
  cmd->feedback = said;
  s->d.actor.only = "";
  decision_as(&s->d, who, role);
  return decided(&s->d, cmd);
}
static struct change said_by_person(struct story *s) {
  return given_by(s, CRN, MAY(PERSON), feedback_of(s, SAID_ID, "She listened."));
}
static struct change said_by_mentor(struct story *s) {
  return given_by(s, s->mentor->id, MAY(MENTOR), feedback_of(s, OTHER_SAID_ID, "It was hard at first."));
}

static const Feedbacks *listed_by(struct story *s, const char *who, roles_t role) {
  ListFeedback *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_feedback__init(cmd);
  cmd->crn = CRN;
  s->d.actor.only = "";
  decision_as(&s->d, who, role);
  struct change c = decided(&s->d, cmd);
  return change_refused(&c) ? NULL : (const Feedbacks *)c.reply;
}

static void after_the_end_the_person_is_to_be_asked_until_they_have_said_how_it_was(void **state) {
  struct story *s = *state;
  commit(&s->d, ended(s, "", DECISION_NOW_MS, NULL));
  assert_true(is_open(s, ASKED));
  commit(&s->d, said_by_mentor(s));
  assert_true(is_open(s, ASKED));
  struct change c = said_by_person(s);
  assert_int_equal(((const FeedbackGiven *)published(&c, &feedback_given__descriptor))->from,
                   FEEDBACK_FROM__FROM_PERSON);
  commit(&s->d, c);
  assert_false(is_open(s, ASKED));
}

static void whose_side_it_is_follows_from_who_says_it(void **state) {
  struct story *s = *state;
  Feedback *said = feedback_of(s, SAID_ID, "He told me that she listened.");
  said->from = FEEDBACK_FROM__FROM_MENTOR;
  struct change c = given_by(s, "N07A123", MAY(PRACTITIONER), said);
  const Feedback *f = written(&c, &feedback__descriptor, SAID_ID);
  assert_int_equal(f->from, FEEDBACK_FROM__FROM_PERSON);
  assert_int_equal(f->text->partition, PARTITION__CONTACT);
  assert_string_equal(f->recorded_by, "N07A123");
  c = said_by_mentor(s);
  assert_int_equal(((const Feedback *)c.reply)->from, FEEDBACK_FROM__FROM_MENTOR);
}

static void both_sides_are_read_by_the_coordinator_and_the_mentors_supervisor_and_by_neither_side(void **state) {
  struct story *s = *state;
  commit(&s->d, said_by_person(s));
  commit(&s->d, said_by_mentor(s));
  assert_int_equal(listed_by(s, "C01", MAY(COORDINATOR))->n_feedback, 2);
  assert_int_equal(listed_by(s, "S01", MAY(MENTOR_SUPERVISOR))->n_feedback, 2);
  assert_null(listed_by(s, "S02", MAY(MENTOR_SUPERVISOR)));
  assert_null(listed_by(s, s->mentor->id, MAY(MENTOR)));
  assert_null(listed_by(s, CRN, MAY(PERSON)));
  assert_null(listed_by(s, "N07A123", MAY(PRACTITIONER)));
}

static void of_a_match_with_another_supervisors_mentor_a_supervisor_is_shown_nothing(void **state) {
  struct story *s = *state;
  Mentor *before = mentor_of(&s->d, 2);
  Feedback *f = feedback_of(s, OTHER_SAID_ID, "She was late.");
  before->supervisor = "S02";
  given_mentor(&s->d, before);
  f->mentor_id = before->id;
  f->match_id = SAID_ID;
  given(&s->d, &feedback__descriptor, f->id, 1, f);
  given_in_index(&s->d, "feedback-of/" CRN, "1772445600000/" OTHER_SAID_ID);
  commit(&s->d, said_by_person(s));
  const Feedbacks *seen = listed_by(s, "S01", MAY(MENTOR_SUPERVISOR));
  assert_int_equal(seen->n_feedback, 1);
  assert_string_equal(seen->feedback[0]->id, SAID_ID);
  assert_int_equal(listed_by(s, "C01", MAY(COORDINATOR))->n_feedback, 2);
}

static void the_same_twice_is_once_and_other_words_need_another_id(void **state) {
  struct story *s = *state;
  commit(&s->d, said_by_person(s));
  struct change c = said_by_person(s);
  assert_done(&c);
  assert_null(c.records);
  c = given_by(s, CRN, MAY(PERSON), feedback_of(s, SAID_ID, "She did not."));
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void feedback_is_about_a_match_of_ones_own_and_answers_in_range(void **state) {
  struct story *s = *state;
  Feedback *said = feedback_of(s, SAID_ID, "");
  struct change c = given_by(s, OTHER_CRN, MAY(PERSON), said);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = given_by(s, mentor_id(&s->d, 2), MAY(MENTOR), said);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  said->n_answers = 2;
  c = given_by(s, CRN, MAY(PERSON), said);
  assert_refused(&c, CODE__INVALID, "/answers/1");
  said->n_answers = 1;
  said->answers[0]->value = 6;
  c = given_by(s, CRN, MAY(PERSON), said);
  assert_refused(&c, CODE__INVALID, "/answers/0");
  said->answers[0]->question = FEEDBACK_QUESTION__FEEDBACK_QUESTION_UNSPECIFIED;
  c = given_by(s, CRN, MAY(PERSON), said);
  assert_refused(&c, CODE__INVALID, "/answers/0");
  said->n_answers = 0;
  c = given_by(s, CRN, MAY(PERSON), said);
  assert_refused(&c, CODE__INVALID, "/answers");
}

static void the_person_is_given_their_own_words_and_that_the_mentor_said_something(void **state) {
  struct story *s = *state;
  commit(&s->d, said_by_person(s));
  s->d.m.now.ms++;
  commit(&s->d, said_by_mentor(s));
  CollectRecords cmd = COLLECT_RECORDS__INIT;
  cmd.crn = CRN;
  cmd.after = "3/";
  decision_as(&s->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  const HeldRecords *all = (const HeldRecords *)c.reply;
  assert_int_equal(all->n_records, 2);
  assert_string_equal(all->records[0]->feedback->text->text, "She listened.");
  assert_string_equal(all->records[0]->feedback->mentor_id, "");
  assert_null(all->records[1]->feedback->text);
  assert_int_equal(all->records[1]->feedback->n_answers, 0);
  assert_int_equal(all->records[1]->n_withheld, 4);
}

static void who_is_erased_leaves_no_feedback(void **state) {
  struct story *s = *state;
  commit(&s->d, said_by_person(s));
  commit(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_null(decision_record(&s->d, &feedback__descriptor, SAID_ID));
  for (size_t i = 0; i < s->d.n_members; i++) assert_null(strstr(s->d.members[i].member, SAID_ID));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      MATCH(a_match_without_goodbye_or_reason_is_ending_and_keeps_its_place),
      MATCH(the_goodbye_ends_it_and_frees_the_place),
      MATCH(so_does_the_reason_why_there_was_none),
      MATCH(with_a_reason_it_ends_now),
      MATCH(a_goodbye_is_past_and_is_or_is_not),
      MATCH(after_the_end_the_person_is_to_be_asked_until_they_have_said_how_it_was),
      MATCH(whose_side_it_is_follows_from_who_says_it),
      MATCH(both_sides_are_read_by_the_coordinator_and_the_mentors_supervisor_and_by_neither_side),
      MATCH(of_a_match_with_another_supervisors_mentor_a_supervisor_is_shown_nothing),
      MATCH(the_same_twice_is_once_and_other_words_need_another_id),
      MATCH(feedback_is_about_a_match_of_ones_own_and_answers_in_range),
      MATCH(the_person_is_given_their_own_words_and_that_the_mentor_said_something),
      MATCH(who_is_erased_leaves_no_feedback),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
