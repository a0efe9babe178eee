// links: reporting
// kinds: trust
// What a person is told of who looked at their record: from the area's audit, a part at a time.
#include "decision.h"

#include "calendar.h"
#include "reporting.h"
#include <stdlib.h>

#define CRN "X123456"

static int setup(void **state) {
  struct decision *d = calloc(1, sizeof *d);
  decision_begin(d, &reporting, NULL);
  decision_as(d, "officer", MAY(RECORDS_OFFICER));
  *state = d;
  return 0;
}

static int teardown(void **state) {
  decision_end(*state);
  free(*state);
  return 0;
}

// An offer of the person to a mentor.
static AuditEntry *a_look(struct decision *d, Role role) {
  AuditEntry *e = arena_take(&d->arena, sizeof *e);
  audit_entry__init(e);
  e->at_ms = DECISION_NOW_MS;
  e->actor = "N01A001";
  e->n_roles = 1;
  e->roles = arena_copy(&d->arena, &role, sizeof role);
  e->operation = OPERATION__DISCLOSURE;
  e->message = "MakeOffer";
  e->service = "matching";
  e->purpose = "case-review";
  e->recipient = "mentor 7a000000-0000-4000-8000-000000000001";
  e->n_subjects = 1;
  e->subjects = arena_take(&d->arena, sizeof *e->subjects);
  e->subjects[0] = CRN;
  return e;
}

static void given_look_at_somebody_else(struct decision *d) {
  AuditEntry *e = a_look(d, ROLE__COORDINATOR);
  e->subjects[0] = "X999999";
  given_in_audit(d, e);
}

static const HeldRecords *looks(struct decision *d, const char *after) {
  CollectRecords *cmd = arena_take(&d->arena, sizeof *cmd);
  collect_records__init(cmd);
  cmd->crn = "x123456";
  cmd->after = (char *)after;
  struct change c = decided(d, cmd);
  assert_done(&c);
  assert_string_equal(c.subjects->subject, CRN);
  assert_string_equal(c.recipient, "person " CRN);
  return (const HeldRecords *)c.reply;
}

static void a_person_is_told_in_which_role_when_and_for_which_purpose_somebody_looked_and_not_who(void **state) {
  struct decision *d = *state;
  given_look_at_somebody_else(d);
  given_in_audit(d, a_look(d, ROLE__COORDINATOR));
  const HeldRecords *all = looks(d, "1/");
  assert_int_equal(all->n_records, 1);
  assert_string_equal(all->next, "");
  assert_string_equal(all->records[0]->service, "matching");
  const Look *look = all->records[0]->look;
  assert_int_equal(timestamp_ms(look->at), DECISION_NOW_MS);
  assert_int_equal(look->n_roles, 1);
  assert_int_equal(look->roles[0], ROLE__COORDINATOR);
  assert_int_equal(look->operation, OPERATION__DISCLOSURE);
  assert_string_equal(look->message, "MakeOffer");
  assert_string_equal(look->purpose, "case-review");
  assert_string_equal(look->recipient, "mentor");
}

static void what_safeguarding_did_is_in_no_bundle_nor_what_was_refused_nor_what_no_human_did(void **state) {
  struct decision *d = *state;
  AuditEntry *e = a_look(d, ROLE__COORDINATOR);
  assert_true(look_is_given(e));
  e->service = "safeguarding";
  assert_false(look_is_given(e));
  assert_false(look_is_given(a_look(d, ROLE__SAFEGUARDING_LEAD)));
  e = a_look(d, ROLE__COORDINATOR);
  e->outcome = CODE__NOT_FOUND;
  assert_false(look_is_given(e));
  e = a_look(d, ROLE__COORDINATOR);
  e->n_roles = 0;
  assert_false(look_is_given(e));
  e->service = "operator";
  assert_true(look_is_given(e));
}

static void nothing_in_the_answer_shows_that_a_safeguarding_lead_looked(void **state) {
  struct decision *d = *state;
  given_in_audit(d, a_look(d, ROLE__COORDINATOR));
  const HeldRecords *without = looks(d, "1/");
  given_in_audit(d, a_look(d, ROLE__SAFEGUARDING_LEAD));
  assert_true(arena_packs_alike(&d->arena, without, looks(d, "1/")));
}

static void an_audit_that_is_long_is_given_in_parts_and_every_look_once(void **state) {
  enum {
    ALL = 1900
  };
  struct decision *d = *state;
  size_t n = 0;
  unsigned parts = 0;
  for (int i = 0; i < ALL; i++) {
    AuditEntry *e = a_look(d, ROLE__COORDINATOR);
    e->at_ms += i * INT64_C(1000);
    given_in_audit(d, e);
  }
  for (const char *after = "1/"; *after; parts++) {
    const HeldRecords *all = looks(d, after);
    for (size_t i = 0; i < all->n_records; i++, n++)
      assert_int_equal(timestamp_ms(all->records[i]->look->at), DECISION_NOW_MS + (int64_t)n * 1000);
    after = all->next;
  }
  assert_int_equal(n, ALL);
  assert_int_equal(parts, 2);
}

#define LOOKS(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      LOOKS(a_person_is_told_in_which_role_when_and_for_which_purpose_somebody_looked_and_not_who),
      LOOKS(what_safeguarding_did_is_in_no_bundle_nor_what_was_refused_nor_what_no_human_did),
      LOOKS(nothing_in_the_answer_shows_that_a_safeguarding_lead_looked),
      LOOKS(an_audit_that_is_long_is_given_in_parts_and_every_look_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
