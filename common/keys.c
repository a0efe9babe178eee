#include "keys.h"
#include "masters.h"
#include "yaml.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

enum {
  PATH_BYTES = 384,
  LINE_BYTES = 80, // holds the longest line of any key file: 64 hex digits and a newline
  PEERS_CAP_BYTES = 4 << 20,
};

static const char *const partition_names[KEYS_PARTITIONS] = {
    [PARTITION__CONTACT] = "contact",
    [PARTITION__SUPERVISION] = "supervision",
    [PARTITION__MENTORING] = "mentoring",
    [PARTITION__SAFEGUARDING] = "safeguarding",
};

const char *keys_partition_name(Partition p) {
  return partition_names[p];
}

// Reads the first line of FOLDER/STEM.SUFFIX and writes the path, for errors, to `path`. 1: read; 0: it is not there,
// or not ours to read.
static int read_line(const char *folder, const char *stem, const char *suffix, char path[PATH_BYTES],
                     char line[LINE_BYTES]) {
  snprintf(path, PATH_BYTES, "%s/%s.%s", folder, stem, suffix);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  ssize_t n = read(fd, line, LINE_BYTES - 1);
  close(fd);
  line[n > 0 ? n : 0] = 0;
  line[strcspn(line, "\r\n")] = 0;
  return 1;
}

// Exactly 32 bytes as 64 hexadecimal digits.
static bool read_hex(const char *text, uint8_t out[32]) {
  size_t n = 0;
  return strlen(text) == 64 && !sodium_hex2bin(out, 32, text, 64, NULL, &n, NULL) && n == 32;
}

// 1: read; 0: not there; -1: there, but malformed.
static int load_hex(const char *folder, const char *stem, const char *suffix, uint8_t out[32], char *errors,
                    size_t errors_bytes) {
  char path[PATH_BYTES], line[LINE_BYTES];
  if (!read_line(folder, stem, suffix, path, line)) return 0;
  bool well_formed = read_hex(line, out);
  sodium_memzero(line, sizeof line);
  if (well_formed) return 1;
  snprintf(errors, errors_bytes, "%s: must be 64 hexadecimal digits", path);
  return -1;
}

int keys_read_secret(const char *folder, const char *stem, const char *suffix, uint8_t out[32], char *errors,
                     size_t errors_bytes) {
  int found = load_hex(folder, stem, suffix, out, errors, errors_bytes);
  if (!found)
    snprintf(errors, errors_bytes, "%s/%s.%s: cannot be read (%s); `alongside keygen` makes it", folder, stem, suffix,
             strerror(errno));
  return found == 1 ? 0 : -1;
}

static int load_curve(struct keys *k, char *errors, size_t errors_bytes) {
  char path[PATH_BYTES], line[LINE_BYTES];
  if (!read_line(k->folder, k->name, "curve", path, line)) {
    snprintf(errors, errors_bytes, "%s: cannot be read (%s); `alongside keygen` makes it", path, strerror(errno));
    return -1;
  }
  memcpy(k->secret_key, line, sizeof k->secret_key - 1);
  bool well_formed = strlen(line) == sizeof k->secret_key - 1 && !zmq_curve_public(k->public_key, k->secret_key);
  sodium_memzero(line, sizeof line);
  if (well_formed) return 0;
  snprintf(errors, errors_bytes, "%s: must be a CURVE secret key of 40 characters (Z85)", path);
  return -1;
}

static int load_sign(struct keys *k, char *errors, size_t errors_bytes) {
  uint8_t seed[32], public_key[32];
  int found = load_hex(k->folder, k->name, "sign", seed, errors, errors_bytes);
  if (found <= 0) return found;
  crypto_sign_seed_keypair(public_key, k->sign_secret, seed);
  sodium_memzero(seed, sizeof seed);
  k->signs = true;
  return 0;
}

int64_t keys_peers_stamp(const char *folder) {
  char path[PATH_BYTES];
  struct stat s;
  snprintf(path, sizeof path, "%s/peers.yaml", folder);
  if (stat(path, &s)) return 0;
  // Two replacements within one tick of the file system's clock differ in their inode.
  return (int64_t)s.st_mtim.tv_sec * 1000000000 + s.st_mtim.tv_nsec + (int64_t)s.st_ino;
}

static const char *fault_of(const Peer *peer) {
  uint8_t bytes[32];
  if (!*peer->name) return "a peer without name";
  if (strlen(peer->public_key) != 40 || !zmq_z85_decode(bytes, peer->public_key))
    return "publicKey must be 40 characters (Z85)";
  if (*peer->actor_key && !read_hex(peer->actor_key, bytes)) return "actorKey must be 64 hexadecimal digits";
  return NULL;
}

Peers *keys_read_peers(struct arena *a, const char *folder, char *errors, size_t errors_bytes) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/peers.yaml", folder);
  Peers *peers = yaml_read_file(a, &peers__descriptor, path, errors, errors_bytes);
  if (!peers) return NULL;
  for (size_t i = 0; i < peers->n_peers; i++) {
    const char *fault = fault_of(peers->peers[i]);
    if (!fault) continue;
    snprintf(errors, errors_bytes, "%s: peer %zu (%s): %s", path, i + 1, peers->peers[i]->name, fault);
    return NULL;
  }
  return peers;
}

// Reads into an arena of its own first, so that a malformed file leaves the present peers alone.
static int load_peers(struct keys *k, char *errors, size_t errors_bytes) {
  int64_t stamp = keys_peers_stamp(k->folder); // taken first: a file replaced meanwhile is read again next time
  struct arena fresh;
  arena_init(&fresh, PEERS_CAP_BYTES);
  Peers *peers = keys_read_peers(&fresh, k->folder, errors, errors_bytes);
  if (peers) {
    uint8_t *packed = arena_take(&fresh, peers__get_packed_size(peers) + 1);
    size_t packed_bytes = peers__pack(peers, packed);
    arena_reset(&k->arena);
    k->peers = arena_unpack(&k->arena, &peers__descriptor, packed, packed_bytes);
    k->peers_stamp = stamp;
  }
  arena_deinit(&fresh);
  return peers ? 0 : -1;
}

bool keys_refresh(struct keys *k) {
  char errors[256];
  return keys_peers_stamp(k->folder) != k->peers_stamp && !load_peers(k, errors, sizeof errors);
}

// A key that peers.yaml does not have would be refused by everybody: better said at once.
static int check_own_peer(const struct keys *k, char *errors, size_t errors_bytes) {
  const Peer *self = keys_peer(k, k->name);
  if (self && !strcmp(self->public_key, k->public_key)) return 0;
  snprintf(errors, errors_bytes, "%s/peers.yaml: %s; run `alongside keygen`", k->folder,
           self ? "it has another public key than the .curve file of this service" : "this service is not in it");
  return -1;
}

// Only the partitions that this service's entry names: a master key that lies in the folder for another service stays
// unread.
static int load_masters(struct keys *k, char *errors, size_t errors_bytes) {
  const Peer *self = keys_peer(k, k->name);
  for (size_t i = 0; i < self->n_opens; i++) {
    Partition p = self->opens[i];
    if ((unsigned)p == 0 || (unsigned)p >= (unsigned)KEYS_PARTITIONS) continue;
    int found = load_hex(k->folder, partition_names[p], "master", k->master[p], errors, errors_bytes);
    if (found < 0) return -1;
    if (!found) {
      snprintf(errors, errors_bytes, "%s/%s.master: not there, but peers.yaml says that %s opens this partition",
               k->folder, partition_names[p], k->name);
      return -1;
    }
    k->has_master[p] = true;
  }
  return 0;
}

int keys_load(struct keys *k, const char *folder, const char *name, char *errors, size_t errors_bytes) {
  *k = (struct keys){0};
  arena_init(&k->arena, PEERS_CAP_BYTES);
  if (sodium_init() < 0 || strlen(folder) >= sizeof k->folder || strlen(name) >= sizeof k->name) {
    snprintf(errors, errors_bytes, "%s: the folder's or the service's name is too long", folder);
    goto fault;
  }
  strcpy(k->folder, folder);
  strcpy(k->name, name);
  if (load_curve(k, errors, errors_bytes) || load_sign(k, errors, errors_bytes)) goto fault;
  if (keys_read_secret(folder, name, "audit", k->audit, errors, errors_bytes)) goto fault;
  if (load_peers(k, errors, errors_bytes) || check_own_peer(k, errors, errors_bytes)) goto fault;
  if (!load_masters(k, errors, errors_bytes)) {
    keys_refresh_masters(k);
    return 0;
  }
fault:
  keys_free(k);
  return -1;
}

void keys_free(struct keys *k) {
  arena_deinit(&k->arena);
  sodium_memzero(k, sizeof *k);
}

const Peer *keys_peer(const struct keys *k, const char *name) {
  for (size_t i = 0; i < k->peers->n_peers; i++)
    if (!strcmp(k->peers->peers[i]->name, name)) return k->peers->peers[i];
  return NULL;
}

bool keys_may_send(const Peer *peer, const char *type) {
  for (size_t i = 0; peer && i < peer->n_sends; i++)
    if (!strcmp(peer->sends[i], "*") || !strcmp(peer->sends[i], type)) return true;
  return false;
}
