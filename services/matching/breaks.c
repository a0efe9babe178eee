// "I need a break": a mentor pauses by their own wish, for as long as they like, and says nobody why.
//
// Nobody new is offered; offers that are open are withdrawn, which is no answer of the mentor's and counts as none.
// What the mentor has begun goes on: they stay signed in, see their people and write their notes. Staff see that it is
// the mentor's own wish, and no more; until when, the mentor alone is shown. What follows for the mentor's people and
// offers, staff arrange (away.c).
//
//   ACTIVE --- TakeBreak ---> ON_BREAK --- EndBreak, or its time is over ---> ACTIVE
//                                '--- PauseMentor (by staff) ---> PAUSED
#include "matching.h"
#include <string.h>

enum {
  BREAK_DAYS_MOST = 366,
};
#define BREAK_DAY_MS (INT64_C(24) * 3600 * 1000)

static char *break_timer(struct arena *a, const char *mentor_id) {
  return arena_printf(a, "break/%s", mentor_id);
}

static void want_break(struct records *want, const char *mentor_id) {
  if (!text_is_uuid(mentor_id)) return;
  records_want(want, &mentor__descriptor, mentor_id);
  records_want(want, &mentor_break__descriptor, mentor_id);
}

static const Mentor *on_record(const struct records *have, const char *mentor_id) {
  return text_is_uuid(mentor_id) ? records_get(have, &mentor__descriptor, mentor_id) : NULL;
}

static struct change no_such_self(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
}

static void reply_break(struct change *c, const Mentor *mentor, const MentorBreak *of) {
  MentorBreak *shown = arena_take(c->arena, sizeof *shown);
  mentor_break__init(shown);
  if (of && mentor->state == MENTOR_STATE__ON_BREAK) *shown = *of;
  change_reply(c, mentor->id, shown, 0);
}

static Mentor *write_state(struct change *c, const Mentor *was, MentorState state) {
  Mentor *mentor = arena_copy(c->arena, was, sizeof *was);
  mentor->state = state;
  change_write(c, mentor->id, mentor->id, mentor);
  return mentor;
}

// --- taking one

static void check_until(struct change *c, const TakeBreak *cmd, int64_t now_ms) {
  if (!cmd->until) return;
  int64_t until_ms = timestamp_ms(cmd->until);
  if (until_ms <= now_ms)
    change_refuse(c, CODE__INVALID, "/until", "is over already: say a day to come, or leave it out");
  else if (until_ms > now_ms + BREAK_DAYS_MOST * BREAK_DAY_MS)
    change_refuse(c, CODE__INVALID, "/until",
                  "is more than a year away: leave it out, and end the break when you like");
}

static void begin_break(struct change *c, const Mentor *was) {
  MentorPaused *event = arena_take(c->arena, sizeof *event);
  mentor_paused__init(event);
  event->id = was->id;
  event->by_own_wish = true;
  write_state(c, was, MENTOR_STATE__ON_BREAK);
  change_publish(c, was->id, event);
}

static MentorBreak *break_from(const struct records *have, const struct message *m, const Mentor *was) {
  const TakeBreak *cmd = m->body;
  const MentorBreak *before = records_get(have, &mentor_break__descriptor, was->id);
  bool goes_on = before && was->state == MENTOR_STATE__ON_BREAK;
  MentorBreak *now = arena_take(m->arena, sizeof *now);
  mentor_break__init(now);
  now->since = goes_on ? before->since : timestamp_of(m->arena, m->now.ms);
  now->until = cmd->until;
  return now;
}

// Asked again while it lasts, it changes until when.
struct change decide_take_break(const struct records *have, const struct message *m) {
  const TakeBreak *cmd = m->body;
  const Mentor *was = on_record(have, m->actor->id);
  if (!was) return no_such_self(m);
  struct change c = change_of(m);
  check_until(&c, cmd, m->now.ms);
  if (was->state == MENTOR_STATE__PAUSED)
    change_refuse(&c, CODE__REFUSED_BY_RULE, NULL, "you are paused already: speak to your supervisor");
  if (change_refused(&c)) return c;
  MentorBreak *now = break_from(have, m, was);
  if (was->state == MENTOR_STATE__ACTIVE) begin_break(&c, was);
  change_write(&c, was->id, was->id, now);
  if (now->until)
    change_set_timer(&c, break_timer(m->arena, was->id), timestamp_ms(now->until));
  else
    change_clear_timer(&c, break_timer(m->arena, was->id));
  change_reply(&c, was->id, now, 0);
  return c;
}

// --- reading it, ending it

void needs_own_break(struct records *want, const struct message *m) {
  want_break(want, m->actor->id);
}

struct change decide_read_break(const struct records *have, const struct message *m) {
  const Mentor *mentor = on_record(have, m->actor->id);
  if (!mentor) return no_such_self(m);
  struct change c = change_of(m);
  reply_break(&c, mentor, records_get(have, &mentor_break__descriptor, mentor->id));
  return c;
}

static const Mentor *end_break(struct change *c, const Mentor *was) {
  MentorResumed *event = arena_take(c->arena, sizeof *event);
  mentor_resumed__init(event);
  event->id = was->id;
  const Mentor *mentor = write_state(c, was, MENTOR_STATE__ACTIVE);
  change_publish(c, was->id, event);
  change_clear_timer(c, break_timer(c->arena, was->id));
  return mentor;
}

// Ended twice is ended once.
struct change decide_end_break(const struct records *have, const struct message *m) {
  const Mentor *mentor = on_record(have, m->actor->id);
  if (!mentor) return no_such_self(m);
  struct change c = change_of(m);
  if (mentor->state == MENTOR_STATE__ON_BREAK) mentor = end_break(&c, mentor);
  reply_break(&c, mentor, NULL);
  return c;
}

void needs_break_over(struct records *want, const struct message *m) {
  want_break(want, matching_id(m));
}

// A timer may come early where clocks differ: then it is set again.
struct change on_break_over(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Mentor *mentor = on_record(have, matching_id(m));
  const MentorBreak *of = mentor ? records_get(have, &mentor_break__descriptor, mentor->id) : NULL;
  if (!of || !of->until || mentor->state != MENTOR_STATE__ON_BREAK) return c;
  if (timestamp_ms(of->until) <= m->now.ms)
    end_break(&c, mentor);
  else
    change_set_timer(&c, break_timer(m->arena, mentor->id), timestamp_ms(of->until));
  return c;
}
