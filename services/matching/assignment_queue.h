// What is to be looked at, the nearest first: a radix heap. It is for searches that only go outwards: nothing is put in
// that is nearer than what was taken last. Flat ground, where thousands are equally far, is what it is quick for.
#pragma once
#include <stdbool.h>
#include <stdint.h>

struct assignment_knot {
  int64_t distance;
  uint32_t mentor : 31, all : 1; // all: of a mentor who was looked at, the moves that were left for later
  uint32_t next;                 // in its bucket
};

// Bucket 0 has those as far as the last one; bucket b those whose distance differs from it in bit b - 1 and in none
// above. So the buckets are in order, and a knot only ever goes to lower ones.
struct assignment_queue {
  struct assignment_knot *knots; // all since it was emptied
  uint32_t n, room;
  uint32_t first[65]; // of each bucket, or ASSIGNMENT_NONE
  uint64_t filled;    // bit b - 1: bucket b is not empty
  int64_t last;       // distance of what was taken last
};

void assignment_queue_clear(struct assignment_queue *q);
// The distance is not less than that of what was taken last.
void assignment_queue_put(struct assignment_queue *q, int64_t distance, uint32_t mentor, bool all);
// False: there is nothing.
bool assignment_queue_take(struct assignment_queue *q, struct assignment_knot *nearest);
void assignment_queue_deinit(struct assignment_queue *q);
