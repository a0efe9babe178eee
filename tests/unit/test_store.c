// What a store promises, tried on both of them: in memory and in Redis. And that they cannot be told apart.
#include "redis_server.h"
#include "store_memory.h"
#include "store_redis.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
  MOST = 64
};

// A store and how to make it work.
struct world {
  struct store *store;
  struct memory *memory; // NULL: it is Redis
  uv_loop_t loop;
  unsigned waiting;
  bool closed;
};

static struct redis_server server;
static redisContext *direct;

// --- driving either store

static void settle(struct world *w) {
  while (w->waiting) {
    if (w->memory)
      assert_true(store_memory_step(w->store, 7ull << 32, MEMORY_FINE)); // in order, eight at a time
    else
      uv_run(&w->loop, UV_RUN_ONCE);
  }
}

static void open_memory(struct world *w) {
  *w = (struct world){.memory = memory_new()};
  w->store = store_memory_open(w->memory, "intake");
}

static void open_redis(struct world *w) {
  char errors[128];
  *w = (struct world){.memory = NULL};
  uv_loop_init(&w->loop);
  const struct config config = {.name = "intake", .redis = server.address};
  freeReplyObject(redisCommand(direct, "FLUSHALL"));
  w->store = store_redis_open(&w->loop, &config, errors, sizeof errors);
  assert_non_null(w->store);
  while (!w->store->ops->ready(w->store)) uv_run(&w->loop, UV_RUN_ONCE);
}

static void on_closed(void *context) {
  ((struct world *)context)->closed = true;
}

static void close_world(struct world *w) {
  w->store->ops->close(w->store, on_closed, w);
  while (!w->closed) {
    if (w->memory)
      store_memory_step(w->store, 0, MEMORY_FINE);
    else
      uv_run(&w->loop, UV_RUN_ONCE);
  }
  if (w->memory)
    memory_free(w->memory);
  else
    assert_int_equal(uv_loop_close(&w->loop), 0);
}

struct asked {
  struct world *w;
  enum store_result result;
};

static void on_change(struct store_change *change, enum store_result result) {
  struct asked *asked = change->owner;
  asked->result = result;
  asked->w->waiting--;
}

// Commits them together and waits for all.
static void commit(struct world *w, struct store_change *changes, size_t n, enum store_result *results) {
  struct asked asked[256];
  assert_true(n <= 256);
  for (size_t i = 0; i < n; i++) {
    asked[i] = (struct asked){w, STORE_UNAVAILABLE};
    changes[i].owner = &asked[i];
    changes[i].done = on_change;
    w->waiting++;
    w->store->ops->commit(w->store, &changes[i]);
  }
  settle(w);
  for (size_t i = 0; i < n; i++) results[i] = asked[i].result;
}

static enum store_result commit_one(struct world *w, struct store_change change) {
  enum store_result result;
  change.area = change.area ? change.area : "a";
  commit(w, &change, 1, &result);
  return result;
}

struct value_bytes {
  uint8_t bytes[24];
};
static struct bytes value(struct value_bytes *v, uint8_t version, const char *text) {
  memset(v->bytes, 0, 8);
  v->bytes[7] = version;
  memcpy(v->bytes + 8, text, strlen(text));
  return (struct bytes){v->bytes, 8 + strlen(text)};
}

static enum store_result put(struct world *w, const char *key, uint64_t seen, uint8_t version, const char *text) {
  struct value_bytes v;
  struct store_record record = {key, seen, STORE_PUT, value(&v, version, text)};
  return commit_one(w, (struct store_change){.records = &record, .n_records = 1});
}

static enum store_result publish(struct world *w, const char *list, unsigned n, uint64_t *first) {
  struct store_change change = {.area = "a", .events = {(const uint8_t *)list, strlen(list)}, .n_events = n};
  enum store_result result;
  commit(w, &change, 1, &result);
  *first = change.first_sequence;
  return result;
}

// What was read, as text: "version=body" of each record, then the members.
struct seen {
  struct world *w;
  char text[1024];
};

static void on_read(struct store_read *read, enum store_result result) {
  struct seen *seen = read->owner;
  char *to = seen->text;
  assert_int_equal(result, STORE_DONE);
  *to = '\0';
  for (size_t i = 0; i < read->n_keys; i++) {
    const struct store_value *v = &read->values[i];
    if (!v->exists)
      to += sprintf(to, "- ");
    else
      to += sprintf(to, "%d=%.*s ", (int)v->version, (int)v->body.size_bytes, (const char *)v->body.data);
  }
  for (size_t i = 0; i < read->n_members; i++) to += sprintf(to, "%s ", read->members[i]);
  seen->w->waiting--;
}

static void read_all(struct world *w, struct store_read *read, struct seen *seen) {
  struct store_value values[8];
  seen->w = w;
  read->values = values;
  read->done = on_read;
  read->owner = seen;
  w->waiting++;
  w->store->ops->read(w->store, read);
  settle(w);
}

static void sees(struct world *w, const char *key, const char *other, const char *expected) {
  const char *keys[] = {key, other};
  struct store_read read = {.keys = keys, .n_keys = other ? 2 : 1};
  struct seen seen;
  read_all(w, &read, &seen);
  assert_string_equal(seen.text, expected);
}

static void page_is(struct world *w, const char *index, const char *after, unsigned limit, const char *expected) {
  struct store_read read = {.area = "a", .index = index, .after = after, .limit = limit};
  struct seen seen;
  read_all(w, &read, &seen);
  assert_string_equal(seen.text, expected);
}

static void on_entries(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  struct seen *seen = context;
  char *to = seen->text;
  assert_int_equal(result, STORE_DONE);
  *to = '\0';
  for (size_t i = 0; i < n; i++) {
    to += sprintf(to, "%d=%.*s ", (int)entries[i].last, (int)entries[i].list.size_bytes,
                  (const char *)entries[i].list.data);
  }
  seen->w->waiting--;
}

static void events_are(struct world *w, uint64_t after, unsigned limit, const char *expected) {
  struct seen seen = {.w = w};
  w->waiting++;
  w->store->ops->events(w->store, "a", after, limit, on_entries, &seen);
  settle(w);
  assert_string_equal(seen.text, expected);
}

static void on_timers(void *context, enum store_result result, char **names, size_t n) {
  struct seen *seen = context;
  char *to = seen->text;
  assert_int_equal(result, STORE_DONE);
  *to = '\0';
  for (size_t i = 0; i < n; i++) to += sprintf(to, "%s ", names[i]);
  seen->w->waiting--;
}

static void claims(struct world *w, int64_t now_ms, unsigned limit, const char *expected) {
  struct seen seen = {.w = w};
  w->waiting++;
  w->store->ops->claim(w->store, "a", "intake", now_ms, 1000, limit, on_timers, &seen);
  settle(w);
  assert_string_equal(seen.text, expected);
}

static void set_timer(struct world *w, const char *name, int64_t due_at_ms) {
  struct store_timer timer = {name, due_at_ms};
  assert_int_equal(commit_one(w, (struct store_change){.timers = &timer, .n_timers = 1}), STORE_DONE);
}

static void index_member(struct world *w, const char *index, const char *member, bool remove) {
  struct store_index entry = {index, member, remove};
  assert_int_equal(commit_one(w, (struct store_change){.indexes = &entry, .n_indexes = 1}), STORE_DONE);
}

// --- what a store promises

static void a_record_that_was_put_is_read_with_its_version(struct world *w) {
  sees(w, "{a}:T:1", NULL, "- ");
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  assert_int_equal(put(w, "{a}:T:2", 0, 7, ""), STORE_DONE);
  sees(w, "{a}:T:1", "{a}:T:2", "1=one 7= ");
}

static void a_stale_version_conflicts(struct world *w) {
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "again"), STORE_CONFLICT);
  assert_int_equal(put(w, "{a}:T:1", 1, 2, "two"), STORE_DONE);
  assert_int_equal(put(w, "{a}:T:1", 1, 2, "late"), STORE_CONFLICT);
  assert_int_equal(put(w, "{a}:T:9", 3, 4, "never was"), STORE_CONFLICT);
  sees(w, "{a}:T:1", "{a}:T:9", "2=two - ");
}

static void a_record_that_is_only_looked_at_is_checked_too(struct world *w) {
  struct value_bytes v;
  assert_int_equal(put(w, "{a}:T:1", 0, 5, "one"), STORE_DONE);
  struct store_record records[] = {{"{a}:T:1", 4, STORE_KEEP, {NULL, 0}},
                                   {"{a}:T:2", 0, STORE_PUT, value(&v, 1, "two")}};
  struct store_change change = {.records = records, .n_records = 2};
  assert_int_equal(commit_one(w, change), STORE_CONFLICT);
  records[0].seen_version = 5;
  assert_int_equal(commit_one(w, change), STORE_DONE);
  sees(w, "{a}:T:1", "{a}:T:2", "5=one 1=two ");
}

static void a_deleted_record_can_be_made_again(struct world *w) {
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  struct store_record record = {"{a}:T:1", 1, STORE_DELETE, {NULL, 0}};
  struct store_change change = {.records = &record, .n_records = 1};
  assert_int_equal(commit_one(w, change), STORE_DONE);
  sees(w, "{a}:T:1", NULL, "- ");
  assert_int_equal(commit_one(w, change), STORE_CONFLICT);
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "new"), STORE_DONE);
}

static void a_conflict_leaves_nothing_behind(struct world *w) {
  struct value_bytes v;
  uint64_t first;
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  struct store_record records[] = {{"{a}:T:2", 0, STORE_PUT, value(&v, 1, "two")},
                                   {"{a}:T:1", 9, STORE_DELETE, {NULL, 0}}};
  struct store_timer timer = {"wake", 10};
  struct store_index entry = {"i", "m", false};
  struct store_change change = {.area = "a", .records = records, .n_records = 2, .timers = &timer, .n_timers = 1};
  change.indexes = &entry;
  change.n_indexes = 1;
  change.events = change.audit = (struct bytes){(const uint8_t *)"x", 1};
  change.n_events = change.n_audit = 1;
  assert_int_equal(commit_one(w, change), STORE_CONFLICT);
  sees(w, "{a}:T:1", "{a}:T:2", "1=one - ");
  claims(w, 100, 10, "");
  page_is(w, "i", NULL, 10, "");
  events_are(w, 0, 10, "");
  assert_int_equal(publish(w, "x", 1, &first), STORE_DONE);
  assert_int_equal(first, 1);
}

static void the_second_of_two_changes_to_a_record_conflicts_in_one_batch(struct world *w) {
  struct value_bytes v[3];
  enum store_result results[3];
  struct store_record records[] = {{"{a}:T:1", 0, STORE_PUT, value(&v[0], 1, "one")},
                                   {"{a}:T:1", 0, STORE_PUT, value(&v[1], 1, "two")},
                                   {"{a}:T:1", 1, STORE_PUT, value(&v[2], 2, "three")}};
  struct store_change changes[3];
  for (int i = 0; i < 3; i++) changes[i] = (struct store_change){.area = "a", .records = &records[i], .n_records = 1};
  commit(w, changes, 3, results);
  assert_int_equal(results[0], STORE_DONE);
  assert_int_equal(results[1], STORE_CONFLICT);
  assert_int_equal(results[2], STORE_DONE); // it has seen the first one's version
  sees(w, "{a}:T:1", NULL, "2=three ");
}

static void a_record_deleted_earlier_in_the_batch_is_absent(struct world *w) {
  struct value_bytes v[2];
  enum store_result results[2];
  assert_int_equal(put(w, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  struct store_record records[] = {{"{a}:T:1", 1, STORE_DELETE, {NULL, 0}},
                                   {"{a}:T:1", 0, STORE_PUT, value(&v[0], 1, "new")}};
  struct store_change changes[] = {{.area = "a", .records = &records[0], .n_records = 1},
                                   {.area = "a", .records = &records[1], .n_records = 1}};
  commit(w, changes, 2, results);
  assert_int_equal(results[0], STORE_DONE);
  assert_int_equal(results[1], STORE_DONE);
  sees(w, "{a}:T:1", NULL, "1=new ");
}

// The second goes by what the first leaves behind only if that one is made.
static void what_conflicts_with_one_that_is_not_made_is_made(struct world *w) {
  struct value_bytes v[3];
  enum store_result results[3];
  struct store_record first[] = {{"{a}:T:1", 0, STORE_PUT, value(&v[0], 1, "one")},
                                 {"{a}:T:2", 7, STORE_KEEP, {NULL, 0}}};
  struct store_record second = {"{a}:T:1", 0, STORE_PUT, value(&v[1], 1, "two")};
  struct store_record third = {"{a}:T:1", 0, STORE_DELETE, {NULL, 0}};
  struct store_change changes[] = {{.area = "a", .records = first, .n_records = 2},
                                   {.area = "a", .records = &second, .n_records = 1},
                                   {.area = "a", .records = &third, .n_records = 1}};
  commit(w, changes, 3, results);
  assert_int_equal(results[0], STORE_CONFLICT);
  assert_int_equal(results[1], STORE_DONE);
  assert_int_equal(results[2], STORE_CONFLICT);
  sees(w, "{a}:T:1", NULL, "1=two ");
}

static void sequences_are_gapless_whatever_conflicts(struct world *w) {
  struct store_change changes[MOST];
  enum store_result results[MOST];
  struct store_record never = {"{a}:T:1", 5, STORE_KEEP, {NULL, 0}};
  uint64_t next = 1;
  for (int i = 0; i < MOST; i++) {
    changes[i] = (struct store_change){.area = "a", .events = {(const uint8_t *)"xyz", 3}, .n_events = 1 + i % 3};
    if (i % 4 == 0) changes[i].n_events = 0;
    if (i % 5 == 0) changes[i].records = &never;
    changes[i].n_records = i % 5 == 0;
  }
  commit(w, changes, MOST, results);
  for (int i = 0; i < MOST; i++) {
    assert_int_equal(results[i], i % 5 == 0 ? STORE_CONFLICT : STORE_DONE);
    bool has_events = i % 5 != 0 && changes[i].n_events > 0;
    assert_int_equal(changes[i].first_sequence, has_events ? next : 0);
    if (has_events) next += changes[i].n_events;
  }
}

static void each_area_has_its_own_sequence_in_one_batch(struct world *w) {
  const char *areas[] = {"a", "b", "a", "c", "b", "a"};
  const uint64_t expected[] = {1, 1, 2, 1, 2, 3};
  struct store_change changes[6];
  enum store_result results[6];
  for (int i = 0; i < 6; i++) {
    changes[i] = (struct store_change){.area = areas[i], .events = {(const uint8_t *)"x", 1}, .n_events = 1};
  }
  commit(w, changes, 6, results);
  for (int i = 0; i < 6; i++) assert_int_equal(changes[i].first_sequence, expected[i]);
}

static void events_are_read_from_the_middle_of_an_entry(struct world *w) {
  uint64_t first;
  assert_int_equal(publish(w, "abc", 3, &first), STORE_DONE);
  assert_int_equal(publish(w, "de", 2, &first), STORE_DONE);
  assert_int_equal(first, 4);
  assert_int_equal(publish(w, "f", 1, &first), STORE_DONE);
  events_are(w, 0, 10, "3=abc 5=de 6=f ");
  events_are(w, 2, 10, "3=abc 5=de 6=f ");
  events_are(w, 3, 10, "5=de 6=f ");
  events_are(w, 4, 1, "5=de ");
  events_are(w, 6, 10, "");
}

static void the_audit_is_a_stream_of_its_own(struct world *w) {
  struct seen seen = {.w = w};
  uint64_t first;
  struct store_change change = {.area = "a", .audit = {(const uint8_t *)"who", 3}, .n_audit = 1};
  assert_int_equal(publish(w, "x", 1, &first), STORE_DONE);
  assert_int_equal(commit_one(w, change), STORE_DONE);
  assert_int_equal(commit_one(w, change), STORE_DONE);
  w->waiting++;
  w->store->ops->audit(w->store, "a", 1, 10, on_entries, &seen);
  settle(w);
  assert_string_equal(seen.text, "2=who ");
  events_are(w, 0, 10, "1=x ");
}

static void an_index_is_read_page_by_page(struct world *w) {
  const char *members[] = {"b", "d", "a", "c", "a/1", "b"};
  for (int i = 0; i < 6; i++) index_member(w, "i", members[i], false);
  page_is(w, "i", NULL, 10, "a a/1 b c d ");
  page_is(w, "i", "", 2, "a a/1 ");
  page_is(w, "i", "a/1", 2, "b c ");
  page_is(w, "i", "bb", 2, "c d ");
  page_is(w, "i", "d", 2, "");
  page_is(w, "other", NULL, 10, "");
  index_member(w, "i", "c", true);
  index_member(w, "i", "not there", true);
  page_is(w, "i", "b", 10, "d ");
}

static void an_owners_index_shows_nothing_of_its_neighbours(struct world *w) {
  const char *owners[] = {"k/X1", "k/X10", "k/X", "k/X0", "k/W9", "kk/X1", "k"};
  for (int i = 0; i < 7; i++) index_member(w, owners[i], "m", false);
  index_member(w, "k/X1", "a/1", false);
  index_member(w, "k/X1", "z", false);
  page_is(w, "k/X1", NULL, 10, "a/1 m z ");
  page_is(w, "k/X1", "", 1, "a/1 ");
  page_is(w, "k/X1", "a/1", 10, "m z ");
  page_is(w, "k/X1", "z", 10, "");
  page_is(w, "k/X", NULL, 10, "m ");
  page_is(w, "k/Y", NULL, 10, "");
  index_member(w, "k/X1", "m", true);
  page_is(w, "k/X1", NULL, 10, "a/1 z ");
  page_is(w, "k/X10", NULL, 10, "m ");
}

static void records_and_a_page_come_in_one_read(struct world *w) {
  const char *keys[] = {"{a}:T:1", "{a}:T:2"};
  struct seen seen;
  assert_int_equal(put(w, "{a}:T:2", 0, 1, "two"), STORE_DONE);
  index_member(w, "i", "m", false);
  struct store_read read = {.keys = keys, .n_keys = 2, .area = "a", .index = "i", .limit = 5};
  read_all(w, &read, &seen);
  assert_string_equal(seen.text, "- 1=two m ");
  struct store_read nothing = {.n_keys = 0};
  read_all(w, &nothing, &seen);
  assert_string_equal(seen.text, "");
}

static void timers_are_set_moved_cleared_and_come_due_again_after_the_lease(struct world *w) {
  set_timer(w, "late", 300);
  set_timer(w, "early", 100);
  set_timer(w, "both", 200);
  set_timer(w, "beside", 200);
  claims(w, 99, 10, "");
  claims(w, 200, 2, "early beside ");
  claims(w, 200, 10, "both ");
  claims(w, 1199, 10, "late ");
  set_timer(w, "early", 0);
  set_timer(w, "both", 5000);
  claims(w, 1200, 10, "beside ");
  claims(w, 5000, 10, "late beside both ");
}

static void the_last_word_on_a_timer_in_a_batch_counts(struct world *w) {
  struct store_timer timers[] = {{"t", 10}, {"t", 0}, {"u", 0}, {"u", 10}};
  struct store_change changes[4];
  enum store_result results[4];
  for (int i = 0; i < 4; i++) changes[i] = (struct store_change){.area = "a", .timers = &timers[i], .n_timers = 1};
  commit(w, changes, 4, results);
  claims(w, 100, 10, "u ");
}

static void a_change_of_nothing_is_done(struct world *w) {
  assert_int_equal(commit_one(w, (struct store_change){.n_records = 0}), STORE_DONE);
}

static void a_batch_larger_than_what_lua_unpacks_is_whole(struct world *w) {
  enum {
    N = 64,
    EACH = 150
  };
  static char keys[N][EACH][24];
  static struct store_record records[N][EACH];
  static struct value_bytes v;
  struct store_change changes[N];
  enum store_result results[N];
  for (int c = 0; c < N; c++) {
    for (int i = 0; i < EACH; i++) {
      snprintf(keys[c][i], sizeof keys[c][i], "{a}:T:%d-%d", c, i);
      records[c][i] = (struct store_record){keys[c][i], 0, STORE_PUT, value(&v, 1, "x")};
    }
    changes[c] = (struct store_change){.area = "a", .records = records[c], .n_records = EACH};
  }
  commit(w, changes, N, results);
  for (int c = 0; c < N; c++) assert_int_equal(results[c], STORE_DONE);
  sees(w, "{a}:T:0-0", "{a}:T:63-149", "1=x 1=x ");
  commit(w, changes, N, results);
  for (int c = 0; c < N; c++) assert_int_equal(results[c], STORE_CONFLICT);
  for (int c = 0; c < N * EACH; c++)
    records[c / EACH][c % EACH] = (struct store_record){keys[c / EACH][c % EACH], 1, STORE_DELETE, {NULL, 0}};
  commit(w, changes, N, results);
  for (int c = 0; c < N; c++) assert_int_equal(results[c], STORE_DONE);
  sees(w, "{a}:T:0-0", "{a}:T:63-149", "- - ");
}

static void very_many_timers_and_members_in_one_change_are_all_there(struct world *w) {
  enum {
    N = 9001
  };
  static char names[N][16];
  static struct store_timer timers[N];
  static struct store_index members[N];
  for (int i = 0; i < N; i++) {
    snprintf(names[i], sizeof names[i], "%05d", i);
    timers[i] = (struct store_timer){names[i], 1 + i};
    members[i] = (struct store_index){"i", names[i], false};
  }
  struct store_change change = {.timers = timers, .n_timers = N, .indexes = members, .n_indexes = N};
  assert_int_equal(commit_one(w, change), STORE_DONE);
  page_is(w, "i", "08997", 10, "08998 08999 09000 ");
  claims(w, 2, 10, "00000 00001 ");
  for (int i = 0; i < N; i++) {
    timers[i].due_at_ms = i == 5 ? 5 : 0;
    members[i].remove = i != 8999;
  }
  assert_int_equal(commit_one(w, change), STORE_DONE);
  page_is(w, "i", NULL, 10, "08999 ");
  claims(w, 10000, 10, "00005 ");
}

// --- the same in both

struct random {
  uint64_t state;
};
static unsigned below(struct random *r, unsigned n) {
  r->state ^= r->state << 13;
  r->state ^= r->state >> 7;
  r->state ^= r->state << 17;
  return (unsigned)((r->state >> 20) % n);
}

static const char *const areas[] = {"a", "b"};
enum {
  KEYS = 10,
  RECORDS_MOST = 3,
  SCORES_MOST = 2,
  BATCH_MOST = 40
};

// Indexes, and how Redis shows the members of each by itself: as a range of a sorted set, and what comes before them.
static const struct {
  const char *name, *set, *from, *to, *prefix;
} indexes[] = {{"i", "i", "-", "+", ""}, {"j/m1", "j", "[m1/", "(m10", "m1/"}, {"j/m", "j", "[m/", "(m0", "m/"}};

// A change with all that it points at.
struct drawn {
  char keys[RECORDS_MOST][24], timers[SCORES_MOST][16], members[SCORES_MOST][16], list[32];
  uint8_t values[RECORDS_MOST][40];
  struct store_record records[RECORDS_MOST];
  struct store_timer timer[SCORES_MOST];
  struct store_index index[SCORES_MOST];
  struct store_change change;
};

static void draw_record(struct random *r, const struct memory *m, struct drawn *d, const char *area, unsigned i) {
  snprintf(d->keys[i], sizeof d->keys[i], "{%s}:T:%u", area, (i * KEYS + below(r, KEYS)) % (RECORDS_MOST * KEYS));
  struct bytes now = memory_record(m, d->keys[i]);
  uint64_t seen = now.data ? now.data[7] : 0;
  if (below(r, 8) == 0) seen = below(r, 4);
  size_t size_bytes = 8 + below(r, 32);
  memset(d->values[i], 0, 8);
  d->values[i][7] = (uint8_t)(seen % 255 + 1);
  for (size_t b = 8; b < size_bytes; b++) d->values[i][b] = (uint8_t)below(r, 256);
  d->records[i] = (struct store_record){d->keys[i], seen, STORE_KEEP, {NULL, 0}};
  unsigned then = below(r, 8);
  d->records[i].then = then < 2 ? STORE_KEEP : then < 7 ? STORE_PUT : STORE_DELETE;
  if (d->records[i].then == STORE_PUT) d->records[i].value = (struct bytes){d->values[i], size_bytes};
}

static void draw(struct random *r, const struct memory *m, struct drawn *d) {
  const char *area = areas[below(r, 2)];
  d->change = (struct store_change){.area = area, .records = d->records, .timers = d->timer, .indexes = d->index};
  d->change.n_records = below(r, RECORDS_MOST + 1);
  for (unsigned i = 0; i < d->change.n_records; i++) draw_record(r, m, d, area, i);
  d->change.n_timers = below(r, SCORES_MOST + 1);
  d->change.n_indexes = below(r, SCORES_MOST + 1);
  for (unsigned i = 0; i < SCORES_MOST; i++) {
    snprintf(d->timers[i], sizeof d->timers[i], "timer/%u", below(r, 12));
    snprintf(d->members[i], sizeof d->members[i], "m%u", below(r, 12));
    d->timer[i] = (struct store_timer){d->timers[i], below(r, 3) ? 1 + below(r, 1000) : 0};
    d->index[i] = (struct store_index){indexes[below(r, 3)].name, d->members[i], below(r, 3) == 0};
  }
  for (unsigned i = 0; i < sizeof d->list; i++) d->list[i] = (char)below(r, 256);
  d->change.n_events = below(r, 3);
  d->change.n_audit = below(r, 2);
  d->change.events = (struct bytes){(uint8_t *)d->list, below(r, sizeof d->list)};
  d->change.audit = (struct bytes){(uint8_t *)d->list, below(r, sizeof d->list)};
}

// Commits the same changes to both; each must answer the same.
static void commit_both(struct world *one, struct world *other, struct drawn *drawn, size_t n) {
  struct store_change mine[BATCH_MOST], theirs[BATCH_MOST];
  enum store_result my_results[BATCH_MOST], their_results[BATCH_MOST];
  for (size_t i = 0; i < n; i++) mine[i] = theirs[i] = drawn[i].change;
  commit(one, mine, n, my_results);
  commit(other, theirs, n, their_results);
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(my_results[i], their_results[i]);
    assert_int_equal(mine[i].first_sequence, theirs[i].first_sequence);
  }
}

// What a stream holds: its last sequence and all its messages, however they are spread over entries.
struct content {
  uint64_t last;
  uint8_t *data;
  size_t size_bytes;
};

static void content_add(struct content *c, uint64_t last, const void *data, size_t size_bytes) {
  c->data = realloc(c->data, c->size_bytes + size_bytes + 1);
  if (size_bytes) memcpy(c->data + c->size_bytes, data, size_bytes);
  c->size_bytes += size_bytes;
  c->last = last;
}

static void same_stream(struct memory *m, const char *area, const char *stream, const char *field) {
  struct content mine = {0}, theirs = {0};
  size_t n;
  struct store_entry *entries = memory_entries(m, area, stream, 0, UINT32_MAX, &n);
  for (size_t i = 0; i < n; i++) {
    content_add(&mine, entries[i].last, entries[i].list.data, entries[i].list.size_bytes);
  }
  redisReply *reply = redisCommand(direct, "XRANGE {%s}:%s - +", area, stream);
  for (size_t i = 0; i < reply->elements; i++) {
    const redisReply *entry = reply->element[i], *pair = entry->element[1];
    assert_string_equal(pair->element[0]->str, field);
    content_add(&theirs, strtoull(entry->element[0]->str, NULL, 10), pair->element[1]->str, pair->element[1]->len);
  }
  assert_true(mine.last > 0);
  assert_int_equal(mine.last, theirs.last);
  assert_int_equal(mine.size_bytes, theirs.size_bytes);
  assert_memory_equal(mine.data, theirs.data, mine.size_bytes);
  freeReplyObject(reply);
  free(entries);
  free(mine.data);
  free(theirs.data);
}

static void same_records(struct memory *m, const char *area) {
  for (unsigned i = 0; i < RECORDS_MOST * KEYS; i++) {
    char key[24];
    snprintf(key, sizeof key, "{%s}:T:%u", area, i);
    struct bytes mine = memory_record(m, key);
    redisReply *theirs = redisCommand(direct, "GET %s", key);
    assert_int_equal(theirs->type == REDIS_REPLY_STRING, mine.data != NULL);
    if (mine.data) {
      assert_int_equal(theirs->len, mine.size_bytes);
      assert_memory_equal(theirs->str, mine.data, mine.size_bytes);
    }
    freeReplyObject(theirs);
  }
}

static void same_members(struct memory *m, const char *area, unsigned index) {
  size_t n, prefix_bytes = strlen(indexes[index].prefix);
  char **mine = memory_page(m, area, indexes[index].name, NULL, UINT32_MAX, &n);
  redisReply *theirs = redisCommand(direct, "ZRANGE {%s}:index:%s %s %s BYLEX", area, indexes[index].set,
                                    indexes[index].from, indexes[index].to);
  assert_true(n > 0);
  assert_int_equal(theirs->elements, n);
  for (size_t i = 0; i < n; i++) {
    assert_memory_equal(theirs->element[i]->str, indexes[index].prefix, prefix_bytes);
    assert_string_equal(theirs->element[i]->str + prefix_bytes, mine[i]);
  }
  freeReplyObject(theirs);
  free(mine);
}

static void same_claims(struct world *one, struct world *other, int64_t now_ms, unsigned limit) {
  struct seen mine = {.w = one}, theirs = {.w = other};
  one->waiting++;
  one->store->ops->claim(one->store, "a", "intake", now_ms, 50, limit, on_timers, &mine);
  other->waiting++;
  other->store->ops->claim(other->store, "a", "intake", now_ms, 50, limit, on_timers, &theirs);
  settle(one);
  settle(other);
  assert_string_equal(mine.text, theirs.text);
}

static void memory_and_redis_cannot_be_told_apart(void **state) {
  (void)state;
  static struct drawn drawn[BATCH_MOST];
  struct world memory, redis;
  struct random r = {20260301};
  open_memory(&memory);
  open_redis(&redis);
  for (int round = 0; round < 2000; round++) {
    size_t n = 1 + below(&r, below(&r, 4) ? 5 : BATCH_MOST);
    for (size_t i = 0; i < n; i++) draw(&r, memory.memory, &drawn[i]);
    commit_both(&memory, &redis, drawn, n);
    if (below(&r, 4) == 0) same_claims(&memory, &redis, below(&r, 1000), 1 + below(&r, 5));
  }
  for (int i = 0; i < 2; i++) {
    same_records(memory.memory, areas[i]);
    for (unsigned k = 0; k < sizeof indexes / sizeof *indexes; k++) same_members(memory.memory, areas[i], k);
    same_stream(memory.memory, areas[i], "events", "e");
    same_stream(memory.memory, areas[i], "audit", "a");
  }
  same_claims(&memory, &redis, 100000, 100);
  close_world(&memory);
  close_world(&redis);
}

// --- faults in memory

static void a_lost_change_is_not_made_and_an_unanswered_one_is(void **state) {
  (void)state;
  struct world w;
  struct value_bytes v;
  struct store_record record = {"{a}:T:1", 0, STORE_PUT, value(&v, 1, "one")};
  struct asked asked = {&w, STORE_DONE};
  struct store_change change = {.area = "a", .records = &record, .n_records = 1, .done = on_change, .owner = &asked};
  open_memory(&w);
  for (int made = 0; made < 2; made++) {
    w.waiting++;
    w.store->ops->commit(w.store, &change);
    assert_true(store_memory_step(w.store, 0, made ? MEMORY_UNANSWERED : MEMORY_LOST));
    assert_int_equal(asked.result, STORE_UNAVAILABLE);
    sees(&w, "{a}:T:1", NULL, made ? "1=one " : "- ");
  }
  close_world(&w);
}

static void a_crash_forgets_what_was_queued(void **state) {
  (void)state;
  struct world w;
  struct store_change change = {.area = "a", .done = on_change};
  open_memory(&w);
  w.store->ops->commit(w.store, &change);
  w.store->ops->claim(w.store, "a", "intake", 1, 1, 1, on_timers, NULL);
  assert_int_equal(store_memory_waiting(w.store), 2);
  store_memory_crash(w.store);
  assert_false(store_memory_step(w.store, 0, MEMORY_FINE));
  close_world(&w);
}

static void two_processes_share_one_memory(void **state) {
  (void)state;
  struct world one, other = {0};
  open_memory(&one);
  other.memory = one.memory;
  other.store = store_memory_open(one.memory, "matching");
  assert_int_equal(put(&one, "{a}:T:1", 0, 1, "one"), STORE_DONE);
  sees(&other, "{a}:T:1", NULL, "1=one ");
  set_timer(&other, "t", 5);
  claims(&one, 10, 10, ""); // another service's timers
  assert_int_equal(memory_next_timer(one.memory, "a", "matching"), 5);
  store_memory_free(other.store);
  close_world(&one);
}

// --- every promise on both stores

typedef void scenario_fn(struct world *w);
#define SCENARIO(f)                                                                                                    \
  { #f, f }
static const struct {
  const char *name;
  scenario_fn *run;
} scenarios[] = {
    SCENARIO(a_record_that_was_put_is_read_with_its_version),
    SCENARIO(a_stale_version_conflicts),
    SCENARIO(a_record_that_is_only_looked_at_is_checked_too),
    SCENARIO(a_deleted_record_can_be_made_again),
    SCENARIO(a_conflict_leaves_nothing_behind),
    SCENARIO(the_second_of_two_changes_to_a_record_conflicts_in_one_batch),
    SCENARIO(a_record_deleted_earlier_in_the_batch_is_absent),
    SCENARIO(what_conflicts_with_one_that_is_not_made_is_made),
    SCENARIO(sequences_are_gapless_whatever_conflicts),
    SCENARIO(each_area_has_its_own_sequence_in_one_batch),
    SCENARIO(events_are_read_from_the_middle_of_an_entry),
    SCENARIO(the_audit_is_a_stream_of_its_own),
    SCENARIO(an_index_is_read_page_by_page),
    SCENARIO(an_owners_index_shows_nothing_of_its_neighbours),
    SCENARIO(records_and_a_page_come_in_one_read),
    SCENARIO(timers_are_set_moved_cleared_and_come_due_again_after_the_lease),
    SCENARIO(the_last_word_on_a_timer_in_a_batch_counts),
    SCENARIO(a_change_of_nothing_is_done),
    SCENARIO(a_batch_larger_than_what_lua_unpacks_is_whole),
    SCENARIO(very_many_timers_and_members_in_one_change_are_all_there),
};
enum {
  SCENARIOS = sizeof scenarios / sizeof *scenarios
};

static void in_memory(void **state) {
  struct world w;
  open_memory(&w);
  (*(scenario_fn **)*state)(&w);
  close_world(&w);
}

static void in_redis(void **state) {
  struct world w;
  open_redis(&w);
  (*(scenario_fn **)*state)(&w);
  close_world(&w);
}

static int start_redis(void **state) {
  (void)state;
  direct = redis_server_start(&server);
  redis_server_deploy(direct);
  return 0;
}

static int stop_redis(void **state) {
  (void)state;
  redisFree(direct);
  redis_server_remove(&server);
  return 0;
}

int main(void) {
  static char names[2 * SCENARIOS][96];
  static struct CMUnitTest tests[2 * SCENARIOS + 4] = {
      [2 * SCENARIOS] = cmocka_unit_test(memory_and_redis_cannot_be_told_apart),
      cmocka_unit_test(a_lost_change_is_not_made_and_an_unanswered_one_is),
      cmocka_unit_test(a_crash_forgets_what_was_queued),
      cmocka_unit_test(two_processes_share_one_memory),
  };
  for (int i = 0; i < SCENARIOS; i++) {
    void *run = (void *)&scenarios[i].run;
    snprintf(names[2 * i], sizeof names[0], "%s in memory", scenarios[i].name);
    snprintf(names[2 * i + 1], sizeof names[0], "%s in Redis", scenarios[i].name);
    tests[2 * i] = (struct CMUnitTest){names[2 * i], in_memory, NULL, NULL, run};
    tests[2 * i + 1] = (struct CMUnitTest){names[2 * i + 1], in_redis, NULL, NULL, run};
  }
  return cmocka_run_group_tests_name("the stores", tests, start_redis, stop_redis);
}
