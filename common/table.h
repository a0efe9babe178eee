// A table of named things in the order of their names' bytes. Small, and always in the same order: for simulation.
#pragma once
#include <stddef.h>

// What is kept in a table begins with its name.
struct named {
  char *name;
};
struct table {
  struct named **items;
  size_t n, cap;
};

// A zeroed table is empty. The place of that name, or the place where it would be.
size_t table_place(const struct table *t, const char *name);
// NULL: there is none.
void *table_find(const struct table *t, const char *name);
// The thing of that name; where it was not there it is added, `size_bytes` large and zeroed but for its name.
void *table_need(struct table *t, const char *name, size_t size_bytes);
// Takes the thing out, and its name with it; the caller frees it. NULL: there was none.
void *table_remove(struct table *t, const char *name);
// Frees every thing, after `deinit` (or NULL) has freed what hangs from it.
void table_free(struct table *t, void (*deinit)(void *thing));
