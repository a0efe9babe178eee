// links: matching
// The waiting list: who is on it, since when, and what takes them off and puts them on again.
#include "rights.pb-c.h"
#include "waiting_world.h"

#define SINCE_MS (DECISION_NOW_MS - 5 * WEEK_MS)

static char *member(struct decision *d, const char *crn, int64_t since_ms) {
  return arena_printf(&d->arena, "%013lld/%s", (long long)since_ms, crn);
}

static void who_registers_with_the_wish_waits_since_then(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  assert_true(waits(&s->d, CRN));
  assert_int_equal(timestamp_ms(place_of(&s->d, CRN)->since), SINCE_MS);
  assert_true(decision_in_index(&s->d, WAITING_INDEX, member(&s->d, CRN, SINCE_MS)));
}

static void who_wishes_later_waits_since_the_change(void **state) {
  struct story *s = *state;
  s->person->mentoring->wanted = false;
  s->person->registered_at = timestamp_of(&s->d.arena, SINCE_MS);
  hear_registered(&s->d, CRN);
  assert_null(place_of(&s->d, CRN));
  s->person->mentoring->wanted = true;
  hear_changed(&s->d, CRN);
  assert_int_equal(timestamp_ms(place_of(&s->d, CRN)->since), DECISION_NOW_MS);
}

static void a_wish_that_is_taken_back_is_off_the_list_and_begins_anew_when_it_returns(void **state) {
  struct story *s = *state;
  Person *person = given_waiting(&s->d, CRN, 5);
  person->mentoring->wanted = false;
  hear_changed(&s->d, CRN);
  assert_false(waits(&s->d, CRN));
  assert_false(decision_in_index(&s->d, WAITING_INDEX, member(&s->d, CRN, SINCE_MS)));
  person->mentoring->wanted = true;
  hear_changed(&s->d, CRN);
  assert_int_equal(timestamp_ms(place_of(&s->d, CRN)->since), DECISION_NOW_MS);
}

static struct change answered(struct decision *d, bool accept) {
  AcceptOffer *yes = arena_take(&d->arena, sizeof *yes);
  DeclineOffer *no = arena_take(&d->arena, sizeof *no);
  accept_offer__init(yes);
  decline_offer__init(no);
  yes->id = no->id = OFFER_ID;
  as_mentor(d, 1, OFFER_ID);
  struct change c = accept ? decided(d, yes) : decided(d, no);
  as_coordinator(d);
  return c;
}

static void an_offer_takes_them_off_and_its_refusal_puts_them_on_with_the_first_wait(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  commit_and_hear(&s->d, offered(&s->d, OFFER_ID, CRN, 1));
  assert_false(waits(&s->d, CRN));
  assert_true(place_of(&s->d, CRN)->offered);
  assert_true(decision_in_index(&s->d, WAITING_OFFERS_INDEX, CRN));
  commit_and_hear(&s->d, answered(&s->d, false));
  assert_true(waits(&s->d, CRN));
  assert_false(decision_in_index(&s->d, WAITING_OFFERS_INDEX, CRN));
  assert_true(decision_in_index(&s->d, WAITING_INDEX, member(&s->d, CRN, SINCE_MS)));
}

static void a_match_keeps_them_off_until_it_ends(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  commit_and_hear(&s->d, offered(&s->d, OFFER_ID, CRN, 1));
  commit_and_hear(&s->d, answered(&s->d, true));
  assert_false(waits(&s->d, CRN));
  assert_false(place_of(&s->d, CRN)->offered);
  EndMatch end = END_MATCH__INIT;
  end.id = OFFER_ID;
  end.why = "Both agreed. (invented)";
  commit_and_hear(&s->d, decided(&s->d, &end));
  assert_true(waits(&s->d, CRN));
  assert_int_equal(timestamp_ms(place_of(&s->d, CRN)->since), SINCE_MS);
}

static void an_event_that_comes_twice_changes_nothing(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  PersonRegistered again = PERSON_REGISTERED__INIT;
  again.crn = CRN;
  struct change c = decided(&s->d, &again);
  assert_null(c.records);
  assert_null(c.indexes);
}

static void a_sweep_fills_the_list_of_an_area_that_was_there_before_it_part_by_part(void **state) {
  struct story *s = *state;
  for (unsigned n = 0; n < 60; n++) {
    given_person(&s->d, person_of(&s->d, crn_of(&s->d, n)));
    given_in_index(&s->d, "people", crn_of(&s->d, n));
  }
  SweepWaiting sweep = SWEEP_WAITING__INIT;
  struct change c = decided(&s->d, &sweep);
  assert_int_equal(timer_set(&c, "waiting/"), DECISION_NOW_MS);
  c = decided_timer(&s->d, "waiting/");
  commit(&s->d, c);
  assert_true(waits(&s->d, crn_of(&s->d, 49)));
  assert_false(waits(&s->d, crn_of(&s->d, 50)));
  assert_int_equal(timer_set(&c, "waiting/X000049"), DECISION_NOW_MS);
  c = decided_timer(&s->d, "waiting/X000049");
  commit(&s->d, c);
  assert_true(waits(&s->d, crn_of(&s->d, 59)));
  assert_null(c.timers);
}

static const WaitingPeople *listed(struct story *s, const char *after, unsigned limit) {
  ListWaiting *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_waiting__init(cmd);
  cmd->after = (char *)after;
  cmd->limit = limit;
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const WaitingPeople *)c.reply;
}

static void the_longest_wait_comes_first_with_its_weeks(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 2);
  given_waiting(&s->d, OTHER_CRN, 9);
  const WaitingPeople *list = listed(s, "", 1);
  assert_int_equal(list->n_people, 1);
  assert_string_equal(list->people[0]->crn, OTHER_CRN);
  assert_int_equal(list->people[0]->weeks, 9);
  list = listed(s, list->next, 1);
  assert_string_equal(list->people[0]->crn, CRN);
  assert_string_equal(list->next, "");
}

static void who_may_not_read_a_record_does_not_see_that_they_wait(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  Person *person = given_waiting(d, CRN, 2);
  given_waiting(d, OTHER_CRN, 1);
  LIST(person, restricted, "C01");
  const WaitingPeople *list = listed(s, "", 10);
  assert_int_equal(list->n_people, 1);
  assert_string_equal(list->people[0]->crn, OTHER_CRN);
}

static const HeldRecords *collected(struct story *s, const char *after) {
  CollectRecords *cmd = arena_take(&s->d.arena, sizeof *cmd);
  collect_records__init(cmd);
  cmd->crn = CRN;
  cmd->after = (char *)after;
  decision_as(&s->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  as_coordinator(&s->d);
  return (const HeldRecords *)c.reply;
}

static void a_person_is_given_their_place_and_that_they_were_proposed_and_not_to_whom(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  commit(&s->d, proposed(&s->d));
  const HeldRecords *first = collected(s, "");
  assert_int_equal(first->n_records, 1);
  assert_int_equal(timestamp_ms(first->records[0]->waiting->since), SINCE_MS);
  const HeldRecords *second = collected(s, first->next);
  assert_int_equal(second->n_records, 1);
  assert_int_equal(second->records[0]->proposed->weeks, 5);
  assert_string_equal(second->records[0]->proposed->mentor_id, "");
  assert_int_equal(second->records[0]->proposed->n_reasons, 0);
  assert_string_equal(second->records[0]->withheld[0]->what, "mentorId");
}

static void of_an_erased_person_neither_their_place_nor_a_pair_is_left(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  commit(&s->d, proposed(&s->d));
  PersonErased erased = PERSON_ERASED__INIT;
  erased.crn = CRN;
  struct change c = decided(&s->d, &erased);
  for (int n = 0; n < 4 && timer_set(&c, "erase/" CRN) > 0; n++) {
    c = decided_timer(&s->d, "erase/" CRN);
    decision_commit(&s->d, &c);
  }
  assert_null(place_of(&s->d, CRN));
  assert_null(pair_now(&s->d, CRN));
  for (size_t i = 0; i < s->d.n_members; i++) {
    assert_null(strstr(s->d.members[i].member, CRN));
    assert_null(strstr(s->d.members[i].index, CRN));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(who_registers_with_the_wish_waits_since_then),
      STORY(who_wishes_later_waits_since_the_change),
      STORY(a_wish_that_is_taken_back_is_off_the_list_and_begins_anew_when_it_returns),
      STORY(an_offer_takes_them_off_and_its_refusal_puts_them_on_with_the_first_wait),
      STORY(a_match_keeps_them_off_until_it_ends),
      STORY(an_event_that_comes_twice_changes_nothing),
      STORY(a_sweep_fills_the_list_of_an_area_that_was_there_before_it_part_by_part),
      STORY(the_longest_wait_comes_first_with_its_weeks),
      STORY(who_may_not_read_a_record_does_not_see_that_they_wait),
      STORY(a_person_is_given_their_place_and_that_they_were_proposed_and_not_to_whom),
      STORY(of_an_erased_person_neither_their_place_nor_a_pair_is_left),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
