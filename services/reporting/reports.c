// The reports: what they are called, how their columns read, and what may be asked of them.
#include "fairness.h"
#include "intervals.h"
#include "reporting.h"
#include "rfc3339.h"
#include "suppression.h"
#include "text.h"
#include <string.h>

// The counts of each query, in its order.
enum {
  ON_TIME = 1 << 0,
  LATE = 1 << 1,
  MISSED_ACCEPTABLE = 1 << 2,
  MISSED_UNACCEPTABLE = 1 << 3,
  MISSED_BY_SERVICE = 1 << 4,
  HAPPENED = 1 << 5,
  SUPPORT = 1 << 6,
  CONTROL = 1 << 7,
  KEPT = 1 << 8,
  CANCELLED = 1 << 9,
  RESCHEDULED = 1 << 10,
  ATTENDANCE_COUNTS = 11,
  CAME = ON_TIME | LATE,
  EXPECTED = CAME | MISSED_ACCEPTABLE | MISSED_UNACCEPTABLE,
};
enum {
  SENT = 1 << 0,
  HANDED_OVER = 1 << 1,
  NO_CONSENT = 1 << 2,
  NOT_NEEDED = 1 << 3,
  TOO_LATE = 1 << 4,
  FAILED = 1 << 5,
  OTHER = 1 << 6,
  CAME_REMINDED = 1 << 7,
  MISSED_REMINDED = 1 << 8,
  CAME_UNREMINDED = 1 << 9,
  MISSED_UNREMINDED = 1 << 10,
  REMINDERS_COUNTS = 11,
  REMINDED = CAME_REMINDED | MISSED_REMINDED,
  UNREMINDED = CAME_UNREMINDED | MISSED_UNREMINDED,
  DECIDED = SENT | NO_CONSENT | NOT_NEEDED | TOO_LATE | FAILED | OTHER,
};
enum {
  ACCEPTED = 1 << 0,
  DECLINED = 1 << 1,
  EXPIRED = 1 << 2,
  WITHDRAWN = 1 << 3,
  OPEN = 1 << 4,
  WAITING = 1 << 5,
  REGISTERED = 1 << 6,
  ACTIVE = 1 << 7,
  PLACES = 1 << 8,
  TAKEN = 1 << 9,
  FREE = 1 << 10,
  MENTORS_COUNTS = 11,
  ANSWERED = ACCEPTED | DECLINED,
};
enum {
  GREETED = 1 << 0,
  BOOKED = 1 << 1,
  NEITHER = 1 << 2,
  GREETINGS_COUNTS = 3,
  FIRST = GREETED | BOOKED | NEITHER,
};

// clang-format off
static const struct report_column attendance[] = {
    {"sessions",            "Sessions recorded",              "count", EXPECTED | MISSED_BY_SERVICE, 0, BOUND_NONE},
    {"happened",            "Sessions that happened",         "count", HAPPENED, 0, BOUND_NONE},
    {"onTime",              "Attended on time",               "count", ON_TIME, 0, BOUND_NONE},
    {"late",                "Attended late",                  "count", LATE, 0, BOUND_NONE},
    {"missedAcceptable",    "Missed, acceptable reason",      "count", MISSED_ACCEPTABLE, 0, BOUND_NONE},
    {"missedUnacceptable",  "Missed, no acceptable reason",   "count", MISSED_UNACCEPTABLE, 0, BOUND_NONE},
    {"missedByService",     "Not held by the service",        "count", MISSED_BY_SERVICE, 0, BOUND_NONE},
    {"attendanceRate",      "Attendance rate",                "percent", CAME, EXPECTED, BOUND_NONE},
    {"support",             "Contacts for support",           "count", SUPPORT, 0, BOUND_NONE},
    {"control",             "Contacts for control",           "count", CONTROL, 0, BOUND_NONE},
    {"appointments",        "Appointments made",              "count", KEPT | CANCELLED | RESCHEDULED, 0, BOUND_NONE},
    {"cancelled",           "Appointments cancelled",         "count", CANCELLED, 0, BOUND_NONE},
    {"rescheduled",         "Appointments moved",             "count", RESCHEDULED, 0, BOUND_NONE},
    {0},
};
static const struct report_column reminders[] = {
    {"due",                 "Reminders due",                  "count", DECIDED | HANDED_OVER, 0, BOUND_NONE},
    {"sent",                "Sent",                           "count", SENT, 0, BOUND_NONE},
    {"handedOver",          "On the way",                     "count", HANDED_OVER, 0, BOUND_NONE},
    {"noConsent",           "No consent, or opted out",       "count", NO_CONSENT, 0, BOUND_NONE},
    {"notNeeded",           "Appointment cancelled or moved", "count", NOT_NEEDED, 0, BOUND_NONE},
    {"tooLate",             "Quiet hours, or too late",       "count", TOO_LATE, 0, BOUND_NONE},
    {"failed",              "Delivery failed",                "count", FAILED, 0, BOUND_NONE},
    {"other",               "Not sent, other reason",         "count", OTHER, 0, BOUND_NONE},
    {"sentRate",            "Share sent",                     "percent", SENT, DECIDED, BOUND_NONE},
    {"attendanceReminded",  "Attendance after a reminder",    "percent", CAME_REMINDED, REMINDED, BOUND_NONE},
    {"attendanceUnreminded", "Attendance without one",        "percent", CAME_UNREMINDED, UNREMINDED, BOUND_NONE},
    {0},
};
static const struct report_column mentors[] = {
    {"made",                "Offers made",                    "count", ANSWERED | EXPIRED | WITHDRAWN | OPEN, 0, BOUND_NONE},
    {"accepted",            "Accepted",                       "count", ACCEPTED, 0, BOUND_NONE},
    {"declined",            "Declined",                       "count", DECLINED, 0, BOUND_NONE},
    {"expired",             "Expired",                        "count", EXPIRED, 0, BOUND_NONE},
    {"withdrawn",           "Withdrawn",                      "count", WITHDRAWN, 0, BOUND_NONE},
    {"open",                "Not answered yet",               "count", OPEN, 0, BOUND_NONE},
    {"answerHours",         "Median hours to answer",         "hours", 0, ANSWERED, BOUND_NONE},
    {"waiting",             "People waiting now",             "count", WAITING, 0, BOUND_NONE},
    {"registered",          "Mentors registered",             "count", REGISTERED, 0, BOUND_NONE},
    {"active",              "Mentors active",                 "count", ACTIVE, 0, BOUND_NONE},
    {"places",              "Places",                         "count", PLACES, 0, BOUND_NONE},
    {"taken",               "Places taken",                   "count", TAKEN, 0, BOUND_NONE},
    {"free",                "Places free",                    "count", FREE, 0, BOUND_NONE},
    {0},
};

static const struct report_column greetings[] = {
    {"first",               "First appointments",             "count", FIRST, 0, BOUND_NONE},
    {"greeted",             "Greeted by a mentor",            "count", GREETED, 0, BOUND_NONE},
    {"booked",              "A mentor is booked",             "count", BOOKED, 0, BOUND_NONE},
    {"neither",             "Neither",                        "count", NEITHER, 0, BOUND_NONE},
    {"greetedRate",         "Share greeted",                  "percent", GREETED, FIRST, BOUND_NONE},
    {0},
};

// By what a report of what happened is cut into rows.
static const struct report_column cuts[] = {
    {"week",         "Week",         "week", 0, 0, BOUND_NONE},
    {"pathway",      "Pathway",      "text", 0, 0, BOUND_NONE},
    {"practitioner", "Practitioner", "text", 0, 0, BOUND_NONE},
    {0},
};

const struct report_layout report_layouts[] = {
    {"attendance", attendance, ATTENDANCE_COUNTS, cuts},
    {"reminders", reminders, REMINDERS_COUNTS, cuts},
    {"mentors", mentors, MENTORS_COUNTS, cuts},
    {"fairness", fairness_columns, FAIRNESS_COUNTS, fairness_cuts},
    {"greetings", greetings, GREETINGS_COUNTS, cuts},
    {0},
};
// clang-format on

static const struct report_layout *find_layout(const char *name) {
  for (const struct report_layout *l = report_layouts; l->name; l++)
    if (strcmp(l->name, name) == 0) return l;
  return NULL;
}

static const struct report_column *find_part(const struct report_column *of, const char *by) {
  if (text_is_empty(by)) return &of[0];
  for (; of->name; of++)
    if (strcmp(of->name, by) == 0) return of;
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

// The only part that is wanted of a report by that; NULL: all.
static const char *only(const ReadReport *cmd, const char *by) {
  const char *name = !strcmp(by, "pathway") ? cmd->pathway : !strcmp(by, "practitioner") ? cmd->practitioner : NULL;
  return text_is_empty(name) ? NULL : name;
}

// Two at once, such as the weeks of one practitioner, would count few people (see suppression.h).
static void check_narrowing(struct change *c, const ReadReport *cmd, const char *by) {
  if (!text_is_empty(cmd->pathway) && strcmp(by, "pathway"))
    change_refuse(c, CODE__INVALID, "/pathway", "too few people: narrow by pathway only a report with \"by\" pathway");
  if (!text_is_empty(cmd->practitioner) && strcmp(by, "practitioner"))
    change_refuse(c, CODE__INVALID, "/practitioner",
                  "too few people: narrow by practitioner only a report with \"by\" practitioner");
}

// "must be week, pathway or practitioner; left out, it means week"
static const char *words_of_cuts(struct arena *a, const struct report_column *of) {
  const char *words = arena_printf(a, "must be %s", of->name);
  for (const struct report_column *c = of + 1; c->name; c++)
    words = arena_printf(a, "%s%s%s", words, c[1].name ? ", " : " or ", c->name);
  return arena_printf(a, "%s; left out, it means %s", words, of->name);
}

// A change without anything, or the refusal.
static struct change check(const struct message *m) {
  const ReadReport *cmd = m->body;
  struct change c = change_of(m);
  const struct report_layout *layout = find_layout(cmd->name);
  if (!layout)
    change_refuse(&c, CODE__NOT_FOUND, "/name",
                  "no such report: there are attendance, reminders, mentors, fairness and greetings");
  check_days(&c, cmd);
  const struct report_column *of = layout ? layout->cuts : cuts, *part = find_part(of, cmd->by);
  if (!part)
    change_refuse(&c, CODE__INVALID, "/by", words_of_cuts(m->arena, of));
  else
    check_narrowing(&c, cmd, part->name);
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

static size_t count_columns(const struct report_layout *layout) {
  size_t n = 1;
  for (const struct report_column *c = layout->columns; c->name; c++) n++;
  return n;
}

static void lay_columns(Report *report, struct arena *a, const struct report_column *part,
                        const struct report_layout *layout) {
  report->columns = arena_take(a, count_columns(layout) * sizeof *report->columns);
  report->columns[report->n_columns++] = lay_column(a, part);
  for (const struct report_column *c = layout->columns; c->name; c++)
    report->columns[report->n_columns++] = lay_column(a, c);
}

static const char *lay_count(struct arena *a, const struct part *p, const struct report_column *c) {
  uint32_t n = part_sum(p, c->of);
  if (!(p->kinds & c->of)) return "";
  return n ? arena_printf(a, "%u", n) : SUPPRESSED;
}

static const char *lay_rate(struct arena *a, const struct part *p, const struct report_column *c) {
  uint32_t of = part_sum(p, c->of), per = part_sum(p, c->per);
  if (per < RATE_LEAST) return "";
  struct interval interval = interval_of_share(of, per);
  double share = c->bound == BOUND_LOW ? interval.low : c->bound == BOUND_HIGH ? interval.high : (double)of / per;
  return arena_printf(a, "%.1f", 100 * share);
}

// Of enough answers that the one in the middle could be anybody's.
static const char *lay_median(const struct part *p, const struct report_column *c) {
  return part_sum(p, c->per) < RATE_LEAST || !p->detail ? "" : p->detail;
}

static const char *lay_value(struct arena *a, const struct part *p, const struct part *whole,
                             const struct report_column *c) {
  if (!strcmp(c->unit, "count")) return lay_count(a, p, c);
  if (!strcmp(c->unit, "percent")) return lay_rate(a, p, c);
  return !strcmp(c->unit, "text") ? fairness_warnings(a, p, whole) : lay_median(p, c);
}

static ReportRow *lay_row(struct arena *a, const struct part *p, const struct part *whole,
                          const struct report_layout *layout) {
  ReportRow *row = arena_take(a, sizeof *row);
  report_row__init(row);
  row->values = arena_take(a, count_columns(layout) * sizeof *row->values);
  row->values[row->n_values++] = (char *)(p->name ? p->name : "");
  for (const struct report_column *c = layout->columns; c->name; c++)
    row->values[row->n_values++] = (char *)lay_value(a, p, whole, c);
  return row;
}

static void lay_rows(Report *report, struct arena *a, const struct parts *parts, const struct report_layout *layout,
                     const char *wanted) {
  report->rows = arena_take(a, (parts->n + 1) * sizeof *report->rows);
  for (size_t i = 0; i < parts->n; i++)
    if (!wanted || (parts->all[i].name && !strcmp(parts->all[i].name, wanted)))
      report->rows[report->n_rows++] = lay_row(a, &parts->all[i], &parts->all[parts->n - 1], layout);
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
  const struct report_column *by = find_part(layout->cuts, cmd->by);
  struct parts parts = suppression_apply(m->arena, rows, layout->n_counts);
  lay_columns(report, m->arena, by, layout);
  lay_rows(report, m->arena, &parts, layout, only(cmd, by->name));
  report->sequence = cursor->n_rows ? number(cursor->values[0]) : 0;
  change_reply(&c, NULL, report, 0);
  return c;
}
