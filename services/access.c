// Who may know what. The one table of the whole product: a command without a row does not start its service, and a role
// without a cell may not send it. What the relations mean is said in common/access.h; the README says it in words.
//
// What holds for whole columns:
//
// - A practitioner reaches their own cases, and others only by breaking the glass. In SUPERVISION they read what they
//   write themselves; nothing in MENTORING or SAFEGUARDING is theirs.
// - A mentor reaches whom they accompany, and an offer as long as it is theirs to answer: without anybody's name.
// - A mentor's supervisor reaches the mentors whom they supervise, and those matches.
// - A coordinator reaches the area, since matching needs it: people, mentors, offers, and nothing of what was said.
// - A safeguarding lead and an auditor reach the area; an auditor reads no narrative.
// - A person reaches their own record; a records officer the area, to answer what people ask about their records.
// - A case system feeds the area and reads what its own interface needs, no list of anybody's sessions.
// - A manager reads reports, and what other weights would mean, which show nobody. An operator sees that something does
// not go out, not whose it is; there
//   is no row in which an operator reaches a record, and whoever is an operator is nothing else.
#include "access.h"
#include "bookings.pb-c.h"
#include "courier.pb-c.h"
#include "fairness.pb-c.h"
#include "intake.pb-c.h"
#include "match_life.pb-c.h"
#include "matching.pb-c.h"
#include "mentoring.pb-c.h"
#include "proposals.pb-c.h"
#include "reminders.pb-c.h"
#include "reporting.pb-c.h"
#include "rights.pb-c.h"
#include "safeguarding.pb-c.h"

#define NOTHING 0u // no confidential part
#define NAMES (1u << PARTITION__CONTACT)
#define SUPERVISION (1u << PARTITION__SUPERVISION)
#define CONFIDED (1u << PARTITION__MENTORING)
#define DISCLOSED (1u << PARTITION__SAFEGUARDING)

#define CELL(RELATION, PARTITIONS)                                                                                     \
  { RELATION_##RELATION, (PARTITIONS) }
#define PRACTITIONER(PARTITIONS) [ROLE__PRACTITIONER] = CELL(OWN_CASE, PARTITIONS)
#define COORDINATOR(PARTITIONS) [ROLE__COORDINATOR] = CELL(AREA, PARTITIONS)
#define CASE_SYSTEM(PARTITIONS) [ROLE__CASE_SYSTEM] = CELL(AREA, PARTITIONS)
#define LEAD(PARTITIONS) [ROLE__SAFEGUARDING_LEAD] = CELL(AREA, PARTITIONS)
#define AUDITOR(PARTITIONS) [ROLE__AUDITOR] = CELL(AREA, PARTITIONS)
#define SUPERVISOR(PARTITIONS) [ROLE__MENTOR_SUPERVISOR] = CELL(OWN_SUPERVISEE, PARTITIONS)
#define MENTOR(RELATION, PARTITIONS) [ROLE__MENTOR] = CELL(RELATION, PARTITIONS)
#define OFFICER(PARTITIONS) [ROLE__RECORDS_OFFICER] = CELL(AREA, PARTITIONS)
#define PERSON(PARTITIONS) [ROLE__PERSON] = CELL(SELF, PARTITIONS)
#define NO_RECORD(ROLE) [ROLE__##ROLE] = CELL(NO_RECORD, NOTHING)

#define COMMAND(MESSAGE, OPERATION, ...)                                                                               \
  {                                                                                                                    \
    &MESSAGE##__descriptor, OPERATION__##OPERATION, {                                                                  \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }

// clang-format off
const struct access_row access_table[] = {
    // --- intake. Who writes is shown what they have just written; narrative belongs to the pathway's readers besides.
    COMMAND(register_person,        COLLECTION,   PRACTITIONER(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(change_person,          ALTERATION,   PRACTITIONER(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(read_person,            CONSULTATION, PRACTITIONER(NAMES), LEAD(NAMES), AUDITOR(NAMES), COORDINATOR(NAMES),
                                                  OFFICER(NAMES), PERSON(NAMES)),
    COMMAND(list_people,            CONSULTATION, PRACTITIONER(NAMES), LEAD(NAMES), AUDITOR(NAMES), COORDINATOR(NAMES)),
    COMMAND(open_engagement,        COLLECTION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING)),
    COMMAND(close_engagement,       ALTERATION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING)),
    COMMAND(read_engagement,        CONSULTATION, PRACTITIONER(NOTHING), LEAD(NOTHING), AUDITOR(NOTHING),
                                                  PERSON(NOTHING)),
    COMMAND(list_engagements,       CONSULTATION, PRACTITIONER(NOTHING), LEAD(NOTHING), AUDITOR(NOTHING),
                                                  PERSON(NOTHING)),
    COMMAND(make_appointment,       COLLECTION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING)),
    COMMAND(reschedule_appointment, ALTERATION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING)),
    COMMAND(cancel_appointment,     ALTERATION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING)),
    COMMAND(read_appointment,       CONSULTATION, PRACTITIONER(NOTHING), LEAD(NOTHING), AUDITOR(NOTHING),
                                                  PERSON(NOTHING)),
    COMMAND(list_appointments,      CONSULTATION, PRACTITIONER(NOTHING), LEAD(NOTHING), AUDITOR(NOTHING),
                                                  PERSON(NOTHING)),
    // Of these a mentor sees those that they recorded themselves (services/intake/session_reading.c).
    COMMAND(record_session,         COLLECTION,   PRACTITIONER(SUPERVISION), CASE_SYSTEM(SUPERVISION),
                                                  MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(amend_session,          ALTERATION,   PRACTITIONER(SUPERVISION), CASE_SYSTEM(SUPERVISION),
                                                  MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(read_session,           CONSULTATION, PRACTITIONER(SUPERVISION), LEAD(SUPERVISION), AUDITOR(NOTHING),
                                                  MENTOR(OWN_MENTEE, NOTHING), PERSON(SUPERVISION)),
    COMMAND(read_session_version,   CONSULTATION, PRACTITIONER(SUPERVISION), LEAD(SUPERVISION), AUDITOR(NOTHING),
                                                  MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(list_sessions,          CONSULTATION, PRACTITIONER(SUPERVISION), LEAD(SUPERVISION), AUDITOR(NOTHING),
                                                  MENTOR(OWN_MENTEE, NOTHING), PERSON(SUPERVISION)),
    COMMAND(record_explanation,     COLLECTION,   PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING),
                                                  MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(list_explanations,      CONSULTATION, PRACTITIONER(NOTHING), LEAD(NOTHING), AUDITOR(NOTHING),
                                                  MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(read_confidentiality,   OPERATION_NONE, NO_RECORD(PRACTITIONER), NO_RECORD(CASE_SYSTEM), NO_RECORD(MENTOR),
                                                    NO_RECORD(MENTOR_SUPERVISOR), NO_RECORD(COORDINATOR),
                                                    NO_RECORD(SAFEGUARDING_LEAD), NO_RECORD(AUDITOR)),

    // The rights of the person. Who answers a correction is the records officer, or the practitioner whose record it is.
    COMMAND(propose_correction,     COLLECTION,   PERSON(SUPERVISION), OFFICER(SUPERVISION), PRACTITIONER(SUPERVISION)),
    COMMAND(answer_correction,      ALTERATION,   OFFICER(SUPERVISION), PRACTITIONER(SUPERVISION)),
    COMMAND(read_correction,        CONSULTATION, PERSON(SUPERVISION), OFFICER(SUPERVISION), PRACTITIONER(SUPERVISION)),
    COMMAND(list_corrections,       CONSULTATION, PERSON(SUPERVISION), OFFICER(SUPERVISION), PRACTITIONER(SUPERVISION)),
    COMMAND(list_open_corrections,  CONSULTATION, OFFICER(SUPERVISION), PRACTITIONER(SUPERVISION)),
    COMMAND(place_legal_hold,       ALTERATION,   OFFICER(SUPERVISION)),
    COMMAND(lift_legal_hold,        ALTERATION,   OFFICER(SUPERVISION)),
    COMMAND(read_legal_hold,        CONSULTATION, OFFICER(SUPERVISION)),
    COMMAND(request_erasure,        ERASURE,      OFFICER(NOTHING)),
    COMMAND(sweep_erasures,         OPERATION_NONE, NO_RECORD(RECORDS_OFFICER), NO_RECORD(OPERATOR)),

    // --- every service: what it holds about a person. What mentors wrote is not in it, and of what was disclosed only
    // what the person knows of (services/safeguarding/holding.c).
    COMMAND(collect_records,        DISCLOSURE,   OFFICER(NAMES | SUPERVISION | DISCLOSED)),

    // --- reminders
    COMMAND(read_reminders,         CONSULTATION, PRACTITIONER(NOTHING), CASE_SYSTEM(NOTHING), COORDINATOR(NOTHING)),

    // --- matching. A supervisor registers only mentors of their own, and may hand one on to another supervisor.
    COMMAND(register_mentor,        COLLECTION,   COORDINATOR(NAMES), SUPERVISOR(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(change_mentor,          ALTERATION,   COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    COMMAND(read_mentor,            CONSULTATION, COORDINATOR(NAMES), SUPERVISOR(NAMES), MENTOR(SELF, NAMES)),
    COMMAND(list_mentors,           CONSULTATION, COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    COMMAND(pause_mentor,           ALTERATION,   COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    COMMAND(resume_mentor,          ALTERATION,   COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    // What mentors would rather not be given is theirs alone. The preview says how many, and shows nobody.
    COMMAND(change_preferences,     ALTERATION,   MENTOR(SELF, NAMES)),
    COMMAND(preview_weights,        OPERATION_NONE, NO_RECORD(COORDINATOR), NO_RECORD(MANAGER)),
    COMMAND(list_candidates,        COMBINATION,  COORDINATOR(NAMES)),
    COMMAND(explain_candidate,      COMBINATION,  COORDINATOR(NOTHING)),
    // Whom a person may choose from: they read it themselves, or with their practitioner.
    COMMAND(show_choices,           DISCLOSURE,   COORDINATOR(NAMES)),
    COMMAND(read_choices,           CONSULTATION, COORDINATOR(NAMES), PRACTITIONER(NAMES), PERSON(NAMES)),
    COMMAND(choose_mentors,         COLLECTION,   PRACTITIONER(NAMES), PERSON(NAMES)),
    COMMAND(make_offer,             DISCLOSURE,   COORDINATOR(NOTHING)),
    COMMAND(read_offer,             CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(list_offers,            CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(withdraw_offer,         ALTERATION,   COORDINATOR(NOTHING)),
    COMMAND(end_match,              ALTERATION,   COORDINATOR(NOTHING), SUPERVISOR(NOTHING)),
    // What hangs on a decision: of the area, of one's own cases, of one's own mentors and their matches.
    COMMAND(list_matching_tasks,    CONSULTATION, COORDINATOR(NOTHING), SUPERVISOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(close_matching_task,    ALTERATION,   COORDINATOR(NOTHING), SUPERVISOR(NOTHING)),
    COMMAND(introduce_match,        ALTERATION,   COORDINATOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(cover_match,            DISCLOSURE,   COORDINATOR(NOTHING)),
    COMMAND(end_cover,              ALTERATION,   COORDINATOR(NOTHING)),
    COMMAND(record_absence,         ALTERATION,   COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    // Who greets somebody or runs a group together is no match, and sees no more than when and where, and a given name.
    COMMAND(book_mentor,            DISCLOSURE,   COORDINATOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(read_booking,           CONSULTATION, COORDINATOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(list_bookings,          CONSULTATION, COORDINATOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(withdraw_booking,       ALTERATION,   COORDINATOR(NOTHING), PRACTITIONER(NOTHING)),
    COMMAND(decline_booking,        ALTERATION,   MENTOR(OWN_MEETING, NOTHING)),
    // Both sides say how it was; who is rated is not shown it, and who writes for the person has it from them.
    COMMAND(give_feedback,          COLLECTION,   PERSON(NOTHING), PRACTITIONER(NOTHING), MENTOR(OWN_OFFER, NOTHING)),
    COMMAND(list_feedback,          CONSULTATION, COORDINATOR(NAMES), SUPERVISOR(NAMES)),
    COMMAND(record_supervision,     ALTERATION,   SUPERVISOR(NAMES)),
    COMMAND(view_offer,             CONSULTATION, MENTOR(OWN_OFFER, NOTHING)),
    COMMAND(accept_offer,           ALTERATION,   MENTOR(OWN_OFFER, NOTHING)),
    COMMAND(decline_offer,          ALTERATION,   MENTOR(OWN_OFFER, NOTHING)),
    COMMAND(list_my_offers,         CONSULTATION, MENTOR(OWN_OFFER, NOTHING)),
    COMMAND(list_my_people,         CONSULTATION, MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(read_my_person,         CONSULTATION, MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(list_my_meetings,       CONSULTATION, MENTOR(OWN_MEETING, NOTHING)),
    COMMAND(make_my_calendar,       ALTERATION,   MENTOR(SELF, NOTHING)),
    COMMAND(read_my_calendar,       CONSULTATION, MENTOR(SELF, NOTHING)),
    COMMAND(end_my_calendar,        ALTERATION,   MENTOR(SELF, NOTHING)),
    COMMAND(read_feed,              CONSULTATION, MENTOR(OWN_FEED, NOTHING)),
    COMMAND(take_break,             ALTERATION,   MENTOR(SELF, NOTHING)),
    COMMAND(read_break,             CONSULTATION, MENTOR(SELF, NOTHING)),
    COMMAND(end_break,              ALTERATION,   MENTOR(SELF, NOTHING)),
    COMMAND(send_sign_in_link,      ALTERATION,   COORDINATOR(NOTHING), SUPERVISOR(NOTHING)),
    COMMAND(ask_sign_in_link,       ALTERATION,   MENTOR(OWN_SIGN_IN, NOTHING)),
    COMMAND(use_sign_in_link,       ALTERATION,   MENTOR(OWN_SIGN_IN, NOTHING)),
    COMMAND(read_sign_in,           CONSULTATION, MENTOR(OWN_SIGN_IN, NOTHING)),
    COMMAND(renew_phone,            ALTERATION,   MENTOR(OWN_SIGN_IN, NOTHING)),
    COMMAND(sign_out,               ALTERATION,   MENTOR(OWN_SIGN_IN, NOTHING)),
    COMMAND(sign_out_mentor,        ALTERATION,   COORDINATOR(NOTHING), SUPERVISOR(NOTHING)),

    // The whole waiting list at once. Nobody is named in it but by CRN and mentor's id.
    COMMAND(list_waiting,           CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(sweep_waiting,          OPERATION_NONE, NO_RECORD(COORDINATOR), NO_RECORD(OPERATOR)),
    COMMAND(propose_matches,        COMBINATION,  COORDINATOR(NOTHING)),
    COMMAND(solve_proposal,         COMBINATION,  COORDINATOR(NOTHING)),
    COMMAND(read_proposal,          CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(list_proposals,         CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(list_proposed_pairs,    CONSULTATION, COORDINATOR(NOTHING)),
    COMMAND(review_proposed_pair,   ALTERATION,   COORDINATOR(NOTHING)),
    COMMAND(publish_proposal,       DISCLOSURE,   COORDINATOR(NOTHING)),
    COMMAND(repair_proposal,        COMBINATION,  COORDINATOR(NOTHING)),

    // What somebody says of themselves for the counts of fairness: nobody who matches sees it.
    COMMAND(describe_self,          COLLECTION,   PRACTITIONER(NAMES), CASE_SYSTEM(NAMES), PERSON(NAMES)),
    COMMAND(read_characteristics,   CONSULTATION, PRACTITIONER(NAMES), PERSON(NAMES)),
    COMMAND(count_fairness,         OPERATION_NONE, NO_RECORD(COORDINATOR), NO_RECORD(OPERATOR)),

    // --- mentoring. A note is its author's alone (services/mentoring/reading.c), as long as the match lasts.
    COMMAND(write_note,             COLLECTION,   MENTOR(OWN_MENTEE, CONFIDED)),
    COMMAND(amend_note,             ALTERATION,   MENTOR(OWN_MENTEE, CONFIDED)),
    COMMAND(read_note,              CONSULTATION, MENTOR(OWN_MENTEE, CONFIDED)),
    COMMAND(read_note_version,      CONSULTATION, MENTOR(OWN_MENTEE, CONFIDED)),
    COMMAND(list_notes,             CONSULTATION, MENTOR(OWN_MENTEE, CONFIDED)),
    COMMAND(keep_unsent_key,        COLLECTION,   MENTOR(SELF, CONFIDED)),
    COMMAND(read_unsent_key,        CONSULTATION, MENTOR(SELF, CONFIDED)),

    // --- safeguarding. A mentor learns that somebody has a disclosure in hand, and no more; a practitioner nothing. Breaking
    // the glass is the one thing that a practitioner may do about somebody who is not theirs.
    COMMAND(register_staff,         COLLECTION,   LEAD(NAMES), COORDINATOR(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(change_staff,           ALTERATION,   LEAD(NAMES), COORDINATOR(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(read_staff,             CONSULTATION, LEAD(NAMES), COORDINATOR(NAMES), CASE_SYSTEM(NAMES)),
    COMMAND(change_rota,            ALTERATION,   LEAD(NOTHING)),
    COMMAND(read_rota,              CONSULTATION, LEAD(NOTHING)),
    COMMAND(raise_disclosure,       DISCLOSURE,   MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(read_my_disclosures,    CONSULTATION, MENTOR(OWN_MENTEE, NOTHING)),
    COMMAND(read_disclosure,        CONSULTATION, LEAD(DISCLOSED)),
    COMMAND(acknowledge_disclosure, ALTERATION,   LEAD(DISCLOSED)),
    COMMAND(record_disclosure_action, ALTERATION, LEAD(DISCLOSED)),
    COMMAND(close_disclosure,       ALTERATION,   LEAD(DISCLOSED)),
    COMMAND(list_disclosures,       CONSULTATION, LEAD(NOTHING)),
    COMMAND(read_alert_counts,      OPERATION_NONE, LEAD(NOTHING), NO_RECORD(OPERATOR)),
    COMMAND(open_break_glass,       DISCLOSURE,   [ROLE__PRACTITIONER] = CELL(AREA, NOTHING)),
    COMMAND(review_break_glass,     ALTERATION,   LEAD(DISCLOSED)),
    COMMAND(list_break_glass,       CONSULTATION, LEAD(DISCLOSED)),

    // --- courier. An operator must see that messages do not go out, and why: whose they are is left out for them. To
    // send one again discloses something to somebody, and that is a coordinator's to decide.
    COMMAND(list_dead_letters,      CONSULTATION, COORDINATOR(NOTHING), NO_RECORD(OPERATOR)),
    COMMAND(retry_delivery,         DISCLOSURE,   COORDINATOR(NOTHING)),

    // --- reporting. A report shows counts, and nobody's record. Practitioners see their own people by name, and would know
    // too much of what a small count is made of.
    COMMAND(read_report,            OPERATION_NONE, NO_RECORD(MANAGER), NO_RECORD(COORDINATOR),
                                                    NO_RECORD(MENTOR_SUPERVISOR), NO_RECORD(AUDITOR)),
    {0},
};
// clang-format on
