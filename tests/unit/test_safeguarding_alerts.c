// links: safeguarding
// kinds: trust
// Alerts: every round and every state, until a named human acknowledges.
#include "safeguarding_world.h"

static struct change timer(struct story *s, int64_t at_ms) {
  s->d.m.now.ms = at_ms;
  struct change c = decided_timer(&s->d, ALERT_TIMER);
  assert_done(&c);
  decision_commit(&s->d, &c);
  return c;
}
static struct change dead(struct story *s, const DisclosureAlert *alert) {
  MessageDead *event = arena_take(&s->d.arena, sizeof *event);
  message_dead__init(event);
  event->message_id = alert->message_id;
  event->subject = alert->staff;
  event->channel = alert->channel;
  event->about = arena_printf(&s->d.arena, "disclosure/" DISCLOSURE_ID "/%u/%s/SMS", alert->round, alert->staff);
  struct change c = decided(&s->d, event);
  assert_done(&c);
  decision_commit(&s->d, &c);
  return c;
}
static void assert_to(const struct change *c, size_t n, const char *to, Channel channel) {
  const MessageRequested *message = message_at(c, n);
  assert_non_null(message);
  assert_string_equal(message->outgoing->to, to);
  assert_int_equal(message->channel, channel);
}
static const DisclosureAlerted *alerted(const struct change *c) {
  return published(c, &disclosure_alerted__descriptor);
}

static void the_lead_on_call_is_alerted_at_once_on_both_channels(void **state) {
  struct story *s = *state;
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_done(&c);
  assert_int_equal(n_messages(&c), 2);
  assert_to(&c, 0, "+447700900101", CHANNEL__SMS);
  assert_to(&c, 1, "lead@example.org", CHANNEL__EMAIL);
  assert_string_equal(message_at(&c, 0)->subject, "L01A001");
  assert_true(timer_set(&c, ALERT_TIMER) == DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_null(c.alarm);
}

static void an_alert_names_nobody_and_no_kind(void **state) {
  struct story *s = *state;
  struct change c = raised(&s->d, disclosure_of(&s->d));
  static const char *const never[] = {CRN, "child", "Child", "risk", "disclos", "boy", "mentor", "probation"};
  for (size_t i = 0; i < 2; i++) {
    const Outgoing *o = message_at(&c, i)->outgoing;
    assert_non_null(strstr(o->text, "https://alongside.example/safeguarding#lon-north/" DISCLOSURE_ID));
    for (size_t n = 0; n < sizeof never / sizeof *never; n++) {
      assert_null(strstr(o->text, never[n]));
      assert_null(strstr(o->subject, never[n]));
    }
  }
}

static void quiet_hours_do_not_hold_an_alert_back(void **state) {
  struct story *s = *state;
  s->d.m.now.ms = DECISION_NOW_MS + 16 * 60 * MINUTE_MS; // 02:00
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_int_equal(n_messages(&c), 2);
}

static void every_fifteen_minutes_one_level_higher_and_then_all_of_them(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  struct change c = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_int_equal(n_messages(&c), 2);
  assert_to(&c, 0, "+447700900102", CHANNEL__SMS);
  assert_null(c.alarm);
  c = timer(s, DECISION_NOW_MS + 30 * MINUTE_MS);
  assert_int_equal(n_messages(&c), 1);
  assert_to(&c, 0, "+447700900103", CHANNEL__SMS);
  for (int round = 4; round < 40; round++) {
    c = timer(s, DECISION_NOW_MS + (round - 1) * 15 * MINUTE_MS);
    assert_int_equal(n_messages(&c), 5);
    assert_int_equal(alerted(&c)->round, round);
    assert_true(alerted(&c)->everybody);
    assert_non_null(c.alarm);
    assert_true(timer_set(&c, ALERT_TIMER) == s->d.m.now.ms + 15 * MINUTE_MS);
    assert_int_equal(watch_now(&s->d)->n_alerts, 5);
  }
}

static void a_round_decided_twice_has_the_same_message_ids_and_the_next_has_others(void **state) {
  struct story *s = *state;
  struct change one = raised(&s->d, disclosure_of(&s->d)), again = raised(&s->d, disclosure_of(&s->d));
  assert_string_equal(message_at(&one, 0)->message_id, message_at(&again, 0)->message_id);
  assert_string_not_equal(message_at(&one, 0)->message_id, message_at(&one, 1)->message_id);
  assert_true(text_is_uuid(message_at(&one, 0)->message_id));
  given_rota(&s->d, ROTA(&s->d, "L01A001"));
  given_disclosure(&s->d, disclosure_of(&s->d));
  struct change next = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_string_equal(message_at(&next, 0)->subject, "L01A001");
  assert_string_not_equal(message_at(&next, 0)->message_id, message_at(&one, 0)->message_id);
}

static void without_a_rota_it_succeeds_loudly_and_goes_on_trying_every_minute(void **state) {
  struct story *s = *state;
  given(&s->d, &on_call_rota__descriptor, "rota", 0, NULL);
  struct change c = given_disclosure(&s->d, disclosure_of(&s->d));
  const DisclosureStatus *status = (const DisclosureStatus *)c.reply;
  assert_false(status->alerted);
  assert_string_equal(status->telephone, "+442079460000");
  assert_non_null(c.alarm);
  assert_int_equal(alerted(&c)->alerts, 0);
  assert_true(timer_set(&c, ALERT_TIMER) == DECISION_NOW_MS + MINUTE_MS);
  c = timer(s, DECISION_NOW_MS + MINUTE_MS);
  assert_non_null(c.alarm);
  given_rota(&s->d, ROTA(&s->d, "L01A001"));
  c = timer(s, DECISION_NOW_MS + 2 * MINUTE_MS);
  assert_int_equal(n_messages(&c), 2);
  assert_null(c.alarm);
  assert_true(watch_now(&s->d)->alerted);
}

static void the_areas_own_number_for_safeguarding_is_said_where_there_is_one(void **state) {
  struct story *s = *state;
  s->d.area.safeguarding_telephone = "+441632960999";
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_string_equal(((const DisclosureStatus *)c.reply)->telephone, "+441632960999");
}

static void a_level_that_cannot_be_reached_is_passed_over_at_once(void **state) {
  struct story *s = *state;
  given(&s->d, &staff__descriptor, "L01A001", 0, NULL); // the record is gone
  struct change c = given_disclosure(&s->d, disclosure_of(&s->d));
  assert_to(&c, 0, "+447700900102", CHANNEL__SMS);
  assert_int_equal(watch_now(&s->d)->level, 2);
  Staff *sealed = staff_of(&s->d, "L01A002", "", "");
  sealed->personal->seal = arena_take(&s->d.arena, sizeof(Seal));
  seal__init(sealed->personal->seal);
  given(&s->d, &staff__descriptor, "L01A002", 2, sealed);
  given(&s->d, &staff__descriptor, "H01A001", 0, NULL);
  c = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS); // nobody at all is left
  assert_int_equal(n_messages(&c), 0);
  assert_non_null(c.alarm);
  assert_false(watch_now(&s->d)->alerted);
}

static void the_channels_of_a_duty_are_kept_to(void **state) {
  struct story *s = *state;
  OnCallRota *rota = ROTA(&s->d, "L01A001");
  static Channel only[] = {CHANNEL__EMAIL};
  rota->levels[0]->duties[0]->channels = only;
  rota->levels[0]->duties[0]->n_channels = 1;
  given_rota(&s->d, rota);
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_int_equal(n_messages(&c), 1);
  assert_to(&c, 0, "lead@example.org", CHANNEL__EMAIL);
}

static void who_stands_on_two_levels_gets_one_message_in_a_round_to_all(void **state) {
  struct story *s = *state;
  given_rota(&s->d, ROTA(&s->d, "H01A001", "H01A001"));
  given_disclosure(&s->d, disclosure_of(&s->d));
  timer(s, DECISION_NOW_MS + 15 * MINUTE_MS);
  struct change c = timer(s, DECISION_NOW_MS + 30 * MINUTE_MS);
  assert_true(alerted(&c)->everybody);
  assert_int_equal(n_messages(&c), 1);
}

static void staff_who_read_welsh_are_alerted_in_welsh(void **state) {
  struct story *s = *state;
  Staff *staff = staff_of(&s->d, "L01A001", "+447700900101", "");
  staff->language = LANGUAGE__WELSH;
  given(&s->d, &staff__descriptor, "L01A001", 2, staff);
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_non_null(strstr(message_at(&c, 0)->outgoing->text, "Mewngofnodwch"));
}

static void a_dead_alert_escalates_at_once_and_its_fellow_does_not_again(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  DisclosureAlert first = *watch_now(&s->d)->alerts[0], second = *watch_now(&s->d)->alerts[1];
  s->d.m.now.ms += 2 * MINUTE_MS;
  struct change c = dead(s, &first);
  assert_to(&c, 0, "+447700900102", CHANNEL__SMS);
  assert_true(timer_set(&c, ALERT_TIMER) == s->d.m.now.ms + 15 * MINUTE_MS);
  c = dead(s, &second);
  assert_int_equal(n_messages(&c), 0);
  assert_true(watch_now(&s->d)->alerted); // level 2 is on its way
  c = dead(s, &first);
  assert_null(c.records); // told twice
}

static void once_all_levels_are_alerted_dead_alerts_start_no_round_of_their_own(void **state) {
  struct story *s = *state;
  given_rota(&s->d, ROTA(&s->d, "L01A001"));
  given_disclosure(&s->d, disclosure_of(&s->d));
  DisclosureAlert alert = *watch_now(&s->d)->alerts[0];
  struct change c = dead(s, &alert);
  assert_true(alerted(&c)->everybody);
  unsigned rounds = watch_now(&s->d)->rounds;
  for (size_t i = 0; i < watch_now(&s->d)->n_alerts; i++) {
    alert = *watch_now(&s->d)->alerts[i];
    if (alert.state == ALERT_STATE__ALERT_DEAD) continue;
    c = dead(s, &alert);
    assert_int_equal(n_messages(&c), 0);
  }
  assert_int_equal(watch_now(&s->d)->rounds, rounds);
  assert_false(watch_now(&s->d)->alerted);
  assert_non_null(c.alarm);
}

static void a_timer_that_comes_after_an_early_round_waits_for_the_next(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  DisclosureAlert alert = *watch_now(&s->d)->alerts[0];
  s->d.m.now.ms += 10 * MINUTE_MS;
  dead(s, &alert);
  struct change c = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_int_equal(n_messages(&c), 0);
  assert_true(timer_set(&c, ALERT_TIMER) == DECISION_NOW_MS + 25 * MINUTE_MS);
}

static void a_delivered_alert_is_noted_and_the_rounds_go_on(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  MessageDelivered event = MESSAGE_DELIVERED__INIT;
  event.message_id = watch_now(&s->d)->alerts[1]->message_id;
  event.about = "disclosure/" DISCLOSURE_ID "/1/L01A001/EMAIL";
  struct change c = decided(&s->d, &event);
  decision_commit(&s->d, &c);
  assert_int_equal(watch_now(&s->d)->alerts[1]->state, ALERT_STATE__ALERT_DELIVERED);
  c = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_int_equal(n_messages(&c), 2); // taken by a provider is not seen by a human
}

static void what_the_courier_says_of_other_messages_is_nothing_to_it(void **state) {
  struct story *s = *state;
  static const char *const abouts[] = {"reminder/x", "disclosure/", "disclosure/not-an-id",
                                       "disclosure/" OFFER_ID "/1/X/SMS"};
  for (size_t i = 0; i < sizeof abouts / sizeof *abouts; i++) {
    MessageDead event = MESSAGE_DEAD__INIT;
    event.about = (char *)abouts[i];
    struct change c = decided(&s->d, &event);
    assert_done(&c);
    assert_null(c.records);
  }
}

static void acknowledging_stops_the_rounds_and_calls_off_what_has_not_gone_out(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  DisclosureAlert alert = *watch_now(&s->d)->alerts[0];
  as_lead(&s->d);
  struct change c = acknowledged(&s->d);
  assert_done(&c);
  assert_int_equal(timer_set(&c, ALERT_TIMER), 0);
  assert_int_equal(n_events(&c, &message_called_off__descriptor), 2);
  decision_commit(&s->d, &c);
  c = dead(s, &alert); // as the courier says of what was called off
  assert_null(c.records);
  c = timer(s, DECISION_NOW_MS + 15 * MINUTE_MS); // was claimed already
  assert_null(c.records);
  assert_int_equal(timer_set(&c, ALERT_TIMER), -1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(the_lead_on_call_is_alerted_at_once_on_both_channels),
      STORY(an_alert_names_nobody_and_no_kind),
      STORY(quiet_hours_do_not_hold_an_alert_back),
      STORY(every_fifteen_minutes_one_level_higher_and_then_all_of_them),
      STORY(a_round_decided_twice_has_the_same_message_ids_and_the_next_has_others),
      STORY(without_a_rota_it_succeeds_loudly_and_goes_on_trying_every_minute),
      STORY(the_areas_own_number_for_safeguarding_is_said_where_there_is_one),
      STORY(a_level_that_cannot_be_reached_is_passed_over_at_once),
      STORY(the_channels_of_a_duty_are_kept_to),
      STORY(who_stands_on_two_levels_gets_one_message_in_a_round_to_all),
      STORY(staff_who_read_welsh_are_alerted_in_welsh),
      STORY(a_dead_alert_escalates_at_once_and_its_fellow_does_not_again),
      STORY(once_all_levels_are_alerted_dead_alerts_start_no_round_of_their_own),
      STORY(a_timer_that_comes_after_an_early_round_waits_for_the_next),
      STORY(a_delivered_alert_is_noted_and_the_rounds_go_on),
      STORY(what_the_courier_says_of_other_messages_is_nothing_to_it),
      STORY(acknowledging_stops_the_rounds_and_calls_off_what_has_not_gone_out),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
