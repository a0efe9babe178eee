// Numbers that look random and follow from a seed: splitmix64. For invented data only, never for anything secret.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
  uint64_t state;
};
// Dice of their own for each thing (of a kind, by two numbers), so that what is thrown for one does not depend on how
// many others there are.
struct dice dice_of(uint64_t seed, const char *kind, uint64_t one, uint64_t other);
uint64_t dice_next(struct dice *d);
unsigned dice_below(struct dice *d, unsigned n); // 0 to n - 1
bool dice_chance(struct dice *d, unsigned percent);
double dice_fraction(struct dice *d);         // 0 to below 1
void dice_uuid(struct dice *d, char out[37]); // version 4 in form
