#include "redis.h"
#include "greeting.h"
#include "log.h"
#include "redis_tls.h"
#include <assert.h>
#include <hiredis/async.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  TICK_MS = 250
};

enum state {
  WAITING,
  RESOLVING,
  CONNECTING,
  GREETING,
  READY,
  CLOSING,
};

// The descriptor of one connection. It lives until libuv has closed it, which is after the connection is gone.
struct watcher {
  uv_poll_t poll;
  redisAsyncContext *context; // NULL: gone
  struct redis *redis;
  int wanted,
      watched; // what hiredis waits for, and what the loop does: they are brought together only before it blocks
};

struct redis {
  uv_loop_t *loop;
  enum state state;
  struct watcher *watcher; // NULL: no connection
  uv_timer_t retry, tick;
  uv_getaddrinfo_t resolve;
  bool resolving;
  unsigned turn; // which of the addresses that a name has is tried: the next one after each fault
  unsigned backoff_ms;
  unsigned silent_ticks;    // since something was last heard. Ticks, not time: a stopped process hears nothing either
  unsigned ready_ticks;     // since the greeting
  size_t on_their_way;      // commands without an answer
  bool hearing;             // an answer is being handed on: hiredis must not be made to write
  char *host, *port, *path; // path: a Unix socket
  char *user, *password;
  struct redis_tls *tls; // NULL: none
  bool deploys;
  struct redis_call greeting; // the one command of the greeting that is on its way
  enum greeting_step step;
  struct resp resp;
  char why[200]; // why the last attempt failed; said once, however often it happens again
  int handles;   // that are not closed yet
  void (*closed)(void *context);
  void *context;
};

static void attempt(uv_timer_t *timer);

// --- the adapter of hiredis to libuv

static void watch(struct watcher *w);

static void hear(struct watcher *w) {
  struct redis_tls *tls = w->redis->tls;
  do {
    redis_tls_forget_errors(tls);
    redisAsyncHandleRead(w->context);
  } while (w->context && redis_tls_holds_input(tls));
}

static void speak(struct watcher *w) {
  redis_tls_forget_errors(w->redis->tls);
  redisAsyncHandleWrite(w->context);
}

static void on_poll(uv_poll_t *poll, int status, int events) {
  struct watcher *w = poll->data;
  if (status < 0) {
    // A refused connection comes as an error of the poll. hiredis finds out what it was, and mostly gives up by itself.
    hear(w);
    if (w->context) redisAsyncFree(w->context);
    return;
  }
  if (w->context && ((events & UV_READABLE) || redis_tls_must_write(w->redis->tls))) hear(w);
  if (w->context && (events & UV_WRITABLE)) speak(w);
  if (w->context) watch(w);
}

// Tells the loop what hiredis waits for. Each change costs a system call, so that writing is tried first (redis_flush).
// hiredis may wait for TLS to read where it has to write first, and both sides would wait for ever.
static void watch(struct watcher *w) {
  if (redis_tls_must_write(w->redis->tls)) w->wanted |= UV_WRITABLE;
  if (w->wanted == w->watched) return;
  w->watched = w->wanted;
  if (w->wanted)
    uv_poll_start(&w->poll, w->wanted, on_poll);
  else
    uv_poll_stop(&w->poll);
}

static void add_read(void *w) {
  ((struct watcher *)w)->wanted |= UV_READABLE;
}
static void del_read(void *w) {
  ((struct watcher *)w)->wanted &= ~UV_READABLE;
}
static void add_write(void *w) {
  ((struct watcher *)w)->wanted |= UV_WRITABLE;
}
static void del_write(void *w) {
  ((struct watcher *)w)->wanted &= ~UV_WRITABLE;
}

static void finish(struct redis *r) {
  if (r->state != CLOSING || r->handles > 0 || r->resolving) return;
  void (*closed)(void *) = r->closed;
  void *context = r->context;
  free(r->host);
  free(r->port);
  free(r->path);
  free(r->user);
  free(r->password);
  redis_tls_free(r->tls);
  resp_free(&r->resp);
  free(r);
  closed(context);
}

static void on_watcher_closed(uv_handle_t *poll) {
  struct watcher *w = poll->data;
  struct redis *r = w->redis;
  free(w);
  r->handles--;
  finish(r);
}

static void fault(struct redis *r, const char *why) {
  if (r->state == CLOSING) return;
  if (strcmp(r->why, why) == 0) return;
  snprintf(r->why, sizeof r->why, "%s", why);
  log_line(LOG_WARN, "redis_unavailable", "why", r->why, NULL);
}

// Goes back to waiting. The wait grows until a connection has lasted.
static void wait(struct redis *r) {
  if (r->state == CLOSING) return;
  r->state = WAITING;
  r->turn++;
  uv_timer_start(&r->retry, attempt, r->backoff_ms, 0);
  r->backoff_ms = r->backoff_ms * 2 < REDIS_BACKOFF_MAX_MS ? r->backoff_ms * 2 : REDIS_BACKOFF_MAX_MS;
}

// hiredis calls this last (0.14), or before the pending calls are answered (1.x), whatever the reason.
static void on_gone(void *privdata) {
  struct watcher *w = privdata;
  struct redis *r = w->redis;
  const char *why = redis_tls_fault(r->tls);
  if (w->context->errstr && *w->context->errstr) fault(r, why ? why : w->context->errstr);
  redis_tls_end(r->tls);
  w->context = NULL;
  r->watcher = NULL;
  uv_close((uv_handle_t *)&w->poll, on_watcher_closed);
  wait(r);
}

static bool adopt(struct redis *r, redisAsyncContext *context) {
  struct watcher *w = calloc(1, sizeof *w);
  if (!w) abort();
  if (uv_poll_init(r->loop, &w->poll, context->c.fd)) {
    free(w);
    return false;
  }
  w->poll.data = w;
  w->context = context;
  w->redis = r;
  r->watcher = w;
  r->handles++;
  context->ev.data = w;
  context->ev.addRead = add_read;
  context->ev.delRead = del_read;
  context->ev.addWrite = add_write;
  context->ev.delWrite = del_write;
  context->ev.cleanup = on_gone;
  context->data = r;
  return true;
}

// --- greeting

static struct greeting greeting_of(const struct redis *r) {
  return (struct greeting){r->user, r->password, r->deploys};
}

static void on_reply(redisAsyncContext *context, void *reply, void *privdata) {
  struct redis *r = context->data;
  struct redis_call *call = privdata;
  r->on_their_way--;
  r->silent_ticks = 0;
  if (!reply && r->state == READY) r->state = WAITING; // nothing more is taken while the others are being answered
  r->hearing = true;
  call->done(call, reply);
  r->hearing = false;
}

static bool send_now(struct redis *r, const char *command, size_t size_bytes, struct redis_call *call) {
  if (!r->watcher || !r->watcher->context) return false;
  if (redisAsyncFormattedCommand(r->watcher->context, on_reply, call, command, size_bytes) != REDIS_OK) return false;
  if (r->on_their_way++ == 0) r->silent_ticks = 0;
  return true;
}

static void ask(struct redis *r) {
  const struct greeting g = greeting_of(r);
  size_t size_bytes;
  const char *command = greeting_ask(&g, r->step, &r->resp, &size_bytes);
  if (!send_now(r, command, size_bytes, &r->greeting)) redis_drop(r, "the greeting could not be sent");
}

static void on_greeting(struct redis_call *call, const redisReply *reply) {
  struct redis *r = (struct redis *)((char *)call - offsetof(struct redis, greeting));
  if (!reply || r->state != GREETING) return;
  const struct greeting g = greeting_of(r);
  const char *why;
  r->step = greeting_hear(&g, r->step, reply, &why);
  if (r->step == GREETING_FAILED) {
    redis_drop(r, why);
  } else if (r->step == GREETING_DONE) {
    r->state = READY;
    r->ready_ticks = 0;
    r->why[0] = '\0';
    log_line(why ? LOG_WARN : LOG_INFO, "redis_ready", "warning", why ? why : "", NULL);
  } else {
    ask(r);
  }
}

static void on_connect(const redisAsyncContext *context, int status) {
  struct redis *r = context->data;
  if (status != REDIS_OK) return; // on_gone follows
  const struct greeting g = greeting_of(r);
  r->state = GREETING;
  r->step = greeting_first(&g);
  if (redis_tls_begin(r->tls, &r->watcher->context->c))
    ask(r);
  else
    redisAsyncFree(r->watcher->context);
}

// --- connecting

static void connect_to(struct redis *r, redisAsyncContext *context) {
  if (!context || context->err || !adopt(r, context)) {
    fault(r, context && context->err ? context->errstr : "no connection could be made");
    if (context) redisAsyncFree(context);
    wait(r);
    return;
  }
  r->state = CONNECTING;
  r->silent_ticks = 0;
  redisAsyncSetConnectCallback(context, on_connect);
  watch(r->watcher);
}

// One of the addresses that were found, each in its turn: `localhost` may be two, with Redis behind one of them.
static const struct addrinfo *choose(const struct redis *r, const struct addrinfo *found) {
  unsigned n = 1;
  for (const struct addrinfo *a = found->ai_next; a; a = a->ai_next) n++;
  for (unsigned i = r->turn % n; i > 0; i--) found = found->ai_next;
  return found;
}

// As text, which hiredis reads without asking a name server. False: not such an address.
static bool write_address(const struct addrinfo *a, char *text, size_t size_bytes) {
  return getnameinfo(a->ai_addr, a->ai_addrlen, text, (socklen_t)size_bytes, NULL, 0, NI_NUMERICHOST) == 0;
}

static void on_resolved(uv_getaddrinfo_t *resolve, int status, struct addrinfo *found) {
  struct redis *r = resolve->data;
  char address[64];
  r->resolving = false;
  if (r->state == CLOSING) {
    finish(r);
  } else if (status < 0) {
    fault(r, uv_strerror(status));
    wait(r);
  } else if (!write_address(choose(r, found), address, sizeof address)) {
    fault(r, "the address was not understood");
    wait(r);
  } else {
    connect_to(r, redisAsyncConnect(address, atoi(r->port)));
  }
  uv_freeaddrinfo(found);
}

static void attempt(uv_timer_t *timer) {
  struct redis *r = timer->data;
  if (r->path) {
    connect_to(r, redisAsyncConnectUnix(r->path));
    return;
  }
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
  r->state = RESOLVING;
  r->resolve.data = r;
  int status = uv_getaddrinfo(r->loop, &r->resolve, on_resolved, r->host, r->port, &hints);
  r->resolving = status == 0;
  if (status == 0) return;
  fault(r, uv_strerror(status));
  wait(r);
}

// Counts how long nothing was heard, where something should have been.
static void on_tick(uv_timer_t *tick) {
  struct redis *r = tick->data;
  bool ready = r->state == READY;
  r->silent_ticks++;
  if (ready && ++r->ready_ticks * TICK_MS >= REDIS_BACKOFF_MAX_MS) r->backoff_ms = REDIS_BACKOFF_MIN_MS;
  if (!r->watcher || (ready && r->on_their_way == 0)) return;
  unsigned limit_ms = ready ? REDIS_SILENCE_MS : REDIS_CONNECT_MS;
  if (r->silent_ticks * TICK_MS >= limit_ms) redis_drop(r, "Redis does not answer");
}

static const char tls_scheme[] = "rediss://";

static bool asks_for_tls(const char *address) {
  return strncmp(address, tls_scheme, sizeof tls_scheme - 1) == 0;
}

static bool parse(struct redis *r, const char *address) {
  if (strncmp(address, "unix:", 5) == 0) {
    r->path = strdup(address + 5);
    return address[5] == '/';
  }
  if (asks_for_tls(address)) address += sizeof tls_scheme - 1;
  const char *colon = strrchr(address, ':');
  if (strstr(address, "://")) return false;
  if (!colon || colon == address || atoi(colon + 1) < 1 || atoi(colon + 1) > 65535) return false;
  bool bracketed = address[0] == '[' && colon[-1] == ']';
  r->host = strndup(address + bracketed, (size_t)(colon - address) - 2 * bracketed);
  r->port = strdup(colon + 1);
  return true;
}

static void add_timer(struct redis *r, uv_timer_t *timer) {
  uv_timer_init(r->loop, timer);
  timer->data = r;
  r->handles++;
}

static struct redis *give_up(struct redis *r) {
  free(r->host);
  free(r->port);
  free(r->path);
  free(r);
  return NULL;
}

struct redis *redis_open(uv_loop_t *loop, const struct redis_options *options, char *errors, size_t errors_bytes) {
  struct redis *r = calloc(1, sizeof *r);
  if (!r) abort();
  if (!parse(r, options->address)) {
    snprintf(errors, errors_bytes, "Redis: '%s' is not an address; give host:port, rediss://host:port or unix:/path",
             options->address);
    return give_up(r);
  }
  if (asks_for_tls(options->address)) {
    r->tls = redis_tls_open(r->host, options->ca, errors, errors_bytes);
    if (!r->tls) return give_up(r);
  }
  signal(SIGPIPE, SIG_IGN);
  r->loop = loop;
  r->user = options->user ? strdup(options->user) : NULL;
  r->password = options->password ? strdup(options->password) : NULL;
  r->deploys = options->deploys;
  r->greeting.done = on_greeting;
  r->backoff_ms = REDIS_BACKOFF_MIN_MS;
  add_timer(r, &r->retry);
  add_timer(r, &r->tick);
  uv_timer_start(&r->retry, attempt, 0, 0);
  uv_timer_start(&r->tick, on_tick, TICK_MS, TICK_MS);
  return r;
}

bool redis_ready(const struct redis *r) {
  return r->state == READY;
}

const char *redis_why(const struct redis *r) {
  return r->why;
}

bool redis_send(struct redis *r, const char *command, size_t size_bytes, struct redis_call *call) {
  return r->state == READY && send_now(r, command, size_bytes, call);
}

// The watcher outlives its connection until the loop goes on.
void redis_flush(struct redis *r) {
  struct watcher *w = r->watcher;
  if (r->state != READY || r->hearing || !w || !(w->wanted & UV_WRITABLE)) return;
  speak(w);
  if (w->context) watch(w);
}

void redis_drop(struct redis *r, const char *why) {
  fault(r, why);
  if (r->state == READY) r->state = WAITING;
  if (r->watcher) redisAsyncFree(r->watcher->context);
}

static void on_timer_closed(uv_handle_t *timer) {
  struct redis *r = timer->data;
  r->handles--;
  finish(r);
}

void redis_close(struct redis *r, void (*closed)(void *context), void *context) {
  assert(r->state != CLOSING);
  r->state = CLOSING;
  r->closed = closed;
  r->context = context;
  if (r->watcher) redisAsyncFree(r->watcher->context);
  if (r->resolving) uv_cancel((uv_req_t *)&r->resolve);
  uv_close((uv_handle_t *)&r->retry, on_timer_closed);
  uv_close((uv_handle_t *)&r->tick, on_timer_closed);
}
