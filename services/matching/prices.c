#include "prices.h"
#include "proposal.h"
#include <stdlib.h>
#include <string.h>

void prices_want(struct records *want) {
  const NewestProposal *newest = records_want(want, &newest_proposal__descriptor, PROPOSAL_NEWEST);
  if (newest) records_want(want, &proposal__descriptor, newest->id);
}

static const Proposal *newest_solution(const struct records *have, const struct message *m) {
  const NewestProposal *newest = records_get(have, &newest_proposal__descriptor, PROPOSAL_NEWEST);
  const Proposal *p = newest ? records_get(have, &proposal__descriptor, newest->id) : NULL;
  return p && m->now.ms - timestamp_ms(p->solved_at) < PRICES_GOOD_MS ? p : NULL;
}

// Prices are in the order of mentors' ids, as the index of mentors is.
static int by_mentor(const void *id, const void *price) {
  return strcmp(id, (*(MentorPrice *const *)price)->mentor_id);
}

static int32_t points_of(const MentorPrice *p) {
  int64_t price = p->bands * PRICES_BAND_POINTS + p->choices * PRICES_CHOICE_POINTS + p->points;
  return price < 0 ? 0 : price > PRICES_MOST_POINTS ? PRICES_MOST_POINTS : (int32_t)price;
}

int32_t prices_of(const struct records *have, const struct message *m, const char *mentor_id) {
  const Proposal *p = newest_solution(have, m);
  if (!p || !p->n_prices) return 0;
  MentorPrice **found = bsearch(mentor_id, p->prices, p->n_prices, sizeof *p->prices, by_mentor);
  if (!found) return 0;
  return points_of(*found);
}

size_t prices_all(const struct records *have, const struct message *m, const struct pool_price **prices) {
  const Proposal *p = newest_solution(have, m);
  size_t n = 0;
  struct pool_price *all = arena_take(m->arena, ((p ? p->n_prices : 0) + 1) * sizeof *all);
  for (size_t i = 0; p && i < p->n_prices; i++) {
    int32_t price = points_of(p->prices[i]);
    if (price) all[n++] = (struct pool_price){p->prices[i]->mentor_id, price};
  }
  *prices = all;
  return n;
}

size_t prices_add_reason(struct arena *a, int32_t price, size_t n, MatchReason ***reasons) {
  if (!price) return n;
  MatchReason **longer = arena_take(a, (n + 1) * sizeof *longer);
  if (n) memcpy(longer, *reasons, n * sizeof *longer);
  MatchReason *reason = longer[n] = arena_take(a, sizeof *reason);
  match_reason__init(reason);
  reason->code = "kept_for_others";
  reason->points = -price;
  reason->words = "Is needed more by others who wait, for whom fewer mentors fit";
  *reasons = longer;
  return n + 1;
}
