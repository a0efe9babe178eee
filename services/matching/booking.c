#include "booking.h"
#include "held.h"
#include "tasks.h"
#include <string.h>

char *bookings_index(struct arena *a, const char *crn) {
  return arena_printf(a, "bookings-of/%s", crn);
}
char *bookings_to_index(struct arena *a, const char *mentor_id) {
  return arena_printf(a, "bookings-to/%s", mentor_id);
}
static char *timer_of(struct arena *a, const char *appointment_id) {
  return arena_printf(a, "booking/%s", appointment_id);
}

char *booking_member(struct arena *a, const Booking *b) {
  return arena_printf(a, "%013lld/%s", (long long)timestamp_ms(b->starts_at), b->id);
}

// --- a mentor at an appointment

void visit_want(struct records *want, const char *appointment_id, const char *mentor_id) {
  if (!text_is_uuid(appointment_id) || !text_is_uuid(mentor_id)) return;
  records_want(want, &mentor__descriptor, mentor_id);
  const Appointment *a = records_want(want, &appointment__descriptor, appointment_id);
  if (!a) return;
  records_want_closed(want, &person__descriptor, a->crn);
  records_want(want, &persons_choice__descriptor, a->crn);
}

// A booking takes up no place, so that how many there are does not matter.
static const Mentor *with_place(const struct message *m, const Mentor *was) {
  if (!was) return NULL;
  Mentor *mentor = arena_copy(m->arena, was, sizeof *was);
  mentor->capacity = mentor->places_taken + 1;
  return mentor;
}

struct visit visit_of(const struct records *have, const struct message *m, const char *appointment_id,
                      const char *mentor_id) {
  struct visit v = {.appointment = records_get(have, &appointment__descriptor, appointment_id)};
  if (!v.appointment) return v;
  const Person *person = records_get(have, &person__descriptor, v.appointment->crn);
  const Mentor *mentor = records_get(have, &mentor__descriptor, mentor_id);
  v.pair = matching_pair(m, matching_with_wish(m, person), with_place(m, mentor));
  v.choice = records_get(have, &persons_choice__descriptor, v.appointment->crn);
  return v;
}

bool visit_is_to_come(const struct message *m, const Appointment *a) {
  return a && a->state == APPOINTMENT_STATE__PLANNED && timestamp_ms(a->starts_at) > m->now.ms;
}

bool visit_takes(const Appointment *a, MentorRole role) {
  return a->mentor_role == MENTOR_ROLE__MENTOR_ROLE_UNSPECIFIED || a->mentor_role == role;
}

static bool not_wanted(const struct visit *v) {
  return choice_declined(v->choice, v->pair.mentor->id);
}
// Places of appointments are free words; where they are those of a travel area, they count.
static bool kept_away(const struct visit *v) {
  const MentoringWish *w = v->pair.person->mentoring;
  const Mentor *mentor = v->pair.mentor;
  return matching_has(w->n_keep_away, w->keep_away, v->appointment->place) ||
         matching_has(mentor->n_keep_away, mentor->keep_away, v->appointment->place);
}
static bool away_then(const struct visit *v) {
  int64_t starts_ms = timestamp_ms(v->appointment->starts_at);
  return timestamp_ms(v->pair.mentor->away_from) <= starts_ms && starts_ms < timestamp_ms(v->pair.mentor->away_until);
}
static bool vetted_no_longer(const struct visit *v) {
  return timestamp_ms(v->pair.mentor->vetted_until) <= timestamp_ms(v->appointment->starts_at);
}

// What is asked of a visit beside the rules.
static const struct {
  bool (*holds)(const struct visit *v);
  const char *words;
  uint32_t apart; // see struct exclusion
} in_the_way[] = {
    {not_wanted, "The person was shown this mentor and did not want them."},
    {kept_away, "One of the two must not be where the appointment is.", APART_PLACE},
    {away_then, "The mentor is away then."},
    {vetted_no_longer, "The mentor's vetting runs out before the appointment: ask their supervisor."},
};

const char *visit_refused(const struct visit *v) {
  const struct exclusion *rule = rules_exclude(&v->pair);
  if (rule) return rule->words;
  for (size_t i = 0; i < sizeof in_the_way / sizeof *in_the_way; i++)
    if (in_the_way[i].holds(v)) return in_the_way[i].words;
  return NULL;
}

uint32_t visit_apart(const struct visit *v) {
  uint32_t grounds = rules_apart(&v->pair);
  for (size_t i = 0; i < sizeof in_the_way / sizeof *in_the_way; i++)
    if (in_the_way[i].apart && in_the_way[i].holds(v)) grounds |= in_the_way[i].apart;
  return grounds;
}

// --- its beginning and its end

const Booking *booking_want(struct records *want, const char *appointment_id) {
  (void)task_want(want, MATCHING_TASK_KIND__BOOKING_NEEDED, appointment_id);
  (void)task_want(want, MATCHING_TASK_KIND__MUST_NOT_MEET, appointment_id);
  return records_want(want, &booking__descriptor, appointment_id);
}

static void publish_changed(struct change *c, const struct message *m, const Booking *b) {
  BookingChanged *event = arena_take(c->arena, sizeof *event);
  booking_changed__init(event);
  event->id = b->id;
  event->crn = b->crn;
  event->mentor_id = b->mentor_id;
  event->role = b->role;
  event->state = b->state;
  event->starts_at_ms = timestamp_ms(b->starts_at);
  event->at_ms = m->now.ms;
  change_publish(c, b->crn, event);
}

void booking_begin(struct change *c, const struct message *m, const Booking *b) {
  change_write(c, b->crn, b->id, b);
  change_index(c, bookings_index(m->arena, b->crn), booking_member(m->arena, b));
  change_index(c, bookings_to_index(m->arena, b->mentor_id), booking_member(m->arena, b));
  publish_changed(c, m, b);
}

const Booking *booking_end(struct change *c, const struct records *have, const struct message *m, const Booking *was,
                           BookingState state, const char *why) {
  Booking *b = arena_copy(m->arena, was, sizeof *was);
  b->state = state;
  b->ended_at = timestamp_of(m->arena, m->now.ms);
  b->ended_why = matching_text(why);
  change_write(c, b->crn, b->id, b);
  change_unindex(c, bookings_to_index(m->arena, b->mentor_id), booking_member(m->arena, b));
  task_done(c, have, m, MATCHING_TASK_KIND__MUST_NOT_MEET, b->id);
  publish_changed(c, m, b);
  return b;
}

void booking_forget(struct change *c, const Booking *b) {
  change_unindex(c, bookings_to_index(c->arena, b->mentor_id), booking_member(c->arena, b));
  change_clear_timer(c, timer_of(c->arena, b->id));
}

// --- what a human has to do

// Once the appointment has begun it is too late, and the task is over.
void booking_ask(struct change *c, const struct records *have, const struct message *m, const struct booking_need *n) {
  const struct task task = {MATCHING_TASK_KIND__BOOKING_NEEDED, n->appointment_id, n->crn, n->mentor_id, NULL};
  task_open(c, have, m, &task);
  change_set_timer(c, timer_of(m->arena, n->appointment_id), n->starts_at_ms);
}

void booking_settled(struct change *c, const struct records *have, const struct message *m,
                     const char *appointment_id) {
  task_done(c, have, m, MATCHING_TASK_KIND__BOOKING_NEEDED, appointment_id);
  change_clear_timer(c, timer_of(m->arena, appointment_id));
}

// --- of one mentor

char *bookings_from_now(const struct message *m) {
  return arena_printf(m->arena, "%013lld", (long long)m->now.ms);
}

const struct page *bookings_to_want(struct records *want, const struct message *m, const char *mentor_id) {
  const struct page *page =
      records_want_page(want, bookings_to_index(m->arena, mentor_id), bookings_from_now(m), BOOKINGS_READ);
  for (size_t i = 0; page && i < page->n_members; i++) booking_want(want, held_id(page->members[i]));
  return page;
}

const struct page *bookings_to(const struct records *have, const struct message *m, const char *mentor_id) {
  return records_page(have, bookings_to_index(m->arena, mentor_id), bookings_from_now(m));
}

const Booking *booking_on(const struct records *have, const char *member) {
  const Booking *b = records_get(have, &booking__descriptor, held_id(member));
  return booking_stands(b) ? b : NULL;
}

void bookings_lose_mentor(struct change *c, const struct records *have, const struct message *m, const char *mentor_id,
                          int64_t from_ms, int64_t until_ms) {
  const struct page *page = bookings_to(have, m, mentor_id);
  for (size_t i = 0; i < page->n_members; i++) {
    const Booking *b = booking_on(have, page->members[i]);
    int64_t starts_ms = b ? timestamp_ms(b->starts_at) : 0;
    if (!b || starts_ms < from_ms || starts_ms >= until_ms) continue;
    booking_end(c, have, m, b, BOOKING_STATE__BOOKING_WITHDRAWN, "");
    booking_ask(c, have, m, &(struct booking_need){b->id, b->crn, b->mentor_id, starts_ms});
  }
}
