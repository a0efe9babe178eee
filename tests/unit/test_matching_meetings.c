// links: matching
// kinds: trust
// A mentor's next meetings in one list, and the calendar feed that shows them without anybody's name.
#include "matching_world.h"

#define ENGAGEMENT_ID "cccccccc-0000-4000-8000-000000000001"
#define OTHER_ENGAGEMENT_ID "cccccccc-0000-4000-8000-000000000002"

static void commit(struct story *s, struct change c) {
  assert_done(&c);
  decision_commit(&s->d, &c);
}

static void given_match(struct story *s, const char *offer_id, const char *crn) {
  given_offer(&s->d, offer_id, crn, 1);
  AcceptOffer *cmd = arena_take(&s->d.arena, sizeof *cmd);
  accept_offer__init(cmd);
  cmd->id = (char *)offer_id;
  as_mentor(&s->d, 1, NULL);
  commit(s, decided(&s->d, cmd));
}

static void given_engagement(struct story *s, const char *id, const char *crn) {
  Engagement *e = arena_take(&s->d.arena, sizeof *e);
  engagement__init(e);
  e->id = (char *)id;
  e->crn = (char *)crn;
  e->explanation = "confidentiality";
  given(&s->d, &engagement__descriptor, id, 1, e);
  given_in_index(&s->d, arena_printf(&s->d.arena, "engagements-of/%s", crn), id);
}

static Appointment *given_appointment(struct story *s, unsigned n, const char *engagement_id, const char *crn,
                                      int64_t starts_at_ms) {
  Appointment *a = arena_take(&s->d.arena, sizeof *a);
  appointment__init(a);
  a->id = arena_printf(&s->d.arena, "aaaaaaaa-0000-4000-8000-%012u", n);
  a->engagement_id = (char *)engagement_id;
  a->starts_at = timestamp_of(&s->d.arena, starts_at_ms);
  a->place = arena_printf(&s->d.arena, "place %u", n);
  a->state = APPOINTMENT_STATE__PLANNED;
  given(&s->d, &appointment__descriptor, a->id, 1, a);
  given_in_index(&s->d, arena_printf(&s->d.arena, "appointments-of/%s", crn),
                 arena_printf(&s->d.arena, "%013lld/%s", (long long)starts_at_ms, a->id));
  return a;
}

// Two people with three meetings between them, and a fourth that was cancelled.
static int week(void **state) {
  story_begin(state);
  struct story *s = *state;
  Person *other = person_of(&s->d, OTHER_CRN);
  s->person->personal = arena_take(&s->d.arena, sizeof *s->person->personal);
  personal_details__init(s->person->personal);
  s->person->personal->given_name = "Canaryname";
  given_person(&s->d, other);
  given_match(s, OFFER_ID, CRN);
  given_match(s, OTHER_OFFER_ID, OTHER_CRN);
  given_engagement(s, ENGAGEMENT_ID, CRN);
  given_engagement(s, OTHER_ENGAGEMENT_ID, OTHER_CRN);
  given_appointment(s, 1, ENGAGEMENT_ID, CRN, DECISION_NOW_MS + 3 * DAY_MS);
  given_appointment(s, 2, OTHER_ENGAGEMENT_ID, OTHER_CRN, DECISION_NOW_MS + 2 * DAY_MS);
  given_appointment(s, 3, ENGAGEMENT_ID, CRN, DECISION_NOW_MS + DAY_MS);
  given_appointment(s, 4, ENGAGEMENT_ID, CRN, DECISION_NOW_MS + DAY_MS / 2)->state = APPOINTMENT_STATE__CANCELLED;
  return 0;
}
#define WEEK(test) cmocka_unit_test_setup_teardown(test, week, story_end)

static const MyMeetings *listed(struct story *s, unsigned mentor) {
  ListMyMeetings *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_meetings__init(cmd);
  as_mentor(&s->d, mentor, NULL);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MyMeetings *)c.reply;
}

static void the_next_meetings_with_all_people_are_one_list_the_soonest_in_front(void **state) {
  struct story *s = *state;
  const MyMeetings *list = listed(s, 1);
  assert_int_equal(list->n_meetings, 3);
  assert_string_equal(list->meetings[0]->place, "place 3");
  assert_string_equal(list->meetings[1]->place, "place 2");
  assert_string_equal(list->meetings[2]->place, "place 1");
  assert_string_equal(list->meetings[0]->given_name, "Canaryname");
  assert_string_equal(list->meetings[1]->crn, OTHER_CRN);
}

static void of_others_people_and_of_whom_the_mentor_may_not_see_there_is_none(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  assert_int_equal(listed(s, 2)->n_meetings, 0);
  struct decision *d = &s->d;
  LIST(s->person, restricted, mentor_id(d, 1));
  assert_int_equal(listed(s, 1)->n_meetings, 1);
}

// --- the feed

static const MyCalendar *made(struct story *s) {
  static uint8_t drawn;
  s->d.m.now.random[0] = ++drawn;
  MakeMyCalendar *cmd = arena_take(&s->d.arena, sizeof *cmd);
  make_my_calendar__init(cmd);
  as_mentor(&s->d, 1, NULL);
  struct change c = decided(&s->d, cmd);
  commit(s, c);
  return (const MyCalendar *)c.reply;
}

static const MentorPhones *phones_now(struct story *s) {
  return decision_record(&s->d, &mentor_phones__descriptor, mentor_id(&s->d, 1));
}

// As the gateway lets in who has the secret whose hash this is.
static struct change fed(struct story *s, const char *hash) {
  ReadFeed *cmd = arena_take(&s->d.arena, sizeof *cmd);
  read_feed__init(cmd);
  decision_as(&s->d, mentor_id(&s->d, 1), MAY(MENTOR));
  s->d.actor.only = arena_printf(&s->d.arena, "Calendar/%s", hash);
  return decided(&s->d, cmd);
}

static char *given_feed(struct story *s) {
  made(s);
  return arena_text(&s->d.arena, phones_now(s)->feed);
}

static void the_link_is_said_once_and_its_token_opens_the_feed_alone(void **state) {
  struct story *s = *state;
  const MyCalendar *calendar = made(s);
  assert_non_null(strstr(calendar->url, "/v1/areas/"));
  assert_non_null(strstr(calendar->url, "/my-calendar/"));
  assert_string_equal(calendar->url + strlen(calendar->url) - 4, ".ics");
  const Token *token = decision_record(&s->d, &token__descriptor, phones_now(s)->feed);
  assert_string_equal(token->only, arena_printf(&s->d.arena, "Calendar/%s", phones_now(s)->feed));
  ReadMyCalendar cmd = READ_MY_CALENDAR__INIT;
  struct change c = decided(&s->d, &cmd);
  assert_string_equal(((const MyCalendar *)c.reply)->url, "");
  assert_non_null(((const MyCalendar *)c.reply)->until);
}

static void the_feed_says_when_and_where_and_nobodys_name(void **state) {
  struct story *s = *state;
  struct change c = fed(s, given_feed(s));
  assert_done(&c);
  const MyMeetings *list = (const MyMeetings *)c.reply;
  assert_int_equal(list->n_meetings, 3);
  assert_string_equal(list->meetings[0]->place, "place 3");
  uint8_t bytes[2048];
  size_t n = protobuf_c_message_pack(&list->base, bytes);
  assert_null(memmem(bytes, n, "Canaryname", 10));
  assert_null(memmem(bytes, n, CRN, strlen(CRN)));
}

static void a_feed_ends_by_the_mentor_by_a_newer_one_and_by_staff(void **state) {
  struct story *s = *state;
  const char *first = given_feed(s), *second = given_feed(s);
  struct change c = fed(s, first);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = fed(s, second);
  assert_done(&c);
  EndMyCalendar end = END_MY_CALENDAR__INIT;
  as_mentor(&s->d, 1, NULL);
  commit(s, decided(&s->d, &end));
  c = fed(s, second);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  const char *third = given_feed(s);
  SignOutMentor sign_out = SIGN_OUT_MENTOR__INIT;
  sign_out.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  commit(s, decided(&s->d, &sign_out));
  c = fed(s, third);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  const char *fourth = given_feed(s);
  PauseMentor pause = PAUSE_MENTOR__INIT;
  pause.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  commit(s, decided(&s->d, &pause));
  c = fed(s, fourth);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_feed_ends_after_a_year(void **state) {
  struct story *s = *state;
  const char *hash = given_feed(s);
  s->d.m.now.ms += 366 * DAY_MS;
  struct change c = fed(s, hash);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_link_of_a_feed_opens_nothing_else_and_no_sign_in_opens_the_feed(void **state) {
  struct story *s = *state;
  fed(s, given_feed(s));
  ListMyPeople people = LIST_MY_PEOPLE__INIT;
  struct change c = decided(&s->d, &people);
  assert_int_equal(((const MyPeople *)c.reply)->n_people, 0);
  ListMyMeetings meetings = LIST_MY_MEETINGS__INIT;
  c = decided(&s->d, &meetings);
  assert_int_equal(((const MyMeetings *)c.reply)->n_meetings, 0);
  TakeBreak take = TAKE_BREAK__INIT;
  c = decided(&s->d, &take);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  MakeMyCalendar make = MAKE_MY_CALENDAR__INIT;
  c = decided(&s->d, &make);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  ReadFeed feed = READ_FEED__INIT;
  as_mentor(&s->d, 1, NULL);
  c = decided(&s->d, &feed);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      WEEK(the_next_meetings_with_all_people_are_one_list_the_soonest_in_front),
      WEEK(of_others_people_and_of_whom_the_mentor_may_not_see_there_is_none),
      WEEK(the_link_is_said_once_and_its_token_opens_the_feed_alone),
      WEEK(the_feed_says_when_and_where_and_nobodys_name),
      WEEK(a_feed_ends_by_the_mentor_by_a_newer_one_and_by_staff),
      WEEK(the_feed_ends_after_a_year),
      WEEK(the_link_of_a_feed_opens_nothing_else_and_no_sign_in_opens_the_feed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
