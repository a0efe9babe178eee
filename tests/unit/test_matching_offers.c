// links: matching
// Offers and matches: from the coordinator's offer over the mentor's answer to the end of the match.
#include "courier.pb-c.h"
#include "matching_world.h"
#include <sodium.h>

#define TIMER "offer/" OFFER_ID
#define HOUR_MS (INT64_C(3600) * 1000)

static struct change viewed(struct decision *d, const char *id) {
  ViewOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  view_offer__init(cmd);
  cmd->id = (char *)id;
  return decided(d, cmd);
}
static struct change accepted(struct decision *d, const char *id) {
  AcceptOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  accept_offer__init(cmd);
  cmd->id = (char *)id;
  return decided(d, cmd);
}
static struct change declined(struct decision *d, const char *id, const char *why) {
  DeclineOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  decline_offer__init(cmd);
  cmd->id = (char *)id;
  cmd->why = (char *)why;
  return decided(d, cmd);
}
static struct change withdrawn(struct decision *d, const char *id) {
  WithdrawOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  withdraw_offer__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "the person has moved";
  return decided(d, cmd);
}
static struct change ended(struct decision *d, const char *id) {
  EndMatch *cmd = arena_take(&d->arena, sizeof *cmd);
  end_match__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "the order has ended";
  return decided(d, cmd);
}
static struct change read_offer(struct decision *d, const char *id) {
  ReadOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  read_offer__init(cmd);
  cmd->id = (char *)id;
  return decided(d, cmd);
}
static const Offer *offer_now(struct decision *d, const char *id) {
  return decision_record(d, &offer__descriptor, id);
}
static const Mentor *mentor_now(struct decision *d, unsigned n) {
  return decision_record(d, &mentor__descriptor, mentor_id(d, n));
}
static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}
// The person was offered to mentor 1, who has accepted.
static void given_match(struct decision *d) {
  given_offer(d, OFFER_ID, CRN, 1);
  as_mentor(d, 1, OFFER_ID);
  commit(d, accepted(d, OFFER_ID));
  as_coordinator(d);
}

static void an_offer_is_kept_with_who_decided_and_on_which_explanation(void **state) {
  struct story *s = *state;
  struct change c = offered(&s->d, OFFER_ID, "x123456", 1);
  assert_done(&c);
  const Offer *offer = written(&c, &offer__descriptor, OFFER_ID);
  assert_int_equal(offer->state, OFFER_STATE__OFFERED);
  assert_string_equal(offer->crn, CRN);
  assert_string_equal(offer->offered_by, "C01");
  assert_true(offer->n_reasons > 0);
  int sum = 0;
  for (size_t i = 0; i < offer->n_reasons; i++) sum += offer->reasons[i]->points;
  assert_int_equal(sum, offer->score);
  assert_true(c.created);
  assert_int_equal(c.version, 1);
  const OfferMade *event = published(&c, &offer_made__descriptor);
  assert_string_equal(event->mentor_id, s->mentor->id);
  assert_int_equal(event->at_ms, DECISION_NOW_MS);
}

static void the_time_to_answer_is_the_areas(void **state) {
  struct story *s = *state;
  s->d.area.offer_hours = 24;
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  assert_int_equal(timer_set(&c, TIMER), DECISION_NOW_MS + 24 * HOUR_MS);
  s->d.area.offer_hours = 0;
  c = offered(&s->d, OFFER_ID, CRN, 1);
  assert_int_equal(timer_set(&c, TIMER), DECISION_NOW_MS + 48 * HOUR_MS);
  const Offer *offer = written(&c, &offer__descriptor, OFFER_ID);
  assert_int_equal(timestamp_ms(offer->expires_at), DECISION_NOW_MS + 48 * HOUR_MS);
}

static void the_notice_holds_a_link_and_no_name(void **state) {
  struct story *s = *state;
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  const MessageRequested *notice = published(&c, &message_requested__descriptor);
  assert_non_null(notice);
  assert_string_equal(notice->subject, s->mentor->id);
  assert_string_equal(notice->outgoing->to, "+447700900123");
  assert_string_equal(notice->about, TIMER);
  assert_int_equal(notice->not_after_ms, DECISION_NOW_MS + 48 * HOUR_MS);
  assert_true(text_is_uuid(notice->message_id));
  const char *text = notice->outgoing->text;
  assert_non_null(strstr(text, "https://alongside.example/offer#lon-north/" OFFER_ID "/"));
  assert_non_null(strstr(text, "10:00, 04/03"));
  assert_null(strstr(text, CRN));
  assert_null(strstr(text, "Siân"));
  assert_null(strchr(text, '{'));
}

static void the_notice_is_in_the_mentors_language_and_goes_by_their_channel(void **state) {
  struct story *s = *state;
  s->mentor->language = LANGUAGE__WELSH;
  s->mentor->channel = CHANNEL__EMAIL;
  s->mentor->personal->email = "sian@example.org";
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  const MessageRequested *notice = published(&c, &message_requested__descriptor);
  assert_int_equal(notice->channel, CHANNEL__EMAIL);
  assert_string_equal(notice->outgoing->to, "sian@example.org");
  assert_string_equal(notice->outgoing->subject, "Mae gennych gais newydd");
  assert_int_equal(strncmp(notice->outgoing->text, "Atebwch erbyn", 13), 0);
}

// What the gateway does with the link's secret leads to the token that was written.
static void the_links_secret_opens_this_offer_and_nothing_else(void **state) {
  struct story *s = *state;
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  const MessageRequested *notice = published(&c, &message_requested__descriptor);
  const char *secret = strrchr(notice->outgoing->text, '/') + 1;
  assert_int_equal(strlen(secret), 43);
  uint8_t bytes[32], hash[32];
  size_t n;
  assert_int_equal(sodium_base642bin(bytes, 32, secret, 43, NULL, &n, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING),
                   0);
  assert_int_equal(n, 32);
  crypto_generichash(hash, sizeof hash, bytes, sizeof bytes, NULL, 0);
  char id[65];
  text_hex(hash, sizeof hash, id);
  const Token *token = written(&c, &token__descriptor, id);
  assert_non_null(token);
  assert_string_equal(token->actor, s->mentor->id);
  assert_int_equal(token->n_roles, 1);
  assert_int_equal(token->roles[0], ROLE__MENTOR);
  assert_string_equal(token->areas[0], "lon-north");
  assert_string_equal(token->only, "Offer/" OFFER_ID);
  assert_int_equal(token->expires_at_ms, DECISION_NOW_MS + 48 * HOUR_MS);
}

// The message's id is there for all to read: it must tell nothing about the secret.
static void the_secret_and_the_messages_id_share_no_randomness(void **state) {
  struct story *s = *state;
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  const MessageRequested *one = published(&c, &message_requested__descriptor);
  memset(s->d.m.now.random, 9, 32);
  c = offered(&s->d, OFFER_ID, CRN, 1);
  const MessageRequested *other = published(&c, &message_requested__descriptor);
  assert_string_equal(one->message_id, other->message_id);
  assert_string_not_equal(one->outgoing->text, other->outgoing->text);
}

static void the_same_offer_twice_is_one_offer_and_one_notice(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.events);
  assert_null(c.records);
  given_mentor(&s->d, mentor_of(&s->d, 2));
  c = offered(&s->d, OFFER_ID, CRN, 2);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void a_person_has_one_offer_at_a_time(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_refused(&c, CODE__CONFLICT, "/crn");
}

// Both decisions are right by what they have read; both write the record that stands for the person, so that the commit
// lets only one of them pass.
static void two_offers_at_once_write_the_same_record(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  struct change one = offered(&s->d, OFFER_ID, CRN, 1), other = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_non_null(written(&one, &persons_offer__descriptor, CRN));
  assert_non_null(written(&other, &persons_offer__descriptor, CRN));
}

static void who_has_a_mentor_is_not_offered_until_the_match_has_ended(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_match(&s->d);
  struct change c = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_refused(&c, CODE__CONFLICT, "/crn");
  commit(&s->d, ended(&s->d, OFFER_ID));
  c = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_done(&c);
}

static void the_rules_are_asked_again_when_an_offer_is_made(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = 3;
  struct change c = offered(&s->d, OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void an_offer_needs_a_person_who_asked_and_a_mentor(void **state) {
  struct story *s = *state;
  struct change c = offered(&s->d, OFFER_ID, OTHER_CRN, 1);
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  c = offered(&s->d, OFFER_ID, CRN, 9);
  assert_refused(&c, CODE__NOT_FOUND, "/mentorId");
  s->person->mentoring->wanted = false;
  c = offered(&s->d, OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/crn");
  c = offered(&s->d, "1", "2", 1);
  assert_refused(&c, CODE__INVALID, "/id");
  assert_refused(&c, CODE__INVALID, "/crn");
}

static void only_a_coordinator_who_may_know_of_the_person_offers(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person, restricted, "C01");
  struct change c = offered(d, OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  s->person->n_restricted = 0;
  given_offer(d, OFFER_ID, CRN, 1);
  s->person->n_restricted = 1;
  c = read_offer(d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void an_accepted_offer_takes_a_place(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  struct change c = accepted(&s->d, OFFER_ID);
  assert_done(&c);
  assert_int_equal(timer_set(&c, TIMER), 0);
  const OfferAnswered *event = published(&c, &offer_answered__descriptor);
  assert_int_equal(event->state, OFFER_STATE__ACCEPTED);
  assert_int_equal(event->offered_at_ms, DECISION_NOW_MS);
  assert_int_equal(((const OfferView *)c.reply)->state, OFFER_STATE__ACCEPTED);
  assert_int_equal(c.version, 2);
  decision_commit(&s->d, &c);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 1);
  assert_int_equal(offer_now(&s->d, OFFER_ID)->state, OFFER_STATE__ACCEPTED);
}

static void accepting_twice_takes_one_place(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  as_mentor(&s->d, 1, OFFER_ID);
  struct change c = accepted(&s->d, OFFER_ID);
  assert_done(&c);
  assert_null(c.records);
  assert_null(c.events);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 1);
}

static void two_acceptances_do_not_pass_the_capacity(void **state) {
  struct story *s = *state;
  s->mentor->capacity = 1;
  given_person(&s->d, person_of(&s->d, OTHER_CRN));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  given_offer(&s->d, OTHER_OFFER_ID, OTHER_CRN, 1);
  as_mentor(&s->d, 1, NULL);
  struct change first = accepted(&s->d, OFFER_ID), race = accepted(&s->d, OTHER_OFFER_ID);
  // Decided at once, both write the mentor's record, and the commit lets one pass; decided afterwards, it is refused.
  assert_non_null(written(&first, &mentor__descriptor, s->mentor->id));
  assert_non_null(written(&race, &mentor__descriptor, s->mentor->id));
  decision_commit(&s->d, &first);
  struct change second = accepted(&s->d, OTHER_OFFER_ID);
  assert_refused(&second, CODE__REFUSED_BY_RULE, NULL);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 1);
}

static void a_conflict_that_came_to_light_stops_the_acceptance_without_saying_so(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_offer(d, OFFER_ID, CRN, 1);
  LIST(s->person->mentoring, not_with, s->mentor->id);
  as_mentor(d, 1, OFFER_ID);
  struct change c = accepted(d, OFFER_ID);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  assert_null(strstr(c.problem->why, "must not meet"));
  s->person->mentoring->n_not_with = 0;
  s->person->mentoring->wanted = false;
  c = accepted(d, OFFER_ID);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void an_offer_past_its_time_can_not_be_answered_even_before_the_timer_comes(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  s->d.m.now.ms = DECISION_NOW_MS + 48 * HOUR_MS - 1;
  struct change c = accepted(&s->d, OFFER_ID);
  assert_done(&c);
  s->d.m.now.ms++;
  c = accepted(&s->d, OFFER_ID);
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = declined(&s->d, OFFER_ID, "");
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = viewed(&s->d, OFFER_ID);
  assert_int_equal(((const OfferView *)c.reply)->state, OFFER_STATE__EXPIRED);
}

static void a_link_opens_its_own_offer_only(void **state) {
  struct story *s = *state;
  given_person(&s->d, person_of(&s->d, OTHER_CRN));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  given_offer(&s->d, OTHER_OFFER_ID, OTHER_CRN, 1);
  as_mentor(&s->d, 1, OTHER_OFFER_ID);
  struct change c = viewed(&s->d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = accepted(&s->d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = declined(&s->d, OFFER_ID, "");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = viewed(&s->d, OTHER_OFFER_ID);
  assert_done(&c);
}

static void a_mentor_sees_nobody_elses_offer(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 2, NULL);
  struct change c = viewed(&s->d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = accepted(&s->d, "nonsense");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_coordinator(&s->d);
  c = accepted(&s->d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_view_shows_what_was_asked_for_while_it_matters(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->person->mentoring, experiences, "custody");
  s->mentor->language = LANGUAGE__WELSH;
  given_offer(d, OFFER_ID, CRN, 1);
  as_mentor(d, 1, OFFER_ID);
  struct change c = viewed(d, OFFER_ID);
  const OfferView *view = (const void *)c.reply;
  assert_string_equal(view->experiences[0], "custody");
  assert_string_equal(view->places[0], "Tottenham");
  assert_string_equal(view->mentor_given_name, "Siân");
  assert_int_equal(view->language, LANGUAGE__WELSH);
  commit(d, declined(d, OFFER_ID, ""));
  c = viewed(d, OFFER_ID);
  view = (const void *)c.reply;
  assert_int_equal(view->state, OFFER_STATE__DECLINED);
  assert_int_equal(view->n_experiences, 0);
  assert_int_equal(view->n_places, 0);
}

static void who_may_no_longer_read_the_record_finds_no_offer(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_offer(d, OFFER_ID, CRN, 1);
  LIST(s->person, restricted, s->mentor->id);
  as_mentor(d, 1, OFFER_ID);
  struct change c = viewed(d, OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void declining_needs_no_reason_and_frees_the_person(void **state) {
  struct story *s = *state;
  given_mentor(&s->d, mentor_of(&s->d, 2));
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  struct change c = declined(&s->d, OFFER_ID, "");
  assert_done(&c);
  assert_int_equal(timer_set(&c, TIMER), 0);
  assert_int_equal(((const OfferAnswered *)published(&c, &offer_answered__descriptor))->state, OFFER_STATE__DECLINED);
  assert_string_equal(((const PersonsOffer *)written(&c, &persons_offer__descriptor, CRN))->offer_id, "");
  decision_commit(&s->d, &c);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 0);
  c = declined(&s->d, OFFER_ID, "");
  assert_done(&c);
  assert_null(c.records);
  c = accepted(&s->d, OFFER_ID);
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = offered(&s->d, OTHER_OFFER_ID, CRN, 2);
  assert_done(&c);
}

static void a_reason_for_declining_is_kept_and_bounded(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  char *longer = arena_take(&s->d.arena, MATCHING_WHY_BYTES + 2);
  memset(longer, 'x', MATCHING_WHY_BYTES + 1);
  struct change c = declined(&s->d, OFFER_ID, longer);
  assert_refused(&c, CODE__INVALID, "/why");
  commit(&s->d, declined(&s->d, OFFER_ID, "too far"));
  assert_string_equal(offer_now(&s->d, OFFER_ID)->declined_why, "too far");
}

static void an_unanswered_offer_expires_and_frees_the_person(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  s->d.m.now.ms = DECISION_NOW_MS + 48 * HOUR_MS;
  struct change c = decided_timer(&s->d, TIMER);
  assert_done(&c);
  assert_int_equal(((const OfferAnswered *)published(&c, &offer_answered__descriptor))->state, OFFER_STATE__EXPIRED);
  decision_commit(&s->d, &c);
  assert_int_equal(offer_now(&s->d, OFFER_ID)->state, OFFER_STATE__EXPIRED);
  c = offered(&s->d, OTHER_OFFER_ID, CRN, 1);
  assert_done(&c);
}

static void a_timer_that_comes_early_is_set_again(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = decided_timer(&s->d, TIMER);
  assert_null(c.records);
  assert_int_equal(timer_set(&c, TIMER), DECISION_NOW_MS + 48 * HOUR_MS);
}

static void a_timer_leaves_an_answered_or_unknown_offer_alone(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  s->d.m.now.ms = DECISION_NOW_MS + 48 * HOUR_MS;
  struct change c = decided_timer(&s->d, TIMER);
  assert_null(c.records);
  assert_null(c.events);
  c = decided_timer(&s->d, "offer/" OTHER_OFFER_ID);
  assert_null(c.records);
}

static void an_open_offer_can_be_withdrawn_and_no_other(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = withdrawn(&s->d, OFFER_ID);
  assert_done(&c);
  assert_int_equal(((const OfferAnswered *)published(&c, &offer_answered__descriptor))->state, OFFER_STATE__WITHDRAWN);
  decision_commit(&s->d, &c);
  assert_string_equal(offer_now(&s->d, OFFER_ID)->ended_why, "the person has moved");
  c = withdrawn(&s->d, OFFER_ID);
  assert_done(&c);
  assert_null(c.records);
  as_mentor(&s->d, 1, OFFER_ID);
  c = accepted(&s->d, OFFER_ID);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void a_match_is_not_withdrawn_but_ended(void **state) {
  struct story *s = *state;
  given_match(&s->d);
  struct change c = withdrawn(&s->d, OFFER_ID);
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = withdrawn(&s->d, OTHER_OFFER_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_end_of_a_match_frees_the_place_once(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  struct change c = ended(&s->d, OFFER_ID);
  assert_refused(&c, CODE__CONFLICT, NULL);
  as_mentor(&s->d, 1, OFFER_ID);
  commit(&s->d, accepted(&s->d, OFFER_ID));
  s->d.actor.only = "";
  decision_as(&s->d, "S01", MAY(MENTOR_SUPERVISOR));
  c = ended(&s->d, OFFER_ID);
  assert_done(&c);
  assert_non_null(published(&c, &match_ended__descriptor));
  assert_string_equal(((const PersonsOffer *)written(&c, &persons_offer__descriptor, CRN))->offer_id, "");
  decision_commit(&s->d, &c);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 0);
  assert_int_equal(timestamp_ms(offer_now(&s->d, OFFER_ID)->ended_at), DECISION_NOW_MS);
  c = ended(&s->d, OFFER_ID);
  assert_done(&c);
  assert_null(c.records);
}

static struct change ended_for_cause(struct decision *d, const char *id) {
  EndMatch *cmd = arena_take(&d->arena, sizeof *cmd);
  end_match__init(cmd);
  cmd->id = (char *)id;
  cmd->for_cause = true;
  as_coordinator(d);
  return decided(d, cmd);
}

static void two_whose_match_ended_for_cause_are_not_matched_again(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  commit(&s->d, accepted(&s->d, OFFER_ID));
  commit(&s->d, ended_for_cause(&s->d, OFFER_ID));
  assert_true(offer_now(&s->d, OFFER_ID)->ended_for_cause);
  assert_int_equal(mentor_now(&s->d, 1)->n_accompanied, 0);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 0);
  struct change c = offered(&s->d, OTHER_OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  assert_non_null(strstr(c.problem->fields[0]->why, "The two must not meet."));
}

static void whom_a_mentor_accompanied_is_on_their_record_once(void **state) {
  struct story *s = *state;
  static const char *const ids[] = {OFFER_ID, OTHER_OFFER_ID};
  for (size_t i = 0; i < 2; i++) {
    given_offer(&s->d, ids[i], CRN, 1);
    as_mentor(&s->d, 1, ids[i]);
    commit(&s->d, accepted(&s->d, ids[i]));
    as_coordinator(&s->d);
    commit(&s->d, ended(&s->d, ids[i]));
  }
  assert_int_equal(mentor_now(&s->d, 1)->n_accompanied, 1);
  assert_string_equal(mentor_now(&s->d, 1)->accompanied[0], CRN);
}

static void whom_a_mentor_accompanied_is_forgotten_with_the_person(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OFFER_ID);
  commit(&s->d, accepted(&s->d, OFFER_ID));
  as_coordinator(&s->d);
  commit(&s->d, ended(&s->d, OFFER_ID));
  given_offer(&s->d, OTHER_OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, OTHER_OFFER_ID);
  commit(&s->d, accepted(&s->d, OTHER_OFFER_ID));
  commit(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_int_equal(mentor_now(&s->d, 1)->n_accompanied, 0);
  assert_int_equal(mentor_now(&s->d, 1)->places_taken, 0);
  assert_null(decision_record(&s->d, &offer__descriptor, OFFER_ID));
  for (size_t i = 0; i < s->d.n_members; i++) assert_null(strstr(s->d.members[i].member, OFFER_ID));
}

static void an_offer_says_by_which_rules_and_weights_it_was_explained(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  assert_int_equal(offer_now(&s->d, OFFER_ID)->rules_version, RULES_VERSION);
  assert_string_equal(offer_now(&s->d, OFFER_ID)->weights_version, "2026-11");
}

static void offers_are_listed_in_the_order_of_time(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OTHER_OFFER_ID, CRN, 1);
  commit(&s->d, withdrawn(&s->d, OTHER_OFFER_ID));
  s->d.m.now.ms += HOUR_MS;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  ListOffers cmd = LIST_OFFERS__INIT;
  cmd.crn = "x123456";
  cmd.limit = 1;
  struct change c = decided(&s->d, &cmd);
  const Offers *page = (const void *)c.reply;
  assert_int_equal(page->n_offers, 1);
  assert_string_equal(page->offers[0]->id, OTHER_OFFER_ID);
  cmd.after = page->next;
  c = decided(&s->d, &cmd);
  page = (const void *)c.reply;
  assert_string_equal(page->offers[0]->id, OFFER_ID);
  assert_string_equal(page->next, "");
  cmd.crn = OTHER_CRN;
  c = decided(&s->d, &cmd);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void the_wording_is_read_from_its_file(void **state) {
  (void)state;
  struct config config = {.pathways = "config/pathways", .public_url = "https://alongside.example//"};
  char errors[256] = "";
  const void *loaded = NULL;
  if (matching_load(&config, &loaded, errors, sizeof errors)) fail_msg("%s", errors);
  const struct matching_settings *settings = loaded;
  assert_string_equal(settings->public_url, "https://alongside.example");
  assert_non_null(strstr(settings->wording->cy->text, "{link}"));
  matching_settings_free(loaded);
  config.pathways = "config/nowhere";
  assert_int_not_equal(matching_load(&config, &loaded, errors, sizeof errors), 0);
  assert_non_null(strstr(errors, "offers.yaml"));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(an_offer_is_kept_with_who_decided_and_on_which_explanation),
      STORY(the_time_to_answer_is_the_areas),
      STORY(the_notice_holds_a_link_and_no_name),
      STORY(the_notice_is_in_the_mentors_language_and_goes_by_their_channel),
      STORY(the_links_secret_opens_this_offer_and_nothing_else),
      STORY(the_secret_and_the_messages_id_share_no_randomness),
      STORY(the_same_offer_twice_is_one_offer_and_one_notice),
      STORY(a_person_has_one_offer_at_a_time),
      STORY(two_offers_at_once_write_the_same_record),
      STORY(who_has_a_mentor_is_not_offered_until_the_match_has_ended),
      STORY(the_rules_are_asked_again_when_an_offer_is_made),
      STORY(an_offer_needs_a_person_who_asked_and_a_mentor),
      STORY(only_a_coordinator_who_may_know_of_the_person_offers),
      STORY(an_accepted_offer_takes_a_place),
      STORY(accepting_twice_takes_one_place),
      STORY(two_acceptances_do_not_pass_the_capacity),
      STORY(a_conflict_that_came_to_light_stops_the_acceptance_without_saying_so),
      STORY(an_offer_past_its_time_can_not_be_answered_even_before_the_timer_comes),
      STORY(a_link_opens_its_own_offer_only),
      STORY(a_mentor_sees_nobody_elses_offer),
      STORY(the_view_shows_what_was_asked_for_while_it_matters),
      STORY(who_may_no_longer_read_the_record_finds_no_offer),
      STORY(declining_needs_no_reason_and_frees_the_person),
      STORY(a_reason_for_declining_is_kept_and_bounded),
      STORY(an_unanswered_offer_expires_and_frees_the_person),
      STORY(a_timer_that_comes_early_is_set_again),
      STORY(a_timer_leaves_an_answered_or_unknown_offer_alone),
      STORY(an_open_offer_can_be_withdrawn_and_no_other),
      STORY(a_match_is_not_withdrawn_but_ended),
      STORY(the_end_of_a_match_frees_the_place_once),
      STORY(two_whose_match_ended_for_cause_are_not_matched_again),
      STORY(whom_a_mentor_accompanied_is_on_their_record_once),
      STORY(whom_a_mentor_accompanied_is_forgotten_with_the_person),
      STORY(an_offer_says_by_which_rules_and_weights_it_was_explained),
      STORY(offers_are_listed_in_the_order_of_time),
      STORY(the_wording_is_read_from_its_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
