// links: safeguarding
// kinds: trust
// How staff are reached, and the on-call rota.
#include "safeguarding_world.h"

static struct change registered(struct decision *d, Staff *staff) {
  RegisterStaff *cmd = arena_take(&d->arena, sizeof *cmd);
  register_staff__init(cmd);
  cmd->staff = staff;
  return decided(d, cmd);
}
static struct change changed_rota(struct decision *d, OnCallRota *rota, uint64_t seen) {
  ChangeRota *cmd = arena_take(&d->arena, sizeof *cmd);
  change_rota__init(cmd);
  cmd->rota = rota;
  cmd->seen_version = seen;
  return decided(d, cmd);
}

static void staff_are_registered_once_and_changed_with_the_version_seen(void **state) {
  struct story *s = *state;
  decision_as(&s->d, "case-system", MAY(CASE_SYSTEM));
  struct change c = registered(&s->d, staff_of(&s->d, "N09A009", "+447700900109", ""));
  assert_true(c.created);
  assert_string_equal(c.records->subject, "N09A009"); // sealed under their own key
  decision_commit(&s->d, &c);
  c = registered(&s->d, staff_of(&s->d, "N09A009", "+447700900109", ""));
  assert_done(&c);
  assert_null(c.records);
  c = registered(&s->d, staff_of(&s->d, "N09A009", "+447700900110", ""));
  assert_refused(&c, CODE__CONFLICT, "/code");
  ChangeStaff change = CHANGE_STAFF__INIT;
  change.staff = staff_of(&s->d, "N09A009", "+447700900110", "");
  c = decided(&s->d, &change);
  assert_refused(&c, CODE__STALE, NULL);
  change.seen_version = 1;
  c = decided(&s->d, &change);
  assert_done(&c);
  change.staff = staff_of(&s->d, "N09A010", "+447700900110", "");
  c = decided(&s->d, &change);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void staff_who_cannot_be_reached_are_refused(void **state) {
  struct story *s = *state;
  as_lead(&s->d);
  struct change c = registered(&s->d, staff_of(&s->d, "n09", "", ""));
  assert_refused(&c, CODE__INVALID, "/code");
  assert_refused(&c, CODE__INVALID, "/personal");
  c = registered(&s->d, staff_of(&s->d, "N09A009", "0770", "nobody"));
  assert_refused(&c, CODE__INVALID, "/personal/telephone");
  assert_refused(&c, CODE__INVALID, "/personal/email");
  c = registered(&s->d, NULL);
  assert_refused(&c, CODE__INVALID, "");
}

static void names_of_staff_have_no_control_characters(void **state) {
  struct story *s = *state;
  as_lead(&s->d);
  Staff *staff = staff_of(&s->d, "N09A009", "+447700900109", "");
  staff->personal->given_name = "Ann\x1b[2J";
  staff->personal->family_name = "Two\nlines";
  staff->personal->safe_contact = "\x07";
  struct change c = registered(&s->d, staff);
  static const char *const fields[] = {"/personal/givenName", "/personal/familyName", "/personal/safeContact"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) assert_refused(&c, CODE__INVALID, fields[i]);
}

static void a_rota_is_set_once_and_changed_with_the_version_seen(void **state) {
  struct story *s = *state;
  given(&s->d, &on_call_rota__descriptor, "rota", 0, NULL);
  as_lead(&s->d);
  struct change c = changed_rota(&s->d, ROTA(&s->d, "L01A001"), 0);
  assert_true(c.created);
  assert_string_equal(((const OnCallRota *)c.reply)->changed_by, "L01A001");
  decision_commit(&s->d, &c);
  c = changed_rota(&s->d, ROTA(&s->d, "L01A001"), 0);
  assert_done(&c);
  assert_null(c.records);
  c = changed_rota(&s->d, ROTA(&s->d, "L01A002"), 0);
  assert_refused(&c, CODE__STALE, NULL);
  c = changed_rota(&s->d, ROTA(&s->d, "L01A002"), 1);
  assert_done(&c);
}

static void nobody_goes_on_call_who_cannot_be_reached(void **state) {
  struct story *s = *state;
  as_lead(&s->d);
  OnCallRota *rota = ROTA(&s->d, "L01A001", "N99A999");
  struct change c = changed_rota(&s->d, rota, 1);
  assert_refused(&c, CODE__INVALID, "/levels/1/duties/0/staff");
  static Channel email[] = {CHANNEL__EMAIL}, none[] = {CHANNEL__CHANNEL_UNSPECIFIED};
  rota = ROTA(&s->d, "H01A001"); // who has no e-mail address
  rota->levels[0]->duties[0]->channels = email;
  rota->levels[0]->duties[0]->n_channels = 1;
  c = changed_rota(&s->d, rota, 1);
  assert_refused(&c, CODE__INVALID, "/levels/0/duties/0/staff");
  rota->levels[0]->duties[0]->channels = none;
  c = changed_rota(&s->d, rota, 1);
  assert_refused(&c, CODE__INVALID, "/levels/0/duties/0/staff");
  c = changed_rota(&s->d, ROTA(&s->d, "bad code"), 1);
  assert_refused(&c, CODE__INVALID, "/levels/0/duties/0/staff");
}

static void a_rota_has_levels_and_not_too_many(void **state) {
  struct story *s = *state;
  as_lead(&s->d);
  OnCallRota empty = ON_CALL_ROTA__INIT;
  struct change c = changed_rota(&s->d, &empty, 1);
  assert_refused(&c, CODE__INVALID, "/levels");
  c = changed_rota(&s->d, NULL, 1);
  assert_refused(&c, CODE__INVALID, "/levels");
  c = changed_rota(&s->d, ROTA(&s->d, "L01A001", "L01A001", "L01A001", "L01A001", "L01A001", "L01A001"), 1);
  assert_refused(&c, CODE__INVALID, "/levels");
  OnCallRota *hollow = ROTA(&s->d, "L01A001");
  hollow->levels[0]->n_duties = 0;
  c = changed_rota(&s->d, hollow, 1);
  assert_refused(&c, CODE__INVALID, "/levels");
}

static void the_rota_is_the_leads_and_that_there_is_none_is_said(void **state) {
  struct story *s = *state;
  ReadRota read = READ_ROTA__INIT;
  decision_as(&s->d, "C01A001", MAY(COORDINATOR));
  struct change c = changed_rota(&s->d, ROTA(&s->d, "L01A001"), 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_lead(&s->d);
  c = decided(&s->d, &read);
  assert_int_equal(c.version, 1);
  given(&s->d, &on_call_rota__descriptor, "rota", 0, NULL);
  c = decided(&s->d, &read);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(staff_are_registered_once_and_changed_with_the_version_seen),
      STORY(staff_who_cannot_be_reached_are_refused),
      STORY(names_of_staff_have_no_control_characters),
      STORY(a_rota_is_set_once_and_changed_with_the_version_seen),
      STORY(nobody_goes_on_call_who_cannot_be_reached),
      STORY(a_rota_has_levels_and_not_too_many),
      STORY(the_rota_is_the_leads_and_that_there_is_none_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
