// The service as a table: which message leads to which decision, and who may send it.
#include "mentoring.h"

static const struct row rows[] = {
    {0},
};

static const ProtobufCMessageDescriptor *const owns[] = {NULL};

const struct service mentoring = {.name = "mentoring", .rows = rows, .owns = owns};
