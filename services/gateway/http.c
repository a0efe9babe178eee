#include "http_server.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct http_limits http_limits_default = {
    .header_bytes = 16 << 10,
    .header_count = 64,
    .body_bytes = 8 << 20,
    .header_ms = 10000,
    .body_ms = 60000,
    .idle_ms = 75000,
    .connections = 4096,
    .connections_per_address = 1024,
};

enum {
  BACKLOG = 4096
};

static void on_awake(uv_idle_t *idle) {
  (void)idle;
}

void http_server_mark(struct http_server *s, struct http_connection *c) {
  if (c->marked_at || c->state == CONNECTION_CLOSED) return;
  if (!s->marked) uv_idle_start(&s->awake, on_awake);
  c->marked_next = s->marked;
  c->marked_at = &s->marked;
  if (c->marked_next) c->marked_next->marked_at = &c->marked_next;
  s->marked = c;
}

static void on_settle(uv_prepare_t *prepare) {
  struct http_server *s = prepare->data;
  while (s->marked) {
    struct http_connection *c = s->marked;
    s->marked = c->marked_next;
    if (s->marked) s->marked->marked_at = &s->marked;
    c->marked_at = NULL;
    http_connection_settle(c);
  }
  uv_idle_stop(&s->awake);
}

static void on_tick(uv_timer_t *timer) {
  struct http_server *s = timer->data;
  uint64_t now_ms = uv_now(s->loop);
  http_clock_set(&s->clock, time(NULL));
  if (s->tls) tls_door_refresh(s->tls, now_ms);
  for (struct http_connection *c = s->connections, *next; c; c = next) {
    next = c->next;
    if (s->closing && now_ms >= s->close_ms)
      http_connection_close(c);
    else
      http_connection_tick(c, now_ms);
  }
}

static void on_connection(uv_stream_t *listener, int status) {
  if (!status) http_connection_accept(listener->data);
}

static int parse_address(const char *text, struct sockaddr_storage *out) {
  char host[64];
  const char *colon = strrchr(text, ':');
  size_t size = colon ? (size_t)(colon - text) : 0;
  if (!colon || size >= sizeof host) return -1;
  memcpy(host, text, size);
  host[size] = 0;
  char *end;
  unsigned long port = strtoul(colon + 1, &end, 10);
  if (end == colon + 1 || *end || port > 65535) return -1;
  if (host[0] != '[') return uv_ip4_addr(host, (int)port, (struct sockaddr_in *)out);
  if (host[size - 1] != ']') return -1;
  host[size - 1] = 0;
  return uv_ip6_addr(host + 1, (int)port, (struct sockaddr_in6 *)out);
}

static void server_free(struct http_server *s) {
  free(s->spans);
  free(s);
}

static void on_failed(uv_handle_t *handle) {
  server_free(handle->data);
}

static struct http_server *server_new(uv_loop_t *loop, const struct http_limits *limits) {
  struct http_server *s = calloc(1, sizeof *s);
  if (!s) abort();
  s->loop = loop;
  s->limits = *limits;
  s->spans = calloc(limits->header_count, sizeof *s->spans);
  if (!s->spans) abort();
  uv_tcp_init(loop, &s->listener);
  s->listener.data = s;
  return s;
}

static void start(struct http_server *s) {
  uv_timer_init(s->loop, &s->timer);
  uv_prepare_init(s->loop, &s->settle);
  uv_idle_init(s->loop, &s->awake);
  s->timer.data = s->settle.data = s->awake.data = s;
  s->handles = 4;
  http_clock_set(&s->clock, time(NULL));
  uv_timer_start(&s->timer, on_tick, HTTP_TICK_MS, HTTP_TICK_MS);
  uv_prepare_start(&s->settle, on_settle);
}

struct http_server *http_listen(uv_loop_t *loop, const char *address, const struct http_limits *limits,
                                http_handler *handler, void *context, char *errors, size_t errors_bytes) {
  struct sockaddr_storage where = {0};
  if (parse_address(address, &where)) {
    snprintf(errors, errors_bytes, "\"%s\" is not an address and a port, as in 127.0.0.1:8080.", address);
    return NULL;
  }
  signal(SIGPIPE, SIG_IGN); // which libuv's writes would raise when the other side has gone
  struct http_server *s = server_new(loop, limits);
  s->handler = handler;
  s->context = context;
  int error = uv_tcp_bind(&s->listener, (struct sockaddr *)&where, 0);
  if (!error) error = uv_listen((uv_stream_t *)&s->listener, BACKLOG, on_connection);
  if (error) {
    snprintf(errors, errors_bytes, "Cannot listen on %s: %s.", address, uv_strerror(error));
    uv_close((uv_handle_t *)&s->listener, on_failed);
    return NULL;
  }
  start(s);
  return s;
}

void http_serve_tls(struct http_server *s, struct tls_door *door) {
  s->tls = door;
}

void http_trust(struct http_server *s, const struct proxies *proxies) {
  s->proxies = proxies;
}

int http_port(const struct http_server *s) {
  struct sockaddr_storage where = {0};
  int size = sizeof where;
  uv_tcp_getsockname(&s->listener, (struct sockaddr *)&where, &size);
  return ntohs(where.ss_family == AF_INET6 ? ((struct sockaddr_in6 *)&where)->sin6_port
                                           : ((struct sockaddr_in *)&where)->sin_port);
}

// Where the bytes of an exchange go: straight out when nothing is ahead of it.
static struct http_bytes *outlet(struct http_exchange *x) {
  struct http_connection *c = x->request.connection;
  return c->first == x ? &c->out : &x->answer;
}

// Says whether the connection ends with this answer. While the server closes, the last request that has come is the
// last.
static bool ends_with(struct http_exchange *x) {
  struct http_connection *c = x->request.connection;
  if (c->server->closing && c->last == x && !c->begun_ms) {
    x->keep_alive = false;
    c->no_more = true;
  }
  return !x->keep_alive;
}

void http_respond(struct http_request *r, int status, const char *content_type, const char *headers, const void *body,
                  size_t body_bytes) {
  struct http_exchange *x = (struct http_exchange *)r;
  struct http_connection *c = r->connection;
  if (!c) return http_exchange_free(x);
  http_answer_write(outlet(x),
                    &(struct http_answer){.status = status,
                                          .content_type = content_type,
                                          .headers = headers,
                                          .body = body,
                                          .body_bytes = body_bytes,
                                          .without_body = x->is_head,
                                          .close = ends_with(x),
                                          .is_http_1_0 = x->is_http_1_0,
                                          .is_secure = r->is_secure},
                    &c->server->clock);
  x->state = EXCHANGE_ANSWERED;
  http_connection_advance(c);
}

// To HTTP/1.0, which knows no chunks, a streamed answer ends where the connection ends.
void http_stream_begin(struct http_request *r, int status, const char *content_type, const char *headers) {
  struct http_exchange *x = (struct http_exchange *)r;
  struct http_connection *c = r->connection;
  x->state = EXCHANGE_STREAMING;
  if (!c) return;
  if (x->is_http_1_0) {
    x->keep_alive = false;
    c->no_more = true;
  }
  http_answer_write(outlet(x),
                    &(struct http_answer){.status = status,
                                          .content_type = content_type,
                                          .headers = headers,
                                          .streamed = true,
                                          .chunked = !x->is_http_1_0,
                                          .close = !x->keep_alive,
                                          .is_secure = r->is_secure},
                    &c->server->clock);
  http_server_mark(c->server, c);
}

static void add_chunk(struct http_bytes *out, const void *data, size_t size) {
  char line[24];
  int line_size = snprintf(line, sizeof line, "%zx\r\n", size);
  http_bytes_reserve(out, (size_t)line_size + size + 2);
  http_bytes_add(out, line, (size_t)line_size);
  http_bytes_add(out, data, size);
  http_bytes_add(out, "\r\n", 2);
}

bool http_stream_write(struct http_request *r, const void *data, size_t size_bytes) {
  struct http_exchange *x = (struct http_exchange *)r;
  struct http_connection *c = r->connection;
  if (!c || x->overrun) return false;
  if (x->is_head || !size_bytes) return true;
  if (x->answer.size + http_connection_queued(c) > HTTP_QUEUE_BYTES) x->overrun = true;
  if (x->overrun) return false;
  if (x->is_http_1_0)
    http_bytes_add(outlet(x), data, size_bytes);
  else
    add_chunk(outlet(x), data, size_bytes);
  http_server_mark(c->server, c);
  return true;
}

void http_stream_end(struct http_request *r) {
  struct http_exchange *x = (struct http_exchange *)r;
  struct http_connection *c = r->connection;
  if (!c) return http_exchange_free(x);
  if (!x->is_http_1_0 && !x->is_head) http_bytes_add(outlet(x), "0\r\n\r\n", 5);
  x->state = EXCHANGE_ANSWERED;
  if (x->overrun) return http_connection_close(c);
  http_connection_advance(c);
}

static void on_handle_closed(uv_handle_t *handle) {
  struct http_server *s = handle->data;
  if (--s->handles) return;
  void (*closed)(void *) = s->closed;
  void *context = s->closed_context;
  server_free(s);
  if (closed) closed(context);
}

void http_server_left(struct http_server *s) {
  if (!s->closing || s->connection_count || uv_is_closing((uv_handle_t *)&s->timer)) return;
  uv_close((uv_handle_t *)&s->timer, on_handle_closed);
  uv_close((uv_handle_t *)&s->settle, on_handle_closed);
  uv_close((uv_handle_t *)&s->awake, on_handle_closed);
}

void http_close(struct http_server *s, unsigned grace_ms, void (*closed)(void *context), void *context) {
  if (s->closing) return;
  s->closing = true;
  s->closed = closed;
  s->closed_context = context;
  s->close_ms = uv_now(s->loop) + grace_ms;
  uv_close((uv_handle_t *)&s->listener, on_handle_closed);
  for (struct http_connection *c = s->connections; c; c = c->next) http_server_mark(s, c);
  uv_timer_start(&s->timer, on_tick, grace_ms < HTTP_TICK_MS ? grace_ms : HTTP_TICK_MS, HTTP_TICK_MS);
  http_server_left(s);
}
