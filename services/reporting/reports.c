// The reports: what they are called, how their columns read, and what may be asked of them.
#include "reporting.h"
#include "rfc3339.h"
#include "text.h"
#include <assert.h>
#include <string.h>

// clang-format off
static const struct report_column attendance[] = {
    {"sessions",            "Sessions recorded",              "count"},
    {"happened",            "Sessions that happened",         "count"},
    {"onTime",              "Attended on time",               "count"},
    {"late",                "Attended late",                  "count"},
    {"missedAcceptable",    "Missed, acceptable reason",      "count"},
    {"missedUnacceptable",  "Missed, no acceptable reason",   "count"},
    {"missedByService",     "Not held by the service",        "count"},
    {"attendanceRate",      "Attendance rate",                "percent"},
    {"support",             "Contacts for support",           "count"},
    {"control",             "Contacts for control",           "count"},
    {"appointments",        "Appointments made",              "count"},
    {"cancelled",           "Appointments cancelled",         "count"},
    {"rescheduled",         "Appointments moved",             "count"},
    {NULL, NULL, NULL},
};
static const struct report_column reminders[] = {
    {"due",                 "Reminders due",                  "count"},
    {"sent",                "Sent",                           "count"},
    {"handedOver",          "On the way",                     "count"},
    {"noConsent",           "No consent, or opted out",       "count"},
    {"notNeeded",           "Appointment cancelled or moved", "count"},
    {"tooLate",             "Quiet hours, or too late",       "count"},
    {"failed",              "Delivery failed",                "count"},
    {"other",               "Not sent, other reason",         "count"},
    {"sentRate",            "Share sent",                     "percent"},
    {"attendanceReminded",  "Attendance after a reminder",    "percent"},
    {"attendanceUnreminded", "Attendance without one",        "percent"},
    {NULL, NULL, NULL},
};
static const struct report_column mentors[] = {
    {"made",                "Offers made",                    "count"},
    {"accepted",            "Accepted",                       "count"},
    {"declined",            "Declined",                       "count"},
    {"expired",             "Expired",                        "count"},
    {"withdrawn",           "Withdrawn",                      "count"},
    {"answerHours",         "Median hours to answer",         "hours"},
    {"waiting",             "People waiting now",             "count"},
    {"registered",          "Mentors registered",             "count"},
    {"active",              "Mentors active",                 "count"},
    {"places",              "Places",                         "count"},
    {"taken",               "Places taken",                   "count"},
    {"free",                "Places free",                    "count"},
    {NULL, NULL, NULL},
};

const struct report_layout report_layouts[] = {
    {"attendance", attendance}, {"reminders", reminders}, {"mentors", mentors}, {NULL, NULL},
};

// By what a report is cut into rows. The first is meant where nothing is said.
static const struct report_column parts[] = {
    {"week",         "Week",         "week"},
    {"pathway",      "Pathway",      "text"},
    {"practitioner", "Practitioner", "text"},
};
// clang-format on

static const struct report_layout *find_layout(const char *name) {
  for (const struct report_layout *l = report_layouts; l->name; l++)
    if (strcmp(l->name, name) == 0) return l;
  return NULL;
}

static const struct report_column *find_part(const char *by) {
  if (text_is_empty(by)) return &parts[0];
  for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
    if (strcmp(parts[i].name, by) == 0) return &parts[i];
  return NULL;
}

// "2026-03-02": such a day exists. An empty text is a day that was not given.
static bool is_day(struct arena *a, const char *text) {
  enum {
    DAY_BYTES = 10
  };
  int64_t seconds;
  int32_t nanos;
  if (text_is_empty(text)) return true;
  if (strlen(text) != DAY_BYTES) return false;
  const char *midnight = arena_printf(a, "%sT00:00:00Z", text);
  return rfc3339_read(midnight, strlen(midnight), &seconds, &nanos);
}

static void check_days(struct change *c, const ReadReport *cmd) {
  bool from = is_day(c->arena, cmd->from), to = is_day(c->arena, cmd->to);
  if (!from) change_refuse(c, CODE__INVALID, "/from", "not a day: write it as 2026-03-02, or leave it out");
  if (!to) change_refuse(c, CODE__INVALID, "/to", "not a day: write it as 2026-03-02, or leave it out");
  if (from && to && !text_is_empty(cmd->to) && strcmp(cmd->from, cmd->to) > 0)
    change_refuse(c, CODE__INVALID, "/to", "before \"from\": give the first day as \"from\", the last day as \"to\"");
}

// A change without anything, or the refusal.
static struct change check(const struct message *m) {
  const ReadReport *cmd = m->body;
  struct change c = change_of(m);
  if (!find_layout(cmd->name))
    change_refuse(&c, CODE__NOT_FOUND, "/name", "no such report: there are attendance, reminders and mentors");
  check_days(&c, cmd);
  if (!find_part(cmd->by))
    change_refuse(&c, CODE__INVALID, "/by", "must be week, pathway or practitioner; left out, it means week");
  return c;
}

void needs_read_report(struct records *want, const struct message *m) {
  const ReadReport *cmd = m->body;
  struct change c = check(m);
  if (change_refused(&c)) return;
  records_want_rows(want, cmd->name, cmd);
  records_want_rows(want, "cursor", cmd);
}

static ReportColumn *lay_column(struct arena *a, const struct report_column *from) {
  ReportColumn *column = arena_take(a, sizeof *column);
  report_column__init(column);
  column->name = (char *)from->name;
  column->title = (char *)from->title;
  column->unit = (char *)from->unit;
  return column;
}

static void lay_columns(Report *report, struct arena *a, const struct rows *rows, const struct report_column *part,
                        const struct report_layout *layout) {
  report->columns = arena_take(a, rows->n_columns * sizeof *report->columns);
  report->columns[report->n_columns++] = lay_column(a, part);
  for (const struct report_column *c = layout->columns; c->name; c++) {
    assert(report->n_columns < rows->n_columns);
    report->columns[report->n_columns++] = lay_column(a, c);
  }
  assert(report->n_columns == rows->n_columns && "a report's query has as many columns as its layout");
}

static ReportRow *lay_row(struct arena *a, const char **values, size_t n) {
  ReportRow *row = arena_take(a, sizeof *row);
  report_row__init(row);
  row->n_values = n;
  row->values = arena_take(a, n * sizeof *row->values);
  for (size_t i = 0; i < n; i++) row->values[i] = (char *)(values[i] ? values[i] : "");
  return row;
}

static void lay_rows(Report *report, struct arena *a, const struct rows *rows) {
  report->n_rows = rows->n_rows;
  report->rows = arena_take(a, (rows->n_rows + 1) * sizeof *report->rows);
  for (size_t i = 0; i < rows->n_rows; i++)
    report->rows[i] = lay_row(a, rows->values + i * rows->n_columns, rows->n_columns);
}

// A decimal number of our own database: digits only.
static uint64_t number(const char *digits) {
  uint64_t n = 0;
  for (; *digits; digits++) n = n * 10 + (uint64_t)(*digits - '0');
  return n;
}

struct change decide_read_report(const struct records *have, const struct message *m) {
  const ReadReport *cmd = m->body;
  struct change c = check(m);
  if (change_refused(&c)) return c;
  const struct report_layout *layout = find_layout(cmd->name);
  const struct rows *rows = records_rows(have, cmd->name), *cursor = records_rows(have, "cursor");
  Report *report = arena_take(m->arena, sizeof *report);
  report__init(report);
  report->name = (char *)layout->name;
  lay_columns(report, m->arena, rows, find_part(cmd->by), layout);
  lay_rows(report, m->arena, rows);
  report->sequence = cursor->n_rows ? number(cursor->values[0]) : 0;
  change_reply(&c, NULL, report, 0);
  return c;
}
