// The candidates for a person: every mentor of the area, either excluded by the first rule that holds, or scored.
#include "matching.h"
#include "rules.h"
#include <stdlib.h>
#include <string.h>

struct scored {
  const Mentor *mentor;
  int32_t score;
};

static unsigned candidates_limit(const ListCandidates *cmd) {
  return matching_limit(cmd->limit, MATCHING_CANDIDATES_DEFAULT, MATCHING_CANDIDATES_MOST);
}

// The next page of the index of mentors: `before` is the page before, or NULL for the first. False: that was the last.
static bool next_after(const struct page *before, const char **after) {
  if (before && (!before->more || !before->n_members)) return false;
  *after = before ? before->members[before->n_members - 1] : "";
  return true;
}

// First the whole index, page by page; then all mentors in one go.
void candidates_want_mentors(struct records *want) {
  const char *after;
  const struct page *page = NULL;
  while (next_after(page, &after)) {
    page = records_want_page(want, MATCHING_MENTORS, after, MATCHING_PAGE);
    if (!page) return;
  }
  for (page = NULL; next_after(page, &after);) {
    page = records_want_page(want, MATCHING_MENTORS, after, MATCHING_PAGE);
    for (size_t i = 0; i < page->n_members; i++) records_want(want, &mentor__descriptor, page->members[i]);
  }
}

void needs_list_candidates(struct records *want, const struct message *m) {
  const ListCandidates *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  const Person *person = records_want_closed(want, &person__descriptor, crn);
  if (person) candidates_want_mentors(want);
}

static size_t count_mentors(const struct records *have) {
  size_t n = 0;
  const char *after;
  for (const struct page *page = NULL; next_after(page, &after); n += page->n_members)
    page = records_page(have, MATCHING_MENTORS, after);
  return n;
}

const Mentor **candidates_mentors(const struct records *have, struct arena *a, size_t *n) {
  const Mentor **list = arena_take(a, (count_mentors(have) + 1) * sizeof *list);
  const char *after;
  *n = 0;
  for (const struct page *page = NULL; next_after(page, &after);) {
    page = records_page(have, MATCHING_MENTORS, after);
    for (size_t i = 0; i < page->n_members; i++) {
      const Mentor *mentor = records_get(have, &mentor__descriptor, page->members[i]);
      if (mentor) list[(*n)++] = mentor;
    }
  }
  return list;
}

static ExcludedMentor *excluded_of(struct arena *a, const Mentor *mentor, const struct exclusion *rule) {
  ExcludedMentor *excluded = arena_take(a, sizeof *excluded);
  excluded_mentor__init(excluded);
  excluded->mentor_id = mentor->id;
  excluded->code = matching_text(rule->code);
  excluded->words = matching_text(rule->words);
  return excluded;
}

static Candidate *candidate_of(struct arena *a, const struct pair *pair, int32_t score) {
  Candidate *candidate = arena_take(a, sizeof *candidate);
  candidate__init(candidate);
  candidate->mentor_id = pair->mentor->id;
  candidate->personal = pair->mentor->personal;
  candidate->score = score;
  candidate->n_reasons = rules_reasons(pair, a, &candidate->reasons);
  candidate->places_free = pair->mentor->capacity - pair->mentor->places_taken;
  return candidate;
}

// The best first; of two that are equally good, the one with the smaller id, so that the order is always the same.
static int better_first(const void *one, const void *other) {
  const struct scored *a = one, *b = other;
  if (a->score != b->score) return a->score < b->score ? 1 : -1;
  return strcmp(a->mentor->id, b->mentor->id);
}

// Sorts the mentor out: into the excluded, or with a score into `scored`.
static size_t sort_out(struct arena *a, const struct pair *pair, Candidates *reply, struct scored *scored, size_t n) {
  const struct exclusion *rule = rules_exclude(pair);
  if (rule)
    reply->excluded[reply->n_excluded++] = excluded_of(a, pair->mentor, rule);
  else
    scored[n++] = (struct scored){pair->mentor, rules_score(pair)};
  return n;
}

static size_t sort_all_out(const struct records *have, const struct message *m, const Person *person, Candidates *reply,
                           struct scored *scored) {
  size_t n = 0, n_mentors;
  const Mentor **mentors = candidates_mentors(have, m->arena, &n_mentors);
  for (size_t i = 0; i < n_mentors; i++) {
    struct pair pair = {person, mentors[i], m->now.ms};
    n = sort_out(m->arena, &pair, reply, scored, n);
  }
  qsort(scored, n, sizeof *scored, better_first);
  return n;
}

static struct change answer(const struct records *have, const struct message *m, const Person *person, unsigned limit) {
  struct change c = change_of(m);
  size_t n_mentors = count_mentors(have);
  Candidates *reply = arena_take(m->arena, sizeof *reply);
  candidates__init(reply);
  reply->crn = person->crn;
  reply->excluded = arena_take(m->arena, (n_mentors + 1) * sizeof *reply->excluded);
  struct scored *scored = arena_take(m->arena, (n_mentors + 1) * sizeof *scored);
  size_t n = sort_all_out(have, m, person, reply, scored);
  reply->candidates = arena_take(m->arena, (limit + 1) * sizeof *reply->candidates);
  change_reply(&c, person->crn, reply, 0);
  for (size_t i = 0; i < n && i < limit; i++) {
    struct pair pair = {person, scored[i].mentor, m->now.ms};
    reply->candidates[reply->n_candidates++] = candidate_of(m->arena, &pair, scored[i].score);
    change_touch(&c, pair.mentor->id);
  }
  return c;
}

struct change decide_list_candidates(const struct records *have, const struct message *m) {
  const ListCandidates *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  if (!person->mentoring || !person->mentoring->wanted)
    return refuse(m, CODE__REFUSED_BY_RULE, NULL, "the person has not asked for a mentor: record their wish first");
  return answer(have, m, person, candidates_limit(cmd));
}
