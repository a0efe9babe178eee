// What the files about legal holds and erasure share.
#pragma once
#include "change.h"
#include "rights.pb-c.h"

// Whether a hold stands. `needs` wanted the LegalHold of that CRN.
bool hold_stands(const struct records *have, const char *crn);
// A reason as it is kept: sealed.
Narrative *erasure_reason(const struct message *m, const char *text);
// Has it looked whether a person's records may still be kept (timer "retain/<crn>") when their periods, as they run
// from these two moments, are over. Rules that nobody has signed off set no timer.
void retain_until_over(struct change *c, const struct message *m, const char *crn, int64_t registered_ms,
                       int64_t closed_ms);
// The same at once.
void retain_look_now(struct change *c, const struct message *m, const char *crn);
