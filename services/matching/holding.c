// What matching holds about a person: given for subject access without what is the mentor's own, and deleted when the
// person is erased, or when their period is over.
#include "booking.h"
#include "cover.h"
#include "fairness.h"
#include "held.h"
#include "match_life.h"
#include "proposal.h"
#include "tasks.h"
#include <string.h>

static const struct held_index offers = {"offers-of", &offer__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index proposed = {"proposed-of", &proposed_pair__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index tasks = {"matching-tasks-of", &matching_task__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index feedback = {"feedback-of", &feedback__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index bookings = {"bookings-of", &booking__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index *const indexes[] = {&offers, &proposed, &tasks, &feedback, &bookings};
enum {
  INDEXES = sizeof indexes / sizeof *indexes
};

// --- deleting

static bool was_match(const Offer *offer) {
  return offer && offer->state == OFFER_STATE__ACCEPTED;
}

void needs_erase_offers(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, &offers);
  records_want(want, &persons_offer__descriptor, held_crn(m));
  records_want(want, &persons_choice__descriptor, held_crn(m));
  held_want(want, m, &proposed);
  held_want(want, m, &tasks);
  held_want(want, m, &feedback);
  held_want(want, m, &bookings);
  needs_forget_waiting(want, held_crn(m));
  records_want(want, &characteristics__descriptor, held_crn(m));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, held_id(page->members[i]));
    if (was_match(offer)) records_want(want, &mentor__descriptor, offer->mentor_id);
  }
}

// What stands under the CRN itself goes with the person. Of who stays it is emptied, so that its versions go on
// counting.
static void forget_standing(struct change *c, const struct records *have, const struct message *m) {
  const char *crn = held_crn(m);
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (!standing) return;
  if (!held_class(m))
    change_erase(c, &persons_offer__descriptor, crn);
  else if (!text_is_empty(standing->offer_id))
    offer_free_person(c, crn);
}

static void forget_choice(struct change *c, const struct records *have, const struct message *m) {
  const char *crn = held_crn(m);
  const PersonsChoice *choice = records_get(have, &persons_choice__descriptor, crn);
  if (!choice) return;
  if (!held_class(m)) {
    change_erase(c, &persons_choice__descriptor, crn);
    return;
  }
  PersonsChoice *none = arena_take(m->arena, sizeof *none);
  persons_choice__init(none);
  none->crn = choice->crn;
  if (choice->shown_at) change_write(c, crn, crn, none);
}

static const Offer *offer_on(const struct records *have, const struct page *page, size_t i) {
  return records_get(have, &offer__descriptor, held_id(page->members[i]));
}

// Whether an earlier match on the page had the same mentor, whose record was dealt with then.
static bool dealt_with(const struct records *have, const struct page *page, size_t i, const char *mentor_id) {
  for (size_t before = 0; before < i; before++) {
    const Offer *offer = offer_on(have, page, before);
    if (was_match(offer) && !strcmp(offer->mentor_id, mentor_id)) return true;
  }
  return false;
}

static void leave_out(Mentor *mentor, struct arena *a, const char *crn) {
  char **others = arena_take(a, (mentor->n_accompanied + 1) * sizeof *others);
  size_t n = 0;
  for (size_t i = 0; i < mentor->n_accompanied; i++)
    if (strcmp(mentor->accompanied[i], crn) != 0) others[n++] = mentor->accompanied[i];
  mentor->n_accompanied = n;
  mentor->accompanied = others;
}

// Whom a mentor accompanied is forgotten, and a match that stands gives its place back. Whom they must not meet stays.
static void forget_with_mentor(struct change *c, const struct records *have, const struct page *page, size_t i) {
  const Offer *offer = offer_on(have, page, i);
  const Mentor *was = records_get(have, &mentor__descriptor, offer->mentor_id);
  if (!was || dealt_with(have, page, i, offer->mentor_id)) return;
  Mentor *mentor = arena_copy(c->arena, was, sizeof *was);
  leave_out(mentor, c->arena, offer->crn);
  for (size_t j = i; j < page->n_members; j++) {
    const Offer *other = offer_on(have, page, j);
    if (match_stands(other) && !strcmp(other->mentor_id, was->id) && mentor->places_taken) mentor->places_taken--;
  }
  change_write(c, mentor->id, mentor->id, mentor);
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
  if (!held_class(m)) waiting_forget(c, have, held_crn(m));
}

// What they said of themselves goes with the person, and with no class of records before.
static void erase_characteristics(struct change *c, const struct records *have, const struct message *m) {
  if (!held_class(m) && records_get(have, &characteristics__descriptor, held_crn(m)))
    change_erase(c, &characteristics__descriptor, held_crn(m));
}

static void erase_tasks(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, &tasks);
  for (size_t i = 0; page && i < page->n_members; i++) task_forget(c, have, held_id(page->members[i]));
  held_erase(c, have, m, &tasks);
}

static void erase_bookings(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, &bookings);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Booking *b = records_get(have, &booking__descriptor, held_id(page->members[i]));
    if (b) booking_forget(c, b);
  }
  held_erase(c, have, m, &bookings);
}

static void clear_timers(struct change *c, const char *offer_id) {
  change_clear_timer(c, offer_timer(c->arena, offer_id));
  change_clear_timer(c, next_candidate_timer(c->arena, offer_id));
  match_forget(c, offer_id);
}

// What hangs on an offer, beside the record itself.
static void unlist(struct change *c, const Offer *offer, int64_t now_ms) {
  change_unindex(c, MATCHING_OFFERS, offer_member(c->arena, offer));
  my_offers_remove(c, offer);
  if (!match_stands(offer)) return;
  change_unindex(c, matches_index(c->arena, offer->mentor_id), offer->crn);
  cover_over(c, offer);
  offer_publish_ended(c, offer, now_ms);
}

// At most one match of a person stands: its mentor has the place back.
struct change on_erase_offers(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &offers);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = offer_on(have, page, i);
    clear_timers(&c, held_id(page->members[i]));
    if (offer) unlist(&c, offer, m->now.ms);
    if (was_match(offer)) forget_with_mentor(&c, have, page, i);
  }
  held_erase(&c, have, m, &offers);
  held_erase(&c, have, m, &feedback);
  erase_bookings(&c, have, m);
  erase_tasks(&c, have, m);
  erase_waiting(&c, have, m);
  erase_characteristics(&c, have, m);
  if (page) {
    forget_standing(&c, have, m);
    forget_choice(&c, have, m);
  }
  return c;
}

// --- collecting

void needs_collect_offers(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  if (at.index < INDEXES) held_want_at(want, m, indexes[at.index], &at);
  records_want(want, &persons_choice__descriptor, held_crn(m));
  needs_forget_waiting(want, held_crn(m));
  records_want(want, &characteristics__descriptor, held_crn(m));
}

// Who the mentor is, why they were chosen or declined, is the mentor's: the person knows whom they met.
static void add_offer(const struct message *m, HeldRecords *all, const Offer *offer) {
  HeldRecord *r = held_add(m, all, "matching");
  r->offer = arena_copy(m->arena, offer, sizeof *offer);
  r->offer->mentor_id = r->offer->declined_why = (char *)protobuf_c_empty_string;
  r->offer->cover = NULL;
  r->offer->n_reasons = 0;
  r->offer->score = 0;
  r->offer->ended_for_cause = false;
  if (offer->ended_at) held_withhold(m, r, "endedForCause", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (offer->cover) held_withhold(m, r, "cover", WITHHELD_REASON__THIRD_PARTY);
  if (offer->n_reasons) held_withhold(m, r, "reasons", WITHHELD_REASON__THIRD_PARTY);
  if (!text_is_empty(offer->declined_why)) held_withhold(m, r, "declinedWhy", WITHHELD_REASON__THIRD_PARTY);
}

// When they were shown mentors and said what: of the mentors themselves, no more than the person was shown then.
static void add_choice(const struct message *m, HeldRecords *all, const PersonsChoice *choice) {
  HeldRecord *r = held_add(m, all, "matching");
  r->persons_choice = arena_copy(m->arena, choice, sizeof *choice);
  r->persons_choice->n_shown = r->persons_choice->n_ranked = r->persons_choice->n_declined = 0;
  held_withhold(m, r, "mentorIds", WITHHELD_REASON__THIRD_PARTY);
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

// What a human had to decide, likewise without who was in question. That two must not meet tells of whom others are
// protected from: it is neither confirmed nor denied that there was such a task (Data Protection Act 2018 s.45(5)).
static void add_task(const struct message *m, HeldRecords *all, const MatchingTask *task) {
  if (task->kind == MATCHING_TASK_KIND__MUST_NOT_MEET) return;
  HeldRecord *r = held_add(m, all, "matching");
  r->matching_task = arena_copy(m->arena, task, sizeof *task);
  r->matching_task->mentor_id = r->matching_task->next_mentor_id = matching_text("");
  r->matching_task->next_score = 0;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (!text_is_empty(task->next_mentor_id)) held_withhold(m, r, "nextMentorId", WITHHELD_REASON__THIRD_PARTY);
}

// What a mentor said in confidence of the match is theirs; that they said something is told.
static void add_feedback(const struct message *m, HeldRecords *all, const Feedback *said) {
  HeldRecord *r = held_add(m, all, "matching");
  Feedback *f = r->feedback = arena_copy(m->arena, said, sizeof *said);
  f->mentor_id = f->recorded_by = matching_text("");
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "recordedBy", WITHHELD_REASON__THIRD_PARTY);
  if (said->from != FEEDBACK_FROM__FROM_MENTOR) return;
  f->n_answers = 0;
  f->text = NULL;
  held_withhold(m, r, "answers", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "text", WITHHELD_REASON__THIRD_PARTY);
}

// That somebody was to greet them or to run a group; who, and why not, is not theirs to know.
static void add_booking(const struct message *m, HeldRecords *all, const Booking *booking) {
  HeldRecord *r = held_add(m, all, "matching");
  r->booking = arena_copy(m->arena, booking, sizeof *booking);
  r->booking->mentor_id = matching_text("");
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
}

// What stands under the CRN itself.
static void add_standing(const struct records *have, const struct message *m, HeldRecords *all) {
  const PersonsChoice *choice = records_get(have, &persons_choice__descriptor, held_crn(m));
  const void *place = records_get(have, &waiting_person__descriptor, held_crn(m));
  const void *said = records_get(have, &characteristics__descriptor, held_crn(m));
  if (choice) add_choice(m, all, choice);
  if (said) held_add(m, all, "matching")->characteristics = (Characteristics *)said;
  if (place) held_add(m, all, "matching")->waiting = (WaitingPerson *)place;
}

static void add_held(const struct records *have, const struct message *m, HeldRecords *all,
                     const struct held_index *index, const char *id) {
  const void *record = records_get(have, index->type, id);
  if (!record) return;
  if (index == &offers)
    add_offer(m, all, record);
  else if (index == &proposed)
    add_proposed(m, all, record);
  else if (index == &tasks)
    add_task(m, all, record);
  else if (index == &bookings)
    add_booking(m, all, record);
  else
    add_feedback(m, all, record);
}

struct change decide_collect_offers(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  const struct held_index *index = at.index < INDEXES ? indexes[at.index] : NULL;
  const struct page *page = index ? held_page_at(have, m, index, &at) : NULL;
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, INDEXES);
  HeldRecords *all = held_records(m, page->n_members + 3);
  for (size_t i = 0; i < page->n_members; i++) add_held(have, m, all, index, held_id(page->members[i]));
  if (index == &offers && !*at.after) add_standing(have, m, all);
  return held_reply(m, all, &at, page, INDEXES);
}
