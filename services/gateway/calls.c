#include "calls.h"
#include "gateway.h"
#include "log.h"
#include "text.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

struct calls {
  struct gateway *gateway;
  struct call *all[CALLS_IN_FLIGHT]; // made when first needed
  unsigned n_all, n_in_flight;
  struct call *free;
  uint8_t prefix[CORRELATION_BYTES - sizeof(uint64_t)];
  uint64_t n_correlations;
  struct buffer packed; // the command that is being sent
};

struct calls *calls_new(struct gateway *g) {
  struct calls *cs = calloc(1, sizeof *cs);
  if (!cs) abort();
  cs->gateway = g;
  randombytes_buf(cs->prefix, sizeof cs->prefix);
  return cs;
}

void calls_free(struct calls *cs) {
  if (!cs) return;
  for (unsigned i = 0; i < cs->n_all; i++) {
    arena_deinit(&cs->all[i]->arena);
    free(cs->all[i]);
  }
  buffer_free(&cs->packed);
  free(cs);
}

unsigned calls_in_flight(const struct calls *cs) {
  return cs->n_in_flight;
}

void calls_correlation(struct calls *cs, uint8_t id[CORRELATION_BYTES]) {
  memcpy(id, cs->prefix, sizeof cs->prefix);
  uint64_t n = ++cs->n_correlations;
  for (int i = CORRELATION_BYTES - 1; i >= (int)sizeof cs->prefix; i--, n >>= 8) id[i] = (uint8_t)n;
}

static struct call *make(struct calls *cs) {
  struct call *c = calloc(1, sizeof *c);
  if (!c) abort();
  c->gateway = cs->gateway;
  arena_init(&c->arena, ARENA_CAP_BYTES);
  cs->all[cs->n_all++] = c;
  return c;
}

struct call *call_take(struct calls *cs) {
  if (cs->n_in_flight == CALLS_IN_FLIGHT) return NULL;
  struct call *c = cs->free;
  if (c)
    cs->free = c->next_free;
  else
    c = make(cs);
  cs->n_in_flight++;
  calls_correlation(cs, c->correlation_id);
  return c;
}

void call_give_back(struct call *c) {
  struct calls *cs = c->gateway->calls;
  arena_reset(&c->arena);
  c->arena.cap_bytes = ARENA_CAP_BYTES;
  c->route = NULL;
  c->command = NULL;
  c->purpose = NULL;
  c->request = NULL;
  c->check_only = false;
  c->format = FORMAT_JSON;
  c->next_free = cs->free;
  cs->free = c;
  cs->n_in_flight--;
}

// --- what came back

// What a sender may not know of is counted.
static void count_refusal(struct call *c, Code code) {
  struct gateway *g = c->gateway;
  if (code != CODE__NOT_FOUND && code != CODE__FORBIDDEN) return;
  if (!rate_limits_refused(g->limits, c->sender, uv_now(g->loop))) return;
  char hex[2 * CORRELATION_BYTES + 1];
  text_hex(c->correlation_id, CORRELATION_BYTES, hex);
  log_line(LOG_WARN, "refused_too_often", "type", c->route->command->name, "correlation_id", hex, NULL);
}

static void finish_with(struct call *c, const Problem *problem) {
  struct outcome o = {.problem = problem};
  count_refusal(c, problem->code);
  if (problem->code == CODE__INTERNAL) {
    char hex[2 * CORRELATION_BYTES + 1];
    text_hex(c->correlation_id, CORRELATION_BYTES, hex);
    log_line(LOG_ERROR, "call_failed", "type", c->route->command->name, "correlation_id", hex, NULL);
  }
  c->done(c, &o);
}

static void finish_code(struct call *c, Code code) {
  Problem p = PROBLEM__INIT;
  p.code = code;
  finish_with(c, &p);
}

// The reply's message. A service may answer with another of the interface's messages than the row says.
static const ProtobufCMessageDescriptor *type_of(const struct route *route, const char *name) {
  if (!route->reply || strcmp(route->reply->name, name) == 0) return route->reply;
  for (const struct route *row = routes_table; row->method; row++)
    if (row->reply && strcmp(row->reply->name, name) == 0) return row->reply;
  return NULL;
}

static void on_answer(void *context, const Envelope *reply, Code code) {
  struct call *c = context;
  if (!reply) {
    finish_code(c, code);
    return;
  }
  if (reply->problem) {
    finish_with(c, reply->problem);
    return;
  }
  struct outcome o = {.version = reply->version, .created = reply->created && !c->check_only};
  const ProtobufCMessageDescriptor *type = type_of(c->route, reply->type);
  c->arena.cap_bytes = c->arena.used_bytes + ARENA_CAP_BYTES;
  if (type && !(o.reply = arena_unpack(&c->arena, type, reply->body.data, reply->body.len)))
    finish_code(c, CODE__INTERNAL);
  else
    c->done(c, &o);
}

// --- sending

// bus_call copies, so one buffer packs for all.
static ProtobufCBinaryData pack(struct calls *cs, const ProtobufCMessage *command) {
  size_t size_bytes = protobuf_c_message_get_packed_size(command);
  if (size_bytes > cs->packed.cap_bytes) {
    cs->packed.data = realloc(cs->packed.data, cs->packed.cap_bytes = size_bytes);
    if (!cs->packed.data) abort();
  }
  protobuf_c_message_pack(command, (uint8_t *)cs->packed.data);
  return (ProtobufCBinaryData){.len = size_bytes, .data = (uint8_t *)cs->packed.data};
}

void call_send(struct call *c, const struct identity *who) {
  call_send_to(c, who, c->route->service);
}

void call_send_to(struct call *c, const struct identity *who, enum peer service) {
  Envelope e = ENVELOPE__INIT;
  c->sender = rate_limits_subject(c->gateway->limits, who->actor);
  e.type = (char *)c->route->command->name;
  e.area = (char *)c->area;
  e.correlation_id = (ProtobufCBinaryData){.len = CORRELATION_BYTES, .data = c->correlation_id};
  e.actor = (ProtobufCBinaryData){.len = who->packed_bytes, .data = (uint8_t *)who->packed};
  e.actor_signature = (ProtobufCBinaryData){.len = 64, .data = (uint8_t *)who->signature};
  e.deadline_ms = gateway_now_ms() + CALLS_DEADLINE_MS;
  e.body = pack(c->gateway->calls, c->command);
  e.check_only = c->check_only;
  if (c->purpose) e.purpose = (char *)c->purpose;
  bus_call(c->gateway->services[service], &e, on_answer, c);
}
