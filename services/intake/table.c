// The table of intake: each message that it takes, and the two functions that answer it.
#include "config.h"
#include "destruction.h"
#include "intake.h"
#include "intake.pb-c.h"
#include "pathways.h"
#include <stdio.h>

#define ROW(name)                                                                                                      \
  { .kind = ROW_COMMAND, .body = &name##__descriptor, .needs = needs_##name, .decide = decide_##name }

#define ON_TIMER(name, what, why, ...)                                                                                 \
  {                                                                                                                    \
    .kind = ROW_TIMER, .timer = (name), .operation = OPERATION__##why, .needs = needs_##what, .decide = on_##what,     \
    ##__VA_ARGS__                                                                                                      \
  }

static const struct row rows[] = {
    ROW(register_person),
    ROW(change_person),
    ROW(read_person),
    ROW(list_people),
    ROW(open_engagement),
    ROW(close_engagement),
    ROW(read_engagement),
    ROW(list_engagements),
    ROW(make_appointment),
    ROW(reschedule_appointment),
    ROW(cancel_appointment),
    ROW(read_appointment),
    ROW(list_appointments),
    ROW(record_session),
    ROW(amend_session),
    ROW(read_session),
    ROW(read_session_version),
    ROW(list_sessions),
    ROW(record_explanation),
    ROW(list_explanations),
    ROW(read_confidentiality),

    ROW(propose_correction),
    ROW(answer_correction),
    ROW(read_correction),
    ROW(list_corrections),
    ROW(list_open_corrections),
    ON_TIMER("correction", correction_due, ALTERATION),
    ROW(collect_records),
    ROW(place_legal_hold),
    ROW(lift_legal_hold),
    ROW(read_legal_hold),

    // From the order to the last record. All but the order see what the destruction log names already.
    ROW(request_erasure),
    {.kind = ROW_COMMAND, .body = &sweep_erasures__descriptor, .decide = decide_sweep_erasures},
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
    &person__descriptor,
    &engagement__descriptor,
    &appointment__descriptor,
    &session__descriptor,
    &session_version__descriptor,
    &explanation__descriptor,
    &correction__descriptor,
    &legal_hold__descriptor,
    &erasure__descriptor,
    &disposal__descriptor,
    NULL,
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
