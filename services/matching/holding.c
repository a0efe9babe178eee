// What matching holds about a person: given for subject access without what is the mentor's own, and deleted when the
// person is erased.
#include "held.h"
#include "proposal.h"
#include <string.h>

static const struct held_index offers = {"offers-of", &offer__descriptor};
static const struct held_index proposed = {"proposed-of", &proposed_pair__descriptor};
static const struct held_index *const indexes[] = {&offers, &proposed};
enum {
  INDEXES = sizeof indexes / sizeof *indexes
};

// --- deleting

static bool stands(const Offer *offer) {
  return offer && offer->state == OFFER_STATE__ACCEPTED && !offer->ended_at;
}

void needs_erase_offers(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, &offers);
  records_want(want, &persons_offer__descriptor, held_crn(m));
  held_want(want, m, &proposed);
  needs_forget_waiting(want, held_crn(m));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, held_id(page->members[i]));
    if (stands(offer)) records_want(want, &mentor__descriptor, offer->mentor_id);
  }
}

// What proposals say of the person, and their place on the waiting list.
static void erase_waiting(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, &proposed);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]), *crn = held_crn(m);
    const char *proposal = arena_printf(m->arena, "%.*s", (int)strcspn(id, "/"), id);
    change_unindex(c, proposal_pairs_index(m->arena, proposal), crn);
  }
  held_erase(c, have, m, &proposed);
  waiting_forget(c, have, held_crn(m));
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
  erase_waiting(&c, have, m);
  if (records_get(have, &persons_offer__descriptor, held_crn(m)))
    change_erase(&c, &persons_offer__descriptor, held_crn(m));
  return c;
}

// --- collecting

void needs_collect_offers(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  if (at.index < INDEXES) held_want_at(want, m, indexes[at.index], &at);
  needs_forget_waiting(want, held_crn(m));
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

// Of a proposal that they were in, the person is given that, and not who was thought of for them.
static void add_proposed(const struct message *m, HeldRecords *all, const ProposedPair *pair) {
  HeldRecord *r = held_add(m, all, "matching");
  r->proposed = arena_copy(m->arena, pair, sizeof *pair);
  r->proposed->mentor_id = r->proposed->was_mentor_id = r->proposed->pinned_mentor_id = matching_text("");
  r->proposed->n_reasons = r->proposed->n_struck = 0;
  r->proposed->score = 0;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (pair->n_reasons) held_withhold(m, r, "reasons", WITHHELD_REASON__THIRD_PARTY);
  if (pair->n_struck) held_withhold(m, r, "struck", WITHHELD_REASON__THIRD_PARTY);
}

static void add_place(const struct records *have, const struct message *m, HeldRecords *all) {
  const void *place = records_get(have, &waiting_person__descriptor, held_crn(m));
  if (place) held_add(m, all, "matching")->waiting = (WaitingPerson *)place;
}

static void add_held(const struct records *have, const struct message *m, HeldRecords *all,
                     const struct held_index *index, const char *id) {
  const void *record = records_get(have, index->type, id);
  if (!record) return;
  if (index == &offers)
    add_offer(m, all, record);
  else
    add_proposed(m, all, record);
}

struct change decide_collect_offers(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  const struct held_index *index = at.index < INDEXES ? indexes[at.index] : NULL;
  const struct page *page = index ? held_page_at(have, m, index, &at) : NULL;
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, INDEXES);
  HeldRecords *all = held_records(m, page->n_members + 1);
  for (size_t i = 0; i < page->n_members; i++) add_held(have, m, all, index, held_id(page->members[i]));
  if (index == &offers && !*at.after) add_place(have, m, all);
  return held_reply(m, all, &at, page, INDEXES);
}
