// Who is left out for a person, and by which rule.
#include "pool_state.h"

// Those of one word for whom exactly one rule holds.
static uint64_t held_by_one(const uint64_t out[POOL_RULES]) {
  uint64_t once = 0, twice = 0;
  for (unsigned r = 0; r < POOL_RULES; r++) {
    twice |= once & out[r];
    once |= out[r];
  }
  return once & ~twice;
}

// Counts of a few words, eight bytes of them in one: so several rules are counted at a time.
struct few {
  uint64_t first[POOL_RULES], only[POOL_RULES];
};
enum {
  FEW = 31 // words, after which a byte might overflow
};

// How many bits are set in each byte.
static inline uint64_t bytes_of(uint64_t word) {
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  return (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
}

static uint32_t sum_of(uint64_t bytes) {
  uint32_t sum = 0;
  for (; bytes; bytes >>= 8) sum += bytes & 0xff;
  return sum;
}

static void add_few(struct pool_counts *counts, struct few *few) {
  for (unsigned r = 0; r < POOL_RULES; r++) {
    counts->first[r] += sum_of(few->first[r]);
    counts->only[r] += sum_of(few->only[r]);
  }
  *few = (struct few){0};
}

static inline void count_word(struct few *few, const uint64_t out[POOL_RULES], uint64_t left) {
  uint64_t once = held_by_one(out) & left, first[POOL_RULES];
  for (unsigned r = 0; r < POOL_RULES; r++) {
    first[r] = left & out[r];
    left &= ~out[r];
  }
  for (unsigned r = 0; r < POOL_RULES; r++) few->first[r] += bytes_of(first[r]);
  for (unsigned r = 0; r < POOL_RULES; r++) few->only[r] += bytes_of(once & out[r]);
}

void pool_count(struct pool *p, const struct pool_person *person, int64_t now_ms, struct pool_counts *counts) {
  struct question q = question_of(p, person, now_ms);
  struct few few = {0};
  *counts = (struct pool_counts){0};
  for (uint32_t w = 0; w < pool_words(p); w++) {
    uint64_t out[POOL_RULES], left = asked_of(&q, w);
    words_of(&q, w, out);
    counts->n_mentors += (uint32_t)count_bits(left);
    counts->n_full += (uint32_t)count_bits(left & p->bits[POOL_FULL][w]);
    count_word(&few, out, left);
    if (w % FEW == FEW - 1) add_few(counts, &few);
  }
  add_few(counts, &few);
}

static unsigned first_of(const uint64_t out[POOL_RULES], uint64_t bit) {
  unsigned r = 0;
  while (!(out[r] & bit)) r++;
  return r;
}

size_t pool_list_out(struct pool *p, const struct pool_person *person, int64_t now_ms, size_t most,
                     struct pool_left_out *list) {
  struct question q = question_of(p, person, now_ms);
  size_t n = 0;
  for (uint32_t w = 0; w < pool_words(p) && n < most; w++) {
    uint64_t out[POOL_RULES], any = 0;
    words_of(&q, w, out);
    for (unsigned r = 0; r < POOL_RULES; r++) any |= out[r];
    for (uint64_t left = asked_of(&q, w) & any; left && n < most; left &= left - 1) {
      uint32_t slot = w * 64 + (uint32_t)__builtin_ctzll(left);
      list[n++] = (struct pool_left_out){p->id[slot], first_of(out, left & -left)};
    }
  }
  return n;
}
