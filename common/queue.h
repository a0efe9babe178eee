// Pointers, first in first out. A zeroed struct is empty.
#pragma once
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

struct queue {
  void **items;
  size_t first, end, cap; // invariant: first <= end <= cap
};

static inline size_t queue_size(const struct queue *q) {
  return q->end - q->first;
}
static inline void *queue_pop(struct queue *q) {
  return q->items[q->first++];
}
static inline void queue_free(struct queue *q) {
  free(q->items);
}

static inline void queue_push(struct queue *q, void *item) {
  if (q->end == q->cap && q->first >= q->cap / 2 && q->cap) {
    memmove(q->items, q->items + q->first, queue_size(q) * sizeof *q->items);
    q->end -= q->first;
    q->first = 0;
  } else if (q->end == q->cap) {
    q->cap = q->cap ? 2 * q->cap : 64;
    q->items = realloc(q->items, q->cap * sizeof *q->items);
    if (!q->items) abort();
  }
  q->items[q->end++] = item;
}
