#include "retention.h"
#include "rfc3339.h"
#include "text.h"
#include "yaml.h"
#include <string.h>

enum {
  CLASSES = 10,
  KEEP_DAYS_MOST = 150 * 366 // what is kept for longer is kept for good, and that is not a period
};
#define DAY_MS INT64_C(86400000)

static struct err check_rule(struct arena *a, const Retention *r, size_t i) {
  const RetentionRule *rule = r->rules[i];
  if (!rule->class_) return ERR(INVALID, arena_printf(a, "/rules/%zu/class", i), "is missing");
  for (size_t before = 0; before < i; before++)
    if (r->rules[before]->class_ == rule->class_)
      return ERR(INVALID, arena_printf(a, "/rules/%zu/class", i), "has a rule already");
  if (!rule->keep_days || rule->keep_days > KEEP_DAYS_MOST)
    return ERR(INVALID, arena_printf(a, "/rules/%zu/keepDays", i),
               "must be a number of days, at most 150 years of them");
  if (!rule->after)
    return ERR(INVALID, arena_printf(a, "/rules/%zu/after", i), "must be engagements_closed or registered");
  if (text_is_empty(rule->basis))
    return ERR(INVALID, arena_printf(a, "/rules/%zu/basis", i), "is missing: say what in law it follows from");
  return ERR_NONE;
}

static bool is_day(struct arena *a, const char *text) {
  int64_t seconds;
  int32_t nanos;
  const char *midnight = arena_printf(a, "%sT00:00:00Z", text);
  return strlen(text) == 10 && rfc3339_read(midnight, strlen(midnight), &seconds, &nanos);
}

static const RetentionRule *rule_of_person(const Retention *r) {
  size_t i = 0;
  while (r->rules[i]->class_ != RECORD_CLASS__PERSON_RECORD) i++;
  return r->rules[i];
}

// Whatever somebody's engagements were, `rule` ends no later than `last`.
static bool ends_by(const RetentionRule *rule, const RetentionRule *last) {
  bool starts_later = rule->after == RETENTION_START__ENGAGEMENTS_CLOSED && rule->after != last->after;
  return !starts_later && rule->keep_days <= last->keep_days;
}

static struct err check_rules(struct arena *a, const Retention *r) {
  for (size_t i = 0; i < r->n_rules; i++) {
    struct err e = check_rule(a, r, i);
    if (err_is(e)) return e;
  }
  if (r->n_rules != CLASSES) return ERR(INVALID, "/rules", "must have a rule for each class of record");
  for (size_t i = 0; i < r->n_rules; i++)
    if (!ends_by(r->rules[i], rule_of_person(r)))
      return ERR(INVALID, arena_printf(a, "/rules/%zu/keepDays", i),
                 "may end after that of person_record: keep that one for at least as long, as the person goes last");
  return ERR_NONE;
}

static struct err check(struct arena *a, const void *message, const void *context) {
  const Retention *r = message;
  (void)context;
  struct err e = check_rules(a, r);
  if (err_is(e)) return e;
  if (text_is_empty(r->signed_off_by) != text_is_empty(r->signed_off_on))
    return ERR(INVALID, "/signedOffOn", "name both who signed it off and on which day, or neither");
  if (!text_is_empty(r->signed_off_on) && !is_day(a, r->signed_off_on))
    return ERR(INVALID, "/signedOffOn", "must be a day, such as 2026-03-02");
  return ERR_NONE;
}

Retention *retention_load(struct arena *a, const char *path, char *errors, size_t errors_bytes) {
  return yaml_read_checked(a, &retention__descriptor, path, check, NULL, errors, errors_bytes);
}

bool retention_signed(const Retention *r) {
  return r && !text_is_empty(r->signed_off_by);
}

int64_t retention_over_ms(const RetentionRule *rule, const struct retention_start *from) {
  bool from_close = rule->after == RETENTION_START__ENGAGEMENTS_CLOSED;
  return (from_close ? from->closed_ms : from->registered_ms) + rule->keep_days * DAY_MS;
}

int64_t retention_person_over_ms(const Retention *r, const struct retention_start *from) {
  return retention_over_ms(rule_of_person(r), from);
}

int64_t retention_next_ms(const Retention *r, const struct retention_start *from, int64_t now_ms) {
  int64_t next_ms = 0;
  for (size_t i = 0; i < r->n_rules; i++) {
    int64_t ms = retention_over_ms(r->rules[i], from);
    if (ms > now_ms && (!next_ms || ms < next_ms)) next_ms = ms;
  }
  return next_ms;
}
