// links: gateway llhttp
// kinds: trust
// What lies before HTTP is understood: what proxies are believed, the cookie of a phone, and TLS as bytes.
#include "cookie.h"
#include "forwarded.h"
#include "tls.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// --- proxies

static struct proxies *proxies_of(const char *text) {
  char errors[200] = "";
  struct proxies *p = proxies_read(text, errors, sizeof errors);
  assert_int_equal(p == NULL, *errors != '\0');
  return p;
}

static void a_network_holds_its_addresses_and_no_others(void **state) {
  (void)state;
  struct proxies *p = proxies_of("10.1.0.0/15, 192.0.2.7,2001:db8::/33 , ::1");
  static const char *const in[] = {"10.0.0.1",         "10.1.255.255",     "192.0.2.7",
                                   "::ffff:192.0.2.7", "2001:db8:7fff::1", "::1"};
  static const char *const out[] = {"10.2.0.0", "9.255.255.255", "192.0.2.8", "2001:db8:8000::1", "::2", "unknown", ""};
  for (size_t i = 0; i < sizeof in / sizeof *in; i++)
    if (!proxies_trust(p, in[i])) fail_msg("%s is not trusted", in[i]);
  for (size_t i = 0; i < sizeof out / sizeof *out; i++)
    if (proxies_trust(p, out[i])) fail_msg("%s is trusted", out[i]);
  assert_false(proxies_trust(NULL, "10.1.0.0"));
  proxies_free(p);
}

static void what_is_no_network_is_refused(void **state) {
  (void)state;
  static const char *const wrong[] = {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "proxy", "10.0.0.1,,", "::/129", "/8"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_null(proxies_of(wrong[i]));
}

// The address that a request has which came from 10.0.0.1, with those headers (name, value, ..., NULL).
static const char *client_of(const struct proxies *p, const char *const *headers, bool *is_secure) {
  static char address[HTTP_ADDRESS_BYTES];
  struct http_exchange *x = http_exchange_new(8, 0);
  strcpy(x->address, "10.0.0.1");
  x->field_count = 0;
  for (; *headers; headers += 2) x->fields[x->field_count++] = (struct http_field){headers[0], headers[1]};
  forwarded_apply(p, x);
  strcpy(address, x->address);
  if (is_secure) *is_secure = x->request.is_secure;
  http_exchange_free(x);
  return address;
}

static void the_client_is_the_last_that_is_no_proxy_of_ours(void **state) {
  (void)state;
  struct proxies *p = proxies_of("10.0.0.0/8");
#define F "x-forwarded-for"
  static const struct {
    const char *headers[7], *client;
  } rows[] = {
      {{F, "198.51.100.7"}, "198.51.100.7"},
      {{F, "203.0.113.9, 198.51.100.7"}, "198.51.100.7"},
      {{F, "203.0.113.9 ,\t198.51.100.7 , 10.0.0.2"}, "198.51.100.7"},
      {{F, "203.0.113.9", F, "198.51.100.7"}, "198.51.100.7"},
      {{F, "203.0.113.9, 198.51.100.7", F, "10.0.0.3"}, "198.51.100.7"},
      {{F, "2001:db8::1"}, "2001:db8::1"},
      {{F, "10.0.0.9, 10.0.0.8"}, "10.0.0.9"},
      {{F, "198.51.100.7, nonsense"}, "10.0.0.1"},
      {{F, "198.51.100.7, nonsense, 10.0.0.4"}, "10.0.0.4"},
      {{F, ""}, "10.0.0.1"},
      {{"forwarded", "for=198.51.100.7"}, "10.0.0.1"},
      {{NULL}, "10.0.0.1"},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
    assert_string_equal(client_of(p, rows[i].headers, NULL), rows[i].client);
  proxies_free(p);
}

static void the_nearest_proxy_says_whether_it_was_tls(void **state) {
  (void)state;
  bool is_secure;
  struct proxies *p = proxies_of("10.0.0.0/8");
  client_of(p, (const char *const[]){"x-forwarded-proto", "https", NULL}, &is_secure);
  assert_true(is_secure);
  client_of(p, (const char *const[]){"x-forwarded-proto", "https, http", NULL}, &is_secure);
  assert_false(is_secure);
  client_of(p, (const char *const[]){"x-forwarded-proto", "https", "x-forwarded-proto", "http", NULL}, &is_secure);
  assert_false(is_secure);
  proxies_free(p);
}

// --- the cookie

#define PHONE "0123456789abcdef0123456789abcdef"
#define MENTOR "7a000000-0000-4000-8000-000000000001"
#define SECRET "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"

static void a_cookie_has_four_parts_of_their_forms(void **state) {
  (void)state;
  struct cookie c;
  assert_true(cookie_parse("lon-north." MENTOR "." PHONE "." SECRET, &c));
  assert_string_equal(c.area, "lon-north");
  assert_string_equal(c.mentor_id, MENTOR);
  assert_string_equal(c.phone_id, PHONE);
  static const char *const wrong[] = {
      "",
      "lon-north",
      "lon-north." SECRET,
      "Lon-North." MENTOR "." PHONE "." SECRET,
      "lon}north." MENTOR "." PHONE "." SECRET,
      "lon-north.7A." PHONE "." SECRET,
      "lon-north." MENTOR ".0123." SECRET,
      "lon-north." MENTOR "." PHONE "." SECRET "A",
      "lon-north." MENTOR "." PHONE ".!AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
      "lon-north." MENTOR "." PHONE "." SECRET ".",
  };
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
    if (cookie_parse(wrong[i], &c)) fail_msg("taken: %s", wrong[i]);
}

static bool found(const char *cookie, const char *header, char out[COOKIE_BYTES]) {
  struct http_exchange *x = http_exchange_new(2, 0);
  x->field_count = header ? 2 : 1;
  x->fields[0] = (struct http_field){"cookie", cookie};
  if (header) x->fields[1] = (struct http_field){"x-alongside", header};
  bool result = cookie_of(&x->request, out);
  http_exchange_free(x);
  return result;
}

static void the_cookie_is_found_among_others_and_counts_beside_the_header_alone(void **state) {
  (void)state;
  char out[COOKIE_BYTES], large[400];
  assert_true(found("a=b; __Host-alongside=x.y; c=d", "page", out));
  assert_string_equal(out, "x.y");
  assert_false(found("a=b; __Host-alongside=x.y; c=d", NULL, out));
  assert_false(found("a=__Host-alongside=x.y; alongside=z", "page", out));
  snprintf(large, sizeof large, "__Host-alongside=%0300d", 0);
  assert_false(found(large, "page", out));
}

// --- TLS

static char folder[] = "/tmp/alongside-door-XXXXXX";
static char certificate_file[64], key_file[64];

static int make_certificate(void **state) {
  (void)state;
  if (!mkdtemp(folder)) return -1;
  snprintf(certificate_file, sizeof certificate_file, "%s/door.crt", folder);
  snprintf(key_file, sizeof key_file, "%s/door.key", folder);
  EVP_PKEY *key = EVP_EC_gen("P-256");
  X509 *x = X509_new();
  X509_gmtime_adj(X509_getm_notBefore(x), 0);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  X509_sign(x, key, EVP_sha256());
  FILE *crt = fopen(certificate_file, "w"), *pem = fopen(key_file, "w");
  PEM_write_X509(crt, x);
  PEM_write_PrivateKey(pem, key, NULL, NULL, 0, NULL, NULL);
  fclose(crt);
  fclose(pem);
  X509_free(x);
  EVP_PKEY_free(key);
  return 0;
}

static int remove_certificate(void **state) {
  (void)state;
  unlink(certificate_file);
  unlink(key_file);
  return rmdir(folder);
}

// A door, one connection of it, and the client on the other end.
struct ends {
  SSL_CTX *context;
  SSL *client;
  struct tls_door *door;
  struct tls *tls;
  struct http_bytes plain, wire;
  enum tls_result result;
};

static void open_ends(struct ends *e) {
  char errors[200];
  *e = (struct ends){.door = tls_door_new(certificate_file, key_file, errors, sizeof errors)};
  assert_non_null(e->door);
  e->tls = tls_new(e->door);
  e->context = SSL_CTX_new(TLS_client_method());
  e->client = SSL_new(e->context);
  SSL_set_bio(e->client, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
  SSL_set_connect_state(e->client);
}

static void close_ends(struct ends *e) {
  SSL_free(e->client);
  SSL_CTX_free(e->context);
  tls_free(e->tls);
  tls_door_free(e->door);
  http_bytes_free(&e->plain);
  http_bytes_free(&e->wire);
}

// Carries what either end has to say to the other, one byte at a time.
static void carry(struct ends *e) {
  char byte;
  while (BIO_read(SSL_get_wbio(e->client), &byte, 1) == 1 && e->result == TLS_GOES_ON)
    e->result = tls_receive(e->tls, &byte, 1, &e->plain, &e->wire);
  for (size_t i = 0; i < e->wire.size; i++) BIO_write(SSL_get_rbio(e->client), e->wire.data + i, 1);
  e->wire.size = 0;
}

static void shake_hands(struct ends *e) {
  for (int i = 0; i < 10 && !(SSL_is_init_finished(e->client) && tls_is_ready(e->tls)); i++) {
    SSL_do_handshake(e->client);
    carry(e);
  }
  assert_true(tls_is_ready(e->tls));
}

static void what_either_end_says_arrives_byte_by_byte(void **state) {
  (void)state;
  struct ends e;
  char out[40000] = "";
  open_ends(&e);
  assert_false(tls_is_ready(e.tls));
  shake_hands(&e);
  assert_int_equal(SSL_write(e.client, "GET /", 5), 5);
  carry(&e);
  assert_int_equal(e.plain.size, 5);
  assert_memory_equal(e.plain.data, "GET /", 5);
  char *large = calloc(1, sizeof out);
  memset(large, 'a', sizeof out);
  tls_send(e.tls, large, sizeof out, &e.wire);
  carry(&e);
  size_t got = 0;
  for (int n; (n = SSL_read(e.client, out + got, (int)(sizeof out - got))) > 0;) got += (size_t)n;
  assert_int_equal(got, sizeof out);
  assert_memory_equal(out, large, sizeof out);
  free(large);
  close_ends(&e);
}

static void each_end_says_that_nothing_follows(void **state) {
  (void)state;
  struct ends e;
  char byte;
  open_ends(&e);
  shake_hands(&e);
  tls_end(e.tls, &e.wire);
  carry(&e);
  assert_int_equal(SSL_read(e.client, &byte, 1), 0);
  assert_int_equal(SSL_get_error(e.client, 0), SSL_ERROR_ZERO_RETURN);
  SSL_shutdown(e.client);
  carry(&e);
  assert_int_equal(e.result, TLS_ENDED);
  close_ends(&e);
}

static void what_is_no_tls_fails_and_says_nothing_in_clear(void **state) {
  (void)state;
  static const char plain[] = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
  struct ends e;
  open_ends(&e);
  assert_int_equal(tls_receive(e.tls, plain, sizeof plain - 1, &e.plain, &e.wire), TLS_FAILED);
  assert_int_equal(e.plain.size, 0);
  close_ends(&e);
}

static void a_record_that_was_altered_fails(void **state) {
  (void)state;
  struct ends e;
  char record[100];
  open_ends(&e);
  shake_hands(&e);
  SSL_write(e.client, "secret", 6);
  int size = BIO_read(SSL_get_wbio(e.client), record, sizeof record);
  record[size - 1] ^= 1;
  assert_int_equal(tls_receive(e.tls, record, (size_t)size, &e.plain, &e.wire), TLS_FAILED);
  assert_int_equal(e.plain.size, 0);
  close_ends(&e);
}

static void older_protocols_are_not_spoken(void **state) {
  (void)state;
  struct ends e;
  open_ends(&e);
  SSL_set_security_level(e.client, 0);
  SSL_set_cipher_list(e.client, "ALL:@SECLEVEL=0");
  SSL_set_min_proto_version(e.client, TLS1_1_VERSION);
  SSL_set_max_proto_version(e.client, TLS1_1_VERSION);
  SSL_do_handshake(e.client);
  carry(&e);
  assert_int_equal(e.result, TLS_FAILED);
  close_ends(&e);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_network_holds_its_addresses_and_no_others),
      cmocka_unit_test(what_is_no_network_is_refused),
      cmocka_unit_test(the_client_is_the_last_that_is_no_proxy_of_ours),
      cmocka_unit_test(the_nearest_proxy_says_whether_it_was_tls),
      cmocka_unit_test(a_cookie_has_four_parts_of_their_forms),
      cmocka_unit_test(the_cookie_is_found_among_others_and_counts_beside_the_header_alone),
      cmocka_unit_test(what_either_end_says_arrives_byte_by_byte),
      cmocka_unit_test(each_end_says_that_nothing_follows),
      cmocka_unit_test(what_is_no_tls_fails_and_says_nothing_in_clear),
      cmocka_unit_test(a_record_that_was_altered_fails),
      cmocka_unit_test(older_protocols_are_not_spoken),
  };
  return cmocka_run_group_tests(tests, make_certificate, remove_certificate);
}
