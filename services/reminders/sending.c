// The moment of sending, and what became of what was sent.
#include "reminders.h"
#include "calendar.h"
#include "gate.h"
#include "text.h"
#include "wording.h"
#include <string.h>

void needs_reminder_due(struct records *want, const struct message *m) {
  const char *appointment_id;
  uint32_t minutes_before;
  if (!plan_read_name(m->arena, m->timer, &appointment_id, &minutes_before)) return;
  const ReminderPlan *plan = records_want(want, &reminder_plan__descriptor, appointment_id);
  if (!plan) return;
  records_want(want, &appointment__descriptor, appointment_id);
  records_want(want, &engagement__descriptor, plan->engagement_id);
  records_want(want, &person__descriptor, plan->crn);
  records_want(want, &daily_count__descriptor, plan->crn);
}

// Everything that the decision about one reminder looks at.
struct sending {
  const struct message *m;
  ReminderPlan *plan;
  Reminder *reminder;
  const Appointment *appointment;
  const Engagement *engagement;
  const Person *person;
  DailyCount count; // of today, before this message
};

static DailyCount count_today(const struct message *m, const DailyCount *before) {
  struct local_time t = calendar_local(m->area->time_zone, m->now.ms);
  DailyCount count = DAILY_COUNT__INIT;
  count.day = arena_printf(m->arena, "%04d-%02d-%02d", t.year, t.month, t.day);
  count.count = before && !strcmp(before->day, count.day) ? before->count : 0;
  return count;
}

// False where there is nothing to decide: no such reminder, or it has been decided before.
static bool read_sending(struct sending *s, const struct records *have, const struct message *m) {
  const char *appointment_id;
  uint32_t minutes_before;
  if (!plan_read_name(m->arena, m->timer, &appointment_id, &minutes_before)) return false;
  const ReminderPlan *plan = records_get(have, &reminder_plan__descriptor, appointment_id);
  if (!plan) return false;
  s->m = m;
  s->plan = plan_copy(m->arena, plan);
  s->reminder = plan_reminder(s->plan, minutes_before);
  if (!s->reminder || s->reminder->state != REMINDER_STATE__WAITING) return false;
  s->appointment = records_get(have, &appointment__descriptor, appointment_id);
  s->engagement = records_get(have, &engagement__descriptor, plan->engagement_id);
  s->person = records_get(have, &person__descriptor, plan->crn);
  s->count = count_today(m, records_get(have, &daily_count__descriptor, plan->crn));
  return true;
}

static bool nearer_due(const struct sending *s) {
  for (size_t i = 0; i < s->plan->n_reminders; i++) {
    const Reminder *r = s->plan->reminders[i];
    if (r->minutes_before < s->reminder->minutes_before && timestamp_ms(r->due_at) <= s->m->now.ms) return true;
  }
  return false;
}

// Details that could not be opened are as good as absent, so nothing is sent on them.
static const PersonalDetails *details(const struct sending *s) {
  return s->person && s->person->personal && !s->person->personal->seal ? s->person->personal : NULL;
}

static void facts_of_person(struct gate_facts *f, const struct sending *s) {
  const Consent *consent = s->person ? s->person->consent : NULL;
  const PersonalDetails *personal = details(s);
  f->whereabouts = s->person ? s->person->whereabouts : WHEREABOUTS__WHEREABOUTS_UNKNOWN;
  f->preferred = s->person ? s->person->preferred_channel : CHANNEL__CHANNEL_UNSPECIFIED;
  f->safe_contact = personal && !text_is_empty(personal->safe_contact);
  f->channels[CHANNEL__SMS] = (struct gate_channel){
      .consent = consent ? consent->texts : ANSWER__UNKNOWN,
      .address_valid = personal && text_is_telephone(personal->telephone),
  };
  f->channels[CHANNEL__EMAIL] = (struct gate_channel){
      .consent = consent ? consent->emails : ANSWER__UNKNOWN,
      .address_valid = personal && text_is_email(personal->email),
  };
}

static struct gate_facts facts_of(const struct sending *s) {
  struct gate_facts f = {
      .now_ms = s->m->now.ms,
      .starts_at_ms = s->plan->starts_at_ms,
      .appointment = s->appointment ? s->appointment->state : APPOINTMENT_STATE__APPOINTMENT_STATE_UNSPECIFIED,
      .engagement_open = s->engagement && !s->engagement->closed_at,
      .sent_today = s->count.count,
      .most_per_day = s->m->area->messages_per_day,
      .quiet_until_ms = gate_quiet_until(s->m->area, s->m->now.ms),
      .nearer_due = nearer_due(s),
  };
  facts_of_person(&f, s);
  return f;
}

static Outgoing *write_outgoing(const struct sending *s) {
  Outgoing *outgoing = wording_write(s->m->arena, s->m->settings,
                                     &(struct wording_facts){
                                         .language = s->person->language,
                                         .channel = s->reminder->channel,
                                         .mode = s->appointment->mode,
                                         .place = s->appointment->place,
                                         .starts_at_ms = s->plan->starts_at_ms,
                                         .time_zone = s->m->area->time_zone,
                                         .telephone = s->m->area->reply_telephone,
                                     });
  outgoing->to = s->reminder->channel == CHANNEL__SMS ? s->person->personal->telephone : s->person->personal->email;
  return outgoing;
}

static void request_message(struct change *c, const struct sending *s) {
  MessageRequested *event = arena_take(c->arena, sizeof *event);
  message_requested__init(event);
  event->message_id = s->reminder->message_id;
  event->subject = s->plan->crn;
  event->channel = s->reminder->channel;
  event->outgoing = write_outgoing(s);
  event->not_after_ms = s->plan->starts_at_ms;
  event->about = arena_printf(c->arena, "reminder/%s", s->m->timer);
  change_publish(c, s->plan->crn, event);
}

static void publish_handed_over(struct change *c, const struct sending *s) {
  ReminderHandedOver *event = arena_take(c->arena, sizeof *event);
  reminder_handed_over__init(event);
  event->appointment_id = s->plan->appointment_id;
  event->crn = s->plan->crn;
  event->minutes_before = s->reminder->minutes_before;
  event->channel = s->reminder->channel;
  event->pathway = s->plan->pathway;
  event->practitioner = s->plan->practitioner;
  event->due_at_ms = timestamp_ms(s->reminder->due_at);
  change_publish(c, s->plan->crn, event);
}

static void hand_over(struct change *c, struct sending *s, Channel channel) {
  char *message_id = arena_take(c->arena, 37);
  text_uuid(s->m->now.random, message_id);
  s->reminder->state = REMINDER_STATE__HANDED_OVER;
  s->reminder->channel = channel;
  s->reminder->message_id = message_id;
  s->count.count++;
  request_message(c, s);
  publish_handed_over(c, s);
  change_write(c, s->plan->crn, s->plan->crn, arena_copy(c->arena, &s->count, sizeof s->count));
}

struct change on_reminder_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  struct sending s;
  if (!read_sending(&s, have, m)) return c;
  struct gate_facts facts = facts_of(&s);
  struct gate_verdict verdict = gate(&facts);
  if (verdict.wait_until_ms) {
    change_set_timer(&c, arena_printf(m->arena, "reminder/%s", m->timer), verdict.wait_until_ms);
    return c;
  }
  if (verdict.reason)
    plan_not_sent(&c, s.plan, s.reminder, verdict.reason);
  else
    hand_over(&c, &s, verdict.channel);
  change_write(&c, s.plan->crn, s.plan->appointment_id, s.plan);
  return c;
}

// --- what the courier says afterwards

// What follows "reminder/", or NULL where the message was about something else.
static const char *reminder_name(const char *about) {
  static const char prefix[] = "reminder/";
  return strncmp(about, prefix, sizeof prefix - 1) ? NULL : about + sizeof prefix - 1;
}

static void want_plan_of(struct records *want, const struct message *m, const char *about) {
  const char *appointment_id;
  uint32_t minutes_before;
  if (plan_read_name(m->arena, reminder_name(about), &appointment_id, &minutes_before))
    records_want(want, &reminder_plan__descriptor, appointment_id);
}

// The plan (a copy) and the reminder that this message carried, or false.
static bool find_sent(const struct records *have, const struct message *m, const char *about, const char *message_id,
                      ReminderPlan **plan, Reminder **reminder) {
  const char *appointment_id;
  uint32_t minutes_before;
  if (!plan_read_name(m->arena, reminder_name(about), &appointment_id, &minutes_before)) return false;
  const ReminderPlan *before = records_get(have, &reminder_plan__descriptor, appointment_id);
  if (!before) return false;
  *plan = plan_copy(m->arena, before);
  *reminder = plan_reminder(*plan, minutes_before);
  return *reminder && !strcmp((*reminder)->message_id, message_id);
}

static void publish_sent(struct change *c, const ReminderPlan *plan, const Reminder *reminder) {
  ReminderSent *event = arena_take(c->arena, sizeof *event);
  reminder_sent__init(event);
  event->appointment_id = plan->appointment_id;
  event->crn = plan->crn;
  event->minutes_before = reminder->minutes_before;
  event->channel = reminder->channel;
  event->pathway = plan->pathway;
  event->practitioner = plan->practitioner;
  event->due_at_ms = timestamp_ms(reminder->due_at);
  change_publish(c, plan->crn, event);
}

void needs_message_delivered(struct records *want, const struct message *m) {
  want_plan_of(want, m, ((const MessageDelivered *)m->body)->about);
}

struct change on_message_delivered(const struct records *have, const struct message *m) {
  const MessageDelivered *event = m->body;
  struct change c = change_of(m);
  ReminderPlan *plan;
  Reminder *reminder;
  if (!find_sent(have, m, event->about, event->message_id, &plan, &reminder)) return c;
  if (reminder->state == REMINDER_STATE__SENT) return c;
  reminder->state = REMINDER_STATE__SENT;
  reminder->reason = NOT_SENT__NOT_SENT_UNSPECIFIED;
  publish_sent(&c, plan, reminder);
  change_write(&c, plan->crn, plan->appointment_id, plan);
  return c;
}

void needs_message_dead(struct records *want, const struct message *m) {
  const char *appointment_id;
  uint32_t minutes_before;
  const MessageDead *event = m->body;
  want_plan_of(want, m, event->about);
  if (plan_read_name(m->arena, reminder_name(event->about), &appointment_id, &minutes_before))
    records_want(want, &appointment__descriptor, appointment_id);
}

// A message that was called off did not fail: its appointment is the reason.
static NotSent why_dead(const Appointment *appointment) {
  AppointmentState state = appointment ? appointment->state : APPOINTMENT_STATE__PLANNED;
  if (state == APPOINTMENT_STATE__CANCELLED) return NOT_SENT__APPOINTMENT_CANCELLED;
  return state == APPOINTMENT_STATE__SUPERSEDED ? NOT_SENT__APPOINTMENT_SUPERSEDED : NOT_SENT__DELIVERY_FAILED;
}

struct change on_message_dead(const struct records *have, const struct message *m) {
  const MessageDead *event = m->body;
  struct change c = change_of(m);
  ReminderPlan *plan;
  Reminder *reminder;
  if (!find_sent(have, m, event->about, event->message_id, &plan, &reminder)) return c;
  if (reminder->state != REMINDER_STATE__HANDED_OVER) return c;
  plan_not_sent(&c, plan, reminder, why_dead(records_get(have, &appointment__descriptor, plan->appointment_id)));
  change_write(&c, plan->crn, plan->appointment_id, plan);
  return c;
}
