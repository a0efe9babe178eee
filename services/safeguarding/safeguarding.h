// Safeguarding keeps disclosures until a human has acted on them.
#pragma once
#include "change.h"
#include "records.h"
#include "service.h"

extern const struct service safeguarding;
