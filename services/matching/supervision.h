// The supervision of mentors.
#pragma once
#include "matching.h"

// Wants what supervision_due_at() looks at; `mentor_id` may be anything.
void supervision_want(struct records *want, const char *mentor_id);
// The next one is due then: in the mentor's record, and as a timer that tells a human.
void supervision_due_at(struct change *c, const struct records *have, const struct message *m, Mentor *mentor,
                        int64_t due_at_ms);
// What a registration or a change leaves unsaid: as it `was`, or (`was` is NULL) as many days after now as the area
// says.
void supervision_complete(struct change *c, const struct records *have, const struct message *m, Mentor *mentor,
                          const Mentor *was);
