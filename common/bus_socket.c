#include "bus_socket.h"
#include "log.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

enum {
  RECEIVE_BUDGET = 64, // messages of one socket in one go, so that the others get their turn
  PARTS_MOST = 2,
  COMPLAINT_MS = 1000,
};

// --- ZeroMQ's side

static const struct {
  int name, value;
} options[] = {
    {ZMQ_LINGER, 200},
    {ZMQ_SNDHWM, BUS_QUEUE},
    {ZMQ_RCVHWM, BUS_QUEUE},
    {ZMQ_HANDSHAKE_IVL, 5000},
    {ZMQ_HEARTBEAT_IVL, 1000},
    {ZMQ_HEARTBEAT_TIMEOUT, 3000},
    {ZMQ_RECONNECT_IVL, 50},
    {ZMQ_RECONNECT_IVL_MAX, 1000},
    {ZMQ_TCP_KEEPALIVE, 1},
    {ZMQ_TCP_KEEPALIVE_IDLE, 30},
    {ZMQ_TCP_KEEPALIVE_INTVL, 10},
    {ZMQ_TCP_KEEPALIVE_CNT, 3},
    {ZMQ_IPV6, 1},
};

// Options that only one type of socket knows.
static const struct {
  int type, name;
} own_options[] = {
    {ZMQ_ROUTER, ZMQ_ROUTER_MANDATORY}, // says that a route is gone, instead of dropping in silence
    {ZMQ_DEALER, ZMQ_IMMEDIATE},        // queues only where somebody is connected
};

static int set_int(void *zmq, int name, int value) {
  return zmq_setsockopt(zmq, name, &value, sizeof value);
}

static int set_options(void *zmq, int type) {
  int64_t frame_bytes = BUS_FRAME_BYTES;
  if (zmq_setsockopt(zmq, ZMQ_MAXMSGSIZE, &frame_bytes, sizeof frame_bytes)) return -1;
  for (size_t i = 0; i < sizeof options / sizeof *options; i++)
    if (set_int(zmq, options[i].name, options[i].value)) return -1;
  for (size_t i = 0; i < sizeof own_options / sizeof *own_options; i++)
    if (own_options[i].type == type && set_int(zmq, own_options[i].name, 1)) return -1;
  return 0;
}

void *bus_zmq_new(void *context, int type) {
  void *zmq = zmq_socket(context, type);
  if (!zmq || !set_options(zmq, type)) return zmq;
  zmq_close(zmq);
  return NULL;
}

int bus_zmq_be_server(void *zmq, const char *secret_key) {
  static const char domain[] = "alongside";
  if (set_int(zmq, ZMQ_CURVE_SERVER, 1)) return -1;
  if (zmq_setsockopt(zmq, ZMQ_ZAP_DOMAIN, domain, sizeof domain - 1)) return -1;
  return zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, secret_key, 41);
}

int bus_zmq_be_client(void *zmq, const char *public_key, const char *secret_key, const char *server_key) {
  if (zmq_setsockopt(zmq, ZMQ_CURVE_SERVERKEY, server_key, 41)) return -1;
  if (zmq_setsockopt(zmq, ZMQ_CURVE_PUBLICKEY, public_key, 41)) return -1;
  return zmq_setsockopt(zmq, ZMQ_CURVE_SECRETKEY, secret_key, 41);
}

// --- receiving

// One message. The number of its parts, those beyond `most` dropped; 0: there is none.
static int receive_parts(void *zmq, zmq_msg_t *parts, int most) {
  zmq_msg_t dropped = {{0}};
  int n = 0;
  for (bool more = true; more; n++) {
    zmq_msg_t *part = n < most ? &parts[n] : &dropped;
    zmq_msg_init(part);
    if (zmq_msg_recv(part, zmq, ZMQ_DONTWAIT) < 0) break; // an empty message holds nothing that needs closing
    more = zmq_msg_more(part);
    if (part == &dropped) zmq_msg_close(part);
  }
  return n;
}

static bool receive_one(struct bus_socket *s) {
  zmq_msg_t parts[PARTS_MOST];
  int n = receive_parts(s->zmq, parts, PARTS_MOST);
  if (n == s->kind->parts) s->kind->on_message(s, parts);
  for (int i = 0; i < n && i < PARTS_MOST; i++) zmq_msg_close(&parts[i]);
  return n > 0;
}

void bus_socket_receive(struct bus_socket *s) {
  s->touched = true;
  if (!s->kind->on_message) return;
  for (int i = 0; i < RECEIVE_BUDGET && !s->bus->closing; i++)
    if (!receive_one(s)) break;
}

void bus_socket_ask(struct bus_socket *s) {
  int events = 0;
  size_t size_bytes = sizeof events;
  s->touched = false;
  if (zmq_getsockopt(s->zmq, ZMQ_EVENTS, &events, &size_bytes)) return;
  s->readable = s->kind->on_message && (events & ZMQ_POLLIN);
  s->writable = events & ZMQ_POLLOUT;
}

void bus_socket_complain(struct bus_socket *s, const char *event, const char *from, const char *type) {
  char short_type[65];
  uint64_t now_ms = uv_now(s->bus->loop);
  if (s->logged_ms && now_ms - s->logged_ms < COMPLAINT_MS) return;
  s->logged_ms = now_ms;
  snprintf(short_type, sizeof short_type, "%s", type);
  log_line(LOG_WARN, event, "from", from, "type", short_type, NULL);
}

// --- the loop's side

static void on_poll(uv_poll_t *poll, int status, int events) {
  (void)status, (void)events;
  bus_socket_receive(poll->data);
}

static int start_poll(struct bus_socket *s) {
  int fd;
  size_t size_bytes = sizeof fd;
  if (zmq_getsockopt(s->zmq, ZMQ_FD, &fd, &size_bytes)) return -1;
  if (uv_poll_init(s->bus->loop, &s->poll, fd)) return -1;
  s->poll.data = s;
  return uv_poll_start(&s->poll, UV_READABLE, on_poll);
}

// Becomes part of the bus: from here on bus_close() ends and frees it.
static int join(struct bus_socket *s) {
  if (start_poll(s)) return -1;
  s->touched = true;
  s->next = s->bus->sockets;
  s->bus->sockets = s;
  return 0;
}

static int undo(struct bus_socket *s, const char *what, char *errors, size_t errors_bytes) {
  snprintf(errors, errors_bytes, "%s: %s", what, zmq_strerror(errno));
  if (s->zmq) zmq_close(s->zmq);
  s->zmq = NULL;
  return -1;
}

int bus_socket_serve(struct bus *b, struct bus_socket *s, const struct bus_socket_kind *kind, const char *endpoint,
                     char *errors, size_t errors_bytes) {
  *s = (struct bus_socket){.kind = kind, .bus = b, .zmq = bus_zmq_new(b->context, kind->type)};
  if (!s->zmq || bus_zmq_be_server(s->zmq, b->keys->secret_key) || zmq_bind(s->zmq, endpoint) || join(s))
    return undo(s, endpoint, errors, errors_bytes);
  return 0;
}

int bus_socket_connectable(struct bus *b, struct bus_socket *s, const struct bus_socket_kind *kind,
                           const char *server_key_name, char *errors, size_t errors_bytes) {
  const Peer *server = keys_peer(b->keys, server_key_name);
  if (!server) {
    snprintf(errors, errors_bytes, "%s: peers.yaml has no key of that name", server_key_name);
    return -1;
  }
  *s = (struct bus_socket){.kind = kind, .bus = b, .zmq = bus_zmq_new(b->context, kind->type)};
  if (!s->zmq || bus_zmq_be_client(s->zmq, b->keys->public_key, b->keys->secret_key, server->public_key) || join(s))
    return undo(s, server_key_name, errors, errors_bytes);
  return 0;
}

void bus_socket_close(struct bus_socket *s) {
  if (s->kind->flush) s->kind->flush(s);
  if (s->kind->close) s->kind->close(s);
  bus_handle_close(s->bus, (uv_handle_t *)&s->poll); // before the descriptor goes
  zmq_close(s->zmq);
  s->zmq = NULL;
}
