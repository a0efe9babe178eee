#include "calendar.h"
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
  DAY_S = 86400
};

// Zones that were asked for, for as long as the process lives: there are as many as areas name. Not for several
// threads: each of our processes decides in one.
struct zone {
  const char *name;
  GTimeZone *zone; // NULL: not known
  struct zone *next;
};
static struct zone *zones;

// Only names as the database has them: GLib would also take a path, an offset, or the machine's own zone for "".
static bool is_name(const char *text) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  if (!*text || !strchr(letters, *text) || strlen(text) > 64) return false;
  return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-/")] == 0;
}

static GTimeZone *zone_of(const char *name) {
  for (const struct zone *z = zones; z; z = z->next) {
    if (!strcmp(z->name, name)) return z->zone;
  }
  GTimeZone *found = is_name(name) ? g_time_zone_new_identifier(name) : NULL;
  if (!found) return NULL;
  struct zone *z = g_new(struct zone, 1);
  *z = (struct zone){.name = g_strdup(name), .zone = found, .next = zones};
  zones = z;
  return found;
}

bool calendar_zone_known(const char *time_zone) {
  return time_zone && zone_of(time_zone);
}

// Seconds east of UTC at that second.
static int offset_at(GTimeZone *zone, int64_t second) {
  int interval = g_time_zone_find_interval(zone, G_TIME_TYPE_UNIVERSAL, second);
  return interval < 0 ? 0 : g_time_zone_get_offset(zone, interval);
}

static int64_t floor_div(int64_t a, int64_t b) {
  return a / b - (a % b < 0);
}

static struct tm civil_at(int64_t second) {
  struct tm tm = {0};
  gmtime_r(&(time_t){second}, &tm);
  return tm;
}

struct local_time calendar_local(const char *time_zone, int64_t ms) {
  GTimeZone *zone = zone_of(time_zone);
  int64_t second = floor_div(ms, 1000);
  int offset = offset_at(zone, second);
  struct tm tm = civil_at(second + offset);
  return (struct local_time){.year = tm.tm_year + 1900,
                             .month = tm.tm_mon + 1,
                             .day = tm.tm_mday,
                             .weekday = tm.tm_wday ? tm.tm_wday : 7,
                             .hour = tm.tm_hour,
                             .minute = tm.tm_min,
                             .second = tm.tm_sec,
                             .offset_minutes = offset / 60};
}

// The second in (before, after] at which the clock jumps.
static int64_t jump_between(GTimeZone *zone, int64_t before, int64_t after) {
  const int old = offset_at(zone, before);
  while (after - before > 1) {
    int64_t middle = before + (after - before) / 2;
    if (offset_at(zone, middle) == old)
      before = middle;
    else
      after = middle;
  }
  return after;
}

// The first moment from `from` on at which the clock shows `local` (seconds since 1970 as if the clock were UTC), or
// jumps over it; -1: that is before `from`. Offsets a day earlier and later are those of both sides of a jump.
static int64_t moment_of(GTimeZone *zone, int64_t local, int64_t from) {
  const int offsets[] = {offset_at(zone, local - DAY_S), offset_at(zone, local + DAY_S)};
  int64_t first = local - (offsets[0] > offsets[1] ? offsets[0] : offsets[1]);
  int64_t last = local - (offsets[0] > offsets[1] ? offsets[1] : offsets[0]);
  bool first_shows = first + offset_at(zone, first) == local, last_shows = last + offset_at(zone, last) == local;
  if (!first_shows && !last_shows) first = last = jump_between(zone, first, last);
  if (first_shows && !last_shows) last = first;
  if (!first_shows && last_shows) first = last;
  return first >= from ? first : last >= from ? last : -1;
}

int64_t calendar_next(const char *time_zone, int64_t ms, int hour, int minute) {
  GTimeZone *zone = zone_of(time_zone);
  int64_t from = -floor_div(-ms, 1000);
  int64_t local = from + offset_at(zone, from);
  int64_t day = floor_div(local, DAY_S) - 1;
  int64_t moment;
  do {
    moment = moment_of(zone, day++ * DAY_S + hour * 3600 + minute * 60, from);
  } while (moment < 0);
  return moment * 1000;
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

int calendar_minutes(const char *text) {
  if (strlen(text) != 5 || text[2] != ':') return -1;
  if (!is_digit(text[0]) || !is_digit(text[1]) || !is_digit(text[3]) || !is_digit(text[4])) return -1;
  int hours = (text[0] - '0') * 10 + text[1] - '0', minutes = (text[3] - '0') * 10 + text[4] - '0';
  return hours < 24 && minutes < 60 ? hours * 60 + minutes : -1;
}

int64_t calendar_offset_minutes(const char *text) {
  static const struct {
    char letter;
    int minutes;
  } units[] = {{'d', 1440}, {'h', 60}, {'m', 1}};
  size_t digits = strspn(text, "0123456789");
  if (digits < 1 || digits > 6 || strlen(text) != digits + 1) return -1;
  for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
    if (text[digits] == units[i].letter) return (int64_t)atol(text) * units[i].minutes;
  }
  return -1;
}

int64_t timestamp_ms(const Google__Protobuf__Timestamp *t) {
  return t ? t->seconds * 1000 + t->nanos / 1000000 : 0;
}

Google__Protobuf__Timestamp *timestamp_of(struct arena *a, int64_t ms) {
  Google__Protobuf__Timestamp *t = arena_take(a, sizeof *t);
  google__protobuf__timestamp__init(t);
  t->seconds = floor_div(ms, 1000);
  t->nanos = (int32_t)(ms - t->seconds * 1000) * 1000000;
  return t;
}
