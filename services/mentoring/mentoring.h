// Mentoring keeps what mentors write in confidence. It is the only service with the key to it.
#pragma once
#include "change.h"
#include "records.h"
#include "service.h"

extern const struct service mentoring;
