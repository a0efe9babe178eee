// What the parts of the pool share. See pool.h.
#pragma once
#include "pool.h"

enum pool_bits { // rows of bits that every pool has
  POOL_IN_USE,
  POOL_PAUSED,
  POOL_FULL,
  POOL_SAFE_CONTACT,
  POOL_NOT_VETTED,   // until when is not known
  POOL_VETTING_OVER, // of those whose vetting is known; as of the window
  POOL_VETTING_ENDS, // within 30 days, or over; as of the window
  POOL_UNSUPERVISED, // as of the window
  POOL_NOT_CHECKED,  // nobody looked for conflicts
  POOL_REMOTE,
  POOL_HAS_PLACES, // where they may be
  POOL_NAMES_PLACES,
  POOL_SKILLED,      // a skill of 2 or more
  POOL_MOST_SKILLED, // 3
  POOL_GENDER_FIRST,
  POOL_BITS = POOL_GENDER_FIRST + POOL_GENDERS,
};

enum {
  POOL_HEAVY = 4, // most places are taken
  POOL_WORK = 10, // rows of bits for one question
};

enum pool_kind { // of names
  POOL_EXPERIENCE,
  POOL_LANGUAGE,
  POOL_TIME,
  POOL_PLACE,       // where the mentor may be
  POOL_NAMED_PLACE, // which they named, whether they may be there or not
  POOL_PREFERS_NOT,
  POOL_PRACTITIONER, // from here on few mentors have the name: they are listed, without a row of bits
  POOL_NOT_WITH,
  POOL_ACCOMPANIED,
  POOL_ID,
};

// A text that mentors have, and who has it.
struct pool_name {
  enum pool_kind kind;
  char *text;
  unsigned word;  // of an experience or a time: its bit in the mentor's word
  uint64_t *bits; // up to POOL_PREFERS_NOT
  uint32_t *list; // from POOL_PRACTITIONER on
  uint32_t n_list, room_list;
};

struct pool {
  uint32_t n_in_use;
  uint32_t n_slots, room; // room: slots there is room for, a multiple of 64
  uint64_t *bits[POOL_BITS];
  char **id; // of each slot; NULL: free
  uint64_t *experiences, *times;
  uint8_t *load; // free places up to three, and POOL_HEAVY
  int32_t *price;
  int64_t *vetted_until_ms, *supervised_until_ms;
  uint32_t **names; // of each slot: the names that it has, a number first
  struct pool_name *name;
  uint32_t n_names, room_names;
  uint32_t *table; // names by hash, open addressing, number + 1; size_table is a power of two
  uint32_t size_table;
  unsigned n_words[POOL_PLACE]; // kinds of experience and times so far
  int64_t window_from,
      window_to; // the moments for which the bits of vetting and supervision are right: from <= now < to
  uint64_t *work[POOL_WORK];
};

static inline uint32_t pool_words(const struct pool *p) {
  return p->room / 64;
}
static inline bool pool_bit(const uint64_t *bits, uint32_t slot) {
  return bits[slot / 64] >> (slot % 64) & 1;
}
static inline void pool_set(uint64_t *bits, uint32_t slot, bool on) {
  uint64_t bit = UINT64_C(1) << (slot % 64);
  bits[slot / 64] = on ? bits[slot / 64] | bit : bits[slot / 64] & ~bit;
}
// The name, or NULL where no mentor ever had it.
struct pool_name *pool_find(const struct pool *p, enum pool_kind kind, const char *text);
// Makes the bits of vetting and supervision right for this moment.
void pool_refresh(struct pool *p, int64_t now_ms);
