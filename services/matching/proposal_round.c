#include "proposal.h"
#include "access.h"
#include <stdlib.h>
#include <string.h>

char *proposal_pairs_index(struct arena *a, const char *id) {
  return arena_printf(a, "proposal-pairs/%s", id);
}
char *proposal_pair_id(struct arena *a, const char *id, const char *crn) {
  return arena_printf(a, "%s/%s", id, crn);
}

const char **proposal_crns(const struct records *have, const struct message *m, const char *id, size_t *n) {
  struct members crns = members_got(have, m, proposal_pairs_index(m->arena, id), 2 * PROPOSAL_PEOPLE);
  *n = crns.n;
  return (const char **)crns.texts;
}

void proposal_want_pairs(struct records *want, const struct message *m, const char *id) {
  struct members crns = members_wanted(want, m, proposal_pairs_index(m->arena, id), 2 * PROPOSAL_PEOPLE);
  for (size_t i = 0; i < crns.n; i++) {
    records_want(want, &proposed_pair__descriptor, proposal_pair_id(m->arena, id, crns.texts[i]));
    access_want(want, m, crns.texts[i]);
  }
}

// --- what must be read

static void want_person(struct records *want, const struct message *m, const char *id, const char *crn) {
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &waiting_person__descriptor, crn);
  records_want(want, &persons_choice__descriptor, crn);
  waiting_want_standing(want, crn);
  const ProposedPair *was = records_want(want, &proposed_pair__descriptor, proposal_pair_id(m->arena, id, crn));
  if (was) records_want(want, &offer__descriptor, was->offer_id);
  access_want(want, m, crn);
}

void round_want(struct records *want, const struct message *m, const char *id) {
  struct members waiting = members_wanted(want, m, WAITING_INDEX, PROPOSAL_PEOPLE);
  struct members offered = members_wanted(want, m, WAITING_OFFERS_INDEX, PROPOSAL_PEOPLE);
  struct members pairs = members_wanted(want, m, proposal_pairs_index(m->arena, id), 2 * PROPOSAL_PEOPLE);
  struct members mentors = members_wanted(want, m, MATCHING_MENTORS, PROPOSAL_MENTORS);
  records_want(want, &newest_proposal__descriptor, PROPOSAL_NEWEST);
  for (size_t i = 0; i < waiting.n; i++) want_person(want, m, id, waiting_crn(waiting.texts[i]));
  for (size_t i = 0; i < pairs.n; i++) want_person(want, m, id, pairs.texts[i]);
  for (size_t i = 0; i < offered.n; i++) waiting_want_standing(want, offered.texts[i]);
  for (size_t j = 0; j < mentors.n; j++) records_want(want, &mentor__descriptor, mentors.texts[j]);
}

// --- who takes part

static void add_listed(struct round *r, const char *crn) {
  const Person *person = records_get(r->have, &person__descriptor, crn);
  const WaitingPerson *place = records_get(r->have, &waiting_person__descriptor, crn);
  bool waits = waiting_wants(person) && place && !waiting_standing(r->have, crn) && access_sees(r->have, r->m, crn);
  if (!waits || (r->closed && !strcmp(r->closed, crn))) return;
  const char *pair = proposal_pair_id(r->m->arena, r->id, crn);
  r->people[r->n_people++] = (struct round_person){.crn = person->crn,
                                                   .person = person,
                                                   .place = place,
                                                   .choice = records_get(r->have, &persons_choice__descriptor, crn),
                                                   .was = records_get(r->have, &proposed_pair__descriptor, pair),
                                                   .listed = true};
  r->n_listed++;
}

static void add_offered(struct round *r, const char *crn) {
  const Offer *open = waiting_standing(r->have, crn);
  uint32_t mentor = open && open->state == OFFER_STATE__OFFERED ? round_mentor(r, open->mentor_id) : ASSIGNMENT_NONE;
  if (mentor == ASSIGNMENT_NONE) return;
  r->frozen[r->n_people] = mentor;
  r->people[r->n_people++] = (struct round_person){.crn = crn};
}

static uint32_t places_of(const struct round *r, const Mentor *mentor) {
  if (r->without && !strcmp(r->without, mentor->id)) return 0;
  return mentor->capacity > mentor->places_taken ? mentor->capacity - mentor->places_taken : 0;
}

static bool is_within(struct change *c, const struct members *waiting, const struct members *offered,
                      const struct members *mentors) {
  if (waiting->n > PROPOSAL_PEOPLE || offered->n > PROPOSAL_PEOPLE)
    change_refuse(
        c, CODE__REFUSED_BY_RULE, NULL,
        "more than 1000 people wait or have an open offer, and one proposal takes no more: take wishes back that no "
        "longer hold, or make offers one by one first");
  if (mentors->n > PROPOSAL_MENTORS)
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL,
                  "the area has more than 1000 mentors, and one proposal takes no more: make offers one by one");
  return !change_refused(c);
}

static void *room(const struct round *r, size_t n, size_t bytes) {
  return arena_take(r->m->arena, (n + 1) * bytes);
}

static void gather(struct round *r, const struct members *waiting, const struct members *offered,
                   const struct members *mentors) {
  size_t most = waiting->n + offered->n;
  r->people = room(r, most, sizeof *r->people);
  r->mentors = room(r, mentors->n, sizeof *r->mentors);
  r->capacity = room(r, mentors->n, sizeof *r->capacity);
  r->frozen = room(r, most, sizeof *r->frozen);
  r->band = room(r, most, sizeof *r->band);
  r->row = room(r, most + 1, sizeof *r->row);
  memset(r->frozen, 0xff, (most + 1) * sizeof *r->frozen);
  for (size_t j = 0; j < mentors->n; j++) {
    const Mentor *mentor = records_get(r->have, &mentor__descriptor, mentors->texts[j]);
    if (!mentor) continue;
    r->capacity[r->n_mentors] = places_of(r, mentor);
    r->mentors[r->n_mentors++] = mentor;
  }
  for (size_t i = 0; i < waiting->n; i++) add_listed(r, waiting_crn(waiting->texts[i]));
  for (size_t i = 0; i < offered->n; i++) add_offered(r, offered->texts[i]);
}

// --- the problem

struct pair round_pair(const struct round *r, size_t person, size_t mentor) {
  return matching_pair(r->m, r->people[person].person, r->mentors[mentor]);
}

static int by_id(const void *id, const void *mentor) {
  return strcmp(id, (*(const Mentor *const *)mentor)->id);
}

uint32_t round_mentor(const struct round *r, const char *id) {
  const Mentor **found = bsearch(id, r->mentors, r->n_mentors, sizeof *r->mentors, by_id);
  return found ? (uint32_t)(found - r->mentors) : ASSIGNMENT_NONE;
}

static bool is_struck(const ProposedPair *was, const char *mentor_id) {
  for (size_t k = 0; was && k < was->n_struck; k++)
    if (!strcmp(was->struck[k]->mentor_id, mentor_id)) return true;
  return false;
}

// The mentor had this proposal's offer and did not take it: the same is not proposed again.
static bool is_answered(const struct round *r, const ProposedPair *was, const char *mentor_id) {
  if (!was || text_is_empty(was->offer_id) || strcmp(was->mentor_id, mentor_id)) return false;
  return records_get(r->have, &offer__descriptor, was->offer_id) != NULL;
}

static bool may_be(const struct round *r, size_t person, size_t mentor) {
  const ProposedPair *was = r->people[person].was;
  const char *id = r->mentors[mentor]->id;
  struct pair pair = round_pair(r, person, mentor);
  bool vetoed = is_struck(was, id) || is_answered(r, was, id) || choice_declined(r->people[person].choice, id);
  return r->capacity[mentor] && !vetoed && !rules_exclude(&pair);
}

static void add_pair(struct round *r, size_t person, uint32_t mentor) {
  struct pair pair = round_pair(r, person, mentor);
  size_t n = r->row[person + 1]++;
  if (n == r->most_pairs) {
    r->most_pairs = 2 * n + 1024;
    r->pairs = realloc(r->pairs, r->most_pairs * sizeof *r->pairs);
    if (!r->pairs) abort();
  }
  r->pairs[n] = (struct assignment_pair){mentor, rules_score(&pair)};
}

uint32_t round_need_weeks(const struct round *r, const Person *person) {
  uint32_t complexity = person->mentoring->complexity;
  return complexity ? (complexity - 1) * (uint32_t)matching_pair(r->m, person, NULL).weights->need_weeks : 0;
}

// The longest wait, or the greatest need, is the first band.
static uint8_t band_of(const struct round *r, const struct round_person *p) {
  uint32_t weeks = waiting_weeks(p->place, r->m->now.ms) + round_need_weeks(r, p->person);
  return (uint8_t)(PROPOSAL_BANDS - 1 - (weeks < PROPOSAL_BANDS ? weeks : PROPOSAL_BANDS - 1));
}

static void list_pairs(struct round *r) {
  for (size_t i = 0; i < r->n_people; i++) {
    r->row[i + 1] = r->row[i];
    if (!r->people[i].listed) continue;
    r->band[i] = band_of(r, &r->people[i]);
    for (uint32_t j = 0; j < r->n_mentors && r->frozen[i] == ASSIGNMENT_NONE; j++)
      if (may_be(r, i, j)) add_pair(r, i, j);
  }
}

// A pin holds as long as the rules allow the two and the mentor has a place for it.
static void freeze_pins(struct round *r) {
  uint32_t *left = room(r, r->n_mentors, sizeof *left);
  memcpy(left, r->capacity, r->n_mentors * sizeof *left);
  for (size_t i = r->n_listed; i < r->n_people; i++)
    if (left[r->frozen[i]]) left[r->frozen[i]]--;
  for (size_t i = 0; i < r->n_listed; i++) {
    const ProposedPair *was = r->people[i].was;
    uint32_t mentor = was && *was->pinned_mentor_id ? round_mentor(r, was->pinned_mentor_id) : ASSIGNMENT_NONE;
    if (mentor == ASSIGNMENT_NONE || !left[mentor] || !may_be(r, i, mentor)) continue;
    r->frozen[i] = mentor;
    left[mentor]--;
  }
}

// Steps of the person's choice: three for whom they would like first, two and one for those behind.
static uint32_t steps_of(const struct round *r, size_t person, uint32_t mentor) {
  uint32_t rank = choice_rank(r->people[person].choice, r->mentors[mentor]->id);
  return rank && rank <= MATCHING_CHOICES_MOST ? MATCHING_CHOICES_MOST + 1 - rank : 0;
}

// Choices before scores: one step is more than the scores of all could differ by. False: that is more than a score of
// assignment.h can be.
static bool add_choices(struct round *r) {
  int64_t least = 0, most = 0;
  for (uint32_t k = 0; k < r->row[r->n_people]; k++) {
    if (r->pairs[k].score < least) least = r->pairs[k].score;
    if (r->pairs[k].score > most) most = r->pairs[k].score;
  }
  r->choice_points = (most - least) * (int64_t)r->n_listed + 1;
  if (MATCHING_CHOICES_MOST * r->choice_points + most - least > ASSIGNMENT_MOST_SCORE) return false;
  for (size_t i = 0; i < r->n_people; i++)
    for (uint32_t k = r->row[i]; k < r->row[i + 1]; k++)
      r->pairs[k].score += (int32_t)(steps_of(r, i, r->pairs[k].mentor) * r->choice_points);
  return true;
}

struct round_points round_take_apart(const struct round *r, int64_t points) {
  int64_t half = r->choice_points / 2, choices = (points + (points < 0 ? -half : half)) / r->choice_points;
  return (struct round_points){choices, points - choices * r->choice_points};
}

// False: the scores lie too far apart.
static bool state_problem(struct round *r) {
  freeze_pins(r);
  list_pairs(r);
  if (!add_choices(r)) return false;
  r->problem = (struct assignment_problem){.n_people = (uint32_t)r->n_people,
                                           .n_mentors = (uint32_t)r->n_mentors,
                                           .row = r->row,
                                           .pairs = r->pairs,
                                           .capacity = r->capacity,
                                           .band = r->band,
                                           .frozen = r->frozen};
  return assignment_fits(&r->problem);
}

bool round_begin(struct round *r, struct change *c, const struct records *have, const struct message *m, const char *id,
                 const char *without, const char *closed) {
  *r = (struct round){.have = have, .m = m, .id = id, .without = without, .closed = closed};
  struct members waiting = members_got(have, m, WAITING_INDEX, PROPOSAL_PEOPLE);
  struct members offered = members_got(have, m, WAITING_OFFERS_INDEX, PROPOSAL_PEOPLE);
  struct members mentors = members_got(have, m, MATCHING_MENTORS, PROPOSAL_MENTORS);
  if (!is_within(c, &waiting, &offered, &mentors)) return false;
  r->was = records_get(have, &proposal__descriptor, id);
  gather(r, &waiting, &offered, &mentors);
  if (state_problem(r)) return true;
  round_free(r);
  change_refuse(c, CODE__REFUSED_BY_RULE, NULL,
                "the scores of so many people lie too far apart for whole numbers: make the weights smaller");
  return false;
}

void round_free(struct round *r) {
  free(r->pairs);
  r->pairs = NULL;
}
