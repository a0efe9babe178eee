// The audit as bytes: how an entry is sealed by the service that writes it, and how entries are chained by the notary.
// All functions are pure.
//
// An entry is a packed AuditEntry whose last field, `mac`, is a keyed BLAKE2b-256 of the area and of all bytes before
// that field. Its key is the writing service's alone (<service>.audit), so that nobody else invents or alters an entry.
// What a seal cannot show, that an entry is gone or stands elsewhere, the chain shows: for every sequence of an area's
// audit the notary keeps, outside of Redis, the digest of the entry that it found there, and a link over that digest
// and the link before, both under a key of its own. The newest link it signs.
#pragma once
#include "arena.h"
#include "envelope.pb-c.h"
#include "store.h"

enum {
  AUDIT_HASH_BYTES = 32
};

// Fills in the `mac` of a list's only entry, which was packed with one of AUDIT_HASH_BYTES zeros.
void audit_seal(const uint8_t key[32], const char *area, struct bytes list);
bool audit_is_sealed(const uint8_t key[32], const char *area, struct bytes entry);
// Takes the first entry off a packed AuditList. False: there is none, or the list is damaged, and `list` stays as it
// was.
bool audit_next(struct bytes *list, struct bytes *entry);

void audit_digest(const uint8_t key[32], const char *area, struct bytes entry, uint8_t out[AUDIT_HASH_BYTES]);
// `before`: the link before; all zeros for the first.
void audit_link(const uint8_t key[32], const uint8_t before[AUDIT_HASH_BYTES], const uint8_t digest[AUDIT_HASH_BYTES],
                uint8_t out[AUDIT_HASH_BYTES]);
