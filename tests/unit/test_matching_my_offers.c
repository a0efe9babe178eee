// links: matching
// A mentor's list of open offers: which stand in it, in which order, and that it names nobody.
#include "matching_world.h"

static const MyOffers *listed(struct story *s, unsigned mentor) {
  ListMyOffers *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_offers__init(cmd);
  as_mentor(&s->d, mentor, NULL);
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  return (const MyOffers *)c.reply;
}

static void commit(struct story *s, const void *cmd) {
  struct change c = decided(&s->d, cmd);
  assert_done(&c);
  decision_commit(&s->d, &c);
}

static int two_offers(void **state) {
  story_begin(state);
  struct story *s = *state;
  given_person(&s->d, person_of(&s->d, OTHER_CRN));
  given_offer(&s->d, OTHER_OFFER_ID, OTHER_CRN, 1);
  s->d.m.now.ms += 60000;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  return 0;
}
#define TWO_OFFERS(test) cmocka_unit_test_setup_teardown(test, two_offers, story_end)

static void the_list_has_the_open_offers_those_that_end_first_in_front(void **state) {
  struct story *s = *state;
  const MyOffers *list = listed(s, 1);
  assert_int_equal(list->n_offers, 2);
  assert_string_equal(list->offers[0]->id, OTHER_OFFER_ID);
  assert_string_equal(list->offers[1]->id, OFFER_ID);
  assert_string_equal(list->offers[0]->places[0], "Tottenham");
}

static void it_names_nobody(void **state) {
  struct story *s = *state;
  uint8_t bytes[2048];
  size_t n = protobuf_c_message_pack(&listed(s, 1)->base, bytes);
  assert_null(memmem(bytes, n, CRN, strlen(CRN)));
  assert_null(memmem(bytes, n, OTHER_CRN, strlen(OTHER_CRN)));
}

static void another_mentor_has_a_list_of_their_own(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  assert_int_equal(listed(s, 2)->n_offers, 0);
}

static void an_answered_and_a_withdrawn_offer_leave_the_list(void **state) {
  struct story *s = *state;
  AcceptOffer accept = ACCEPT_OFFER__INIT;
  accept.id = OFFER_ID;
  as_mentor(&s->d, 1, OFFER_ID);
  commit(s, &accept);
  assert_int_equal(listed(s, 1)->n_offers, 1);
  WithdrawOffer withdraw = WITHDRAW_OFFER__INIT;
  withdraw.id = OTHER_OFFER_ID;
  as_coordinator(&s->d);
  commit(s, &withdraw);
  assert_int_equal(listed(s, 1)->n_offers, 0);
}

// What is not open any more is not even looked at: the list stays as short as what it shows.
static void what_left_the_list_has_left_its_index(void **state) {
  struct story *s = *state;
  const Offer *offer = decision_record(&s->d, &offer__descriptor, OFFER_ID);
  const char *index = arena_printf(&s->d.arena, "offers-to/%s", mentor_id(&s->d, 1));
  const char *member = arena_printf(&s->d.arena, "%013lld/%s", (long long)timestamp_ms(offer->expires_at), OFFER_ID);
  assert_true(decision_in_index(&s->d, index, member));
  AcceptOffer accept = ACCEPT_OFFER__INIT;
  accept.id = OFFER_ID;
  as_mentor(&s->d, 1, NULL);
  commit(s, &accept);
  assert_false(decision_in_index(&s->d, index, member));
}

static void an_offer_whose_time_is_over_is_not_listed_even_before_its_timer(void **state) {
  struct story *s = *state;
  const Offer *other = decision_record(&s->d, &offer__descriptor, OTHER_OFFER_ID);
  s->d.m.now.ms = timestamp_ms(other->expires_at);
  const MyOffers *list = listed(s, 1);
  assert_int_equal(list->n_offers, 1);
  assert_string_equal(list->offers[0]->id, OFFER_ID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      TWO_OFFERS(the_list_has_the_open_offers_those_that_end_first_in_front),
      TWO_OFFERS(it_names_nobody),
      TWO_OFFERS(another_mentor_has_a_list_of_their_own),
      TWO_OFFERS(an_answered_and_a_withdrawn_offer_leave_the_list),
      TWO_OFFERS(what_left_the_list_has_left_its_index),
      TWO_OFFERS(an_offer_whose_time_is_over_is_not_listed_even_before_its_timer),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
