// links: intake
// kinds: trust
#include "destroyed.h"
#include "intake_world.h"
#include "retention.h"
#include <stdio.h>
#include <unistd.h>

static struct change told(struct world *w, const void *body) {
  return decided(&w->d, body);
}

static Correction *a_correction(struct world *w) {
  Correction *k = arena_take(&w->d.arena, sizeof *k);
  correction__init(k);
  k->id = SESSION_ID;
  k->crn = CRN;
  k->about = "telephone";
  k->wrong = a_narrative(w, "old");
  k->should_say = a_narrative(w, "new");
  return k;
}

static struct change proposed(struct world *w) {
  ProposeCorrection *cmd = arena_take(&w->d.arena, sizeof *cmd);
  propose_correction__init(cmd);
  cmd->correction = a_correction(w);
  return told(w, cmd);
}

static int64_t due_when_proposed_at(struct world *w, int64_t ms) {
  w->d.m.now.ms = ms;
  struct change c = proposed(w);
  assert_done(&c);
  return timestamp_ms(((const Correction *)c.reply)->due_at);
}

static void a_correction_is_due_at_the_end_of_the_same_day_next_month(void **state) {
  struct world *w = *state;
  // 2 March 2026 10:00 UTC -> the midnight after 2 April, in summer time.
  assert_int_equal(due_when_proposed_at(w, DECISION_NOW_MS), INT64_C(1775170800000));
  // 31 January 2026 12:00 UTC -> the midnight after 28 February.
  assert_int_equal(due_when_proposed_at(w, INT64_C(1769860800000)), INT64_C(1772323200000));
}

static void a_person_proposes_for_themselves_only(void **state) {
  struct world *w = *state;
  decision_as(&w->d, CRN, MAY(PERSON));
  struct change c = proposed(w);
  assert_done(&c);
  decision_as(&w->d, "X999999", MAY(PERSON));
  c = proposed(w);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void an_unanswered_correction_is_reported_once(void **state) {
  struct world *w = *state;
  struct change c = proposed(w);
  decision_commit(&w->d, &c);
  c = decided_timer(&w->d, "correction/" SESSION_ID);
  assert_non_null(published(&c, &correction_overdue__descriptor));
  decision_commit(&w->d, &c);
  c = decided_timer(&w->d, "correction/" SESSION_ID);
  assert_null(published(&c, &correction_overdue__descriptor));
}

static void a_hold_refuses_erasure(void **state) {
  struct world *w = *state;
  PlaceLegalHold hold = PLACE_LEGAL_HOLD__INIT;
  RequestErasure erase = REQUEST_ERASURE__INIT;
  hold.crn = erase.crn = CRN;
  hold.reason = erase.reason = "because";
  decision_as(&w->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = told(w, &hold);
  decision_commit(&w->d, &c);
  c = told(w, &erase);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void an_open_disclosure_refuses_erasure_until_it_is_closed(void **state) {
  struct world *w = *state;
  RequestErasure erase = REQUEST_ERASURE__INIT;
  erase.crn = CRN;
  erase.reason = "because";
  decision_as(&w->d, "officer", MAY(RECORDS_OFFICER));
  given_open_disclosure(w, 1);
  struct change c = told(w, &erase);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  given_open_disclosure(w, 0);
  c = told(w, &erase);
  assert_done(&c);
}

static void an_erasure_goes_to_the_log_before_anything_is_deleted(void **state) {
  struct world *w = *state;
  RequestErasure erase = REQUEST_ERASURE__INIT;
  erase.crn = CRN;
  erase.reason = "because";
  decision_as(&w->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = told(w, &erase);
  decision_commit(&w->d, &c);
  assert_null(c.erasures);
  c = decided_timer(&w->d, "destroy/" CRN);
  assert_non_null(c.effect);
  assert_null(c.erasures);
  SubjectDestroyed done = SUBJECT_DESTROYED__INIT;
  done.crn = CRN;
  c = told(w, &done);
  assert_non_null(published(&c, &person_erased__descriptor));
  decision_commit(&w->d, &c);
  assert_null(decision_record(&w->d, &person__descriptor, CRN));
}

static void rules_that_nobody_signed_erase_nobody(void **state) {
  struct world *w = *state;
  char errors[512];
  assert_int_equal(pathways_load_retention(w->pathways, "config/retention.yaml", errors, sizeof errors), 0);
  assert_false(retention_signed(pathways_retention(w->pathways)));
  struct change c = decided_timer(&w->d, "retain/" CRN);
  assert_null(c.records);
}

static void the_log_names_nobody_and_forgets_nobody(void **state) {
  (void)state;
  char folder[] = "/tmp/alongside-destroyed-XXXXXX", path[64], errors[128], line[256];
  const uint8_t key[32] = {1};
  assert_non_null(mkdtemp(folder));
  struct destroyed *writer = destroyed_open(folder, key, errors, sizeof errors);
  struct destroyed *reader = destroyed_open(folder, key, errors, sizeof errors);
  struct destruction one = {
      .at_ms = DECISION_NOW_MS, .area = "lon-north", .subject = CRN, .cause = "BY_RULE", .ordered_as = "-"};
  assert_false(destroyed_has(reader, "lon-north", CRN));
  assert_true(destroyed_append(writer, &one));
  destroyed_refresh(reader, DECISION_NOW_MS);
  assert_true(destroyed_has(reader, "lon-north", CRN));
  assert_false(destroyed_has(reader, "lon-south", CRN));
  snprintf(path, sizeof path, "%s/destroyed.log", folder);
  FILE *f = fopen(path, "r");
  assert_non_null(fgets(line, sizeof line, f));
  fclose(f);
  assert_null(strstr(line, CRN));
  unlink(path);
  destroyed_refresh(reader, DECISION_NOW_MS + 1000);
  assert_true(destroyed_has(reader, "lon-north", CRN));
  destroyed_free(writer);
  destroyed_free(reader);
  rmdir(folder);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(a_correction_is_due_at_the_end_of_the_same_day_next_month),
      IN_WORLD(a_person_proposes_for_themselves_only),
      IN_WORLD(an_unanswered_correction_is_reported_once),
      IN_WORLD(a_hold_refuses_erasure),
      IN_WORLD(an_erasure_goes_to_the_log_before_anything_is_deleted),
      IN_WORLD(rules_that_nobody_signed_erase_nobody),
      IN_WORLD(an_open_disclosure_refuses_erasure_until_it_is_closed),
      cmocka_unit_test(the_log_names_nobody_and_forgets_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
