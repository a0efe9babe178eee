// What a person on probation sees of their own record. (That they reach nobody else is in services/access.c.)
//
// Left out is what the Data Protection Act 2018 s.45(4) and schedules 2 and 3 allow to be withheld from a reading
// without review: the safe-contact instruction (it may be about somebody who is a danger, and be read over a shoulder),
// who may not read the record and whom the person must not meet (other people's data), what others answered in
// measures, and every narrative that the pathway's file does not name the role `person` a reader of. What of it the
// person is entitled to, they get by subject access, after a records officer has looked at it.
#pragma once
#include "change.h"
#include "intake.pb-c.h"

// The record as the sender may see it; the same one for everybody but the person.
const Person *own_person(const struct message *m, const Person *p);
const Session *own_session(const struct message *m, const Session *s);
