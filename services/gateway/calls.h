// Calls: commands that are under way to a service. There is a bounded pool of them; each owns an arena, which it keeps.
#pragma once
#include "answer.h"
#include "bus.h"
#include "rate_limits.h"
#include "routes.h"
#include "identity.h"

enum {
  CALLS_IN_FLIGHT = 2048, // at once in this process
  CALLS_DEADLINE_MS = 5000,
};

struct gateway;
struct call;

// What became of a call. Either `problem` is set, or `reply` (NULL: the service had nothing to say) with its version.
// Valid during the call.
struct outcome {
  const Problem *problem;
  const ProtobufCMessage *reply;
  uint64_t version;
  bool created;
};
typedef void call_done_fn(struct call *c, const struct outcome *o);

struct call {
  struct gateway *gateway;
  struct call *next_free;
  struct arena arena;
  uint8_t correlation_id[CORRELATION_BYTES];
  const struct route *route;
  const char *area;          // in the arena
  ProtobufCMessage *command; // in the arena
  const char *purpose;       // why, as a code; NULL: it was not said
  bool check_only;
  call_done_fn *done;
  void *owner;
  struct limits_subject sender; // whose refusal it is, should it be refused
  // Of a call that is one HTTP request (request.c):
  struct http_request *request; // NULL once the other side has left
  struct route_match match;
  enum format format;
};

struct calls;
struct calls *calls_new(struct gateway *g);
void calls_free(struct calls *cs);
unsigned calls_in_flight(const struct calls *cs);
// A correlation id of this process: a random part and a counter.
void calls_correlation(struct calls *cs, uint8_t id[CORRELATION_BYTES]);

// Takes a call with a correlation id of its own and an empty arena. NULL: as many as may be are under way.
struct call *call_take(struct calls *cs);
void call_give_back(struct call *c);
// Sends route, area, command and check_only as `who`. `c->done` is called once, never before this returns; the call is
// then still the owner's, who gives it back.
void call_send(struct call *c, const struct identity *who);
// The same to another service than the route names.
void call_send_to(struct call *c, const struct identity *who, enum peer service);
