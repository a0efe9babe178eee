#include "redis_tls.h"
#include <stdio.h>

struct redis_tls *redis_tls_open(const char *host, const char *ca, char *errors, size_t errors_bytes) {
  (void)ca;
  snprintf(errors, errors_bytes,
           "Redis: TLS to '%s' is asked for, which this build does not have, as its hiredis has none; give unix:/path, "
           "or host:port on a private network",
           host);
  return NULL;
}

void redis_tls_free(struct redis_tls *t) {
  (void)t;
}

bool redis_tls_begin(struct redis_tls *t, redisContext *connection) {
  (void)connection;
  return !t;
}

void redis_tls_end(struct redis_tls *t) {
  (void)t;
}

void redis_tls_forget_errors(const struct redis_tls *t) {
  (void)t;
}

bool redis_tls_holds_input(const struct redis_tls *t) {
  (void)t;
  return false;
}

bool redis_tls_must_write(const struct redis_tls *t) {
  (void)t;
  return false;
}

const char *redis_tls_fault(const struct redis_tls *t) {
  (void)t;
  return NULL;
}
