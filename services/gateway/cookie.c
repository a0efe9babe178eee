#include "cookie.h"
#include "text.h"
#include <sodium.h>
#include <string.h>

enum {
  SECRET_BYTES = 32,
  SECRET_TEXT_BYTES = 43
};
#define NAME "__Host-alongside"
// Longer than anybody stays signed in: with an old one a new link can be asked for.
#define LIFE_S "7776000"

// Copies what comes before the next dot. Answers what follows it; NULL where there is none, or it does not fit.
static const char *part(const char *at, char *out, size_t out_bytes) {
  const char *dot = at ? strchr(at, '.') : NULL;
  if (!dot || (size_t)(dot - at) >= out_bytes) return NULL;
  memcpy(out, at, (size_t)(dot - at));
  out[dot - at] = '\0';
  return dot + 1;
}

static bool is_phone_id(const char *text) {
  return strlen(text) == 32 && strspn(text, "0123456789abcdef") == 32;
}

bool cookie_parse(const char *text, struct cookie *out) {
  uint8_t secret[SECRET_BYTES];
  size_t n = 0;
  const char *at = part(text, out->area, sizeof out->area);
  at = part(at, out->mentor_id, sizeof out->mentor_id);
  at = part(at, out->phone_id, sizeof out->phone_id);
  if (!at || strlen(at) != SECRET_TEXT_BYTES) return false;
  if (!text_is_area(out->area) || !text_is_uuid(out->mentor_id) || !is_phone_id(out->phone_id)) return false;
  if (sodium_base642bin(secret, sizeof secret, at, SECRET_TEXT_BYTES, NULL, &n, NULL,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
      n != sizeof secret)
    return false;
  crypto_generichash(out->hash, sizeof out->hash, secret, sizeof secret, NULL, 0);
  sodium_memzero(secret, sizeof secret);
  return true;
}

bool cookie_of(const struct http_request *r, char out[COOKIE_BYTES]) {
  static const char name[] = NAME "=";
  const char *at = http_header(r, "cookie");
  if (!at || !http_header(r, "x-alongside")) return false;
  while (strncmp(at, name, sizeof name - 1) != 0) {
    at = strchr(at, ';');
    if (!at) return false;
    at += 1 + strspn(at + 1, " ");
  }
  at += sizeof name - 1;
  size_t size = strcspn(at, "; ");
  if (size >= COOKIE_BYTES) return false;
  memcpy(out, at, size);
  out[size] = '\0';
  return true;
}

void cookie_set(struct buffer *headers, const char *text) {
  buffer_printf(headers, "Set-Cookie: " NAME "=%s; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=%s\r\n", text,
                *text ? LIFE_S : "0");
}
