// Reporting: counts what happened, in a read model that can be deleted and filled again from the events.
//
// It decides nothing. An event's row names a statement of services/reporting/*.sql, which keeps what the reports need
// of it; a report is one query, of which it shows what suppression.h
// lets it. Days are UTC dates, weeks are named after their Monday.
#pragma once
#include "change.h"
#include "model.h"
#include "records.h"
#include "reporting.pb-c.h"
#include "rights.pb-c.h"
#include "service.h"

extern const struct service reporting;

// Reads the rows of the report, if what was asked for is sound.
void needs_read_report(struct records *want, const struct message *m);
// Refuses an unknown report, a malformed day, days in the wrong order, parts that there are not, and two ways of
// cutting at once; otherwise lays out as a Report what may be shown.
struct change decide_read_report(const struct records *have, const struct message *m);

// How the report is laid out: its columns. The first is named after `by`. Each of the others is made of the query's
// counts, once suppression.h has said what of them may be shown.
struct report_column {
  const char *name, *title, *unit;
  uint32_t of, per; // bits of counts: their sum; of a percentage, what of what; of hours (per), how many were measured
};
struct report_layout {
  const char *name;                    // of the report, and of its query
  const struct report_column *columns; // after the first; ends with {0}
  size_t n_counts;                     // of the query
};
// Ends with {0}.
extern const struct report_layout report_layouts[];

// looks.c: who looked at a person's record. `after`: the sequence in the audit that the part begins behind, or "".
void want_looks(struct records *want, const char *crn, const char *after);
// A part of them; its `next` is set where the audit goes on.
HeldRecords *looks_of(const struct records *have, const struct message *m, const char *crn, const char *after);
// Whether the person is told of it: of what was done by somebody in a role and not refused. What safeguarding did, and
// what a safeguarding lead looked at, is left out of everybody's answer, so that nothing can be told from its absence.
bool look_is_given(const AuditEntry *e);

// holding.c: what the read model has about a person, and then who looked at their record, for subject access.
void needs_collect_facts(struct records *want, const struct message *m);
struct change decide_collect_facts(const struct records *have, const struct message *m);
