// For tests of the waiting list and of proposals: events reach matching, people wait, proposals are made.
#pragma once
#include "matching_world.h"
#include "proposal.h"
#include "waiting.h"

#define WEEK_MS (7 * DAY_MS)
#define PROPOSAL_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7c01"

static inline char *crn_of(struct decision *d, unsigned n) {
  return arena_printf(&d->arena, "X%06u", n);
}

static inline void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

static inline void hear_registered(struct decision *d, const char *crn) {
  PersonRegistered *e = arena_take(&d->arena, sizeof *e);
  person_registered__init(e);
  e->crn = (char *)crn;
  commit(d, decided(d, e));
}
static inline void hear_changed(struct decision *d, const char *crn) {
  PersonChanged *e = arena_take(&d->arena, sizeof *e);
  person_changed__init(e);
  e->crn = (char *)crn;
  commit(d, decided(d, e));
}

// A person who has waited for so many weeks.
static inline Person *given_waiting(struct decision *d, const char *crn, unsigned weeks) {
  Person *person = person_of(d, crn);
  person->registered_at = timestamp_of(&d->arena, d->m.now.ms - weeks * WEEK_MS);
  given_person(d, person);
  hear_registered(d, crn);
  return person;
}

static inline const WaitingPerson *place_of(struct decision *d, const char *crn) {
  return decision_record(d, &waiting_person__descriptor, crn);
}
static inline bool waits(struct decision *d, const char *crn) {
  const WaitingPerson *place = place_of(d, crn);
  return place && place->waits;
}

static inline struct change proposed(struct decision *d) {
  ProposeMatches *cmd = arena_take(&d->arena, sizeof *cmd);
  propose_matches__init(cmd);
  cmd->id = PROPOSAL_ID;
  return decided(d, cmd);
}
static inline struct change solved(struct decision *d) {
  SolveProposal *cmd = arena_take(&d->arena, sizeof *cmd);
  solve_proposal__init(cmd);
  cmd->id = PROPOSAL_ID;
  return decided(d, cmd);
}
static inline struct change reviewed(struct decision *d, const char *crn, Verdict verdict, unsigned mentor) {
  ReviewProposedPair *cmd = arena_take(&d->arena, sizeof *cmd);
  review_proposed_pair__init(cmd);
  cmd->id = PROPOSAL_ID;
  cmd->crn = (char *)crn;
  cmd->verdict = verdict;
  if (mentor) cmd->mentor_id = mentor_id(d, mentor);
  if (verdict == VERDICT__STRIKE) cmd->why = "they are neighbours";
  return decided(d, cmd);
}
static inline struct change repaired(struct decision *d, unsigned lost, uint32_t most_moved, Repair take) {
  RepairProposal *cmd = arena_take(&d->arena, sizeof *cmd);
  repair_proposal__init(cmd);
  cmd->id = PROPOSAL_ID;
  if (lost) cmd->lost_mentor_id = mentor_id(d, lost);
  cmd->most_moved = most_moved;
  cmd->take = take;
  cmd->revision = 1;
  return decided(d, cmd);
}
static inline struct change publish_seen(struct decision *d, uint64_t version) {
  PublishProposal *cmd = arena_take(&d->arena, sizeof *cmd);
  publish_proposal__init(cmd);
  cmd->id = PROPOSAL_ID;
  cmd->seen_version = version;
  return decided(d, cmd);
}
static inline const Proposal *proposal_now(struct decision *d) {
  return decision_record(d, &proposal__descriptor, PROPOSAL_ID);
}
static inline const ProposedPair *pair_now(struct decision *d, const char *crn) {
  return decision_record(d, &proposed_pair__descriptor, arena_printf(&d->arena, PROPOSAL_ID "/%s", crn));
}
static inline void assert_mentor(struct decision *d, const char *crn, unsigned mentor) {
  const ProposedPair *pair = pair_now(d, crn);
  assert_non_null(pair);
  assert_string_equal(pair->mentor_id, mentor ? mentor_id(d, mentor) : "");
}

// One firing of the timer; the name of the next, or NULL.
static inline char *publish_once(struct decision *d, const char *timer) {
  for (size_t i = 0; i < sizeof d->m.now.random; i++) d->m.now.random[i]++;
  struct change c = decided_timer(d, timer);
  commit_and_hear(d, c);
  for (const struct change_timer *t = c.timers; t; t = t->next)
    if (!strncmp(t->name, "publish/", 8) && t->due_at_ms) return arena_text(&d->arena, t->name);
  return NULL;
}
static inline void publish_all(struct decision *d) {
  commit(d, publish_seen(d, decision_version(d, &proposal__descriptor, PROPOSAL_ID)));
  for (char *timer = "publish/" PROPOSAL_ID "/"; timer;) timer = publish_once(d, timer);
}
