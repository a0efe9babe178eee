// What matching holds about a person: given for subject access without what is the mentor's own, and deleted when the
// person is erased, or when their period is over.
#include "held.h"
#include "matching.h"

static const struct held_index offers = {"offers-of", &offer__descriptor, RECORD_CLASS__OFFER_RECORD};

// --- deleting

static bool stands(const Offer *offer) {
  return offer && offer->state == OFFER_STATE__ACCEPTED && !offer->ended_at;
}

void needs_erase_offers(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, &offers);
  records_want(want, &persons_offer__descriptor, held_crn(m));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, held_id(page->members[i]));
    if (stands(offer)) records_want(want, &mentor__descriptor, offer->mentor_id);
  }
}

// Which offer stands goes with the person. Of who stays it is emptied, so that its versions go on counting.
static void forget_standing(struct change *c, const struct records *have, const struct message *m) {
  const char *crn = held_crn(m);
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (!standing) return;
  if (!held_class(m))
    change_erase(c, &persons_offer__descriptor, crn);
  else if (!text_is_empty(standing->offer_id))
    offer_free_person(c, crn);
}

// At most one match of a person stands: its mentor has the place back.
struct change on_erase_offers(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &offers);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    const Offer *offer = records_get(have, &offer__descriptor, id);
    change_clear_timer(&c, offer_timer(m->arena, id));
    if (!stands(offer)) continue;
    change_unindex(&c, matches_index(m->arena, offer->mentor_id), offer->crn);
    offer_free_place(&c, have, offer);
    offer_publish_ended(&c, offer, m->now.ms);
  }
  held_erase(&c, have, m, &offers);
  if (page) forget_standing(&c, have, m);
  return c;
}

// --- collecting

void needs_collect_offers(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, 1);
  if (!at.index) held_want_at(want, m, &offers, &at);
}

// Who the mentor is, why they were chosen or declined, is the mentor's: the person knows whom they met.
static void add_offer(const struct message *m, HeldRecords *all, const Offer *offer) {
  HeldRecord *r = held_add(m, all, "matching");
  r->offer = arena_copy(m->arena, offer, sizeof *offer);
  r->offer->mentor_id = r->offer->declined_why = (char *)protobuf_c_empty_string;
  r->offer->n_reasons = 0;
  r->offer->score = 0;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (offer->n_reasons) held_withhold(m, r, "reasons", WITHHELD_REASON__THIRD_PARTY);
  if (!text_is_empty(offer->declined_why)) held_withhold(m, r, "declinedWhy", WITHHELD_REASON__THIRD_PARTY);
}

struct change decide_collect_offers(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, 1);
  const struct page *page = at.index ? NULL : held_page_at(have, m, &offers, &at);
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, 1);
  HeldRecords *all = held_records(m, page->n_members);
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = records_get(have, &offer__descriptor, held_id(page->members[i]));
    if (offer) add_offer(m, all, offer);
  }
  return held_reply(m, all, &at, page, 1);
}
