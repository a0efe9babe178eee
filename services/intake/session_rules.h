// What a session record must be: in itself, and on its pathway.
#pragma once
#include "checks.h"
#include "intake.pb-c.h"

// In itself, whatever the pathway: ids, times, choices, bounds, and facts of attendance that do not contradict each
// other or the outcome code. `now_ms`: a session lies in the past.
void check_session(const struct checks *k, const Session *s, int64_t now_ms);

// On its pathway: names that the pathway knows, all its parts covered or a reason why not, measures within their range,
// and those present whom it requires. `s` has passed check_session and has its attendance.
void check_on_pathway(const struct checks *k, const Session *s, const Pathway *pathway);
