#include "health.h"
#include "batch.h"
#include "gateway.h"
#include "sse.h"
#include <stdlib.h>
#include <string.h>

// What one service said last.
struct state {
  struct health *health;
  bool ready;
  struct buffer waiting_for, metrics, alarm;
};

// A request that waits for the services' answers.
struct waiter {
  struct http_request *request; // NULL once the other side has left
  void (*answer)(struct gateway *g, struct http_request *r);
  struct waiter *next;
};

struct health {
  struct gateway *gateway;
  struct state states[PEERS];
  unsigned n_pending;   // services that have not answered yet
  uint64_t known_at_ns; // 0: never
  struct waiter *waiters;
};

struct health *health_new(struct gateway *g) {
  struct health *h = calloc(1, sizeof *h);
  if (!h) abort();
  h->gateway = g;
  for (int i = 0; i < PEERS; i++) h->states[i].health = h;
  return h;
}

void health_free(struct health *h) {
  if (!h) return;
  for (int i = 0; i < PEERS; i++) {
    buffer_free(&h->states[i].waiting_for);
    buffer_free(&h->states[i].metrics);
    buffer_free(&h->states[i].alarm);
  }
  while (h->waiters) {
    struct waiter *w = h->waiters;
    h->waiters = w->next;
    free(w);
  }
  free(h);
}

// --- asking

static void answer_waiters(struct health *h) {
  struct waiter *w = h->waiters;
  h->waiters = NULL;
  while (w) {
    struct waiter *next = w->next;
    if (w->request) {
      w->request->gone = NULL;
      w->answer(h->gateway, w->request);
    }
    free(w);
    w = next;
  }
}

static void take_pong(struct state *s, const Envelope *reply) {
  Pong *pong = reply && !reply->problem ? pong__unpack(NULL, reply->body.len, reply->body.data) : NULL;
  s->ready = pong && pong->ready;
  s->waiting_for.size_bytes = s->metrics.size_bytes = s->alarm.size_bytes = 0;
  buffer_text(&s->waiting_for, pong ? pong->waiting_for : "it does not answer");
  buffer_text(&s->metrics, pong ? pong->metrics : "");
  buffer_text(&s->alarm, pong ? pong->alarm : "");
  if (pong) pong__free_unpacked(pong, NULL);
}

static void on_pong(void *context, const Envelope *reply, Code code) {
  (void)code;
  struct state *s = context;
  struct health *h = s->health;
  take_pong(s, reply);
  if (--h->n_pending) return;
  h->known_at_ns = uv_hrtime();
  answer_waiters(h);
}

static void ping_all(struct health *h) {
  struct gateway *g = h->gateway;
  uint8_t correlation_id[CORRELATION_BYTES];
  Envelope e = ENVELOPE__INIT;
  e.type = "Ping";
  e.correlation_id = (ProtobufCBinaryData){.len = sizeof correlation_id, .data = correlation_id};
  e.deadline_ms = gateway_now_ms() + HEALTH_PING_MS;
  h->n_pending = PEERS;
  for (int i = 0; i < PEERS; i++) {
    calls_correlation(g->calls, correlation_id);
    bus_call(g->services[i], &e, on_pong, &h->states[i]);
  }
}

static void on_gone(struct http_request *r) {
  struct waiter *w = r->user;
  w->request = NULL;
}

static void when_known(struct gateway *g, struct http_request *r,
                       void (*answer)(struct gateway *g, struct http_request *r)) {
  struct health *h = g->health;
  bool fresh = h->known_at_ns && uv_hrtime() - h->known_at_ns < HEALTH_FRESH_MS * UINT64_C(1000000);
  if (fresh && !h->n_pending) {
    answer(g, r);
    return;
  }
  struct waiter *w = malloc(sizeof *w);
  if (!w) abort();
  *w = (struct waiter){.request = r, .answer = answer, .next = h->waiters};
  h->waiters = w;
  r->user = w;
  r->gone = on_gone;
  if (!h->n_pending) ping_all(h);
}

// --- saying

static void write_state(struct buffer *out, const char *name, bool ready, const char *waiting_for, const char *alarm) {
  buffer_printf(out, "\"%s\":{\"ready\":%s", name, ready ? "true" : "false");
  if (!ready && *waiting_for) {
    buffer_text(out, ",\"waitingFor\":");
    json_write_string(out, waiting_for);
  }
  if (*alarm) {
    buffer_text(out, ",\"alarm\":");
    json_write_string(out, alarm);
  }
  buffer_text(out, "}");
}

static void answer_ready(struct gateway *g, struct http_request *r) {
  bool redis = g->store->ops->ready(g->store), ready = redis && !g->stopping;
  struct buffer out = {0};
  for (int i = 0; i < PEERS; i++) ready = ready && g->health->states[i].ready;
  buffer_printf(&out, "{\"ready\":%s,", ready ? "true" : "false");
  const char *why = g->store->ops->why(g->store);
  write_state(&out, "redis", redis, *why ? why : "it does not answer", "");
  buffer_text(&out, ",\"services\":{");
  for (int i = 0; i < PEERS; i++) {
    if (i) buffer_text(&out, ",");
    const struct state *s = &g->health->states[i];
    write_state(&out, gateway_peers[i], s->ready, s->waiting_for.data, s->alarm.data);
  }
  buffer_text(&out, "}}\n");
  gateway_respond(g, r, ready ? 200 : 503, "application/json", &out);
  buffer_free(&out);
}

static void answer_metrics(struct gateway *g, struct http_request *r) {
  struct metrics_now now = {.calls = calls_in_flight(g->calls),
                            .batches = batches_in_flight(g->batches),
                            .streams = streams_open(g->streams)};
  struct buffer out = {0}, samples = {0};
  metrics_write(g->metrics, &now, &out);
  for (int i = 0; i < PEERS; i++) buffer_text(&samples, g->health->states[i].metrics.data);
  metrics_write_samples(samples.data, &out);
  gateway_respond(g, r, 200, "text/plain; version=0.0.4; charset=utf-8", &out);
  buffer_free(&samples);
  buffer_free(&out);
}

void health_ready(struct gateway *g, struct http_request *r) {
  when_known(g, r, answer_ready);
}
void health_metrics(struct gateway *g, struct http_request *r) {
  when_known(g, r, answer_metrics);
}
