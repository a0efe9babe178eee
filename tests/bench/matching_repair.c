// links: matching
// Mentors are lost, one after the other, from a waiting list that is solved; each time the best assignment is found
// again.
//
// usage: matching_repair KIND PEOPLE MENTORS SEED LOST
#include "instance.h"

static int by_size(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return a < b ? -1 : a > b;
}

// A mentor who has people, drawn at random.
static uint32_t draw(struct instance *t, const uint8_t *lost) {
  uint32_t mentor;
  do mentor = instance_random(t, t->n_mentors);
  while (lost[mentor]);
  return mentor;
}

static void lose_some(struct instance *t, struct assignment *a, uint32_t n) {
  double *ms = instance_take(n, sizeof *ms);
  uint8_t *lost = instance_take(t->n_mentors, sizeof *lost);
  uint64_t moved = 0, freed = 0, placed = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t mentor = draw(t, lost);
    lost[mentor] = 1;
    double begin = instance_cpu_s();
    struct assignment_repair said = assignment_lose(a, mentor, ASSIGNMENT_ALL);
    ms[i] = (instance_cpu_s() - begin) * 1000;
    moved += said.n_moved, freed += said.n_freed, placed += said.n_placed;
  }
  qsort(ms, n, sizeof *ms, by_size);
  printf("p50_ms %.3f\np99_ms %.3f\nmost_ms %.3f\nfreed %.2f\nplaced %.2f\nmoved %.2f\n", ms[n / 2],
         ms[n - 1 - n / 100], ms[n - 1], (double)freed / n, (double)placed / n, (double)moved / n);
  free(ms), free(lost);
}

int main(int argc, char **argv) {
  if (argc != 6) return 2;
  struct instance t = instance_make(argv[1], (uint32_t)atol(argv[2]), (uint32_t)atol(argv[3]), (uint64_t)atol(argv[4]));
  struct assignment_problem problem = {t.n_people, t.n_mentors, t.row, t.pairs, t.capacity, NULL, NULL};
  struct assignment *a = assignment_solve(&problem);
  lose_some(&t, a, (uint32_t)atol(argv[5]));
  struct assignment_certificate c = assignment_check(a);
  if (c.why) fprintf(stderr, "the certificate does not hold: %s\n", c.why);
  assignment_free(a);
  instance_free(&t);
  return c.why != NULL;
}
