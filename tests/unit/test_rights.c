// links: intake
// kinds: trust
#include "destroyed.h"
#include "intake_world.h"
#include "retention.h"
#include "safeguarding.pb-c.h"
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

static void given_open_disclosure(struct world *w, size_t n) {
  static char *ids[] = {"0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7b01"};
  OpenDisclosures *open = arena_take(&w->d.arena, sizeof *open);
  open_disclosures__init(open);
  open->crn = CRN;
  open->ids = ids;
  open->n_ids = n;
  given(&w->d, &open_disclosures__descriptor, CRN, 1, open);
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

// --- rules, as a controller signs them off

static char *copied_rules(const char *text) {
  static char path[64];
  snprintf(path, sizeof path, "/tmp/alongside-retention-%d.yaml", (int)getpid());
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
  return path;
}

// The example with one text in place of another, where it first stands.
static char *changed_rules(const char *from, const char *to) {
  static char was[1 << 14], now[1 << 14];
  FILE *f = fopen("config/retention.yaml", "r");
  was[fread(was, 1, sizeof was - 1, f)] = 0;
  fclose(f);
  char *at = strstr(was, from);
  assert_non_null(at);
  snprintf(now, sizeof now, "%.*s%s%s", (int)(at - was), was, to, at + strlen(from));
  return copied_rules(now);
}

#define SIGNED "signedOffBy: The Invented Controller\nsignedOffOn: 2026-03-01\n"
#define UNSIGNED "signedOffBy: \"\"\nsignedOffOn: \"\"\n"
#define DAY_MS (24 * HOUR_MS)
#define LONGEST_MS (2192 * DAY_MS)

static void given_signed_rules(struct world *w) {
  char errors[512] = "", *path = changed_rules(UNSIGNED, SIGNED);
  if (pathways_load_retention(w->pathways, path, errors, sizeof errors)) fail_msg("%s", errors);
  assert_true(retention_signed(pathways_retention(w->pathways)));
  unlink(path);
}

static struct change close_engagement(struct world *w, const char *id) {
  CloseEngagement *cmd = arena_take(&w->d.arena, sizeof *cmd);
  close_engagement__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "it was done";
  cmd->seen_version = decision_version(&w->d, &engagement__descriptor, id);
  return told(w, cmd);
}

// From the file to the destruction, by the virtual clock: nobody asks for it.
static void when_the_longest_period_after_the_last_engagement_is_over_a_signed_file_erases(void **state) {
  struct world *w = *state;
  const char *const ids[] = {SUPERVISION_ID, MENTORING_ID};
  given_signed_rules(w);
  struct change c;
  for (size_t i = 0; i < 2; i++) {
    given_in_index(&w->d, "engagements-of/" CRN, ids[i]);
    c = close_engagement(w, ids[i]);
    assert_done(&c);
    decision_commit(&w->d, &c);
  }
  int64_t due_ms = timer_set(&c, "retain/" CRN);
  assert_int_equal(due_ms, DECISION_NOW_MS + LONGEST_MS);
  w->d.m.now.ms = due_ms - DAY_MS; // as the sweep looks: too early
  c = decided_timer(&w->d, "retain/" CRN);
  assert_null(c.records);
  assert_int_equal(timer_set(&c, "retain/" CRN), due_ms);
  w->d.m.now.ms = due_ms;
  c = decided_timer(&w->d, "retain/" CRN);
  const Erasure *e = written(&c, &erasure__descriptor, CRN);
  assert_int_equal(e->cause, ERASURE_CAUSE__BY_RULE);
  decision_commit(&w->d, &c);
  c = decided_timer(&w->d, "destroy/" CRN);
  assert_int_equal(((const DestroySubject *)c.effect)->cause, ERASURE_CAUSE__BY_RULE);
  SubjectDestroyed done = SUBJECT_DESTROYED__INIT;
  done.crn = CRN;
  done.cause = ERASURE_CAUSE__BY_RULE;
  c = told(w, &done);
  decision_commit(&w->d, &c);
  assert_null(decision_record(&w->d, &person__descriptor, CRN));
}

static void by_rule_nobody_is_erased_who_has_an_open_disclosure_or_a_hold(void **state) {
  struct world *w = *state;
  LegalHold hold = LEGAL_HOLD__INIT;
  given_signed_rules(w);
  w->d.m.now.ms += 2 * LONGEST_MS;
  given_open_disclosure(w, 1);
  struct change c = decided_timer(&w->d, "retain/" CRN);
  assert_null(c.records);
  assert_int_equal(timer_set(&c, "retain/" CRN), w->d.m.now.ms + DAY_MS);
  given_open_disclosure(w, 0);
  given(&w->d, &legal_hold__descriptor, CRN, 1, &hold);
  c = decided_timer(&w->d, "retain/" CRN);
  assert_null(c.records);
}

// Each fault is said with the file, the line and what to do.
static void a_file_of_rules_that_is_wrong_is_refused_with_its_line(void **state) {
  static const struct {
    const char *from, *to;
    int line;
    const char *says;
  } faults[] = {
      {"keepDays: 2192", "keepDays: 0", 8, "must be a number of days"},
      {"keepDays: 366", "keepDays: 99999999", 16, "at most 150 years"},
      {"keepDays: 2192", "keepDays: six years", 8, ""},
      {"after: engagements_closed", "after: someday", 9, ""},
      {"class: session_record", "class: person_record", 11, "has a rule already"},
      {"class: session_record", "class: diary_record", 11, ""},
      {"    basis: \"as reminders\"\n", "    basis: \"\"\n", 22, "say what in law"},
      {"signedOffOn: \"\"", "signedOffOn: 2026-03-01", 40, "or neither"},
      {UNSIGNED, "signedOffBy: The Invented Controller\nsignedOffOn: yesterday\n", 40, "must be a day"},
      {"rules:", "rule:", 6, ""},
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char errors[512] = "", where[96];
    const char *path = changed_rules(faults[i].from, faults[i].to);
    assert_int_not_equal(pathways_load_retention(w->pathways, path, errors, sizeof errors), 0);
    snprintf(where, sizeof where, "%s:%d: ", path, faults[i].line);
    if (!strstr(errors, where) || !strstr(errors, faults[i].says)) fail_msg("%zu: %s, not %s", i, errors, where);
    unlink(path);
  }
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
      IN_WORLD(when_the_longest_period_after_the_last_engagement_is_over_a_signed_file_erases),
      IN_WORLD(by_rule_nobody_is_erased_who_has_an_open_disclosure_or_a_hold),
      IN_WORLD(a_file_of_rules_that_is_wrong_is_refused_with_its_line),
      cmocka_unit_test(the_log_names_nobody_and_forgets_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
