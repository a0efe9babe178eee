// The courier: the only one that talks to the outside world. It delivers what other services ask for, with retries,
// receipts and a dead-letter list.
//
// A Delivery lives under its message's id. A timer "deliver/<message id>" makes each attempt: the decision counts it,
// commits that, and only then hands the message to perform.c, which answers with a DeliveryAttempted. The timer is set
// again far enough ahead that it comes due only where that answer got lost, as when the process died while sending. So
// an attempt may reach the provider twice, under the same idempotency key, and never gets forgotten.
//
// A dead letter keeps its text, so that it can be sent again, until the message has lost its use; a timer
// "forget/<message id>" drops it then. What was delivered or called off drops it at once.
#pragma once
#include "change.h"
#include "courier.pb-c.h"
#include "records.h"
#include "service.h"

extern const struct service courier;

enum {
  COURIER_ATTEMPTS = 8,          // in all, before a message is a dead letter
  COURIER_ANSWER_MS = 60 * 1000, // an attempt that has not been answered by then is made again
  COURIER_PAGE = 50,             // dead letters on a page, where the command does not say
  COURIER_PAGE_MOST = 200,
};
#define COURIER_DEAD_LETTERS "dead-letters" // index of the message ids

void needs_message_requested(struct records *want, const struct message *m);
struct change on_message_requested(const struct records *have, const struct message *m);
void needs_delivery_due(struct records *want, const struct message *m);
struct change on_delivery_due(const struct records *have, const struct message *m);
void needs_delivery_attempted(struct records *want, const struct message *m);
struct change on_delivery_attempted(const struct records *have, const struct message *m);
void needs_message_called_off(struct records *want, const struct message *m);
struct change on_message_called_off(const struct records *have, const struct message *m);
struct change on_forget_due(const struct records *have, const struct message *m);

void needs_list_dead_letters(struct records *want, const struct message *m);
struct change decide_list_dead_letters(const struct records *have, const struct message *m);
void needs_retry_delivery(struct records *want, const struct message *m);
struct change decide_retry_delivery(const struct records *have, const struct message *m);

// A copy of the delivery and its request, which may be altered. Text that could not be opened is left out.
Delivery *delivery_copy(struct arena *a, const Delivery *delivery);
const char *delivery_timer(struct arena *a, const char *message_id);
const char *forget_timer(struct arena *a, const char *message_id);
// How long to wait after attempt number `attempt` (1 or more) has failed: from a second up to an hour, a quarter more
// or less by chance, so that messages which failed together do not come back together.
int64_t backoff_ms(uint32_t attempt, const uint8_t random[64]);

// holding.c: what the courier holds about a person, given and deleted. Index: "deliveries-of/<subject>" (message ids).
void needs_collect_deliveries(struct records *want, const struct message *m);
struct change decide_collect_deliveries(const struct records *have, const struct message *m);
void needs_erase_deliveries(struct records *want, const struct message *m);
struct change on_erase_deliveries(const struct records *have, const struct message *m);
