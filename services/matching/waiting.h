// The waiting list of an area: who wants a mentor and has neither an open offer nor a match, the longest wait first.
//
// Each person's place is made from their records as they are, whichever event tells that something has changed: so an
// event that comes twice or late does no harm. The first wait is kept while an offer or a match stands, and begins anew
// only where the wish was taken back.
#pragma once
#include "matching.h"

#define WAITING_INDEX "waiting"            // "<since, 13 digits of ms>/<crn>"
#define WAITING_OFFERS_INDEX "offers-open" // CRNs of people with an offer that has not been answered

// The CRN in a member of WAITING_INDEX.
const char *waiting_crn(const char *member);
// Whole weeks from then until now.
uint32_t waiting_weeks(const WaitingPerson *place, int64_t now_ms);
// The offer that stands for the person: open, or accepted and not ended; or NULL. Wants it, and reads it.
const Offer *waiting_want_standing(struct records *want, const char *crn);
const Offer *waiting_standing(const struct records *have, const char *crn);
// Whether the person, or NULL, wants a mentor.
bool waiting_wants(const Person *person);

// For holding.c: forgets a person's place.
void needs_forget_waiting(struct records *want, const char *crn);
void waiting_forget(struct change *c, const struct records *have, const char *crn);

// The rows: see table.c.
void needs_keep_waiting(struct records *want, const struct message *m);
struct change on_keep_waiting(const struct records *have, const struct message *m);
void needs_sweep_waiting_due(struct records *want, const struct message *m);
struct change on_sweep_waiting_due(const struct records *have, const struct message *m);
struct change decide_sweep_waiting(const struct records *have, const struct message *m);
void needs_list_waiting(struct records *want, const struct message *m);
struct change decide_list_waiting(const struct records *have, const struct message *m);
