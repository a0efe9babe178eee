#include "bus_socket.h"
#include <stdio.h>
#include <stdlib.h>

enum {
  REFRESH_MS = 2000, // how soon a peer that was taken out of peers.yaml is refused
  LINGER_MS = 50,    // how long connections stay after the last replies
};

// --- turns of the loop

static void on_idle(uv_idle_t *idle) {
  struct bus *b = idle->data;
  for (struct bus_socket *s = b->sockets; s && !b->closing; s = s->next)
    if (s->readable) bus_socket_receive(s);
}

// The last before the loop blocks: sends what was queued, and does not let it block while there is more to receive.
static void on_prepare(uv_prepare_t *prepare) {
  struct bus *b = prepare->data;
  bool more = false;
  for (struct bus_socket *s = b->sockets; s; s = s->next) {
    if (s->kind->flush) s->kind->flush(s);
    if (s->touched) bus_socket_ask(s);
    more |= s->readable;
  }
  if (more)
    uv_idle_start(&b->idle, on_idle);
  else
    uv_idle_stop(&b->idle);
}

static void on_refresh(uv_timer_t *timer) {
  keys_refresh(((struct bus *)timer->data)->keys);
}

// --- closing

// In a thread: waits until what was queued is away, at most the linger time.
static void end_context(uv_work_t *work) {
  struct bus *b = work->data;
  bus_zap_close(b->zap);
  zmq_ctx_term(b->context);
}

static void on_ended(uv_work_t *work, int status) {
  (void)status;
  struct bus *b = work->data;
  void (*closed)(void *) = b->closed;
  void *context = b->closed_context;
  for (struct bus_socket *s = b->sockets, *next; s; s = next) {
    next = s->next;
    s->kind->free(s);
  }
  free(b);
  closed(context);
}

static void on_handle_closed(uv_handle_t *handle) {
  struct bus *b = handle->data;
  if (--b->n_closing) return;
  b->ending.data = b;
  uv_queue_work(b->loop, &b->ending, end_context, on_ended);
}

void bus_handle_close(struct bus *b, uv_handle_t *handle) {
  b->n_closing++;
  handle->data = b;
  uv_close(handle, on_handle_closed);
}

static void end_sockets(struct bus *b) {
  for (struct bus_socket *s = b->sockets; s; s = s->next) bus_socket_close(s);
  bus_handle_close(b, (uv_handle_t *)&b->prepare);
  bus_handle_close(b, (uv_handle_t *)&b->idle);
  bus_handle_close(b, (uv_handle_t *)&b->refresh);
}

static void on_lingered(uv_timer_t *timer) {
  end_sockets(timer->data);
}

static bool answers_requests(const struct bus *b) {
  for (const struct bus_socket *s = b->sockets; s; s = s->next)
    if (s->kind->type == ZMQ_ROUTER) return true;
  return false;
}

// Nothing is received any more, and what is queued is sent. A client that learns of the end of a connection before it
// has taken what came over it loses that (libzmq 4.3 with ZMQ_IMMEDIATE): whoever gives replies gives a moment to take
// them.
void bus_close(struct bus *b, void (*closed)(void *context), void *context) {
  b->closing = true;
  b->closed = closed;
  b->closed_context = context;
  for (struct bus_socket *s = b->sockets; s; s = s->next) {
    if (s->kind->flush) s->kind->flush(s);
    uv_poll_stop(&s->poll);
  }
  uv_prepare_stop(&b->prepare);
  uv_idle_stop(&b->idle);
  if (answers_requests(b))
    uv_timer_start(&b->refresh, on_lingered, LINGER_MS, 0);
  else
    end_sockets(b);
}

// --- opening

static void start_handles(struct bus *b) {
  b->prepare.data = b->idle.data = b->refresh.data = b;
  uv_idle_init(b->loop, &b->idle);
  uv_prepare_init(b->loop, &b->prepare);
  uv_prepare_start(&b->prepare, on_prepare);
  uv_timer_init(b->loop, &b->refresh);
  uv_timer_start(&b->refresh, on_refresh, REFRESH_MS, REFRESH_MS);
}

struct bus *bus_open(uv_loop_t *loop, struct keys *keys, char *errors, size_t errors_bytes) {
  struct bus *b = calloc(1, sizeof *b);
  if (!b) abort();
  *b = (struct bus){.loop = loop, .keys = keys, .context = zmq_ctx_new()};
  b->zap = bus_zap_open(b->context, keys->folder, errors, errors_bytes);
  if (b->zap && !bus_prove(b->zap, keys, errors, errors_bytes)) {
    start_handles(b);
    return b;
  }
  bus_zap_close(b->zap);
  zmq_ctx_term(b->context);
  free(b);
  return NULL;
}
