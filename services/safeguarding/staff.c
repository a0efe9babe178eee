// How staff are reached, and who of them is on call.
#include "safeguarding.h"
#include <string.h>

// --- staff

static const char *code_sent(const struct message *m) {
  if (!strcmp(m->type, "ReadStaff")) return ((const ReadStaff *)m->body)->code;
  const Staff *staff = !strcmp(m->type, "RegisterStaff") ? ((const RegisterStaff *)m->body)->staff
                                                         : ((const ChangeStaff *)m->body)->staff;
  return staff ? staff->code : "";
}

static void want_staff(struct records *want, const struct message *m) {
  if (text_is_staff_code(code_sent(m))) records_want(want, &staff__descriptor, code_sent(m));
}
void needs_register_staff(struct records *want, const struct message *m) {
  want_staff(want, m);
}
void needs_change_staff(struct records *want, const struct message *m) {
  want_staff(want, m);
}
void needs_read_staff(struct records *want, const struct message *m) {
  want_staff(want, m);
}

static void check_addresses(struct change *c, const PersonalDetails *p) {
  bool sms = p && !text_is_empty(p->telephone), email = p && !text_is_empty(p->email);
  if (sms && !text_is_telephone(p->telephone))
    change_refuse(c, CODE__INVALID, "/personal/telephone", "must be written as +447700900123, with the country code");
  if (email && !text_is_email(p->email))
    change_refuse(c, CODE__INVALID, "/personal/email", "must be an address such as name@example.org");
  if (!sms && !email)
    change_refuse(c, CODE__INVALID, "/personal", "must have a telephone number, an e-mail address, or both");
}

static void check_line(struct change *c, const char *field, const char *text) {
  if (text_has_control(text, false)) change_refuse(c, CODE__INVALID, field, "has a control character: remove it");
}

static void check_names(struct change *c, const PersonalDetails *p) {
  if (!p) return;
  check_line(c, "/personal/givenName", p->given_name);
  check_line(c, "/personal/familyName", p->family_name);
  check_line(c, "/personal/safeContact", p->safe_contact);
}

// False: it is refused, and `c` says why.
static bool check_staff(struct change *c, const Staff *staff) {
  if (!staff) {
    change_refuse(c, CODE__INVALID, "", "the member of staff is missing");
    return false;
  }
  if (!text_is_staff_code(staff->code))
    change_refuse(c, CODE__INVALID, "/code", "must be a staff code: 3 to 16 capital letters and digits");
  if (staff->personal && staff->personal->seal)
    change_refuse(c, CODE__INVALID, "/personal/seal", "is not yours to set: leave it out");
  if (staff->language && !protobuf_c_enum_descriptor_get_value(&language__descriptor, staff->language))
    change_refuse(c, CODE__INVALID, "/language", "must be ENGLISH or WELSH");
  check_addresses(c, staff->personal);
  check_names(c, staff->personal);
  return !change_refused(c);
}

static struct change kept(const struct records *have, const struct message *m, const Staff *staff) {
  struct change c = change_of(m);
  change_reply(&c, staff->code, staff, records_version(have, &staff__descriptor, staff->code));
  return c;
}

struct change decide_register_staff(const struct records *have, const struct message *m) {
  const Staff *staff = ((const RegisterStaff *)m->body)->staff;
  struct change c = change_of(m);
  if (!check_staff(&c, staff)) return c;
  const Staff *was = records_get(have, &staff__descriptor, staff->code);
  if (was && arena_packs_alike(m->arena, was, staff)) return kept(have, m, was);
  if (was)
    return refuse(m, CODE__CONFLICT, "/code", "this member of staff is registered: send If-Match to change the record");
  StaffRegistered *event = arena_take(m->arena, sizeof *event);
  staff_registered__init(event);
  event->code = staff->code;
  change_write(&c, staff->code, staff->code, staff);
  change_publish(&c, staff->code, event);
  change_reply(&c, staff->code, staff, 1);
  c.created = true;
  return c;
}

struct change decide_change_staff(const struct records *have, const struct message *m) {
  const ChangeStaff *cmd = m->body;
  struct change c = change_of(m);
  if (!check_staff(&c, cmd->staff)) return c;
  const Staff *was = records_get(have, &staff__descriptor, cmd->staff->code);
  uint64_t version = records_version(have, &staff__descriptor, cmd->staff->code);
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such member of staff in this area");
  if (cmd->seen_version != version) return refuse(m, CODE__STALE, NULL, "the record has changed since: read it again");
  StaffChanged *event = arena_take(m->arena, sizeof *event);
  staff_changed__init(event);
  event->code = cmd->staff->code;
  change_write(&c, cmd->staff->code, cmd->staff->code, cmd->staff);
  change_publish(&c, cmd->staff->code, event);
  change_reply(&c, cmd->staff->code, cmd->staff, version + 1);
  return c;
}

struct change decide_read_staff(const struct records *have, const struct message *m) {
  const char *code = code_sent(m);
  if (!text_is_staff_code(code)) return refuse(m, CODE__INVALID, "/code", "must be a staff code");
  const Staff *staff = records_get(have, &staff__descriptor, code);
  if (!staff) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such member of staff in this area");
  return kept(have, m, staff);
}

// --- the rota

void needs_rota(struct records *want) {
  const OnCallRota *rota = records_want(want, &on_call_rota__descriptor, ROTA_ID);
  for (size_t l = 0; rota && l < rota->n_levels; l++)
    for (size_t d = 0; d < rota->levels[l]->n_duties; d++)
      records_want(want, &staff__descriptor, rota->levels[l]->duties[d]->staff);
}

const OnCallRota *rota_of(const struct records *have) {
  return records_get(have, &on_call_rota__descriptor, ROTA_ID);
}

void needs_read_rota(struct records *want, const struct message *m) {
  (void)m;
  records_want(want, &on_call_rota__descriptor, ROTA_ID);
}

static bool fits(const OnCallRota *rota) {
  if (!rota || !rota->n_levels || rota->n_levels > ROTA_LEVELS) return false;
  for (size_t l = 0; l < rota->n_levels; l++)
    if (!rota->levels[l]->n_duties || rota->levels[l]->n_duties > ROTA_DUTIES) return false;
  return true;
}

void needs_change_rota(struct records *want, const struct message *m) {
  const OnCallRota *rota = ((const ChangeRota *)m->body)->rota;
  records_want(want, &on_call_rota__descriptor, ROTA_ID);
  for (size_t l = 0; fits(rota) && l < rota->n_levels; l++)
    for (size_t d = 0; d < rota->levels[l]->n_duties; d++)
      if (text_is_staff_code(rota->levels[l]->duties[d]->staff))
        records_want(want, &staff__descriptor, rota->levels[l]->duties[d]->staff);
}

// Somebody on call who cannot be reached is worse than nobody: they would be relied on.
static const char *fault_of_duty(const struct records *have, const OnCallDuty *duty) {
  if (!text_is_staff_code(duty->staff)) return "must be a staff code: 3 to 16 capital letters and digits";
  const Staff *staff = records_get(have, &staff__descriptor, duty->staff);
  if (!staff) return "is not registered: register how they are reached first";
  for (size_t i = 0; i < duty->n_channels; i++) {
    if (duty->channels[i] != CHANNEL__SMS && duty->channels[i] != CHANNEL__EMAIL)
      return "has a channel that is not SMS or EMAIL";
    if (!staff_address(staff, duty->channels[i])) return "has no address for one of the channels named";
  }
  return NULL;
}

static void check_duties(struct change *c, const struct records *have, const OnCallRota *rota) {
  for (size_t l = 0; l < rota->n_levels; l++)
    for (size_t d = 0; d < rota->levels[l]->n_duties; d++) {
      const char *fault = fault_of_duty(have, rota->levels[l]->duties[d]);
      if (fault) change_refuse(c, CODE__INVALID, arena_printf(c->arena, "/levels/%zu/duties/%zu/staff", l, d), fault);
    }
}

static bool same_levels(struct arena *a, const OnCallRota *one, const OnCallRota *other) {
  OnCallRota first = *one, second = *other;
  first.changed_at = second.changed_at = NULL;
  first.changed_by = second.changed_by = text_of("");
  return arena_packs_alike(a, &first, &second);
}

// The answer shows who is on call: that is a look at each of them.
static void reply_rota(struct change *c, const OnCallRota *rota, uint64_t version) {
  change_reply(c, NULL, rota, version);
  for (size_t l = 0; l < rota->n_levels; l++)
    for (size_t d = 0; d < rota->levels[l]->n_duties; d++) change_touch(c, rota->levels[l]->duties[d]->staff);
}

static struct change write_rota(const struct message *m, const OnCallRota *sent, uint64_t version) {
  struct change c = change_of(m);
  OnCallRota *rota = arena_copy(m->arena, sent, sizeof *sent);
  rota->changed_at = timestamp_of(m->arena, m->now.ms);
  rota->changed_by = m->actor->id;
  RotaChanged *event = arena_take(m->arena, sizeof *event);
  rota_changed__init(event);
  event->levels = (uint32_t)rota->n_levels;
  event->changed_by = m->actor->id;
  change_write(&c, NULL, ROTA_ID, rota);
  change_publish(&c, NULL, event);
  reply_rota(&c, rota, version + 1);
  c.created = !version;
  return c;
}

struct change decide_change_rota(const struct records *have, const struct message *m) {
  const ChangeRota *cmd = m->body;
  if (!fits(cmd->rota))
    return refusef(m, CODE__INVALID, "/levels", "must be 1 to %d levels, each with 1 to %d duties", ROTA_LEVELS,
                   ROTA_DUTIES);
  struct change c = change_of(m);
  check_duties(&c, have, cmd->rota);
  if (change_refused(&c)) return c;
  const OnCallRota *was = rota_of(have);
  uint64_t version = records_version(have, &on_call_rota__descriptor, ROTA_ID);
  if (was && !cmd->seen_version && same_levels(m->arena, was, cmd->rota)) {
    reply_rota(&c, was, version);
    return c;
  }
  if (cmd->seen_version != version)
    return refuse(m, CODE__STALE, NULL, "there is a rota, and it has changed since: read it again and send If-Match");
  return write_rota(m, cmd->rota, version);
}

struct change decide_read_rota(const struct records *have, const struct message *m) {
  const OnCallRota *rota = rota_of(have);
  if (!rota) return refuse(m, CODE__NOT_FOUND, NULL, "this area has no on-call rota yet: nobody would be alerted");
  struct change c = change_of(m);
  reply_rota(&c, rota, records_version(have, &on_call_rota__descriptor, ROTA_ID));
  return c;
}
