// The outside world: providers that take messages, or do not, and a receiver that counts what arrived by idempotency
// key (the message's id).
#pragma once
#include "courier.pb-c.h"
#include "world.h"

// What arrived under one key.
struct arrival {
  char message_id[37];
  char about[80];
  unsigned times; // how often it was taken: attempts whose answer was lost are made again
};

struct outside;
struct outside *outside_new(void);
void outside_free(struct outside *o);
// The courier's process begins an attempt.
void outside_attempt(struct world *w, const struct node *from, const Delivery *delivery);
// The answer reaches the process.
void outside_answer(struct engine *courier, const uint8_t *bytes, size_t size_bytes);
const struct arrival *outside_arrivals(const struct outside *o, size_t *n);
