#include "checks.h"
#include "calendar.h"
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Pointers are written only when something is wrong: most messages are fine.
static const char *pointer_to(const struct checks *k, const char *field) {
  if (!field) return NULL;
  if (!k->list) return arena_printf(k->change->arena, "%s%s", k->prefix, field);
  return arena_printf(k->change->arena, "%s%s/%zu%s", k->prefix, k->list, k->index, field);
}

bool wrong(const struct checks *k, Code code, const char *field, const char *format, ...) {
  char why[512];
  va_list args;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  change_refuse(k->change, code, pointer_to(k, field), why);
  return false;
}

// The number of characters (bytes that do not continue one), or -1 where there is a control character.
static long characters(const char *text, bool lines) {
  long n = 0;
  if (text_has_control(text, lines)) return -1;
  for (; *text; text++) n += (*text & 0xc0) != 0x80;
  return n;
}

static bool check_text(const struct checks *k, const char *field, const char *text, size_t least, size_t most,
                       bool lines) {
  long n = characters(text, lines);
  if (n < 0) return wrong(k, CODE__INVALID, field, "has a control character: remove it");
  if (n == 0 && least) return wrong(k, CODE__INVALID, field, "is missing: write 1 to %zu characters", most);
  if ((size_t)n < least || (size_t)n > most)
    return wrong(k, CODE__INVALID, field, "is %ld characters long: write %zu to %zu", n, least, most);
  return true;
}

bool check_line(const struct checks *k, const char *field, const char *text, size_t least, size_t most) {
  return check_text(k, field, text, least, most, false);
}

bool check_prose(const struct checks *k, const char *field, const char *text, size_t least, size_t most) {
  return check_text(k, field, text, least, most, true);
}

bool check_id(const struct checks *k, const char *field, const char *id) {
  return text_is_uuid(id) || wrong(k, CODE__INVALID, field, "must be a UUID in lower case");
}

bool check_choice(const struct checks *k, const char *field, const ProtobufCEnumDescriptor *of, int value,
                  bool required) {
  if (!protobuf_c_enum_descriptor_get_value(of, value))
    return wrong(k, CODE__INVALID, field, "is not a value of %s", of->short_name);
  if (required && !value) return wrong(k, CODE__INVALID, field, "is missing: choose a value of %s", of->short_name);
  return true;
}

static bool check_item(const struct checks *k, const char *item, bool (*is)(const char *), const char *kind) {
  if (text_is_empty(item) || strlen(item) > LIST_ITEM_BYTES || characters(item, false) < 0)
    return wrong(k, CODE__INVALID, "", "must be 1 to %d bytes without control characters", LIST_ITEM_BYTES);
  return !is || is(item) || wrong(k, CODE__INVALID, "", "must be %s", kind);
}

bool check_list(const struct checks *k, const char *field, char *const *items, size_t n, bool (*is)(const char *),
                const char *kind) {
  if (n > LIST_ITEMS) return wrong(k, CODE__INVALID, field, "has %zu entries: at most %d", n, LIST_ITEMS);
  bool fine = true;
  for (size_t i = 0; i < n; i++) {
    struct checks at = element(k, field, i);
    fine &= check_item(&at, items[i], is, kind);
  }
  return fine;
}

// From 1970 to 2285: what thirteen digits of milliseconds hold, by which lists are sorted.
bool check_time(const struct checks *k, const char *field, const Google__Protobuf__Timestamp *t) {
  const int64_t last_s = 9999999999;
  if (!t) return wrong(k, CODE__INVALID, field, "is missing: write a time such as 2026-03-02T10:00:00Z");
  if (t->seconds >= 0 && t->seconds <= last_s && t->nanos >= 0 && t->nanos < 1000000000) return true;
  return wrong(k, CODE__INVALID, field, "is no time between the years 1970 and 2285");
}

bool check_span(const struct checks *k, const Google__Protobuf__Timestamp *starts_at,
                const Google__Protobuf__Timestamp *ends_at) {
  bool both = check_time(k, "/startsAt", starts_at);
  both &= check_time(k, "/endsAt", ends_at);
  if (!both) return false;
  int64_t length_ms = timestamp_ms(ends_at) - timestamp_ms(starts_at);
  if (length_ms <= 0) return wrong(k, CODE__INVALID, "/endsAt", "is not after the start: give the time when it ends");
  if (length_ms > DAY_MS) return wrong(k, CODE__INVALID, "/endsAt", "is more than 24 hours after the start");
  return true;
}

bool check_version(const struct checks *k, uint64_t seen_version, uint64_t version) {
  if (!seen_version)
    return wrong(k, CODE__INVALID, NULL, "a change needs the version that you saw: send it as If-Match");
  if (seen_version == version) return true;
  return wrong(k, CODE__STALE, NULL, "it has changed since you read it: read it again, then send your change");
}
