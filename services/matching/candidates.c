// The candidates for a person: the pool (pool.h) names the best, and counts and lists whom it leaves out; the records
// of those best, and of all whom the person spoke of, decide. So an answer never goes by what a mentor was a while ago.
// And how it comes about: for each candidate the reasons and the lead over the next, for each rule whom it leaves out.
#include "matching.h"
#include "pool_overview.h"
#include "prices.h"
#include <stdlib.h>
#include <string.h>

enum {
  EXCLUDED_MOST = 200 // whom the rules leave out, listed one by one
};

// What is found mentor by mentor.
struct sorting {
  const struct records *have;
  const struct message *m;
  const Person *person;
  const PersonsChoice *choice; // NULL: they were shown nobody yet
  Candidates *reply;
  struct scored_mentor *scored;
  size_t n;
  struct pool_texts seen; // ids of the mentors whose records were looked at
  uint32_t first[RULES_MOST], only[RULES_MOST];
};

static unsigned candidates_limit(const ListCandidates *cmd) {
  return matching_limit(cmd->limit, MATCHING_CANDIDATES_DEFAULT, MATCHING_CANDIDATES_MOST);
}

// --- whose records to look at

static void add_texts(struct pool_texts *all, size_t n, char **list) {
  if (n) memcpy(all->texts + all->n, list, n * sizeof *list);
  all->n += n;
}

// Whatever the pool says of them: whom the person spoke of, and whom it has no room for.
static struct pool_texts looked_at_anyway(const struct message *m, const PersonsChoice *choice) {
  const struct pool_overview *o = m->overview;
  size_t n = o->beside.n + (choice ? choice->n_ranked + choice->n_declined : 0);
  struct pool_texts all = {0, arena_take(m->arena, (n + 1) * sizeof *all.texts)};
  add_texts(&all, o->beside.n, o->beside.texts);
  if (choice) add_texts(&all, choice->n_ranked, choice->ranked);
  if (choice) add_texts(&all, choice->n_declined, choice->declined);
  return all;
}

// Wants the best of the pool, and says how many of those who are known are no candidates any more.
static size_t want_best(struct records *want, const struct message *m, const struct pool_person *asked,
                        const Person *person, size_t most) {
  const struct pool_overview *o = m->overview;
  struct pool_answer best;
  size_t n_gone = 0;
  pool_ask(o->pool, asked, matching_pair(m, person, NULL).weights, m->now.ms, most, &best);
  for (size_t i = 0; i < best.n_best; i++) {
    const Mentor *mentor = records_want(want, &mentor__descriptor, best.best[i].id);
    struct pair pair = matching_pair(m, person, mentor);
    n_gone += !mentor || rules_exclude(&pair);
  }
  return n_gone;
}

void candidates_want(struct records *want, const struct message *m, const Person *person, size_t n) {
  const PersonsChoice *choice = records_want(want, &persons_choice__descriptor, person->crn);
  prices_want(want);
  if (want->n_unknown) return;
  struct pool_person asked = pool_person_of(m->arena, person);
  asked.without = looked_at_anyway(m, choice);
  asked.n_prices = prices_all(want, m, &asked.prices);
  for (size_t i = 0; i < asked.without.n; i++) records_want(want, &mentor__descriptor, asked.without.texts[i]);
  // And as many more as turn out to be gone.
  size_t gone = 0, most;
  do {
    most = n + gone < POOL_BEST ? n + gone : POOL_BEST;
    gone = want_best(want, m, &asked, person, most);
  } while (!want->n_unknown && most < n + gone && most < POOL_BEST);
}

void needs_list_candidates(struct records *want, const struct message *m) {
  const ListCandidates *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  const Person *person = records_want_closed(want, &person__descriptor, crn);
  if (!person || !person->mentoring || !m->overview) return;
  // One more than are shown, since the last one has a lead over the next.
  candidates_want(want, m, person, candidates_limit(cmd) + 1);
}

// --- deciding

static void list_excluded(struct sorting *s, char *mentor_id, const struct exclusion *rule) {
  if (s->reply->n_excluded == EXCLUDED_MOST) return;
  ExcludedMentor *excluded = arena_take(s->m->arena, sizeof *excluded);
  excluded_mentor__init(excluded);
  excluded->mentor_id = mentor_id;
  excluded->code = matching_text(rule->code);
  excluded->words = matching_text(rule->words);
  s->reply->excluded[s->reply->n_excluded++] = excluded;
}

// First whom the person chose, in their order, and last whom they did not want.
static uint32_t place_of(const struct scored_mentor *s) {
  return s->declined ? UINT32_MAX : s->chosen ? s->chosen : UINT32_MAX - 1;
}

// The person's choice first, then the best; of two that are equally good, the one with the smaller id, so that the
// order is always the same.
static int better_first(const void *one, const void *other) {
  const struct scored_mentor *a = one, *b = other;
  if (place_of(a) != place_of(b)) return place_of(a) < place_of(b) ? -1 : 1;
  if (a->score != b->score) return a->score < b->score ? 1 : -1;
  return strcmp(a->mentor->id, b->mentor->id);
}

static void leave_out(struct sorting *s, const Mentor *mentor, uint32_t in_the_way) {
  unsigned first = (unsigned)__builtin_ctz(in_the_way);
  s->first[first]++;
  if (in_the_way == UINT32_C(1) << first) s->only[first]++;
  list_excluded(s, mentor->id, &rules_exclusions[first]);
}

// Sorts the mentor out: into those who are left out, or with a score among the others.
static void sort_out(struct sorting *s, const Mentor *mentor) {
  struct pair pair = matching_pair(s->m, s->person, mentor);
  uint32_t in_the_way = rules_in_the_way(&pair);
  s->reply->mentors++;
  s->reply->full += mentor->places_taken >= mentor->capacity;
  if (in_the_way) {
    leave_out(s, mentor, in_the_way);
    return;
  }
  int32_t price = prices_of(s->have, s->m, mentor->id);
  s->scored[s->n++] =
      (struct scored_mentor){mentor, price, rules_score(&pair) - price, choice_rank(s->choice, mentor->id),
                             choice_declined(s->choice, mentor->id)};
}

static Candidates *empty_reply(const struct message *m, const Person *person) {
  Candidates *reply = arena_take(m->arena, sizeof *reply);
  candidates__init(reply);
  reply->crn = person->crn;
  reply->rules_version = RULES_VERSION;
  reply->weights_version = matching_pair(m, person, NULL).weights->version;
  reply->excluded = arena_take(m->arena, EXCLUDED_MOST * sizeof *reply->excluded);
  return reply;
}

// Those whose records were wanted.
static struct sorting sort_seen_out(const struct records *have, const struct message *m, const Person *person) {
  struct sorting s = {.have = have, .m = m, .person = person, .reply = empty_reply(m, person)};
  s.choice = records_get(have, &persons_choice__descriptor, person->crn);
  s.scored = arena_take(m->arena, have->n_records * sizeof *s.scored);
  s.seen.texts = arena_take(m->arena, have->n_records * sizeof *s.seen.texts);
  for (struct record *r = have->first; r; r = r->next) {
    if (r->type != &mentor__descriptor || r->for_access) continue;
    s.seen.texts[s.seen.n++] = matching_text(r->id);
    if (r->body) sort_out(&s, r->body);
  }
  qsort(s.scored, s.n, sizeof *s.scored, better_first);
  return s;
}

size_t candidates_sorted(const struct records *have, const struct message *m, const Person *person,
                         const struct scored_mentor **sorted) {
  struct sorting s = sort_seen_out(have, m, person);
  *sorted = s.scored;
  return s.n;
}

// All others, none of whom is better than those who were seen: as the pool knows them.
static void count_others(struct sorting *s) {
  const struct pool_overview *o = s->m->overview;
  struct pool_person others = pool_person_of(s->m->arena, s->person);
  others.without = s->seen;
  struct pool_counts counts;
  pool_count(o->pool, &others, s->m->now.ms, &counts);
  s->reply->mentors += counts.n_mentors;
  s->reply->full += counts.n_full;
  for (unsigned r = 0; r < POOL_RULES; r++) s->first[r] += counts.first[r], s->only[r] += counts.only[r];
  struct pool_left_out list[EXCLUDED_MOST];
  size_t n = pool_list_out(o->pool, &others, s->m->now.ms, EXCLUDED_MOST - s->reply->n_excluded, list);
  for (size_t i = 0; i < n; i++) list_excluded(s, arena_text(s->m->arena, list[i].id), &rules_exclusions[list[i].rule]);
}

static void list_rules(struct sorting *s) {
  Candidates *reply = s->reply;
  uint32_t n_left_out = 0;
  reply->rules = arena_take(s->m->arena, (rules_n_exclusions + 1) * sizeof *reply->rules);
  for (size_t i = 0; i < rules_n_exclusions; i++) {
    if (!s->first[i]) continue;
    RuleCount *count = reply->rules[reply->n_rules++] = arena_take(s->m->arena, sizeof *count);
    rule_count__init(count);
    count->code = matching_text(rules_exclusions[i].code);
    count->words = matching_text(rules_exclusions[i].words);
    count->change = matching_text(rules_exclusions[i].change);
    count->first = s->first[i];
    count->only = s->only[i];
    n_left_out += count->first;
  }
  reply->excluded_more = n_left_out - (uint32_t)reply->n_excluded;
}

static Candidate *candidate_of(const struct sorting *s, size_t i) {
  struct arena *a = s->m->arena;
  const struct scored_mentor *this = &s->scored[i], *behind = this + 1;
  struct pair pair = matching_pair(s->m, s->person, this->mentor), next = pair;
  Candidate *candidate = arena_take(a, sizeof *candidate);
  candidate__init(candidate);
  candidate->mentor_id = pair.mentor->id;
  candidate->personal = pair.mentor->personal;
  candidate->score = this->score;
  candidate->chosen = this->chosen;
  candidate->declined = this->declined;
  size_t n = rules_reasons(&pair, a, &candidate->reasons);
  candidate->n_reasons = prices_add_reason(a, this->price, n, &candidate->reasons);
  candidate->places_free = pair.mentor->capacity - pair.mentor->places_taken;
  if (i + 1 == s->n) return candidate;
  next.mentor = behind->mentor;
  candidate->lead = this->score - behind->score;
  n = rules_lead(&pair, &next, a, &candidate->lead_reasons);
  candidate->n_lead_reasons = prices_add_reason(a, this->price - behind->price, n, &candidate->lead_reasons);
  return candidate;
}

static struct change answer(struct sorting *s, unsigned limit) {
  struct change c = change_of(s->m);
  Candidates *reply = s->reply;
  reply->candidates = arena_take(s->m->arena, (limit + 1) * sizeof *reply->candidates);
  change_reply(&c, s->person->crn, reply, 0);
  for (size_t i = 0; i < s->n && i < limit; i++) {
    reply->candidates[reply->n_candidates++] = candidate_of(s, i);
    change_touch(&c, s->scored[i].mentor->id);
  }
  return c;
}

bool candidates_refused(struct change *c, const struct message *m, const Person *person) {
  if (!person)
    *c = refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  else if (!person->mentoring || !person->mentoring->wanted)
    *c = refuse(m, CODE__REFUSED_BY_RULE, NULL, "the person has not asked for a mentor: record their wish first");
  return change_refused(c);
}

struct change decide_list_candidates(const struct records *have, const struct message *m) {
  const ListCandidates *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (candidates_refused(&c, m, person)) return c;
  if (!m->overview) return refuse(m, CODE__UNAVAILABLE, NULL, "the mentors are being read: send it again");
  struct sorting s = sort_seen_out(have, m, person);
  count_others(&s);
  list_rules(&s);
  return answer(&s, candidates_limit(cmd));
}
