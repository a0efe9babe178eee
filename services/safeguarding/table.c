// The service as a table: which message leads to which decision, and who may send it.
#include "safeguarding.h"

static const struct row rows[] = {
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {NULL};

const struct service safeguarding = {.name = "safeguarding", .rows = rows, .owns = owns};
