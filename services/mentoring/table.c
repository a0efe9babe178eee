// The service as a table: which message leads to which decision. A mentor may send them, and nobody else
// (services/access.c).
#include "mentoring.h"

#define ROW(name)                                                                                                      \
  { .kind = ROW_COMMAND, .body = &name##__descriptor, .needs = needs_##name, .decide = decide_##name }

static const struct row rows[] = {
    ROW(write_note), ROW(amend_note), ROW(read_note), ROW(read_note_version), ROW(list_notes), {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {&note__descriptor, &note_version__descriptor, NULL};

const struct service mentoring = {.name = "mentoring", .rows = rows, .owns = owns};
