// Answers: a service's reply, or a problem, as HTTP.
//
// Problems are RFC 9457 problem details, with one entry per wrong field:
//   {"type":"about:blank","title":"Bad Request","status":400,"detail":"...","code":"INVALID",
//    "errors":[{"pointer":"/startsAt","code":"INVALID","detail":"..."}],"correlationId":"..."}
#pragma once
#include "envelope.pb-c.h"
#include "http.h"
#include "json.h"
#include "routes.h"

enum {
  CORRELATION_BYTES = 16
};

// One answer while it is made. Used again and again: answer_begin empties it, and its buffers stay.
struct answer {
  int status;
  const char *content_type; // NULL: no body
  struct buffer headers, body;
};
void answer_free(struct answer *a);
// `correlation_id` goes to the header X-Correlation-Id.
void answer_begin(struct answer *a, const uint8_t correlation_id[CORRELATION_BYTES]);

// The HTTP status of a code, and its name ("Not Found").
int answer_status(Code code);
const char *answer_title(int status);

// Appends a problem document. `status` 0: the code's own.
void answer_write_problem(struct buffer *out, const Problem *p, int status,
                          const uint8_t correlation_id[CORRELATION_BYTES]);
// The answer is a problem. Adds Retry-After and WWW-Authenticate where they belong. Unknown codes count as INTERNAL.
void answer_problem(struct answer *a, const Problem *p, int status, const uint8_t correlation_id[CORRELATION_BYTES]);
// The same for one code and one sentence.
void answer_refuse(struct answer *a, Code code, int status, const char *why,
                   const uint8_t correlation_id[CORRELATION_BYTES]);

// The answer is a reply: 201 where it made something, else 200; 204 without one (`reply` NULL). ETag where there is a
// version, a Link to the next page where the reply has one.
struct answer_context {
  const char *path, *query; // of the request, as they were sent
  enum format format;
};
void answer_reply(struct answer *a, const ProtobufCMessage *reply, uint64_t version, bool created,
                  const struct answer_context *context);

// Sends it; `r` is gone afterwards.
void answer_send(struct answer *a, struct http_request *r);

// The problem of an error found in the gateway itself; memory is the arena's.
Problem *answer_problem_of(struct arena *arena, struct err e);
