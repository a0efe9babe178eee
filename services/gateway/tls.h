// TLS at the door: turns bytes that arrive into what they say, and what is to be said into bytes to send. It knows no
// socket; http_connection.c puts it between the socket and HTTP, which does not notice.
//
// OpenSSL, TLS 1.2 and 1.3, no renegotiation, no session tickets: a stolen ticket key would open what was recorded
// before.
#pragma once
#include "http_answer.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  TLS_LOOK_MS = 2000 // how often the files are looked at
};

// The certificate and its key.
struct tls_door;
// Reads the certificate with its chain, and the key, both PEM. NULL and a sentence in `errors` on a fault.
struct tls_door *tls_door_new(const char *certificate, const char *key, char *errors, size_t errors_bytes);
// No connection of it may be left.
void tls_door_free(struct tls_door *d);
// Reads the files again where they have changed; connections that there are stay as they are. Files that do not belong
// together, or cannot be read, leave those before in place and are told in the log. `now_ms` never runs backwards.
void tls_door_refresh(struct tls_door *d, uint64_t now_ms);

enum tls_result {
  TLS_GOES_ON,
  TLS_ENDED, // the other side has said its last word
  TLS_FAILED // what came is no TLS that is taken here; `wire` says so to the other side
};

// One connection.
struct tls;
struct tls *tls_new(const struct tls_door *d);
void tls_free(struct tls *t); // NULL is fine
// Whether the handshake is over: only then can anything be said.
bool tls_is_ready(const struct tls *t);
// Takes bytes that arrived. What they say is appended to `plain`, and what must be sent because of them to `wire`.
enum tls_result tls_receive(struct tls *t, const void *bytes, size_t size_bytes, struct http_bytes *plain,
                            struct http_bytes *wire);
// Says something; the handshake is over.
void tls_send(struct tls *t, const void *plain, size_t size_bytes, struct http_bytes *wire);
// Says that nothing follows.
void tls_end(struct tls *t, struct http_bytes *wire);
