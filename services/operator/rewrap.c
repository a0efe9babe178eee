// Wraps data keys anew. They are found by SCAN, which names every key that is there from the beginning of a pass to its
// end; each is written only if nobody else has written it since it was read.
#include "redis.h"
#include "resp.h"
#include "rotation.h"
#include "store_redis.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  PAGE = 256, // names that one SCAN looks at, about
  PAGE_BYTES = 64 << 20,
};

struct pass {
  struct rotation *r;
  struct rewrapped *counts;
  uint8_t newest[KEYS_PARTITIONS][32], older[KEYS_PARTITIONS][32];
  struct arena arena;
  struct redis *redis; // a connection for SCAN
  struct redis_call call;
  char cursor[24];
  char **names;
  size_t n_names, pending;
  bool waiting, broken, closed;
};

// --- one data key

// "{area}:DataKey:<subject>/<partition>", cut into its parts. False: it is none, or its partition does not rotate.
struct name {
  const char *key, *area, *subject;
  Partition partition;
};
static bool parse(struct pass *p, const char *key, struct name *out) {
  static const char mark[] = "}:DataKey:";
  const char *end = strstr(key, mark), *slash = strrchr(key, '/');
  if (*key != '{' || !end || !slash || slash < end + sizeof mark - 1) return false;
  int partition = atoi(slash + 1);
  if (partition <= 0 || partition >= KEYS_PARTITIONS || !p->r->rotates[partition]) return false;
  const char *subject = end + sizeof mark - 1;
  *out = (struct name){key, arena_printf(&p->arena, "%.*s", (int)(end - key - 1), key + 1),
                       arena_printf(&p->arena, "%.*s", (int)(slash - subject), subject), (Partition)partition};
  return true;
}

// What becomes of one; NULL: it stays as it is.
static DataKey *rewrap(struct pass *p, const struct name *name, const struct store_value *value) {
  struct data_key key;
  DataKey *made = arena_take(&p->arena, sizeof *made);
  const DataKey *is = arena_unpack(&p->arena, &data_key__descriptor, value->body.data, value->body.size_bytes);
  if (is && is->master.len && seal_unwrap(p->newest[name->partition], name->subject, name->partition, is, &key)) {
    sodium_memzero(&key, sizeof key);
    return NULL;
  }
  bool opened = is && (seal_unwrap(p->older[name->partition], name->subject, name->partition, is, &key) ||
                       seal_unwrap(p->newest[name->partition], name->subject, name->partition, is, &key));
  if (!opened) {
    fprintf(stderr, "alongside keys: %s opens under neither master key\n", name->key);
    p->counts->unusable++;
    return NULL;
  }
  seal_wrap(p->newest[name->partition], name->subject, name->partition, &key, made, &p->arena);
  sodium_memzero(&key, sizeof key);
  return made;
}

static void on_committed(struct store_change *change, enum store_result result) {
  struct pass *p = change->owner;
  p->pending--;
  p->counts->rewrapped += result == STORE_DONE;
  p->counts->left += result == STORE_CONFLICT;
  p->broken |= result == STORE_UNAVAILABLE;
}

static void write_one(struct pass *p, const struct name *name, uint64_t version, const DataKey *made) {
  struct store_change *change = arena_take(&p->arena, sizeof *change);
  struct store_record *record = arena_take(&p->arena, sizeof *record);
  size_t size_bytes = 8 + data_key__get_packed_size(made);
  uint8_t *value = arena_take(&p->arena, size_bytes);
  for (int i = 0; i < 8; i++) value[i] = (uint8_t)((version + 1) >> (56 - 8 * i));
  data_key__pack(made, value + 8);
  *record = (struct store_record){name->key, version, STORE_PUT, {value, size_bytes}};
  *change =
      (struct store_change){.area = name->area, .records = record, .n_records = 1, .done = on_committed, .owner = p};
  p->pending++;
  p->r->sync.store->ops->commit(p->r->sync.store, change);
}

// --- a page of names

static void rewrap_page(struct pass *p) {
  struct name *names = arena_take(&p->arena, (p->n_names + 1) * sizeof *names);
  const char **keys = arena_take(&p->arena, (p->n_names + 1) * sizeof *keys);
  struct store_value *values = arena_take(&p->arena, (p->n_names + 1) * sizeof *values);
  size_t n = 0;
  for (size_t i = 0; i < p->n_names; i++)
    if (parse(p, p->names[i], &names[n])) n++;
  for (size_t i = 0; i < n; i++) keys[i] = names[i].key;
  if (n && !sync_read_many(&p->r->sync, keys, n, values, &p->arena)) p->broken = true;
  for (size_t i = 0; i < n && !p->broken; i++) {
    const DataKey *made = values[i].exists ? rewrap(p, &names[i], &values[i]) : NULL;
    if (made) write_one(p, &names[i], values[i].version, made);
  }
  p->counts->n += n;
  while (p->pending) uv_run(&p->r->sync.loop, UV_RUN_ONCE);
}

static void on_names(struct redis_call *call, const redisReply *reply) {
  struct pass *p = (struct pass *)((char *)call - offsetof(struct pass, call));
  p->waiting = false;
  p->broken |= !reply || reply->type != REDIS_REPLY_ARRAY || reply->elements != 2;
  if (p->broken) return;
  const redisReply *names = reply->element[1];
  snprintf(p->cursor, sizeof p->cursor, "%s", reply->element[0]->str);
  p->n_names = names->elements;
  p->names = arena_take(&p->arena, (p->n_names + 1) * sizeof *p->names);
  for (size_t i = 0; i < p->n_names; i++) p->names[i] = arena_text(&p->arena, names->element[i]->str);
}

static void ask_names(struct pass *p) {
  struct resp command = {0};
  size_t size_bytes;
  resp_begin(&command);
  static const char *const words[] = {"MATCH", "{*}:DataKey:*", "COUNT"};
  resp_text(&command, "SCAN");
  resp_text(&command, p->cursor);
  for (int i = 0; i < 3; i++) resp_text(&command, words[i]);
  resp_number(&command, PAGE);
  const char *text = resp_end(&command, &size_bytes);
  p->call.done = on_names;
  p->waiting = redis_send(p->redis, text, size_bytes, &p->call);
  p->broken |= !p->waiting;
  redis_flush(p->redis);
  resp_free(&command);
  while (p->waiting) uv_run(&p->r->sync.loop, UV_RUN_ONCE);
}

// --- the pass

static bool read_masters(struct pass *p) {
  char errors[512];
  for (int i = 1; i < KEYS_PARTITIONS; i++) {
    const char *name = keys_partition_name((Partition)i);
    if (!p->r->rotates[i]) continue;
    if (!keys_read_secret(p->r->folder, name, "master", p->newest[i], errors, sizeof errors) &&
        !keys_read_secret(p->r->folder, name, "old", p->older[i], errors, sizeof errors))
      continue;
    fprintf(stderr, "alongside keys: %s\n", errors);
    return false;
  }
  return true;
}

static bool open_scan(struct pass *p) {
  char errors[512];
  p->redis = redis_open_configured(&p->r->sync.loop, &p->r->sync.config, false, errors, sizeof errors);
  uint64_t until_ms = uv_now(&p->r->sync.loop) + REDIS_SILENCE_MS;
  while (p->redis && !redis_ready(p->redis) && uv_now(&p->r->sync.loop) < until_ms)
    uv_run(&p->r->sync.loop, UV_RUN_ONCE);
  return p->redis && redis_ready(p->redis);
}

static void on_closed(void *context) {
  ((struct pass *)context)->closed = true;
}

static void close_scan(struct pass *p) {
  if (p->redis) redis_close(p->redis, on_closed, p);
  while (p->redis && !p->closed) uv_run(&p->r->sync.loop, UV_RUN_ONCE);
}

bool rotation_pass(struct rotation *r, struct rewrapped *counts) {
  struct pass p = {.r = r, .counts = counts, .cursor = "0"};
  struct progress progress;
  *counts = (struct rewrapped){0};
  if (!read_masters(&p)) return false;
  arena_init(&p.arena, PAGE_BYTES);
  progress_begin(&progress, "data keys", 0);
  p.broken = !open_scan(&p);
  while (!p.broken) {
    ask_names(&p);
    if (!p.broken) rewrap_page(&p);
    arena_reset(&p.arena);
    progress_at(&progress, counts->n);
    if (!strcmp(p.cursor, "0")) break;
  }
  progress_end(&progress);
  close_scan(&p);
  arena_deinit(&p.arena);
  sodium_memzero(p.newest, sizeof p.newest);
  sodium_memzero(p.older, sizeof p.older);
  return !p.broken;
}
