// links: matching
// Solves the instances on the input, one behind the other, for tests in another language. All numbers are of 32 bits
// and in the byte order of the machine.
//
//   in   people, mentors; people + 1 row ends; mentor and score of each pair; capacity of each mentor; band of each
//        person; frozen mentor of each person, or 0xffffffff
//   out  mentor of each person, or 0xffffffff
//
// It ends badly where a certificate does not hold.
#include "assignment.h"
#include <stdio.h>
#include <stdlib.h>

static void *read_words(size_t n) {
  uint32_t *words = malloc((n + 1) * sizeof *words);
  if (!words || fread(words, sizeof *words, n, stdin) != n) abort();
  return words;
}

static uint8_t *read_bands(size_t n) {
  uint32_t *words = read_words(n);
  uint8_t *bands = malloc(n + 1);
  if (!bands) abort();
  for (size_t i = 0; i < n; i++) bands[i] = (uint8_t)words[i];
  free(words);
  return bands;
}

// Whether the certificate holds.
static bool answer(const struct assignment_problem *p) {
  struct assignment *a = assignment_solve(p);
  struct assignment_certificate c = assignment_check(a);
  for (uint32_t i = 0; i < p->n_people; i++) {
    uint32_t mentor = assignment_mentor(a, i);
    fwrite(&mentor, sizeof mentor, 1, stdout);
  }
  if (c.why) fprintf(stderr, "%s (person %u, mentor %u)\n", c.why, c.person, c.mentor);
  assignment_free(a);
  return !c.why;
}

int main(void) {
  uint32_t size[2];
  bool holds = true;
  while (holds && fread(size, sizeof *size, 2, stdin) == 2) {
    uint32_t *row = read_words(size[0] + 1), *capacity, *frozen;
    struct assignment_pair *pairs = read_words((size_t)2 * row[size[0]]);
    capacity = read_words(size[1]);
    uint8_t *band = read_bands(size[0]);
    frozen = read_words(size[0]);
    struct assignment_problem problem = {size[0], size[1], row, pairs, capacity, band, frozen};
    holds = answer(&problem);
    free(row), free(pairs), free(capacity), free(band), free(frozen);
  }
  return !holds;
}
