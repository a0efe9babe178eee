// Attendance: three facts, and the Delius outcome codes that follow from them.
//
// Kept once each are: did the session happen; did the person attend; and if not, whose reason it was and of which kind.
// A code says less than the facts, so several facts may share a code; a code that is imported stands for the plainest
// facts that have it.
#pragma once
#include "err.h"
#include "intake.pb-c.h"
#include <stdbool.h>

// What contradicts itself in the facts, with its field ("/attendance/absence") and what to do about it; no error where
// nothing does. Facts without contradiction always have a code.
struct err attendance_check(const Attendance *a);
// The code of consistent facts, e.g. "ATTC"; static. NULL where they are not consistent.
const char *attendance_outcome(const Attendance *a);
// Writes the facts that an imported code stands for. False: there is no such code, and `*out` is untouched.
bool attendance_of_outcome(const char *code, Attendance *out);
// "ATTC, AFTC, ...", for saying which codes there are; static.
const char *attendance_codes(void);

// Whether the person came, even if they were sent home.
bool attendance_came(const Attendance *a);
// Whether the session counts: it happened and the person took part in it.
bool attendance_counts(const Attendance *a);
