// links: reminders
// The gate: every reason, their order, the choice of channel, and quiet hours by a clock that changes.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "calendar.h"
#include "gate.h"

#define MINUTE INT64_C(60000)
#define HOUR (60 * MINUTE)
#define NOON INT64_C(1772452800000) // Monday 2 March 2026, 12:00 UTC

// Nothing speaks against this reminder, two hours before the start.
static struct gate_facts clear_facts(void) {
  struct gate_facts f = {
      .now_ms = NOON,
      .starts_at_ms = NOON + 2 * HOUR,
      .appointment = APPOINTMENT_STATE__PLANNED,
      .engagement_open = true,
      .whereabouts = WHEREABOUTS__COMMUNITY,
      .preferred = CHANNEL__SMS,
      .most_per_day = 3,
  };
  f.channels[CHANNEL__SMS] = (struct gate_channel){ANSWER__YES, true};
  f.channels[CHANNEL__EMAIL] = (struct gate_channel){ANSWER__YES, true};
  return f;
}

static void cancel(struct gate_facts *f) {
  f->appointment = APPOINTMENT_STATE__CANCELLED;
}
static void lose(struct gate_facts *f) {
  f->appointment = APPOINTMENT_STATE__APPOINTMENT_STATE_UNSPECIFIED;
}
static void supersede(struct gate_facts *f) {
  f->appointment = APPOINTMENT_STATE__SUPERSEDED;
}
static void hold(struct gate_facts *f) {
  f->appointment = APPOINTMENT_STATE__HELD;
}
static void let_begin(struct gate_facts *f) {
  f->starts_at_ms = f->now_ms;
}
static void close_engagement(struct gate_facts *f) {
  f->engagement_open = false;
}
static void take_in(struct gate_facts *f) {
  f->whereabouts = WHEREABOUTS__CUSTODY;
}
static void let_go(struct gate_facts *f) {
  f->whereabouts = WHEREABOUTS__AT_LARGE;
}
static void lose_track(struct gate_facts *f) {
  f->whereabouts = WHEREABOUTS__WHEREABOUTS_UNKNOWN;
}
static void instruct(struct gate_facts *f) {
  f->safe_contact = true;
}
static void never_ask(struct gate_facts *f) {
  f->channels[CHANNEL__SMS].consent = f->channels[CHANNEL__EMAIL].consent = ANSWER__UNKNOWN;
}
static void opt_out(struct gate_facts *f) {
  f->channels[CHANNEL__SMS].consent = f->channels[CHANNEL__EMAIL].consent = ANSWER__NO;
}
static void lose_addresses(struct gate_facts *f) {
  f->channels[CHANNEL__SMS].address_valid = f->channels[CHANNEL__EMAIL].address_valid = false;
}
static void send_three(struct gate_facts *f) {
  f->sent_today = 3;
}
static void fall_silent(struct gate_facts *f) {
  f->quiet_until_ms = f->starts_at_ms - 29 * MINUTE;
}
static void come_late(struct gate_facts *f) {
  f->starts_at_ms = f->now_ms + 14 * MINUTE;
}
static void come_with_nearer(struct gate_facts *f) {
  f->nearer_due = true;
}

// In the order in which the gate checks.
static const struct obstacle {
  void (*put)(struct gate_facts *f);
  NotSent reason;
} obstacles[] = {
    {cancel, NOT_SENT__APPOINTMENT_CANCELLED},
    {lose, NOT_SENT__APPOINTMENT_CANCELLED},
    {supersede, NOT_SENT__APPOINTMENT_SUPERSEDED},
    {hold, NOT_SENT__APPOINTMENT_OVER},
    {let_begin, NOT_SENT__APPOINTMENT_OVER},
    {close_engagement, NOT_SENT__ENGAGEMENT_CLOSED},
    {take_in, NOT_SENT__IN_CUSTODY},
    {let_go, NOT_SENT__PERSON_AT_LARGE},
    {lose_track, NOT_SENT__WHEREABOUTS_NOT_KNOWN},
    {instruct, NOT_SENT__SAFE_CONTACT_INSTRUCTION},
    {never_ask, NOT_SENT__NO_CONSENT},
    {opt_out, NOT_SENT__OPTED_OUT},
    {lose_addresses, NOT_SENT__NO_VALID_ADDRESS},
    {send_three, NOT_SENT__DAILY_LIMIT},
    {fall_silent, NOT_SENT__QUIET_HOURS},
    {come_late, NOT_SENT__TOO_LATE},
    {come_with_nearer, NOT_SENT__TOO_LATE},
};
enum {
  N_OBSTACLES = sizeof obstacles / sizeof *obstacles
};

static void a_reminder_that_nothing_speaks_against_goes_by_text(void **state) {
  (void)state;
  struct gate_facts f = clear_facts();
  struct gate_verdict v = gate(&f);
  assert_int_equal(v.reason, NOT_SENT__NOT_SENT_UNSPECIFIED);
  assert_int_equal(v.channel, CHANNEL__SMS);
  assert_int_equal(v.wait_until_ms, 0);
}

static void each_obstacle_stops_it_with_its_own_reason(void **state) {
  (void)state;
  for (size_t i = 0; i < N_OBSTACLES; i++) {
    struct gate_facts f = clear_facts();
    obstacles[i].put(&f);
    struct gate_verdict v = gate(&f);
    assert_int_equal(v.reason, obstacles[i].reason);
    assert_int_equal(v.channel, CHANNEL__CHANNEL_UNSPECIFIED);
  }
}

// Obstacles of which one undoes the other (two states of one appointment) are left out.
static void of_two_obstacles_the_first_in_order_is_the_reason(void **state) {
  (void)state;
  for (size_t i = 0; i < N_OBSTACLES; i++)
    for (size_t k = i + 1; k < N_OBSTACLES; k++) {
      struct gate_facts f = clear_facts();
      obstacles[k].put(&f);
      obstacles[i].put(&f);
      if (obstacles[i].put == let_begin && obstacles[k].put == come_late) continue;
      if (obstacles[i].put == fall_silent && obstacles[k].put == come_late) continue;
      NotSent reason = gate(&f).reason;
      if (reason != obstacles[i].reason) print_message("%zu before %zu gave %d\n", i, k, reason);
      assert_int_equal(reason, obstacles[i].reason);
    }
}

static void every_reason_of_the_gate_is_walked(void **state) {
  (void)state;
  for (unsigned reason = 1; reason < NOT_SENT__DELIVERY_FAILED; reason++) {
    bool walked = false;
    for (size_t i = 0; i < N_OBSTACLES; i++) walked |= obstacles[i].reason == reason;
    assert_true(walked);
  }
}

static void the_other_channel_stands_in_for_the_preferred_one(void **state) {
  (void)state;
  static const struct {
    Channel preferred;
    struct gate_channel sms, email;
    Channel chosen;
    NotSent reason;
  } cases[] = {
      {CHANNEL__SMS, {ANSWER__YES, true}, {ANSWER__YES, true}, CHANNEL__SMS, 0},
      {CHANNEL__EMAIL, {ANSWER__YES, true}, {ANSWER__YES, true}, CHANNEL__EMAIL, 0},
      {CHANNEL__CHANNEL_UNSPECIFIED, {ANSWER__YES, true}, {ANSWER__YES, true}, CHANNEL__SMS, 0},
      {CHANNEL__SMS, {ANSWER__NO, true}, {ANSWER__YES, true}, CHANNEL__EMAIL, 0},
      {CHANNEL__SMS, {ANSWER__YES, false}, {ANSWER__YES, true}, CHANNEL__EMAIL, 0},
      {CHANNEL__EMAIL, {ANSWER__YES, true}, {ANSWER__UNKNOWN, true}, CHANNEL__SMS, 0},
      {CHANNEL__SMS, {ANSWER__NO, true}, {ANSWER__UNKNOWN, true}, 0, NOT_SENT__OPTED_OUT},
      {CHANNEL__EMAIL, {ANSWER__NO, true}, {ANSWER__UNKNOWN, true}, 0, NOT_SENT__NO_CONSENT},
      {CHANNEL__SMS, {ANSWER__YES, false}, {ANSWER__NO, true}, 0, NOT_SENT__NO_VALID_ADDRESS},
      {CHANNEL__SMS, {ANSWER__UNKNOWN, false}, {ANSWER__YES, false}, 0, NOT_SENT__NO_CONSENT},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct gate_facts f = clear_facts();
    f.preferred = cases[i].preferred;
    f.channels[CHANNEL__SMS] = cases[i].sms;
    f.channels[CHANNEL__EMAIL] = cases[i].email;
    assert_int_equal(gate(&f).channel, cases[i].chosen);
    assert_int_equal(gate(&f).reason, cases[i].reason);
  }
}

static void quiet_hours_that_end_half_an_hour_before_the_start_are_waited_out(void **state) {
  (void)state;
  struct gate_facts f = clear_facts();
  f.quiet_until_ms = f.starts_at_ms - 30 * MINUTE;
  assert_int_equal(gate(&f).wait_until_ms, f.quiet_until_ms);
  f.quiet_until_ms += MINUTE;
  assert_int_equal(gate(&f).wait_until_ms, 0);
  assert_int_equal(gate(&f).reason, NOT_SENT__QUIET_HOURS);
}

static void a_reminder_that_waits_for_the_morning_does_not_count_on_this_day(void **state) {
  (void)state;
  struct gate_facts f = clear_facts();
  f.sent_today = 3;
  f.quiet_until_ms = f.now_ms + HOUR;
  assert_int_equal(gate(&f).wait_until_ms, f.quiet_until_ms);
}

static void fifteen_minutes_before_the_start_is_not_too_late(void **state) {
  (void)state;
  struct gate_facts f = clear_facts();
  f.starts_at_ms = f.now_ms + 15 * MINUTE;
  assert_int_equal(gate(&f).channel, CHANNEL__SMS);
}

// --- quiet hours

static Area area(const char *from, const char *until) {
  Area a = AREA__INIT;
  a.time_zone = "Europe/London";
  a.quiet_from = (char *)from;
  a.quiet_until = (char *)until;
  return a;
}

// Midnight UTC of the day before each change of the clocks in 2026, and of an ordinary day in winter and in summer.
#define WINTER INT64_C(1768435200000)     // 15 January
#define SPRING_EVE INT64_C(1774656000000) // 28 March; on the 29th 01:00 becomes 02:00
#define SUMMER INT64_C(1784073600000)     // 15 July
#define AUTUMN_EVE INT64_C(1792800000000) // 24 October; on the 25th 02:00 becomes 01:00

static void quiet_hours_go_by_local_time_also_when_the_clocks_change(void **state) {
  (void)state;
  const Area nights = area("21:00", "08:00");
  static const struct {
    int64_t day;
    int hours_utc; // after that midnight
    int until_utc; // 0: not quiet
  } cases[] = {
      {WINTER, 20, 0},
      {WINTER, 21, 32},
      {WINTER, 24 + 7, 24 + 8},
      {WINTER, 24 + 8, 0},
      {SUMMER, 19, 0},
      {SUMMER, 20, 31},
      {SUMMER, 24 + 6, 24 + 7},
      {SUMMER, 24 + 7, 0},
      // The night to summer time: quiet from 21:00 GMT until 08:00 BST, which is 07:00 UTC.
      {SPRING_EVE, 20, 0},
      {SPRING_EVE, 21, 31},
      {SPRING_EVE, 24 + 1, 31},
      {SPRING_EVE, 24 + 7, 0},
      // The night back: from 21:00 BST, 20:00 UTC, until 08:00 GMT.
      {AUTUMN_EVE, 19, 0},
      {AUTUMN_EVE, 20, 32},
      {AUTUMN_EVE, 24 + 1, 32},
      {AUTUMN_EVE, 24 + 8, 0},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    int64_t now = cases[i].day + cases[i].hours_utc * HOUR;
    int64_t until = cases[i].until_utc ? cases[i].day + cases[i].until_utc * HOUR : 0;
    assert_int_equal(gate_quiet_until(&nights, now), until);
  }
}

static void a_boundary_of_quiet_hours_that_the_clock_skips_is_passed_at_once(void **state) {
  (void)state;
  const Area early = area("00:30", "01:30"); // 01:30 does not exist on 29 March 2026
  int64_t until = gate_quiet_until(&early, SPRING_EVE + 24 * HOUR + 45 * MINUTE);
  assert_true(until >= SPRING_EVE + 25 * HOUR);
  assert_int_equal(gate_quiet_until(&early, SPRING_EVE + 25 * HOUR), 0);
}

static void quiet_hours_may_lie_within_a_day_or_be_none(void **state) {
  (void)state;
  const Area siesta = area("12:00", "14:00"), none = area("08:00", "08:00"), unset = area("", "");
  assert_int_equal(gate_quiet_until(&siesta, NOON), NOON + 2 * HOUR);
  assert_int_equal(gate_quiet_until(&siesta, NOON + 2 * HOUR), 0);
  assert_int_equal(gate_quiet_until(&siesta, NOON - MINUTE), 0);
  assert_int_equal(gate_quiet_until(&none, NOON), 0);
  assert_int_equal(gate_quiet_until(&unset, NOON), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_reminder_that_nothing_speaks_against_goes_by_text),
      cmocka_unit_test(each_obstacle_stops_it_with_its_own_reason),
      cmocka_unit_test(of_two_obstacles_the_first_in_order_is_the_reason),
      cmocka_unit_test(every_reason_of_the_gate_is_walked),
      cmocka_unit_test(the_other_channel_stands_in_for_the_preferred_one),
      cmocka_unit_test(quiet_hours_that_end_half_an_hour_before_the_start_are_waited_out),
      cmocka_unit_test(a_reminder_that_waits_for_the_morning_does_not_count_on_this_day),
      cmocka_unit_test(fifteen_minutes_before_the_start_is_not_too_late),
      cmocka_unit_test(quiet_hours_go_by_local_time_also_when_the_clocks_change),
      cmocka_unit_test(a_boundary_of_quiet_hours_that_the_clock_skips_is_passed_at_once),
      cmocka_unit_test(quiet_hours_may_lie_within_a_day_or_be_none),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
