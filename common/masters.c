#include "masters.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
  PATH_BYTES = 384
};

// --- knowing

static bool is_new(uint8_t (*found)[32], unsigned n, const uint8_t key[32]) {
  for (unsigned i = 0; i < n; i++)
    if (!sodium_memcmp(found[i], key, 32)) return false;
  return true;
}

// In the order of the header; `found` begins with the one that wraps. 0: it cannot be read.
static unsigned read_masters(const char *folder, Partition p, uint8_t found[MASTERS][32]) {
  static const char *const others[] = {"next", "old"};
  const char *name = keys_partition_name(p);
  uint8_t next[32], *rest[] = {next, found[MASTERS - 1]};
  char errors[PATH_BYTES + 128];
  bool has_next = !keys_read_secret(folder, name, others[0], rest[0], errors, sizeof errors);
  if (keys_read_secret(folder, name, "master", found[0], errors, sizeof errors)) return 0;
  bool has_old = !keys_read_secret(folder, name, others[1], rest[1], errors, sizeof errors);
  unsigned n = 1;
  if (has_old && is_new(found, n, rest[1])) memmove(found[n++], rest[1], 32);
  if (has_next && is_new(found, n, next)) memcpy(found[n++], next, 32);
  sodium_memzero(next, sizeof next);
  return n;
}

bool keys_refresh_masters(struct keys *k) {
  uint8_t found[MASTERS][32];
  bool changed = false;
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    unsigned n = k->has_master[p] ? read_masters(k->folder, (Partition)p, found) : 0;
    if (!n || (n == 1 + k->n_others[p] && !sodium_memcmp(k->master[p], found[0], 32) &&
               !sodium_memcmp(k->other_masters[p], found[1], (n - 1) * 32)))
      continue;
    memcpy(k->master[p], found[0], 32);
    memcpy(k->other_masters[p], found[1], (n - 1) * 32);
    sodium_memzero(k->other_masters[p][n - 1], (MASTERS - n) * 32);
    k->n_others[p] = n - 1;
    changed = true;
  }
  sodium_memzero(found, sizeof found);
  return changed;
}

bool keys_unwrap(const struct keys *k, const char *subject, Partition p, const DataKey *wrapped, struct data_key *key) {
  bool done = seal_unwrap(k->master[p], subject, p, wrapped, key);
  for (unsigned i = 0; !done && i < k->n_others[p]; i++)
    done = seal_unwrap(k->other_masters[p][i], subject, p, wrapped, key);
  return done;
}

static void tell(struct masters_told *out, Partition p, const uint8_t master[32], bool wraps) {
  size_t n = out->n++;
  seal_master_id(master, out->ids[n]);
  out->keys[n] = (MasterKey)MASTER_KEY__INIT;
  out->keys[n].partition = p;
  out->keys[n].id = (ProtobufCBinaryData){MASTER_ID_BYTES, out->ids[n]};
  out->keys[n].wraps = wraps;
  out->list[n] = &out->keys[n];
}

void keys_tell_masters(const struct keys *k, struct masters_told *out) {
  out->n = 0;
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    if (k->has_master[p]) tell(out, (Partition)p, k->master[p], true);
    for (unsigned i = 0; i < k->n_others[p]; i++) tell(out, (Partition)p, k->other_masters[p][i], false);
  }
}

// --- the files

static char *path_of(char path[PATH_BYTES], const char *folder, Partition p, const char *suffix) {
  snprintf(path, PATH_BYTES, "%s/%s.%s", folder, keys_partition_name(p), suffix);
  return path;
}

static bool is_there(const char *folder, Partition p, const char *suffix) {
  char path[PATH_BYTES];
  return !access(path_of(path, folder, p, suffix), F_OK);
}

enum rotation_phase rotation_phase(const char *folder, Partition p) {
  if (is_there(folder, p, "next")) return ROTATION_NEXT;
  return is_there(folder, p, "old") ? ROTATION_OLD : ROTATION_NONE;
}

static int fault(const char *path, char *errors, size_t errors_bytes) {
  snprintf(errors, errors_bytes, "%s: %s", path, strerror(errno));
  return -1;
}

// What is in the folder now stays there when the machine loses its power.
static int keep_folder(const char *folder) {
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  int result = fd < 0 ? -1 : fsync(fd);
  if (fd >= 0) close(fd);
  return result;
}

static int rename_key(const char *folder, const char *from, const char *to, char *errors, size_t errors_bytes) {
  return rename(from, to) || keep_folder(folder) ? fault(to, errors, errors_bytes) : 0;
}

// Whole or not at all.
static int write_key(const char *folder, Partition p, const char *suffix, const uint8_t key[32], char *errors,
                     size_t errors_bytes) {
  char path[PATH_BYTES], part[PATH_BYTES + 8], text[66];
  snprintf(part, sizeof part, "%s.part", path_of(path, folder, p, suffix));
  text_hex(key, 32, text);
  strcat(text, "\n");
  unlink(part);
  int fd = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  bool written = fd >= 0 && write(fd, text, 65) == 65 && !fsync(fd);
  sodium_memzero(text, sizeof text);
  if (fd >= 0 && close(fd)) written = false;
  return written ? rename_key(folder, part, path, errors, errors_bytes) : fault(part, errors, errors_bytes);
}

int rotation_begin(const char *folder, Partition p, char *errors, size_t errors_bytes) {
  uint8_t key[32];
  if (rotation_phase(folder, p) != ROTATION_NONE) return 0;
  randombytes_buf(key, sizeof key);
  int result = write_key(folder, p, "next", key, errors, errors_bytes);
  sodium_memzero(key, sizeof key);
  return result;
}

int rotation_promote(const char *folder, Partition p, char *errors, size_t errors_bytes) {
  uint8_t key[32];
  char next[PATH_BYTES], master[PATH_BYTES];
  if (rotation_phase(folder, p) != ROTATION_NEXT) return 0;
  if (keys_read_secret(folder, keys_partition_name(p), "master", key, errors, errors_bytes)) return -1;
  int result = write_key(folder, p, "old", key, errors, errors_bytes);
  sodium_memzero(key, sizeof key);
  if (result) return result;
  return rename_key(folder, path_of(next, folder, p, "next"), path_of(master, folder, p, "master"), errors,
                    errors_bytes);
}

int rotation_end(const char *folder, Partition p, bool keep, char *errors, size_t errors_bytes) {
  uint8_t key[32], id[MASTER_ID_BYTES];
  char old[PATH_BYTES], retired[PATH_BYTES], hex[2 * MASTER_ID_BYTES + 1], suffix[64];
  if (rotation_phase(folder, p) != ROTATION_OLD) return 0;
  path_of(old, folder, p, "old");
  if (!keep) return unlink(old) || keep_folder(folder) ? fault(old, errors, errors_bytes) : 0;
  if (keys_read_secret(folder, keys_partition_name(p), "old", key, errors, errors_bytes)) return -1;
  seal_master_id(key, id);
  sodium_memzero(key, sizeof key);
  text_hex(id, sizeof id, hex);
  snprintf(suffix, sizeof suffix, "retired-%s", hex);
  return rename_key(folder, old, path_of(retired, folder, p, suffix), errors, errors_bytes);
}
