// links: matching
// A waiting list, solved and certified.
//
// usage: matching_solve KIND PEOPLE MENTORS SEED
#include "instance.h"

int main(int argc, char **argv) {
  if (argc != 5) return 2;
  struct instance t = instance_make(argv[1], (uint32_t)atol(argv[2]), (uint32_t)atol(argv[3]), (uint64_t)atol(argv[4]));
  struct assignment_problem problem = {t.n_people, t.n_mentors, t.row, t.pairs, t.capacity, NULL, NULL};
  double begin = instance_cpu_s();
  struct assignment *a = assignment_solve(&problem);
  double solved = instance_cpu_s();
  struct assignment_certificate c = assignment_check(a);
  double checked = instance_cpu_s();
  if (c.why) fprintf(stderr, "the certificate does not hold: %s\n", c.why);
  printf("seconds %.6f\nserved %lu\nscore %ld\nmemory_mb %.1f\ncheck_seconds %.6f\npairs %u\n", solved - begin,
         (unsigned long)c.n_served, (long)c.primal.points, instance_peak_mb(), checked - solved, t.n_pairs);
  assignment_free(a);
  instance_free(&t);
  return c.why != NULL;
}
