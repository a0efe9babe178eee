// A match from its acceptance to its end: it is introduced, the two meet, and when they do not a human is told.
//
//   accepted --- IntroduceMatch --> introduced       not within the area's introduction_days: INTRODUCTION_DUE
//       |
//       |--- the two turn out to be two who must not meet: MUST_NOT_MEET (apart.c)
//       |
//       |--- SessionRecorded, again and again        none for the area's no_contact_days: NO_CONTACT
//       |
//       '--- EndMatch with goodbye or reason --> ended: FEEDBACK_DUE
//                     with neither --> ending: GOODBYE_DUE
//
// Days are whole days of the area's calendar: a contact on a Monday is good until the end of the last day, whatever its
// hour.
#pragma once
#include "matching.h"

// The end of the `days`-th day after the local day of `ms`.
int64_t match_days_end(const struct message *m, int64_t ms, uint32_t days);
// Accepted and not ended.
bool match_stands(const Offer *offer);
// The person's match, whose offer must have been wanted; NULL: there is none that stands.
const Offer *match_of_person(const struct records *have, const char *crn);
// Wants the tasks of the match that the message names, once that is known.
void match_want(struct records *want, const struct message *m);
// It was just accepted: sets its timers.
void match_begin(struct change *c, const struct message *m, const Offer *offer);
// The match that the message names, if it stands; else NULL.
const Offer *match_named(const struct records *have, const struct message *m);
// It is over: what match_want() wanted is done, its timers are cleared, and the person is to be asked how it was.
void match_over(struct change *c, const struct records *have, const struct message *m, const Offer *offer);
// Clears the timers of one whose records are deleted.
void match_forget(struct change *c, const char *id);
