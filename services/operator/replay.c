#include "bus.h"
#include "config.h"
#include "keys.h"
#include "operator.h"
#include "progress.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_spec replay_options[] = {{0}};

enum {
  REPLAY_MS = 30000, // to forget everything
  PING_MS = 2000,
  BETWEEN_MS = 200,
  UNANSWERED_MOST = 15, // pings in a row
  CAUGHT_UP = 3         // answers in a row that say so: the first may come before the reader has begun anew
};

struct replay {
  uv_loop_t loop;
  uv_timer_t timer;
  struct bus *bus;
  struct bus_client *client;
  struct progress progress;
  unsigned long long total;       // events to read again
  unsigned unanswered, caught_up; // in a row
  int status;
};

static void on_bus_closed(void *context) {
  (void)context;
}

static void end(struct replay *r, int status, const char *why) {
  progress_end(&r->progress);
  if (why) fprintf(stderr, "alongside replay: %s\n", why);
  r->status = status;
  uv_close((uv_handle_t *)&r->timer, NULL);
  if (r->bus) bus_close(r->bus, on_bus_closed, r);
}

static void send_message(struct replay *r, const char *type, int64_t wait_ms, bus_answer_fn *on_answer) {
  uint8_t correlation[16];
  struct timespec now;
  randombytes_buf(correlation, sizeof correlation);
  clock_gettime(CLOCK_REALTIME, &now);
  Envelope request = ENVELOPE__INIT;
  request.type = (char *)type;
  request.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  request.deadline_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + wait_ms;
  bus_call(r->client, &request, on_answer, r);
}

// --- how far it is

// The sum over all areas; false: the service does not say yet.
static bool read_behind(const char *metrics, unsigned long long *sum) {
  static const char name[] = "alongside_events_behind{";
  bool found = false;
  *sum = 0;
  for (const char *at = metrics; (at = strstr(at, name)); at++) {
    const char *value = strstr(at, "} ");
    if (!value) break;
    *sum += strtoull(value + 2, NULL, 10);
    found = true;
  }
  return found;
}

static void show(struct replay *r, unsigned long long behind) {
  if (behind > r->total) r->total = r->progress.total = behind;
  progress_at(&r->progress, r->total - behind);
}

static void on_tick(uv_timer_t *timer);

static void finish(struct replay *r) {
  puts("The reports are rebuilt.");
  end(r, 0, NULL);
}

static void on_pong(void *context, const Envelope *reply, Code code) {
  (void)code;
  struct replay *r = context;
  Pong *pong = reply && !reply->problem ? pong__unpack(NULL, reply->body.len, reply->body.data) : NULL;
  unsigned long long behind;
  bool told = pong && read_behind(pong->metrics, &behind);
  pong__free_unpacked(pong, NULL);
  r->unanswered = told ? 0 : r->unanswered + 1;
  r->caught_up = told && !behind ? r->caught_up + 1 : 0;
  if (told) show(r, behind);
  if (r->caught_up == CAUGHT_UP)
    finish(r);
  else if (r->unanswered == UNANSWERED_MOST)
    end(r, 1, "reporting does not say how far it is; it goes on by itself, and `alongside status` says how it is");
  else
    uv_timer_start(&r->timer, on_tick, BETWEEN_MS, 0); // one ping at a time
}

static void on_tick(uv_timer_t *timer) {
  send_message(timer->data, "Ping", PING_MS, on_pong);
}

// --- asking for it

static void on_replayed(void *context, const Envelope *reply, Code code) {
  struct replay *r = context;
  if (reply && !reply->problem)
    uv_timer_start(&r->timer, on_tick, 0, 0);
  else if (reply)
    end(r, 1, *reply->problem->why ? reply->problem->why : "reporting refused it");
  else
    end(r, 1, code == CODE__DEADLINE ? "reporting did not answer in time" : "reporting does not answer");
}

static bool connect_bus(struct replay *r, struct keys *keys, const char *endpoint, char *errors, size_t errors_bytes) {
  uv_loop_init(&r->loop);
  uv_timer_init(&r->loop, &r->timer);
  r->timer.data = r;
  r->bus = bus_open(&r->loop, keys, errors, errors_bytes);
  r->client = r->bus ? bus_connect(r->bus, endpoint, "reporting", errors, errors_bytes) : NULL;
  return r->client != NULL;
}

static int run(const struct config *config) {
  char errors[512];
  struct keys keys;
  struct replay r = {.status = 1};
  if (keys_load(&keys, config->keys, "operator", errors, sizeof errors)) {
    fprintf(stderr, "alongside replay: %s\n", errors);
    return 1;
  }
  progress_begin(&r.progress, "events", 0);
  if (connect_bus(&r, &keys, config->reporting, errors, sizeof errors))
    send_message(&r, "Replay", REPLAY_MS, on_replayed);
  else
    end(&r, 1, errors);
  uv_run(&r.loop, UV_RUN_DEFAULT);
  uv_loop_close(&r.loop);
  keys_free(&keys);
  return r.status;
}

int replay_run(int argc, char **argv) {
  struct arguments a;
  struct config config;
  char errors[512];
  if (!arguments_read(&a, replay_options, argc, argv)) return 2;
  // By a name that is no service's, so that only what is needed here must be set.
  if (config_load(&config, "replay", errors, sizeof errors)) {
    fprintf(stderr, "alongside replay: %s\n", errors);
    return 2;
  }
  int status = 2;
  if (config.keys && config.reporting)
    status = run(&config);
  else
    fputs("alongside replay: set ALONGSIDE_KEYS to the folder of keys and ALONGSIDE_REPORTING to where reporting "
          "listens\n",
          stderr);
  config_free(&config);
  return status;
}
