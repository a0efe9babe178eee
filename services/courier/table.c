// The service as a table: which message leads to which decision.
#include "courier.h"
#include "held.h"
#include "perform.h"

static const struct row rows[] = {
    {.kind = ROW_EVENT,
     .body = &message_requested__descriptor,
     .needs = needs_message_requested,
     .decide = on_message_requested},
    {.kind = ROW_EVENT,
     .body = &message_called_off__descriptor,
     .needs = needs_message_called_off,
     .decide = on_message_called_off},
    {.kind = ROW_TIMER, .timer = "deliver", .needs = needs_delivery_due, .decide = on_delivery_due},
    {.kind = ROW_TIMER, .timer = "forget", .needs = needs_delivery_due, .decide = on_forget_due},
    {.kind = ROW_OUTCOME,
     .body = &delivery_attempted__descriptor,
     .needs = needs_delivery_attempted,
     .decide = on_delivery_attempted},
    {.kind = ROW_COMMAND,
     .body = &list_dead_letters__descriptor,
     .needs = needs_list_dead_letters,
     .decide = decide_list_dead_letters},
    {.kind = ROW_COMMAND,
     .body = &retry_delivery__descriptor,
     .needs = needs_retry_delivery,
     .decide = decide_retry_delivery},
    {.kind = ROW_COMMAND,
     .body = &collect_records__descriptor,
     .needs = needs_collect_deliveries,
     .decide = decide_collect_deliveries},
    {.kind = ROW_EVENT, .body = &person_erased__descriptor, .erases = true, .decide = held_on_person_erased},
    {.kind = ROW_EVENT, .body = &disposal_ordered__descriptor, .decide = held_on_disposal_ordered},
    {.kind = ROW_TIMER,
     .timer = "erase",
     .operation = OPERATION__ERASURE,
     .erases = true,
     .needs = needs_erase_deliveries,
     .decide = on_erase_deliveries},
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {&delivery__descriptor, NULL};

const struct service courier = {
    .name = "courier",
    .rows = rows,
    .owns = owns,
    .open = perform_open,
    .perform = perform,
    .close = perform_close,
};
