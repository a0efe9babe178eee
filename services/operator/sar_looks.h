// Who looked at a person's record, for subject access: the entries of the audit that the person is given, added to the
// bundle that the gateway collected, which may not read the audit.
#pragma once
#include "envelope.pb-c.h"
#include "json.h"

// Whether the person is told of it: of what was done by somebody in a role and not refused. What safeguarding did, and
// what a safeguarding lead looked at, is left out of everybody's bundle, so that nothing can be told from its absence.
bool look_is_given(const AuditEntry *e);
// Appends it to `out` as a HeldRecord in JSON.
void look_write(struct buffer *out, const AuditEntry *e);

// Puts the looks into a bundle (JSON), in place of the remark that they come apart. False: what failed is on standard
// error.
bool sar_add_looks(struct buffer *bundle, const char *area, const char *crn);
