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

void pool_count(struct pool *p, const struct pool_person *person, int64_t now_ms, struct pool_counts *counts) {
  struct question q = question_of(p, person, now_ms);
  *counts = (struct pool_counts){0};
  for (uint32_t w = 0; w < pool_words(p); w++) {
    uint64_t out[POOL_RULES], left = asked_of(&q, w);
    words_of(&q, w, out);
    uint64_t once = held_by_one(out) & left;
    counts->n_mentors += (uint32_t)count_bits(left);
    counts->n_full += (uint32_t)count_bits(left & p->bits[POOL_FULL][w]);
    for (unsigned r = 0; r < POOL_RULES; r++) {
      counts->first[r] += (uint32_t)count_bits(left & out[r]);
      counts->only[r] += (uint32_t)count_bits(once & out[r]);
      left &= ~out[r];
    }
  }
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
