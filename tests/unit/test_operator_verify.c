// links: operator
// Whether an area is whole: one that is, and each way in which one is not.
#include "calendar.h"
#include "envelope.pb-c.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "reminders.pb-c.h"
#include "rights.pb-c.h"
#include "store_memory.h"
#include "verify.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NOW_MS INT64_C(1795410000000)

// An area in memory, and what verify said about it.
struct area {
  struct verify v;
  struct memory *memory;
  uv_idle_t steps; // carries out what was asked of the store
  char said[4096];
};

static void on_step(uv_idle_t *idle) {
  struct area *a = idle->data;
  while (store_memory_step(a->v.sync.store, 0, MEMORY_FINE)) continue;
}

static int setup(void **state) {
  struct area *a = *state = calloc(1, sizeof *a);
  a->memory = memory_new();
  a->v.sync.store = store_memory_open(a->memory, "operator");
  a->v.area = "demo-north";
  a->v.now_ms = NOW_MS;
  uv_loop_init(&a->v.sync.loop);
  uv_idle_init(&a->v.sync.loop, &a->steps);
  a->steps.data = a;
  uv_idle_start(&a->steps, on_step);
  arena_init(&a->v.people, ARENA_CAP_BYTES);
  arena_init(&a->v.inner, ARENA_CAP_BYTES);
  return 0;
}

static int teardown(void **state) {
  struct area *a = *state;
  uv_close((uv_handle_t *)&a->steps, NULL);
  uv_run(&a->v.sync.loop, UV_RUN_DEFAULT);
  uv_loop_close(&a->v.sync.loop);
  store_memory_free(a->v.sync.store);
  memory_free(a->memory);
  table_free(&a->v.mentors, NULL);
  arena_deinit(&a->v.people);
  arena_deinit(&a->v.inner);
  free(a);
  return 0;
}

// --- making one

static void commit(struct area *a, struct store_change *change) {
  change->area = "demo-north";
  assert_int_equal(sync_commit(&a->v.sync, change), STORE_DONE);
}

static void put_bytes(struct area *a, const char *key, uint8_t version, const void *bytes, size_t size_bytes) {
  uint8_t value[2048] = {[7] = version};
  memcpy(value + 8, bytes, size_bytes);
  struct store_record r = {.key = key, .then = STORE_PUT, .value = {value, 8 + size_bytes}};
  commit(a, &(struct store_change){.records = &r, .n_records = 1});
}

static void put(struct area *a, const char *id, const void *message) {
  const ProtobufCMessage *m = message;
  uint8_t bytes[2000];
  char key[128];
  snprintf(key, sizeof key, "{demo-north}:%s:%s", m->descriptor->short_name, id);
  size_t size_bytes = protobuf_c_message_pack(m, bytes);
  put_bytes(a, key, 1, bytes, size_bytes);
}

static void list(struct area *a, const char *index, const char *member) {
  struct store_index i = {.index = index, .member = member};
  commit(a, &(struct store_change){.indexes = &i, .n_indexes = 1});
}

static void publish(struct area *a, const char *type, const char *body) {
  Event event = EVENT__INIT, *events[] = {&event};
  EventList l = EVENT_LIST__INIT;
  uint8_t bytes[512];
  event.type = (char *)type;
  event.body = (ProtobufCBinaryData){strlen(body), (uint8_t *)body};
  l.n_events = 1;
  l.events = events;
  size_t n = event_list__pack(&l, bytes);
  commit(a, &(struct store_change){.events = {bytes, n}, .n_events = 1});
}

static Google__Protobuf__Timestamp *at(struct area *a, int64_t ms) {
  return timestamp_of(&a->v.people, ms);
}

static void put_person(struct area *a) {
  Person p = PERSON__INIT;
  p.crn = "X900001";
  put(a, p.crn, &p);
  list(a, "people", p.crn);
}

static void put_engagement(struct area *a, unsigned held) {
  Engagement e = ENGAGEMENT__INIT;
  e.id = "e1";
  e.crn = "X900001";
  e.sessions_held = held;
  put(a, e.id, &e);
  list(a, "engagements-of/X900001", e.id);
}

static void put_session(struct area *a, const char *id, Happened happened, Attended attended) {
  Session s = SESSION__INIT;
  Attendance attendance = ATTENDANCE__INIT;
  char member[64];
  attendance.happened = happened;
  attendance.attended = attended;
  s.id = (char *)id;
  s.engagement_id = "e1";
  s.attendance = &attendance;
  put(a, id, &s);
  snprintf(member, sizeof member, "1795000000000/%s", id);
  list(a, "sessions-of/X900001", member);
}

static void put_appointment(struct area *a, int64_t starts_at_ms, AppointmentState state) {
  Appointment p = APPOINTMENT__INIT;
  p.id = "a1";
  p.engagement_id = "e1";
  p.state = state;
  p.starts_at = at(a, starts_at_ms);
  put(a, p.id, &p);
  list(a, "appointments-of/X900001", "1795500000000/a1");
}

static void put_plan(struct area *a) {
  ReminderPlan plan = REMINDER_PLAN__INIT;
  plan.appointment_id = "a1";
  put(a, "a1", &plan);
}

static void put_offer(struct area *a, const char *id, OfferState state, bool ended) {
  Offer o = OFFER__INIT;
  char member[64];
  o.id = (char *)id;
  o.mentor_id = "m1";
  o.state = state;
  if (ended) o.ended_at = at(a, NOW_MS);
  put(a, id, &o);
  snprintf(member, sizeof member, "1795000000000/%s", id);
  list(a, "offers-of/X900001", member);
}

static void put_mentor(struct area *a, unsigned taken) {
  Mentor m = MENTOR__INIT;
  m.id = "m1";
  m.places_taken = taken;
  put(a, m.id, &m);
  list(a, "mentors", m.id);
}

// --- checking it

static void verify(struct area *a) {
  FILE *to = tmpfile();
  fflush(stdout);
  int kept = dup(STDOUT_FILENO);
  dup2(fileno(to), STDOUT_FILENO);
  verify_events(&a->v);
  verify_people(&a->v);
  verify_mentors(&a->v);
  fflush(stdout);
  dup2(kept, STDOUT_FILENO);
  close(kept);
  rewind(to);
  a->said[fread(a->said, 1, sizeof a->said - 1, to)] = 0;
  fclose(to);
}

static void assert_whole(struct area *a) {
  verify(a);
  assert_string_equal(a->said, "");
  assert_int_equal(a->v.n_faults, 0);
}

static void assert_fault(struct area *a, const char *fault) {
  char line[512];
  verify(a);
  snprintf(line, sizeof line, "demo-north: %s\n", fault);
  assert_string_equal(a->said, line);
  assert_int_equal(a->v.n_faults, 1);
}

static void an_empty_area_is_whole(void **state) {
  assert_whole(*state);
}

static void an_area_whose_parts_agree_is_whole(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 2);
  put_session(a, "s1", HAPPENED__HAPPENED, ATTENDED__ON_TIME);
  put_session(a, "s2", HAPPENED__HAPPENED, ATTENDED__LATE_WITHOUT_REASON);
  put_session(a, "s3", HAPPENED__DID_NOT_HAPPEN, ATTENDED__DID_NOT_ATTEND);
  put_appointment(a, NOW_MS + 3600000, APPOINTMENT_STATE__PLANNED);
  put_plan(a);
  put_offer(a, "o1", OFFER_STATE__ACCEPTED, true);
  put_offer(a, "o2", OFFER_STATE__ACCEPTED, false);
  put_mentor(a, 1);
  publish(a, "PersonRegistered", "");
  publish(a, "SessionRecorded", "");
  put_bytes(a, "{demo-north}:cursor:reminders", 2, "", 0);
  assert_whole(a);
  assert_int_equal(a->v.n_events, 2);
  assert_int_equal(a->v.n_records, 9);
}

static void a_record_that_is_missing_is_told_with_who_names_it(void **state) {
  struct area *a = *state;
  list(a, "people", "X900001");
  assert_fault(a, "Person X900001 is missing, and the list of people names it");
}

static void a_damaged_record_is_told(void **state) {
  struct area *a = *state;
  put_bytes(a, "{demo-north}:Person:X900001", 1, "\xff\xff\xff", 3);
  list(a, "people", "X900001");
  assert_fault(a, "Person X900001 cannot be read: its content is damaged");
}

static void a_wrong_number_of_held_sessions_is_told(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 2);
  put_session(a, "s1", HAPPENED__HAPPENED, ATTENDED__ON_TIME);
  assert_fault(a, "Engagement e1 says that 2 sessions were held; 1 were");
}

static void put_disposal(struct area *a, RecordClass begun) {
  Disposal d = DISPOSAL__INIT;
  d.crn = "X900001";
  d.begun = &begun;
  d.n_begun = 1;
  put(a, d.crn, &d);
}

static void sessions_whose_period_was_over_may_be_fewer_than_were_held(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 2);
  put_session(a, "s1", HAPPENED__HAPPENED, ATTENDED__ON_TIME);
  put_disposal(a, RECORD_CLASS__SESSION_RECORD);
  assert_whole(a);
}

static void more_sessions_than_were_held_are_told_even_then(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_session(a, "s1", HAPPENED__HAPPENED, ATTENDED__ON_TIME);
  put_disposal(a, RECORD_CLASS__SESSION_RECORD);
  assert_fault(a, "Engagement e1 says that 0 sessions were held; 1 were");
}

static void a_session_of_no_engagement_is_told(void **state) {
  struct area *a = *state;
  put_person(a);
  put_session(a, "s1", HAPPENED__DID_NOT_HAPPEN, ATTENDED__DID_NOT_ATTEND);
  assert_fault(a, "Session s1 belongs to engagement e1, which is not one of X900001");
}

static void a_planned_appointment_without_reminders_is_told(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_appointment(a, NOW_MS + 3600000, APPOINTMENT_STATE__PLANNED);
  assert_fault(a, "Appointment a1 is planned and has no reminders");
}

static void reminders_whose_period_was_over_are_not_missed(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_appointment(a, NOW_MS + 3600000, APPOINTMENT_STATE__PLANNED);
  put_disposal(a, RECORD_CLASS__REMINDER_RECORD);
  assert_whole(a);
}

static void an_appointment_that_is_over_needs_no_reminders(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_appointment(a, NOW_MS - 3600000, APPOINTMENT_STATE__PLANNED);
  assert_whole(a);
}

static void an_appointment_that_is_cancelled_needs_no_reminders(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_appointment(a, NOW_MS + 3600000, APPOINTMENT_STATE__CANCELLED);
  assert_whole(a);
}

static void while_reminders_are_behind_a_missing_plan_is_no_fault(void **state) {
  struct area *a = *state;
  put_person(a);
  put_engagement(a, 0);
  put_appointment(a, NOW_MS + 3600000, APPOINTMENT_STATE__PLANNED);
  publish(a, "AppointmentMade", "");
  assert_whole(a);
}

static void places_taken_without_matches_are_told(void **state) {
  struct area *a = *state;
  put_person(a);
  put_offer(a, "o1", OFFER_STATE__DECLINED, false);
  put_mentor(a, 1);
  assert_fault(a, "Mentor m1 has 1 places taken, and 0 matches that have not ended");
}

static void two_offers_that_stand_are_told(void **state) {
  struct area *a = *state;
  put_person(a);
  put_offer(a, "o1", OFFER_STATE__OFFERED, false);
  put_offer(a, "o2", OFFER_STATE__OFFERED, false);
  assert_fault(a, "X900001 has 2 offers that stand; one at most may");
}

static void an_event_of_an_unknown_type_is_told(void **state) {
  struct area *a = *state;
  publish(a, "PersonRegistered", "");
  publish(a, "PersonForgotten", "");
  assert_fault(a, "event 2 is a \"PersonForgotten\", which is not known here");
}

static void a_damaged_event_is_told(void **state) {
  struct area *a = *state;
  publish(a, "PersonRegistered", "\xff\xff");
  assert_fault(a, "event 1, a PersonRegistered, cannot be read: its content is damaged");
}

static void an_event_that_could_not_be_handled_is_told(void **state) {
  struct area *a = *state;
  list(a, "parked-reminders", "00000000000000000042");
  assert_fault(a, "reminders could not handle event 42: see its log, and do by hand what should have followed");
}

static void a_cursor_beyond_the_last_event_is_told(void **state) {
  struct area *a = *state;
  publish(a, "PersonRegistered", "");
  put_bytes(a, "{demo-north}:cursor:courier", 5, "", 0);
  assert_fault(a, "courier has read up to event 5, and the last is 1");
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(an_empty_area_is_whole),
      TEST(an_area_whose_parts_agree_is_whole),
      TEST(a_record_that_is_missing_is_told_with_who_names_it),
      TEST(a_damaged_record_is_told),
      TEST(a_wrong_number_of_held_sessions_is_told),
      TEST(a_session_of_no_engagement_is_told),
      TEST(a_planned_appointment_without_reminders_is_told),
      TEST(sessions_whose_period_was_over_may_be_fewer_than_were_held),
      TEST(more_sessions_than_were_held_are_told_even_then),
      TEST(reminders_whose_period_was_over_are_not_missed),
      TEST(an_appointment_that_is_over_needs_no_reminders),
      TEST(an_appointment_that_is_cancelled_needs_no_reminders),
      TEST(while_reminders_are_behind_a_missing_plan_is_no_fault),
      TEST(places_taken_without_matches_are_told),
      TEST(two_offers_that_stand_are_told),
      TEST(an_event_of_an_unknown_type_is_told),
      TEST(a_damaged_event_is_told),
      TEST(a_cursor_beyond_the_last_event_is_told),
      TEST(an_event_that_could_not_be_handled_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
