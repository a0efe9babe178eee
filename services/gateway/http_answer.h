// Answers as bytes: the head of an answer with the headers that every answer has, and a buffer to put it in.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <time.h>

// Bytes that grow at their end. All zero is the empty buffer. Invariant: size <= capacity.
struct http_bytes {
  char *data;
  size_t size, capacity;
};
// Room for `more` bytes after `size`; aborts where memory has run out.
char *http_bytes_reserve(struct http_bytes *b, size_t more);
void http_bytes_add(struct http_bytes *b, const void *data, size_t size_bytes);
// Drops the first `size_bytes`.
void http_bytes_drop(struct http_bytes *b, size_t size_bytes);
void http_bytes_free(struct http_bytes *b);

// The header lines that are the same for every answer of one second, so that the date is written once a second.
struct http_clock {
  time_t second;
  size_t size;
  char lines[192];
};
void http_clock_set(struct http_clock *k, time_t now);

struct http_answer {
  int status;
  const char *content_type; // NULL: none
  const char *headers;      // NULL or whole lines
  const void *body;
  size_t body_bytes;
  bool without_body; // to HEAD: says the length of a body that is not sent
  bool streamed;     // no Content-Length
  bool chunked;      // of a streamed answer: in chunks; else it ends where the connection ends
  bool close;        // the connection ends after it
  bool is_secure;    // the request came by TLS, and so must those that follow
  bool is_http_1_0;  // which must be told that the connection stays
};
void http_answer_write(struct http_bytes *out, const struct http_answer *a, const struct http_clock *k);
// An error as a problem document (RFC 9457); `detail` is plain text without anything that JSON would escape.
void http_answer_problem(struct http_bytes *out, int status, const char *detail, bool without_body,
                         const struct http_clock *k);
// The reason phrase of a status, "" where it has none.
const char *http_reason(int status);
