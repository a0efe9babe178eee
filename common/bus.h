// The bus: envelopes over ZeroMQ, on the libuv loop. TCP with CURVE, always.
//
// Requests go DEALER to ROUTER, events PUB to SUB. What is ready in one turn of the loop travels as one frame (a packed
// Bundle, or one Published). The bus may lose anything: requests have deadlines, events are also in the store.
//
// One ZAP handler per process (a thread, as libzmq wants it answered while the loop works) admits the keys of the peers
// file, which it reads again when the file changes. bus_open proves that an unknown key is refused, or fails.
#pragma once
#include "envelope.pb-c.h"
#include "keys.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

enum {
  BUS_FRAME_BYTES = 4 << 20, // largest frame taken in
  BUS_QUEUE = 10000,         // high-water mark of each socket, in frames
};

struct bus;
// `keys` outlives the bus. NULL and a sentence in `errors` on a fault.
struct bus *bus_open(uv_loop_t *loop, struct keys *keys, char *errors, size_t errors_bytes);
// Takes nothing more in, sends what is queued for at most 200 ms, leaves connections that carried replies a moment so
// that they are taken, closes every socket, then calls back; `b` is gone then.
void bus_close(struct bus *b, void (*closed)(void *context), void *context);

// --- answering requests
struct bus_server;
// Where a reply must go. A copy of it stays valid for the life of the server.
struct bus_route {
  uint8_t id[8];
  uint8_t id_bytes;
};
// A request came in. `peer` is the name of the key that it came under; its types were checked. All valid during the
// call.
typedef void bus_request_fn(void *context, const struct bus_route *route, const char *peer, const Envelope *request);
struct bus_server *bus_serve(struct bus *b, const char *endpoint, bus_request_fn *on_request, void *context,
                             char *errors, size_t errors_bytes);
// Queues a reply (copied); it leaves with the others of this turn of the loop, per route in one frame.
void bus_reply(struct bus_server *s, const struct bus_route *route, const Envelope *reply);

// --- sending requests
struct bus_client;
// `endpoint` is "tcp://name:port". The name is resolved at once and again every few seconds: the client connects to
// every address that it finds (replicas share the work) and leaves those that are gone.
struct bus_client *bus_connect(struct bus *b, const char *endpoint, const char *server_key_name, char *errors,
                               size_t errors_bytes);
// `reply` is valid during the call, and `code` is that of its problem, or OK. NULL where none came: `code` is then
// CODE__UNAVAILABLE (nothing was sent: nobody was connected for a second, or the bound was reached), CODE__DEADLINE (it
// may have been done or not), CODE__TOO_LARGE, or CODE__INTERNAL for a correlation id that is not one.
typedef void bus_answer_fn(void *context, const Envelope *reply, Code code);
// Sends a request (copied) with this turn's others. Its correlation id must be 16 bytes and unique among those in
// flight; its deadline_ms is kept. Calls `answer` exactly once, never before it returns; at the latest while the bus
// closes.
void bus_call(struct bus_client *c, const Envelope *request, bus_answer_fn *answer, void *context);
enum {
  BUS_IN_FLIGHT = 4096
}; // per client; more answer UNAVAILABLE

// --- events
struct bus_publisher;
struct bus_publisher *bus_publish_at(struct bus *b, const char *endpoint, char *errors, size_t errors_bytes);
void bus_publish(struct bus_publisher *p, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes);
struct bus_subscriber;
// `list`: a packed EventList, empty in a heartbeat.
typedef void bus_published_fn(void *context, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes);
// `endpoints`: "intake=tcp://host:port,matching=tcp://..." (key name = endpoint), at least one. Each is resolved again
// and again, as in bus_connect(). The area is well formed and the list within the frame's bounds; it is for the caller
// to unpack, and what comes twice or late for the caller to tell by `last`.
struct bus_subscriber *bus_subscribe(struct bus *b, const char *endpoints, bus_published_fn *on_published,
                                     void *context, char *errors, size_t errors_bytes);
