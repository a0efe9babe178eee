#include "chain.h"
#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  PATH_BYTES = 512
};

static void put64(uint8_t out[8], uint64_t value) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(value >> (56 - 8 * i));
}

static uint64_t get64(const uint8_t bytes[8]) {
  uint64_t value = 0;
  for (int i = 0; i < 8; i++) value = value << 8 | bytes[i];
  return value;
}

uint64_t chain_sequence(const struct chain_head *h) {
  return get64(h->sequence);
}

int64_t chain_at_ms(const struct chain_head *h) {
  return (int64_t)get64(h->at_ms);
}

bool chain_is_empty(const uint8_t digest[AUDIT_HASH_BYTES]) {
  return sodium_is_zero(digest, AUDIT_HASH_BYTES);
}

// --- signing

// What is signed. The first word keeps these signatures apart from any other that the key might ever make.
struct statement {
  char purpose[32], area[64];
  uint8_t before[CHAIN_SIGNATURE_BYTES];
  uint8_t sequence[8], at_ms[8], link[AUDIT_HASH_BYTES];
};

static struct statement statement_of(const struct chain_head *h, const struct chain_head *before, const char *area) {
  struct statement s;
  memset(&s, 0, sizeof s);
  snprintf(s.purpose, sizeof s.purpose, "alongside audit head");
  snprintf(s.area, sizeof s.area, "%s", area);
  if (before) memcpy(s.before, before->signature, sizeof s.before);
  memcpy(s.sequence, h->sequence, sizeof s.sequence);
  memcpy(s.at_ms, h->at_ms, sizeof s.at_ms);
  memcpy(s.link, h->link, sizeof s.link);
  return s;
}

void chain_make_head(struct chain_head *h, const struct chain_head *before, const uint8_t secret[64], const char *area,
                     uint64_t sequence, int64_t at_ms, const uint8_t link[AUDIT_HASH_BYTES]) {
  put64(h->sequence, sequence);
  put64(h->at_ms, (uint64_t)at_ms);
  memcpy(h->link, link, sizeof h->link);
  struct statement s = statement_of(h, before, area);
  crypto_sign_detached(h->signature, NULL, (const uint8_t *)&s, sizeof s, secret);
}

bool chain_is_signed(const struct chain_head *h, const struct chain_head *before, const uint8_t public_key[32],
                     const char *area) {
  struct statement s = statement_of(h, before, area);
  return !crypto_sign_verify_detached(h->signature, (const uint8_t *)&s, sizeof s, public_key);
}

// --- appending

// The number of whole records; reads the last of them. -1: errno says why.
static off_t open_end(int fd, void *last, size_t record_bytes) {
  struct stat s;
  if (fstat(fd, &s)) return -1;
  off_t n = s.st_size / (off_t)record_bytes;
  if (ftruncate(fd, n * (off_t)record_bytes)) return -1;
  if (n && pread(fd, last, record_bytes, (n - 1) * (off_t)record_bytes) != (ssize_t)record_bytes) return -1;
  return n;
}

static int open_file(const char *folder, const char *area, const char *suffix) {
  char path[PATH_BYTES];
  snprintf(path, sizeof path, "%s/%s.%s", folder, area, suffix);
  return open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int chain_open(struct chain *c, const char *folder, const char *area, char *errors, size_t errors_bytes) {
  *c = (struct chain){0};
  snprintf(c->area, sizeof c->area, "%s", area);
  c->links_fd = open_file(folder, area, "chain");
  c->heads_fd = open_file(folder, area, "heads");
  if (c->links_fd < 0 || c->heads_fd < 0) goto fault;
  if (flock(c->links_fd, LOCK_EX | LOCK_NB)) {
    snprintf(errors, errors_bytes, "%s/%s.chain: another notary appends to it", folder, area);
    chain_close(c);
    return -1;
  }
  off_t n = open_end(c->links_fd, &c->last, sizeof c->last), n_heads = open_end(c->heads_fd, &c->head, sizeof c->head);
  if (n < 0 || n_heads < 0) goto fault;
  c->n = (uint64_t)n;
  c->has_head = n_heads > 0;
  return 0;
fault:
  snprintf(errors, errors_bytes, "%s/%s.chain and .heads: %s", folder, area, strerror(errno));
  chain_close(c);
  return -1;
}

void chain_close(struct chain *c) {
  if (c->links_fd >= 0) close(c->links_fd);
  if (c->heads_fd >= 0) close(c->heads_fd);
  c->links_fd = c->heads_fd = -1;
}

// What a full disk has taken half of is taken back.
static bool append(int fd, const void *records, size_t bytes) {
  off_t end = lseek(fd, 0, SEEK_END);
  if (end >= 0 && write(fd, records, bytes) == (ssize_t)bytes && !fdatasync(fd)) return true;
  int why = errno;
  if (end >= 0 && ftruncate(fd, end)) why = errno;
  errno = why;
  return false;
}

bool chain_append(struct chain *c, const struct chain_link *links, size_t n) {
  if (!append(c->links_fd, links, n * sizeof *links)) return false;
  c->last = links[n - 1];
  c->n += n;
  return true;
}

bool chain_sign(struct chain *c, const uint8_t secret[64], int64_t at_ms) {
  struct chain_head h;
  chain_make_head(&h, c->has_head ? &c->head : NULL, secret, c->area, c->n, at_ms, c->last.link);
  if (!append(c->heads_fd, &h, sizeof h)) return false;
  c->head = h;
  c->has_head = true;
  return true;
}

// --- looking

// An empty map is no map at all.
static bool map(const char *folder, const char *area, const char *suffix, size_t record_bytes, const void **records,
                size_t *n) {
  char path[PATH_BYTES];
  struct stat s;
  *records = NULL;
  *n = 0;
  snprintf(path, sizeof path, "%s/%s.%s", folder, area, suffix);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno == ENOENT;
  bool fine = !fstat(fd, &s);
  if (fine && (size_t)s.st_size >= record_bytes) {
    void *at = mmap(NULL, (size_t)s.st_size, PROT_READ, MAP_SHARED, fd, 0);
    fine = at != MAP_FAILED;
    if (fine) *n = (size_t)s.st_size / record_bytes;
    if (fine) *records = at;
  }
  close(fd);
  return fine;
}

// Heads first: a notary at work may then sign links that this does not see, but no link that it sees is missing from
// under a head.
bool chain_view_open(struct chain_view *v, const char *folder, const char *area) {
  const void *heads, *links;
  *v = (struct chain_view){0};
  if (!map(folder, area, "heads", sizeof *v->heads, &heads, &v->n_heads)) return false;
  v->heads = heads;
  if (map(folder, area, "chain", sizeof *v->links, &links, &v->n_links)) {
    v->links = links;
    return true;
  }
  chain_view_close(v);
  return false;
}

void chain_view_close(struct chain_view *v) {
  if (v->n_heads) munmap((void *)v->heads, v->n_heads * sizeof *v->heads);
  if (v->n_links) munmap((void *)v->links, v->n_links * sizeof *v->links);
  *v = (struct chain_view){0};
}
