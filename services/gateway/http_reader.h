// The reader: bytes to requests, without any I/O, so that it can be tested and fuzzed by itself.
//
// The head of a request is parsed when it is there as a whole: our scan finds its end and refuses what servers disagree
// on (a bare LF or CR, a folded line, control characters), then llhttp parses it in place, our checks follow, and one
// allocation takes the request with its headers and, where it is small, its body. The body is llhttp's to unpack.
#pragma once
#include "http.h"
#include "http_answer.h"
#include "http_peers.h"
#include <llhttp.h>

enum http_exchange_state {
  EXCHANGE_WAITING,   // for its handler
  EXCHANGE_STREAMING, // http_stream_begin has been called
  EXCHANGE_ANSWERED,  // its answer is whole, and waits for those before it
};

struct http_field {
  const char *name, *value;
};

// A request and its answer.
struct http_exchange {
  struct http_request request; // first, so that a pointer to it is a pointer to the exchange
  struct http_exchange *next;  // the one that came after it on the connection
  enum http_exchange_state state;
  bool keep_alive, is_head, is_http_1_0;
  bool expects_continue; // it waits for 100 (Continue) before it sends its body
  bool overrun;          // its stream has been refused a write
  bool owns_body;        // the body is an allocation of its own
  size_t body_capacity;
  struct http_bytes answer; // what cannot leave yet, because an earlier request is unanswered
  char address[HTTP_ADDRESS_BYTES];
  unsigned field_count;
  struct http_field fields[];
};
struct http_exchange *http_exchange_new(unsigned field_count, size_t extra_bytes);
void http_exchange_free(struct http_exchange *x);

// Where a name and its value lie in the head that is being parsed.
struct http_span {
  const char *name, *value;
  size_t name_size, value_size;
};

struct http_fault {
  int status;         // 0: none
  const char *detail; // a sentence that says what to do
};

struct http_reader {
  const struct http_limits *limits;
  struct http_span *spans; // limits->header_count of them; many readers share them, since a head is parsed in one go
  unsigned span_count;
  size_t scanned; // bytes of the head that is arriving which the scan has passed
  llhttp_t parser;
  const char *target;
  size_t target_size;
  uint64_t content_length;
  bool chunked, keep_alive, head_done, done;
  struct http_exchange *current; // the request whose body is being read
  struct http_fault fault;
};

enum http_read {
  HTTP_READ_MORE,
  HTTP_READ_WHOLE,
  HTTP_READ_REFUSED
};

void http_reader_init(struct http_reader *r, const struct http_limits *limits, struct http_span *spans);
void http_reader_deinit(struct http_reader *r);
// Reads at most one request from `bytes`, which begin with what the last call left unused. `used` is how many of them
// are done with. WHOLE: *out is the request, the caller's to free. REFUSED: `fault` says why, and nothing more can be
// read.
enum http_read http_reader_feed(struct http_reader *r, const char *bytes, size_t size_bytes, size_t *used,
                                struct http_exchange **out);
