// The service as a table: which message leads to which decision. Who may send it is in services/access.c.
#include "held.h"
#include "safeguarding.h"

#define COMMAND(TYPE, NEEDS)                                                                                           \
  { .kind = ROW_COMMAND, .body = &TYPE##__descriptor, .needs = (NEEDS), .decide = decide_##TYPE }

// clang-format off
static const struct row rows[] = {
    COMMAND(register_staff, needs_register_staff),
    COMMAND(change_staff, needs_change_staff),
    COMMAND(read_staff, needs_read_staff),
    COMMAND(change_rota, needs_change_rota),
    COMMAND(read_rota, needs_read_rota),
    COMMAND(raise_disclosure, needs_raise_disclosure),
    COMMAND(read_my_disclosures, needs_read_my_disclosures),
    COMMAND(read_disclosure, needs_disclosure),
    COMMAND(acknowledge_disclosure, needs_disclosure),
    COMMAND(record_disclosure_action, needs_disclosure),
    COMMAND(close_disclosure, needs_close_disclosure),
    COMMAND(list_disclosures, needs_list_disclosures),
    COMMAND(read_alert_counts, needs_read_alert_counts),
    COMMAND(open_break_glass, needs_open_break_glass),
    COMMAND(review_break_glass, needs_review_break_glass),
    COMMAND(list_break_glass, needs_list_break_glass),
    {.kind = ROW_COMMAND, .body = &collect_records__descriptor, .needs = needs_collect_safeguarding,
     .decide = decide_collect_safeguarding},
    {.kind = ROW_EVENT, .body = &person_erased__descriptor, .erases = true, .decide = held_on_person_erased},
    {.kind = ROW_EVENT, .body = &disposal_ordered__descriptor, .decide = held_on_disposal_ordered},
    {.kind = ROW_TIMER, .timer = "erase", .operation = OPERATION__ERASURE, .erases = true,
     .needs = needs_erase_safeguarding, .decide = on_erase_safeguarding},
    {.kind = ROW_TIMER, .timer = "alert", .needs = needs_alert_due, .decide = on_alert_due},
    {.kind = ROW_EVENT, .body = &message_dead__descriptor, .needs = needs_alert_dead, .decide = on_alert_dead},
    {.kind = ROW_EVENT, .body = &message_delivered__descriptor, .needs = needs_alert_delivered,
     .decide = on_alert_delivered},
    {0},
};
// clang-format on

static const ProtobufCMessageDescriptor *const owns[] = {
    &staff__descriptor,
    &on_call_rota__descriptor,
    &disclosure__descriptor,
    &disclosure_watch__descriptor,
    &open_disclosures__descriptor,
    &break_glass__descriptor,
    &break_glass_use__descriptor,
    NULL,
};

const struct service safeguarding = {.name = "safeguarding", .rows = rows, .owns = owns, .load = safeguarding_load};
