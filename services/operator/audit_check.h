// Whether an area's audit is what was written: compares the stream in the store with the notary's chain. Pure but for
// the lines that it prints: it is given the stream entry by entry, and names each fault by its sequence.
//
// Where an entry stands, and what it is, are told apart by its digest:
//   the chain has it at that sequence          fine
//   the chain has it elsewhere                 it was moved, or copied
//   the chain does not have it                 changed, where what belongs there is nowhere else; else inserted
//   the chain has it and the stream does not   it was removed
// The end of the stream that the notary has not seen yet is held to the services' seals, and to gaps.
#pragma once
#include "chain.h"
#include "store.h"
#include <stdio.h>

// The key of a service's seals; NULL: there is no such service.
typedef const uint8_t *audit_key_fn(void *context, const char *service);

struct audit_stranger;
struct audit_run {
  uint64_t first, last; // 0: none
};
struct audit_check {
  // Set by the caller.
  FILE *out;
  const char *area;
  struct chain_view chain;
  uint8_t chain_key[32], public_key[32];
  audit_key_fn *key_of;
  void *context;
  int64_t now_ms;
  // Results.
  size_t n_entries, n_faults;
  uint64_t n_signed; // how far a valid head reaches
  // Its own.
  uint64_t last;       // the sequence that the stream has come to
  bool *settled;       // by sequence: found in its place, or said what became of it
  uint64_t *by_digest; // the chain's sequences, sorted by digest
  size_t n_by_digest;
  struct audit_stranger *strangers; // entries that do not stand where the chain has them
  size_t n_strangers, cap_strangers;
  struct audit_run late;
  struct arena arena;
};

enum {
  AUDIT_LATE_MS = 10 * 60 * 1000
}; // an entry of that age that nobody has signed for is a fault

// Checks the chain and its heads by themselves.
void audit_check_begin(struct audit_check *c);
// The entries of the stream, in the order in which the store has them.
void audit_check_entry(struct audit_check *c, const struct store_entry *entry);
// Says what became of those that were not found in their place.
void audit_check_end(struct audit_check *c);
// Gives all memory back.
void audit_check_free(struct audit_check *c);
