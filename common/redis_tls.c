#include "redis_tls.h"
#include <arpa/inet.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct redis_tls {
  SSL_CTX *context;
  char *host;
  SSL *ssl; // of the connection; shared with it, as it outlives a handshake that fails at once. NULL: there is none
};

static bool trust(SSL_CTX *context, const char *ca) {
  return ca ? SSL_CTX_load_verify_file(context, ca) == 1 : SSL_CTX_set_default_verify_paths(context) == 1;
}

struct redis_tls *redis_tls_open(const char *host, const char *ca, char *errors, size_t errors_bytes) {
  struct redis_tls *t = calloc(1, sizeof *t);
  if (!t || !(t->host = strdup(host)) || !(t->context = SSL_CTX_new(TLS_client_method()))) abort();
  SSL_CTX_set_min_proto_version(t->context, TLS1_2_VERSION);
  SSL_CTX_set_options(t->context, SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_verify(t->context, SSL_VERIFY_PEER, NULL);
  if (trust(t->context, ca)) return t;
  snprintf(errors, errors_bytes, "Redis: the certificates to trust cannot be read from %s", ca ? ca : "the system");
  ERR_clear_error();
  redis_tls_free(t);
  return NULL;
}

void redis_tls_free(struct redis_tls *t) {
  if (!t) return;
  redis_tls_end(t);
  SSL_CTX_free(t->context);
  free(t->host);
  free(t);
}

static bool is_address(const char *host) {
  unsigned char bytes[sizeof(struct in6_addr)];
  return inet_pton(AF_INET, host, bytes) == 1 || inet_pton(AF_INET6, host, bytes) == 1;
}

// Whom the certificate must name. A server may have several certificates, and is told which name is meant; addresses
// are not told so.
static bool expect(SSL *ssl, const char *host) {
  if (is_address(host)) return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), host) == 1;
  return SSL_set1_host(ssl, host) == 1 && SSL_set_tlsext_host_name(ssl, host) == 1;
}

bool redis_tls_begin(struct redis_tls *t, redisContext *connection) {
  if (!t) return true;
  ERR_clear_error();
  SSL *ssl = SSL_new(t->context);
  if (!ssl) abort();
  t->ssl = ssl;
  SSL_up_ref(ssl);
  if (expect(ssl, t->host) && redisInitiateSSL(connection, ssl) == REDIS_OK) return true;
  SSL_free(ssl);
  return false;
}

void redis_tls_end(struct redis_tls *t) {
  if (!t) return;
  SSL_free(t->ssl);
  t->ssl = NULL;
}

void redis_tls_forget_errors(const struct redis_tls *t) {
  if (t) ERR_clear_error();
}

bool redis_tls_holds_input(const struct redis_tls *t) {
  return t && t->ssl && SSL_pending(t->ssl) > 0;
}

bool redis_tls_must_write(const struct redis_tls *t) {
  return t && t->ssl && SSL_want_write(t->ssl);
}

const char *redis_tls_fault(const struct redis_tls *t) {
  if (!t || !t->ssl) return NULL;
  long verified = SSL_get_verify_result(t->ssl);
  if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
  return ERR_reason_error_string(ERR_peek_last_error());
}
