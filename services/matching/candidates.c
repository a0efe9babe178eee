// The candidates for a person: every mentor of the area, either left out by the first rule that holds, or scored. And
// how it comes about: for each candidate the reasons and the lead over the next, for each rule whom it leaves out.
#include "matching.h"
#include "prices.h"
#include <stdlib.h>
#include <string.h>

struct scored {
  const Mentor *mentor;
  int32_t price, score; // the score is less the price
  uint32_t chosen;      // the person's own rank of the mentor; 0: none
  bool declined;
};

// What is found mentor by mentor.
struct sorting {
  const struct records *have;
  const struct message *m;
  const Person *person;
  const PersonsChoice *choice; // NULL: they were shown nobody yet
  Candidates *reply;
  struct scored *scored;
  size_t n;
  uint32_t first[RULES_MOST], only[RULES_MOST];
};

static unsigned candidates_limit(const ListCandidates *cmd) {
  return matching_limit(cmd->limit, MATCHING_CANDIDATES_DEFAULT, MATCHING_CANDIDATES_MOST);
}

void needs_list_candidates(struct records *want, const struct message *m) {
  const ListCandidates *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  const Person *person = records_want_closed(want, &person__descriptor, crn);
  records_want(want, &persons_choice__descriptor, crn);
  if (!person) return;
  prices_want(want);
  mentors_want_all(want);
}

static ExcludedMentor *excluded_of(struct arena *a, const Mentor *mentor, const struct exclusion *rule) {
  ExcludedMentor *excluded = arena_take(a, sizeof *excluded);
  excluded_mentor__init(excluded);
  excluded->mentor_id = mentor->id;
  excluded->code = matching_text(rule->code);
  excluded->words = matching_text(rule->words);
  return excluded;
}

// First whom the person chose, in their order, and last whom they did not want.
static uint32_t place_of(const struct scored *s) {
  return s->declined ? UINT32_MAX : s->chosen ? s->chosen : UINT32_MAX - 1;
}

// The person's choice first, then the best; of two that are equally good, the one with the smaller id, so that the
// order is always the same.
static int better_first(const void *one, const void *other) {
  const struct scored *a = one, *b = other;
  if (place_of(a) != place_of(b)) return place_of(a) < place_of(b) ? -1 : 1;
  if (a->score != b->score) return a->score < b->score ? 1 : -1;
  return strcmp(a->mentor->id, b->mentor->id);
}

static void leave_out(struct sorting *s, const Mentor *mentor, uint32_t in_the_way) {
  unsigned first = (unsigned)__builtin_ctz(in_the_way);
  s->first[first]++;
  if (in_the_way == UINT32_C(1) << first) s->only[first]++;
  s->reply->excluded[s->reply->n_excluded++] = excluded_of(s->m->arena, mentor, &rules_exclusions[first]);
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
  s->scored[s->n++] = (struct scored){mentor, price, rules_score(&pair) - price, choice_rank(s->choice, mentor->id),
                                      choice_declined(s->choice, mentor->id)};
}

static void sort_all_out(struct sorting *s, const struct records *have) {
  const char *after;
  for (const struct page *page = NULL; mentors_next(page, &after);) {
    page = records_page(have, MATCHING_MENTORS, after);
    for (size_t i = 0; i < page->n_members; i++) {
      const Mentor *mentor = records_get(have, &mentor__descriptor, page->members[i]);
      if (mentor) sort_out(s, mentor);
    }
  }
  qsort(s->scored, s->n, sizeof *s->scored, better_first);
}

static void list_rules(struct sorting *s) {
  Candidates *reply = s->reply;
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
  }
}

static Candidate *candidate_of(const struct sorting *s, size_t i) {
  struct arena *a = s->m->arena;
  const struct scored *this = &s->scored[i], *behind = this + 1;
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

static Candidates *empty_reply(const struct message *m, const Person *person, size_t n_mentors) {
  Candidates *reply = arena_take(m->arena, sizeof *reply);
  candidates__init(reply);
  reply->crn = person->crn;
  reply->rules_version = RULES_VERSION;
  reply->weights_version = matching_pair(m, person, NULL).weights->version;
  reply->excluded = arena_take(m->arena, (n_mentors + 1) * sizeof *reply->excluded);
  return reply;
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
  size_t n_mentors = mentors_count(have);
  struct sorting s = {.have = have, .m = m, .person = person, .reply = empty_reply(m, person, n_mentors)};
  s.choice = records_get(have, &persons_choice__descriptor, crn);
  s.scored = arena_take(m->arena, (n_mentors + 1) * sizeof *s.scored);
  sort_all_out(&s, have);
  list_rules(&s);
  return answer(&s, candidates_limit(cmd));
}
