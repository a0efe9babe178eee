// Disclosures as the mentor sees them: they raise one, and then learn whether a human has it in hand. No more.
#include "matching.pb-c.h"
#include "rights.pb-c.h"
#include "safeguarding.h"
#include <string.h>

enum {
  CLOCK_SLACK_MS = 5 * 60 * 1000
};

// --- raising

static void check_said_at(struct change *c, const struct message *m, const Disclosure *d) {
  if (!d->said_at)
    change_refuse(c, CODE__INVALID, "/saidAt", "is missing: when was it said?");
  else if (timestamp_ms(d->said_at) > m->now.ms + CLOCK_SLACK_MS || timestamp_ms(d->said_at) <= 0)
    change_refuse(c, CODE__INVALID, "/saidAt", "must not lie in the future");
}

static void check_told(struct change *c, const Disclosure *d) {
  if (d->told != ANSWER__YES && d->told != ANSWER__NO)
    change_refuse(c, CODE__INVALID, "/told", "must be YES or NO: was the person told that this is passed on?");
  else if (d->told == ANSWER__NO)
    check_narrative(c, "/untoldWhy", d->untold_why, NARRATIVE_BYTES);
}

// False: it is refused, and `c` says why.
static bool check_disclosure(struct change *c, const struct message *m, const Disclosure *d) {
  char crn[8];
  if (!d) {
    change_refuse(c, CODE__INVALID, "", "the disclosure is missing");
    return false;
  }
  check_uuid(c, "/id", d->id);
  if (!text_crn(d->crn, crn)) change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  check_value(c, "/kind", &disclosure_kind__descriptor, d->kind);
  check_narrative(c, "/extract", d->extract, EXTRACT_BYTES);
  check_said_at(c, m, d);
  check_told(c, d);
  if (!text_is_empty(d->note_id)) check_uuid(c, "/noteId", d->note_id);
  return !change_refused(c);
}

// As it is kept: what only the service sets is left out of what was sent.
static Disclosure *taken_in(const struct message *m, const Disclosure *sent) {
  char crn[8];
  Disclosure *d = arena_take(m->arena, sizeof *d);
  disclosure__init(d);
  text_crn(sent->crn, crn);
  d->id = sent->id;
  d->crn = arena_text(m->arena, crn);
  d->mentor_id = m->actor->id;
  d->kind = sent->kind;
  d->extract = narrative_kept(m, sent->extract);
  d->said_at = sent->said_at;
  d->told = sent->told;
  d->untold_why = sent->told == ANSWER__NO ? narrative_kept(m, sent->untold_why) : NULL;
  d->note_id = sent->note_id;
  return d;
}

void needs_raise_disclosure(struct records *want, const struct message *m) {
  const Disclosure *d = ((const RaiseDisclosure *)m->body)->disclosure;
  struct change c = change_of(m);
  char crn[8];
  if (!check_disclosure(&c, m, d) || !text_crn(d->crn, crn)) return;
  records_want(want, &disclosure__descriptor, d->id);
  records_want(want, &disclosure_watch__descriptor, d->id);
  records_want_closed(want, &person__descriptor, crn);
  records_want_closed(want, &erasure__descriptor, crn);
  records_want(want, &open_disclosures__descriptor, crn);
  needs_rota(want);
}

static DisclosureStatus *status_of(const struct message *m, const DisclosureWatch *watch) {
  DisclosureStatus *status = arena_take(m->arena, sizeof *status);
  disclosure_status__init(status);
  status->id = watch->id;
  status->state = watch->state;
  status->alerted = watch->alerted;
  status->telephone = text_of(safeguarding_telephone(m->area));
  status->acknowledged_at = watch->acknowledged_at;
  return status;
}

static DisclosureWatch *new_watch(const struct message *m, const Disclosure *d) {
  DisclosureWatch *watch = arena_take(m->arena, sizeof *watch);
  disclosure_watch__init(watch);
  watch->id = d->id;
  watch->crn = d->crn;
  watch->mentor_id = d->mentor_id;
  watch->kind = d->kind;
  watch->state = DISCLOSURE_STATE__DISCLOSURE_RAISED;
  watch->raised_at = timestamp_of(m->arena, m->now.ms);
  return watch;
}

static void publish_raised(struct change *c, const Disclosure *d, int64_t at_ms) {
  DisclosureRaised *event = arena_take(c->arena, sizeof *event);
  disclosure_raised__init(event);
  event->id = d->id;
  event->crn = d->crn;
  event->mentor_id = d->mentor_id;
  event->kind = d->kind;
  event->told = d->told;
  event->at_ms = at_ms;
  change_publish(c, d->crn, event);
}

char *disclosures_by(struct arena *a, const char *mentor_id) {
  return arena_printf(a, "disclosures-by/%s", mentor_id);
}

// The same as it was raised, whatever leads have added since.
static bool same_disclosure(struct arena *a, const Disclosure *was, const Disclosure *now) {
  Disclosure raised = *was;
  raised.n_actions = 0;
  raised.untold_review = NULL;
  return arena_packs_alike(a, &raised, now);
}

// A copy of the person's open disclosures without one of them, with room for one more.
static OpenDisclosures *open_without(struct arena *a, const struct records *have, const Disclosure *d) {
  const OpenDisclosures *was = records_get(have, &open_disclosures__descriptor, d->crn);
  OpenDisclosures *open = arena_take(a, sizeof *open);
  open_disclosures__init(open);
  open->crn = d->crn;
  open->ids = arena_take(a, ((was ? was->n_ids : 0) + 1) * sizeof *open->ids);
  for (size_t i = 0; was && i < was->n_ids; i++)
    if (strcmp(was->ids[i], d->id)) open->ids[open->n_ids++] = was->ids[i];
  return open;
}

static void disclosure_open(struct change *c, const struct records *have, const Disclosure *d) {
  OpenDisclosures *open = open_without(c->arena, have, d);
  open->ids[open->n_ids++] = d->id;
  change_write(c, d->crn, d->crn, open);
}

void disclosure_not_open(struct change *c, const struct records *have, const Disclosure *d) {
  change_write(c, d->crn, d->crn, open_without(c->arena, have, d));
}

// The record, the first alerts and the answer are one commit: what is acknowledged is durable, and on its way.
static struct change raise(const struct records *have, const struct message *m, const Disclosure *d) {
  struct change c = change_of(m);
  DisclosureWatch *watch = new_watch(m, d);
  const char *member = arena_printf(m->arena, "%013lld/%s", (long long)m->now.ms, d->id);
  publish_raised(&c, d, m->now.ms);
  alert_round(&c, have, m, watch);
  change_write(&c, d->crn, d->id, d);
  watch_write(&c, NULL, watch);
  disclosure_open(&c, have, d);
  change_index(&c, disclosures_by(m->arena, d->mentor_id), member);
  change_index(&c, arena_printf(m->arena, "disclosures-about/%s", d->crn), member);
  change_recipient(&c, "on-call", NULL);
  change_reply(&c, d->crn, status_of(m, watch), 0);
  c.created = true;
  return c;
}

struct change decide_raise_disclosure(const struct records *have, const struct message *m) {
  const Disclosure *sent = ((const RaiseDisclosure *)m->body)->disclosure;
  struct change c = change_of(m);
  if (!check_disclosure(&c, m, sent)) return c;
  const Disclosure *d = taken_in(m, sent), *was = records_get(have, &disclosure__descriptor, d->id);
  if (was && same_disclosure(m->arena, was, d)) {
    change_reply(&c, d->crn, status_of(m, records_get(have, &disclosure_watch__descriptor, d->id)), 0);
    return c;
  }
  if (!records_get(have, &person__descriptor, d->crn))
    return refuse(m, CODE__NOT_FOUND, "/crn", "there is no such person among those whom you mentor");
  if (was)
    return refuse(m, CODE__CONFLICT, "/id", "there is a disclosure with this id and other content: take a new id");
  if (records_get(have, &erasure__descriptor, d->crn))
    return refusef(m, CODE__CONFLICT, "/crn", "this person's records are being erased at this moment: telephone %s",
                   safeguarding_telephone(m->area));
  return raise(have, m, d);
}

// --- how far one's own have come

void needs_read_my_disclosures(struct records *want, const struct message *m) {
  const ReadMyDisclosures *cmd = m->body;
  const struct page *page =
      records_want_page(want, disclosures_by(m->arena, m->actor->id), cmd->after, page_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &disclosure_watch__descriptor, strchr(page->members[i], '/') + 1);
}

struct change decide_read_my_disclosures(const struct records *have, const struct message *m) {
  const ReadMyDisclosures *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, disclosures_by(m->arena, m->actor->id), cmd->after);
  DisclosureStatuses *reply = arena_take(m->arena, sizeof *reply);
  disclosure_statuses__init(reply);
  reply->disclosures = arena_take(m->arena, (page->n_members + 1) * sizeof *reply->disclosures);
  for (size_t i = 0; i < page->n_members; i++) {
    const DisclosureWatch *watch = records_get(have, &disclosure_watch__descriptor, strchr(page->members[i], '/') + 1);
    if (watch) reply->disclosures[reply->n_disclosures++] = status_of(m, watch);
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  change_reply(&c, m->actor->id, reply, 0);
  return c;
}
