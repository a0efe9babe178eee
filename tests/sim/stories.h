// What clients do: people and mentors come, appointments are made, moved and cancelled, sessions are recorded and
// amended, offers are made and answered. Each thing that happens is drawn from the dice, out of what the clients know
// to be there.
#pragma once
#include "intake.pb-c.h"
#include "world.h"

// Stands in everything confidential that the stories tell, and nowhere else.
#define SIM_CANARY "Zzyzx"

struct stories;
// At most STORIES_PEOPLE people and STORIES_MENTORS mentors.
enum {
  STORIES_PEOPLE = 6,
  STORIES_MENTORS = 3
};
struct stories *stories_new(unsigned people, unsigned mentors);
void stories_free(struct stories *s);
// The people, mentors and engagements that the rest is about.
void stories_begin(struct stories *s, struct world *w);
// One more thing is asked for. (Nothing, where what was drawn is about something that is not there yet.)
void stories_happen(struct stories *s, struct world *w);
// A short story in a fixed order, step 0, 1, 2 ... Answers false when it is over.
bool stories_tell(struct stories *s, struct world *w, unsigned step);
// The world heals, every timer comes, every session whose taking in was acknowledged is read back and compared with
// what was sent, and all invariants are looked at.
void stories_end(struct stories *s, struct world *w);
