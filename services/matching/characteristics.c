// What people say of themselves: age, sex, ethnicity, disability, religion, each of it optional. It is counted by
// fairness.c once a week, and read by nobody else but the person and their practitioner: no rule, score, list or
// proposal sees it.
#include "fairness.h"

static bool valid(const ProtobufCEnumDescriptor *type, int value) {
  return protobuf_c_enum_descriptor_get_value(type, value) != NULL;
}

static void check_said(struct change *c, const SelfDescription *said) {
  static const char why[] = "is none of the answers that there are: give one of them, or leave it out";
  if (said->seal) change_refuse(c, CODE__INVALID, "/said/seal", "is not yours to set: leave it out");
  if (!valid(&age_band__descriptor, (int)said->age)) change_refuse(c, CODE__INVALID, "/said/age", why);
  if (!valid(&sex__descriptor, (int)said->sex)) change_refuse(c, CODE__INVALID, "/said/sex", why);
  if (!valid(&ethnicity__descriptor, (int)said->ethnicity)) change_refuse(c, CODE__INVALID, "/said/ethnicity", why);
  if (!valid(&answer__descriptor, (int)said->disability)) change_refuse(c, CODE__INVALID, "/said/disability", why);
  if (!valid(&religion__descriptor, (int)said->religion)) change_refuse(c, CODE__INVALID, "/said/religion", why);
}

static void want_described(struct records *want, const char *sent) {
  char crn[8];
  if (!text_crn(sent, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &characteristics__descriptor, crn);
}

// The person whom the command names, or NULL and a refusal.
static const Person *described(struct change *c, const struct records *have, const char *sent) {
  char crn[8];
  if (!text_crn(sent, crn)) {
    change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
    return NULL;
  }
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) change_refuse(c, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  return person;
}

static Characteristics *characteristics_of(const struct message *m, const Person *person, SelfDescription *said) {
  Characteristics *next = arena_take(m->arena, sizeof *next);
  characteristics__init(next);
  next->crn = person->crn;
  next->said = said;
  return next;
}

void needs_describe_self(struct records *want, const struct message *m) {
  want_described(want, ((const DescribeSelf *)m->body)->crn);
}

struct change decide_describe_self(const struct records *have, const struct message *m) {
  const DescribeSelf *cmd = m->body;
  struct change c = change_of(m);
  const Person *person = described(&c, have, cmd->crn);
  if (person && !cmd->said)
    change_refuse(&c, CODE__INVALID, "/said", "is missing: send what the person says, which may be nothing");
  if (person && cmd->said) check_said(&c, cmd->said);
  if (change_refused(&c)) return c;
  const Characteristics *next = characteristics_of(m, person, cmd->said);
  uint64_t version = records_version(have, &characteristics__descriptor, person->crn);
  const Characteristics *was = records_get(have, &characteristics__descriptor, person->crn);
  if (was && arena_packs_alike(m->arena, was, next)) {
    change_reply(&c, person->crn, was, version);
    return c;
  }
  change_write(&c, person->crn, person->crn, next);
  change_reply(&c, person->crn, next, version + 1);
  c.created = !version;
  return c;
}

void needs_read_characteristics(struct records *want, const struct message *m) {
  want_described(want, ((const ReadCharacteristics *)m->body)->crn);
}

struct change decide_read_characteristics(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Person *person = described(&c, have, ((const ReadCharacteristics *)m->body)->crn);
  if (!person) return c;
  const Characteristics *there = records_get(have, &characteristics__descriptor, person->crn);
  const void *shown = there ? there : characteristics_of(m, person, NULL);
  change_reply(&c, person->crn, shown, records_version(have, &characteristics__descriptor, person->crn));
  return c;
}
