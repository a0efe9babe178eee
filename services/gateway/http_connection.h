// One connection: what it has read, the requests that are not yet answered, and what waits to be sent.
//
//   open ----- last request answered, or an error ----> lingering --- the other side ends, or 2 s pass ---> closed
//    |                                                                                                        ^
//    +----------- the other side ends or fails, it idles too long, it does not take what we send -------------+
//
// Lingering: our half is shut and what still arrives is thrown away, because closing a socket with unread bytes in it
// sends a reset, which may overtake the answer.
//
// Nothing is decided inside a callback: it marks the connection, and http_connection_settle, called once per turn of
// the loop, parses what was held back, writes, and ends the connection where nothing is left to do. So no handler runs
// inside http_respond, and all answers of a turn leave in one write.
#pragma once
#include "http_reader.h"
#include "tls.h"

enum {
  HTTP_PIPELINE = 32,
  HTTP_QUEUE_BYTES = 1 << 20,
  HTTP_LINGER_MS = 2000
};

enum http_connection_state {
  CONNECTION_OPEN,
  CONNECTION_LINGERING,
  CONNECTION_CLOSED
};

struct http_connection {
  uv_tcp_t tcp;
  struct http_server *server;
  struct http_connection *next, **at;               // among all connections; *at == this
  struct http_connection *marked_next, **marked_at; // among those to settle; marked_at is NULL when not marked
  enum http_connection_state state;
  bool is_reading, is_writing;
  bool no_more; // no further request is read: what arrives is thrown away
  bool ended;   // the other side has sent its last byte
  struct http_reader reader;
  struct http_bytes held;             // arrived, but not parsed yet
  struct http_exchange *first, *last; // in the order in which they came
  unsigned pipelined;                 // how many; at most HTTP_PIPELINE, and an error
  struct tls *tls;                    // NULL: plain HTTP
  struct http_bytes out;              // to be said
  struct http_bytes wire;             // the same as TLS puts it, to be sent; unused in plain HTTP
  struct http_bytes writing;          // being sent
  uv_write_t write;
  uv_shutdown_t shutdown;
  uint64_t begun_ms;  // when the request being read began; 0: none has
  uint64_t opened_ms; // when it was
  uint64_t idle_ms;   // since when there has been no request
  uint64_t moved_ms;  // when the other side last took something
  uint64_t linger_ms; // when lingering ends
  size_t write_left;  // what it had left to take then
  struct http_peer *peer;
  char address[HTTP_ADDRESS_BYTES];
};

// Takes a waiting connection off the listener.
void http_connection_accept(struct http_server *s);
void http_connection_settle(struct http_connection *c);
// Enforces the deadlines; called a few times a second.
void http_connection_tick(struct http_connection *c, uint64_t now_ms);
// Closes at once; unanswered requests are told by `gone`.
void http_connection_close(struct http_connection *c);
// An exchange has got something to send, or has been answered: moves what is due into `out`.
void http_connection_advance(struct http_connection *c);
// What waits to be sent, in bytes, without what the system has taken.
size_t http_connection_queued(const struct http_connection *c);
