// links: operator
// The client of the gateway's door, against a server that says what each test has it say.
#include "feed.h"
#include "intake.pb-c.h"
#include "progress.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  ANSWERS_MOST = 8,
  REQUEST_BYTES = 1 << 20
};

// Answers one connection after another, each with the next answer, and keeps what was asked.
struct server {
  int listener;
  pthread_t thread;
  const char *answers[ANSWERS_MOST]; // status line and further headers, a blank line, the body; NULL: hangs up
  int n_answers, n_asked;
  char *asked[ANSWERS_MOST];
};

static size_t length_said(const char *request) {
  const char *header = strcasestr(request, "\r\ncontent-length:");
  return header ? strtoul(header + 17, NULL, 10) : 0;
}

static void read_request(int connection, char *out) {
  size_t n = 0, head;
  ssize_t got;
  const char *end;
  while (n < REQUEST_BYTES - 1 && (got = read(connection, out + n, REQUEST_BYTES - 1 - n)) > 0) {
    out[n += (size_t)got] = 0;
    if (!(end = strstr(out, "\r\n\r\n"))) continue;
    head = (size_t)(end + 4 - out);
    if (n >= head + length_said(out)) break;
  }
}

static void say(int connection, const char *answer) {
  const char *body = strstr(answer, "\r\n\r\n") + 4;
  char head[512];
  int n = snprintf(head, sizeof head, "HTTP/1.1 %.*s\r\nConnection: close\r\nContent-Length: %zu\r\n\r\n",
                   (int)(body - 4 - answer), answer, strlen(body));
  assert_int_equal(write(connection, head, (size_t)n), n);
  assert_int_equal(write(connection, body, strlen(body)), strlen(body));
}

static void *serve(void *context) {
  struct server *s = context;
  while (s->n_asked < s->n_answers) {
    int connection = accept(s->listener, NULL, NULL);
    if (connection < 0) break;
    char *request = s->asked[s->n_asked] = calloc(1, REQUEST_BYTES);
    const char *answer = s->answers[s->n_asked++];
    read_request(connection, request);
    if (answer) say(connection, answer);
    close(connection);
  }
  return NULL;
}

static int setup(void **state) {
  struct server *s = *state = calloc(1, sizeof *s);
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t size = sizeof at;
  char url[64];
  s->listener = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(s->listener, (struct sockaddr *)&at, sizeof at), 0);
  assert_int_equal(listen(s->listener, 8), 0);
  assert_int_equal(getsockname(s->listener, (struct sockaddr *)&at, &size), 0);
  snprintf(url, sizeof url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
  setenv("ALONGSIDE_URL", url, 1);
  setenv("ALONGSIDE_TOKEN", "demo-north.secret", 1);
  return 0;
}

static int teardown(void **state) {
  struct server *s = *state;
  shutdown(s->listener, SHUT_RDWR);
  if (s->n_answers) pthread_join(s->thread, NULL);
  close(s->listener);
  for (int i = 0; i < s->n_asked; i++) free(s->asked[i]);
  free(s);
  return 0;
}

static void start(struct server *s, int n, ...) {
  va_list answers;
  va_start(answers, n);
  for (int i = 0; i < n; i++) s->answers[i] = va_arg(answers, const char *);
  va_end(answers);
  s->n_answers = n;
  assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
}

static void a_request_carries_the_token(void **state) {
  struct server *s = *state;
  struct buffer answer = {0};
  start(s, 1, "200 OK\r\n\r\n{}");
  struct door *d = door_open();
  assert_int_equal(door_get(d, "/v1/areas/demo-north/people", &answer), 200);
  assert_string_equal(answer.data, "{}");
  assert_non_null(strstr(s->asked[0], "GET /v1/areas/demo-north/people HTTP/1.1\r\n"));
  assert_non_null(strstr(s->asked[0], "\r\nAuthorization: Bearer demo-north.secret\r\n"));
  buffer_free(&answer);
  door_close(d);
}

static void another_token_may_stand_in_for_a_while(void **state) {
  struct server *s = *state;
  struct buffer answer = {0};
  start(s, 2, "200 OK\r\n\r\n{}", "200 OK\r\n\r\n{}");
  struct door *d = door_open();
  door_use_token(d, "demo-north.mentor");
  door_get(d, "/a", &answer);
  door_use_token(d, NULL);
  door_get(d, "/b", &answer);
  assert_non_null(strstr(s->asked[0], "Bearer demo-north.mentor\r\n"));
  assert_non_null(strstr(s->asked[1], "Bearer demo-north.secret\r\n"));
  buffer_free(&answer);
  door_close(d);
}

static void later_and_no_answer_are_tried_again(void **state) {
  struct server *s = *state;
  struct buffer answer = {0};
  start(s, 3, "503 Unavailable\r\nRetry-After: 1\r\n\r\n{}", NULL, "201 Created\r\n\r\n{\"ok\":true}");
  struct door *d = door_open();
  struct buffer body = {0};
  buffer_text(&body, "{\"a\":1}");
  assert_int_equal(door_send(d, "PUT", "/x", "application/json", &body, &answer), 201);
  assert_string_equal(answer.data, "{\"ok\":true}");
  for (int i = 0; i < 3; i++) assert_non_null(strstr(s->asked[i], "\r\n\r\n{\"a\":1}"));
  buffer_free(&body);
  buffer_free(&answer);
  door_close(d);
}

static void a_message_is_read_from_an_answer(void **state) {
  struct server *s = *state;
  struct arena a;
  int status;
  arena_init(&a, ARENA_CAP_BYTES);
  start(s, 2, "200 OK\r\n\r\n{\"id\":\"e1\",\"crn\":\"X900001\"}", "404 Not Found\r\n\r\n{\"detail\":\"not there\"}");
  struct door *d = door_open();
  const Engagement *e = door_read(d, "/e", &engagement__descriptor, &a, &status);
  assert_non_null(e);
  assert_string_equal(e->crn, "X900001");
  assert_null(door_read(d, "/e", &engagement__descriptor, &a, &status));
  assert_int_equal(status, 404);
  arena_deinit(&a);
  door_close(d);
}

// What became of each message of a feed.
struct results {
  int status[16];
  char problem[16][256];
  int n;
};

static void on_result(void *context, size_t tag, int status, const char *problem) {
  struct results *r = context;
  r->status[tag] = status;
  snprintf(r->problem[tag], sizeof r->problem[tag], "%s", problem ? problem : "");
  r->n++;
}

static bool feed_people(struct door *d, unsigned n, struct results *r) {
  static char *crns[] = {"X900001", "X900002", "X900003"};
  struct feed f;
  feed_init(&f, d, "/v1/areas/demo-north/people", on_result, r);
  for (unsigned i = 0; i < n; i++) {
    Person p = PERSON__INIT;
    p.crn = crns[i];
    feed_add(&f, &p.base, i + 4);
  }
  return feed_end(&f);
}

static void a_line_that_is_told_later_is_sent_again_alone(void **state) {
  struct server *s = *state;
  struct results r = {0};
  start(s, 2,
        "200 OK\r\n\r\n{\"line\":1,\"status\":201}\n{\"line\":2,\"status\":503,\"problem\":{\"status\":503}}\n"
        "{\"line\":3,\"status\":400,\"problem\":{\"detail\":\"wrong\"}}\n",
        "200 OK\r\n\r\n{\"line\":1,\"status\":200}\n");
  struct door *d = door_open();
  assert_true(feed_people(d, 3, &r));
  assert_int_equal(r.n, 3);
  assert_int_equal(r.status[4], 201);
  assert_int_equal(r.status[5], 200);
  assert_int_equal(r.status[6], 400);
  assert_string_equal(r.problem[6], "{\"detail\":\"wrong\"}");
  assert_non_null(strstr(s->asked[0], "application/x-ndjson"));
  assert_non_null(strstr(s->asked[1], "\r\n\r\n{\"crn\":\"X900002\"}\n"));
  assert_null(strstr(s->asked[1], "X900003"));
  door_close(d);
}

static void a_batch_that_is_refused_as_a_whole_ends_the_feed(void **state) {
  struct server *s = *state;
  struct results r = {0};
  start(s, 1, "403 Forbidden\r\n\r\n{\"detail\":\"not this area\"}");
  struct door *d = door_open();
  assert_false(feed_people(d, 2, &r));
  assert_int_equal(r.n, 0);
  door_close(d);
}

static void without_address_or_token_there_is_no_door(void **state) {
  (void)state;
  unsetenv("ALONGSIDE_TOKEN");
  assert_null(door_open());
  struct door *d = door_open_public();
  assert_non_null(d);
  door_close(d);
  unsetenv("ALONGSIDE_URL");
  assert_null(door_open_public());
}

static void progress_is_a_bar_on_a_terminal_and_a_line_elsewhere(void **state) {
  (void)state;
  char line[160];
  struct progress p = {.what = "events", .done = 5, .total = 10};
  progress_write(&p, line, sizeof line);
  assert_string_equal(line, "events: 5 of 10");
  p.terminal = true;
  progress_write(&p, line, sizeof line);
  assert_string_equal(line, "events         [###############---------------] 5 of 10");
  p.done = 20;
  progress_write(&p, line, sizeof line);
  assert_string_equal(line, "events         [##############################] 20 of 10");
  p.total = 0;
  progress_write(&p, line, sizeof line);
  assert_string_equal(line, "events: 20");
}

int main(void) {
  const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
      TEST(a_request_carries_the_token),
      TEST(another_token_may_stand_in_for_a_while),
      TEST(later_and_no_answer_are_tried_again),
      TEST(a_message_is_read_from_an_answer),
      TEST(a_line_that_is_told_later_is_sent_again_alone),
      TEST(a_batch_that_is_refused_as_a_whole_ends_the_feed),
      TEST(without_address_or_token_there_is_no_door),
      cmocka_unit_test(progress_is_a_bar_on_a_terminal_and_a_line_elsewhere),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
