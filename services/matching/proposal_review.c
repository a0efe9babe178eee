// What a coordinator says about a pair while they look a proposal through, and the list of pairs that they look at. A
// verdict takes effect with the next revision; one who is struck is not offered without it either.
#include "access.h"
#include "proposal.h"
#include <string.h>

enum {
  MOST_STRUCK = 50 // of one person
};

// --- the list

static const char *list_index(const struct message *m) {
  return proposal_pairs_index(m->arena, matching_id(m));
}

void needs_list_proposed_pairs(struct records *want, const struct message *m) {
  const ListProposedPairs *cmd = m->body;
  needs_proposal(want, m);
  unsigned limit = matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
  const struct page *page = records_want_page(want, list_index(m), cmd->after, limit);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = proposal_pair_id(m->arena, cmd->id, page->members[i]);
    const ProposedPair *pair = records_want(want, &proposed_pair__descriptor, id);
    if (pair) records_want(want, &offer__descriptor, pair->offer_id);
    access_want(want, m, page->members[i]);
  }
}

static ProposedPair *shown(const struct records *have, const struct message *m, const ProposedPair *pair) {
  ProposedPair *copy = arena_copy(m->arena, pair, sizeof *pair);
  const Offer *offer = records_get(have, &offer__descriptor, pair->offer_id);
  if (offer) copy->offer_state = offer->state;
  return copy;
}

struct change decide_list_proposed_pairs(const struct records *have, const struct message *m) {
  const ListProposedPairs *cmd = m->body;
  if (!proposal_named(have, m)) return no_such_proposal(m);
  struct change c = change_of(m);
  const struct page *page = records_page(have, list_index(m), cmd->after);
  ProposedPairs *list = arena_take(m->arena, sizeof *list);
  proposed_pairs__init(list);
  list->pairs = arena_take(m->arena, (page->n_members + 1) * sizeof *list->pairs);
  for (size_t i = 0; i < page->n_members; i++) {
    const char *id = proposal_pair_id(m->arena, cmd->id, page->members[i]);
    const ProposedPair *pair = records_get(have, &proposed_pair__descriptor, id);
    if (!pair || !access_sees(have, m, pair->crn)) continue;
    list->pairs[list->n_pairs++] = shown(have, m, pair);
    change_touch(&c, pair->crn);
    change_touch(&c, pair->mentor_id);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}

// --- verdicts

static bool check_review(struct change *c, const ReviewProposedPair *cmd, char crn[8]) {
  bool names_mentor = cmd->verdict == VERDICT__STRIKE || cmd->verdict == VERDICT__PIN;
  if (!text_crn(cmd->crn, crn)) change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  if (cmd->verdict != VERDICT__LET_GO && !names_mentor)
    change_refuse(c, CODE__INVALID, "/verdict", "must be STRIKE, PIN or LET_GO");
  if (names_mentor && !text_is_uuid(cmd->mentor_id))
    change_refuse(c, CODE__INVALID, "/mentorId", "must be the id of a mentor: a UUID in lower case");
  if (cmd->verdict == VERDICT__STRIKE && text_is_empty(cmd->why))
    change_refuse(c, CODE__INVALID, "/why", "must say why: it is kept beside the strike");
  matching_check_why(c, cmd->why);
  return !change_refused(c);
}

void needs_review_proposed_pair(struct records *want, const struct message *m) {
  const ReviewProposedPair *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!check_review(&c, cmd, crn)) return;
  needs_proposal(want, m);
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &proposed_pair__descriptor, proposal_pair_id(m->arena, cmd->id, crn));
  if (text_is_uuid(cmd->mentor_id)) records_want(want, &mentor__descriptor, cmd->mentor_id);
}

static bool is_struck_out(const ProposedPair *pair, const char *mentor_id) {
  for (size_t k = 0; k < pair->n_struck; k++)
    if (!strcmp(pair->struck[k]->mentor_id, mentor_id)) return true;
  return false;
}

static void strike(const struct message *m, ProposedPair *pair) {
  const ReviewProposedPair *cmd = m->body;
  if (!strcmp(pair->pinned_mentor_id, cmd->mentor_id)) pair->pinned_mentor_id = pair->pinned_by = matching_text("");
  if (is_struck_out(pair, cmd->mentor_id)) return;
  Struck **longer = arena_take(m->arena, (pair->n_struck + 1) * sizeof *longer);
  if (pair->n_struck) memcpy(longer, pair->struck, pair->n_struck * sizeof *longer);
  Struck *struck = longer[pair->n_struck++] = arena_take(m->arena, sizeof *struck);
  struck__init(struck);
  struck->mentor_id = cmd->mentor_id;
  struck->why = cmd->why;
  struck->by = m->actor->id;
  struck->at = timestamp_of(m->arena, m->now.ms);
  pair->struck = longer;
}

// What a human struck is let go; a mentor who did not take the offer has said so themselves.
static void let_go(const struct message *m, ProposedPair *pair) {
  Struck **kept = arena_take(m->arena, (pair->n_struck + 1) * sizeof *kept);
  size_t n = 0;
  for (size_t k = 0; k < pair->n_struck; k++)
    if (text_is_empty(pair->struck[k]->by)) kept[n++] = pair->struck[k];
  pair->struck = kept;
  pair->n_struck = n;
  pair->pinned_mentor_id = pair->pinned_by = matching_text("");
}

static ProposedPair *judged(const struct message *m, const ProposedPair *was) {
  const ReviewProposedPair *cmd = m->body;
  ProposedPair *pair = arena_copy(m->arena, was, sizeof *was);
  if (cmd->verdict == VERDICT__STRIKE) strike(m, pair);
  if (cmd->verdict == VERDICT__LET_GO) let_go(m, pair);
  if (cmd->verdict == VERDICT__PIN) {
    pair->pinned_mentor_id = cmd->mentor_id;
    pair->pinned_by = m->actor->id;
  }
  return pair;
}

// A pin that the rules do not allow would only be dropped.
static void check_verdict(struct change *c, const struct records *have, const struct message *m,
                          const ProposedPair *was) {
  const ReviewProposedPair *cmd = m->body;
  struct pair pair = matching_pair(m, records_get(have, &person__descriptor, was->crn), NULL);
  if (text_is_uuid(cmd->mentor_id)) pair.mentor = records_get(have, &mentor__descriptor, cmd->mentor_id);
  const struct exclusion *rule = NULL;
  bool pins = cmd->verdict == VERDICT__PIN && pair.mentor && waiting_wants(pair.person);
  if (pins) rule = rules_exclude(&pair);
  if (cmd->verdict != VERDICT__LET_GO && !pair.mentor)
    change_refuse(c, CODE__NOT_FOUND, "/mentorId", "there is no such mentor in this area");
  else if (rule)
    change_refuse(c, CODE__REFUSED_BY_RULE, "/mentorId",
                  arena_printf(c->arena, "%s They cannot be pinned.", rule->words));
  else if (pins && is_struck_out(was, cmd->mentor_id))
    change_refuse(c, CODE__CONFLICT, "/mentorId", "the two were struck out: take that back with LET_GO first");
  else if (cmd->verdict == VERDICT__STRIKE && was->n_struck >= MOST_STRUCK)
    change_refuse(c, CODE__TOO_MANY, "/mentorId", "fifty mentors were struck out for this person already");
}

static struct change reviewed(const struct records *have, const struct message *m, const Proposal *proposal,
                              const ProposedPair *was) {
  struct change c = change_of(m);
  const char *id = proposal_pair_id(m->arena, proposal->id, was->crn);
  ProposedPair *pair = judged(m, was);
  uint64_t version = records_version(have, &proposed_pair__descriptor, id);
  change_reply(&c, was->crn, pair, version);
  if (arena_packs_alike(m->arena, was, pair)) return c;
  Proposal *next = arena_copy(m->arena, proposal, sizeof *proposal);
  next->reviewed_by = m->actor->id;
  next->reviewed_at = timestamp_of(m->arena, m->now.ms);
  next->unsolved++;
  change_write(&c, NULL, next->id, next);
  change_write(&c, pair->crn, id, pair);
  change_reply(&c, pair->crn, pair, version + 1);
  return c;
}

struct change decide_review_proposed_pair(const struct records *have, const struct message *m) {
  const ReviewProposedPair *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!check_review(&c, cmd, crn)) return c;
  const Proposal *proposal = proposal_named(have, m);
  if (!proposal) return no_such_proposal(m);
  const ProposedPair *was =
      records_get(have, &proposed_pair__descriptor, proposal_pair_id(m->arena, proposal->id, crn));
  if (!was) return refuse(m, CODE__NOT_FOUND, "/crn", "there is no such person in this proposal");
  if (proposal_is_open(&c, proposal)) check_verdict(&c, have, m, was);
  return change_refused(&c) ? c : reviewed(have, m, proposal, was);
}
