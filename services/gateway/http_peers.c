#include "http_peers.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct http_peer {
  struct http_peer *next; // in the same bucket
  unsigned count;         // invariant: above 0
  unsigned bucket;
  unsigned char key[16];
};

static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

static void key_of(const struct sockaddr *address, unsigned char key[16]) {
  memset(key, 0, 16);
  if (address->sa_family == AF_INET) {
    memcpy(key, mapped, 12);
    memcpy(key + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
  } else if (address->sa_family == AF_INET6) {
    const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
    memcpy(key, a, IN6_IS_ADDR_V4MAPPED(a) ? 16 : 8);
  }
}

// FNV-1a. Whoever finds addresses that fall into one bucket must hold them all at once, up to the limit of connections.
static unsigned bucket_of(const unsigned char key[16]) {
  uint32_t hash = 2166136261u;
  for (int i = 0; i < 16; i++) hash = (hash ^ key[i]) * 16777619u;
  return (hash ^ hash >> 16) % HTTP_PEER_BUCKETS;
}

struct http_peer *http_peers_enter(struct http_peers *p, const struct sockaddr *address, unsigned *count) {
  unsigned char key[16];
  key_of(address, key);
  unsigned bucket = bucket_of(key);
  struct http_peer *peer = p->buckets[bucket];
  while (peer && memcmp(peer->key, key, 16)) peer = peer->next;
  if (!peer) {
    peer = calloc(1, sizeof *peer);
    if (!peer) abort();
    memcpy(peer->key, key, 16);
    peer->bucket = bucket;
    peer->next = p->buckets[bucket];
    p->buckets[bucket] = peer;
  }
  *count = ++peer->count;
  return peer;
}

void http_peers_leave(struct http_peers *p, struct http_peer *peer) {
  if (--peer->count) return;
  struct http_peer **at = &p->buckets[peer->bucket];
  while (*at != peer) at = &(*at)->next;
  *at = peer->next;
  free(peer);
}

void http_peer_name(const struct sockaddr *address, char out[HTTP_ADDRESS_BYTES]) {
  strcpy(out, "unknown");
  if (address->sa_family == AF_INET)
    inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, out, HTTP_ADDRESS_BYTES);
  if (address->sa_family != AF_INET6) return;
  const struct in6_addr *a = &((const struct sockaddr_in6 *)address)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(a))
    inet_ntop(AF_INET, a->s6_addr + 12, out, HTTP_ADDRESS_BYTES);
  else
    inet_ntop(AF_INET6, a, out, HTTP_ADDRESS_BYTES);
}
