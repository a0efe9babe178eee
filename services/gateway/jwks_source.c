#include "config.h"
#include "jwks.h"
#include "log.h"
#include <curl/curl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

// What comes from a URL, in a buffer that cannot grow.
struct download {
  char text[JWKS_MAX_BYTES];
  size_t size_bytes;
};

struct jwks_source {
  uv_loop_t *loop;
  const char *where;
  jwks_read_fn *read;
  void *context;
  uv_timer_t timer;
  uv_work_t work;
  bool working, closed;
  unsigned users;        // the timer, and the work while it is under way; the last to end frees
  atomic_bool cancelled; // tells the pool's thread to give up
  uint64_t asked_at_ms;
  struct jwks *set; // what the pool's thread read; the loop's thread takes it when the work is done
  const char *fault;
};

// --- reading, on whichever thread

static size_t take(char *data, size_t size, size_t n, void *context) {
  struct download *d = context;
  if (n * size > sizeof d->text - d->size_bytes) return 0;
  memcpy(d->text + d->size_bytes, data, n * size);
  d->size_bytes += n * size;
  return n * size;
}

static int is_over(void *cancelled, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
  (void)a, (void)b, (void)c, (void)d;
  return cancelled && atomic_load((atomic_bool *)cancelled);
}

// No redirection is followed: the file of configuration says who is trusted, and nobody else does. Without encryption
// keys come from this machine only, and so past any proxy.
static bool download(const char *url, struct download *d, atomic_bool *cancelled) {
  CURL *easy = curl_easy_init();
  if (!easy) abort();
  curl_easy_setopt(easy, CURLOPT_URL, url);
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  if (strncasecmp(url, "http:", 5) == 0) curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_TIMEOUT_MS, (long)JWKS_WHOLE_MS);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, is_over);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, cancelled);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, d);
  long status = 0;
  bool done = curl_easy_perform(easy) == CURLE_OK && !curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
  curl_easy_cleanup(easy);
  return done && status == 200;
}

static struct jwks *read_set(const char *where, atomic_bool *cancelled, const char **fault) {
  struct download *d = calloc(1, sizeof *d);
  struct jwks *set = NULL;
  if (!d) abort();
  *fault = "cannot be read";
  if (*where != '/') {
    if (download(where, d, cancelled)) set = jwks_parse(d->text, d->size_bytes, fault);
  } else if (config_read_file(where, d->text, sizeof d->text) == 0) {
    set = jwks_parse(d->text, strlen(d->text), fault);
  }
  free(d);
  return set;
}

struct jwks *jwks_read_now(const char *where, const char **fault) {
  return read_set(where, NULL, fault);
}

// --- on the loop

static void do_work(uv_work_t *work) {
  struct jwks_source *s = work->data;
  s->set = read_set(s->where, &s->cancelled, &s->fault);
}

static void let_go(struct jwks_source *s) {
  if (--s->users) return;
  jwks_free(s->set);
  free(s);
}

static void on_work_done(uv_work_t *work, int status) {
  struct jwks_source *s = work->data;
  (void)status;
  s->working = false;
  if (!s->closed) {
    struct jwks *set = s->set;
    s->set = NULL;
    if (!set) log_line(LOG_WARN, "sign_in_keys_not_read", "jwks", s->where, "why", s->fault, NULL);
    s->read(s->context, set);
  }
  let_go(s);
}

static void begin(struct jwks_source *s) {
  s->asked_at_ms = uv_now(s->loop);
  s->working = true;
  s->users++;
  if (uv_queue_work(s->loop, &s->work, do_work, on_work_done)) abort();
}

static void on_timer(uv_timer_t *timer) {
  struct jwks_source *s = timer->data;
  if (!s->working) begin(s);
}

struct jwks_source *jwks_source_new(uv_loop_t *loop, const char *where, uint64_t every_ms, bool at_once,
                                    jwks_read_fn *read, void *context) {
  struct jwks_source *s = calloc(1, sizeof *s);
  if (!s) abort();
  curl_global_init(CURL_GLOBAL_DEFAULT);
  *s = (struct jwks_source){.loop = loop, .where = where, .read = read, .context = context, .users = 1};
  s->work.data = s->timer.data = s;
  uv_timer_init(loop, &s->timer);
  uv_timer_start(&s->timer, on_timer, at_once ? 0 : every_ms, every_ms);
  return s;
}

bool jwks_source_refresh(struct jwks_source *s) {
  if (s->working) return true;
  if (s->asked_at_ms && uv_now(s->loop) - s->asked_at_ms < JWKS_PAUSE_MS) return false;
  begin(s);
  return true;
}

static void on_timer_closed(uv_handle_t *handle) {
  let_go(handle->data);
}

void jwks_source_close(struct jwks_source *s) {
  if (!s) return;
  atomic_store(&s->cancelled, true);
  s->closed = true;
  uv_close((uv_handle_t *)&s->timer, on_timer_closed);
}
