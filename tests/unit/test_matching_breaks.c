// links: matching
// A mentor's break by their own wish: what ends with it, what goes on, and what staff see of it.
#include "matching_world.h"

static struct change taken(struct story *s, int64_t until_ms) {
  TakeBreak *cmd = arena_take(&s->d.arena, sizeof *cmd);
  take_break__init(cmd);
  if (until_ms) cmd->until = timestamp_of(&s->d.arena, until_ms);
  as_mentor(&s->d, 1, NULL);
  return decided(&s->d, cmd);
}
static struct change ended(struct story *s) {
  EndBreak *cmd = arena_take(&s->d.arena, sizeof *cmd);
  end_break__init(cmd);
  as_mentor(&s->d, 1, NULL);
  return decided(&s->d, cmd);
}
static const MentorBreak *read_own(struct story *s) {
  ReadBreak *cmd = arena_take(&s->d.arena, sizeof *cmd);
  read_break__init(cmd);
  as_mentor(&s->d, 1, NULL);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MentorBreak *)c.reply;
}
static const MatchingTasks *tasks(struct story *s) {
  ListMatchingTasks *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_matching_tasks__init(cmd);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MatchingTasks *)c.reply;
}
static void commit(struct story *s, struct change c) {
  commit_and_hear(&s->d, c);
}
static MentorState state_now(struct story *s) {
  return ((const Mentor *)decision_record(&s->d, &mentor__descriptor, mentor_id(&s->d, 1)))->state;
}
static char *timer_of(struct story *s) {
  return arena_printf(&s->d.arena, "break/%s", mentor_id(&s->d, 1));
}
static void given_match(struct story *s) {
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, NULL);
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  commit(s, decided(&s->d, &cmd));
}

static void an_open_offer_is_withdrawn_without_an_answer_of_the_mentors(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = taken(s, 0);
  const MentorPaused *paused = published(&c, &mentor_paused__descriptor);
  assert_true(paused->by_own_wish);
  decision_commit(&s->d, &c);
  c = decided(&s->d, paused);
  const OfferAnswered *told = published(&c, &offer_answered__descriptor);
  assert_int_equal(told->state, OFFER_STATE__WITHDRAWN);
  commit(s, c);
  const Offer *offer = decision_record(&s->d, &offer__descriptor, OFFER_ID);
  assert_int_equal(offer->state, OFFER_STATE__WITHDRAWN);
  assert_string_equal(offer->declined_why, "");
  assert_string_equal(offer->ended_why, "");
  const PersonsOffer *standing = decision_record(&s->d, &persons_offer__descriptor, CRN);
  assert_string_equal(standing->offer_id, "");
}

static void whoever_was_offered_to_a_mentor_whom_their_supervisor_pauses_is_to_be_offered_to_another(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  PauseMentor pause = PAUSE_MENTOR__INIT;
  pause.id = mentor_id(&s->d, 1);
  decision_as(&s->d, "S01", MAY(MENTOR_SUPERVISOR));
  commit(s, decided(&s->d, &pause));
  commit(s, decided_timer(&s->d, "next-candidate/" OFFER_ID));
  as_coordinator(&s->d);
  const MatchingTasks *list = tasks(s);
  assert_int_equal(list->n_tasks, 1);
  assert_int_equal(list->tasks[0]->kind, MATCHING_TASK_KIND__OFFER_WITHDRAWN);
  assert_string_equal(list->tasks[0]->next_mentor_id, mentor_id(&s->d, 2));
}

static void on_a_break_a_mentor_is_offered_nobody_and_keeps_phones_and_people(void **state) {
  struct story *s = *state;
  given_match(s);
  MentorPhones phones = MENTOR_PHONES__INIT;
  MentorPhone phone = MENTOR_PHONE__INIT, *list[] = {&phone};
  phones.phones = list;
  phones.n_phones = 1;
  given(&s->d, &mentor_phones__descriptor, mentor_id(&s->d, 1), 1, &phones);
  struct change c = taken(s, 0);
  assert_null(written(&c, &mentor_phones__descriptor, NULL));
  commit(s, c);
  assert_int_equal(state_now(s), MENTOR_STATE__ON_BREAK);
  ReadSignIn sign_in = READ_SIGN_IN__INIT;
  c = decided(&s->d, &sign_in);
  assert_done(&c);
  ListMyPeople people = LIST_MY_PEOPLE__INIT;
  c = decided(&s->d, &people);
  assert_int_equal(((const MyPeople *)c.reply)->n_people, 1);
  given_person(&s->d, person_of(&s->d, OTHER_CRN));
  c = offered(&s->d, OTHER_OFFER_ID, OTHER_CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void until_when_the_mentor_alone_is_shown(void **state) {
  struct story *s = *state;
  commit(s, taken(s, DECISION_NOW_MS + 7 * DAY_MS));
  assert_int_equal(timestamp_ms(read_own(s)->until), DECISION_NOW_MS + 7 * DAY_MS);
  ReadMentor cmd = READ_MENTOR__INIT;
  cmd.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  struct change c = decided(&s->d, &cmd);
  const Mentor *shown = (const Mentor *)c.reply;
  assert_int_equal(shown->state, MENTOR_STATE__ON_BREAK);
  assert_string_equal(shown->paused_why, "");
  ReadBreak other = READ_BREAK__INIT;
  c = decided(&s->d, &other);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_break_ends_when_the_mentor_says_so_and_by_itself_when_its_time_is_over(void **state) {
  struct story *s = *state;
  commit(s, taken(s, 0));
  struct change c = ended(s);
  assert_non_null(published(&c, &mentor_resumed__descriptor));
  assert_int_equal(timer_set(&c, timer_of(s)), 0);
  commit(s, c);
  assert_int_equal(state_now(s), MENTOR_STATE__ACTIVE);
  assert_null(read_own(s)->since);
  c = ended(s);
  assert_null(published(&c, &mentor_resumed__descriptor));

  c = taken(s, DECISION_NOW_MS + DAY_MS);
  assert_int_equal(timer_set(&c, timer_of(s)), DECISION_NOW_MS + DAY_MS);
  commit(s, c);
  c = decided_timer(&s->d, timer_of(s));
  assert_int_equal(timer_set(&c, timer_of(s)), DECISION_NOW_MS + DAY_MS);
  s->d.m.now.ms = DECISION_NOW_MS + DAY_MS;
  commit(s, decided_timer(&s->d, timer_of(s)));
  assert_int_equal(state_now(s), MENTOR_STATE__ACTIVE);
}

static void asked_again_it_lasts_as_long_as_was_said_last(void **state) {
  struct story *s = *state;
  commit(s, taken(s, DECISION_NOW_MS + DAY_MS));
  s->d.m.now.ms += 1000;
  struct change c = taken(s, 0);
  assert_null(published(&c, &mentor_paused__descriptor));
  assert_int_equal(timer_set(&c, timer_of(s)), 0);
  commit(s, c);
  assert_null(read_own(s)->until);
  assert_int_equal(timestamp_ms(read_own(s)->since), DECISION_NOW_MS);
}

static void a_day_that_is_over_or_far_away_is_refused_by_name(void **state) {
  struct story *s = *state;
  struct change c = taken(s, DECISION_NOW_MS);
  assert_refused(&c, CODE__INVALID, "/until");
  c = taken(s, DECISION_NOW_MS + 367 * DAY_MS);
  assert_refused(&c, CODE__INVALID, "/until");
}

static void staff_pause_a_mentor_who_is_on_a_break_and_do_not_end_the_break(void **state) {
  struct story *s = *state;
  commit(s, taken(s, DECISION_NOW_MS + DAY_MS));
  ResumeMentor resume = RESUME_MENTOR__INIT;
  resume.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  struct change c = decided(&s->d, &resume);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  PauseMentor pause = PAUSE_MENTOR__INIT;
  pause.id = mentor_id(&s->d, 1);
  commit(s, decided(&s->d, &pause));
  assert_int_equal(state_now(s), MENTOR_STATE__PAUSED);
  s->d.m.now.ms = DECISION_NOW_MS + DAY_MS;
  commit(s, decided_timer(&s->d, timer_of(s)));
  assert_int_equal(state_now(s), MENTOR_STATE__PAUSED);
  c = taken(s, 0);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void the_people_of_a_mentor_who_is_away_are_listed_as_needing_cover(void **state) {
  struct story *s = *state;
  given_match(s);
  as_coordinator(&s->d);
  assert_int_equal(tasks(s)->n_tasks, 0);
  commit(s, taken(s, 0));
  as_coordinator(&s->d);
  const MatchingTasks *list = tasks(s);
  assert_int_equal(list->n_tasks, 1);
  assert_int_equal(list->tasks[0]->kind, MATCHING_TASK_KIND__COVER_NEEDED);
  assert_string_equal(list->tasks[0]->crn, CRN);
  assert_string_equal(list->tasks[0]->offer_id, OFFER_ID);
  decision_as(&s->d, "S01", MAY(MENTOR_SUPERVISOR));
  assert_int_equal(tasks(s)->n_tasks, 1);
  decision_as(&s->d, "S02", MAY(MENTOR_SUPERVISOR));
  assert_int_equal(tasks(s)->n_tasks, 0);
}

static void once_the_mentor_is_back_nobody_needs_cover_any_more(void **state) {
  struct story *s = *state;
  given_match(s);
  commit(s, taken(s, 0));
  commit(s, ended(s));
  as_coordinator(&s->d);
  assert_int_equal(tasks(s)->n_tasks, 0);
  PauseMentor pause = PAUSE_MENTOR__INIT;
  pause.id = mentor_id(&s->d, 1);
  commit(s, decided(&s->d, &pause));
  assert_int_equal(tasks(s)->n_tasks, 1);
  ResumeMentor resume = RESUME_MENTOR__INIT;
  resume.id = mentor_id(&s->d, 1);
  commit(s, decided(&s->d, &resume));
  assert_int_equal(tasks(s)->n_tasks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(an_open_offer_is_withdrawn_without_an_answer_of_the_mentors),
      STORY(whoever_was_offered_to_a_mentor_whom_their_supervisor_pauses_is_to_be_offered_to_another),
      STORY(on_a_break_a_mentor_is_offered_nobody_and_keeps_phones_and_people),
      STORY(until_when_the_mentor_alone_is_shown),
      STORY(a_break_ends_when_the_mentor_says_so_and_by_itself_when_its_time_is_over),
      STORY(asked_again_it_lasts_as_long_as_was_said_last),
      STORY(a_day_that_is_over_or_far_away_is_refused_by_name),
      STORY(staff_pause_a_mentor_who_is_on_a_break_and_do_not_end_the_break),
      STORY(the_people_of_a_mentor_who_is_away_are_listed_as_needing_cover),
      STORY(once_the_mentor_is_back_nobody_needs_cover_any_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
