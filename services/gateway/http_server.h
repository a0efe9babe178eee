// What the server and its connections share.
#pragma once
#include "http_connection.h"

enum {
  HTTP_READ_BYTES = 64 << 10,
  HTTP_REFUSED_MAX = 256,
  HTTP_TICK_MS = 250
};

struct http_server {
  uv_loop_t *loop;
  uv_tcp_t listener;
  uv_timer_t timer;    // one for all deadlines
  uv_prepare_t settle; // before the loop blocks
  uv_idle_t awake;     // runs while a connection is marked, so that the loop does not block before it is settled
  unsigned handles;    // of these four, how many are not yet closed
  struct http_limits limits;
  struct tls_door *tls;          // NULL: plain HTTP
  const struct proxies *proxies; // NULL: none is trusted
  http_handler *handler;
  void *context;
  struct http_connection *connections, *marked;
  unsigned connection_count; // at most limits.connections, and HTTP_REFUSED_MAX that are told so
  struct http_peers peers;
  struct http_clock clock;
  struct http_span *spans; // where all readers parse
  bool closing;
  uint64_t close_ms; // when closing stops waiting
  void (*closed)(void *context);
  void *closed_context;
  char read_bytes[HTTP_READ_BYTES]; // where all connections read: what cannot be parsed at once is copied
};

// Has the connection settled before the loop blocks.
void http_server_mark(struct http_server *s, struct http_connection *c);
// A connection is gone: the last one finishes http_close.
void http_server_left(struct http_server *s);
