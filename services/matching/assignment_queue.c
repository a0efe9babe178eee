#include "assignment_queue.h"
#include "assignment.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

void assignment_queue_clear(struct assignment_queue *q) {
  memset(q->first, 0xff, sizeof q->first);
  q->n = 0;
  q->filled = 0;
  q->last = 0;
}

void assignment_queue_deinit(struct assignment_queue *q) {
  free(q->knots);
}

static unsigned bucket_of(const struct assignment_queue *q, int64_t distance) {
  uint64_t differs = (uint64_t)(distance ^ q->last);
  return differs ? 64 - (unsigned)__builtin_clzll(differs) : 0;
}

static void add(struct assignment_queue *q, uint32_t knot) {
  unsigned b = bucket_of(q, q->knots[knot].distance);
  q->knots[knot].next = q->first[b];
  q->first[b] = knot;
  if (b) q->filled |= UINT64_C(1) << (b - 1);
}

void assignment_queue_put(struct assignment_queue *q, int64_t distance, uint32_t mentor, bool all) {
  assert(distance >= q->last);
  if (q->n == q->room) {
    q->room = q->room * 2 + 256;
    q->knots = realloc(q->knots, q->room * sizeof *q->knots);
    if (!q->knots) abort();
  }
  q->knots[q->n] = (struct assignment_knot){distance, mentor, all, ASSIGNMENT_NONE};
  add(q, q->n++);
}

static int64_t nearest_of(const struct assignment_queue *q, uint32_t knot) {
  int64_t nearest = INT64_MAX;
  for (; knot != ASSIGNMENT_NONE; knot = q->knots[knot].next)
    if (q->knots[knot].distance < nearest) nearest = q->knots[knot].distance;
  return nearest;
}

// Where bucket 0 is empty, the lowest that is not becomes the buckets below it.
static void spread_lowest(struct assignment_queue *q) {
  unsigned b = 1 + (unsigned)__builtin_ctzll(q->filled);
  uint32_t knot = q->first[b];
  q->first[b] = ASSIGNMENT_NONE;
  q->filled &= q->filled - 1;
  q->last = nearest_of(q, knot);
  for (uint32_t next; knot != ASSIGNMENT_NONE; knot = next) {
    next = q->knots[knot].next;
    add(q, knot);
  }
}

bool assignment_queue_take(struct assignment_queue *q, struct assignment_knot *nearest) {
  if (q->first[0] == ASSIGNMENT_NONE && !q->filled) return false;
  if (q->first[0] == ASSIGNMENT_NONE) spread_lowest(q);
  *nearest = q->knots[q->first[0]];
  q->first[0] = nearest->next;
  return true;
}
