// The gateway's counters, in Prometheus' text format. Only counts: nothing of them is about a person.
#pragma once
#include "json.h"
#include "routes.h"

struct metrics;
struct metrics *metrics_new(void);
void metrics_free(struct metrics *m);
// Counts an answered request. `route` is NULL where none was found; `took_ns` since it arrived.
void metrics_count(struct metrics *m, const struct route *route, int status, uint64_t took_ns);
// What is at this moment under way.
struct metrics_now {
  unsigned calls, batches, streams;
};
void metrics_write(const struct metrics *m, const struct metrics_now *now, struct buffer *out);
// Writes the samples of several services, which come one service after the other, as the format wants them: those of
// one name together, under their type. `samples` are lines of text; comments among them are dropped.
void metrics_write_samples(const char *samples, struct buffer *out);
