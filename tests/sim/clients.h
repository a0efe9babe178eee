// The clients: they ask, and ask again with the same content until they have an answer that counts.
#pragma once
#include "envelope.pb-c.h"
#include "world.h"

// One thing that a client wants, for as long as it takes.
struct wish {
  enum place place;
  char *type; // of the command
  uint8_t *body;
  size_t body_bytes;
  char actor[40];
  Role role;
  unsigned attempts;
  int64_t next_ms; // when it is sent (again); INT64_MAX: it is answered
  Code code;       // of the answer; UNAVAILABLE until there is one
  void *thing;     // what it is about
  // Called once, with the answer.
  void (*answered)(struct world *w, struct wish *wish, const Envelope *reply);
  uint8_t audited[8]; // the attempt whose answer counted: beginning of its correlation id
};

struct clients;
struct clients *clients_new(void);
void clients_free(struct clients *c);
// Asks for it as soon as the clock moves on. The body is packed at once.
struct wish *clients_ask(struct world *w, enum place place, const void *command, const char *actor, Role role,
                         void *thing, void (*answered)(struct world *w, struct wish *wish, const Envelope *reply));
bool clients_waiting(const struct clients *c);
size_t clients_count(const struct clients *c);
const struct wish *clients_wish(const struct clients *c, size_t i);

// For the world: when something is to be sent, sending it, and what arrives where.
int64_t clients_next_ms(const struct clients *c);
void clients_go(struct world *w);
void clients_arrive(struct world *w, struct engine *engine, const uint8_t *bytes, size_t size_bytes);
void clients_hear(struct world *w, const uint8_t *bytes, size_t size_bytes);
