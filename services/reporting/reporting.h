// Reporting: counts what happened, in a read model that can be deleted and filled again from the events.
//
// It decides nothing. An event's row names a statement of services/reporting/*.sql, which keeps what the reports need
// of it; a report is one query. Days are UTC dates, weeks are named after their Monday.
#pragma once
#include "change.h"
#include "model.h"
#include "records.h"
#include "reporting.pb-c.h"
#include "service.h"

extern const struct service reporting;

// Reads the rows of the report, if what was asked for is sound.
void needs_read_report(struct records *want, const struct message *m);
// Refuses an unknown report, a malformed day, days in the wrong order, and parts that there are not; otherwise lays the
// rows out as a Report, which shows nobody's data.
struct change decide_read_report(const struct records *have, const struct message *m);

// How the report is laid out: its columns, in the order of its query's. The first is named after `by`.
struct report_column {
  const char *name, *title, *unit;
};
struct report_layout {
  const char *name;                    // of the report, and of its query
  const struct report_column *columns; // after the first; ends with {NULL}
};
// Ends with {NULL}.
extern const struct report_layout report_layouts[];
