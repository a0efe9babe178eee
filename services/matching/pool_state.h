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
  POOL_WORK = 11, // rows of bits for one question
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

// What is in no row of bits, and read together of who may be among the best.
struct pool_facts {
  uint64_t experiences, times;
  int32_t price; // for the question; nought between questions
  uint8_t load;  // free places up to three, and POOL_HEAVY
};

struct pool {
  uint32_t n_in_use;
  uint32_t n_slots, room; // room: slots there is room for, a multiple of 64
  uint64_t *bits[POOL_BITS];
  char **id;                // of each slot; NULL: free
  struct pool_facts *facts; // of each slot
  uint64_t *version;
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

// --- a question

enum work { // rows that are made for the question
  CONFLICT,
  PRACTITIONER,
  OWN_CHOICE,
  LANGUAGES,   // the mentor speaks one of those that the person asked for
  PLACES,      // both may be in one of the person's places
  NAMED,       // both named one of the person's places
  ANYWHERE,    // the mentor may be somewhere where the person may be
  ACCOMPANIED, // the mentor accompanied the person before
  WITHOUT,     // the question is not about the mentor
  NOWHERE,     // all are nought
  EVERYWHERE,  // all are one
};

// A rule: its row, or what is not in its row.
struct rule {
  const uint64_t *bits;
  uint64_t flip; // all ones: the rule leaves out those whose bit is not set
};

enum trait { // what counts for or against a mentor and is a bit
  SPEAKS,
  PREFERRED,
  COMMON_PLACE,
  MEETS,
  HAS_ACCOMPANIED,
  VETTING_ENDS,
  SKILLED,
  MOST_SKILLED,
  TRAITS,
  COMMON = TRAITS, // from here on three bits: how many experiences are common, 7 or more of them as 7
  COMMON_BITS = 3,
  ALL_BITS = TRAITS + COMMON_BITS
};

struct question {
  struct pool *pool;
  const struct pool_person *person;
  struct rule rules[POOL_RULES];
  const Weights *weights;
  const uint64_t *meets;     // can be where the person can
  const uint64_t *could;     // could, if nobody had to keep away from anywhere
  const uint64_t *preferred; // speaks the person's preferred language
  uint64_t experiences, times;
  const uint64_t *traits[TRAITS];
  int16_t by_experiences[POOL_WORDS + 1], by_times[POOL_WORDS + 1], times_not_known, waiting; // points
  int16_t by_skill[4];                                                                        // index 0 is not used
  int16_t by_load[2 * POOL_HEAVY];
  int16_t by_traits[1 << TRAITS];           // of all traits together, and waiting
  int16_t most_by_common[1 << COMMON_BITS]; // of so many common experiences, and the most that times and load add
  const uint64_t *asked[POOL_WORDS];        // rows of the person's experiences
  unsigned n_asked;
};

// Makes the question ready. It is good until the next one.
struct question question_of(struct pool *p, const struct pool_person *person, int64_t now_ms);

enum {
  GENDER_NOT_KNOWN = 11,
  OTHER_GENDER = 12,
  ZONE = 14,
  NO_WAY = 15
};

// The mentors of one word whom the question is about.
static inline uint64_t asked_of(const struct question *q, uint32_t w) {
  return q->pool->bits[POOL_IN_USE][w] & ~q->pool->work[WITHOUT][w];
}
// How many bits are set; without a branch, and without an instruction that not every machine has.
static inline int count_bits(uint64_t word) {
  word -= word >> 1 & UINT64_C(0x5555555555555555);
  word = (word & UINT64_C(0x3333333333333333)) + (word >> 2 & UINT64_C(0x3333333333333333));
  word = (word + (word >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
  return (int)(word * UINT64_C(0x0101010101010101) >> 56);
}
// Of the mentors of one word, whom each rule leaves out.
static inline void words_of(const struct question *q, uint32_t w, uint64_t out[POOL_RULES]) {
  const struct pool *p = q->pool;
  for (unsigned r = 0; r < POOL_RULES; r++) out[r] = q->rules[r].bits[w] ^ q->rules[r].flip;
  out[OTHER_GENDER] &= ~out[GENDER_NOT_KNOWN];
  out[ZONE] &= ~out[NO_WAY];
  if (!q->person->remote) return;
  out[ZONE] &= ~p->bits[POOL_REMOTE][w];
  out[NO_WAY] &= ~p->bits[POOL_REMOTE][w];
}
