// What the files about legal holds, disposals and erasure share.
#pragma once
#include "change.h"
#include "retention.h"
#include "rights.pb-c.h"

// Whether a hold stands. `needs` wanted the LegalHold of that CRN.
bool hold_stands(const struct records *have, const char *crn);
// A reason as it is kept: sealed.
Narrative *erasure_reason(const struct message *m, const char *text);
// Has it looked which of a person's records may still be kept (timer "retain/<crn>") when the next of their periods is
// over. Rules that nobody has signed off set no timer.
void retain_until_next(struct change *c, const struct message *m, const char *crn, const struct retention_start *from);
// The same at once.
void retain_look_now(struct change *c, const struct message *m, const char *crn);

// --- disposals.c

void disposal_want(struct records *want, const char *crn);
// Orders what is past its period, again where it was ordered before; where nothing is, as disposal_stop().
void disposal_order(struct change *c, const struct records *have, const struct message *m, const char *crn,
                    const struct retention_start *from);
// Nothing more is deleted by what was ordered. disposal_want() before.
void disposal_stop(struct change *c, const struct records *have, const struct message *m, const char *crn);
// The same, and a look that is under way at this moment is decided anew.
void disposal_prevent(struct change *c, const struct records *have, const struct message *m, const char *crn);
