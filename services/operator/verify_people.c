// The records of an area: what every index names is there, and what records say of each other agrees.
#include "calendar.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "reminders.pb-c.h"
#include "rights.pb-c.h"
#include "verify.h"
#include <string.h>

// What was read of one person.
struct of_person {
  const char *crn;
  char **engagement_ids, **session_ids, **appointment_ids, **offer_ids;
  size_t n_engagements, n_sessions, n_appointments, n_offers;
  Engagement **engagements;
  Session **sessions;
  Appointment **appointments;
  Offer **offers;
  const Disposal *disposal; // NULL: nothing was ever disposed of
};

// One list of a person's: the index's name, whose records it names, where they go.
static const struct list {
  const char *index;
  const ProtobufCMessageDescriptor *type;
  size_t ids, n, records; // offsets
} lists[] = {
#define LIST(INDEX, TYPE)                                                                                              \
  {                                                                                                                    \
    INDEX, &TYPE##__descriptor, offsetof(struct of_person, TYPE##_ids), offsetof(struct of_person, n_##TYPE##s),       \
        offsetof(struct of_person, TYPE##s)                                                                            \
  }
    LIST("engagements-of", engagement),
    LIST("sessions-of", session),
    LIST("appointments-of", appointment),
    LIST("offers-of", offer),
#undef LIST
};

static void read_list(struct verify *v, struct of_person *p, const struct list *l) {
  char *index = arena_printf(&v->inner, "%s/%s", l->index, p->crn);
  size_t *n = (size_t *)((char *)p + l->n);
  char **members = verify_members(v, &v->inner, index, n);
  *(char ***)((char *)p + l->ids) = members;
  *(void ***)((char *)p + l->records) = verify_records(v, &v->inner, l->type, members, *n, index);
}

static const Engagement *engagement_of(const struct of_person *p, const char *id) {
  for (size_t i = 0; i < p->n_engagements; i++)
    if (p->engagements[i] && !strcmp(p->engagements[i]->id, id)) return p->engagements[i];
  return NULL;
}

// Whether records of that class may be gone that others still speak of.
static bool may_be_gone(const struct of_person *p, RecordClass class) {
  size_t i = 0;
  while (p->disposal && i < p->disposal->n_begun && p->disposal->begun[i] != class) i++;
  return p->disposal && i < p->disposal->n_begun;
}

// --- sessions

// A session counts when it happened with the person, who was not sent home.
static bool counts(const Session *s) {
  const Attendance *a = s->attendance;
  return a && a->happened == HAPPENED__HAPPENED && a->attended && a->attended != ATTENDED__DID_NOT_ATTEND &&
         !a->sent_home;
}

static void verify_held(struct verify *v, const struct of_person *p, const Engagement *e) {
  unsigned held = 0;
  for (size_t i = 0; i < p->n_sessions; i++)
    held += p->sessions[i] && !strcmp(p->sessions[i]->engagement_id, e->id) && counts(p->sessions[i]);
  bool fewer = held < e->sessions_held && may_be_gone(p, RECORD_CLASS__SESSION_RECORD);
  if (held != e->sessions_held && !fewer)
    verify_fault(v, "Engagement %s says that %u sessions were held; %u were", e->id, e->sessions_held, held);
}

static void verify_sessions(struct verify *v, const struct of_person *p) {
  for (size_t i = 0; i < p->n_sessions; i++) {
    const Session *s = p->sessions[i];
    if (s && !engagement_of(p, s->engagement_id))
      verify_fault(v, "Session %s belongs to engagement %s, which is not one of %s", s->id, s->engagement_id, p->crn);
  }
  for (size_t i = 0; i < p->n_engagements; i++)
    if (p->engagements[i]) verify_held(v, p, p->engagements[i]);
}

// --- appointments

static bool is_to_come(const struct verify *v, const Appointment *a) {
  return a->state == APPOINTMENT_STATE__PLANNED && timestamp_ms(a->starts_at) > v->now_ms;
}

static void verify_appointments(struct verify *v, const struct of_person *p) {
  for (size_t i = 0; i < p->n_appointments; i++) {
    const Appointment *a = p->appointments[i];
    if (!a) continue;
    if (!engagement_of(p, a->engagement_id))
      verify_fault(v, "Appointment %s belongs to engagement %s, which is not one of %s", a->id, a->engagement_id,
                   p->crn);
    bool wants_reminders = is_to_come(v, a) && !may_be_gone(p, RECORD_CLASS__REMINDER_RECORD);
    if (v->reminders_up_to_date && wants_reminders && !verify_exists(v, &v->inner, &reminder_plan__descriptor, a->id))
      verify_fault(v, "Appointment %s is planned and has no reminders", a->id);
    if (*a->superseded_by && !verify_exists(v, &v->inner, &appointment__descriptor, a->superseded_by))
      verify_fault(v, "Appointment %s is superseded by %s, which is missing", a->id, a->superseded_by);
  }
}

// --- offers

static bool stands(const Offer *o) {
  return o->state == OFFER_STATE__OFFERED || (o->state == OFFER_STATE__ACCEPTED && !o->ended_at);
}

static void verify_offers(struct verify *v, const struct of_person *p) {
  size_t standing = 0;
  for (size_t i = 0; i < p->n_offers; i++) {
    const Offer *o = p->offers[i];
    if (!o) continue;
    standing += stands(o);
    if (o->state == OFFER_STATE__ACCEPTED && !o->ended_at)
      ((struct verify_mentor *)table_need(&v->mentors, o->mentor_id, sizeof(struct verify_mentor)))->n_matches++;
  }
  if (standing > 1) verify_fault(v, "%s has %zu offers that stand; one at most may", p->crn, standing);
}

// --- people

static const Disposal *read_disposal(struct verify *v, const char *crn) {
  char *id = arena_text(&v->inner, crn);
  if (!verify_exists(v, &v->inner, &disposal__descriptor, id)) return NULL;
  return *verify_records(v, &v->inner, &disposal__descriptor, &id, 1, "the list of people");
}

static void verify_person(struct verify *v, const Person *person, const char *crn) {
  struct of_person p = {.crn = crn, .disposal = read_disposal(v, crn)};
  if (strcmp(person->crn, crn)) verify_fault(v, "Person %s is kept under %s", person->crn, crn);
  for (size_t i = 0; i < sizeof lists / sizeof *lists && !v->broken; i++) read_list(v, &p, &lists[i]);
  if (v->broken) return;
  verify_sessions(v, &p);
  verify_appointments(v, &p);
  verify_offers(v, &p);
}

void verify_people(struct verify *v) {
  size_t n;
  char **crns = verify_members(v, &v->people, "people", &n);
  progress_begin(&v->progress, "people", n);
  for (size_t i = 0; i < n && !v->broken; i++) {
    const Person *person = *verify_records(v, &v->inner, &person__descriptor, &crns[i], 1, "the list of people");
    if (person) verify_person(v, person, crns[i]);
    arena_reset(&v->inner);
    progress_at(&v->progress, i + 1);
  }
  progress_end(&v->progress);
}

// --- mentors

static void verify_mentor(struct verify *v, const Mentor *m) {
  const struct verify_mentor *counted = table_find(&v->mentors, m->id);
  size_t n = counted ? counted->n_matches : 0;
  if (m->places_taken != n)
    verify_fault(v, "Mentor %s has %u places taken, and %zu matches that have not ended", m->id, m->places_taken, n);
}

void verify_mentors(struct verify *v) {
  size_t n;
  char **ids = verify_members(v, &v->people, "mentors", &n);
  progress_begin(&v->progress, "mentors", n);
  for (size_t i = 0; i < n && !v->broken; i++) {
    const Mentor *m = *verify_records(v, &v->inner, &mentor__descriptor, &ids[i], 1, "the list of mentors");
    if (m) verify_mentor(v, m);
    arena_reset(&v->inner);
    progress_at(&v->progress, i + 1);
  }
  progress_end(&v->progress);
}
