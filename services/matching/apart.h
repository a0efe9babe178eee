// Two who meet and must not: see apart.c.
#pragma once
#include "matching.h"

// All whom a person meets: their mentor, who covers, who is booked. Beside the person's place on the waiting list.
void apart_want_person(struct records *want, const struct message *m, const char *crn);
void apart_keep_person(struct change *c, const struct records *have, const struct message *m, const char *crn);
// The two of a match that stands, and who covers it: a task as long as they must not meet. The records of all three
// must have been wanted, and the task.
void apart_keep_match(struct change *c, const struct records *have, const struct message *m, const Offer *match);
