// How a batch of changes is laid out for the function `commit` of commit.lua. The function knows nothing of services.
//
//   FCALL commit <n> <the n keys of all records of all changes, in order>
//     <number of areas>
//     for each area: <name> <the events of all its changes> <the audit of all its changes>
//     then for each change:
//       <header>            big endian: area's number from 1 (8 bits); 16 bits each: numbers of records, of those put,
//                           of those deleted, of scores, of events, of audit entries; 32 bits each: bytes of its
//                           events, of its audit; then for each record the version that was seen (64 bits)
//       <value> ...         one for each record that is put
//       <key> <member> <score> ...    timers and indexes; an empty score removes the member
//
// Of a change's records, in the keys as in the header, those that are put come first, then those deleted, then the
// rest.
//
// The reply has one integer for each change: -1 for a conflict, else the sequence of its first event (0: it has none).
// A change that touches a record which an earlier one of the same batch wrote is judged by what that one left behind.
#pragma once
#include "resp.h"
#include "store.h"

enum {
  COMMIT_CHANGES = 128,   // the most in one call: beyond it, the gain is small and the wait of others grows
  COMMIT_BYTES = 1 << 20, // a batch takes no further change once it is this large
};

// Writes the call for the first of `n` changes, and for as many more as fit into one batch; answers how many. Timers go
// to the sorted set of `service`.
size_t commit_encode(struct resp *out, const char *service, struct store_change *const *changes, size_t n);
