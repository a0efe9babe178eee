// Answering requests: a ROUTER. Replies gather per route and leave as one Bundle each when the turn of the loop ends.
#include "bus_socket.h"
#include "log.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
  BUNDLE_CAP_BYTES = 4 * BUS_FRAME_BYTES
}; // what a frame may become when it is unpacked

// What goes to one route in this turn.
struct outbox {
  struct bus_route route;
  struct bus_frame frame;
};

struct bus_server {
  struct bus_socket socket; // first: see bus_socket.h
  bus_request_fn *on_request;
  void *context;
  struct arena arena;      // of the frame that is being taken in
  struct outbox *outboxes; // those in use first; the others only keep their memory
  size_t n_used, n_outboxes;
};

// --- replies

static void send_outbox(struct bus_server *s, struct outbox *o) {
  int sent;
  s->socket.touched = true;
  while ((sent = zmq_send(s->socket.zmq, o->route.id, o->route.id_bytes, ZMQ_SNDMORE | ZMQ_DONTWAIT)) < 0 &&
         zmq_errno() == EINTR)
    continue;
  if (sent >= 0 && bus_frame_send(&o->frame, s->socket.zmq)) return;
  // The peer has gone, or reads too slowly: its deadlines will tell it.
  log_line(LOG_DEBUG, "bus_reply_undeliverable", "why", zmq_strerror(zmq_errno()), NULL);
  o->frame.size_bytes = 0;
}

static void flush(struct bus_socket *socket) {
  struct bus_server *s = (struct bus_server *)socket;
  for (size_t i = 0; i < s->n_used; i++)
    if (s->outboxes[i].frame.size_bytes) send_outbox(s, &s->outboxes[i]);
  s->n_used = 0;
}

static struct outbox *new_outbox(struct bus_server *s) {
  if (s->n_used == s->n_outboxes) {
    s->outboxes = realloc(s->outboxes, (s->n_outboxes + 1) * sizeof *s->outboxes);
    if (!s->outboxes) abort();
    s->outboxes[s->n_outboxes++] = (struct outbox){0};
  }
  return &s->outboxes[s->n_used++];
}

// Few clients speak in one turn, and the last one most likely again: looked for from the end.
static struct outbox *outbox_for(struct bus_server *s, const struct bus_route *route) {
  for (size_t i = s->n_used; i--;)
    if (s->outboxes[i].route.id_bytes == route->id_bytes &&
        !memcmp(s->outboxes[i].route.id, route->id, route->id_bytes))
      return &s->outboxes[i];
  struct outbox *o = new_outbox(s);
  o->route = *route;
  return o;
}

static void put(struct bus_server *s, const struct bus_route *route, const Envelope *reply, size_t packed_bytes) {
  struct outbox *o = outbox_for(s, route);
  if (o->frame.size_bytes && o->frame.size_bytes + packed_bytes > BUNDLE_BYTES) send_outbox(s, o);
  bus_frame_add(&o->frame, reply, packed_bytes);
}

static void refuse(struct bus_server *s, const struct bus_route *route, const Envelope *to, Code code, char *why) {
  Problem problem = PROBLEM__INIT;
  Envelope reply = ENVELOPE__INIT;
  problem.code = code;
  problem.why = why;
  reply.type = to->type;
  reply.correlation_id = to->correlation_id;
  reply.problem = &problem;
  put(s, route, &reply, envelope__get_packed_size(&reply));
}

void bus_reply(struct bus_server *s, const struct bus_route *route, const Envelope *reply) {
  if (s->socket.bus->closing) return;
  size_t packed_bytes = envelope__get_packed_size(reply);
  if (packed_bytes <= ENVELOPE_BYTES)
    put(s, route, reply, packed_bytes);
  else
    refuse(s, route, reply, CODE__TOO_LARGE, "The answer is too large for one message; ask for less of it.");
}

// --- requests

static bool read_route(zmq_msg_t *identity, struct bus_route *route) {
  size_t id_bytes = zmq_msg_size(identity);
  if (id_bytes > sizeof route->id) return false;
  route->id_bytes = (uint8_t)id_bytes;
  memcpy(route->id, zmq_msg_data(identity), id_bytes);
  return true;
}

// A key that ZAP has just let in may be newer than what this thread has read.
static const Peer *find_peer(struct keys *k, const char *name) {
  const Peer *peer = keys_peer(k, name);
  if (!peer && keys_refresh(k)) peer = keys_peer(k, name);
  return peer;
}

static void take_request(struct bus_server *s, const struct bus_route *route, const char *name, const Envelope *e) {
  if (keys_may_send(find_peer(s->socket.bus->keys, name), e->type)) {
    s->on_request(s->context, route, name, e);
    return;
  }
  bus_socket_complain(&s->socket, "bus_type_refused", name, e->type);
  refuse(s, route, e, CODE__FORBIDDEN, "This key may not send messages of this type; see peers.yaml.");
}

static void on_message(struct bus_socket *socket, zmq_msg_t *parts) {
  struct bus_server *s = (struct bus_server *)socket;
  struct bus_route route;
  const char *name = zmq_msg_gets(&parts[1], "User-Id"); // as the ZAP handler said
  const Bundle *bundle = arena_unpack(&s->arena, &bundle__descriptor, zmq_msg_data(&parts[1]), zmq_msg_size(&parts[1]));
  if (!name || !bundle || !read_route(&parts[0], &route))
    bus_socket_complain(socket, "bus_frame_malformed", name ? name : "", "");
  else
    for (size_t i = 0; i < bundle->n_envelopes && !socket->bus->closing; i++)
      take_request(s, &route, name, bundle->envelopes[i]);
  arena_reset(&s->arena);
}

// --- life

static void free_server(struct bus_socket *socket) {
  struct bus_server *s = (struct bus_server *)socket;
  for (size_t i = 0; i < s->n_outboxes; i++) bus_frame_free(&s->outboxes[i].frame);
  free(s->outboxes);
  arena_deinit(&s->arena);
  free(s);
}

static const struct bus_socket_kind kind = {
    .type = ZMQ_ROUTER, .parts = 2, .on_message = on_message, .flush = flush, .free = free_server};

struct bus_server *bus_serve(struct bus *b, const char *endpoint, bus_request_fn *on_request, void *context,
                             char *errors, size_t errors_bytes) {
  struct bus_server *s = calloc(1, sizeof *s);
  if (!s) abort();
  if (bus_socket_serve(b, &s->socket, &kind, endpoint, errors, errors_bytes)) {
    free(s);
    return NULL;
  }
  s->on_request = on_request;
  s->context = context;
  arena_init(&s->arena, BUNDLE_CAP_BYTES);
  return s;
}
