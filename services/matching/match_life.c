#include "match_life.h"
#include "cover.h"
#include "tasks.h"
#include <string.h>

#define HOUR_MS (INT64_C(3600) * 1000)
#define DAY_MS (24 * HOUR_MS)

// By noons, which no change of the clock moves to another day.
int64_t match_days_end(const struct message *m, int64_t ms, uint32_t days) {
  int64_t midnight = calendar_next(m->area->time_zone, ms + 1, 0, 0);
  if (!days) return midnight;
  return calendar_next(m->area->time_zone, midnight + 12 * HOUR_MS + (int64_t)(days - 1) * DAY_MS, 0, 0);
}

bool match_stands(const Offer *offer) {
  return offer && offer->state == OFFER_STATE__ACCEPTED && !offer->ended_at;
}

static char *introduction_timer(struct arena *a, const char *id) {
  return arena_printf(a, "introduction/%s", id);
}
static char *contact_timer(struct arena *a, const char *id) {
  return arena_printf(a, "contact/%s", id);
}

static int64_t introduction_due(const struct message *m, const Offer *offer) {
  uint32_t days = m->area->introduction_days ? m->area->introduction_days : MATCHING_INTRODUCTION_DAYS;
  return match_days_end(m, timestamp_ms(offer->answered_at), days);
}

static int64_t later(int64_t one, int64_t other) {
  return one > other ? one : other;
}

// From the newest of: the acceptance, the introduction, the last session.
static int64_t contact_due(const struct message *m, const Offer *offer) {
  uint32_t days = m->area->no_contact_days ? m->area->no_contact_days : MATCHING_NO_CONTACT_DAYS;
  int64_t met = later(timestamp_ms(offer->answered_at), timestamp_ms(offer->last_contact_at));
  if (offer->introduction) met = later(met, timestamp_ms(offer->introduction->at));
  return match_days_end(m, met, days);
}

// --- the whole of it

void match_want(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  (void)task_want(want, MATCHING_TASK_KIND__OFFER_DECLINED, id);
  (void)task_want(want, MATCHING_TASK_KIND__INTRODUCTION_DUE, id);
  (void)task_want(want, MATCHING_TASK_KIND__NO_CONTACT, id);
  (void)task_want(want, MATCHING_TASK_KIND__GOODBYE_DUE, id);
  (void)task_want(want, MATCHING_TASK_KIND__COVER_NEEDED, id);
  (void)task_want(want, MATCHING_TASK_KIND__FEEDBACK_DUE, id);
  (void)task_want(want, MATCHING_TASK_KIND__MUST_NOT_MEET, id);
}

void match_begin(struct change *c, const struct message *m, const Offer *offer) {
  change_set_timer(c, introduction_timer(m->arena, offer->id), introduction_due(m, offer));
  change_set_timer(c, contact_timer(m->arena, offer->id), contact_due(m, offer));
}

void match_forget(struct change *c, const char *id) {
  change_clear_timer(c, introduction_timer(c->arena, id));
  change_clear_timer(c, contact_timer(c->arena, id));
}

static void open_task(struct change *c, const struct records *have, const struct message *m, MatchingTaskKind kind,
                      const Offer *offer) {
  const struct task task = {kind, offer->id, offer->crn, offer->mentor_id, offer->id};
  task_open(c, have, m, &task);
}

void match_over(struct change *c, const struct records *have, const struct message *m, const Offer *offer) {
  match_forget(c, offer->id);
  cover_over(c, offer);
  task_done(c, have, m, MATCHING_TASK_KIND__INTRODUCTION_DUE, offer->id);
  task_done(c, have, m, MATCHING_TASK_KIND__NO_CONTACT, offer->id);
  task_done(c, have, m, MATCHING_TASK_KIND__GOODBYE_DUE, offer->id);
  task_done(c, have, m, MATCHING_TASK_KIND__COVER_NEEDED, offer->id);
  task_done(c, have, m, MATCHING_TASK_KIND__MUST_NOT_MEET, offer->id);
  open_task(c, have, m, MATCHING_TASK_KIND__FEEDBACK_DUE, offer);
}

const Offer *match_named(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  const Offer *offer = text_is_uuid(id) ? records_get(have, &offer__descriptor, id) : NULL;
  return match_stands(offer) ? offer : NULL;
}

// --- introduction

// Without the mentor: who introduces the two need not reach the mentor's record.
void needs_introduce_match(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  const Offer *offer = text_is_uuid(id) ? records_want(want, &offer__descriptor, id) : NULL;
  if (offer) records_want_closed(want, &person__descriptor, offer->crn);
  match_want(want, m);
}

static void check_introduction(struct change *c, const struct message *m, const Introduction *said) {
  if (!said || timestamp_ms(said->at) <= 0)
    change_refuse(c, CODE__INVALID, "/at", "say when they were introduced to each other");
  else if (timestamp_ms(said->at) > m->now.ms)
    change_refuse(c, CODE__INVALID, "/at", "is in the future: record an introduction once it was made");
  if (!said || !protobuf_c_enum_descriptor_get_value(&introduction_how__descriptor, (int)said->how) || !said->how)
    change_refuse(c, CODE__INVALID, "/how", "say how: THREE_WAY_MEETING or THREE_WAY_CALL");
}

static void publish_introduced(struct change *c, const Offer *offer) {
  MatchIntroduced *event = arena_take(c->arena, sizeof *event);
  match_introduced__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->mentor_id;
  event->at_ms = timestamp_ms(offer->introduction->at);
  event->how = offer->introduction->how;
  change_publish(c, offer->crn, event);
}

static struct change introduced(const struct records *have, struct change c, const Offer *offer, bool written) {
  uint64_t version = records_version(have, &offer__descriptor, offer->id);
  change_reply(&c, offer->crn, offer->introduction, version + (written ? 1 : 0));
  return c;
}

static void introduce(struct change *c, const struct records *have, const struct message *m, Offer *next,
                      const Introduction *said) {
  next->introduction = arena_copy(m->arena, said, sizeof *said);
  next->introduction->by = m->actor->id;
  change_write(c, next->crn, next->id, next);
  change_clear_timer(c, introduction_timer(m->arena, next->id));
  change_set_timer(c, contact_timer(m->arena, next->id), contact_due(m, next));
  task_done(c, have, m, MATCHING_TASK_KIND__INTRODUCTION_DUE, next->id);
  publish_introduced(c, next);
}

// A match is introduced once; saying the same again changes nothing.
struct change decide_introduce_match(const struct records *have, const struct message *m) {
  const IntroduceMatch *cmd = m->body;
  struct change c = change_of(m);
  check_introduction(&c, m, cmd->introduction);
  if (change_refused(&c)) return c;
  const char *id = matching_id(m);
  const Offer *was = text_is_uuid(id) ? records_get(have, &offer__descriptor, id) : NULL;
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such match in this area");
  if (!match_stands(was)) return refuse(m, CODE__CONFLICT, NULL, "only a match that stands can be introduced");
  const Introduction *old = was->introduction;
  if (old && old->how == cmd->introduction->how && timestamp_ms(old->at) == timestamp_ms(cmd->introduction->at))
    return introduced(have, c, was, false);
  if (old) return refuse(m, CODE__CONFLICT, NULL, "the two were introduced to each other already");
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  introduce(&c, have, m, next, cmd->introduction);
  return introduced(have, c, next, true);
}

// A timer may come early where clocks differ, or the area's number of days has changed: then it is set again.
struct change on_introduction_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Offer *offer = match_named(have, m);
  if (!offer || offer->introduction) return c;
  if (m->now.ms < introduction_due(m, offer))
    change_set_timer(&c, introduction_timer(m->arena, offer->id), introduction_due(m, offer));
  else
    open_task(&c, have, m, MATCHING_TASK_KIND__INTRODUCTION_DUE, offer);
  return c;
}

// --- contacts

static bool person_came(const SessionRecorded *session) {
  const Attendance *a = session->attendance;
  return a && a->happened == HAPPENED__HAPPENED && a->attended && a->attended != ATTENDED__DID_NOT_ATTEND;
}

// The session that an event tells of, where it may be a match's contact: on a pathway on which confidentiality is
// explained first, which is where mentors record (as in my_people.c). NULL: it is none, or the person did not come.
// Most sessions are none, and nothing is read for them.
static const SessionRecorded *contact_of(const struct message *m) {
  const ProtobufCMessage *body = m->body;
  const SessionRecorded *session =
      body->descriptor == &session_amended__descriptor ? ((const SessionAmended *)m->body)->now : m->body;
  return session && !text_is_empty(session->explanation) && person_came(session) ? session : NULL;
}

void needs_contact_recorded(struct records *want, const struct message *m) {
  const SessionRecorded *session = contact_of(m);
  if (!session) return;
  const PersonsOffer *taken = records_want(want, &persons_offer__descriptor, session->crn);
  if (!taken || text_is_empty(taken->offer_id)) return;
  records_want(want, &offer__descriptor, taken->offer_id);
  (void)task_want(want, MATCHING_TASK_KIND__NO_CONTACT, taken->offer_id);
}

const Offer *match_of_person(const struct records *have, const char *crn) {
  const PersonsOffer *taken = records_get(have, &persons_offer__descriptor, crn);
  if (!taken || text_is_empty(taken->offer_id)) return NULL;
  const Offer *offer = records_get(have, &offer__descriptor, taken->offer_id);
  return match_stands(offer) ? offer : NULL;
}

// Of sessions that are recorded late, and of what another had before this match, only a newer one counts.
struct change on_contact_recorded(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const SessionRecorded *session = contact_of(m);
  const Offer *was = session ? match_of_person(have, session->crn) : NULL;
  if (!was || session->starts_at_ms < timestamp_ms(was->answered_at)) return c;
  if (session->starts_at_ms <= timestamp_ms(was->last_contact_at)) return c;
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  next->last_contact_at = timestamp_of(m->arena, session->starts_at_ms);
  change_write(&c, next->crn, next->id, next);
  change_set_timer(&c, contact_timer(m->arena, next->id), contact_due(m, next));
  task_done(&c, have, m, MATCHING_TASK_KIND__NO_CONTACT, next->id);
  return c;
}

struct change on_contact_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Offer *offer = match_named(have, m);
  if (!offer) return c;
  if (m->now.ms < contact_due(m, offer))
    change_set_timer(&c, contact_timer(m->arena, offer->id), contact_due(m, offer));
  else
    open_task(&c, have, m, MATCHING_TASK_KIND__NO_CONTACT, offer);
  return c;
}
