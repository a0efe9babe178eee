#include "local.h"
#include "calendar.h"
#include "rfc3339.h"
#include <stdio.h>

#define DAY_MS INT64_C(86400000)

int64_t local_day(int year, int month, int day) {
  char text[64];
  int64_t seconds;
  int32_t nanos;
  int length = snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00Z", year, month, day);
  if (!rfc3339_read(text, (size_t)length, &seconds, &nanos) || seconds < 0) return -1;
  return seconds / 86400;
}

static int64_t day_at(const char *time_zone, int64_t ms) {
  struct local_time t = calendar_local(time_zone, ms);
  return local_day(t.year, t.month, t.day);
}

// Begins on the day before, as the offset of that day is not known yet, and looks on until the day is reached.
int64_t local_moment(const char *time_zone, int64_t day, int minute_of_day) {
  int64_t ms = (day - 1) * DAY_MS - DAY_MS / 2;
  do ms = calendar_next(time_zone, ms + 1, minute_of_day / 60, minute_of_day % 60);
  while (day_at(time_zone, ms) < day);
  return ms;
}
