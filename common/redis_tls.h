// TLS on the connection to Redis. hiredis has it from version 1.0 on: there redis_tls.c is built. Elsewhere (Debian 12)
// redis_tls_none.c is, which knows none of it and says so.
//
// The server proves itself with a certificate for the name in the address; we prove ourselves with an account. TLS 1.2
// at least, and no renegotiation. All functions but redis_tls_open() take NULL for a connection without TLS.
#pragma once
#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>

struct redis_tls; // of one server, for one connection after the other

// `ca`: the file of the certificates that we trust; NULL: those that the system trusts. NULL and a sentence in `errors`
// where it cannot be used.
struct redis_tls *redis_tls_open(const char *host, const char *ca, char *errors, size_t errors_bytes);
void redis_tls_free(struct redis_tls *t);
// Begins on a connection that has just been made; hiredis goes on with the handshake as it reads and writes. False: it
// failed at once.
bool redis_tls_begin(struct redis_tls *t, redisContext *connection);
// The connection is given up; nothing is known of it any more.
void redis_tls_end(struct redis_tls *t);

// Before hiredis reads or writes. OpenSSL keeps errors for the whole thread, and hiredis would take those of others for
// errors of this connection.
void redis_tls_forget_errors(const struct redis_tls *t);
// Something is decrypted already and not read: the socket does not show it.
bool redis_tls_holds_input(const struct redis_tls *t);
// It cannot go on before it has written.
bool redis_tls_must_write(const struct redis_tls *t);
// Why TLS failed, more precisely than hiredis says; NULL: it did not.
const char *redis_tls_fault(const struct redis_tls *t);
