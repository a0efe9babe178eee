#include "dice.h"
#include "text.h"
#include <string.h>

// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
uint64_t dice_next(struct dice *d) {
  uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
  return z ^ (z >> 31);
}

struct dice dice_of(uint64_t seed, const char *kind, uint64_t one, uint64_t other) {
  struct dice d = {seed};
  for (; *kind; kind++) d.state = dice_next(&d) ^ (unsigned char)*kind;
  d.state = dice_next(&d) ^ one;
  d.state = dice_next(&d) ^ other;
  return d;
}

unsigned dice_below(struct dice *d, unsigned n) {
  return (unsigned)((dice_next(d) >> 32) * n >> 32);
}

bool dice_chance(struct dice *d, unsigned percent) {
  return dice_below(d, 100) < percent;
}

double dice_fraction(struct dice *d) {
  return (double)(dice_next(d) >> 11) / 9007199254740992.0;
}

void dice_uuid(struct dice *d, char out[37]) {
  uint64_t random[2] = {dice_next(d), dice_next(d)};
  unsigned char bytes[16];
  memcpy(bytes, random, sizeof bytes);
  text_uuid(bytes, out);
}
