// Asks every service that opens a partition, over and over, which master keys it knows.
#include "bus.h"
#include "rotation.h"
#include <ctype.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  ASK_EVERY_MS = 300,
  ANSWER_MS = 2000,
  IN_A_ROW = 3, // replicas take turns in answering
  // All replicas read the same folder, and look every second: after this, those that did not happen to answer know,
  // too.
  SETTLE_MS = 3000,
  // As long as a change may be on its way to Redis whose data key was wrapped before the service knew better.
  ON_ITS_WAY_MS = 8000,
  SAY_EVERY_MS = 5000,
  SERVICES_MOST = 32,
};

struct asked {
  struct confirm *confirm;
  const Peer *peer;
  struct bus_client *client;
  unsigned in_a_row;
  bool waits; // for an answer
};

struct confirm {
  struct rotation *r;
  bool wraps;
  struct bus *bus;
  uv_timer_t timer;
  bool closed;
  uint8_t ids[KEYS_PARTITIONS][MASTER_ID_BYTES]; // of the newest master of each
  struct asked asked[SERVICES_MOST];
  size_t n;
};

// --- what is asked for

static bool read_ids(struct confirm *c) {
  char errors[512];
  uint8_t key[32];
  for (int p = 1; p < KEYS_PARTITIONS; p++) {
    if (!c->r->rotates[p]) continue;
    bool next = rotation_phase(c->r->folder, (Partition)p) == ROTATION_NEXT;
    if (keys_read_secret(c->r->folder, keys_partition_name((Partition)p), next ? "next" : "master", key, errors,
                         sizeof errors)) {
      fprintf(stderr, "alongside keys: %s\n", errors);
      return false;
    }
    seal_master_id(key, c->ids[p]);
  }
  sodium_memzero(key, sizeof key);
  return true;
}

static bool concerns(const struct confirm *c, const Peer *peer) {
  for (size_t i = 0; i < peer->n_opens; i++)
    if (c->r->rotates[peer->opens[i]]) return true;
  return false;
}

static bool tells(const struct confirm *c, const Pong *pong, Partition p) {
  for (size_t i = 0; i < pong->n_masters; i++) {
    const MasterKey *m = pong->masters[i];
    if (m->partition == p && m->id.len == MASTER_ID_BYTES && !memcmp(m->id.data, c->ids[p], MASTER_ID_BYTES))
      return m->wraps || !c->wraps;
  }
  return false;
}

static bool tells_all(const struct confirm *c, const Peer *peer, const Pong *pong) {
  for (size_t i = 0; i < peer->n_opens; i++)
    if (c->r->rotates[peer->opens[i]] && !tells(c, pong, peer->opens[i])) return false;
  return true;
}

// --- asking

static void on_pong(void *context, const Envelope *reply, Code code) {
  (void)code;
  struct asked *a = context;
  Pong *pong = reply && !reply->problem ? pong__unpack(NULL, reply->body.len, reply->body.data) : NULL;
  a->waits = false;
  a->in_a_row = pong && tells_all(a->confirm, a->peer, pong) ? a->in_a_row + 1 : 0;
  pong__free_unpacked(pong, NULL);
}

static void ask(struct asked *a) {
  uint8_t correlation[16];
  struct timespec now;
  randombytes_buf(correlation, sizeof correlation);
  clock_gettime(CLOCK_REALTIME, &now);
  Envelope request = ENVELOPE__INIT;
  request.type = "Ping";
  request.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  request.deadline_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + ANSWER_MS;
  a->waits = true;
  bus_call(a->client, &request, on_pong, a);
}

static void on_tick(uv_timer_t *timer) {
  struct confirm *c = timer->data;
  for (size_t i = 0; i < c->n; i++)
    if (!c->asked[i].waits) ask(&c->asked[i]);
}

// ALONGSIDE_INTAKE for "intake".
static const char *endpoint_of(const char *service) {
  char name[96] = "ALONGSIDE_";
  size_t n = strlen(name);
  for (; *service && n < sizeof name - 1; service++) name[n++] = *service == '-' ? '_' : (char)toupper(*service);
  return getenv(name);
}

static bool connect_one(struct confirm *c, const Peer *peer) {
  char errors[512] = "it is not set, and this service must be asked";
  struct asked *a = &c->asked[c->n];
  const char *endpoint = endpoint_of(peer->name);
  *a = (struct asked){.confirm = c, .peer = peer};
  if (endpoint && *endpoint && c->n < SERVICES_MOST - 1)
    a->client = bus_connect(c->bus, endpoint, peer->name, errors, sizeof errors);
  c->n += a->client != NULL;
  if (!a->client) fprintf(stderr, "alongside keys: where %s listens: %s\n", peer->name, errors);
  return a->client != NULL;
}

static bool connect_all(struct confirm *c) {
  char errors[512];
  const Peers *peers = c->r->keys.peers;
  c->bus = bus_open(&c->r->sync.loop, &c->r->keys, errors, sizeof errors);
  if (!c->bus) fprintf(stderr, "alongside keys: %s\n", errors);
  for (size_t i = 0; c->bus && i < peers->n_peers; i++)
    if (concerns(c, peers->peers[i]) && !connect_one(c, peers->peers[i])) return false;
  return c->bus != NULL;
}

// The first that has not said it yet; NULL: all have.
static const char *missing(const struct confirm *c) {
  for (size_t i = 0; i < c->n; i++)
    if (c->asked[i].in_a_row < IN_A_ROW) return c->asked[i].peer->name;
  return NULL;
}

static void run_for(struct confirm *c, uint64_t ms) {
  uint64_t until_ms = uv_now(&c->r->sync.loop) + ms;
  while (uv_now(&c->r->sync.loop) < until_ms) uv_run(&c->r->sync.loop, UV_RUN_ONCE);
}

static void wait_for_all(struct confirm *c) {
  const char *who;
  uint64_t said_ms = uv_now(&c->r->sync.loop);
  while ((who = missing(c))) {
    uv_run(&c->r->sync.loop, UV_RUN_ONCE);
    if (uv_now(&c->r->sync.loop) - said_ms < SAY_EVERY_MS) continue;
    said_ms = uv_now(&c->r->sync.loop);
    fprintf(stderr, "Waiting for %s, which has not said yet that it %s the new master key.\n", who,
            c->wraps ? "uses" : "knows");
  }
  run_for(c, c->wraps ? ON_ITS_WAY_MS : SETTLE_MS);
}

static void on_closed(void *context) {
  ((struct confirm *)context)->closed = true;
}

static void end(struct confirm *c) {
  uv_close((uv_handle_t *)&c->timer, NULL);
  if (c->bus) bus_close(c->bus, on_closed, c);
  while (c->bus && !c->closed) uv_run(&c->r->sync.loop, UV_RUN_ONCE);
  uv_run(&c->r->sync.loop, UV_RUN_NOWAIT);
}

bool rotation_confirm(struct rotation *r, bool wraps) {
  struct confirm c = {.r = r, .wraps = wraps};
  if (!read_ids(&c)) return false;
  uv_timer_init(&r->sync.loop, &c.timer);
  c.timer.data = &c;
  uv_timer_start(&c.timer, on_tick, 0, ASK_EVERY_MS);
  bool connected = connect_all(&c);
  if (connected) wait_for_all(&c);
  end(&c);
  return connected;
}
