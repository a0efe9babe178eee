// links: courier
// Sending for real, to a mail server and an SMS gateway on this machine (services/courier/standin.py).
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <arpa/inet.h>
#include <curl/curl.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "config.h"
#include "courier.pb-c.h"
#include "json.h"
#include "perform.h"

enum {
  OUTCOMES = 64
};

struct outcome {
  char message_id[37], failure[160];
  uint32_t attempt;
  bool taken, final;
};

struct world {
  char folder[64], key_file[96], mail_file[96], sms_url[64], smtp_url[64], page[64];
  pid_t standin;
  uv_loop_t loop;
  uv_timer_t limit;
  struct config config;
  void *performer;
  struct outcome outcomes[OUTCOMES];
  unsigned n_outcomes, wanted;
};

// --- the stand-in

static void write_key(struct world *w) {
  FILE *f = fopen(w->key_file, "w");
  assert_non_null(f);
  fputs("a key of the two of us, in a file\n", f);
  fclose(f);
}

// Ends with this program, however that ends.
static void run_standin(const struct world *w, int out) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  dup2(out, STDOUT_FILENO);
  execl("/usr/bin/python3", "python3", "services/courier/standin.py", "--smtp-port", "0", "--http-port", "0", "--file",
        w->mail_file, "--key-file", w->key_file, NULL);
  _exit(127);
}

static void start_standin(struct world *w) {
  int out[2], smtp, http;
  assert_int_equal(pipe(out), 0);
  w->standin = fork();
  if (w->standin == 0) run_standin(w, out[1]);
  close(out[1]);
  FILE *f = fdopen(out[0], "r");
  if (fscanf(f, "ready smtp=%d http=%d", &smtp, &http) != 2) fail_msg("the stand-in did not start");
  fclose(f);
  snprintf(w->sms_url, sizeof w->sms_url, "http://127.0.0.1:%d/sms", http);
  snprintf(w->page, sizeof w->page, "http://127.0.0.1:%d", http);
  snprintf(w->smtp_url, sizeof w->smtp_url, "smtp://127.0.0.1:%d", smtp);
}

static size_t keep(char *data, size_t size, size_t n, void *context) {
  buffer_add(context, data, size * n);
  return size * n;
}

// Asks the stand-in's page; the answer is JSON, to be given back with json_decref().
static json_t *ask(const struct world *w, const char *path, const char *post) {
  char url[128];
  struct buffer body = {0};
  CURL *easy = curl_easy_init();
  snprintf(url, sizeof url, "%s%s", w->page, path);
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, &body);
  if (post) curl_easy_setopt(easy, CURLOPT_POSTFIELDS, post);
  assert_int_equal(curl_easy_perform(easy), CURLE_OK);
  curl_easy_cleanup(easy);
  json_t *answer = json_loadb(body.data, body.size_bytes, 0, NULL);
  buffer_free(&body);
  assert_non_null(answer);
  return answer;
}

static void tell_to_fail(const struct world *w, const char *how) {
  json_decref(ask(w, "/fail", how));
}

static const char *text_of(json_t *message, const char *name) {
  return json_string_value(json_object_get(message, name));
}

// --- the loop

static void on_outcome(void *context, const char *area, const ProtobufCMessage *outcome) {
  struct world *w = context;
  const DeliveryAttempted *a = (const DeliveryAttempted *)outcome;
  assert_string_equal(area, "lon-north");
  assert_true(w->n_outcomes < OUTCOMES);
  struct outcome *o = &w->outcomes[w->n_outcomes++];
  *o = (struct outcome){.attempt = a->attempt, .taken = a->taken, .final = a->final};
  snprintf(o->message_id, sizeof o->message_id, "%s", a->message_id);
  snprintf(o->failure, sizeof o->failure, "%s", a->failure);
  if (w->n_outcomes >= w->wanted) uv_stop(&w->loop);
}

static void on_limit(uv_timer_t *timer) {
  (void)timer;
  fail_msg("no outcome within ten seconds");
}

static void open_performer(struct world *w) {
  assert_int_equal(perform_open(&w->config, &w->loop, on_outcome, w, &w->performer), 0);
}

static void close_performer(struct world *w) {
  perform_close(w->performer);
  w->performer = NULL;
  uv_timer_stop(&w->limit);
  uv_run(&w->loop, UV_RUN_DEFAULT);
}

// Runs until so many outcomes have come in all.
static void await(struct world *w, unsigned outcomes) {
  w->wanted = outcomes;
  uv_timer_start(&w->limit, on_limit, 10000, 0);
  while (w->n_outcomes < outcomes) uv_run(&w->loop, UV_RUN_DEFAULT);
}

static int setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  strcpy(w->folder, "/tmp/alongside-courier-XXXXXX");
  assert_non_null(mkdtemp(w->folder));
  snprintf(w->key_file, sizeof w->key_file, "%s/sms.key", w->folder);
  snprintf(w->mail_file, sizeof w->mail_file, "%s/messages", w->folder);
  write_key(w);
  start_standin(w);
  w->config = (struct config){.sms_url = w->sms_url,
                              .sms_key_file = w->key_file,
                              .smtp_url = w->smtp_url,
                              .smtp_from = "alongside@example.org"};
  uv_loop_init(&w->loop);
  uv_timer_init(&w->loop, &w->limit);
  open_performer(w);
  *state = w;
  return 0;
}

static int stop_standin(struct world *w) {
  int status = 0;
  kill(w->standin, SIGTERM);
  waitpid(w->standin, &status, 0);
  w->standin = 0;
  return status;
}

static int teardown(void **state) {
  struct world *w = *state;
  if (w->performer) close_performer(w);
  uv_close((uv_handle_t *)&w->limit, NULL);
  uv_run(&w->loop, UV_RUN_DEFAULT);
  assert_int_equal(uv_loop_close(&w->loop), 0);
  if (w->standin) stop_standin(w);
  unlink(w->key_file);
  unlink(w->mail_file);
  rmdir(w->folder);
  free(w);
  return 0;
}

// --- messages

static void send_one(struct world *w, Channel channel, unsigned number, uint32_t attempt, const char *to) {
  char id[37];
  snprintf(id, sizeof id, "5f0f2c1e-93a1-4c55-8a6e-%012u", number);
  Delivery d = DELIVERY__INIT;
  MessageRequested r = MESSAGE_REQUESTED__INIT;
  Outgoing o = OUTGOING__INIT;
  o.to = (char *)to;
  o.subject = channel == CHANNEL__EMAIL ? "Apwyntiad yn Nhŷ Glas" : "";
  o.text = "Tŷ Glas, 10:30.\n.\nFrom here on.\n";
  r.message_id = id;
  r.channel = channel;
  r.outgoing = &o;
  d.request = &r;
  d.attempts = attempt;
  perform(w->performer, "lon-north", &d.base);
}

static void send_text(struct world *w, unsigned number, uint32_t attempt) {
  send_one(w, CHANNEL__SMS, number, attempt, "+447700900123");
}
static void send_mail(struct world *w, unsigned number, uint32_t attempt) {
  send_one(w, CHANNEL__EMAIL, number, attempt, "sian@example.org");
}

static void a_text_reaches_the_gateway_signed_and_whole(void **state) {
  struct world *w = *state;
  send_text(w, 1, 1);
  assert_int_equal(w->n_outcomes, 0);
  await(w, 1);
  assert_true(w->outcomes[0].taken);
  json_t *messages = ask(w, "/messages.json", NULL), *m = json_array_get(messages, 0);
  assert_string_equal(text_of(m, "key"), "5f0f2c1e-93a1-4c55-8a6e-000000000001");
  assert_string_equal(text_of(m, "to"), "+447700900123");
  assert_string_equal(text_of(m, "text"), "Tŷ Glas, 10:30.\n.\nFrom here on.\n");
  json_decref(messages);
}

static void a_mail_reaches_the_server_whole(void **state) {
  struct world *w = *state;
  send_mail(w, 2, 1);
  await(w, 1);
  assert_true(w->outcomes[0].taken);
  json_t *messages = ask(w, "/messages.json", NULL), *m = json_array_get(messages, 0);
  assert_string_equal(text_of(m, "key"), "5f0f2c1e-93a1-4c55-8a6e-000000000002@example.org");
  assert_string_equal(text_of(m, "to"), "sian@example.org");
  assert_string_equal(text_of(m, "subject"), "Apwyntiad yn Nhŷ Glas");
  assert_string_equal(text_of(m, "text"), "Tŷ Glas, 10:30.\n.\nFrom here on.\n");
  assert_string_equal(text_of(json_object_get(m, "headers"), "Auto-Submitted"), "auto-generated");
  json_decref(messages);
}

static void the_same_message_sent_twice_is_counted_once(void **state) {
  struct world *w = *state;
  for (uint32_t attempt = 1; attempt <= 2; attempt++) {
    send_text(w, 3, attempt);
    send_mail(w, 4, attempt);
    await(w, 2 * attempt);
  }
  json_t *messages = ask(w, "/messages.json", NULL);
  assert_int_equal(json_array_size(messages), 2);
  assert_int_equal(json_integer_value(json_object_get(json_array_get(messages, 0), "times")), 2);
  json_decref(messages);
}

static void refusals_that_may_pass_are_told_from_those_that_will_not(void **state) {
  struct world *w = *state;
  static const struct {
    const char *how, *failure;
    Channel channel;
    bool final;
  } cases[] = {
      {"{\"status\": 503}", "the SMS gateway answered 503", CHANNEL__SMS, false},
      {"{\"status\": 429}", "the SMS gateway answered 429", CHANNEL__SMS, false},
      {"{\"status\": 408}", "the SMS gateway answered 408", CHANNEL__SMS, false},
      {"{\"status\": 409}", "the SMS gateway answered 409", CHANNEL__SMS, false},
      {"{\"status\": 425}", "the SMS gateway answered 425", CHANNEL__SMS, false},
      {"{\"status\": 302}", "the SMS gateway answered 302", CHANNEL__SMS, false},
      {"{\"status\": 400}", "the SMS gateway answered 400", CHANNEL__SMS, true},
      {"{\"status\": 422}", "the SMS gateway answered 422", CHANNEL__SMS, true},
      {"{\"status\": 451, \"channel\": \"email\"}", "the mail server answered 451", CHANNEL__EMAIL, false},
      {"{\"status\": 550, \"channel\": \"email\"}", "the mail server answered 550", CHANNEL__EMAIL, true},
  };
  for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
    tell_to_fail(w, cases[i].how);
    send_one(w, cases[i].channel, i, i + 1, cases[i].channel == CHANNEL__SMS ? "+447700900123" : "sian@example.org");
    await(w, i + 1);
    assert_false(w->outcomes[i].taken);
    assert_string_equal(w->outcomes[i].failure, cases[i].failure);
    assert_int_equal(w->outcomes[i].final, cases[i].final);
    assert_int_equal(w->outcomes[i].attempt, i + 1);
  }
}

static void sixty_messages_at_once_all_arrive(void **state) {
  struct world *w = *state;
  for (unsigned i = 0; i < 30; i++) {
    send_text(w, i, 1);
    send_mail(w, 100 + i, 1);
  }
  await(w, 60);
  for (unsigned i = 0; i < 60; i++) assert_true(w->outcomes[i].taken);
  json_t *messages = ask(w, "/messages.json", NULL);
  assert_int_equal(json_array_size(messages), 60);
  json_decref(messages);
}

static void a_later_attempt_takes_the_place_of_one_that_still_waits(void **state) {
  struct world *w = *state;
  send_text(w, 7, 1);
  send_text(w, 7, 2);
  await(w, 1);
  assert_int_equal(w->outcomes[0].attempt, 2);
  send_text(w, 8, 1);
  await(w, 2);
  assert_int_equal(w->n_outcomes, 2);
}

static void what_can_never_be_sent_fails_for_good_without_an_address_in_the_reason(void **state) {
  struct world *w = *state;
  send_one(w, CHANNEL__SMS, 1, 1, "07700 900123");
  send_one(w, CHANNEL__EMAIL, 2, 1, "sian@example.org\r\nRCPT TO:<x@example.org>");
  send_one(w, CHANNEL__CHANNEL_UNSPECIFIED, 3, 1, "sian@example.org");
  await(w, 3);
  for (unsigned i = 0; i < 3; i++) {
    assert_true(w->outcomes[i].final);
    assert_null(strstr(w->outcomes[i].failure, "sian"));
    assert_null(strstr(w->outcomes[i].failure, "900123"));
  }
}

static void without_a_gateway_or_server_nothing_is_sent_for_good(void **state) {
  struct world *w = *state;
  close_performer(w);
  w->config = (struct config){0};
  open_performer(w);
  send_text(w, 1, 1);
  send_mail(w, 2, 1);
  await(w, 2);
  assert_string_equal(w->outcomes[0].failure, "no SMS gateway is configured");
  assert_string_equal(w->outcomes[1].failure, "no mail server is configured");
  assert_true(w->outcomes[0].final && w->outcomes[1].final);
}

static void a_receiver_that_is_gone_is_tried_again(void **state) {
  struct world *w = *state;
  assert_int_equal(stop_standin(w), 0);
  send_text(w, 1, 1);
  send_mail(w, 2, 1);
  await(w, 2);
  for (unsigned i = 0; i < 2; i++) {
    assert_false(w->outcomes[i].taken);
    assert_false(w->outcomes[i].final);
    assert_non_null(strstr(w->outcomes[i].failure, "could not be reached"));
    assert_null(strstr(w->outcomes[i].failure, "127.0.0.1"));
  }
}

static void a_wrong_key_is_refused_by_the_gateway(void **state) {
  struct world *w = *state;
  close_performer(w);
  w->config.sms_key_file = "LICENSE";
  char key[256];
  assert_true(config_read_file("LICENSE", key, sizeof key) < 0); // too long to be a key
  assert_int_equal(perform_open(&w->config, &w->loop, on_outcome, w, &w->performer), -1);
  FILE *f = fopen(w->key_file, "w");
  fputs("quite another key, just as long\n", f);
  fclose(f);
  w->config.sms_key_file = w->key_file;
  open_performer(w);
  send_text(w, 1, 1);
  await(w, 1);
  assert_string_equal(w->outcomes[0].failure, "the SMS gateway answered 401");
}

// A gateway that takes the connection and never answers.
static void closing_while_messages_are_on_their_way_leaves_nothing_behind(void **state) {
  struct world *w = *state;
  struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t bytes = sizeof at;
  int deaf = socket(AF_INET, SOCK_STREAM, 0);
  assert_int_equal(bind(deaf, (struct sockaddr *)&at, bytes), 0);
  assert_int_equal(listen(deaf, 64), 0);
  getsockname(deaf, (struct sockaddr *)&at, &bytes);
  close_performer(w);
  snprintf(w->sms_url, sizeof w->sms_url, "http://127.0.0.1:%d/", ntohs(at.sin_port));
  open_performer(w);
  for (unsigned i = 0; i < 20; i++) send_text(w, i, 1);
  for (unsigned turn = 0; turn < 20; turn++) uv_run(&w->loop, UV_RUN_NOWAIT);
  close_performer(w);
  assert_int_equal(w->n_outcomes, 0);
  close(deaf);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void) {
  signal(SIGPIPE, SIG_IGN);
  curl_global_init(CURL_GLOBAL_DEFAULT);
  const struct CMUnitTest tests[] = {
      TEST(a_text_reaches_the_gateway_signed_and_whole),
      TEST(a_mail_reaches_the_server_whole),
      TEST(the_same_message_sent_twice_is_counted_once),
      TEST(refusals_that_may_pass_are_told_from_those_that_will_not),
      TEST(sixty_messages_at_once_all_arrive),
      TEST(a_later_attempt_takes_the_place_of_one_that_still_waits),
      TEST(what_can_never_be_sent_fails_for_good_without_an_address_in_the_reason),
      TEST(without_a_gateway_or_server_nothing_is_sent_for_good),
      TEST(a_receiver_that_is_gone_is_tried_again),
      TEST(a_wrong_key_is_refused_by_the_gateway),
      TEST(closing_while_messages_are_on_their_way_leaves_nothing_behind),
  };
  int failed = cmocka_run_group_tests(tests, NULL, NULL);
  curl_global_cleanup();
  return failed;
}
