// A partition's master keys while one takes the place of another (`alongside keys rotate`).
//
// Beside <partition>.master the folder of keys then holds one more of these files:
//
//   none --begin--> .next --promote--> .old --end--> none
//
//   <partition>.next   the new one, handed out and not used yet
//   <partition>.old    the one before, as long as data keys may be wrapped by it
//
// .master wraps new data keys; each of the three unwraps. A key moves from .next to .master or from .master to .old,
// and is in its new place before it leaves the old one. Whoever reads the files in this order, .next, .master, .old,
// meets every key that is there, at whatever moment the rotation is.
#pragma once
#include "keys.h"
#include "seal.h"

enum {
  MASTERS = 3, // .master first, then what else there is
};

// Reads the masters of the partitions that the service opens again. True: they are others than before. Where a file
// cannot be read, nothing changes. Called every second.
bool keys_refresh_masters(struct keys *k);
// Opens a data key with whichever master it was wrapped by. False: none of those that are known.
bool keys_unwrap(const struct keys *k, const char *subject, Partition p, const DataKey *wrapped, struct data_key *key);

// What a Pong says of the masters that a service knows.
struct masters_told {
  MasterKey keys[KEYS_PARTITIONS * MASTERS], *list[KEYS_PARTITIONS * MASTERS];
  uint8_t ids[KEYS_PARTITIONS * MASTERS][MASTER_ID_BYTES];
  size_t n;
};
void keys_tell_masters(const struct keys *k, struct masters_told *out);

// --- the files, for the rotation
enum rotation_phase {
  ROTATION_NONE,
  ROTATION_NEXT,
  ROTATION_OLD
};
enum rotation_phase rotation_phase(const char *folder, Partition p);
// Each does its step where the files say that it is the one to do, and nothing where it is done already: after a kill
// at any point, doing all of them again goes on from there. On a fault -1 with a sentence that names the file.
int rotation_begin(const char *folder, Partition p, char *errors, size_t errors_bytes);
int rotation_promote(const char *folder, Partition p, char *errors, size_t errors_bytes);
// `keep`: the old one becomes <partition>.retired-<id>, which no service reads.
int rotation_end(const char *folder, Partition p, bool keep, char *errors, size_t errors_bytes);
