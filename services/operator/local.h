// From local time to a moment.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// The days from 1970-01-01 to a date of the Gregorian calendar. -1: there is no such day, or it is before 1970.
int64_t local_day(int year, int month, int day);
// The moment (ms since 1970 UTC) at which a clock of that zone first shows that minute of that day. Where the clock
// jumps over it, the moment of the jump. `time_zone` must be known.
int64_t local_moment(const char *time_zone, int64_t day, int minute_of_day);
