// What clients do: people and mentors come, appointments are made, moved and cancelled, sessions are recorded and
// amended, offers are made and answered. Each thing that happens is drawn from the dice, out of what the clients know
// to be there.
#pragma once
#include "intake.pb-c.h"
#include "world.h"

// Stands in everything confidential that the stories tell, and nowhere else.
#define SIM_CANARY "Zzyzx"

struct stories;
struct stories *stories_new(void);
void stories_free(struct stories *s);
// The people, mentors and engagements that the rest is about.
void stories_begin(struct stories *s, struct world *w);
// One more thing is asked for. (Nothing, where what was drawn is about something that is not there yet.)
void stories_happen(struct stories *s, struct world *w);
// A short story in a fixed order, step 0, 1, 2 ... Answers false when it is over.
bool stories_tell(struct stories *s, struct world *w, unsigned step);
// Reads every session back whose taking in was acknowledged, and notes what is not as it was sent.
void stories_read_back(struct stories *s, struct world *w);
