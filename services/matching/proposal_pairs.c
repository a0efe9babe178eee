// What a solution says for each person: a record each, so that who is erased goes with theirs, and a page reads some.
#include "access.h"
#include "proposal.h"
#include <stdlib.h>
#include <string.h>

// --- why somebody has no mentor

static const struct reason {
  const char *code, *words;
} nobody_fits = {"nobody_fits", "No mentor fits: the list of candidates names the first rule in the way of each."},
  all_struck = {"all_struck", "Every mentor who fits was struck out for this person, or did not take this offer."},
  all_full = {"all_full", "All places of the mentors who fit are taken, or go to people who come first."};

static bool is_out(const ProposedPair *pair, const char *mentor_id) {
  for (size_t k = 0; k < pair->n_struck; k++)
    if (!strcmp(pair->struck[k]->mentor_id, mentor_id)) return true;
  return false;
}

// As if nobody had been given to the mentor yet.
static bool fits_but_for_places(const struct round *r, size_t person, size_t mentor) {
  struct pair pair = round_pair(r, person, mentor);
  Mentor empty = *pair.mentor;
  empty.places_taken = 0;
  pair.mentor = &empty;
  return empty.capacity && !rules_exclude(&pair);
}

static const struct reason *why_unserved(const struct round *r, size_t person, const ProposedPair *pair) {
  const struct reason *why = &nobody_fits;
  for (size_t j = 0; j < r->n_mentors; j++) {
    bool lost = r->without && !strcmp(r->without, r->mentors[j]->id);
    if (lost || !fits_but_for_places(r, person, j)) continue;
    if (!is_out(pair, r->mentors[j]->id)) return &all_full;
    why = &all_struck;
  }
  return why;
}

// --- one person

static bool had_mentor(const ProposedPair *was) {
  return was && was->state == PAIR_STATE__TENTATIVE && !text_is_empty(was->mentor_id);
}

// What stays of the revision before: the verdicts; and a mentor who had the offer and did not take it is struck.
static void keep_verdicts(const struct round *r, ProposedPair *pair, const ProposedPair *was) {
  pair->pinned_mentor_id = was->pinned_mentor_id;
  pair->pinned_by = was->pinned_by;
  pair->struck = arena_take(r->m->arena, (was->n_struck + 1) * sizeof *pair->struck);
  pair->n_struck = was->n_struck;
  if (was->n_struck) memcpy(pair->struck, was->struck, was->n_struck * sizeof *pair->struck);
  const Offer *answered = records_get(r->have, &offer__descriptor, was->offer_id);
  if (!answered || is_out(was, was->mentor_id)) return;
  Struck *struck = arena_take(r->m->arena, sizeof *struck);
  struck__init(struck);
  struck->mentor_id = was->mentor_id;
  struck->why = matching_text(offer_state_words(answered->state));
  struck->at = answered->answered_at;
  pair->struck[pair->n_struck++] = struck;
}

static ProposedPair *new_pair(const struct round *r, const char *crn, const ProposedPair *was) {
  ProposedPair *pair = arena_take(r->m->arena, sizeof *pair);
  proposed_pair__init(pair);
  pair->proposal_id = matching_text(r->id);
  pair->crn = matching_text(crn);
  if (was) keep_verdicts(r, pair, was);
  return pair;
}

static void say_mentor(const struct round *r, ProposedPair *pair, size_t person, uint32_t mentor) {
  struct pair both = round_pair(r, person, mentor);
  pair->state = PAIR_STATE__TENTATIVE;
  pair->mentor_id = both.mentor->id;
  pair->score = rules_score(&both);
  pair->n_reasons = rules_reasons(&both, r->m->arena, &pair->reasons);
}

static void say_nobody(const struct round *r, ProposedPair *pair, size_t person) {
  const struct reason *why = why_unserved(r, person, pair);
  pair->state = PAIR_STATE__UNSERVED;
  pair->code = matching_text(why->code);
  pair->words = matching_text(why->words);
}

ProposedPair *round_say(const struct round *r, size_t person, uint32_t mentor) {
  const struct round_person *p = &r->people[person];
  ProposedPair *pair = new_pair(r, p->crn, p->was);
  pair->weeks = waiting_weeks(p->place, r->m->now.ms);
  pair->need_weeks = round_need_weeks(r, p->person);
  if (mentor == ASSIGNMENT_NONE)
    say_nobody(r, pair, person);
  else
    say_mentor(r, pair, person, mentor);
  pair->moved = had_mentor(p->was) && strcmp(p->was->mentor_id, pair->mentor_id) != 0;
  if (pair->moved) pair->was_mentor_id = p->was->mentor_id;
  return pair;
}

// --- everybody

static void index_pair(const struct round *r, struct change *c, const ProposedPair *pair, int64_t began_ms) {
  struct arena *a = r->m->arena;
  change_index(c, proposal_pairs_index(a, r->id), pair->crn);
  change_index(c, arena_printf(a, "proposed-of/%s", pair->crn),
               arena_printf(a, "%013lld/%s/%s", (long long)began_ms, r->id, pair->crn));
}

static void write_pair(const struct round *r, struct change *c, const ProposedPair *was, const ProposedPair *pair,
                       int64_t began_ms) {
  change_touch(c, pair->crn);
  change_touch(c, pair->mentor_id);
  if (was && arena_packs_alike(r->m->arena, was, pair)) return;
  if (!was) index_pair(r, c, pair, began_ms);
  change_write(c, pair->crn, proposal_pair_id(r->m->arena, r->id, pair->crn), pair);
}

static void count_pair(Proposal *next, const ProposedPair *pair) {
  uint32_t weeks = pair->weeks + pair->need_weeks;
  if (!next->people || weeks < next->least_weeks) next->least_weeks = weeks;
  next->people++;
  next->served += pair->state == PAIR_STATE__TENTATIVE;
  next->moved += pair->moved;
}

static int by_text(const void *one, const void *other) {
  return strcmp(*(const char *const *)one, *(const char *const *)other);
}

// An offer of this proposal that stands is what it is.
static bool is_on_its_way(const struct round *r, const ProposedPair *was) {
  const Offer *standing = waiting_standing(r->have, was->crn);
  return was->state == PAIR_STATE__PAIR_OFFERED && standing && !strcmp(standing->id, was->offer_id);
}

static void write_left(const struct round *r, struct change *c, const char *crn) {
  const ProposedPair *was = records_get(r->have, &proposed_pair__descriptor, proposal_pair_id(r->m->arena, r->id, crn));
  if (!was || is_on_its_way(r, was) || !access_sees(r->have, r->m, crn)) return;
  ProposedPair *pair = new_pair(r, crn, was);
  pair->state = PAIR_STATE__LEFT;
  pair->moved = had_mentor(was);
  if (pair->moved) pair->was_mentor_id = was->mentor_id;
  write_pair(r, c, was, pair, 0);
}

static void write_all_left(const struct round *r, struct change *c) {
  const char **listed = arena_take(r->m->arena, (r->n_listed + 1) * sizeof *listed);
  for (size_t i = 0; i < r->n_listed; i++) listed[i] = r->people[i].crn;
  qsort(listed, r->n_listed, sizeof *listed, by_text);
  size_t n;
  const char **crns = proposal_crns(r->have, r->m, r->id, &n);
  for (size_t i = 0; i < n; i++)
    if (!bsearch(&crns[i], listed, r->n_listed, sizeof *listed, by_text)) write_left(r, c, crns[i]);
}

void round_write(const struct round *r, struct change *c, const uint32_t *mentors, Proposal *next) {
  next->people = next->served = next->moved = 0;
  next->points = 0;
  next->mentors = (uint32_t)r->n_mentors;
  next->least_weeks = 0;
  for (size_t i = 0; i < r->n_listed; i++) {
    const ProposedPair *pair = round_say(r, i, mentors[i]);
    count_pair(next, pair);
    next->points += r->frozen[i] == ASSIGNMENT_NONE ? pair->score : 0;
    write_pair(r, c, r->people[i].was, pair, timestamp_ms(next->began_at));
  }
  if (next->least_weeks >= PROPOSAL_BANDS) next->least_weeks = PROPOSAL_BANDS - 1;
  write_all_left(r, c);
}
