#include "sse.h"
#include "gateway.h"
#include "rfc3339.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
  TICK_MS = 1000
};

static const roles_t may_follow = MAY(PRACTITIONER) | MAY(COORDINATOR) | MAY(MANAGER) | MAY(SAFEGUARDING_LEAD) |
                                  MAY(AUDITOR) | MAY(OPERATOR) | MAY(MENTOR_SUPERVISOR);

// What is known of an area without asking the store.
struct tail {
  const char *area;
  uint64_t last; // the newest sequence heard of
  int64_t heard_at_ms;
};

struct stream {
  struct streams *streams;
  struct stream *next;
  struct http_request *request; // NULL once it has ended
  struct tail *tail;
  bool placed;       // `position` is set; until then the stream begins with what comes next
  uint64_t position; // the sequence delivered last
  bool reading;
  unsigned pending; // calls that will come back; the stream stays until then
  int64_t expires_at_ms, beat_at_ms;
};

struct streams {
  struct gateway *gateway;
  struct bus_subscriber *subscriber;
  uv_timer_t tick;
  struct stream *first;
  unsigned n_open;
  struct tail *tails;
  size_t n_tails;
  struct arena arena; // of the list that is being delivered
  struct buffer text; // its events as SSE, one after the other
  size_t *offsets;    // where each begins, and where the last ends; in the arena
};

unsigned streams_open(const struct streams *ss) {
  return ss->n_open;
}

// --- ends

static void release(struct stream *s) {
  if (s->request || s->pending) return;
  struct stream **at = &s->streams->first;
  while (*at != s) at = &(*at)->next;
  *at = s->next;
  free(s);
}

static void on_gone(struct http_request *r) {
  struct stream *s = r->user;
  s->request = NULL;
  s->streams->n_open--;
  release(s);
}

// Ends the stream; `s` may be gone afterwards.
static void end(struct stream *s) {
  struct http_request *r = s->request;
  r->gone = NULL;
  s->request = NULL;
  s->streams->n_open--;
  http_stream_end(r);
  release(s);
}

// --- delivery

static void render_event(struct buffer *out, const Event *e, uint64_t sequence) {
  char at[RFC3339_BYTES];
  rfc3339_write(e->at_ms / 1000, (int32_t)(e->at_ms % 1000) * 1000000, at);
  buffer_printf(out, "id: %" PRIu64 "\ndata: {\"type\":", sequence);
  json_write_string(out, e->type);
  buffer_printf(out, ",\"at\":\"%s\",\"sequence\":\"%" PRIu64 "\"}\n\n", at, sequence);
}

// Renders a list once for all who follow. Answers the number of its events.
static size_t render(struct streams *ss, uint64_t last, const uint8_t *bytes, size_t size_bytes) {
  arena_reset(&ss->arena);
  ss->arena.cap_bytes = ARENA_CAP_BYTES;
  ss->text.size_bytes = 0;
  const EventList *list = arena_unpack(&ss->arena, &event_list__descriptor, bytes, size_bytes);
  if (!list || list->n_events > last) return 0;
  ss->arena.cap_bytes += (list->n_events + 4) * sizeof *ss->offsets;
  ss->offsets = arena_take(&ss->arena, (list->n_events + 1) * sizeof *ss->offsets);
  for (size_t i = 0; i < list->n_events; i++) {
    render_event(&ss->text, list->events[i], last - list->n_events + 1 + i);
    ss->offsets[i + 1] = ss->text.size_bytes;
  }
  return list->n_events;
}

static void read_on(struct stream *s);

// Delivers what of the rendered events follows on what was delivered. False: some are missing in between, or the stream
// had to end. What comes out of the store has none missing but those that it no longer keeps.
static bool deliver(struct stream *s, uint64_t last, size_t n, bool from_store) {
  const struct streams *ss = s->streams;
  uint64_t first = last - n + 1;
  if (last <= s->position) return true;
  if (first > s->position + 1 && !from_store) return false;
  size_t skip = first > s->position ? 0 : (size_t)(s->position + 1 - first);
  s->position = last;
  if (http_stream_write(s->request, ss->text.data + ss->offsets[skip], ss->offsets[n] - ss->offsets[skip])) return true;
  end(s);
  return false;
}

static void on_events(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  struct stream *s = context;
  uint64_t position = s->position;
  s->reading = false;
  bool open = s->request != NULL && result == STORE_DONE;
  // `pending` still counts this call, so that an end in the middle leaves `s` as it is.
  for (size_t i = 0; open && i < n; i++) {
    size_t events = render(s->streams, entries[i].last, entries[i].list.data, entries[i].list.size_bytes);
    open = !events || deliver(s, entries[i].last, events, true);
  }
  s->pending--;
  if (open && s->position > position && (n == STREAM_READ_ENTRIES || s->tail->last > s->position)) read_on(s);
  release(s);
}

static void read_on(struct stream *s) {
  struct store *store = s->streams->gateway->store;
  if (s->reading) return;
  s->reading = true;
  s->pending++;
  store->ops->events(store, s->tail->area, s->position, STREAM_READ_ENTRIES, on_events, s);
}

static void hear(struct stream *s, uint64_t last, size_t n) {
  if (!s->placed) {
    s->placed = true;
    s->position = last - n;
  }
  s->pending++; // so that an end in the middle leaves `s` as it is
  if (n ? !deliver(s, last, n, false) && s->request : last > s->position) read_on(s);
  s->pending--;
  release(s);
}

static struct tail *tail_of(struct streams *ss, const char *area) {
  for (size_t i = 0; i < ss->n_tails; i++)
    if (strcmp(ss->tails[i].area, area) == 0) return &ss->tails[i];
  return NULL;
}

static void on_published(void *context, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes) {
  struct streams *ss = context;
  struct tail *tail = tail_of(ss, area);
  if (!tail) return;
  tail->heard_at_ms = gateway_now_ms();
  if (last > tail->last) tail->last = last;
  if (!ss->n_open) return;
  size_t n = render(ss, last, list, list_bytes);
  for (struct stream *s = ss->first, *next; s; s = next) {
    next = s->next;
    if (s->request && s->tail == tail) hear(s, last, n);
  }
}

// --- time

// A token that was revoked ends its streams at the next beat.
static void on_identity(void *context, const struct identity *who, Code code) {
  struct stream *s = context;
  s->pending--;
  if (s->request && !who && code == CODE__UNAUTHENTICATED) {
    end(s);
    return;
  }
  if (who) s->expires_at_ms = who->expires_at_ms;
  release(s);
}

static void beat(struct stream *s, int64_t now_ms) {
  static const char comment[] = ":\n\n";
  s->beat_at_ms = now_ms + STREAM_BEAT_MS;
  if (!http_stream_write(s->request, comment, sizeof comment - 1)) {
    end(s);
    return;
  }
  if (s->placed && now_ms - s->tail->heard_at_ms > STREAM_BEAT_MS) read_on(s);
  s->pending++;
  gateway_identify(s->streams->gateway, s->request, on_identity, s);
}

static void on_tick(uv_timer_t *timer) {
  struct streams *ss = timer->data;
  int64_t now_ms = gateway_now_ms();
  for (struct stream *s = ss->first, *next; s; s = next) {
    next = s->next;
    if (!s->request) continue;
    if (s->placed && s->tail->last > s->position) read_on(s);
    if (s->expires_at_ms <= now_ms)
      end(s);
    else if (s->beat_at_ms <= now_ms)
      beat(s, now_ms);
  }
}

// --- beginnings

static struct err check(const struct gateway *g, const struct identity *who) {
  if (!(actor_roles(who->actor) & may_follow) || *who->actor->only)
    return ERR(FORBIDDEN, NULL, "this token does not allow to follow the events");
  if (g->streams->n_open == STREAMS)
    return ERR(UNAVAILABLE, NULL, "too many event streams are open; try again after a while");
  return ERR_NONE;
}

// Where it begins: after the id that the reader saw last.
static struct err place(struct stream *s, const char *last_event_id, const struct bind_options *options) {
  s->placed = options->has_after;
  s->position = options->after;
  if (!last_event_id || !*last_event_id) return ERR_NONE;
  char *end_of_number;
  s->position = strtoull(last_event_id, &end_of_number, 10);
  s->placed = true;
  if (*end_of_number || *last_event_id < '0' || *last_event_id > '9')
    return ERR(INVALID, NULL, "Last-Event-ID must be the id of an event");
  return ERR_NONE;
}

static void open_stream(struct streams *ss, struct stream *s, struct http_request *r) {
  static const char opening[] = "retry: 2000\n\n";
  struct answer *a = &ss->gateway->answer;
  uint8_t correlation_id[CORRELATION_BYTES];
  calls_correlation(ss->gateway->calls, correlation_id);
  answer_begin(a, correlation_id);
  buffer_text(&a->headers, "X-Accel-Buffering: no\r\n");
  s->request = r;
  s->next = ss->first;
  ss->first = s;
  ss->n_open++;
  r->user = s;
  r->gone = on_gone;
  http_stream_begin(r, 200, "text/event-stream", a->headers.data);
  http_stream_write(r, opening, sizeof opening - 1);
}

struct err stream_begin(struct gateway *g, struct http_request *r, const struct route *route, const char *area,
                        const struct bind_options *options, const struct identity *who) {
  struct err e = check(g, who);
  if (err_is(e)) return e;
  struct stream *s = calloc(1, sizeof *s);
  if (!s) abort();
  s->streams = g->streams;
  s->tail = tail_of(g->streams, area);
  s->expires_at_ms = who->expires_at_ms;
  s->beat_at_ms = gateway_now_ms() + STREAM_BEAT_MS;
  e = place(s, http_header(r, "last-event-id"), options);
  if (err_is(e)) {
    free(s);
    return e;
  }
  metrics_count(g->metrics, route, 200, uv_hrtime() - r->arrived_ns);
  open_stream(g->streams, s, r);
  if (s->placed) read_on(s);
  return ERR_NONE;
}

// --- all of them

static void add_tails(struct streams *ss, const Areas *areas) {
  ss->n_tails = areas->n_areas;
  ss->tails = calloc(ss->n_tails + 1, sizeof *ss->tails);
  if (!ss->tails) abort();
  for (size_t i = 0; i < ss->n_tails; i++) ss->tails[i].area = areas->areas[i]->id;
}

struct streams *streams_new(struct gateway *g, char *errors, size_t errors_bytes) {
  struct streams *ss = calloc(1, sizeof *ss);
  if (!ss) abort();
  ss->gateway = g;
  ss->subscriber = bus_subscribe(g->bus, g->config.subscribe, on_published, ss, errors, errors_bytes);
  if (!ss->subscriber) {
    free(ss);
    return NULL;
  }
  add_tails(ss, g->config.areas);
  arena_init(&ss->arena, ARENA_CAP_BYTES);
  uv_timer_init(g->loop, &ss->tick);
  ss->tick.data = ss;
  uv_timer_start(&ss->tick, on_tick, TICK_MS, TICK_MS);
  return ss;
}

void streams_stop(struct streams *ss) {
  for (struct stream *s = ss->first, *next; s; s = next) {
    next = s->next;
    if (s->request) end(s);
  }
  uv_close((uv_handle_t *)&ss->tick, NULL);
}

void streams_free(struct streams *ss) {
  if (!ss) return;
  while (ss->first) {
    struct stream *s = ss->first;
    ss->first = s->next;
    free(s);
  }
  arena_deinit(&ss->arena);
  buffer_free(&ss->text);
  free(ss->tails);
  free(ss);
}
