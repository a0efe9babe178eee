// Bookings as staff make, read and withdraw them, and as the mentor declines them.
#include "booking.h"
#include "held.h"
#include "tasks.h"
#include <string.h>

// --- one booking

static const Booking *booking_named(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  return text_is_uuid(id) ? records_get(have, &booking__descriptor, id) : NULL;
}

static struct change not_found(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "nobody is booked for an appointment with this id");
}

void needs_booking(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  const Booking *b = booking_want(want, id);
  if (b) records_want_closed(want, &person__descriptor, b->crn);
}

static struct change shown(const struct records *have, struct change c, const Booking *b, bool written) {
  change_reply(&c, b->crn, b, records_version(have, &booking__descriptor, b->id) + (written ? 1 : 0));
  return c;
}

struct change decide_read_booking(const struct records *have, const struct message *m) {
  const Booking *b = booking_named(have, m);
  return b ? shown(have, change_of(m), b, false) : not_found(m);
}

// --- booking

void needs_book_mentor(struct records *want, const struct message *m) {
  const Booking *said = ((const BookMentor *)m->body)->booking;
  if (!said || !text_is_uuid(said->id)) return;
  booking_want(want, said->id);
  visit_want(want, said->id, said->mentor_id);
}

static void check_said(struct change *c, const Booking *said) {
  if (!said || !text_is_uuid(said->id)) change_refuse(c, CODE__INVALID, "/id", "must be the id of an appointment");
  if (!said || !text_is_uuid(said->mentor_id))
    change_refuse(c, CODE__INVALID, "/mentorId", "must be the id of a mentor: a UUID in lower case");
}

// In the role that the appointment asks for, where none is said.
static const Booking *with_role(const struct message *m, const Booking *said, const Appointment *a) {
  Booking *b = arena_copy(m->arena, said, sizeof *said);
  if (b->role == MENTOR_ROLE__MENTOR_ROLE_UNSPECIFIED) b->role = a->mentor_role;
  return b;
}

static bool is_beside_a_match(MentorRole role) {
  return role == MENTOR_ROLE__GREETER || role == MENTOR_ROLE__CO_FACILITATOR;
}

static bool is_same(const Booking *was, const Booking *said) {
  return booking_stands(was) && !strcmp(was->mentor_id, said->mentor_id) && was->role == said->role;
}

static bool has_declined(const Booking *was, const char *mentor_id) {
  return was && was->state == BOOKING_STATE__BOOKING_DECLINED && !strcmp(was->mentor_id, mentor_id);
}

static void check_visit(struct change *c, const struct message *m, const struct visit *v, const Booking *was,
                        const Booking *said) {
  const char *words = NULL;
  if (!is_beside_a_match(said->role))
    change_refuse(c, CODE__INVALID, "/role", "must be GREETER or CO_FACILITATOR: for one-to-one work make an offer");
  else if (booking_stands(was))
    change_refuse(c, CODE__CONFLICT, NULL, "somebody is booked for this appointment: withdraw that first");
  else if (!visit_is_to_come(m, v->appointment))
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, "the appointment is not to come any more");
  else if (!visit_takes(v->appointment, said->role))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/role", "the appointment asks for a mentor in another role");
  else if (has_declined(was, said->mentor_id))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId", "The mentor declined, and is not asked twice.");
  else if ((words = visit_refused(v)))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId", words);
}

static Booking *new_booking(const struct message *m, const struct visit *v, const Booking *said) {
  Booking *b = arena_take(m->arena, sizeof *b);
  booking__init(b);
  b->id = said->id;
  b->mentor_id = said->mentor_id;
  b->role = said->role;
  b->crn = v->appointment->crn;
  b->state = BOOKING_STATE__BOOKED;
  b->starts_at = v->appointment->starts_at;
  b->booked_at = timestamp_of(m->arena, m->now.ms);
  b->booked_by = m->actor->id;
  return b;
}

// A practitioner does not reach mentors' records, and so is not told why the rules say no.
static struct change no_visit(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL,
                "there is no such appointment, or no such mentor who may come to it: a coordinator can tell which");
}

struct change decide_book_mentor(const struct records *have, const struct message *m) {
  const Booking *said = ((const BookMentor *)m->body)->booking;
  struct change c = change_of(m);
  check_said(&c, said);
  if (change_refused(&c)) return c;
  const struct visit v = visit_of(have, m, said->id, said->mentor_id);
  if (!v.appointment || !v.pair.person || !v.pair.mentor) return no_visit(m);
  const Booking *was = records_get(have, &booking__descriptor, said->id);
  said = with_role(m, said, v.appointment);
  if (is_same(was, said)) return shown(have, c, was, false);
  check_visit(&c, m, &v, was, said);
  if (change_refused(&c)) return c;
  const Booking *b = new_booking(m, &v, said);
  booking_begin(&c, m, b);
  booking_settled(&c, have, m, b->id);
  change_recipient(&c, "mentor", b->mentor_id);
  c.created = !was;
  return shown(have, c, b, true);
}

// --- ending

static const char *const state_words[] = {
    [BOOKING_STATE__BOOKING_DECLINED] = "the mentor declined",
    [BOOKING_STATE__BOOKING_WITHDRAWN] = "the booking was withdrawn",
    [BOOKING_STATE__BOOKING_CANCELLED] = "the appointment was cancelled",
    [BOOKING_STATE__BOOKING_MOVED] = "the appointment was rescheduled, and the booking with it",
};

// Ending twice in the same way is ending once.
static void check_ending(struct change *c, const struct message *m, const Booking *was) {
  if (!booking_stands(was))
    change_refuse(c, CODE__CONFLICT, NULL, state_words[was->state]);
  else if (timestamp_ms(was->starts_at) <= m->now.ms)
    change_refuse(c, CODE__CONFLICT, NULL, "the appointment has begun");
}

struct change decide_withdraw_booking(const struct records *have, const struct message *m) {
  const WithdrawBooking *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (change_refused(&c)) return c;
  const Booking *was = booking_named(have, m);
  if (!was) return not_found(m);
  if (was->state == BOOKING_STATE__BOOKING_WITHDRAWN) return shown(have, c, was, false);
  check_ending(&c, m, was);
  if (change_refused(&c)) return c;
  return shown(have, c, booking_end(&c, have, m, was, BOOKING_STATE__BOOKING_WITHDRAWN, cmd->why), true);
}

// Of their own answer the mentor is shown nothing of the person's.
static struct change shown_to_mentor(const struct records *have, struct change c, const Booking *b, bool written) {
  Booking *own = arena_copy(c.arena, b, sizeof *b);
  own->crn = own->booked_by = own->ended_why = matching_text("");
  uint64_t version = records_version(have, &booking__descriptor, b->id) + (written ? 1 : 0);
  change_reply(&c, b->crn, own, version);
  return c;
}

// No reason is asked. Who comes instead, a human decides.
struct change decide_decline_booking(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Booking *was = booking_named(have, m);
  if (!was) return not_found(m);
  if (was->state == BOOKING_STATE__BOOKING_DECLINED) return shown_to_mentor(have, c, was, false);
  check_ending(&c, m, was);
  if (change_refused(&c)) return c;
  const Booking *b = booking_end(&c, have, m, was, BOOKING_STATE__BOOKING_DECLINED, "");
  booking_ask(&c, have, m, &(struct booking_need){b->id, b->crn, b->mentor_id, timestamp_ms(b->starts_at)});
  return shown_to_mentor(have, c, b, true);
}

// --- the list

void needs_list_bookings(struct records *want, const struct message *m) {
  const ListBookings *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  unsigned limit = matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
  const struct page *page = records_want_page(want, bookings_index(m->arena, crn), cmd->after, limit);
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &booking__descriptor, held_id(page->members[i]));
}

static Bookings *list_of(const struct records *have, const struct message *m, const struct page *page) {
  Bookings *list = arena_take(m->arena, sizeof *list);
  bookings__init(list);
  list->bookings = arena_take(m->arena, (page->n_members + 1) * sizeof *list->bookings);
  for (size_t i = 0; i < page->n_members; i++) {
    const Booking *b = records_get(have, &booking__descriptor, held_id(page->members[i]));
    if (b) list->bookings[list->n_bookings++] = (Booking *)b;
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  return list;
}

struct change decide_list_bookings(const struct records *have, const struct message *m) {
  const ListBookings *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  change_reply(&c, person->crn, list_of(have, m, records_page(have, bookings_index(m->arena, crn), cmd->after)), 0);
  return c;
}
