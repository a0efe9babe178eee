// Messages on their way through the door, as batches of lines. What is answered "later" is sent again by itself.
#pragma once
#include "door.h"

enum {
  FEED_LINES = 500
}; // in one batch

// What became of one message. `tag` is the one that it was added with; `problem` is JSON text, NULL where it was taken.
typedef void feed_result_fn(void *context, size_t tag, int status, const char *problem);
struct feed {
  struct door *door;
  const char *path; // with its query
  feed_result_fn *on_result;
  void *context;
  struct buffer lines;
  size_t starts[FEED_LINES], tags[FEED_LINES];
  unsigned n;  // lines that wait
  bool broken; // a batch as a whole was refused: nothing more is sent
};
// `path` must outlive the feed.
void feed_init(struct feed *f, struct door *door, const char *path, feed_result_fn *on_result, void *context);
void feed_add(struct feed *f, const ProtobufCMessage *message, size_t tag);
// Sends what waits, and frees the feed. False: a batch as a whole was refused, which has been said.
bool feed_end(struct feed *f);
