#include "gateway.h"
#include "batch.h"
#include "cookie.h"
#include "forwarded.h"
#include "health.h"
#include "log.h"
#include "openapi.h"
#include "request.h"
#include "sse.h"
#include "store_redis.h"
#include "tls.h"
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  GRACE_MS = 3000,
  ERRORS_BYTES = 512
};

const char *const gateway_peers[PEERS] = {
    [PEER_INTAKE] = "intake",
    [PEER_REMINDERS] = "reminders",
    [PEER_MATCHING] = "matching",
    [PEER_REPORTING] = "reporting",
    [PEER_COURIER] = "courier",
    [PEER_MENTORING] = "mentoring",
    [PEER_SAFEGUARDING] = "safeguarding",
};

int64_t gateway_now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

// --- requests

void gateway_refuse(struct gateway *g, struct http_request *r, Code code, const char *why) {
  uint8_t correlation_id[CORRELATION_BYTES];
  calls_correlation(g->calls, correlation_id);
  answer_begin(&g->answer, correlation_id);
  answer_refuse(&g->answer, code, 0, why, correlation_id);
  metrics_count(g->metrics, NULL, g->answer.status, uv_hrtime() - r->arrived_ns);
  answer_send(&g->answer, r);
}

void gateway_respond(struct gateway *g, struct http_request *r, int status, const char *content_type,
                     const struct buffer *body) {
  metrics_count(g->metrics, NULL, status, uv_hrtime() - r->arrived_ns);
  http_respond(r, status, content_type, NULL, body->data, body->size_bytes);
}

void gateway_identify(struct gateway *g, const struct http_request *r, identity_fn *done, void *context) {
  const char *authorization = http_header(r, "authorization");
  char cookie[COOKIE_BYTES];
  if (!authorization && cookie_of(r, cookie))
    tokens_check_cookie(g->tokens, cookie, gateway_now_ms(), done, context);
  else if (g->sign_in && sign_in_takes(authorization))
    sign_in_check(g->sign_in, authorization, gateway_now_ms(), done, context);
  else
    tokens_check(g->tokens, authorization, gateway_now_ms(), done, context);
}

static void answer_alive(struct gateway *g, struct http_request *r) {
  struct buffer body = {.data = "{\"alive\":true}\n", .size_bytes = strlen("{\"alive\":true}\n")};
  gateway_respond(g, r, 200, "application/json", &body);
}

static void answer_openapi(struct gateway *g, struct http_request *r) {
  gateway_respond(g, r, 200, "application/json", &g->openapi);
}

// Paths outside of /v1 that are not files. They need no token and tell nothing about anybody.
static const struct {
  const char *path;
  void (*answer)(struct gateway *g, struct http_request *r);
} plain_paths[] = {
    {"/healthz", answer_alive},
    {"/readyz", health_ready},
    {"/metrics", health_metrics},
    {"/openapi.json", answer_openapi},
};

static bool answer_plain(struct gateway *g, struct http_request *r) {
  if (strcmp(r->method, "GET") != 0) return false;
  for (size_t i = 0; i < sizeof plain_paths / sizeof *plain_paths; i++) {
    if (strcmp(plain_paths[i].path, r->path) != 0) continue;
    plain_paths[i].answer(g, r);
    return true;
  }
  return false;
}

static void on_request(void *context, struct http_request *r) {
  struct gateway *g = context;
  if (strncmp(r->path, "/v1/", 4) == 0) {
    request_handle(g, r);
    return;
  }
  if (answer_plain(g, r) || files_answer(g->files, r)) return;
  gateway_refuse(g, r, CODE__NOT_FOUND, "there is no such path");
}

// --- the end
//
// First HTTP, so that what is under way is answered; then the bus, then the store. Each calls back when it is closed.

static void on_store_closed(void *context) {
  struct gateway *g = context;
  g->store = NULL;
}

static void on_bus_closed(void *context) {
  struct gateway *g = context;
  g->bus = NULL;
  g->store->ops->close(g->store, on_store_closed, g);
}

static void on_http_closed(void *context) {
  struct gateway *g = context;
  g->http = NULL;
  bus_close(g->bus, on_bus_closed, g);
}

static void on_signal(uv_signal_t *signal, int number) {
  struct gateway *g = signal->data;
  (void)number;
  if (g->stopping) return;
  g->stopping = true;
  log_line(LOG_INFO, "stopping", NULL);
  for (int i = 0; i < 2; i++) uv_close((uv_handle_t *)&g->signals[i], NULL);
  streams_stop(g->streams);
  sign_in_stop(g->sign_in);
  http_close(g->http, GRACE_MS, on_http_closed, g);
}

static void free_all(struct gateway *g) {
  streams_free(g->streams);
  batches_free(g->batches);
  health_free(g->health);
  calls_free(g->calls);
  tokens_free(g->tokens);
  sign_in_free(g->sign_in);
  rate_limits_free(g->limits);
  routes_free(g->routes);
  metrics_free(g->metrics);
  files_free(g->files);
  tls_door_free(g->tls);
  proxies_free(g->proxies);
  answer_free(&g->answer);
  buffer_free(&g->openapi);
  keys_free(&g->keys);
  config_free(&g->config);
}

// --- the beginning. Each step answers false with a sentence in `errors`.

static bool open_config(struct gateway *g, char *errors) {
  if (config_load(&g->config, "gateway", errors, ERRORS_BYTES) != 0) return false;
  log_open("gateway", g->config.log_level);
  if (keys_load(&g->keys, g->config.keys, "gateway", errors, ERRORS_BYTES) != 0) return false;
  if (g->keys.signs) return true;
  snprintf(errors, ERRORS_BYTES, "there is no signing key gateway.sign in %s; make it with `alongside keygen`",
           g->config.keys);
  return false;
}

static bool open_sign_in(struct gateway *g, char *errors) {
  if (!g->config.sign_in) return true;
  g->sign_in = sign_in_new(g->loop, &g->config, &g->keys, errors, ERRORS_BYTES);
  return g->sign_in != NULL;
}

static bool open_limits(struct gateway *g, char *errors) {
  g->limits = rate_limits_new(&g->config, errors, ERRORS_BYTES);
  return g->limits != NULL;
}

static bool open_store(struct gateway *g, char *errors) {
  g->store = store_redis_open(g->loop, &g->config, errors, ERRORS_BYTES);
  return g->store != NULL;
}

static bool open_bus(struct gateway *g, char *errors) {
  const char *const endpoints[PEERS] = {g->config.intake,      g->config.reminders, g->config.matching,
                                        g->config.reporting,   g->config.courier,   g->config.mentoring,
                                        g->config.safeguarding};
  g->bus = bus_open(g->loop, &g->keys, errors, ERRORS_BYTES);
  for (int i = 0; g->bus && i < PEERS; i++) {
    g->services[i] = bus_connect(g->bus, endpoints[i], gateway_peers[i], errors, ERRORS_BYTES);
    if (!g->services[i]) return false;
  }
  return g->bus != NULL;
}

static bool open_parts(struct gateway *g, char *errors) {
  g->routes = routes_new();
  g->metrics = metrics_new();
  g->tokens = tokens_new(g->store, &g->keys);
  g->calls = calls_new(g);
  g->batches = batches_new(g);
  g->health = health_new(g);
  openapi_write(&g->openapi);
  g->streams = streams_new(g, errors, ERRORS_BYTES);
  return g->streams != NULL;
}

static bool open_files(struct gateway *g, char *errors) {
  g->files = files_load(g->config.web, errors, ERRORS_BYTES);
  return g->files != NULL;
}

static bool open_signals(struct gateway *g, char *errors) {
  static const int numbers[] = {SIGTERM, SIGINT};
  (void)errors;
  signal(SIGPIPE, SIG_IGN);
  for (int i = 0; i < 2; i++) {
    uv_signal_init(g->loop, &g->signals[i]);
    g->signals[i].data = g;
    uv_signal_start(&g->signals[i], on_signal, numbers[i]);
  }
  return true;
}

static bool open_tls(struct gateway *g, char *errors) {
  if (!g->config.tls_cert) return true;
  g->tls = tls_door_new(g->config.tls_cert, g->config.tls_key, errors, ERRORS_BYTES);
  return g->tls != NULL;
}

static bool open_proxies(struct gateway *g, char *errors) {
  if (!g->config.trusted_proxies) return true;
  g->proxies = proxies_read(g->config.trusted_proxies, errors, ERRORS_BYTES);
  return g->proxies != NULL;
}

// Whoever can reach the gateway from elsewhere without TLS can be listened to.
static void warn_of_plain_http(const struct gateway *g) {
  const char *http = g->config.http;
  bool is_loopback = strncmp(http, "127.", 4) == 0 || strncmp(http, "[::1]", 5) == 0;
  if (!is_loopback && !g->tls && !g->proxies)
    log_line(LOG_WARN, "plain_http", "http", http, "why",
             "neither ALONGSIDE_TLS_CERT nor ALONGSIDE_TRUSTED_PROXIES is set: what is sent can be read on the way",
             NULL);
}

static bool open_http(struct gateway *g, char *errors) {
  g->http = http_listen(g->loop, g->config.http, &http_limits_default, on_request, g, errors, ERRORS_BYTES);
  if (!g->http) return false;
  http_serve_tls(g->http, g->tls);
  http_trust(g->http, g->proxies);
  warn_of_plain_http(g);
  return true;
}

static bool (*const steps[])(struct gateway *g, char *errors) = {
    open_config, open_sign_in, open_limits,  open_store,   open_bus,  open_parts,
    open_files,  open_tls,     open_proxies, open_signals, open_http,
};

int gateway_run(void) {
  static struct gateway gateway;
  struct gateway *g = &gateway;
  char errors[ERRORS_BYTES] = "";
  g->loop = uv_default_loop();
  for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
    if (steps[i](g, errors)) continue;
    fprintf(stderr, "alongside-gateway: %s\n", errors);
    return 1;
  }
  log_line(LOG_INFO, "started", "http", g->config.http, NULL);
  uv_run(g->loop, UV_RUN_DEFAULT);
  log_line(LOG_INFO, "stopped", NULL);
  free_all(g);
  return 0;
}
