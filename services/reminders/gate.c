#include "gate.h"
#include "calendar.h"

enum {
  MINUTE_MS = 60 * 1000
};

static Channel other_channel(Channel channel) {
  return channel == CHANNEL__EMAIL ? CHANNEL__SMS : CHANNEL__EMAIL;
}

static Channel first_choice(const struct gate_facts *f) {
  return f->preferred == CHANNEL__EMAIL ? CHANNEL__EMAIL : CHANNEL__SMS;
}

static NotSent against_channel(const struct gate_channel *channel) {
  if (channel->consent == ANSWER__NO) return NOT_SENT__OPTED_OUT;
  if (channel->consent != ANSWER__YES) return NOT_SENT__NO_CONSENT;
  return channel->address_valid ? NOT_SENT__NOT_SENT_UNSPECIFIED : NOT_SENT__NO_VALID_ADDRESS;
}

// The preferred channel if it is open, else the other one, else none.
static Channel open_channel(const struct gate_facts *f) {
  Channel first = first_choice(f), second = other_channel(first);
  if (!against_channel(&f->channels[first])) return first;
  return against_channel(&f->channels[second]) ? CHANNEL__CHANNEL_UNSPECIFIED : second;
}

// What speaks against the preferred channel, where no channel is open.
static NotSent channel_reason(const struct gate_facts *f) {
  if (open_channel(f)) return NOT_SENT__NOT_SENT_UNSPECIFIED;
  return against_channel(&f->channels[first_choice(f)]);
}

static int64_t minutes_ahead(const struct gate_facts *f, int64_t ms) {
  return (f->starts_at_ms - ms) / MINUTE_MS;
}

static bool can_wait(const struct gate_facts *f) {
  return f->quiet_until_ms && minutes_ahead(f, f->quiet_until_ms) >= GATE_AFTER_QUIET_MINUTES;
}

// An appointment that is not there any more does not stand.
static bool cancelled(const struct gate_facts *f) {
  return f->appointment == APPOINTMENT_STATE__CANCELLED ||
         f->appointment == APPOINTMENT_STATE__APPOINTMENT_STATE_UNSPECIFIED;
}
static bool superseded(const struct gate_facts *f) {
  return f->appointment == APPOINTMENT_STATE__SUPERSEDED;
}
static bool over(const struct gate_facts *f) {
  return f->appointment != APPOINTMENT_STATE__PLANNED || f->starts_at_ms <= f->now_ms;
}
static bool engagement_closed(const struct gate_facts *f) {
  return !f->engagement_open;
}
static bool in_custody(const struct gate_facts *f) {
  return f->whereabouts == WHEREABOUTS__CUSTODY;
}
static bool at_large(const struct gate_facts *f) {
  return f->whereabouts == WHEREABOUTS__AT_LARGE;
}
static bool nowhere_known(const struct gate_facts *f) {
  return f->whereabouts != WHEREABOUTS__COMMUNITY;
}
static bool safe_contact(const struct gate_facts *f) {
  return f->safe_contact;
}
static bool no_consent(const struct gate_facts *f) {
  return channel_reason(f) == NOT_SENT__NO_CONSENT;
}
static bool opted_out(const struct gate_facts *f) {
  return channel_reason(f) == NOT_SENT__OPTED_OUT;
}
static bool no_address(const struct gate_facts *f) {
  return channel_reason(f) == NOT_SENT__NO_VALID_ADDRESS;
}
// What waits for the morning counts on that day, not on this one.
static bool daily_limit(const struct gate_facts *f) {
  return !can_wait(f) && f->sent_today >= f->most_per_day;
}
static bool quiet(const struct gate_facts *f) {
  return f->quiet_until_ms && !can_wait(f);
}
static bool too_late(const struct gate_facts *f) {
  return f->nearer_due || minutes_ahead(f, f->now_ms) < GATE_LATEST_MINUTES;
}

static const struct rule {
  NotSent reason;
  bool (*applies)(const struct gate_facts *f);
} rules[] = {
    {NOT_SENT__APPOINTMENT_CANCELLED, cancelled},
    {NOT_SENT__APPOINTMENT_SUPERSEDED, superseded},
    {NOT_SENT__APPOINTMENT_OVER, over},
    {NOT_SENT__ENGAGEMENT_CLOSED, engagement_closed},
    {NOT_SENT__IN_CUSTODY, in_custody},
    {NOT_SENT__PERSON_AT_LARGE, at_large},
    {NOT_SENT__WHEREABOUTS_NOT_KNOWN, nowhere_known},
    {NOT_SENT__SAFE_CONTACT_INSTRUCTION, safe_contact},
    {NOT_SENT__NO_CONSENT, no_consent},
    {NOT_SENT__OPTED_OUT, opted_out},
    {NOT_SENT__NO_VALID_ADDRESS, no_address},
    {NOT_SENT__DAILY_LIMIT, daily_limit},
    {NOT_SENT__QUIET_HOURS, quiet},
    {NOT_SENT__TOO_LATE, too_late},
};

struct gate_verdict gate(const struct gate_facts *f) {
  for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
    if (rules[i].applies(f)) return (struct gate_verdict){.reason = rules[i].reason};
  if (f->quiet_until_ms) return (struct gate_verdict){.wait_until_ms = f->quiet_until_ms};
  return (struct gate_verdict){.channel = open_channel(f)};
}

int64_t gate_quiet_until(const Area *area, int64_t now_ms) {
  int from = calendar_minutes(area->quiet_from), until = calendar_minutes(area->quiet_until);
  if (from < 0 || until < 0 || from == until) return 0;
  struct local_time t = calendar_local(area->time_zone, now_ms);
  int now = t.hour * 60 + t.minute;
  bool inside = from < until ? now >= from && now < until : now >= from || now < until;
  return inside ? calendar_next(area->time_zone, now_ms, until / 60, until % 60) : 0;
}
