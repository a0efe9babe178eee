// What follows for a booking from its appointment, and what the mentor is told of it: that something in their meetings
// is new or has changed, and nothing more.
#include "booking.h"
#include "tasks.h"
#include <string.h>

static bool asks_for_mentor(MentorRole role) {
  return role == MENTOR_ROLE__GREETER || role == MENTOR_ROLE__CO_FACILITATOR;
}

static void ask(struct change *c, const struct records *have, const struct message *m, const Appointment *a,
                const char *mentor_id) {
  const Booking *b = records_get(have, &booking__descriptor, a->id);
  if (booking_stands(b)) return;
  booking_ask(c, have, m, &(struct booking_need){a->id, a->crn, mentor_id, timestamp_ms(a->starts_at)});
}

// --- an appointment is made: whoever makes it may ask for a mentor

void needs_booking_asked(struct records *want, const struct message *m) {
  const AppointmentMade *made = m->body;
  records_want(want, &appointment__descriptor, made->id);
  booking_want(want, made->id);
}

// Of one that supersedes another it is decided there what becomes of the booking.
struct change on_booking_asked(const struct records *have, const struct message *m) {
  const AppointmentMade *made = m->body;
  struct change c = change_of(m);
  const Appointment *a = records_get(have, &appointment__descriptor, made->id);
  if (text_is_empty(made->supersedes) && asks_for_mentor(made->mentor_role) && visit_is_to_come(m, a))
    ask(&c, have, m, a, "");
  return c;
}

// --- it is cancelled

void needs_booking_cancelled(struct records *want, const struct message *m) {
  booking_want(want, matching_id(m));
}

struct change on_booking_cancelled(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Booking *b = records_get(have, &booking__descriptor, matching_id(m));
  if (booking_stands(b)) booking_end(&c, have, m, b, BOOKING_STATE__BOOKING_CANCELLED, "");
  booking_settled(&c, have, m, matching_id(m));
  return c;
}

// --- it is rescheduled

void needs_booking_moved(struct records *want, const struct message *m) {
  const AppointmentSuperseded *e = m->body;
  const Booking *b = booking_want(want, e->id);
  booking_want(want, e->by);
  records_want(want, &appointment__descriptor, e->by);
  if (booking_stands(b)) visit_want(want, e->by, b->mentor_id);
}

// Whether the mentor can come to the new appointment as well, by all the rules.
static bool may_move(const struct records *have, const struct message *m, const Booking *was, const char *to) {
  const struct visit v = visit_of(have, m, to, was->mentor_id);
  return v.pair.person && v.pair.mentor && visit_takes(v.appointment, was->role) && !visit_refused(&v);
}

// The human who booked has decided who comes; the mentor is told, and may decline.
static void move(struct change *c, const struct records *have, const struct message *m, const Booking *was,
                 const Appointment *to) {
  booking_end(c, have, m, was, BOOKING_STATE__BOOKING_MOVED, "");
  Booking *b = arena_copy(m->arena, was, sizeof *was);
  b->id = to->id;
  b->starts_at = to->starts_at;
  booking_begin(c, m, b);
  change_recipient(c, "mentor", b->mentor_id);
}

static void follow(struct change *c, const struct records *have, const struct message *m, const Booking *was,
                   const Appointment *to) {
  bool stands = booking_stands(was), taken = booking_stands(records_get(have, &booking__descriptor, to->id));
  if (stands && !taken && may_move(have, m, was, to->id)) {
    move(c, have, m, was, to);
    return;
  }
  if (stands) booking_end(c, have, m, was, BOOKING_STATE__BOOKING_CANCELLED, "");
  if (stands || asks_for_mentor(to->mentor_role)) ask(c, have, m, to, was ? was->mentor_id : "");
}

struct change on_booking_moved(const struct records *have, const struct message *m) {
  const AppointmentSuperseded *e = m->body;
  const Appointment *to = records_get(have, &appointment__descriptor, e->by);
  if (!visit_is_to_come(m, to)) return on_booking_cancelled(have, m);
  struct change c = change_of(m);
  follow(&c, have, m, records_get(have, &booking__descriptor, e->id), to);
  booking_settled(&c, have, m, e->id);
  return c;
}

// --- it begins

void needs_booking_due(struct records *want, const struct message *m) {
  (void)task_want(want, MATCHING_TASK_KIND__BOOKING_NEEDED, m->timer);
}

struct change on_booking_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  task_done(&c, have, m, MATCHING_TASK_KIND__BOOKING_NEEDED, m->timer);
  return c;
}

// --- telling the mentor

void needs_booking_changed(struct records *want, const struct message *m) {
  const BookingChanged *e = m->body;
  records_want(want, &mentor__descriptor, e->mentor_id);
}

// Who declined knows; of a move they hear by the new booking. Nothing is sent unasked where an instruction says so.
static bool is_told(const BookingChanged *e, const Mentor *mentor, int64_t now_ms) {
  bool news = e->state != BOOKING_STATE__BOOKING_DECLINED && e->state != BOOKING_STATE__BOOKING_MOVED;
  bool may = mentor && mentor->personal && text_is_empty(mentor->personal->safe_contact);
  return news && may && e->starts_at_ms > now_ms;
}

struct change on_booking_changed(const struct records *have, const struct message *m) {
  const BookingChanged *e = m->body;
  const struct matching_settings *s = m->settings;
  struct change c = change_of(m);
  const Mentor *mentor = records_get(have, &mentor__descriptor, e->mentor_id);
  if (!is_told(e, mentor, m->now.ms)) return c;
  const struct notice notice = {
      .mentor = mentor,
      .wording = s->bookings,
      .page = "mentor",
      .about = arena_printf(m->arena, "booking/%s", e->id),
      .until_ms = e->starts_at_ms,
  };
  notice_send(&c, m, &notice);
  return c;
}
