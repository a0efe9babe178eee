// Proposals: propose, solve again with the verdicts, read, list.
#include "access.h"
#include "proposal.h"
#include <string.h>

// --- what is read

void needs_proposal(struct records *want, const struct message *m) {
  if (text_is_uuid(matching_id(m))) records_want(want, &proposal__descriptor, matching_id(m));
}

// What is there already is only shown; whom it is about is in the audit all the same.
void needs_propose_matches(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  const Proposal *was = records_want(want, &proposal__descriptor, id);
  if (was) proposal_want_pairs(want, m, id);
  if (!was && !want->n_unknown) round_want(want, m, id);
}

void needs_solve_proposal(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  const Proposal *was = records_want(want, &proposal__descriptor, id);
  if (was) round_want(want, m, id);
}

const Proposal *proposal_named(const struct records *have, const struct message *m) {
  return text_is_uuid(matching_id(m)) ? records_get(have, &proposal__descriptor, matching_id(m)) : NULL;
}

struct change no_such_proposal(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such proposal in this area");
}

struct change proposal_kept(const struct records *have, const struct message *m, const Proposal *proposal) {
  struct change c = change_of(m);
  change_reply(&c, NULL, proposal, records_version(have, &proposal__descriptor, proposal->id));
  return c;
}

void proposal_touch_pairs(struct change *c, const struct records *have, const struct message *m, const char *id) {
  size_t n;
  const char **crns = proposal_crns(have, m, id, &n);
  for (size_t i = 0; i < n; i++) {
    const ProposedPair *pair = records_get(have, &proposed_pair__descriptor, proposal_pair_id(m->arena, id, crns[i]));
    if (!pair || !access_sees(have, m, pair->crn)) continue;
    change_touch(c, pair->crn);
    change_touch(c, pair->mentor_id);
  }
}

struct change proposal_kept_with_pairs(const struct records *have, const struct message *m, const Proposal *proposal) {
  struct change c = proposal_kept(have, m, proposal);
  proposal_touch_pairs(&c, have, m, proposal->id);
  return c;
}

bool proposal_is_open(struct change *c, const Proposal *proposal) {
  if (proposal->state == PROPOSAL_STATE__PUBLISHING)
    change_refuse(c, CODE__CONFLICT, NULL, "the proposal is being published: wait until that is done");
  return !change_refused(c);
}

// --- what is written

Proposal *proposal_next(const struct message *m, const char *id, const Proposal *was) {
  Proposal *next = arena_take(m->arena, sizeof *next);
  proposal__init(next);
  if (was) *next = *was;
  next->id = matching_text(id);
  next->state = PROPOSAL_STATE__PROPOSED;
  next->revision++;
  next->proposed_by = m->actor->id;
  next->proposed_at = timestamp_of(m->arena, m->now.ms);
  if (!was) next->began_at = next->proposed_at;
  next->unsolved = 0;
  next->certificate = NULL;
  next->rules_version = RULES_VERSION;
  next->weights_version = matching_pair(m, NULL, NULL).weights->version;
  return next;
}

// Newest first.
static void index_proposal(struct change *c, const Proposal *p) {
  long long before = 9999999999999 - (long long)timestamp_ms(p->began_at);
  change_index(c, PROPOSAL_INDEX, arena_printf(c->arena, "%013lld/%s", before, p->id));
}

void proposal_write(struct change *c, const struct records *have, const Proposal *next) {
  uint64_t version = records_version(have, &proposal__descriptor, next->id);
  change_write(c, NULL, next->id, next);
  change_reply(c, NULL, next, version + 1);
  if (version) return;
  index_proposal(c, next);
  c->created = true;
}

bool proposal_certify(struct change *c, Proposal *next, const struct round *r,
                      const struct assignment_certificate *said) {
  if (said->why) {
    change_refuse(
        c, CODE__INTERNAL, NULL,
        arena_printf(c->arena,
                     "the proposal's proof does not hold (%s), so that there is none; this is a fault of ours",
                     said->why));
    change_alarm(c, "a proposal's certificate did not hold: nothing was proposed, and matching needs its makers");
    return false;
  }
  Certificate *certificate = arena_take(c->arena, sizeof *certificate);
  certificate__init(certificate);
  certificate->pairs = r->row[r->n_people];
  certificate->choice_points = r->choice_points;
  certificate->served = (uint32_t)said->n_served;
  certificate->primal_bands = said->primal.rank;
  certificate->primal_points = said->primal.points;
  certificate->dual_bands = said->dual.rank;
  certificate->dual_points = said->dual.points;
  next->certificate = certificate;
  return true;
}

static void set_prices(const struct round *r, const struct assignment *a, Proposal *next) {
  next->prices = arena_take(r->m->arena, (r->n_mentors + 1) * sizeof *next->prices);
  next->n_prices = 0;
  for (uint32_t j = 0; j < r->n_mentors; j++) {
    struct assignment_worth worth = assignment_price(a, j);
    if (!worth.rank && !worth.points) continue;
    MentorPrice *price = arena_take(r->m->arena, sizeof *price);
    mentor_price__init(price);
    price->mentor_id = r->mentors[j]->id;
    struct round_points parts = round_take_apart(r, worth.points);
    price->bands = worth.rank;
    price->choices = parts.choices;
    price->points = parts.score;
    next->prices[next->n_prices++] = price;
  }
}

void proposal_tell(struct change *c, const struct message *m, const Proposal *p) {
  MatchesProposed *event = arena_take(c->arena, sizeof *event);
  matches_proposed__init(event);
  event->id = p->id;
  event->revision = p->revision;
  event->people = p->people;
  event->mentors = p->mentors;
  event->served = p->served;
  event->at_ms = m->now.ms;
  event->certificate = p->certificate;
  change_publish(c, NULL, event);
}

static void write_newest(struct change *c, const Proposal *p) {
  NewestProposal *newest = arena_take(c->arena, sizeof *newest);
  newest_proposal__init(newest);
  newest->id = p->id;
  change_write(c, NULL, PROPOSAL_NEWEST, newest);
}

// --- solving

static void write_solution(struct change *c, const struct round *r, const struct assignment *a, Proposal *next) {
  uint32_t *mentors = arena_take(r->m->arena, (r->n_people + 1) * sizeof *mentors);
  for (uint32_t i = 0; i < r->n_people; i++) mentors[i] = assignment_mentor(a, i);
  set_prices(r, a, next);
  next->solved_at = next->proposed_at;
  round_write(r, c, mentors, next);
  proposal_write(c, r->have, next);
  write_newest(c, next);
  proposal_tell(c, r->m, next);
}

static void check_somebody_waits(struct change *c, const struct round *r) {
  if (!r->n_listed)
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, "nobody waits for a mentor, so that there is nothing to propose");
}

static void solve_round(struct change *c, const struct round *r) {
  struct assignment *a = assignment_solve(&r->problem);
  struct assignment_certificate said = assignment_check(a);
  Proposal *next = proposal_next(r->m, r->id, r->was);
  if (proposal_certify(c, next, r, &said)) write_solution(c, r, a, next);
  assignment_free(a);
}

static struct change solve(const struct records *have, const struct message *m, const char *id) {
  struct change c = change_of(m);
  struct round r;
  if (!round_begin(&r, &c, have, m, id, NULL, NULL)) return c;
  check_somebody_waits(&c, &r);
  if (!change_refused(&c)) solve_round(&c, &r);
  round_free(&r);
  return c;
}

struct change decide_propose_matches(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return refuse(m, CODE__INVALID, "/id", "must be a UUID in lower case");
  const Proposal *was = records_get(have, &proposal__descriptor, id);
  return was ? proposal_kept_with_pairs(have, m, was) : solve(have, m, id);
}

struct change decide_solve_proposal(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Proposal *was = proposal_named(have, m);
  if (!was) return no_such_proposal(m);
  if (!proposal_is_open(&c, was)) return c;
  return solve(have, m, was->id);
}

// --- reading

struct change decide_read_proposal(const struct records *have, const struct message *m) {
  const Proposal *proposal = proposal_named(have, m);
  return proposal ? proposal_kept(have, m, proposal) : no_such_proposal(m);
}

// A member is "<13 digits>/<id>".
static const char *id_of_member(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : "";
}

void needs_list_proposals(struct records *want, const struct message *m) {
  const ListProposals *cmd = m->body;
  unsigned limit = matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
  const struct page *page = records_want_page(want, PROPOSAL_INDEX, cmd->after, limit);
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &proposal__descriptor, id_of_member(page->members[i]));
}

// In the list without prices: they are as many as there are mentors.
static Proposal *shown_in_list(const struct message *m, const Proposal *p) {
  Proposal *shown = arena_copy(m->arena, p, sizeof *p);
  shown->n_prices = 0;
  return shown;
}

struct change decide_list_proposals(const struct records *have, const struct message *m) {
  const ListProposals *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, PROPOSAL_INDEX, cmd->after);
  Proposals *list = arena_take(m->arena, sizeof *list);
  proposals__init(list);
  list->proposals = arena_take(m->arena, (page->n_members + 1) * sizeof *list->proposals);
  for (size_t i = 0; i < page->n_members; i++) {
    const Proposal *p = records_get(have, &proposal__descriptor, id_of_member(page->members[i]));
    if (p) list->proposals[list->n_proposals++] = shown_in_list(m, p);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}
