#include "outside.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ARRIVALS = 4096,
  ANSWER_MS = 3000, // at most, until an attempt is answered
};

struct outside {
  struct arrival arrivals[ARRIVALS];
  size_t n;
};

struct outside *outside_new(void) {
  return calloc(1, sizeof(struct outside));
}
void outside_free(struct outside *o) {
  free(o);
}

const struct arrival *outside_arrivals(const struct outside *o, size_t *n) {
  *n = o->n;
  return o->arrivals;
}

static void arrive(struct world *w, const MessageRequested *m) {
  struct outside *o = w->outside;
  size_t i = 0;
  while (i < o->n && strcmp(o->arrivals[i].message_id, m->message_id)) i++;
  if (i == ARRIVALS) {
    world_fail(w, "more messages arrived than there is room for");
    return;
  }
  if (!m->outgoing || m->outgoing->seal || !*m->outgoing->text || !*m->outgoing->to)
    world_fail(w, "a message without text or address left the building");
  if (i == o->n) {
    snprintf(o->arrivals[i].message_id, sizeof o->arrivals[i].message_id, "%s", m->message_id);
    snprintf(o->arrivals[i].about, sizeof o->arrivals[i].about, "%s", m->about);
    o->n++;
  }
  o->arrivals[i].times++;
}

void outside_attempt(struct world *w, const struct node *from, const Delivery *d) {
  enum fortune fortune = w->weather.deliver(w);
  if (w->now_ms + from->skew_ms >= d->request->not_after_ms) world_fail(w, "a message was sent that is of no use");
  if (fortune == TAKEN || fortune == TAKEN_SILENTLY || fortune == TAKEN_AS_FAILURE) arrive(w, d->request);
  if (fortune == TAKEN_SILENTLY || fortune == LOST) return;
  DeliveryAttempted outcome = DELIVERY_ATTEMPTED__INIT;
  outcome.message_id = d->request->message_id;
  outcome.attempt = d->attempts;
  outcome.taken = fortune == TAKEN;
  outcome.final = fortune == REFUSED;
  outcome.failure = outcome.taken ? "" : "the provider did not take it";
  uint8_t bytes[256];
  world_outcome(w, from, bytes, delivery_attempted__pack(&outcome, bytes), dice_between(&w->dice, 0, ANSWER_MS));
}

void outside_answer(struct engine *courier, const uint8_t *bytes, size_t size_bytes) {
  DeliveryAttempted *outcome = delivery_attempted__unpack(NULL, size_bytes, bytes);
  engine_outcome(courier, SIM_AREA, &outcome->base);
  delivery_attempted__free_unpacked(outcome, NULL);
}
