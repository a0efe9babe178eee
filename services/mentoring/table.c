// The service as a table: which message leads to which decision, and who may send it. A mentor, and nobody else.
#include "mentoring.h"

#define ROW(name, why)                                                                                                 \
  {                                                                                                                    \
    .kind = ROW_COMMAND, .body = &name##__descriptor, .roles = MAY(MENTOR), .operation = OPERATION__##why,             \
    .needs = needs_##name, .decide = decide_##name                                                                     \
  }

static const struct row rows[] = {
    ROW(write_note, COLLECTION),          ROW(amend_note, ALTERATION),   ROW(read_note, CONSULTATION),
    ROW(read_note_version, CONSULTATION), ROW(list_notes, CONSULTATION), {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {&note__descriptor, &note_version__descriptor, NULL};

const struct service mentoring = {.name = "mentoring", .rows = rows, .owns = owns};
