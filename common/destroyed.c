#include "destroyed.h"
#include "keys.h"
#include "rfc3339.h"
#include "text.h"
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct destroyed {
  char path[384];
  uint8_t key[32];
  uint8_t (*names)[DESTROYED_HASH_BYTES]; // sorted
  size_t n_names;
  struct stat seen; // of the file that `names` was read from; st_size 0: of none
  int64_t looked_ms;
};

static void name_of(const struct destroyed *d, const char *area, const char *subject,
                    uint8_t out[DESTROYED_HASH_BYTES]) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, d->key, sizeof d->key, DESTROYED_HASH_BYTES);
  crypto_generichash_update(&state, (const uint8_t *)area, strlen(area) + 1);
  crypto_generichash_update(&state, (const uint8_t *)subject, strlen(subject));
  crypto_generichash_final(&state, out, DESTROYED_HASH_BYTES);
}

static int compare(const void *a, const void *b) {
  return memcmp(a, b, DESTROYED_HASH_BYTES);
}

bool destroyed_any(const struct destroyed *d) {
  return d && d->n_names;
}

bool destroyed_has(const struct destroyed *d, const char *area, const char *subject) {
  uint8_t name[DESTROYED_HASH_BYTES];
  if (!d || !d->n_names || !subject || !*subject) return false;
  name_of(d, area, subject, name);
  return bsearch(name, d->names, d->n_names, sizeof name, compare);
}

// --- reading

static bool unchanged(const struct stat *a, const struct stat *b) {
  return a->st_size == b->st_size && a->st_ino == b->st_ino && a->st_mtim.tv_sec == b->st_mtim.tv_sec &&
         a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}

// The third word of a line. A line that somebody cut short names nobody.
static bool read_name(const char *line, uint8_t name[DESTROYED_HASH_BYTES]) {
  char hex[2 * DESTROYED_HASH_BYTES + 1];
  size_t n = 0;
  return sscanf(line, "%*s %*s %64[0-9a-f]", hex) == 1 &&
         !sodium_hex2bin(name, DESTROYED_HASH_BYTES, hex, strlen(hex), NULL, &n, NULL) && n == DESTROYED_HASH_BYTES;
}

static bool read_names(struct destroyed *d, FILE *file) {
  char *line = NULL;
  size_t line_bytes = 0, cap = 0, n = 0;
  uint8_t(*names)[DESTROYED_HASH_BYTES] = NULL;
  while (getline(&line, &line_bytes, file) > 0) {
    if (n == cap) {
      void *more = realloc(names, (cap = 2 * cap + 64) * sizeof *names);
      if (!more) abort();
      names = more;
    }
    n += read_name(line, names[n]);
  }
  bool whole = !ferror(file);
  free(line);
  if (n) qsort(names, n, sizeof *names, compare);
  free(whole ? d->names : names);
  if (!whole) return false;
  d->names = names;
  d->n_names = n;
  return true;
}

// A file that is gone leaves what was known: somebody took it away, and nobody comes back for it.
static bool read_again(struct destroyed *d) {
  struct stat now;
  FILE *file = fopen(d->path, "re");
  if (!file) return errno == ENOENT;
  bool fine = !fstat(fileno(file), &now);
  if (fine && !unchanged(&now, &d->seen) && (fine = read_names(d, file))) d->seen = now;
  fclose(file);
  return fine;
}

void destroyed_refresh(struct destroyed *d, int64_t now_ms) {
  struct stat now;
  if (!d || (now_ms >= d->looked_ms && now_ms < d->looked_ms + DESTROYED_LOOK_MS)) return;
  d->looked_ms = now_ms;
  if (!stat(d->path, &now) && !unchanged(&now, &d->seen)) read_again(d);
}

struct destroyed *destroyed_open(const char *folder, const uint8_t key[32], char *errors, size_t errors_bytes) {
  struct destroyed *d = calloc(1, sizeof *d);
  if (!d) abort();
  memcpy(d->key, key, sizeof d->key);
  snprintf(d->path, sizeof d->path, "%s/destroyed.log", folder);
  if (read_again(d)) return d;
  snprintf(errors, errors_bytes, "%s: %s", d->path, strerror(errno));
  destroyed_free(d);
  return NULL;
}

void destroyed_free(struct destroyed *d) {
  if (!d) return;
  free(d->names);
  sodium_memzero(d->key, sizeof d->key);
  free(d);
}

// --- appending

// All partitions, by name: the keys of all of them are destroyed together.
static void write_partitions(char *out, size_t size_bytes) {
  size_t n = 0;
  for (int p = 1; p < KEYS_PARTITIONS && n < size_bytes; p++)
    n += (size_t)snprintf(out + n, size_bytes - n, "%s%s", n ? "," : "", keys_partition_name((Partition)p));
}

static int write_line(const struct destroyed *d, const struct destruction *what, char *out, size_t size_bytes) {
  uint8_t name[DESTROYED_HASH_BYTES];
  char at[RFC3339_BYTES], hex[2 * DESTROYED_HASH_BYTES + 1], partitions[128] = "";
  name_of(d, what->area, what->subject, name);
  text_hex(name, sizeof name, hex);
  rfc3339_write(what->at_ms / 1000, 0, at);
  write_partitions(partitions, sizeof partitions);
  return snprintf(out, size_bytes, "%s %s %s %s %s %s\n", at, what->area, hex, what->cause, what->ordered_as,
                  partitions);
}

// A line that a full disk cut short is ended first, so that the next one stands by itself.
static bool end_last_line(int file) {
  char last;
  off_t end = lseek(file, 0, SEEK_END);
  if (end <= 0) return end == 0;
  if (pread(file, &last, 1, end - 1) != 1) return false;
  return last == '\n' || write(file, "\n", 1) == 1;
}

// The name of a new file is durable once its folder is.
static bool sync_folder(const char *path) {
  char folder[384];
  snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(path, '/') - path), path);
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool fine = fd >= 0 && !fsync(fd);
  if (fd >= 0) close(fd);
  return fine;
}

bool destroyed_append(struct destroyed *d, const struct destruction *what) {
  char line[512];
  assert(d && "whoever destroys has opened the log");
  if (!read_again(d)) return false;
  if (destroyed_has(d, what->area, what->subject)) return true;
  int n = write_line(d, what, line, sizeof line);
  int file = open(d->path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (file < 0) return false;
  bool written = end_last_line(file) && write(file, line, (size_t)n) == n && !fsync(file);
  close(file);
  return written && sync_folder(d->path) && read_again(d);
}
