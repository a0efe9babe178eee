// Waiting lists to measure with: invented, out of a seed, the same in C and in C++.
//
//   uniform  each person may be with 20 mentors of all; there are a tenth more places than people
//   local    people may be with 20 mentors of their town, now and then of the next; towns differ in how many people
//   there
//            are for a place, and in half of them there are more people than places
//   dense    each person may be with each mentor, or with every other one: half of all pairs
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#ifdef __cplusplus
extern "C" {
#endif
#include "assignment.h"
#ifdef __cplusplus
}
#endif

enum {
  PAIRS_EACH = 20,
  MENTORS_OF_A_TOWN = 100,
  MOST_SCORE = 999
};

struct instance {
  uint32_t n_people, n_mentors, n_pairs;
  uint32_t *row, *capacity;
  struct assignment_pair *pairs;
  uint64_t random; // state of the generator
  uint32_t *mark;  // of each mentor: the last person who has a pair with them, plus 1
};

// xorshift64*, Vigna 2016.
static inline uint32_t instance_random(struct instance *t, uint32_t below) {
  t->random ^= t->random >> 12;
  t->random ^= t->random << 25;
  t->random ^= t->random >> 27;
  return (uint32_t)(((t->random * UINT64_C(2685821657736338717)) >> 32) * below >> 32);
}

static inline void *instance_take(size_t n, size_t bytes) {
  void *taken = calloc(n, bytes);
  if (!taken) abort();
  return taken;
}

static inline void instance_add(struct instance *t, uint32_t person, uint32_t mentor) {
  if (t->mark[mentor] == person + 1) return;
  t->mark[mentor] = person + 1;
  t->pairs[t->n_pairs].mentor = mentor;
  t->pairs[t->n_pairs++].score = (int32_t)instance_random(t, MOST_SCORE + 1);
}

static inline void instance_uniform(struct instance *t, uint32_t person) {
  while (t->n_pairs - t->row[person] < PAIRS_EACH) instance_add(t, person, instance_random(t, t->n_mentors));
}

static inline void instance_dense(struct instance *t, uint32_t person) {
  for (uint32_t j = 0; j < t->n_mentors; j++)
    if (instance_random(t, 2)) instance_add(t, person, j);
}

// Of two towns one is drawn at random and the smaller number is kept: the first towns have the most people.
static inline void instance_local(struct instance *t, uint32_t person) {
  uint32_t n_towns = t->n_mentors / MENTORS_OF_A_TOWN, town = instance_random(t, n_towns);
  if (instance_random(t, 4) == 0) town = instance_random(t, town + 1);
  while (t->n_pairs - t->row[person] < PAIRS_EACH) {
    uint32_t there = instance_random(t, 10) ? town : (town + 1) % n_towns;
    instance_add(t, person, there * MENTORS_OF_A_TOWN + instance_random(t, MENTORS_OF_A_TOWN));
  }
}

static inline struct instance instance_make(const char *kind, uint32_t n_people, uint32_t n_mentors, uint64_t seed) {
  struct instance t = {0};
  int dense = !strcmp(kind, "dense"), local = !strcmp(kind, "local");
  t.n_people = n_people;
  t.n_mentors = n_mentors;
  t.random = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
  t.row = (uint32_t *)instance_take((size_t)n_people + 1, sizeof *t.row);
  t.capacity = (uint32_t *)instance_take(n_mentors, sizeof *t.capacity);
  t.mark = (uint32_t *)instance_take(n_mentors, sizeof *t.mark);
  t.pairs =
      (struct assignment_pair *)instance_take((size_t)n_people * (dense ? n_mentors : PAIRS_EACH), sizeof *t.pairs);
  for (uint32_t j = 0; j < n_mentors; j++) t.capacity[j] = 1 + instance_random(&t, local ? 9 : 10);
  for (uint32_t i = 0; i < n_people; i++) {
    if (dense)
      instance_dense(&t, i);
    else if (local)
      instance_local(&t, i);
    else
      instance_uniform(&t, i);
    t.row[i + 1] = t.n_pairs;
  }
  return t;
}

static inline void instance_free(struct instance *t) {
  free(t->row), free(t->capacity), free(t->mark), free(t->pairs);
}

// Processor time of this process: of one thread, so that it is how long the work takes when nobody disturbs it.
static inline double instance_cpu_s(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

// The most memory that this process ever had, in MB.
static inline double instance_peak_mb(void) {
  char line[128];
  double kb = 0;
  FILE *f = fopen("/proc/self/status", "r");
  while (f && fgets(line, sizeof line, f))
    if (sscanf(line, "VmHWM: %lf", &kb) == 1) break;
  if (f) fclose(f);
  return kb / 1024;
}
