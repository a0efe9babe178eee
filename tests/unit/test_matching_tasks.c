// links: matching
// What a human has to decide: after a refused offer, about a match that is not introduced or does not meet, and when a
// mentor's supervision is due.
#include "courier.pb-c.h"
#include "match_life.h"
#include "matching_world.h"
#include "rights.pb-c.h"

#define NEXT "next-" OFFER_ID
#define INTRODUCTION "introduction-" OFFER_ID
#define CONTACT "contact-" OFFER_ID
#define HOUR_MS (INT64_C(3600) * 1000)
#define MENTORING_ID "cccccccc-0000-4000-8000-000000000001"
// DECISION_NOW_MS is Monday 2 March 2026, 10:00 in London; seven days later ends with Monday 9 March, fourteen with the
// 16th.
#define SEVEN_DAYS_END_MS (DECISION_NOW_MS + 7 * DAY_MS + 14 * HOUR_MS)
#define FOURTEEN_DAYS_END_MS (DECISION_NOW_MS + 14 * DAY_MS + 14 * HOUR_MS)

static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

static struct change accepted(struct decision *d) {
  AcceptOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  accept_offer__init(cmd);
  cmd->id = OFFER_ID;
  as_mentor(d, 1, OFFER_ID);
  return decided(d, cmd);
}

static struct change declined(struct decision *d, unsigned mentor, const char *id) {
  DeclineOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  decline_offer__init(cmd);
  cmd->id = (char *)id;
  as_mentor(d, mentor, id);
  return decided(d, cmd);
}

static void given_match(struct decision *d) {
  given_offer(d, OFFER_ID, CRN, 1);
  commit(d, accepted(d));
  as_coordinator(d);
}

static void as_supervisor(struct decision *d) {
  d->actor.only = "";
  decision_as(d, "S01", MAY(MENTOR_SUPERVISOR));
}
static void as_practitioner(struct decision *d) {
  d->actor.only = "";
  decision_as(d, "N07A123", MAY(PRACTITIONER));
}

static struct change timer_came(struct decision *d, const char *name, int64_t at_ms) {
  d->m.now.ms = at_ms;
  return decided_timer(d, name);
}

static const MatchingTask *task_now(struct decision *d, const char *id) {
  return decision_record(d, &matching_task__descriptor, id);
}

static const MatchingTasks *listed(struct decision *d) {
  ListMatchingTasks *cmd = arena_take(&d->arena, sizeof *cmd);
  list_matching_tasks__init(cmd);
  struct change c = decided(d, cmd);
  assert_done(&c);
  return (const MatchingTasks *)c.reply;
}

static struct change closed(struct decision *d, const char *id, const char *why) {
  CloseMatchingTask *cmd = arena_take(&d->arena, sizeof *cmd);
  close_matching_task__init(cmd);
  cmd->id = (char *)id;
  cmd->why = (char *)why;
  return decided(d, cmd);
}

// --- after an offer that came to nothing

static void a_declined_offer_is_before_a_coordinator_at_once(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = declined(&s->d, 1, OFFER_ID);
  const MatchingTaskOpened *event = published(&c, &matching_task_opened__descriptor);
  assert_int_equal(event->kind, MATCHING_TASK_KIND__OFFER_DECLINED);
  assert_string_equal(event->crn, CRN);
  assert_int_equal(timer_set(&c, "next-candidate/" OFFER_ID), DECISION_NOW_MS);
  commit(&s->d, c);
  as_coordinator(&s->d);
  const MatchingTasks *list = listed(&s->d);
  assert_int_equal(list->n_tasks, 1);
  assert_string_equal(list->tasks[0]->offer_id, OFFER_ID);
}

static void an_offer_that_nobody_answered_is_before_a_coordinator_too(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, timer_came(&s->d, "offer/" OFFER_ID, DECISION_NOW_MS + 48 * HOUR_MS));
  assert_int_equal(task_now(&s->d, NEXT)->kind, MATCHING_TASK_KIND__OFFER_EXPIRED);
  as_coordinator(&s->d);
  assert_int_equal(listed(&s->d)->n_tasks, 1);
}

// Mentor 2 shares what the person asked for; mentor 3 does as well and is excluded.
static void given_others(struct story *s) {
  struct decision *d = &s->d;
  Mentor *best = mentor_of(&s->d, 2), *paused = mentor_of(&s->d, 3);
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->mentor, experiences, "custody");
  LIST(best, experiences, "custody");
  LIST(paused, experiences, "custody");
  paused->state = MENTOR_STATE__PAUSED;
  given_mentor(&s->d, best);
  given_mentor(&s->d, paused);
  given_mentor(&s->d, mentor_of(&s->d, 4));
}

static void the_next_candidate_is_the_best_who_has_not_refused_and_nobody_is_offered(void **state) {
  struct story *s = *state;
  given_others(s);
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  struct change c = decided_timer(&s->d, "next-candidate/" OFFER_ID);
  assert_string_equal(((const NextCandidateNamed *)published(&c, &next_candidate_named__descriptor))->mentor_id,
                      mentor_id(&s->d, 2));
  assert_null(published(&c, &offer_made__descriptor));
  assert_null(published(&c, &message_requested__descriptor));
  commit(&s->d, c);
  as_coordinator(&s->d);
  const MatchingTask *t = listed(&s->d)->tasks[0];
  assert_string_equal(t->next_mentor_id, mentor_id(&s->d, 2));
  assert_int_equal(timestamp_ms(t->next_named_at), DECISION_NOW_MS);
}

static void where_everybody_has_refused_the_task_names_nobody(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  commit(&s->d, decided_timer(&s->d, "next-candidate/" OFFER_ID));
  assert_string_equal(task_now(&s->d, NEXT)->next_mentor_id, "");
  assert_non_null(task_now(&s->d, NEXT)->next_named_at);
}

static void nobody_is_named_once_it_was_decided_or_the_person_wants_no_mentor(void **state) {
  struct story *s = *state;
  given_others(s);
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  s->person->mentoring->wanted = false;
  struct change c = decided_timer(&s->d, "next-candidate/" OFFER_ID);
  assert_null(c.records);
  s->person->mentoring->wanted = true;
  as_coordinator(&s->d);
  commit(&s->d, closed(&s->d, NEXT, "She wants to wait until summer."));
  c = decided_timer(&s->d, "next-candidate/" OFFER_ID);
  assert_null(c.records);
}

static void the_next_offer_settles_what_the_last_one_left(void **state) {
  struct story *s = *state;
  given_others(s);
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  struct change c = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_non_null(published(&c, &matching_task_done__descriptor));
  commit(&s->d, c);
  assert_string_equal(task_now(&s->d, NEXT)->done_by, "C01");
  assert_int_equal(listed(&s->d)->n_tasks, 0);
}

static void a_withdrawn_offer_leaves_nothing_to_decide(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  WithdrawOffer cmd = WITHDRAW_OFFER__INIT;
  cmd.id = OFFER_ID;
  struct change c = decided(&s->d, &cmd);
  assert_null(published(&c, &matching_task_opened__descriptor));
}

// --- who sees it

static void only_who_sees_all_candidates_sees_the_next(void **state) {
  struct story *s = *state;
  given_others(s);
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  commit(&s->d, decided_timer(&s->d, "next-candidate/" OFFER_ID));
  as_practitioner(&s->d);
  assert_int_equal(listed(&s->d)->n_tasks, 1);
  assert_string_equal(listed(&s->d)->tasks[0]->next_mentor_id, "");
  decision_as(&s->d, "N07A999", MAY(PRACTITIONER));
  assert_int_equal(listed(&s->d)->n_tasks, 0);
}

static void a_supervisor_sees_what_is_about_their_mentors_and_their_matches(void **state) {
  struct story *s = *state;
  s->mentor->supervised_until = timestamp_of(&s->d.arena, DECISION_NOW_MS + DAY_MS);
  given_match(&s->d);
  commit(&s->d, timer_came(&s->d, "contact/" OFFER_ID, FOURTEEN_DAYS_END_MS));
  commit(&s->d, decided_timer(&s->d, arena_printf(&s->d.arena, "supervision/%s", s->mentor->id)));
  as_supervisor(&s->d);
  assert_int_equal(listed(&s->d)->n_tasks, 2);
  decision_as(&s->d, "S02", MAY(MENTOR_SUPERVISOR));
  assert_int_equal(listed(&s->d)->n_tasks, 0);
  struct change c = closed(&s->d, CONTACT, "I know.");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void who_may_not_read_the_person_sees_no_task_of_theirs(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  LIST(s->person, restricted, "C01");
  as_coordinator(&s->d);
  assert_int_equal(listed(&s->d)->n_tasks, 0);
}

static void a_task_is_closed_once_with_a_reason_and_by_whom(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  as_coordinator(&s->d);
  struct change c = closed(&s->d, NEXT, "");
  assert_refused(&c, CODE__INVALID, "/why");
  c = closed(&s->d, "next-nobody", "why");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  commit(&s->d, closed(&s->d, NEXT, "He found a friend to talk to."));
  assert_string_equal(task_now(&s->d, NEXT)->done_by, "C01");
  assert_string_equal(task_now(&s->d, NEXT)->done_why, "He found a friend to talk to.");
  c = closed(&s->d, NEXT, "again");
  assert_done(&c);
  assert_null(c.records);
  assert_int_equal(listed(&s->d)->n_tasks, 0);
}

// --- introduction

static struct change introduced(struct decision *d, int64_t at_ms, IntroductionHow how) {
  IntroduceMatch *cmd = arena_take(&d->arena, sizeof *cmd);
  introduce_match__init(cmd);
  cmd->id = OFFER_ID;
  cmd->introduction = arena_take(&d->arena, sizeof *cmd->introduction);
  introduction__init(cmd->introduction);
  cmd->introduction->at = timestamp_of(&d->arena, at_ms);
  cmd->introduction->how = how;
  return decided(d, cmd);
}

static void a_match_is_introduced_by_the_persons_practitioner_or_a_coordinator(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  decision_as(&s->d, "N07A999", MAY(PRACTITIONER));
  struct change c = introduced(&s->d, DECISION_NOW_MS, INTRODUCTION_HOW__THREE_WAY_MEETING);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_practitioner(&s->d);
  c = introduced(&s->d, DECISION_NOW_MS, INTRODUCTION_HOW__THREE_WAY_MEETING);
  assert_string_equal(((const Introduction *)c.reply)->by, "N07A123");
  assert_non_null(published(&c, &match_introduced__descriptor));
  assert_int_equal(timer_set(&c, "introduction/" OFFER_ID), 0);
  commit(&s->d, c);
  c = introduced(&s->d, DECISION_NOW_MS, INTRODUCTION_HOW__THREE_WAY_MEETING);
  assert_done(&c);
  assert_null(c.records);
  c = introduced(&s->d, DECISION_NOW_MS, INTRODUCTION_HOW__THREE_WAY_CALL);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void an_introduction_says_when_and_how_and_is_not_to_come(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  struct change c = introduced(&s->d, 0, INTRODUCTION_HOW__INTRODUCTION_HOW_UNSPECIFIED);
  assert_refused(&c, CODE__INVALID, "/at");
  assert_refused(&c, CODE__INVALID, "/how");
  c = introduced(&s->d, DECISION_NOW_MS + 1, INTRODUCTION_HOW__THREE_WAY_CALL);
  assert_refused(&c, CODE__INVALID, "/at");
}

static void a_match_that_nobody_introduces_for_seven_days_is_a_task_until_it_is(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = accepted(&s->d);
  assert_int_equal(timer_set(&c, "introduction/" OFFER_ID), SEVEN_DAYS_END_MS);
  commit(&s->d, c);
  c = timer_came(&s->d, "introduction/" OFFER_ID, SEVEN_DAYS_END_MS - 1);
  assert_null(c.records);
  assert_int_equal(timer_set(&c, "introduction/" OFFER_ID), SEVEN_DAYS_END_MS);
  commit(&s->d, timer_came(&s->d, "introduction/" OFFER_ID, SEVEN_DAYS_END_MS));
  assert_true(!task_now(&s->d, INTRODUCTION)->done_at);
  as_coordinator(&s->d);
  commit(&s->d, introduced(&s->d, SEVEN_DAYS_END_MS, INTRODUCTION_HOW__THREE_WAY_CALL));
  assert_non_null(task_now(&s->d, INTRODUCTION)->done_at);
}

// --- contacts

static struct change session_recorded(struct story *s, int64_t starts_at_ms, Attended attended,
                                      const char *explanation) {
  SessionRecorded *event = arena_take(&s->d.arena, sizeof *event);
  session_recorded__init(event);
  event->crn = CRN;
  event->engagement_id = MENTORING_ID;
  event->explanation = (char *)explanation;
  event->starts_at_ms = starts_at_ms;
  event->attendance = arena_take(&s->d.arena, sizeof *event->attendance);
  attendance__init(event->attendance);
  event->attendance->happened = HAPPENED__HAPPENED;
  event->attendance->attended = attended;
  return decided(&s->d, event);
}

static void after_fourteen_whole_days_without_a_contact_a_human_is_told(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = accepted(&s->d);
  assert_int_equal(timer_set(&c, "contact/" OFFER_ID), FOURTEEN_DAYS_END_MS);
  commit(&s->d, c);
  c = timer_came(&s->d, "contact/" OFFER_ID, FOURTEEN_DAYS_END_MS);
  assert_int_equal(((const MatchingTaskOpened *)published(&c, &matching_task_opened__descriptor))->kind,
                   MATCHING_TASK_KIND__NO_CONTACT);
}

static void a_contact_starts_the_days_anew_and_settles_the_alert(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  commit(&s->d, timer_came(&s->d, "contact/" OFFER_ID, FOURTEEN_DAYS_END_MS));
  s->d.m.actor = NULL;
  struct change c = session_recorded(s, FOURTEEN_DAYS_END_MS, ATTENDED__ON_TIME, "confidentiality");
  assert_true(timer_set(&c, "contact/" OFFER_ID) > FOURTEEN_DAYS_END_MS + 14 * DAY_MS);
  commit(&s->d, c);
  assert_non_null(task_now(&s->d, CONTACT)->done_at);
  assert_string_equal(task_now(&s->d, CONTACT)->done_by, "");
  c = session_recorded(s, FOURTEEN_DAYS_END_MS - DAY_MS, ATTENDED__ON_TIME, "confidentiality");
  assert_null(c.records);
  int64_t then = FOURTEEN_DAYS_END_MS + 40 * DAY_MS;
  commit(&s->d, timer_came(&s->d, "contact/" OFFER_ID, then));
  assert_true(!task_now(&s->d, CONTACT)->done_at);
  assert_int_equal(timestamp_ms(task_now(&s->d, CONTACT)->since), then);
}

static void who_did_not_come_or_met_somebody_else_had_no_contact(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  s->d.m.now.ms += DAY_MS;
  struct change c = session_recorded(s, s->d.m.now.ms, ATTENDED__DID_NOT_ATTEND, "confidentiality");
  assert_null(c.records);
  c = session_recorded(s, s->d.m.now.ms, ATTENDED__ON_TIME, "");
  assert_null(c.records);
  c = session_recorded(s, DECISION_NOW_MS - 1, ATTENDED__ON_TIME, "confidentiality");
  assert_null(c.records);
}

static void a_correction_of_a_session_counts_as_the_session_does(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  s->d.m.now.ms += DAY_MS;
  (void)session_recorded(s, s->d.m.now.ms, ATTENDED__ON_TIME, "confidentiality");
  SessionAmended amended = SESSION_AMENDED__INIT;
  amended.now = (SessionRecorded *)s->d.m.body;
  struct change c = decided(&s->d, &amended);
  assert_non_null(written(&c, &offer__descriptor, OFFER_ID));
}

// Over the night of 29 March the clocks go forward, over that of 25 October back: the days are the calendar's.
static void days_are_those_of_the_areas_calendar(void **state) {
  struct story *s = *state;
  int64_t late = INT64_C(1774049400000);                                       // Friday 20 March 2026, 23:30 in London
  assert_int_equal(match_days_end(&s->d.m, late, 14), INT64_C(1775257200000)); // the end of 3 April, in summer time
  assert_int_equal(match_days_end(&s->d.m, late, 0), late + HOUR_MS / 2);
  int64_t autumn = INT64_C(1792494000000);                                       // Tuesday 20 October 2026, 12:00
  assert_int_equal(match_days_end(&s->d.m, autumn, 14), INT64_C(1793750400000)); // the end of 3 November
}

static void the_end_of_a_match_settles_its_tasks_and_clears_its_timers(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  commit(&s->d, timer_came(&s->d, "contact/" OFFER_ID, FOURTEEN_DAYS_END_MS));
  commit(&s->d, timer_came(&s->d, "introduction/" OFFER_ID, FOURTEEN_DAYS_END_MS));
  as_coordinator(&s->d);
  assert_int_equal(listed(&s->d)->n_tasks, 2);
  EndMatch cmd = END_MATCH__INIT;
  cmd.id = OFFER_ID;
  cmd.why = "the order has ended";
  struct change c = decided(&s->d, &cmd);
  assert_int_equal(timer_set(&c, "contact/" OFFER_ID), 0);
  assert_int_equal(timer_set(&c, "introduction/" OFFER_ID), 0);
  commit(&s->d, c);
  assert_int_equal(listed(&s->d)->n_tasks, 1);
  assert_int_equal(listed(&s->d)->tasks[0]->kind, MATCHING_TASK_KIND__FEEDBACK_DUE);
  c = timer_came(&s->d, "contact/" OFFER_ID, FOURTEEN_DAYS_END_MS + DAY_MS);
  assert_null(c.records);
}

// --- supervision

static struct change supervised(struct story *s, int64_t at_ms) {
  RecordSupervision *cmd = arena_take(&s->d.arena, sizeof *cmd);
  record_supervision__init(cmd);
  cmd->id = s->mentor->id;
  cmd->at = timestamp_of(&s->d.arena, at_ms);
  return decided(&s->d, cmd);
}

static void a_mentor_is_due_four_weeks_after_registration_and_after_each_supervision(void **state) {
  struct story *s = *state;
  RegisterMentor cmd = REGISTER_MENTOR__INIT;
  cmd.mentor = mentor_of(&s->d, 5);
  cmd.mentor->supervised_by = "nobody";
  cmd.mentor->supervised_until = NULL;
  struct change c = decided(&s->d, &cmd);
  const Mentor *mentor = written(&c, &mentor__descriptor, mentor_id(&s->d, 5));
  // The clocks go forward between the two.
  int64_t due_at_ms = DECISION_NOW_MS + 28 * DAY_MS + 13 * HOUR_MS;
  assert_int_equal(timestamp_ms(mentor->supervised_until), due_at_ms);
  assert_string_equal(mentor->supervised_by, "");
  assert_int_equal(timer_set(&c, arena_printf(&s->d.arena, "supervision/%s", mentor->id)), due_at_ms);
  as_supervisor(&s->d);
  c = supervised(s, DECISION_NOW_MS - DAY_MS);
  mentor = (const Mentor *)c.reply;
  assert_int_equal(timestamp_ms(mentor->supervised_until), due_at_ms - DAY_MS);
  assert_string_equal(mentor->supervised_by, "S01");
  assert_non_null(published(&c, &mentor_supervised__descriptor));
}

static void a_registration_may_say_when_and_a_later_one_that_does_not_is_the_same(void **state) {
  struct story *s = *state;
  RegisterMentor cmd = REGISTER_MENTOR__INIT;
  cmd.mentor = mentor_of(&s->d, 5);
  int64_t said_ms = timestamp_ms(cmd.mentor->supervised_until);
  struct change c = decided(&s->d, &cmd);
  assert_int_equal(timer_set(&c, arena_printf(&s->d.arena, "supervision/%s", cmd.mentor->id)), said_ms);
  commit(&s->d, c);
  cmd.mentor->supervised_until = NULL;
  c = decided(&s->d, &cmd);
  assert_done(&c);
  assert_null(c.records);
  ChangeMentor change = CHANGE_MENTOR__INIT;
  change.mentor = cmd.mentor;
  change.seen_version = 1;
  commit(&s->d, decided(&s->d, &change));
  const Mentor *now = decision_record(&s->d, &mentor__descriptor, cmd.mentor->id);
  assert_int_equal(timestamp_ms(now->supervised_until), said_ms);
}

static void an_overdue_supervision_is_a_task_until_it_was_held(void **state) {
  struct story *s = *state;
  const char *id = arena_printf(&s->d.arena, "supervision-%s", s->mentor->id);
  const char *timer = arena_printf(&s->d.arena, "supervision/%s", s->mentor->id);
  as_supervisor(&s->d);
  commit(&s->d, supervised(s, DECISION_NOW_MS));
  int64_t due_at_ms = DECISION_NOW_MS + 28 * DAY_MS + 13 * HOUR_MS;
  struct change c = timer_came(&s->d, timer, due_at_ms - 1);
  assert_int_equal(timer_set(&c, timer), due_at_ms);
  commit(&s->d, timer_came(&s->d, timer, due_at_ms));
  assert_true(!task_now(&s->d, id)->done_at);
  commit(&s->d, supervised(s, due_at_ms));
  assert_string_equal(task_now(&s->d, id)->done_by, "S01");
}

static void only_the_mentors_own_supervisor_records_it_and_not_ahead_of_time(void **state) {
  struct story *s = *state;
  as_coordinator(&s->d);
  struct change c = supervised(s, DECISION_NOW_MS);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(&s->d, "S02", MAY(MENTOR_SUPERVISOR));
  c = supervised(s, DECISION_NOW_MS);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_supervisor(&s->d);
  c = supervised(s, DECISION_NOW_MS + 1);
  assert_refused(&c, CODE__INVALID, "/at");
  commit(&s->d, supervised(s, DECISION_NOW_MS));
  c = supervised(s, DECISION_NOW_MS);
  assert_null(c.records);
  c = supervised(s, DECISION_NOW_MS - 1);
  assert_refused(&c, CODE__CONFLICT, "/at");
}

static void a_change_of_the_mentors_record_leaves_their_supervision_alone(void **state) {
  struct story *s = *state;
  as_supervisor(&s->d);
  commit(&s->d, supervised(s, DECISION_NOW_MS));
  ChangeMentor cmd = CHANGE_MENTOR__INIT;
  cmd.mentor = mentor_of(&s->d, 1);
  cmd.seen_version = 2;
  struct change c = decided(&s->d, &cmd);
  assert_string_equal(((const Mentor *)c.reply)->supervised_by, "S01");
  assert_non_null(((const Mentor *)c.reply)->supervised_until);
}

// --- the person's rights

static void of_a_task_the_person_is_given_what_and_when_and_not_who_was_in_question(void **state) {
  struct story *s = *state;
  given_others(s);
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  commit(&s->d, decided_timer(&s->d, "next-candidate/" OFFER_ID));
  CollectRecords cmd = COLLECT_RECORDS__INIT;
  cmd.crn = CRN;
  cmd.after = "2/";
  s->d.actor.only = "";
  decision_as(&s->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  const HeldRecords *all = (const HeldRecords *)c.reply;
  assert_int_equal(all->n_records, 1);
  assert_int_equal(all->records[0]->matching_task->kind, MATCHING_TASK_KIND__OFFER_DECLINED);
  assert_string_equal(all->records[0]->matching_task->mentor_id, "");
  assert_string_equal(all->records[0]->matching_task->next_mentor_id, "");
  assert_int_equal(all->records[0]->n_withheld, 2);
}

static void who_is_erased_leaves_no_task(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  commit(&s->d, declined(&s->d, 1, OFFER_ID));
  commit(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_null(task_now(&s->d, NEXT));
  for (size_t i = 0; i < s->d.n_members; i++) assert_null(strstr(s->d.members[i].member, OFFER_ID));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(a_declined_offer_is_before_a_coordinator_at_once),
      STORY(an_offer_that_nobody_answered_is_before_a_coordinator_too),
      STORY(the_next_candidate_is_the_best_who_has_not_refused_and_nobody_is_offered),
      STORY(where_everybody_has_refused_the_task_names_nobody),
      STORY(nobody_is_named_once_it_was_decided_or_the_person_wants_no_mentor),
      STORY(the_next_offer_settles_what_the_last_one_left),
      STORY(a_withdrawn_offer_leaves_nothing_to_decide),
      STORY(only_who_sees_all_candidates_sees_the_next),
      STORY(a_supervisor_sees_what_is_about_their_mentors_and_their_matches),
      STORY(who_may_not_read_the_person_sees_no_task_of_theirs),
      STORY(a_task_is_closed_once_with_a_reason_and_by_whom),
      STORY(a_match_is_introduced_by_the_persons_practitioner_or_a_coordinator),
      STORY(an_introduction_says_when_and_how_and_is_not_to_come),
      STORY(a_match_that_nobody_introduces_for_seven_days_is_a_task_until_it_is),
      STORY(after_fourteen_whole_days_without_a_contact_a_human_is_told),
      STORY(a_contact_starts_the_days_anew_and_settles_the_alert),
      STORY(who_did_not_come_or_met_somebody_else_had_no_contact),
      STORY(a_correction_of_a_session_counts_as_the_session_does),
      STORY(days_are_those_of_the_areas_calendar),
      STORY(the_end_of_a_match_settles_its_tasks_and_clears_its_timers),
      STORY(a_mentor_is_due_four_weeks_after_registration_and_after_each_supervision),
      STORY(a_registration_may_say_when_and_a_later_one_that_does_not_is_the_same),
      STORY(an_overdue_supervision_is_a_task_until_it_was_held),
      STORY(only_the_mentors_own_supervisor_records_it_and_not_ahead_of_time),
      STORY(a_change_of_the_mentors_record_leaves_their_supervision_alone),
      STORY(of_a_task_the_person_is_given_what_and_when_and_not_who_was_in_question),
      STORY(who_is_erased_leaves_no_task),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
