// How the parts are: /readyz and /metrics ask every service, which costs one Ping each and at most a second.
#pragma once
#include "http.h"

enum {
  HEALTH_PING_MS = 1000, // a service that has not answered by then is not ready
  HEALTH_FRESH_MS = 200, // what was found out is said again for so long
};

struct gateway;
struct health;
struct health *health_new(struct gateway *g);
void health_free(struct health *h);

// {"ready":true,"redis":{"ready":true},"services":{"intake":{"ready":true}, ...}}; 503 where something is not ready.
void health_ready(struct gateway *g, struct http_request *r);
// The gateway's counters, then those of every service, in Prometheus' text format.
void health_metrics(struct gateway *g, struct http_request *r);
