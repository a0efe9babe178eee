// Who is booked for an appointment, to greet somebody or to run a group together (proto/bookings.proto draws it).
//
//   booking.c         what keeps a mentor from an appointment; beginning and end of a booking
//   bookings.c        what staff and the mentor do about it
//   booking_events.c  what follows from the appointment, and what the mentor is told
//
// Indexes: "bookings-of/<crn>", all of a person, and "bookings-to/<mentor id>", those that stand. Members are
// "<starts at, 13 digits of ms>/<appointment id>". Timer: "booking/<appointment id>", when the appointment begins and
// nobody is needed for it any more.
#pragma once
#include "bookings.pb-c.h"
#include "matching.h"

enum {
  BOOKINGS_READ = 50, // of a mentor's to come, the soonest
};

char *bookings_index(struct arena *a, const char *crn);
char *bookings_to_index(struct arena *a, const char *mentor_id);
char *bookings_from_now(const struct message *m); // where in both those begin that are to come
char *booking_member(struct arena *a, const Booking *b);
static inline bool booking_stands(const Booking *b) {
  return b && b->state == BOOKING_STATE__BOOKED;
}

// A mentor at an appointment.
struct visit {
  struct pair pair;               // what it points at may be NULL
  const Appointment *appointment; // NULL: there is none
  const PersonsChoice *choice;    // NULL: the person has not said anything
};
// Wants the appointment, and once that is there all that visit_of() looks at.
void visit_want(struct records *want, const char *appointment_id, const char *mentor_id);
struct visit visit_of(const struct records *have, const struct message *m, const char *appointment_id,
                      const char *mentor_id);
// Planned, and to come.
bool visit_is_to_come(const struct message *m, const Appointment *a);
// Whether the appointment asks for a mentor in that role, or leaves it open.
bool visit_takes(const Appointment *a, MentorRole role);
// What keeps this mentor from this appointment, in words for staff; NULL: nothing. All three of the visit are there.
// The rules are those of an offer, but for the one about places.
const char *visit_refused(const struct visit *v);
// The grounds on which the two must not meet there, as rules_apart() has them; 0: none.
uint32_t visit_apart(const struct visit *v);

// Writes it, under the appointment's id.
void booking_begin(struct change *c, const struct message *m, const Booking *b);
// Wants a booking with what a human has to do about it.
const Booking *booking_want(struct records *want, const char *appointment_id);
// Ends one that stands, and answers it as written. `why` may be empty.
const Booking *booking_end(struct change *c, const struct records *have, const struct message *m, const Booking *was,
                           BookingState state, const char *why);
// An appointment and whom it is with; the mentor is who was booked, or "".
struct booking_need {
  const char *appointment_id, *crn, *mentor_id;
  int64_t starts_at_ms;
};
// A human has to book somebody (BOOKING_NEEDED); and no longer. The task must have been wanted.
void booking_ask(struct change *c, const struct records *have, const struct message *m, const struct booking_need *n);
void booking_settled(struct change *c, const struct records *have, const struct message *m, const char *appointment_id);

// The bookings of a mentor that stand and are to come. Wants them with their tasks; NULL as long as the page is not
// read.
const struct page *bookings_to_want(struct records *want, const struct message *m, const char *mentor_id);
const struct page *bookings_to(const struct records *have, const struct message *m, const char *mentor_id);
// The one of a member of that page; NULL: it stands no longer.
const Booking *booking_on(const struct records *have, const char *member);
// The mentor cannot come to what begins between those moments: a human books another.
void bookings_lose_mentor(struct change *c, const struct records *have, const struct message *m, const char *mentor_id,
                          int64_t from_ms, int64_t until_ms);
// Takes out what hangs on a booking whose record is deleted.
void booking_forget(struct change *c, const Booking *b);
