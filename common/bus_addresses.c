// The addresses behind an endpoint's name. Replicas come and go: the name is resolved again and again, and the socket
// connects to what is new and leaves what is gone.
#include "bus_socket.h"
#include "log.h"
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  LOOKUP_MS = 5000,
  FIRST_LOOKUP_MS = 250, // while there is no address yet
};

// A lookup may outlast the bus: a name server that does not answer cannot be hurried.
struct bus_lookup {
  uv_getaddrinfo_t request;
  struct bus_addresses *owner; // NULL: nobody waits for it any more
};

struct address_list {
  char at[BUS_ADDRESSES][BUS_ADDRESS_BYTES];
  size_t n;
};

static bool holds(char (*list)[BUS_ADDRESS_BYTES], size_t n, const char *address) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(list[i], address)) return true;
  return false;
}

// ZeroMQ's form of a numeric address; IPv6 stands in brackets.
static void format(const struct sockaddr *sa, const char *port, char out[BUS_ADDRESS_BYTES]) {
  char host[INET6_ADDRSTRLEN] = "";
  bool six = sa->sa_family == AF_INET6;
  if (six)
    uv_ip6_name((const struct sockaddr_in6 *)sa, host, sizeof host);
  else
    uv_ip4_name((const struct sockaddr_in *)sa, host, sizeof host);
  snprintf(out, BUS_ADDRESS_BYTES, six ? "tcp://[%s]:%s" : "tcp://%s:%s", host, port);
}

// The addresses of one family only: a replica that has both would be connected twice.
static void collect(const struct addrinfo *found, int family, const char *port, struct address_list *out) {
  for (; found && out->n < BUS_ADDRESSES; found = found->ai_next) {
    if (found->ai_family != family) continue;
    format(found->ai_addr, port, out->at[out->n]);
    if (!holds(out->at, out->n, out->at[out->n])) out->n++;
  }
}

static void change_to(struct bus_addresses *a, struct address_list *wanted) {
  for (size_t i = 0; i < a->n; i++)
    if (!holds(wanted->at, wanted->n, a->connected[i])) zmq_disconnect(a->socket->zmq, a->connected[i]);
  for (size_t i = 0; i < wanted->n; i++)
    if (!holds(a->connected, a->n, wanted->at[i])) zmq_connect(a->socket->zmq, wanted->at[i]);
  memcpy(a->connected, wanted->at, sizeof a->connected);
  a->n = wanted->n;
  a->socket->touched = true;
}

static void on_timer(uv_timer_t *timer);

static void on_resolved(uv_getaddrinfo_t *request, int status, struct addrinfo *found) {
  struct bus_lookup *lookup = request->data;
  struct bus_addresses *a = lookup->owner;
  struct address_list wanted = {.n = 0};
  if (a) {
    a->lookup = NULL;
    collect(found, AF_INET, a->port, &wanted);
    if (!wanted.n) collect(found, AF_INET6, a->port, &wanted);
    // A name server that is away for a while is no reason to leave those that work.
    if (wanted.n) change_to(a, &wanted);
    if (status) log_line(LOG_DEBUG, "bus_name_unresolved", "host", a->host, "why", uv_strerror(status), NULL);
    uv_timer_start(&a->timer, on_timer, a->n ? LOOKUP_MS : FIRST_LOOKUP_MS, 0);
  }
  uv_freeaddrinfo(found);
  free(lookup);
}

static void on_timer(uv_timer_t *timer) {
  static const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  struct bus_addresses *a = timer->data;
  struct bus_lookup *lookup = calloc(1, sizeof *lookup);
  if (!lookup) abort();
  lookup->owner = a;
  lookup->request.data = lookup;
  if (!uv_getaddrinfo(a->socket->bus->loop, &lookup->request, on_resolved, a->host, a->port, &hints)) {
    a->lookup = lookup;
    return;
  }
  free(lookup);
  uv_timer_start(&a->timer, on_timer, LOOKUP_MS, 0);
}

static bool is_literal(const char *host) {
  uint8_t address[sizeof(struct in6_addr)];
  return !uv_inet_pton(AF_INET, host, address) || !uv_inet_pton(AF_INET6, host, address);
}

int bus_addresses_parse(struct bus_addresses *a, const char *endpoint, char *errors, size_t errors_bytes) {
  const char *host = endpoint + 6, *colon = strrchr(endpoint, ':');
  size_t host_bytes = colon && colon > host ? (size_t)(colon - host) : 0;
  *a = (struct bus_addresses){0};
  if (strncmp(endpoint, "tcp://", 6) != 0 || !host_bytes || host_bytes >= sizeof a->host ||
      strspn(colon + 1, "0123456789") != strlen(colon + 1) || !colon[1] || strlen(colon + 1) >= sizeof a->port) {
    snprintf(errors, errors_bytes, "%s: must be of the form tcp://host:port", endpoint);
    return -1;
  }
  size_t brackets = host[0] == '[' && host[host_bytes - 1] == ']';
  memcpy(a->host, host + brackets, host_bytes - 2 * brackets);
  strcpy(a->port, colon + 1);
  a->named = !is_literal(a->host);
  return 0;
}

void bus_addresses_open(struct bus_addresses *a, struct bus_socket *s) {
  a->socket = s;
  uv_timer_init(s->bus->loop, &a->timer);
  a->timer.data = a;
  if (a->named) {
    on_timer(&a->timer);
    return;
  }
  struct address_list literal = {.n = 1};
  snprintf(literal.at[0], BUS_ADDRESS_BYTES, strchr(a->host, ':') ? "tcp://[%.45s]:%s" : "tcp://%.45s:%s", a->host,
           a->port);
  change_to(a, &literal);
}

void bus_addresses_close(struct bus_addresses *a) {
  if (a->lookup) a->lookup->owner = NULL;
  bus_handle_close(a->socket->bus, (uv_handle_t *)&a->timer);
}
