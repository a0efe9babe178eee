// A mentor's next meetings: all appointments to come with all of their own people, and those that they are booked for,
// in one list, the soonest in front. On the page with the given name; in the calendar feed (feed.c) with nobody's.
#include "access.h"
#include "booking.h"
#include "held.h"
#include <stdlib.h>
#include <string.h>

static const struct page *want_people(struct records *want, const struct message *m) {
  return records_want_page(want, matches_index(m->arena, m->actor->id), "", MATCHING_PEOPLE_MOST);
}

static void want_bookings(struct records *want, const struct message *m) {
  const struct page *page = bookings_to_want(want, m, m->actor->id);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Booking *b = records_want(want, &booking__descriptor, held_id(page->members[i]));
    if (!b) continue;
    records_want(want, &appointment__descriptor, b->id);
    records_want(want, &person__descriptor, b->crn);
    access_want(want, m, b->crn);
  }
}

void meetings_want(struct records *want, const struct message *m) {
  const struct page *page = want_people(want, m);
  for (size_t i = 0; page && i < page->n_members; i++) my_person_want(want, m, page->members[i]);
  want_bookings(want, m);
}

static MyMeeting *meeting_of(const struct message *m, const Appointment *a, MentorRole role) {
  MyMeeting *meeting = arena_take(m->arena, sizeof *meeting);
  my_meeting__init(meeting);
  meeting->appointment_id = a->id;
  meeting->starts_at = a->starts_at;
  meeting->ends_at = a->ends_at;
  meeting->place = a->place;
  meeting->mode = a->mode;
  meeting->mentor_role = role;
  return meeting;
}

static void name(MyMeeting *meeting, const MyPerson *with) {
  meeting->crn = with->crn;
  meeting->given_name = with->given_name;
}

static void add_meetings(struct change *c, MyMeetings *list, const struct records *have, const struct message *m,
                         const char *crn, bool named) {
  const Appointment *coming[MATCHING_APPOINTMENTS_READ];
  const MyPerson *with = access_sees(have, m, crn) ? my_person_shown(have, m, crn) : NULL;
  size_t n = with ? my_person_coming(have, m, crn, coming) : 0;
  if (with) change_touch(c, with->crn);
  for (size_t i = 0; i < n; i++) {
    MyMeeting *meeting = meeting_of(m, coming[i], MENTOR_ROLE__ONE_TO_ONE);
    if (named) name(meeting, with);
    list->meetings[list->n_meetings++] = meeting;
  }
}

// The meeting with that appointment, which is with one of their own people; or NULL.
static MyMeeting *find(const MyMeetings *list, const char *appointment_id) {
  for (size_t i = 0; i < list->n_meetings; i++)
    if (!strcmp(list->meetings[i]->appointment_id, appointment_id)) return list->meetings[i];
  return NULL;
}

// Of whom they are booked for they see the given name, and not who it is.
static MyMeeting *booked_meeting(const struct records *have, const struct message *m, const Booking *b, bool named) {
  const Appointment *a = records_get(have, &appointment__descriptor, b->id);
  const Person *p = records_get(have, &person__descriptor, b->crn);
  if (!visit_is_to_come(m, a) || !p || !access_sees(have, m, b->crn)) return NULL;
  MyMeeting *meeting = meeting_of(m, a, b->role);
  if (named && p->personal) meeting->given_name = p->personal->given_name;
  return meeting;
}

static void add_booking(struct change *c, MyMeetings *list, const struct records *have, const struct message *m,
                        const Booking *b, bool named) {
  MyMeeting *own = find(list, b->id), *meeting = own ? NULL : booked_meeting(have, m, b, named);
  if (own) own->mentor_role = b->role;
  if (!meeting) return;
  list->meetings[list->n_meetings++] = meeting;
  change_touch(c, b->crn);
}

static int by_start(const void *a, const void *b) {
  const MyMeeting *one = *(MyMeeting *const *)a, *other = *(MyMeeting *const *)b;
  int64_t apart_ms = timestamp_ms(one->starts_at) - timestamp_ms(other->starts_at);
  return apart_ms ? (apart_ms > 0) - (apart_ms < 0) : strcmp(one->appointment_id, other->appointment_id);
}

MyMeetings *meetings_of(struct change *c, const struct records *have, const struct message *m, bool named) {
  const struct page *people = records_page(have, matches_index(m->arena, m->actor->id), "");
  MyMeetings *list = arena_take(m->arena, sizeof *list);
  my_meetings__init(list);
  const struct page *booked = bookings_to(have, m, m->actor->id);
  size_t most = people->n_members * MATCHING_APPOINTMENTS_READ + booked->n_members;
  list->meetings = arena_take(m->arena, (most + 1) * sizeof *list->meetings);
  for (size_t i = 0; i < people->n_members; i++) add_meetings(c, list, have, m, people->members[i], named);
  for (size_t i = 0; i < booked->n_members; i++) {
    const Booking *b = booking_on(have, booked->members[i]);
    if (b) add_booking(c, list, have, m, b, named);
  }
  if (list->n_meetings) qsort(list->meetings, list->n_meetings, sizeof(MyMeeting *), by_start);
  list->read_at = timestamp_of(m->arena, m->now.ms);
  return list;
}

void needs_list_my_meetings(struct records *want, const struct message *m) {
  meetings_want(want, m);
}

struct change decide_list_my_meetings(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  MyMeetings *list = meetings_of(&c, have, m, true);
  change_reply(&c, NULL, list, 0);
  return c;
}
