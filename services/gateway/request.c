#include "request.h"
#include "batch.h"
#include "bind.h"
#include "cookie.h"
#include "gather.h"
#include "gateway.h"
#include "log.h"
#include "matching.pb-c.h"
#include "sse.h"
#include <string.h>

// --- answering

// Sends what g->answer holds, counts it, and ends the call.
void request_send_answer(struct call *c) {
  struct gateway *g = c->gateway;
  uint64_t took_ns = uv_hrtime() - c->request->arrived_ns;
  metrics_count(g->metrics, c->route, g->answer.status, took_ns);
  c->request->gone = NULL;
  answer_send(&g->answer, c->request);
  call_give_back(c);
}

static void refuse_status(struct call *c, Code code, int status, const char *why) {
  answer_begin(&c->gateway->answer, c->correlation_id);
  answer_refuse(&c->gateway->answer, code, status, why, c->correlation_id);
  request_send_answer(c);
}

static void refuse_call(struct call *c, Code code, const char *why) {
  refuse_status(c, code, 0, why);
}

static void refuse_error(struct call *c, struct err e) {
  answer_begin(&c->gateway->answer, c->correlation_id);
  answer_problem(&c->gateway->answer, answer_problem_of(&c->arena, e), 0, c->correlation_id);
  request_send_answer(c);
}

// Moves the cookie out of the reply, where the page must not see it.
static void set_cookie(struct call *c, struct answer *a, const struct outcome *o) {
  char **field = bind_cookie_field((ProtobufCMessage *)o->reply);
  if (!c->route->session || c->check_only) return;
  cookie_set(&a->headers, field ? *field : "");
  if (field) *field = (char *)"";
}

static void on_done(struct call *c, const struct outcome *o) {
  struct answer *a = &c->gateway->answer;
  if (!c->request) {
    call_give_back(c);
    return;
  }
  answer_begin(a, c->correlation_id);
  if (o->problem) {
    answer_problem(a, o->problem, 0, c->correlation_id);
  } else {
    set_cookie(c, a, o);
    struct answer_context context = {.path = c->request->path, .query = c->request->query, .format = c->format};
    answer_reply(a, o->reply, o->version, o->created, &context);
  }
  request_send_answer(c);
}

// The other side left: the service may answer still, and then nobody is told.
static void on_gone(struct http_request *r) {
  struct call *c = r->user;
  c->request = NULL;
}

// --- binding

const char *request_media_fault(const struct http_request *r, const char *wanted) {
  const char *type = http_header(r, "content-type");
  size_t size_bytes = strlen(wanted);
  if (!r->body_bytes) return NULL;
  if (type && strncasecmp(type, wanted, size_bytes) == 0 && strchr("; \t", type[size_bytes])) return NULL;
  return strcmp(wanted, "application/json") == 0 ? "send Content-Type: application/json"
                                                 : "send Content-Type: application/x-ndjson, one JSON object per line";
}

static struct err bind_request(struct call *c, struct bind_options *options) {
  struct http_request *r = c->request;
  struct err e = bind_body(&c->arena, c->route, r->body, r->body_bytes, &c->command);
  if (!err_is(e)) e = bind_path(&c->arena, &c->match, c->command);
  if (!err_is(e)) e = bind_query(&c->arena, c->route, arena_text(&c->arena, r->query), c->command, options);
  if (!err_is(e)) e = bind_if_match(&c->arena, c->route, http_header(r, "if-match"), c->command);
  char cookie[COOKIE_BYTES];
  if (!err_is(e)) bind_cookie(&c->arena, c->route, cookie_of(r, cookie) ? cookie : "", c->command);
  return e;
}

static enum format format_of(const struct call *c, const struct bind_options *options) {
  const char *accept = http_header(c->request, "accept");
  bool asks = options->as_csv || (accept && strncasecmp(accept, "text/csv", 8) == 0);
  return c->route->format == FORMAT_CSV && !asks ? FORMAT_JSON : c->route->format;
}

// A call whose command is bound goes on as `send`.
static void begin_bound(struct call *c, const struct identity *who,
                        void send(struct call *c, const struct identity *who)) {
  struct bind_options options = {0};
  const char *fault = request_media_fault(c->request, "application/json");
  if (c->route->body && fault) {
    refuse_call(c, CODE__UNSUPPORTED, fault);
    return;
  }
  struct err e = bind_request(c, &options);
  if (!err_is(e)) e = bind_purpose(&c->arena, http_header(c->request, "purpose"), &c->purpose);
  if (err_is(e)) {
    refuse_error(c, e);
    return;
  }
  c->check_only = options.check_only;
  c->format = format_of(c, &options);
  c->done = on_done;
  send(c, who);
}

static void begin_call(struct call *c, const struct identity *who) {
  begin_bound(c, who, call_send);
}
static void begin_gather(struct call *c, const struct identity *who) {
  begin_bound(c, who, gather_begin);
}

// Batches and streams go on by themselves; the call's part is over when they have taken the request.
static void begin_other(struct call *c, const struct identity *who,
                        struct err begin(struct gateway *g, struct http_request *r, const struct route *route,
                                         const char *area, const struct bind_options *o, const struct identity *who)) {
  struct bind_options options = {0};
  struct err e = bind_query(&c->arena, c->route, arena_text(&c->arena, c->request->query), NULL, &options);
  if (!err_is(e)) e = begin(c->gateway, c->request, c->route, c->area, &options, who);
  if (err_is(e))
    refuse_error(c, e);
  else
    call_give_back(c);
}

static void begin_batch(struct call *c, const struct identity *who) {
  begin_other(c, who, batch_begin);
}
static void begin_stream(struct call *c, const struct identity *who) {
  begin_other(c, who, stream_begin);
}

static void (*const begin[])(struct call *c, const struct identity *who) = {
    [ROUTE_CALL] = begin_call,
    [ROUTE_BATCH] = begin_batch,
    [ROUTE_EVENTS] = begin_stream,
    [ROUTE_GATHER] = begin_gather,
};

// --- who sends it

// An area that there is not is answered like one that the token does not cover, so that nobody learns which there are.
static bool may_enter(const struct call *c, const struct identity *who) {
  return actor_covers(who->actor, c->area) && config_area(&c->gateway->config, c->area);
}

// Who can do nothing but sign in, or renew, is not signed in.
static void refuse_restricted(struct call *c, const char *only) {
  bool is_outside = strncmp(only, "SignIn/", 7) == 0;
  refuse_call(c, is_outside ? CODE__UNAUTHENTICATED : CODE__FORBIDDEN, NULL);
}

// Answers where it is too often.
static bool knocks_too_often(struct call *c, const Actor *who) {
  struct gateway *g = c->gateway;
  Problem p = PROBLEM__INIT;
  enum limits_answer answer = rate_limits_allow(g->limits, c->request->address, who, uv_now(g->loop), &p.retry_after_s);
  if (answer == LIMITS_FINE) return false;
  p.code = CODE__TOO_MANY;
  if (answer == LIMITS_TOO_REFUSED)
    p.why = (char *)"too much of what you asked for was not found or not allowed; wait a while";
  answer_begin(&g->answer, c->correlation_id);
  answer_problem(&g->answer, &p, 0, c->correlation_id);
  request_send_answer(c);
  return true;
}

static void on_reported(struct call *c, const struct outcome *o) {
  (void)o;
  call_give_back(c);
}

// Somebody has a copy of a mentor's cookie. To renew with a secret that is not the phone's ends the phone.
static void report_copy(struct gateway *g, struct http_request *r, const char *area, const struct identity *who) {
  static const struct route renew = {.service = PEER_MATCHING, .command = &renew_phone__descriptor};
  char cookie[COOKIE_BYTES];
  struct call *c = cookie_of(r, cookie) ? call_take(g->calls) : NULL;
  if (!c) return;
  log_line(LOG_WARN, "cookie_copied", "actor", who->actor->id, "only", who->actor->only, "address", r->address, NULL);
  RenewPhone *command = arena_take(&c->arena, sizeof *command);
  renew_phone__init(command);
  command->cookie = arena_text(&c->arena, cookie);
  c->route = &renew;
  c->area = arena_text(&c->arena, area);
  c->command = &command->base;
  c->done = on_reported;
  call_send(c, who);
}

static void on_identity(void *context, const struct identity *who, Code code) {
  struct call *c = context;
  if (c->request && who && who->copied) report_copy(c->gateway, c->request, who->actor->areas[0], who);
  if (!c->request)
    call_give_back(c);
  else if (knocks_too_often(c, who ? who->actor : NULL))
    return;
  else if (!who)
    refuse_call(c, code, NULL);
  else if (!may_enter(c, who))
    refuse_call(c, CODE__FORBIDDEN, "this token does not cover that area");
  else if (!routes_may_touch(c->route, who->actor->only))
    refuse_restricted(c, who->actor->only);
  else
    begin[c->route->kind](c, who);
}

// --- where it goes

static void refuse_method(struct call *c) {
  struct answer *a = &c->gateway->answer;
  answer_begin(a, c->correlation_id);
  buffer_printf(&a->headers, "Allow: %s\r\n", c->match.allow);
  answer_refuse(a, CODE__UNSUPPORTED, 405, "this path does not take that method", c->correlation_id);
  request_send_answer(c);
}

// Who follows a link has its secret in the last part of the path, and sends nothing else. It goes no further than here.
static void identify_by_link(struct call *c) {
  const char **last = &c->match.segments[0];
  for (const char *at = c->route->pattern + 1; (at = strchr(at, '/')); at++) last++;
  size_t size_bytes = strlen(*last), end_bytes = strlen(c->route->link);
  const char *token = NULL;
  if (size_bytes > end_bytes && !strcmp(*last + size_bytes - end_bytes, c->route->link))
    token = arena_printf(&c->arena, "Bearer %s.%.*s", c->area, (int)(size_bytes - end_bytes), *last);
  *last = "";
  tokens_check(c->gateway->tokens, token, gateway_now_ms(), on_identity, c);
}

static void enter(struct call *c) {
  struct gateway *g = c->gateway;
  struct http_request *r = c->request;
  bool if_match = http_header(r, "if-match") != NULL;
  switch (routes_find(g->routes, r->method, arena_text(&c->arena, r->path), if_match, &c->match)) {
  case ROUTE_NO_PATH:
    refuse_call(c, CODE__NOT_FOUND, "there is no such path");
    return;
  case ROUTE_NO_METHOD:
    refuse_method(c);
    return;
  case ROUTE_MALFORMED:
    refuse_call(c, CODE__INVALID, "the path is not valid percent-encoded UTF-8, or a part of it is empty");
    return;
  case ROUTE_FOUND:
    c->route = c->match.route;
    c->area = c->match.area;
    if (c->route->link)
      identify_by_link(c);
    else
      gateway_identify(g, r, on_identity, c);
  }
}

void request_handle(struct gateway *g, struct http_request *r) {
  struct call *c = g->stopping ? NULL : call_take(g->calls);
  if (!c) {
    gateway_refuse(g, r, CODE__UNAVAILABLE, "too many requests are under way; try again after a while");
    return;
  }
  c->request = r;
  r->user = c;
  r->gone = on_gone;
  enter(c);
}
