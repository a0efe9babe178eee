#include "store_redis_inner.h"
#include <assert.h>
#include <stdio.h>

static struct store_redis *of(struct store *store) {
  return (struct store_redis *)store;
}

// flush() saw that the connection is ready, and nothing has been written since.
void store_redis_send(struct store_redis *s, struct redis_call *call) {
  size_t size_bytes;
  const char *command = resp_end(&s->resp, &size_bytes);
  if (!redis_send(s->redis, command, size_bytes, call)) abort();
}

bool store_redis_is_array(struct store_redis *s, const redisReply *reply, size_t elements) {
  if (!reply) return false;
  if (reply->type == REDIS_REPLY_ARRAY && (elements == SIZE_MAX || reply->elements == elements)) return true;
  redis_drop(s->redis, reply->type == REDIS_REPLY_ERROR ? reply->str : "a reply was not understood");
  return false;
}

// --- changes

static void answer_change(struct store_redis *s, struct store_change *change, enum store_result result) {
  s->in_hand--;
  change->done(change, result);
}

static void on_commits(struct redis_call *call, const redisReply *reply) {
  struct commits *batch = (struct commits *)call;
  bool understood = store_redis_is_array(batch->s, reply, batch->n);
  for (size_t i = 0; i < batch->n; i++) {
    long long first = understood ? reply->element[i]->integer : 0;
    if (first > 0) batch->changes[i]->first_sequence = (uint64_t)first;
    enum store_result result = first < 0 ? STORE_CONFLICT : STORE_DONE;
    answer_change(batch->s, batch->changes[i], understood ? result : STORE_UNAVAILABLE);
  }
  batch->n = 0;
}

static void send_commits(struct store_redis *s) {
  struct commits *batch = &s->commits;
  if (batch->n || !queue_size(&s->changes)) return;
  struct store_change **waiting = (struct store_change **)(s->changes.items + s->changes.first);
  batch->n = commit_encode(&s->resp, s->service, waiting, queue_size(&s->changes));
  for (size_t c = 0; c < batch->n; c++) batch->changes[c] = queue_pop(&s->changes);
  batch->s = s;
  batch->call.done = on_commits;
  store_redis_send(s, &batch->call);
}

// --- one turn of the loop

// Answers those who are queued now: who is answered may ask again at once, and that waits for the next turn.
static void answer_reads(struct store_redis *s, struct queue *q, enum store_result result) {
  for (size_t n = queue_size(q); n > 0 && queue_size(q); n--) store_redis_answer_read(s, queue_pop(q), result);
}

static void refuse(struct store_redis *s, struct queue *reads, struct queue *changes, struct queue *scans) {
  size_t n_changes = queue_size(changes), n_scans = queue_size(scans);
  answer_reads(s, reads, STORE_UNAVAILABLE);
  while (n_changes-- && queue_size(changes)) answer_change(s, queue_pop(changes), STORE_UNAVAILABLE);
  while (n_scans-- && queue_size(scans)) store_redis_answer_scan(queue_pop(scans), STORE_UNAVAILABLE, NULL, NULL, 0);
}

static void flush(struct store_redis *s) {
  uv_idle_stop(&s->idle);
  answer_reads(s, &s->empties, STORE_DONE);
  refuse(s, &s->refused_reads, &s->refused_changes, &s->refused_scans);
  if (!redis_ready(s->redis)) {
    refuse(s, &s->reads, &s->changes, &s->scans);
    return;
  }
  store_redis_send_scans(s);
  store_redis_send_reads(s);
  send_commits(s);
  redis_flush(s->redis);
}

static void on_prepare(uv_prepare_t *prepare) {
  flush(prepare->data);
}
static void on_idle(uv_idle_t *idle) {
  (void)idle;
}

static void enqueue(struct store_redis *s, struct queue *q, struct queue *refused, void *item) {
  queue_push(s->in_hand++ < STORE_IN_HAND ? q : refused, item);
  if (!s->closing) uv_idle_start(&s->idle, on_idle);
}

static void store_commit(struct store *store, struct store_change *change) {
  struct store_redis *s = of(store);
  change->first_sequence = 0;
  enqueue(s, &s->changes, &s->refused_changes, change);
}

static void store_read(struct store *store, struct store_read *read) {
  struct store_redis *s = of(store);
  read->members = NULL;
  read->n_members = 0;
  enqueue(s, read->n_keys || read->index ? &s->reads : &s->empties, &s->refused_reads, read);
}

static void scan_stream(struct store_redis *s, struct scan from, const char *area) {
  struct scan *scan = take(sizeof *scan);
  *scan = from;
  scan->s = s;
  snprintf(scan->area, sizeof scan->area, "%s", area);
  enqueue(s, &s->scans, &s->refused_scans, scan);
}

static void store_events(struct store *store, const char *area, uint64_t after, unsigned limit, store_events_fn *done,
                         void *context) {
  scan_stream(of(store),
              (struct scan){.stream = "events", .after = after, .limit = limit, .events = done, .context = context},
              area);
}

static void store_audit(struct store *store, const char *area, uint64_t after, unsigned limit, store_events_fn *done,
                        void *context) {
  scan_stream(of(store),
              (struct scan){.stream = "audit", .after = after, .limit = limit, .events = done, .context = context},
              area);
}

static void store_claim(struct store *store, const char *area, const char *service, int64_t now_ms, int64_t lease_ms,
                        unsigned limit, store_timers_fn *done, void *context) {
  struct store_redis *s = of(store);
  struct scan *scan = take(sizeof *scan);
  *scan = (struct scan){.s = s, .now_ms = now_ms, .lease_ms = lease_ms, .limit = limit, .context = context};
  scan->timers = done;
  snprintf(scan->area, sizeof scan->area, "%s", area);
  snprintf(scan->service, sizeof scan->service, "%s", service);
  enqueue(s, &s->scans, &s->refused_scans, scan);
}

static bool store_ready(struct store *store) {
  return redis_ready(of(store)->redis);
}

static const char *store_why(struct store *store) {
  return redis_why(of(store)->redis);
}

// --- opening and closing

static void on_handle_closed(uv_handle_t *handle) {
  struct store_redis *s = handle->data;
  if (--s->handles > 0) return;
  void (*closed)(void *) = s->closed;
  void *context = s->context;
  struct queue *queues[] = {&s->reads,   &s->changes,       &s->scans,           &s->fetches,
                            &s->empties, &s->refused_reads, &s->refused_changes, &s->refused_scans};
  for (size_t i = 0; i < sizeof queues / sizeof *queues; i++) queue_free(queues[i]);
  resp_free(&s->resp);
  free(s);
  closed(context);
}

static void on_redis_closed(void *context) {
  struct store_redis *s = context;
  s->redis = NULL;
  refuse(s, &s->reads, &s->changes, &s->scans);
  refuse(s, &s->refused_reads, &s->refused_changes, &s->refused_scans);
  uv_close((uv_handle_t *)&s->prepare, on_handle_closed);
  uv_close((uv_handle_t *)&s->idle, on_handle_closed);
}

static void store_close(struct store *store, void (*closed)(void *context), void *context) {
  struct store_redis *s = of(store);
  assert(!s->closing);
  flush(s);
  s->closing = true;
  s->closed = closed;
  s->context = context;
  uv_prepare_stop(&s->prepare);
  uv_idle_stop(&s->idle);
  redis_close(s->redis, on_redis_closed, s);
}

static const struct store_ops ops = {store_read,  store_commit, store_events, store_audit,
                                     store_claim, store_ready,  store_why,    store_close};

struct redis *redis_open_configured(uv_loop_t *loop, const struct config *config, bool deploys, char *errors,
                                    size_t errors_bytes) {
  char password[256];
  struct redis_options options = {config->redis, config->redis_ca, config->redis_user, NULL, deploys};
  if (options.user && !*options.user) options.user = NULL;
  if (config->redis_password_file && *config->redis_password_file) {
    if (config_read_file(config->redis_password_file, password, sizeof password) < 0) {
      snprintf(errors, errors_bytes, "Redis: the password file %s cannot be read", config->redis_password_file);
      return NULL;
    }
    options.password = password;
  }
  return redis_open(loop, &options, errors, errors_bytes);
}

struct store *store_redis_open(uv_loop_t *loop, const struct config *config, char *errors, size_t errors_bytes) {
  struct redis *redis = redis_open_configured(loop, config, false, errors, errors_bytes);
  if (!redis) return NULL;
  struct store_redis *s = take(sizeof *s);
  s->store.ops = &ops;
  s->redis = redis;
  snprintf(s->service, sizeof s->service, "%s", config->name);
  uv_prepare_init(loop, &s->prepare);
  uv_idle_init(loop, &s->idle);
  s->prepare.data = s->idle.data = s;
  s->handles = 2;
  uv_prepare_start(&s->prepare, on_prepare);
  return &s->store;
}
