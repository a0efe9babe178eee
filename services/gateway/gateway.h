// The gateway: the only HTTP door. JSON to protobuf and back, authentication, the web pages, live events. It holds no
// state that matters: what it remembers (tokens, for two seconds) it can read again.
//
//   HTTP request -> routes -> tokens or sign_in -> bind -> calls -> bus ... service ... bus -> answer -> HTTP
#pragma once
#include "answer.h"
#include "bus.h"
#include "calls.h"
#include "config.h"
#include "files.h"
#include "keys.h"
#include "metrics.h"
#include "rate_limits.h"
#include "routes.h"
#include "sign_in.h"
#include "store.h"
#include "tokens.h"
#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

struct batches;
struct health;
struct streams;

struct gateway {
  uv_loop_t *loop;
  struct config config;
  struct keys keys;
  struct store *store;
  struct bus *bus;
  struct bus_client *services[PEERS];
  struct routes *routes;
  struct tokens *tokens;
  struct sign_in *sign_in; // NULL: the organisation signs nobody in
  struct rate_limits *limits;
  struct calls *calls;
  struct batches *batches;
  struct streams *streams;
  struct health *health;
  struct metrics *metrics;
  struct files *files;
  struct http_server *http;
  struct tls_door *tls;    // NULL: plain HTTP
  struct proxies *proxies; // NULL: none is trusted
  struct buffer openapi;
  struct answer answer; // the one that is made at this moment
  uv_signal_t signals[2];
  bool stopping;
};

extern const char *const gateway_peers[PEERS]; // the names of the services
int64_t gateway_now_ms(void);

// Who sends the request, by whichever kind of token, or by a cookie where there is no token: as tokens_check.
void gateway_identify(struct gateway *g, const struct http_request *r, identity_fn *done, void *context);

// Runs the gateway until SIGTERM or SIGINT. The whole of main().
int gateway_run(void);

// Answers a request that no call belongs to: with a problem, or with a text.
void gateway_refuse(struct gateway *g, struct http_request *r, Code code, const char *why);
void gateway_respond(struct gateway *g, struct http_request *r, int status, const char *content_type,
                     const struct buffer *body);
