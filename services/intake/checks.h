// Checks of what a caller sent: each adds its refusal, with the field and what to do about it, to one change, so that a
// form with three mistakes is answered with all three.
#pragma once
#include "change.h"
#include "google/protobuf/timestamp.pb-c.h"

struct checks {
  struct change *change; // collects the refusals
  const char *prefix;    // where the checked message lies in what was sent over HTTP: "" or "/session"
  const char *list;      // for one element of a list, "/components"; else NULL
  size_t index;          // of that element, from 0
};

enum {
  MINUTE_MS = 60000,
  DAY_MS = 24 * 60 * MINUTE_MS,
  CLOCK_SLACK_MS = 5 * MINUTE_MS
};
enum {
  LIST_ITEMS = 20,
  LIST_ITEM_BYTES = 64
};

// The same checks for one element of a list: fields lie below it, "" is the element itself.
static inline struct checks element(const struct checks *k, const char *list, size_t index) {
  return (struct checks){.change = k->change, .prefix = k->prefix, .list = list, .index = index};
}

// Adds one refusal. `field` is a JSON pointer below the prefix; NULL where it is no
// field's. The answer is always false.
bool wrong(const struct checks *k, Code code, const char *field, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

// One line of text of so many characters (not bytes): no control characters. `least` 0: may be empty.
bool check_line(const struct checks *k, const char *field, const char *text, size_t least, size_t most);
// Text that may have several lines.
bool check_prose(const struct checks *k, const char *field, const char *text, size_t least, size_t most);
bool check_id(const struct checks *k, const char *field, const char *id);
// An enumerator that the vocabulary knows; with `required`, not the unspecified one.
bool check_choice(const struct checks *k, const char *field, const ProtobufCEnumDescriptor *of, int value,
                  bool required);
// At most LIST_ITEMS lines of 1 to LIST_ITEM_BYTES bytes, each of which `is` (NULL: any) what `kind` says.
bool check_list(const struct checks *k, const char *field, char *const *items, size_t n, bool (*is)(const char *),
                const char *kind);
// A time from 1970 to 2285.
bool check_time(const struct checks *k, const char *field, const Google__Protobuf__Timestamp *t);
// Both are there, the end is after the start, and at most a day after it.
bool check_span(const struct checks *k, const Google__Protobuf__Timestamp *starts_at,
                const Google__Protobuf__Timestamp *ends_at);
// The version that the caller saw is there and is the present one.
bool check_version(const struct checks *k, uint64_t seen_version, uint64_t version);
