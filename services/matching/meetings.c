// A mentor's next meetings: all appointments to come with all of their own people, in one list, the soonest in front.
// On the page with the given name; in the calendar feed (feed.c) with nobody's.
#include "access.h"
#include "matching.h"
#include <stdlib.h>
#include <string.h>

static const struct page *want_people(struct records *want, const struct message *m) {
  return records_want_page(want, matches_index(m->arena, m->actor->id), "", MATCHING_PEOPLE_MOST);
}

void meetings_want(struct records *want, const struct message *m) {
  const struct page *page = want_people(want, m);
  for (size_t i = 0; page && i < page->n_members; i++) my_person_want(want, m, page->members[i]);
}

static MyMeeting *meeting_of(const struct message *m, const Appointment *a) {
  MyMeeting *meeting = arena_take(m->arena, sizeof *meeting);
  my_meeting__init(meeting);
  meeting->appointment_id = a->id;
  meeting->starts_at = a->starts_at;
  meeting->ends_at = a->ends_at;
  meeting->place = a->place;
  meeting->mode = a->mode;
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
    MyMeeting *meeting = meeting_of(m, coming[i]);
    if (named) name(meeting, with);
    list->meetings[list->n_meetings++] = meeting;
  }
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
  list->meetings = arena_take(m->arena, (people->n_members * MATCHING_APPOINTMENTS_READ + 1) * sizeof *list->meetings);
  for (size_t i = 0; i < people->n_members; i++) add_meetings(c, list, have, m, people->members[i], named);
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
