// links: intake
// Opening, closing and listing engagements.
#include "intake_world.h"

#define NEW_ID "cccccccc-0000-4000-8000-000000000009"

static struct change opened(struct world *w, Engagement *e) {
  OpenEngagement *cmd = arena_take(&w->d.arena, sizeof *cmd);
  open_engagement__init(cmd);
  cmd->engagement = e;
  return decided(&w->d, cmd);
}

static struct change closed(struct world *w, const char *id, const char *why, uint64_t seen_version) {
  CloseEngagement *cmd = arena_take(&w->d.arena, sizeof *cmd);
  close_engagement__init(cmd);
  cmd->id = (char *)id;
  cmd->why = (char *)why;
  cmd->seen_version = seen_version;
  return decided(&w->d, cmd);
}

static void an_engagement_takes_its_practitioner_from_the_person(void **state) {
  struct world *w = *state;
  struct change c = opened(w, an_engagement(w, NEW_ID, "supervision"));
  assert_done(&c);
  assert_true(c.created);
  const Engagement *e = written(&c, &engagement__descriptor, NEW_ID);
  assert_string_equal(e->practitioner, "N07A123");
  assert_int_equal(timestamp_ms(e->opened_at), DECISION_NOW_MS);
  const EngagementOpened *event = published(&c, &engagement_opened__descriptor);
  assert_string_equal(event->pathway, "supervision");
  decision_commit(&w->d, &c);
  assert_true(decision_in_index(&w->d, "engagements-of/" CRN, NEW_ID));
}

static void opening_again_answers_as_before_even_once_closed(void **state) {
  struct world *w = *state;
  struct change first = opened(w, an_engagement(w, NEW_ID, "supervision"));
  decision_commit(&w->d, &first);
  struct change end = closed(w, NEW_ID, "The order ended.", 1);
  decision_commit(&w->d, &end);
  struct change c = opened(w, an_engagement(w, NEW_ID, "supervision"));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.records);
  assert_int_equal(c.version, 2);
}

static void an_id_that_is_taken_by_another_engagement_is_a_conflict(void **state) {
  struct world *w = *state;
  struct change c = opened(w, an_engagement(w, SUPERVISION_ID, "practical-help"));
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void an_engagement_needs_a_known_person_and_pathway(void **state) {
  struct world *w = *state;
  Engagement *e = an_engagement(w, NEW_ID, "supervision");
  e->crn = "X999999";
  struct change c = opened(w, e);
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  e->crn = "nobody";
  c = opened(w, e);
  assert_refused(&c, CODE__INVALID, "/crn");
  c = opened(w, an_engagement(w, NEW_ID, "no-such-pathway"));
  assert_refused(&c, CODE__INVALID, "/pathway");
  c = opened(w, an_engagement(w, "9", "supervision"));
  assert_refused(&c, CODE__INVALID, "/id");
}

static void joint_casework_does_not_start_without_a_purpose(void **state) {
  struct world *w = *state;
  Engagement *e = an_engagement(w, NEW_ID, "joint-casework");
  e->purpose = "";
  struct change c = opened(w, e);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/purpose");
}

static void closing_says_why_and_counts_the_sessions(void **state) {
  struct world *w = *state;
  given_engagement(w, JOINT_ID, "joint-casework", 3);
  struct change c = closed(w, JOINT_ID, "The purpose is met.", 1);
  assert_done(&c);
  const Engagement *e = written(&c, &engagement__descriptor, JOINT_ID);
  assert_int_equal(timestamp_ms(e->closed_at), DECISION_NOW_MS);
  assert_string_equal(e->closed_why, "The purpose is met.");
  assert_int_equal(((const EngagementClosed *)published(&c, &engagement_closed__descriptor))->sessions_held, 3);
  c = closed(w, JOINT_ID, "", 1);
  assert_refused(&c, CODE__INVALID, "/why");
}

static void joint_casework_does_not_close_before_a_first_session(void **state) {
  struct world *w = *state;
  struct change c = closed(w, JOINT_ID, "Nobody came.", 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void what_is_closed_cannot_be_closed_again(void **state) {
  struct world *w = *state;
  struct change c = closed(w, SUPERVISION_ID, "The order ended.", 1);
  decision_commit(&w->d, &c);
  c = closed(w, SUPERVISION_ID, "The order ended.", 2);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void closing_needs_the_version_that_was_seen(void **state) {
  struct world *w = *state;
  struct change c = closed(w, SUPERVISION_ID, "The order ended.", 0);
  assert_refused(&c, CODE__INVALID, NULL);
  c = closed(w, SUPERVISION_ID, "The order ended.", 4);
  assert_refused(&c, CODE__STALE, NULL);
  c = closed(w, NEW_ID, "The order ended.", 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void engagements_are_read_and_listed_by_person(void **state) {
  struct world *w = *state;
  given_in_index(&w->d, "engagements-of/" CRN, SUPERVISION_ID);
  given_in_index(&w->d, "engagements-of/" CRN, JOINT_ID);
  ListEngagements list = LIST_ENGAGEMENTS__INIT;
  list.crn = "x123456";
  struct change c = decided(&w->d, &list);
  assert_done(&c);
  assert_int_equal(((const Engagements *)c.reply)->n_engagements, 2);
  list.crn = "X999999";
  c = decided(&w->d, &list);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  ReadEngagement read = READ_ENGAGEMENT__INIT;
  read.id = SUPERVISION_ID;
  c = decided(&w->d, &read);
  assert_done(&c);
  assert_string_equal(c.subjects->subject, CRN);
}

static void a_restricted_reader_sees_no_engagement(void **state) {
  struct world *w = *state;
  static char *restricted[] = {"N07A123"};
  Person *p = a_person(w, CRN);
  p->restricted = restricted;
  p->n_restricted = 1;
  given(&w->d, &person__descriptor, CRN, 1, p);
  ReadEngagement read = READ_ENGAGEMENT__INIT;
  read.id = SUPERVISION_ID;
  struct change c = decided(&w->d, &read);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = closed(w, SUPERVISION_ID, "The order ended.", 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = opened(w, an_engagement(w, NEW_ID, "supervision"));
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(an_engagement_takes_its_practitioner_from_the_person),
      IN_WORLD(opening_again_answers_as_before_even_once_closed),
      IN_WORLD(an_id_that_is_taken_by_another_engagement_is_a_conflict),
      IN_WORLD(an_engagement_needs_a_known_person_and_pathway),
      IN_WORLD(joint_casework_does_not_start_without_a_purpose),
      IN_WORLD(closing_says_why_and_counts_the_sessions),
      IN_WORLD(joint_casework_does_not_close_before_a_first_session),
      IN_WORLD(what_is_closed_cannot_be_closed_again),
      IN_WORLD(closing_needs_the_version_that_was_seen),
      IN_WORLD(engagements_are_read_and_listed_by_person),
      IN_WORLD(a_restricted_reader_sees_no_engagement),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
