// Disclosures as the safeguarding leads see them: list, read, acknowledge, record what was done, close.
#include "safeguarding.h"
#include <string.h>

// --- one disclosure

static const char *id_sent(const struct message *m) {
  const char *type = m->type;
  if (!strcmp(type, "ReadDisclosure")) return ((const ReadDisclosure *)m->body)->id;
  if (!strcmp(type, "AcknowledgeDisclosure")) return ((const AcknowledgeDisclosure *)m->body)->id;
  if (!strcmp(type, "CloseDisclosure")) return ((const CloseDisclosure *)m->body)->id;
  return ((const RecordDisclosureAction *)m->body)->disclosure_id;
}

void needs_disclosure(struct records *want, const struct message *m) {
  if (!text_is_uuid(id_sent(m))) return;
  records_want(want, &disclosure__descriptor, id_sent(m));
  records_want(want, &disclosure_watch__descriptor, id_sent(m));
}

void needs_close_disclosure(struct records *want, const struct message *m) {
  needs_disclosure(want, m);
  const Disclosure *d = text_is_uuid(id_sent(m)) ? records_want(want, &disclosure__descriptor, id_sent(m)) : NULL;
  if (d) records_want(want, &open_disclosures__descriptor, d->crn);
}

// What a message is about. `d` and `watch` are as they were read.
struct looked_up {
  const Disclosure *d;
  const DisclosureWatch *watch;
  uint64_t version; // of the watch
};

// False: there is none, or not for this reader.
static bool look_up(const struct records *have, const struct message *m, struct looked_up *out) {
  const char *id = id_sent(m);
  if (!text_is_uuid(id)) return false;
  out->d = records_get(have, &disclosure__descriptor, id);
  out->watch = records_get(have, &disclosure_watch__descriptor, id);
  if (!out->d || !out->watch) return false;
  out->version = records_version(have, &disclosure_watch__descriptor, id);
  return true;
}

static struct change no_disclosure(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such disclosure in this area");
}

// The answer: both records as one.
static void reply_with(struct change *c, const Disclosure *d, const DisclosureWatch *watch, uint64_t version) {
  Disclosure *reply = arena_copy(c->arena, d, sizeof *d);
  reply->watch = (DisclosureWatch *)watch;
  change_reply(c, d->crn, reply, version);
}

static struct change as_it_is(const struct message *m, const struct looked_up *l) {
  struct change c = change_of(m);
  reply_with(&c, l->d, l->watch, l->version);
  return c;
}

struct change decide_read_disclosure(const struct records *have, const struct message *m) {
  struct looked_up l;
  return look_up(have, m, &l) ? as_it_is(m, &l) : no_disclosure(m);
}

// --- acknowledging

static void publish_acknowledged(struct change *c, const DisclosureWatch *watch, int64_t at_ms) {
  DisclosureAcknowledged *event = arena_take(c->arena, sizeof *event);
  disclosure_acknowledged__init(event);
  event->id = watch->id;
  event->crn = watch->crn;
  event->kind = watch->kind;
  event->by = watch->acknowledged_by;
  event->rounds = watch->rounds;
  event->raised_at_ms = timestamp_ms(watch->raised_at);
  event->at_ms = at_ms;
  change_publish(c, watch->crn, event);
}

struct change decide_acknowledge_disclosure(const struct records *have, const struct message *m) {
  struct looked_up l;
  if (!look_up(have, m, &l)) return no_disclosure(m);
  bool is_mine = !strcmp(l.watch->acknowledged_by, m->actor->id);
  if (l.watch->state != DISCLOSURE_STATE__DISCLOSURE_RAISED && is_mine) return as_it_is(m, &l);
  if (l.watch->state != DISCLOSURE_STATE__DISCLOSURE_RAISED)
    return refusef(m, CODE__CONFLICT, NULL, "%s has acknowledged it already; any lead may read it and act",
                   l.watch->acknowledged_by);
  struct change c = change_of(m);
  DisclosureWatch *watch = watch_copy(m->arena, l.watch);
  watch->state = DISCLOSURE_STATE__DISCLOSURE_ACKNOWLEDGED;
  watch->acknowledged_at = timestamp_of(m->arena, m->now.ms);
  watch->acknowledged_by = m->actor->id;
  alert_stop(&c, m, watch);
  watch_write(&c, l.watch, watch);
  publish_acknowledged(&c, watch, m->now.ms);
  reply_with(&c, l.d, watch, l.version + 1);
  return c;
}

// --- acting

// What is told to the practitioner is said, and they write down what they need where they may read it: no service that
// holds a disclosure holds the key to what a practitioner reads.
static void check_text(struct change *c, const DisclosureAction *a) {
  bool has = a->text && !text_is_empty(a->text->text);
  bool must = a->kind == DISCLOSURE_ACTION_KIND__NO_ACTION_NEEDED || a->kind == DISCLOSURE_ACTION_KIND__OTHER_ACTION;
  if (a->kind == DISCLOSURE_ACTION_KIND__PRACTITIONER_TOLD && has)
    change_refuse(c, CODE__INVALID, "/text",
                  "must be empty: the practitioner is told by voice, and nothing is kept of it");
  else if (has || must)
    check_narrative(c, "/text", a->text, NARRATIVE_BYTES);
}

// False: it is refused, and `c` says why.
static bool check_action(struct change *c, const DisclosureAction *a) {
  if (!a) {
    change_refuse(c, CODE__INVALID, "", "the action is missing");
    return false;
  }
  check_uuid(c, "/id", a->id);
  check_value(c, "/kind", &disclosure_action_kind__descriptor, a->kind);
  bool told = a->kind == DISCLOSURE_ACTION_KIND__PRACTITIONER_TOLD;
  if (told && !text_is_staff_code(a->told))
    change_refuse(c, CODE__INVALID, "/told", "must be the staff code of the practitioner who was told");
  if (!told && !text_is_empty(a->told))
    change_refuse(c, CODE__INVALID, "/told", "goes with the kind PRACTITIONER_TOLD only");
  check_text(c, a);
  return !change_refused(c);
}

static const DisclosureAction *action_of(const Disclosure *d, const char *id) {
  for (size_t i = 0; i < d->n_actions; i++)
    if (!strcmp(d->actions[i]->id, id)) return d->actions[i];
  return NULL;
}

static DisclosureAction *action_kept(const struct message *m, const DisclosureAction *sent) {
  DisclosureAction *a = arena_copy(m->arena, sent, sizeof *sent);
  a->text = narrative_kept(m, sent->text);
  a->at = timestamp_of(m->arena, m->now.ms);
  a->by = m->actor->id;
  return a;
}

static bool same_action(struct arena *a, const DisclosureAction *was, const DisclosureAction *now) {
  DisclosureAction other = *now;
  other.at = was->at;
  return arena_packs_alike(a, was, &other);
}

static struct change act(const struct message *m, const struct looked_up *l, DisclosureAction *action) {
  struct change c = change_of(m);
  Disclosure *d = arena_copy(m->arena, l->d, sizeof *l->d);
  d->actions = arena_take(m->arena, (d->n_actions + 1) * sizeof *d->actions);
  if (d->n_actions) memcpy(d->actions, l->d->actions, d->n_actions * sizeof *d->actions);
  d->actions[d->n_actions++] = action;
  DisclosureActionRecorded *event = arena_take(m->arena, sizeof *event);
  disclosure_action_recorded__init(event);
  event->id = d->id;
  event->crn = d->crn;
  event->kind = action->kind;
  event->by = action->by;
  event->at_ms = m->now.ms;
  change_write(&c, d->crn, d->id, d);
  change_publish(&c, d->crn, event);
  reply_with(&c, d, l->watch, l->version);
  c.created = true;
  return c;
}

struct change decide_record_disclosure_action(const struct records *have, const struct message *m) {
  const RecordDisclosureAction *cmd = m->body;
  struct change c = change_of(m);
  struct looked_up l;
  if (!check_action(&c, cmd->action)) return c;
  if (!look_up(have, m, &l)) return no_disclosure(m);
  DisclosureAction *action = action_kept(m, cmd->action);
  const DisclosureAction *was = action_of(l.d, action->id);
  if (was && same_action(m->arena, was, action)) return as_it_is(m, &l);
  if (was) return refuse(m, CODE__CONFLICT, "/id", "there is an action with this id and other content: take a new id");
  if (l.watch->state == DISCLOSURE_STATE__DISCLOSURE_RAISED)
    return refuse(m, CODE__CONFLICT, NULL,
                  "nobody has acknowledged it yet: acknowledge it first, which stops the alerts");
  if (l.watch->state == DISCLOSURE_STATE__DISCLOSURE_CLOSED)
    return refuse(m, CODE__CONFLICT, NULL, "the disclosure is closed");
  if (l.d->n_actions >= DISCLOSURE_ACTIONS)
    return refusef(m, CODE__REFUSED_BY_RULE, NULL, "a disclosure has at most %d actions", DISCLOSURE_ACTIONS);
  return act(m, &l, action);
}

// --- closing

// False: it may not close yet, and `c` says why.
static bool check_close(struct change *c, const struct looked_up *l, const CloseDisclosure *cmd) {
  if (l->watch->state == DISCLOSURE_STATE__DISCLOSURE_RAISED)
    change_refuse(c, CODE__CONFLICT, NULL, "nobody has acknowledged it yet");
  else if (!l->d->n_actions)
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, "it cannot close without an action: record what was done first");
  else if (l->d->told == ANSWER__NO)
    check_narrative(c, "/untoldReview", cmd->untold_review, NARRATIVE_BYTES);
  return !change_refused(c);
}

static void publish_closed(struct change *c, const Disclosure *d, const DisclosureWatch *watch, int64_t at_ms) {
  DisclosureClosed *event = arena_take(c->arena, sizeof *event);
  disclosure_closed__init(event);
  event->id = d->id;
  event->crn = d->crn;
  event->kind = d->kind;
  event->by = watch->closed_by;
  event->actions = (uint32_t)d->n_actions;
  event->raised_at_ms = timestamp_ms(watch->raised_at);
  event->at_ms = at_ms;
  change_publish(c, d->crn, event);
}

struct change decide_close_disclosure(const struct records *have, const struct message *m) {
  const CloseDisclosure *cmd = m->body;
  struct looked_up l;
  struct change c = change_of(m);
  if (!look_up(have, m, &l)) return no_disclosure(m);
  if (l.watch->state == DISCLOSURE_STATE__DISCLOSURE_CLOSED) return as_it_is(m, &l);
  if (!check_close(&c, &l, cmd)) return c;
  Disclosure *d = arena_copy(m->arena, l.d, sizeof *l.d);
  DisclosureWatch *watch = watch_copy(m->arena, l.watch);
  d->untold_review = d->told == ANSWER__NO ? narrative_kept(m, cmd->untold_review) : NULL;
  watch->state = DISCLOSURE_STATE__DISCLOSURE_CLOSED;
  watch->closed_at = timestamp_of(m->arena, m->now.ms);
  watch->closed_by = m->actor->id;
  change_write(&c, d->crn, d->id, d);
  watch_write(&c, l.watch, watch);
  disclosure_not_open(&c, have, d);
  publish_closed(&c, d, watch, m->now.ms);
  reply_with(&c, d, watch, l.version + 1);
  return c;
}

// --- lists

// "<state>/<13 digits>/<id>": the id, or NULL.
static const char *listed_id(const char *member) {
  const char *slash = strrchr(member, '/');
  return slash ? slash + 1 : NULL;
}

static void want_page(struct records *want, const struct message *m, const char *after, unsigned limit, bool people) {
  const struct page *page = records_want_page(want, DISCLOSURES_INDEX, after, limit);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const DisclosureWatch *watch = records_want(want, &disclosure_watch__descriptor, listed_id(page->members[i]));
    if (watch && people) access_want(want, m, watch->crn);
  }
}

void needs_list_disclosures(struct records *want, const struct message *m) {
  const ListDisclosures *cmd = m->body;
  want_page(want, m, cmd->after, page_limit(cmd->limit), true);
}

// Without its alerts, which only who reads one disclosure needs.
static DisclosureWatch *summary_of(const struct message *m, const DisclosureWatch *watch) {
  DisclosureWatch *summary = arena_copy(m->arena, watch, sizeof *watch);
  summary->n_alerts = 0;
  return summary;
}

struct change decide_list_disclosures(const struct records *have, const struct message *m) {
  const ListDisclosures *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, DISCLOSURES_INDEX, cmd->after);
  Disclosures *reply = arena_take(m->arena, sizeof *reply);
  disclosures__init(reply);
  reply->disclosures = arena_take(m->arena, (page->n_members + 1) * sizeof *reply->disclosures);
  for (size_t i = 0; i < page->n_members; i++) {
    const DisclosureWatch *watch = records_get(have, &disclosure_watch__descriptor, listed_id(page->members[i]));
    if (!watch || !access_sees(have, m, watch->crn)) continue;
    reply->disclosures[reply->n_disclosures++] = summary_of(m, watch);
    change_touch(&c, watch->crn);
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, reply, 0);
  return c;
}

// --- counts, for who keeps the system running

void needs_read_alert_counts(struct records *want, const struct message *m) {
  want_page(want, m, NULL, PAGE_MOST, false);
  records_want(want, &on_call_rota__descriptor, ROTA_ID);
}

struct change decide_read_alert_counts(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = records_page(have, DISCLOSURES_INDEX, NULL);
  AlertCounts *reply = arena_take(m->arena, sizeof *reply);
  alert_counts__init(reply);
  reply->levels = rota_of(have) ? (uint32_t)rota_of(have)->n_levels : 0;
  for (size_t i = 0; i < page->n_members; i++) {
    const DisclosureWatch *watch = records_get(have, &disclosure_watch__descriptor, listed_id(page->members[i]));
    if (!watch || watch->state != DISCLOSURE_STATE__DISCLOSURE_RAISED) continue;
    reply->unacknowledged++;
    reply->nobody_alerted += !watch->alerted;
    if (!reply->oldest_ms) reply->oldest_ms = timestamp_ms(watch->raised_at);
  }
  change_reply(&c, NULL, reply, 0);
  return c;
}
