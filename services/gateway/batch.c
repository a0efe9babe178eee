#include "batch.h"
#include "gateway.h"
#include "request.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

// A line that is under way, or done and waiting for those before it.
struct line {
  struct batch *batch;
  unsigned number; // the first is 1
  bool done;
  int status;
  struct buffer problem; // empty: none
};

// Invariant: written < number of every line under way <= written + BATCH_AT_ONCE, so that a line's place in the ring is
// its number modulo the ring's size.
struct batch {
  struct batches *batches;
  struct batch *next;
  struct gateway *gateway;
  struct http_request *request; // NULL once the other side has left
  const struct route *route;
  char area[33];
  bool check_only, pumping;
  const char *at, *end; // what of the body is not taken yet
  unsigned taken, written, in_flight;
  struct line lines[BATCH_AT_ONCE];
  struct buffer out;
  uint8_t correlation_id[CORRELATION_BYTES];
};

struct batches {
  struct gateway *gateway;
  struct batch *first;
  unsigned n;
};

struct batches *batches_new(struct gateway *g) {
  struct batches *bs = calloc(1, sizeof *bs);
  if (!bs) abort();
  bs->gateway = g;
  return bs;
}

static void free_batch(struct batch *b) {
  struct batch **at = &b->batches->first;
  while (*at != b) at = &(*at)->next;
  *at = b->next;
  b->batches->n--;
  for (size_t i = 0; i < BATCH_AT_ONCE; i++) buffer_free(&b->lines[i].problem);
  buffer_free(&b->out);
  free(b);
}

void batches_free(struct batches *bs) {
  if (!bs) return;
  while (bs->first) free_batch(bs->first);
  free(bs);
}

unsigned batches_in_flight(const struct batches *bs) {
  return bs->n;
}

// --- results

static void write_line(struct batch *b, const struct line *line) {
  buffer_printf(&b->out, "{\"line\":%u,\"status\":%d", line->number, line->status);
  if (line->problem.size_bytes) {
    buffer_text(&b->out, ",\"problem\":");
    buffer_add(&b->out, line->problem.data, line->problem.size_bytes);
  }
  buffer_text(&b->out, "}\n");
}

// Writes all results that have none missing before them.
static void write_done(struct batch *b) {
  struct line *line;
  while (b->written < b->taken && (line = &b->lines[(b->written + 1) % BATCH_AT_ONCE])->done) {
    write_line(b, line);
    line->done = false;
    line->problem.size_bytes = 0;
    b->written++;
  }
}

static void end_batch(struct batch *b) {
  struct gateway *g = b->gateway;
  if (b->request) {
    metrics_count(g->metrics, b->route, 200, uv_hrtime() - b->request->arrived_ns);
    answer_begin(&g->answer, b->correlation_id);
    b->request->gone = NULL;
    http_respond(b->request, 200, "application/x-ndjson", g->answer.headers.data, b->out.data, b->out.size_bytes);
  }
  free_batch(b);
}

static void pump(struct batch *b);

// The line of this call is done; the call goes back.
static void finish_line(struct call *c, int status, const Problem *problem) {
  struct line *line = c->owner;
  line->done = true;
  line->status = status;
  if (problem) answer_write_problem(&line->problem, problem, status, c->correlation_id);
  line->batch->in_flight--;
  call_give_back(c);
  pump(line->batch);
}

static void refuse_line(struct call *c, struct err e) {
  finish_line(c, answer_status(e.code), answer_problem_of(&c->arena, e));
}

static void on_done(struct call *c, const struct outcome *o) {
  if (o->problem)
    finish_line(c, answer_status(o->problem->code), o->problem);
  else
    finish_line(c, o->created ? 201 : 200, NULL);
}

static void on_identity(void *context, const struct identity *who, Code code) {
  struct call *c = context;
  bool may = who && routes_may_touch(c->route, who->actor->only);
  if (may)
    call_send(c, who);
  else if (who)
    refuse_line(c, ERR(UNAUTHENTICATED, NULL, ""));
  else
    refuse_line(c, (struct err){.code = code, .why = ""});
}

// --- lines

static bool is_blank(const char *text, size_t size_bytes) {
  for (size_t i = 0; i < size_bytes; i++)
    if (!strchr(" \t\r", text[i]) || !text[i]) return false;
  return true;
}

// The next line that is not blank.
static bool next_line(struct batch *b, const char **text, size_t *size_bytes) {
  while (b->at < b->end) {
    const char *from = b->at, *to = memchr(from, '\n', (size_t)(b->end - from));
    if (!to) to = b->end;
    b->at = to + (to < b->end);
    *text = from;
    *size_bytes = (size_t)(to - from);
    if (!is_blank(from, *size_bytes)) return true;
  }
  return false;
}

static void begin_line(struct batch *b, struct call *c, const char *text, size_t size_bytes) {
  struct line *line = &b->lines[++b->taken % BATCH_AT_ONCE];
  line->batch = b;
  line->number = b->taken;
  b->in_flight++;
  c->owner = line;
  c->done = on_done;
  c->route = b->route;
  c->area = b->area;
  c->check_only = b->check_only;
  struct err e = bind_body(&c->arena, b->route, text, size_bytes, &c->command);
  if (err_is(e))
    refuse_line(c, e);
  else
    gateway_identify(b->gateway, b->request, on_identity, c);
}

// A batch waits for calls only while it has some of its own: their end pumps it on.
static bool begin_next(struct batch *b) {
  const char *text;
  size_t size_bytes;
  if (!b->request || b->taken - b->written == BATCH_AT_ONCE) return false;
  struct call *c = call_take(b->gateway->calls);
  if (!c) return false;
  if (!next_line(b, &text, &size_bytes)) {
    call_give_back(c);
    return false;
  }
  begin_line(b, c, text, size_bytes);
  return true;
}

// Takes lines for as long as there is room. Lines may end while they begin, which comes here again: hence `pumping`.
static void pump(struct batch *b) {
  if (b->pumping) return;
  b->pumping = true;
  do write_done(b);
  while (begin_next(b));
  b->pumping = false;
  if (!b->in_flight) end_batch(b);
}

// --- a batch

static void on_gone(struct http_request *r) {
  struct batch *b = r->user;
  b->request = NULL;
}

static unsigned count_lines(const char *text, size_t size_bytes) {
  unsigned n = 1;
  for (const char *end = text + size_bytes; text < end && (text = memchr(text, '\n', (size_t)(end - text))); text++)
    n++;
  return n;
}

static struct err check(const struct gateway *g, const struct http_request *r) {
  const char *fault = request_media_fault(r, "application/x-ndjson");
  if (fault) return (struct err){.code = CODE__UNSUPPORTED, .why = fault};
  if (!r->body_bytes) return ERR(INVALID, NULL, "the body is missing: send one JSON object per line");
  if (count_lines(r->body, r->body_bytes) > BATCH_LINES)
    return ERR(TOO_LARGE, NULL, "more than 20,000 lines; send them in several batches");
  // The first line needs a call, or nothing would ever pump.
  if (g->batches->n == BATCHES || calls_in_flight(g->calls) == CALLS_IN_FLIGHT)
    return ERR(UNAVAILABLE, NULL, "too many batches are under way; try again after a while");
  return ERR_NONE;
}

static struct batch *new_batch(struct gateway *g) {
  struct batch *b = calloc(1, sizeof *b);
  if (!b) abort();
  b->batches = g->batches;
  b->next = g->batches->first;
  g->batches->first = b;
  g->batches->n++;
  return b;
}

struct err batch_begin(struct gateway *g, struct http_request *r, const struct route *route, const char *area,
                       const struct bind_options *options, const struct identity *who) {
  (void)who; // each line asks again, as a long batch may outlive what is known of its token
  struct err e = check(g, r);
  if (err_is(e)) return e;
  struct batch *b = new_batch(g);
  b->gateway = g;
  b->request = r;
  b->route = route;
  strncpy(b->area, area, sizeof b->area - 1);
  b->check_only = options->check_only;
  b->at = r->body;
  b->end = r->body + r->body_bytes;
  calls_correlation(g->calls, b->correlation_id);
  r->user = b;
  r->gone = on_gone;
  pump(b);
  return ERR_NONE;
}
