// What a reader is shown of a session.
#pragma once
#include "change.h"
#include "intake.pb-c.h"

// Whether the sender may read what is written on that pathway: one of their roles is among its narrative readers. Where
// the pathway's file is gone, nobody.
bool reads_narrative(const struct message *m, const char *pathway);
// Whether what is said on that pathway is between a mentor and the person. A pathway whose file is gone counts as one.
bool is_in_confidence(const struct message *m, const char *pathway);
// Whether the session is the sender's to see: a mentor sees those that they recorded themselves.
bool sees_session(const struct message *m, const Session *s);
// The session as the sender may see it: without its narrative where they may not read it; and of one in confidence that
// contact took place and nothing else, so without its goal, its measures and its parts; of a person's
// own, without what is withheld (own_record.h).
const Session *session_shown(const struct message *m, const Session *s);
// The index of a person's sessions, in order of their start.
char *index_of_sessions(const struct message *m, const char *crn);
