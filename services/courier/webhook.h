// The request that asks an SMS gateway to send a text message.
//
//   POST <ALONGSIDE_SMS_URL>
//   Idempotency-Key: <message id>
//   X-Alongside-Timestamp: <seconds since 1970>
//   X-Alongside-Signature: sha256=<HMAC-SHA256 of "<timestamp>.<body>" under the shared key, in hexadecimal>
//
//   {"id": "<message id>", "to": "+447700900123", "text": "..."}
//
// A gateway counts an idempotency key once, however often it comes, and answers 2xx once it has taken the message.
#pragma once
#include <stdint.h>

struct webhook {
  char *body;                                              // the caller frees it
  char idempotency_key[80], timestamp[64], signature[128]; // whole header lines
};
// `key`: the shared key as text.
void webhook_write(struct webhook *w, const char *message_id, const char *to, const char *text, int64_t now_s,
                   const char *key);
