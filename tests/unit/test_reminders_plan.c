// links: reminders
// A plan's life: made, sent at its time through the gate, stopped, and told what became of it.
#include "decision.h"

#include <stdlib.h>

#include "calendar.h"
#include "reminders.h"
#include "wording.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
static const char appointment_id[] = "0b0e6a52-7c5e-4f0e-9d4e-0a5a3c1f2b77";
#define START (DECISION_NOW_MS + 8 * DAY + 30 * MINUTE) // Tuesday 10 March 2026, 10:30
#define TIMER(minutes) "reminder/0b0e6a52-7c5e-4f0e-9d4e-0a5a3c1f2b77/" minutes

struct world {
  struct decision d;
  struct wording *wording;
  AppointmentMade made;
  uint32_t minutes[3];
  Appointment appointment;
  Engagement engagement;
  Person person;
  PersonalDetails personal;
  Consent consent;
};

static void make_person(struct world *w) {
  person__init(&w->person);
  personal_details__init(&w->personal);
  consent__init(&w->consent);
  w->personal.given_name = "Siân";
  w->personal.telephone = "+447700900123";
  w->personal.email = "sian@example.org";
  w->consent.texts = w->consent.emails = ANSWER__YES;
  w->person.crn = "X123456";
  w->person.practitioner = "N07A123";
  w->person.personal = &w->personal;
  w->person.consent = &w->consent;
  w->person.preferred_channel = CHANNEL__SMS;
  w->person.whereabouts = WHEREABOUTS__COMMUNITY;
  given(&w->d, &person__descriptor, "X123456", 1, &w->person);
}

static void make_appointment(struct world *w) {
  appointment__init(&w->appointment);
  engagement__init(&w->engagement);
  w->appointment.id = (char *)appointment_id;
  w->appointment.place = "Alexandra House";
  w->appointment.state = APPOINTMENT_STATE__PLANNED;
  w->appointment.mode = MODE__IN_PERSON;
  w->engagement.id = "engagement";
  given(&w->d, &appointment__descriptor, appointment_id, 1, &w->appointment);
  given(&w->d, &engagement__descriptor, "engagement", 1, &w->engagement);
}

static void make_event(struct world *w) {
  appointment_made__init(&w->made);
  memcpy(w->minutes, (uint32_t[]){7 * 24 * 60, 24 * 60, 120}, sizeof w->minutes);
  w->made.id = (char *)appointment_id;
  w->made.crn = "X123456";
  w->made.engagement_id = "engagement";
  w->made.pathway = "supervision";
  w->made.practitioner = "N07A123";
  w->made.starts_at_ms = START;
  w->made.reminder_minutes = w->minutes;
  w->made.n_reminder_minutes = 3;
}

static int setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  char errors[256] = "";
  w->wording = wording_load("config/wording.yaml", errors, sizeof errors);
  if (!w->wording) fail_msg("%s", errors);
  decision_begin(&w->d, &reminders, w->wording);
  make_person(w);
  make_appointment(w);
  make_event(w);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  struct world *w = *state;
  decision_end(&w->d);
  wording_free(w->wording);
  free(w);
  return 0;
}

static struct change make_plan(struct world *w) {
  struct change c = decided(&w->d, &w->made);
  assert_done(&c);
  decision_commit(&w->d, &c);
  return c;
}

static struct change fire(struct world *w, const char *timer, int64_t at_ms) {
  w->d.m.now.ms = at_ms;
  struct change c = decided_timer(&w->d, timer);
  assert_done(&c);
  decision_commit(&w->d, &c);
  return c;
}

static const Reminder *reminder(struct world *w, uint32_t minutes) {
  return plan_reminder(decision_record(&w->d, &reminder_plan__descriptor, appointment_id), minutes);
}

static unsigned n_events(const struct change *c, const ProtobufCMessageDescriptor *type) {
  unsigned n = 0;
  for (const struct change_event *e = c->events; e; e = e->next) n += e->body->descriptor == type;
  return n;
}

static void an_appointment_gets_a_reminder_and_a_timer_per_offset(void **state) {
  struct world *w = *state;
  struct change c = make_plan(w);
  assert_int_equal(timer_set(&c, TIMER("10080")), START - 7 * DAY);
  assert_int_equal(timer_set(&c, TIMER("1440")), START - DAY);
  assert_int_equal(timer_set(&c, TIMER("120")), START - 2 * HOUR);
  assert_int_equal(n_events(&c, &reminder_not_sent__descriptor), 0);
  assert_int_equal(reminder(w, 120)->state, REMINDER_STATE__WAITING);
}

static void planning_twice_changes_nothing(void **state) {
  struct world *w = *state;
  make_plan(w);
  struct change c = decided(&w->d, &w->made);
  assert_null(c.records);
  assert_null(c.events);
  assert_null(c.timers);
}

static void an_offset_that_is_named_twice_gives_one_reminder(void **state) {
  struct world *w = *state;
  w->minutes[1] = w->minutes[2] = 120;
  make_plan(w);
  const ReminderPlan *plan = decision_record(&w->d, &reminder_plan__descriptor, appointment_id);
  assert_int_equal(plan->n_reminders, 2);
}

static void a_reminder_that_was_due_before_its_appointment_was_made_is_never_sent_nor_counted(void **state) {
  struct world *w = *state;
  w->d.m.now.ms = START - 3 * DAY;
  struct change c = make_plan(w);
  assert_null(published(&c, &reminder_not_sent__descriptor));
  assert_int_equal(reminder(w, 10080)->state, REMINDER_STATE__NOT_SENT);
  assert_int_equal(reminder(w, 10080)->reason, NOT_SENT__TOO_LATE);
  assert_int_equal(timer_set(&c, TIMER("10080")), -1);
  assert_int_equal(reminder(w, 1440)->state, REMINDER_STATE__WAITING);
}

static void a_reminder_that_fell_due_while_word_of_its_appointment_was_on_its_way_is_sent(void **state) {
  struct world *w = *state;
  w->d.m.now.ms = START - 2 * HOUR + MINUTE;
  struct change c = make_plan(w);
  assert_int_equal(timer_set(&c, TIMER("120")), START - 2 * HOUR);
  assert_int_equal(timer_set(&c, TIMER("1440")), -1);
  c = fire(w, TIMER("120"), w->d.m.now.ms);
  assert_non_null(published(&c, &message_requested__descriptor));
}

static void an_appointment_in_the_past_is_not_reminded_of(void **state) {
  struct world *w = *state;
  w->d.m.now.ms = START + DAY;
  struct change c = make_plan(w);
  assert_null(c.events);
  assert_int_equal(reminder(w, 120)->reason, NOT_SENT__APPOINTMENT_OVER);
  assert_null(c.timers);
}

static void a_reminder_goes_to_the_courier_when_it_is_due(void **state) {
  struct world *w = *state;
  make_plan(w);
  struct change c = fire(w, TIMER("1440"), START - DAY);
  const MessageRequested *request = published(&c, &message_requested__descriptor);
  assert_non_null(request);
  assert_string_equal(request->outgoing->to, "+447700900123");
  assert_string_equal(request->outgoing->text, "Reminder: appointment on Tuesday 10 March at 10:30. Place: Alexandra "
                                               "House. Questions: +442079460000. Reply STOP to stop these messages.");
  assert_string_equal(request->subject, "X123456");
  assert_string_equal(request->about, TIMER("1440"));
  assert_int_equal(request->not_after_ms, START);
  assert_int_equal(request->channel, CHANNEL__SMS);
  assert_string_equal(reminder(w, 1440)->message_id, request->message_id);
  assert_int_equal(reminder(w, 1440)->state, REMINDER_STATE__HANDED_OVER);
  assert_non_null(published(&c, &reminder_handed_over__descriptor));
  assert_string_equal(c.events->subject, "X123456");
}

static void a_timer_that_fires_twice_sends_once(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("1440"), START - DAY);
  struct change c = fire(w, TIMER("1440"), START - DAY + MINUTE);
  assert_null(c.events);
  assert_null(c.records);
}

static void a_timer_without_a_plan_or_of_a_strange_name_does_nothing(void **state) {
  struct world *w = *state;
  static const char *const names[] = {"reminder/x", "reminder//5", "reminder/x/", "reminder/x/5a"};
  assert_null(fire(w, TIMER("1440"), START - DAY).events);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) assert_null(fire(w, names[i], START - DAY).events);
}

static void each_message_counts_towards_the_days_limit_and_the_next_day_starts_anew(void **state) {
  struct world *w = *state;
  w->d.area.messages_per_day = 1;
  make_plan(w);
  DailyCount count = DAILY_COUNT__INIT;
  count.day = "2026-03-09";
  count.count = 1;
  given(&w->d, &daily_count__descriptor, "X123456", 4, &count);
  fire(w, TIMER("1440"), START - DAY);
  assert_int_equal(reminder(w, 1440)->reason, NOT_SENT__DAILY_LIMIT);
  fire(w, TIMER("120"), START - 2 * HOUR);
  assert_int_equal(reminder(w, 120)->state, REMINDER_STATE__HANDED_OVER);
  const DailyCount *after = decision_record(&w->d, &daily_count__descriptor, "X123456");
  assert_string_equal(after->day, "2026-03-10");
  assert_int_equal(after->count, 1);
}

static void in_quiet_hours_the_timer_moves_to_their_end(void **state) {
  struct world *w = *state;
  make_plan(w);
  int64_t night = START - DAY + 12 * HOUR; // 22:30
  struct change c = fire(w, TIMER("1440"), night);
  assert_int_equal(timer_set(&c, TIMER("1440")), night + 9 * HOUR + 30 * MINUTE);
  assert_null(c.records);
  assert_int_equal(reminder(w, 1440)->state, REMINDER_STATE__WAITING);
}

static void of_two_reminders_that_are_due_together_only_the_nearer_is_sent(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("10080"), START - 2 * HOUR);
  fire(w, TIMER("120"), START - 2 * HOUR);
  assert_int_equal(reminder(w, 10080)->reason, NOT_SENT__TOO_LATE);
  assert_int_equal(reminder(w, 120)->state, REMINDER_STATE__HANDED_OVER);
}

static void set_custody(struct world *w) {
  w->person.whereabouts = WHEREABOUTS__CUSTODY;
}
static void set_safe_contact(struct world *w) {
  w->personal.safe_contact = "Never by telephone.";
}
static void set_opt_out(struct world *w) {
  w->consent.texts = w->consent.emails = ANSWER__NO;
}
static void drop_consent(struct world *w) {
  w->person.consent = NULL;
}
static void spoil_addresses(struct world *w) {
  w->personal.telephone = w->personal.email = "07700 900123";
}
static void drop_details(struct world *w) {
  w->person.personal = NULL;
}
static void seal_details(struct world *w) {
  static Seal seal = SEAL__INIT;
  w->personal.seal = &seal;
}
static void close_engagement(struct world *w) {
  static Google__Protobuf__Timestamp at = GOOGLE__PROTOBUF__TIMESTAMP__INIT;
  w->engagement.closed_at = &at;
}
static void drop_engagement(struct world *w) {
  given(&w->d, &engagement__descriptor, "engagement", 0, NULL);
}
static void drop_person(struct world *w) {
  given(&w->d, &person__descriptor, "X123456", 0, NULL);
}
static void drop_appointment(struct world *w) {
  given(&w->d, &appointment__descriptor, appointment_id, 0, NULL);
}
static void cancel(struct world *w) {
  w->appointment.state = APPOINTMENT_STATE__CANCELLED;
}
static void hold(struct world *w) {
  w->appointment.state = APPOINTMENT_STATE__HELD;
}

static void what_the_records_say_at_the_moment_of_sending_stops_a_reminder(void **state) {
  struct world *w = *state;
  static const struct {
    void (*happen)(struct world *w);
    NotSent reason;
  } cases[] = {
      {cancel, NOT_SENT__APPOINTMENT_CANCELLED},
      {drop_appointment, NOT_SENT__APPOINTMENT_CANCELLED},
      {hold, NOT_SENT__APPOINTMENT_OVER},
      {close_engagement, NOT_SENT__ENGAGEMENT_CLOSED},
      {drop_engagement, NOT_SENT__ENGAGEMENT_CLOSED},
      {set_custody, NOT_SENT__IN_CUSTODY},
      {drop_person, NOT_SENT__WHEREABOUTS_NOT_KNOWN},
      {set_safe_contact, NOT_SENT__SAFE_CONTACT_INSTRUCTION},
      {drop_consent, NOT_SENT__NO_CONSENT},
      {set_opt_out, NOT_SENT__OPTED_OUT},
      {spoil_addresses, NOT_SENT__NO_VALID_ADDRESS},
      {drop_details, NOT_SENT__NO_VALID_ADDRESS},
      {seal_details, NOT_SENT__NO_VALID_ADDRESS},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    given(&w->d, &reminder_plan__descriptor, appointment_id, 0, NULL);
    w->d.m.now.ms = DECISION_NOW_MS;
    make_person(w);
    make_appointment(w);
    make_plan(w);
    cases[i].happen(w);
    struct change c = fire(w, TIMER("1440"), START - DAY);
    const ReminderNotSent *event = published(&c, &reminder_not_sent__descriptor);
    assert_non_null(event);
    assert_int_equal(event->reason, cases[i].reason);
    assert_int_equal(reminder(w, 1440)->reason, cases[i].reason);
    assert_null(published(&c, &message_requested__descriptor));
  }
}

static void a_cancelled_appointment_stops_what_waits_and_calls_off_what_is_on_its_way(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("10080"), START - 7 * DAY);
  AppointmentCancelled event = APPOINTMENT_CANCELLED__INIT;
  event.id = (char *)appointment_id;
  struct change c = decided(&w->d, &event);
  assert_int_equal(n_events(&c, &reminder_not_sent__descriptor), 2);
  assert_int_equal(timer_set(&c, TIMER("1440")), 0);
  assert_int_equal(timer_set(&c, TIMER("120")), 0);
  const MessageCalledOff *off = published(&c, &message_called_off__descriptor);
  assert_string_equal(off->message_id, reminder(w, 10080)->message_id);
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 120)->reason, NOT_SENT__APPOINTMENT_CANCELLED);
  assert_int_equal(reminder(w, 10080)->state, REMINDER_STATE__HANDED_OVER);
  c = decided(&w->d, &event);
  assert_null(c.records);
}

static void a_reschedule_stops_the_old_ones_reminders(void **state) {
  struct world *w = *state;
  make_plan(w);
  AppointmentSuperseded event = APPOINTMENT_SUPERSEDED__INIT;
  event.id = (char *)appointment_id;
  struct change c = decided(&w->d, &event);
  assert_int_equal(n_events(&c, &reminder_not_sent__descriptor), 3);
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 120)->reason, NOT_SENT__APPOINTMENT_SUPERSEDED);
  event.id = "unknown";
  c = decided(&w->d, &event);
  assert_null(c.events);
}

static MessageDead dead_of(struct world *w, uint32_t minutes) {
  MessageDead event = MESSAGE_DEAD__INIT;
  event.message_id = reminder(w, minutes)->message_id;
  event.about = arena_printf(&w->d.arena, "reminder/%s/%u", appointment_id, minutes);
  return event;
}

static MessageDelivered delivered_of(struct world *w, uint32_t minutes) {
  MessageDelivered event = MESSAGE_DELIVERED__INIT;
  event.message_id = reminder(w, minutes)->message_id;
  event.about = arena_printf(&w->d.arena, "reminder/%s/%u", appointment_id, minutes);
  return event;
}

static void a_receipt_makes_it_sent_once(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("1440"), START - DAY);
  MessageDelivered event = delivered_of(w, 1440);
  struct change c = decided(&w->d, &event);
  assert_non_null(published(&c, &reminder_sent__descriptor));
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 1440)->state, REMINDER_STATE__SENT);
  c = decided(&w->d, &event);
  assert_null(c.events);
}

static void a_dead_letter_is_not_sent_until_it_is_sent_again_after_all(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("1440"), START - DAY);
  MessageDead dead = dead_of(w, 1440);
  struct change c = decided(&w->d, &dead);
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 1440)->reason, NOT_SENT__DELIVERY_FAILED);
  c = decided(&w->d, &dead);
  assert_null(c.events);
  MessageDelivered event = delivered_of(w, 1440);
  c = decided(&w->d, &event);
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 1440)->state, REMINDER_STATE__SENT);
  assert_int_equal(reminder(w, 1440)->reason, 0);
}

static void a_message_that_was_called_off_has_the_appointment_as_its_reason(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("1440"), START - DAY);
  w->appointment.state = APPOINTMENT_STATE__SUPERSEDED;
  MessageDead dead = dead_of(w, 1440);
  struct change c = decided(&w->d, &dead);
  decision_commit(&w->d, &c);
  assert_int_equal(reminder(w, 1440)->reason, NOT_SENT__APPOINTMENT_SUPERSEDED);
}

static void receipts_of_other_messages_change_nothing(void **state) {
  struct world *w = *state;
  make_plan(w);
  fire(w, TIMER("1440"), START - DAY);
  static const char *const abouts[] = {"offer/x", "", "reminder/x/1440", TIMER("5"), TIMER("120")};
  for (size_t i = 0; i < sizeof abouts / sizeof *abouts; i++) {
    MessageDelivered event = delivered_of(w, 1440);
    event.about = (char *)abouts[i];
    assert_null(decided(&w->d, &event).records);
    MessageDead dead = dead_of(w, 1440);
    dead.about = (char *)abouts[i];
    assert_null(decided(&w->d, &dead).records);
  }
  MessageDelivered event = delivered_of(w, 1440);
  event.message_id = "another";
  assert_null(decided(&w->d, &event).records);
}

static void a_practitioner_reads_the_plan_and_leaves_a_trace(void **state) {
  struct world *w = *state;
  make_plan(w);
  ReadReminders command = READ_REMINDERS__INIT;
  command.appointment_id = (char *)appointment_id;
  struct change c = decided(&w->d, &command);
  assert_done(&c);
  assert_int_equal(((const ReminderPlan *)c.reply)->n_reminders, 3);
  assert_int_equal(c.version, 1);
  assert_string_equal(c.subjects->subject, "X123456");
}

static void a_plan_is_hidden_from_whom_the_record_is_closed_to(void **state) {
  struct world *w = *state;
  make_plan(w);
  static char *closed_to[] = {"N07A123"};
  ReadReminders command = READ_REMINDERS__INIT;
  command.appointment_id = (char *)appointment_id;
  w->person.restricted = closed_to;
  w->person.n_restricted = 1;
  struct change c = decided(&w->d, &command);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  command.appointment_id = "11111111-7c5e-4f0e-9d4e-0a5a3c1f2b77";
  struct change absent = decided(&w->d, &command);
  assert_refused(&absent, CODE__NOT_FOUND, NULL);
  assert_string_equal(c.problem->why, absent.problem->why);
  command.appointment_id = "not-an-id";
  c = decided(&w->d, &command);
  assert_refused(&c, CODE__INVALID, "/appointmentId");
  decision_as(&w->d, "M", MAY(MENTOR) | MAY(OPERATOR) | MAY(MANAGER));
  c = decided(&w->d, &command);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(an_appointment_gets_a_reminder_and_a_timer_per_offset),
      TEST(planning_twice_changes_nothing),
      TEST(an_offset_that_is_named_twice_gives_one_reminder),
      TEST(a_reminder_that_was_due_before_its_appointment_was_made_is_never_sent_nor_counted),
      TEST(a_reminder_that_fell_due_while_word_of_its_appointment_was_on_its_way_is_sent),
      TEST(an_appointment_in_the_past_is_not_reminded_of),
      TEST(a_reminder_goes_to_the_courier_when_it_is_due),
      TEST(a_timer_that_fires_twice_sends_once),
      TEST(a_timer_without_a_plan_or_of_a_strange_name_does_nothing),
      TEST(each_message_counts_towards_the_days_limit_and_the_next_day_starts_anew),
      TEST(in_quiet_hours_the_timer_moves_to_their_end),
      TEST(of_two_reminders_that_are_due_together_only_the_nearer_is_sent),
      TEST(what_the_records_say_at_the_moment_of_sending_stops_a_reminder),
      TEST(a_cancelled_appointment_stops_what_waits_and_calls_off_what_is_on_its_way),
      TEST(a_reschedule_stops_the_old_ones_reminders),
      TEST(a_receipt_makes_it_sent_once),
      TEST(a_dead_letter_is_not_sent_until_it_is_sent_again_after_all),
      TEST(a_message_that_was_called_off_has_the_appointment_as_its_reason),
      TEST(receipts_of_other_messages_change_nothing),
      TEST(a_practitioner_reads_the_plan_and_leaves_a_trace),
      TEST(a_plan_is_hidden_from_whom_the_record_is_closed_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
