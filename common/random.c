#include "random.h"
#include <sodium.h>

void random_fill(void *out, size_t size_bytes) {
  uint8_t seed[randombytes_SEEDBYTES];
  randombytes_buf(seed, sizeof seed);
  randombytes_buf_deterministic(out, size_bytes, seed);
  sodium_memzero(seed, sizeof seed);
}
