// The table of intake: each message that it takes, and the two functions that answer it.
#include "config.h"
#include "intake.h"
#include "intake.pb-c.h"
#include "pathways.h"

#define ROW(name)                                                                                                      \
  { .kind = ROW_COMMAND, .body = &name##__descriptor, .needs = needs_##name, .decide = decide_##name }

static const struct row rows[] = {
    ROW(register_person),      ROW(change_person),
    ROW(read_person),          ROW(list_people),
    ROW(open_engagement),      ROW(close_engagement),
    ROW(read_engagement),      ROW(list_engagements),
    ROW(make_appointment),     ROW(reschedule_appointment),
    ROW(cancel_appointment),   ROW(read_appointment),
    ROW(list_appointments),    ROW(record_session),
    ROW(amend_session),        ROW(read_session),
    ROW(read_session_version), ROW(list_sessions),
    ROW(record_explanation),   ROW(list_explanations),
    ROW(read_confidentiality), {0},
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
