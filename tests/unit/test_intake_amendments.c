// links: intake
// Amending sessions, and who reads what of them.
#include "intake_world.h"

static struct change amended(struct world *w, Session *s, uint64_t seen_version) {
  AmendSession *cmd = arena_take(&w->d.arena, sizeof *cmd);
  amend_session__init(cmd);
  cmd->session = s;
  cmd->why = "The wrong day was written.";
  cmd->seen_version = seen_version;
  return decided(&w->d, cmd);
}

static struct change read_of(struct world *w, const char *id) {
  ReadSession *cmd = arena_take(&w->d.arena, sizeof *cmd);
  read_session__init(cmd);
  cmd->id = (char *)id;
  return decided(&w->d, cmd);
}

static struct change read_version_of(struct world *w, const char *id, uint64_t version) {
  ReadSessionVersion *cmd = arena_take(&w->d.arena, sizeof *cmd);
  read_session_version__init(cmd);
  cmd->id = (char *)id;
  cmd->version = version;
  return decided(&w->d, cmd);
}

static Session *given_session(struct world *w, const char *engagement_id) {
  Session *s = a_session(w, SESSION_ID, engagement_id);
  decision_as(&w->d, "case-system", MAY(CASE_SYSTEM));
  struct change c = recorded(w, s);
  assert_done(&c);
  decision_commit(&w->d, &c);
  // The narrative is put there by hand: intake takes in none for the mentors' partition, but must hide what is there.
  const Session *kept = decision_record(&w->d, &session__descriptor, SESSION_ID);
  ((Session *)kept)->narrative = a_narrative(w, "What was said.");
  decision_as(&w->d, "N07A123", MAY(PRACTITIONER));
  return a_session(w, SESSION_ID, engagement_id);
}

static const Session *shown(const struct change *c) {
  assert_done(c);
  return (const Session *)c->reply;
}

static void an_amendment_keeps_the_version_before(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  s->goal = "Look at two flats";
  struct change c = amended(w, s, 1);
  assert_done(&c);
  assert_int_equal(c.version, 2);
  assert_string_equal(shown(&c)->amended_why, "The wrong day was written.");
  const SessionVersion *before = written(&c, &session_version__descriptor, SESSION_ID "/1");
  assert_int_equal(before->version, 1);
  assert_string_equal(before->session->goal, "");
  const SessionAmended *event = published(&c, &session_amended__descriptor);
  assert_non_null(event);
  assert_int_equal(event->was_starts_at_ms, before->session->starts_at->seconds * 1000);
  decision_commit(&w->d, &c);
  c = read_version_of(w, SESSION_ID, 1);
  assert_done(&c);
  assert_string_equal(((const SessionVersion *)c.reply)->session->narrative->text, "What was said.");
  c = read_version_of(w, SESSION_ID, 2);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void an_amendment_adjusts_the_count(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  s->attendance = an_absence(w);
  struct change c = amended(w, s, 1);
  assert_done(&c);
  assert_int_equal(((const Engagement *)written(&c, &engagement__descriptor, NULL))->sessions_held, 0);
  decision_commit(&w->d, &c);
  c = amended(w, a_session(w, SESSION_ID, SUPERVISION_ID), 2);
  assert_int_equal(((const Engagement *)written(&c, &engagement__descriptor, NULL))->sessions_held, 1);
  decision_commit(&w->d, &c);
  c = amended(w, a_session(w, SESSION_ID, SUPERVISION_ID), 3);
  assert_null(written(&c, &engagement__descriptor, NULL));
}

static void an_amended_start_moves_the_session_in_its_list(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  s->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 2 * HOUR_MS);
  struct change c = amended(w, s, 1);
  decision_commit(&w->d, &c);
  assert_true(decision_in_index(&w->d, "sessions-of/" CRN, "1772438400000/" SESSION_ID));
  assert_false(decision_in_index(&w->d, "sessions-of/" CRN, "1772442000000/" SESSION_ID));
}

static void an_amendment_needs_a_reason_and_the_version_that_was_seen(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  struct change c = amended(w, s, 0);
  assert_refused(&c, CODE__INVALID, NULL);
  c = amended(w, s, 2);
  assert_refused(&c, CODE__STALE, NULL);
  AmendSession cmd = AMEND_SESSION__INIT;
  cmd.session = s;
  cmd.seen_version = 1;
  c = decided(&w->d, &cmd);
  assert_refused(&c, CODE__INVALID, "/why");
  cmd.session = NULL;
  c = decided(&w->d, &cmd);
  assert_refused(&c, CODE__INVALID, "/session");
}

static void an_amendment_names_its_wrong_fields_below_session(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  s->ends_at = s->starts_at;
  struct change c = amended(w, s, 1);
  assert_refused(&c, CODE__INVALID, "/session/endsAt");
  s = a_session(w, SESSION_ID, JOINT_ID);
  c = amended(w, s, 1);
  assert_refused(&c, CODE__INVALID, "/session/engagementId");
  s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->appointment_id = APPOINTMENT_ID;
  c = amended(w, s, 1);
  assert_refused(&c, CODE__INVALID, "/session/appointmentId");
  s = a_session(w, "bbbbbbbb-0000-4000-8000-00000000ffff", SUPERVISION_ID);
  c = amended(w, s, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void an_amendment_obeys_the_pathway(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, JOINT_ID);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  decision_commit(&w->d, &c);
  static Role all[] = {ROLE__OPD_PRACTITIONER, ROLE__PRACTITIONER, ROLE__PERSON};
  s = a_session(w, SESSION_ID, JOINT_ID);
  c = amended(w, s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/session/participants");
  s->participants = all;
  s->n_participants = 3;
  given_engagement(w, JOINT_ID, "joint-casework", 6);
  c = amended(w, s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/session/engagementId");
}

static void who_amends_what_they_cannot_read_leaves_the_narrative_as_it_was(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, MENTORING_ID);
  struct change c = amended(w, s, 1);
  assert_null(shown(&c)->narrative);
  const Session *kept = written(&c, &session__descriptor, SESSION_ID);
  assert_string_equal(kept->narrative->text, "What was said.");
}

// What only those in the confidence see of a session, and what everybody may.
static void assert_contact_alone(const Session *s) {
  assert_null(s->narrative);
  assert_string_equal(s->goal, "");
  assert_string_equal(s->amended_why, "");
  assert_int_equal(s->n_measures + s->n_components, 0);
  assert_string_equal(s->outcome, "ATTC");
  assert_int_equal(s->mode, MODE__IN_PERSON);
  assert_non_null(s->starts_at);
}

static Session *given_confidence(struct world *w) {
  static Measure alliance = MEASURE__INIT, *measures[] = {&alliance};
  given_session(w, MENTORING_ID);
  alliance.name = "alliance";
  alliance.from = ROLE__PERSON;
  alliance.value = 6;
  Session *s = (Session *)decision_record(&w->d, &session__descriptor, SESSION_ID);
  s->goal = "Told in confidence.";
  s->amended_why = "Told in confidence, too.";
  s->measures = measures;
  s->n_measures = 1;
  return s;
}

static void the_practitioner_sees_that_mentoring_took_place_and_nothing_else(void **state) {
  struct world *w = *state;
  given_confidence(w);
  struct change c = read_of(w, SESSION_ID);
  assert_contact_alone(shown(&c));
  ListSessions list = LIST_SESSIONS__INIT;
  list.crn = CRN;
  c = decided(&w->d, &list);
  assert_done(&c);
  assert_contact_alone(((const Sessions *)c.reply)->sessions[0]);
  decision_as(&w->d, "lead", MAY(SAFEGUARDING_LEAD));
  c = read_of(w, SESSION_ID);
  assert_contact_alone(shown(&c));
}

static void a_mentor_sees_the_sessions_that_they_recorded_and_no_others(void **state) {
  struct world *w = *state;
  Session *s = given_confidence(w);
  Offer *match = as_own_mentor(w);
  struct change c = read_of(w, SESSION_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  ListSessions list = LIST_SESSIONS__INIT;
  list.crn = CRN;
  c = decided(&w->d, &list);
  assert_int_equal(((const Sessions *)c.reply)->n_sessions, 0);
  s->recorded_by = MENTOR_ID;
  c = read_of(w, SESSION_ID);
  assert_int_equal(shown(&c)->n_measures, 1);
  c = decided(&w->d, &list);
  assert_int_equal(((const Sessions *)c.reply)->n_sessions, 1);
  match->ended_at = timestamp_of(&w->d.arena, DECISION_NOW_MS);
  c = read_of(w, SESSION_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void an_amendment_by_the_practitioner_leaves_what_they_do_not_see(void **state) {
  struct world *w = *state;
  given_confidence(w);
  Session *s = a_session(w, SESSION_ID, MENTORING_ID);
  s->mode = MODE__TELEPHONE;
  struct change c = amended(w, s, 1);
  assert_done(&c);
  const Session *kept = written(&c, &session__descriptor, SESSION_ID);
  assert_int_equal(kept->mode, MODE__TELEPHONE);
  assert_int_equal(kept->n_measures, 1);
  assert_string_equal(kept->goal, "Told in confidence.");
}

static void the_narrative_is_shown_to_its_readers_only(void **state) {
  struct world *w = *state;
  given_session(w, SUPERVISION_ID);
  struct change c = read_of(w, SESSION_ID);
  assert_string_equal(shown(&c)->narrative->text, "What was said.");
  decision_as(&w->d, "auditor", MAY(AUDITOR));
  c = read_of(w, SESSION_ID);
  assert_null(shown(&c)->narrative);
  decision_as(&w->d, "lead", MAY(SAFEGUARDING_LEAD));
  c = read_of(w, SESSION_ID);
  assert_non_null(shown(&c)->narrative);
  decision_as(&w->d, "other", MAY(OPERATOR) | MAY(MANAGER) | MAY(COORDINATOR) | MAY(CASE_SYSTEM));
  c = read_of(w, SESSION_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(&w->d, "other", MAY(COORDINATOR) | MAY(MENTOR) | MAY(CASE_SYSTEM));
  c = read_of(w, SESSION_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void sessions_are_listed_by_person_as_the_reader_may_see_them(void **state) {
  struct world *w = *state;
  given_session(w, SUPERVISION_ID);
  ListSessions list = LIST_SESSIONS__INIT;
  list.crn = "x123456";
  struct change c = decided(&w->d, &list);
  assert_done(&c);
  assert_int_equal(((const Sessions *)c.reply)->n_sessions, 1);
  assert_non_null(((const Sessions *)c.reply)->sessions[0]->narrative);
  decision_as(&w->d, "auditor", MAY(AUDITOR));
  c = decided(&w->d, &list);
  assert_null(((const Sessions *)c.reply)->sessions[0]->narrative);
  list.crn = "?";
  c = decided(&w->d, &list);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_restricted_reader_finds_no_session(void **state) {
  struct world *w = *state;
  Session *s = given_session(w, SUPERVISION_ID);
  static char *restricted[] = {"N07A123"};
  Person *p = a_person(w, CRN);
  p->restricted = restricted;
  p->n_restricted = 1;
  given(&w->d, &person__descriptor, CRN, 2, p);
  struct change c = read_of(w, SESSION_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = amended(w, s, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(an_amendment_keeps_the_version_before),
      IN_WORLD(an_amendment_adjusts_the_count),
      IN_WORLD(an_amended_start_moves_the_session_in_its_list),
      IN_WORLD(an_amendment_needs_a_reason_and_the_version_that_was_seen),
      IN_WORLD(an_amendment_names_its_wrong_fields_below_session),
      IN_WORLD(an_amendment_obeys_the_pathway),
      IN_WORLD(who_amends_what_they_cannot_read_leaves_the_narrative_as_it_was),
      IN_WORLD(the_practitioner_sees_that_mentoring_took_place_and_nothing_else),
      IN_WORLD(a_mentor_sees_the_sessions_that_they_recorded_and_no_others),
      IN_WORLD(an_amendment_by_the_practitioner_leaves_what_they_do_not_see),
      IN_WORLD(the_narrative_is_shown_to_its_readers_only),
      IN_WORLD(sessions_are_listed_by_person_as_the_reader_may_see_them),
      IN_WORLD(a_restricted_reader_finds_no_session),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
