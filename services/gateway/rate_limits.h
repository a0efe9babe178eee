// Limits on how often one may knock: a token bucket for each actor and for each address, in a table that cannot grow.
//
// A request of somebody exempt counts nowhere: a case system sends as fast as it can, and what holds it back is the
// number of calls under way (calls.h). Every other counts for its address, and for its actor where it has one; so those
// who try tokens out are held back by their address. Where the table is full, the bucket that was used the longest time
// ago makes room: it is the one that is the nearest to full, so that little is forgotten with it.
//
// An actor has a second bucket, of refusals: whoever was told "not found" or "not allowed" too often is told nothing
// for a while, whatever they ask for.
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

enum limits_answer {
  LIMITS_FINE,
  LIMITS_TOO_FAST,   // there is room again in a second
  LIMITS_TOO_REFUSED // there is room for one more in `retry_after_s`
};
// Counts a request and says whether it may go on. `who` is NULL where the sender is not signed in; `now_ms` never runs
// backwards. `retry_after_s` may be NULL.
enum limits_answer rate_limits_allow(struct rate_limits *l, const char *address, const Actor *who, uint64_t now_ms,
                                     uint32_t *retry_after_s);
// Whose refusal it is, for later: the actor itself may be gone by then. 0: nobody who is counted.
struct limits_subject {
  uint64_t key;
  const Refusals *rule;
};
struct limits_subject rate_limits_subject(struct rate_limits *l, const Actor *who);
// Counts a refusal. True: it was the last one that was free, which is worth a line in the log.
bool rate_limits_refused(struct rate_limits *l, struct limits_subject subject, uint64_t now_ms);
