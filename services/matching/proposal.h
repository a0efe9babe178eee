// A proposal for a whole waiting list: what is read for it, the problem that is made of that, and what is kept.
//
//   proposal_round.c    who waits and who could mentor them, from the records: needs, and the problem for assignment.h
//   proposal_pairs.c    what a solution says for each person, with the reasons
//   proposals.c         propose, solve again, read, list
//   proposal_review.c   what a coordinator says about a pair, and the list of pairs
//   proposal_publish.c  the offers, one for each pair, by the same decision as MakeOffer
//   proposal_repair.c   a mentor is lost, a person is: with nobody moved, and with a few
//
// Records: Proposal under its id, ProposedPair under "<proposal id>/<CRN>", NewestProposal under "newest". Indexes:
// "proposals" (newest first: "<13 digits>/<id>"), "proposal-pairs/<id>" (CRNs), "proposed-of/<CRN>" ("<began at, 13
// digits of ms>/<proposal id>/<CRN>"). Timer: "publish/<id>/<CRN of the pair before>".
#pragma once
#include "assignment.h"
#include "rules.h"
#include "waiting.h"

// What one proposal takes in: at these numbers it is decided in about two seconds, in which the service does nothing
// else, and is written in one commit.
enum {
  PROPOSAL_PEOPLE = 1000,  // who wait; and as many with open offers
  PROPOSAL_MENTORS = 1000, // of the area
  PROPOSAL_BANDS = 53,     // weeks waited, and for need: who has a year or more is in the first
  PROPOSAL_MOST_MOVED = 20,
};
#define PROPOSAL_INDEX "proposals"
#define PROPOSAL_NEWEST "newest"

// All sums on the way to a solution stay within 64 bits, whatever the scores: see assignment_fits().
_Static_assert(INT64_C(4) * (PROPOSAL_MENTORS + PROPOSAL_BANDS + 2) * (PROPOSAL_MENTORS + PROPOSAL_BANDS + 2) *
                       (INT64_C(2) * ASSIGNMENT_MOST_SCORE + 1) <=
                   INT64_C(1) << 52,
               "a proposal of that size fits");

// A person of a round. Those with an open offer only hold a place: they are not `listed`.
struct round_person {
  const char *crn;
  const Person *person;
  const WaitingPerson *place;
  const PersonsChoice *choice; // NULL: they were shown nobody yet
  const ProposedPair *was;     // by the revision before; NULL: none
  bool listed;
};

// What one revision is made from. The problem's arrays are allocated: round_free().
struct round {
  const struct records *have;
  const struct message *m;
  const char *id;      // of the proposal
  const Proposal *was; // the revision before; NULL: none
  const char *without; // a mentor who is not to be given, or NULL
  const char *closed;  // a person who is not to be served, or NULL
  size_t n_people, n_listed, n_mentors, most_pairs;
  struct round_person *people;
  const Mentor **mentors;
  struct assignment_problem problem;
  uint32_t *row, *capacity, *frozen;
  uint8_t *band;
  struct assignment_pair *pairs;
  int64_t choice_points; // what a step of a person's choice counts: more than all scores together
};

// Points of a solution, taken apart.
struct round_points {
  int64_t choices, score;
};

char *proposal_pairs_index(struct arena *a, const char *id);
char *proposal_pair_id(struct arena *a, const char *id, const char *crn);
// The CRNs of a proposal's pairs: an array in the arena, and its length.
const char **proposal_crns(const struct records *have, const struct message *m, const char *id, size_t *n);

// Wants all pairs of a proposal, and how the sender stands to the people.
void proposal_want_pairs(struct records *want, const struct message *m, const char *id);

// Wants all that a revision of the proposal is made from.
void round_want(struct records *want, const struct message *m, const char *id);
// Gathers it. False: the round is not to be solved, and `c` says why; then there is nothing to free.
bool round_begin(struct round *r, struct change *c, const struct records *have, const struct message *m, const char *id,
                 const char *without, const char *closed);
void round_free(struct round *r);
// The two as rules.h looks at them.
struct pair round_pair(const struct round *r, size_t person, size_t mentor);
// How many weeks longer the person counts as having waited, for need.
uint32_t round_need_weeks(const struct round *r, const Person *person);
struct round_points round_take_apart(const struct round *r, int64_t points);
// The place of the mentor in the round, or ASSIGNMENT_NONE.
uint32_t round_mentor(const struct round *r, const char *id);

// What the revision says for that person with that mentor (or ASSIGNMENT_NONE).
ProposedPair *round_say(const struct round *r, size_t person, uint32_t mentor);
// Writes what has become of everybody, of those who wait no longer, too. `mentors`: of each person. Sets the numbers of
// `next` that are counted from it: people, served, moved, mentors, points.
void round_write(const struct round *r, struct change *c, const uint32_t *mentors, Proposal *next);

// Takes a certificate into the proposal. False: it does not hold; then everything is refused, with an alarm.
bool proposal_certify(struct change *c, Proposal *next, const struct round *r,
                      const struct assignment_certificate *said);
// The revision that follows on `was` (NULL: the first), by the message's actor, without what a solution says.
Proposal *proposal_next(const struct message *m, const char *id, const Proposal *was);
// Writes it, replies with it.
void proposal_write(struct change *c, const struct records *have, const Proposal *next);
// Publishes that there is this revision, with its certificate.
void proposal_tell(struct change *c, const struct message *m, const Proposal *p);
// The proposal that the message names, wanted by needs_proposal() at least; or NULL.
const Proposal *proposal_named(const struct records *have, const struct message *m);
struct change no_such_proposal(const struct message *m);
struct change proposal_kept(const struct records *have, const struct message *m, const Proposal *proposal);
// Names for the audit all whom the proposal is about, as proposal_want_pairs() wanted them.
void proposal_touch_pairs(struct change *c, const struct records *have, const struct message *m, const char *id);
struct change proposal_kept_with_pairs(const struct records *have, const struct message *m, const Proposal *proposal);
// Refuses where it is being published: what it says is on its way out.
bool proposal_is_open(struct change *c, const Proposal *proposal);

// The rows: see table.c.
void needs_proposal(struct records *want, const struct message *m);
void needs_propose_matches(struct records *want, const struct message *m);
struct change decide_propose_matches(const struct records *have, const struct message *m);
void needs_solve_proposal(struct records *want, const struct message *m);
struct change decide_solve_proposal(const struct records *have, const struct message *m);
struct change decide_read_proposal(const struct records *have, const struct message *m);
void needs_list_proposals(struct records *want, const struct message *m);
struct change decide_list_proposals(const struct records *have, const struct message *m);
void needs_list_proposed_pairs(struct records *want, const struct message *m);
struct change decide_list_proposed_pairs(const struct records *have, const struct message *m);
void needs_review_proposed_pair(struct records *want, const struct message *m);
struct change decide_review_proposed_pair(const struct records *have, const struct message *m);
void needs_publish_proposal(struct records *want, const struct message *m);
struct change decide_publish_proposal(const struct records *have, const struct message *m);
void needs_publish_due(struct records *want, const struct message *m);
struct change on_publish_due(const struct records *have, const struct message *m);
struct change decide_repair_proposal(const struct records *have, const struct message *m);
