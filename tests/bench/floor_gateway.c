// The least that a gateway costs: each HTTP request goes, as it comes and without a look at it, into the bundle of this
// turn, which leaves over CURVE; each reply makes a 201 of as many bytes as ours has.
//
//   floor_gateway PORT ENDPOINT SERVER_KEY
//
// It is for the client `load`, whose requests fit into one reading, and gives up on any fault.
#include "floor.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>
#include <zmq.h>

enum {
  EVENTS = 1024,
  BODY_BYTES = 600,
};

struct gateway {
  int epoll, listener, bus_fd;
  void *bus;
  char bundle[FLOOR_BUNDLE * FLOOR_REQUEST_BYTES], replies[FLOOR_BUNDLE * FLOOR_REPLY_BYTES], answer[BODY_BYTES + 128];
  size_t bundle_bytes, answer_bytes;
};

static void die(const char *what) {
  fprintf(stderr, "floor_gateway: %s\n", what);
  exit(1);
}

static void watch(struct gateway *g, int fd) {
  struct epoll_event e = {.events = EPOLLIN, .data = {.fd = fd}};
  if (epoll_ctl(g->epoll, EPOLL_CTL_ADD, fd, &e)) die("a descriptor cannot be watched");
}

static void listen_at(struct gateway *g, const char *port) {
  int on = 1;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  g->listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(g->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(g->listener, (struct sockaddr *)&at, sizeof at) || listen(g->listener, EVENTS)) die("the port is taken");
}

static void connect_to(struct gateway *g, const char *endpoint, const char *server_key) {
  char public_key[41], secret_key[41];
  size_t size_bytes = sizeof g->bus_fd;
  g->bus = zmq_socket(zmq_ctx_new(), ZMQ_DEALER);
  if (zmq_curve_keypair(public_key, secret_key)) die("ZeroMQ has no CURVE");
  zmq_setsockopt(g->bus, ZMQ_CURVE_SERVERKEY, server_key, sizeof public_key);
  zmq_setsockopt(g->bus, ZMQ_CURVE_PUBLICKEY, public_key, sizeof public_key);
  zmq_setsockopt(g->bus, ZMQ_CURVE_SECRETKEY, secret_key, sizeof secret_key);
  if (zmq_connect(g->bus, endpoint) || zmq_getsockopt(g->bus, ZMQ_FD, &g->bus_fd, &size_bytes)) die("no such endpoint");
}

static void welcome(struct gateway *g) {
  int on = 1, fd = accept(g->listener, NULL, NULL);
  if (fd < 0 || fd > UINT16_MAX) die("a connection cannot be accepted");
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  watch(g, fd);
}

static void send_bundle(struct gateway *g) {
  if (g->bundle_bytes && zmq_send(g->bus, g->bundle, g->bundle_bytes, 0) < 0) die("a bundle cannot be sent");
  g->bundle_bytes = 0;
}

static void take_request(struct gateway *g, int fd) {
  floor_connection connection = (floor_connection)fd;
  char request[8192];
  ssize_t n = read(fd, request, sizeof request);
  if (n <= 0) {
    close(fd);
    return;
  }
  char *to = g->bundle + g->bundle_bytes;
  size_t most = FLOOR_REQUEST_BYTES - sizeof connection;
  memcpy(to, &connection, sizeof connection);
  memcpy(to + sizeof connection, request, (size_t)n < most ? (size_t)n : most);
  g->bundle_bytes += FLOOR_REQUEST_BYTES;
  if (g->bundle_bytes == sizeof g->bundle) send_bundle(g);
}

static void answer_all(struct gateway *g) {
  for (int n; (n = zmq_recv(g->bus, g->replies, sizeof g->replies, ZMQ_DONTWAIT)) > 0;) {
    for (const char *reply = g->replies; reply < g->replies + n; reply += FLOOR_REPLY_BYTES) {
      floor_connection connection;
      memcpy(&connection, reply, sizeof connection);
      if (write(connection, g->answer, g->answer_bytes) != (ssize_t)g->answer_bytes) die("an answer cannot be written");
    }
  }
}

static void turn(struct gateway *g) {
  struct epoll_event events[EVENTS];
  int n = epoll_wait(g->epoll, events, EVENTS, -1);
  for (int i = 0; i < n; i++) {
    if (events[i].data.fd == g->listener)
      welcome(g);
    else if (events[i].data.fd != g->bus_fd)
      take_request(g, events[i].data.fd);
  }
  send_bundle(g);
  answer_all(g); // ZeroMQ's descriptor tells of a change once, and sending may have eaten that news
}

int main(int argc, char **argv) {
  static struct gateway g;
  if (argc != 4) die("usage: floor_gateway PORT ENDPOINT SERVER_KEY");
  g.answer_bytes =
      (size_t)sprintf(g.answer, "HTTP/1.1 201 Created\r\nContent-Length: %d\r\n\r\n%*s", BODY_BYTES, BODY_BYTES, "");
  g.epoll = epoll_create1(0);
  listen_at(&g, argv[1]);
  connect_to(&g, argv[2], argv[3]);
  watch(&g, g.listener);
  watch(&g, g.bus_fd);
  for (;;) turn(&g);
}
