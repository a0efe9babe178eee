// An HTTP/1.1 server on the libuv loop, for the gateway only.
//
// Parsed by llhttp, compiled strict: it refuses what smuggling needs. Ours are the bounds: header bytes and count, body
// bytes, absolute deadlines for header and body (not idle ones), connections in all and per address, pipelined requests
// per connection; exactly one Host; no Transfer-Encoding beside Content-Length; Expect: 100-continue is answered. A
// request that breaks a bound gets its status and the connection closes. Neither chunk extensions nor trailers are
// taken, and an Upgrade is ignored. Its parts: http_reader (bytes to requests), http_answer (answers to bytes),
// http_peers (who is connected how often), tls (what lies between the socket and HTTP), forwarded (what proxies say),
// http_connection (one connection), http (the server).
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

struct http_limits {
  size_t header_bytes;                           // 16 KiB
  unsigned header_count;                         // 64
  size_t body_bytes;                             // 8 MiB
  unsigned header_ms, body_ms;                   // 10 s and 60 s, from the first byte of the request
  unsigned idle_ms;                              // 75 s between requests
  unsigned connections, connections_per_address; // 4096, 1024; an IPv6 address is counted by its /64
};
extern const struct http_limits http_limits_default;

struct http_server;
struct http_connection;
struct proxies;
struct tls_door;

// One request. All texts end with a NUL; header names are in lower case.
//
// When the other side leaves before the answer, by closing or by ending its own half: a request whose `gone` is set
// ends after `gone` returns, and must not be answered, neither there nor later. A request without `gone` stays valid
// until it is answered; the answer is then dropped, and `connection` is NULL until then (`server` may be gone as well).
struct http_request {
  struct http_server *server;
  struct http_connection *connection;
  const char *method; // "GET"
  char *path;         // as sent, without the query; begins with a slash
  char *query;        // after '?', or ""
  char *body;
  size_t body_bytes;
  const char *address;                  // of the other side, without its port; behind a trusted proxy, of the client
  bool is_secure;                       // it came by TLS: to here, or as a trusted proxy says
  uint64_t arrived_ns;                  // uv_hrtime()
  void (*gone)(struct http_request *r); // set by the handler: the other side left before the answer; `r` ends after it
  void *user;
};
// The first header of that name, without space around it; NULL where it is missing. `name` in lower case.
const char *http_header(const struct http_request *r, const char *name);

typedef void http_handler(void *context, struct http_request *r);
// `address` is "127.0.0.1:8080" or "[::]:8080". NULL and a sentence in `errors` on a fault.
// Has SIGPIPE ignored in the whole process.
struct http_server *http_listen(uv_loop_t *loop, const char *address, const struct http_limits *limits,
                                http_handler *handler, void *context, char *errors, size_t errors_bytes);
// For before the loop runs. All connections speak TLS (tls.h); the handshake has as long as a header.
void http_serve_tls(struct http_server *s, struct tls_door *door);
// For before the loop runs. These proxies are believed whom they speak for (forwarded.h), and the limit of connections
// per address is not theirs.
void http_trust(struct http_server *s, const struct proxies *proxies);
// The port that it listens on: what the system chose where `address` said 0.
int http_port(const struct http_server *s);

// Answers; `r` is gone afterwards. `headers` is NULL or lines that each end with "\r\n"; Content-Length and Date are
// added, and the security headers that every answer has. `content_type` is NULL where there is no body. `body` is
// copied. Several pipelined requests may be answered in any order; they leave in the order in which they came. What is
// answered in one turn of the loop leaves in one write per connection.
void http_respond(struct http_request *r, int status, const char *content_type, const char *headers, const void *body,
                  size_t body_bytes);

// A streamed answer (Server-Sent Events), chunked. http_stream_write answers false when more than 1 MiB waits to be
// sent, and takes nothing of `data`: the reader is too slow, and the stream must be ended, which then closes the
// connection at once. `gone` of the request is called when the other side leaves; without `gone`, writes are refused
// from then on.
void http_stream_begin(struct http_request *r, int status, const char *content_type, const char *headers);
bool http_stream_write(struct http_request *r, const void *data, size_t size_bytes);
void http_stream_end(struct http_request *r);

// Stops accepting, lets what is under way finish for at most `grace_ms`, closes, then calls back; `s` is gone then.
void http_close(struct http_server *s, unsigned grace_ms, void (*closed)(void *context), void *context);
