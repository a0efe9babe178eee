#include "metrics.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const int statuses[] = {200, 201, 204, 400, 401, 403, 404, 405, 409, 412, 413, 415, 422, 429, 500, 503, 504};
enum {
  STATUSES = sizeof statuses / sizeof *statuses
};

static const double bounds_s[] = {.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5};
enum {
  BOUNDS = sizeof bounds_s / sizeof *bounds_s
};

struct counters {
  uint64_t by_status[STATUSES];
  uint64_t by_bound[BOUNDS + 1]; // each answer in the least bound that it kept; the last holds the slower ones
  uint64_t count, sum_ns;
};

struct metrics {
  size_t n_routes;
  struct counters counters[]; // one per row of the route table, then one for all else
};

struct metrics *metrics_new(void) {
  size_t n = routes_count();
  struct metrics *m = calloc(1, sizeof *m + (n + 1) * sizeof *m->counters);
  if (!m) abort();
  m->n_routes = n;
  return m;
}

void metrics_free(struct metrics *m) {
  free(m);
}

void metrics_count(struct metrics *m, const struct route *route, int status, uint64_t took_ns) {
  struct counters *c = &m->counters[route ? (size_t)(route - routes_table) : m->n_routes];
  for (size_t i = 0; i < STATUSES; i++) c->by_status[i] += statuses[i] == status;
  size_t bound = 0;
  while (bound < BOUNDS && (double)took_ns > bounds_s[bound] * 1e9) bound++;
  c->by_bound[bound]++;
  c->count++;
  c->sum_ns += took_ns;
}

// Labels that tell a row of the table: several rows share a command, or a pattern.
static void write_labels(const struct metrics *m, size_t i, struct buffer *out) {
  const struct route *row = i < m->n_routes ? &routes_table[i] : NULL;
  buffer_printf(out, "method=\"%s\",path=\"%s\",message=\"%s\"", row ? row->method : "", row ? row->pattern : "",
                row && row->command ? row->command->name : "");
}

static void write_answers(const struct metrics *m, struct buffer *out) {
  buffer_text(out, "# HELP alongside_http_answers_total Requests answered.\n"
                   "# TYPE alongside_http_answers_total counter\n");
  for (size_t i = 0; i <= m->n_routes; i++) {
    for (size_t s = 0; s < STATUSES; s++) {
      if (!m->counters[i].by_status[s]) continue;
      buffer_text(out, "alongside_http_answers_total{");
      write_labels(m, i, out);
      buffer_printf(out, ",status=\"%d\"} %" PRIu64 "\n", statuses[s], m->counters[i].by_status[s]);
    }
  }
}

static void write_bucket(const struct metrics *m, size_t i, const char *bound, uint64_t count, struct buffer *out) {
  buffer_text(out, "alongside_http_seconds_bucket{");
  write_labels(m, i, out);
  buffer_printf(out, ",le=\"%s\"} %" PRIu64 "\n", bound, count);
}

static void write_histogram(const struct metrics *m, size_t i, struct buffer *out) {
  const struct counters *c = &m->counters[i];
  uint64_t so_far = 0;
  for (size_t b = 0; b < BOUNDS; b++) {
    char bound[16];
    snprintf(bound, sizeof bound, "%g", bounds_s[b]);
    write_bucket(m, i, bound, so_far += c->by_bound[b], out);
  }
  write_bucket(m, i, "+Inf", c->count, out);
  buffer_text(out, "alongside_http_seconds_sum{");
  write_labels(m, i, out);
  buffer_printf(out, "} %.6f\nalongside_http_seconds_count{", (double)c->sum_ns / 1e9);
  write_labels(m, i, out);
  buffer_printf(out, "} %" PRIu64 "\n", c->count);
}

static void write_gauge(struct buffer *out, const char *name, const char *help, unsigned value) {
  buffer_printf(out, "# HELP %s %s\n# TYPE %s gauge\n%s %u\n", name, help, name, name, value);
}

void metrics_write(const struct metrics *m, const struct metrics_now *now, struct buffer *out) {
  write_answers(m, out);
  buffer_text(out, "# HELP alongside_http_seconds From the arrival of a request to its answer.\n"
                   "# TYPE alongside_http_seconds histogram\n");
  for (size_t i = 0; i <= m->n_routes; i++)
    if (m->counters[i].count) write_histogram(m, i, out);
  write_gauge(out, "alongside_http_calls", "Requests to services that are under way.", now->calls);
  write_gauge(out, "alongside_http_batches", "Batches that are under way.", now->batches);
  write_gauge(out, "alongside_http_streams", "Event streams that are open.", now->streams);
}

// --- the services' samples

struct sample {
  const char *line;
  size_t name_bytes, line_bytes;
};

static int compare_samples(const void *a, const void *b) {
  const struct sample *x = a, *y = b;
  size_t least = x->name_bytes < y->name_bytes ? x->name_bytes : y->name_bytes;
  int order = strncmp(x->line, y->line, least);
  if (order) return order;
  if (x->name_bytes != y->name_bytes) return x->name_bytes < y->name_bytes ? -1 : 1;
  return (x->line > y->line) - (x->line < y->line);
}

static size_t cut_samples(const char *text, struct sample **samples) {
  size_t n = 0, room = 0;
  for (; *text; text += strcspn(text, "\n"), text += *text == '\n') {
    if (n == room) *samples = realloc(*samples, (room = room ? 2 * room : 64) * sizeof **samples);
    if (!*samples) abort();
    if (*text == '#' || *text == '\n') continue;
    (*samples)[n++] =
        (struct sample){.line = text, .name_bytes = strcspn(text, "{ \n"), .line_bytes = strcspn(text, "\n")};
  }
  return n;
}

static bool same_name(const struct sample *a, const struct sample *b) {
  return a->name_bytes == b->name_bytes && strncmp(a->line, b->line, a->name_bytes) == 0;
}

static bool is_counter(const struct sample *s) {
  static const char ending[] = "_total";
  size_t size_bytes = sizeof ending - 1;
  return s->name_bytes > size_bytes && strncmp(s->line + s->name_bytes - size_bytes, ending, size_bytes) == 0;
}

void metrics_write_samples(const char *text, struct buffer *out) {
  struct sample *samples = NULL;
  size_t n = cut_samples(text, &samples);
  if (n) qsort(samples, n, sizeof *samples, compare_samples);
  for (size_t i = 0; i < n; i++) {
    const struct sample *s = &samples[i];
    if (!i || !same_name(s, s - 1))
      buffer_printf(out, "# TYPE %.*s %s\n", (int)s->name_bytes, s->line, is_counter(s) ? "counter" : "gauge");
    buffer_add(out, s->line, s->line_bytes);
    buffer_text(out, "\n");
  }
  free(samples);
}
