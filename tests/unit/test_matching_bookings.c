// links: matching
// A mentor is booked for one appointment: to greet somebody, or to run a group together.
#include "bookings.pb-c.h"
#include "courier.pb-c.h"
#include "matching_world.h"
#include "rights.pb-c.h"

#define APPOINTMENT_ID "aaaaaaaa-0000-4000-8000-000000000001"
#define NEW_APPOINTMENT_ID "aaaaaaaa-0000-4000-8000-000000000002"
#define NEEDED "booking-" APPOINTMENT_ID
#define NEW_NEEDED "booking-" NEW_APPOINTMENT_ID
#define TIMER "booking/" APPOINTMENT_ID
#define STARTS_MS (DECISION_NOW_MS + 2 * DAY_MS)

static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

static Appointment *given_appointment(struct story *s, const char *id, int64_t starts_at_ms) {
  Appointment *a = arena_take(&s->d.arena, sizeof *a);
  appointment__init(a);
  a->id = (char *)id;
  a->crn = CRN;
  a->engagement_id = "cccccccc-0000-4000-8000-000000000001";
  a->starts_at = timestamp_of(&s->d.arena, starts_at_ms);
  a->place = "the civic centre";
  a->state = APPOINTMENT_STATE__PLANNED;
  given(&s->d, &appointment__descriptor, id, 1, a);
  return a;
}

// A person with an appointment in two days, who has asked for no mentor; of their conflicts somebody has thought.
static int first_appointment(void **state) {
  if (story_begin(state)) return -1;
  struct story *s = *state;
  s->person->mentoring->wanted = false;
  s->person->personal = arena_take(&s->d.arena, sizeof *s->person->personal);
  personal_details__init(s->person->personal);
  s->person->personal->given_name = "Canaryname";
  s->person->personal->family_name = "Canaryfamily";
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_appointment(s, APPOINTMENT_ID, STARTS_MS);
  return 0;
}
#define FIRST(test) cmocka_unit_test_setup_teardown(test, first_appointment, story_end)

static struct change booked_as(struct story *s, unsigned mentor, MentorRole role) {
  BookMentor *cmd = arena_take(&s->d.arena, sizeof *cmd);
  book_mentor__init(cmd);
  cmd->booking = arena_take(&s->d.arena, sizeof *cmd->booking);
  booking__init(cmd->booking);
  cmd->booking->id = APPOINTMENT_ID;
  cmd->booking->mentor_id = mentor_id(&s->d, mentor);
  cmd->booking->role = role;
  return decided(&s->d, cmd);
}
static struct change booked(struct story *s, unsigned mentor) {
  return booked_as(s, mentor, MENTOR_ROLE__GREETER);
}
static void given_booking(struct story *s, unsigned mentor) {
  as_coordinator(&s->d);
  commit_and_hear(&s->d, booked(s, mentor));
}

static struct change declined(struct story *s, unsigned mentor) {
  DeclineBooking *cmd = arena_take(&s->d.arena, sizeof *cmd);
  decline_booking__init(cmd);
  cmd->id = APPOINTMENT_ID;
  as_mentor(&s->d, mentor, NULL);
  return decided(&s->d, cmd);
}

static struct change withdrawn(struct story *s) {
  WithdrawBooking *cmd = arena_take(&s->d.arena, sizeof *cmd);
  withdraw_booking__init(cmd);
  cmd->id = APPOINTMENT_ID;
  cmd->why = "the practitioner greets them";
  return decided(&s->d, cmd);
}

static const MyMeetings *meetings_now(struct story *s, unsigned mentor) {
  ListMyMeetings *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_meetings__init(cmd);
  as_mentor(&s->d, mentor, NULL);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MyMeetings *)c.reply;
}

static const Booking *booking_now(struct story *s, const char *id) {
  return decision_record(&s->d, &booking__descriptor, id);
}

static bool is_open(struct story *s, const char *task) {
  const MatchingTask *t = decision_record(&s->d, &matching_task__descriptor, task);
  return t && !t->done_at;
}

static bool holds(const ProtobufCMessage *message, const char *text) {
  uint8_t bytes[4096];
  assert_true(protobuf_c_message_get_packed_size(message) < sizeof bytes);
  return memmem(bytes, protobuf_c_message_pack(message, bytes), text, strlen(text));
}

// What the mentor is told after a change; NULL: nothing.
static const MessageRequested *told(struct story *s, struct change c) {
  assert_done(&c);
  decision_commit(&s->d, &c);
  const BookingChanged *event = published(&c, &booking_changed__descriptor);
  assert_non_null(event);
  struct change heard = decided(&s->d, event);
  return published(&heard, &message_requested__descriptor);
}

// --- booking

static void who_is_booked_sees_when_where_and_a_given_name_and_nothing_else_of_the_person(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  const MyMeetings *list = meetings_now(s, 1);
  assert_int_equal(list->n_meetings, 1);
  assert_string_equal(list->meetings[0]->given_name, "Canaryname");
  assert_string_equal(list->meetings[0]->place, "the civic centre");
  assert_int_equal(timestamp_ms(list->meetings[0]->starts_at), STARTS_MS);
  assert_int_equal(list->meetings[0]->mentor_role, MENTOR_ROLE__GREETER);
  assert_false(holds(&list->base, CRN));
  assert_false(holds(&list->base, "Canaryfamily"));
  ListMyPeople people = LIST_MY_PEOPLE__INIT;
  ReadMyPerson person = READ_MY_PERSON__INIT;
  struct change c = decided(&s->d, &people);
  assert_int_equal(((const MyPeople *)c.reply)->n_people, 0);
  person.crn = CRN;
  c = decided(&s->d, &person);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  assert_int_equal(meetings_now(s, 2)->n_meetings, 0);
}

static void a_booking_takes_up_no_place_and_needs_none(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = s->mentor->capacity;
  struct change c = booked(s, 1);
  assert_done(&c);
  assert_null(written(&c, &mentor__descriptor, NULL));
  assert_null(written(&c, &offer__descriptor, NULL));
  assert_null(written(&c, &persons_offer__descriptor, NULL));
  assert_string_equal(((const Booking *)c.reply)->booked_by, "C01");
  assert_string_equal(c.recipient, arena_printf(&s->d.arena, "mentor %s", mentor_id(&s->d, 1)));
}

// Each of the faults by itself, and each is mended before the next.
static void the_rules_that_protect_people_are_asked_for_a_booking_too(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  MentoringWish *w = s->person->mentoring;
  const Mentor good = *s->mentor;
  const MentoringWish asks = *w;
#define REFUSED(...)                                                                                                   \
  do {                                                                                                                 \
    __VA_ARGS__;                                                                                                       \
    struct change c_ = booked(s, 1);                                                                                   \
    assert_refused(&c_, CODE__REFUSED_BY_RULE, "/mentorId");                                                           \
    *s->mentor = good;                                                                                                 \
    *w = asks;                                                                                                         \
  } while (0)
  REFUSED(w->conflicts_checked = false);
  REFUSED(s->mentor->conflicts_checked = false);
  REFUSED(LIST(w, not_with, mentor_id(d, 1)));
  REFUSED(CONFLICT(s->mentor, RELATIVE, CRN));
  REFUSED(s->mentor->own_practitioner = s->person->practitioner);
  REFUSED(s->mentor->state = MENTOR_STATE__PAUSED);
  REFUSED(s->mentor->state = MENTOR_STATE__ON_BREAK);
  REFUSED(s->mentor->vetted_until = NULL);
  REFUSED(s->mentor->supervised_until = timestamp_of(&d->arena, DECISION_NOW_MS));
  REFUSED(w->gender = GENDER__MAN);
  REFUSED(LIST(w, languages, "cy"));
  REFUSED(LIST(w, keep_away, "Tottenham"));
  REFUSED(LIST(s->mentor, prefers_not, "gambling"); LIST(w, needs, "gambling"));
  struct change c = booked(s, 1);
  assert_done(&c);
  s->person->mentoring = NULL;
  c = booked(s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void of_the_appointment_itself_too(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  MentoringWish *w = s->person->mentoring;
  const Mentor good = *s->mentor;
  const MentoringWish asks = *w;
  REFUSED(LIST(s->mentor, keep_away, "the civic centre"));
  REFUSED(LIST(w, keep_away, "the civic centre"));
  REFUSED(s->mentor->vetted_until = timestamp_of(&d->arena, STARTS_MS));
  REFUSED(s->mentor->away_from = timestamp_of(&d->arena, STARTS_MS);
          s->mentor->away_until = timestamp_of(&d->arena, STARTS_MS + 1));
  PersonsChoice choice = PERSONS_CHOICE__INIT;
  LIST(&choice, declined, mentor_id(d, 1));
  given(d, &persons_choice__descriptor, CRN, 1, &choice);
  struct change c = booked(s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void where_no_role_is_said_it_is_the_one_that_the_appointment_asks_for(void **state) {
  struct story *s = *state;
  Appointment *a = given_appointment(s, APPOINTMENT_ID, STARTS_MS);
  struct change c = booked_as(s, 1, MENTOR_ROLE__MENTOR_ROLE_UNSPECIFIED);
  assert_refused(&c, CODE__INVALID, "/role"); // it asks for none
  a->mentor_role = MENTOR_ROLE__CO_FACILITATOR;
  c = booked_as(s, 1, MENTOR_ROLE__MENTOR_ROLE_UNSPECIFIED);
  assert_done(&c);
  assert_int_equal(((const Booking *)c.reply)->role, MENTOR_ROLE__CO_FACILITATOR);
}

static void only_an_appointment_to_come_can_be_booked_and_in_the_role_that_it_asks_for(void **state) {
  struct story *s = *state;
  struct change c = booked_as(s, 1, MENTOR_ROLE__ONE_TO_ONE);
  assert_refused(&c, CODE__INVALID, "/role");
  Appointment *a = given_appointment(s, APPOINTMENT_ID, STARTS_MS);
  a->mentor_role = MENTOR_ROLE__CO_FACILITATOR;
  c = booked(s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/role");
  c = booked_as(s, 1, MENTOR_ROLE__CO_FACILITATOR);
  assert_done(&c);
  a->state = APPOINTMENT_STATE__CANCELLED;
  c = booked_as(s, 1, MENTOR_ROLE__CO_FACILITATOR);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  given_appointment(s, APPOINTMENT_ID, DECISION_NOW_MS);
  c = booked(s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void an_appointment_has_one_booking_at_a_time_and_the_same_twice_is_once(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  struct change c = booked(s, 1);
  assert_done(&c);
  assert_null(c.records);
  c = booked(s, 2);
  assert_refused(&c, CODE__CONFLICT, NULL);
  commit(&s->d, withdrawn(s));
  given_booking(s, 2);
  assert_int_equal(meetings_now(s, 1)->n_meetings, 0);
  assert_int_equal(meetings_now(s, 2)->n_meetings, 1);
}

static void the_persons_practitioner_books_as_well_and_no_other_and_is_not_told_of_the_mentor(void **state) {
  struct story *s = *state;
  s->d.actor.only = "";
  decision_as(&s->d, "N07A999", MAY(PRACTITIONER));
  struct change c = booked(s, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(&s->d, "N07A123", MAY(PRACTITIONER));
  s->mentor->state = MENTOR_STATE__PAUSED;
  c = booked(s, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  s->mentor->state = MENTOR_STATE__ACTIVE;
  commit(&s->d, booked(s, 1));
  ReadBooking read = READ_BOOKING__INIT;
  read.id = APPOINTMENT_ID;
  c = decided(&s->d, &read);
  assert_int_equal(((const Booking *)c.reply)->state, BOOKING_STATE__BOOKED);
  commit(&s->d, withdrawn(s));
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_WITHDRAWN);
}

// --- the mentor is told, and answers

static void the_mentor_is_told_by_their_channel_that_something_changed_and_not_what(void **state) {
  struct story *s = *state;
  const MessageRequested *message = told(s, booked(s, 1));
  assert_non_null(message);
  assert_string_equal(message->outgoing->text, "Please look: https://alongside.example/mentor");
  assert_string_equal(message->outgoing->to, "+447700900123");
  assert_int_equal(message->not_after_ms, STARTS_MS);
  assert_false(holds(&message->base, CRN));
  assert_false(holds(&message->base, "Canaryname"));
  assert_non_null(told(s, withdrawn(s)));
}

static void nothing_is_sent_to_who_declined_or_may_not_be_written_to(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  assert_null(told(s, declined(s, 1)));
  given_booking(s, 2);
  Mentor *careful = mentor_of(&s->d, 2);
  careful->personal->safe_contact = "never by text";
  given_mentor(&s->d, careful);
  as_coordinator(&s->d);
  assert_null(told(s, withdrawn(s)));
}

static void declining_costs_nothing_and_leaves_a_task_until_another_is_booked(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  struct change c = declined(s, 2);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = declined(s, 1);
  assert_false(holds(c.reply, CRN));
  assert_null(written(&c, &mentor__descriptor, NULL));
  assert_int_equal(timer_set(&c, TIMER), STARTS_MS);
  commit_and_hear(&s->d, c);
  assert_true(is_open(s, NEEDED));
  assert_int_equal(meetings_now(s, 1)->n_meetings, 0);
  c = declined(s, 1);
  assert_done(&c);
  assert_null(c.records);
  as_coordinator(&s->d);
  c = booked(s, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  given_booking(s, 2);
  assert_false(is_open(s, NEEDED));
}

static void a_task_is_over_when_its_appointment_begins(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  commit_and_hear(&s->d, declined(s, 1));
  s->d.m.now.ms = STARTS_MS;
  commit(&s->d, decided_timer(&s->d, TIMER));
  assert_false(is_open(s, NEEDED));
  struct change c = declined(s, 1);
  assert_done(&c);
}

static void what_has_begun_is_neither_declined_nor_withdrawn_and_no_meeting_to_come(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  s->d.m.now.ms = STARTS_MS;
  struct change c = declined(s, 1);
  assert_refused(&c, CODE__CONFLICT, NULL);
  as_coordinator(&s->d);
  c = withdrawn(s);
  assert_refused(&c, CODE__CONFLICT, NULL);
  assert_int_equal(meetings_now(s, 1)->n_meetings, 0);
}

static void whose_record_was_closed_to_the_mentor_is_no_meeting_of_theirs(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_booking(s, 1);
  LIST(s->person, restricted, mentor_id(d, 1));
  assert_int_equal(meetings_now(s, 1)->n_meetings, 0);
}

static void a_mentor_who_is_away_comes_to_nothing_meanwhile_and_somebody_else_is_needed(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  MentorAway away = MENTOR_AWAY__INIT;
  away.id = s->mentor->id;
  away.from_ms = DECISION_NOW_MS;
  away.until_ms = STARTS_MS;
  commit_and_hear(&s->d, decided(&s->d, &away));
  assert_false(is_open(s, NEEDED));
  away.until_ms++;
  commit_and_hear(&s->d, decided(&s->d, &away));
  assert_true(is_open(s, NEEDED));
  given_booking(s, 2);
  TakeBreak cmd = TAKE_BREAK__INIT;
  as_mentor(&s->d, 2, NULL);
  commit_and_hear(&s->d, decided(&s->d, &cmd));
  assert_true(is_open(s, NEEDED));
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_WITHDRAWN);
}

// --- the appointment

static AppointmentMade made_of(MentorRole role) {
  AppointmentMade made = APPOINTMENT_MADE__INIT;
  made.id = APPOINTMENT_ID;
  made.crn = CRN;
  made.mentor_role = role;
  return made;
}

static void whoever_makes_an_appointment_may_ask_for_a_mentor_and_a_human_books_one(void **state) {
  struct story *s = *state;
  AppointmentMade one_to_one = made_of(MENTOR_ROLE__ONE_TO_ONE), made = made_of(MENTOR_ROLE__GREETER);
  commit(&s->d, decided(&s->d, &one_to_one));
  assert_false(is_open(s, NEEDED));
  commit(&s->d, decided(&s->d, &made));
  assert_true(is_open(s, NEEDED));
  given_booking(s, 1);
  assert_false(is_open(s, NEEDED));
  commit(&s->d, decided(&s->d, &made));
  assert_false(is_open(s, NEEDED));
}

static void a_cancelled_appointment_cancels_the_booking_and_the_mentor_is_told(void **state) {
  struct story *s = *state;
  AppointmentCancelled cancelled = APPOINTMENT_CANCELLED__INIT;
  given_booking(s, 1);
  cancelled.id = APPOINTMENT_ID;
  assert_non_null(told(s, decided(&s->d, &cancelled)));
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_CANCELLED);
  assert_false(is_open(s, NEEDED));
}

static void superseded(struct story *s, int64_t starts_at_ms) {
  AppointmentSuperseded event = APPOINTMENT_SUPERSEDED__INIT;
  event.id = APPOINTMENT_ID;
  event.crn = CRN;
  event.by = NEW_APPOINTMENT_ID;
  given_appointment(s, NEW_APPOINTMENT_ID, starts_at_ms);
  commit_and_hear(&s->d, decided(&s->d, &event));
}

static void the_booking_of_a_rescheduled_appointment_moves_with_it(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  superseded(s, STARTS_MS + DAY_MS);
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_MOVED);
  assert_int_equal(booking_now(s, NEW_APPOINTMENT_ID)->state, BOOKING_STATE__BOOKED);
  assert_string_equal(booking_now(s, NEW_APPOINTMENT_ID)->booked_by, "C01");
  const MyMeetings *list = meetings_now(s, 1);
  assert_int_equal(list->n_meetings, 1);
  assert_int_equal(timestamp_ms(list->meetings[0]->starts_at), STARTS_MS + DAY_MS);
  assert_false(is_open(s, NEW_NEEDED));
}

static void where_the_rules_say_no_to_the_new_time_a_human_books_another(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  s->mentor->vetted_until = timestamp_of(&s->d.arena, STARTS_MS + DAY_MS);
  superseded(s, STARTS_MS + DAY_MS);
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_CANCELLED);
  assert_null(booking_now(s, NEW_APPOINTMENT_ID));
  assert_true(is_open(s, NEW_NEEDED));
}

static void a_greeter_does_not_move_to_an_appointment_that_asks_for_another_role(void **state) {
  struct story *s = *state;
  AppointmentSuperseded event = APPOINTMENT_SUPERSEDED__INIT;
  given_booking(s, 1);
  event.id = APPOINTMENT_ID;
  event.by = NEW_APPOINTMENT_ID;
  given_appointment(s, NEW_APPOINTMENT_ID, STARTS_MS)->mentor_role = MENTOR_ROLE__CO_FACILITATOR;
  commit_and_hear(&s->d, decided(&s->d, &event));
  assert_int_equal(booking_now(s, APPOINTMENT_ID)->state, BOOKING_STATE__BOOKING_CANCELLED);
  assert_true(is_open(s, NEW_NEEDED));
}

static void a_task_moves_with_a_rescheduled_appointment_that_asks_for_a_mentor(void **state) {
  struct story *s = *state;
  AppointmentMade made = made_of(MENTOR_ROLE__GREETER);
  commit(&s->d, decided(&s->d, &made));
  AppointmentSuperseded event = APPOINTMENT_SUPERSEDED__INIT;
  event.id = APPOINTMENT_ID;
  event.by = NEW_APPOINTMENT_ID;
  given_appointment(s, NEW_APPOINTMENT_ID, STARTS_MS + DAY_MS)->mentor_role = MENTOR_ROLE__GREETER;
  commit(&s->d, decided(&s->d, &event));
  assert_false(is_open(s, NEEDED));
  assert_true(is_open(s, NEW_NEEDED));
}

// --- the person's rights

static void the_person_is_given_that_there_was_a_booking_and_not_who_it_was(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  CollectRecords cmd = COLLECT_RECORDS__INIT;
  cmd.crn = CRN;
  cmd.after = "4/";
  decision_as(&s->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  const HeldRecords *all = (const HeldRecords *)c.reply;
  assert_int_equal(all->n_records, 1);
  assert_int_equal(all->records[0]->booking->role, MENTOR_ROLE__GREETER);
  assert_false(holds(&all->base, mentor_id(&s->d, 1)));
}

static void who_is_erased_leaves_no_booking(void **state) {
  struct story *s = *state;
  given_booking(s, 1);
  commit(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_null(booking_now(s, APPOINTMENT_ID));
  assert_int_equal(meetings_now(s, 1)->n_meetings, 0);
  for (size_t i = 0; i < s->d.n_members; i++) {
    assert_null(strstr(s->d.members[i].index, CRN));
    assert_null(strstr(s->d.members[i].member, APPOINTMENT_ID));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      FIRST(who_is_booked_sees_when_where_and_a_given_name_and_nothing_else_of_the_person),
      FIRST(a_booking_takes_up_no_place_and_needs_none),
      FIRST(the_rules_that_protect_people_are_asked_for_a_booking_too),
      FIRST(of_the_appointment_itself_too),
      FIRST(where_no_role_is_said_it_is_the_one_that_the_appointment_asks_for),
      FIRST(only_an_appointment_to_come_can_be_booked_and_in_the_role_that_it_asks_for),
      FIRST(an_appointment_has_one_booking_at_a_time_and_the_same_twice_is_once),
      FIRST(the_persons_practitioner_books_as_well_and_no_other_and_is_not_told_of_the_mentor),
      FIRST(the_mentor_is_told_by_their_channel_that_something_changed_and_not_what),
      FIRST(nothing_is_sent_to_who_declined_or_may_not_be_written_to),
      FIRST(declining_costs_nothing_and_leaves_a_task_until_another_is_booked),
      FIRST(a_task_is_over_when_its_appointment_begins),
      FIRST(what_has_begun_is_neither_declined_nor_withdrawn_and_no_meeting_to_come),
      FIRST(whose_record_was_closed_to_the_mentor_is_no_meeting_of_theirs),
      FIRST(a_mentor_who_is_away_comes_to_nothing_meanwhile_and_somebody_else_is_needed),
      FIRST(whoever_makes_an_appointment_may_ask_for_a_mentor_and_a_human_books_one),
      FIRST(a_cancelled_appointment_cancels_the_booking_and_the_mentor_is_told),
      FIRST(the_booking_of_a_rescheduled_appointment_moves_with_it),
      FIRST(where_the_rules_say_no_to_the_new_time_a_human_books_another),
      FIRST(a_greeter_does_not_move_to_an_appointment_that_asks_for_another_role),
      FIRST(a_task_moves_with_a_rescheduled_appointment_that_asks_for_a_mentor),
      FIRST(the_person_is_given_that_there_was_a_booking_and_not_who_it_was),
      FIRST(who_is_erased_leaves_no_booking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
