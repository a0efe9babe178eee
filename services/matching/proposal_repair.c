// Repairs of a proposal: a mentor is lost, a person is. People without a mentor are given one of the places that are
// free; those who lost theirs, besides, by letting a few others move whose pairs are tentative. Nobody who has an offer
// or a match ever moves, and nobody loses their place by it. Both are shown with what the second gains, and a human
// takes one of them: the next revision. It is not claimed to be the best there is; a solution is.
#include "proposal.h"
#include <string.h>

enum {
  MOST_FREED = 50 // who lost their mentor: with more it is quicker to solve the whole again
};

// How a repair begins: of each person of the round the mentor whom they had, and where they begin.
struct start {
  uint32_t *had, *at, *freed, *waiting;
  uint32_t n_freed, n_waiting;
};

static bool is_allowed(const struct round *r, size_t person, uint32_t mentor) {
  for (uint32_t k = r->row[person]; k < r->row[person + 1]; k++)
    if (r->pairs[k].mentor == mentor) return true;
  return false;
}

static uint32_t had_mentor(const struct round *r, size_t person) {
  const ProposedPair *was = r->people[person].was;
  bool had = was && was->state == PAIR_STATE__TENTATIVE;
  return had ? round_mentor(r, was->mentor_id) : ASSIGNMENT_NONE;
}

// A pair that the rules still allow, and for which there is still a place, stays. People are in the order of their
// wait.
static struct start start_of(const struct round *r) {
  size_t n = r->n_people + 1;
  struct arena *a = r->m->arena;
  struct start s = {arena_take(a, n * sizeof *s.had),
                    arena_take(a, n * sizeof *s.at),
                    arena_take(a, n * sizeof *s.freed),
                    arena_take(a, n * sizeof *s.waiting),
                    0,
                    0};
  uint32_t *left = arena_take(a, (r->n_mentors + 1) * sizeof *left);
  memcpy(left, r->capacity, r->n_mentors * sizeof *left);
  for (size_t i = 0; i < r->n_people; i++)
    if (r->frozen[i] != ASSIGNMENT_NONE && left[r->frozen[i]]) left[r->frozen[i]]--;
  for (uint32_t i = 0; i < r->n_people; i++) {
    bool moves = r->people[i].listed && r->frozen[i] == ASSIGNMENT_NONE;
    s.had[i] = r->people[i].listed ? had_mentor(r, i) : ASSIGNMENT_NONE;
    s.at[i] = ASSIGNMENT_NONE;
    if (!moves) continue;
    if (s.had[i] == ASSIGNMENT_NONE)
      s.waiting[s.n_waiting++] = i;
    else if (!left[s.had[i]] || !is_allowed(r, i, s.had[i]))
      s.freed[s.n_freed++] = i;
    else
      left[s.at[i] = s.had[i]]--;
  }
  return s;
}

static RepairedPair *pair_said(const struct round *r, size_t person, uint32_t had, uint32_t mentor) {
  RepairedPair *said = arena_take(r->m->arena, sizeof *said);
  repaired_pair__init(said);
  said->crn = matching_text(r->people[person].crn);
  if (had != ASSIGNMENT_NONE) said->was_mentor_id = r->mentors[had]->id;
  if (mentor == ASSIGNMENT_NONE) return said;
  struct pair both = round_pair(r, person, mentor);
  said->mentor_id = both.mentor->id;
  said->score = rules_score(&both);
  return said;
}

static void add_change(const struct round *r, RepairOption *option, size_t i, const struct start *s, uint32_t mentor) {
  bool stayed = s->at[i] != ASSIGNMENT_NONE;
  option->placed += !stayed && mentor != ASSIGNMENT_NONE;
  option->unplaced += s->had[i] != ASSIGNMENT_NONE && mentor == ASSIGNMENT_NONE;
  option->moved += stayed;
  option->pairs[option->n_pairs++] = pair_said(r, i, s->had[i], mentor);
}

static RepairOption *option_of(const struct round *r, const struct start *s, const struct assignment *a) {
  RepairOption *option = arena_take(r->m->arena, sizeof *option);
  repair_option__init(option);
  struct assignment_worth total = assignment_total(a);
  option->served_bands = total.rank;
  struct round_points parts = round_take_apart(r, total.points);
  option->choices = parts.choices;
  option->points = parts.score;
  option->pairs = arena_take(r->m->arena, (r->n_people + 1) * sizeof *option->pairs);
  for (uint32_t i = 0; i < r->n_listed; i++)
    if (assignment_mentor(a, i) != s->had[i]) add_change(r, option, i, s, assignment_mentor(a, i));
  return option;
}

static struct assignment *repaired(const struct round *r, const struct start *s, uint32_t most_moved) {
  struct assignment *a = assignment_resume(&r->problem, s->at);
  assignment_place(a, s->freed, s->n_freed, most_moved);
  assignment_place(a, s->waiting, s->n_waiting, 0);
  return a;
}

static RepairOptions *options_of(const struct round *r, const struct start *s, const struct assignment *stay,
                                 const struct assignment *move) {
  RepairOptions *options = arena_take(r->m->arena, sizeof *options);
  repair_options__init(options);
  options->revision = r->was->revision;
  options->nobody_moves = option_of(r, s, stay);
  options->some_move = option_of(r, s, move);
  options->gained_bands = options->some_move->served_bands - options->nobody_moves->served_bands;
  options->gained_choices = options->some_move->choices - options->nobody_moves->choices;
  options->gained_points = options->some_move->points - options->nobody_moves->points;
  return options;
}

static void touch_all(struct change *c, const RepairOption *option) {
  for (size_t i = 0; i < option->n_pairs; i++) {
    change_touch(c, option->pairs[i]->crn);
    change_touch(c, option->pairs[i]->was_mentor_id);
    change_touch(c, option->pairs[i]->mentor_id);
  }
}

static void take_repair(struct change *c, const struct round *r, const struct assignment *a, RepairOptions *options) {
  uint32_t *mentors = arena_take(r->m->arena, (r->n_people + 1) * sizeof *mentors);
  for (uint32_t i = 0; i < r->n_people; i++) mentors[i] = assignment_mentor(a, i);
  Proposal *next = proposal_next(r->m, r->id, r->was);
  round_write(r, c, mentors, next);
  proposal_write(c, r->have, next);
  proposal_tell(c, r->m, next);
  options->revision = next->revision;
  change_reply(c, NULL, options, records_version(r->have, &proposal__descriptor, r->id) + 1);
}

static void answer(struct change *c, const struct round *r, const struct start *s, const RepairProposal *cmd) {
  struct assignment *stay = repaired(r, s, 0), *move = repaired(r, s, cmd->most_moved);
  RepairOptions *options = options_of(r, s, stay, move);
  change_reply(c, NULL, options, records_version(r->have, &proposal__descriptor, r->id));
  touch_all(c, options->nobody_moves);
  touch_all(c, options->some_move);
  if (cmd->take) take_repair(c, r, cmd->take == REPAIR__SOME_MOVE ? move : stay, options);
  assignment_free(stay);
  assignment_free(move);
}

static struct change repair(const struct records *have, const struct message *m, const char *closed) {
  const RepairProposal *cmd = m->body;
  struct change c = change_of(m);
  struct round r;
  const char *lost = text_is_empty(cmd->lost_mentor_id) ? NULL : cmd->lost_mentor_id;
  if (!round_begin(&r, &c, have, m, cmd->id, lost, closed)) return c;
  struct start s = start_of(&r);
  if (s.n_freed > MOST_FREED)
    change_refuse(&c, CODE__REFUSED_BY_RULE, NULL,
                  "more than fifty people lost their mentor: solve the proposal again");
  else
    answer(&c, &r, &s, cmd);
  round_free(&r);
  return c;
}

static void check_repair(struct change *c, const RepairProposal *cmd, char crn[8]) {
  if (!text_is_empty(cmd->lost_mentor_id) && !text_is_uuid(cmd->lost_mentor_id))
    change_refuse(c, CODE__INVALID, "/lostMentorId", "must be the id of a mentor: a UUID in lower case");
  if (!text_is_empty(cmd->closed_crn) && !text_crn(cmd->closed_crn, crn))
    change_refuse(c, CODE__INVALID, "/closedCrn", "must be a CRN: a letter and six digits");
  if (cmd->most_moved > PROPOSAL_MOST_MOVED)
    change_refuse(c, CODE__INVALID, "/mostMoved", "may be 20 at most: with more, solve the proposal again");
  if (cmd->take > REPAIR__SOME_MOVE)
    change_refuse(c, CODE__INVALID, "/take", "must be NOBODY_MOVES or SOME_MOVE, or left out to see both");
}

struct change decide_repair_proposal(const struct records *have, const struct message *m) {
  const RepairProposal *cmd = m->body;
  struct change c = change_of(m);
  char crn[8] = "";
  check_repair(&c, cmd, crn);
  if (change_refused(&c)) return c;
  const Proposal *was = proposal_named(have, m);
  if (!was) return no_such_proposal(m);
  if (!proposal_is_open(&c, was)) return c;
  if (cmd->take && cmd->revision != was->revision)
    return refuse(m, CODE__STALE, "/revision",
                  "the proposal has another revision by now: have both repairs shown again");
  return repair(have, m, *crn ? crn : NULL);
}
