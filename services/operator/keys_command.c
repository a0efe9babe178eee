#include "log.h"
#include "operator.h"
#include "rotation.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

const struct option_spec keys_options[] = {
    {"partition", "P", "only this one: contact, supervision, mentoring or safeguarding (all)"},
    {"keep-old", NULL, "the old master key becomes a file that no service reads, for backups made before"},
    {"hand-out", "COMMAND", "run after each step, where services have copies of their own of the folder"},
    {"folder", "FOLDER", "where the keys are (ALONGSIDE_KEYS)"},
    {0},
};

enum {
  PASSES_MOST = 100
};

typedef int step_fn(const char *folder, Partition p, char *errors, size_t errors_bytes);

static int end_dropping(const char *folder, Partition p, char *errors, size_t errors_bytes) {
  return rotation_end(folder, p, false, errors, errors_bytes);
}
static int end_keeping(const char *folder, Partition p, char *errors, size_t errors_bytes) {
  return rotation_end(folder, p, true, errors, errors_bytes);
}

static bool hand_out(const struct rotation *r) {
  if (!r->hand_out || !system(r->hand_out)) return true;
  fprintf(stderr, "alongside keys: the command of --hand-out failed; run this again once it works\n");
  return false;
}

// One step for all partitions that rotate.
static bool step(const struct rotation *r, step_fn *take) {
  char errors[512];
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    if (!r->rotates[p] || !take(r->folder, (Partition)p, errors, sizeof errors)) continue;
    fprintf(stderr, "alongside keys: %s\n", errors);
    return false;
  }
  return hand_out(r);
}

// Until a pass finds nothing to do.
static bool rewrap_all(struct rotation *r, struct rewrapped *last) {
  size_t rewrapped = 0;
  for (int i = 0; i < PASSES_MOST; i++) {
    if (!rotation_pass(r, last)) {
      fprintf(stderr, "alongside keys: the store stopped answering; run this again to go on\n");
      return false;
    }
    rewrapped += last->rewrapped;
    if (last->rewrapped || last->left) continue;
    printf("%zu of %zu data keys were wrapped anew.\n", rewrapped, last->n);
    return true;
  }
  fprintf(stderr, "alongside keys: data keys under the old master appear again and again; is every service of the same "
                  "build, and does each see the new keys?\n");
  return false;
}

static int rotate(struct rotation *r) {
  struct rewrapped last;
  puts("Handing out the new master keys.");
  if (!step(r, rotation_begin) || !rotation_confirm(r, false)) return 1;
  puts("Every service knows them. From now on they wrap new data keys.");
  if (!step(r, rotation_promote) || !rotation_confirm(r, true)) return 1;
  puts("Wrapping the data keys anew.");
  if (!rewrap_all(r, &last)) return 1;
  if (last.unusable && !r->keep_old) {
    fprintf(stderr,
            "alongside keys: %zu data keys open under neither master key, so the old one stays for now; with "
            "--keep-old this ends all the same\n",
            last.unusable);
    return 1;
  }
  if (!step(r, r->keep_old ? end_keeping : end_dropping)) return 1;
  printf("Done. The old master keys open nothing any more%s.\n",
         r->keep_old ? "; keep the files *.retired-* with the backups from before, and elsewhere than here" : "");
  return 0;
}

// What was begun and not finished comes first, and then only that: which others were meant cannot be told any more.
static void choose(struct rotation *r, const char *only) {
  bool unfinished = false;
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    r->rotates[p] = rotation_phase(r->folder, (Partition)p) != ROTATION_NONE;
    unfinished |= r->rotates[p];
  }
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    const char *name = keys_partition_name((Partition)p);
    if (unfinished && r->rotates[p]) printf("Finishing the rotation of %s, which was begun before.\n", name);
    if (!unfinished) r->rotates[p] = !only || !strcmp(only, name);
  }
}

static int show(const char *folder) {
  static const char *const phases[] = {"no rotation is under way", "a new one is handed out and not used yet",
                                       "the one before is still there: data keys may be wrapped by it"};
  int status = 0;
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    uint8_t key[32], id[MASTER_ID_BYTES];
    char hex[2 * MASTER_ID_BYTES + 1], errors[512];
    const char *name = keys_partition_name((Partition)p);
    if (keys_read_secret(folder, name, "master", key, errors, sizeof errors)) {
      printf("%-13s %s\n", name, errors);
      status = 1;
      continue;
    }
    seal_master_id(key, id);
    sodium_memzero(key, sizeof key);
    text_hex(id, sizeof id, hex);
    printf("%-13s master %s: %s\n", name, hex, phases[rotation_phase(folder, (Partition)p)]);
  }
  return status;
}

// Held until the process ends: two that rotate at once would take turns in undoing each other.
static bool lock(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0 && !flock(fd, LOCK_EX | LOCK_NB)) return true;
  fprintf(stderr, "alongside keys: %s: %s\n", folder,
          fd >= 0 && errno == EWOULDBLOCK ? "another rotation is under way" : strerror(errno));
  if (fd >= 0) close(fd);
  return false;
}

static int open_and_rotate(struct rotation *r, const char *only) {
  char errors[512];
  if (!lock(r->folder)) return 1;
  if (keys_load(&r->keys, r->folder, "operator", errors, sizeof errors)) {
    fprintf(stderr, "alongside keys: %s\n", errors);
    return 1;
  }
  choose(r, only);
  int status = 1;
  if (sync_open(&r->sync, "rotation")) {
    status = rotate(r);
    sync_close(&r->sync);
  }
  keys_free(&r->keys);
  return status;
}

static bool is_partition(const char *name) {
  for (int p = 1; p < KEYS_PARTITIONS; p++)
    if (!strcmp(name, keys_partition_name((Partition)p))) return true;
  return false;
}

int keys_run(int argc, char **argv) {
  struct arguments a;
  if (!arguments_read(&a, keys_options, argc, argv)) return 2;
  const char *folder = argument(&a, "folder", getenv("ALONGSIDE_KEYS")), *only = argument(&a, "partition", NULL);
  const char *verb = a.n_positional == 1 ? a.positional[0] : "";
  setvbuf(stdout, NULL, _IOLBF, 0);
  if (!folder || (only && !is_partition(only)) || (strcmp(verb, "rotate") && strcmp(verb, "show"))) {
    fputs("alongside keys: say `rotate` or `show`, and the folder with --folder or ALONGSIDE_KEYS; a partition is\n"
          "contact, supervision, mentoring or safeguarding\n",
          stderr);
    return 2;
  }
  if (!strcmp(verb, "show")) return show(folder);
  setenv("ALONGSIDE_KEYS", folder, 1);
  struct rotation r = {.folder = folder, .hand_out = argument(&a, "hand-out", NULL)};
  r.keep_old = argument(&a, "keep-old", NULL) != NULL;
  return open_and_rotate(&r, only);
}
