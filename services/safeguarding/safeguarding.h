// Safeguarding keeps disclosures until a human has acted on them, knows whom to reach for them, and records the uses of
// break-glass.
//
//   settings.c     what is read at start: the words of alerts
//   checks.c       what must hold of texts, ids and limits
//   staff.c        how staff are reached, and the on-call rota
//   messages.c     one neutral message to one member of staff, through the courier
//   alerts.c       rounds of alerts, until a human acknowledges; what the courier says of them; the timer
//   disclosures.c  disclosures as the mentor sees them: raise, and how far they have come
//   leads.c        disclosures as the leads see them: list, read, acknowledge, act, close
//   break_glass.c  fifteen minutes in a record that is not one's own, and the review of it
//   holding.c      subject access, and erasure
//
// Records: Staff under the staff code, OnCallRota under "rota", Disclosure and DisclosureWatch under the disclosure's
// id, OpenDisclosures under the CRN, BreakGlass under "<crn>/<actor>", BreakGlassUse under the actor's id. Indexes:
// "disclosures" ("<state>/<raised at, 13 digits of ms>/<id>"), "disclosures-by/<mentor id>" and
// "disclosures-about/<crn>"
// ("<13 digits>/<id>"), "break-glass" ("<0 or 1: reviewed>/<13 digits>/<crn>/<actor>"), "break-glass-of/<crn>"
// ("<13 digits>/<crn>/<actor>"). Timer: "alert/<disclosure id>", when the next round begins.
#pragma once
#include "access.h"
#include "calendar.h"
#include "change.h"
#include "config.h"
#include "courier.pb-c.h"
#include "intake.pb-c.h"
#include "records.h"
#include "safeguarding.pb-c.h"
#include "service.h"
#include "text.h"

extern const struct service safeguarding;

struct safeguarding_settings {
  char *public_url; // what links begin with, without a slash at the end
  AlertWording *wording;
  struct arena arena; // of `wording`
};
int safeguarding_load(const struct config *config, const void **settings, char *errors, size_t errors_bytes);
void safeguarding_settings_free(const void *settings);

enum {
  ALERT_ROUND_MS = 15 * 60 * 1000, // a human has so long to acknowledge before the next level is alerted
  ALERT_AGAIN_MS = 60 * 1000,      // where nobody could be alerted, it is tried again after so long
  ROTA_LEVELS = 5,
  ROTA_DUTIES = 8, // on one level
  EXTRACT_BYTES = 4000,
  NARRATIVE_BYTES = 2000, // of every other text
  DISCLOSURE_ACTIONS = 50,
  BREAK_GLASS_MS = 15 * 60 * 1000,
  PAGE_DEFAULT = 50,
  PAGE_MOST = 200,
};
#define ROTA_ID "rota"
#define DISCLOSURES_INDEX "disclosures"
#define BREAK_GLASS_INDEX "break-glass"

// protobuf-c has no const: nothing writes through the texts of a message.
static inline char *text_of(const char *text) {
  return (char *)text;
}

// --- checks.c: each adds its refusal to `c`
void check_uuid(struct change *c, const char *field, const char *id);
void check_value(struct change *c, const char *field, const ProtobufCEnumDescriptor *of, int value);
// A text of 1 to `most` bytes.
void check_narrative(struct change *c, const char *field, const Narrative *n, size_t most);
// A copy of what was sent as it is kept: in partition SAFEGUARDING. NULL where there is no text.
Narrative *narrative_kept(const struct message *m, const Narrative *sent);
unsigned page_limit(unsigned asked);
// Which number mentors and staff of the area call about a risk.
const char *safeguarding_telephone(const Area *area);

// --- staff.c
// Wants the rota, and everybody who is on it.
void needs_rota(struct records *want);
const OnCallRota *rota_of(const struct records *have);
void needs_register_staff(struct records *want, const struct message *m);
void needs_change_staff(struct records *want, const struct message *m);
void needs_read_staff(struct records *want, const struct message *m);
void needs_change_rota(struct records *want, const struct message *m);
void needs_read_rota(struct records *want, const struct message *m);
struct change decide_register_staff(const struct records *have, const struct message *m);
struct change decide_change_staff(const struct records *have, const struct message *m);
struct change decide_read_staff(const struct records *have, const struct message *m);
struct change decide_change_rota(const struct records *have, const struct message *m);
struct change decide_read_rota(const struct records *have, const struct message *m);

// --- messages.c
// A message to staff: which words, what fills their gaps, and what it belongs to. The same key, staff and channel make
// the same message id, so that what is decided twice is sent once.
struct staff_notice {
  const AlertTexts *texts;
  const char *link, *reference; // NULL: the texts have no such gap
  const char *about;            // "<about>/<staff>/<SMS or EMAIL>" is what the courier is told
  int64_t not_after_ms;
};
// Where this channel reaches them: an address, or NULL.
const char *staff_address(const Staff *staff, Channel channel);
// Asks the courier to deliver to that address; answers the message's id.
char *staff_notify(struct change *c, const struct message *m, const Staff *staff, Channel channel,
                   const struct staff_notice *n);
// Sends to all of one level of the rota (from 1), on the channels of each that reach them. `sent` is called for every
// message; answers how many there were.
typedef void sent_fn(void *context, const char *staff, Channel channel, char *message_id);
unsigned staff_notify_level(struct change *c, const struct records *have, const struct message *m, uint32_t level,
                            const struct staff_notice *n, sent_fn *sent, void *context);
char *safeguarding_link(const struct message *m, const char *what);

// --- alerts.c
// Begins the next round: one level higher, or all levels where there is none higher. Changes `watch` (a copy).
void alert_round(struct change *c, const struct records *have, const struct message *m, DisclosureWatch *watch);
// No more alerts: clears the timer, and calls off what has not gone out yet.
void alert_stop(struct change *c, const struct message *m, DisclosureWatch *watch);
DisclosureWatch *watch_copy(struct arena *a, const DisclosureWatch *watch);
// Writes it, and moves its place in the index from that of `was` (NULL: it is new).
void watch_write(struct change *c, const DisclosureWatch *was, const DisclosureWatch *watch);
// Takes it out of the index of all.
void watch_unlist(struct change *c, const DisclosureWatch *watch);
void needs_alert_due(struct records *want, const struct message *m);
void needs_alert_dead(struct records *want, const struct message *m);
void needs_alert_delivered(struct records *want, const struct message *m);
struct change on_alert_due(const struct records *have, const struct message *m);
struct change on_alert_dead(const struct records *have, const struct message *m);
struct change on_alert_delivered(const struct records *have, const struct message *m);

// --- disclosures.c
// The index of those that a mentor has raised.
char *disclosures_by(struct arena *a, const char *mentor_id);
// Takes a disclosure, which is closed, off the person's open ones. `needs` wanted the OpenDisclosures of that CRN.
void disclosure_not_open(struct change *c, const struct records *have, const Disclosure *d);
void needs_raise_disclosure(struct records *want, const struct message *m);
void needs_read_my_disclosures(struct records *want, const struct message *m);
struct change decide_raise_disclosure(const struct records *have, const struct message *m);
struct change decide_read_my_disclosures(const struct records *have, const struct message *m);

// --- leads.c
void needs_disclosure(struct records *want, const struct message *m);
void needs_close_disclosure(struct records *want, const struct message *m);
void needs_list_disclosures(struct records *want, const struct message *m);
void needs_read_alert_counts(struct records *want, const struct message *m);
struct change decide_read_disclosure(const struct records *have, const struct message *m);
struct change decide_acknowledge_disclosure(const struct records *have, const struct message *m);
struct change decide_record_disclosure_action(const struct records *have, const struct message *m);
struct change decide_close_disclosure(const struct records *have, const struct message *m);
struct change decide_list_disclosures(const struct records *have, const struct message *m);
struct change decide_read_alert_counts(const struct records *have, const struct message *m);

// --- break_glass.c
// Takes a use that is deleted out of the index of all. Where it waited for its review, it blocks its actor no longer.
// `needs` wanted the actor's BreakGlassUse.
void break_glass_forget(struct change *c, const struct records *have, const BreakGlass *use);
void needs_open_break_glass(struct records *want, const struct message *m);
void needs_review_break_glass(struct records *want, const struct message *m);
void needs_list_break_glass(struct records *want, const struct message *m);
struct change decide_open_break_glass(const struct records *have, const struct message *m);
struct change decide_review_break_glass(const struct records *have, const struct message *m);
struct change decide_list_break_glass(const struct records *have, const struct message *m);

// --- holding.c
void needs_erase_safeguarding(struct records *want, const struct message *m);
struct change on_erase_safeguarding(const struct records *have, const struct message *m);
void needs_collect_safeguarding(struct records *want, const struct message *m);
struct change decide_collect_safeguarding(const struct records *have, const struct message *m);
