#include "feed.h"
#include <string.h>
#include <unistd.h>

enum {
  TRIES = 30,
  WAIT_S = 1
};

void feed_init(struct feed *f, struct door *door, const char *path, feed_result_fn *on_result, void *context) {
  *f = (struct feed){.door = door, .path = path, .on_result = on_result, .context = context};
}

// One batch's answers as they come in: lines that must be sent again are kept.
struct sending {
  struct feed *feed;
  bool last_try;
  struct buffer again;
  size_t starts[FEED_LINES], tags[FEED_LINES];
  unsigned n;
};

static void keep(struct sending *s, unsigned i) {
  const struct feed *f = s->feed;
  size_t end = i + 1 < f->n ? f->starts[i + 1] : f->lines.size_bytes;
  s->starts[s->n] = s->again.size_bytes;
  s->tags[s->n++] = f->tags[i];
  buffer_add(&s->again, f->lines.data + f->starts[i], end - f->starts[i]);
}

static void on_line(void *context, unsigned line, int status, const char *problem) {
  struct sending *s = context;
  if (line < 1 || line > s->feed->n) return;
  if (door_later(status) && !s->last_try)
    keep(s, line - 1);
  else
    s->feed->on_result(s->feed->context, s->feed->tags[line - 1], status, problem);
}

// Sends what waits once; what must be sent again waits then.
static void send_once(struct feed *f, bool last_try) {
  struct sending s = {.feed = f, .last_try = last_try};
  f->broken = !door_batch(f->door, f->path, &f->lines, on_line, &s);
  buffer_free(&f->lines);
  f->lines = s.again;
  f->n = s.n;
  memcpy(f->starts, s.starts, sizeof s.starts);
  memcpy(f->tags, s.tags, sizeof s.tags);
}

static void send_all(struct feed *f) {
  for (int i = 1; f->n && !f->broken && i <= TRIES; i++) {
    if (i > 1) sleep(WAIT_S);
    send_once(f, i == TRIES);
  }
}

void feed_add(struct feed *f, const ProtobufCMessage *message, size_t tag) {
  if (f->broken) return;
  f->starts[f->n] = f->lines.size_bytes;
  f->tags[f->n++] = tag;
  json_write(&f->lines, message);
  buffer_text(&f->lines, "\n");
  if (f->n == FEED_LINES) send_all(f);
}

bool feed_end(struct feed *f) {
  send_all(f);
  buffer_free(&f->lines);
  return !f->broken;
}
