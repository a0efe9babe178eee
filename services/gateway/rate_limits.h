// Limits on how often one may knock: a token bucket for each actor and for each address, in a table that cannot grow.
//
// A request of somebody exempt counts nowhere: a case system sends as fast as it can, and what holds it back is the
// number of calls under way (calls.h). Every other counts for its address, and for its actor where it has one; so those
// who try tokens out are held back by their address. Where the table is full, the bucket that was used the longest time
// ago makes room: it is the one that is the nearest to full, so that little is forgotten with it.
#pragma once
#include "config.h"
#include "envelope.pb-c.h"
#include "limits.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

enum {
  LIMITS_BUCKETS = 16384,
  LIMITS_RETRY_S = 1 // after this long there is room for one again, at every rate that can be configured
};

struct rate_limits;
// Reads the file that the configuration names, or takes the defaults where it names none. NULL and "FILE:LINE: what is
// wrong" in `errors` on a fault.
struct rate_limits *rate_limits_new(struct config *config, char *errors, size_t errors_bytes);
void rate_limits_free(struct rate_limits *l);
// Counts a request and says whether it may go on. `who` is NULL where the sender is not signed in; `now_ms` never runs
// backwards.
bool rate_limits_allow(struct rate_limits *l, const char *address, const Actor *who, uint64_t now_ms);
