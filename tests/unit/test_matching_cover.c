// links: matching
// A mentor is away, and another covers their match for a time.
#include "courier.pb-c.h"
#include "matching_world.h"

#define NEEDED "cover-" OFFER_ID
#define TIMER "cover/" OFFER_ID
#define FROM_MS (DECISION_NOW_MS + DAY_MS)
#define UNTIL_MS (DECISION_NOW_MS + 8 * DAY_MS)

static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

// Mentor 1 is matched with the person; mentor 2 could cover.
static int cover_begin_story(void **state) {
  if (story_begin(state)) return -1;
  struct story *s = *state;
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  commit(&s->d, decided(&s->d, &cmd));
  as_coordinator(&s->d);
  return 0;
}
#define AWAY(test) cmocka_unit_test_setup_teardown(test, cover_begin_story, story_end)

static struct change covered(struct story *s, unsigned mentor, int64_t from_ms, int64_t until_ms) {
  CoverMatch *cmd = arena_take(&s->d.arena, sizeof *cmd);
  cover_match__init(cmd);
  cmd->id = OFFER_ID;
  cmd->cover = arena_take(&s->d.arena, sizeof *cmd->cover);
  cover__init(cmd->cover);
  cmd->cover->mentor_id = mentor_id(&s->d, mentor);
  cmd->cover->from = timestamp_of(&s->d.arena, from_ms);
  cmd->cover->until = timestamp_of(&s->d.arena, until_ms);
  return decided(&s->d, cmd);
}

static struct change absent(struct story *s, int64_t from_ms, int64_t until_ms) {
  RecordAbsence *cmd = arena_take(&s->d.arena, sizeof *cmd);
  record_absence__init(cmd);
  cmd->id = s->mentor->id;
  cmd->from = timestamp_of(&s->d.arena, from_ms);
  cmd->until = timestamp_of(&s->d.arena, until_ms);
  return decided(&s->d, cmd);
}

// The people of mentor `n` at that moment.
static const MyPeople *people_of(struct story *s, unsigned n, int64_t at_ms) {
  ListMyPeople *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_people__init(cmd);
  as_mentor(&s->d, n, NULL);
  s->d.m.now.ms = at_ms;
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MyPeople *)c.reply;
}

static bool is_open(struct story *s) {
  const MatchingTask *t = decision_record(&s->d, &matching_task__descriptor, NEEDED);
  return t && !t->done_at;
}

static void each_match_of_a_mentor_who_is_away_is_a_task_until_it_is_covered(void **state) {
  struct story *s = *state;
  s->d.actor.only = "";
  decision_as(&s->d, "S01", MAY(MENTOR_SUPERVISOR));
  struct change c = absent(s, FROM_MS, UNTIL_MS);
  assert_non_null(published(&c, &mentor_away__descriptor));
  commit_and_hear(&s->d, c);
  assert_true(is_open(s));
  as_coordinator(&s->d);
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  assert_false(is_open(s));
}

static void who_covers_has_the_person_for_that_time_and_no_longer(void **state) {
  struct story *s = *state;
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_string_equal(c.recipient, arena_printf(&s->d.arena, "mentor %s", mentor_id(&s->d, 2)));
  assert_int_equal(timer_set(&c, TIMER), UNTIL_MS);
  commit(&s->d, c);
  assert_int_equal(people_of(s, 2, FROM_MS - 1)->n_people, 0);
  const MyPeople *during = people_of(s, 2, FROM_MS);
  assert_int_equal(during->n_people, 1);
  assert_int_equal(timestamp_ms(during->people[0]->covers_until), UNTIL_MS);
  assert_int_equal(people_of(s, 2, UNTIL_MS)->n_people, 0);
  assert_int_equal(people_of(s, 1, FROM_MS)->n_people, 1);
  assert_null(people_of(s, 1, FROM_MS)->people[0]->covers_until);
}

static void a_cover_takes_up_no_place_and_leaves_the_match_as_it_was(void **state) {
  struct story *s = *state;
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_null(written(&c, &mentor__descriptor, NULL));
  const Offer *match = written(&c, &offer__descriptor, OFFER_ID);
  assert_string_equal(match->mentor_id, s->mentor->id);
  assert_string_equal(match->cover->by, "C01");
}

static void its_timer_ends_it_and_leaves_nothing(void **state) {
  struct story *s = *state;
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  s->d.m.now.ms = UNTIL_MS - 1;
  struct change c = decided_timer(&s->d, TIMER);
  assert_int_equal(timer_set(&c, TIMER), UNTIL_MS);
  s->d.m.now.ms = UNTIL_MS;
  commit(&s->d, decided_timer(&s->d, TIMER));
  assert_null(((const Offer *)decision_record(&s->d, &offer__descriptor, OFFER_ID))->cover);
  assert_false(decision_in_index(&s->d, arena_printf(&s->d.arena, "matches-of/%s", mentor_id(&s->d, 2)), CRN));
}

static void so_does_a_coordinator_and_the_end_of_the_match(void **state) {
  struct story *s = *state;
  EndCover back = END_COVER__INIT;
  EndMatch end = END_MATCH__INIT;
  const char *index = arena_printf(&s->d.arena, "matches-of/%s", mentor_id(&s->d, 2));
  back.id = end.id = OFFER_ID;
  end.why = "the order has ended";
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  commit(&s->d, decided(&s->d, &back));
  assert_false(decision_in_index(&s->d, index, CRN));
  struct change c = decided(&s->d, &back);
  assert_done(&c);
  assert_null(c.records);
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  c = decided(&s->d, &end);
  assert_int_equal(timer_set(&c, TIMER), 0);
  commit(&s->d, c);
  assert_false(decision_in_index(&s->d, index, CRN));
}

static void the_rules_are_asked_for_a_cover_too(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, not_with, mentor_id(&s->d, 2));
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  c = covered(s, 1, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  c = covered(s, 9, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__NOT_FOUND, "/mentorId");
}

static void who_is_away_for_some_of_the_time_does_not_cover(void **state) {
  struct story *s = *state;
  Mentor *other = mentor_of(&s->d, 2);
  other->away_from = timestamp_of(&s->d.arena, UNTIL_MS - 1);
  other->away_until = timestamp_of(&s->d.arena, UNTIL_MS + DAY_MS);
  given_mentor(&s->d, other);
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  c = covered(s, 2, FROM_MS, UNTIL_MS - 1);
  assert_done(&c);
}

static void they_are_asked_of_who_has_withdrawn_their_wish_too(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->person->mentoring = NULL;
  LIST(s->person, restricted, mentor_id(&s->d, 2));
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void a_match_is_covered_by_one_at_a_time_and_the_same_twice_is_once(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 3));
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  struct change c = covered(s, 2, FROM_MS, UNTIL_MS);
  assert_done(&c);
  assert_null(c.records);
  c = covered(s, 3, FROM_MS, UNTIL_MS);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void the_time_of_an_absence_is_to_come_and_bounded(void **state) {
  struct story *s = *state;
  struct change c = covered(s, 2, 0, 0);
  assert_refused(&c, CODE__INVALID, "/from");
  assert_refused(&c, CODE__INVALID, "/until");
  c = absent(s, DECISION_NOW_MS - DAY_MS, DECISION_NOW_MS);
  assert_refused(&c, CODE__INVALID, "/until");
  c = absent(s, FROM_MS, FROM_MS + 92 * DAY_MS + 1);
  assert_refused(&c, CODE__INVALID, "/until");
  c = absent(s, FROM_MS, FROM_MS + 92 * DAY_MS);
  assert_done(&c);
}

static void who_is_erased_is_nobodys_to_cover(void **state) {
  struct story *s = *state;
  commit(&s->d, covered(s, 2, FROM_MS, UNTIL_MS));
  struct change c = decided_timer(&s->d, "erase/" CRN);
  assert_int_equal(timer_set(&c, TIMER), 0);
  commit(&s->d, c);
  for (size_t i = 0; i < s->d.n_members; i++) assert_null(strstr(s->d.members[i].member, CRN));
}

static void where_the_covering_mentor_takes_a_break_somebody_else_is_needed(void **state) {
  struct story *s = *state;
  commit(&s->d, covered(s, 2, DECISION_NOW_MS - 1, UNTIL_MS));
  assert_false(is_open(s));
  TakeBreak cmd = TAKE_BREAK__INIT;
  as_mentor(&s->d, 2, NULL);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  assert_true(is_open(s));
}

// Nobody knows until when mentor 1 is away, and mentor 2 covers for a week.
static void where_a_cover_ends_and_the_mentor_is_still_away_somebody_else_is_needed(void **state) {
  struct story *s = *state;
  TakeBreak cmd = TAKE_BREAK__INIT;
  as_mentor(&s->d, 1, NULL);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  as_coordinator(&s->d);
  commit(&s->d, covered(s, 2, DECISION_NOW_MS - 1, UNTIL_MS));
  assert_false(is_open(s));
  s->d.m.now.ms = UNTIL_MS;
  commit(&s->d, decided_timer(&s->d, TIMER));
  assert_true(is_open(s));
  commit(&s->d, covered(s, 2, UNTIL_MS - 1, UNTIL_MS + DAY_MS));
  assert_false(is_open(s));
  EndCover end = END_COVER__INIT;
  end.id = OFFER_ID;
  commit(&s->d, decided(&s->d, &end));
  assert_true(is_open(s));
}

static void once_their_own_mentor_is_back_nobody_is_needed_whoever_was_to_cover(void **state) {
  struct story *s = *state;
  TakeBreak cmd = TAKE_BREAK__INIT;
  EndBreak back = END_BREAK__INIT;
  as_mentor(&s->d, 1, NULL);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  as_coordinator(&s->d);
  commit(&s->d, covered(s, 2, DECISION_NOW_MS - 1, UNTIL_MS));
  as_mentor(&s->d, 2, NULL);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  assert_true(is_open(s));
  as_mentor(&s->d, 1, NULL);
  commit_and_hear(&s->d, decided(&s->d, &back));
  assert_false(is_open(s));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      AWAY(each_match_of_a_mentor_who_is_away_is_a_task_until_it_is_covered),
      AWAY(who_covers_has_the_person_for_that_time_and_no_longer),
      AWAY(a_cover_takes_up_no_place_and_leaves_the_match_as_it_was),
      AWAY(its_timer_ends_it_and_leaves_nothing),
      AWAY(so_does_a_coordinator_and_the_end_of_the_match),
      AWAY(the_rules_are_asked_for_a_cover_too),
      AWAY(who_is_away_for_some_of_the_time_does_not_cover),
      AWAY(they_are_asked_of_who_has_withdrawn_their_wish_too),
      AWAY(a_match_is_covered_by_one_at_a_time_and_the_same_twice_is_once),
      AWAY(the_time_of_an_absence_is_to_come_and_bounded),
      AWAY(who_is_erased_is_nobodys_to_cover),
      AWAY(where_the_covering_mentor_takes_a_break_somebody_else_is_needed),
      AWAY(where_a_cover_ends_and_the_mentor_is_still_away_somebody_else_is_needed),
      AWAY(once_their_own_mentor_is_back_nobody_is_needed_whoever_was_to_cover),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
