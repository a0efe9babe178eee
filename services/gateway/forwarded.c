#include "forwarded.h"
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  NETWORKS = 64,
  TEXT_BYTES = 64 // longer than any address with its prefix
};

// An IPv4 address is written as IPv6 writes it, so that there is one kind.
struct address {
  uint8_t bytes[16];
};

struct network {
  struct address first;
  unsigned bits;
};

struct proxies {
  struct network networks[NETWORKS];
  size_t count;
};

static bool read_address(const char *text, struct address *out) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  memcpy(out->bytes, mapped, sizeof mapped);
  return inet_pton(AF_INET, text, out->bytes + 12) == 1 || inet_pton(AF_INET6, text, out->bytes) == 1;
}

static bool is_in(const struct network *n, const struct address *a) {
  unsigned whole = n->bits / 8, rest = n->bits % 8;
  if (memcmp(n->first.bytes, a->bytes, whole) != 0) return false;
  uint8_t mask = (uint8_t)(0xff00 >> rest);
  return !rest || ((n->first.bytes[whole] ^ a->bytes[whole]) & mask) == 0;
}

// "10.0.0.0/8"; without a prefix it is one address.
static bool read_network(char *text, struct network *out) {
  char *slash = strchr(text, '/'), *end = NULL;
  if (slash) *slash = '\0';
  if (!read_address(text, &out->first)) return false;
  unsigned most = strchr(text, ':') ? 128 : 32;
  unsigned long bits = slash ? strtoul(slash + 1, &end, 10) : most;
  out->bits = (unsigned)bits + 128 - most;
  return !slash || (end != slash + 1 && !*end && bits <= most);
}

// Copies the part from `at` for `size` bytes, without the spaces around it. False: it is too long.
static bool copy_part(const char *at, size_t size, char out[TEXT_BYTES]) {
  while (size && strchr(" \t", *at)) at++, size--;
  while (size && strchr(" \t", at[size - 1])) size--;
  if (size >= TEXT_BYTES) return false;
  memcpy(out, at, size);
  out[size] = '\0';
  return true;
}

struct proxies *proxies_read(const char *text, char *errors, size_t errors_bytes) {
  struct proxies *p = calloc(1, sizeof *p);
  if (!p) abort();
  for (const char *at = text; *at; at += strcspn(at, ","), at += *at == ',') {
    char part[TEXT_BYTES];
    if (p->count < NETWORKS && copy_part(at, strcspn(at, ","), part) && read_network(part, &p->networks[p->count])) {
      p->count++;
      continue;
    }
    snprintf(errors, errors_bytes,
             "ALONGSIDE_TRUSTED_PROXIES: \"%.*s\" is no address and no network such as 10.0.0.0/8",
             (int)strcspn(at, ","), at);
    proxies_free(p);
    return NULL;
  }
  return p;
}

void proxies_free(struct proxies *p) {
  free(p);
}

static bool trusts(const struct proxies *p, const struct address *a) {
  for (size_t i = 0; i < p->count; i++)
    if (is_in(&p->networks[i], a)) return true;
  return false;
}

bool proxies_trust(const struct proxies *p, const char *address) {
  struct address a;
  return p && read_address(address, &a) && trusts(p, &a);
}

// --- the headers

// The last part of a list up to `end`, and where the rest ends; NULL where nothing is left.
static const char *part_before(const char *list, const char *end, char out[TEXT_BYTES]) {
  const char *at = end;
  while (at > list && at[-1] != ',') at--;
  if (!copy_part(at, (size_t)(end - at), out)) *out = '\0';
  return at > list ? at - 1 : NULL;
}

// Goes back through one list. True: the client has been found, or what is there is no address.
static bool go_back(const struct proxies *p, const char *list, struct http_exchange *x) {
  struct address a;
  char part[TEXT_BYTES];
  for (const char *end = list + strlen(list); end;) {
    end = part_before(list, end, part);
    if (!read_address(part, &a)) return true;
    snprintf(x->address, sizeof x->address, "%s", part);
    if (!trusts(p, &a)) return true;
  }
  return false;
}

static bool says_https(const char *list) {
  char part[TEXT_BYTES];
  part_before(list, list + strlen(list), part);
  return strcasecmp(part, "https") == 0;
}

// A header may stand there several times: the last one is the nearest.
void forwarded_apply(const struct proxies *p, struct http_exchange *x) {
  bool found = false, said = false;
  for (unsigned i = x->field_count; i-- > 0;) {
    const struct http_field *field = &x->fields[i];
    if (!found && !strcmp(field->name, "x-forwarded-for")) found = go_back(p, field->value, x);
    if (said || strcmp(field->name, "x-forwarded-proto") != 0) continue;
    said = true;
    x->request.is_secure = says_https(field->value);
  }
}
