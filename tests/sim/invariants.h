// What must hold of the store and of the outside world, whatever went wrong on the way.
#pragma once
#include "world.h"

// Holds at every moment: no mentor beyond capacity, one standing offer per person at most, counts that add up.
void invariants_always(struct world *w);
// Holds once all is done and every timer has come: events without a gap and once each, reminders that ended and why,
// readers at the end, an audit entry for every answer, nothing confidential in clear.
void invariants_at_the_end(struct world *w);
