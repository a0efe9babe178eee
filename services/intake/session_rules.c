#include "session_rules.h"
#include "attendance.h"
#include "calendar.h"
#include "text.h"
#include <string.h>

enum {
  NARRATIVE_BYTES = 20000,
  MEASURES_MOST = 30,
  PARTICIPANTS_MOST = 10
};

// --- in itself

static void check_attendance(const struct checks *k, const Attendance *a, const char *outcome) {
  bool fine = check_choice(k, "/attendance/absence", &absence__descriptor, a->absence, false);
  fine &= check_choice(k, "/attendance/reason", &absence_reason__descriptor, a->reason, false);
  if (!fine) return;
  struct err e = attendance_check(a);
  if (err_is(e))
    wrong(k, e.code, e.field, "%s", e.why);
  else if (!text_is_empty(outcome) && strcmp(outcome, attendance_outcome(a)) != 0)
    wrong(k, CODE__INVALID, "/outcome", "contradicts the attendance, whose code is %s: leave one of them out",
          attendance_outcome(a));
}

// The facts, or in their place a code that stands for them.
static void check_what_happened(const struct checks *k, const Session *s) {
  Attendance facts;
  if (!text_is_empty(s->outcome) && !attendance_of_outcome(s->outcome, &facts))
    wrong(k, CODE__INVALID, "/outcome", "is not a code that is known here: %s", attendance_codes());
  else if (s->attendance)
    check_attendance(k, s->attendance, s->outcome);
  else if (text_is_empty(s->outcome))
    wrong(k, CODE__INVALID, "/attendance", "is missing: say what happened, or give an outcome code");
}

static void check_participants(const struct checks *k, const Session *s) {
  if (s->n_participants > PARTICIPANTS_MOST)
    wrong(k, CODE__INVALID, "/participants", "has more than %d entries", PARTICIPANTS_MOST);
  for (size_t i = 0; i < s->n_participants && i < PARTICIPANTS_MOST; i++) {
    struct checks at = element(k, "/participants", i);
    check_choice(&at, "", &role__descriptor, s->participants[i], true);
  }
}

static void check_components(const struct checks *k, const Session *s) {
  if (s->n_components > LIST_ITEMS) wrong(k, CODE__INVALID, "/components", "has more than %d entries", LIST_ITEMS);
  for (size_t i = 0; i < s->n_components && i < LIST_ITEMS; i++) {
    struct checks at = element(k, "/components", i);
    check_line(&at, "/name", s->components[i]->name, 1, LIST_ITEM_BYTES);
    check_line(&at, "/whyNot", s->components[i]->why_not, 0, 500);
  }
}

static void check_measures(const struct checks *k, const Session *s) {
  if (s->n_measures > MEASURES_MOST) wrong(k, CODE__INVALID, "/measures", "has more than %d entries", MEASURES_MOST);
  for (size_t i = 0; i < s->n_measures && i < MEASURES_MOST; i++) {
    struct checks at = element(k, "/measures", i);
    check_line(&at, "/name", s->measures[i]->name, 1, LIST_ITEM_BYTES);
    check_choice(&at, "/from", &role__descriptor, s->measures[i]->from, true);
  }
}

static void check_narrative(const struct checks *k, const Narrative *n) {
  if (!n) return;
  if (n->seal) wrong(k, CODE__INVALID, "/narrative/seal", "is not yours to set: leave it out");
  if (strlen(n->text) > NARRATIVE_BYTES)
    wrong(k, CODE__INVALID, "/narrative/text", "is longer than %d bytes: shorten it", NARRATIVE_BYTES);
  else
    check_prose(k, "/narrative/text", n->text, 0, NARRATIVE_BYTES);
}

void check_session(const struct checks *k, const Session *s, int64_t now_ms) {
  check_id(k, "/id", s->id);
  check_id(k, "/engagementId", s->engagement_id);
  if (!text_is_empty(s->appointment_id)) check_id(k, "/appointmentId", s->appointment_id);
  if (check_span(k, s->starts_at, s->ends_at) && timestamp_ms(s->starts_at) > now_ms + CLOCK_SLACK_MS)
    wrong(k, CODE__INVALID, "/startsAt", "is in the future: record a session once it has begun");
  check_choice(k, "/mode", &mode__descriptor, s->mode, false);
  check_choice(k, "/function", &function__descriptor, s->function, false);
  check_choice(k, "/mentorRole", &mentor_role__descriptor, s->mentor_role, false);
  check_line(k, "/goal", s->goal, 0, 500);
  check_what_happened(k, s);
  check_participants(k, s);
  check_components(k, s);
  check_measures(k, s);
  check_narrative(k, s->narrative);
}

// --- on its pathway

static bool took_part(const Session *s, Role role) {
  for (size_t i = 0; i < s->n_participants; i++)
    if (s->participants[i] == role) return true;
  return false;
}

// A session that happened without one whom the pathway requires is another kind of contact.
static void check_present(const struct checks *k, const Session *s, const Pathway *pathway) {
  if (took_part(s, ROLE__PERSON) && !attendance_came(s->attendance))
    wrong(k, CODE__INVALID, "/participants", "names PERSON, who did not attend: change one of them");
  if (s->mentor_role && !took_part(s, ROLE__MENTOR))
    wrong(k, CODE__INVALID, "/mentorRole",
          "is said, and no mentor took part: add MENTOR to participants, or leave it out");
  for (size_t i = 0; i < pathway->n_participants && s->attendance->happened == HAPPENED__HAPPENED; i++) {
    Role required = pathway->participants[i];
    if (took_part(s, required)) continue;
    wrong(k, CODE__REFUSED_BY_RULE, "/participants",
          "%s is missing: on %s such a session did not happen. Name them if they took part; otherwise say "
          "DID_NOT_HAPPEN, or record the contact on another pathway",
          protobuf_c_enum_descriptor_get_value(&role__descriptor, (int)required)->name, pathway->name);
  }
}

static bool is_component(const Pathway *pathway, const char *name) {
  for (size_t i = 0; i < pathway->n_components; i++)
    if (strcmp(pathway->components[i], name) == 0) return true;
  return false;
}

static void check_known_components(const struct checks *k, const Session *s, const Pathway *pathway) {
  for (size_t i = 0; i < s->n_components; i++) {
    const char *name = s->components[i]->name;
    struct checks at = element(k, "/components", i);
    if (!is_component(pathway, name)) wrong(&at, CODE__INVALID, "/name", "is not a part that %s has", pathway->name);
    for (size_t j = 0; j < i; j++)
      if (strcmp(s->components[j]->name, name) == 0) wrong(&at, CODE__INVALID, "/name", "is there twice: keep one");
  }
}

static const Component *component_of(const Session *s, const char *name) {
  for (size_t i = 0; i < s->n_components; i++)
    if (strcmp(s->components[i]->name, name) == 0) return s->components[i];
  return NULL;
}

// Each part of the pathway was covered, or the record says why not. Only a session that counts has parts.
static void check_covered(const struct checks *k, const Session *s, const Pathway *pathway) {
  for (size_t i = 0; i < pathway->n_components && attendance_counts(s->attendance); i++) {
    const Component *part = component_of(s, pathway->components[i]);
    if (part && (part->covered || !text_is_empty(part->why_not))) continue;
    wrong(k, CODE__REFUSED_BY_RULE, "/components", "%s was neither covered nor explained: say covered, or whyNot",
          pathway->components[i]);
  }
}

static const PathwayMeasure *measure_of(const Pathway *pathway, const char *name) {
  for (size_t i = 0; i < pathway->n_measures; i++)
    if (strcmp(pathway->measures[i]->name, name) == 0) return pathway->measures[i];
  return NULL;
}

static bool may_answer(const PathwayMeasure *measure, Role from) {
  for (size_t i = 0; i < measure->n_from; i++)
    if (measure->from[i] == from) return true;
  return false;
}

static void check_measured(const struct checks *k, const Session *s, const Pathway *pathway) {
  for (size_t i = 0; i < s->n_measures; i++) {
    const Measure *m = s->measures[i];
    struct checks at = element(k, "/measures", i);
    const PathwayMeasure *measure = measure_of(pathway, m->name);
    if (!measure) {
      wrong(&at, CODE__INVALID, "/name", "is not a measure that %s takes", pathway->name);
      continue;
    }
    if (!may_answer(measure, m->from)) wrong(&at, CODE__INVALID, "/from", "is not one who answers %s", measure->name);
    if (!(m->value >= measure->least && m->value <= measure->most)) // not a number is refused too
      wrong(&at, CODE__INVALID, "/value", "must be between %g and %g", measure->least, measure->most);
  }
}

void check_on_pathway(const struct checks *k, const Session *s, const Pathway *pathway) {
  check_present(k, s, pathway);
  check_known_components(k, s, pathway);
  check_covered(k, s, pathway);
  check_measured(k, s, pathway);
}
