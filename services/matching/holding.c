// What matching holds about a person: given for subject access without what is the mentor's own, and deleted when the
// person is erased, or when their period is over.
#include "cover.h"
#include "held.h"
#include "match_life.h"
#include "tasks.h"

static const struct held_index offers = {"offers-of", &offer__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index tasks = {"matching-tasks-of", &matching_task__descriptor, RECORD_CLASS__OFFER_RECORD};
static const struct held_index feedback = {"feedback-of", &feedback__descriptor, RECORD_CLASS__OFFER_RECORD};
enum {
  HELD_INDEXES = 3
};

// --- deleting

void needs_erase_offers(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, &offers);
  (void)held_want(want, m, &tasks);
  (void)held_want(want, m, &feedback);
  records_want(want, &persons_offer__descriptor, held_crn(m));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, held_id(page->members[i]));
    if (match_stands(offer)) records_want(want, &mentor__descriptor, offer->mentor_id);
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

static void forget_tasks(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, &tasks);
  for (size_t i = 0; page && i < page->n_members; i++) task_forget(c, have, held_id(page->members[i]));
  held_erase(c, have, m, &tasks);
}

// At most one match of a person stands: its mentor has the place back.
struct change on_erase_offers(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &offers);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    const Offer *offer = records_get(have, &offer__descriptor, id);
    change_clear_timer(&c, offer_timer(m->arena, id));
    change_clear_timer(&c, next_candidate_timer(m->arena, id));
    match_forget(&c, id);
    if (!match_stands(offer)) continue;
    change_unindex(&c, matches_index(m->arena, offer->mentor_id), offer->crn);
    cover_over(&c, offer);
    offer_free_place(&c, have, offer);
    offer_publish_ended(&c, offer, m->now.ms);
  }
  held_erase(&c, have, m, &offers);
  held_erase(&c, have, m, &feedback);
  forget_tasks(&c, have, m);
  if (page) forget_standing(&c, have, m);
  return c;
}

// --- collecting

static const struct held_index *held_of(const struct held_place *at) {
  static const struct held_index *const indexes[HELD_INDEXES] = {&offers, &tasks, &feedback};
  return at->index < HELD_INDEXES ? indexes[at->index] : NULL;
}

void needs_collect_offers(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, HELD_INDEXES);
  if (held_of(&at)) held_want_at(want, m, held_of(&at), &at);
}

// Who the mentor is, why they were chosen or declined, is the mentor's: the person knows whom they met.
static void add_offer(const struct message *m, HeldRecords *all, const Offer *offer) {
  HeldRecord *r = held_add(m, all, "matching");
  r->offer = arena_copy(m->arena, offer, sizeof *offer);
  r->offer->mentor_id = r->offer->declined_why = (char *)protobuf_c_empty_string;
  r->offer->cover = NULL;
  r->offer->n_reasons = 0;
  r->offer->score = 0;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (offer->cover) held_withhold(m, r, "cover", WITHHELD_REASON__THIRD_PARTY);
  if (offer->n_reasons) held_withhold(m, r, "reasons", WITHHELD_REASON__THIRD_PARTY);
  if (!text_is_empty(offer->declined_why)) held_withhold(m, r, "declinedWhy", WITHHELD_REASON__THIRD_PARTY);
}

// Likewise who was in question next.
static void add_task(const struct message *m, HeldRecords *all, const MatchingTask *task) {
  HeldRecord *r = held_add(m, all, "matching");
  r->matching_task = arena_copy(m->arena, task, sizeof *task);
  r->matching_task->mentor_id = r->matching_task->next_mentor_id = (char *)protobuf_c_empty_string;
  r->matching_task->next_score = 0;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (!text_is_empty(task->next_mentor_id)) held_withhold(m, r, "nextMentorId", WITHHELD_REASON__THIRD_PARTY);
}

// What a mentor said in confidence of the match is theirs; that they said something is told.
static void add_feedback(const struct message *m, HeldRecords *all, const Feedback *said) {
  HeldRecord *r = held_add(m, all, "matching");
  Feedback *f = r->feedback = arena_copy(m->arena, said, sizeof *said);
  f->mentor_id = f->recorded_by = (char *)protobuf_c_empty_string;
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "recordedBy", WITHHELD_REASON__THIRD_PARTY);
  if (said->from != FEEDBACK_FROM__FROM_MENTOR) return;
  f->n_answers = 0;
  f->text = NULL;
  held_withhold(m, r, "answers", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "text", WITHHELD_REASON__THIRD_PARTY);
}

static void add_any(const struct message *m, HeldRecords *all, const ProtobufCMessage *record) {
  if (record->descriptor == &offer__descriptor)
    add_offer(m, all, (const Offer *)record);
  else if (record->descriptor == &feedback__descriptor)
    add_feedback(m, all, (const Feedback *)record);
  else
    add_task(m, all, (const MatchingTask *)record);
}

struct change decide_collect_offers(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, HELD_INDEXES);
  const struct held_index *index = held_of(&at);
  const struct page *page = index ? held_page_at(have, m, index, &at) : NULL;
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, HELD_INDEXES);
  HeldRecords *all = held_records(m, page->n_members);
  for (size_t i = 0; i < page->n_members; i++) {
    const ProtobufCMessage *record = records_get(have, index->type, held_id(page->members[i]));
    if (record) add_any(m, all, record);
  }
  return held_reply(m, all, &at, page, HELD_INDEXES);
}
