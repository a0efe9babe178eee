#include "calendar.h"
#include "checks.h"
#include "intake.h"
#include "pathways.h"
#include "reading.h"
#include "text.h"
#include <string.h>

#define FURTHEST_AHEAD_MS (INT64_C(731) * DAY_MS) // two years, one of them a leap year

static char *index_of_person(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "appointments-of/%s", crn);
}

static uint64_t version_of(const struct records *have, const Appointment *a) {
  return records_version(have, &appointment__descriptor, a->id);
}

// The appointment of that id, and whose it is.
static const Appointment *want_appointment(struct records *want, const struct message *m, const char *id) {
  const Appointment *a = records_want(want, &appointment__descriptor, id);
  if (a) want_engagement(want, m, a->engagement_id);
  return a;
}

static const Appointment *found_appointment(const struct records *have, const char *id) {
  const Appointment *a = records_get(have, &appointment__descriptor, id);
  return a && found_engagement(have, a->engagement_id) ? a : NULL;
}

// --- what was sent

// What of an appointment its sender sets; all else is the service's.
static Appointment *senders_part(const struct message *m, const Appointment *of) {
  Appointment *a = arena_take(m->arena, sizeof *a);
  appointment__init(a);
  a->id = of->id;
  a->engagement_id = of->engagement_id;
  a->starts_at = of->starts_at;
  a->ends_at = of->ends_at;
  a->place = of->place;
  a->mode = of->mode;
  a->function = of->function;
  a->mentor_role = of->mentor_role;
  return a;
}

static void check_appointment(const struct checks *k, const Appointment *a) {
  check_id(k, "/id", a->id);
  check_id(k, "/engagementId", a->engagement_id);
  check_span(k, a->starts_at, a->ends_at);
  check_choice(k, "/mode", &mode__descriptor, a->mode, true);
  check_choice(k, "/function", &function__descriptor, a->function, false);
  check_choice(k, "/mentorRole", &mentor_role__descriptor, a->mentor_role, false);
  check_line(k, "/place", a->place, a->mode == MODE__IN_PERSON ? 1 : 0, 200);
}

// A new appointment lies ahead, within two years, on an engagement that is open.
static void check_new(const struct checks *k, const struct message *m, const Appointment *a, const Engagement *e) {
  int64_t ahead_ms = timestamp_ms(a->starts_at) - m->now.ms;
  if (ahead_ms < -CLOCK_SLACK_MS) wrong(k, CODE__INVALID, "/startsAt", "is in the past: choose a time to come");
  if (ahead_ms > FURTHEST_AHEAD_MS) wrong(k, CODE__INVALID, "/startsAt", "is more than two years ahead");
  if (e->closed_at) wrong(k, CODE__CONFLICT, "/engagementId", "that engagement is closed: open a new one first");
}

// The same appointment sent again answers as before, whatever became of it since.
static struct change made_before(const struct records *have, const struct message *m, const Appointment *there,
                                 const Appointment *sent, const char *prefix) {
  struct change c = change_of(m);
  if (arena_packs_alike(m->arena, senders_part(m, there), sent))
    change_reply(&c, there->crn, there, version_of(have, there));
  else
    wrong(&(struct checks){.change = &c, .prefix = prefix}, CODE__CONFLICT, "/id",
          "is taken by another appointment: choose a new one");
  return c;
}

// --- making

// The pathway's reminders in minutes before the start. Where its file is gone, none: the engagement then has no rules.
static void set_reminders(const struct message *m, Appointment *a) {
  const Pathway *pathway = pathways_find(m->settings, a->pathway);
  if (!pathway) return;
  a->n_reminder_minutes = pathway->n_reminders;
  a->reminder_minutes = arena_take(m->arena, (pathway->n_reminders + 1) * sizeof *a->reminder_minutes);
  for (size_t i = 0; i < pathway->n_reminders; i++)
    a->reminder_minutes[i] = (uint32_t)calendar_offset_minutes(pathway->reminders[i]);
}

static void publish_made(struct change *c, const struct message *m, const Appointment *a) {
  AppointmentMade *e = arena_take(m->arena, sizeof *e);
  appointment_made__init(e);
  e->id = a->id;
  e->crn = a->crn;
  e->engagement_id = a->engagement_id;
  e->pathway = a->pathway;
  e->practitioner = a->practitioner;
  e->starts_at_ms = timestamp_ms(a->starts_at);
  e->n_reminder_minutes = a->n_reminder_minutes;
  e->reminder_minutes = a->reminder_minutes;
  e->supersedes = a->supersedes;
  e->mentor_role = a->mentor_role;
  change_publish(c, a->crn, e);
}

// Fills in what is the service's, writes, publishes and replies.
static void make(struct change *c, const struct message *m, Appointment *a, const Engagement *e) {
  a->crn = e->crn;
  a->practitioner = e->practitioner;
  a->pathway = e->pathway;
  a->state = APPOINTMENT_STATE__PLANNED;
  set_reminders(m, a);
  change_write(c, a->crn, a->id, a);
  change_index(c, index_of_person(m, a->crn), list_member(m->arena, timestamp_ms(a->starts_at), a->id));
  publish_made(c, m, a);
  change_reply(c, a->crn, a, 1);
  c->created = true;
}

void needs_make_appointment(struct records *want, const struct message *m) {
  const MakeAppointment *cmd = m->body;
  if (!cmd->appointment) return;
  want_appointment(want, m, cmd->appointment->id);
  want_engagement(want, m, cmd->appointment->engagement_id);
}

struct change decide_make_appointment(const struct records *have, const struct message *m) {
  const MakeAppointment *cmd = m->body;
  struct change c = change_of(m);
  const struct checks k = {.change = &c, .prefix = ""};
  if (!cmd->appointment) return refuse(m, CODE__INVALID, NULL, "send an appointment");
  check_appointment(&k, cmd->appointment);
  if (change_refused(&c)) return c;
  Appointment *a = senders_part(m, cmd->appointment);
  const Appointment *there = records_get(have, &appointment__descriptor, a->id);
  if (there) return made_before(have, m, there, a, "");
  const Engagement *e = found_engagement(have, a->engagement_id);
  if (!e) return not_found(m, "/engagementId");
  check_new(&k, m, a, e);
  if (!change_refused(&c)) make(&c, m, a, e);
  return c;
}

// --- ending one that is planned

static const char *state_in_words(AppointmentState state) {
  static const char *const words[] = {"in no known state", "planned", "superseded", "cancelled", "held"};
  return (size_t)state < sizeof words / sizeof *words ? words[state] : words[0];
}

static bool check_planned(const struct checks *k, const Appointment *a) {
  if (a->state == APPOINTMENT_STATE__PLANNED) return true;
  if (text_is_empty(a->superseded_by))
    return wrong(k, CODE__CONFLICT, NULL, "it is %s already: make a new appointment", state_in_words(a->state));
  return wrong(k, CODE__CONFLICT, NULL, "it was rescheduled already: go on with appointment %s", a->superseded_by);
}

static Appointment *ended(const struct message *m, const Appointment *was, AppointmentState state, const char *why) {
  Appointment *a = arena_copy(m->arena, was, sizeof *was);
  a->state = state;
  a->why = (char *)why;
  return a;
}

// --- rescheduling

void needs_reschedule_appointment(struct records *want, const struct message *m) {
  const RescheduleAppointment *cmd = m->body;
  want_appointment(want, m, cmd->id);
  if (cmd->appointment) want_appointment(want, m, cmd->appointment->id);
}

// The new appointment as it was sent, on the old one's engagement. NULL where `k` has a refusal.
static Appointment *replacement(const struct checks *k, const struct message *m, const Appointment *old) {
  const RescheduleAppointment *cmd = m->body;
  Appointment *a = senders_part(m, cmd->appointment);
  if (text_is_empty(a->engagement_id)) a->engagement_id = old->engagement_id;
  check_appointment(k, a);
  if (strcmp(a->engagement_id, old->engagement_id) != 0)
    wrong(k, CODE__INVALID, "/engagementId", "is another engagement: a reschedule stays on the same one");
  if (strcmp(a->id, old->id) == 0) wrong(k, CODE__INVALID, "/id", "is the old one's: choose a new id");
  check_line(&(struct checks){.change = k->change, .prefix = ""}, "/why", cmd->why, 0, 500);
  return change_refused(k->change) ? NULL : a;
}

static void publish_superseded(struct change *c, const struct message *m, const Appointment *old) {
  AppointmentSuperseded *e = arena_take(m->arena, sizeof *e);
  appointment_superseded__init(e);
  e->id = old->id;
  e->crn = old->crn;
  e->by = old->superseded_by;
  change_publish(c, old->crn, e);
}

// Supersedes the old one before it makes the new, so that a reader of the events never sees both stand.
static void supersede(struct change *c, const struct message *m, const Appointment *was, Appointment *by,
                      const Engagement *e) {
  const RescheduleAppointment *cmd = m->body;
  Appointment *old = ended(m, was, APPOINTMENT_STATE__SUPERSEDED, cmd->why);
  old->superseded_by = by->id;
  by->supersedes = old->id;
  change_write(c, old->crn, old->id, old);
  publish_superseded(c, m, old);
  make(c, m, by, e);
}

struct change decide_reschedule_appointment(const struct records *have, const struct message *m) {
  const RescheduleAppointment *cmd = m->body;
  struct change c = change_of(m);
  const struct checks k = {.change = &c, .prefix = "/appointment"};
  if (!cmd->appointment) return refuse(m, CODE__INVALID, "/appointment", "is missing: send the new appointment");
  const Appointment *old = found_appointment(have, cmd->id);
  if (!old) return not_found(m, NULL);
  Appointment *a = replacement(&k, m, old);
  if (!a) return c;
  const Appointment *there = records_get(have, &appointment__descriptor, a->id);
  if (there && strcmp(there->supersedes, old->id) == 0) return made_before(have, m, there, a, k.prefix);
  if (there) return refuse(m, CODE__CONFLICT, "/appointment/id", "is taken by another appointment: choose a new one");
  const Engagement *e = found_engagement(have, a->engagement_id);
  if (!check_planned(&k, old)) return c;
  check_new(&k, m, a, e);
  if (!change_refused(&c)) supersede(&c, m, old, a, e);
  return c;
}

// --- cancelling

void needs_cancel_appointment(struct records *want, const struct message *m) {
  want_appointment(want, m, ((const CancelAppointment *)m->body)->id);
}

static void publish_cancelled(struct change *c, const struct message *m, const Appointment *a) {
  AppointmentCancelled *e = arena_take(m->arena, sizeof *e);
  appointment_cancelled__init(e);
  e->id = a->id;
  e->crn = a->crn;
  change_publish(c, a->crn, e);
}

// Cancelling what is cancelled answers as before.
struct change decide_cancel_appointment(const struct records *have, const struct message *m) {
  const CancelAppointment *cmd = m->body;
  struct change c = change_of(m);
  const struct checks k = {.change = &c, .prefix = ""};
  if (!check_line(&k, "/why", cmd->why, 0, 500)) return c;
  const Appointment *was = found_appointment(have, cmd->id);
  if (!was) return not_found(m, NULL);
  uint64_t version = version_of(have, was);
  if (was->state == APPOINTMENT_STATE__CANCELLED) {
    change_reply(&c, was->crn, was, version);
    return c;
  }
  if (!check_planned(&k, was)) return c;
  Appointment *a = ended(m, was, APPOINTMENT_STATE__CANCELLED, cmd->why);
  change_write(&c, a->crn, a->id, a);
  publish_cancelled(&c, m, a);
  change_reply(&c, a->crn, a, version + 1);
  return c;
}

// --- reading

void needs_read_appointment(struct records *want, const struct message *m) {
  want_appointment(want, m, ((const ReadAppointment *)m->body)->id);
}

struct change decide_read_appointment(const struct records *have, const struct message *m) {
  const Appointment *a = found_appointment(have, ((const ReadAppointment *)m->body)->id);
  if (!a) return not_found(m, NULL);
  struct change c = change_of(m);
  change_reply(&c, a->crn, a, version_of(have, a));
  return c;
}

void needs_list_appointments(struct records *want, const struct message *m) {
  const ListAppointments *cmd = m->body;
  const char *crn = crn_in(m, cmd->crn);
  if (!crn) return;
  want_person(want, m, crn);
  const struct page *page = records_want_page(want, index_of_person(m, crn), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &appointment__descriptor, list_id(page->members[i]));
}

// In order of their start.
struct change decide_list_appointments(const struct records *have, const struct message *m) {
  const ListAppointments *cmd = m->body;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  const struct page *page = records_page(have, index_of_person(m, person->crn), cmd->after);
  Appointments *list = arena_take(m->arena, sizeof *list);
  appointments__init(list);
  list->appointments = arena_take(m->arena, (page->n_members + 1) * sizeof *list->appointments);
  for (size_t i = 0; i < page->n_members; i++) {
    const Appointment *a = records_get(have, &appointment__descriptor, list_id(page->members[i]));
    if (a) list->appointments[list->n_appointments++] = (Appointment *)a;
  }
  list->next = list_next(page);
  struct change c = change_of(m);
  change_reply(&c, person->crn, list, 0);
  return c;
}
