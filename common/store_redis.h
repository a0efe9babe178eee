// The store in Redis.
//
// What is asked for in one turn of the loop goes out together before the loop blocks: records in one MGET, changes in
// one call of `commit`; of reads and changes of the same turn, either may come first. One such call is on its way at a
// time; meanwhile further changes gather, and so the next batch is the larger the busier Redis is (a group commit).
//
// While there is no connection, and beyond STORE_IN_HAND operations, everything is answered STORE_UNAVAILABLE in the
// next turn. So is what was on its way when the connection is lost: a change may then have been made or not, and its
// author sends it again.
#pragma once
#include "config.h"
#include "redis.h"
#include "store.h"
#include <uv.h>

enum {
  STORE_IN_HAND = 16384, // operations without an answer
};

// Connects to config->redis; timers are those of config->name. NULL and a sentence in `errors` on a fault in the
// configuration (Redis need not be there yet). To be closed with the store's `close`, which answers what is left
// STORE_UNAVAILABLE and frees the store before it calls back.
struct store *store_redis_open(uv_loop_t *loop, const struct config *config, char *errors, size_t errors_bytes);

// A connection of its own with the address and the account of the configuration, for what is no part of the store.
// `deploys`: puts the functions in place (greeting.h).
struct redis *redis_open_configured(uv_loop_t *loop, const struct config *config, bool deploys, char *errors,
                                    size_t errors_bytes);
