// The table of intake: each message that it takes, who may send it, and the two functions that answer it.
//
// By default nobody may. A person on probation reads no record here, a manager reads reports only, and an operator
// reads nobody's record at all. A mentor records contacts with their own people and explains confidentiality to them,
// and reads what they recorded themselves. A coordinator sees people, because matching needs it, and nothing of what
// was said; an auditor sees sessions without their narrative (session_reading.c).
#include "config.h"
#include "intake.h"
#include "intake.pb-c.h"
#include "pathways.h"

#define WRITERS (MAY(PRACTITIONER) | MAY(CASE_SYSTEM))
#define MENTORS MAY(MENTOR)
#define READERS (MAY(PRACTITIONER) | MAY(SAFEGUARDING_LEAD) | MAY(AUDITOR))
#define READERS_OF_PEOPLE (READERS | MAY(COORDINATOR))

#define ROW(name, who, why)                                                                                            \
  {                                                                                                                    \
    .kind = ROW_COMMAND, .body = &name##__descriptor, .roles = (who), .operation = OPERATION__##why,                   \
    .needs = needs_##name, .decide = decide_##name                                                                     \
  }

static const struct row rows[] = {
    ROW(register_person, WRITERS, COLLECTION),
    ROW(change_person, WRITERS, ALTERATION),
    ROW(read_person, READERS_OF_PEOPLE, CONSULTATION),
    ROW(list_people, READERS_OF_PEOPLE, CONSULTATION),

    ROW(open_engagement, WRITERS, COLLECTION),
    ROW(close_engagement, WRITERS, ALTERATION),
    ROW(read_engagement, READERS, CONSULTATION),
    ROW(list_engagements, READERS, CONSULTATION),

    ROW(make_appointment, WRITERS, COLLECTION),
    ROW(reschedule_appointment, WRITERS, ALTERATION),
    ROW(cancel_appointment, WRITERS, ALTERATION),
    ROW(read_appointment, READERS, CONSULTATION),
    ROW(list_appointments, READERS, CONSULTATION),

    ROW(record_session, WRITERS | MENTORS, COLLECTION),
    ROW(amend_session, WRITERS | MENTORS, ALTERATION),
    ROW(read_session, READERS | MENTORS, CONSULTATION),
    ROW(read_session_version, READERS | MENTORS, CONSULTATION),
    ROW(list_sessions, READERS | MENTORS, CONSULTATION),

    ROW(record_explanation, WRITERS | MENTORS, COLLECTION),
    ROW(list_explanations, READERS | MENTORS, CONSULTATION),
    ROW(read_confidentiality, WRITERS | READERS_OF_PEOPLE | MENTORS | MAY(MENTOR_SUPERVISOR), OPERATION_NONE),
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {
    &person__descriptor,
    &engagement__descriptor,
    &appointment__descriptor,
    &session__descriptor,
    &session_version__descriptor,
    &explanation__descriptor,
    NULL,
};

static int load(const struct config *config, const void **settings, char *errors, size_t errors_bytes) {
  *settings = pathways_load(config->pathways, errors, errors_bytes);
  return *settings ? 0 : -1;
}

const struct service intake = {.name = "intake", .rows = rows, .owns = owns, .load = load};
