// Publishing: a named human decides, and then a timer makes the offers, one in each commit, so that no commit is large
// and a crash goes on where it was. Each offer is decided as MakeOffer is, for the human who published: all rules are
// asked again inside the decision that commits. A pair that does not hold any more is not offered, and says why.
#include "proposal.h"
#include <sodium.h>
#include <string.h>

// --- the decision

static char *publish_timer(struct arena *a, const char *id, const char *after) {
  return arena_printf(a, "publish/%s/%s", id, after);
}

void needs_publish_proposal(struct records *want, const struct message *m) {
  needs_proposal(want, m);
  if (text_is_uuid(matching_id(m))) proposal_want_pairs(want, m, matching_id(m));
}

static bool is_to_offer(const ProposedPair *pair) {
  return pair && pair->state == PAIR_STATE__TENTATIVE;
}

static bool has_some_to_offer(const struct records *have, const struct message *m, const char *id) {
  size_t n;
  const char **crns = proposal_crns(have, m, id, &n);
  for (size_t i = 0; i < n; i++)
    if (is_to_offer(records_get(have, &proposed_pair__descriptor, proposal_pair_id(m->arena, id, crns[i]))))
      return true;
  return false;
}

// Whom the human decides about is in the audit with them; the offers themselves are the service's doing.
static struct change begin_publishing(const struct records *have, const struct message *m, const Proposal *was) {
  struct change c = change_of(m);
  Proposal *next = arena_copy(m->arena, was, sizeof *was);
  next->state = PROPOSAL_STATE__PUBLISHING;
  next->published_by = m->actor->id;
  next->published_at = timestamp_of(m->arena, m->now.ms);
  proposal_write(&c, have, next);
  proposal_touch_pairs(&c, have, m, was->id);
  change_set_timer(&c, publish_timer(m->arena, was->id, ""), m->now.ms);
  return c;
}

// What is on its way out, or out, by the same human is only shown.
struct change decide_publish_proposal(const struct records *have, const struct message *m) {
  const PublishProposal *cmd = m->body;
  const Proposal *was = proposal_named(have, m);
  if (!was) return no_such_proposal(m);
  if (was->state != PROPOSAL_STATE__PROPOSED) {
    if (!strcmp(was->published_by, m->actor->id)) return proposal_kept_with_pairs(have, m, was);
    return refusef(m, CODE__CONFLICT, NULL, "%s has published it already", was->published_by);
  }
  if (!cmd->seen_version)
    return refuse(m, CODE__INVALID, NULL, "send If-Match with the ETag of the proposal that you read");
  if (cmd->seen_version != records_version(have, &proposal__descriptor, was->id))
    return refuse(m, CODE__STALE, NULL, "the proposal has changed since you read it: look it through again");
  if (!has_some_to_offer(have, m, was->id))
    return refuse(m, CODE__REFUSED_BY_RULE, NULL,
                  "nobody in it has a mentor to be offered to: there is nothing to publish");
  return begin_publishing(have, m, was);
}

// --- the offers

enum {
  UUID_LENGTH = 36
};

// A timer's name goes on "<proposal id>/<CRN of the pair before>".
static const char *proposal_of(const struct message *m) {
  return arena_printf(m->arena, "%.*s", UUID_LENGTH, m->timer);
}
static const char *pair_before(const struct message *m) {
  return strlen(m->timer) > UUID_LENGTH ? m->timer + UUID_LENGTH + 1 : "";
}

// The same for the same pair of the same revision, so that it is offered once.
static char *offer_id(const struct message *m, const Proposal *p, const ProposedPair *pair) {
  const char *name = arena_printf(m->arena, "%s/%u/%s/%s", p->id, p->revision, pair->crn, pair->mentor_id);
  uint8_t hash[16];
  crypto_generichash(hash, sizeof hash, (const uint8_t *)name, strlen(name), NULL, 0);
  char *id = arena_take(m->arena, UUID_LENGTH + 1);
  text_uuid(hash, id);
  return id;
}

// The offer as the human who published it would make it.
struct as_made {
  struct message m;
  Actor actor;
  Offer offer;
  MakeOffer cmd;
};

static const struct message *as_made_by_human(const struct message *m, const Proposal *p, const ProposedPair *pair) {
  struct as_made *as = arena_take(m->arena, sizeof *as);
  actor__init(&as->actor);
  offer__init(&as->offer);
  make_offer__init(&as->cmd);
  as->actor.id = p->published_by;
  as->offer.id = offer_id(m, p, pair);
  as->offer.crn = pair->crn;
  as->offer.mentor_id = pair->mentor_id;
  as->cmd.offer = &as->offer;
  as->m = *m;
  as->m.body = &as->cmd;
  as->m.actor = &as->actor;
  as->m.timer = NULL;
  return &as->m;
}

static bool is_struck_out(const ProposedPair *pair) {
  for (size_t k = 0; k < pair->n_struck; k++)
    if (!strcmp(pair->struck[k]->mentor_id, pair->mentor_id)) return true;
  return false;
}

static const ProposedPair *next_pair(const struct records *have, const struct message *m, const struct page *page) {
  const char *id = proposal_pair_id(m->arena, proposal_of(m), page->members[0]);
  return records_get(have, &proposed_pair__descriptor, id);
}

void needs_publish_due(struct records *want, const struct message *m) {
  const char *id = proposal_of(m);
  const Proposal *p = records_want(want, &proposal__descriptor, id);
  const struct page *page = records_want_page(want, proposal_pairs_index(m->arena, id), pair_before(m), 1);
  if (!p || !page || !page->n_members) return;
  const char *pair_id = proposal_pair_id(m->arena, id, page->members[0]);
  const ProposedPair *pair = records_want(want, &proposed_pair__descriptor, pair_id);
  if (is_to_offer(pair)) needs_make_offer(want, as_made_by_human(m, p, pair));
}

// Why the human who published may not offer this person: their own strike, or a record that is not theirs to see.
static const char *why_not_theirs(const struct records *have, const Proposal *p, const ProposedPair *pair) {
  const Person *person = records_get(have, &person__descriptor, pair->crn);
  if (is_struck_out(pair)) return "the two were struck out";
  if (person && matching_has(person->n_restricted, person->restricted, p->published_by))
    return "who published may not read this person's record: somebody else has to offer them";
  return NULL;
}

static struct change not_offered(const struct message *m, const ProposedPair *was, const char *why) {
  struct change c = change_of(m);
  ProposedPair *pair = arena_copy(m->arena, was, sizeof *was);
  pair->state = PAIR_STATE__NOT_OFFERED;
  pair->words = matching_text(why);
  change_write(&c, pair->crn, proposal_pair_id(m->arena, pair->proposal_id, pair->crn), pair);
  return c;
}

static struct change offer_pair(const struct records *have, const struct message *m, const Proposal *p,
                                const ProposedPair *was) {
  const char *why = why_not_theirs(have, p, was);
  if (why) return not_offered(m, was, why);
  struct change c = decide_make_offer(have, as_made_by_human(m, p, was));
  if (change_refused(&c)) return not_offered(m, was, c.problem->why);
  ProposedPair *pair = arena_copy(m->arena, was, sizeof *was);
  pair->state = PAIR_STATE__PAIR_OFFERED;
  pair->offer_id = offer_id(m, p, was);
  change_write(&c, pair->crn, proposal_pair_id(m->arena, pair->proposal_id, pair->crn), pair);
  return c;
}

static struct change published_all(const struct message *m, const Proposal *was) {
  struct change c = change_of(m);
  Proposal *next = arena_copy(m->arena, was, sizeof *was);
  next->state = PROPOSAL_STATE__PUBLISHED;
  change_write(&c, NULL, next->id, next);
  ProposalPublished *event = arena_take(m->arena, sizeof *event);
  proposal_published__init(event);
  event->id = next->id;
  event->revision = next->revision;
  event->at_ms = m->now.ms;
  change_publish(&c, NULL, event);
  return c;
}

struct change on_publish_due(const struct records *have, const struct message *m) {
  const Proposal *p = records_get(have, &proposal__descriptor, proposal_of(m));
  if (!p || p->state != PROPOSAL_STATE__PUBLISHING) return change_of(m);
  const struct page *page = records_page(have, proposal_pairs_index(m->arena, p->id), pair_before(m));
  if (!page->n_members) return published_all(m, p);
  const ProposedPair *pair = next_pair(have, m, page);
  struct change c = is_to_offer(pair) ? offer_pair(have, m, p, pair) : change_of(m);
  change_set_timer(&c, publish_timer(m->arena, p->id, page->members[0]), m->now.ms);
  return c;
}
