// One message on its way: asked for, tried, tried again, delivered or dead.
#include "courier.h"
#include "calendar.h"

// Text that could not be opened cannot be sent, nor sealed again: it is as good as absent.
static Outgoing *readable(Outgoing *outgoing) {
  return outgoing && !outgoing->seal ? outgoing : NULL;
}

Delivery *delivery_copy(struct arena *a, const Delivery *delivery) {
  Delivery *copy = arena_copy(a, delivery, sizeof *delivery);
  copy->request = arena_copy(a, delivery->request, sizeof *delivery->request);
  copy->request->outgoing = readable(delivery->request->outgoing);
  return copy;
}

const char *delivery_timer(struct arena *a, const char *message_id) {
  return arena_printf(a, "deliver/%s", message_id);
}
const char *forget_timer(struct arena *a, const char *message_id) {
  return arena_printf(a, "forget/%s", message_id);
}

int64_t backoff_ms(uint32_t attempt, const uint8_t random[64]) {
  static const int64_t seconds[] = {1, 4, 15, 60, 300, 900, 3600};
  const uint32_t n = sizeof seconds / sizeof *seconds;
  int64_t ms = 1000 * seconds[attempt < 1 ? 0 : attempt > n ? n - 1 : attempt - 1];
  int64_t chance = random[0] << 8 | random[1]; // 0 to 65535
  return ms * 3 / 4 + ms / 2 * chance / 65535;
}

static void write_delivery(struct change *c, const Delivery *d) {
  change_write(c, d->request->subject, d->request->message_id, d);
}

static int64_t earlier(int64_t a, int64_t b) {
  return a < b ? a : b;
}

void needs_message_requested(struct records *want, const struct message *m) {
  const MessageRequested *event = m->body;
  records_want_absent(want, &delivery__descriptor, event->message_id);
}

struct change on_message_requested(const struct records *have, const struct message *m) {
  const MessageRequested *event = m->body;
  struct change c = change_of(m);
  if (records_get(have, &delivery__descriptor, event->message_id)) return c;
  Delivery *d = arena_take(m->arena, sizeof *d);
  delivery__init(d);
  d->request = arena_copy(m->arena, event, sizeof *event);
  d->request->outgoing = readable(event->outgoing);
  d->state = DELIVERY_STATE__PENDING;
  d->requested_at = timestamp_of(m->arena, m->now.ms);
  write_delivery(&c, d);
  if (event->subject[0])
    change_index(&c, arena_printf(m->arena, "deliveries-of/%s", event->subject), event->message_id);
  change_set_timer(&c, delivery_timer(m->arena, event->message_id), m->now.ms);
  return c;
}

// Ends a delivery: nothing is tried any more. What has no more use loses its text.
static void end(struct change *c, const struct message *m, Delivery *d, DeliveryState state) {
  d->state = state;
  d->ended_at = timestamp_of(m->arena, m->now.ms);
  if (state != DELIVERY_STATE__DEAD || m->now.ms >= d->request->not_after_ms) d->request->outgoing = NULL;
  change_clear_timer(c, delivery_timer(m->arena, d->request->message_id));
  write_delivery(c, d);
}

static void publish_dead(struct change *c, const Delivery *d) {
  MessageDead *event = arena_take(c->arena, sizeof *event);
  message_dead__init(event);
  event->message_id = d->request->message_id;
  event->subject = d->request->subject;
  event->channel = d->request->channel;
  event->about = d->request->about;
  event->failure = d->last_failure;
  change_publish(c, d->request->subject, event);
}

static void give_up(struct change *c, const struct message *m, Delivery *d, const char *failure) {
  d->last_failure = (char *)failure;
  end(c, m, d, DELIVERY_STATE__DEAD);
  if (d->request->outgoing)
    change_set_timer(c, forget_timer(m->arena, d->request->message_id), d->request->not_after_ms);
  change_index(c, COURIER_DEAD_LETTERS, d->request->message_id);
  publish_dead(c, d);
}

// --- an attempt

void needs_delivery_due(struct records *want, const struct message *m) {
  records_want(want, &delivery__descriptor, m->timer);
}

static const char *why_not_to_try(const Delivery *d, int64_t now_ms) {
  if (now_ms >= d->request->not_after_ms) return d->last_failure[0] ? d->last_failure : "it could not be sent in time";
  if (d->attempts >= COURIER_ATTEMPTS) return d->last_failure[0] ? d->last_failure : "no attempt was ever answered";
  return d->request->outgoing ? NULL : "its text cannot be read any more";
}

// What is sent is a copy: the record's own text is sealed on its way to the store.
static const Delivery *effect_of(struct arena *a, const Delivery *d) {
  Delivery *effect = delivery_copy(a, d);
  effect->request->outgoing = arena_copy(a, d->request->outgoing, sizeof *d->request->outgoing);
  return effect;
}

struct change on_delivery_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Delivery *before = records_get(have, &delivery__descriptor, m->timer);
  if (!before || before->state != DELIVERY_STATE__PENDING) return c;
  Delivery *d = delivery_copy(m->arena, before);
  const char *failure = why_not_to_try(d, m->now.ms);
  if (failure) {
    give_up(&c, m, d, failure);
    return c;
  }
  d->attempts++;
  write_delivery(&c, d);
  int64_t again_ms = m->now.ms + COURIER_ANSWER_MS + backoff_ms(d->attempts, m->now.random);
  change_set_timer(&c, delivery_timer(m->arena, m->timer), again_ms);
  change_effect(&c, effect_of(m->arena, d));
  return c;
}

// --- what became of it

void needs_delivery_attempted(struct records *want, const struct message *m) {
  records_want(want, &delivery__descriptor, ((const DeliveryAttempted *)m->body)->message_id);
}

static void publish_delivered(struct change *c, const Delivery *d) {
  MessageDelivered *event = arena_take(c->arena, sizeof *event);
  message_delivered__init(event);
  event->message_id = d->request->message_id;
  event->subject = d->request->subject;
  event->channel = d->request->channel;
  event->about = d->request->about;
  event->attempts = d->attempts;
  change_publish(c, d->request->subject, event);
}

static void delivered(struct change *c, const struct message *m, Delivery *d) {
  if (d->state == DELIVERY_STATE__DEAD) {
    change_unindex(c, COURIER_DEAD_LETTERS, d->request->message_id);
    change_clear_timer(c, forget_timer(m->arena, d->request->message_id));
  }
  d->last_failure = "";
  end(c, m, d, DELIVERY_STATE__DELIVERED);
  publish_delivered(c, d);
}

// The next attempt is at the latest when the message loses its use: then it is given up, and nobody waits to learn so.
static void failed(struct change *c, const struct message *m, Delivery *d, const DeliveryAttempted *outcome) {
  if (outcome->final || d->attempts >= COURIER_ATTEMPTS) {
    give_up(c, m, d, outcome->failure);
    return;
  }
  d->last_failure = outcome->failure;
  write_delivery(c, d);
  int64_t again_ms = m->now.ms + backoff_ms(d->attempts, m->now.random);
  change_set_timer(c, delivery_timer(m->arena, d->request->message_id), earlier(again_ms, d->request->not_after_ms));
}

// A success counts from whichever attempt it comes; a failure only from the newest.
struct change on_delivery_attempted(const struct records *have, const struct message *m) {
  const DeliveryAttempted *outcome = m->body;
  struct change c = change_of(m);
  const Delivery *before = records_get(have, &delivery__descriptor, outcome->message_id);
  if (!before || before->state == DELIVERY_STATE__DELIVERED) return c;
  Delivery *d = delivery_copy(m->arena, before);
  if (outcome->taken)
    delivered(&c, m, d);
  else if (d->state == DELIVERY_STATE__PENDING && d->attempts == outcome->attempt)
    failed(&c, m, d, outcome);
  return c;
}

// --- no longer wanted

void needs_message_called_off(struct records *want, const struct message *m) {
  records_want(want, &delivery__descriptor, ((const MessageCalledOff *)m->body)->message_id);
}

struct change on_message_called_off(const struct records *have, const struct message *m) {
  const MessageCalledOff *event = m->body;
  struct change c = change_of(m);
  const Delivery *before = records_get(have, &delivery__descriptor, event->message_id);
  if (!before || before->state != DELIVERY_STATE__PENDING) return c;
  Delivery *d = delivery_copy(m->arena, before);
  d->last_failure = "called off by who asked for it";
  end(&c, m, d, DELIVERY_STATE__CALLED_OFF);
  publish_dead(&c, d);
  return c;
}

struct change on_forget_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Delivery *before = records_get(have, &delivery__descriptor, m->timer);
  if (!before || before->state != DELIVERY_STATE__DEAD || !before->request->outgoing) return c;
  Delivery *d = delivery_copy(m->arena, before);
  d->request->outgoing = NULL;
  write_delivery(&c, d);
  return c;
}
