// After an offer that came to nothing: names the next candidate to the coordinator, at once. Nothing is offered by the
// program.
#include "tasks.h"
#include <string.h>

enum {
  OFFERS_READ = 200, // of the person, the oldest first: more than anybody has had
  OVERVIEW_WAIT_MS = 1000,
};

char *next_candidate_timer(struct arena *a, const char *offer_id) {
  return arena_printf(a, "next-candidate/%s", offer_id);
}

void offer_decide_again(struct change *c, const struct records *have, const struct message *m, const Offer *offer,
                        MatchingTaskKind kind) {
  const struct task task = {kind, offer->id, offer->crn, offer->mentor_id, offer->id};
  task_open(c, have, m, &task);
  change_set_timer(c, next_candidate_timer(m->arena, offer->id), m->now.ms);
}

void offer_decided_again(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (standing && !text_is_empty(standing->last_offer_id))
    task_done(c, have, m, MATCHING_TASK_KIND__OFFER_DECLINED, standing->last_offer_id);
}

void needs_next_candidate(struct records *want, const struct message *m) {
  const MatchingTask *task = task_want(want, MATCHING_TASK_KIND__OFFER_DECLINED, m->timer);
  if (!task_is_open(task)) return;
  const Person *person = records_want_closed(want, &person__descriptor, task->crn);
  const struct page *page = records_want_page(want, offers_index(m->arena, task->crn), "", OFFERS_READ);
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &offer__descriptor, offer_id_of(page->members[i]));
  // As many as may have been offered this person before, and one.
  if (page && person && person->mentoring && m->overview) candidates_want(want, m, person, page->n_members + 1);
}

// Whether this mentor has been offered this person and did not take it: they are not asked twice.
static bool has_refused(const struct records *have, const struct page *offers, const char *mentor_id) {
  for (size_t i = 0; i < offers->n_members; i++) {
    const Offer *offer = records_get(have, &offer__descriptor, offer_id_of(offers->members[i]));
    bool refused = offer && (offer->state == OFFER_STATE__DECLINED || offer->state == OFFER_STATE__EXPIRED);
    if (refused && !strcmp(offer->mentor_id, mentor_id)) return true;
  }
  return false;
}

static void publish_named(struct change *c, const MatchingTask *t) {
  NextCandidateNamed *event = arena_take(c->arena, sizeof *event);
  next_candidate_named__init(event);
  event->id = t->id;
  event->crn = t->crn;
  event->mentor_id = t->next_mentor_id;
  change_publish(c, t->crn, event);
}

static void name(const struct records *have, const struct message *m, const Person *person, MatchingTask *t) {
  const struct page *offers = records_page(have, offers_index(m->arena, t->crn), "");
  const struct scored_mentor *sorted;
  size_t n = candidates_sorted(have, m, person, &sorted), i = 0;
  while (i < n && (sorted[i].declined || has_refused(have, offers, sorted[i].mentor->id))) i++;
  t->next_named_at = timestamp_of(m->arena, m->now.ms);
  if (i == n) return;
  t->next_mentor_id = sorted[i].mentor->id;
  t->next_score = sorted[i].score;
}

struct change on_next_candidate(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const MatchingTask *was = task_get(have, MATCHING_TASK_KIND__OFFER_DECLINED, m->timer);
  const Person *person = task_is_open(was) ? records_get(have, &person__descriptor, was->crn) : NULL;
  if (!person || !person->mentoring || !person->mentoring->wanted) return c;
  if (!m->overview) { // the mentors are being read
    change_set_timer(&c, next_candidate_timer(m->arena, m->timer), m->now.ms + OVERVIEW_WAIT_MS);
    return c;
  }
  MatchingTask *t = arena_copy(m->arena, was, sizeof *was);
  name(have, m, person, t);
  change_write(&c, t->crn, t->id, t);
  if (!text_is_empty(t->next_mentor_id)) change_touch(&c, t->next_mentor_id);
  publish_named(&c, t);
  return c;
}
