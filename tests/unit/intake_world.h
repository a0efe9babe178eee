// For tests of intake: a person, an engagement on each pathway, and commands that are accepted as they are, so that
// each test changes the one thing that it is about.
#pragma once
#include "decision.h"
#include "calendar.h"
#include "intake.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "pathways.h"
#include "safeguarding.pb-c.h"
#include <stdlib.h>

#define CRN "X123456"
#define HOUR_MS INT64_C(3600000)
#define APPOINTMENT_ID "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER_APPOINTMENT_ID "aaaaaaaa-0000-4000-8000-000000000002"
#define SESSION_ID "bbbbbbbb-0000-4000-8000-000000000001"
#define SUPERVISION_ID "cccccccc-0000-4000-8000-000000000001"
#define STRUCTURED_ID "cccccccc-0000-4000-8000-000000000002"
#define JOINT_ID "cccccccc-0000-4000-8000-000000000003"
#define MENTORING_ID "cccccccc-0000-4000-8000-000000000004"

struct world {
  struct decision d;
  struct pathways *pathways;
};

static inline Person *a_person(struct world *w, const char *crn) {
  PersonalDetails *details = arena_take(&w->d.arena, sizeof *details);
  personal_details__init(details);
  details->given_name = "Siân";
  details->family_name = "O'Neill-Tŷ";
  details->telephone = "+447700900123";
  Person *p = arena_take(&w->d.arena, sizeof *p);
  person__init(p);
  p->crn = (char *)crn;
  p->practitioner = "N07A123";
  p->personal = details;
  p->whereabouts = WHEREABOUTS__COMMUNITY;
  return p;
}

static inline Engagement *an_engagement(struct world *w, const char *id, const char *pathway) {
  Engagement *e = arena_take(&w->d.arena, sizeof *e);
  engagement__init(e);
  e->id = (char *)id;
  e->crn = CRN;
  e->pathway = (char *)pathway;
  e->purpose = "To find out why appointments end early.";
  return e;
}

// As it is kept: opened, with its practitioner, and with all explained that its pathway asks for.
static inline Engagement *given_engagement(struct world *w, const char *id, const char *pathway, unsigned held) {
  Engagement *e = an_engagement(w, id, pathway);
  e->practitioner = "N07A123";
  e->opened_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 90 * INT64_C(86400000));
  e->sessions_held = held;
  e->explanation = pathways_find(w->pathways, pathway)->explanation;
  e->explained_version = 1;
  given(&w->d, &engagement__descriptor, id, 1, e);
  return e;
}

static inline Appointment *an_appointment(struct world *w, const char *id) {
  Appointment *a = arena_take(&w->d.arena, sizeof *a);
  appointment__init(a);
  a->id = (char *)id;
  a->engagement_id = SUPERVISION_ID;
  a->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + 24 * HOUR_MS);
  a->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + 25 * HOUR_MS);
  a->mode = MODE__IN_PERSON;
  a->place = "the usual office";
  return a;
}

static inline struct change made(struct world *w, Appointment *a) {
  MakeAppointment *cmd = arena_take(&w->d.arena, sizeof *cmd);
  make_appointment__init(cmd);
  cmd->appointment = a;
  return decided(&w->d, cmd);
}

static inline Attendance *an_attendance(struct world *w) {
  Attendance *a = arena_take(&w->d.arena, sizeof *a);
  attendance__init(a);
  a->happened = HAPPENED__HAPPENED;
  a->attended = ATTENDED__ON_TIME;
  a->complied = true;
  return a;
}

static inline Attendance *an_absence(struct world *w) {
  Attendance *a = arena_take(&w->d.arena, sizeof *a);
  attendance__init(a);
  a->happened = HAPPENED__DID_NOT_HAPPEN;
  a->attended = ATTENDED__DID_NOT_ATTEND;
  a->absence = ABSENCE__PERSON_UNACCEPTABLE;
  return a;
}

static inline Session *a_session(struct world *w, const char *id, const char *engagement_id) {
  Session *s = arena_take(&w->d.arena, sizeof *s);
  session__init(s);
  s->id = (char *)id;
  s->engagement_id = (char *)engagement_id;
  s->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS);
  s->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS / 2);
  s->attendance = an_attendance(w);
  s->mode = MODE__IN_PERSON;
  return s;
}

static inline struct change recorded(struct world *w, Session *s) {
  RecordSession *cmd = arena_take(&w->d.arena, sizeof *cmd);
  record_session__init(cmd);
  cmd->session = s;
  return decided(&w->d, cmd);
}

static inline Narrative *a_narrative(struct world *w, const char *text) {
  Narrative *n = arena_take(&w->d.arena, sizeof *n);
  narrative__init(n);
  n->text = (char *)text;
  return n;
}

// From now on the sender is the mentor whose match with the person was accepted.
#define MENTOR_ID "dddddddd-0000-4000-8000-000000000001"
#define MATCH_ID "eeeeeeee-0000-4000-8000-000000000001"
static inline Offer *as_own_mentor(struct world *w) {
  PersonsOffer *standing = arena_take(&w->d.arena, sizeof *standing);
  persons_offer__init(standing);
  standing->offer_id = MATCH_ID;
  given(&w->d, &persons_offer__descriptor, CRN, 1, standing);
  Offer *match = arena_take(&w->d.arena, sizeof *match);
  offer__init(match);
  match->id = MATCH_ID;
  match->crn = CRN;
  match->mentor_id = MENTOR_ID;
  match->state = OFFER_STATE__ACCEPTED;
  given(&w->d, &offer__descriptor, MATCH_ID, 1, match);
  decision_as(&w->d, MENTOR_ID, MAY(MENTOR));
  return match;
}

// Safeguarding has `n` disclosures about the person, 0 or 1, that no lead has closed.
static inline void given_open_disclosure(struct world *w, size_t n) {
  static char *ids[] = {"0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7b01"};
  OpenDisclosures *open = arena_take(&w->d.arena, sizeof *open);
  open_disclosures__init(open);
  open->crn = CRN;
  open->ids = ids;
  open->n_ids = n;
  given(&w->d, &open_disclosures__descriptor, CRN, 1, open);
}

static inline int world_begin(void **state) {
  char errors[512] = "";
  struct world *w = calloc(1, sizeof *w);
  w->pathways = pathways_load("config/pathways", errors, sizeof errors);
  if (!w->pathways) fail_msg("%s", errors);
  decision_begin(&w->d, &intake, w->pathways);
  given(&w->d, &person__descriptor, CRN, 1, a_person(w, CRN));
  given_engagement(w, SUPERVISION_ID, "supervision", 0);
  given_engagement(w, STRUCTURED_ID, "structured-supervision", 0);
  given_engagement(w, JOINT_ID, "joint-casework", 0);
  given_engagement(w, MENTORING_ID, "mentoring", 0);
  *state = w;
  return 0;
}

static inline int world_end(void **state) {
  struct world *w = *state;
  decision_end(&w->d);
  pathways_free(w->pathways);
  free(w);
  return 0;
}

#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)
