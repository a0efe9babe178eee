// links: intake
// kinds: trust
// When what is kept about a person has been kept for long enough: the file of rules, and what intake orders by it.
#include "retention_world.h"

static struct change told(struct world *w, const void *body) {
  return decided(&w->d, body);
}

// --- from the file to the destruction

static struct change close_engagement(struct world *w, const char *id) {
  CloseEngagement *cmd = arena_take(&w->d.arena, sizeof *cmd);
  close_engagement__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "it was done";
  cmd->seen_version = decision_version(&w->d, &engagement__descriptor, id);
  return told(w, cmd);
}

// By the virtual clock: nobody asks for it.
static void after_the_last_engagement_each_class_goes_when_its_own_period_is_over_and_the_person_last(void **state) {
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
  assert_int_equal(timer_set(&c, "retain/" CRN), DECISION_NOW_MS);
  c = looked_after(w, 0);
  assert_int_equal(n_ordered(&c), 0);
  assert_null(c.records);
  assert_int_equal(timer_set(&c, "retain/" CRN), DECISION_NOW_MS + SHORTEST_MS);
  c = looked_after(w, SHORTEST_MS - DAY_MS); // as the sweep looks: too early
  assert_int_equal(n_ordered(&c), 0);
  c = looked_after(w, DAY_MS);
  assert_int_equal(n_ordered(&c), 2);
  assert_true(orders(&c, RECORD_CLASS__REMINDER_RECORD) && orders(&c, RECORD_CLASS__DELIVERY_RECORD));
  assert_int_equal(timer_set(&c, "erase/" CRN "/REMINDER_RECORD"), w->d.m.now.ms);
  assert_int_equal(timer_set(&c, "retain/" CRN), DECISION_NOW_MS + 1096 * DAY_MS);
  c = looked_after(w, (1096 - 366) * DAY_MS);
  assert_int_equal(n_ordered(&c), 3);
  assert_true(orders(&c, RECORD_CLASS__OFFER_RECORD));
  assert_null(written(&c, &erasure__descriptor, NULL));
  assert_int_equal(timer_set(&c, "retain/" CRN), DECISION_NOW_MS + LONGEST_MS);
  c = looked_after(w, LONGEST_MS - 1096 * DAY_MS);
  const Erasure *e = written(&c, &erasure__descriptor, CRN);
  assert_int_equal(e->cause, ERASURE_CAUSE__BY_RULE);
  c = decided_timer(&w->d, "destroy/" CRN);
  assert_int_equal(((const DestroySubject *)c.effect)->cause, ERASURE_CAUSE__BY_RULE);
  SubjectDestroyed done = SUBJECT_DESTROYED__INIT;
  done.crn = CRN;
  done.cause = ERASURE_CAUSE__BY_RULE;
  c = told(w, &done);
  decision_commit(&w->d, &c);
  assert_null(decision_record(&w->d, &person__descriptor, CRN));
  assert_null(decision_record(&w->d, &disposal__descriptor, CRN));
}

static void of_who_never_had_an_engagement_the_periods_run_from_registration(void **state) {
  struct world *w = *state;
  RegisterPerson *cmd = arena_take(&w->d.arena, sizeof *cmd);
  register_person__init(cmd);
  cmd->person = a_person(w, "X234567");
  given_signed_rules(w);
  struct change c = told(w, cmd);
  assert_done(&c);
  assert_int_equal(timer_set(&c, "retain/X234567"), DECISION_NOW_MS + SHORTEST_MS);
}

// Its own period runs from the registration and was over long ago; the engagement is open all the same.
static void while_an_engagement_is_open_nothing_goes_whatever_its_period_runs_from(void **state) {
  struct world *w = *state;
  given_rules(w, "after: engagements_closed\n    basis: \"as reminders\"",
              "after: registered\n    basis: \"as reminders\"", true);
  given_in_index(&w->d, "engagements-of/" CRN, SUPERVISION_ID);
  struct change c = looked_after(w, 2 * LONGEST_MS);
  assert_int_equal(n_ordered(&c), 0);
  assert_int_equal(timer_set(&c, "retain/" CRN), -1);
}

// --- what keeps it

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

static void while_a_disclosure_is_open_no_class_goes_and_every_day_is_looked_again(void **state) {
  struct world *w = *state;
  given_signed_rules(w);
  given_closed_engagement(w);
  given_open_disclosure(w, 1);
  struct change c = looked_after(w, SHORTEST_MS);
  assert_int_equal(n_ordered(&c), 0);
  assert_int_equal(timer_set(&c, "retain/" CRN), w->d.m.now.ms + DAY_MS);
  given_open_disclosure(w, 0);
  c = looked_after(w, DAY_MS);
  assert_int_equal(n_ordered(&c), 2);
}

static const Disposal *disposal(struct world *w) {
  return decision_record(&w->d, &disposal__descriptor, CRN);
}

static void given_ordered(struct world *w) {
  given_signed_rules(w);
  given_closed_engagement(w);
  (void)looked_after(w, SHORTEST_MS);
  assert_int_equal(disposal(w)->n_classes, 2);
}

static void a_hold_stops_what_is_ordered_and_lifting_it_orders_it_again(void **state) {
  struct world *w = *state;
  PlaceLegalHold place = PLACE_LEGAL_HOLD__INIT;
  LiftLegalHold lift = LIFT_LEGAL_HOLD__INIT;
  place.crn = lift.crn = CRN;
  place.reason = lift.reason = "an appeal";
  given_ordered(w);
  decision_as(&w->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = told(w, &place);
  decision_commit(&w->d, &c);
  assert_int_equal(disposal(w)->n_classes, 0);
  c = looked_after(w, DAY_MS);
  assert_int_equal(n_ordered(&c), 0);
  c = told(w, &lift);
  assert_int_equal(timer_set(&c, "retain/" CRN), w->d.m.now.ms);
  decision_commit(&w->d, &c);
  c = looked_after(w, 0);
  assert_int_equal(n_ordered(&c), 2);
  assert_int_equal(disposal(w)->n_classes, 2);
  assert_int_equal(disposal(w)->n_begun, 2);
}

// Its record is written even where nothing is ordered: whoever looks at the same moment has read an index, which has no
// version, and must find that something has changed.
static void a_new_engagement_stops_what_is_ordered_or_is_being_ordered(void **state) {
  struct world *w = *state;
  OpenEngagement open = OPEN_ENGAGEMENT__INIT;
  given_signed_rules(w);
  open.engagement = an_engagement(w, "cccccccc-0000-4000-8000-000000000009", "supervision");
  struct change c = told(w, &open);
  assert_non_null(written(&c, &disposal__descriptor, CRN));
  given_ordered(w);
  open.engagement = an_engagement(w, "cccccccc-0000-4000-8000-000000000009", "supervision");
  c = told(w, &open);
  decision_commit(&w->d, &c);
  assert_int_equal(disposal(w)->n_classes, 0);
  assert_int_equal(disposal(w)->n_begun, 2); // some of it may be gone
  c = looked_after(w, LONGEST_MS);
  assert_int_equal(n_ordered(&c), 0);
  assert_null(written(&c, &erasure__descriptor, NULL));
}

// --- rules that change

static void every_look_orders_again_what_is_past_its_period(void **state) {
  struct world *w = *state;
  given_ordered(w);
  uint64_t version = decision_version(&w->d, &disposal__descriptor, CRN);
  struct change c = looked_after(w, DAY_MS);
  assert_int_equal(n_ordered(&c), 2);
  assert_int_equal(decision_version(&w->d, &disposal__descriptor, CRN), version);
}

static void what_longer_or_unsigned_rules_keep_is_no_longer_ordered(void **state) {
  struct world *w = *state;
  given_ordered(w);
  given_rules(w, "keepDays: 366", "keepDays: 367", true);
  struct change c = looked_after(w, 0);
  assert_int_equal(n_ordered(&c), 1);
  assert_int_equal(disposal(w)->n_classes, 1);
  assert_int_equal(disposal(w)->classes[0], RECORD_CLASS__DELIVERY_RECORD);
  w->d.m.now.ms -= DAY_MS; // as if both were longer
  c = looked_after(w, 0);
  assert_int_equal(disposal(w)->n_classes, 0);
  w->d.m.now.ms += DAY_MS;
  given_signed_rules(w);
  c = looked_after(w, 0);
  assert_int_equal(disposal(w)->n_classes, 2);
  given_rules(w, "rules:", "rules:", false);
  c = looked_after(w, 0);
  assert_int_equal(disposal(w)->n_classes, 0);
}

static void rules_that_nobody_signed_order_nothing_and_write_nothing(void **state) {
  struct world *w = *state;
  OpenEngagement open = OPEN_ENGAGEMENT__INIT;
  given_rules(w, "rules:", "rules:", false);
  given_closed_engagement(w);
  struct change c = looked_after(w, LONGEST_MS);
  assert_null(c.records);
  assert_null(c.events);
  open.engagement = an_engagement(w, "cccccccc-0000-4000-8000-000000000009", "supervision");
  c = told(w, &open);
  assert_done(&c);
  assert_null(written(&c, &disposal__descriptor, NULL));
}

// --- the file

// Each fault is said with the file, the line and what to do.
static void a_file_of_rules_that_is_wrong_is_refused_with_its_line(void **state) {
  static const struct {
    const char *from, *to;
    int line;
    const char *says;
  } faults[] = {
      {"keepDays: 2192", "keepDays: 0", 10, "must be a number of days"},
      {"keepDays: 366", "keepDays: 99999999", 18, "at most 150 years"},
      {"keepDays: 2192", "keepDays: six years", 10, ""},
      {"after: engagements_closed", "after: someday", 11, ""},
      {"class: session_record", "class: person_record", 13, "has a rule already"},
      {"class: session_record", "class: diary_record", 13, ""},
      {"    basis: \"as reminders\"\n", "    basis: \"\"\n", 24, "say what in law"},
      {"keepDays: 366", "keepDays: 2193", 18, "the person goes last"},
      {"keepDays: 2192\n    after: engagements_closed", "keepDays: 4000\n    after: registered", 14,
       "the person goes last"},
      {"signedOffOn: \"\"", "signedOffOn: 2026-03-01", 50, "or neither"},
      {UNSIGNED, "signedOffBy: The Invented Controller\nsignedOffOn: yesterday\n", 50, "must be a day"},
      {"rules:", "rule:", 8, ""},
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    char errors[512] = "", where[96];
    const char *path = changed_rules(faults[i].from, faults[i].to, false);
    assert_int_not_equal(pathways_load_retention(w->pathways, path, errors, sizeof errors), 0);
    snprintf(where, sizeof where, "%s:%d: ", path, faults[i].line);
    if (!strstr(errors, where) || !strstr(errors, faults[i].says)) fail_msg("%zu: %s, not %s", i, errors, where);
    unlink(path);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(after_the_last_engagement_each_class_goes_when_its_own_period_is_over_and_the_person_last),
      IN_WORLD(of_who_never_had_an_engagement_the_periods_run_from_registration),
      IN_WORLD(while_an_engagement_is_open_nothing_goes_whatever_its_period_runs_from),
      IN_WORLD(by_rule_nobody_is_erased_who_has_an_open_disclosure_or_a_hold),
      IN_WORLD(while_a_disclosure_is_open_no_class_goes_and_every_day_is_looked_again),
      IN_WORLD(a_hold_stops_what_is_ordered_and_lifting_it_orders_it_again),
      IN_WORLD(a_new_engagement_stops_what_is_ordered_or_is_being_ordered),
      IN_WORLD(every_look_orders_again_what_is_past_its_period),
      IN_WORLD(what_longer_or_unsigned_rules_keep_is_no_longer_ordered),
      IN_WORLD(rules_that_nobody_signed_order_nothing_and_write_nothing),
      IN_WORLD(a_file_of_rules_that_is_wrong_is_refused_with_its_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
