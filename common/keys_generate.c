// Making keys: each file is made once and then left alone, so that running this again after adding a service, or a
// foreign peer, makes what is missing and nothing else.
#include "keys.h"
#include "accounts.h"
#include "json.h"
#include "text.h"
#include <ctype.h>
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
  PEERS_CAP_BYTES = 4 << 20,
  CURVE_BYTES = 41,
  HEX_BYTES = 65
};

// Who is made, what each may send, and which partitions each opens. Reading events needs no permission; Ping is how a
// service asks after itself. The gateway and reporting open nothing.
struct maker {
  const char *name, *sends;
  bool signs;
  Partition opens[KEYS_PARTITIONS]; // ends with 0
};
static const struct maker makers[] = {
    {"gateway", "*", true, {0}},
    {"intake", "Ping", false, {PARTITION__CONTACT, PARTITION__SUPERVISION}},
    {"reminders", "Ping", false, {PARTITION__CONTACT}},
    {"matching", "Ping", false, {PARTITION__CONTACT}},
    {"reporting", "Ping", false, {0}},
    {"courier", "Ping", false, {PARTITION__CONTACT}},
    {"mentoring", "Ping", false, {PARTITION__MENTORING}},
    {"safeguarding", "Ping", false, {PARTITION__CONTACT, PARTITION__SAFEGUARDING}},
    {"operator", "Ping,Replay", false, {0}},
};
enum {
  MAKERS = sizeof makers / sizeof makers[0]
};

struct work {
  const char *folder;
  char *errors;
  size_t errors_bytes;
  struct arena arena;
  Peers *peers;
};

static int fault(struct work *w, const char *path) {
  snprintf(w->errors, w->errors_bytes, "%s: %s", path, strerror(errno));
  return -1;
}

// --- files

static int write_all(int fd, const char *text, size_t size_bytes) {
  while (size_bytes) {
    ssize_t n = write(fd, text, size_bytes);
    if (n < 0) return -1;
    text += n, size_bytes -= n;
  }
  return fsync(fd);
}

// Whole or not at all: a reader sees the old file or the new one.
static int replace_file(struct work *w, const char *path, mode_t mode, const char *text, size_t size_bytes) {
  char temporary[PATH_BYTES + 16];
  snprintf(temporary, sizeof temporary, "%s.%d", path, (int)getpid());
  int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
  if (fd < 0) return fault(w, temporary);
  bool written = !write_all(fd, text, size_bytes);
  if (close(fd) || !written || rename(temporary, path)) {
    fault(w, path);
    unlink(temporary);
    return -1;
  }
  return 0;
}

// Makes FOLDER/STEM.SUFFIX with `line`, or reads `line` from it where it is there. `line_bytes` counts the final NUL.
static int make_or_read(struct work *w, const char *stem, const char *suffix, char *line, size_t line_bytes) {
  char path[PATH_BYTES], text[HEX_BYTES + 1];
  snprintf(path, sizeof path, "%s/%s.%s", w->folder, stem, suffix);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0 && errno != ENOENT) return fault(w, path);
  if (fd < 0) return replace_file(w, path, 0600, text, snprintf(text, sizeof text, "%s\n", line));
  ssize_t n = read(fd, line, line_bytes - 1);
  close(fd);
  if (n == (ssize_t)line_bytes - 1) return 0;
  snprintf(w->errors, w->errors_bytes, "%s: too short for a key; remove it to have it made anew", path);
  return -1;
}

// --- one key each

static int make_curve(struct work *w, const char *name, char public_key[CURVE_BYTES]) {
  char secret_key[CURVE_BYTES];
  if (zmq_curve_keypair(public_key, secret_key)) return fault(w, name);
  int result = make_or_read(w, name, "curve", secret_key, sizeof secret_key);
  if (!result && zmq_curve_public(public_key, secret_key)) result = fault(w, name);
  sodium_memzero(secret_key, sizeof secret_key);
  return result;
}

static int make_hex(struct work *w, const char *stem, const char *suffix, char hex[HEX_BYTES]) {
  uint8_t bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  text_hex(bytes, sizeof bytes, hex);
  sodium_memzero(bytes, sizeof bytes);
  return make_or_read(w, stem, suffix, hex, HEX_BYTES);
}

// Writes the public half of the signing key.
static int make_sign(struct work *w, const char *name, char public_hex[HEX_BYTES]) {
  char seed_hex[HEX_BYTES];
  uint8_t seed[32] = {0}, public_key[32], secret_key[64];
  if (make_hex(w, name, "sign", seed_hex)) return -1;
  sodium_hex2bin(seed, sizeof seed, seed_hex, 64, NULL, NULL, NULL);
  crypto_sign_seed_keypair(public_key, secret_key, seed);
  text_hex(public_key, sizeof public_key, public_hex);
  sodium_memzero(seed_hex, sizeof seed_hex);
  sodium_memzero(seed, sizeof seed);
  sodium_memzero(secret_key, sizeof secret_key);
  return 0;
}

// --- peers

static Peer *peer_named(struct work *w, const char *name) {
  Peers *all = w->peers;
  for (size_t i = 0; i < all->n_peers; i++)
    if (!strcmp(all->peers[i]->name, name)) return all->peers[i];
  Peer *peer = arena_take(&w->arena, sizeof *peer);
  *peer = (Peer)PEER__INIT;
  peer->name = arena_text(&w->arena, name);
  Peer **longer = arena_take(&w->arena, (all->n_peers + 1) * sizeof *longer);
  if (all->n_peers) memcpy(longer, all->peers, all->n_peers * sizeof *longer);
  longer[all->n_peers++] = peer;
  all->peers = longer;
  return peer;
}

// "Ping,RecordSession" to two texts.
static void set_sends(struct work *w, Peer *peer, const char *types) {
  peer->sends = arena_take(&w->arena, (strlen(types) / 2 + 1) * sizeof *peer->sends);
  peer->n_sends = 0;
  char *rest = arena_text(&w->arena, types);
  for (char *type; (type = strsep(&rest, ", "));)
    if (*type) peer->sends[peer->n_sends++] = type;
}

static int make_audit(struct work *w, const char *name) {
  char hex[HEX_BYTES];
  int result = make_hex(w, name, "audit", hex);
  sodium_memzero(hex, sizeof hex);
  return result;
}

// Verifying needs the public half only, and must not depend on a folder that could sign.
static int make_notary(struct work *w) {
  char public_hex[HEX_BYTES], path[PATH_BYTES], text[HEX_BYTES + 1];
  if (make_audit(w, "notary") || make_sign(w, "notary", public_hex)) return -1;
  snprintf(path, sizeof path, "%s/notary.public", w->folder);
  return replace_file(w, path, 0644, text, snprintf(text, sizeof text, "%s\n", public_hex));
}

static int make_peer(struct work *w, const struct maker *m) {
  char public_key[CURVE_BYTES], actor_key[HEX_BYTES] = "";
  if (make_curve(w, m->name, public_key) || (m->signs && make_sign(w, m->name, actor_key)) || make_audit(w, m->name))
    return -1;
  Peer *peer = peer_named(w, m->name);
  peer->public_key = arena_text(&w->arena, public_key);
  peer->actor_key = arena_text(&w->arena, actor_key);
  set_sends(w, peer, m->sends);
  peer->opens = arena_take(&w->arena, sizeof m->opens);
  for (peer->n_opens = 0; m->opens[peer->n_opens]; peer->n_opens++)
    peer->opens[peer->n_opens] = m->opens[peer->n_opens];
  return 0;
}

// Z85 has neither quotes nor backslashes, names and types are plain: all of it can stand between double quotes as it
// is.
static void print_peer(struct buffer *out, const Peer *peer) {
  buffer_printf(out, "  - name: \"%s\"\n    publicKey: \"%s\"\n    sends: [", peer->name, peer->public_key);
  for (size_t i = 0; i < peer->n_sends; i++) buffer_printf(out, "%s\"%s\"", i ? ", " : "", peer->sends[i]);
  buffer_text(out, "]\n");
  buffer_text(out, "    opens: [");
  for (size_t i = 0; i < peer->n_opens; i++)
    buffer_printf(out, "%s%s", i ? ", " : "", keys_partition_name(peer->opens[i]));
  buffer_text(out, "]\n");
  if (*peer->actor_key) buffer_printf(out, "    actorKey: \"%s\"\n", peer->actor_key);
}

static bool same_as_file(const char *path, const struct buffer *b) {
  char *there = malloc(b->size_bytes + 1);
  FILE *f = there ? fopen(path, "re") : NULL;
  bool same = f && fread(there, 1, b->size_bytes + 1, f) == b->size_bytes && !memcmp(there, b->data, b->size_bytes);
  if (f) fclose(f);
  free(there);
  return same;
}

// A file that would stay the same is not written: running services read some again when they change.
static int write_file(struct work *w, const char *name, mode_t mode, const struct buffer *text) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s", w->folder, name);
  return same_as_file(path, text) ? 0 : replace_file(w, path, mode, text->data, text->size_bytes);
}

static int write_peers(struct work *w) {
  struct buffer out = {0};
  buffer_text(&out, "# Who is accepted on the bus, under which key, and which messages each may send.\n"
                    "# Made by `alongside keygen`. Running services notice when it changes.\npeers:\n");
  for (size_t i = 0; i < w->peers->n_peers; i++) print_peer(&out, w->peers->peers[i]);
  int result = write_file(w, "peers.yaml", 0644, &out);
  buffer_free(&out);
  return result;
}

static const Partition *opened_by(const char *name) {
  static const Partition nothing[] = {0};
  for (size_t i = 0; i < MAKERS; i++)
    if (!strcmp(makers[i].name, name)) return makers[i].opens;
  return nothing;
}

// The password of each account in Redis, and Redis' list of the accounts, which has their hashes.
static int make_accounts(struct work *w) {
  char password[HEX_BYTES];
  struct buffer out = {0};
  int result = 0;
  accounts_begin(&out);
  for (const struct account *a = accounts; a->name && !result; a++) {
    result = make_hex(w, a->name, "redis", password);
    if (!result) account_write(&out, a, password, opened_by(a->name));
  }
  sodium_memzero(password, sizeof password);
  if (!result) result = write_file(w, "users.acl", 0640, &out);
  buffer_free(&out);
  return result;
}

static int read_peers(struct work *w) {
  if (keys_peers_stamp(w->folder)) {
    w->peers = keys_read_peers(&w->arena, w->folder, w->errors, w->errors_bytes);
    return w->peers ? 0 : -1;
  }
  w->peers = arena_take(&w->arena, sizeof *w->peers);
  *w->peers = (Peers)PEERS__INIT;
  return 0;
}

// --- all of it

// A foreign peer may not take a service's name, and its types are names or "*".
static int check_foreign(struct work *w, const char *foreign, const char *sends) {
  const char *why = NULL;
  for (size_t i = 0; i < MAKERS; i++)
    if (!strcmp(makers[i].name, foreign)) why = "is a service's name";
  if (!text_is_slug(foreign)) why = "must be 1 to 64 of a-z, 0-9 and '-'";
  for (const char *c = sends; *c; c++)
    if (!isalnum((unsigned char)*c) && !strchr("*, ", *c)) why = "may send message types only, separated by commas";
  if (!why) return 0;
  snprintf(w->errors, w->errors_bytes, "foreign peer \"%s\": %s", foreign, why);
  return -1;
}

static int make_masters(struct work *w) {
  char hex[HEX_BYTES];
  int result = 0;
  for (int p = PARTITION__CONTACT; p < KEYS_PARTITIONS && !result; p++)
    result = make_hex(w, keys_partition_name(p), "master", hex);
  sodium_memzero(hex, sizeof hex);
  return result;
}

// Shared by all services: each asks by it whether somebody was destroyed.
static int make_destroyed(struct work *w) {
  char hex[HEX_BYTES];
  int result = make_hex(w, "destroyed", "key", hex);
  sodium_memzero(hex, sizeof hex);
  return result;
}

static int make_all(struct work *w, const char *foreign, const char *sends) {
  if (mkdir(w->folder, 0700) && errno != EEXIST) return fault(w, w->folder);
  if (read_peers(w) || make_masters(w) || make_notary(w) || make_destroyed(w)) return -1;
  for (size_t i = 0; i < MAKERS; i++)
    if (make_peer(w, &makers[i])) return -1;
  if (foreign && make_peer(w, &(struct maker){foreign, sends, true, {0}})) return -1;
  return make_accounts(w) || write_peers(w) ? -1 : 0;
}

int keys_generate(const char *folder, const char *foreign, const char *sends, char *errors, size_t errors_bytes) {
  struct work w = {.folder = folder, .errors = errors, .errors_bytes = errors_bytes};
  sends = sends ? sends : "";
  if (sodium_init() < 0 || strlen(folder) >= sizeof((struct keys *)0)->folder) {
    snprintf(errors, errors_bytes, "%s: the name is too long", folder);
    return -1;
  }
  if (foreign && check_foreign(&w, foreign, sends)) return -1;
  arena_init(&w.arena, PEERS_CAP_BYTES);
  int result = make_all(&w, foreign, sends);
  arena_deinit(&w.arena);
  return result;
}
