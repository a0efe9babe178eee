// The table of reporting: which statement keeps what of an event.
#include "bookings.pb-c.h"
#include "fairness.pb-c.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "reminders.pb-c.h"
#include "rights.pb-c.h"
#include "reporting.h"

extern const char services_reporting_schema_sql[], services_reporting_appointment_cancelled_sql[],
    services_reporting_appointment_made_sql[], services_reporting_appointment_superseded_sql[],
    services_reporting_engagement_closed_sql[], services_reporting_engagement_opened_sql[],
    services_reporting_match_ended_sql[], services_reporting_mentor_known_sql[], services_reporting_mentor_paused_sql[],
    services_reporting_mentor_resumed_sql[], services_reporting_offer_answered_sql[],
    services_reporting_offer_made_sql[], services_reporting_person_known_sql[], services_reporting_person_erased_sql[],
    services_reporting_held_sql[], services_reporting_reminder_handed_over_sql[],
    services_reporting_reminder_not_sent_sql[], services_reporting_reminder_sent_sql[],
    services_reporting_session_amended_sql[], services_reporting_session_recorded_sql[],
    services_reporting_attendance_sql[], services_reporting_reminders_sql[], services_reporting_mentors_sql[],
    services_reporting_cursor_sql[], services_reporting_disposal_ordered_sql[], services_reporting_fairness_sql[],
    services_reporting_fairness_counted_sql[], services_reporting_booking_changed_sql[],
    services_reporting_greetings_sql[];

#define SQL(NAME)                                                                                                      \
  { #NAME, services_reporting_##NAME##_sql }
#define KEPT(EVENT, STATEMENT)                                                                                         \
  { .kind = ROW_EVENT, .body = &EVENT##__descriptor, .statement = #STATEMENT }

// clang-format off
static const struct model_named statements[] = {
    SQL(appointment_cancelled),
    SQL(appointment_made),
    SQL(appointment_superseded),
    SQL(booking_changed),
    SQL(disposal_ordered),
    SQL(engagement_closed),
    SQL(engagement_opened),
    SQL(fairness_counted),
    SQL(match_ended),
    SQL(mentor_known),
    SQL(mentor_paused),
    SQL(mentor_resumed),
    SQL(offer_answered),
    SQL(offer_made),
    SQL(person_erased),
    SQL(person_known),
    SQL(reminder_handed_over),
    SQL(reminder_not_sent),
    SQL(reminder_sent),
    SQL(session_amended),
    SQL(session_recorded),
    {NULL, NULL},
};

static const struct model_named queries[] = {SQL(attendance), SQL(reminders), SQL(mentors), SQL(fairness), SQL(greetings), SQL(cursor), SQL(held), {NULL, NULL}};

static const struct row rows[] = {
    KEPT(session_recorded, session_recorded),
    KEPT(session_amended, session_amended),
    KEPT(appointment_made, appointment_made),
    KEPT(appointment_superseded, appointment_superseded),
    KEPT(appointment_cancelled, appointment_cancelled),
    KEPT(reminder_handed_over, reminder_handed_over),
    KEPT(reminder_sent, reminder_sent),
    KEPT(reminder_not_sent, reminder_not_sent),
    KEPT(mentor_registered, mentor_known),
    KEPT(mentor_changed, mentor_known),
    KEPT(mentor_paused, mentor_paused),
    KEPT(mentor_resumed, mentor_resumed),
    KEPT(offer_made, offer_made),
    KEPT(offer_answered, offer_answered),
    KEPT(match_ended, match_ended),
    KEPT(engagement_opened, engagement_opened),
    KEPT(engagement_closed, engagement_closed),
    KEPT(person_registered, person_known),
    KEPT(person_changed, person_known),
    KEPT(person_erased, person_erased),
    KEPT(booking_changed, booking_changed),
    KEPT(fairness_counted, fairness_counted),
    KEPT(disposal_ordered, disposal_ordered),
    // A report shows counts, and nobody's record. Practitioners see their own people by name, and would know too much of
    // what a small count is made of.
    {.kind = ROW_COMMAND, .body = &read_report__descriptor,
     .needs = needs_read_report, .decide = decide_read_report},
    {.kind = ROW_COMMAND, .body = &collect_records__descriptor, .needs = needs_collect_facts, .decide = decide_collect_facts},
    {0},
};
// clang-format on

static const ProtobufCMessageDescriptor *const owns[] = {NULL};

const struct service reporting = {
    .name = "reporting",
    .rows = rows,
    .owns = owns,
    .model = &(struct model_sql){.schema = services_reporting_schema_sql, .statements = statements, .queries = queries},
};
