// Two who meet and must not. The rules keep them from being brought together; but a conflict or an exclusion zone may
// come to be known, on either record, once they are matched, once another covers, or once one of them is booked for the
// other's appointment. Then a human is told at once (MUST_NOT_MEET), and decides what is to end: the program ends
// nothing, since it cannot tell a mistake from a danger, or how to break off without giving somebody away. So it is
// with each rule that has a ground in its row (rules.c, booking.c), and with no other: who would not be offered any
// more for want of a place, of vetting or of a language goes on. The task does not say which ground it is.
//
// An offer that is open is no task: nobody meets by it, it names nobody, and it is refused when it is accepted. To
// withdraw it at this moment would tell the mentor more than that does.
//
// All of it follows from the events and from the records as they are then, so that who changes a record need not reach
// those of everybody concerned, and an event that comes twice does no harm.
#include "apart.h"
#include "booking.h"
#include "held.h"
#include "match_life.h"
#include "tasks.h"
#include "waiting.h"

enum {
  APART_BOOKINGS = 500, // to come, of one person or mentor: more than anybody has
};

// --- one pair

static void keep(struct change *c, const struct records *have, const struct message *m, const struct task *task) {
  if (task->grounds)
    task_open(c, have, m, task);
  else
    task_done(c, have, m, task->kind, task->about);
}

static uint32_t grounds_of(const struct records *have, const struct message *m, const char *crn,
                           const char *mentor_id) {
  struct pair pair = matching_pair(m, matching_with_wish(m, records_get(have, &person__descriptor, crn)),
                                   records_get(have, &mentor__descriptor, mentor_id));
  return pair.person && pair.mentor ? rules_apart(&pair) : 0;
}

// One task for the match. Who covers comes first, since they meet the person meanwhile: where neither may, the match's
// own mentor is named once the cover is over.
void apart_keep_match(struct change *c, const struct records *have, const struct message *m, const Offer *match) {
  const char *mentor_id = match->cover ? match->cover->mentor_id : match->mentor_id;
  uint32_t grounds = grounds_of(have, m, match->crn, mentor_id);
  if (!grounds && match->cover) {
    mentor_id = match->mentor_id;
    grounds = grounds_of(have, m, match->crn, mentor_id);
  }
  const struct task task = {MATCHING_TASK_KIND__MUST_NOT_MEET, match->id, match->crn, mentor_id, match->id, grounds};
  keep(c, have, m, &task);
}

static void keep_booking(struct change *c, const struct records *have, const struct message *m, const Booking *b) {
  const struct visit v = visit_of(have, m, b->id, b->mentor_id);
  uint32_t grounds = v.pair.person && v.pair.mentor ? visit_apart(&v) : 0;
  const struct task task = {MATCHING_TASK_KIND__MUST_NOT_MEET, b->id, b->crn, b->mentor_id, NULL, grounds};
  keep(c, have, m, &task);
}

// --- all of one person or mentor

static void want_match(struct records *want, const char *crn) {
  const Offer *match = waiting_want_standing(want, crn);
  if (!match_stands(match)) return;
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &mentor__descriptor, match->mentor_id);
  if (match->cover) records_want(want, &mentor__descriptor, match->cover->mentor_id);
  (void)task_want(want, MATCHING_TASK_KIND__MUST_NOT_MEET, match->id);
}

static void keep_match(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  const Offer *match = match_of_person(have, crn);
  if (match) apart_keep_match(c, have, m, match);
}

static void want_bookings(struct records *want, const struct message *m, const char *index) {
  const struct page *page = records_want_page(want, index, bookings_from_now(m), APART_BOOKINGS);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Booking *b = booking_want(want, held_id(page->members[i]));
    if (booking_stands(b)) visit_want(want, b->id, b->mentor_id);
  }
}

static void keep_bookings(struct change *c, const struct records *have, const struct message *m, const char *index) {
  const struct page *page = records_page(have, index, bookings_from_now(m));
  for (size_t i = 0; i < page->n_members; i++) {
    const Booking *b = booking_on(have, page->members[i]);
    if (b) keep_booking(c, have, m, b);
  }
}

// --- a person

void apart_want_person(struct records *want, const struct message *m, const char *crn) {
  want_match(want, crn);
  want_bookings(want, m, bookings_index(m->arena, crn));
}

void apart_keep_person(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  keep_match(c, have, m, crn);
  keep_bookings(c, have, m, bookings_index(m->arena, crn));
}

void needs_keep_person(struct records *want, const struct message *m) {
  needs_keep_waiting(want, m);
  if (held_crn(m)) apart_want_person(want, m, held_crn(m));
}

struct change on_keep_person(const struct records *have, const struct message *m) {
  struct change c = on_keep_waiting(have, m);
  if (held_crn(m)) apart_keep_person(&c, have, m, held_crn(m));
  return c;
}

// --- a mentor

void needs_mentor_changed(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  const struct page *page = records_want_page(want, matches_index(m->arena, id), "", MATCHING_PEOPLE_MOST);
  for (size_t i = 0; page && i < page->n_members; i++) want_match(want, page->members[i]);
  want_bookings(want, m, bookings_to_index(m->arena, id));
}

struct change on_mentor_changed(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const char *id = matching_id(m);
  const struct page *page = records_page(have, matches_index(m->arena, id), "");
  for (size_t i = 0; i < page->n_members; i++) keep_match(&c, have, m, page->members[i]);
  keep_bookings(&c, have, m, bookings_to_index(m->arena, id));
  return c;
}
