#include "rfc3339.h"

static const int64_t first_second = -62135596800, last_second = 253402300799; // of the years 0001 and 9999

// Days since 1970 of a day in the Gregorian calendar, counted from March so that the leap day comes last.
static int64_t days_of(int year, int month, int day) {
  year -= month <= 2;
  int era = year / 400, year_of_era = year % 400;
  int day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  int day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return (int64_t)era * 146097 + day_of_era - 719468;
}

// The other way; `days` is not before the year 0001.
static void date_of(int64_t days, int *year, int *month, int *day) {
  days += 719468;
  int era = (int)(days / 146097), day_of_era = (int)(days % 146097);
  int year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  int day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  int shifted = (5 * day_of_year + 2) / 153;
  *day = day_of_year - (153 * shifted + 2) / 5 + 1;
  *month = shifted < 10 ? shifted + 3 : shifted - 9;
  *year = year_of_era + era * 400 + (*month <= 2);
}

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

struct text {
  const char *at, *end;
};

// Exactly that many digits, in the bounds.
static bool number(struct text *t, int digits, int least, int most, int *out) {
  if (t->end - t->at < digits) return false;
  int value = 0;
  for (int i = 0; i < digits; i++, t->at++) {
    if (*t->at < '0' || *t->at > '9') return false;
    value = value * 10 + (*t->at - '0');
  }
  *out = value;
  return value >= least && value <= most;
}

static bool mark(struct text *t, char c) {
  return t->at < t->end && *t->at++ == c;
}

static bool fraction(struct text *t, int32_t *nanos) {
  int digits = 0;
  *nanos = 0;
  if (t->at == t->end || *t->at != '.') return true;
  for (t->at++; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++) {
    if (++digits > 9) return false;
    *nanos = *nanos * 10 + (*t->at - '0');
  }
  if (!digits) return false;
  for (; digits < 9; digits++) *nanos *= 10;
  return true;
}

static bool offset(struct text *t, int *seconds) {
  *seconds = 0;
  if (t->at == t->end) return false;
  char sign = *t->at++;
  if (sign == 'Z') return true;
  int hours, minutes;
  if (sign != '+' && sign != '-') return false;
  if (!number(t, 2, 0, 23, &hours) || !mark(t, ':') || !number(t, 2, 0, 59, &minutes)) return false;
  *seconds = (hours * 60 + minutes) * (sign == '-' ? -60 : 60);
  return true;
}

bool rfc3339_read(const char *text, size_t size_bytes, int64_t *seconds, int32_t *nanos) {
  struct text t = {text, text + size_bytes};
  int year, month, day, hour, minute, second, east;
  int32_t parts;
  if (!number(&t, 4, 1, 9999, &year) || !mark(&t, '-') || !number(&t, 2, 1, 12, &month) || !mark(&t, '-') ||
      !number(&t, 2, 1, days_in(year, month), &day) || !mark(&t, 'T') || !number(&t, 2, 0, 23, &hour) ||
      !mark(&t, ':') || !number(&t, 2, 0, 59, &minute) || !mark(&t, ':') || !number(&t, 2, 0, 59, &second) ||
      !fraction(&t, &parts) || !offset(&t, &east) || t.at != t.end)
    return false;
  int64_t total = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - east;
  if (total < first_second || total > last_second) return false;
  *seconds = total;
  *nanos = parts;
  return true;
}

// That many digits, and the mark behind them.
static char *put(char *at, unsigned value, int digits, char mark) {
  for (int i = digits; i-- > 0; value /= 10) at[i] = (char)('0' + value % 10);
  at[digits] = mark;
  return at + digits + 1;
}

void rfc3339_write(int64_t seconds, int32_t nanos, char out[RFC3339_BYTES]) {
  static const unsigned divisors[] = {[3] = 1000000, [6] = 1000, [9] = 1};
  seconds = seconds < first_second ? first_second : seconds > last_second ? last_second : seconds;
  int64_t days = (seconds - first_second) / 86400 + first_second / 86400;
  unsigned of_day = (unsigned)(seconds - days * 86400);
  int year, month, day;
  date_of(days, &year, &month, &day);
  unsigned parts = nanos < 0 ? 0 : nanos > 999999999 ? 999999999 : (unsigned)nanos;
  int digits = parts % 1000 ? 9 : parts % 1000000 ? 6 : parts ? 3 : 0;
  char *at = put(out, (unsigned)year, 4, '-');
  at = put(at, (unsigned)month, 2, '-');
  at = put(at, (unsigned)day, 2, 'T');
  at = put(at, of_day / 3600, 2, ':');
  at = put(at, of_day / 60 % 60, 2, ':');
  at = put(at, of_day % 60, 2, digits ? '.' : 'Z');
  if (digits) at = put(at, parts / divisors[digits], digits, 'Z');
  *at = 0;
}
