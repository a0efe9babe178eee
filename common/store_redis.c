#include "store_redis.h"
#include "commit.h"
#include "queue.h"
#include "redis.h"
#include <assert.h>
#include <stdio.h>

enum {
  KEYS_PER_MGET = 1024
}; // so that no single command holds Redis up for long

struct store_redis;

// Changes that went out in one call.
struct commits {
  struct redis_call call; // first
  struct store_redis *s;
  struct store_change *changes[COMMIT_CHANGES];
  size_t n; // 0: free
};

// Reads whose records went out in one MGET.
struct fetch {
  struct redis_call call; // first
  struct store_redis *s;
  size_t n, n_keys;
  struct store_read *reads[];
};

// The part of an index that a read wants. Where the read wants records too, the MGET follows, and ends the read.
struct page_call {
  struct redis_call call; // first
  struct store_redis *s;
  struct store_read *read;
};

// A look at a stream or a claim of timers: its arguments and whom to answer.
struct scan {
  struct redis_call call; // first
  struct store_redis *s;
  char area[64], service[64];
  uint64_t after;
  int64_t now_ms, lease_ms;
  unsigned limit;
  store_events_fn *events; // NULL: a claim
  store_timers_fn *timers;
  void *context;
};

struct store_redis {
  struct store store; // first
  uv_prepare_t prepare;
  uv_idle_t idle; // runs while something is queued: what is queued after our prepare must not wait for the next event
  struct redis *redis;
  char service[64];
  struct queue reads, changes, scans;
  struct queue fetches;                                       // reads whose records are still to be sent for
  struct queue empties;                                       // reads that want nothing
  struct queue refused_reads, refused_changes, refused_scans; // beyond STORE_IN_HAND
  size_t in_hand;                                             // operations without an answer
  struct commits commits[STORE_COMMITS_ON_THEIR_WAY];
  struct resp resp;
  bool closing;
  int handles; // that are not closed yet
  void (*closed)(void *context);
  void *context;
};

static void *take(size_t size_bytes) {
  void *memory = calloc(1, size_bytes);
  if (!memory) abort();
  return memory;
}

static struct store_redis *of(struct store *store) {
  return (struct store_redis *)store;
}

// Sends what is in s->resp. The connection is ready: flush() looked, and nothing is written in between.
static void send_call(struct store_redis *s, struct redis_call *call) {
  size_t size_bytes;
  const char *command = resp_end(&s->resp, &size_bytes);
  if (!redis_send(s->redis, command, size_bytes, call)) abort();
}

// Whether a reply is an array, of so many elements where they are known. An error means that Redis is not what it was
// when it was greeted (its functions are gone, it has become a replica, it is out of memory): the connection is made
// anew, and what is on its way on this one is answered STORE_UNAVAILABLE.
static bool is_array(struct store_redis *s, const redisReply *reply, size_t elements) {
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
  bool understood = is_array(batch->s, reply, batch->n);
  for (size_t i = 0; i < batch->n; i++) {
    long long first = understood ? reply->element[i]->integer : 0;
    if (first > 0) batch->changes[i]->first_sequence = (uint64_t)first;
    enum store_result result = first < 0 ? STORE_CONFLICT : STORE_DONE;
    answer_change(batch->s, batch->changes[i], understood ? result : STORE_UNAVAILABLE);
  }
  batch->n = 0;
}

static void send_commits(struct store_redis *s) {
  for (size_t i = 0; i < STORE_COMMITS_ON_THEIR_WAY && queue_size(&s->changes); i++) {
    struct commits *batch = &s->commits[i];
    if (batch->n) continue;
    struct store_change **waiting = (struct store_change **)(s->changes.items + s->changes.first);
    batch->n = commit_encode(&s->resp, s->service, waiting, queue_size(&s->changes));
    for (size_t c = 0; c < batch->n; c++) batch->changes[c] = queue_pop(&s->changes);
    batch->s = s;
    batch->call.done = on_commits;
    send_call(s, &batch->call);
  }
}

// --- reads

// The read may be gone after `done`; its members are ours.
static void answer_read(struct store_redis *s, struct store_read *read, enum store_result result) {
  char **members = read->members;
  s->in_hand--;
  read->done(read, result);
  free(members);
}

static void set_value(struct store_value *value, const redisReply *found) {
  *value = (struct store_value){.exists = false};
  if (found->type != REDIS_REPLY_STRING || found->len < 8) return;
  uint64_t version;
  memcpy(&version, found->str, 8);
  *value = (struct store_value){true, __builtin_bswap64(version), {(uint8_t *)found->str + 8, found->len - 8}};
}

static void on_fetch(struct redis_call *call, const redisReply *reply) {
  struct fetch *fetch = (struct fetch *)call;
  bool understood = is_array(fetch->s, reply, fetch->n_keys);
  size_t at = 0;
  for (size_t i = 0; i < fetch->n; i++) {
    struct store_read *read = fetch->reads[i];
    for (size_t k = 0; understood && k < read->n_keys; k++) set_value(&read->values[k], reply->element[at++]);
    answer_read(fetch->s, read, understood ? STORE_DONE : STORE_UNAVAILABLE);
  }
  free(fetch);
}

// Sends for the records of as many reads as make one MGET.
static void send_fetch(struct store_redis *s) {
  size_t n = queue_size(&s->fetches);
  struct fetch *fetch = take(sizeof *fetch + n * sizeof *fetch->reads);
  *fetch = (struct fetch){.call.done = on_fetch, .s = s};
  resp_begin(&s->resp);
  resp_text(&s->resp, "MGET");
  while (fetch->n < n && fetch->n_keys < KEYS_PER_MGET) {
    struct store_read *read = fetch->reads[fetch->n++] = queue_pop(&s->fetches);
    for (size_t k = 0; k < read->n_keys; k++) resp_text(&s->resp, read->keys[k]);
    fetch->n_keys += read->n_keys;
  }
  send_call(s, &fetch->call);
}

// Copies the texts of a reply; the pointers and the texts are one block of memory.
static char **copy_texts(const redisReply *reply) {
  size_t bytes = reply->elements * sizeof(char *) + 1;
  for (size_t i = 0; i < reply->elements; i++) bytes += reply->element[i]->len + 1;
  char **texts = take(bytes), *to = (char *)(texts + reply->elements);
  for (size_t i = 0; i < reply->elements; i++) {
    texts[i] = memcpy(to, reply->element[i]->str, reply->element[i]->len + 1);
    to += reply->element[i]->len + 1;
  }
  return texts;
}

// A page that was not understood takes the connection down, and with it the read's records: on_fetch then answers.
static void on_page(struct redis_call *call, const redisReply *reply) {
  struct page_call *page = (struct page_call *)call;
  struct store_read *read = page->read;
  bool understood = is_array(page->s, reply, SIZE_MAX);
  if (understood) {
    read->members = copy_texts(reply);
    read->n_members = reply->elements;
  }
  if (!read->n_keys) answer_read(page->s, read, understood ? STORE_DONE : STORE_UNAVAILABLE);
  free(page);
}

static void send_page(struct store_redis *s, struct store_read *read) {
  struct page_call *page = take(sizeof *page);
  *page = (struct page_call){{on_page}, s, read};
  resp_begin(&s->resp);
  resp_text(&s->resp, "ZRANGEBYLEX");
  resp_key(&s->resp, read->area, "index:", read->index);
  if (read->after && *read->after) {
    uint8_t *from = resp_space(&s->resp, strlen(read->after) + 1);
    *from = '(';
    memcpy(from + 1, read->after, strlen(read->after));
  } else {
    resp_text(&s->resp, "-");
  }
  resp_text(&s->resp, "+");
  resp_text(&s->resp, "LIMIT");
  resp_text(&s->resp, "0");
  resp_number(&s->resp, read->limit);
  send_call(s, &page->call);
}

// Pages first: what wants records too is answered with them.
static void send_reads(struct store_redis *s) {
  while (queue_size(&s->reads)) {
    struct store_read *read = queue_pop(&s->reads);
    if (read->index) send_page(s, read);
    if (read->n_keys) queue_push(&s->fetches, read);
  }
  while (queue_size(&s->fetches)) send_fetch(s);
}

// --- streams and timers

static void answer_scan(struct scan *scan, enum store_result result, const struct store_entry *entries, char **names,
                        size_t n) {
  scan->s->in_hand--;
  if (scan->events)
    scan->events(scan->context, result, entries, n);
  else
    scan->timers(scan->context, result, names, n);
  free(scan);
}

// An entry is its id ("<sequence>-0") and a list of fields, of which there is one.
static bool set_entry(struct store_entry *entry, const redisReply *found) {
  if (found->elements != 2 || !found->element[0]->str || found->element[1]->elements != 2) return false;
  const redisReply *list = found->element[1]->element[1];
  *entry = (struct store_entry){strtoull(found->element[0]->str, NULL, 10), {(uint8_t *)list->str, list->len}};
  return true;
}

static void on_events(struct redis_call *call, const redisReply *reply) {
  struct scan *scan = (struct scan *)call;
  bool understood = is_array(scan->s, reply, SIZE_MAX);
  size_t n = understood ? reply->elements : 0;
  struct store_entry *entries = take((n + 1) * sizeof *entries);
  for (size_t i = 0; understood && i < n; i++) understood = set_entry(&entries[i], reply->element[i]);
  answer_scan(scan, understood ? STORE_DONE : STORE_UNAVAILABLE, entries, NULL, understood ? n : 0);
  free(entries);
}

static void on_claim(struct redis_call *call, const redisReply *reply) {
  struct scan *scan = (struct scan *)call;
  bool understood = is_array(scan->s, reply, SIZE_MAX);
  char **names = understood ? copy_texts(reply) : NULL;
  answer_scan(scan, understood ? STORE_DONE : STORE_UNAVAILABLE, NULL, names, understood ? reply->elements : 0);
  free(names);
}

static void send_events(struct store_redis *s, struct scan *scan) {
  char from[24];
  snprintf(from, sizeof from, "(%llu", (unsigned long long)scan->after);
  resp_begin(&s->resp);
  resp_text(&s->resp, "XRANGE");
  resp_key(&s->resp, scan->area, "events", "");
  resp_text(&s->resp, scan->after ? from : "-");
  resp_text(&s->resp, "+");
  resp_text(&s->resp, "COUNT");
  resp_number(&s->resp, scan->limit);
  scan->call.done = on_events;
  send_call(s, &scan->call);
}

static void send_claim(struct store_redis *s, struct scan *scan) {
  resp_begin(&s->resp);
  resp_text(&s->resp, "FCALL");
  resp_text(&s->resp, "claim");
  resp_number(&s->resp, 1);
  resp_key(&s->resp, scan->area, "timers:", scan->service);
  resp_number(&s->resp, scan->now_ms);
  resp_number(&s->resp, scan->lease_ms);
  resp_number(&s->resp, scan->limit);
  scan->call.done = on_claim;
  send_call(s, &scan->call);
}

static void send_scans(struct store_redis *s) {
  while (queue_size(&s->scans)) {
    struct scan *scan = queue_pop(&s->scans);
    if (scan->events)
      send_events(s, scan);
    else
      send_claim(s, scan);
  }
}

// --- one turn of the loop

// Answers those who are queued now: who is answered may ask again at once, and that waits for the next turn.
static void answer_reads(struct store_redis *s, struct queue *q, enum store_result result) {
  for (size_t n = queue_size(q); n > 0 && queue_size(q); n--) answer_read(s, queue_pop(q), result);
}

static void refuse(struct store_redis *s, struct queue *reads, struct queue *changes, struct queue *scans) {
  size_t n_changes = queue_size(changes), n_scans = queue_size(scans);
  answer_reads(s, reads, STORE_UNAVAILABLE);
  while (n_changes-- && queue_size(changes)) answer_change(s, queue_pop(changes), STORE_UNAVAILABLE);
  while (n_scans-- && queue_size(scans)) answer_scan(queue_pop(scans), STORE_UNAVAILABLE, NULL, NULL, 0);
}

static void flush(struct store_redis *s) {
  uv_idle_stop(&s->idle);
  answer_reads(s, &s->empties, STORE_DONE);
  refuse(s, &s->refused_reads, &s->refused_changes, &s->refused_scans);
  if (!redis_ready(s->redis)) {
    refuse(s, &s->reads, &s->changes, &s->scans);
    return;
  }
  send_scans(s);
  send_reads(s);
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

static void store_events(struct store *store, const char *area, uint64_t after, unsigned limit, store_events_fn *done,
                         void *context) {
  struct store_redis *s = of(store);
  struct scan *scan = take(sizeof *scan);
  *scan = (struct scan){.s = s, .after = after, .limit = limit, .events = done, .context = context};
  snprintf(scan->area, sizeof scan->area, "%s", area);
  enqueue(s, &s->scans, &s->refused_scans, scan);
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

static const struct store_ops ops = {store_read, store_commit, store_events, store_claim, store_ready, store_close};

static struct redis *connect_to(uv_loop_t *loop, const struct config *config, char *errors, size_t errors_bytes) {
  char password[256];
  struct redis_options options = {config->redis, config->redis_user, NULL};
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
  struct redis *redis = connect_to(loop, config, errors, errors_bytes);
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
