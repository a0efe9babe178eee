// Sealing: confidential messages (those with a field `seal` of type Seal) leave the process only as ciphertext.
//
// XChaCha20-Poly1305 under a data key of the subject and partition; the data key is wrapped by the partition's master
// key. The additional data binds the message's type, subject, partition, place ("Person/X123456" or
// "event/MessageRequested") and version, so that a box cannot be moved elsewhere or replayed as another version. All
// functions are pure but for the nonce's randomness.
#pragma once
#include "arena.h"
#include "common.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

enum {
  MASTER_ID_BYTES = 8,
};
struct data_key {
  uint8_t key[32];
};

// A new data key and its wrapped form. The id of its record is "<subject>/<partition number>".
void seal_new_key(const uint8_t master[32], const char *subject, Partition p, struct data_key *key, DataKey *wrapped,
                  struct arena *a);
// The same data key, wrapped by another master.
void seal_wrap(const uint8_t master[32], const char *subject, Partition p, const struct data_key *key, DataKey *wrapped,
               struct arena *a);
// By what a wrapped key names its master: a keyed hash, which says nothing of it.
void seal_master_id(const uint8_t master[32], uint8_t id[MASTER_ID_BYTES]);
bool seal_unwrap(const uint8_t master[32], const char *subject, Partition p, const DataKey *wrapped,
                 struct data_key *key);

// Calls `visit` for every confidential message inside `m` (and `m` itself), at any depth, with its partition: what its
// field `partition` says, CONTACT where it has none. Stops and answers false when `visit` answers false.
typedef bool seal_visit_fn(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal);
bool seal_walk(ProtobufCMessage *m, seal_visit_fn *visit, void *context);
// Whether messages of that type can hold anything confidential (remembered per type).
bool seal_concerns(const ProtobufCMessageDescriptor *type);

// Takes every confidential message out of `m`, at any depth, whose partition is not in `shown`, a set of (1 <<
// partition). What was pointed at stays as it is; the pointers to it in `m` are gone.
void seal_take_out(ProtobufCMessage *m, unsigned shown);

// Replaces the content of a confidential message by its seal: afterwards every field but `partition` and `seal` is
// unset.
void seal_close(ProtobufCMessage *confidential, Seal **seal, const struct data_key *key, const char *subject,
                Partition p, const char *place, uint64_t version, struct arena *a);
// The other way. False: not authentic, and the message is untouched.
bool seal_open(ProtobufCMessage *confidential, Seal **seal, const struct data_key *key, const char *place,
               uint64_t version, struct arena *a);
