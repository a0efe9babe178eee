// Who sent a request that came through a proxy.
//
// Proxies that the configuration names are believed what they add at the end of X-Forwarded-For, and in
// X-Forwarded-Proto; whatever else stands there may be anybody's. Nobody else is believed anything. `Forwarded` (RFC
// 7239) is not read: a proxy that sets the one header passes the other on as the client wrote it.
#pragma once
#include "http_reader.h"
#include <stdbool.h>

struct proxies;
// "127.0.0.1, 10.0.0.0/8, fd00::/8". NULL and a sentence in `errors` on a fault.
struct proxies *proxies_read(const char *text, char *errors, size_t errors_bytes);
void proxies_free(struct proxies *p);
// `p` may be NULL: nobody is.
bool proxies_trust(const struct proxies *p, const char *address);

// Of a request that a trusted proxy passed on: sets its address to that of the client, the last one in the list that is
// no trusted proxy itself; and whether the client used TLS.
void forwarded_apply(const struct proxies *p, struct http_exchange *x);
