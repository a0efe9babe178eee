// Making, stopping and reading the reminders of an appointment.
#include "reminders.h"
#include "calendar.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

enum {
  MINUTE_MS = 60 * 1000
};

ReminderPlan *plan_copy(struct arena *a, const ReminderPlan *plan) {
  ReminderPlan *copy = arena_copy(a, plan, sizeof *plan);
  if (!plan->n_reminders) return copy;
  copy->reminders = arena_take(a, plan->n_reminders * sizeof(Reminder *));
  for (size_t i = 0; i < plan->n_reminders; i++)
    copy->reminders[i] = arena_copy(a, plan->reminders[i], sizeof **plan->reminders);
  return copy;
}

Reminder *plan_reminder(const ReminderPlan *plan, uint32_t minutes_before) {
  for (size_t i = 0; i < plan->n_reminders; i++)
    if (plan->reminders[i]->minutes_before == minutes_before) return plan->reminders[i];
  return NULL;
}

bool plan_read_name(struct arena *a, const char *name, const char **appointment_id, uint32_t *minutes_before) {
  const char *slash = name ? strrchr(name, '/') : NULL;
  if (!slash || slash == name || strspn(slash + 1, "0123456789") != strlen(slash + 1)) return false;
  unsigned long minutes = strtoul(slash + 1, NULL, 10);
  if (!slash[1] || minutes > UINT32_MAX) return false;
  *appointment_id = arena_printf(a, "%.*s", (int)(slash - name), name);
  *minutes_before = minutes;
  return true;
}

void plan_not_sent(struct change *c, const ReminderPlan *plan, Reminder *reminder, NotSent reason) {
  reminder->state = REMINDER_STATE__NOT_SENT;
  reminder->reason = reason;
  ReminderNotSent *event = arena_take(c->arena, sizeof *event);
  reminder_not_sent__init(event);
  event->appointment_id = plan->appointment_id;
  event->crn = plan->crn;
  event->minutes_before = reminder->minutes_before;
  event->reason = reason;
  event->pathway = plan->pathway;
  event->practitioner = plan->practitioner;
  event->due_at_ms = timestamp_ms(reminder->due_at);
  change_publish(c, plan->crn, event);
}

const char *plan_timer(struct arena *a, const ReminderPlan *plan, const Reminder *reminder) {
  return arena_printf(a, "reminder/%s/%u", plan->appointment_id, reminder->minutes_before);
}

void needs_appointment_made(struct records *want, const struct message *m) {
  const AppointmentMade *event = m->body;
  records_want_absent(want, &reminder_plan__descriptor, event->id);
}

static ReminderPlan *new_plan(struct arena *a, const AppointmentMade *event) {
  ReminderPlan *plan = arena_take(a, sizeof *plan);
  reminder_plan__init(plan);
  plan->appointment_id = event->id;
  plan->crn = event->crn;
  plan->engagement_id = event->engagement_id;
  plan->pathway = event->pathway;
  plan->practitioner = event->practitioner;
  plan->starts_at_ms = event->starts_at_ms;
  plan->reminders = arena_take(a, REMINDERS_PER_PLAN * sizeof(Reminder *));
  return plan;
}

static Reminder *add_reminder(struct arena *a, ReminderPlan *plan, uint32_t minutes_before) {
  Reminder *reminder = arena_take(a, sizeof *reminder);
  reminder__init(reminder);
  reminder->minutes_before = minutes_before;
  reminder->due_at = timestamp_of(a, plan->starts_at_ms - (int64_t)minutes_before * MINUTE_MS);
  reminder->state = REMINDER_STATE__WAITING;
  return plan->reminders[plan->n_reminders++] = reminder;
}

// A reminder that was due before its appointment was made is never sent late. The plan says so, but no event does: it
// was never owed to anybody, and must not count among those that were. Word of an appointment takes a moment to come,
// so one that fell due in that moment is not lost.
static void plan_one(struct change *c, ReminderPlan *plan, uint32_t minutes_before, int64_t now_ms) {
  Reminder *reminder = add_reminder(c->arena, plan, minutes_before);
  int64_t due_at_ms = timestamp_ms(reminder->due_at);
  if (due_at_ms > now_ms - REMINDERS_GRACE_MS) {
    change_set_timer(c, plan_timer(c->arena, plan, reminder), due_at_ms);
    return;
  }
  reminder->state = REMINDER_STATE__NOT_SENT;
  reminder->reason = plan->starts_at_ms > now_ms ? NOT_SENT__TOO_LATE : NOT_SENT__APPOINTMENT_OVER;
}

struct change on_appointment_made(const struct records *have, const struct message *m) {
  const AppointmentMade *event = m->body;
  struct change c = change_of(m);
  if (records_get(have, &reminder_plan__descriptor, event->id)) return c;
  ReminderPlan *plan = new_plan(m->arena, event);
  for (size_t i = 0; i < event->n_reminder_minutes && plan->n_reminders < REMINDERS_PER_PLAN; i++)
    if (!plan_reminder(plan, event->reminder_minutes[i])) plan_one(&c, plan, event->reminder_minutes[i], m->now.ms);
  change_write(&c, plan->crn, plan->appointment_id, plan);
  change_index(&c, arena_printf(m->arena, "plans-of/%s", plan->crn), plan->appointment_id);
  return c;
}

// What is with the courier already may still be stopped there: only the courier knows whether it has gone out.
static void call_off(struct change *c, const ReminderPlan *plan, const Reminder *reminder) {
  MessageCalledOff *event = arena_take(c->arena, sizeof *event);
  message_called_off__init(event);
  event->message_id = reminder->message_id;
  event->subject = plan->crn;
  change_publish(c, plan->crn, event);
}

static struct change stop(const struct records *have, const struct message *m, const char *id, NotSent reason) {
  struct change c = change_of(m);
  const ReminderPlan *before = records_get(have, &reminder_plan__descriptor, id);
  if (!before) return c;
  ReminderPlan *plan = plan_copy(m->arena, before);
  bool altered = false;
  for (size_t i = 0; i < plan->n_reminders; i++) {
    Reminder *reminder = plan->reminders[i];
    if (reminder->state == REMINDER_STATE__HANDED_OVER) call_off(&c, plan, reminder);
    if (reminder->state != REMINDER_STATE__WAITING) continue;
    plan_not_sent(&c, plan, reminder, reason);
    change_clear_timer(&c, plan_timer(m->arena, plan, reminder));
    altered = true;
  }
  if (altered) change_write(&c, plan->crn, plan->appointment_id, plan);
  return c;
}

void needs_appointment_superseded(struct records *want, const struct message *m) {
  records_want(want, &reminder_plan__descriptor, ((const AppointmentSuperseded *)m->body)->id);
}

struct change on_appointment_superseded(const struct records *have, const struct message *m) {
  return stop(have, m, ((const AppointmentSuperseded *)m->body)->id, NOT_SENT__APPOINTMENT_SUPERSEDED);
}

void needs_appointment_cancelled(struct records *want, const struct message *m) {
  records_want(want, &reminder_plan__descriptor, ((const AppointmentCancelled *)m->body)->id);
}

struct change on_appointment_cancelled(const struct records *have, const struct message *m) {
  return stop(have, m, ((const AppointmentCancelled *)m->body)->id, NOT_SENT__APPOINTMENT_CANCELLED);
}

void needs_read_reminders(struct records *want, const struct message *m) {
  const ReadReminders *command = m->body;
  records_want(want, &reminder_plan__descriptor, command->appointment_id);
}

struct change decide_read_reminders(const struct records *have, const struct message *m) {
  const ReadReminders *command = m->body;
  if (!text_is_uuid(command->appointment_id))
    return refuse(m, CODE__INVALID, "/appointmentId", "must be the UUID of an appointment, in lower case");
  const ReminderPlan *plan = records_get(have, &reminder_plan__descriptor, command->appointment_id);
  if (!plan) return refuse(m, CODE__NOT_FOUND, NULL, "there are no reminders for an appointment of that id");
  struct change c = change_of(m);
  change_reply(&c, plan->crn, plan, records_version(have, &reminder_plan__descriptor, plan->appointment_id));
  change_touch(&c, plan->crn);
  return c;
}
