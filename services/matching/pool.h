// All mentors of an area in columns of bits, so that the best for one person are found in microseconds: the same rules,
// points and order as in rules.h, a machine word of mentors at a time.
//
// Each thing that a mentor may have (a language, a place, a vetting that is current) is a row of bits, one for each
// mentor. A rule is then a few operations on words, and who is left after all rules is scored one by one.
//
//   pool.c           what is known of each mentor, kept up as it changes
//   pool_question.c  a question made ready
//   pool_ask.c       the best for a person
//   pool_out.c       who is left out, and why
//
// Pure: no I/O, no clock, nothing of the records but the weights. Texts are copied.
#pragma once
#include "matching.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  POOL_BEST = 128,   // most candidates of one answer
  POOL_WORDS = 64,   // most kinds of experience, and of times of the week
  POOL_GENDERS = 8,  // of enum Gender; 0 is not known
  POOL_RULES = 16,   // in the order of rules.c
  POOL_REASONS = 17, // in the order of rules_score.c
};

struct pool;

struct pool_texts {
  size_t n;
  char **texts;
};

// A mentor as the rules see them.
struct pool_mentor {
  const char *id;
  uint64_t version; // from 1 on
  bool active, remote;
  bool safe_contact; // nothing may be sent to them unasked
  uint32_t capacity, places_taken;
  bool conflicts_checked;
  int64_t vetted_until_ms; // 0 and below: not known
  int64_t supervised_until_ms;
  uint32_t skill;
  unsigned gender;
  const char *own_practitioner; // NULL or "": none
  struct pool_texts experiences, languages, availability, places;
  struct pool_texts keep_away;   // places
  struct pool_texts not_with;    // CRNs, of conflicts of every kind
  struct pool_texts prefers_not; // needs
  struct pool_texts accompanied; // CRNs
};

// What a place of the mentor's is worth to others, in points from 0 on.
struct pool_price {
  const char *id;
  int32_t price;
};

// A person as the rules see them, and what is asked about them.
struct pool_person {
  const char *crn, *practitioner;
  const char *language; // preferred, as mentors' languages are written; NULL: none
  unsigned gender;      // required; 0: any
  bool remote, interpreter, conflicts_checked;
  uint32_t complexity;
  int64_t asked_ms; // since when they wait; 0: not known
  struct pool_texts experiences, languages, availability, places, keep_away, needs;
  struct pool_texts not_with, restricted; // ids of mentors, of conflicts of every kind
  struct pool_texts without;              // ids of mentors whom the question is not about
  size_t n_prices;
  const struct pool_price *prices; // of all mentors who have one, each once
};

struct pool_candidate {
  const char *id; // the pool's, until the mentor is put or removed
  uint32_t slot;  // the pool's own
  int32_t score;  // the sum of the points
  int32_t rank;   // score less price: what the order is by
  int16_t points[POOL_REASONS];
};

struct pool_answer {
  size_t n_best;
  struct pool_candidate best[POOL_BEST]; // by rank, of equal ones by id
  uint32_t n_mentors, n_eligible;
};

// Mentors left out: by the first rule that holds, and those for whom no other holds: who would be there but for that
// one. And all whom the question is about, and of them those without a free place.
struct pool_counts {
  uint32_t first[POOL_RULES], only[POOL_RULES];
  uint32_t n_mentors, n_full;
};

struct pool_left_out {
  const char *id; // the pool's, until the mentor is put or removed
  unsigned rule;  // the first that holds
};

struct pool *pool_new(void);
void pool_free(struct pool *pool);
// A new mentor, or one who has changed; whoever is not newer than what is known of them changes nothing. False: too
// many kinds of experience or of times; then nothing has changed, either.
bool pool_put(struct pool *pool, const struct pool_mentor *mentor);
// Unless a newer version is known; until one comes.
void pool_remove(struct pool *pool, const char *id, uint64_t version);

// The best, at most `most`, which is at least 1, and POOL_BEST. `now_ms` may be any time: it is quickest where it
// seldom runs backwards. No weight is greater than WEIGHTS_MOST.
void pool_ask(struct pool *pool, const struct pool_person *person, const Weights *weights, int64_t now_ms, size_t most,
              struct pool_answer *answer);
void pool_count(struct pool *pool, const struct pool_person *person, int64_t now_ms, struct pool_counts *counts);
// Writes at most `most` of those who are left out, and answers how many.
size_t pool_list_out(struct pool *pool, const struct pool_person *person, int64_t now_ms, size_t most,
                     struct pool_left_out *list);
// As in rules.c: "no_free_place", "shared_experience".
const char *pool_rule_code(unsigned rule);
const char *pool_reason_code(unsigned reason);
