// Offers as the mentor sees them: nothing that names the person. And what happens when nobody answers.
#include "match_life.h"
#include <string.h>

static struct change not_yours(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such offer for you: open the link of the newest message again");
}

// What the person asked for, as long as there is something to decide or a match.
static void show_wish(OfferView *view, const MentoringWish *wish) {
  view->n_experiences = wish->n_experiences;
  view->experiences = wish->experiences;
  view->n_languages = wish->n_languages;
  view->languages = wish->languages;
  view->n_availability = wish->n_availability;
  view->availability = wish->availability;
  view->n_places = wish->n_places;
  view->places = wish->places;
  view->remote = wish->remote;
}

static bool shows_wish(const OfferView *view, const Offer *offer, const Person *person) {
  bool stands = view->state == OFFER_STATE__OFFERED || match_stands(offer);
  return stands && person && person->mentoring;
}

// The expiry shows from its very moment, not from when the timer came round.
OfferView *offer_view_of(const struct records *have, const struct message *m, const Offer *offer) {
  const Mentor *mentor = records_get(have, &mentor__descriptor, offer->mentor_id);
  const Person *person = records_get(have, &person__descriptor, offer->crn);
  OfferView *view = arena_take(m->arena, sizeof *view);
  offer_view__init(view);
  view->id = offer->id;
  view->state = offer_over(offer, m->now.ms) ? OFFER_STATE__EXPIRED : offer->state;
  view->expires_at = offer->expires_at;
  view->language = mentor ? mentor->language : LANGUAGE__ENGLISH;
  if (mentor && mentor->personal) view->mentor_given_name = mentor->personal->given_name;
  if (shows_wish(view, offer, person)) show_wish(view, person->mentoring);
  return view;
}

static struct change show(const struct records *have, const struct message *m, struct change c, const Offer *offer,
                          bool written) {
  uint64_t version = records_version(have, &offer__descriptor, offer->id) + (written ? 1 : 0);
  change_reply(&c, offer->crn, offer_view_of(have, m, offer), version);
  change_touch(&c, offer->mentor_id);
  return c;
}

struct change decide_view_offer(const struct records *have, const struct message *m) {
  const Offer *offer = offer_named(have, m);
  return offer ? show(have, m, change_of(m), offer, false) : not_yours(m);
}

// An answer is taken while the offer is open and its time has not passed.
static void check_open(struct change *c, const Offer *offer, int64_t now_ms) {
  if (offer->state != OFFER_STATE__OFFERED)
    change_refuse(c, CODE__CONFLICT, NULL, offer_state_words(offer->state));
  else if (offer_over(offer, now_ms))
    change_refuse(c, CODE__CONFLICT, NULL, offer_state_words(OFFER_STATE__EXPIRED));
}

// All rules once more: since the offer was made a place may have gone, or a conflict come to light. The mentor is told
// nothing that the person said.
static void check_still_fits(struct change *c, const struct pair *pair) {
  const struct exclusion *rule = NULL;
  bool wanted = pair->person && pair->mentor && pair->person->mentoring && pair->person->mentoring->wanted;
  if (wanted) rule = rules_exclude(pair);
  if (!wanted)
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, RULES_NOT_NOW);
  else if (rule)
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, rule->to_mentor);
}

static void take_place(struct change *c, const Mentor *was) {
  Mentor *mentor = arena_copy(c->arena, was, sizeof *was);
  mentor->places_taken++;
  change_write(c, mentor->id, mentor->id, mentor);
}

static void accept(struct change *c, const struct message *m, Offer *next, const Mentor *mentor) {
  next->state = OFFER_STATE__ACCEPTED;
  next->answered_at = timestamp_of(m->arena, m->now.ms);
  change_write(c, next->crn, next->id, next);
  change_index(c, matches_index(m->arena, next->mentor_id), next->crn);
  my_offers_remove(c, next);
  take_place(c, mentor);
  change_clear_timer(c, arena_printf(m->arena, "offer/%s", next->id));
  offer_publish_answer(c, next);
  match_begin(c, m, next);
}

// Two offers may stand for one free place; the mentor's record is written by each, so the second to accept is refused.
struct change decide_accept_offer(const struct records *have, const struct message *m) {
  const Offer *was = offer_named(have, m);
  if (!was) return not_yours(m);
  struct change c = change_of(m);
  if (was->state == OFFER_STATE__ACCEPTED) return show(have, m, c, was, false);
  struct pair pair = matching_pair(m, records_get(have, &person__descriptor, was->crn),
                                   records_get(have, &mentor__descriptor, was->mentor_id));
  check_open(&c, was, m->now.ms);
  if (!change_refused(&c)) check_still_fits(&c, &pair);
  if (change_refused(&c)) return c;
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  accept(&c, m, next, pair.mentor);
  return show(have, m, c, next, true);
}

// A mentor may decline without saying why, and without any consequence.
struct change decide_decline_offer(const struct records *have, const struct message *m) {
  const DeclineOffer *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (change_refused(&c)) return c;
  const Offer *was = offer_named(have, m);
  if (!was) return not_yours(m);
  if (was->state == OFFER_STATE__DECLINED) return show(have, m, c, was, false);
  check_open(&c, was, m->now.ms);
  if (change_refused(&c)) return c;
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  next->declined_why = cmd->why;
  offer_close(&c, m, next, OFFER_STATE__DECLINED);
  offer_decide_again(&c, have, m, next, MATCHING_TASK_KIND__OFFER_DECLINED);
  return show(have, m, c, next, true);
}

// The time to answer is over. A timer may come early where clocks differ: then it is set again.
struct change on_offer_over(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const char *id = matching_id(m);
  const Offer *was = offer_named(have, m);
  if (!was || was->state != OFFER_STATE__OFFERED) return c;
  if (offer_over(was, m->now.ms)) {
    offer_close(&c, m, arena_copy(m->arena, was, sizeof *was), OFFER_STATE__EXPIRED);
    offer_decide_again(&c, have, m, was, MATCHING_TASK_KIND__OFFER_EXPIRED);
  } else {
    change_set_timer(&c, arena_printf(m->arena, "offer/%s", id), timestamp_ms(was->expires_at));
  }
  return c;
}
