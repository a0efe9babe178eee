// links: gateway
//
// The HTTP server, seen by raw sockets in the same thread: a test sends bytes, turns the loop, and reads what came
// back.
#include "http_reader.h"
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

enum {
  KEPT = 64,
  PATIENCE_MS = 5000,
  LARGE_BYTES = 32 << 20,
  ANY_ERROR = 0, // a status that is the parser's to choose
};

struct fixture {
  uv_loop_t loop;
  struct http_server *server;
  struct http_request *kept[KEPT]; // by the handler, to be answered later
  unsigned kept_count, handled, gone;
  bool closed;
};

static void on_gone(struct http_request *r) {
  ++*(unsigned *)r->user;
}

static void keep(struct fixture *f, struct http_request *r) {
  assert_true(f->kept_count < KEPT);
  f->kept[f->kept_count++] = r;
}

static void echo(struct fixture *f, struct http_request *r) {
  (void)f;
  char text[512];
  const char *test = http_header(r, "x-test");
  int size = snprintf(text, sizeof text, "[%s %s ?%s %zu %.64s x-test=%s from %s]", r->method, r->path, r->query,
                      r->body_bytes, r->body, test ? test : "(none)", r->address);
  http_respond(r, 200, "text/plain", NULL, text, (size_t)size);
}

static void keep_watched(struct fixture *f, struct http_request *r) {
  r->gone = on_gone;
  r->user = &f->gone;
  keep(f, r);
}

static void begin_stream(struct fixture *f, struct http_request *r) {
  keep_watched(f, r);
  http_stream_begin(r, 200, "text/event-stream", NULL);
}

static void page(struct fixture *f, struct http_request *r) {
  (void)f;
  http_respond(r, 200, "text/html; charset=utf-8", NULL, "<p>", 3);
}

static void cached(struct fixture *f, struct http_request *r) {
  (void)f;
  http_respond(r, 200, "text/css", "ETag: \"1\"\r\nCache-Control: no-cache\r\n", "", 0);
}

static void nothing(struct fixture *f, struct http_request *r) {
  (void)f;
  http_respond(r, 204, NULL, NULL, NULL, 0);
}

static void large(struct fixture *f, struct http_request *r) {
  (void)f;
  char *body = calloc(1, LARGE_BYTES);
  http_respond(r, 200, "text/plain", NULL, body, LARGE_BYTES);
  free(body);
}

static void handler(void *context, struct http_request *r) {
  static const struct {
    const char *path;
    void (*handle)(struct fixture *f, struct http_request *r);
  } rows[] = {{"/later", keep},    {"/watched", keep_watched}, {"/stream", begin_stream}, {"/page", page},
              {"/cached", cached}, {"/nothing", nothing},      {"/large", large}};
  struct fixture *f = context;
  f->handled++;
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    if (!strcmp(r->path, rows[i].path)) return rows[i].handle(f, r);
  echo(f, r);
}

static struct http_limits small_limits(void) {
  struct http_limits limits = http_limits_default;
  limits.header_bytes = 1024;
  limits.header_count = 8;
  limits.body_bytes = 64 << 10;
  limits.header_ms = limits.body_ms = 300;
  limits.idle_ms = 600;
  return limits;
}

static void open_with(struct fixture *f, struct http_limits limits) {
  char errors[200];
  memset(f, 0, sizeof *f);
  uv_loop_init(&f->loop);
  f->server = http_listen(&f->loop, "127.0.0.1:0", &limits, handler, f, errors, sizeof errors);
  assert_non_null(f->server);
}

static void on_closed(void *context) {
  ((struct fixture *)context)->closed = true;
}

static void shut(struct fixture *f) {
  if (!f->closed) http_close(f->server, 0, on_closed, f);
  uv_run(&f->loop, UV_RUN_DEFAULT);
  assert_true(f->closed);
  assert_int_equal(uv_loop_close(&f->loop), 0);
}

static int dial(struct fixture *f) {
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)http_port(f->server))};
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(connect(fd, (struct sockaddr *)&to, sizeof to), 0);
  return fd;
}

static void turn(struct fixture *f) {
  uv_run(&f->loop, UV_RUN_NOWAIT);
  usleep(100);
}

static void turn_for(struct fixture *f, unsigned ms) {
  for (uint64_t end = uv_hrtime() + ms * 1000000ull; uv_hrtime() < end;) turn(f);
}

static void send_bytes(struct fixture *f, int fd, const char *bytes, size_t size) {
  while (size) {
    ssize_t sent = send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return;
    if (sent > 0) bytes += sent, size -= (size_t)sent;
    turn(f);
  }
}

static void send_text(struct fixture *f, int fd, const char *text) {
  send_bytes(f, fd, text, strlen(text));
}

static char received[LARGE_BYTES];
static size_t received_bytes;

// Reads until `until` has arrived (NULL: until the other side closes); false where it does not come in time.
static bool receive(struct fixture *f, int fd, const char *until) {
  received_bytes = 0;
  received[0] = 0;
  for (uint64_t end = uv_hrtime() + PATIENCE_MS * 1000000ull; uv_hrtime() < end;) {
    turn(f);
    ssize_t n = recv(fd, received + received_bytes, sizeof received - 1 - received_bytes, MSG_DONTWAIT);
    if (!n || (n < 0 && errno != EAGAIN)) return !until;
    if (n < 0) continue;
    received_bytes += (size_t)n;
    received[received_bytes] = 0;
    if (until && strstr(received, until)) return true;
  }
  return false;
}

static bool has(const char *text) {
  return strstr(received, text);
}

static int status_of_answer(void) {
  return strncmp(received, "HTTP/1.1 ", 9) ? 0 : atoi(received + 9);
}

// One connection, one sample, everything that comes back until the server closes.
static int answer_to(struct fixture *f, const char *bytes, size_t size) {
  int fd = dial(f);
  send_bytes(f, fd, bytes, size);
  assert_true(receive(f, fd, NULL));
  close(fd);
  return status_of_answer();
}

static void assert_refused(struct http_limits limits, const char *bytes, size_t size, int status) {
  struct fixture f;
  open_with(&f, limits);
  int got = answer_to(&f, bytes, size);
  if (status != ANY_ERROR && got != status) print_error("%.80s -> %d\n", bytes, got);
  assert_true(status == ANY_ERROR ? got >= 400 : got == status);
  assert_true(has("Content-Type: application/problem+json\r\n"));
  assert_true(has("Connection: close\r\n"));
  assert_true(has("{\"type\":\"about:blank\",\"title\":\""));
  assert_int_equal(f.handled, 0);
  shut(&f);
}

static void assert_text_refused(const char *text, int status) {
  assert_refused(small_limits(), text, strlen(text), status);
}

// What a request becomes.

static void a_request_arrives_with_its_parts(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd,
            "PUT /echo/x?a=b&c=%20 HTTP/1.1\r\nHost: h\r\nX-Test: \t two words \t\r\nContent-Length: 5\r\n\r\nhello");
  assert_true(receive(&f, fd, "]"));
  assert_true(has("[PUT /echo/x ?a=b&c=%20 5 hello x-test=two words from 127.0.0.1]"));
  close(fd);
  shut(&f);
}

static void an_empty_header_is_an_empty_text(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /echo HTTP/1.1\r\nHost: h\r\nX-Test:\r\nX-Other: y\r\n\r\n");
  assert_true(receive(&f, fd, "]"));
  assert_true(has("x-test= from"));
  send_text(&f, fd, "GET /echo HTTP/1.1\r\nX-Blank: \t\r\nX-Empty:\r\nX-Test: after\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "]"));
  assert_true(has("x-test=after from"));
  close(fd);
  shut(&f);
}

static const char split_sample[] =
    "\r\nPOST /echo?q HTTP/1.1\r\nHost: h\r\nX-Test: v\r\nContent-Length: 3\r\n\r\nabc"
    "PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nde\r\n1\r\nf\r\n0\r\n\r\n"
    "GET /last HTTP/1.1\r\nHost: h\r\n\r\n";

static void assert_split_sample(struct fixture *f, int fd) {
  assert_true(receive(f, fd, "/last ? 0  x-test=(none) from 127.0.0.1]"));
  assert_true(has("[POST /echo ?q 3 abc x-test=v from"));
  assert_true(has("[PUT /echo ? 3 def x-test=(none) from"));
  assert_int_equal(f->handled, 3);
  f->handled = 0;
}

static void a_request_split_at_any_byte_is_the_same_request(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  for (size_t cut = 0; cut < sizeof split_sample - 1; cut++) {
    int fd = dial(&f);
    send_bytes(&f, fd, split_sample, cut);
    turn(&f);
    send_bytes(&f, fd, split_sample + cut, sizeof split_sample - 1 - cut);
    assert_split_sample(&f, fd);
    close(fd);
  }
  shut(&f);
}

static void a_request_may_arrive_byte_by_byte(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  for (size_t i = 0; i < sizeof split_sample - 1; i++) send_bytes(&f, fd, split_sample + i, 1);
  assert_split_sample(&f, fd);
  close(fd);
  shut(&f);
}

static void a_body_of_a_million_brackets_is_just_bytes(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  char *brackets = malloc(1000000);
  memset(brackets, '[', 1000000);
  int fd = dial(&f);
  send_text(&f, fd, "POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n");
  send_bytes(&f, fd, brackets, 1000000);
  free(brackets);
  assert_true(receive(&f, fd, "]"));
  assert_true(has("[POST /echo ? 1000000 [[[["));
  close(fd);
  shut(&f);
}

static void an_upgrade_is_ignored(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd,
            "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
            "GET /second HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "[GET /second"));
  assert_int_equal(status_of_answer(), 200);
  close(fd);
  shut(&f);
}

static void expect_100_continue_is_answered_before_the_body(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "PUT /echo HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  assert_true(receive(&f, fd, "\r\n\r\n"));
  assert_string_equal(received, "HTTP/1.1 100 Continue\r\n\r\n");
  send_text(&f, fd, "ok");
  assert_true(receive(&f, fd, "[PUT /echo ? 2 ok"));
  close(fd);
  shut(&f);
}

// What an answer carries.

static void every_answer_has_the_security_headers(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "]"));
  static const char *const lines[] = {"\r\nX-Content-Type-Options: nosniff\r\n",
                                      "\r\nCache-Control: no-store\r\n",
                                      "\r\nReferrer-Policy: no-referrer\r\n",
                                      "\r\nDate: ",
                                      " GMT\r\n",
                                      "\r\nCross-Origin-Resource-Policy: same-origin\r\n",
                                      "\r\nContent-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n"};
  for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) assert_true(has(lines[i]));
  assert_false(has("Strict-Transport-Security"));
  close(fd);
  shut(&f);
}

static void a_page_has_a_content_security_policy(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /page HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "<p>"));
  assert_true(has("\r\nContent-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "));
  assert_true(has("frame-ancestors 'none'\r\n"));
  assert_true(has("\r\nX-Frame-Options: DENY\r\n"));
  assert_true(has("\r\nPermissions-Policy: "));
  close(fd);
  shut(&f);
}

static void a_handlers_cache_control_replaces_ours(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /cached HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "\r\n\r\n"));
  assert_true(has("\r\nCache-Control: no-cache\r\n"));
  assert_false(has("no-store"));
  close(fd);
  shut(&f);
}

static void head_is_answered_without_a_body(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "HEAD /page HTTP/1.1\r\nHost: h\r\n\r\nGET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, " 204 No Content\r\n"));
  assert_true(has("Content-Length: 3\r\n"));
  assert_true(has("\r\n\r\nHTTP/1.1 204"));
  assert_false(has("<p>"));
  close(fd);
  shut(&f);
}

static void an_answer_without_content_has_no_length(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /nothing HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "\r\n\r\n"));
  assert_false(has("Content-Length"));
  assert_false(has("Content-Type:"));
  close(fd);
  shut(&f);
}

static void connection_close_is_obeyed(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  static const char text[] =
      "GET /echo HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\nGET /x HTTP/1.1\r\nHost: h\r\n\r\n";
  assert_int_equal(answer_to(&f, text, sizeof text - 1), 200);
  assert_true(has("\r\nConnection: close\r\n"));
  assert_int_equal(f.handled, 1);
  shut(&f);
}

static void http_1_0_ends_the_connection_unless_it_asks_otherwise(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /echo HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
  assert_true(receive(&f, fd, "]"));
  assert_true(has("\r\nConnection: keep-alive\r\n"));
  send_text(&f, fd, "GET /echo HTTP/1.0\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, NULL));
  assert_true(has("\r\nConnection: close\r\n"));
  close(fd);
  shut(&f);
}

// Pipelining.

static void pipelined_answers_leave_in_the_order_of_the_requests(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  for (int i = 0; i < 5; i++) send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  while (f.kept_count < 5) turn(&f);
  for (unsigned i = 5; i-- > 0;) {
    char text[16];
    snprintf(text, sizeof text, "<%u>", i);
    http_respond(f.kept[i], 200, "text/plain", NULL, text, strlen(text));
  }
  assert_true(receive(&f, fd, "<4>"));
  const char *at = received;
  for (unsigned i = 0; i < 5; i++) {
    char text[16];
    snprintf(text, sizeof text, "<%u>", i);
    at = strstr(at, text);
    assert_non_null(at);
  }
  close(fd);
  shut(&f);
}

static void no_more_than_32_requests_of_a_connection_are_taken_at_once(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  for (int i = 0; i < 40; i++) send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  turn_for(&f, 50);
  assert_int_equal(f.kept_count, 32);
  for (unsigned i = 0; i < 32; i++) http_respond(f.kept[i], 204, NULL, NULL, NULL, 0);
  turn_for(&f, 50);
  assert_int_equal(f.kept_count, 40);
  for (unsigned i = 32; i < 40; i++)
    http_respond(f.kept[i], 200, "text/plain", NULL, i == 39 ? "end" : "-", i == 39 ? 3 : 1);
  assert_true(receive(&f, fd, "end"));
  close(fd);
  shut(&f);
}

static void an_error_waits_for_the_answers_before_it(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET nonsense\r\n\r\n");
  while (f.kept_count < 1) turn(&f);
  turn_for(&f, 20);
  http_respond(f.kept[0], 200, "text/plain", NULL, "first", 5);
  assert_true(receive(&f, fd, NULL));
  assert_int_equal(status_of_answer(), 200);
  assert_true(has("firstHTTP/1.1 400 Bad Request\r\n"));
  close(fd);
  shut(&f);
}

// What is refused.

static void what_servers_may_disagree_on_is_refused(void **state) {
  (void)state;
  static const struct {
    const char *text;
    int status;
  } samples[] = {
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n1\r\nx\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nxx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\nx", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: a\r\n folded\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: a\r\n\tfolded\r\n\r\n", 400},
      {"GET / HTTP/1.1\nHost: h\n\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\nX-Test: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: a\rb\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: a\r\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX Test: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\n: a\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: \x01\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\nX-Test: \x7f\r\n\r\n", 400},
      {"GET /\x02 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\xff HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /#f HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / x HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", ANY_ERROR},
      {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", ANY_ERROR},
      {"GET / HTTP/1.01\r\nHost: h\r\n\r\n", ANY_ERROR},
      {"GET / ICE/1.1\r\nHost: h\r\n\r\n", ANY_ERROR},
      {"get / HTTP/1.1\r\nHost: h\r\n\r\n", ANY_ERROR},
      {"\x16\x03\x01 a TLS greeting", 400},
      {"GET /\r\nHost: h\r\n\r\n", 505},
  };
  for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) assert_text_refused(samples[i].text, samples[i].status);
}

static void a_malformed_chunk_is_refused(void **state) {
  (void)state;
  static const char *const bodies[] = {
      "x\r\n",
      "1;a=b\r\nx\r\n0\r\n\r\n",
      "1 \r\nx\r\n0\r\n\r\n",
      "1;\r\nx\r\n0\r\n\r\n",
      "1\nx\r\n0\r\n\r\n",
      "1\r\nxx\r\n0\r\n\r\n",
      "-1\r\nx\r\n0\r\n\r\n",
      "0x1\r\nx\r\n0\r\n\r\n",
      "1\r\nx\n0\r\n\r\n",
      "\r\nx\r\n0\r\n\r\n",
      "0\r\nX-Trailer: t\r\n\r\n",
      "fffffffffffffffff\r\nx\r\n0\r\n\r\n",
  };
  for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
    char text[256];
    snprintf(text, sizeof text, "POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n%s", bodies[i]);
    assert_text_refused(text, 400);
  }
}

static void a_nul_in_the_head_is_refused(void **state) {
  (void)state;
  static const char text[] = "GET /a\0b HTTP/1.1\r\nHost: h\r\n\r\n";
  assert_refused(small_limits(), text, sizeof text - 1, 400);
}

static void a_request_names_exactly_one_host(void **state) {
  (void)state;
  assert_text_refused("GET / HTTP/1.1\r\n\r\n", 400);
  assert_text_refused("GET / HTTP/1.1\r\nHost:\r\n\r\n", 400);
  assert_text_refused("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400);
  assert_text_refused("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400);
}

static void the_target_is_a_path(void **state) {
  (void)state;
  assert_text_refused("GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400);
  assert_text_refused("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", 400);
  assert_text_refused("CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400);
}

static void only_http_1_0_and_1_1_are_spoken(void **state) {
  (void)state;
  assert_text_refused("GET / HTTP/0.9\r\nHost: h\r\n\r\n", 505);
  assert_text_refused("GET / HTTP/1.2\r\nHost: h\r\n\r\n", 505);
  assert_text_refused("GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505);
  assert_text_refused("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505);
}

static void an_unknown_method_is_refused(void **state) {
  (void)state;
  assert_text_refused("FETCH / HTTP/1.1\r\nHost: h\r\n\r\n", 501);
}

static void another_expectation_is_refused(void **state) {
  (void)state;
  assert_text_refused("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\nContent-Length: 1\r\n\r\n", 417);
}

static void a_header_that_is_too_long_is_refused(void **state) {
  (void)state;
  char text[2048];
  snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: h\r\nX-Test: %01200d\r\n\r\n", 0);
  assert_text_refused(text, 431);
  snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: h\r\nX-Test: %01200d", 0);
  assert_text_refused(text, 431);
}

static void too_many_headers_are_refused(void **state) {
  (void)state;
  assert_text_refused(
      "GET / HTTP/1.1\r\nHost: h\r\na: 1\r\nb: 1\r\nc: 1\r\nd: 1\r\ne: 1\r\nf: 1\r\ng: 1\r\nh: 1\r\n\r\n", 431);
}

static void a_target_that_is_too_long_is_refused(void **state) {
  (void)state;
  char text[2048];
  snprintf(text, sizeof text, "GET /%01200d HTTP/1.1\r\nHost: h\r\n\r\n", 0);
  assert_text_refused(text, 414);
}

static void a_body_of_1_gb_is_refused_by_its_length_alone(void **state) {
  (void)state;
  uint64_t begun = uv_hrtime();
  assert_text_refused("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n", 413);
  assert_text_refused("PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1073741824\r\n\r\n", 413);
  assert_true(uv_hrtime() - begun < 2000000000ull);
}

static void a_chunked_body_is_counted(void **state) {
  (void)state;
  static char text[140 << 10];
  int head = snprintf(text, sizeof text, "PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
  int size = head;
  for (int i = 0; i < 9; i++) size += snprintf(text + size, sizeof text - (size_t)size, "2000\r\n%08192d\r\n", 0);
  assert_refused(small_limits(), text, (size_t)size, 413);
  assert_text_refused("PUT / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n", 413);
}

// Deadlines and numbers.

static void a_slow_header_ends_at_its_deadline_however_it_trickles(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  uint64_t begun = uv_hrtime();
  send_text(&f, fd, "GET / HTTP/1.1\r\n");
  while (uv_hrtime() - begun < 900000000ull) {
    send_text(&f, fd, "x");
    turn_for(&f, 50);
  }
  assert_true(receive(&f, fd, NULL));
  assert_int_equal(status_of_answer(), 408);
  close(fd);
  shut(&f);
}

static void a_slow_body_ends_at_its_deadline(void **state) {
  (void)state;
  assert_text_refused("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", 408);
}

static void an_idle_connection_is_closed(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  uint64_t begun = uv_hrtime();
  assert_true(receive(&f, fd, NULL));
  assert_int_equal(received_bytes, 0);
  assert_true(uv_hrtime() - begun > 500000000ull);
  close(fd);
  shut(&f);
}

static void a_reader_that_takes_nothing_is_cut_off(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
  turn_for(&f, 1500);
  assert_true(receive(&f, fd, NULL));
  assert_true(received_bytes < LARGE_BYTES);
  close(fd);
  shut(&f);
}

static void a_request_that_waits_for_its_answer_is_not_idle(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  turn_for(&f, 1200);
  http_respond(f.kept[0], 200, "text/plain", NULL, "late", 4);
  assert_true(receive(&f, fd, "late"));
  close(fd);
  shut(&f);
}

static void assert_third_connection_refused(struct http_limits limits) {
  struct fixture f;
  open_with(&f, limits);
  int first = dial(&f), second = dial(&f);
  turn_for(&f, 20);
  int third = dial(&f);
  assert_true(receive(&f, third, NULL));
  assert_int_equal(status_of_answer(), 503);
  assert_true(has("\r\nRetry-After: 1\r\n"));
  close(third);
  close(second);
  turn_for(&f, 20);
  int fourth = dial(&f);
  send_text(&f, fourth, "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fourth, "]"));
  close(first);
  close(fourth);
  shut(&f);
}

static void connections_are_bounded_in_all(void **state) {
  (void)state;
  struct http_limits limits = http_limits_default;
  limits.connections = 2;
  assert_third_connection_refused(limits);
}

static void connections_are_bounded_per_address(void **state) {
  (void)state;
  struct http_limits limits = http_limits_default;
  limits.connections_per_address = 2;
  assert_third_connection_refused(limits);
}

static unsigned enter(struct http_peers *peers, const char *address, struct http_peer **peer) {
  struct sockaddr_storage from = {0};
  unsigned count = 0;
  if (uv_ip4_addr(address, 1, (struct sockaddr_in *)&from))
    assert_int_equal(uv_ip6_addr(address, 1, (struct sockaddr_in6 *)&from), 0);
  *peer = http_peers_enter(peers, (struct sockaddr *)&from, &count);
  return count;
}

static void an_ipv6_address_is_counted_by_its_first_64_bits(void **state) {
  (void)state;
  struct http_peers peers = {0};
  struct http_peer *peer[6];
  assert_int_equal(enter(&peers, "2001:db8::1", &peer[0]), 1);
  assert_int_equal(enter(&peers, "2001:db8::ffff:2", &peer[1]), 2);
  assert_int_equal(enter(&peers, "2001:db8:0:1::1", &peer[2]), 1);
  assert_int_equal(enter(&peers, "192.0.2.1", &peer[3]), 1);
  assert_int_equal(enter(&peers, "::ffff:192.0.2.1", &peer[4]), 2);
  assert_int_equal(enter(&peers, "192.0.2.2", &peer[5]), 1);
  for (int i = 0; i < 6; i++) http_peers_leave(&peers, peer[i]);
  assert_int_equal(enter(&peers, "2001:db8::1", &peer[0]), 1);
  http_peers_leave(&peers, peer[0]);
}

// The other side leaves.

static void gone_is_called_when_the_other_side_leaves(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /watched HTTP/1.1\r\nHost: h\r\n\r\nGET /watched HTTP/1.1\r\nHost: h\r\n\r\n");
  while (f.kept_count < 2) turn(&f);
  close(fd);
  turn_for(&f, 50);
  assert_int_equal(f.gone, 2);
  shut(&f);
}

static void a_request_without_gone_outlives_its_connection(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!f.kept_count) turn(&f);
  close(fd);
  turn_for(&f, 50);
  assert_null(f.kept[0]->connection);
  assert_string_equal(f.kept[0]->path, "/later");
  http_respond(f.kept[0], 200, "text/plain", NULL, "dropped", 7);
  shut(&f);
}

// Streams.

static void a_stream_is_sent_in_chunks(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "\r\n\r\n"));
  assert_true(has("Transfer-Encoding: chunked\r\n"));
  assert_true(http_stream_write(f.kept[0], "data: 1\n\n", 9));
  assert_true(receive(&f, fd, "9\r\ndata: 1\n\n\r\n"));
  http_stream_end(f.kept[0]);
  assert_true(receive(&f, fd, "0\r\n\r\n"));
  send_text(&f, fd, "GET /echo HTTP/1.1\r\nHost: h\r\n\r\n");
  assert_true(receive(&f, fd, "[GET /echo"));
  close(fd);
  shut(&f);
}

static void a_stream_to_http_1_0_ends_with_the_connection(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, small_limits());
  int fd = dial(&f);
  send_text(&f, fd, "GET /stream HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\n\r\n");
  while (!f.kept_count) turn(&f);
  assert_true(http_stream_write(f.kept[0], "plain", 5));
  http_stream_end(f.kept[0]);
  assert_true(receive(&f, fd, NULL));
  assert_true(has("\r\n\r\nplain"));
  assert_false(has("chunked"));
  close(fd);
  shut(&f);
}

static void a_stream_waits_for_the_answers_before_it(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /later HTTP/1.1\r\nHost: h\r\n\r\nGET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  while (f.kept_count < 2) turn(&f);
  assert_true(http_stream_write(f.kept[1], "early", 5));
  http_respond(f.kept[0], 200, "text/plain", NULL, "first", 5);
  assert_true(receive(&f, fd, "early"));
  assert_true(has("firstHTTP/1.1 200 OK\r\n"));
  http_stream_end(f.kept[1]);
  assert_true(receive(&f, fd, "0\r\n\r\n"));
  close(fd);
  shut(&f);
}

static void a_slow_reader_of_a_stream_is_told_of(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!f.kept_count) turn(&f);
  static char block[64 << 10];
  unsigned writes = 0;
  while (http_stream_write(f.kept[0], block, sizeof block) && ++writes < 1000) turn(&f);
  assert_in_range(writes, 16, 999);
  http_stream_end(f.kept[0]);
  assert_true(receive(&f, fd, NULL));
  assert_false(has("\r\n0\r\n\r\n"));
  close(fd);
  shut(&f);
}

// The end.

static void closing_finishes_what_is_under_way(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int busy = dial(&f), idle = dial(&f);
  send_text(&f, busy, "GET /later HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!f.kept_count) turn(&f);
  http_close(f.server, 5000, on_closed, &f);
  assert_true(receive(&f, idle, NULL));
  assert_false(f.closed);
  http_respond(f.kept[0], 200, "text/plain", NULL, "finished", 8);
  assert_true(receive(&f, busy, NULL));
  assert_true(has("\r\nConnection: close\r\n"));
  assert_true(has("finished"));
  close(busy);
  close(idle);
  shut(&f);
}

static void closing_ends_streams_when_grace_is_over(void **state) {
  (void)state;
  struct fixture f;
  open_with(&f, http_limits_default);
  int fd = dial(&f);
  send_text(&f, fd, "GET /stream HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!f.kept_count) turn(&f);
  http_close(f.server, 100, on_closed, &f);
  turn_for(&f, 500);
  assert_true(f.closed);
  assert_int_equal(f.gone, 1);
  close(fd);
  shut(&f);
}

static void an_address_that_is_none_is_explained(void **state) {
  (void)state;
  uv_loop_t loop;
  uv_loop_init(&loop);
  static const char *const wrong[] = {"",        "8080",         "localhost:1", "127.0.0.1:99999",
                                      "[::1:80", "127.0.0.1:8x", "192.0.2.1:80"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    char errors[200] = "";
    assert_null(http_listen(&loop, wrong[i], &http_limits_default, handler, NULL, errors, sizeof errors));
    assert_true(strlen(errors) > 10);
  }
  uv_run(&loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&loop), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_request_arrives_with_its_parts),
      cmocka_unit_test(an_empty_header_is_an_empty_text),
      cmocka_unit_test(a_request_split_at_any_byte_is_the_same_request),
      cmocka_unit_test(a_request_may_arrive_byte_by_byte),
      cmocka_unit_test(a_body_of_a_million_brackets_is_just_bytes),
      cmocka_unit_test(an_upgrade_is_ignored),
      cmocka_unit_test(expect_100_continue_is_answered_before_the_body),
      cmocka_unit_test(every_answer_has_the_security_headers),
      cmocka_unit_test(a_page_has_a_content_security_policy),
      cmocka_unit_test(a_handlers_cache_control_replaces_ours),
      cmocka_unit_test(head_is_answered_without_a_body),
      cmocka_unit_test(an_answer_without_content_has_no_length),
      cmocka_unit_test(connection_close_is_obeyed),
      cmocka_unit_test(http_1_0_ends_the_connection_unless_it_asks_otherwise),
      cmocka_unit_test(pipelined_answers_leave_in_the_order_of_the_requests),
      cmocka_unit_test(no_more_than_32_requests_of_a_connection_are_taken_at_once),
      cmocka_unit_test(an_error_waits_for_the_answers_before_it),
      cmocka_unit_test(what_servers_may_disagree_on_is_refused),
      cmocka_unit_test(a_malformed_chunk_is_refused),
      cmocka_unit_test(a_nul_in_the_head_is_refused),
      cmocka_unit_test(a_request_names_exactly_one_host),
      cmocka_unit_test(the_target_is_a_path),
      cmocka_unit_test(only_http_1_0_and_1_1_are_spoken),
      cmocka_unit_test(an_unknown_method_is_refused),
      cmocka_unit_test(another_expectation_is_refused),
      cmocka_unit_test(a_header_that_is_too_long_is_refused),
      cmocka_unit_test(too_many_headers_are_refused),
      cmocka_unit_test(a_target_that_is_too_long_is_refused),
      cmocka_unit_test(a_body_of_1_gb_is_refused_by_its_length_alone),
      cmocka_unit_test(a_chunked_body_is_counted),
      cmocka_unit_test(a_slow_header_ends_at_its_deadline_however_it_trickles),
      cmocka_unit_test(a_slow_body_ends_at_its_deadline),
      cmocka_unit_test(an_idle_connection_is_closed),
      cmocka_unit_test(a_reader_that_takes_nothing_is_cut_off),
      cmocka_unit_test(a_request_that_waits_for_its_answer_is_not_idle),
      cmocka_unit_test(connections_are_bounded_in_all),
      cmocka_unit_test(connections_are_bounded_per_address),
      cmocka_unit_test(an_ipv6_address_is_counted_by_its_first_64_bits),
      cmocka_unit_test(gone_is_called_when_the_other_side_leaves),
      cmocka_unit_test(a_request_without_gone_outlives_its_connection),
      cmocka_unit_test(a_stream_is_sent_in_chunks),
      cmocka_unit_test(a_stream_to_http_1_0_ends_with_the_connection),
      cmocka_unit_test(a_stream_waits_for_the_answers_before_it),
      cmocka_unit_test(a_slow_reader_of_a_stream_is_told_of),
      cmocka_unit_test(closing_finishes_what_is_under_way),
      cmocka_unit_test(closing_ends_streams_when_grace_is_over),
      cmocka_unit_test(an_address_that_is_none_is_explained),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
