// Break-glass: a practitioner's way into the record of a person who is not theirs.
//
//   OpenBreakGlass              fifteen minutes                ReviewBreakGlass, by another human
//   --------------> holds ----------------------> is over ------------------------------> reviewed
//                     '------------------------------------------------------------------^
//
// A use that nobody has reviewed blocks the actor's next. The person's practitioner and the first level of the rota are
// told at once. Somebody on the person's list of restricted readers gets the answer of a person who is not there.
#include "safeguarding.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
  REFERENCE_BYTES = 4
};

static char *id_of(struct arena *a, const char *crn, const char *actor) {
  return arena_printf(a, "%s/%s", crn, actor);
}

// --- opening

static bool check_open(struct change *c, const OpenBreakGlass *cmd, char crn[8]) {
  if (!text_crn(cmd->crn, crn)) change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  check_value(c, "/reason", &break_glass_reason__descriptor, cmd->reason);
  check_narrative(c, "/text", cmd->text, NARRATIVE_BYTES);
  return !change_refused(c);
}

void needs_open_break_glass(struct records *want, const struct message *m) {
  char crn[8];
  struct change c = change_of(m);
  if (!check_open(&c, m->body, crn)) return;
  records_want(want, &break_glass_use__descriptor, m->actor->id);
  records_want(want, &break_glass__descriptor, id_of(m->arena, crn, m->actor->id));
  const Person *person = records_want_closed(want, &person__descriptor, crn);
  if (person && text_is_staff_code(person->practitioner)) records_want(want, &staff__descriptor, person->practitioner);
  needs_rota(want);
}

// Eight characters under which the use stands on the lead's page and in the messages.
static char *reference_of(const struct message *m) {
  char *reference = arena_take(m->arena, 2 * REFERENCE_BYTES + 1);
  text_hex(m->now.random, REFERENCE_BYTES, reference);
  return reference;
}

static BreakGlass *new_use(const struct message *m, const char *crn) {
  const OpenBreakGlass *cmd = m->body;
  BreakGlass *use = arena_take(m->arena, sizeof *use);
  break_glass__init(use);
  use->crn = arena_text(m->arena, crn);
  use->actor = m->actor->id;
  use->reason = cmd->reason;
  use->text = narrative_kept(m, cmd->text);
  use->from_ms = m->now.ms;
  use->until_ms = m->now.ms + BREAK_GLASS_MS;
  use->reference = reference_of(m);
  return use;
}

static unsigned tell_owner(struct change *c, const struct records *have, const struct message *m, const char *owner,
                           const struct staff_notice *n) {
  static const Channel channels[] = {CHANNEL__SMS, CHANNEL__EMAIL};
  const Staff *staff = text_is_staff_code(owner) ? records_get(have, &staff__descriptor, owner) : NULL;
  unsigned count = 0;
  for (size_t i = 0; i < 2; i++) {
    if (!staff_address(staff, channels[i])) continue;
    staff_notify(c, m, staff, channels[i], n);
    count++;
  }
  return count;
}

// The first level on which anybody can be reached.
static unsigned tell_leads(struct change *c, const struct records *have, const struct message *m,
                           const struct staff_notice *n) {
  const OnCallRota *rota = rota_of(have);
  unsigned count = 0;
  for (uint32_t level = 1; rota && level <= rota->n_levels && !count; level++)
    count = staff_notify_level(c, have, m, level, n, NULL, NULL);
  return count;
}

static void tell(struct change *c, const struct records *have, const struct message *m, const Person *person,
                 BreakGlass *use) {
  const AlertWording *w = ((const struct safeguarding_settings *)m->settings)->wording;
  struct staff_notice n = {
      .texts = w->break_glass_owner,
      .reference = use->reference,
      .about = arena_printf(m->arena, "break-glass-owner/%s/%lld", use->reference, (long long)m->now.ms),
      .not_after_ms = m->now.ms + INT64_C(24) * 3600 * 1000};
  unsigned owner = tell_owner(c, have, m, person->practitioner, &n);
  n.texts = w->break_glass_lead;
  n.link = safeguarding_link(m, "break-glass");
  n.about = arena_printf(m->arena, "break-glass-lead/%s/%lld", use->reference, (long long)m->now.ms);
  unsigned leads = tell_leads(c, have, m, &n);
  use->told = owner + leads;
  if (!owner || !leads)
    change_alarm(c,
                 "break-glass was opened, and the owner or the lead could not be told: register how they are reached");
}

static void publish_opened(struct change *c, const BreakGlass *use) {
  BreakGlassOpened *event = arena_take(c->arena, sizeof *event);
  break_glass_opened__init(event);
  event->crn = use->crn;
  event->actor = use->actor;
  event->reason = use->reason;
  event->from_ms = use->from_ms;
  event->until_ms = use->until_ms;
  change_publish(c, use->crn, event);
}

static char *member_of(struct arena *a, const BreakGlass *use) {
  return arena_printf(a, "%d/%013lld/%s/%s", !text_is_empty(use->reviewed_by), (long long)use->from_ms, use->crn,
                      use->actor);
}

// The list of one person's: each use once, however often it was renewed.
static void list_of_person(struct change *c, const BreakGlass *use, bool remove) {
  const char *index = arena_printf(c->arena, "break-glass-of/%s", use->crn);
  const char *member = arena_printf(c->arena, "%013lld/%s/%s", (long long)use->from_ms, use->crn, use->actor);
  (remove ? change_unindex : change_index)(c, index, member);
}

static void block(struct change *c, const char *actor, const char *crn) {
  BreakGlassUse *use = arena_take(c->arena, sizeof *use);
  break_glass_use__init(use);
  use->crn = text_of(crn);
  change_write(c, NULL, actor, use);
}

static struct change open_it(const struct records *have, const struct message *m, const Person *person,
                             const char *crn) {
  struct change c = change_of(m);
  BreakGlass *use = new_use(m, crn);
  const char *id = id_of(m->arena, crn, m->actor->id);
  const BreakGlass *before =
      records_get(have, &break_glass__descriptor, id); // reviewed: the index keeps one for each id
  if (before) change_unindex(&c, BREAK_GLASS_INDEX, member_of(m->arena, before));
  if (before) list_of_person(&c, before, true);
  tell(&c, have, m, person, use);
  change_write(&c, use->crn, id, use);
  block(&c, m->actor->id, use->crn);
  change_index(&c, BREAK_GLASS_INDEX, member_of(m->arena, use));
  list_of_person(&c, use, false);
  change_recipient(&c, "practitioner", use->actor);
  publish_opened(&c, use);
  change_reply(&c, use->crn, use, records_version(have, &break_glass__descriptor, id) + 1);
  c.created = true;
  return c;
}

// The same again while it holds: as for every repeated message, the answer is as before.
static bool is_same(const struct message *m, const BreakGlass *use, const char *crn) {
  const OpenBreakGlass *cmd = m->body;
  return use && !strcmp(use->crn, crn) && m->now.ms < use->until_ms && text_is_empty(use->reviewed_by) &&
         use->reason == cmd->reason && use->text && !strcmp(use->text->text, cmd->text->text);
}

// That a use waits for review is said before anything is said about the person.
struct change decide_open_break_glass(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  char crn[8];
  if (!check_open(&c, m->body, crn)) return c;
  const char *id = id_of(m->arena, crn, m->actor->id);
  const Person *person = records_get(have, &person__descriptor, crn);
  const BreakGlassUse *open = records_get(have, &break_glass_use__descriptor, m->actor->id);
  const BreakGlass *before = records_get(have, &break_glass__descriptor, id);
  if (open && !text_is_empty(open->crn) && person && is_same(m, before, crn)) {
    change_reply(&c, before->crn, before, records_version(have, &break_glass__descriptor, id));
    return c;
  }
  if (open && !text_is_empty(open->crn))
    return refuse(m, CODE__REFUSED_BY_RULE, NULL,
                  "your last use of break-glass has not been reviewed yet: ask a safeguarding lead to review it");
  if (!person) return refuse(m, CODE__NOT_FOUND, "/crn", "there is no such person in this area");
  if (!strcmp(person->practitioner, m->actor->id))
    return refuse(m, CODE__CONFLICT, "/crn", "this person is yours: you may read the record as it is");
  return open_it(have, m, person, crn);
}

// --- reviewing

static bool check_review(struct change *c, const ReviewBreakGlass *cmd, char crn[8]) {
  if (!text_crn(cmd->crn, crn)) change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  if (text_is_empty(cmd->actor) || strlen(cmd->actor) > 128)
    change_refuse(c, CODE__INVALID, "/actor", "must say whose use it was");
  check_value(c, "/finding", &break_glass_finding__descriptor, cmd->finding);
  check_narrative(c, "/review", cmd->review, NARRATIVE_BYTES);
  return !change_refused(c);
}

void needs_review_break_glass(struct records *want, const struct message *m) {
  const ReviewBreakGlass *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!check_review(&c, cmd, crn)) return;
  records_want(want, &break_glass__descriptor, id_of(m->arena, crn, cmd->actor));
  records_want(want, &break_glass_use__descriptor, cmd->actor);
}

// What was not justified is over at once.
static BreakGlass *reviewed(const struct message *m, const BreakGlass *was) {
  const ReviewBreakGlass *cmd = m->body;
  BreakGlass *use = arena_copy(m->arena, was, sizeof *was);
  use->reviewed_by = m->actor->id;
  use->finding = cmd->finding;
  use->review = narrative_kept(m, cmd->review);
  use->reviewed_at_ms = m->now.ms;
  if (use->finding == BREAK_GLASS_FINDING__NOT_JUSTIFIED && use->until_ms > m->now.ms) use->until_ms = m->now.ms;
  return use;
}

static void publish_reviewed(struct change *c, const BreakGlass *use) {
  BreakGlassReviewed *event = arena_take(c->arena, sizeof *event);
  break_glass_reviewed__init(event);
  event->crn = use->crn;
  event->actor = use->actor;
  event->by = use->reviewed_by;
  event->finding = use->finding;
  event->at_ms = use->reviewed_at_ms;
  change_publish(c, use->crn, event);
}

static struct change review(const struct records *have, const struct message *m, const BreakGlass *was,
                            const char *id) {
  struct change c = change_of(m);
  BreakGlass *use = reviewed(m, was);
  change_write(&c, use->crn, id, use);
  change_unindex(&c, BREAK_GLASS_INDEX, member_of(m->arena, was));
  change_index(&c, BREAK_GLASS_INDEX, member_of(m->arena, use));
  const BreakGlassUse *open = records_get(have, &break_glass_use__descriptor, use->actor);
  if (open && !strcmp(open->crn, use->crn)) block(&c, use->actor, "");
  publish_reviewed(&c, use);
  change_reply(&c, use->crn, use, records_version(have, &break_glass__descriptor, id) + 1);
  return c;
}

struct change decide_review_break_glass(const struct records *have, const struct message *m) {
  const ReviewBreakGlass *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!check_review(&c, cmd, crn)) return c;
  const char *id = id_of(m->arena, crn, cmd->actor);
  const BreakGlass *was = records_get(have, &break_glass__descriptor, id);
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such use of break-glass in this area");
  if (!strcmp(cmd->actor, m->actor->id))
    return refuse(m, CODE__REFUSED_BY_RULE, "/actor", "nobody reviews a use of their own: ask another lead");
  if (!text_is_empty(was->reviewed_by)) {
    bool is_mine = !strcmp(was->reviewed_by, m->actor->id) && was->finding == cmd->finding;
    if (!is_mine) return refusef(m, CODE__CONFLICT, NULL, "%s has reviewed it already", was->reviewed_by);
    change_reply(&c, crn, was, records_version(have, &break_glass__descriptor, id));
    return c;
  }
  return review(have, m, was, id);
}

void break_glass_forget(struct change *c, const struct records *have, const BreakGlass *use) {
  const BreakGlassUse *open = records_get(have, &break_glass_use__descriptor, use->actor);
  change_unindex(c, BREAK_GLASS_INDEX, member_of(c->arena, use));
  if (open && !strcmp(open->crn, use->crn)) block(c, use->actor, "");
}

// --- the list

// "<0 or 1>/<13 digits>/<crn>/<actor>": the id "<crn>/<actor>".
static const char *listed_id(const char *member) {
  const char *first = strchr(member, '/'), *second = first ? strchr(first + 1, '/') : NULL;
  return second ? second + 1 : NULL;
}

void needs_list_break_glass(struct records *want, const struct message *m) {
  const ListBreakGlass *cmd = m->body;
  const struct page *page = records_want_page(want, BREAK_GLASS_INDEX, cmd->after, page_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const BreakGlass *use = records_want(want, &break_glass__descriptor, listed_id(page->members[i]));
    if (use) access_want(want, m, use->crn);
  }
}

struct change decide_list_break_glass(const struct records *have, const struct message *m) {
  const ListBreakGlass *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, BREAK_GLASS_INDEX, cmd->after);
  BreakGlasses *reply = arena_take(m->arena, sizeof *reply);
  break_glasses__init(reply);
  reply->uses = arena_take(m->arena, (page->n_members + 1) * sizeof *reply->uses);
  for (size_t i = 0; i < page->n_members; i++) {
    const BreakGlass *use = records_get(have, &break_glass__descriptor, listed_id(page->members[i]));
    if (!use || !access_sees(have, m, use->crn)) continue;
    reply->uses[reply->n_uses++] = (BreakGlass *)use;
    change_touch(&c, use->crn);
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, reply, 0);
  return c;
}
