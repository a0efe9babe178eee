// The supervision of mentors.
#pragma once
#include "matching.h"

// The last one was then: sets when the next is due, in the mentor's record and as a timer.
void supervision_from(struct change *c, const struct message *m, Mentor *mentor, int64_t last_ms);
// What the service keeps of it in a mentor's record, as it is in another version of that record; NULL: nothing.
void supervision_copy(Mentor *mentor, const Mentor *from);
