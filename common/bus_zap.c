// Who may come in at all: the ZAP handler (ZeroMQ RFC 27) and the proof that it works.
#include "bus_socket.h"
#include "log.h"
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PEERS_CAP_BYTES = 4 << 20,
  PROOF_MS = 1000,        // the most that the proof waits for a verdict, which comes within a few
  LOG_INTERVAL_MS = 1000, // a peer with a wrong key tries again and again
};

// --- the handler

struct bus_zap {
  void *context, *socket;
  struct keys known; // folder and peers only: this thread's own copy
  uint64_t logged_ms;
  atomic_bool proved; // until then a refusal is the proof's, and nobody needs to hear of it
  uv_thread_t thread;
  bool stopped;
};

// The parts of a request after the empty delimiter, which ZeroMQ takes off.
enum {
  VERSION,
  REQUEST_ID,
  DOMAIN,
  ADDRESS,
  IDENTITY,
  MECHANISM,
  CREDENTIALS,
  PARTS
};
static const char stop[] = "stop";

static bool part_is(zmq_msg_t *part, const char *text) {
  return zmq_msg_size(part) == strlen(text) && !memcmp(zmq_msg_data(part), text, strlen(text));
}

static const Peer *peer_of_key(const struct bus_zap *z, zmq_msg_t *credentials) {
  char public_key[41];
  if (zmq_msg_size(credentials) != 32) return NULL;
  zmq_z85_encode(public_key, zmq_msg_data(credentials), 32);
  for (size_t i = 0; i < z->known.peers->n_peers; i++)
    if (!strcmp(z->known.peers->peers[i]->public_key, public_key)) return z->known.peers->peers[i];
  return NULL;
}

static void log_refusal(struct bus_zap *z, zmq_msg_t *address) {
  char text[64];
  uint64_t now_ms = uv_hrtime() / 1000000;
  if (z->logged_ms && now_ms - z->logged_ms < LOG_INTERVAL_MS) return;
  z->logged_ms = now_ms;
  snprintf(text, sizeof text, "%.*s", (int)zmq_msg_size(address), (const char *)zmq_msg_data(address));
  log_line(LOG_WARN, "bus_unknown_key_refused", "address", text, NULL);
}

static void answer(struct bus_zap *z, zmq_msg_t *request_id, const Peer *peer) {
  const char *const texts[] = {peer ? "200" : "400", peer ? "OK" : "unknown key", peer ? peer->name : ""};
  zmq_send(z->socket, "1.0", 3, ZMQ_SNDMORE);
  zmq_send(z->socket, zmq_msg_data(request_id), zmq_msg_size(request_id), ZMQ_SNDMORE);
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
    zmq_send(z->socket, texts[i], strlen(texts[i]), ZMQ_SNDMORE);
  zmq_send(z->socket, "", 0, 0); // no metadata
}

static void decide(struct bus_zap *z, zmq_msg_t *parts) {
  keys_refresh(&z->known); // handshakes are rare enough to look every time
  bool curve = part_is(&parts[VERSION], "1.0") && part_is(&parts[MECHANISM], "CURVE");
  const Peer *peer = curve ? peer_of_key(z, &parts[CREDENTIALS]) : NULL;
  if (!peer && atomic_load(&z->proved)) log_refusal(z, &parts[ADDRESS]);
  answer(z, &parts[REQUEST_ID], peer);
}

// Takes one request in. False: the last one, or the context is gone.
static bool serve_one(struct bus_zap *z) {
  zmq_msg_t parts[PARTS];
  int n = 0;
  bool more = true;
  for (int i = 0; i < PARTS; i++) zmq_msg_init(&parts[i]);
  for (; more && n < PARTS && zmq_msg_recv(&parts[n], z->socket, 0) >= 0; n++) more = zmq_msg_more(&parts[n]);
  bool go_on = n ? !part_is(&parts[0], stop) : zmq_errno() == EINTR;
  if (go_on && n) decide(z, parts); // parts that did not come are empty, and an empty key is nobody's
  for (int i = 0; i < PARTS; i++) zmq_msg_close(&parts[i]);
  return go_on;
}

static void run(void *zap) {
  struct bus_zap *z = zap;
  sigset_t all; // signals are for the loop's thread
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, NULL);
  while (serve_one(z)) continue;
  zmq_close(z->socket);
}

static int start(struct bus_zap *z, char *errors, size_t errors_bytes) {
  if (!keys_refresh(&z->known)) {
    snprintf(errors, errors_bytes, "%s/peers.yaml: cannot be read", z->known.folder);
    return -1;
  }
  z->socket = zmq_socket(z->context, ZMQ_REP);
  // The thread takes the socket over: its creation is the barrier that ZeroMQ asks for.
  if (z->socket && !zmq_bind(z->socket, "inproc://zeromq.zap.01") && !uv_thread_create(&z->thread, run, z)) return 0;
  snprintf(errors, errors_bytes, "the handler of keys does not start: %s", zmq_strerror(zmq_errno()));
  if (z->socket) zmq_close(z->socket);
  return -1;
}

struct bus_zap *bus_zap_open(void *context, const char *keys_folder, char *errors, size_t errors_bytes) {
  struct bus_zap *z = calloc(1, sizeof *z);
  if (!z) abort();
  z->context = context;
  arena_init(&z->known.arena, PEERS_CAP_BYTES);
  snprintf(z->known.folder, sizeof z->known.folder, "%s", keys_folder);
  if (!start(z, errors, errors_bytes)) return z;
  keys_free(&z->known);
  free(z);
  return NULL;
}

void bus_zap_stop(struct bus_zap *z) {
  if (z->stopped) return;
  void *request = zmq_socket(z->context, ZMQ_REQ);
  zmq_connect(request, "inproc://zeromq.zap.01");
  zmq_send(request, stop, sizeof stop - 1, 0);
  uv_thread_join(&z->thread);
  zmq_close(request);
  z->stopped = true;
}

void bus_zap_close(struct bus_zap *z) {
  if (!z) return;
  bus_zap_stop(z);
  keys_free(&z->known);
  free(z);
}

// --- the proof

struct proof {
  void *server, *client, *monitor;
  char monitor_at[40]; // of its own: ZeroMQ frees such a name only a while after its socket has closed
};

enum {
  VERDICTS = ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH
};

static int listen_for_stranger(struct proof *p, void *context, const struct keys *k) {
  p->server = bus_zmq_new(context, ZMQ_ROUTER);
  if (!p->server || bus_zmq_be_server(p->server, k->secret_key)) return -1;
  snprintf(p->monitor_at, sizeof p->monitor_at, "inproc://proof.%p", p->server);
  if (zmq_socket_monitor(p->server, p->monitor_at, VERDICTS)) return -1;
  p->monitor = zmq_socket(context, ZMQ_PAIR);
  return !p->monitor || zmq_connect(p->monitor, p->monitor_at) || zmq_bind(p->server, "tcp://127.0.0.1:*");
}

static int connect_as_stranger(struct proof *p, void *context, const struct keys *k) {
  char public_key[41], secret_key[41], endpoint[64];
  size_t endpoint_bytes = sizeof endpoint;
  if (zmq_curve_keypair(public_key, secret_key)) return -1;
  if (zmq_getsockopt(p->server, ZMQ_LAST_ENDPOINT, endpoint, &endpoint_bytes)) return -1;
  p->client = bus_zmq_new(context, ZMQ_DEALER);
  return !p->client || bus_zmq_be_client(p->client, public_key, secret_key, k->public_key) ||
         zmq_connect(p->client, endpoint);
}

// The first verdict: an event's number (its first two bytes), or 0 where none came in time.
static int verdict(void *monitor) {
  zmq_pollitem_t item = {.socket = monitor, .events = ZMQ_POLLIN};
  uint8_t event[6];
  if (zmq_poll(&item, 1, PROOF_MS) != 1 || zmq_recv(monitor, event, sizeof event, 0) != sizeof event) return 0;
  uint16_t number;
  memcpy(&number, event, sizeof number);
  return number;
}

// A monitor must stop before its pair closes, or the I/O thread hangs.
static void end(struct proof *p) {
  if (p->server) zmq_socket_monitor(p->server, NULL, 0);
  void *const sockets[] = {p->client, p->server, p->monitor};
  for (size_t i = 0; i < sizeof sockets / sizeof *sockets; i++) {
    if (!sockets[i]) continue;
    zmq_setsockopt(sockets[i], ZMQ_LINGER, &(int){0}, sizeof(int));
    zmq_close(sockets[i]);
  }
}

int bus_prove(struct bus_zap *z, const struct keys *k, char *errors, size_t errors_bytes) {
  struct proof p = {0};
  bool ready = !listen_for_stranger(&p, z->context, k) && !connect_as_stranger(&p, z->context, k);
  const char *why = ready ? NULL : zmq_strerror(zmq_errno());
  int event = ready ? verdict(p.monitor) : 0;
  end(&p);
  atomic_store(&z->proved, true);
  if (event == ZMQ_EVENT_HANDSHAKE_FAILED_AUTH) return 0;
  if (!why) why = event ? "an unknown key was let in" : "no verdict on an unknown key";
  snprintf(errors, errors_bytes, "the bus does not prove that it refuses strangers: %s", why);
  return -1;
}
