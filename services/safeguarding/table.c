// The service as a table: which message leads to which decision, and who may send it.
#include "safeguarding.h"

#define COMMAND(TYPE, ROLES, OPERATION, NEEDS)                                                                         \
  {                                                                                                                    \
    .kind = ROW_COMMAND, .body = &TYPE##__descriptor, .roles = (ROLES), .operation = OPERATION__##OPERATION,           \
    .needs = (NEEDS), .decide = decide_##TYPE                                                                          \
  }

enum {
  LEAD = MAY(SAFEGUARDING_LEAD),
  KEEPS_STAFF = MAY(SAFEGUARDING_LEAD) | MAY(COORDINATOR) | MAY(CASE_SYSTEM),
};

// clang-format off
static const struct row rows[] = {
    COMMAND(register_staff,           KEEPS_STAFF,          COLLECTION,     needs_register_staff),
    COMMAND(change_staff,             KEEPS_STAFF,          ALTERATION,     needs_change_staff),
    COMMAND(read_staff,               KEEPS_STAFF,          CONSULTATION,   needs_read_staff),
    COMMAND(change_rota,              LEAD,                 ALTERATION,     needs_change_rota),
    COMMAND(read_rota,                LEAD,                 CONSULTATION,   needs_read_rota),
    COMMAND(raise_disclosure,         MAY(MENTOR),          DISCLOSURE,     needs_raise_disclosure),
    COMMAND(read_my_disclosures,      MAY(MENTOR),          CONSULTATION,   needs_read_my_disclosures),
    COMMAND(read_disclosure,          LEAD,                 CONSULTATION,   needs_disclosure),
    COMMAND(acknowledge_disclosure,   LEAD,                 ALTERATION,     needs_disclosure),
    COMMAND(record_disclosure_action, LEAD,                 ALTERATION,     needs_disclosure),
    COMMAND(close_disclosure,         LEAD,                 ALTERATION,     needs_disclosure),
    COMMAND(list_disclosures,         LEAD,                 CONSULTATION,   needs_list_disclosures),
    COMMAND(read_alert_counts,        LEAD | MAY(OPERATOR), OPERATION_NONE, needs_read_alert_counts),
    COMMAND(open_break_glass,         MAY(PRACTITIONER),    DISCLOSURE,     needs_open_break_glass),
    COMMAND(review_break_glass,       LEAD,                 ALTERATION,     needs_review_break_glass),
    COMMAND(list_break_glass,         LEAD,                 CONSULTATION,   needs_list_break_glass),
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
    &break_glass__descriptor,
    &break_glass_use__descriptor,
    NULL,
};

const struct service safeguarding = {.name = "safeguarding", .rows = rows, .owns = owns, .load = safeguarding_load};
