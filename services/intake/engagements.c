#include "calendar.h"
#include "checks.h"
#include "erasures.h"
#include "intake.h"
#include "pathways.h"
#include "reading.h"
#include "text.h"

static char *index_of_person(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "engagements-of/%s", crn);
}

static uint64_t version_of(const struct records *have, const Engagement *e) {
  return records_version(have, &engagement__descriptor, e->id);
}

// --- opening

void needs_open_engagement(struct records *want, const struct message *m) {
  const OpenEngagement *cmd = m->body;
  if (!cmd->engagement) return;
  want_engagement(want, m, cmd->engagement->id);
  want_person(want, m, cmd->engagement->crn);
  disposal_want(want, crn_in(m, cmd->engagement->crn));
}

static void check_pathway(const struct checks *k, const struct message *m, const Engagement *e) {
  const Pathway *pathway = pathways_find(m->settings, e->pathway);
  if (!pathway) {
    wrong(k, CODE__INVALID, "/pathway", "is not a pathway here: choose %s", pathways_names(m->settings, m->arena));
    return;
  }
  check_prose(k, "/purpose", e->purpose, 0, 1000);
  if (pathway->purpose_required && text_is_empty(e->purpose))
    wrong(k, CODE__REFUSED_BY_RULE, "/purpose", "is missing: this pathway starts with an express purpose");
}

// What of an engagement its sender sets; all else is the service's.
static Engagement *senders_part(const struct message *m, const Engagement *of) {
  Engagement *e = arena_take(m->arena, sizeof *e);
  engagement__init(e);
  e->id = of->id;
  e->crn = (char *)crn_in(m, of->crn);
  e->pathway = of->pathway;
  e->purpose = of->purpose;
  return e;
}

// What was sent, checked. NULL where `c` has a refusal.
static Engagement *taken_in(const struct message *m, struct change *c, const Engagement *sent) {
  const struct checks k = {.change = c, .prefix = ""};
  if (!sent) {
    wrong(&k, CODE__INVALID, NULL, "send an engagement");
    return NULL;
  }
  check_id(&k, "/id", sent->id);
  if (!crn_in(m, sent->crn)) wrong(&k, CODE__INVALID, "/crn", "must be a letter and six digits, such as X123456");
  check_pathway(&k, m, sent);
  if (change_refused(c)) return NULL;
  return senders_part(m, sent);
}

// The same engagement sent again answers as before, whatever became of it since.
static struct change opened_before(const struct records *have, const struct message *m, const Engagement *there,
                                   const Engagement *sent) {
  if (!arena_packs_alike(m->arena, senders_part(m, there), sent))
    return refuse(m, CODE__CONFLICT, NULL, "this id is taken by another engagement: choose a new one");
  struct change c = change_of(m);
  change_reply(&c, there->crn, there, version_of(have, there));
  return c;
}

static void publish_opened(struct change *c, const struct message *m, const Engagement *e) {
  EngagementOpened *event = arena_take(m->arena, sizeof *event);
  engagement_opened__init(event);
  event->id = e->id;
  event->crn = e->crn;
  event->pathway = e->pathway;
  event->practitioner = e->practitioner;
  change_publish(c, e->crn, event);
}

struct change decide_open_engagement(const struct records *have, const struct message *m) {
  const OpenEngagement *cmd = m->body;
  struct change c = change_of(m);
  Engagement *e = taken_in(m, &c, cmd->engagement);
  if (!e) return c;
  const Engagement *there = found_engagement(have, e->id);
  if (there) return opened_before(have, m, there, e);
  const Person *person = found_person(have, m, e->crn);
  if (!person) return not_found(m, "/crn");
  e->practitioner = person->practitioner;
  e->explanation = pathways_find(m->settings, e->pathway)->explanation;
  e->opened_at = timestamp_of(m->arena, m->now.ms);
  change_write(&c, e->crn, e->id, e);
  change_index(&c, index_of_person(m, e->crn), e->id);
  disposal_prevent(&c, have, m, e->crn);
  publish_opened(&c, m, e);
  change_reply(&c, e->crn, e, 1);
  c.created = true;
  return c;
}

// --- closing

void needs_close_engagement(struct records *want, const struct message *m) {
  want_engagement(want, m, ((const CloseEngagement *)m->body)->id);
}

static void check_closing(const struct checks *k, const struct message *m, const Engagement *e, uint64_t version) {
  const CloseEngagement *cmd = m->body;
  if (!check_prose(k, "/why", cmd->why, 1, 1000)) return;
  if (e->closed_at) {
    wrong(k, CODE__CONFLICT, NULL, "it is closed already: nothing is left to do");
    return;
  }
  if (!check_version(k, cmd->seen_version, version)) return;
  const Pathway *pathway = pathways_find(m->settings, e->pathway);
  if (pathway && e->sessions_held < pathway->least_sessions)
    wrong(k, CODE__REFUSED_BY_RULE, NULL, "%u of at least %u sessions were held: record them before closing",
          e->sessions_held, pathway->least_sessions);
}

static void publish_closed(struct change *c, const struct message *m, const Engagement *e) {
  EngagementClosed *event = arena_take(m->arena, sizeof *event);
  engagement_closed__init(event);
  event->id = e->id;
  event->crn = e->crn;
  event->pathway = e->pathway;
  event->practitioner = e->practitioner;
  event->sessions_held = e->sessions_held;
  change_publish(c, e->crn, event);
}

struct change decide_close_engagement(const struct records *have, const struct message *m) {
  const CloseEngagement *cmd = m->body;
  const Engagement *was = found_engagement(have, cmd->id);
  if (!was) return not_found(m, NULL);
  uint64_t version = version_of(have, was);
  struct change c = change_of(m);
  check_closing(&(struct checks){.change = &c, .prefix = ""}, m, was, version);
  if (change_refused(&c)) return c;
  Engagement *e = arena_copy(m->arena, was, sizeof *was);
  e->closed_at = timestamp_of(m->arena, m->now.ms);
  e->closed_why = cmd->why;
  change_write(&c, e->crn, e->id, e);
  retain_look_now(&c, m, e->crn);
  publish_closed(&c, m, e);
  change_reply(&c, e->crn, e, version + 1);
  return c;
}

// --- reading

void needs_read_engagement(struct records *want, const struct message *m) {
  want_engagement(want, m, ((const ReadEngagement *)m->body)->id);
}

struct change decide_read_engagement(const struct records *have, const struct message *m) {
  const Engagement *e = found_engagement(have, ((const ReadEngagement *)m->body)->id);
  if (!e) return not_found(m, NULL);
  struct change c = change_of(m);
  change_reply(&c, e->crn, e, version_of(have, e));
  return c;
}

void needs_list_engagements(struct records *want, const struct message *m) {
  const ListEngagements *cmd = m->body;
  const char *crn = crn_in(m, cmd->crn);
  if (!crn) return;
  want_person(want, m, crn);
  const struct page *page = records_want_page(want, index_of_person(m, crn), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++) records_want(want, &engagement__descriptor, page->members[i]);
}

struct change decide_list_engagements(const struct records *have, const struct message *m) {
  const ListEngagements *cmd = m->body;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  const struct page *page = records_page(have, index_of_person(m, person->crn), cmd->after);
  Engagements *list = arena_take(m->arena, sizeof *list);
  engagements__init(list);
  list->engagements = arena_take(m->arena, (page->n_members + 1) * sizeof *list->engagements);
  for (size_t i = 0; i < page->n_members; i++) {
    const Engagement *e = records_get(have, &engagement__descriptor, page->members[i]);
    if (e) list->engagements[list->n_engagements++] = (Engagement *)e;
  }
  list->next = list_next(page);
  struct change c = change_of(m);
  change_reply(&c, person->crn, list, 0);
  return c;
}
