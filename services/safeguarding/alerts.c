// Alerts: to the people on call, round after round, until one of them acknowledges.
//
// A round alerts one level of the rota, the next round the level above, and after the top every round alerts all of
// them. A level on which nobody can be reached is passed over at once. A round lasts fifteen minutes, less where one of
// its messages is known not to arrive: then the next level is alerted at once; but once all levels are alerted there is
// nobody further to turn to, and the round runs its time, so that a provider who refuses everything is not asked
// without end.
#include "safeguarding.h"
#include <string.h>

static char *timer_of(struct arena *a, const char *id) {
  return arena_printf(a, "alert/%s", id);
}

DisclosureWatch *watch_copy(struct arena *a, const DisclosureWatch *watch) {
  DisclosureWatch *copy = arena_copy(a, watch, sizeof *watch);
  copy->alerts = arena_take(a, (watch->n_alerts + 1) * sizeof *copy->alerts);
  for (size_t i = 0; i < watch->n_alerts; i++) copy->alerts[i] = arena_copy(a, watch->alerts[i], sizeof **copy->alerts);
  return copy;
}

static char *member_of(struct arena *a, const DisclosureWatch *watch) {
  return arena_printf(a, "%d/%013lld/%s", watch->state, (long long)timestamp_ms(watch->raised_at), watch->id);
}

void watch_write(struct change *c, const DisclosureWatch *was, const DisclosureWatch *watch) {
  change_write(c, watch->crn, watch->id, watch);
  if (was && was->state == watch->state) return;
  if (was) change_unindex(c, DISCLOSURES_INDEX, member_of(c->arena, was));
  change_index(c, DISCLOSURES_INDEX, member_of(c->arena, watch));
}

void watch_unlist(struct change *c, const DisclosureWatch *watch) {
  change_unindex(c, DISCLOSURES_INDEX, member_of(c->arena, watch));
}

// --- a round

// What is older than a round is of no more use; the record does not grow with the time that nobody answers.
static void forget_old(DisclosureWatch *watch, int64_t now_ms) {
  size_t n = 0;
  for (size_t i = 0; i < watch->n_alerts; i++)
    if (watch->alerts[i]->at_ms + ALERT_ROUND_MS > now_ms) watch->alerts[n++] = watch->alerts[i];
  watch->n_alerts = n;
}

struct round {
  const struct message *m;
  DisclosureWatch *watch;
};

static void note_alert(void *context, const char *staff, Channel channel, char *message_id) {
  struct round *r = context;
  DisclosureAlert *alert = arena_take(r->m->arena, sizeof *alert);
  disclosure_alert__init(alert);
  alert->round = r->watch->rounds;
  alert->staff = text_of(staff);
  alert->channel = channel;
  alert->message_id = message_id;
  alert->state = ALERT_STATE__ALERT_HANDED_OVER;
  alert->at_ms = r->m->now.ms;
  r->watch->alerts[r->watch->n_alerts++] = alert;
}

static unsigned send_level(struct change *c, const struct records *have, struct round *r, uint32_t level) {
  const struct safeguarding_settings *s = r->m->settings;
  struct staff_notice n = {.texts = s->wording->disclosure,
                           .link = safeguarding_link(r->m, r->watch->id),
                           .about = arena_printf(c->arena, "disclosure/%s/%u", r->watch->id, r->watch->rounds),
                           .not_after_ms = r->m->now.ms + ALERT_ROUND_MS};
  return staff_notify_level(c, have, r->m, level, &n, note_alert, r);
}

// The next level on which anybody can be reached, or else all of them. Answers how many messages there are.
static unsigned send_round(struct change *c, const struct records *have, struct round *r) {
  const OnCallRota *rota = rota_of(have);
  uint32_t n_levels = rota ? (uint32_t)rota->n_levels : 0;
  unsigned count = 0;
  for (uint32_t level = r->watch->level + 1; level <= n_levels && !count; level++) {
    count = send_level(c, have, r, level);
    r->watch->level = level;
  }
  if (count) return count;
  r->watch->everybody = true;
  for (uint32_t level = 1; level <= n_levels; level++) count += send_level(c, have, r, level);
  return count;
}

static void publish_alerted(struct change *c, const struct round *r, unsigned count) {
  DisclosureAlerted *event = arena_take(c->arena, sizeof *event);
  disclosure_alerted__init(event);
  event->id = r->watch->id;
  event->crn = r->watch->crn;
  event->round = r->watch->rounds;
  event->level = r->watch->level;
  event->everybody = r->watch->everybody;
  event->alerts = count;
  event->at_ms = r->m->now.ms;
  change_publish(c, r->watch->crn, event);
}

void alert_round(struct change *c, const struct records *have, const struct message *m, DisclosureWatch *watch) {
  struct round r = {m, watch};
  forget_old(watch, m->now.ms);
  const size_t room = watch->n_alerts + 2 * ROTA_LEVELS * ROTA_DUTIES + 1;
  DisclosureAlert **alerts = arena_take(m->arena, room * sizeof *alerts);
  if (watch->n_alerts) memcpy(alerts, watch->alerts, watch->n_alerts * sizeof *alerts);
  watch->alerts = alerts;
  watch->rounds++;
  watch->everybody = false;
  unsigned count = send_round(c, have, &r);
  watch->alerted = count > 0;
  watch->next_alert_ms = m->now.ms + (count ? ALERT_ROUND_MS : ALERT_AGAIN_MS);
  change_set_timer(c, timer_of(m->arena, watch->id), watch->next_alert_ms);
  publish_alerted(c, &r, count);
  if (!count)
    change_alarm(c,
                 "a disclosure waits, and nobody on call can be alerted: set the on-call rota, and telephone the lead");
  else if (watch->everybody)
    change_alarm(c, "a disclosure waits, all levels of the on-call rota are alerted, and nobody has acknowledged it");
}

void needs_alert_due(struct records *want, const struct message *m) {
  const DisclosureWatch *watch = records_want(want, &disclosure_watch__descriptor, m->timer);
  if (watch && watch->state == DISCLOSURE_STATE__DISCLOSURE_RAISED) needs_rota(want);
}

struct change on_alert_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const DisclosureWatch *was = records_get(have, &disclosure_watch__descriptor, m->timer);
  if (!was || was->state != DISCLOSURE_STATE__DISCLOSURE_RAISED) return c;
  if (m->now.ms < was->next_alert_ms) { // a message was dead, and the next round has begun already
    change_set_timer(&c, timer_of(m->arena, m->timer), was->next_alert_ms);
    return c;
  }
  DisclosureWatch *watch = watch_copy(m->arena, was);
  alert_round(&c, have, m, watch);
  watch_write(&c, was, watch);
  return c;
}

void alert_stop(struct change *c, const struct message *m, DisclosureWatch *watch) {
  watch->next_alert_ms = 0;
  change_clear_timer(c, timer_of(m->arena, watch->id));
  for (size_t i = 0; i < watch->n_alerts; i++) {
    if (watch->alerts[i]->state != ALERT_STATE__ALERT_HANDED_OVER) continue;
    MessageCalledOff *event = arena_take(m->arena, sizeof *event);
    message_called_off__init(event);
    event->message_id = watch->alerts[i]->message_id;
    event->subject = watch->alerts[i]->staff;
    change_publish(c, event->subject, event);
  }
}

// --- what the courier says of an alert

// The disclosure that a message was about, or NULL: "disclosure/<id>/...".
static const char *disclosure_about(struct arena *a, const char *about) {
  static const char prefix[] = "disclosure/";
  const size_t at = sizeof prefix - 1, id_bytes = 36;
  if (strncmp(about, prefix, at) || strlen(about) < at + id_bytes) return NULL;
  const char *id = arena_printf(a, "%.*s", (int)id_bytes, about + at);
  return text_is_uuid(id) ? id : NULL;
}

void needs_alert_dead(struct records *want, const struct message *m) {
  const char *id = disclosure_about(m->arena, ((const MessageDead *)m->body)->about);
  const DisclosureWatch *watch = records_want(want, &disclosure_watch__descriptor, id);
  if (watch && watch->state == DISCLOSURE_STATE__DISCLOSURE_RAISED) needs_rota(want);
}

void needs_alert_delivered(struct records *want, const struct message *m) {
  records_want(want, &disclosure_watch__descriptor,
               disclosure_about(m->arena, ((const MessageDelivered *)m->body)->about));
}

// The watch (a copy) and the alert that a message carried. False: it is no alert, or nobody waits for it any more.
static bool find_alert(const struct records *have, const struct message *m, const char *about, const char *message_id,
                       const DisclosureWatch **was, DisclosureWatch **watch, DisclosureAlert **alert) {
  const char *id = disclosure_about(m->arena, about);
  *was = id ? records_get(have, &disclosure_watch__descriptor, id) : NULL;
  if (!*was || (*was)->state != DISCLOSURE_STATE__DISCLOSURE_RAISED) return false;
  *watch = watch_copy(m->arena, *was);
  for (size_t i = 0; i < (*watch)->n_alerts; i++) {
    *alert = (*watch)->alerts[i];
    if (!strcmp((*alert)->message_id, message_id)) return true;
  }
  return false;
}

static bool is_any_alive(const DisclosureWatch *watch) {
  for (size_t i = 0; i < watch->n_alerts; i++)
    if (watch->alerts[i]->state != ALERT_STATE__ALERT_DEAD) return true;
  return false;
}

struct change on_alert_dead(const struct records *have, const struct message *m) {
  const MessageDead *event = m->body;
  struct change c = change_of(m);
  const DisclosureWatch *was;
  DisclosureWatch *watch;
  DisclosureAlert *alert;
  if (!find_alert(have, m, event->about, event->message_id, &was, &watch, &alert)) return c;
  if (alert->state == ALERT_STATE__ALERT_DEAD) return c;
  alert->state = ALERT_STATE__ALERT_DEAD;
  watch->alerted = is_any_alive(watch);
  if (alert->round == watch->rounds && !watch->everybody)
    alert_round(&c, have, m, watch);
  else if (!watch->alerted)
    change_alarm(&c, "a disclosure waits, and no alert reached anybody on call: telephone the lead");
  watch_write(&c, was, watch);
  return c;
}

struct change on_alert_delivered(const struct records *have, const struct message *m) {
  const MessageDelivered *event = m->body;
  struct change c = change_of(m);
  const DisclosureWatch *was;
  DisclosureWatch *watch;
  DisclosureAlert *alert;
  if (!find_alert(have, m, event->about, event->message_id, &was, &watch, &alert)) return c;
  alert->state = ALERT_STATE__ALERT_DELIVERED;
  watch->alerted = true;
  watch_write(&c, was, watch);
  return c;
}
