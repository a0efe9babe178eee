// Rotating master keys. The steps, in which no running service ever meets a data key that it cannot unwrap:
//
//   begin    a new master lies beside the present one (masters.h has the files)      confirmed: every service knows it
//   promote  new data keys are wrapped by it, and the one before still unwraps       confirmed: every service wraps
//   with it rewrap   every data key in Redis is wrapped by it                                until a whole pass finds
//   none left end      the one before goes
//
// All that a rotation knows is in these files and in the data keys themselves, so that it may be killed anywhere.
#pragma once
#include "masters.h"
#include "progress.h"
#include "sync.h"

struct rotation {
  struct sync sync;
  struct keys keys; // the operator's, for the bus
  bool rotates[KEYS_PARTITIONS];
  bool keep_old;
  const char *folder, *hand_out; // hand_out NULL: the services read the folder itself
};

// --- rewrap.c
struct rewrapped {
  size_t n, rewrapped, left, unusable;
};
// One pass over all data keys of the partitions that rotate. `left`: somebody else wrote it meanwhile; `unusable`: it
// opens under neither master. False: the store stopped answering, or a master cannot be read.
bool rotation_pass(struct rotation *r, struct rewrapped *pass);

// --- confirm.c
// Waits until every service that opens one of the partitions says that it knows the newest master, and, where `wraps`,
// that it wraps with it. False: it cannot be asked, and why is on standard error.
bool rotation_confirm(struct rotation *r, bool wraps);
