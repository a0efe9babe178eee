#include "suppression.h"
#include "text.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
  QUARTER,
  PART,
  COUNTS
};

static bool is_same(const char *a, const char *b) {
  return a && b ? !strcmp(a, b) : a == b;
}

// By name, the whole last.
static int compare(const void *a, const void *b) {
  const char *left = ((const struct part *)a)->name, *right = ((const struct part *)b)->name;
  if (!left || !right) return !left - !right;
  return strcmp(left, right);
}

// Whether the row goes on with the series of the one before it: of the same quarter, and not the whole beside its
// parts.
static bool goes_on(const char **row, const char **before) {
  return is_same(row[QUARTER], before[QUARTER]) && row[PART] && before[PART];
}

static void show(struct part *p, const char **row, uint32_t *remainders, size_t n_counts) {
  for (size_t i = 0; i < n_counts; i++) {
    if (!row[COUNTS + i]) continue;
    uint32_t count = remainders[i] + (uint32_t)strtoul(row[COUNTS + i], NULL, 10);
    remainders[i] = count % SHOWN_LEAST;
    p->shown[i] += count - remainders[i];
    p->kinds |= 1U << i;
  }
}

// The part of that name, of another quarter; or a new one.
static struct part *part_of(struct parts *parts, const char *name) {
  for (size_t i = 0; i < parts->n; i++)
    if (is_same(parts->all[i].name, name)) return &parts->all[i];
  parts->all[parts->n] = (struct part){.name = name};
  return &parts->all[parts->n++];
}

static void leave_out_empty(struct parts *parts) {
  size_t kept = 0;
  for (size_t i = 0; i < parts->n; i++)
    if (!parts->all[i].name || part_sum(&parts->all[i], UINT32_MAX)) parts->all[kept++] = parts->all[i];
  parts->n = kept;
}

struct parts suppression_apply(struct arena *a, const struct rows *rows, size_t n_counts) {
  struct parts parts = {.all = arena_take(a, (rows->n_rows + 1) * sizeof *parts.all)};
  uint32_t remainders[PART_COUNTS_MOST] = {0};
  assert(n_counts <= PART_COUNTS_MOST && rows->n_columns >= COUNTS + n_counts);
  for (size_t i = 0; i < rows->n_rows; i++) {
    const char **row = rows->values + i * rows->n_columns;
    if (i && !goes_on(row, row - rows->n_columns)) memset(remainders, 0, sizeof remainders);
    struct part *p = part_of(&parts, row[PART]);
    show(p, row, remainders, n_counts);
    if (rows->n_columns > COUNTS + n_counts) p->detail = row[COUNTS + n_counts];
  }
  leave_out_empty(&parts);
  qsort(parts.all, parts.n, sizeof *parts.all, compare);
  return parts;
}

uint32_t part_sum(const struct part *p, uint32_t kinds) {
  uint32_t sum = 0;
  for (size_t i = 0; i < PART_COUNTS_MOST; i++)
    if (kinds >> i & 1) sum += p->shown[i];
  return sum;
}
