// Events: a PUB, and a SUB for each service that is listened to, since each has a key of its own.
#include "bus_socket.h"
#include "log.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- publishing

struct bus_publisher {
  struct bus_socket socket; // first: see bus_socket.h
};

static void free_publisher(struct bus_socket *socket) {
  free(socket);
}

static const struct bus_socket_kind publisher_kind = {.type = ZMQ_PUB, .free = free_publisher};

struct bus_publisher *bus_publish_at(struct bus *b, const char *endpoint, char *errors, size_t errors_bytes) {
  struct bus_publisher *p = calloc(1, sizeof *p);
  if (!p) abort();
  if (!bus_socket_serve(b, &p->socket, &publisher_kind, endpoint, errors, errors_bytes)) return p;
  free(p);
  return NULL;
}

void bus_publish(struct bus_publisher *p, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes) {
  zmq_msg_t frame;
  struct bus_published published = {area, strlen(area), last, list, list_bytes};
  size_t frame_bytes = bus_published_size(&published);
  if (p->socket.bus->closing) return;
  if (frame_bytes > BUS_FRAME_BYTES) { // readers see the gap, and find it in the stream
    log_line(LOG_WARN, "bus_events_too_large", "area", area, NULL);
    return;
  }
  if (zmq_msg_init_size(&frame, frame_bytes)) abort();
  bus_published_write(&published, zmq_msg_data(&frame));
  if (zmq_msg_send(&frame, p->socket.zmq, ZMQ_DONTWAIT) < 0) zmq_msg_close(&frame);
  p->socket.touched = true;
}

// --- listening

// One service that is listened to. Together they are all that there is of a subscriber.
struct bus_subscriber {
  struct bus_socket socket; // first: see bus_socket.h
  struct bus_addresses addresses;
  bus_published_fn *on_published;
  void *context;
};

static bool is_area(const struct bus_published *p, char area[33]) {
  if (p->area_bytes > 32) return false;
  memcpy(area, p->area, p->area_bytes);
  area[p->area_bytes] = 0;
  return strlen(area) == p->area_bytes && text_is_area(area);
}

static void on_message(struct bus_socket *socket, zmq_msg_t *parts) {
  struct bus_subscriber *s = (struct bus_subscriber *)socket;
  struct bus_published p;
  char area[33];
  if (bus_published_read(zmq_msg_data(parts), zmq_msg_size(parts), &p) && is_area(&p, area))
    s->on_published(s->context, area, p.last, p.list, p.list_bytes);
  else
    bus_socket_complain(socket, "bus_frame_malformed", s->addresses.host, "");
}

static void close_subscriber(struct bus_socket *socket) {
  bus_addresses_close(&((struct bus_subscriber *)socket)->addresses);
}

static void free_subscriber(struct bus_socket *socket) {
  free(socket);
}

static const struct bus_socket_kind subscriber_kind = {
    .type = ZMQ_SUB, .parts = 1, .on_message = on_message, .close = close_subscriber, .free = free_subscriber};

static struct bus_subscriber *subscribe_one(struct bus *b, const char *name, const char *endpoint, char *errors,
                                            size_t errors_bytes) {
  struct bus_subscriber *s = calloc(1, sizeof *s);
  if (!s) abort();
  if (bus_addresses_parse(&s->addresses, endpoint, errors, errors_bytes) ||
      bus_socket_connectable(b, &s->socket, &subscriber_kind, name, errors, errors_bytes)) {
    free(s);
    return NULL;
  }
  zmq_setsockopt(s->socket.zmq, ZMQ_SUBSCRIBE, "", 0);
  bus_addresses_open(&s->addresses, &s->socket);
  return s;
}

struct bus_subscriber *bus_subscribe(struct bus *b, const char *endpoints, bus_published_fn *on_published,
                                     void *context, char *errors, size_t errors_bytes) {
  struct bus_subscriber *s = NULL;
  char *copy = strdup(endpoints), *rest = copy;
  if (!copy) abort();
  snprintf(errors, errors_bytes, "\"%s\": must be of the form name=tcp://host:port,name=...", endpoints);
  for (char *endpoint; (endpoint = strsep(&rest, ", "));) {
    if (!*endpoint) continue;
    char *name = strsep(&endpoint, "=");
    s = endpoint ? subscribe_one(b, name, endpoint, errors, errors_bytes) : NULL;
    if (!s) break;
    s->on_published = on_published;
    s->context = context;
  }
  free(copy);
  return s;
}
