// Live events, as Server-Sent Events. Each has its sequence as id, so that Last-Event-ID (or ?after=) resumes exactly:
//   id: 123
//   data: {"type":"SessionRecorded","at":"2026-03-02T10:00:00Z","sequence":"123"}
// Nothing of a record is in it; whoever wants more reads the record, which is audited.
//
// Events come live from the bus, which may lose some, and from the area's stream, which has all; both end in one
// function that delivers only what follows on what was delivered.
#pragma once
#include "bind.h"
#include "http.h"
#include "tokens.h"

enum {
  STREAMS = 512,            // at once
  STREAM_BEAT_MS = 15000,   // between comments that keep the connection open
  STREAM_READ_ENTRIES = 64, // of an area's stream at a time
};

struct gateway;
struct streams;
// NULL and a sentence in `errors` on a fault.
struct streams *streams_new(struct gateway *g, char *errors, size_t errors_bytes);
// Ends every stream and stops; call it before the store and the loop close.
void streams_stop(struct streams *ss);
// No read may be under way.
void streams_free(struct streams *ss);
unsigned streams_open(const struct streams *ss);

// Takes the request. On an error it does not take it.
struct err stream_begin(struct gateway *g, struct http_request *r, const struct route *route, const char *area,
                        const struct bind_options *options, const struct identity *who);
