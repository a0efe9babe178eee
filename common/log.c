#include "log.h"
#include "json.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// What log_open says. The one state of this module: standard error is one, too.
static struct {
  const char *service;
  enum log_level least;
} opened = {.service = "alongside", .least = LOG_INFO};

static const char *const level_names[] = {
    [LOG_DEBUG] = "debug", [LOG_INFO] = "info", [LOG_WARN] = "warn", [LOG_ERROR] = "error"};

void log_open(const char *service, const char *level) {
  opened.service = service;
  for (enum log_level l = LOG_DEBUG; l <= LOG_ERROR; l++) {
    if (!strcmp(level, level_names[l])) opened.least = l;
  }
}

static void add_time(struct buffer *line) {
  struct timespec now;
  struct tm utc;
  clock_gettime(CLOCK_REALTIME, &now);
  gmtime_r(&now.tv_sec, &utc);
  char seconds[32];
  strftime(seconds, sizeof seconds, "%Y-%m-%dT%H:%M:%S", &utc);
  buffer_printf(line, "{\"time\":\"%s.%03ldZ\"", seconds, now.tv_nsec / 1000000);
}

static void add_pair(struct buffer *line, const char *name, const char *value) {
  buffer_text(line, ",");
  json_write_string(line, name);
  buffer_text(line, ":");
  json_write_string(line, value);
}

// One write, so that the lines of several processes do not mix. A log that cannot be written stops nobody.
static void write_line(const struct buffer *line) {
  ssize_t written;
  do {
    written = write(STDERR_FILENO, line->data, line->size_bytes);
  } while (written < 0 && errno == EINTR);
}

void log_line(enum log_level level, const char *event, ...) {
  if (level < opened.least) return;
  struct buffer line = {0};
  add_time(&line);
  add_pair(&line, "level", level_names[level]);
  add_pair(&line, "service", opened.service);
  add_pair(&line, "event", event);
  va_list pairs;
  va_start(pairs, event);
  for (const char *name; (name = va_arg(pairs, const char *));) {
    const char *value = va_arg(pairs, const char *);
    add_pair(&line, name, value ? value : "");
  }
  va_end(pairs);
  buffer_text(&line, "}\n");
  write_line(&line);
  buffer_free(&line);
}
