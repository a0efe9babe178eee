// Chance out of a seed: the same seed gives the same numbers, in the same order.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct dice {
  uint64_t state;
};
uint64_t dice_next(struct dice *d);
// From `least` to `most`, both included.
int64_t dice_between(struct dice *d, int64_t least, int64_t most);
bool dice_chance(struct dice *d, unsigned permille);
void dice_bytes(struct dice *d, void *out, size_t size_bytes);
void dice_uuid(struct dice *d, char out[37]);
// Lets libsodium draw from these dice, so that sealing repeats too. Before sodium_init(). `d` outlives all use.
void dice_for_sodium(struct dice *d);
