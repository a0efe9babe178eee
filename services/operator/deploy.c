// Puts into Redis what the services of this build expect to find there. Done again, it changes nothing.
#include "log.h"
#include "operator.h"
#include "store_redis.h"
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

const struct option_spec deploy_options[] = {
    {"wait", "SECONDS", "how long to wait for a Redis that does not answer yet (30)"},
    {0},
};

enum {
  LOOK_MS = 20
};

static void on_look(uv_timer_t *timer) {
  (void)timer;
}

static void on_closed(void *context) {
  uv_close(context, NULL);
}

// One master. The connection is ready once its functions are those of this build.
static bool deploy(struct config *config, unsigned wait_s) {
  char errors[512];
  uv_loop_t loop;
  uv_timer_t look;
  uv_loop_init(&loop);
  struct redis *redis = redis_open_configured(&loop, config, true, errors, sizeof errors);
  if (!redis) {
    fprintf(stderr, "alongside deploy: %s\n", errors);
    return false;
  }
  uv_timer_init(&loop, &look);
  uv_timer_start(&look, on_look, LOOK_MS, LOOK_MS);
  uint64_t until_ms = uv_now(&loop) + wait_s * 1000;
  while (!redis_ready(redis) && uv_now(&loop) < until_ms) uv_run(&loop, UV_RUN_ONCE);
  bool ready = redis_ready(redis);
  if (ready)
    printf("%s has the functions of Alongside %s.\n", config->redis, ALONGSIDE_VERSION);
  else
    fprintf(stderr, "alongside deploy: %s: %s\n", config->redis,
            *redis_why(redis) ? redis_why(redis) : "it does not answer");
  redis_close(redis, on_closed, &look);
  uv_run(&loop, UV_RUN_DEFAULT);
  uv_loop_close(&loop);
  return ready;
}

static bool deploy_all(struct config *config, const struct arguments *a, unsigned wait_s) {
  bool fine = true;
  if (!a->n_positional) return deploy(config, wait_s);
  for (int i = 0; i < a->n_positional; i++) {
    config->redis = a->positional[i];
    fine &= deploy(config, wait_s);
  }
  return fine;
}

int deploy_run(int argc, char **argv) {
  struct arguments a;
  struct config config;
  char errors[512], *end;
  if (!arguments_read(&a, deploy_options, argc, argv)) return 2;
  unsigned long wait_s = strtoul(argument(&a, "wait", "30"), &end, 10);
  if (*end || wait_s > 3600) {
    fputs("alongside deploy: --wait must be a number of seconds, at most 3600\n", stderr);
    return 2;
  }
  if (config_load(&config, "deployer", errors, sizeof errors)) {
    fprintf(stderr, "alongside deploy: %s\n", errors);
    return 2;
  }
  log_open("deployer", "error");
  int status = 2;
  if (config.redis || a.n_positional)
    status = deploy_all(&config, &a, (unsigned)wait_s) ? 0 : 1;
  else
    fputs("alongside deploy: set ALONGSIDE_REDIS to where Redis is, or name each master\n", stderr);
  config_free(&config);
  return status;
}
