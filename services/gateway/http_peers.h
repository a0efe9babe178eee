// How many connections each address has. An IPv6 address is counted by its first 64 bits, since whoever has one has all
// of those; an IPv4 address that arrives over IPv6 is the IPv4 address.
#pragma once
#include <sys/socket.h>

struct http_peer;
enum {
  HTTP_PEER_BUCKETS = 1024,
  HTTP_ADDRESS_BYTES = 46
};
struct http_peers {
  struct http_peer *buckets[HTTP_PEER_BUCKETS];
};

// Counts one connection more of this address; `count` is how many it has now.
struct http_peer *http_peers_enter(struct http_peers *p, const struct sockaddr *address, unsigned *count);
// Counts one less; forgets the address with its last connection.
void http_peers_leave(struct http_peers *p, struct http_peer *peer);
// Writes the address without its port.
void http_peer_name(const struct sockaddr *address, char out[HTTP_ADDRESS_BYTES]);
