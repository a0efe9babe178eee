// Sending requests: a DEALER, connected to every replica of a service. Requests of one turn leave as one Bundle; while
// nobody is connected they wait in it, for a second at most.
//
//   bus_call ---> queued ---> sent ---> answered: by the reply, or DEADLINE
//      |             `--> UNAVAILABLE after UNSENT_MS, or at its deadline
//      `--> refused (bound reached, malformed): said at the next tick
#include "bus_socket.h"
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  TICK_MS = 20,              // how exactly deadlines are kept
  UNSENT_MS = 1000,          // how long a request waits for somebody to be connected
  LONGEST_MS = 24 * 3600000, // deadlines beyond this are taken as this
  BUNDLE_CAP_BYTES = 4 * BUS_FRAME_BYTES,
};

struct refused {
  bus_answer_fn *answer;
  void *context;
  Code code;
  struct refused *next;
};

struct bus_client {
  struct bus_socket socket; // first: see bus_socket.h
  struct bus_addresses addresses;
  struct bus_calls calls;
  struct bus_frame frame;  // what is queued
  uint64_t frames_sent;    // a call whose `frame` is less than this was sent
  bool blocked;            // the last attempt to send found nobody
  struct refused *refused; // newest first
  uv_timer_t tick;         // runs while there is something to wait for
  struct arena arena;
};

static bool is_sent(const struct bus_client *c, const struct bus_call_entry *e) {
  return e->frame < c->frames_sent;
}

// --- sending

static void flush(struct bus_socket *socket) {
  struct bus_client *c = (struct bus_client *)socket;
  if (!c->frame.size_bytes) return;
  if (c->blocked) bus_socket_ask(socket);
  if (c->blocked && !socket->writable) return;
  socket->touched = true;
  c->blocked = !bus_frame_send(&c->frame, socket->zmq);
  if (!c->blocked) c->frames_sent++;
}

static void on_tick(uv_timer_t *tick);

static void need_tick(struct bus_client *c) {
  if (!c->socket.bus->closing && !uv_is_active((uv_handle_t *)&c->tick))
    uv_timer_start(&c->tick, on_tick, TICK_MS, TICK_MS);
}

static void refuse(struct bus_client *c, Code code, bus_answer_fn *answer, void *context) {
  struct refused *r = malloc(sizeof *r);
  if (!r) abort();
  *r = (struct refused){.answer = answer, .context = context, .code = code, .next = c->refused};
  c->refused = r;
  need_tick(c);
}

static int64_t wall_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// Does not jump, and does not stand still while the loop is busy, as uv_now() does.
static uint64_t steady_ms(void) {
  return uv_hrtime() / 1000000;
}

// From the wall's clock to the steady one.
static uint64_t due_ms(int64_t deadline_ms) {
  int64_t now_ms = wall_ms();
  int64_t left_ms = deadline_ms > now_ms ? deadline_ms - now_ms : 0;
  return steady_ms() + (uint64_t)(left_ms < LONGEST_MS ? left_ms : LONGEST_MS);
}

// Whether a request of that size finds room; sends what is there first where that makes it.
static bool make_room(struct bus_client *c, size_t packed_bytes) {
  if (!c->frame.size_bytes || c->frame.size_bytes + packed_bytes <= BUNDLE_BYTES) return true;
  flush(&c->socket);
  return !c->frame.size_bytes;
}

static Code queue(struct bus_client *c, const Envelope *request, bus_answer_fn *answer, void *context) {
  size_t packed_bytes = envelope__get_packed_size(request);
  if (request->correlation_id.len != 16 || bus_calls_find(&c->calls, request->correlation_id.data))
    return CODE__INTERNAL;
  if (packed_bytes > ENVELOPE_BYTES) return CODE__TOO_LARGE;
  if (c->socket.bus->closing || !make_room(c, packed_bytes)) return CODE__UNAVAILABLE;
  struct bus_call_entry *e = bus_calls_add(&c->calls, request->correlation_id.data);
  if (!e) return CODE__UNAVAILABLE;
  e->answer = answer;
  e->context = context;
  e->due_ms = due_ms(request->deadline_ms);
  e->queued_ms = steady_ms();
  e->frame = c->frames_sent;
  e->at = c->frame.size_bytes;
  bus_frame_add(&c->frame, request, packed_bytes);
  e->bytes = c->frame.size_bytes - e->at;
  need_tick(c);
  return CODE__OK;
}

void bus_call(struct bus_client *c, const Envelope *request, bus_answer_fn *answer, void *context) {
  Code code = queue(c, request, answer, context);
  if (code != CODE__OK) refuse(c, code, answer, context);
}

// --- replies

static void take_reply(struct bus_client *c, const Envelope *reply) {
  if (reply->correlation_id.len != 16) return;
  struct bus_call_entry *e = bus_calls_find(&c->calls, reply->correlation_id.data);
  if (!e) return; // its deadline has passed
  struct bus_call_entry call = bus_calls_take(&c->calls, e);
  call.answer(call.context, reply, reply->problem ? reply->problem->code : CODE__OK);
}

static void on_message(struct bus_socket *socket, zmq_msg_t *parts) {
  struct bus_client *c = (struct bus_client *)socket;
  const Bundle *bundle = arena_unpack(&c->arena, &bundle__descriptor, zmq_msg_data(parts), zmq_msg_size(parts));
  if (!bundle) bus_socket_complain(socket, "bus_frame_malformed", c->addresses.host, "");
  for (size_t i = 0; bundle && i < bundle->n_envelopes; i++) take_reply(c, bundle->envelopes[i]);
  arena_reset(&c->arena);
}

// --- waiting in vain

static void answer_refused(struct bus_client *c) {
  struct refused *list = NULL; // oldest first; those that come meanwhile wait for the next tick
  for (struct refused *r = c->refused, *next; r; r = next) {
    next = r->next;
    r->next = list;
    list = r;
  }
  c->refused = NULL;
  for (struct refused *r = list, *next; r; r = next) {
    next = r->next;
    r->answer(r->context, NULL, r->code);
    free(r);
  }
}

// Unsent requests that were given up leave the frame, so that UNAVAILABLE means that nothing was sent.
static void rebuild_frame(struct bus_client *c) {
  struct bus_frame old = c->frame;
  c->frame = (struct bus_frame){0};
  for (size_t i = 0; i < c->calls.n; i++) {
    struct bus_call_entry *e = &c->calls.entries[i];
    if (is_sent(c, e)) continue;
    size_t at = c->frame.size_bytes;
    bus_frame_add_packed(&c->frame, old.data + e->at, e->bytes);
    e->at = at;
  }
  bus_frame_free(&old);
}

// OK where the call may go on waiting.
static Code overdue(const struct bus_client *c, const struct bus_call_entry *e, uint64_t now_ms) {
  if (is_sent(c, e)) return e->due_ms <= now_ms ? CODE__DEADLINE : CODE__OK;
  return e->due_ms <= now_ms || e->queued_ms + UNSENT_MS <= now_ms ? CODE__UNAVAILABLE : CODE__OK;
}

// Gives up what is overdue at that time (UINT64_MAX: all). Those that an answer adds meanwhile come at the end.
static void expire(struct bus_client *c, uint64_t now_ms) {
  bool unsent = false;
  for (size_t i = 0; i < c->calls.n;) {
    Code code = overdue(c, &c->calls.entries[i], now_ms);
    if (code == CODE__OK) {
      i++;
      continue;
    }
    struct bus_call_entry call = bus_calls_take(&c->calls, &c->calls.entries[i]);
    unsent |= !is_sent(c, &call);
    call.answer(call.context, NULL, code);
  }
  if (unsent) rebuild_frame(c);
}

static void on_tick(uv_timer_t *tick) {
  struct bus_client *c = tick->data;
  answer_refused(c);
  expire(c, steady_ms());
  if (!c->calls.n && !c->refused) uv_timer_stop(&c->tick);
}

// --- life

static void close_client(struct bus_socket *socket) {
  struct bus_client *c = (struct bus_client *)socket;
  bus_addresses_close(&c->addresses);
  bus_handle_close(socket->bus, (uv_handle_t *)&c->tick);
  expire(c, UINT64_MAX);
}

static void free_client(struct bus_socket *socket) {
  struct bus_client *c = (struct bus_client *)socket;
  while (c->refused) answer_refused(c);
  bus_calls_deinit(&c->calls);
  bus_frame_free(&c->frame);
  arena_deinit(&c->arena);
  free(c);
}

static const struct bus_socket_kind kind = {.type = ZMQ_DEALER,
                                            .parts = 1,
                                            .on_message = on_message,
                                            .flush = flush,
                                            .close = close_client,
                                            .free = free_client};

struct bus_client *bus_connect(struct bus *b, const char *endpoint, const char *server_key_name, char *errors,
                               size_t errors_bytes) {
  struct bus_client *c = calloc(1, sizeof *c);
  if (!c) abort();
  if (bus_addresses_parse(&c->addresses, endpoint, errors, errors_bytes) ||
      bus_socket_connectable(b, &c->socket, &kind, server_key_name, errors, errors_bytes)) {
    free(c);
    return NULL;
  }
  uv_timer_init(b->loop, &c->tick);
  c->tick.data = c;
  bus_calls_init(&c->calls);
  arena_init(&c->arena, BUNDLE_CAP_BYTES);
  bus_addresses_open(&c->addresses, &c->socket);
  return c;
}
