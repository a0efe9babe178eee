// links: intake
// The explanation of confidentiality: recorded with the person's acknowledgement, and needed before the first session.
#include "intake_world.h"
#include "confidentiality.h"
#include <stdio.h>
#include <unistd.h>

#define EXPLANATION_ID "ffffffff-0000-4000-8000-000000000001"

static Engagement *given_unexplained(struct world *w) {
  Engagement *e = given_engagement(w, MENTORING_ID, "mentoring", 0);
  e->explained_version = 0;
  return e;
}

static Explanation *an_explanation(struct world *w) {
  Explanation *e = arena_take(&w->d.arena, sizeof *e);
  explanation__init(e);
  e->id = EXPLANATION_ID;
  e->engagement_id = MENTORING_ID;
  e->version = 1;
  e->language = LANGUAGE__WELSH;
  e->given_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 2 * HOUR_MS);
  e->acknowledged = ACKNOWLEDGED__ON_SCREEN;
  e->acknowledged_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS);
  return e;
}

static struct change explained(struct world *w, Explanation *e) {
  RecordExplanation *cmd = arena_take(&w->d.arena, sizeof *cmd);
  record_explanation__init(cmd);
  cmd->explanation = e;
  return decided(&w->d, cmd);
}

static struct change listed(struct world *w) {
  ListExplanations *cmd = arena_take(&w->d.arena, sizeof *cmd);
  list_explanations__init(cmd);
  cmd->engagement_id = MENTORING_ID;
  return decided(&w->d, cmd);
}

static void the_first_session_waits_for_the_explanation(void **state) {
  struct world *w = *state;
  given_unexplained(w);
  as_own_mentor(w);
  struct change c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/engagementId");
  assert_non_null(strstr(c.problem->fields[0]->why, "explain it"));
  c = explained(w, an_explanation(w));
  assert_done(&c);
  decision_commit(&w->d, &c);
  c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_done(&c);
}

static void it_binds_the_practitioner_and_the_case_system_too(void **state) {
  struct world *w = *state;
  given_unexplained(w);
  struct change c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/engagementId");
  decision_as(&w->d, "case-system", MAY(CASE_SYSTEM));
  c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/engagementId");
}

static void a_pathway_that_does_not_ask_needs_none(void **state) {
  struct world *w = *state;
  given_engagement(w, SUPERVISION_ID, "supervision", 0)->explained_version = 0;
  struct change c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_done(&c);
  Explanation *e = an_explanation(w);
  e->engagement_id = SUPERVISION_ID;
  c = explained(w, e);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/engagementId");
}

static void it_is_kept_with_who_and_when_listed_and_announced(void **state) {
  struct world *w = *state;
  given_unexplained(w);
  as_own_mentor(w);
  struct change c = explained(w, an_explanation(w));
  assert_done(&c);
  assert_true(c.created);
  const Explanation *e = written(&c, &explanation__descriptor, EXPLANATION_ID);
  assert_string_equal(e->crn, CRN);
  assert_string_equal(e->given_by, MENTOR_ID);
  assert_int_equal(e->acknowledged, ACKNOWLEDGED__ON_SCREEN);
  assert_int_equal(timestamp_ms(e->recorded_at), DECISION_NOW_MS);
  assert_int_equal(((const Engagement *)written(&c, &engagement__descriptor, MENTORING_ID))->explained_version, 1);
  assert_string_equal(((const ExplanationRecorded *)published(&c, &explanation_recorded__descriptor))->crn, CRN);
  decision_commit(&w->d, &c);
  c = listed(w);
  assert_done(&c);
  assert_int_equal(((const Explanations *)c.reply)->n_explanations, 1);
  c = explained(w, an_explanation(w)); // again: as before
  assert_done(&c);
  assert_null(c.records);
  Explanation *other = an_explanation(w);
  other->language = LANGUAGE__ENGLISH;
  c = explained(w, other);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void an_explanation_names_its_language_its_acknowledgement_and_times_that_can_be(void **state) {
  struct world *w = *state;
  given_unexplained(w);
  Explanation *e = an_explanation(w);
  e->id = "1";
  e->language = LANGUAGE__LANGUAGE_UNSPECIFIED;
  e->acknowledged = ACKNOWLEDGED__ACKNOWLEDGED_UNSPECIFIED;
  e->given_at = NULL;
  e->acknowledged_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + HOUR_MS);
  struct change c = explained(w, e);
  assert_refused(&c, CODE__INVALID, "/id");
  assert_refused(&c, CODE__INVALID, "/language");
  assert_refused(&c, CODE__INVALID, "/acknowledged");
  assert_refused(&c, CODE__INVALID, "/givenAt");
  assert_refused(&c, CODE__INVALID, "/acknowledgedAt");
  e = an_explanation(w);
  e->acknowledged_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 3 * HOUR_MS);
  c = explained(w, e);
  assert_refused(&c, CODE__INVALID, "/acknowledgedAt");
  c = explained(w, NULL);
  assert_refused(&c, CODE__INVALID, NULL);
}

static void only_the_wording_that_counts_now_is_explained_and_only_while_it_is_open(void **state) {
  struct world *w = *state;
  Engagement *on = given_unexplained(w);
  Explanation *e = an_explanation(w);
  e->version = 2;
  struct change c = explained(w, e);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/version");
  on->closed_at = timestamp_of(&w->d.arena, DECISION_NOW_MS);
  c = explained(w, an_explanation(w));
  assert_refused(&c, CODE__CONFLICT, "/engagementId");
}

static void a_mentor_explains_to_their_own_people_only(void **state) {
  struct world *w = *state;
  given_unexplained(w);
  Offer *match = as_own_mentor(w);
  match->mentor_id = "dddddddd-0000-4000-8000-00000000ffff";
  struct change c = explained(w, an_explanation(w));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
  c = listed(w);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_wording_is_read_in_both_languages_by_those_who_need_it(void **state) {
  struct world *w = *state;
  ReadConfidentiality cmd = READ_CONFIDENTIALITY__INIT;
  decision_as(&w->d, MENTOR_ID, MAY(MENTOR));
  struct change c = decided(&w->d, &cmd);
  assert_done(&c);
  const Confidentiality *wording = (const Confidentiality *)c.reply;
  assert_true(wording->en->n_passed_on >= 5 && wording->cy->n_passed_on == wording->en->n_passed_on);
  assert_non_null(strstr(wording->cy->acknowledgement, "Rwy’n deall"));
}

// A file that is the shipped one but for the replaced text.
static const Confidentiality *with(struct world *w, const char *was, const char *is, char errors[256]) {
  char text[16384], path[] = "/tmp/alongside-wording-XXXXXX";
  FILE *f = fopen("config/confidentiality.yaml", "r");
  assert_non_null(f);
  text[fread(text, 1, sizeof text - 1, f)] = '\0';
  fclose(f);
  char *at = strstr(text, was);
  assert_non_null(at);
  int fd = mkstemp(path);
  dprintf(fd, "%.*s%s%s", (int)(at - text), text, is, at + strlen(was));
  close(fd);
  const Confidentiality *c = confidentiality_load(&w->d.arena, path, errors, 256);
  unlink(path);
  return c;
}

static void a_wording_that_lacks_something_is_refused_at_start(void **state) {
  struct world *w = *state;
  static const char *const faults[][3] = {
      {"version: 1", "version: 0", "version"},
      {"since: \"2026-01-01T00:00:00Z\"", "", "since"},
      {"  title: Beth sy’n aros rhyngom ni, a beth sydd ddim", "", "title"},
      {"      to: the safeguarding lead on duty, at once, who tells the police", "", "whom it goes"},
      {"    - My supervisor helps me to do this well, and does not read my notes either.\n", "", "line by line"},
  };
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char errors[256] = "";
    assert_null(with(w, faults[i][0], faults[i][1], errors));
    if (!strstr(errors, faults[i][2])) fail_msg("%s: %s", faults[i][2], errors);
  }
}

static void a_new_wording_is_due_before_the_next_session_and_not_for_one_before_it(void **state) {
  struct world *w = *state;
  char errors[256] = "";
  const Confidentiality *next = with(w, "version: 1\nsince: \"2026-01-01", "version: 2\nsince: \"2026-03-01", errors);
  if (!next) fail_msg("%s", errors);
  assert_int_equal(confidentiality_needed(next, DECISION_NOW_MS), 2);
  assert_int_equal(confidentiality_needed(next, timestamp_ms(next->since)), 2);
  assert_int_equal(confidentiality_needed(next, timestamp_ms(next->since) - 1), 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(the_first_session_waits_for_the_explanation),
      IN_WORLD(it_binds_the_practitioner_and_the_case_system_too),
      IN_WORLD(a_pathway_that_does_not_ask_needs_none),
      IN_WORLD(it_is_kept_with_who_and_when_listed_and_announced),
      IN_WORLD(an_explanation_names_its_language_its_acknowledgement_and_times_that_can_be),
      IN_WORLD(only_the_wording_that_counts_now_is_explained_and_only_while_it_is_open),
      IN_WORLD(a_mentor_explains_to_their_own_people_only),
      IN_WORLD(the_wording_is_read_in_both_languages_by_those_who_need_it),
      IN_WORLD(a_wording_that_lacks_something_is_refused_at_start),
      IN_WORLD(a_new_wording_is_due_before_the_next_session_and_not_for_one_before_it),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
