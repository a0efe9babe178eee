#include "cover.h"
#include "apart.h"
#include "match_life.h"
#include "tasks.h"
#include <string.h>

enum {
  ABSENCE_DAYS_MOST = 92, // longer than a quarter of a year is no absence: end the matches, with a goodbye
};
#define DAY_MS (INT64_C(24) * 3600 * 1000)

static char *cover_timer(struct arena *a, const char *id) {
  return arena_printf(a, "cover/%s", id);
}

void cover_over(struct change *c, const Offer *offer) {
  if (!offer->cover) return;
  change_clear_timer(c, cover_timer(c->arena, offer->id));
  change_unindex(c, matches_index(c->arena, offer->cover->mentor_id), offer->crn);
}

// A time that somebody is away, or covers.
static void check_time(struct change *c, const struct message *m, const Google__Protobuf__Timestamp *from,
                       const Google__Protobuf__Timestamp *until) {
  int64_t from_ms = timestamp_ms(from), until_ms = timestamp_ms(until);
  if (from_ms <= 0) change_refuse(c, CODE__INVALID, "/from", "say from when on");
  if (until_ms <= from_ms)
    change_refuse(c, CODE__INVALID, "/until", "must be later than from");
  else if (until_ms <= m->now.ms)
    change_refuse(c, CODE__INVALID, "/until", "is over already");
  else if (until_ms - from_ms > ABSENCE_DAYS_MOST * DAY_MS)
    change_refuse(c, CODE__INVALID, "/until", "may be at most 92 days after from: end the match instead");
}

// --- covering a match

void needs_cover_match(struct records *want, const struct message *m) {
  const CoverMatch *cmd = m->body;
  needs_introduce_match(want, m);
  if (cmd->cover && text_is_uuid(cmd->cover->mentor_id)) records_want(want, &mentor__descriptor, cmd->cover->mentor_id);
}

static bool same_cover(const Cover *one, const Cover *other) {
  return one && !strcmp(one->mentor_id, other->mentor_id) && timestamp_ms(one->from) == timestamp_ms(other->from) &&
         timestamp_ms(one->until) == timestamp_ms(other->until);
}

static bool covers_still(const Cover *cover, int64_t now_ms) {
  return cover && timestamp_ms(cover->until) > now_ms;
}

static bool is_away_during(const Mentor *mentor, const Cover *cover) {
  return timestamp_ms(mentor->away_from) < timestamp_ms(cover->until) &&
         timestamp_ms(cover->from) < timestamp_ms(mentor->away_until);
}

// All rules are asked as for an offer, but whether the person still asks for a mentor: they have one.
static void check_cover(struct change *c, const struct message *m, const Offer *offer, const struct pair *pair,
                        const Cover *said) {
  const struct exclusion *rule = NULL;
  if (!pair->mentor || !pair->person)
    change_refuse(c, CODE__NOT_FOUND, "/mentorId", "there is no such mentor in this area");
  else if (!strcmp(pair->mentor->id, offer->mentor_id))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId", "is the mentor who is away");
  else if (is_away_during(pair->mentor, said))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId", "is away for some of that time: choose somebody else");
  else if (covers_still(offer->cover, m->now.ms))
    change_refuse(c, CODE__CONFLICT, NULL, "somebody covers this match already: end that first");
  else if ((rule = rules_exclude(pair)))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId", rule->words);
}

static void publish_covered(struct change *c, const Offer *offer) {
  MatchCovered *event = arena_take(c->arena, sizeof *event);
  match_covered__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->cover->mentor_id;
  event->from_ms = timestamp_ms(offer->cover->from);
  event->until_ms = timestamp_ms(offer->cover->until);
  change_publish(c, offer->crn, event);
}

static struct change shown(const struct records *have, struct change c, const Offer *offer, bool written) {
  uint64_t version = records_version(have, &offer__descriptor, offer->id);
  change_reply(&c, offer->crn, offer, version + (written ? 1 : 0));
  return c;
}

static void cover(struct change *c, const struct records *have, const struct message *m, Offer *next,
                  const Cover *said) {
  cover_over(c, next);
  next->cover = arena_copy(m->arena, said, sizeof *said);
  next->cover->by = m->actor->id;
  change_write(c, next->crn, next->id, next);
  change_touch(c, next->cover->mentor_id);
  change_index(c, matches_index(m->arena, next->cover->mentor_id), next->crn);
  change_set_timer(c, cover_timer(m->arena, next->id), timestamp_ms(next->cover->until));
  task_done(c, have, m, MATCHING_TASK_KIND__COVER_NEEDED, next->id);
  publish_covered(c, next);
  change_recipient(c, "mentor", next->cover->mentor_id);
}

struct change decide_cover_match(const struct records *have, const struct message *m) {
  const CoverMatch *cmd = m->body;
  struct change c = change_of(m);
  if (!cmd->cover || !text_is_uuid(cmd->cover->mentor_id))
    return refuse(m, CODE__INVALID, "/mentorId", "must be the id of a mentor: a UUID in lower case");
  check_time(&c, m, cmd->cover->from, cmd->cover->until);
  if (change_refused(&c)) return c;
  const Offer *was = match_named(have, m);
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no match with this id that stands");
  if (same_cover(was->cover, cmd->cover)) return shown(have, c, was, false);
  struct pair pair = matching_pair(m, matching_with_wish(m, records_get(have, &person__descriptor, was->crn)),
                                   records_get(have, &mentor__descriptor, cmd->cover->mentor_id));
  check_cover(&c, m, was, &pair, cmd->cover);
  if (change_refused(&c)) return c;
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  cover(&c, have, m, next, cmd->cover);
  return shown(have, c, next, true);
}

// --- its end

static bool is_away(const Mentor *mentor, int64_t now_ms) {
  bool absent = timestamp_ms(mentor->away_from) <= now_ms && now_ms < timestamp_ms(mentor->away_until);
  return absent || mentor->state != MENTOR_STATE__ACTIVE;
}

// As long as the match's own mentor is away a human has to find the next who covers.
static const Offer *without_cover(struct change *c, const struct records *have, const struct message *m,
                                  const Offer *was) {
  const struct task task = {MATCHING_TASK_KIND__COVER_NEEDED, was->id, was->crn, was->mentor_id, was->id};
  const Mentor *mentor = records_get(have, &mentor__descriptor, was->mentor_id);
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  cover_over(c, was);
  next->cover = NULL;
  change_write(c, next->crn, next->id, next);
  if (mentor && is_away(mentor, m->now.ms)) task_open(c, have, m, &task);
  apart_keep_match(c, have, m, next);
  return next;
}

// The one who was away is back sooner, or another is to cover. Ending twice is ending once.
struct change decide_end_cover(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Offer *was = match_named(have, m);
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no match with this id that stands");
  if (!was->cover) return shown(have, c, was, false);
  const Offer *next = without_cover(&c, have, m, was);
  return shown(have, c, next, true);
}

// A timer may come early where clocks differ: then it is set again.
struct change on_cover_over(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Offer *was = match_named(have, m);
  if (!was || !was->cover) return c;
  if (covers_still(was->cover, m->now.ms))
    change_set_timer(&c, cover_timer(m->arena, was->id), timestamp_ms(was->cover->until));
  else
    (void)without_cover(&c, have, m, was);
  return c;
}

// --- a mentor is away

void needs_record_absence(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (text_is_uuid(id)) records_want(want, &mentor__descriptor, id);
}

static void publish_away(struct change *c, const Mentor *mentor) {
  MentorAway *event = arena_take(c->arena, sizeof *event);
  mentor_away__init(event);
  event->id = mentor->id;
  event->from_ms = timestamp_ms(mentor->away_from);
  event->until_ms = timestamp_ms(mentor->away_until);
  change_publish(c, mentor->id, event);
}

// For each of the mentor's matches a human decides whether somebody covers it, and who.
struct change decide_record_absence(const struct records *have, const struct message *m) {
  const RecordAbsence *cmd = m->body;
  struct change c = change_of(m);
  check_time(&c, m, cmd->from, cmd->until);
  if (change_refused(&c)) return c;
  const Mentor *was = text_is_uuid(cmd->id) ? records_get(have, &mentor__descriptor, cmd->id) : NULL;
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  Mentor *mentor = arena_copy(m->arena, was, sizeof *was);
  mentor->away_from = cmd->from;
  mentor->away_until = cmd->until;
  change_write(&c, mentor->id, mentor->id, mentor);
  publish_away(&c, mentor);
  change_reply(&c, mentor->id, mentor, records_version(have, &mentor__descriptor, mentor->id) + 1);
  return c;
}
