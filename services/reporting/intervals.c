#include "intervals.h"
#include <math.h>

#define Z 1.959963984540054 // 95 % of a normal distribution lie within

static double share_of(uint32_t of, uint32_t all) {
  return of < all ? (double)of / (double)all : 1;
}

struct interval interval_of_share(uint32_t of, uint32_t all) {
  double n = (double)all, p = share_of(of, all), divisor = 1 + Z * Z / n;
  double middle = (p + Z * Z / (2 * n)) / divisor;
  double half = Z / divisor * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n));
  return (struct interval){fmax(middle - half, 0), fmin(middle + half, 1)};
}

static double hypotenuse(double a, double b) {
  return sqrt(a * a + b * b);
}

struct interval interval_of_difference(uint32_t of, uint32_t all, uint32_t other_of, uint32_t other_all) {
  double one = share_of(of, all), other = share_of(other_of, other_all);
  struct interval a = interval_of_share(of, all), b = interval_of_share(other_of, other_all);
  return (struct interval){one - other - hypotenuse(one - a.low, b.high - other),
                           one - other + hypotenuse(a.high - one, other - b.low)};
}
