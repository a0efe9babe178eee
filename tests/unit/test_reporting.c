// links: reporting
// The reports, as a reader of the area's events would fill them: from events by the table's rows, in a file of SQLite.
#include "decision.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "bookings.pb-c.h"
#include "fairness.pb-c.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "intervals.h"
#include "reminders.pb-c.h"
#include "reporting.h"
#include "rights.pb-c.h"
#include "suppression.h"

enum {
  MINUTE = 60 * 1000,
  HOUR = 60 * MINUTE
};
#define DAY INT64_C(86400000)
#define MONDAY (DECISION_NOW_MS) // 2 March 2026, 10:00 UTC

struct world {
  struct decision d;
  struct model *model;
  char path[64];
  uint64_t sequence;
};

static int setup(void **state) {
  struct world *w = calloc(1, sizeof *w);
  char errors[256] = "";
  decision_begin(&w->d, &reporting, NULL);
  decision_as(&w->d, "MANAGER1", MAY(MANAGER));
  snprintf(w->path, sizeof w->path, "/tmp/test-reporting-%d.sqlite", (int)getpid());
  w->model = model_open(w->path, reporting.model, errors, sizeof errors);
  if (!w->model) fail_msg("%s", errors);
  *state = w;
  return 0;
}

static int teardown(void **state) {
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  struct world *w = *state;
  model_close(w->model);
  for (size_t i = 0; i < 3; i++) {
    char name[80];
    snprintf(name, sizeof name, "%s%s", w->path, suffixes[i]);
    unlink(name);
  }
  decision_end(&w->d);
  free(w);
  return 0;
}

// --- what happens

static const struct row *row_of(const ProtobufCMessageDescriptor *type) {
  for (const struct row *r = reporting.rows; r->body; r++)
    if (r->kind == ROW_EVENT && r->body == type) return r;
  fail_msg("no row for %s", type->name);
  return NULL;
}

static void happens_in(struct world *w, const char *area, const void *event) {
  const ProtobufCMessage *message = event;
  const struct row *row = row_of(message->descriptor);
  w->sequence++;
  assert_true(model_begin(w->model));
  assert_true(model_project(w->model, row->statement, area, w->sequence, MONDAY, message));
  assert_true(model_end(w->model, area, w->sequence));
}
static void happens(struct world *w, const void *event) {
  happens_in(w, "lon-north", event);
}

struct facts {
  Attended attended;
  Absence absence;
};
static const struct facts on_time = {ATTENDED__ON_TIME, ABSENCE__ABSENCE_UNSPECIFIED};
static const struct facts late = {ATTENDED__LATE_WITHOUT_REASON, ABSENCE__ABSENCE_UNSPECIFIED};
static const struct facts acceptable = {ATTENDED__DID_NOT_ATTEND, ABSENCE__PERSON_ACCEPTABLE};
static const struct facts unacceptable = {ATTENDED__DID_NOT_ATTEND, ABSENCE__PERSON_UNACCEPTABLE};
static const struct facts stood_down = {ATTENDED__DID_NOT_ATTEND, ABSENCE__SERVICE};
static const struct facts sent_home = {ATTENDED__ON_TIME, ABSENCE__SERVICE};

// A support session of N07A123 on the pathway supervision, for the caller to change before it happens.
struct session {
  SessionRecorded event;
  Attendance attendance;
};
static SessionRecorded *session(struct session *s, const char *id, int64_t starts_at_ms, struct facts facts) {
  session_recorded__init(&s->event);
  attendance__init(&s->attendance);
  s->attendance.attended = facts.attended;
  s->attendance.absence = facts.absence;
  s->attendance.happened =
      facts.attended == ATTENDED__DID_NOT_ATTEND || facts.absence ? HAPPENED__DID_NOT_HAPPEN : HAPPENED__HAPPENED;
  s->event.id = (char *)id;
  s->event.crn = "X123456";
  s->event.pathway = "supervision";
  s->event.practitioner = "N07A123";
  s->event.starts_at_ms = starts_at_ms;
  s->event.function = FUNCTION__SUPPORT;
  s->event.attendance = &s->attendance;
  return &s->event;
}

// Whatever happens here happens five times, to five people: fewer are not shown. A copy's id lives until the next one.
#define FIVE_TIMES(I) for (int I = 0; I < 5; I++)
static char *copy(const char *id, int i) {
  static char texts[4][32];
  static unsigned n;
  char *text = texts[n++ % 4];
  snprintf(text, sizeof texts[0], "%s-%d", id, i);
  return text;
}

static void session_happens(struct world *w, const char *id, int64_t starts_at_ms, struct facts facts) {
  struct session s;
  FIVE_TIMES(i) happens(w, session(&s, copy(id, i), starts_at_ms, facts));
}
static void five_of(struct world *w, SessionRecorded *s) {
  const char *id = s->id, *appointment = s->appointment_id;
  FIVE_TIMES(i) {
    s->id = copy(id, i);
    if (*appointment) s->appointment_id = copy(appointment, i);
    happens(w, s);
  }
}

static void appointment_made(struct world *w, const char *id, int64_t starts_at_ms) {
  AppointmentMade e = APPOINTMENT_MADE__INIT;
  e.crn = "X123456";
  e.pathway = "supervision";
  e.practitioner = "N07A123";
  e.starts_at_ms = starts_at_ms;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    happens(w, &e);
  }
}

static void reminder_sent(struct world *w, const char *appointment, uint32_t minutes, int64_t due_at_ms) {
  ReminderHandedOver over = REMINDER_HANDED_OVER__INIT;
  ReminderSent sent = REMINDER_SENT__INIT;
  over.minutes_before = sent.minutes_before = minutes;
  over.pathway = sent.pathway = "supervision";
  over.practitioner = sent.practitioner = "N07A123";
  over.due_at_ms = sent.due_at_ms = due_at_ms;
  FIVE_TIMES(i) {
    over.appointment_id = sent.appointment_id = copy(appointment, i);
    happens(w, &over);
    happens(w, &sent);
  }
}

static void reminder_not_sent(struct world *w, const char *appointment, NotSent reason) {
  ReminderNotSent e = REMINDER_NOT_SENT__INIT;
  e.minutes_before = 120;
  e.pathway = "supervision";
  e.practitioner = "N07A123";
  e.due_at_ms = MONDAY;
  e.reason = reason;
  FIVE_TIMES(i) {
    e.appointment_id = copy(appointment, i);
    happens(w, &e);
  }
}

static void mentor_registered(struct world *w, const char *id, uint32_t capacity) {
  MentorRegistered e = MENTOR_REGISTERED__INIT;
  e.capacity = capacity;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    happens(w, &e);
  }
}

static void person_registered(struct world *w, const char *crn, const char *practitioner, bool mentor_wanted) {
  PersonRegistered e = PERSON_REGISTERED__INIT;
  e.practitioner = (char *)practitioner;
  e.mentor_wanted = mentor_wanted;
  FIVE_TIMES(i) {
    e.crn = copy(crn, i);
    happens(w, &e);
  }
}

static void engagement_opened(struct world *w, const char *id, const char *crn, const char *pathway) {
  EngagementOpened e = ENGAGEMENT_OPENED__INIT;
  e.pathway = (char *)pathway;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    e.crn = copy(crn, i);
    happens(w, &e);
  }
}

static void offer_made(struct world *w, const char *id, const char *crn, int64_t at_ms) {
  OfferMade e = OFFER_MADE__INIT;
  e.at_ms = at_ms;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    e.crn = copy(crn, i);
    e.mentor_id = copy("m1", i);
    happens(w, &e);
  }
}

static void offer_answered(struct world *w, const char *id, OfferState state, int hours) {
  OfferAnswered e = OFFER_ANSWERED__INIT;
  e.state = state;
  e.offered_at_ms = MONDAY;
  e.answered_at_ms = MONDAY + hours * (int64_t)HOUR;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    happens(w, &e);
  }
}

// --- what is asked

static ReadReport *ask(const char *name) {
  static ReadReport cmd;
  read_report__init(&cmd);
  cmd.name = (char *)name;
  return &cmd;
}

static struct change answer(struct world *w, ReadReport *cmd) {
  struct records rs;
  w->d.m.type = "ReadReport";
  w->d.m.body = cmd;
  records_init(&rs, &w->d.arena);
  needs_read_report(&rs, &w->d.m);
  for (struct rows *r = rs.rows; r; r = r->next) {
    assert_true(model_query(w->model, w->d.area.id, r, &w->d.arena));
    r->known = true;
  }
  return decide_read_report(&rs, &w->d.m);
}

static const Report *report(struct world *w, ReadReport *cmd) {
  struct change c = answer(w, cmd);
  if (c.problem) fail_msg("%s", c.problem->why);
  assert_null(c.reply_subject);
  return (const Report *)c.reply;
}

// Of the row whose first value is `part`.
static const char *value(const Report *r, const char *part, const char *column) {
  for (size_t i = 0; i < r->n_rows; i++)
    for (size_t k = 0; !strcmp(r->rows[i]->values[0], part) && k < r->n_columns; k++)
      if (!strcmp(r->columns[k]->name, column)) return r->rows[i]->values[k];
  fail_msg("no row \"%s\" with a column \"%s\"", part, column);
  return NULL;
}
#define assert_value(R, PART, COLUMN, EXPECTED) assert_string_equal(value(R, PART, COLUMN), EXPECTED)

// --- attendance

static void every_kind_of_attendance_is_counted_once(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, on_time);
  session_happens(w, "2", MONDAY, late);
  session_happens(w, "3", MONDAY + DAY, acceptable);
  session_happens(w, "4", MONDAY + 2 * DAY, unacceptable);
  session_happens(w, "5", MONDAY + 3 * DAY, stood_down);
  session_happens(w, "6", MONDAY + 3 * DAY, sent_home);
  const Report *r = report(w, ask("attendance"));
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "2026-03-02", "sessions", "30");
  assert_value(r, "2026-03-02", "happened", "10");
  assert_value(r, "2026-03-02", "onTime", "5");
  assert_value(r, "2026-03-02", "late", "5");
  assert_value(r, "2026-03-02", "missedAcceptable", "5");
  assert_value(r, "2026-03-02", "missedUnacceptable", "5");
  assert_value(r, "2026-03-02", "missedByService", "10");
  assert_value(r, "2026-03-02", "support", "30");
  assert_value(r, "2026-03-02", "control", SUPPRESSED);
}

static void what_the_service_did_not_hold_does_not_lower_the_attendance_rate(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, on_time);
  session_happens(w, "2", MONDAY, late);
  session_happens(w, "3", MONDAY, unacceptable);
  session_happens(w, "4", MONDAY, stood_down);
  assert_value(report(w, ask("attendance")), "2026-03-02", "attendanceRate", ""); // of fifteen
  session_happens(w, "5", MONDAY, on_time);
  assert_value(report(w, ask("attendance")), "2026-03-02", "attendanceRate", "75.0");
}

static void a_rate_of_nothing_is_not_known(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, stood_down);
  assert_value(report(w, ask("attendance")), "2026-03-02", "attendanceRate", "");
}

static void a_week_goes_from_monday_to_sunday(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY - 11 * (int64_t)HOUR, on_time); // Sunday 23:00
  session_happens(w, "2", MONDAY - 10 * (int64_t)HOUR, on_time); // Monday 00:00
  session_happens(w, "3", MONDAY + 6 * DAY, on_time);            // Sunday
  const Report *r = report(w, ask("attendance"));
  assert_int_equal(r->n_rows, 2);
  assert_value(r, "2026-02-23", "sessions", "5");
  assert_value(r, "2026-03-02", "sessions", "10");
}

static void an_amendment_takes_the_place_of_the_earlier_facts(void **state) {
  struct world *w = *state;
  struct session s;
  SessionAmended amended = SESSION_AMENDED__INIT;
  session_happens(w, "1", MONDAY, unacceptable);
  amended.was_starts_at_ms = MONDAY;
  FIVE_TIMES(i) {
    amended.now = session(&s, copy("1", i), MONDAY + 7 * DAY, on_time);
    happens(w, &amended);
  }
  const Report *r = report(w, ask("attendance"));
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "2026-03-09", "onTime", "5");
  assert_value(r, "2026-03-09", "missedUnacceptable", SUPPRESSED);
}

static void an_event_that_is_handled_again_counts_once(void **state) {
  struct world *w = *state;
  for (int i = 0; i < 2; i++) {
    session_happens(w, "1", MONDAY, on_time);
    appointment_made(w, "a1", MONDAY);
    reminder_sent(w, "a1", 120, MONDAY);
  }
  assert_value(report(w, ask("attendance")), "2026-03-02", "sessions", "5");
  assert_value(report(w, ask("attendance")), "2026-03-02", "appointments", "5");
  assert_value(report(w, ask("reminders")), "2026-03-02", "sent", "5");
}

static void parts_can_be_pathways_and_practitioners(void **state) {
  struct world *w = *state;
  struct session s;
  session_happens(w, "1", MONDAY, on_time);
  session(&s, "2", MONDAY, on_time)->pathway = "mentoring";
  s.event.function = FUNCTION__CONTROL;
  five_of(w, &s.event);
  session(&s, "3", MONDAY + 30 * DAY, late)->practitioner = "N07B456";
  five_of(w, &s.event);
  ReadReport *cmd = ask("attendance");
  cmd->by = "pathway";
  const Report *r = report(w, cmd);
  assert_string_equal(r->columns[0]->name, "pathway");
  assert_value(r, "mentoring", "control", "5");
  assert_value(r, "supervision", "sessions", "10");
  cmd->by = "practitioner";
  r = report(w, cmd);
  assert_value(r, "N07A123", "sessions", "10");
  assert_value(r, "N07B456", "late", "5");
}

static void the_days_widen_to_whole_quarters_of_weeks(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY - 63 * DAY, on_time); // 29 December 2025: a week of the last quarter
  session_happens(w, "2", MONDAY - 56 * DAY, on_time); // 5 January
  session_happens(w, "3", MONDAY, on_time);
  session_happens(w, "4", MONDAY + 33 * DAY, on_time); // Saturday, 4 April: of the week of 30 March
  session_happens(w, "5", MONDAY + 35 * DAY, on_time); // 6 April
  ReadReport *cmd = ask("attendance");
  cmd->from = cmd->to = "2026-03-03";
  const Report *r = report(w, cmd);
  assert_int_equal(r->n_rows, 3);
  assert_string_equal(r->rows[0]->values[0], "2026-01-05");
  assert_string_equal(r->rows[2]->values[0], "2026-03-30");
  cmd->to = "";
  assert_int_equal(report(w, cmd)->n_rows, 4);
  cmd->from = "";
  cmd->to = "2026-01-04"; // Sunday, of a week that began last year
  assert_int_equal(report(w, cmd)->n_rows, 1);
}

static void a_report_is_narrowed_only_by_what_its_rows_are(void **state) {
  struct world *w = *state;
  struct session s;
  session_happens(w, "1", MONDAY, on_time);
  session(&s, "2", MONDAY, on_time)->practitioner = "N07B456";
  five_of(w, &s.event);
  ReadReport *cmd = ask("attendance");
  cmd->practitioner = "N07B456";
  assert_string_equal(answer(w, cmd).problem->fields[0]->field, "/practitioner");
  cmd->by = "pathway";
  assert_string_equal(answer(w, cmd).problem->fields[0]->field, "/practitioner");
  cmd->by = "practitioner";
  assert_int_equal(report(w, cmd)->n_rows, 1);
  assert_value(report(w, cmd), "N07B456", "sessions", "5");
  cmd->pathway = "supervision";
  assert_string_equal(answer(w, cmd).problem->fields[0]->field, "/pathway");
}

static void appointments_are_counted_by_what_became_of_them(void **state) {
  struct world *w = *state;
  AppointmentSuperseded superseded = APPOINTMENT_SUPERSEDED__INIT;
  AppointmentCancelled cancelled = APPOINTMENT_CANCELLED__INIT;
  appointment_made(w, "a1", MONDAY);
  appointment_made(w, "a2", MONDAY);
  appointment_made(w, "a3", MONDAY);
  FIVE_TIMES(i) {
    superseded.id = copy("a1", i);
    cancelled.id = copy("a2", i);
    happens(w, &superseded);
    happens(w, &cancelled);
  }
  const Report *r = report(w, ask("attendance"));
  assert_value(r, "2026-03-02", "appointments", "15");
  assert_value(r, "2026-03-02", "rescheduled", "5");
  assert_value(r, "2026-03-02", "cancelled", "5");
  assert_value(r, "2026-03-02", "sessions", SUPPRESSED);
}

static void another_area_is_not_counted(void **state) {
  struct world *w = *state;
  struct session s;
  happens_in(w, "man-city", session(&s, "1", MONDAY, on_time));
  const Report *r = report(w, ask("attendance"));
  assert_int_equal(r->n_rows, 0);
  assert_int_equal(r->sequence, 0);
}

static void a_report_says_which_event_it_counts_up_to(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, on_time);
  session_happens(w, "2", MONDAY, on_time);
  assert_int_equal(report(w, ask("attendance"))->sequence, 10);
}

// --- reminders

static void a_reminder_not_sent_is_counted_under_its_reason(void **state) {
  static const NotSent reasons[] = {
      NOT_SENT__NO_CONSENT,  NOT_SENT__OPTED_OUT,  NOT_SENT__APPOINTMENT_CANCELLED,
      NOT_SENT__QUIET_HOURS, NOT_SENT__IN_CUSTODY,
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
    reminder_not_sent(w, (char[]){(char)('a' + i), 0}, reasons[i]);
  reminder_sent(w, "f", 120, MONDAY);
  reminder_not_sent(w, "f", NOT_SENT__DELIVERY_FAILED);
  reminder_sent(w, "g", 120, MONDAY);
  const Report *r = report(w, ask("reminders"));
  assert_value(r, "2026-03-02", "due", "35");
  assert_value(r, "2026-03-02", "sent", "5");
  assert_value(r, "2026-03-02", "handedOver", SUPPRESSED);
  assert_value(r, "2026-03-02", "noConsent", "10");
  assert_value(r, "2026-03-02", "notNeeded", "5");
  assert_value(r, "2026-03-02", "tooLate", "5");
  assert_value(r, "2026-03-02", "failed", "5");
  assert_value(r, "2026-03-02", "other", "5");
  assert_value(r, "2026-03-02", "sentRate", "14.3");
}

static void attendance_is_told_apart_by_whether_a_reminder_was_sent(void **state) {
  struct world *w = *state;
  struct session s;
  const struct facts facts[] = {on_time, unacceptable, late,         unacceptable, unacceptable,
                                late,    stood_down,   unacceptable, on_time,      on_time};
  reminder_sent(w, "0", 120, MONDAY - 7 * DAY);
  reminder_sent(w, "1", 120, MONDAY);
  reminder_sent(w, "1", 1440, MONDAY - DAY);
  reminder_not_sent(w, "3", NOT_SENT__NO_CONSENT);
  reminder_sent(w, "8", 120, MONDAY);
  reminder_sent(w, "9", 120, MONDAY);
  for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
    char id[] = {(char)('0' + i), 0};
    session(&s, id, MONDAY, facts[i])->appointment_id = id;
    five_of(w, &s.event);
  }
  session_happens(w, "unplanned", MONDAY, on_time);
  const Report *r = report(w, ask("reminders"));
  assert_value(r, "2026-03-02", "attendanceReminded", "75.0");
  assert_value(r, "2026-03-02", "attendanceUnreminded", "40.0");
}

// --- mentors

static void offers_are_counted_by_the_week_in_which_they_were_made(void **state) {
  struct world *w = *state;
  offer_made(w, "o1", "X1", MONDAY);
  offer_answered(w, "o1", OFFER_STATE__DECLINED, 2);
  offer_made(w, "o2", "X1", MONDAY);
  offer_answered(w, "o2", OFFER_STATE__ACCEPTED, 5);
  offer_made(w, "o3", "X2", MONDAY);
  offer_answered(w, "o3", OFFER_STATE__EXPIRED, 48);
  offer_made(w, "o4", "X3", MONDAY + 7 * DAY);
  offer_answered(w, "o4", OFFER_STATE__DECLINED, 12);
  const Report *r = report(w, ask("mentors"));
  assert_int_equal(r->n_rows, 3);
  assert_value(r, "2026-03-02", "made", "15");
  assert_value(r, "2026-03-02", "accepted", "5");
  assert_value(r, "2026-03-02", "declined", "5");
  assert_value(r, "2026-03-02", "expired", "5");
  assert_value(r, "2026-03-02", "answerHours", "");
  assert_value(r, "2026-03-02", "registered", "");
  assert_value(r, "2026-03-09", "made", "5");
  assert_value(r, "", "made", "20");
  assert_value(r, "", "answerHours", "");
}

static void the_median_time_to_answer_is_of_twenty_answers_or_more(void **state) {
  static const int hours[] = {1, 3, 4, 40};
  struct world *w = *state;
  for (size_t i = 0; i < 4; i++) {
    const char id[] = {(char)('a' + i), 0};
    assert_value(report(w, ask("mentors")), "", "answerHours", "");
    offer_made(w, id, "X1", MONDAY);
    offer_answered(w, id, i % 2 ? OFFER_STATE__ACCEPTED : OFFER_STATE__DECLINED, hours[i]);
  }
  assert_value(report(w, ask("mentors")), "", "answerHours", "3.5");
}

static void the_last_row_says_how_things_stand_now(void **state) {
  struct world *w = *state;
  MentorPaused paused = MENTOR_PAUSED__INIT;
  MentorChanged changed = MENTOR_CHANGED__INIT;
  mentor_registered(w, "m1", 2);
  mentor_registered(w, "m2", 3);
  changed.capacity = 4;
  FIVE_TIMES(i) {
    paused.id = changed.id = copy("m2", i);
    happens(w, &paused);
    happens(w, &changed);
  }
  person_registered(w, "X1", "N07A123", true);
  person_registered(w, "X2", "N07A123", true);
  person_registered(w, "X3", "N07A123", false);
  offer_made(w, "o1", "X1", MONDAY);
  offer_answered(w, "o1", OFFER_STATE__ACCEPTED, 1);
  offer_made(w, "o2", "X2", MONDAY);
  const Report *r = report(w, ask("mentors"));
  assert_string_equal(r->rows[r->n_rows - 1]->values[0], "");
  assert_value(r, "", "registered", "10");
  assert_value(r, "", "active", "5");
  assert_value(r, "", "places", "30");
  assert_value(r, "", "taken", "5");
  assert_value(r, "", "free", "5");
  assert_value(r, "", "waiting", "5");
}

static void an_ended_match_frees_the_place_and_the_person_waits_again(void **state) {
  struct world *w = *state;
  MatchEnded ended = MATCH_ENDED__INIT;
  mentor_registered(w, "m1", 2);
  person_registered(w, "X1", "N07A123", true);
  offer_made(w, "o1", "X1", MONDAY);
  offer_answered(w, "o1", OFFER_STATE__ACCEPTED, 1);
  FIVE_TIMES(i) {
    ended.id = copy("o1", i);
    happens(w, &ended);
  }
  const Report *r = report(w, ask("mentors"));
  assert_value(r, "", "taken", SUPPRESSED);
  assert_value(r, "", "waiting", "5");
  assert_value(r, "", "accepted", "5");
}

static void an_offer_belongs_to_the_practitioner_and_the_pathways_of_its_person(void **state) {
  struct world *w = *state;
  EngagementClosed closed = ENGAGEMENT_CLOSED__INIT;
  person_registered(w, "X1", "N07A123", true);
  person_registered(w, "X2", "N07B456", true);
  engagement_opened(w, "e1", "X1", "supervision");
  engagement_opened(w, "e2", "X1", "mentoring");
  engagement_opened(w, "e3", "X2", "mentoring");
  FIVE_TIMES(i) {
    closed.id = copy("e2", i);
    closed.crn = copy("X1", i);
    happens(w, &closed);
  }
  offer_made(w, "o1", "X1", MONDAY);
  ReadReport *cmd = ask("mentors");
  cmd->by = "practitioner";
  const Report *r = report(w, cmd);
  assert_value(r, "N07A123", "made", "5");
  assert_value(r, "N07B456", "made", SUPPRESSED);
  assert_value(r, "N07B456", "waiting", "5");
  cmd->by = "pathway";
  r = report(w, cmd);
  assert_value(r, "supervision", "made", "5");
  assert_value(r, "mentoring", "made", "5");
  assert_value(r, "mentoring", "waiting", "5"); // X1 is no longer on it
  assert_value(r, "", "made", "5");
}

static void an_area_without_mentors_has_none(void **state) {
  const Report *r = report(*state, ask("mentors"));
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "", "registered", SUPPRESSED);
  assert_value(r, "", "made", SUPPRESSED);
}

// --- what may be shown

static void few_people_do_much(struct world *w) {
  static const char *const pathways[] = {"supervision", "mentoring", "unpaid work"}, *const practitioners[] = {
                                                                                         "N07A123", "N07B456",
                                                                                         "N07C789"};
  const struct facts facts[] = {on_time, on_time, on_time, late, acceptable, unacceptable, stood_down};
  struct session s;
  uint32_t seed = 2026;
  for (int i = 0; i < 300; i++) {
    seed = seed * 1664525 + 1013904223;
    const uint32_t n = seed >> 8;
    session(&s, copy("s", i), MONDAY + (int)(n % 120) * DAY, facts[n / 120 % 7]);
    s.event.pathway = (char *)pathways[n / 840 % 3];
    s.event.practitioner = (char *)practitioners[n / 2520 % 3];
    s.event.function = n / 7560 % 2 ? FUNCTION__CONTROL : FUNCTION__SUPPORT;
    happens(w, &s.event);
  }
}

static unsigned long total(const Report *r, size_t column) {
  unsigned long sum = 0;
  for (size_t i = 0; i < r->n_rows; i++) sum += strtoul(r->rows[i]->values[column], NULL, 10); // SUPPRESSED is 0
  return sum;
}

static void a_count_is_a_whole_five_and_every_way_of_cutting_comes_to_the_same_total(void **state) {
  static const char *const ways[] = {"week", "pathway", "practitioner"};
  struct world *w = *state;
  few_people_do_much(w);
  const Report *reports[3];
  for (size_t i = 0; i < 3; i++) {
    ReadReport *cmd = ask("attendance");
    cmd->by = (char *)ways[i];
    reports[i] = report(w, cmd);
  }
  for (size_t column = 1; column < reports[0]->n_columns; column++)
    for (size_t i = 0; i < 3 && !strcmp(reports[i]->columns[column]->unit, "count"); i++) {
      assert_int_equal(total(reports[i], column) % SHOWN_LEAST, 0);
      assert_int_equal(total(reports[i], column), total(reports[0], column));
    }
  assert_in_range(total(reports[0], 1), 300 - 2 * 5 * (SHOWN_LEAST - 1), 300);
}

static void fewer_than_five_are_in_no_report(void **state) {
  struct world *w = *state;
  struct session s;
  PersonRegistered p = PERSON_REGISTERED__INIT;
  p.crn = "X1";
  p.practitioner = "N07A123";
  p.mentor_wanted = true;
  happens(w, &p);
  for (int i = 0; i < 4; i++) happens(w, session(&s, copy("s", i), MONDAY, on_time));
  assert_int_equal(report(w, ask("attendance"))->n_rows, 0);
  ReadReport *cmd = ask("mentors");
  cmd->by = "practitioner";
  const Report *r = report(w, cmd);
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "", "waiting", SUPPRESSED);
  happens(w, session(&s, "s-4", MONDAY, on_time));
  assert_value(report(w, ask("attendance")), "2026-03-02", "sessions", "5");
}

// --- what is kept of a person

static size_t facts_of_one(struct world *w) {
  static CollectRecords cmd;
  struct records rs;
  collect_records__init(&cmd);
  cmd.crn = "X123456";
  w->d.m.body = &cmd;
  records_init(&rs, &w->d.arena);
  needs_collect_facts(&rs, &w->d.m);
  assert_true(model_query(w->model, w->d.area.id, rs.rows, &w->d.arena));
  rs.rows->known = true;
  struct change c = decide_collect_facts(&rs, &w->d.m);
  return ((const HeldRecords *)c.reply)->n_records;
}

static void when_the_period_of_offers_is_over_a_persons_offers_go_and_nothing_else(void **state) {
  struct world *w = *state;
  PersonRegistered person = PERSON_REGISTERED__INIT;
  EngagementOpened engagement = ENGAGEMENT_OPENED__INIT;
  OfferMade offer = OFFER_MADE__INIT;
  DisposalOrdered ordered = DISPOSAL_ORDERED__INIT;
  person.crn = engagement.crn = offer.crn = ordered.crn = "X123456";
  engagement.id = offer.id = "1";
  happens(w, &person);
  happens(w, &engagement);
  happens(w, &offer);
  ordered.class_ = RECORD_CLASS__SESSION_RECORD;
  happens(w, &ordered);
  assert_int_equal(facts_of_one(w), 3);
  ordered.class_ = RECORD_CLASS__OFFER_RECORD;
  happens_in(w, "lon-south", &ordered);
  assert_int_equal(facts_of_one(w), 3);
  happens(w, &ordered);
  assert_int_equal(facts_of_one(w), 2);
}

// --- greetings

// Engagement `n` has that appointment, five times over.
static void first_made(struct world *w, const char *id, const char *engagement, int64_t starts_at_ms) {
  AppointmentMade e = APPOINTMENT_MADE__INIT;
  e.pathway = "supervision";
  e.practitioner = "N07A123";
  e.starts_at_ms = starts_at_ms;
  FIVE_TIMES(i) {
    e.id = copy(id, i);
    e.engagement_id = copy(engagement, i);
    happens(w, &e);
  }
}

static void booking_changed(struct world *w, const char *appointment, MentorRole role, BookingState state) {
  BookingChanged e = BOOKING_CHANGED__INIT;
  e.role = role;
  e.state = state;
  FIVE_TIMES(i) {
    e.id = copy(appointment, i);
    happens(w, &e);
  }
}

static void held_with(struct world *w, const char *appointment, MentorRole role, struct facts facts) {
  struct session s;
  session(&s, appointment, MONDAY, facts);
  s.event.appointment_id = (char *)appointment;
  s.event.mentor_role = role;
  five_of(w, &s.event);
}

static void each_first_appointment_is_greeted_booked_or_neither(void **state) {
  struct world *w = *state;
  first_made(w, "a1", "e1", MONDAY);
  first_made(w, "a2", "e2", MONDAY);
  first_made(w, "a3", "e3", MONDAY);
  first_made(w, "a4", "e4", MONDAY);
  first_made(w, "a5", "e5", MONDAY);
  booking_changed(w, "a1", MENTOR_ROLE__GREETER, BOOKING_STATE__BOOKED);
  held_with(w, "a1", MENTOR_ROLE__GREETER, on_time);
  booking_changed(w, "a2", MENTOR_ROLE__GREETER, BOOKING_STATE__BOOKED);
  held_with(w, "a2", MENTOR_ROLE__GREETER, unacceptable);
  booking_changed(w, "a3", MENTOR_ROLE__GREETER, BOOKING_STATE__BOOKED);
  booking_changed(w, "a3", MENTOR_ROLE__GREETER, BOOKING_STATE__BOOKING_DECLINED);
  booking_changed(w, "a4", MENTOR_ROLE__CO_FACILITATOR, BOOKING_STATE__BOOKED);
  held_with(w, "a5", MENTOR_ROLE__ONE_TO_ONE, on_time);
  const Report *r = report(w, ask("greetings"));
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "2026-03-02", "first", "25");
  assert_value(r, "2026-03-02", "greeted", "5");
  assert_value(r, "2026-03-02", "booked", "5");
  assert_value(r, "2026-03-02", "neither", "15");
  assert_value(r, "2026-03-02", "greetedRate", "20.0");
}

static void the_first_appointment_of_an_engagement_is_the_earliest_that_stands(void **state) {
  struct world *w = *state;
  AppointmentCancelled cancelled = APPOINTMENT_CANCELLED__INIT;
  first_made(w, "a2", "e1", MONDAY + 7 * DAY);
  first_made(w, "a3", "e1", MONDAY + 14 * DAY);
  first_made(w, "a1", "e1", MONDAY);
  assert_value(report(w, ask("greetings")), "2026-03-02", "first", "5");
  FIVE_TIMES(i) {
    cancelled.id = copy("a1", i);
    happens(w, &cancelled);
  }
  const Report *r = report(w, ask("greetings"));
  assert_int_equal(r->n_rows, 1);
  assert_value(r, "2026-03-09", "first", "5");
}

static void a_greeting_that_is_amended_away_was_none(void **state) {
  struct world *w = *state;
  struct session s;
  SessionAmended amended = SESSION_AMENDED__INIT;
  first_made(w, "a1", "e1", MONDAY);
  held_with(w, "a1", MENTOR_ROLE__GREETER, on_time);
  assert_value(report(w, ask("greetings")), "2026-03-02", "greeted", "5");
  amended.was_starts_at_ms = MONDAY;
  FIVE_TIMES(i) {
    amended.now = session(&s, copy("a1", i), MONDAY, on_time);
    amended.now->appointment_id = amended.now->id;
    happens(w, &amended);
  }
  assert_value(report(w, ask("greetings")), "2026-03-02", "greeted", SUPPRESSED);
  assert_value(report(w, ask("greetings")), "2026-03-02", "neither", "5");
}

// --- fairness

// A group of people as matching counts it: of those who wait, the rule "gender" alone keeps `kept` from a mentor, and
// the others, in whole fives, have one who fits.
static void counted(struct world *w, const char *by, const char *part, int64_t at_ms, unsigned matched,
                    unsigned waiting, unsigned kept) {
  FairnessCounted e = FAIRNESS_COUNTED__INIT;
  char *rules[] = {"paused", "gender"};
  uint32_t only[] = {0, kept};
  e.at_ms = at_ms;
  e.by = (char *)by;
  e.part = (char *)part;
  e.matched = matched;
  e.fits = waiting - kept;
  e.median_known = true;
  e.median_days = 40;
  e.n_rules = e.n_only = 2;
  e.rules = rules;
  e.only = only;
  happens(w, &e);
}
static const Report *fairness_by(struct world *w, const char *by) {
  ReadReport *cmd = ask("fairness");
  cmd->by = (char *)by;
  return report(w, cmd);
}

static void fairness_shows_a_rate_with_its_interval_and_the_median_wait(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 30, 70, 0);
  counted(w, "sex", "female", MONDAY, 10, 10, 0);
  counted(w, "sex", "male", MONDAY, 20, 60, 0);
  const Report *r = fairness_by(w, "sex");
  assert_int_equal(r->n_rows, 3);
  assert_value(r, "female", "people", "20");
  assert_value(r, "female", "matchRate", "50.0");
  assert_value(r, "female", "matchRateLow", "29.9");
  assert_value(r, "female", "matchRateHigh", "70.1");
  assert_value(r, "male", "matchRate", "25.0");
  assert_value(r, "", "people", "100");
  assert_value(r, "", "medianDays", "40");
}

static void of_fewer_than_twenty_fairness_shows_neither_a_rate_nor_a_wait(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 9, 10, 0);
  counted(w, "sex", "female", MONDAY, 9, 10, 0);
  const Report *r = fairness_by(w, "sex");
  assert_value(r, "female", "people", "15");
  assert_value(r, "female", "matchRate", "");
  assert_value(r, "female", "matchRateLow", "");
  assert_value(r, "female", "medianDays", "");
}

static void the_effect_of_a_rule_is_whom_it_alone_keeps_from_a_mentor(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 0, 60, 30);
  counted(w, "language", "english", MONDAY, 0, 30, 5);
  counted(w, "language", "welsh", MONDAY, 0, 30, 25);
  const Report *r = fairness_by(w, "");
  assert_string_equal(r->columns[0]->name, "language");
  assert_value(r, "english", "gender", "5");
  assert_value(r, "welsh", "gender", "25");
  assert_value(r, "", "gender", "30");
  assert_value(r, "", "paused", SUPPRESSED);
  assert_value(r, "welsh", "fits", "5");
}

static void a_rule_that_shuts_a_group_out_is_a_warning(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 0, 140, 30);
  counted(w, "sex", "female", MONDAY, 0, 40, 20);
  counted(w, "sex", "male", MONDAY, 0, 100, 10);
  const Report *r = fairness_by(w, "sex");
  assert_value(r, "female", "warnings", "gender asked for");
  assert_value(r, "male", "warnings", "");
  assert_value(r, "", "warnings", "");
}

// Four of the 15 may be others', whose remainder came to five in this row.
static void what_remainders_alone_could_make_is_no_warning(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 0, 105, 15);
  counted(w, "sex", "female", MONDAY, 0, 30, 4);
  counted(w, "sex", "male", MONDAY, 0, 75, 11);
  const Report *r = fairness_by(w, "sex");
  assert_value(r, "male", "gender", "15");
  assert_value(r, "male", "warnings", "");
}

static void groups_that_are_alike_or_small_are_no_warning(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY, 0, 115, 40);
  counted(w, "sex", "female", MONDAY, 0, 50, 15);
  counted(w, "sex", "male", MONDAY, 0, 50, 10);
  counted(w, "sex", "not said", MONDAY, 0, 15, 15);
  const Report *r = fairness_by(w, "sex");
  assert_value(r, "female", "warnings", "");
  assert_value(r, "not said", "gender", "15");
  assert_value(r, "not said", "warnings", "");
}

// Rates, intervals and warnings are made of what is shown: true counts that are shown alike make the same report, to
// the byte.
static void what_fairness_works_out_tells_no_two_true_counts_apart(void **state) {
  struct world *w = *state;
  const Report *first = NULL;
  for (unsigned fits = 0; fits < 5; fits++)
    for (unsigned kept = 0; kept < 5; kept++) {
      int64_t at_ms = MONDAY + (fits * 5 + kept) * HOUR;
      counted(w, "", "", at_ms, 30, 140 + fits + kept, 30 + kept);
      counted(w, "sex", "female", at_ms, 10, 40 + fits + kept, 20 + kept);
      counted(w, "sex", "male", at_ms, 20, 100, 10);
      Report *r = (Report *)fairness_by(w, "sex");
      r->sequence = 0;
      if (!first) first = r;
      assert_true(arena_packs_alike(&w->d.arena, first, r));
    }
  assert_value(first, "female", "warnings", "gender asked for");
}

static void fairness_is_of_the_newest_count_of_the_quarters_and_of_no_other(void **state) {
  struct world *w = *state;
  counted(w, "", "", MONDAY - 90 * DAY, 5, 0, 0);
  counted(w, "", "", MONDAY, 10, 0, 0);
  counted(w, "", "", MONDAY + 7 * DAY, 20, 0, 0);
  counted(w, "", "", MONDAY + 7 * DAY, 20, 0, 0);
  assert_value(fairness_by(w, "age"), "", "people", "20");
  ReadReport *cmd = ask("fairness");
  cmd->to = "2025-12-31";
  assert_value(report(w, cmd), "", "people", "5");
}

static void fairness_is_cut_by_groups_of_people_and_by_nothing_else(void **state) {
  ReadReport *cmd = ask("fairness");
  cmd->by = "practitioner";
  struct change c = answer(*state, cmd);
  assert_int_equal(c.problem->code, CODE__INVALID);
  assert_non_null(strstr(c.problem->fields[0]->why, "must be language, gender_asked"));
  cmd = ask("attendance");
  cmd->by = "ethnicity";
  c = answer(*state, cmd);
  assert_string_equal(c.problem->fields[0]->why, "must be week, pathway or practitioner; left out, it means week");
}

// Newcombe (1998), table II: 56 of 70 less 48 of 80, and 9 of 10 less 3 of 10, by method 10.
static void intervals_are_those_of_the_literature(void **state) {
  struct interval difference = interval_of_difference(56, 70, 48, 80);
  (void)state;
  assert_float_equal(difference.low, 0.0524, 0.00005);
  assert_float_equal(difference.high, 0.3339, 0.00005);
  difference = interval_of_difference(9, 10, 3, 10);
  assert_float_equal(difference.low, 0.1705, 0.00005);
  assert_float_equal(difference.high, 0.8090, 0.00005);
  struct interval none = interval_of_share(0, 20);
  assert_float_equal(none.low, 0, 1e-9);
  assert_float_equal(none.high, 0.1611, 0.00005);
}

// --- what may be asked

static void no_report_shows_a_crn(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, on_time);
  person_registered(w, "X123456", "N07A123", true);
  offer_made(w, "o1", "X123456", MONDAY);
  for (const struct report_layout *l = report_layouts; l->name; l++) {
    const Report *r = report(w, ask(l->name));
    for (size_t i = 0; i < r->n_rows; i++)
      for (size_t k = 0; k < r->n_columns; k++) assert_null(strstr(r->rows[i]->values[k], "X123456"));
  }
}

static void every_column_has_a_title_and_a_known_unit(void **state) {
  static const char units[] = " count percent hours days week text ";
  for (const struct report_layout *l = report_layouts; l->name; l++) {
    const Report *r = report(*state, ask(l->name));
    for (size_t i = 0; i < r->n_columns; i++) {
      assert_true(*r->columns[i]->title);
      assert_non_null(strstr(units, arena_printf(&((struct world *)*state)->d.arena, " %s ", r->columns[i]->unit)));
    }
  }
}

static void an_unknown_report_is_refused_with_those_that_there_are(void **state) {
  struct change c = answer(*state, ask("sessions"));
  assert_int_equal(c.problem->code, CODE__NOT_FOUND);
  assert_non_null(strstr(c.problem->fields[0]->why, "attendance, reminders, mentors, fairness and greetings"));
}

static void wrong_days_and_parts_are_refused(void **state) {
  static const struct {
    const char *from, *to, *by, *field;
  } cases[] = {
      {"2026-02-30", "", "", "/from"},         {"02/03/2026", "", "", "/from"},         {"", "2026-3-2", "", "/to"},
      {"", "2026-03-02T00:00:00Z", "", "/to"}, {"2026-03-03", "2026-03-02", "", "/to"}, {"", "", "month", "/by"},
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    ReadReport *cmd = ask("attendance");
    cmd->from = (char *)cases[i].from;
    cmd->to = (char *)cases[i].to;
    cmd->by = (char *)cases[i].by;
    struct change c = answer(*state, cmd);
    assert_non_null(c.problem);
    assert_int_equal(c.problem->code, CODE__INVALID);
    assert_string_equal(c.problem->fields[0]->field, cases[i].field);
  }
}

static void practitioners_mentors_and_people_may_not_read_reports(void **state) {
  (void)state;
  for (const struct row *r = reporting.rows; r->body; r++)
    if (r->kind == ROW_COMMAND)
      assert_false(access_senders(access_find(r->body)) &
                   (MAY(PRACTITIONER) | MAY(MENTOR) | MAY(PERSON) | MAY(CASE_SYSTEM) | MAY(OPERATOR)));
}

static void a_text_that_looks_like_sql_is_only_a_text(void **state) {
  struct world *w = *state;
  session_happens(w, "1", MONDAY, on_time);
  ReadReport *cmd = ask("attendance");
  cmd->by = "practitioner";
  cmd->practitioner = "' OR '1'='1";
  assert_int_equal(report(w, cmd)->n_rows, 0);
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, setup, teardown)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(every_kind_of_attendance_is_counted_once),
      TEST(what_the_service_did_not_hold_does_not_lower_the_attendance_rate),
      TEST(a_rate_of_nothing_is_not_known),
      TEST(a_week_goes_from_monday_to_sunday),
      TEST(an_amendment_takes_the_place_of_the_earlier_facts),
      TEST(an_event_that_is_handled_again_counts_once),
      TEST(parts_can_be_pathways_and_practitioners),
      TEST(the_days_widen_to_whole_quarters_of_weeks),
      TEST(a_report_is_narrowed_only_by_what_its_rows_are),
      TEST(appointments_are_counted_by_what_became_of_them),
      TEST(another_area_is_not_counted),
      TEST(a_report_says_which_event_it_counts_up_to),
      TEST(a_reminder_not_sent_is_counted_under_its_reason),
      TEST(attendance_is_told_apart_by_whether_a_reminder_was_sent),
      TEST(offers_are_counted_by_the_week_in_which_they_were_made),
      TEST(the_median_time_to_answer_is_of_twenty_answers_or_more),
      TEST(the_last_row_says_how_things_stand_now),
      TEST(an_ended_match_frees_the_place_and_the_person_waits_again),
      TEST(an_offer_belongs_to_the_practitioner_and_the_pathways_of_its_person),
      TEST(an_area_without_mentors_has_none),
      TEST(a_count_is_a_whole_five_and_every_way_of_cutting_comes_to_the_same_total),
      TEST(fewer_than_five_are_in_no_report),
      TEST(when_the_period_of_offers_is_over_a_persons_offers_go_and_nothing_else),
      TEST(fairness_shows_a_rate_with_its_interval_and_the_median_wait),
      TEST(of_fewer_than_twenty_fairness_shows_neither_a_rate_nor_a_wait),
      TEST(the_effect_of_a_rule_is_whom_it_alone_keeps_from_a_mentor),
      TEST(a_rule_that_shuts_a_group_out_is_a_warning),
      TEST(what_remainders_alone_could_make_is_no_warning),
      TEST(groups_that_are_alike_or_small_are_no_warning),
      TEST(what_fairness_works_out_tells_no_two_true_counts_apart),
      TEST(fairness_is_of_the_newest_count_of_the_quarters_and_of_no_other),
      TEST(fairness_is_cut_by_groups_of_people_and_by_nothing_else),
      TEST(intervals_are_those_of_the_literature),
      TEST(no_report_shows_a_crn),
      TEST(each_first_appointment_is_greeted_booked_or_neither),
      TEST(the_first_appointment_of_an_engagement_is_the_earliest_that_stands),
      TEST(a_greeting_that_is_amended_away_was_none),
      TEST(every_column_has_a_title_and_a_known_unit),
      TEST(an_unknown_report_is_refused_with_those_that_there_are),
      TEST(wrong_days_and_parts_are_refused),
      TEST(practitioners_mentors_and_people_may_not_read_reports),
      TEST(a_text_that_looks_like_sql_is_only_a_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
