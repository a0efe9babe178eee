#include "notary.h"
#include "audit_read.h"
#include "keys.h"
#include "log.h"
#include "text.h"
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum {
  LOOK_MS = 1000,
  HEAD_MS = 45000, // a head at least every minute
  LINKS_AT_ONCE = 4096,
  GAP_MOST = 1 << 20 // far more than is written between two looks
};

// --- notes

static void note(struct notes *t, const uint8_t digest[AUDIT_HASH_BYTES]) {
  if (t->n_links == t->cap_links) {
    t->cap_links = 2 * t->cap_links + 64;
    t->links = realloc(t->links, t->cap_links * sizeof *t->links);
    if (!t->links) abort();
  }
  struct chain_link *l = &t->links[t->n_links++];
  memcpy(l->digest, digest, sizeof l->digest);
  audit_link(t->key, t->link, digest, l->link);
  memcpy(t->link, l->link, sizeof t->link);
  t->n++;
}

static void note_nothing(struct notes *t, uint64_t up_to) {
  static const uint8_t nothing[AUDIT_HASH_BYTES];
  while (t->n < up_to) note(t, nothing);
}

bool notes_take(struct notes *t, const struct store_entry *entry) {
  struct bytes list = entry->list, one;
  uint64_t n = 0;
  uint8_t digest[AUDIT_HASH_BYTES];
  if (entry->last > t->n + GAP_MOST) return false;
  while (audit_next(&list, &one)) n++;
  bool whole = !list.size_bytes && n <= entry->last;
  if (whole) note_nothing(t, entry->last - n);
  list = entry->list;
  for (uint64_t sequence = entry->last + 1 - n; whole && audit_next(&list, &one); sequence++) {
    if (sequence <= t->n) continue;
    audit_digest(t->key, t->area, one, digest);
    note(t, digest);
  }
  note_nothing(t, entry->last);
  return true;
}

// --- at work

struct notary {
  struct sync sync;
  uint8_t key[32], secret[64];
  struct chain *chains; // one for each area
  size_t n_chains;
  uv_timer_t look;
  uv_signal_t term, interrupt;
  bool due, stopping;
};

// One look at an area.
struct look {
  struct chain *chain;
  struct notes notes;
  bool failed;
};

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void keep(struct look *k) {
  if (!k->notes.n_links || k->failed) return;
  k->failed = !chain_append(k->chain, k->notes.links, k->notes.n_links);
  if (k->failed) log_line(LOG_ERROR, "audit_not_noted", "area", k->chain->area, "why", strerror(errno), NULL);
  k->notes.n_links = 0;
}

static void on_entry(void *context, const struct store_entry *entry) {
  struct look *k = context;
  if (k->failed) return;
  if (!notes_take(&k->notes, entry)) {
    log_line(LOG_ERROR, "audit_entry_far_ahead", "area", k->chain->area, NULL);
    k->failed = true;
  }
  if (k->notes.n_links >= LINKS_AT_ONCE) keep(k);
}

static bool look_at(struct notary *n, struct chain *c) {
  struct look k = {.chain = c, .notes = {.key = n->key, .area = c->area, .n = c->n}};
  memcpy(k.notes.link, c->last.link, sizeof k.notes.link);
  bool answered = audit_read(&n->sync, c->area, c->n, on_entry, &k);
  if (!answered) log_line(LOG_WARN, "store_away", "area", c->area, NULL);
  keep(&k);
  free(k.notes.links);
  return answered && !k.failed;
}

// The log is a second witness, where it is kept elsewhere.
static void log_head(const struct chain *c) {
  char sequence[24], link[2 * AUDIT_HASH_BYTES + 1];
  snprintf(sequence, sizeof sequence, "%" PRIu64, c->n);
  text_hex(c->last.link, sizeof c->last.link, link);
  log_line(LOG_INFO, "audit_head", "area", c->area, "sequence", sequence, "link", link, NULL);
}

static void sign_head(struct notary *n, struct chain *c) {
  int64_t now = now_ms(), since_ms = c->has_head ? now - chain_at_ms(&c->head) : INT64_MAX;
  if (c->n == (c->has_head ? chain_sequence(&c->head) : 0)) return;
  if (since_ms >= 0 && since_ms < HEAD_MS && !n->stopping) return;
  if (chain_sign(c, n->secret, now))
    log_head(c);
  else
    log_line(LOG_ERROR, "audit_not_signed", "area", c->area, "why", strerror(errno), NULL);
}

static void on_look(uv_timer_t *timer) {
  ((struct notary *)timer->data)->due = true;
}

static void on_signal(uv_signal_t *signal, int number) {
  (void)number;
  ((struct notary *)signal->data)->stopping = true;
}

static void work(struct notary *n) {
  while (!n->stopping) {
    uv_run(&n->sync.loop, UV_RUN_ONCE);
    if (!n->due && !n->stopping) continue;
    n->due = false;
    bool fine = true;
    for (size_t i = 0; i < n->n_chains; i++) {
      fine &= look_at(n, &n->chains[i]);
      sign_head(n, &n->chains[i]);
    }
    // The folder's time says when all was noted last, to whoever watches over the notary.
    if (fine) utimensat(AT_FDCWD, n->sync.config.audit, NULL, 0);
  }
}

// --- starting and stopping

static int load_keys(struct notary *n, char *errors, size_t errors_bytes) {
  uint8_t seed[32], public_key[32];
  const char *folder = n->sync.config.keys;
  if (keys_read_secret(folder, "notary", "audit", n->key, errors, errors_bytes)) return -1;
  if (keys_read_secret(folder, "notary", "sign", seed, errors, errors_bytes)) return -1;
  crypto_sign_seed_keypair(public_key, n->secret, seed);
  sodium_memzero(seed, sizeof seed);
  return 0;
}

static int open_chains(struct notary *n, char *errors, size_t errors_bytes) {
  const Areas *areas = n->sync.config.areas;
  const char *folder = n->sync.config.audit;
  if (mkdir(folder, 0700) && errno != EEXIST) {
    snprintf(errors, errors_bytes, "%s: %s", folder, strerror(errno));
    return -1;
  }
  n->chains = calloc(areas->n_areas + 1, sizeof *n->chains);
  if (!n->chains) abort();
  for (; n->n_chains < areas->n_areas; n->n_chains++)
    if (chain_open(&n->chains[n->n_chains], folder, areas->areas[n->n_chains]->id, errors, errors_bytes)) return -1;
  return 0;
}

static void start(struct notary *n) {
  uv_timer_init(&n->sync.loop, &n->look);
  uv_signal_init(&n->sync.loop, &n->term);
  uv_signal_init(&n->sync.loop, &n->interrupt);
  n->look.data = n->term.data = n->interrupt.data = n;
  uv_timer_start(&n->look, on_look, 0, LOOK_MS);
  uv_signal_start(&n->term, on_signal, SIGTERM);
  uv_signal_start(&n->interrupt, on_signal, SIGINT);
}

static void stop(struct notary *n) {
  uv_close((uv_handle_t *)&n->look, NULL);
  uv_close((uv_handle_t *)&n->term, NULL);
  uv_close((uv_handle_t *)&n->interrupt, NULL);
}

int notary_run(void) {
  struct notary n = {0};
  char errors[1024] = "";
  if (!sync_open(&n.sync, "notary")) return 1;
  log_open("notary", n.sync.config.log_level);
  int result = load_keys(&n, errors, sizeof errors) || open_chains(&n, errors, sizeof errors);
  if (result) {
    log_line(LOG_ERROR, "start_failed", "why", errors, NULL);
  } else {
    start(&n);
    work(&n);
    stop(&n);
  }
  while (n.n_chains) chain_close(&n.chains[--n.n_chains]);
  free(n.chains);
  sodium_memzero(n.secret, sizeof n.secret);
  sync_close(&n.sync);
  return result ? 1 : 0;
}
