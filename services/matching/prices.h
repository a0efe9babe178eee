// The prices of mentors' places, for one person's candidates. Who is ranked by score less price is given, of several
// mentors, one whom others need less: a scarce mentor is kept for those for whom nobody else fits.
//
// Prices come from the newest solution of the whole waiting list, and count for a week: by then who waits has changed.
#pragma once
#include "matching.h"
#include "pool.h"

enum {
  PRICES_BAND_POINTS = 1000,  // what a band of the price counts in points: more than scores differ by
  PRICES_CHOICE_POINTS = 100, // and a step of others' choice
  PRICES_MOST_POINTS = 1000000
};
#define PRICES_GOOD_MS (INT64_C(7) * 24 * 3600 * 1000)

void prices_want(struct records *want);
// The price of the mentor's place in points, from 0 to PRICES_MOST_POINTS; 0 where there is none.
int32_t prices_of(const struct records *have, const struct message *m, const char *mentor_id);
// All prices that are not 0, for pool_ask(). Writes an array in the message's arena and answers its length.
size_t prices_all(const struct records *have, const struct message *m, const struct pool_price **prices);
// The share of the rank that it is: so that all shares still sum to the rank. `reasons` are `n`, and become a new
// list where there is one more; answers how many there are then.
size_t prices_add_reason(struct arena *a, int32_t price, size_t n, MatchReason ***reasons);
