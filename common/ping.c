#include "ping.h"
#include "bus.h"
#include "config.h"
#include "keys.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum {
  PING_MS = 2000
};

struct ping {
  struct bus *bus;
  const char *service;
  int code;
};

static void on_closed(void *context) {
  (void)context;
}

static void on_answer(void *context, const Envelope *reply, Code code) {
  struct ping *p = context;
  Pong *pong = reply && !reply->problem ? pong__unpack(NULL, reply->body.len, reply->body.data) : NULL;
  p->code = pong && pong->ready ? 0 : 1;
  if (p->code)
    fprintf(stderr, "alongside-%s: not ready: %s\n", p->service,
            pong                     ? pong->waiting_for
            : code == CODE__DEADLINE ? "no answer in time"
                                     : "it does not answer");
  pong__free_unpacked(pong, NULL);
  bus_close(p->bus, on_closed, p);
}

// The address that is listened on, as one to connect to: "tcp://*:8081" and "tcp://0.0.0.0:8081" are on this machine.
static void reachable(const char *bind, char *out, size_t size_bytes) {
  const char *port = strrchr(bind, ':');
  bool any = strstr(bind, "//*:") || strstr(bind, "//0.0.0.0:") || strstr(bind, "//[::]:");
  snprintf(out, size_bytes, "%s%s", any ? "tcp://127.0.0.1" : "", any && port ? port : bind);
}

static int ask(struct ping *p, uv_loop_t *loop, const struct config *config) {
  char errors[512], endpoint[256];
  reachable(config->bind, endpoint, sizeof endpoint);
  struct bus_client *client = bus_connect(p->bus, endpoint, p->service, errors, sizeof errors);
  if (!client) {
    fprintf(stderr, "alongside-%s: %s\n", p->service, errors);
    return 1;
  }
  uint8_t correlation[16];
  randombytes_buf(correlation, sizeof correlation);
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  Envelope request = ENVELOPE__INIT;
  request.type = "Ping";
  request.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  request.deadline_ms = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000 + PING_MS;
  bus_call(client, &request, on_answer, p);
  uv_run(loop, UV_RUN_DEFAULT);
  return p->code;
}

int ping_self(const char *service) {
  char errors[512];
  struct config config;
  struct keys keys;
  uv_loop_t loop;
  struct ping p = {.service = service, .code = 1};
  uv_loop_init(&loop);
  if (config_load(&config, service, errors, sizeof errors) ||
      keys_load(&keys, config.keys, service, errors, sizeof errors) ||
      !(p.bus = bus_open(&loop, &keys, errors, sizeof errors))) {
    fprintf(stderr, "alongside-%s: %s\n", service, errors);
    return 1;
  }
  int code = ask(&p, &loop, &config);
  keys_free(&keys);
  config_free(&config);
  return code;
}
