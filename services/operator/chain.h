// The notary's files, outside of Redis: what it found in an area's audit, and its signature under that.
//
//   FOLDER/<area>.chain   a chain_link for each sequence of the audit, from 1 on
//   FOLDER/<area>.heads   a chain_head for each signing: the newest link at that moment
//
// Both are only ever appended to, in records of one size. The links are on disk before the head that signs them is.
// Each signature covers the one before it, so that no head can be taken out from between two others.
#pragma once
#include "audit.h"
#include <stdbool.h>

enum {
  CHAIN_SIGNATURE_BYTES = 64
};

struct chain_link {
  uint8_t digest[AUDIT_HASH_BYTES]; // of the entry; all zeros: there was none that could be read
  uint8_t link[AUDIT_HASH_BYTES];   // audit_link() over the link before and the digest
};
struct chain_head {
  uint8_t sequence[8], at_ms[8]; // big endian
  uint8_t link[AUDIT_HASH_BYTES];
  uint8_t signature[CHAIN_SIGNATURE_BYTES]; // Ed25519, over the area, the signature before, and all of the above
};

uint64_t chain_sequence(const struct chain_head *h);
int64_t chain_at_ms(const struct chain_head *h);
bool chain_is_empty(const uint8_t digest[AUDIT_HASH_BYTES]);
// `before`: the head before; NULL for the first.
void chain_make_head(struct chain_head *h, const struct chain_head *before, const uint8_t secret[64], const char *area,
                     uint64_t sequence, int64_t at_ms, const uint8_t link[AUDIT_HASH_BYTES]);
bool chain_is_signed(const struct chain_head *h, const struct chain_head *before, const uint8_t public_key[32],
                     const char *area);

// --- appending

struct chain {
  char area[64];
  int links_fd, heads_fd;
  uint64_t n;             // of links
  struct chain_link last; // zeros where there is none
  bool has_head;
  struct chain_head head; // the last
};
// Makes the files where they are missing, locks them, and cuts off what a crash has left unfinished at their ends. On a
// fault answers -1 with a sentence.
int chain_open(struct chain *c, const char *folder, const char *area, char *errors, size_t errors_bytes);
void chain_close(struct chain *c);
// Appends links, each of which was made after the one before; they are on disk when this returns. False: they are not.
bool chain_append(struct chain *c, const struct chain_link *links, size_t n);
// Signs the last link, which must be there.
bool chain_sign(struct chain *c, const uint8_t secret[64], int64_t at_ms);

// --- looking

// Both files as they are at one moment. What is not a whole record at their ends does not count.
struct chain_view {
  const struct chain_link *links;
  const struct chain_head *heads;
  size_t n_links, n_heads;
};
// Files that are not there are empty. False: one cannot be read, and errno says why.
bool chain_view_open(struct chain_view *v, const char *folder, const char *area);
void chain_view_close(struct chain_view *v);
