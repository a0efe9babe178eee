// Offers as the coordinator sees them: a named human makes, reads, lists and withdraws them.
#include "match_life.h"
#include "tasks.h"
#include <string.h>

char *offers_index(struct arena *a, const char *crn) {
  return arena_printf(a, "offers-of/%s", crn);
}
// Thirteen digits hold every moment until the year 2286, so that the order of bytes is the order of time.
char *offer_member(struct arena *a, const Offer *offer) {
  return arena_printf(a, "%013lld/%s", (long long)timestamp_ms(offer->offered_at), offer->id);
}
char *offer_timer(struct arena *a, const char *id) {
  return arena_printf(a, "offer/%s", id);
}

void needs_offer(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  const Offer *offer = records_want(want, &offer__descriptor, id);
  if (!offer) return;
  records_want_closed(want, &person__descriptor, offer->crn);
  records_want(want, &persons_offer__descriptor, offer->crn);
  records_want(want, &mentor__descriptor, offer->mentor_id);
}

void needs_answer(struct records *want, const struct message *m) {
  needs_offer(want, m);
  match_want(want, m);
}

const char *offer_state_words(OfferState state) {
  static const char *const words[] = {
      [OFFER_STATE__OFFERED] = "the offer has not been answered yet",
      [OFFER_STATE__ACCEPTED] = "the offer was accepted",
      [OFFER_STATE__DECLINED] = "the offer was declined",
      [OFFER_STATE__EXPIRED] = "the time to answer is over",
      [OFFER_STATE__WITHDRAWN] = "the offer was withdrawn",
  };
  bool known = state < sizeof words / sizeof *words && words[state];
  return known ? words[state] : "the offer is in no state that allows it";
}

bool offer_over(const Offer *offer, int64_t now_ms) {
  return offer->state == OFFER_STATE__OFFERED && timestamp_ms(offer->expires_at) <= now_ms;
}

char *matches_index(struct arena *a, const char *mentor_id) {
  return arena_printf(a, "matches-of/%s", mentor_id);
}

void offer_free_person(struct change *c, const char *crn) {
  PersonsOffer *none = arena_take(c->arena, sizeof *none);
  persons_offer__init(none);
  change_write(c, crn, crn, none);
}

void offer_publish_answer(struct change *c, const Offer *offer) {
  OfferAnswered *event = arena_take(c->arena, sizeof *event);
  offer_answered__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->mentor_id;
  event->state = offer->state;
  event->offered_at_ms = timestamp_ms(offer->offered_at);
  event->answered_at_ms = timestamp_ms(offer->answered_at);
  change_publish(c, offer->crn, event);
}

// The person is free again; which offer came to nothing is remembered, for the task that it leaves.
static void free_from(struct change *c, const Offer *offer) {
  PersonsOffer *none = arena_take(c->arena, sizeof *none);
  persons_offer__init(none);
  none->last_offer_id = offer->id;
  change_write(c, offer->crn, offer->crn, none);
}

void offer_close(struct change *c, const struct message *m, Offer *next, OfferState state) {
  next->state = state;
  next->answered_at = timestamp_of(m->arena, m->now.ms);
  change_write(c, next->crn, next->id, next);
  change_touch(c, next->mentor_id);
  free_from(c, next);
  my_offers_remove(c, next);
  change_clear_timer(c, offer_timer(m->arena, next->id));
  offer_publish_answer(c, next);
}

static bool mentor_wanted(const Person *person) {
  return person->mentoring && person->mentoring->wanted;
}

// The command with its CRN in capitals. False: something in it is malformed, and `c` says what.
static bool checked(struct change *c, const MakeOffer *cmd, char crn[8]) {
  if (!cmd->offer) {
    change_refuse(c, CODE__INVALID, "", "the offer is missing");
    return false;
  }
  if (!text_is_uuid(cmd->offer->id)) change_refuse(c, CODE__INVALID, "/id", "must be a UUID in lower case");
  if (!text_crn(cmd->offer->crn, crn))
    change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  if (!text_is_uuid(cmd->offer->mentor_id))
    change_refuse(c, CODE__INVALID, "/mentorId", "must be the id of a mentor: a UUID in lower case");
  return !change_refused(c);
}

void needs_make_offer(struct records *want, const struct message *m) {
  const MakeOffer *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!checked(&c, cmd, crn)) return;
  records_want(want, &offer__descriptor, cmd->offer->id);
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &mentor__descriptor, cmd->offer->mentor_id);
  records_want(want, &persons_choice__descriptor, crn);
  const PersonsOffer *standing = records_want(want, &persons_offer__descriptor, crn);
  if (standing) records_want(want, &offer__descriptor, standing->offer_id);
  if (standing && !text_is_empty(standing->last_offer_id))
    (void)task_want(want, MATCHING_TASK_KIND__OFFER_DECLINED, standing->last_offer_id);
  needs_notice(want, m);
}

// The person has an offer that is open, or a match that has not ended.
static bool is_taken(const struct records *have, const char *crn) {
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (!standing || text_is_empty(standing->offer_id)) return false;
  const Offer *offer = records_get(have, &offer__descriptor, standing->offer_id);
  return offer && (offer->state == OFFER_STATE__OFFERED || match_stands(offer));
}

// Whether this person may be offered to this mentor now. The rules are asked again here, inside the decision: what the
// coordinator saw in the list of candidates may have changed since.
static void check_rules(struct change *c, const struct records *have, const struct pair *pair) {
  const struct exclusion *rule = rules_exclude(pair);
  if (is_taken(have, pair->person->crn))
    change_refuse(c, CODE__CONFLICT, "/crn",
                  "the person has an open offer or a mentor: withdraw the one or end the other first");
  else if (choice_declined(records_get(have, &persons_choice__descriptor, pair->person->crn), pair->mentor->id))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId",
                  "The person was shown this mentor and did not want them. Choose another, or ask the person again.");
  else if (rule)
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId",
                  arena_printf(c->arena, "%s Choose another of the candidates.", rule->words));
}

static void check_offer(struct change *c, const struct records *have, const struct pair *pair) {
  if (!pair->person)
    change_refuse(c, CODE__NOT_FOUND, "/crn", "there is no such person in this area");
  else if (!pair->mentor)
    change_refuse(c, CODE__NOT_FOUND, "/mentorId", "there is no such mentor in this area");
  else if (!mentor_wanted(pair->person))
    change_refuse(c, CODE__REFUSED_BY_RULE, "/crn", "the person has not asked for a mentor: record their wish first");
  else
    check_rules(c, have, pair);
}

static Offer *new_offer(const struct records *have, const struct message *m, const char *id, const struct pair *pair) {
  int64_t hours = m->area->offer_hours ? m->area->offer_hours : MATCHING_OFFER_HOURS;
  Offer *offer = arena_take(m->arena, sizeof *offer);
  offer__init(offer);
  offer->id = matching_text(id);
  offer->crn = pair->person->crn;
  offer->mentor_id = pair->mentor->id;
  offer->state = OFFER_STATE__OFFERED;
  offer->offered_at = timestamp_of(m->arena, m->now.ms);
  offer->expires_at = timestamp_of(m->arena, m->now.ms + hours * 3600 * 1000);
  offer->offered_by = m->actor->id;
  offer->n_reasons = rules_reasons(pair, m->arena, &offer->reasons);
  offer->score = rules_score(pair);
  offer->chosen = choice_rank(records_get(have, &persons_choice__descriptor, offer->crn), offer->mentor_id);
  offer->rules_version = RULES_VERSION;
  offer->weights_version = pair->weights->version;
  return offer;
}

static void stand_for_person(struct change *c, const Offer *offer) {
  PersonsOffer *standing = arena_take(c->arena, sizeof *standing);
  persons_offer__init(standing);
  standing->offer_id = offer->id;
  change_write(c, offer->crn, offer->crn, standing);
}

static void publish_made(struct change *c, const Offer *offer, int64_t at_ms) {
  OfferMade *event = arena_take(c->arena, sizeof *event);
  offer_made__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->mentor_id;
  event->at_ms = at_ms;
  change_publish(c, offer->crn, event);
}

static void tell_mentor(struct change *c, const struct message *m, const Offer *offer, const Mentor *mentor) {
  const struct matching_settings *s = m->settings;
  const struct notice notice = {
      .mentor = mentor,
      .wording = s->wording,
      .page = arena_printf(m->arena, "offer#%s/%s/", m->area->id, offer->id),
      .only = arena_printf(m->arena, "Offer/%s", offer->id),
      .about = arena_printf(m->arena, "offer/%s", offer->id),
      .note = "link in the notice of an offer",
      .until_ms = timestamp_ms(offer->expires_at),
      .token_until_ms = timestamp_ms(offer->expires_at),
  };
  notice_send(c, m, &notice);
}

static struct change make(const struct records *have, const struct message *m, const Offer *offer,
                          const Mentor *mentor) {
  struct change c = change_of(m);
  change_write(&c, offer->crn, offer->id, offer);
  stand_for_person(&c, offer);
  change_index(&c, offers_index(m->arena, offer->crn), offer_member(m->arena, offer));
  change_index(&c, MATCHING_OFFERS, offer_member(m->arena, offer));
  my_offers_add(&c, offer);
  change_set_timer(&c, offer_timer(m->arena, offer->id), timestamp_ms(offer->expires_at));
  offer_decided_again(&c, have, m, offer->crn);
  publish_made(&c, offer, m->now.ms);
  tell_mentor(&c, m, offer, mentor);
  change_recipient(&c, "mentor", offer->mentor_id);
  change_reply(&c, offer->crn, offer, 1);
  c.created = true;
  return c;
}

struct change offer_kept(const struct records *have, const struct message *m, const Offer *offer) {
  struct change c = change_of(m);
  change_reply(&c, offer->crn, offer, records_version(have, &offer__descriptor, offer->id));
  change_touch(&c, offer->mentor_id);
  return c;
}

struct change decide_make_offer(const struct records *have, const struct message *m) {
  const MakeOffer *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!checked(&c, cmd, crn)) return c;
  const Offer *was = records_get(have, &offer__descriptor, cmd->offer->id);
  if (was && !strcmp(was->crn, crn) && !strcmp(was->mentor_id, cmd->offer->mentor_id)) return offer_kept(have, m, was);
  if (was) return refuse(m, CODE__CONFLICT, "/id", "there is an offer with this id and other content: take a new id");
  struct pair pair = matching_pair(m, records_get(have, &person__descriptor, crn),
                                   records_get(have, &mentor__descriptor, cmd->offer->mentor_id));
  check_offer(&c, have, &pair);
  if (change_refused(&c)) return c;
  return make(have, m, new_offer(have, m, cmd->offer->id, &pair), pair.mentor);
}

const Offer *offer_named(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  return text_is_uuid(id) ? records_get(have, &offer__descriptor, id) : NULL;
}

struct change offer_not_found(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such offer in this area");
}

struct change decide_read_offer(const struct records *have, const struct message *m) {
  const Offer *offer = offer_named(have, m);
  return offer ? offer_kept(have, m, offer) : offer_not_found(m);
}

struct change offer_written(const struct records *have, struct change c, const Offer *offer) {
  change_reply(&c, offer->crn, offer, records_version(have, &offer__descriptor, offer->id) + 1);
  return c;
}

struct change decide_withdraw_offer(const struct records *have, const struct message *m) {
  const WithdrawOffer *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (change_refused(&c)) return c;
  const Offer *was = offer_named(have, m);
  if (!was) return offer_not_found(m);
  if (was->state == OFFER_STATE__WITHDRAWN) return offer_kept(have, m, was);
  if (was->state != OFFER_STATE__OFFERED)
    return refusef(m, CODE__CONFLICT, NULL, "only an open offer can be withdrawn: %s", offer_state_words(was->state));
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  next->ended_why = cmd->why;
  offer_close(&c, m, next, OFFER_STATE__WITHDRAWN);
  return offer_written(have, c, next);
}

static unsigned list_limit(const ListOffers *cmd) {
  return matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
}

// A member is "<offered at>/<id>".
const char *offer_id_of(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : "";
}

void needs_list_offers(struct records *want, const struct message *m) {
  const ListOffers *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  const struct page *page = records_want_page(want, offers_index(m->arena, crn), cmd->after, list_limit(cmd));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &offer__descriptor, offer_id_of(page->members[i]));
}

static Offers *list_of(const struct records *have, const struct message *m, const struct page *page) {
  Offers *reply = arena_take(m->arena, sizeof *reply);
  offers__init(reply);
  reply->offers = arena_take(m->arena, (page->n_members + 1) * sizeof *reply->offers);
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = records_get(have, &offer__descriptor, offer_id_of(page->members[i]));
    if (offer) reply->offers[reply->n_offers++] = (Offer *)offer;
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  return reply;
}

struct change decide_list_offers(const struct records *have, const struct message *m) {
  const ListOffers *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  const struct page *page = records_page(have, offers_index(m->arena, crn), cmd->after);
  change_reply(&c, person->crn, list_of(have, m, page), 0);
  return c;
}
