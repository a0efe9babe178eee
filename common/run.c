// service_main: a service's process. Puts loop, bus, store, engine, readers and timers together, and takes them down.
#include "actor.h"
#include "bus.h"
#include "change.h"
#include "config.h"
#include "destroyed.h"
#include "engine.h"
#include "keys.h"
#include "log.h"
#include "masters.h"
#include "model.h"
#include "ping.h"
#include "random.h"
#include "reader.h"
#include "secrecy.h"
#include "store_redis.h"
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

enum {
  CLAIM_EVERY_MS = 200,
  CLAIM_LIMIT = 256,
  LEASE_MS = 30000,
  TICK_MS = 1000,
  ACTORS_REMEMBERED = 4096,
  DRAIN_MS = 3000,
  GATHER_MS = 10, // how long events wait for more of them after a frame has just left: each frame wakes every listener
};

// One area, as this service sees it.
struct area {
  struct process *process;
  const Area *area;
  struct reader *reader; // NULL: the table has no events
  bool claiming;
  uint64_t first, last; // published and not sent yet; last 0: nothing
  uint64_t published;   // the newest sequence that this process made
  uint64_t sent_ms;     // when the last frame left, on the loop's clock
  struct buffer list;
};

struct process {
  const struct service *service;
  struct config config;
  struct keys keys;
  const void *settings;
  uv_loop_t loop;
  struct bus *bus;
  struct bus_server *server;
  struct bus_publisher *publisher;
  struct store *store;
  struct model *model;
  struct engine *engine;
  struct actor_cache *actors;
  void *performer;
  struct area *areas;
  size_t n_areas;
  uv_prepare_t flush;
  uv_timer_t tick, claim, soon, gather, drain;
  int64_t soon_ms; // when `soon` fires; 0: not set
  uv_signal_t terminate, interrupt;
  bool stopping; // takes nothing new, and finishes what is under way
  bool closing;  // the sockets are going: nothing is said any more
  uint64_t drain_until_ms;
  uint8_t pool[4096]; // randomness made ahead, since each drawing is a system call
  size_t pool_left;
  char errors[1024];
};

static int64_t wall_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void host_moment(void *context, struct moment *now) {
  struct process *p = context;
  now->ms = wall_ms();
  if (p->pool_left < sizeof now->random) {
    random_fill(p->pool, sizeof p->pool);
    p->pool_left = sizeof p->pool;
  }
  p->pool_left -= sizeof now->random;
  memcpy(now->random, p->pool + p->pool_left, sizeof now->random);
  sodium_memzero(p->pool + p->pool_left, sizeof now->random);
}

static void host_reply(void *context, const struct bus_route *route, const Envelope *reply) {
  struct process *p = context;
  if (!p->closing) bus_reply(p->server, route, reply);
}

static struct area *find_area(struct process *p, const char *id) {
  for (size_t i = 0; i < p->n_areas; i++)
    if (strcmp(p->areas[i].area->id, id) == 0) return &p->areas[i];
  return NULL;
}

// A service that publishes nothing has no publisher.
static void publish(struct area *a, uint64_t last) {
  if (a->process->publisher && !a->process->closing)
    bus_publish(a->process->publisher, a->area->id, last, (uint8_t *)a->list.data, a->list.size_bytes);
}

static void send_published(struct area *a) {
  if (!a->last) return;
  publish(a, a->last);
  a->list.size_bytes = 0;
  a->published = a->last;
  a->last = 0;
  a->sent_ms = uv_now(&a->process->loop);
}

// Events whose sequences follow on each other leave as one frame: at the end of this turn of the loop, or when there
// has just been one, GATHER_MS after it.
static void host_publish(void *context, const char *area, uint64_t first, unsigned n, struct bytes list) {
  struct area *a = find_area(context, area);
  if (a->last && a->last + 1 != first) send_published(a);
  if (!a->last) a->first = first;
  a->last = first + n - 1;
  buffer_add(&a->list, list.data, list.size_bytes);
  if (a->list.size_bytes > BUS_FRAME_BYTES / 4) send_published(a);
}

static void claim_all(struct process *p);

static void on_soon(uv_timer_t *t) {
  struct process *p = t->data;
  p->soon_ms = 0;
  claim_all(p);
}

static void host_due(void *context, const char *area, int64_t due_at_ms) {
  (void)area;
  struct process *p = context;
  int64_t now_ms = wall_ms();
  if (due_at_ms > now_ms + CLAIM_EVERY_MS || (p->soon_ms && p->soon_ms <= due_at_ms)) return;
  p->soon_ms = due_at_ms;
  uv_timer_start(&p->soon, on_soon, due_at_ms > now_ms ? (uint64_t)(due_at_ms - now_ms) : 0, 0);
}

static void host_perform(void *context, const char *area, const ProtobufCMessage *effect) {
  struct process *p = context;
  if (!p->closing) p->service->perform(p->performer, area, effect); // otherwise its timer comes again
}

static void on_outcome(void *context, const char *area, const ProtobufCMessage *outcome) {
  engine_outcome(((struct process *)context)->engine, area, outcome);
}

static void on_claimed(void *context, enum store_result result, char **names, size_t n) {
  struct area *a = context;
  a->claiming = false;
  if (result != STORE_DONE || a->process->stopping) return;
  for (size_t i = 0; i < n; i++) engine_timer(a->process->engine, a->area->id, names[i]);
  if (n == CLAIM_LIMIT) host_due(a->process, a->area->id, wall_ms());
}

static bool has_rows(const struct service *s, enum row_kind kind) {
  for (const struct row *r = s->rows; r->body || r->timer; r++)
    if (r->kind == kind) return true;
  return false;
}

static void claim_all(struct process *p) {
  if (p->stopping || !p->store->ops->ready(p->store)) return;
  for (size_t i = 0; i < p->n_areas; i++) {
    struct area *a = &p->areas[i];
    if (a->claiming) continue;
    a->claiming = true;
    p->store->ops->claim(p->store, a->area->id, p->service->name, wall_ms(), LEASE_MS, CLAIM_LIMIT, on_claimed, a);
  }
}

static void on_claim(uv_timer_t *t) {
  struct process *p = t->data;
  claim_all(p);
  if (!p->stopping) engine_tick(p->engine, wall_ms());
}

// Wakes the loop, which then comes by on_flush.
static void on_gathered(uv_timer_t *t) {
  (void)t;
}

static void on_flush(uv_prepare_t *f) {
  struct process *p = f->data;
  uint64_t now_ms = uv_now(&p->loop), wait_ms = 0;
  for (size_t i = 0; i < p->n_areas; i++) {
    struct area *a = &p->areas[i];
    if (now_ms - a->sent_ms >= GATHER_MS)
      send_published(a);
    else if (a->last && GATHER_MS - (now_ms - a->sent_ms) > wait_ms)
      wait_ms = GATHER_MS - (now_ms - a->sent_ms);
  }
  if (wait_ms && !uv_is_active((uv_handle_t *)&p->gather)) uv_timer_start(&p->gather, on_gathered, wait_ms, 0);
}

static uint64_t latest(const struct area *a) {
  uint64_t heard = a->reader ? reader_latest(a->reader) : 0;
  return heard > a->published ? heard : a->published;
}

static void on_tick(uv_timer_t *t) {
  struct process *p = t->data;
  if (keys_refresh_masters(&p->keys)) engine_forget_keys(p->engine);
  for (size_t i = 0; i < p->n_areas; i++) {
    struct area *a = &p->areas[i];
    if (a->reader && !p->stopping) reader_tick(a->reader);
    send_published(a);
    if (latest(a)) publish(a, latest(a));
  }
}

static void on_published(void *context, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes) {
  struct area *a = find_area(context, area);
  if (a && a->reader && !a->process->stopping) reader_hear(a->reader, last, list, list_bytes);
}

static void metrics(struct process *p, struct buffer *out) {
  engine_metrics(p->engine, out);
  for (size_t i = 0; i < p->n_areas; i++)
    if (p->areas[i].reader)
      buffer_printf(out, "alongside_events_behind{service=\"%s\",area=\"%s\"} %llu\n", p->service->name,
                    p->areas[i].area->id,
                    (unsigned long long)(reader_latest(p->areas[i].reader) - reader_cursor(p->areas[i].reader)));
}

static void answer_ping(struct process *p, const struct bus_route *route, const Envelope *request) {
  struct buffer text = {0};
  metrics(p, &text);
  buffer_add(&text, "", 1);
  Pong pong = PONG__INIT;
  pong.service = (char *)p->service->name;
  const char *why = p->store->ops->why(p->store);
  pong.ready = p->store->ops->ready(p->store) && engine_ready(p->engine) && !p->stopping;
  pong.waiting_for = pong.ready                       ? ""
                     : p->stopping                    ? "it is stopping"
                     : *why                           ? (char *)why
                     : p->store->ops->ready(p->store) ? "it is reading what it keeps an overview of"
                                                      : "the store does not answer";
  pong.metrics = text.data;
  pong.alarm = (char *)engine_alarm(p->engine, wall_ms());
  struct masters_told masters;
  keys_tell_masters(&p->keys, &masters);
  pong.masters = masters.list;
  pong.n_masters = masters.n;
  Envelope out = ENVELOPE__INIT;
  out.type = "Pong";
  out.correlation_id = request->correlation_id;
  out.body.len = pong__get_packed_size(&pong);
  out.body.data = malloc(out.body.len);
  pong__pack(&pong, out.body.data);
  bus_reply(p->server, route, &out);
  free(out.body.data);
  buffer_free(&text);
}

// The read model forgets everything and is filled again from the first event on. peers.yaml says who may ask for it.
static void replay(struct process *p, const struct bus_route *route, const Envelope *request) {
  Envelope out = ENVELOPE__INIT;
  Problem problem = PROBLEM__INIT;
  out.type = "Replayed";
  out.correlation_id = request->correlation_id;
  if (!p->model || !model_clear(p->model)) {
    problem.code = p->model ? CODE__UNAVAILABLE : CODE__NOT_FOUND;
    problem.why = p->model ? "the read model cannot be written; see the log" : "this service keeps no read model";
    out.problem = &problem;
  } else {
    for (size_t i = 0; i < p->n_areas; i++) reader_restart(p->areas[i].reader);
  }
  bus_reply(p->server, route, &out);
}

static void turn_away(struct process *p, const struct bus_route *route, const Envelope *request) {
  Envelope out = ENVELOPE__INIT;
  Problem problem = PROBLEM__INIT;
  problem.code = CODE__UNAVAILABLE;
  problem.why = "this service is stopping; send it again in a moment";
  problem.retry_after_s = 1;
  out.correlation_id = request->correlation_id;
  out.problem = &problem;
  bus_reply(p->server, route, &out);
}

static void on_request(void *context, const struct bus_route *route, const char *peer, const Envelope *request) {
  struct process *p = context;
  if (strcmp(request->type, "Ping") == 0) {
    answer_ping(p, route, request);
    return;
  }
  if (strcmp(request->type, "Replay") == 0) {
    replay(p, route, request);
    return;
  }
  if (p->stopping) {
    turn_away(p, route, request);
    return;
  }
  const Actor *actor = NULL;
  if (request->actor.len)
    actor = actor_verify(p->actors, &p->keys, peer, request->actor.data, request->actor.len,
                         request->actor_signature.data, request->actor_signature.len, wall_ms());
  engine_request(p->engine, route, request, actor);
}

static void on_bus_closed(void *context) {
  ((struct process *)context)->bus = NULL;
}
static void on_store_closed(void *context) {
  ((struct process *)context)->store = NULL;
}

static void close_handles(struct process *p) {
  for (size_t i = 0; i < p->n_areas; i++) send_published(&p->areas[i]);
  uv_handle_t *handles[] = {(uv_handle_t *)&p->flush,     (uv_handle_t *)&p->tick,     (uv_handle_t *)&p->claim,
                            (uv_handle_t *)&p->soon,      (uv_handle_t *)&p->gather,   (uv_handle_t *)&p->drain,
                            (uv_handle_t *)&p->terminate, (uv_handle_t *)&p->interrupt};
  for (size_t i = 0; i < sizeof handles / sizeof *handles; i++) uv_close(handles[i], NULL);
  p->closing = true;
  if (p->service->close && p->performer) p->service->close(p->performer);
  bus_close(p->bus, on_bus_closed, p);
  p->store->ops->close(p->store, on_store_closed, p);
}

// What is under way is finished, for a while; what is not then comes again after the restart.
static void on_drain(uv_timer_t *t) {
  struct process *p = t->data;
  if (engine_in_flight(p->engine) && uv_now(&p->loop) < p->drain_until_ms) return;
  close_handles(p);
}

static void on_signal(uv_signal_t *s, int number) {
  (void)number;
  struct process *p = s->data;
  if (p->stopping) return;
  log_line(LOG_INFO, "stopping", NULL);
  p->stopping = true;
  p->drain_until_ms = uv_now(&p->loop) + DRAIN_MS;
  uv_timer_start(&p->drain, on_drain, 0, 10);
}

static int fail(struct process *p, const char *what) {
  fprintf(stderr, "alongside-%s: %s: %s\n", p->service->name, what, p->errors);
  return 1;
}

static int open_destroyed(struct process *p) {
  uint8_t key[32];
  if (keys_read_secret(p->config.keys, "destroyed", "key", key, p->errors, sizeof p->errors)) return -1;
  p->keys.destroyed = destroyed_open(p->config.destroyed, key, p->errors, sizeof p->errors);
  sodium_memzero(key, sizeof key);
  return p->keys.destroyed ? 0 : -1;
}

static int load(struct process *p) {
  const struct service *s = p->service;
  if (config_load(&p->config, s->name, p->errors, sizeof p->errors)) return fail(p, "configuration");
  log_open(s->name, p->config.log_level);
  if (keys_load(&p->keys, p->config.keys, s->name, p->errors, sizeof p->errors)) return fail(p, "keys");
  if (open_destroyed(p)) return fail(p, "destruction log");
  if (s->load && s->load(&p->config, &p->settings, p->errors, sizeof p->errors)) return fail(p, "settings");
  if (s->model && !(p->model = model_open(p->config.model, s->model, p->errors, sizeof p->errors)))
    return fail(p, "read model");
  return 0;
}

static int connect_all(struct process *p) {
  const struct service *s = p->service;
  p->bus = bus_open(&p->loop, &p->keys, p->errors, sizeof p->errors);
  if (!p->bus) return fail(p, "bus");
  p->server = bus_serve(p->bus, p->config.bind, on_request, p, p->errors, sizeof p->errors);
  if (!p->server) return fail(p, "bus");
  if (p->config.publish && *p->config.publish &&
      !(p->publisher = bus_publish_at(p->bus, p->config.publish, p->errors, sizeof p->errors)))
    return fail(p, "bus");
  if (has_rows(s, ROW_EVENT) &&
      !bus_subscribe(p->bus, p->config.subscribe, on_published, p, p->errors, sizeof p->errors))
    return fail(p, "bus");
  p->store = store_redis_open(&p->loop, &p->config, p->errors, sizeof p->errors);
  if (!p->store) return fail(p, "store");
  if (s->open && s->open(&p->config, &p->loop, on_outcome, p, &p->performer)) return fail(p, "start");
  return 0;
}

static void start_areas(struct process *p) {
  p->n_areas = p->config.areas->n_areas;
  p->areas = calloc(p->n_areas, sizeof *p->areas);
  for (size_t i = 0; i < p->n_areas; i++) {
    p->areas[i] = (struct area){.process = p, .area = p->config.areas->areas[i]};
    if (has_rows(p->service, ROW_EVENT))
      p->areas[i].reader = reader_new(p->engine, p->store, p->model, p->areas[i].area->id, p->service->name);
  }
}

static void start_handles(struct process *p) {
  uv_prepare_init(&p->loop, &p->flush);
  uv_timer_init(&p->loop, &p->tick);
  uv_timer_init(&p->loop, &p->claim);
  uv_timer_init(&p->loop, &p->soon);
  uv_timer_init(&p->loop, &p->gather);
  uv_timer_init(&p->loop, &p->drain);
  uv_signal_init(&p->loop, &p->terminate);
  uv_signal_init(&p->loop, &p->interrupt);
  p->flush.data = p->tick.data = p->claim.data = p->soon.data = p->gather.data = p->drain.data = p->terminate.data =
      p->interrupt.data = p;
  uv_prepare_start(&p->flush, on_flush);
  uv_timer_start(&p->tick, on_tick, TICK_MS, TICK_MS);
  if (has_rows(p->service, ROW_TIMER)) uv_timer_start(&p->claim, on_claim, CLAIM_EVERY_MS, CLAIM_EVERY_MS);
  uv_signal_start(&p->terminate, on_signal, SIGTERM);
  uv_signal_start(&p->interrupt, on_signal, SIGINT);
}

static void free_all(struct process *p) {
  for (size_t i = 0; i < p->n_areas; i++) {
    reader_free(p->areas[i].reader);
    buffer_free(&p->areas[i].list);
  }
  free(p->areas);
  if (engine_in_flight(p->engine) == 0) engine_free(p->engine);
  actor_cache_free(p->actors);
  if (p->model) model_close(p->model);
  destroyed_free(p->keys.destroyed);
  keys_free(&p->keys);
  config_free(&p->config);
  uv_loop_close(&p->loop);
}

static int serve(struct process *p) {
  uv_loop_init(&p->loop);
  int code = load(p);
  if (code) return code;
  code = connect_all(p);
  if (code) return code;
  p->actors = actor_cache_new(ACTORS_REMEMBERED);
  struct engine_host host = {p, host_moment, host_reply, host_publish, host_due, host_perform};
  p->engine = engine_new(p->service, &p->config, &p->keys, p->store, p->model, p->settings, host);
  start_handles(p);
  start_areas(p);
  log_line(LOG_INFO, "started", "version", ALONGSIDE_VERSION, NULL);
  uv_run(&p->loop, UV_RUN_DEFAULT);
  free_all(p);
  log_line(LOG_INFO, "stopped", NULL);
  return 0;
}

int service_main(const struct service *service, int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  secrecy_keep_memory();
  if (sodium_init() < 0) return 1;
  if (argc == 2 && strcmp(argv[1], "--ping") == 0) return ping_self(service->name);
  if (argc > 1) {
    bool help = strcmp(argv[1], "--help") == 0;
    fprintf(help ? stdout : stderr,
            "usage: alongside-%s [--ping | --help]\n"
            "Runs the %s service of Alongside %s until SIGTERM. It is configured by environment\n"
            "variables: ALONGSIDE_REDIS, ALONGSIDE_KEYS, ALONGSIDE_AREAS and others; see the README.\n"
            "  --ping  asks the running service whether it is ready; exit status 0 when it is\n",
            service->name, service->name, ALONGSIDE_VERSION);
    return help ? 0 : 2;
  }
  static struct process process; // one per program: it is too large for a stack
  process.service = service;
  return serve(&process);
}
