// The table of intake: each message that it takes, who may send it, and the two functions that answer it.
//
// By default nobody may. A mentor reads no record here, a person on probation only their own (own_record.h), a manager
// reads reports only, and an operator reads nobody's record at all. A coordinator sees people, because matching needs
// it, and nothing of what was said; an auditor sees sessions without their narrative (session_reading.c).
#include "config.h"
#include "destruction.h"
#include "intake.h"
#include "intake.pb-c.h"
#include "pathways.h"
#include <stdio.h>

#define WRITERS (MAY(PRACTITIONER) | MAY(CASE_SYSTEM))
#define READERS (MAY(PRACTITIONER) | MAY(SAFEGUARDING_LEAD) | MAY(AUDITOR))
#define READERS_OF_PEOPLE (READERS | MAY(COORDINATOR))
#define OFFICER MAY(RECORDS_OFFICER)
#define SELF MAY(PERSON)

#define ROW(name, who, why)                                                                                            \
  {                                                                                                                    \
    .kind = ROW_COMMAND, .body = &name##__descriptor, .roles = (who), .operation = OPERATION__##why,                   \
    .needs = needs_##name, .decide = decide_##name                                                                     \
  }

#define ON_TIMER(name, what, why, ...)                                                                                 \
  {                                                                                                                    \
    .kind = ROW_TIMER, .timer = (name), .operation = OPERATION__##why, .needs = needs_##what, .decide = on_##what,     \
    ##__VA_ARGS__                                                                                                      \
  }

static const struct row rows[] = {
    ROW(register_person, WRITERS, COLLECTION),
    ROW(change_person, WRITERS, ALTERATION),
    ROW(read_person, READERS_OF_PEOPLE | OFFICER | SELF, CONSULTATION),
    ROW(list_people, READERS_OF_PEOPLE, CONSULTATION),

    ROW(open_engagement, WRITERS, COLLECTION),
    ROW(close_engagement, WRITERS, ALTERATION),
    ROW(read_engagement, READERS | SELF, CONSULTATION),
    ROW(list_engagements, READERS | SELF, CONSULTATION),

    ROW(make_appointment, WRITERS, COLLECTION),
    ROW(reschedule_appointment, WRITERS, ALTERATION),
    ROW(cancel_appointment, WRITERS, ALTERATION),
    ROW(read_appointment, READERS | SELF, CONSULTATION),
    ROW(list_appointments, READERS | SELF, CONSULTATION),

    ROW(record_session, WRITERS, COLLECTION),
    ROW(amend_session, WRITERS, ALTERATION),
    ROW(read_session, READERS | SELF, CONSULTATION),
    ROW(read_session_version, READERS, CONSULTATION),
    ROW(list_sessions, READERS | SELF, CONSULTATION),

    ROW(propose_correction, SELF | OFFICER | MAY(PRACTITIONER), COLLECTION),
    ROW(answer_correction, OFFICER | MAY(PRACTITIONER), ALTERATION),
    ROW(read_correction, SELF | OFFICER | MAY(PRACTITIONER), CONSULTATION),
    ROW(list_corrections, SELF | OFFICER | MAY(PRACTITIONER), CONSULTATION),
    ROW(list_open_corrections, OFFICER | MAY(PRACTITIONER), CONSULTATION),
    ON_TIMER("correction", correction_due, ALTERATION),

    ROW(collect_records, OFFICER, DISCLOSURE),

    ROW(place_legal_hold, OFFICER, ALTERATION),
    ROW(lift_legal_hold, OFFICER, ALTERATION),
    ROW(read_legal_hold, OFFICER, CONSULTATION),

    // From the order to the last record. All but the order see what the destruction log names already.
    ROW(request_erasure, OFFICER, ERASURE),
    {.kind = ROW_COMMAND,
     .body = &sweep_erasures__descriptor,
     .roles = OFFICER | MAY(OPERATOR),
     .operation = OPERATION__OPERATION_NONE,
     .decide = decide_sweep_erasures},
    ON_TIMER("retain", retain_due, ERASURE, .erases = true),
    ON_TIMER("destroy", destroy_due, ERASURE, .erases = true),
    {.kind = ROW_OUTCOME,
     .body = &subject_destroyed__descriptor,
     .operation = OPERATION__ERASURE,
     .erases = true,
     .needs = needs_subject_destroyed,
     .decide = on_subject_destroyed},
    ON_TIMER("erase", erase_due, ERASURE, .erases = true),
    ON_TIMER("sweep", sweep_due, ERASURE, .erases = true),
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {
    &person__descriptor,     &engagement__descriptor,      &appointment__descriptor,
    &session__descriptor,    &session_version__descriptor, &correction__descriptor,
    &legal_hold__descriptor, &erasure__descriptor,         NULL,
};

// The retention rules lie beside the folder of pathways.
static int load(const struct config *config, const void **settings, char *errors, size_t errors_bytes) {
  struct pathways *pathways = pathways_load(config->pathways, errors, errors_bytes);
  if (!pathways) return -1;
  char path[4096];
  snprintf(path, sizeof path, "%s/../retention.yaml", config->pathways);
  if (pathways_load_retention(pathways, path, errors, errors_bytes)) {
    pathways_free(pathways);
    return -1;
  }
  *settings = pathways;
  return 0;
}

const struct service intake = {
    .name = "intake",
    .rows = rows,
    .owns = owns,
    .load = load,
    .open = destruction_open,
    .perform = destruction_perform,
    .close = destruction_close,
};
