// Intervals of shares, at 95 %. Pure; given counts that may be shown, what comes out says no more than they do.
//
// Sources: Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
// Statistical Association 22 (1927), 209-212, which holds for small counts and for shares near 0 and 1, where the usual
// one does not; Newcombe, "Interval estimation for the difference between independent proportions", Statistics in
// Medicine 17 (1998), 873-890, method 10, made of two of them.
#pragma once
#include <stdint.h>

struct interval {
  double low, high;
};
// Of the share of `of` in `all`, which is at least 1; more than all counts as all.
struct interval interval_of_share(uint32_t of, uint32_t all);
// Of that share less the other.
struct interval interval_of_difference(uint32_t of, uint32_t all, uint32_t other_of, uint32_t other_all);
