#include "attendance.h"
#include <stddef.h>
#include <string.h>

struct outcome {
  const char *code;
  Happened happened;
  Attended attended;
  Absence absence;
  AbsenceReason reason;
  bool complied, sent_home;
};

#define CAME HAPPENED__HAPPENED, ATTENDED__ON_TIME, ABSENCE__ABSENCE_UNSPECIFIED
#define TURNED_AWAY(absence) HAPPENED__DID_NOT_HAPPEN, ATTENDED__ON_TIME, ABSENCE__##absence
#define MISSED(absence) HAPPENED__DID_NOT_HAPPEN, ATTENDED__DID_NOT_ATTEND, ABSENCE__##absence
#define BECAUSE(reason) ABSENCE_REASON__##reason, false, false
#define NO_REASON ABSENCE_REASON__ABSENCE_REASON_UNSPECIFIED

// Codes and facts. Looked up both ways; where a code stands more than once, its first row is what an import means by
// it.
static const struct outcome outcomes[] = {
    {"ATTC", CAME, NO_REASON, true, false},                             // attended, complied
    {"AFTC", CAME, NO_REASON, false, false},                            // attended, failed to comply
    {"ATSH", TURNED_AWAY(PERSON_UNACCEPTABLE), NO_REASON, false, true}, // attended, sent home: behaviour
    {"ATSH", TURNED_AWAY(ABSENCE_UNSPECIFIED), NO_REASON, false, true},
    {"ATSS", TURNED_AWAY(SERVICE), NO_REASON, true, true}, // attended, sent home: the service's issues
    {"ATSS", TURNED_AWAY(SERVICE), NO_REASON, false, true},
    {"UAAB", MISSED(PERSON_UNACCEPTABLE), BECAUSE(ABSENCE_REASON_UNSPECIFIED)},
    {"AFTA", MISSED(PERSON_ACCEPTABLE), BECAUSE(OTHER_REASON)}, // acceptable, of no kind that follows
    {"AFTA", MISSED(PERSON_ACCEPTABLE), BECAUSE(RESCHEDULED_BY_PERSON)},
    {"AACL", MISSED(PERSON_ACCEPTABLE), BECAUSE(COURT)},
    {"AAEM", MISSED(PERSON_ACCEPTABLE), BECAUSE(EMPLOYMENT)},
    {"AAFC", MISSED(PERSON_ACCEPTABLE), BECAUSE(FAMILY)},
    {"AAHO", MISSED(PERSON_ACCEPTABLE), BECAUSE(HOLIDAY)},
    {"AAME", MISSED(PERSON_ACCEPTABLE), BECAUSE(MEDICAL)},
    {"AARE", MISSED(PERSON_ACCEPTABLE), BECAUSE(RELIGION)},
    {"AARC", MISSED(PERSON_ACCEPTABLE), BECAUSE(REMAND)},
    {"CO05", MISSED(SERVICE), BECAUSE(OTHER_REASON)}, // stood down by the service
    {"CO05", MISSED(SERVICE), BECAUSE(ABSENCE_REASON_UNSPECIFIED)},
    {"CO10", MISSED(SERVICE), BECAUSE(SUSPENDED)}, // the requirement was suspended
    {"RSSR", MISSED(SERVICE), BECAUSE(RESCHEDULED_BY_SERVICE)},
};
enum {
  OUTCOMES = sizeof outcomes / sizeof *outcomes
};

bool attendance_came(const Attendance *a) {
  return a->attended == ATTENDED__ON_TIME || a->attended == ATTENDED__LATE_WITH_REASON ||
         a->attended == ATTENDED__LATE_WITHOUT_REASON;
}

bool attendance_counts(const Attendance *a) {
  return a->happened == HAPPENED__HAPPENED && attendance_came(a) && !a->sent_home;
}

// --- contradictions

static bool missed(const Attendance *a) {
  return a->attended == ATTENDED__DID_NOT_ATTEND;
}
static bool stayed(const Attendance *a) {
  return attendance_came(a) && !a->sent_home;
}
static bool excused(const Attendance *a) {
  return a->absence == ABSENCE__PERSON_ACCEPTABLE;
}
static bool services_reason(const Attendance *a) {
  return a->reason == ABSENCE_REASON__RESCHEDULED_BY_SERVICE || a->reason == ABSENCE_REASON__SUSPENDED;
}
static bool moved(const Attendance *a) {
  return services_reason(a) || a->reason == ABSENCE_REASON__RESCHEDULED_BY_PERSON;
}
static bool anybodys_reason(const Attendance *a) {
  return !a->reason || a->reason == ABSENCE_REASON__OTHER_REASON;
}

static bool not_said_whether_it_happened(const Attendance *a) {
  return a->happened != HAPPENED__HAPPENED && a->happened != HAPPENED__DID_NOT_HAPPEN;
}
static bool not_said_who_came(const Attendance *a) {
  return !missed(a) && !attendance_came(a);
}
static bool stayed_for_nothing(const Attendance *a) {
  return a->happened == HAPPENED__DID_NOT_HAPPEN && stayed(a);
}
static bool stayed_but_absent(const Attendance *a) {
  return stayed(a) && a->absence;
}
static bool came_with_a_reason(const Attendance *a) {
  return attendance_came(a) && a->reason;
}
static bool absent_for_nobody(const Attendance *a) {
  return missed(a) && !excused(a) && a->absence != ABSENCE__PERSON_UNACCEPTABLE && a->absence != ABSENCE__SERVICE;
}
static bool absent_but_sent_home(const Attendance *a) {
  return missed(a) && a->sent_home;
}
static bool absent_but_complied(const Attendance *a) {
  return missed(a) && a->complied;
}
static bool excused_without_a_reason(const Attendance *a) {
  return missed(a) && excused(a) && !a->reason;
}
static bool excused_for_the_service(const Attendance *a) {
  return missed(a) && excused(a) && services_reason(a);
}
static bool reason_without_excuse(const Attendance *a) {
  return missed(a) && a->absence == ABSENCE__PERSON_UNACCEPTABLE && a->reason;
}
static bool service_for_the_person(const Attendance *a) {
  return missed(a) && a->absence == ABSENCE__SERVICE && !services_reason(a) && !anybodys_reason(a);
}
static bool moved_but_happened(const Attendance *a) {
  return a->happened == HAPPENED__HAPPENED && moved(a);
}
static bool sent_home_excused(const Attendance *a) {
  return a->sent_home && excused(a);
}
static bool sent_home_complied(const Attendance *a) {
  return a->sent_home && a->complied && a->absence != ABSENCE__SERVICE;
}

// In the order in which they are told: the first that holds.
static const struct {
  bool (*holds)(const Attendance *a);
  struct err err;
} contradictions[] = {
    {not_said_whether_it_happened,
     {CODE__INVALID, "/attendance/happened", "is missing: say HAPPENED or DID_NOT_HAPPEN"}},
    {not_said_who_came,
     {CODE__INVALID, "/attendance/attended",
      "is missing: say ON_TIME, LATE_WITH_REASON, LATE_WITHOUT_REASON or DID_NOT_ATTEND"}},
    {stayed_for_nothing,
     {CODE__INVALID, "/attendance/attended",
      "nobody attends a session that did not happen, unless they were sent home (sentHome)"}},
    {stayed_but_absent, {CODE__INVALID, "/attendance/absence", "is for one who did not attend: leave it out"}},
    {came_with_a_reason, {CODE__INVALID, "/attendance/reason", "is for one who did not attend: leave it out"}},
    {absent_for_nobody,
     {CODE__INVALID, "/attendance/absence", "is missing: say PERSON_ACCEPTABLE, PERSON_UNACCEPTABLE or SERVICE"}},
    {absent_but_sent_home,
     {CODE__INVALID, "/attendance/sentHome", "is for one who attended: leave it out, or change attended"}},
    {absent_but_complied,
     {CODE__INVALID, "/attendance/complied", "is for one who attended: leave it out, or change attended"}},
    {excused_without_a_reason,
     {CODE__INVALID, "/attendance/reason", "is missing: say which reason made the absence acceptable"}},
    {excused_for_the_service,
     {CODE__INVALID, "/attendance/reason", "is the service's reason: change it, or make absence SERVICE"}},
    {reason_without_excuse,
     {CODE__INVALID, "/attendance/reason", "is for an acceptable absence: leave it out, or change absence"}},
    {service_for_the_person,
     {CODE__INVALID, "/attendance/reason", "is the person's reason: change it, or make absence PERSON_ACCEPTABLE"}},
    {moved_but_happened,
     {CODE__INVALID, "/attendance/happened", "what was rescheduled or suspended did not happen: change one of them"}},
    {sent_home_excused,
     {CODE__INVALID, "/attendance/absence", "one who was sent home: say PERSON_UNACCEPTABLE or SERVICE"}},
    {sent_home_complied,
     {CODE__INVALID, "/attendance/complied", "one who was sent home for behaviour did not comply: leave it out"}},
};

struct err attendance_check(const Attendance *a) {
  for (size_t i = 0; i < sizeof contradictions / sizeof *contradictions; i++)
    if (contradictions[i].holds(a)) return contradictions[i].err;
  return ERR_NONE;
}

// --- codes

// Whether facts without contradiction have that row's code. Lateness, and whether the session went ahead without the
// person, are facts that no code tells.
static bool tells(const struct outcome *o, const Attendance *a) {
  bool came = o->attended != ATTENDED__DID_NOT_ATTEND;
  return came == attendance_came(a) && o->absence == a->absence && o->reason == a->reason &&
         o->complied == !!a->complied && o->sent_home == !!a->sent_home;
}

const char *attendance_outcome(const Attendance *a) {
  if (err_is(attendance_check(a))) return NULL;
  for (size_t i = 0; i < OUTCOMES; i++)
    if (tells(&outcomes[i], a)) return outcomes[i].code;
  return NULL;
}

bool attendance_of_outcome(const char *code, Attendance *out) {
  const struct outcome *o = outcomes, *end = outcomes + OUTCOMES;
  while (o < end && strcmp(o->code, code) != 0) o++;
  if (o == end) return false;
  attendance__init(out);
  out->happened = o->happened;
  out->attended = o->attended;
  out->absence = o->absence;
  out->reason = o->reason;
  out->complied = o->complied;
  out->sent_home = o->sent_home;
  return true;
}

const char *attendance_codes(void) {
  return "ATTC, AFTC, ATSH, ATSS, UAAB, AFTA, AACL, AAEM, AAFC, AAHO, AAME, AARE, AARC, CO05, CO10 or RSSR";
}
