#include "tls.h"
#include "log.h"
#include <limits.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  RECORD_BYTES = 16 << 10, // the most that one record says
  ERRORS_BYTES = 512
};

struct tls_door {
  char *certificate, *key; // the files
  uint64_t stamp;          // of both, when they were last read
  uint64_t looked_ms;
  SSL_CTX *context;
};

struct tls {
  SSL *ssl;
};

// --- the certificate

// Changes whenever one of the files does.
static uint64_t stamp_of(const struct tls_door *d) {
  const char *const files[] = {d->certificate, d->key};
  uint64_t stamp = 0;
  for (int i = 0; i < 2; i++) {
    struct stat about = {0};
    stat(files[i], &about);
    const uint64_t parts[] = {(uint64_t)about.st_mtim.tv_sec, (uint64_t)about.st_mtim.tv_nsec, about.st_ino,
                              (uint64_t)about.st_size};
    for (int n = 0; n < 4; n++) stamp = (stamp ^ parts[n]) * UINT64_C(1099511628211);
  }
  return stamp;
}

// Nobody is there to type one in.
static int no_password(char *out, int size, int writes, void *context) {
  (void)out, (void)size, (void)writes, (void)context;
  return 0;
}

static bool set_rules(SSL_CTX *context) {
  SSL_CTX_set_default_passwd_cb(context, no_password);
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  return SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1 && SSL_CTX_set_num_tickets(context, 0) == 1 &&
         SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1;
}

static void explain(const char *file, char *errors, size_t errors_bytes) {
  const char *why = ERR_reason_error_string(ERR_peek_error());
  snprintf(errors, errors_bytes, "%s: %s", file, why ? why : "cannot be used for TLS");
}

// NULL and a sentence where the files are of no use.
static SSL_CTX *read_files(const struct tls_door *d, char *errors, size_t errors_bytes) {
  ERR_clear_error();
  SSL_CTX *context = SSL_CTX_new(TLS_server_method());
  if (!context) abort();
  const char *fault = NULL;
  if (!set_rules(context) || SSL_CTX_use_certificate_chain_file(context, d->certificate) != 1)
    fault = d->certificate;
  else if (SSL_CTX_use_PrivateKey_file(context, d->key, SSL_FILETYPE_PEM) != 1 ||
           SSL_CTX_check_private_key(context) != 1)
    fault = d->key;
  if (!fault) return context;
  explain(fault, errors, errors_bytes);
  SSL_CTX_free(context);
  return NULL;
}

struct tls_door *tls_door_new(const char *certificate, const char *key, char *errors, size_t errors_bytes) {
  struct tls_door *d = calloc(1, sizeof *d);
  if (!d) abort();
  d->certificate = strdup(certificate);
  d->key = strdup(key);
  if (!d->certificate || !d->key) abort();
  d->stamp = stamp_of(d);
  d->context = read_files(d, errors, errors_bytes);
  if (d->context) return d;
  tls_door_free(d);
  return NULL;
}

void tls_door_free(struct tls_door *d) {
  if (!d) return;
  SSL_CTX_free(d->context);
  free(d->certificate);
  free(d->key);
  free(d);
}

void tls_door_refresh(struct tls_door *d, uint64_t now_ms) {
  char errors[ERRORS_BYTES];
  if (now_ms - d->looked_ms < TLS_LOOK_MS) return;
  d->looked_ms = now_ms;
  uint64_t stamp = stamp_of(d);
  if (stamp == d->stamp) return;
  d->stamp = stamp;
  SSL_CTX *context = read_files(d, errors, sizeof errors);
  if (!context) {
    log_line(LOG_ERROR, "certificate_unusable", "why", errors, NULL);
    return;
  }
  SSL_CTX_free(d->context);
  d->context = context;
  log_line(LOG_INFO, "certificate_read", "file", d->certificate, NULL);
}

// --- connections

struct tls *tls_new(const struct tls_door *d) {
  struct tls *t = calloc(1, sizeof *t);
  if (!t) abort();
  t->ssl = SSL_new(d->context);
  BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());
  if (!t->ssl || !in || !out) abort();
  SSL_set_bio(t->ssl, in, out);
  SSL_set_accept_state(t->ssl);
  return t;
}

void tls_free(struct tls *t) {
  if (!t) return;
  SSL_free(t->ssl);
  free(t);
}

bool tls_is_ready(const struct tls *t) {
  return SSL_is_init_finished(t->ssl);
}

// Memory takes everything at once, or there is none left.
static void put(struct tls *t, const void *bytes, size_t size_bytes) {
  if (size_bytes > INT_MAX || BIO_write(SSL_get_rbio(t->ssl), bytes, (int)size_bytes) != (int)size_bytes) abort();
}

static void take(struct tls *t, struct http_bytes *wire) {
  char *bytes;
  BIO *out = SSL_get_wbio(t->ssl);
  long size = BIO_get_mem_data(out, &bytes);
  if (size > 0) http_bytes_add(wire, bytes, (size_t)size);
  (void)BIO_reset(out);
}

static enum tls_result result_of(struct tls *t, int read) {
  switch (SSL_get_error(t->ssl, read)) {
  case SSL_ERROR_WANT_READ:
  case SSL_ERROR_WANT_WRITE:
    return TLS_GOES_ON;
  case SSL_ERROR_ZERO_RETURN:
    return TLS_ENDED;
  default:
    return TLS_FAILED;
  }
}

enum tls_result tls_receive(struct tls *t, const void *bytes, size_t size_bytes, struct http_bytes *plain,
                            struct http_bytes *wire) {
  int read;
  ERR_clear_error();
  if (size_bytes) put(t, bytes, size_bytes);
  while ((read = SSL_read(t->ssl, http_bytes_reserve(plain, RECORD_BYTES), RECORD_BYTES)) > 0)
    plain->size += (size_t)read;
  enum tls_result result = result_of(t, read);
  take(t, wire);
  return result;
}

void tls_send(struct tls *t, const void *plain, size_t size_bytes, struct http_bytes *wire) {
  const char *at = plain;
  ERR_clear_error();
  while (size_bytes) {
    int written = SSL_write(t->ssl, at, size_bytes < RECORD_BYTES ? (int)size_bytes : RECORD_BYTES);
    if (written <= 0) break; // the connection has failed, and reading from it says so
    at += written;
    size_bytes -= (size_t)written;
  }
  take(t, wire);
}

void tls_end(struct tls *t, struct http_bytes *wire) {
  ERR_clear_error();
  if (tls_is_ready(t)) SSL_shutdown(t->ssl);
  take(t, wire);
}
