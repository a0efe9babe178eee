#include "webhook.h"
#include "text.h"
#include <inttypes.h>
#include <jansson.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *write_body(const char *message_id, const char *to, const char *text) {
  json_t *body = json_pack("{s:s, s:s, s:s}", "id", message_id, "to", to, "text", text);
  char *out = body ? json_dumps(body, JSON_COMPACT) : NULL;
  json_decref(body);
  if (!out) abort();
  return out;
}

static void sign(const char *timestamp, const char *body, const char *key, char hex[65]) {
  unsigned char mac[crypto_auth_hmacsha256_BYTES];
  crypto_auth_hmacsha256_state state;
  crypto_auth_hmacsha256_init(&state, (const unsigned char *)key, strlen(key));
  crypto_auth_hmacsha256_update(&state, (const unsigned char *)timestamp, strlen(timestamp));
  crypto_auth_hmacsha256_update(&state, (const unsigned char *)".", 1);
  crypto_auth_hmacsha256_update(&state, (const unsigned char *)body, strlen(body));
  crypto_auth_hmacsha256_final(&state, mac);
  text_hex(mac, sizeof mac, hex);
}

void webhook_write(struct webhook *w, const char *message_id, const char *to, const char *text, int64_t now_s,
                   const char *key) {
  char seconds[24], hex[65];
  snprintf(seconds, sizeof seconds, "%" PRId64, now_s);
  w->body = write_body(message_id, to, text);
  sign(seconds, w->body, key, hex);
  snprintf(w->idempotency_key, sizeof w->idempotency_key, "Idempotency-Key: %s", message_id);
  snprintf(w->timestamp, sizeof w->timestamp, "X-Alongside-Timestamp: %s", seconds);
  snprintf(w->signature, sizeof w->signature, "X-Alongside-Signature: sha256=%s", hex);
}
