// The parts that the bus is made of; only bus*.c include this.
//
// A bus_socket is one ZeroMQ socket on the loop. ZeroMQ's descriptor tells of a change once, and any call on the socket
// may eat that news. So: a socket that was called, or whose descriptor fired, is `touched`; before the loop blocks,
// every touched socket is asked what it has; and while one has something, an idle handle keeps the loop from blocking.
#pragma once
#include "arena.h"
#include "bus.h"
#include <zmq.h>

struct bus_socket;
struct bus_socket_kind {
  int type;                                                   // ZMQ_ROUTER ...
  int parts;                                                  // of each message; others are dropped
  void (*on_message)(struct bus_socket *s, zmq_msg_t *parts); // NULL: only sends
  void (*flush)(struct bus_socket *s);                        // before the loop blocks; NULL: nothing is queued
  void (*close)(struct bus_socket *s);                        // stops what it has on the loop; NULL: nothing
  void (*free)(struct bus_socket *s);                         // frees the whole that it is the first member of
};

struct bus_socket {
  const struct bus_socket_kind *kind;
  struct bus *bus;
  void *zmq;
  uv_poll_t poll;
  bool touched;  // ask it again before blocking
  bool readable; // as last asked
  bool writable;
  uint64_t logged_ms;
  struct bus_socket *next;
};

struct bus_zap;
struct bus {
  uv_loop_t *loop;
  struct keys *keys;
  void *context; // ZeroMQ's
  struct bus_zap *zap;
  struct bus_socket *sockets;
  uv_prepare_t prepare;
  uv_idle_t idle;
  uv_timer_t refresh; // re-reads the peers
  uv_work_t ending;
  unsigned n_closing; // handles that bus_close() waits for
  bool closing;
  void (*closed)(void *context);
  void *closed_context;
};

// Closes a handle as part of bus_close(), which waits for it. Overwrites its `data`.
void bus_handle_close(struct bus *b, uv_handle_t *handle);

// Options, keys and the loop for a socket that is the first member of a zeroed allocation. On a fault answers -1 with a
// sentence, and everything but the allocation is undone.
int bus_socket_serve(struct bus *b, struct bus_socket *s, const struct bus_socket_kind *kind, const char *endpoint,
                     char *errors, size_t errors_bytes);
// Not connected yet: see bus_addresses_open().
int bus_socket_connectable(struct bus *b, struct bus_socket *s, const struct bus_socket_kind *kind,
                           const char *server_key_name, char *errors, size_t errors_bytes);
void bus_socket_receive(struct bus_socket *s);
void bus_socket_ask(struct bus_socket *s);
// Logs what is wrong with something that was sent to us, once a second at most: its sender chooses how often it is.
void bus_socket_complain(struct bus_socket *s, const char *event, const char *from, const char *type);
// Ends the socket on the loop and in ZeroMQ, not its memory.
void bus_socket_close(struct bus_socket *s);
// A bare ZeroMQ socket with the options that all of ours have. NULL on a fault (errno).
void *bus_zmq_new(void *context, int type);
int bus_zmq_be_server(void *zmq, const char *secret_key);
int bus_zmq_be_client(void *zmq, const char *public_key, const char *secret_key, const char *server_key);

// --- the handler of keys: a thread of its own, with its own copy of the peers
struct bus_zap *bus_zap_open(void *context, const char *keys_folder, char *errors, size_t errors_bytes);
// Ends the thread. From then on ZeroMQ lets every key in (which is what the proof must notice).
void bus_zap_stop(struct bus_zap *z);
// NULL is fine.
void bus_zap_close(struct bus_zap *z);
// Connects with a key that nobody knows to a socket that is set up as all servers are. 0: it was refused.
int bus_prove(struct bus_zap *z, const struct keys *k, char *errors, size_t errors_bytes);

// --- frames
struct bus_frame {
  uint8_t *data;
  size_t size_bytes, cap_bytes;
};
enum {
  BUNDLE_BYTES = 1 << 20, // a Bundle that is this large is sent before it grows further
  ENVELOPE_BYTES = BUS_FRAME_BYTES - BUNDLE_BYTES,
};
// Appends an envelope to a packed Bundle. `packed_bytes` is the envelope's own size.
void bus_frame_add(struct bus_frame *f, const Envelope *e, size_t packed_bytes);
void bus_frame_add_packed(struct bus_frame *f, const uint8_t *piece, size_t piece_bytes);
// Sends a copy and empties the frame; false: not now (errno).
bool bus_frame_send(struct bus_frame *f, void *zmq);
void bus_frame_free(struct bus_frame *f);

// --- requests in flight, by correlation id
struct bus_call_entry {
  uint8_t id[16];
  uint64_t due_ms; // on the steady clock
  uint64_t queued_ms;
  uint64_t frame;   // in the how-many-th frame it goes out
  size_t at, bytes; // where in that frame
  bus_answer_fn *answer;
  void *context;
  uint32_t slot;
};
struct bus_calls {
  struct bus_call_entry *entries; // dense: 0 to n - 1
  uint16_t *slots;                // open addressing; index of the entry plus one, 0: free
  size_t n;
  uint64_t seed; // so that nobody can choose ids that collide
};
void bus_calls_init(struct bus_calls *c);
void bus_calls_deinit(struct bus_calls *c);
// NULL: full, or the id is there already. Pointers are valid until the next add or remove.
struct bus_call_entry *bus_calls_add(struct bus_calls *c, const uint8_t id[16]);
struct bus_call_entry *bus_calls_find(struct bus_calls *c, const uint8_t id[16]);
// Takes the entry out; the last one takes its place.
struct bus_call_entry bus_calls_take(struct bus_calls *c, struct bus_call_entry *e);

// --- the addresses behind an endpoint's name
enum {
  BUS_ADDRESSES = 64,
  BUS_ADDRESS_BYTES = 80
};
struct bus_lookup;
struct bus_addresses {
  struct bus_socket *socket;
  char host[256], port[8];
  char connected[BUS_ADDRESSES][BUS_ADDRESS_BYTES];
  size_t n;
  bool named; // a name, looked up again and again; not an IP address
  uv_timer_t timer;
  struct bus_lookup *lookup; // under way, or NULL
};
// Takes the endpoint "tcp://host:port" apart; -1: it is not one.
int bus_addresses_parse(struct bus_addresses *a, const char *endpoint, char *errors, size_t errors_bytes);
// Connects: at once to an IP address, else as soon as the name is resolved, and to what it resolves to later.
void bus_addresses_open(struct bus_addresses *a, struct bus_socket *s);
void bus_addresses_close(struct bus_addresses *a);

// A packed Published, taken apart and put together without a copy: `area` is not terminated, `list` may be NULL.
struct bus_published {
  const char *area;
  size_t area_bytes;
  uint64_t last;
  const uint8_t *list;
  size_t list_bytes;
};
size_t bus_published_size(const struct bus_published *p);
void bus_published_write(const struct bus_published *p, uint8_t *out);
// False: malformed.
bool bus_published_read(const uint8_t *data, size_t size_bytes, struct bus_published *out);
