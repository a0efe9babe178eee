// When a mentor is supervised next. A mentor's supervisor speaks with them every so many days of the area; the first
// time is due as long after registration, unless it says when. While a supervision is overdue there is a task, and no
// rule lets the mentor be offered anybody.
#include "supervision.h"
#include "match_life.h"
#include "tasks.h"

static char *supervision_timer(struct arena *a, const char *id) {
  return arena_printf(a, "supervision/%s", id);
}

static int64_t next_due(const struct message *m, int64_t last_ms) {
  uint32_t days = m->area->supervision_days ? m->area->supervision_days : MATCHING_SUPERVISION_DAYS;
  return match_days_end(m, last_ms, days);
}

void supervision_want(struct records *want, const char *mentor_id) {
  if (text_is_uuid(mentor_id)) (void)task_want(want, MATCHING_TASK_KIND__SUPERVISION_DUE, mentor_id);
}

void supervision_due_at(struct change *c, const struct records *have, const struct message *m, Mentor *mentor,
                        int64_t due_at_ms) {
  mentor->supervised_until = timestamp_of(m->arena, due_at_ms);
  change_set_timer(c, supervision_timer(m->arena, mentor->id), due_at_ms);
  if (due_at_ms > m->now.ms) task_done(c, have, m, MATCHING_TASK_KIND__SUPERVISION_DUE, mentor->id);
}

void supervision_complete(struct change *c, const struct records *have, const struct message *m, Mentor *mentor,
                          const Mentor *was) {
  int64_t said_ms = timestamp_ms(mentor->supervised_until);
  mentor->supervised_at = was ? was->supervised_at : NULL;
  mentor->supervised_by = was ? was->supervised_by : matching_text("");
  mentor->supervised_until = was ? was->supervised_until : NULL;
  if (said_ms && said_ms != timestamp_ms(mentor->supervised_until))
    supervision_due_at(c, have, m, mentor, said_ms);
  else if (!mentor->supervised_until)
    supervision_due_at(c, have, m, mentor, next_due(m, m->now.ms));
}

void needs_supervision(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (text_is_uuid(id)) records_want(want, &mentor__descriptor, id);
  supervision_want(want, id);
}

static const Mentor *named(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  return text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
}

static void check(struct change *c, const struct message *m, const RecordSupervision *cmd) {
  if (timestamp_ms(cmd->at) <= 0)
    change_refuse(c, CODE__INVALID, "/at", "say when the supervision was");
  else if (timestamp_ms(cmd->at) > m->now.ms)
    change_refuse(c, CODE__INVALID, "/at", "is in the future: record a supervision once it was held");
}

static void publish_supervised(struct change *c, const Mentor *mentor) {
  MentorSupervised *event = arena_take(c->arena, sizeof *event);
  mentor_supervised__init(event);
  event->id = mentor->id;
  event->at_ms = timestamp_ms(mentor->supervised_at);
  event->by = mentor->supervised_by;
  change_publish(c, mentor->id, event);
}

static struct change supervised(const struct records *have, struct change c, const Mentor *mentor, bool written) {
  uint64_t version = records_version(have, &mentor__descriptor, mentor->id);
  change_reply(&c, mentor->id, mentor, version + (written ? 1 : 0));
  return c;
}

// The newest counts; the same once more changes nothing.
struct change decide_record_supervision(const struct records *have, const struct message *m) {
  const RecordSupervision *cmd = m->body;
  struct change c = change_of(m);
  check(&c, m, cmd);
  if (change_refused(&c)) return c;
  const Mentor *was = named(have, m);
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  int64_t at_ms = timestamp_ms(cmd->at), last_ms = timestamp_ms(was->supervised_at);
  if (at_ms == last_ms) return supervised(have, c, was, false);
  if (at_ms < last_ms) return refuse(m, CODE__CONFLICT, "/at", "a later supervision is recorded already");
  Mentor *mentor = arena_copy(m->arena, was, sizeof *was);
  mentor->supervised_at = timestamp_of(m->arena, at_ms);
  mentor->supervised_by = m->actor->id;
  supervision_due_at(&c, have, m, mentor, next_due(m, at_ms));
  change_write(&c, mentor->id, mentor->id, mentor);
  publish_supervised(&c, mentor);
  return supervised(have, c, mentor, true);
}

// A timer may come early where clocks differ: then it is set again.
struct change on_supervision_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Mentor *mentor = named(have, m);
  if (!mentor) return c;
  const struct task task = {MATCHING_TASK_KIND__SUPERVISION_DUE, mentor->id, NULL, mentor->id, NULL};
  if (m->now.ms < timestamp_ms(mentor->supervised_until))
    change_set_timer(&c, supervision_timer(m->arena, mentor->id), timestamp_ms(mentor->supervised_until));
  else
    task_open(&c, have, m, &task);
  return c;
}
