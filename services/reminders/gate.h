// The gate before any message to a person: what must hold at the moment of sending.
//
// Rules are checked in the order of the enumeration NotSent and the first that applies is the reason on record. Missing
// data never counts as a yes.
#pragma once
#include "common.pb-c.h"
#include "intake.pb-c.h"
#include "reminders.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

enum {
  GATE_LATEST_MINUTES = 15,      // closer to the start than this a reminder helps nobody
  GATE_AFTER_QUIET_MINUTES = 30, // one that waited for the end of quiet hours comes at least so long before the start
};

struct gate_channel {
  Answer consent;
  bool address_valid;
};

struct gate_facts {
  int64_t now_ms, starts_at_ms;
  AppointmentState appointment; // unspecified: there is no such appointment any more
  bool engagement_open;
  Whereabouts whereabouts;
  bool safe_contact;                 // an instruction stands on how this person may be contacted
  Channel preferred;                 // unspecified: by text
  struct gate_channel channels[3];   // indexed by Channel
  uint32_t sent_today, most_per_day; // on the area's local day
  int64_t quiet_until_ms;            // 0: these are not quiet hours
  bool nearer_due;                   // a later reminder of the same appointment is due as well: that one is enough
};

struct gate_verdict {
  NotSent reason;        // unspecified: nothing speaks against it
  Channel channel;       // by which it goes; unspecified where it does not
  int64_t wait_until_ms; // not 0: ask again then, since quiet hours end in good time
};

struct gate_verdict gate(const struct gate_facts *f);

// The end of the quiet hours that `now_ms` lies in, by the area's clock; 0 where it lies in none. Quiet hours that
// begin and end at the same time are none.
int64_t gate_quiet_until(const Area *area, int64_t now_ms);
