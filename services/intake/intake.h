// Intake owns people, engagements, appointments and sessions, and interprets the pathway files.
//
// Every function below is one half of a row in table.c: what must be read, and what follows. All are pure. The settings
// of a message are the pathways (pathways.h).
#pragma once
#include "change.h"
#include "records.h"
#include "service.h"

extern const struct service intake;

// people.c: who is on probation, and what may be sent to them.
void needs_register_person(struct records *want, const struct message *m);
struct change decide_register_person(const struct records *have, const struct message *m);
void needs_change_person(struct records *want, const struct message *m);
struct change decide_change_person(const struct records *have, const struct message *m);
void needs_read_person(struct records *want, const struct message *m);
struct change decide_read_person(const struct records *have, const struct message *m);
void needs_list_people(struct records *want, const struct message *m);
struct change decide_list_people(const struct records *have, const struct message *m);

// engagements.c: one person on one pathway, from start to close.
void needs_open_engagement(struct records *want, const struct message *m);
struct change decide_open_engagement(const struct records *have, const struct message *m);
void needs_close_engagement(struct records *want, const struct message *m);
struct change decide_close_engagement(const struct records *have, const struct message *m);
void needs_read_engagement(struct records *want, const struct message *m);
struct change decide_read_engagement(const struct records *have, const struct message *m);
void needs_list_engagements(struct records *want, const struct message *m);
struct change decide_list_engagements(const struct records *have, const struct message *m);

// explanations.c: what was explained to a person before the first session, and that they acknowledged it.
void needs_record_explanation(struct records *want, const struct message *m);
struct change decide_record_explanation(const struct records *have, const struct message *m);
void needs_list_explanations(struct records *want, const struct message *m);
struct change decide_list_explanations(const struct records *have, const struct message *m);
void needs_read_confidentiality(struct records *want, const struct message *m);
struct change decide_read_confidentiality(const struct records *have, const struct message *m);

// appointments.c: planned contacts, drawn in proto/intake.proto.
void needs_make_appointment(struct records *want, const struct message *m);
struct change decide_make_appointment(const struct records *have, const struct message *m);
void needs_reschedule_appointment(struct records *want, const struct message *m);
struct change decide_reschedule_appointment(const struct records *have, const struct message *m);
void needs_cancel_appointment(struct records *want, const struct message *m);
struct change decide_cancel_appointment(const struct records *have, const struct message *m);
void needs_read_appointment(struct records *want, const struct message *m);
struct change decide_read_appointment(const struct records *have, const struct message *m);
void needs_list_appointments(struct records *want, const struct message *m);
struct change decide_list_appointments(const struct records *have, const struct message *m);

// sessions.c: what happened, or did not.
void needs_record_session(struct records *want, const struct message *m);
struct change decide_record_session(const struct records *have, const struct message *m);
void needs_amend_session(struct records *want, const struct message *m);
struct change decide_amend_session(const struct records *have, const struct message *m);

// session_reading.c: what a reader is shown of them.
void needs_read_session(struct records *want, const struct message *m);
struct change decide_read_session(const struct records *have, const struct message *m);
void needs_read_session_version(struct records *want, const struct message *m);
struct change decide_read_session_version(const struct records *have, const struct message *m);
void needs_list_sessions(struct records *want, const struct message *m);
struct change decide_list_sessions(const struct records *have, const struct message *m);
