// Legal holds: while one stands, nothing of the person is erased, and nothing disposed of.
#include "calendar.h"
#include "checks.h"
#include "erasures.h"
#include "intake.h"
#include "reading.h"

static void want_hold(struct records *want, const struct message *m, const char *crn) {
  records_want(want, &legal_hold__descriptor, crn_in(m, crn));
  records_want_closed(want, &erasure__descriptor, crn_in(m, crn));
  disposal_want(want, crn_in(m, crn));
  want_person(want, m, crn);
}

bool hold_stands(const struct records *have, const char *crn) {
  const LegalHold *hold = records_get(have, &legal_hold__descriptor, crn);
  return hold && !hold->lifted_at;
}

static struct change write_hold(struct change c, const struct records *have, LegalHold *hold) {
  uint64_t version = records_version(have, &legal_hold__descriptor, hold->crn);
  change_write(&c, hold->crn, hold->crn, hold);
  change_reply(&c, hold->crn, hold, version + 1);
  return c;
}

static struct change show_hold(const struct records *have, const struct message *m, const char *crn) {
  struct change c = change_of(m);
  change_reply(&c, crn, records_get(have, &legal_hold__descriptor, crn),
               records_version(have, &legal_hold__descriptor, crn));
  return c;
}

Narrative *erasure_reason(const struct message *m, const char *text) {
  Narrative *n = arena_take(m->arena, sizeof *n);
  narrative__init(n);
  n->partition = PARTITION__SUPERVISION;
  n->text = (char *)text;
  return n;
}

// --- placing

void needs_place_legal_hold(struct records *want, const struct message *m) {
  want_hold(want, m, ((const PlaceLegalHold *)m->body)->crn);
}

// Placing one that stands answers as before.
struct change decide_place_legal_hold(const struct records *have, const struct message *m) {
  const PlaceLegalHold *cmd = m->body;
  struct change c = change_of(m);
  if (!check_prose(&(struct checks){.change = &c, .prefix = ""}, "/reason", cmd->reason, 1, 1000)) return c;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  if (records_get(have, &erasure__descriptor, person->crn))
    return refuse(m, CODE__CONFLICT, NULL, "this person is being erased at this moment: a hold comes too late");
  if (hold_stands(have, person->crn)) return show_hold(have, m, person->crn);
  LegalHold *hold = arena_take(m->arena, sizeof *hold);
  legal_hold__init(hold);
  hold->crn = person->crn;
  hold->reason = erasure_reason(m, cmd->reason);
  hold->placed_by = m->actor->id;
  hold->placed_at = timestamp_of(m->arena, m->now.ms);
  disposal_stop(&c, have, m, hold->crn);
  c.created = true;
  return write_hold(c, have, hold);
}

// --- lifting

void needs_lift_legal_hold(struct records *want, const struct message *m) {
  want_hold(want, m, ((const LiftLegalHold *)m->body)->crn);
}

struct change decide_lift_legal_hold(const struct records *have, const struct message *m) {
  const LiftLegalHold *cmd = m->body;
  struct change c = change_of(m);
  if (!check_prose(&(struct checks){.change = &c, .prefix = ""}, "/reason", cmd->reason, 1, 1000)) return c;
  const Person *person = found_person(have, m, cmd->crn);
  const LegalHold *was = person ? records_get(have, &legal_hold__descriptor, person->crn) : NULL;
  if (!was) return not_found(m, NULL);
  if (was->lifted_at) return show_hold(have, m, person->crn);
  LegalHold *hold = arena_copy(m->arena, was, sizeof *was);
  hold->lifted_by = m->actor->id;
  hold->lifted_at = timestamp_of(m->arena, m->now.ms);
  hold->lifted_why = erasure_reason(m, cmd->reason);
  retain_look_now(&c, m, hold->crn);
  return write_hold(c, have, hold);
}

// --- reading

void needs_read_legal_hold(struct records *want, const struct message *m) {
  want_hold(want, m, ((const ReadLegalHold *)m->body)->crn);
}

struct change decide_read_legal_hold(const struct records *have, const struct message *m) {
  const Person *person = found_person(have, m, ((const ReadLegalHold *)m->body)->crn);
  if (!person || !records_get(have, &legal_hold__descriptor, person->crn)) return not_found(m, NULL);
  return show_hold(have, m, person->crn);
}
