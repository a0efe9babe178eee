// The rows themselves.
#include "courier.pb-c.h"
#include "intake.pb-c.h"
#include "match_life.pb-c.h"
#include "matching.pb-c.h"
#include "mentoring.pb-c.h"
#include "reminders.pb-c.h"
#include "reporting.pb-c.h"
#include "rights.pb-c.h"
#include "routes.h"
#include "safeguarding.pb-c.h"

// Shorthands for the columns that repeat: M(person) is the descriptor of the message Person.
#define M(message) (&message##__descriptor)
#define INTAKE .service = PEER_INTAKE
#define REMINDERS .service = PEER_REMINDERS
#define MATCHING .service = PEER_MATCHING
#define REPORTING .service = PEER_REPORTING
#define COURIER .service = PEER_COURIER
#define MENTORING .service = PEER_MENTORING
#define SAFEGUARDING .service = PEER_SAFEGUARDING
#define BATCH .kind = ROUTE_BATCH
#define IF_MATCH .if_match = true
#define BODY(field) .body = field
#define ONLY(kind) .only = kind
#define SESSION .session = true
#define MAKES(c, r) .command = M(c), .reply = M(r)
#define SAYS(text) .summary = text

const struct route routes_table[] = {
    {"PUT", "/people/{person.crn}", INTAKE, MAKES(register_person, person), BODY("person"),
     SAYS("Register a person on probation")},
    {"PUT", "/people/{person.crn}", INTAKE, MAKES(change_person, person), BODY("person"), IF_MATCH,
     SAYS("Change a person's record")},
    {"GET", "/people/{crn}", INTAKE, MAKES(read_person, person), SAYS("Read a person's record")},
    {"GET", "/people", INTAKE, MAKES(list_people, people), SAYS("List people by practitioner")},
    {"POST", "/people", INTAKE, MAKES(register_person, person), BODY("person"), BATCH, SAYS("Register many people")},

    {"PUT", "/engagements/{engagement.id}", INTAKE, MAKES(open_engagement, engagement), BODY("engagement"),
     SAYS("Open an engagement of a person on a pathway")},
    {"GET", "/engagements/{id}", INTAKE, MAKES(read_engagement, engagement), SAYS("Read an engagement")},
    {"POST", "/engagements/{id}/close", INTAKE, MAKES(close_engagement, engagement), BODY(""), IF_MATCH,
     SAYS("Close an engagement")},
    {"GET", "/people/{crn}/engagements", INTAKE, MAKES(list_engagements, engagements),
     SAYS("List a person's engagements")},
    {"POST", "/engagements", INTAKE, MAKES(open_engagement, engagement), BODY("engagement"), BATCH,
     SAYS("Open many engagements")},

    {"PUT", "/appointments/{appointment.id}", INTAKE, MAKES(make_appointment, appointment), BODY("appointment"),
     SAYS("Make an appointment")},
    {"GET", "/appointments/{id}", INTAKE, MAKES(read_appointment, appointment), SAYS("Read an appointment")},
    {"POST", "/appointments/{id}/reschedule", INTAKE, MAKES(reschedule_appointment, appointment), BODY(""),
     SAYS("Reschedule: makes a new appointment, which supersedes this one")},
    {"POST", "/appointments/{id}/cancel", INTAKE, MAKES(cancel_appointment, appointment), BODY(""),
     SAYS("Cancel an appointment")},
    {"GET", "/people/{crn}/appointments", INTAKE, MAKES(list_appointments, appointments),
     SAYS("List a person's appointments")},
    {"POST", "/appointments", INTAKE, MAKES(make_appointment, appointment), BODY("appointment"), BATCH,
     SAYS("Make many appointments")},
    {"GET", "/appointments/{appointment_id}/reminders", REMINDERS, MAKES(read_reminders, reminder_plan),
     SAYS("Read an appointment's reminders, and why those that were not sent were not")},

    {"PUT", "/sessions/{session.id}", INTAKE, MAKES(record_session, session), BODY("session"),
     SAYS("Record a session")},
    {"POST", "/sessions/{session.id}/amend", INTAKE, MAKES(amend_session, session), BODY(""), IF_MATCH,
     SAYS("Amend a session: a new version, with a reason")},
    {"GET", "/sessions/{id}", INTAKE, MAKES(read_session, session), SAYS("Read a session")},
    {"GET", "/sessions/{id}/versions/{version}", INTAKE, MAKES(read_session_version, session_version),
     SAYS("Read an earlier version of a session")},
    {"GET", "/people/{crn}/sessions", INTAKE, MAKES(list_sessions, sessions), SAYS("List a person's sessions")},
    {"POST", "/sessions", INTAKE, MAKES(record_session, session), BODY("session"), BATCH, SAYS("Record many sessions")},

    {"PUT", "/mentors/{mentor.id}", MATCHING, MAKES(register_mentor, mentor), BODY("mentor"),
     SAYS("Register an engagement worker")},
    {"PUT", "/mentors/{mentor.id}", MATCHING, MAKES(change_mentor, mentor), BODY("mentor"), IF_MATCH,
     SAYS("Change an engagement worker's record")},
    {"GET", "/mentors/{id}", MATCHING, MAKES(read_mentor, mentor), SAYS("Read an engagement worker's record")},
    {"GET", "/mentors", MATCHING, MAKES(list_mentors, mentors), SAYS("List engagement workers")},
    {"POST", "/mentors", MATCHING, MAKES(register_mentor, mentor), BODY("mentor"), BATCH,
     SAYS("Register many engagement workers")},
    {"POST", "/mentors/{id}/pause", MATCHING, MAKES(pause_mentor, mentor), BODY(""),
     SAYS("Pause: no further person is offered")},
    {"POST", "/mentors/{id}/resume", MATCHING, MAKES(resume_mentor, mentor), BODY(""), SAYS("Resume after a pause")},

    {"POST", "/mentors/{id}/sign-in-link", MATCHING, .command = M(send_sign_in_link), BODY(""),
     SAYS("Send an engagement worker a link to sign in with: for ten minutes, once")},
    {"POST", "/mentors/{id}/sign-out", MATCHING, .command = M(sign_out_mentor), BODY(""),
     SAYS("Sign an engagement worker out on all phones, at once")},
    {"POST", "/sign-in", MATCHING, MAKES(use_sign_in_link, signed_in), BODY(""), SESSION, ONLY("SignIn"),
     SAYS("Sign in with a link, which is used up: sets a cookie")},
    {"GET", "/sign-in", MATCHING, MAKES(read_sign_in, signed_in), SAYS("Read who is signed in")},
    {"POST", "/sign-in/renew", MATCHING, MAKES(renew_phone, signed_in), BODY(""), SESSION, ONLY("SignIn"),
     SAYS("Stay signed in: replaces the cookie")},
    {"POST", "/sign-in/ask", MATCHING, .command = M(ask_sign_in_link), BODY(""), ONLY("SignIn"),
     SAYS("Ask for a new link, with an old one or on a phone that was signed in; the answer is always the same")},
    {"POST", "/sign-in/end", MATCHING, .command = M(sign_out), BODY(""), SESSION, ONLY("SignIn"),
     SAYS("Sign out on this phone")},

    {"GET", "/people/{crn}/candidates", MATCHING, MAKES(list_candidates, candidates),
     SAYS("Rank the engagement workers for a person, with reasons")},
    {"PUT", "/offers/{offer.id}", MATCHING, MAKES(make_offer, offer), BODY("offer"),
     SAYS("Offer a person to an engagement worker")},
    {"GET", "/offers/{id}", MATCHING, MAKES(read_offer, offer), SAYS("Read an offer")},
    {"GET", "/offers/{id}/view", MATCHING, MAKES(view_offer, offer_view), ONLY("Offer"),
     SAYS("Read an offer as the engagement worker sees it, without a name")},
    {"POST", "/offers/{id}/accept", MATCHING, MAKES(accept_offer, offer_view), BODY(""), ONLY("Offer"),
     SAYS("Accept an offer")},
    {"POST", "/offers/{id}/decline", MATCHING, MAKES(decline_offer, offer_view), BODY(""), ONLY("Offer"),
     SAYS("Decline an offer; no reason is needed")},
    {"POST", "/offers/{id}/withdraw", MATCHING, MAKES(withdraw_offer, offer), BODY(""), SAYS("Withdraw an offer")},
    {"POST", "/offers/{id}/end", MATCHING, MAKES(end_match, offer), BODY(""), SAYS("End a match")},
    {"GET", "/people/{crn}/offers", MATCHING, MAKES(list_offers, offers), SAYS("List the offers for a person")},

    {"POST", "/offers/{id}/introduce", MATCHING, MAKES(introduce_match, introduction), BODY("introduction"),
     SAYS("Record that the person and the engagement worker were introduced to each other")},
    {"GET", "/matching-tasks", MATCHING, MAKES(list_matching_tasks, matching_tasks),
     SAYS("List what a human has to decide about offers, matches and engagement workers")},
    {"POST", "/matching-tasks/{id}/close", MATCHING, MAKES(close_matching_task, matching_task), BODY(""),
     SAYS("Close a task, with the reason why nothing is left to do")},
    {"POST", "/offers/{id}/cover", MATCHING, MAKES(cover_match, offer), BODY("cover"),
     SAYS("Let another engagement worker cover a match while its own is away")},
    {"POST", "/offers/{id}/end-cover", MATCHING, MAKES(end_cover, offer), BODY(""),
     SAYS("End a cover before its time")},
    {"POST", "/mentors/{id}/absence", MATCHING, MAKES(record_absence, mentor), BODY(""),
     SAYS("Record that an engagement worker is away: each of their matches becomes a task")},
    {"PUT", "/feedback/{feedback.id}", MATCHING, MAKES(give_feedback, feedback), BODY("feedback"),
     SAYS("Say how a match was, from one of its sides")},
    {"GET", "/people/{crn}/feedback", MATCHING, MAKES(list_feedback, feedbacks),
     SAYS("List what was said of a person's matches, from both sides")},
    {"POST", "/mentors/{id}/supervision", MATCHING, MAKES(record_supervision, mentor), BODY(""),
     SAYS("Record that an engagement worker was supervised")},

    {"GET", "/my-people", MATCHING, MAKES(list_my_people, my_people),
     SAYS("List an engagement worker's own people: matches that were accepted and have not ended")},
    {"GET", "/my-people/{crn}", MATCHING, MAKES(read_my_person, my_person),
     SAYS("Read what an engagement worker needs to know of one of their own people")},

    {"GET", "/confidentiality", INTAKE, MAKES(read_confidentiality, confidentiality),
     SAYS("Read the wording in which confidentiality is explained, in both languages")},
    {"PUT", "/explanations/{explanation.id}", INTAKE, MAKES(record_explanation, explanation), BODY("explanation"),
     SAYS("Record that confidentiality was explained to a person, and acknowledged")},
    {"POST", "/explanations", INTAKE, MAKES(record_explanation, explanation), BODY("explanation"), BATCH,
     SAYS("Record many explanations")},
    {"GET", "/engagements/{engagement_id}/explanations", INTAKE, MAKES(list_explanations, explanations),
     SAYS("List what was explained on an engagement")},

    {"PUT", "/notes/{note.id}", MENTORING, MAKES(write_note, note), BODY("note"),
     SAYS("Write a note in confidence, which its author alone reads")},
    {"POST", "/notes/{id}/amend", MENTORING, MAKES(amend_note, note), BODY(""), IF_MATCH,
     SAYS("Amend a note: a new version, with a reason")},
    {"GET", "/notes/{id}", MENTORING, MAKES(read_note, note), SAYS("Read a note of one's own")},
    {"GET", "/notes/{id}/versions/{version}", MENTORING, MAKES(read_note_version, note_version),
     SAYS("Read an earlier version of a note")},
    {"GET", "/people/{crn}/notes", MENTORING, MAKES(list_notes, notes), SAYS("List one's own notes about a person")},

    {"PUT", "/corrections/{correction.id}", INTAKE, MAKES(propose_correction, correction), BODY("correction"),
     SAYS("Propose a correction of a person's record: what is wrong, and what it should say")},
    {"GET", "/corrections/{id}", INTAKE, MAKES(read_correction, correction), SAYS("Read a proposed correction")},
    {"POST", "/corrections/{id}/answer", INTAKE, MAKES(answer_correction, correction), BODY(""), IF_MATCH,
     SAYS("Answer a proposed correction, with the reason")},
    {"GET", "/corrections", INTAKE, MAKES(list_open_corrections, corrections),
     SAYS("List the corrections that wait for an answer, those due first in front")},
    {"GET", "/people/{crn}/corrections", INTAKE, MAKES(list_corrections, corrections),
     SAYS("List a person's corrections")},
    {"GET", "/people/{crn}/subject-access", INTAKE, MAKES(collect_records, subject_access), .kind = ROUTE_GATHER,
     SAYS("Collect everything that is held about a person; 204 where nothing is")},
    {"POST", "/people/{crn}/legal-hold", INTAKE, MAKES(place_legal_hold, legal_hold), BODY(""),
     SAYS("Place a legal hold: while it stands, nothing of the person is erased")},
    {"GET", "/people/{crn}/legal-hold", INTAKE, MAKES(read_legal_hold, legal_hold), SAYS("Read a person's legal hold")},
    {"POST", "/people/{crn}/legal-hold/lift", INTAKE, MAKES(lift_legal_hold, legal_hold), BODY(""),
     SAYS("Lift a legal hold")},
    {"POST", "/people/{crn}/erase", INTAKE, MAKES(request_erasure, erasure), BODY(""),
     SAYS("Erase a person: their keys and records are destroyed within seconds, for good")},
    {"POST", "/erasures/sweep", INTAKE, .command = M(sweep_erasures), BODY(""),
     SAYS("Look at everybody: delete again what a restored backup brought back, and what is past its period")},

    {"GET", "/reports/{name}", REPORTING, MAKES(read_report, report), .csv = true,
     SAYS("Read a report: attendance, reminders or mentors; as JSON or CSV")},

    {"PUT", "/staff/{staff.code}", SAFEGUARDING, MAKES(register_staff, staff), BODY("staff"),
     SAYS("Register how a member of staff is reached")},
    {"PUT", "/staff/{staff.code}", SAFEGUARDING, MAKES(change_staff, staff), BODY("staff"), IF_MATCH,
     SAYS("Change how a member of staff is reached")},
    {"GET", "/staff/{code}", SAFEGUARDING, MAKES(read_staff, staff), SAYS("Read how a member of staff is reached")},
    {"PUT", "/on-call-rota", SAFEGUARDING, MAKES(change_rota, on_call_rota), BODY("rota"),
     SAYS("Set the on-call rota of an area that has none")},
    {"PUT", "/on-call-rota", SAFEGUARDING, MAKES(change_rota, on_call_rota), BODY("rota"), IF_MATCH,
     SAYS("Change the on-call rota")},
    {"GET", "/on-call-rota", SAFEGUARDING, MAKES(read_rota, on_call_rota), SAYS("Read the on-call rota")},
    {"PUT", "/disclosures/{disclosure.id}", SAFEGUARDING, MAKES(raise_disclosure, disclosure_status),
     BODY("disclosure"), SAYS("Raise a disclosure: the lead on call is alerted at once")},
    {"GET", "/my-disclosures", SAFEGUARDING, MAKES(read_my_disclosures, disclosure_statuses),
     SAYS("Read how far the disclosures that one raised have come")},
    {"GET", "/disclosures", SAFEGUARDING, MAKES(list_disclosures, disclosures),
     SAYS("List disclosures, those that nobody has acknowledged first")},
    {"GET", "/disclosures/{id}", SAFEGUARDING, MAKES(read_disclosure, disclosure), SAYS("Read a disclosure")},
    {"POST", "/disclosures/{id}/acknowledge", SAFEGUARDING, MAKES(acknowledge_disclosure, disclosure), BODY(""),
     SAYS("Acknowledge a disclosure: the alerts stop")},
    {"PUT", "/disclosures/{disclosure_id}/actions/{action.id}", SAFEGUARDING,
     MAKES(record_disclosure_action, disclosure), BODY("action"), SAYS("Record what was done about a disclosure")},
    {"POST", "/disclosures/{id}/close", SAFEGUARDING, MAKES(close_disclosure, disclosure), BODY(""),
     SAYS("Close a disclosure that has an action")},
    {"GET", "/alert-counts", SAFEGUARDING, MAKES(read_alert_counts, alert_counts),
     SAYS("Count the disclosures that nobody has acknowledged")},
    {"POST", "/people/{crn}/break-glass", SAFEGUARDING, MAKES(open_break_glass, break_glass), BODY(""),
     SAYS("Open the record of a person who is not one's own, for fifteen minutes")},
    {"GET", "/break-glass", SAFEGUARDING, MAKES(list_break_glass, break_glasses),
     SAYS("List the uses of break-glass, those to review first")},
    {"POST", "/break-glass/{crn}/{actor}/review", SAFEGUARDING, MAKES(review_break_glass, break_glass), BODY(""),
     SAYS("Review a use of break-glass")},

    {"GET", "/dead-letters", COURIER, MAKES(list_dead_letters, dead_letters), SAYS("List what could not be delivered")},
    {"POST", "/dead-letters/{message_id}/retry", COURIER, MAKES(retry_delivery, delivery), BODY(""),
     SAYS("Try a dead letter again")},

    {"GET", "/events", .kind = ROUTE_EVENTS, SAYS("Follow what happens, live (Server-Sent Events)")},
    {0},
};

size_t routes_count(void) {
  return sizeof routes_table / sizeof *routes_table - 1;
}
