// A mentor is away: paused by staff, on a break of their own, or absent for a time that is known beforehand. Whoever is
// theirs needs somebody else meanwhile, which a human arranges: a task is opened for each match (COVER_NEEDED), and
// done once the mentor is back. Where nobody knows for how long, the offers that are open are withdrawn, which is no
// answer of the mentor's and counts as none, and a human offers those people to another (OFFER_WITHDRAWN). Nor do they
// come to what they are booked for meanwhile: for that, too, a human books another (BOOKING_NEEDED).
//
// All of it follows from the events, so that who pauses a mentor need not reach the records of everybody concerned.
#include "booking.h"
#include "match_life.h"
#include "tasks.h"
#include <string.h>

// --- their people

void needs_away(struct records *want, const struct message *m) {
  const char *index = matches_index(want->arena, matching_id(m));
  const struct page *page = records_want_page(want, index, "", MATCHING_PEOPLE_MOST);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const PersonsOffer *standing = records_want(want, &persons_offer__descriptor, page->members[i]);
    if (!standing || text_is_empty(standing->offer_id)) continue;
    records_want(want, &offer__descriptor, standing->offer_id);
    (void)task_want(want, MATCHING_TASK_KIND__COVER_NEEDED, standing->offer_id);
  }
  bookings_to_want(want, m, matching_id(m));
}

// Whether the mentor whom the message names is the one whom the person meets now: who covers, if somebody does.
static bool meets_now(const struct message *m, const Offer *offer) {
  bool covered = offer->cover && timestamp_ms(offer->cover->until) > m->now.ms;
  return !strcmp(covered ? offer->cover->mentor_id : offer->mentor_id, matching_id(m));
}

// For each of the mentor's people a human decides whether somebody else sees them meanwhile, and who.
static void ask_for_cover(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = records_page(have, matches_index(m->arena, matching_id(m)), "");
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = match_of_person(have, page->members[i]);
    if (!offer || !meets_now(m, offer)) continue;
    const struct task task = {MATCHING_TASK_KIND__COVER_NEEDED, offer->id, offer->crn, offer->mentor_id, offer->id};
    task_open(c, have, m, &task);
  }
}

struct change on_away(const struct records *have, const struct message *m) {
  const MentorAway *away = m->body;
  struct change c = change_of(m);
  ask_for_cover(&c, have, m);
  bookings_lose_mentor(&c, have, m, away->id, away->from_ms, away->until_ms);
  return c;
}

// Where the person's own mentor is back, nobody else is needed, whoever was to cover.
struct change on_away_over(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = records_page(have, matches_index(m->arena, matching_id(m)), "");
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = match_of_person(have, page->members[i]);
    bool theirs = offer && (meets_now(m, offer) || !strcmp(offer->mentor_id, matching_id(m)));
    if (theirs) task_done(&c, have, m, MATCHING_TASK_KIND__COVER_NEEDED, offer->id);
  }
  return c;
}

// --- offers to them

void needs_away_paused(struct records *want, const struct message *m) {
  needs_away(want, m);
  const struct page *page = my_offers_want(want, m, matching_id(m), "", MATCHING_LIST_MOST);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = my_offers_of(want, page->members[i]);
    if (!offer) continue;
    records_want(want, &persons_offer__descriptor, offer->crn);
    (void)task_want(want, MATCHING_TASK_KIND__OFFER_WITHDRAWN, offer->id);
  }
}

static void withdraw_offers(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = my_offers_page(have, m, matching_id(m), "");
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = my_offers_of(have, page->members[i]);
    if (!offer || offer->state != OFFER_STATE__OFFERED) continue;
    offer_close(c, m, arena_copy(m->arena, offer, sizeof *offer), OFFER_STATE__WITHDRAWN);
    offer_decide_again(c, have, m, offer, MATCHING_TASK_KIND__OFFER_WITHDRAWN);
  }
}

struct change on_away_paused(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Mentor *mentor = records_get(have, &mentor__descriptor, matching_id(m));
  if (!mentor || mentor->state == MENTOR_STATE__ACTIVE) return c; // back already
  withdraw_offers(&c, have, m);
  ask_for_cover(&c, have, m);
  bookings_lose_mentor(&c, have, m, mentor->id, m->now.ms, INT64_MAX);
  return c;
}
