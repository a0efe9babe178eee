// The connection to Redis with TLS: whom it trusts, and that nothing is lost or stuck in it. Where hiredis or Redis has
// no TLS, only that whoever asks for it is told so.
// kinds: trust
#include "redis.h"
#include "redis_server.h"
#include <openssl/err.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum {
  MANY = 5000,
  LARGE_BYTES = 300000, // many records of TLS, and more than a socket takes at once
};

struct world {
  uv_loop_t loop;
  struct redis *redis;
  bool closed;
};

static struct redis_server server;
static redisContext *direct;
static int port, plain_port;
static char ours[128], others[128]; // files of certificates: the server's own, and one for another name
static const char *missing;         // why TLS cannot be tried

// --- certificates and the server

static void make_certificate(const char *name, const char *names, char file[128]) {
  char command[600];
  snprintf(file, 128, "%s/%s.crt", server.folder, name);
  snprintf(command, sizeof command,
           "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=%s "
           "-addext subjectAltName=%s -keyout %s/%s.key -out %s 2>/dev/null",
           name, names, server.folder, name, file);
  if (system(command)) abort();
}

static int free_port(void) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size_bytes = sizeof address;
  int probe = socket(AF_INET, SOCK_STREAM, 0);
  if (bind(probe, (struct sockaddr *)&address, size_bytes)) abort();
  getsockname(probe, (struct sockaddr *)&address, &size_bytes);
  close(probe);
  return ntohs(address.sin_port);
}

static bool set(const char *setting, const char *value) {
  redisReply *reply = redisCommand(direct, "CONFIG SET %s %s", setting, value);
  bool done = reply && reply->type == REDIS_REPLY_STATUS;
  freeReplyObject(reply);
  return done;
}

static bool listen_on(const char *setting, int at) {
  char number[16];
  snprintf(number, sizeof number, "%d", at);
  return set(setting, number);
}

static bool show(const char *name) {
  char key[128], certificate[128];
  snprintf(key, sizeof key, "%s/%s.key", server.folder, name);
  snprintf(certificate, sizeof certificate, "%s/%s.crt", server.folder, name);
  redisReply *reply =
      redisCommand(direct, "CONFIG SET tls-auth-clients no tls-cert-file %s tls-key-file %s", certificate, key);
  bool done = reply && reply->type == REDIS_REPLY_STATUS;
  freeReplyObject(reply);
  return done;
}

// --- one connection

static struct redis *open_at(uv_loop_t *loop, const char *host, int at, const char *ca, char errors[256]) {
  char address[64];
  snprintf(address, sizeof address, "rediss://%s:%d", host, at);
  const struct redis_options options = {.address = address, .ca = ca, .deploys = true};
  uv_loop_init(loop);
  return redis_open(loop, &options, errors, 256);
}

static void open_world(struct world *w, const char *host, int at, const char *ca) {
  char errors[256] = "";
  if (missing) skip();
  w->closed = false;
  w->redis = open_at(&w->loop, host, at, ca, errors);
  if (!w->redis) fail_msg("%s", errors);
}

static void on_closed(void *context) {
  ((struct world *)context)->closed = true;
}

static void close_world(struct world *w) {
  redis_close(w->redis, on_closed, w);
  while (!w->closed) uv_run(&w->loop, UV_RUN_ONCE);
  assert_int_equal(uv_loop_close(&w->loop), 0);
}

static bool ready_within(struct world *w, uint64_t limit_ms) {
  uint64_t until = uv_hrtime() + limit_ms * 1000000;
  while (!redis_ready(w->redis) && uv_hrtime() < until) uv_run(&w->loop, UV_RUN_ONCE);
  return redis_ready(w->redis);
}

static void assert_refused(const char *host, int at, const char *ca, const char *why) {
  struct world w;
  open_world(&w, host, at, ca);
  assert_false(ready_within(&w, 700));
  if (!strstr(redis_why(w.redis), why)) fail_msg("'%s' and not '%s'", redis_why(w.redis), why);
  close_world(&w);
}

// --- commands

struct echo {
  struct redis_call call;
  size_t size_bytes;
  char letter;
  unsigned *answered, *wrong;
};

static void on_echo(struct redis_call *call, const redisReply *reply) {
  const struct echo *e = (struct echo *)call;
  bool right = reply && reply->type == REDIS_REPLY_STRING && reply->len == e->size_bytes;
  for (size_t i = 0; right && i < e->size_bytes; i++) right = reply->str[i] == e->letter;
  (*e->answered)++;
  *e->wrong += !right;
}

static void ask(struct redis *redis, struct echo *e, struct resp *resp) {
  size_t size_bytes;
  resp_begin(resp);
  resp_text(resp, "ECHO");
  memset(resp_space(resp, e->size_bytes), e->letter, e->size_bytes);
  const char *command = resp_end(resp, &size_bytes);
  e->call.done = on_echo;
  assert_true(redis_send(redis, command, size_bytes, &e->call));
}

// As many commands as are given, of all sizes and some large, in one turn of the loop; the answers come as they come.
static void echo(struct world *w, unsigned n, unsigned large_each, void (*each_turn)(void)) {
  struct echo *echoes = calloc(n, sizeof *echoes);
  struct resp resp = {0};
  unsigned answered = 0, wrong = 0;
  for (unsigned i = 0; i < n; i++) {
    size_t size_bytes = i % large_each == 7 ? LARGE_BYTES : i % 1777;
    echoes[i] = (struct echo){.size_bytes = size_bytes, .letter = (char)('a' + i % 26), &answered, &wrong};
    ask(w->redis, &echoes[i], &resp);
  }
  redis_flush(w->redis);
  while (answered < n) {
    each_turn();
    uv_run(&w->loop, UV_RUN_ONCE);
  }
  assert_int_equal(wrong, 0);
  resp_free(&resp);
  free(echoes);
}

static void nothing(void) {}

static void leave_an_error(void) {
  ERR_raise(ERR_LIB_USER, 1);
  kill(server.pid, SIGCONT);
}

// --- tests

static void who_asks_where_there_is_none_is_told_so(void **state) {
  (void)state;
  uv_loop_t loop;
  char errors[256] = "";
  if (!missing || strstr(missing, "redis-server")) skip();
  assert_null(open_at(&loop, "redis", 6379, NULL, errors));
  assert_non_null(strstr(errors, "TLS"));
  uv_loop_close(&loop);
}

static void thousands_of_commands_at_once_are_all_answered(void **state) {
  (void)state;
  struct world w;
  open_world(&w, "localhost", port, ours);
  assert_true(ready_within(&w, 5000));
  echo(&w, MANY, 500, nothing);
  echo(&w, 1, 500, nothing);
  close_world(&w);
}

static void errors_of_others_in_the_thread_do_not_break_it(void **state) {
  (void)state;
  struct world w;
  open_world(&w, "localhost", port, ours);
  assert_true(ready_within(&w, 5000));
  leave_an_error();
  kill(server.pid, SIGSTOP); // until the socket is full: to wait is no error, and must not be taken for one
  echo(&w, MANY / 5, 20, leave_an_error);
  ERR_clear_error();
  close_world(&w);
}

static void a_certificate_may_name_an_address(void **state) {
  (void)state;
  struct world w;
  open_world(&w, "127.0.0.1", port, ours);
  assert_true(ready_within(&w, 5000));
  close_world(&w);
}

static void a_lost_connection_comes_back(void **state) {
  (void)state;
  struct world w;
  open_world(&w, "localhost", port, ours);
  assert_true(ready_within(&w, 5000));
  freeReplyObject(redisCommand(direct, "CLIENT KILL TYPE normal SKIPME yes"));
  while (redis_ready(w.redis)) uv_run(&w.loop, UV_RUN_ONCE);
  assert_true(ready_within(&w, 5000));
  echo(&w, 10, 500, nothing);
  close_world(&w);
}

static void without_a_file_the_system_says_whom_to_trust(void **state) {
  (void)state;
  struct world w;
  if (missing) skip();
  assert_refused("localhost", port, NULL, "certificate");
  setenv("SSL_CERT_FILE", ours, 1);
  open_world(&w, "localhost", port, NULL);
  assert_true(ready_within(&w, 5000));
  close_world(&w);
  unsetenv("SSL_CERT_FILE");
}

static void whom_nobody_vouches_for_is_refused(void **state) {
  (void)state;
  assert_refused("localhost", port, others, "certificate");
}

static void who_is_another_is_refused(void **state) {
  (void)state;
  if (missing) skip();
  assert_true(show("others"));
  assert_refused("localhost", port, others, "hostname mismatch");
  assert_refused("127.0.0.1", port, others, "IP address mismatch");
  assert_true(show("ours"));
}

static void who_speaks_no_tls_is_refused(void **state) {
  (void)state;
  assert_refused("localhost", plain_port, ours, "");
}

static void a_file_that_cannot_be_read_is_named(void **state) {
  (void)state;
  uv_loop_t loop;
  char errors[256] = "";
  if (missing) skip();
  assert_null(open_at(&loop, "redis", 6379, "/nonexistent/ca.crt", errors));
  assert_non_null(strstr(errors, "/nonexistent/ca.crt"));
  assert_int_equal(uv_loop_close(&loop), 0);
}

static const char *find_missing(void) {
  char errors[256] = "";
  const struct redis_options options = {.address = "rediss://redis:6379", .ca = "/dev/null"};
  uv_loop_t loop;
  uv_loop_init(&loop);
  struct redis *none = redis_open(&loop, &options, errors, sizeof errors);
  uv_loop_close(&loop);
  if (!none && strstr(errors, "this build does not have")) return "this hiredis has no TLS";
  return show("ours") && listen_on("tls-port", port) ? NULL : "this redis-server has no TLS";
}

static int start(void **state) {
  (void)state;
  direct = redis_server_start(&server);
  make_certificate("ours", "DNS:localhost,IP:127.0.0.1", ours);
  make_certificate("others", "DNS:elsewhere.example", others);
  port = free_port();
  plain_port = free_port();
  missing = find_missing();
  if (missing) print_message("skipped: %s\n", missing);
  return listen_on("port", plain_port) ? 0 : -1;
}

static int stop(void **state) {
  (void)state;
  redisFree(direct);
  redis_server_remove(&server);
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(who_asks_where_there_is_none_is_told_so),
      cmocka_unit_test(thousands_of_commands_at_once_are_all_answered),
      cmocka_unit_test(errors_of_others_in_the_thread_do_not_break_it),
      cmocka_unit_test(a_certificate_may_name_an_address),
      cmocka_unit_test(a_lost_connection_comes_back),
      cmocka_unit_test(without_a_file_the_system_says_whom_to_trust),
      cmocka_unit_test(whom_nobody_vouches_for_is_refused),
      cmocka_unit_test(who_is_another_is_refused),
      cmocka_unit_test(who_speaks_no_tls_is_refused),
      cmocka_unit_test(a_file_that_cannot_be_read_is_named),
  };
  return cmocka_run_group_tests_name("TLS to Redis", tests, start, stop);
}
