#include "gather.h"
#include "gateway.h"
#include "request.h"
#include "rfc3339.h"
#include "rights.pb-c.h"
#include <stdlib.h>
#include <string.h>

struct gather {
  struct call *call; // of the request
  unsigned peer;     // who is asked at this moment
  int64_t begun_ms;
  unsigned n_records;
  struct buffer json;
};

// What each part is: the same command for every service.
static const struct route part_route = {
    .method = "GET", .command = &collect_records__descriptor, .reply = &held_records__descriptor};

static void end(struct gather *g) {
  struct call *c = g->call;
  if (c->request)
    request_send_answer(c);
  else
    call_give_back(c);
  buffer_free(&g->json);
  free(g);
}

static void refuse(struct gather *g, Code code, const char *why) {
  struct answer *a = &g->call->gateway->answer;
  answer_begin(a, g->call->correlation_id);
  answer_refuse(a, code, 0, why, g->call->correlation_id);
  end(g);
}

static void finish(struct gather *g) {
  struct answer *a = &g->call->gateway->answer;
  answer_begin(a, g->call->correlation_id);
  if (g->n_records) {
    buffer_text(&g->json, "]}");
    a->status = 200;
    a->content_type = "application/json";
    buffer_add(&a->body, g->json.data, g->json.size_bytes);
  }
  end(g);
}

static void ask(struct gather *g, const char *after);

// Whether the sender may ask at all the first service says, in its own words. Where a later one takes no such message,
// or is away, a bundle without its part would be taken for the whole.
static void refuse_part(struct gather *g, const Problem *problem, bool is_first) {
  bool is_denied = problem && (problem->code == CODE__NOT_FOUND || problem->code == CODE__FORBIDDEN);
  if (is_first && is_denied)
    refuse(g, problem->code, problem->why);
  else
    refuse(g, CODE__UNAVAILABLE, "not every service answered: send it again");
}

static void on_part(struct call *part, const struct outcome *o) {
  struct gather *g = part->owner;
  const HeldRecords *held = (const HeldRecords *)o->reply;
  if (o->problem || !held) {
    bool is_first = !g->peer && !*((const CollectRecords *)part->command)->after;
    refuse_part(g, o->problem, is_first);
    call_give_back(part);
    return;
  }
  for (size_t i = 0; i < held->n_records; i++) {
    buffer_text(&g->json, g->n_records++ ? "," : "");
    json_write(&g->json, &held->records[i]->base);
  }
  char *after = strdup(held->next);
  if (!after) abort();
  call_give_back(part);
  if (!*after) g->peer = g->n_records ? g->peer + 1 : PEERS;
  ask(g, after);
  free(after);
}

// The part that is sent, which has a call of its own.
static void on_identity(void *context, const struct identity *who, Code code) {
  struct call *part = context;
  if (who) {
    call_send_to(part, who, ((struct gather *)part->owner)->peer);
    return;
  }
  struct gather *g = part->owner;
  call_give_back(part);
  refuse(g, code, NULL);
}

static CollectRecords *command(struct call *part, const struct gather *g, const char *after) {
  CollectRecords *of = arena_copy(&part->arena, g->call->command, sizeof *of);
  of->after = arena_text(&part->arena, after);
  return of;
}

// The next part of this service, or the first of the next one. All parts have the request's correlation id, so that the
// audit shows them as one disclosure.
static void ask(struct gather *g, const char *after) {
  struct call *c = g->call;
  if (g->peer == PEERS || !c->request) {
    finish(g);
    return;
  }
  if (gateway_now_ms() - g->begun_ms > GATHER_MS || g->json.size_bytes > GATHER_BYTES) {
    refuse(g, CODE__UNAVAILABLE, "it is more than can be collected in one answer: ask the operator");
    return;
  }
  struct call *part = call_take(c->gateway->calls);
  if (!part) {
    refuse(g, CODE__UNAVAILABLE, NULL);
    return;
  }
  memcpy(part->correlation_id, c->correlation_id, sizeof part->correlation_id);
  part->owner = g;
  part->done = on_part;
  part->route = &part_route;
  part->area = arena_text(&part->arena, c->area);
  part->command = &command(part, g, after)->base;
  part->purpose = c->purpose ? arena_text(&part->arena, c->purpose) : NULL;
  gateway_identify(c->gateway, c->request, on_identity, part);
}

void gather_begin(struct call *c, const struct identity *who) {
  (void)who; // each part asks again, as a long collection may outlive what is known of its token
  char at[RFC3339_BYTES];
  struct gather *g = calloc(1, sizeof *g);
  if (!g) abort();
  g->call = c;
  g->begun_ms = gateway_now_ms();
  rfc3339_write(g->begun_ms / 1000, 0, at);
  buffer_printf(&g->json, "{\"crn\":");
  json_write_string(&g->json, ((CollectRecords *)c->command)->crn);
  buffer_printf(&g->json, ",\"area\":\"%s\",\"collectedAt\":\"%s\",\"records\":[", c->area, at);
  ask(g, "");
}
