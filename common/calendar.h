// Local time in an area, and RFC 3339. Time zones come from the system's database, daylight saving included.
#pragma once
#include "google/protobuf/timestamp.pb-c.h"
#include "arena.h"
#include <stdbool.h>
#include <stdint.h>

struct local_time {
  int year, month, day; // month 1 to 12
  int weekday;          // 1 Monday to 7 Sunday
  int hour, minute, second;
  int offset_minutes; // east of UTC
};

bool calendar_zone_known(const char *time_zone);
// `time_zone` must be known.
struct local_time calendar_local(const char *time_zone, int64_t ms);
// The first moment at or after `ms` whose local time of day is hour:minute:00. Where the clock jumps over that time,
// the moment of the jump; where it shows it twice, whichever comes first.
int64_t calendar_next(const char *time_zone, int64_t ms, int hour, int minute);
// "21:00" to minutes of the day; -1 where it is not a time.
int calendar_minutes(const char *text);
// "7d", "36h", "90m" to minutes; -1 where it is not an offset.
int64_t calendar_offset_minutes(const char *text);

int64_t timestamp_ms(const Google__Protobuf__Timestamp *t); // NULL: 0
Google__Protobuf__Timestamp *timestamp_of(struct arena *a, int64_t ms);
