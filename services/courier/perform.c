#include "perform.h"
#include "courier.pb-c.h"
#include "log.h"
#include "outbound.h"
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <uv.h>

// One message to be sent: waiting in line, or on its way.
struct job {
  struct performer *performer;
  char *area;
  Delivery *delivery; // a copy of our own
  struct transfer transfer;
  struct job *next;
};

struct performer {
  uv_loop_t *loop;
  outcome_fn *done;
  void *context;
  struct outbound outbound;
  CURLM *multi;
  uv_timer_t timeout; // libcurl's
  uv_timer_t start;   // starts what waits, in the loop's next turn
  struct job *waiting, **waiting_end;
  struct job *active;
  unsigned n_waiting, n_active;
  unsigned handles_open; // of the two timers; the last to close frees
};

// --- jobs

static struct job *job_new(struct performer *p, const char *area, const Delivery *d) {
  size_t bytes = delivery__get_packed_size(d);
  uint8_t *packed = malloc(bytes + 1);
  struct job *j = calloc(1, sizeof *j);
  if (!packed || !j) abort();
  delivery__pack(d, packed);
  *j = (struct job){.performer = p, .area = strdup(area), .delivery = delivery__unpack(NULL, bytes, packed)};
  if (!j->area || !j->delivery) abort();
  free(packed);
  return j;
}

static void job_free(struct job *j) {
  transfer_free(&j->transfer);
  delivery__free_unpacked(j->delivery, NULL);
  free(j->area);
  free(j);
}

// Tells what became of the attempt. The job is gone afterwards.
static void job_end(struct job *j, struct outbound_verdict verdict) {
  DeliveryAttempted outcome = DELIVERY_ATTEMPTED__INIT;
  outcome.message_id = j->delivery->request->message_id;
  outcome.attempt = j->delivery->attempts;
  outcome.taken = verdict.taken;
  outcome.final = verdict.final;
  outcome.failure = verdict.failure ? (char *)verdict.failure : "";
  j->performer->done(j->performer->context, j->area, &outcome.base);
  job_free(j);
}

static void take_out(struct job **list, struct job *j) {
  while (*list != j) list = &(*list)->next;
  *list = j->next;
}

static void start_job(struct job *j) {
  struct performer *p = j->performer;
  const char *never = outbound_prepare(&p->outbound, j->delivery->request, time(NULL), &j->transfer);
  if (never) {
    job_end(j, (struct outbound_verdict){.final = true, .failure = never});
    return;
  }
  j->next = p->active;
  p->active = j;
  p->n_active++;
  curl_easy_setopt(j->transfer.easy, CURLOPT_PRIVATE, j);
  curl_multi_add_handle(p->multi, j->transfer.easy);
}

static void start_waiting(uv_timer_t *timer) {
  struct performer *p = timer->data;
  while (p->waiting && p->n_active < PERFORM_AT_ONCE) {
    struct job *j = p->waiting;
    p->waiting = j->next;
    if (!p->waiting) p->waiting_end = &p->waiting;
    p->n_waiting--;
    start_job(j);
  }
}

// --- libcurl on libuv

static void finish_job(struct performer *p, CURL *easy, CURLcode result) {
  struct job *j;
  char text[160];
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &j);
  struct outbound_verdict verdict = outbound_judge(j->delivery->request->channel, result, easy, text, sizeof text);
  curl_multi_remove_handle(p->multi, easy);
  take_out(&p->active, j);
  p->n_active--;
  job_end(j, verdict);
}

static void collect(struct performer *p) {
  CURLMsg *message;
  int left;
  while ((message = curl_multi_info_read(p->multi, &left)))
    if (message->msg == CURLMSG_DONE) finish_job(p, message->easy_handle, message->data.result);
  if (p->waiting) uv_timer_start(&p->start, start_waiting, 0, 0);
}

struct socket {
  uv_poll_t poll;
  struct performer *performer;
  curl_socket_t fd;
};

static void on_socket_ready(uv_poll_t *poll, int status, int events) {
  struct socket *s = (struct socket *)poll;
  struct performer *p = s->performer;
  int flags = status < 0 ? CURL_CSELECT_ERR : 0, running;
  if (events & UV_READABLE) flags |= CURL_CSELECT_IN;
  if (events & UV_WRITABLE) flags |= CURL_CSELECT_OUT;
  curl_multi_socket_action(p->multi, s->fd, flags, &running);
  collect(p);
}

static void on_socket_closed(uv_handle_t *handle) {
  free(handle);
}

static struct socket *socket_new(struct performer *p, curl_socket_t fd) {
  struct socket *s = calloc(1, sizeof *s);
  if (!s) abort();
  s->performer = p;
  s->fd = fd;
  if (uv_poll_init_socket(p->loop, &s->poll, fd)) abort();
  curl_multi_assign(p->multi, fd, s);
  return s;
}

static int watch_socket(CURL *easy, curl_socket_t fd, int what, void *context, void *known) {
  struct performer *p = context;
  struct socket *s = known;
  (void)easy;
  if (what == CURL_POLL_REMOVE) {
    if (s) uv_close((uv_handle_t *)&s->poll, on_socket_closed);
    return curl_multi_assign(p->multi, fd, NULL), 0;
  }
  if (!s) s = socket_new(p, fd);
  int events = (what & CURL_POLL_IN ? UV_READABLE : 0) | (what & CURL_POLL_OUT ? UV_WRITABLE : 0);
  uv_poll_start(&s->poll, events, on_socket_ready);
  return 0;
}

static void on_timeout(uv_timer_t *timer) {
  struct performer *p = timer->data;
  int running;
  curl_multi_socket_action(p->multi, CURL_SOCKET_TIMEOUT, 0, &running);
  collect(p);
}

static int set_timeout(CURLM *multi, long ms, void *context) {
  struct performer *p = context;
  (void)multi;
  if (ms < 0)
    uv_timer_stop(&p->timeout);
  else
    uv_timer_start(&p->timeout, on_timeout, (uint64_t)ms, 0);
  return 0;
}

// --- the service's door

static void open_multi(struct performer *p) {
  curl_global_init(CURL_GLOBAL_DEFAULT);
  p->multi = curl_multi_init();
  if (!p->multi) abort();
  curl_multi_setopt(p->multi, CURLMOPT_SOCKETFUNCTION, watch_socket);
  curl_multi_setopt(p->multi, CURLMOPT_SOCKETDATA, p);
  curl_multi_setopt(p->multi, CURLMOPT_TIMERFUNCTION, set_timeout);
  curl_multi_setopt(p->multi, CURLMOPT_TIMERDATA, p);
}

static void open_timer(struct performer *p, uv_timer_t *timer) {
  uv_timer_init(p->loop, timer);
  timer->data = p;
  p->handles_open++;
}

int perform_open(const struct config *config, void *loop, outcome_fn *done, void *context, void **performer) {
  struct performer *p = calloc(1, sizeof *p);
  char errors[256];
  if (!p) abort();
  if (outbound_load(&p->outbound, config, errors, sizeof errors)) {
    log_line(LOG_ERROR, "cannot_deliver", "why", errors, NULL);
    free(p);
    return -1;
  }
  p->loop = loop;
  p->done = done;
  p->context = context;
  p->waiting_end = &p->waiting;
  open_multi(p);
  open_timer(p, &p->timeout);
  open_timer(p, &p->start);
  *performer = p;
  return 0;
}

// A later attempt at a message that is still here takes the place of the earlier one: it is sent once, and answers for
// the later.
static bool is_here_already(struct performer *p, const Delivery *d) {
  struct job *lists[] = {p->waiting, p->active};
  for (size_t i = 0; d->attempts > 1 && i < 2; i++)
    for (struct job *j = lists[i]; j; j = j->next) {
      if (strcmp(j->delivery->request->message_id, d->request->message_id) != 0) continue;
      j->delivery->attempts = d->attempts;
      return true;
    }
  return false;
}

void perform(void *performer, const char *area, const ProtobufCMessage *effect) {
  struct performer *p = performer;
  const Delivery *d = (const Delivery *)effect;
  if (is_here_already(p, d) || p->n_waiting >= PERFORM_WAITING) return;
  struct job *j = job_new(p, area, d);
  *p->waiting_end = j;
  p->waiting_end = &j->next;
  p->n_waiting++;
  uv_timer_start(&p->start, start_waiting, 0, 0);
}

static void free_jobs(struct performer *p, struct job *list) {
  while (list) {
    struct job *j = list;
    list = j->next;
    if (j->transfer.easy) curl_multi_remove_handle(p->multi, j->transfer.easy);
    job_free(j);
  }
}

static void on_timer_closed(uv_handle_t *handle) {
  struct performer *p = handle->data;
  if (--p->handles_open) return;
  sodium_memzero(&p->outbound, sizeof p->outbound);
  free(p);
}

void perform_close(void *performer) {
  struct performer *p = performer;
  free_jobs(p, p->active);
  free_jobs(p, p->waiting);
  curl_multi_cleanup(p->multi);
  curl_global_cleanup();
  uv_close((uv_handle_t *)&p->timeout, on_timer_closed);
  uv_close((uv_handle_t *)&p->start, on_timer_closed);
}
