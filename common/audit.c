#include "audit.h"
#include <assert.h>
#include <sodium.h>
#include <string.h>

// How the field `mac`, the last of an entry, is packed: its tag and its length, then the bytes.
static const uint8_t mac_head[] = {0x7a, AUDIT_HASH_BYTES};
enum {
  MAC_BYTES = sizeof mac_head + AUDIT_HASH_BYTES
};

// The area with its final NUL, so that no two areas and entries run into the same bytes.
static void hash(const uint8_t key[32], const char *area, struct bytes what, uint8_t out[AUDIT_HASH_BYTES]) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, key, 32, AUDIT_HASH_BYTES);
  crypto_generichash_update(&state, (const uint8_t *)area, strlen(area) + 1);
  crypto_generichash_update(&state, what.data, what.size_bytes);
  crypto_generichash_final(&state, out, AUDIT_HASH_BYTES);
}

// Where an entry's mac begins; NULL where it has none.
static const uint8_t *mac_of(struct bytes entry) {
  if (entry.size_bytes < MAC_BYTES) return NULL;
  const uint8_t *head = entry.data + entry.size_bytes - MAC_BYTES;
  return memcmp(head, mac_head, sizeof mac_head) ? NULL : head + sizeof mac_head;
}

static void mac(const uint8_t key[32], const char *area, struct bytes entry, uint8_t out[AUDIT_HASH_BYTES]) {
  hash(key, area, (struct bytes){entry.data, entry.size_bytes - MAC_BYTES}, out);
}

void audit_seal(const uint8_t key[32], const char *area, struct bytes list) {
  struct bytes entry;
  bool one = audit_next(&list, &entry) && !list.size_bytes && mac_of(entry);
  assert(one && "one entry, packed with room for its mac");
  (void)one;
  mac(key, area, entry, (uint8_t *)mac_of(entry));
}

bool audit_is_sealed(const uint8_t key[32], const char *area, struct bytes entry) {
  uint8_t right[AUDIT_HASH_BYTES];
  const uint8_t *there = mac_of(entry);
  if (!there) return false;
  mac(key, area, entry, right);
  return !sodium_memcmp(right, there, sizeof right);
}

// A length as protobuf writes it, in as few bytes as it takes: a longer spelling is nobody's but a forger's.
static bool take_length(struct bytes *list, size_t *length) {
  size_t value = 0;
  for (unsigned i = 0; i < 4 && i < list->size_bytes; i++) {
    value |= (size_t)(list->data[i] & 127) << (7 * i);
    if (list->data[i] & 128) continue;
    if (i && !list->data[i]) return false;
    *list = (struct bytes){list->data + i + 1, list->size_bytes - i - 1};
    *length = value;
    return true;
  }
  return false;
}

bool audit_next(struct bytes *list, struct bytes *entry) {
  size_t length;
  if (!list->size_bytes || *list->data != 0x0a) return false;
  struct bytes rest = {list->data + 1, list->size_bytes - 1};
  if (!take_length(&rest, &length) || length > rest.size_bytes) return false;
  *entry = (struct bytes){rest.data, length};
  *list = (struct bytes){rest.data + length, rest.size_bytes - length};
  return true;
}

void audit_digest(const uint8_t key[32], const char *area, struct bytes entry, uint8_t out[AUDIT_HASH_BYTES]) {
  hash(key, area, entry, out);
}

void audit_link(const uint8_t key[32], const uint8_t before[AUDIT_HASH_BYTES], const uint8_t digest[AUDIT_HASH_BYTES],
                uint8_t out[AUDIT_HASH_BYTES]) {
  uint8_t both[2 * AUDIT_HASH_BYTES];
  memcpy(both, before, AUDIT_HASH_BYTES);
  memcpy(both + AUDIT_HASH_BYTES, digest, AUDIT_HASH_BYTES);
  crypto_generichash(out, AUDIT_HASH_BYTES, both, sizeof both, key, 32);
}
