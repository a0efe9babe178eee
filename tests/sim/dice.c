#include "dice.h"
#include "text.h"
#include <sodium.h>
#include <string.h>

// splitmix64.
uint64_t dice_next(struct dice *d) {
  uint64_t z = d->state += 0x9e3779b97f4a7c15u;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
  z = (z ^ z >> 27) * 0x94d049bb133111ebu;
  return z ^ z >> 31;
}

int64_t dice_between(struct dice *d, int64_t least, int64_t most) {
  return least + (int64_t)(dice_next(d) % (uint64_t)(most - least + 1));
}

bool dice_chance(struct dice *d, unsigned permille) {
  return dice_next(d) % 1000 < permille;
}

void dice_bytes(struct dice *d, void *out, size_t size_bytes) {
  for (uint8_t *at = out; size_bytes;) {
    uint64_t z = dice_next(d);
    size_t n = size_bytes < sizeof z ? size_bytes : sizeof z;
    memcpy(at, &z, n);
    at += n;
    size_bytes -= n;
  }
}

void dice_uuid(struct dice *d, char out[37]) {
  unsigned char random[16];
  dice_bytes(d, random, sizeof random);
  text_uuid(random, out);
}

// libsodium's source of randomness is one per process, and so is this.
static struct dice *sodiums;

static const char *seeded_name(void) {
  return "seeded";
}
static uint32_t seeded_random(void) {
  return (uint32_t)dice_next(sodiums);
}
static void seeded_buf(void *const out, const size_t size_bytes) {
  dice_bytes(sodiums, out, size_bytes);
}

void dice_for_sodium(struct dice *d) {
  static randombytes_implementation seeded = {
      .implementation_name = seeded_name, .random = seeded_random, .buf = seeded_buf};
  sodiums = d;
  randombytes_set_implementation(&seeded);
}
