// The service as a table: which message leads to which decision. A mentor may send those about notes, and nobody else
// (services/access.c).
#include "held.h"
#include "mentoring.h"

#define ROW(name)                                                                                                      \
  { .kind = ROW_COMMAND, .body = &name##__descriptor, .needs = needs_##name, .decide = decide_##name }

// clang-format off
static const struct row rows[] = {
    ROW(write_note), ROW(amend_note), ROW(read_note), ROW(read_note_version), ROW(list_notes),
    {.kind = ROW_COMMAND, .body = &collect_records__descriptor, .needs = needs_collect_notes,
     .decide = decide_collect_notes},
    {.kind = ROW_EVENT, .body = &person_erased__descriptor, .erases = true, .decide = held_on_person_erased},
    {.kind = ROW_EVENT, .body = &disposal_ordered__descriptor, .decide = held_on_disposal_ordered},
    {.kind = ROW_TIMER, .timer = "erase", .operation = OPERATION__ERASURE, .erases = true, .needs = needs_erase_notes,
     .decide = on_erase_notes},
    {0},
};
// clang-format on

static const ProtobufCMessageDescriptor *const owns[] = {&note__descriptor, &note_version__descriptor, NULL};

const struct service mentoring = {.name = "mentoring", .rows = rows, .owns = owns};
