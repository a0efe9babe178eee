#include "clients.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  WISHES = 4096,
  PATIENCE_MS = 3000 // after which a client asks again
};

struct clients {
  struct wish *wishes[WISHES];
  size_t n, n_waiting;
};

struct clients *clients_new(void) {
  return calloc(1, sizeof(struct clients));
}

void clients_free(struct clients *c) {
  for (size_t i = 0; i < c->n; i++) {
    free(c->wishes[i]->body);
    free(c->wishes[i]);
  }
  free(c);
}

bool clients_waiting(const struct clients *c) {
  return c->n_waiting > 0;
}
size_t clients_count(const struct clients *c) {
  return c->n;
}
const struct wish *clients_wish(const struct clients *c, size_t i) {
  return c->wishes[i];
}

struct wish *clients_ask(struct world *w, enum place place, const void *command, const char *actor, Role role,
                         void *thing, void (*answered)(struct world *w, struct wish *wish, const Envelope *reply)) {
  struct clients *c = w->clients;
  const ProtobufCMessage *m = command;
  if (c->n == WISHES) abort();
  struct wish *wish = calloc(1, sizeof *wish);
  *wish = (struct wish){.place = place,
                        .type = (char *)m->descriptor->short_name,
                        .role = role,
                        .code = CODE__UNAVAILABLE,
                        .thing = thing,
                        .answered = answered,
                        .next_ms = w->now_ms};
  snprintf(wish->actor, sizeof wish->actor, "%s", actor);
  wish->body_bytes = protobuf_c_message_get_packed_size(m);
  wish->body = malloc(wish->body_bytes + 1);
  protobuf_c_message_pack(m, wish->body);
  c->wishes[c->n++] = wish;
  c->n_waiting++;
  return wish;
}

int64_t clients_next_ms(const struct clients *c) {
  int64_t next = INT64_MAX;
  for (size_t i = 0; c->n_waiting && i < c->n; i++)
    if (c->wishes[i]->next_ms < next) next = c->wishes[i]->next_ms;
  return next;
}

// The correlation id says which wish and which attempt it is; each attempt has its own.
static void put32(uint8_t *out, uint32_t n) {
  for (int i = 0; i < 4; i++) out[i] = (uint8_t)(n >> (8 * i));
}
static uint32_t get32(const uint8_t *in) {
  return in[0] | in[1] << 8 | in[2] << 16 | (uint32_t)in[3] << 24;
}

static void ask(struct world *w, size_t i) {
  struct wish *wish = w->clients->wishes[i];
  uint8_t correlation[16] = {0};
  put32(correlation, (uint32_t)i);
  put32(correlation + 4, ++wish->attempts);
  Envelope e = ENVELOPE__INIT;
  e.type = wish->type;
  e.area = SIM_AREA;
  e.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  e.body = (ProtobufCBinaryData){wish->body_bytes, wish->body};
  size_t size_bytes = envelope__get_packed_size(&e);
  uint8_t *bytes = malloc(size_bytes);
  envelope__pack(&e, bytes);
  world_request(w, wish->place, bytes, size_bytes);
  free(bytes);
  wish->next_ms = w->now_ms + PATIENCE_MS + dice_between(&w->dice, 0, PATIENCE_MS);
}

void clients_go(struct world *w) {
  struct clients *c = w->clients;
  for (size_t i = 0; c->n_waiting && i < c->n; i++)
    if (c->wishes[i]->next_ms <= w->now_ms) ask(w, i);
}

void clients_arrive(struct world *w, struct engine *engine, const uint8_t *bytes, size_t size_bytes) {
  static char *areas[] = {SIM_AREA};
  struct bus_route route = {{1}, 1};
  Envelope *request = envelope__unpack(NULL, size_bytes, bytes);
  struct wish *wish = w->clients->wishes[get32(request->correlation_id.data)];
  Actor actor = ACTOR__INIT;
  actor.id = wish->actor;
  actor.roles = &wish->role;
  actor.n_roles = 1;
  actor.areas = areas;
  actor.n_areas = 1;
  engine_request(engine, &route, request, &actor);
  envelope__free_unpacked(request, NULL);
}

// An answer that says neither yes nor no is none: the client asks again.
static bool counts(Code code) {
  return code != CODE__UNAVAILABLE && code != CODE__DEADLINE;
}

void clients_hear(struct world *w, const uint8_t *bytes, size_t size_bytes) {
  Envelope *reply = envelope__unpack(NULL, size_bytes, bytes);
  struct wish *wish = w->clients->wishes[get32(reply->correlation_id.data)];
  Code code = reply->problem ? reply->problem->code : CODE__OK;
  if (code == CODE__INTERNAL) world_fail(w, "%s was answered with a fault of ours", wish->type);
  if (wish->next_ms != INT64_MAX && counts(code)) {
    wish->next_ms = INT64_MAX;
    wish->code = code;
    memcpy(wish->audited, reply->correlation_id.data, sizeof wish->audited);
    w->clients->n_waiting--;
    if (wish->answered) wish->answered(w, wish, reply);
  }
  envelope__free_unpacked(reply, NULL);
}
