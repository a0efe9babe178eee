// links: matching
// Two who are matched, or one of whom is booked for the other's appointment, turn out to be two who must not meet.
#include "bookings.pb-c.h"
#include "matching_world.h"
#include "rights.pb-c.h"

#define APPOINTMENT_ID "aaaaaaaa-0000-4000-8000-000000000001"
#define OF_MATCH "apart-" OFFER_ID
#define OF_BOOKING "apart-" APPOINTMENT_ID
#define STARTS_MS (DECISION_NOW_MS + 2 * DAY_MS)

// --- the world

static void given_match(struct story *s) {
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  as_coordinator(&s->d);
}

static int matched(void **state) {
  if (story_begin(state)) return -1;
  given_match(*state);
  return 0;
}
#define MATCHED(test) cmocka_unit_test_setup_teardown(test, matched, story_end)

static void given_booking(struct story *s, unsigned mentor) {
  Appointment *a = arena_take(&s->d.arena, sizeof *a);
  appointment__init(a);
  a->id = APPOINTMENT_ID;
  a->crn = CRN;
  a->starts_at = timestamp_of(&s->d.arena, STARTS_MS);
  a->place = "the civic centre";
  a->state = APPOINTMENT_STATE__PLANNED;
  given(&s->d, &appointment__descriptor, a->id, 1, a);
  BookMentor *cmd = arena_take(&s->d.arena, sizeof *cmd);
  book_mentor__init(cmd);
  cmd->booking = arena_take(&s->d.arena, sizeof *cmd->booking);
  booking__init(cmd->booking);
  cmd->booking->id = APPOINTMENT_ID;
  cmd->booking->mentor_id = mentor_id(&s->d, mentor);
  cmd->booking->role = MENTOR_ROLE__GREETER;
  as_coordinator(&s->d);
  commit_and_hear(&s->d, decided(&s->d, cmd));
}

static int booked(void **state) {
  if (story_begin(state)) return -1;
  given_booking(*state, 1);
  return 0;
}
#define BOOKED(test) cmocka_unit_test_setup_teardown(test, booked, story_end)

static void given_cover(struct story *s, unsigned mentor) {
  CoverMatch *cmd = arena_take(&s->d.arena, sizeof *cmd);
  cover_match__init(cmd);
  cmd->id = OFFER_ID;
  cmd->cover = arena_take(&s->d.arena, sizeof *cmd->cover);
  cover__init(cmd->cover);
  cmd->cover->mentor_id = mentor_id(&s->d, mentor);
  cmd->cover->from = timestamp_of(&s->d.arena, s->d.m.now.ms);
  cmd->cover->until = timestamp_of(&s->d.arena, s->d.m.now.ms + 7 * DAY_MS);
  as_coordinator(&s->d);
  commit_and_hear(&s->d, decided(&s->d, cmd));
}

// --- what happens

// The person's record is another, as intake tells.
static struct change person_changed(struct story *s) {
  PersonChanged *e = arena_take(&s->d.arena, sizeof *e);
  person_changed__init(e);
  e->crn = CRN;
  given_person(&s->d, s->person);
  return decided(&s->d, e);
}
static void hear_person(struct story *s) {
  commit_and_hear(&s->d, person_changed(s));
}

// A conflict with mentor 1 on the person's record, and none any more.
static void in_conflict(struct story *s, ConflictKind kind) {
  conflict_of(kind, mentor_id(&s->d, 1), &s->person->mentoring->n_conflicts, &s->person->mentoring->conflicts,
              &s->d.arena);
  hear_person(s);
}
static void taken_back(struct story *s) {
  s->person->mentoring->n_conflicts = 0;
  hear_person(s);
}

static const Mentor *mentor_now(struct story *s, unsigned n) {
  return decision_record(&s->d, &mentor__descriptor, mentor_id(&s->d, n));
}

// The mentor's supervisor changes the record to that.
static struct change mentor_changed(struct story *s, Mentor *to) {
  ChangeMentor *cmd = arena_take(&s->d.arena, sizeof *cmd);
  change_mentor__init(cmd);
  cmd->mentor = to;
  cmd->seen_version = decision_version(&s->d, &mentor__descriptor, to->id);
  s->d.actor.only = "";
  decision_as(&s->d, "S01", MAY(MENTOR_SUPERVISOR));
  struct change c = decided(&s->d, cmd);
  as_coordinator(&s->d);
  return c;
}
static Mentor *copy_of_mentor(struct story *s, unsigned n) {
  return arena_copy(&s->d.arena, mentor_now(s, n), sizeof(Mentor));
}

static struct change ended(struct story *s, bool for_cause) {
  EndMatch *cmd = arena_take(&s->d.arena, sizeof *cmd);
  end_match__init(cmd);
  cmd->id = OFFER_ID;
  cmd->why = "they must not meet";
  cmd->for_cause = for_cause;
  as_coordinator(&s->d);
  return decided(&s->d, cmd);
}

static void close_task(struct story *s, const char *id) {
  CloseMatchingTask *cmd = arena_take(&s->d.arena, sizeof *cmd);
  close_matching_task__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "another of the same name";
  as_coordinator(&s->d);
  struct change c = decided(&s->d, cmd);
  assert_int_equal(((const MatchingTask *)c.reply)->grounds, 0);
  commit_and_hear(&s->d, c);
}

static const MatchingTask *task_now(struct story *s, const char *id) {
  return decision_record(&s->d, &matching_task__descriptor, id);
}
static bool is_open(struct story *s, const char *id) {
  const MatchingTask *t = task_now(s, id);
  return t && !t->done_at;
}
// Open, and about that mentor.
static bool names(struct story *s, const char *id, unsigned mentor) {
  return is_open(s, id) && !strcmp(task_now(s, id)->mentor_id, mentor_id(&s->d, mentor));
}

static const MatchingTasks *listed(struct story *s) {
  ListMatchingTasks *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_matching_tasks__init(cmd);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MatchingTasks *)c.reply;
}

// --- a match

static void a_conflict_on_the_persons_record_after_acceptance_is_before_a_human_at_once(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  CONFLICT(s->person->mentoring, VICTIM_OR_WITNESS, mentor_id(d, 1));
  struct change c = person_changed(s);
  const MatchingTaskOpened *event = published(&c, &matching_task_opened__descriptor);
  assert_int_equal(event->kind, MATCHING_TASK_KIND__MUST_NOT_MEET);
  assert_string_equal(event->crn, CRN);
  assert_string_equal(event->mentor_id, mentor_id(d, 1));
  assert_string_equal(event->offer_id, OFFER_ID);
  commit_and_hear(d, c);
  assert_true(is_open(s, OF_MATCH));
}

static void so_is_whom_the_person_may_not_meet_for_a_reason_that_nobody_says(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, not_with, mentor_id(d, 1));
  hear_person(s);
  assert_true(is_open(s, OF_MATCH));
  s->person->mentoring->n_not_with = 0;
  hear_person(s);
  assert_false(is_open(s, OF_MATCH));
  LIST(s->person, restricted, mentor_id(d, 1));
  hear_person(s);
  assert_true(is_open(s, OF_MATCH));
}

static void so_is_one_on_the_mentors_record_though_the_supervisor_who_writes_it_reaches_no_person(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  Mentor *mentor = copy_of_mentor(s, 1);
  CONFLICT(mentor, CO_DEFENDANT, CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_true(names(s, OF_MATCH, 1));
  mentor = copy_of_mentor(s, 1);
  mentor->n_conflicts = 0;
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_false(is_open(s, OF_MATCH));
}

static void so_is_an_exclusion_zone_that_leaves_them_no_place(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, keep_away, "Tottenham");
  hear_person(s);
  assert_true(is_open(s, OF_MATCH));
}

static void a_match_that_is_ending_still_stands(void **state) {
  struct story *s = *state;
  EndMatch cmd = END_MATCH__INIT;
  cmd.id = OFFER_ID;
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(is_open(s, OF_MATCH));
}

static void the_match_goes_on_until_a_human_ends_it_which_settles_the_task(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_null(((const Offer *)decision_record(&s->d, &offer__descriptor, OFFER_ID))->ended_at);
  commit_and_hear(&s->d, ended(s, false));
  assert_false(is_open(s, OF_MATCH));
  assert_string_equal(task_now(s, OF_MATCH)->done_by, "C01");
}

static void an_end_for_cause_opens_nothing_for_the_match_that_it_ends(void **state) {
  struct story *s = *state;
  Mentor *mentor;
  commit_and_hear(&s->d, ended(s, true));
  hear_person(s);
  mentor = copy_of_mentor(s, 1);
  commit_and_hear(&s->d, mentor_changed(s, mentor));
  assert_null(task_now(s, OF_MATCH));
}

static void a_mistake_that_is_taken_back_settles_it_and_made_again_opens_it_again(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  taken_back(s);
  assert_false(is_open(s, OF_MATCH));
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(is_open(s, OF_MATCH));
}

static void rules_that_are_not_about_the_two_open_nothing(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->person->practitioner = "N99Z999";
  s->person->mentoring->wanted = s->person->mentoring->conflicts_checked = false;
  s->person->mentoring->gender = GENDER__MAN;
  LIST(s->person->mentoring, languages, "cy");
  LIST(s->person->mentoring, places, "Haringey");
  hear_person(s);
  Mentor *mentor = copy_of_mentor(s, 1);
  mentor->capacity = mentor->places_taken;
  mentor->vetted_until = mentor->supervised_until = timestamp_of(&d->arena, DECISION_NOW_MS - DAY_MS);
  mentor->conflicts_checked = false;
  mentor->own_practitioner = "N99Z999";
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_null(task_now(s, OF_MATCH));
}

static void a_conflict_with_somebody_else_opens_nothing(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  CONFLICT(s->person->mentoring, RELATIVE, mentor_id(d, 2));
  hear_person(s);
  Mentor *mentor = copy_of_mentor(s, 1);
  CONFLICT(mentor, RELATIVE, OTHER_CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_null(task_now(s, OF_MATCH));
}

static void what_was_known_before_anybody_looked_is_found_by_a_sweep(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  SweepWaiting cmd = SWEEP_WAITING__INIT;
  CONFLICT(s->person->mentoring, RELATIVE, mentor_id(d, 1));
  given_in_index(d, "people", CRN);
  commit_and_hear(d, decided(d, &cmd));
  commit_and_hear(d, decided_timer(d, "waiting/"));
  assert_true(is_open(s, OF_MATCH));
}

// --- how often

static void whatever_else_changes_meanwhile_a_human_is_asked_once(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  s->d.m.now.ms += DAY_MS;
  s->person->language = LANGUAGE__WELSH;
  struct change c = person_changed(s);
  assert_null(published(&c, &matching_task_opened__descriptor));
  assert_null(written(&c, &matching_task__descriptor, OF_MATCH));
  assert_int_equal(listed(s)->n_tasks, 1);
}

static void where_a_human_said_why_it_may_go_on_they_are_asked_again_only_of_what_is_new(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  close_task(s, OF_MATCH);
  hear_person(s);
  assert_false(is_open(s, OF_MATCH));
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  assert_true(is_open(s, OF_MATCH));
}

static void what_they_said_counts_no_longer_once_the_conflict_was_taken_back(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  close_task(s, OF_MATCH);
  taken_back(s);
  assert_string_equal(task_now(s, OF_MATCH)->done_why, "another of the same name");
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(is_open(s, OF_MATCH));
}

static void what_comes_on_top_of_an_open_one_leaves_one_task_in_the_list(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  s->d.m.now.ms += DAY_MS;
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  assert_int_equal(listed(s)->n_tasks, 1);
  close_task(s, OF_MATCH);
  assert_int_equal(listed(s)->n_tasks, 0);
}

// --- a cover

static void who_covers_is_kept_apart_too_and_the_end_of_the_cover_settles_it(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  EndCover cmd = END_COVER__INIT;
  cmd.id = OFFER_ID;
  given_mentor(d, mentor_of(d, 2));
  given_cover(s, 2);
  Mentor *mentor = copy_of_mentor(s, 2);
  CONFLICT(mentor, SAME_GROUP, CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_true(names(s, OF_MATCH, 2));
  commit_and_hear(d, decided(d, &cmd));
  assert_false(is_open(s, OF_MATCH));
}

static void where_neither_may_the_matchs_own_mentor_is_named_once_the_cover_is_over(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_mentor(d, mentor_of(d, 2));
  given_cover(s, 2);
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(names(s, OF_MATCH, 1));
  Mentor *mentor = copy_of_mentor(s, 2);
  CONFLICT(mentor, RELATIVE, CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_true(names(s, OF_MATCH, 2));
  d->m.now.ms = DECISION_NOW_MS + 7 * DAY_MS;
  commit_and_hear(d, decided_timer(d, "cover/" OFFER_ID));
  assert_true(names(s, OF_MATCH, 1));
  as_coordinator(d);
  assert_int_equal(listed(s)->n_tasks, 1);
}

static void who_covers_next_is_another_question(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_mentor(d, mentor_of(d, 2));
  given_mentor(d, mentor_of(d, 3));
  given_cover(s, 2);
  Mentor *mentor = copy_of_mentor(s, 2);
  CONFLICT(mentor, SAME_GROUP, CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  d->m.now.ms += 7 * DAY_MS; // and the timer is late
  given_cover(s, 3);
  assert_false(is_open(s, OF_MATCH));
}

// --- a booking

static void a_conflict_with_who_is_booked_is_before_a_human_and_withdrawing_settles_it(void **state) {
  struct story *s = *state;
  WithdrawBooking cmd = WITHDRAW_BOOKING__INIT;
  cmd.id = APPOINTMENT_ID;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(names(s, OF_BOOKING, 1));
  assert_int_equal(((const Booking *)decision_record(&s->d, &booking__descriptor, APPOINTMENT_ID))->state,
                   BOOKING_STATE__BOOKED);
  as_coordinator(&s->d);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  assert_false(is_open(s, OF_BOOKING));
  assert_string_equal(task_now(s, OF_BOOKING)->done_by, "C01");
}

static void so_is_one_that_the_mentors_record_has_and_declining_settles_it(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  DeclineBooking cmd = DECLINE_BOOKING__INIT;
  Mentor *mentor = copy_of_mentor(s, 1);
  CONFLICT(mentor, CO_DEFENDANT, CRN);
  commit_and_hear(d, mentor_changed(s, mentor));
  assert_true(is_open(s, OF_BOOKING));
  cmd.id = APPOINTMENT_ID;
  as_mentor(d, 1, NULL);
  commit_and_hear(d, decided(d, &cmd));
  assert_false(is_open(s, OF_BOOKING));
}

static void a_place_of_the_appointment_where_one_of_them_must_not_be_is_such_a_ground(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->mentor, keep_away, "the civic centre");
  commit_and_hear(d, mentor_changed(s, copy_of_mentor(s, 1)));
  assert_true(is_open(s, OF_BOOKING));
}

static void a_cancelled_appointment_settles_it_and_so_does_taking_the_conflict_back(void **state) {
  struct story *s = *state;
  AppointmentCancelled cancelled = APPOINTMENT_CANCELLED__INIT;
  cancelled.id = APPOINTMENT_ID;
  cancelled.crn = CRN;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  taken_back(s);
  assert_false(is_open(s, OF_BOOKING));
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  assert_true(is_open(s, OF_BOOKING));
  commit_and_hear(&s->d, decided(&s->d, &cancelled));
  assert_false(is_open(s, OF_BOOKING));
}

static void once_the_appointment_has_begun_a_human_still_has_to_look_and_nobody_is_asked_anew(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  s->d.m.now.ms = STARTS_MS;
  hear_person(s);
  assert_true(is_open(s, OF_BOOKING));
}

static void a_match_that_ends_for_cause_is_a_ground_against_a_booking_of_the_two(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  commit_and_hear(&s->d, ended(s, true));
  assert_null(task_now(s, OF_MATCH));
  assert_true(names(s, OF_BOOKING, 1));
}

// --- what is seen of it

static void an_open_offer_is_refused_when_it_is_accepted_and_is_no_task(void **state) {
  struct story *s = *state;
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  assert_null(task_now(s, OF_MATCH));
  as_mentor(&s->d, 1, OFFER_ID);
  struct change c = decided(&s->d, &cmd);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void whom_it_is_shown_to_it_says_that_they_must_not_meet_and_not_why(void **state) {
  struct story *s = *state;
  static const struct {
    const char *id;
    roles_t roles;
  } readers[] = {{"C01", MAY(COORDINATOR)}, {"S01", MAY(MENTOR_SUPERVISOR)}, {"N07A123", MAY(PRACTITIONER)}};
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  assert_true(task_now(s, OF_MATCH)->grounds > 0);
  for (size_t i = 0; i < sizeof readers / sizeof *readers; i++) {
    decision_as(&s->d, readers[i].id, readers[i].roles);
    const MatchingTasks *list = listed(s);
    assert_int_equal(list->n_tasks, 1);
    assert_int_equal(list->tasks[0]->kind, MATCHING_TASK_KIND__MUST_NOT_MEET);
    assert_int_equal(list->tasks[0]->grounds, 0);
  }
}

static void who_asks_for_their_records_is_not_told_that_there_was_one(void **state) {
  struct story *s = *state;
  CollectRecords cmd = COLLECT_RECORDS__INIT;
  cmd.crn = CRN;
  cmd.after = "2/"; // the tasks
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  decision_as(&s->d, "R01", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  assert_int_equal(((const HeldRecords *)c.reply)->n_records, 0);
}

static const ProtobufCMessage *people_of_mentor(struct story *s) {
  ListMyPeople *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_people__init(cmd);
  as_mentor(&s->d, 1, NULL);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return c.reply;
}

static void the_mentor_sees_nothing_of_it(void **state) {
  struct story *s = *state;
  const ProtobufCMessage *before = people_of_mentor(s);
  as_coordinator(&s->d);
  in_conflict(s, CONFLICT_KIND__VICTIM_OR_WITNESS);
  assert_true(arena_packs_alike(&s->d.arena, before, people_of_mentor(s)));
  ListMatchingTasks cmd = LIST_MATCHING_TASKS__INIT;
  struct change c = decided(&s->d, &cmd);
  assert_non_null(c.problem);
}

static void it_goes_with_the_person(void **state) {
  struct story *s = *state;
  in_conflict(s, CONFLICT_KIND__RELATIVE);
  commit_and_hear(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_null(task_now(s, OF_MATCH));
  assert_int_equal(listed(s)->n_tasks, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      MATCHED(a_conflict_on_the_persons_record_after_acceptance_is_before_a_human_at_once),
      MATCHED(so_is_whom_the_person_may_not_meet_for_a_reason_that_nobody_says),
      MATCHED(so_is_one_on_the_mentors_record_though_the_supervisor_who_writes_it_reaches_no_person),
      MATCHED(so_is_an_exclusion_zone_that_leaves_them_no_place),
      MATCHED(a_match_that_is_ending_still_stands),
      MATCHED(the_match_goes_on_until_a_human_ends_it_which_settles_the_task),
      MATCHED(an_end_for_cause_opens_nothing_for_the_match_that_it_ends),
      MATCHED(a_mistake_that_is_taken_back_settles_it_and_made_again_opens_it_again),
      MATCHED(rules_that_are_not_about_the_two_open_nothing),
      MATCHED(a_conflict_with_somebody_else_opens_nothing),
      MATCHED(what_was_known_before_anybody_looked_is_found_by_a_sweep),
      MATCHED(whatever_else_changes_meanwhile_a_human_is_asked_once),
      MATCHED(where_a_human_said_why_it_may_go_on_they_are_asked_again_only_of_what_is_new),
      MATCHED(what_they_said_counts_no_longer_once_the_conflict_was_taken_back),
      MATCHED(what_comes_on_top_of_an_open_one_leaves_one_task_in_the_list),
      MATCHED(who_covers_is_kept_apart_too_and_the_end_of_the_cover_settles_it),
      MATCHED(where_neither_may_the_matchs_own_mentor_is_named_once_the_cover_is_over),
      MATCHED(who_covers_next_is_another_question),
      BOOKED(a_conflict_with_who_is_booked_is_before_a_human_and_withdrawing_settles_it),
      BOOKED(so_is_one_that_the_mentors_record_has_and_declining_settles_it),
      BOOKED(a_place_of_the_appointment_where_one_of_them_must_not_be_is_such_a_ground),
      BOOKED(a_cancelled_appointment_settles_it_and_so_does_taking_the_conflict_back),
      BOOKED(once_the_appointment_has_begun_a_human_still_has_to_look_and_nobody_is_asked_anew),
      MATCHED(a_match_that_ends_for_cause_is_a_ground_against_a_booking_of_the_two),
      STORY(an_open_offer_is_refused_when_it_is_accepted_and_is_no_task),
      MATCHED(whom_it_is_shown_to_it_says_that_they_must_not_meet_and_not_why),
      MATCHED(who_asks_for_their_records_is_not_told_that_there_was_one),
      MATCHED(the_mentor_sees_nothing_of_it),
      MATCHED(it_goes_with_the_person),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
