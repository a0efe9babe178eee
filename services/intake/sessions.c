#include "attendance.h"
#include "calendar.h"
#include "checks.h"
#include "confidentiality.h"
#include "intake.h"
#include "pathways.h"
#include "reading.h"
#include "session_reading.h"
#include "session_rules.h"
#include "text.h"
#include <inttypes.h>
#include <string.h>

// One session on its way in: what was sent, and what it belongs to.
struct intake_of {
  const struct message *m;
  const struct records *have;
  struct change c;
  struct checks k;
  Session *s;
  const Engagement *engagement;
  const Pathway *pathway;
};

// --- what was sent

// What of a session its sender sets; all else is the service's.
static Session *senders_part(const struct message *m, const Session *of) {
  Session *s = arena_copy(m->arena, of, sizeof *of);
  char *empty = (char *)protobuf_c_empty_string;
  s->crn = s->recorded_by = s->amended_why = s->practitioner = s->pathway = empty;
  s->recorded_at = NULL;
  return s;
}

// Facts and code, whichever of them was sent.
static void complete_attendance(const struct message *m, Session *s) {
  if (!s->attendance) {
    s->attendance = arena_take(m->arena, sizeof *s->attendance);
    attendance_of_outcome(s->outcome, s->attendance);
  }
  s->outcome = (char *)attendance_outcome(s->attendance);
}

// The narrative belongs to the pathway's partition, whatever the sender says; an empty one is none.
static void settle_narrative(const struct message *m, Session *s, const Pathway *pathway) {
  if (!s->narrative) return;
  Narrative *n = text_is_empty(s->narrative->text) ? NULL : arena_copy(m->arena, s->narrative, sizeof *n);
  if (n) n->partition = pathway->narrative_partition;
  s->narrative = n;
}

static bool may_record(const struct message *m, const Pathway *pathway) {
  roles_t may = MAY(CASE_SYSTEM);
  for (size_t i = 0; i < pathway->n_recorders; i++) may |= 1u << pathway->recorders[i];
  if (!pathway->n_recorders) may |= MAY(PRACTITIONER);
  return m->roles & may;
}

// What a mentor is told is not for the session record, whose goal is not even sealed.
static void check_contact_alone(struct intake_of *in) {
  const char *why = "what is said on this pathway is in confidence: leave it out here, contact alone is recorded. "
                    "The mentor writes it as a note, PUT .../notes/{id}";
  if (in->s->narrative) wrong(&in->k, CODE__REFUSED_BY_RULE, "/narrative", "%s", why);
  if (!text_is_empty(in->s->goal)) wrong(&in->k, CODE__REFUSED_BY_RULE, "/goal", "%s", why);
}

// Nobody writes a narrative that they could not read again, except the case system, which brings what others wrote. To
// partitions other than SUPERVISION intake has no key, so that no fault of its own can show what is in them.
static void check_sender(struct intake_of *in) {
  if (!may_record(in->m, in->pathway))
    wrong(&in->k, CODE__FORBIDDEN, NULL, "your role does not record sessions on this pathway");
  if (is_in_confidence(in->m, in->pathway->name))
    check_contact_alone(in);
  else if (in->s->narrative && !(in->m->roles & MAY(CASE_SYSTEM)) && !reads_narrative(in->m, in->pathway->name))
    wrong(&in->k, CODE__REFUSED_BY_RULE, "/narrative",
          "on this pathway you could not read it again: leave it out, contact alone is recorded");
  else if (in->s->narrative && in->s->narrative->partition != PARTITION__SUPERVISION)
    wrong(&in->k, CODE__REFUSED_BY_RULE, "/narrative",
          "on this pathway it is not for the session record: leave it out, contact alone is recorded");
}

// Completes what was sent by what it belongs to. False: refused.
static bool place(struct intake_of *in) {
  in->engagement = found_engagement(in->have, in->s->engagement_id);
  if (!in->engagement) return wrong(&in->k, CODE__NOT_FOUND, "/engagementId", ACCESS_NOT_FOUND);
  in->pathway = pathways_find(in->m->settings, in->engagement->pathway);
  if (!in->pathway)
    return wrong(&in->k, CODE__REFUSED_BY_RULE, "/engagementId", "its pathway has no file any more: ask the operator");
  complete_attendance(in->m, in->s);
  settle_narrative(in->m, in->s, in->pathway);
  check_sender(in);
  return !change_refused(&in->c);
}

// --- rules that look at the engagement

// A session that began before the engagement was closed may be recorded late.
static void check_open(struct intake_of *in) {
  const Engagement *e = in->engagement;
  if (e->closed_at && timestamp_ms(in->s->starts_at) >= timestamp_ms(e->closed_at))
    wrong(&in->k, CODE__CONFLICT, "/engagementId", "that engagement was closed before this session: open a new one");
}

// `counted`: whether the engagement counts this session already.
static void check_room(struct intake_of *in, bool counted) {
  if (counted || !in->pathway->most_sessions || !attendance_counts(in->s->attendance)) return;
  if (in->engagement->sessions_held >= in->pathway->most_sessions)
    wrong(&in->k, CODE__REFUSED_BY_RULE, "/engagementId",
          "%u sessions were held, the most that %s allows: close this engagement", in->engagement->sessions_held,
          in->pathway->name);
}

// Nobody is met in confidence before they know its limits. What counts is that the acknowledgement is on record when
// the session is: one that took place before is then recorded all the same, and the times of both show which came
// first. A contact to which the person did not come needs none.
static void check_explained(struct intake_of *in) {
  const Confidentiality *wording = pathways_confidentiality(in->m->settings);
  if (text_is_empty(in->pathway->explanation) || !attendance_came(in->s->attendance)) return;
  uint32_t needed = confidentiality_needed(wording, timestamp_ms(in->s->starts_at));
  if (in->engagement->explained_version < needed)
    wrong(&in->k, CODE__REFUSED_BY_RULE, "/engagementId",
          "the person has not acknowledged the explanation of confidentiality in wording %u: explain it, record that "
          "(PUT .../explanations/{id}), then record this session",
          wording->version);
}

static void count(struct intake_of *in, bool counted) {
  bool counts = attendance_counts(in->s->attendance);
  if (counts == counted) return;
  Engagement *e = arena_copy(in->m->arena, in->engagement, sizeof *e);
  if (counts)
    e->sessions_held++;
  else if (e->sessions_held)
    e->sessions_held--;
  change_write(&in->c, e->crn, e->id, e);
}

static void sign(struct intake_of *in) {
  Session *s = in->s;
  s->crn = in->engagement->crn;
  s->practitioner = in->engagement->practitioner;
  s->pathway = in->engagement->pathway;
  s->recorded_by = in->m->actor->id;
  s->recorded_at = timestamp_of(in->m->arena, in->m->now.ms);
}

// --- events: all but the narrative and the goal

static SessionRecorded *recorded(const struct intake_of *in) {
  const Session *s = in->s;
  SessionRecorded *e = arena_take(in->m->arena, sizeof *e);
  session_recorded__init(e);
  e->id = s->id;
  e->engagement_id = s->engagement_id;
  e->pathway = s->pathway;
  e->practitioner = s->practitioner;
  e->appointment_id = s->appointment_id;
  e->starts_at_ms = timestamp_ms(s->starts_at);
  e->ends_at_ms = timestamp_ms(s->ends_at);
  e->attendance = s->attendance;
  e->outcome = s->outcome;
  e->function = s->function;
  e->mode = s->mode;
  e->n_measures = s->n_measures;
  e->measures = s->measures;
  e->n_components = s->n_components;
  e->components = s->components;
  e->crn = s->crn;
  e->mentor_role = s->mentor_role;
  e->explanation = in->engagement->explanation;
  return e;
}

// --- recording

void needs_record_session(struct records *want, const struct message *m) {
  const RecordSession *cmd = m->body;
  if (!cmd->session) return;
  const Session *there = records_want_absent(want, &session__descriptor, cmd->session->id);
  if (there) want_person(want, m, there->crn);
  want_engagement(want, m, cmd->session->engagement_id);
  records_want(want, &appointment__descriptor, cmd->session->appointment_id);
}

// The same session sent again answers as before.
static struct change recorded_before(struct intake_of *in, const Session *there) {
  if (!sees_session(in->m, there)) return not_found(in->m, NULL);
  if (!arena_packs_alike(in->m->arena, senders_part(in->m, there), in->s))
    return refuse(in->m, CODE__CONFLICT, "/id",
                  "is taken by a session with other content: choose a new id, or amend that session");
  change_reply(&in->c, there->crn, session_shown(in->m, there),
               records_version(in->have, &session__descriptor, there->id));
  return in->c;
}

static const Appointment *planned_appointment(struct intake_of *in) {
  const char *id = in->s->appointment_id;
  if (text_is_empty(id)) return NULL;
  const Appointment *a = records_get(in->have, &appointment__descriptor, id);
  if (!a)
    wrong(&in->k, CODE__NOT_FOUND, "/appointmentId", "is not there: leave it out for an unplanned contact");
  else if (strcmp(a->engagement_id, in->s->engagement_id) != 0)
    wrong(&in->k, CODE__INVALID, "/appointmentId", "belongs to another engagement");
  else if (a->state != APPOINTMENT_STATE__PLANNED)
    wrong(&in->k, CODE__CONFLICT, "/appointmentId",
          "was held, cancelled or rescheduled already: name the one that stands, or none");
  return a;
}

static void hold(struct intake_of *in, const Appointment *planned) {
  if (!planned) return;
  Appointment *a = arena_copy(in->m->arena, planned, sizeof *a);
  a->state = APPOINTMENT_STATE__HELD;
  change_write(&in->c, in->s->crn, a->id, a);
}

static void record(struct intake_of *in, const Appointment *planned) {
  const Session *s = in->s;
  sign(in);
  change_write(&in->c, s->crn, s->id, s);
  count(in, false);
  hold(in, planned);
  change_index(&in->c, index_of_sessions(in->m, s->crn), list_member(in->m->arena, timestamp_ms(s->starts_at), s->id));
  change_publish(&in->c, s->crn, recorded(in));
  change_reply(&in->c, s->crn, session_shown(in->m, s), 1);
  in->c.created = true;
}

struct change decide_record_session(const struct records *have, const struct message *m) {
  const RecordSession *cmd = m->body;
  if (!cmd->session) return refuse(m, CODE__INVALID, NULL, "send a session");
  struct intake_of in = {.m = m, .have = have, .c = change_of(m)};
  in.k = (struct checks){.change = &in.c, .prefix = ""};
  check_session(&in.k, cmd->session, m->now.ms);
  if (change_refused(&in.c)) return in.c;
  in.s = senders_part(m, cmd->session);
  if (!place(&in)) return in.c;
  const Session *there = records_get(have, &session__descriptor, in.s->id);
  if (there) return recorded_before(&in, there);
  check_on_pathway(&in.k, in.s, in.pathway);
  check_open(&in);
  check_room(&in, false);
  check_explained(&in);
  const Appointment *planned = planned_appointment(&in);
  if (!change_refused(&in.c)) record(&in, planned);
  return in.c;
}

// --- amending

static const char *earlier_id(const struct message *m, const char *id, uint64_t version) {
  return arena_printf(m->arena, "%s/%" PRIu64, id, version);
}

void needs_amend_session(struct records *want, const struct message *m) {
  const AmendSession *cmd = m->body;
  if (!cmd->session) return;
  const Session *was = records_want(want, &session__descriptor, cmd->session->id);
  if (!was) return;
  want_engagement(want, m, was->engagement_id);
  records_want_absent(want, &session_version__descriptor, earlier_id(m, was->id, cmd->seen_version));
}

// What was sent, as a new version of what was there: on the same engagement and appointment. What the sender cannot
// read stays as it was.
static void take_amendment(struct intake_of *in, const Session *sent, const Session *was) {
  Session *s = in->s = senders_part(in->m, sent);
  if (text_is_empty(s->engagement_id)) s->engagement_id = was->engagement_id;
  if (text_is_empty(s->appointment_id)) s->appointment_id = was->appointment_id;
  check_session(&in->k, s, in->m->now.ms);
  if (strcmp(s->engagement_id, was->engagement_id) != 0)
    wrong(&in->k, CODE__INVALID, "/engagementId", "is another engagement: an amendment stays on the same one");
  if (strcmp(s->appointment_id, was->appointment_id) != 0)
    wrong(&in->k, CODE__INVALID, "/appointmentId", "is another appointment: an amendment stays with the same one");
}

static void keep_unreadable(struct intake_of *in, const Session *was) {
  Session *s = in->s;
  if (reads_narrative(in->m, was->pathway)) return;
  if (was->narrative && !s->narrative) s->narrative = was->narrative;
  if (!is_in_confidence(in->m, was->pathway)) return;
  s->goal = was->goal;
  s->n_measures = was->n_measures;
  s->measures = was->measures;
  s->n_components = was->n_components;
  s->components = was->components;
}

static void keep_earlier(struct intake_of *in, const Session *was, uint64_t version) {
  SessionVersion *v = arena_take(in->m->arena, sizeof *v);
  session_version__init(v);
  v->session = (Session *)was;
  v->version = version;
  change_write(&in->c, was->crn, earlier_id(in->m, was->id, version), v);
}

// The list is sorted by start: an amended start moves the session in it.
static void move_in_list(struct intake_of *in, const Session *was) {
  int64_t was_ms = timestamp_ms(was->starts_at), is_ms = timestamp_ms(in->s->starts_at);
  if (was_ms == is_ms) return;
  char *index = index_of_sessions(in->m, was->crn);
  change_unindex(&in->c, index, list_member(in->m->arena, was_ms, was->id));
  change_index(&in->c, index, list_member(in->m->arena, is_ms, was->id));
}

static void amend(struct intake_of *in, const Session *was, uint64_t version) {
  const AmendSession *cmd = in->m->body;
  sign(in);
  in->s->amended_why = cmd->why;
  keep_unreadable(in, was);
  keep_earlier(in, was, version);
  change_write(&in->c, was->crn, was->id, in->s);
  count(in, attendance_counts(was->attendance));
  move_in_list(in, was);
  SessionAmended *e = arena_take(in->m->arena, sizeof *e);
  session_amended__init(e);
  e->now = recorded(in);
  e->was_starts_at_ms = timestamp_ms(was->starts_at);
  change_publish(&in->c, was->crn, e);
  change_reply(&in->c, was->crn, session_shown(in->m, in->s), version + 1);
}

struct change decide_amend_session(const struct records *have, const struct message *m) {
  const AmendSession *cmd = m->body;
  if (!cmd->session) return refuse(m, CODE__INVALID, "/session", "is missing: send the session as it should read");
  const Session *was = records_get(have, &session__descriptor, cmd->session->id);
  if (!was || !sees_session(m, was)) return not_found(m, NULL);
  struct intake_of in = {.m = m, .have = have, .c = change_of(m)};
  in.k = (struct checks){.change = &in.c, .prefix = "/session"};
  uint64_t version = records_version(have, &session__descriptor, was->id);
  check_prose(&(struct checks){.change = &in.c, .prefix = ""}, "/why", cmd->why, 1, 1000);
  take_amendment(&in, cmd->session, was);
  if (change_refused(&in.c) || !check_version(&in.k, cmd->seen_version, version) || !place(&in)) return in.c;
  check_on_pathway(&in.k, in.s, in.pathway);
  check_open(&in);
  check_room(&in, attendance_counts(was->attendance));
  if (!attendance_came(was->attendance)) check_explained(&in);
  if (!change_refused(&in.c)) amend(&in, was, version);
  return in.c;
}
