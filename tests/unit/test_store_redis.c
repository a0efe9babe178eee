// The store's connection to Redis on bad days: what is answered when Redis is away, killed, stuck or not as it should
// be.
#include "redis_server.h"
#include "greeting.h"
#include "store_redis.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct world {
  uv_loop_t loop;
  struct store *store;
  unsigned done, conflicts, unavailable;
  bool closed;
};

static struct redis_server server;
static redisContext *direct;

static void open_with(struct world *w, struct config config) {
  char errors[128];
  *w = (struct world){.closed = false};
  uv_loop_init(&w->loop);
  config.name = "intake";
  w->store = store_redis_open(&w->loop, &config, errors, sizeof errors);
  assert_non_null(w->store);
}

static void on_closed(void *context) {
  ((struct world *)context)->closed = true;
}

static void close_store(struct world *w) {
  w->store->ops->close(w->store, on_closed, w);
  while (!w->closed) uv_run(&w->loop, UV_RUN_ONCE);
  assert_int_equal(uv_loop_close(&w->loop), 0);
}

// Runs the loop until the store is ready, or for so long.
static bool ready_within(struct world *w, uint64_t limit_ms) {
  uint64_t until = uv_hrtime() + limit_ms * 1000000;
  while (!w->store->ops->ready(w->store) && uv_hrtime() < until) uv_run(&w->loop, UV_RUN_ONCE);
  return w->store->ops->ready(w->store);
}

static unsigned answered(const struct world *w) {
  return w->done + w->conflicts + w->unavailable;
}

static void wait_for(struct world *w, unsigned answers) {
  while (answered(w) < answers) uv_run(&w->loop, UV_RUN_ONCE);
}

static void count(struct world *w, enum store_result result) {
  if (result == STORE_DONE) w->done++;
  if (result == STORE_CONFLICT) w->conflicts++;
  if (result == STORE_UNAVAILABLE) w->unavailable++;
}

static void on_change(struct store_change *change, enum store_result result) {
  count(change->owner, result);
}
static void on_read(struct store_read *read, enum store_result result) {
  count(read->owner, result);
}

static void on_events(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  (void)entries;
  if (result != STORE_DONE) assert_int_equal(n, 0);
  count(context, result);
}

static void on_timers(void *context, enum store_result result, char **names, size_t n) {
  (void)names;
  if (result != STORE_DONE) assert_int_equal(n, 0);
  count(context, result);
}

static struct store_change event_in(struct world *w) {
  return (struct store_change){
      .area = "a", .events = {(const uint8_t *)"x", 1}, .n_events = 1, .done = on_change, .owner = w};
}

// One of each operation.
struct each {
  struct store_change change;
  struct store_read read, page;
  struct store_value value;
  const char *key;
};

static void ask_each(struct world *w, struct each *each) {
  *each = (struct each){.change = event_in(w), .key = "{a}:T:1"};
  each->read =
      (struct store_read){.keys = &each->key, .n_keys = 1, .values = &each->value, .done = on_read, .owner = w};
  each->read.area = "a";
  each->read.index = "i";
  each->read.limit = 1;
  each->page = (struct store_read){.area = "a", .index = "i", .limit = 1, .done = on_read, .owner = w};
  w->store->ops->commit(w->store, &each->change);
  w->store->ops->read(w->store, &each->read);
  w->store->ops->read(w->store, &each->page);
  w->store->ops->events(w->store, "a", 0, 10, on_events, w);
  w->store->ops->claim(w->store, "a", "intake", 1, 1, 10, on_timers, w);
}

static void restart(void) {
  redisFree(direct);
  direct = redis_server_start(&server);
}

// --- tests

static void an_address_that_is_none_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"", "localhost", ":6379", "host:", "host:0", "host:70000", "unix:relative"};
  uv_loop_t loop;
  uv_loop_init(&loop);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char errors[128] = "";
    const struct config config = {.name = "intake", .redis = wrong[i]};
    assert_null(store_redis_open(&loop, &config, errors, sizeof errors));
    assert_non_null(strstr(errors, "not an address"));
  }
  const struct config config = {.name = "intake", .redis = "h:1", .redis_password_file = "/nonexistent"};
  char errors[128];
  assert_null(store_redis_open(&loop, &config, errors, sizeof errors));
  assert_non_null(strstr(errors, "/nonexistent"));
  assert_int_equal(uv_loop_close(&loop), 0);
}

static void while_nobody_listens_everything_is_unavailable_at_once(void **state) {
  (void)state;
  static const char *const nobody[] = {"127.0.0.1:1", "localhost:1", "unix:/nonexistent/socket"};
  for (size_t i = 0; i < sizeof nobody / sizeof *nobody; i++) {
    struct world w;
    struct each each;
    open_with(&w, (struct config){.redis = nobody[i]});
    assert_false(ready_within(&w, 300));
    ask_each(&w, &each);
    assert_int_equal(answered(&w), 0); // never before the call returns
    uv_run(&w.loop, UV_RUN_NOWAIT);
    assert_int_equal(w.unavailable, 5);
    close_store(&w);
  }
}

static void a_redis_that_comes_late_is_found(void **state) {
  (void)state;
  struct world w;
  struct each each;
  redis_server_kill(&server);
  open_with(&w, (struct config){.redis = server.address});
  assert_false(ready_within(&w, 200));
  restart();
  assert_true(ready_within(&w, 2000));
  ask_each(&w, &each);
  wait_for(&w, 5);
  assert_int_equal(w.done, 5);
  close_store(&w);
}

static void a_killed_redis_loses_nothing_that_was_acknowledged(void **state) {
  (void)state;
  enum {
    N = 2000
  };
  static struct store_change changes[N];
  struct world w;
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  freeReplyObject(redisCommand(direct, "FLUSHALL"));
  for (int i = 0; i < N; i++) {
    changes[i] = event_in(&w);
    w.store->ops->commit(w.store, &changes[i]);
  }
  wait_for(&w, 200);
  redis_server_kill(&server);
  wait_for(&w, N);
  assert_true(w.unavailable > 0);
  assert_false(w.store->ops->ready(w.store));
  restart();
  assert_true(ready_within(&w, 3000));
  redisReply *kept = redisCommand(direct, "GET {a}:sequence");
  assert_true(atoi(kept->str) >= (int)w.done);
  freeReplyObject(kept);
  close_store(&w);
}

static void a_redis_that_hangs_is_left_after_five_seconds(void **state) {
  (void)state;
  struct world w;
  struct each each;
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  kill(server.pid, SIGSTOP);
  uint64_t start = uv_hrtime();
  ask_each(&w, &each);
  wait_for(&w, 5);
  uint64_t took_ms = (uv_hrtime() - start) / 1000000;
  kill(server.pid, SIGCONT);
  assert_int_equal(w.unavailable, 5);
  assert_in_range(took_ms, 4500, 6500);
  assert_true(ready_within(&w, 5000));
  close_store(&w);
}

static void what_is_too_much_is_unavailable_at_once(void **state) {
  (void)state;
  enum {
    N = STORE_IN_HAND + 100
  };
  struct world w;
  struct store_change *changes = calloc(N, sizeof *changes);
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  for (int i = 0; i < N; i++) {
    changes[i] = event_in(&w);
    w.store->ops->commit(w.store, &changes[i]);
  }
  wait_for(&w, N);
  assert_int_equal(w.unavailable, 100);
  assert_int_equal(w.done, STORE_IN_HAND);
  close_store(&w);
  free(changes);
}

static void closing_answers_what_is_on_its_way(void **state) {
  (void)state;
  struct world w;
  struct each each[2];
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  ask_each(&w, &each[0]);
  uv_run(&w.loop, UV_RUN_NOWAIT);
  ask_each(&w, &each[1]);
  close_store(&w);
  assert_int_equal(answered(&w), 10);
}

static void close_in_answer(struct store_change *change, enum store_result result) {
  struct world *w = change->owner;
  count(w, result);
  w->store->ops->close(w->store, on_closed, w);
}

static void a_store_can_be_closed_by_the_one_who_is_answered(void **state) {
  (void)state;
  struct world w;
  struct each each;
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  ask_each(&w, &each);
  struct store_change last = event_in(&w);
  each.change.done = close_in_answer;
  w.store->ops->commit(w.store, &last);
  while (!w.closed) uv_run(&w.loop, UV_RUN_ONCE);
  assert_int_equal(answered(&w), 6);
  assert_int_equal(uv_loop_close(&w.loop), 0);
}

static void functions_that_vanish_are_waited_for(void **state) {
  (void)state;
  struct world w;
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  freeReplyObject(redisCommand(direct, "FUNCTION FLUSH"));
  struct store_change lost = event_in(&w), made = event_in(&w);
  w.store->ops->commit(w.store, &lost);
  wait_for(&w, 1);
  assert_int_equal(w.unavailable, 1);
  assert_false(ready_within(&w, 300));
  assert_non_null(strstr(w.store->ops->why(w.store), "alongside deploy"));
  redis_server_deploy(direct);
  assert_true(ready_within(&w, 3000));
  assert_string_equal(w.store->ops->why(w.store), "");
  w.store->ops->commit(w.store, &made);
  wait_for(&w, 2);
  assert_int_equal(w.done, 1);
  close_store(&w);
}

static void functions_of_another_version_are_not_used_and_not_replaced(void **state) {
  (void)state;
  struct world w;
  freeReplyObject(redisCommand(direct, "FUNCTION LOAD REPLACE %s",
                               "#!lua name=alongside\nredis.register_function{function_name='alongside_version', "
                               "callback=function() return 999 end, flags={'no-writes'}}"));
  open_with(&w, (struct config){.redis = server.address});
  assert_false(ready_within(&w, 300));
  assert_non_null(strstr(w.store->ops->why(w.store), "another version"));
  close_store(&w);
  redisReply *version = redisCommand(direct, "FCALL_RO alongside_version 0");
  assert_int_equal(version->integer, 999);
  freeReplyObject(version);
  redis_server_deploy(direct);
}

static void who_deploys_replaces_another_text_of_the_functions(void **state) {
  (void)state;
  char errors[128];
  struct world w = {.closed = false};
  struct config config = {.redis = server.address};
  freeReplyObject(redisCommand(direct, "FUNCTION LOAD REPLACE %s",
                               "#!lua name=alongside\nredis.register_function('commit', function() return 1 end)"));
  uv_loop_init(&w.loop);
  struct redis *redis = redis_open_configured(&w.loop, &config, true, errors, sizeof errors);
  assert_non_null(redis);
  while (!redis_ready(redis)) uv_run(&w.loop, UV_RUN_ONCE);
  redis_close(redis, on_closed, &w);
  while (!w.closed) uv_run(&w.loop, UV_RUN_ONCE);
  assert_int_equal(uv_loop_close(&w.loop), 0);
  open_with(&w, config);
  assert_true(ready_within(&w, 2000));
  close_store(&w);
}

// The account `service` with the password "secret", and the file that holds it.
static void make_account(const char *rights, char file[128]) {
  snprintf(file, 128, "%s/password", server.folder);
  FILE *f = fopen(file, "w");
  fputs("secret\n", f);
  fclose(f);
  char command[256];
  snprintf(command, sizeof command, "ACL SETUSER service reset on >secret ~* %s", rights);
  redisReply *reply = redisCommand(direct, command);
  assert_int_equal(reply->type, REDIS_REPLY_STATUS);
  freeReplyObject(reply);
}

static void an_account_needs_no_right_to_load_functions(void **state) {
  (void)state;
  char file[128];
  struct world w;
  make_account("+@all -function -config", file);
  open_with(&w, (struct config){.redis = server.address, .redis_user = "service", .redis_password_file = file});
  assert_true(ready_within(&w, 2000));
  struct each each;
  ask_each(&w, &each);
  wait_for(&w, 5);
  assert_int_equal(w.done, 5);
  close_store(&w);
}

static void a_wrong_password_is_not_ready(void **state) {
  (void)state;
  char file[128];
  struct world w;
  make_account("+@all", file);
  freeReplyObject(redisCommand(direct, "ACL SETUSER service resetpass >other"));
  open_with(&w, (struct config){.redis = server.address, .redis_user = "service", .redis_password_file = file});
  assert_false(ready_within(&w, 300));
  close_store(&w);
}

static void the_library_says_the_version_that_we_expect(void **state) {
  (void)state;
  struct world w;
  open_with(&w, (struct config){.redis = server.address});
  assert_true(ready_within(&w, 2000));
  redisReply *version = redisCommand(direct, "FCALL_RO alongside_version 0");
  assert_int_equal(version->type, REDIS_REPLY_INTEGER);
  assert_int_equal(version->integer, LIBRARY_VERSION);
  freeReplyObject(version);
  close_store(&w);
}

static void redis_without_durability_is_warned_of(void **state) {
  (void)state;
  const char *why;
  static const char *const values[] = {"always", "everysec"};
  for (int i = 0; i < 2; i++) {
    freeReplyObject(redisCommand(direct, "CONFIG SET appendfsync %s", values[i]));
    redisReply *reply = redisCommand(direct, "CONFIG GET append*");
    assert_int_equal(greeting_hear(&(struct greeting){NULL}, GREETING_DURABILITY, reply, &why), GREETING_DONE);
    assert_int_equal(why != NULL, i == 1);
    freeReplyObject(reply);
  }
  freeReplyObject(redisCommand(direct, "CONFIG SET appendfsync always"));
}

static void a_redis_that_is_loading_is_not_ready(void **state) {
  (void)state;
  const char *why;
  char text[] = "LOADING Redis is loading the dataset in memory";
  redisReply reply = {.type = REDIS_REPLY_ERROR, .str = text, .len = sizeof text - 1};
  assert_int_equal(greeting_hear(&(struct greeting){NULL}, GREETING_VERSION, &reply, &why), GREETING_FAILED);
  assert_string_equal(why, text);
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
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_address_that_is_none_is_refused),
      cmocka_unit_test(while_nobody_listens_everything_is_unavailable_at_once),
      cmocka_unit_test(a_redis_that_comes_late_is_found),
      cmocka_unit_test(a_killed_redis_loses_nothing_that_was_acknowledged),
      cmocka_unit_test(a_redis_that_hangs_is_left_after_five_seconds),
      cmocka_unit_test(what_is_too_much_is_unavailable_at_once),
      cmocka_unit_test(closing_answers_what_is_on_its_way),
      cmocka_unit_test(a_store_can_be_closed_by_the_one_who_is_answered),
      cmocka_unit_test(functions_that_vanish_are_waited_for),
      cmocka_unit_test(functions_of_another_version_are_not_used_and_not_replaced),
      cmocka_unit_test(who_deploys_replaces_another_text_of_the_functions),
      cmocka_unit_test(an_account_needs_no_right_to_load_functions),
      cmocka_unit_test(a_wrong_password_is_not_ready),
      cmocka_unit_test(the_library_says_the_version_that_we_expect),
      cmocka_unit_test(redis_without_durability_is_warned_of),
      cmocka_unit_test(a_redis_that_is_loading_is_not_ready),
  };
  return cmocka_run_group_tests_name("the connection to Redis", tests, start_redis, stop_redis);
}
