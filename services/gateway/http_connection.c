#include "forwarded.h"
#include "http_server.h"
#include <stdlib.h>
#include <string.h>

enum {
  KEEP_OUT_BYTES = 16 << 10,
  KEEPALIVE_S = 60
};

size_t http_connection_queued(const struct http_connection *c) {
  return c->out.size + c->wire.size + uv_stream_get_write_queue_size((const uv_stream_t *)&c->tcp);
}

static void push(struct http_connection *c, struct http_exchange *x) {
  x->request.server = c->server;
  x->request.connection = c;
  memcpy(x->address, c->address, sizeof x->address);
  *(c->first ? &c->last->next : &c->first) = x;
  c->last = x;
  c->pipelined++;
}

static struct http_exchange *pop(struct http_connection *c) {
  struct http_exchange *x = c->first;
  c->first = x->next;
  c->pipelined--;
  return x;
}

void http_connection_advance(struct http_connection *c) {
  while (c->first) {
    struct http_exchange *x = c->first;
    http_bytes_add(&c->out, x->answer.data, x->answer.size);
    http_bytes_free(&x->answer);
    if (x->state != EXCHANGE_ANSWERED) break;
    http_exchange_free(pop(c));
    c->idle_ms = uv_now(c->server->loop);
  }
  http_server_mark(c->server, c);
}

// Answers what cannot be read further, after what came before it, and reads no more.
static void refuse(struct http_connection *c, struct http_fault fault) {
  struct http_exchange *x = c->reader.current ? c->reader.current : http_exchange_new(0, 0);
  if (!c->reader.current) x->is_head = c->reader.head_done && c->reader.parser.method == HTTP_HEAD;
  c->reader.current = NULL;
  c->no_more = true;
  c->begun_ms = 0;
  push(c, x);
  http_answer_problem(&x->answer, fault.status, fault.detail, x->is_head, &c->server->clock);
  x->state = EXCHANGE_ANSWERED;
  http_connection_advance(c);
}

static void handle(struct http_connection *c, struct http_exchange *x) {
  c->no_more = !x->keep_alive;
  c->begun_ms = 0;
  push(c, x);
  x->request.arrived_ns = uv_hrtime();
  x->request.is_secure = c->tls != NULL;
  if (proxies_trust(c->server->proxies, c->address)) forwarded_apply(c->server->proxies, x);
  c->server->handler(c->server->context, &x->request);
}

// Only a request that nothing is ahead of is told to go on; the others send their body after a while by themselves.
static void tell_continue(struct http_connection *c) {
  static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
  struct http_exchange *x = c->reader.current;
  if (!x || !x->expects_continue || c->first) return;
  x->expects_continue = false;
  http_bytes_add(&c->out, go_on, sizeof go_on - 1);
  http_server_mark(c->server, c);
}

static bool may_parse(const struct http_connection *c) {
  return c->state == CONNECTION_OPEN && !c->no_more && c->pipelined < HTTP_PIPELINE;
}

// Parses as many requests as there are and as the pipeline takes; answers how many bytes are done with.
static size_t parse(struct http_connection *c, const char *bytes, size_t size) {
  size_t at = 0, used = 0;
  enum http_read result = HTTP_READ_WHOLE;
  while (at < size && may_parse(c) && result == HTTP_READ_WHOLE) {
    struct http_exchange *x = NULL;
    result = http_reader_feed(&c->reader, bytes + at, size - at, &used, &x);
    at += used;
    if (result == HTTP_READ_WHOLE) handle(c, x);
    if (result == HTTP_READ_REFUSED) refuse(c, c->reader.fault);
  }
  if (c->no_more || c->state != CONNECTION_OPEN) return size;
  tell_continue(c);
  if (!c->begun_ms && (c->reader.current || at < size)) c->begun_ms = uv_now(c->server->loop);
  return at;
}

static void on_alloc(uv_handle_t *handle, size_t suggested, uv_buf_t *buffer) {
  (void)suggested;
  struct http_connection *c = handle->data;
  *buffer = uv_buf_init(c->server->read_bytes, sizeof c->server->read_bytes);
}

static void take(struct http_connection *c, const char *bytes, size_t size) {
  if (c->state != CONNECTION_OPEN || c->no_more) return;
  if (c->held.size) {
    http_bytes_add(&c->held, bytes, size);
    http_bytes_drop(&c->held, parse(c, c->held.data, c->held.size));
  } else {
    size_t used = parse(c, bytes, size);
    http_bytes_add(&c->held, bytes + used, size - used);
  }
}

// Ends the exchanges that wait for an answer which nobody will read. One without `gone` stays its handler's.
static void leave_exchanges(struct http_connection *c) {
  while (c->first) {
    struct http_exchange *x = pop(c);
    bool is_orphan = x->state != EXCHANGE_ANSWERED && !x->request.gone;
    x->request.connection = NULL;
    if (x->state != EXCHANGE_ANSWERED && x->request.gone) x->request.gone(&x->request);
    if (!is_orphan) http_exchange_free(x);
  }
}

// What has been answered is still sent.
static void on_ended(struct http_connection *c) {
  c->ended = c->no_more = true;
  c->begun_ms = 0;
  leave_exchanges(c);
  http_server_mark(c->server, c);
}

static void throttle(struct http_connection *c);
static void write_out(struct http_connection *c);

// What arrived by TLS. Where it is none, the other side is told so as far as it listens.
static void take_tls(struct http_connection *c, const char *bytes, size_t size) {
  struct http_bytes plain = {0};
  enum tls_result result = tls_receive(c->tls, bytes, size, &plain, &c->wire);
  if (plain.size) take(c, plain.data, plain.size);
  http_bytes_free(&plain);
  if (c->wire.size || c->out.size) http_server_mark(c->server, c);
  if (result == TLS_ENDED) on_ended(c);
  if (result != TLS_FAILED) return;
  write_out(c);
  http_connection_close(c);
}

static void on_read(uv_stream_t *stream, ssize_t size, const uv_buf_t *buffer) {
  struct http_connection *c = stream->data;
  if (c->state == CONNECTION_LINGERING && size < 0) return http_connection_close(c);
  if (size == UV_EOF) {
    on_ended(c);
  } else if (size < 0) {
    return http_connection_close(c);
  } else if (size > 0 && c->tls && c->state == CONNECTION_OPEN) {
    take_tls(c, buffer->base, (size_t)size);
  } else if (size > 0) {
    take(c, buffer->base, (size_t)size);
  }
  throttle(c);
}

// Reads while there is room for another request and the other side takes its answers. The deadline of a request that
// has begun starts anew with the reading, since the pause was ours.
static void throttle(struct http_connection *c) {
  if (c->state == CONNECTION_CLOSED) return;
  bool room = c->pipelined < HTTP_PIPELINE && http_connection_queued(c) <= HTTP_QUEUE_BYTES;
  bool want = !c->ended && (room || c->state == CONNECTION_LINGERING);
  if (want == c->is_reading) return;
  c->is_reading = want;
  if (!want) {
    uv_read_stop((uv_stream_t *)&c->tcp);
  } else {
    if (c->begun_ms) c->begun_ms = uv_now(c->server->loop);
    uv_read_start((uv_stream_t *)&c->tcp, on_alloc, on_read);
  }
}

static void on_written(uv_write_t *write, int status) {
  struct http_connection *c = write->data;
  c->is_writing = false;
  http_bytes_free(&c->writing);
  if (c->state == CONNECTION_CLOSED) return;
  if (status < 0) return http_connection_close(c);
  http_server_mark(c->server, c);
}

// What the system does not take at once waits in `writing`; `due` gathers what follows.
static void write_later(struct http_connection *c, struct http_bytes *due, size_t from) {
  c->writing = *due;
  *due = (struct http_bytes){0};
  uv_buf_t buffer = uv_buf_init(c->writing.data + from, (unsigned)(c->writing.size - from));
  c->write.data = c;
  c->is_writing = true;
  c->write_left = buffer.len;
  c->moved_ms = uv_now(c->server->loop);
  if (uv_write(&c->write, (uv_stream_t *)&c->tcp, &buffer, 1, on_written)) {
    c->is_writing = false;
    http_connection_close(c);
  }
}

// What is to be sent. Before the end of the handshake it is the handshake's own, and what is to be said waits.
static struct http_bytes *due_of(struct http_connection *c) {
  if (!c->tls) return &c->out;
  if (c->out.size && tls_is_ready(c->tls)) {
    tls_send(c->tls, c->out.data, c->out.size, &c->wire);
    c->out.size = 0;
    if (c->out.capacity > KEEP_OUT_BYTES) http_bytes_free(&c->out);
  }
  return &c->wire;
}

static void write_out(struct http_connection *c) {
  if (c->is_writing) return;
  struct http_bytes *due = due_of(c);
  if (!due->size) return;
  uv_buf_t buffer = uv_buf_init(due->data, (unsigned)due->size);
  int written = uv_try_write((uv_stream_t *)&c->tcp, &buffer, 1);
  if (written < 0 && written != UV_EAGAIN) return http_connection_close(c);
  size_t from = written > 0 ? (size_t)written : 0;
  if (from < due->size) return write_later(c, due, from);
  due->size = 0;
  if (due->capacity > KEEP_OUT_BYTES) http_bytes_free(due);
}

// Nothing waits for our half to be shut; the other side's end is seen by reading.
static void on_shut(uv_shutdown_t *shutdown, int status) {
  (void)shutdown, (void)status;
}

static void linger(struct http_connection *c) {
  if (c->tls) {
    tls_end(c->tls, &c->wire);
    write_out(c);
    if (c->state == CONNECTION_CLOSED) return;
  }
  if (c->ended || uv_shutdown(&c->shutdown, (uv_stream_t *)&c->tcp, on_shut)) return http_connection_close(c);
  c->state = CONNECTION_LINGERING;
  c->linger_ms = uv_now(c->server->loop) + HTTP_LINGER_MS;
}

void http_connection_settle(struct http_connection *c) {
  if (c->held.size && may_parse(c)) http_bytes_drop(&c->held, parse(c, c->held.data, c->held.size));
  if (!c->held.size && c->held.capacity) http_bytes_free(&c->held);
  if (c->state != CONNECTION_CLOSED) write_out(c);
  if (c->state == CONNECTION_CLOSED) return;
  bool is_quiet = !c->first && !c->out.size && !c->wire.size && !c->is_writing;
  bool is_over = c->no_more || (c->server->closing && !c->begun_ms);
  if (c->state == CONNECTION_OPEN && is_quiet && is_over) linger(c);
  throttle(c);
}

static bool is_stuck(struct http_connection *c, uint64_t now_ms) {
  if (!c->is_writing) return false;
  size_t left = uv_stream_get_write_queue_size((uv_stream_t *)&c->tcp);
  if (left != c->write_left) c->moved_ms = now_ms;
  c->write_left = left;
  return now_ms - c->moved_ms > c->server->limits.idle_ms;
}

static bool is_late(const struct http_connection *c, uint64_t now_ms) {
  const struct http_limits *limits = &c->server->limits;
  unsigned allowed = c->reader.current ? limits->body_ms : limits->header_ms;
  return c->begun_ms && c->is_reading && now_ms - c->begun_ms > allowed;
}

// Nothing is said before the end of the handshake, and so nobody is told.
static bool is_shaking_hands_too_long(const struct http_connection *c, uint64_t now_ms) {
  return c->tls && !tls_is_ready(c->tls) && now_ms - c->opened_ms > c->server->limits.header_ms;
}

void http_connection_tick(struct http_connection *c, uint64_t now_ms) {
  bool is_idle = !c->first && !c->begun_ms && !c->is_writing && now_ms - c->idle_ms > c->server->limits.idle_ms;
  if (c->state == CONNECTION_LINGERING && now_ms >= c->linger_ms) http_connection_close(c);
  if (c->state != CONNECTION_OPEN) return;
  if (is_stuck(c, now_ms) || is_idle || is_shaking_hands_too_long(c, now_ms))
    http_connection_close(c);
  else if (is_late(c, now_ms))
    refuse(c, (struct http_fault){408, "The request took too long to arrive."});
}

static void on_closed(uv_handle_t *handle) {
  struct http_connection *c = handle->data;
  struct http_server *s = c->server;
  *c->at = c->next;
  if (c->next) c->next->at = c->at;
  if (c->peer) http_peers_leave(&s->peers, c->peer);
  http_reader_deinit(&c->reader);
  http_bytes_free(&c->held);
  tls_free(c->tls);
  http_bytes_free(&c->out);
  http_bytes_free(&c->wire);
  http_bytes_free(&c->writing);
  free(c);
  s->connection_count--;
  http_server_left(s);
}

static void unmark(struct http_connection *c) {
  if (!c->marked_at) return;
  *c->marked_at = c->marked_next;
  if (c->marked_next) c->marked_next->marked_at = c->marked_at;
  c->marked_at = NULL;
}

// The memory is freed in on_closed, so that whoever is in the middle of this connection can finish.
void http_connection_close(struct http_connection *c) {
  if (c->state == CONNECTION_CLOSED) return;
  c->state = CONNECTION_CLOSED;
  c->no_more = true;
  unmark(c);
  uv_close((uv_handle_t *)&c->tcp, on_closed);
  leave_exchanges(c);
}

static void identify(struct http_connection *c) {
  struct sockaddr_storage address = {0};
  int size = sizeof address;
  unsigned count = 0;
  struct http_server *s = c->server;
  uv_tcp_getpeername(&c->tcp, (struct sockaddr *)&address, &size);
  http_peer_name((struct sockaddr *)&address, c->address);
  c->peer = http_peers_enter(&s->peers, (struct sockaddr *)&address, &count);
  bool is_many = count > s->limits.connections_per_address && !proxies_trust(s->proxies, c->address);
  if (is_many || s->connection_count > s->limits.connections)
    refuse(c, (struct http_fault){503, "There are too many connections. Try again in a moment."});
}

static struct http_connection *connection_new(struct http_server *s) {
  struct http_connection *c = calloc(1, sizeof *c);
  if (!c) abort();
  c->server = s;
  c->idle_ms = c->opened_ms = uv_now(s->loop);
  if (s->tls) c->tls = tls_new(s->tls);
  http_reader_init(&c->reader, &s->limits, s->spans);
  uv_tcp_init(s->loop, &c->tcp);
  c->tcp.data = c;
  c->next = s->connections;
  c->at = &s->connections;
  if (c->next) c->next->at = &c->next;
  s->connections = c;
  s->connection_count++;
  return c;
}

void http_connection_accept(struct http_server *s) {
  struct http_connection *c = connection_new(s);
  bool is_flood = s->connection_count > s->limits.connections + HTTP_REFUSED_MAX;
  if (uv_accept((uv_stream_t *)&s->listener, (uv_stream_t *)&c->tcp) || is_flood) return http_connection_close(c);
  uv_tcp_nodelay(&c->tcp, 1);
  uv_tcp_keepalive(&c->tcp, 1, KEEPALIVE_S);
  identify(c);
  throttle(c);
}
