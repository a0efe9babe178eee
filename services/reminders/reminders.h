// Reminders: what must be said when, and whether it may be said at all.
//
// A ReminderPlan lives under its appointment's id and holds one reminder per offset of the pathway. Each waits for a
// timer "reminder/<appointment id>/<minutes before>". When it comes due the gate (gate.h) looks at what is so at that
// moment; what it stops is recorded with one reason, what it lets pass goes to the courier.
//
//            gate passes               MessageDelivered
//   WAITING -------------> HANDED_OVER ----------------> SENT
//      |                        |  MessageDead             ^ MessageDelivered, after a dead letter was sent again
//      |                        v                          |
//      \------------------> NOT_SENT (one reason) ---------/
//        gate, cancelled, superseded, due before it was planned
#pragma once
#include "change.h"
#include "courier.pb-c.h"
#include "intake.pb-c.h"
#include "records.h"
#include "reminders.pb-c.h"
#include "service.h"

extern const struct service reminders;

enum {
  REMINDERS_PER_PLAN = 16,            // further offsets of a pathway are left out
  REMINDERS_GRACE_MS = 5 * 60 * 1000, // how long after a reminder was due its plan may still be made
};

// plan.c: making, stopping and reading plans.
void needs_appointment_made(struct records *want, const struct message *m);
struct change on_appointment_made(const struct records *have, const struct message *m);
void needs_appointment_superseded(struct records *want, const struct message *m);
struct change on_appointment_superseded(const struct records *have, const struct message *m);
void needs_appointment_cancelled(struct records *want, const struct message *m);
struct change on_appointment_cancelled(const struct records *have, const struct message *m);
void needs_read_reminders(struct records *want, const struct message *m);
struct change decide_read_reminders(const struct records *have, const struct message *m);

// A copy of the plan whose reminders may be altered.
ReminderPlan *plan_copy(struct arena *a, const ReminderPlan *plan);
// The reminder of that offset, or NULL.
Reminder *plan_reminder(const ReminderPlan *plan, uint32_t minutes_before);
// "reminder/<appointment id>/<minutes>".
const char *plan_timer(struct arena *a, const ReminderPlan *plan, const Reminder *reminder);
// Takes "<appointment id>/<minutes>" apart, as timers and messages name a reminder. False where it is not of that form.
bool plan_read_name(struct arena *a, const char *name, const char **appointment_id, uint32_t *minutes_before);
// Marks a reminder of the plan as not sent and publishes that. The caller writes the plan.
void plan_not_sent(struct change *c, const ReminderPlan *plan, Reminder *reminder, NotSent reason);

// sending.c: the moment of sending, and what became of it.
void needs_reminder_due(struct records *want, const struct message *m);
struct change on_reminder_due(const struct records *have, const struct message *m);
void needs_message_delivered(struct records *want, const struct message *m);
struct change on_message_delivered(const struct records *have, const struct message *m);
void needs_message_dead(struct records *want, const struct message *m);
struct change on_message_dead(const struct records *have, const struct message *m);

// holding.c: what reminders holds about a person, given and deleted. Index: "plans-of/<crn>" (appointment ids).
void needs_collect_reminders(struct records *want, const struct message *m);
struct change decide_collect_reminders(const struct records *have, const struct message *m);
void needs_erase_reminders(struct records *want, const struct message *m);
struct change on_erase_reminders(const struct records *have, const struct message *m);
