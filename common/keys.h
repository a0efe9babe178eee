// Keys on disk: who a service is, whom it accepts, what it can open.
//
// The folder (ALONGSIDE_KEYS) holds, as made by `alongside keygen`:
//   peers.yaml          who is accepted: a Peers message (public; every service has it)
//   <service>.curve     the service's CURVE secret key, Z85 (mode 0600; only that service has it)
//   <peer>.sign         an Ed25519 seed, 64 hex digits: signs actors (only the gateway and foreign senders have one)
//   <service>.audit     the key of the seals on this service's audit entries, 64 hex digits (audit.h); who verifies the
//                       audit has those of all services
//   notary.audit        the key of the notary's chain of audit entries, and notary.sign, which signs its heads;
//                       notary.public is the other half, 64 hex digits, for whoever verifies them
//   <account>.redis     the password of an account in Redis (accounts.h), 64 hex digits; users.acl is Redis' list of
//   the
//                       accounts with hashes of the passwords
//   destroyed.key       the key of the names in the destruction log (destroyed.h); every service has it, and nobody who
//                       only reads the log or a backup of it
//   <partition>.master  a partition's master key, 64 hex digits: contact.master, supervision.master, mentoring.master,
//                       safeguarding.master. A service reads those that its entry in peers.yaml names (opens), and
//                       must have them; what it does not read, it cannot open.
#pragma once
#include "arena.h"
#include "envelope.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  KEYS_PARTITIONS = 5
}; // indexed by Partition

struct destroyed;
struct keys {
  char name[64];
  char folder[256];
  char public_key[41], secret_key[41]; // CURVE, Z85
  bool signs;
  uint8_t sign_secret[64]; // Ed25519
  uint8_t audit[32];       // seals its audit entries
  bool has_master[KEYS_PARTITIONS];
  uint8_t master[KEYS_PARTITIONS][32];
  uint8_t other_masters[KEYS_PARTITIONS][2][32]; // that unwrap too while a rotation is under way (masters.h)
  unsigned n_others[KEYS_PARTITIONS];
  struct arena arena;
  Peers *peers;
  int64_t peers_stamp;         // of the peers.yaml that `peers` was read from
  struct destroyed *destroyed; // whose keys are destroyed; NULL: nobody's. Opened and freed by who loaded the keys.
};
// On a fault answers -1 with a sentence that names the file.
int keys_load(struct keys *k, const char *folder, const char *name, char *errors, size_t errors_bytes);
void keys_free(struct keys *k);
// NULL where there is none. Valid until the next keys_refresh().
const Peer *keys_peer(const struct keys *k, const char *name);
// `peer` may be NULL: false.
bool keys_may_send(const Peer *peer, const char *type);

// Reads peers.yaml again if it has changed since; true: it has, and `peers` is new. A file that cannot be read leaves
// the peers as they were.
bool keys_refresh(struct keys *k);
// What differs once the folder's peers.yaml has been replaced; 0 where there is none.
int64_t keys_peers_stamp(const char *folder);
// The folder's peers, every key checked to be well formed. For threads that keep a copy of their own.
Peers *keys_read_peers(struct arena *a, const char *folder, char *errors, size_t errors_bytes);
// The file name of a partition's master key without its suffix: "contact".
const char *keys_partition_name(Partition p);

// Reads the 32 bytes of FOLDER/STEM.SUFFIX: an audit key, a signing seed, a public key. On a fault answers -1 with a
// sentence that names the file.
int keys_read_secret(const char *folder, const char *stem, const char *suffix, uint8_t out[32], char *errors,
                     size_t errors_bytes);

// Makes what is missing in the folder: services' and the notary's keys, the gateway's signing key, master keys,
// passwords, peers.yaml, users.acl. Leaves what is there. `foreign`: also a peer of that name, which may send `sends`
// (types separated by commas) and signs its own actors.
int keys_generate(const char *folder, const char *foreign, const char *sends, char *errors, size_t errors_bytes);
