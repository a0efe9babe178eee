// The list of dead letters, and sending one again.
#include "access.h"
#include "courier.h"
#include "text.h"

// What is shown of a delivery: never to whom it goes or what it says.
static Delivery *shown(const struct message *m, const Delivery *delivery) {
  Delivery *copy = delivery_copy(m->arena, delivery);
  copy->request->outgoing = NULL;
  return copy;
}

// To those who do not reach whom it is about, as an operator, it is a message that has not gone out, and why.
static Delivery *shown_without_person(const struct message *m, const Delivery *delivery) {
  Delivery *copy = shown(m, delivery);
  copy->request->subject = copy->request->about = (char *)protobuf_c_empty_string;
  return copy;
}

static void want_letter(struct records *want, const struct message *m, const char *id) {
  const Delivery *d = records_want(want, &delivery__descriptor, id);
  if (d) access_want(want, m, d->request->subject);
}

static uint32_t page_limit(const ListDeadLetters *command) {
  return command->limit ? command->limit : COURIER_PAGE;
}

void needs_list_dead_letters(struct records *want, const struct message *m) {
  const ListDeadLetters *command = m->body;
  if (page_limit(command) > COURIER_PAGE_MOST) return;
  const struct page *page = records_want_page(want, COURIER_DEAD_LETTERS, command->after, page_limit(command));
  for (size_t i = 0; page && i < page->n_members; i++) want_letter(want, m, page->members[i]);
}

struct change decide_list_dead_letters(const struct records *have, const struct message *m) {
  const ListDeadLetters *command = m->body;
  if (page_limit(command) > COURIER_PAGE_MOST)
    return refusef(m, CODE__INVALID, "/limit", "must be at most %d", COURIER_PAGE_MOST);
  const struct page *page = records_page(have, COURIER_DEAD_LETTERS, command->after);
  struct change c = change_of(m);
  DeadLetters *reply = arena_take(m->arena, sizeof *reply);
  dead_letters__init(reply);
  reply->deliveries = arena_take(m->arena, (page->n_members + 1) * sizeof(Delivery *));
  for (size_t i = 0; i < page->n_members; i++) {
    const Delivery *d = records_get(have, &delivery__descriptor, page->members[i]);
    if (!d) continue;
    bool sees = access_sees(have, m, d->request->subject);
    reply->deliveries[reply->n_deliveries++] = sees ? shown(m, d) : shown_without_person(m, d);
    if (sees) change_touch(&c, d->request->subject);
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, reply, 0);
  return c;
}

void needs_retry_delivery(struct records *want, const struct message *m) {
  records_want(want, &delivery__descriptor, ((const RetryDelivery *)m->body)->message_id);
}

static struct change send_again(const struct message *m, Delivery *d, uint64_t version) {
  struct change c = change_of(m);
  d->state = DELIVERY_STATE__PENDING;
  d->attempts = 0;
  d->ended_at = NULL;
  change_write(&c, d->request->subject, d->request->message_id, d);
  change_unindex(&c, COURIER_DEAD_LETTERS, d->request->message_id);
  change_clear_timer(&c, forget_timer(m->arena, d->request->message_id));
  change_set_timer(&c, delivery_timer(m->arena, d->request->message_id), m->now.ms);
  change_recipient(&c, "addressee", d->request->subject);
  change_reply(&c, d->request->subject, shown(m, d), version + 1);
  return c;
}

static struct change refuse_retry(const struct message *m, const Delivery *d) {
  if (d->state != DELIVERY_STATE__DEAD)
    return refuse(m, CODE__CONFLICT, NULL,
                  "only a dead letter can be sent again; this message was delivered or called off");
  if (m->now.ms >= d->request->not_after_ms)
    return refuse(m, CODE__REFUSED_BY_RULE, NULL,
                  "this message is of no use any more: the time that it was for has passed");
  if (!d->request->outgoing)
    return refuse(m, CODE__REFUSED_BY_RULE, NULL, "the text of this message cannot be read any more");
  return change_of(m);
}

// A message that waits to be sent is answered as if this command had made it so: it may have been sent twice.
struct change decide_retry_delivery(const struct records *have, const struct message *m) {
  const RetryDelivery *command = m->body;
  if (!text_is_uuid(command->message_id))
    return refuse(m, CODE__INVALID, "/messageId", "must be the UUID of a message, in lower case");
  const Delivery *before = records_get(have, &delivery__descriptor, command->message_id);
  if (!before) return refuse(m, CODE__NOT_FOUND, NULL, "there is no message of that id");
  Delivery *d = delivery_copy(m->arena, before);
  uint64_t version = records_version(have, &delivery__descriptor, command->message_id);
  if (d->state == DELIVERY_STATE__PENDING) {
    struct change c = change_of(m);
    change_reply(&c, d->request->subject, shown(m, d), version);
    return c;
  }
  struct change refused = refuse_retry(m, d);
  return change_refused(&refused) ? refused : send_again(m, d, version);
}
