// links: courier
// A delivery's life, exhaustively: every state against every message, and what goes with each step.
#include "decision.h"

#include <stdlib.h>

#include "calendar.h"
#include "courier.h"

#define SECOND INT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
static const char id[] = "5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001";
#define DELIVER "deliver/5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001"
#define FORGET "forget/5f0f2c1e-93a1-4c55-8a6e-21c7e1f0a001"
#define NOT_AFTER (DECISION_NOW_MS + 2 * HOUR)

struct world {
  struct decision d;
  MessageRequested request;
  Outgoing outgoing;
  Delivery delivery;
};

static void make_request(struct world *w) {
  message_requested__init(&w->request);
  outgoing__init(&w->outgoing);
  w->outgoing.to = "+447700900123";
  w->outgoing.text = "Reminder";
  w->request.message_id = (char *)id;
  w->request.subject = "X123456";
  w->request.channel = CHANNEL__SMS;
  w->request.outgoing = &w->outgoing;
  w->request.not_after_ms = NOT_AFTER;
  w->request.about = "reminder/x/120";
}

static int setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  decision_begin(&w->d, &courier, NULL);
  decision_as(&w->d, "C1", MAY(COORDINATOR));
  make_request(w);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  struct world *w = *state;
  decision_end(&w->d);
  free(w);
  return 0;
}

static void set_delivery(struct world *w, DeliveryState state, uint32_t attempts) {
  delivery__init(&w->delivery);
  w->delivery.request = &w->request;
  w->delivery.state = state;
  w->delivery.attempts = attempts;
  given(&w->d, &delivery__descriptor, id, 3, &w->delivery);
  if (state == DELIVERY_STATE__DEAD) given_in_index(&w->d, COURIER_DEAD_LETTERS, id);
}

static const Delivery *now_is(struct world *w) {
  return decision_record(&w->d, &delivery__descriptor, id);
}

static struct change request(struct world *w) {
  struct change c = decided(&w->d, &w->request);
  decision_commit(&w->d, &c);
  return c;
}
static struct change fire(struct world *w, const char *timer) {
  struct change c = decided_timer(&w->d, timer);
  decision_commit(&w->d, &c);
  return c;
}
static struct change attempted(struct world *w, uint32_t attempt, bool taken, bool final) {
  DeliveryAttempted outcome = DELIVERY_ATTEMPTED__INIT;
  outcome.message_id = (char *)id;
  outcome.attempt = attempt;
  outcome.taken = taken;
  outcome.final = final;
  outcome.failure = taken ? "" : "the SMS gateway answered 503";
  struct change c = decided(&w->d, &outcome);
  decision_commit(&w->d, &c);
  return c;
}
static struct change call_off(struct world *w) {
  MessageCalledOff event = MESSAGE_CALLED_OFF__INIT;
  event.message_id = (char *)id;
  struct change c = decided(&w->d, &event);
  decision_commit(&w->d, &c);
  return c;
}
static struct change retry(struct world *w) {
  RetryDelivery command = RETRY_DELIVERY__INIT;
  command.message_id = (char *)id;
  struct change c = decided(&w->d, &command);
  if (!change_refused(&c)) decision_commit(&w->d, &c);
  return c;
}

// --- every state against every message

enum {
  NONE,
  PENDING_NEW,
  PENDING_TRIED,
  PENDING_SPENT,
  DELIVERED,
  DEAD,
  CALLED_OFF,
  N_STATES
};
static void put(struct world *w, int state) {
  static const struct {
    DeliveryState state;
    uint32_t attempts;
  } as[N_STATES] = {{0, 0},
                    {DELIVERY_STATE__PENDING, 0},
                    {DELIVERY_STATE__PENDING, 3},
                    {DELIVERY_STATE__PENDING, COURIER_ATTEMPTS},
                    {DELIVERY_STATE__DELIVERED, 3},
                    {DELIVERY_STATE__DEAD, 3},
                    {DELIVERY_STATE__CALLED_OFF, 3}};
  given(&w->d, &delivery__descriptor, id, 0, NULL);
  given_out_of_index(&w->d, COURIER_DEAD_LETTERS, id);
  w->d.m.now.ms = DECISION_NOW_MS;
  if (as[state].state) set_delivery(w, as[state].state, as[state].attempts);
}

static struct change due(struct world *w) {
  return fire(w, DELIVER);
}
static struct change due_too_late(struct world *w) {
  w->d.m.now.ms = NOT_AFTER;
  return fire(w, DELIVER);
}
static uint32_t attempts_now(struct world *w) {
  return now_is(w) ? now_is(w)->attempts : 1;
}
static struct change taken(struct world *w) {
  return attempted(w, attempts_now(w), true, false);
}
static struct change taken_earlier(struct world *w) {
  return attempted(w, attempts_now(w) - 1, true, false);
}
static struct change refused(struct world *w) {
  return attempted(w, attempts_now(w), false, false);
}
static struct change refused_earlier(struct world *w) {
  return attempted(w, attempts_now(w) - 1, false, true);
}
static struct change refused_for_good(struct world *w) {
  return attempted(w, attempts_now(w), false, true);
}
static struct change forget(struct world *w) {
  return fire(w, FORGET);
}

#define NO DELIVERY_STATE__DELIVERY_STATE_UNSPECIFIED
#define PE DELIVERY_STATE__PENDING
#define DE DELIVERY_STATE__DELIVERED
#define XX DELIVERY_STATE__DEAD
#define CO DELIVERY_STATE__CALLED_OFF
static const struct {
  struct change (*happen)(struct world *w);
  DeliveryState after[N_STATES]; // by the state before
} transitions[] = {
    // none, new, tried, spent, delivered, dead, called off
    {request, {PE, PE, PE, PE, DE, XX, CO}},         {due, {NO, PE, PE, XX, DE, XX, CO}},
    {due_too_late, {NO, XX, XX, XX, DE, XX, CO}},    {taken, {NO, DE, DE, DE, DE, DE, DE}},
    {taken_earlier, {NO, DE, DE, DE, DE, DE, DE}},   {refused, {NO, PE, PE, XX, DE, XX, CO}},
    {refused_earlier, {NO, PE, PE, PE, DE, XX, CO}}, {refused_for_good, {NO, XX, XX, XX, DE, XX, CO}},
    {call_off, {NO, CO, CO, CO, DE, XX, CO}},        {forget, {NO, PE, PE, PE, DE, XX, CO}},
    {retry, {NO, PE, PE, PE, DE, PE, CO}},
};
enum {
  N_TRANSITIONS = sizeof transitions / sizeof *transitions
};

static void every_message_takes_every_state_where_it_should(void **state) {
  struct world *w = *state;
  for (int t = 0; t < N_TRANSITIONS; t++)
    for (int s = 0; s < N_STATES; s++) {
      put(w, s);
      transitions[t].happen(w);
      DeliveryState after = now_is(w) ? now_is(w)->state : NO;
      if (after != transitions[t].after[s]) fail_msg("transition %d from state %d led to %d", t, s, after);
      assert_int_equal(decision_in_index(&w->d, COURIER_DEAD_LETTERS, id), after == XX);
    }
}

static void a_step_that_alters_nothing_leaves_no_trace(void **state) {
  struct world *w = *state;
  static const int ended[] = {DELIVERED, CALLED_OFF};
  for (size_t e = 0; e < 2; e++)
    for (int t = 0; t < N_TRANSITIONS; t++) {
      put(w, ended[e]);
      if (transitions[t].after[ended[e]] != now_is(w)->state) continue;
      struct change c = transitions[t].happen(w);
      assert_null(c.records);
      assert_null(c.events);
      assert_null(c.effect);
    }
}

// Random messages in any order: what must hold always.
static void no_order_of_messages_breaks_the_rules(void **state) {
  struct world *w = *state;
  unsigned seed = 20260302;
  for (int round = 0; round < 300; round++) {
    put(w, NONE);
    unsigned delivered = 0;
    for (int step = 0; step < 25; step++) {
      struct change c = transitions[rand_r(&seed) % N_TRANSITIONS].happen(w);
      delivered += published(&c, &message_delivered__descriptor) != NULL;
      const Delivery *d = now_is(w);
      if (!d) continue;
      assert_in_range(d->attempts, 0, COURIER_ATTEMPTS);
      assert_int_equal(decision_in_index(&w->d, COURIER_DEAD_LETTERS, id), d->state == XX);
      if (d->state == DE || d->state == CO) assert_null(d->request->outgoing);
      if (d->state == PE) assert_null(d->ended_at);
      if (c.effect) assert_non_null(((const Delivery *)c.effect)->request->outgoing);
    }
    assert_in_range(delivered, 0, 1);
  }
}

// --- what goes with a step

static void a_request_is_tried_at_once(void **state) {
  struct world *w = *state;
  struct change c = request(w);
  assert_int_equal(timer_set(&c, DELIVER), DECISION_NOW_MS);
  assert_string_equal(c.records->subject, "X123456");
  assert_null(request(w).records);
}

static void an_attempt_is_counted_before_it_is_made_and_comes_again_where_no_answer_comes(void **state) {
  struct world *w = *state;
  request(w);
  struct change c = fire(w, DELIVER);
  const Delivery *effect = (const Delivery *)c.effect;
  assert_int_equal(effect->attempts, 1);
  assert_string_equal(effect->request->outgoing->to, "+447700900123");
  assert_ptr_not_equal(effect->request->outgoing, now_is(w)->request->outgoing);
  assert_true(timer_set(&c, DELIVER) > DECISION_NOW_MS + COURIER_ANSWER_MS);
  c = fire(w, DELIVER);
  assert_int_equal(((const Delivery *)c.effect)->attempts, 2);
}

static void a_delivery_publishes_its_receipt_and_drops_the_text(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__PENDING, 2);
  struct change c = attempted(w, 2, true, false);
  const MessageDelivered *event = published(&c, &message_delivered__descriptor);
  assert_string_equal(event->about, "reminder/x/120");
  assert_int_equal(event->attempts, 2);
  assert_int_equal(timer_set(&c, DELIVER), 0);
  assert_null(now_is(w)->request->outgoing);
  assert_non_null(now_is(w)->ended_at);
}

static void a_failure_waits_its_backoff_but_not_past_its_use(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__PENDING, 2);
  struct change c = attempted(w, 2, false, false);
  assert_in_range(timer_set(&c, DELIVER) - DECISION_NOW_MS, 3 * SECOND, 5 * SECOND);
  assert_string_equal(now_is(w)->last_failure, "the SMS gateway answered 503");
  set_delivery(w, DELIVERY_STATE__PENDING, 7);
  w->request.not_after_ms = DECISION_NOW_MS + MINUTE;
  c = attempted(w, 7, false, false);
  assert_int_equal(timer_set(&c, DELIVER), DECISION_NOW_MS + MINUTE);
}

static void a_dead_letter_keeps_its_text_until_it_is_of_no_use(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__PENDING, 1);
  struct change c = attempted(w, 1, false, true);
  assert_string_equal(((const MessageDead *)published(&c, &message_dead__descriptor))->failure,
                      "the SMS gateway answered 503");
  assert_int_equal(timer_set(&c, FORGET), NOT_AFTER);
  assert_non_null(now_is(w)->request->outgoing);
  w->d.m.now.ms = NOT_AFTER;
  fire(w, FORGET);
  assert_null(now_is(w)->request->outgoing);
  assert_int_equal(now_is(w)->state, DELIVERY_STATE__DEAD);
}

static void what_comes_too_late_dies_without_its_text(void **state) {
  struct world *w = *state;
  request(w);
  struct change c = due_too_late(w);
  assert_null(c.effect);
  assert_non_null(published(&c, &message_dead__descriptor));
  assert_null(now_is(w)->request->outgoing);
  assert_int_equal(timer_set(&c, FORGET), -1);
}

static void a_text_that_cannot_be_opened_is_not_sent(void **state) {
  struct world *w = *state;
  Seal seal = SEAL__INIT;
  w->outgoing.seal = &seal;
  request(w);
  struct change c = fire(w, DELIVER);
  assert_null(c.effect);
  assert_string_equal(((const MessageDead *)published(&c, &message_dead__descriptor))->failure,
                      "its text cannot be read any more");
  set_delivery(w, DELIVERY_STATE__DEAD, 1);
  c = retry(w);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void a_success_that_comes_after_all_takes_it_off_the_list(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__DEAD, 8);
  struct change c = attempted(w, 7, true, false);
  assert_non_null(published(&c, &message_delivered__descriptor));
  assert_int_equal(timer_set(&c, FORGET), 0);
  assert_string_equal(now_is(w)->last_failure, "");
}

static void calling_off_tells_who_asked(void **state) {
  struct world *w = *state;
  request(w);
  struct change c = call_off(w);
  assert_non_null(published(&c, &message_dead__descriptor));
  assert_int_equal(timer_set(&c, DELIVER), 0);
  assert_null(now_is(w)->request->outgoing);
}

static void waits_grow_to_an_hour_and_differ_by_chance(void **state) {
  (void)state;
  static const int64_t seconds[] = {1, 4, 15, 60, 300, 900, 3600, 3600};
  uint8_t least[64] = {0}, most[64] = {255, 255};
  for (uint32_t attempt = 1; attempt <= 8; attempt++) {
    assert_int_equal(backoff_ms(attempt, least), seconds[attempt - 1] * 750);
    assert_int_equal(backoff_ms(attempt, most), seconds[attempt - 1] * 1250);
  }
  assert_int_equal(backoff_ms(0, least), 750);
}

// --- the list of dead letters

static char *make_dead(struct world *w, int n) {
  char *key = arena_printf(&w->d.arena, "5f0f2c1e-93a1-4c55-8a6e-%012d", n);
  Delivery *d = delivery_copy(&w->d.arena, &w->delivery);
  d->request->message_id = key;
  given(&w->d, &delivery__descriptor, key, 1, d);
  given_in_index(&w->d, COURIER_DEAD_LETTERS, key);
  return key;
}

static void dead_letters_are_listed_by_page_without_address_or_text(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__DEAD, 8);
  given_out_of_index(&w->d, COURIER_DEAD_LETTERS, id);
  for (int i = 0; i < 5; i++) make_dead(w, i);
  ListDeadLetters command = LIST_DEAD_LETTERS__INIT;
  command.limit = 3;
  struct change c = decided(&w->d, &command);
  const DeadLetters *reply = (const DeadLetters *)c.reply;
  assert_int_equal(reply->n_deliveries, 3);
  for (size_t i = 0; i < reply->n_deliveries; i++) {
    assert_null(reply->deliveries[i]->request->outgoing);
    assert_string_equal(reply->deliveries[i]->request->subject, "X123456");
  }
  assert_string_equal(c.subjects->subject, "X123456");
  command.after = reply->next;
  reply = (const DeadLetters *)decided(&w->d, &command).reply;
  assert_int_equal(reply->n_deliveries, 2);
  assert_string_equal(reply->next, "");
}

static void an_operator_does_not_see_whose_messages_they_are(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__DEAD, 8);
  decision_as(&w->d, "O1", MAY(OPERATOR));
  ListDeadLetters command = LIST_DEAD_LETTERS__INIT;
  struct change c = decided(&w->d, &command);
  assert_string_equal(((const DeadLetters *)c.reply)->deliveries[0]->request->subject, "");
  command.limit = COURIER_PAGE_MOST + 1;
  c = decided(&w->d, &command);
  assert_refused(&c, CODE__INVALID, "/limit");
  decision_as(&w->d, "P1", MAY(PRACTITIONER) | MAY(MENTOR));
  c = decided(&w->d, &command);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_dead_letter_is_sent_again_with_all_its_attempts(void **state) {
  struct world *w = *state;
  set_delivery(w, DELIVERY_STATE__DEAD, 8);
  struct change c = retry(w);
  assert_done(&c);
  assert_int_equal(timer_set(&c, DELIVER), DECISION_NOW_MS);
  assert_int_equal(timer_set(&c, FORGET), 0);
  assert_int_equal(now_is(w)->attempts, 0);
  assert_int_equal(c.version, 4);
  assert_null(((const Delivery *)c.reply)->request->outgoing);
  assert_non_null(now_is(w)->request->outgoing);
  c = retry(w);
  assert_done(&c);
  assert_null(c.records);
}

static void what_cannot_be_sent_again_is_refused(void **state) {
  struct world *w = *state;
  struct change c = retry(w);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  set_delivery(w, DELIVERY_STATE__DELIVERED, 1);
  c = retry(w);
  assert_refused(&c, CODE__CONFLICT, NULL);
  set_delivery(w, DELIVERY_STATE__DEAD, 8);
  w->d.m.now.ms = NOT_AFTER;
  c = retry(w);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  w->d.m.now.ms = DECISION_NOW_MS;
  w->request.outgoing = NULL;
  c = retry(w);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  RetryDelivery command = RETRY_DELIVERY__INIT;
  command.message_id = "not-an-id";
  c = decided(&w->d, &command);
  assert_refused(&c, CODE__INVALID, "/messageId");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_message_takes_every_state_where_it_should),
      TEST(a_step_that_alters_nothing_leaves_no_trace),
      TEST(no_order_of_messages_breaks_the_rules),
      TEST(a_request_is_tried_at_once),
      TEST(an_attempt_is_counted_before_it_is_made_and_comes_again_where_no_answer_comes),
      TEST(a_delivery_publishes_its_receipt_and_drops_the_text),
      TEST(a_failure_waits_its_backoff_but_not_past_its_use),
      TEST(a_dead_letter_keeps_its_text_until_it_is_of_no_use),
      TEST(what_comes_too_late_dies_without_its_text),
      TEST(a_text_that_cannot_be_opened_is_not_sent),
      TEST(a_success_that_comes_after_all_takes_it_off_the_list),
      TEST(calling_off_tells_who_asked),
      cmocka_unit_test(waits_grow_to_an_hour_and_differ_by_chance),
      TEST(dead_letters_are_listed_by_page_without_address_or_text),
      TEST(an_operator_does_not_see_whose_messages_they_are),
      TEST(a_dead_letter_is_sent_again_with_all_its_attempts),
      TEST(what_cannot_be_sent_again_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
