// Why not this mentor? A coordinator asks it on behalf of somebody, and is told what would have to change and how many
// others that would let in, never who; or how far a candidate is behind the first, and why.
#include "matching.h"
#include "prices.h"
#include <assert.h>
#include <string.h>

static bool explain_checked(struct change *c, const ExplainCandidate *cmd, char crn[8]) {
  if (!text_crn(cmd->crn, crn)) change_refuse(c, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  if (!text_is_uuid(cmd->mentor_id))
    change_refuse(c, CODE__INVALID, "/mentorId", "must be the id of a mentor: a UUID in lower case");
  return !change_refused(c);
}

void needs_explain_candidate(struct records *want, const struct message *m) {
  const ExplainCandidate *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!explain_checked(&c, cmd, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &mentor__descriptor, cmd->mentor_id);
  prices_want(want);
  mentors_want_all(want);
}

// The others: who comes first among them, how many come before this mentor, and whom the person's part of the change
// would let in.
struct others {
  const struct records *have;
  const struct message *m;
  struct pair asked;   // about this mentor
  int32_t score;       // theirs, less the price of their place
  uint32_t of_person;  // the rules in the way whose change is the person's
  const Mentor *first; // of all candidates
  int32_t first_score;
  uint32_t n_before, n_let_in;
};

static bool comes_first(const Mentor *one, int32_t score, const Mentor *other, int32_t other_score) {
  return score != other_score ? score > other_score : strcmp(one->id, other->id) < 0;
}

static void compare_with(struct others *o, const Mentor *mentor) {
  struct pair pair = o->asked;
  pair.mentor = mentor;
  uint32_t in_the_way = rules_in_the_way(&pair);
  bool other = strcmp(mentor->id, o->asked.mentor->id) != 0;
  if (in_the_way) {
    o->n_let_in += other && !(in_the_way & ~o->of_person);
    return;
  }
  int32_t score = rules_score(&pair) - prices_of(o->have, o->m, mentor->id);
  if (!o->first || comes_first(mentor, score, o->first, o->first_score)) o->first = mentor, o->first_score = score;
  o->n_before += other && comes_first(mentor, score, o->asked.mentor, o->score);
}

static void compare_with_all(struct others *o) {
  const char *after;
  for (const struct page *page = NULL; mentors_next(page, &after);) {
    page = records_page(o->have, MATCHING_MENTORS, after);
    for (size_t i = 0; i < page->n_members; i++) {
      const Mentor *mentor = records_get(o->have, &mentor__descriptor, page->members[i]);
      if (mentor) compare_with(o, mentor);
    }
  }
}

static uint32_t part_of_person(uint32_t in_the_way) {
  for (size_t i = 0; i < rules_n_exclusions; i++)
    if (!rules_exclusions[i].of_person) in_the_way &= ~(UINT32_C(1) << i);
  return in_the_way;
}

static void list_in_the_way(struct arena *a, CandidateExplanation *reply, uint32_t in_the_way) {
  reply->in_the_way = arena_take(a, (rules_n_exclusions + 1) * sizeof *reply->in_the_way);
  for (size_t i = 0; i < rules_n_exclusions; i++) {
    if (!(in_the_way >> i & 1)) continue;
    RuleInTheWay *rule = reply->in_the_way[reply->n_in_the_way++] = arena_take(a, sizeof *rule);
    rule_in_the_way__init(rule);
    rule->code = matching_text(rules_exclusions[i].code);
    rule->words = matching_text(rules_exclusions[i].words);
    rule->change = matching_text(rules_exclusions[i].change);
  }
}

static void explain_rank(struct arena *a, CandidateExplanation *reply, const struct others *o) {
  assert(o->first && "who is asked about is a candidate, so that there is a first one");
  struct pair first = o->asked;
  first.mentor = o->first;
  int32_t price = prices_of(o->have, o->m, o->asked.mentor->id);
  reply->score = o->score;
  size_t n = rules_reasons(&o->asked, a, &reply->reasons);
  reply->n_reasons = prices_add_reason(a, price, n, &reply->reasons);
  reply->rank = 1 + o->n_before;
  reply->behind = o->first_score - o->score;
  n = rules_lead(&first, &o->asked, a, &reply->behind_reasons);
  int32_t first_price = prices_of(o->have, o->m, o->first->id);
  reply->n_behind_reasons = prices_add_reason(a, first_price - price, n, &reply->behind_reasons);
}

static CandidateExplanation *explanation(const struct records *have, const struct message *m,
                                         const struct pair *asked) {
  CandidateExplanation *reply = arena_take(m->arena, sizeof *reply);
  candidate_explanation__init(reply);
  uint32_t in_the_way = rules_in_the_way(asked);
  int32_t score = rules_score(asked) - prices_of(have, m, asked->mentor->id);
  struct others o = {.have = have, .m = m, .asked = *asked, .score = score, .of_person = part_of_person(in_the_way)};
  compare_with_all(&o);
  reply->crn = asked->person->crn;
  reply->mentor_id = asked->mentor->id;
  reply->rules_version = RULES_VERSION;
  reply->weights_version = asked->weights->version;
  reply->others = o.n_let_in;
  list_in_the_way(m->arena, reply, in_the_way);
  if (!in_the_way) explain_rank(m->arena, reply, &o);
  return reply;
}

struct change decide_explain_candidate(const struct records *have, const struct message *m) {
  const ExplainCandidate *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!explain_checked(&c, cmd, crn)) return c;
  const Person *person = records_get(have, &person__descriptor, crn);
  const Mentor *mentor = records_get(have, &mentor__descriptor, cmd->mentor_id);
  if (candidates_refused(&c, m, person)) return c;
  if (!mentor) return refuse(m, CODE__NOT_FOUND, "/mentorId", "there is no such mentor in this area");
  struct pair asked = matching_pair(m, person, mentor);
  change_reply(&c, person->crn, explanation(have, m, &asked), 0);
  change_touch(&c, mentor->id);
  return c;
}
