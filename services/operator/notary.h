// The notary: reads each area's audit as it grows and keeps what it found outside of Redis (chain.h), so that nobody
// who has Redis alone can take an entry away, or put another in its place, without it being seen.
#pragma once
#include "chain.h"

// What the notary notes of a stream, entry by entry. Pure.
struct notes {
  const uint8_t *key; // of the chain
  const char *area;
  uint64_t n;                     // sequences noted so far
  uint8_t link[AUDIT_HASH_BYTES]; // the last
  struct chain_link *links;       // those that notes_take() has added
  size_t n_links, cap_links;
};
// Adds the links that follow from one more entry of the stream. Sequences that have been noted before are left alone;
// what is missing or cannot be read is noted as nothing. False: the entry is so far ahead that it cannot be ours.
bool notes_take(struct notes *t, const struct store_entry *entry);

// Runs until SIGTERM or SIGINT. The exit status.
int notary_run(void);
