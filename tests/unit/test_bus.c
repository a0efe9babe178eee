#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "bus.h"
#include "bus_socket.h"
#include "keyring.h"
#include <arpa/inet.h>
#include <sodium.h>
#include <sys/socket.h>
#include <time.h>

// --- a small world: one loop, and parties with a bus each

struct party {
  struct keys keys;
  struct bus *bus;
  bool closed;
};

struct world {
  uv_loop_t loop;
  struct keyring ring;
  struct party server, client;
  struct bus_server *serving;
  char endpoint[64];
  unsigned n_requests, n_answers, n_replies, n_problems, n_published;
  struct bus_client *refilled; // so many answers from it are each followed by another request
  unsigned refills;
  struct bus_route route;  // of the last request
  bool silent;             // requests are taken in and not answered
  Code code;               // of the last answer
  char peer[64], text[64]; // of the last request, of the last reply
  uint64_t last;
  size_t list_bytes;
};

static char errors[512];

static int64_t wall_ms(void) {
  struct timespec t;
  clock_gettime(CLOCK_REALTIME, &t);
  return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

// An address that nobody listens at.
static void free_endpoint(char out[64]) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t bytes = sizeof a;
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof a), 0);
  assert_int_equal(getsockname(fd, (struct sockaddr *)&a, &bytes), 0);
  close(fd);
  snprintf(out, 64, "tcp://127.0.0.1:%d", ntohs(a.sin_port));
}

static void party_open(struct world *w, struct party *p, const char *name) {
  keyring_load(&w->ring, name, &p->keys);
  p->bus = bus_open(&w->loop, &p->keys, errors, sizeof errors);
  if (!p->bus) fail_msg("%s", errors);
}

static void on_closed(void *context) {
  ((struct party *)context)->closed = true;
}

static void party_close(struct world *w, struct party *p) {
  if (!p->bus) return;
  p->closed = false;
  bus_close(p->bus, on_closed, p);
  while (!p->closed) uv_run(&w->loop, UV_RUN_ONCE);
  p->bus = NULL;
  keys_free(&p->keys);
}

static void stop_waiting(uv_timer_t *timer) {
  *(bool *)timer->data = true;
}

static void wait_until(struct world *w, const unsigned *counter, unsigned at_least, unsigned most_ms) {
  bool over = false;
  uv_timer_t timer;
  uv_timer_init(&w->loop, &timer);
  timer.data = &over;
  uv_timer_start(&timer, stop_waiting, most_ms, 0);
  while (!over && *counter < at_least) uv_run(&w->loop, UV_RUN_ONCE);
  uv_close((uv_handle_t *)&timer, NULL);
  uv_run(&w->loop, UV_RUN_NOWAIT);
}

static void on_request(void *context, const struct bus_route *route, const char *peer, const Envelope *request) {
  struct world *w = context;
  Envelope reply = ENVELOPE__INIT;
  w->n_requests++;
  w->route = *route;
  snprintf(w->peer, sizeof w->peer, "%s", peer);
  reply.type = "Pong";
  reply.correlation_id = request->correlation_id;
  reply.body = request->body;
  if (!w->silent) bus_reply(w->serving, route, &reply);
}

static void call(struct world *w, struct bus_client *c, const char *type, const char *text, int deadline_ms);

static void on_answer(void *context, const Envelope *reply, Code code) {
  struct world *w = context;
  w->n_answers++;
  w->code = code;
  if (w->refills && w->refills--) call(w, w->refilled, "RecordSession", "and another", 5000);
  if (!reply) return;
  w->n_replies++;
  w->n_problems += reply->problem != NULL;
  snprintf(w->text, sizeof w->text, "%.*s", (int)reply->body.len, reply->body.data ? (char *)reply->body.data : "");
}

static void on_published(void *context, const char *area, uint64_t last, const uint8_t *list, size_t list_bytes) {
  struct world *w = context;
  (void)list;
  assert_string_equal(area, "lon-north");
  w->n_published++;
  w->last = last;
  w->list_bytes = list_bytes;
}

static void call(struct world *w, struct bus_client *c, const char *type, const char *text, int deadline_ms) {
  Envelope request = ENVELOPE__INIT;
  uint8_t id[16];
  randombytes_buf(id, sizeof id);
  request.type = (char *)type;
  request.correlation_id = (ProtobufCBinaryData){sizeof id, id};
  request.body = (ProtobufCBinaryData){strlen(text), (uint8_t *)text};
  request.deadline_ms = wall_ms() + deadline_ms;
  bus_call(c, &request, on_answer, w);
}

static void serve(struct world *w) {
  party_open(w, &w->server, "intake");
  w->serving = bus_serve(w->server.bus, w->endpoint, on_request, w, errors, sizeof errors);
  if (!w->serving) fail_msg("%s", errors);
}

static struct bus_client *connect_as(struct world *w, const char *name, const char *endpoint) {
  party_open(w, &w->client, name);
  struct bus_client *c = bus_connect(w->client.bus, endpoint, "intake", errors, sizeof errors);
  if (!c) fail_msg("%s", errors);
  return c;
}

static int set_up(void **state) {
  struct world *w = calloc(1, sizeof *w);
  uv_loop_init(&w->loop);
  w->ring = keyring_make();
  free_endpoint(w->endpoint);
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  struct world *w = *state;
  party_close(w, &w->client);
  party_close(w, &w->server);
  uv_run(&w->loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&w->loop), 0);
  keyring_remove(&w->ring);
  free(w);
  return 0;
}

// --- requests

static void a_request_is_answered_and_the_server_knows_who_sent_it(void **state) {
  struct world *w = *state;
  serve(w);
  call(w, connect_as(w, "gateway", w->endpoint), "RecordSession", "good morning", 5000);
  assert_int_equal(w->n_answers, 0);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_int_equal(w->n_replies, 1);
  assert_int_equal(w->code, CODE__OK);
  assert_string_equal(w->text, "good morning");
  assert_string_equal(w->peer, "gateway");
}

static void a_server_is_found_by_name(void **state) {
  struct world *w = *state;
  char endpoint[64];
  serve(w);
  snprintf(endpoint, sizeof endpoint, "tcp://localhost:%s", strrchr(w->endpoint, ':') + 1);
  call(w, connect_as(w, "gateway", endpoint), "RecordSession", "by name", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_string_equal(w->text, "by name");
}

static void a_bundle_of_300_requests_is_answered(void **state) {
  struct world *w = *state;
  serve(w);
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  for (int round = 1; round <= 10; round++) {
    for (int i = 0; i < 300; i++) call(w, c, "RecordSession", "a session of many words", 5000);
    wait_until(w, &w->n_answers, 300 * (unsigned)round, 5000);
  }
  assert_int_equal(w->n_replies, 3000);
  assert_int_equal(w->n_requests, 3000);
}

// ZeroMQ's descriptor tells of a change once only: whoever misses that waits for ever.
static void a_pipeline_that_is_kept_full_never_stalls(void **state) {
  struct world *w = *state;
  serve(w);
  w->refilled = connect_as(w, "gateway", w->endpoint);
  w->refills = 20000;
  for (int i = 0; i < 256; i++) call(w, w->refilled, "RecordSession", "and another", 5000);
  wait_until(w, &w->n_answers, 20256, 20000);
  assert_int_equal(w->n_replies, 20256);
  assert_int_equal(w->n_requests, 20256);
}

static void requests_of_several_megabytes_go_in_several_frames(void **state) {
  struct world *w = *state;
  char *text = malloc(300001);
  memset(text, 'x', 300000);
  text[300000] = 0;
  serve(w);
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  call(w, c, "RecordSession", "first", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  for (int i = 0; i < 20; i++) call(w, c, "RecordSession", text, 5000);
  wait_until(w, &w->n_answers, 21, 5000);
  assert_int_equal(w->n_replies, 21);
  free(text);
}

static void a_request_larger_than_a_frame_is_refused_at_home(void **state) {
  struct world *w = *state;
  char *text = malloc(BUS_FRAME_BYTES + 1);
  memset(text, 'x', BUS_FRAME_BYTES);
  text[BUS_FRAME_BYTES] = 0;
  serve(w);
  call(w, connect_as(w, "gateway", w->endpoint), "RecordSession", text, 5000);
  assert_int_equal(w->n_answers, 0);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_int_equal(w->code, CODE__TOO_LARGE);
  free(text);
}

static void a_deadline_that_passes_is_answered_once(void **state) {
  struct world *w = *state;
  serve(w);
  w->silent = true;
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  int64_t began_ms = wall_ms();
  call(w, c, "RecordSession", "", 400);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_int_equal(w->code, CODE__DEADLINE);
  assert_int_equal(w->n_replies, 0);
  assert_int_equal(w->n_requests, 1);
  assert_in_range(wall_ms() - began_ms, 380, 900);
  wait_until(w, &w->n_answers, 2, 100);
  assert_int_equal(w->n_answers, 1);
}

static void without_a_server_the_answer_is_unavailable_and_nothing_is_sent_later(void **state) {
  struct world *w = *state;
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  for (int i = 0; i < 5; i++) call(w, c, "RecordSession", "lost", 20000);
  wait_until(w, &w->n_answers, 5, 5000);
  assert_int_equal(w->n_answers, 5);
  assert_int_equal(w->code, CODE__UNAVAILABLE);
  serve(w);
  call(w, c, "RecordSession", "found", 5000);
  wait_until(w, &w->n_answers, 6, 5000);
  if (w->code == CODE__UNAVAILABLE) { // the client's next attempt to connect may be a second away
    call(w, c, "RecordSession", "found", 5000);
    wait_until(w, &w->n_answers, 7, 5000);
  }
  assert_string_equal(w->text, "found");
  assert_int_equal(w->n_requests, 1);
}

static void more_than_the_bound_are_unavailable_at_once(void **state) {
  struct world *w = *state;
  serve(w);
  w->silent = true;
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  for (int i = 0; i < BUS_IN_FLIGHT + 10; i++) call(w, c, "RecordSession", "", 20000);
  wait_until(w, &w->n_answers, 10, 5000);
  wait_until(w, &w->n_requests, BUS_IN_FLIGHT, 900);
  assert_int_equal(w->n_answers, 10);
  assert_int_equal(w->code, CODE__UNAVAILABLE);
  party_close(w, &w->client);
  assert_int_equal(w->n_answers, BUS_IN_FLIGHT + 10);
  assert_int_equal(w->code, CODE__DEADLINE);
}

static void a_correlation_id_in_flight_cannot_be_used_again(void **state) {
  struct world *w = *state;
  Envelope request = ENVELOPE__INIT;
  serve(w);
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  request.type = "RecordSession";
  request.deadline_ms = wall_ms() + 5000;
  request.correlation_id = (ProtobufCBinaryData){16, (uint8_t *)"0123456789abcdef"};
  bus_call(c, &request, on_answer, w);
  bus_call(c, &request, on_answer, w);
  request.correlation_id.len = 15;
  bus_call(c, &request, on_answer, w);
  wait_until(w, &w->n_answers, 3, 5000);
  assert_int_equal(w->n_replies, 1);
  assert_int_equal(w->n_requests, 1);
}

static void a_client_recovers_when_its_server_comes_back(void **state) {
  struct world *w = *state;
  serve(w);
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  call(w, c, "RecordSession", "before", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  party_close(w, &w->server);
  serve(w);
  for (unsigned tries = 0; tries < 10 && strcmp(w->text, "after"); tries++) {
    call(w, c, "RecordSession", "after", 1000);
    wait_until(w, &w->n_answers, 2 + tries, 3000);
  }
  assert_string_equal(w->text, "after");
}

static void a_reply_to_a_client_that_has_gone_is_dropped(void **state) {
  struct world *w = *state;
  Envelope reply = ENVELOPE__INIT;
  serve(w);
  w->silent = true;
  call(w, connect_as(w, "gateway", w->endpoint), "RecordSession", "", 5000);
  wait_until(w, &w->n_requests, 1, 5000);
  party_close(w, &w->client);
  for (int i = 0; i < 3; i++) {
    bus_reply(w->serving, &w->route, &reply);
    wait_until(w, &w->n_requests, 2, 50);
  }
  w->silent = false;
  call(w, connect_as(w, "gateway", w->endpoint), "RecordSession", "the next one", 5000);
  wait_until(w, &w->n_answers, 2, 5000);
  assert_string_equal(w->text, "the next one");
}

static void what_is_queued_leaves_before_the_bus_closes(void **state) {
  struct world *w = *state;
  Envelope reply = ENVELOPE__INIT;
  uint8_t id[16] = {7};
  Envelope request = ENVELOPE__INIT;
  serve(w);
  w->silent = true;
  struct bus_client *c = connect_as(w, "gateway", w->endpoint);
  request.type = "RecordSession";
  reply.correlation_id = request.correlation_id = (ProtobufCBinaryData){sizeof id, id};
  request.deadline_ms = wall_ms() + 5000;
  bus_call(c, &request, on_answer, w);
  wait_until(w, &w->n_requests, 1, 5000);
  bus_reply(w->serving, &w->route, &reply);
  party_close(w, &w->server);
  wait_until(w, &w->n_answers, 1, 1000);
  assert_int_equal(w->n_replies, 1);
}

// --- who may come in, and with what

static void a_type_that_the_key_may_not_send_is_forbidden_and_never_seen(void **state) {
  struct world *w = *state;
  serve(w);
  struct bus_client *c = connect_as(w, "clinic", w->endpoint);
  call(w, c, "RecordSession", "", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_int_equal(w->code, CODE__FORBIDDEN);
  assert_int_equal(w->n_problems, 1);
  assert_int_equal(w->n_requests, 0);
  call(w, c, "Ping", "", 5000);
  wait_until(w, &w->n_answers, 2, 5000);
  assert_int_equal(w->code, CODE__OK);
  assert_string_equal(w->peer, "clinic");
}

// A second folder has keys that the first knows nothing of, but for the server's own.
static void an_unknown_key_gets_nothing_through(void **state) {
  struct world *w = *state;
  struct keyring other = keyring_make();
  struct keys gateway, intake;
  serve(w);
  keyring_load(&other, "gateway", &gateway);
  keyring_load(&w->ring, "intake", &intake);
  Peer *known = (Peer *)keys_peer(&gateway, "intake");
  known->public_key = intake.public_key;
  struct bus *stranger = bus_open(&w->loop, &gateway, errors, sizeof errors);
  assert_non_null(stranger);
  struct bus_client *c = bus_connect(stranger, w->endpoint, "intake", errors, sizeof errors);
  call(w, c, "Ping", "", 1500);
  wait_until(w, &w->n_answers, 1, 3000);
  assert_int_equal(w->code, CODE__UNAVAILABLE);
  assert_int_equal(w->n_requests, 0);
  struct party p = {0};
  bus_close(stranger, on_closed, &p);
  while (!p.closed) uv_run(&w->loop, UV_RUN_ONCE);
  keys_free(&gateway);
  keys_free(&intake);
  keyring_remove(&other);
}

static void a_peer_added_while_the_server_runs_is_let_in(void **state) {
  struct world *w = *state;
  serve(w);
  assert_int_equal(keys_generate(w->ring.folder, "hospital", "RecordSession", errors, sizeof errors), 0);
  call(w, connect_as(w, "hospital", w->endpoint), "RecordSession", "from outside", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_string_equal(w->text, "from outside");
  assert_string_equal(w->peer, "hospital");
}

static void a_bus_whose_handler_lets_everybody_in_is_not_proved(void **state) {
  struct world *w = *state;
  struct keys k;
  void *context = zmq_ctx_new();
  keyring_load(&w->ring, "intake", &k);
  struct bus_zap *zap = bus_zap_open(context, w->ring.folder, errors, sizeof errors);
  assert_non_null(zap);
  assert_int_equal(bus_prove(zap, &k, errors, sizeof errors), 0);
  bus_zap_stop(zap);
  assert_int_equal(bus_prove(zap, &k, errors, sizeof errors), -1); // ZeroMQ without a handler lets every key in
  bus_zap_close(zap);
  zmq_ctx_term(context);
  keys_free(&k);
}

// --- malformed

static void random_frames_do_no_harm(void **state) {
  struct world *w = *state;
  struct keys gateway;
  uint8_t bytes[300];
  serve(w);
  keyring_load(&w->ring, "gateway", &gateway);
  void *context = zmq_ctx_new(), *raw = bus_zmq_new(context, ZMQ_DEALER);
  assert_int_equal(
      bus_zmq_be_client(raw, gateway.public_key, gateway.secret_key, keys_peer(&gateway, "intake")->public_key), 0);
  zmq_setsockopt(raw, ZMQ_IMMEDIATE, &(int){0}, sizeof(int));
  assert_int_equal(zmq_connect(raw, w->endpoint), 0);
  for (int i = 0; i < 500; i++) {
    randombytes_buf(bytes, sizeof bytes);
    bytes[0] = 0x0a; // so that some get further
    bytes[1] = (uint8_t)(i % 128);
    if (i % 5 == 0) zmq_send(raw, "", 0, ZMQ_SNDMORE); // a part too many
    zmq_send(raw, bytes, (size_t)i % sizeof bytes, 0);
  }
  call(w, connect_as(w, "gateway", w->endpoint), "RecordSession", "still here", 5000);
  wait_until(w, &w->n_answers, 1, 5000);
  assert_string_equal(w->text, "still here");
  wait_until(w, &w->n_requests, 1000, 100);
  zmq_close(raw);
  zmq_ctx_term(context);
  keys_free(&gateway);
}

static void a_published_frame_reads_as_it_was_written_and_no_part_of_it_reads(void **state) {
  const struct bus_published p = {"lon-north", 9, UINT64_MAX, (const uint8_t *)"\x0a\x00", 2};
  struct bus_published read;
  uint8_t bytes[64];
  size_t n = bus_published_size(&p);
  (void)state;
  bus_published_write(&p, bytes);
  assert_true(bus_published_read(bytes, n, &read));
  assert_memory_equal(read.area, p.area, p.area_bytes);
  assert_int_equal(read.list_bytes, 2);
  assert_true(read.last == UINT64_MAX);
  Published *same = published__unpack(NULL, n, bytes);
  assert_non_null(same);
  assert_string_equal(same->area, "lon-north");
  assert_int_equal(same->list->n_events, 1);
  published__free_unpacked(same, NULL);
  for (size_t i = 0; i < 100000; i++) {
    uint8_t noise[24];
    randombytes_buf(noise, sizeof noise);
    noise[0] = 0x0a, noise[1] %= 8;
    if (bus_published_read(noise, sizeof noise, &read)) assert_in_range(read.area_bytes, 0, sizeof noise);
  }
}

static void endpoints_that_are_none_are_refused(void **state) {
  static const char *const wrong[] = {"",           "tcp://",       "tcp://:1", "127.0.0.1:80",
                                      "tcp://host", "tcp://host:x", "ipc://x:1"};
  struct world *w = *state;
  party_open(w, &w->client, "gateway");
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    assert_null(bus_connect(w->client.bus, wrong[i], "intake", errors, sizeof errors));
    assert_non_null(strstr(errors, "tcp://host:port"));
  }
  assert_null(bus_connect(w->client.bus, w->endpoint, "nobody", errors, sizeof errors));
  assert_null(bus_subscribe(w->client.bus, "", on_published, w, errors, sizeof errors));
  assert_null(bus_subscribe(w->client.bus, "tcp://127.0.0.1:1", on_published, w, errors, sizeof errors));
  assert_null(bus_serve(w->client.bus, "tcp://nowhere.invalid:1", on_request, w, errors, sizeof errors));
}

// --- events

static void what_is_published_reaches_who_listens(void **state) {
  struct world *w = *state;
  char subscribe[128];
  party_open(w, &w->server, "intake");
  struct bus_publisher *p = bus_publish_at(w->server.bus, w->endpoint, errors, sizeof errors);
  assert_non_null(p);
  party_open(w, &w->client, "reminders");
  snprintf(subscribe, sizeof subscribe, "intake=%s", w->endpoint);
  assert_non_null(bus_subscribe(w->client.bus, subscribe, on_published, w, errors, sizeof errors));
  for (unsigned i = 1; i < 100 && !w->n_published; i++) { // a subscriber takes a moment to be heard
    bus_publish(p, "lon-north", i, (const uint8_t *)"\x0a\x00", 2);
    wait_until(w, &w->n_published, 1, 50);
  }
  assert_int_equal(w->list_bytes, 2);
  unsigned before = w->n_published;
  for (unsigned i = 1; i <= 1000; i++) bus_publish(p, "lon-north", 1000 + i, NULL, 0);
  wait_until(w, &w->n_published, before + 1000, 5000);
  assert_int_equal(w->n_published, before + 1000);
  assert_int_equal(w->last, 2000);
  assert_int_equal(w->list_bytes, 0);
}

// --- calls

static void calls_are_found_through_any_order_of_adding_and_taking(void **state) {
  struct bus_calls c;
  static uint8_t ids[BUS_IN_FLIGHT][16];
  static bool there[BUS_IN_FLIGHT];
  (void)state;
  bus_calls_init(&c);
  memset(there, 0, sizeof there);
  randombytes_buf(ids, sizeof ids);
  for (unsigned i = 0; i < 200000; i++) {
    unsigned at = randombytes_uniform(i < 100000 ? BUS_IN_FLIGHT : 64);
    struct bus_call_entry *e = bus_calls_find(&c, ids[at]);
    assert_int_equal(e != NULL, there[at]);
    if (e)
      bus_calls_take(&c, e);
    else
      assert_non_null(bus_calls_add(&c, ids[at]));
    there[at] = !there[at];
  }
  for (unsigned i = 0; i < BUS_IN_FLIGHT; i++) assert_int_equal(bus_calls_find(&c, ids[i]) != NULL, there[i]);
  bus_calls_deinit(&c);
}

#define IN_A_WORLD(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_A_WORLD(a_request_is_answered_and_the_server_knows_who_sent_it),
      IN_A_WORLD(a_server_is_found_by_name),
      IN_A_WORLD(a_bundle_of_300_requests_is_answered),
      IN_A_WORLD(a_pipeline_that_is_kept_full_never_stalls),
      IN_A_WORLD(a_reply_to_a_client_that_has_gone_is_dropped),
      IN_A_WORLD(what_is_queued_leaves_before_the_bus_closes),
      IN_A_WORLD(requests_of_several_megabytes_go_in_several_frames),
      IN_A_WORLD(a_request_larger_than_a_frame_is_refused_at_home),
      IN_A_WORLD(a_deadline_that_passes_is_answered_once),
      IN_A_WORLD(without_a_server_the_answer_is_unavailable_and_nothing_is_sent_later),
      IN_A_WORLD(more_than_the_bound_are_unavailable_at_once),
      IN_A_WORLD(a_correlation_id_in_flight_cannot_be_used_again),
      IN_A_WORLD(a_client_recovers_when_its_server_comes_back),
      IN_A_WORLD(a_type_that_the_key_may_not_send_is_forbidden_and_never_seen),
      IN_A_WORLD(an_unknown_key_gets_nothing_through),
      IN_A_WORLD(a_peer_added_while_the_server_runs_is_let_in),
      IN_A_WORLD(a_bus_whose_handler_lets_everybody_in_is_not_proved),
      IN_A_WORLD(random_frames_do_no_harm),
      IN_A_WORLD(endpoints_that_are_none_are_refused),
      IN_A_WORLD(what_is_published_reaches_who_listens),
      cmocka_unit_test(a_published_frame_reads_as_it_was_written_and_no_part_of_it_reads),
      cmocka_unit_test(calls_are_found_through_any_order_of_adding_and_taking),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
