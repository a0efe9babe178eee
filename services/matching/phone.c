#include "phone.h"
#include "text.h"
#include <sodium.h>
#include <string.h>

enum {
  ID_BYTES = 16,
  SECRET_TEXT_BYTES = 43
};

// Text up to the next dot (or the end), which must be as long as `text` is; answers what follows it, or NULL.
static const char *skip(const char *at, const char *text) {
  size_t length = strlen(text);
  return at && !strncmp(at, text, length) && at[length] == '.' ? at + length + 1 : NULL;
}

bool phone_cookie_read(const char *text, const char *area, const char *mentor_id, struct phone_cookie *out) {
  const char *id = skip(skip(text, area), mentor_id);
  if (!id || strlen(id) != 2 * ID_BYTES + 1 + SECRET_TEXT_BYTES || id[2 * ID_BYTES] != '.') return false;
  memcpy(out->phone_id, id, 2 * ID_BYTES);
  out->phone_id[2 * ID_BYTES] = '\0';
  size_t n;
  return !sodium_base642bin(out->secret, sizeof out->secret, id + 2 * ID_BYTES + 1, SECRET_TEXT_BYTES, NULL, &n, NULL,
                            sodium_base64_VARIANT_URLSAFE_NO_PADDING) &&
         n == sizeof out->secret;
}

char *phone_cookie_write(struct arena *a, const char *area, const char *mentor_id, const char *phone_id,
                         const uint8_t secret[PHONE_SECRET_BYTES]) {
  char text[SECRET_TEXT_BYTES + 1];
  sodium_bin2base64(text, sizeof text, secret, PHONE_SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return arena_printf(a, "%s.%s.%s.%s", area, mentor_id, phone_id, text);
}

static ProtobufCBinaryData hash_of(struct arena *a, const uint8_t secret[PHONE_SECRET_BYTES]) {
  uint8_t *hash = arena_take(a, PHONE_SECRET_BYTES);
  crypto_generichash(hash, PHONE_SECRET_BYTES, secret, PHONE_SECRET_BYTES, NULL, 0);
  return (ProtobufCBinaryData){.data = hash, .len = PHONE_SECRET_BYTES};
}

static int64_t opens_until(const MentorPhone *phone, int64_t now_ms) {
  int64_t until_ms = now_ms + PHONE_OPENS_MS;
  return until_ms < phone->expires_at_ms ? until_ms : phone->expires_at_ms;
}

MentorPhone *phone_new(const struct message *m, uint8_t secret[PHONE_SECRET_BYTES]) {
  MentorPhone *phone = arena_take(m->arena, sizeof *phone);
  mentor_phone__init(phone);
  phone->id = arena_take(m->arena, 2 * ID_BYTES + 1);
  text_hex(m->now.random + PHONE_SECRET_BYTES, ID_BYTES, phone->id);
  memcpy(secret, m->now.random, PHONE_SECRET_BYTES);
  phone->current = hash_of(m->arena, secret);
  phone->signed_in_at_ms = m->now.ms;
  phone->expires_at_ms = m->now.ms + PHONE_LIFE_MS;
  phone->current_until_ms = opens_until(phone, m->now.ms);
  return phone;
}

static bool is_secret_of(const ProtobufCBinaryData *kept, const ProtobufCBinaryData *hash) {
  return kept->len == PHONE_SECRET_BYTES && !sodium_memcmp(kept->data, hash->data, PHONE_SECRET_BYTES);
}

// The next secret rests on the one before, so that the record alone tells nobody what it is.
static void derive(const MentorPhone *phone, const uint8_t secret[PHONE_SECRET_BYTES],
                   uint8_t next[PHONE_SECRET_BYTES]) {
  crypto_generichash(next, PHONE_SECRET_BYTES, secret, PHONE_SECRET_BYTES, phone->next_salt.data, phone->next_salt.len);
}

static void hand_out(const struct message *m, MentorPhone *phone, const uint8_t secret[PHONE_SECRET_BYTES],
                     uint8_t next[PHONE_SECRET_BYTES]) {
  phone->next_salt.data = arena_copy(m->arena, m->now.random, PHONE_SECRET_BYTES);
  phone->next_salt.len = PHONE_SECRET_BYTES;
  derive(phone, secret, next);
  phone->next = hash_of(m->arena, next);
  phone->next_until_ms = opens_until(phone, m->now.ms);
}

enum phone_renewal phone_renew(const struct message *m, MentorPhone *phone, const uint8_t secret[PHONE_SECRET_BYTES],
                               uint8_t next[PHONE_SECRET_BYTES]) {
  const ProtobufCBinaryData hash = hash_of(m->arena, secret);
  if (is_secret_of(&phone->next, &hash)) {
    phone->current = phone->next;
    phone->current_until_ms = phone->next_until_ms;
  } else if (!is_secret_of(&phone->current, &hash)) {
    return PHONE_COPIED;
  } else if (phone->next.len && m->now.ms < phone->next_until_ms - PHONE_OPENS_MS + PHONE_SAME_MS) {
    derive(phone, secret, next);
    return PHONE_SAME;
  }
  hand_out(m, phone, secret, next);
  return PHONE_RENEWED;
}
