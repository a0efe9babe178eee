#include "table.h"
#include <stdlib.h>
#include <string.h>

size_t table_place(const struct table *t, const char *name) {
  size_t low = 0, high = t->n;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (strcmp(t->items[middle]->name, name) < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

static int is_at(const struct table *t, size_t place, const char *name) {
  return place < t->n && strcmp(t->items[place]->name, name) == 0;
}

void *table_find(const struct table *t, const char *name) {
  size_t place = table_place(t, name);
  return is_at(t, place, name) ? t->items[place] : NULL;
}

static void grow(struct table *t) {
  if (t->n < t->cap) return;
  t->cap = t->cap ? 2 * t->cap : 16;
  t->items = realloc(t->items, t->cap * sizeof *t->items);
  if (!t->items) abort();
}

void *table_need(struct table *t, const char *name, size_t size_bytes) {
  size_t place = table_place(t, name);
  if (is_at(t, place, name)) return t->items[place];
  grow(t);
  struct named *thing = calloc(1, size_bytes);
  if (!thing || !(thing->name = strdup(name))) abort();
  memmove(t->items + place + 1, t->items + place, (t->n - place) * sizeof *t->items);
  t->items[place] = thing;
  t->n++;
  return thing;
}

void *table_remove(struct table *t, const char *name) {
  size_t place = table_place(t, name);
  if (!is_at(t, place, name)) return NULL;
  struct named *thing = t->items[place];
  t->n--;
  memmove(t->items + place, t->items + place + 1, (t->n - place) * sizeof *t->items);
  free(thing->name);
  thing->name = NULL;
  return thing;
}

void table_free(struct table *t, void (*deinit)(void *thing)) {
  for (size_t i = 0; i < t->n; i++) {
    if (deinit) deinit(t->items[i]);
    free(t->items[i]->name);
    free(t->items[i]);
  }
  free(t->items);
  *t = (struct table){0};
}
