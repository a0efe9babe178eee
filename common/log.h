// Log lines, one JSON object each, to standard error: time, level, service, what happened, and pairs of names and
// values. Never narrative, names, numbers or addresses of people.
#pragma once

enum log_level {
  LOG_DEBUG,
  LOG_INFO,
  LOG_WARN,
  LOG_ERROR
};
void log_open(const char *service, const char *level); // level: "debug", "info", "warn", "error"
// log_line(LOG_WARN, "commit_conflict", "area", area, "type", type, NULL): pairs end with NULL.
void log_line(enum log_level level, const char *event, ...) __attribute__((sentinel));
