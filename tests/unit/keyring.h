// For tests: a folder of keys of its own, gone with the test.
#pragma once
#include "keys.h"
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct keyring {
  char folder[64];
};

// Every service's keys, and those of the foreign peer "clinic", which may send Ping only.
static inline struct keyring keyring_make(void) {
  struct keyring r = {"/tmp/alongside-keys-XXXXXX"};
  char errors[256] = "";
  if (!mkdtemp(r.folder) || keys_generate(r.folder, "clinic", "Ping", errors, sizeof errors)) {
    fprintf(stderr, "%s: %s\n", r.folder, errors);
    abort();
  }
  return r;
}

static inline void keyring_load(const struct keyring *r, const char *name, struct keys *k) {
  char errors[256] = "";
  if (!keys_load(k, r->folder, name, errors, sizeof errors)) return;
  fprintf(stderr, "%s\n", errors);
  abort();
}

static inline int keyring_remove_one(const char *path, const struct stat *s, int kind, struct FTW *walk) {
  (void)s, (void)kind, (void)walk;
  return remove(path);
}

static inline void keyring_remove(const struct keyring *r) {
  nftw(r->folder, keyring_remove_one, 8, FTW_DEPTH | FTW_PHYS);
}
