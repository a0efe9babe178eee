// Sending for real: text messages to an HTTP gateway, e-mail to an SMTP server, with libcurl on the libuv loop.
//
// At most 16 transfers run at once; the rest waits in line. Each that is taken in ends in one DeliveryAttempted, never
// before perform() returns. What it says of a failure holds no address. Connections to other hosts than this one must
// be encrypted.
#pragma once
#include "service.h"

enum {
  PERFORM_AT_ONCE = 16,
  PERFORM_WAITING = 4096, // a further message is left alone: its timer brings it again
  PERFORM_CONNECT_MS = 10 * 1000,
  PERFORM_WHOLE_MS = 30 * 1000, // must stay below COURIER_ANSWER_MS
};

// Reads the configuration; 0, or -1 where it cannot work, with a log line that says why.
int perform_open(const struct config *config, void *loop, outcome_fn *done, void *context, void **performer);
// `effect` is a Delivery; what is needed of it is copied.
void perform(void *performer, const char *area, const ProtobufCMessage *effect);
// Breaks off what is on its way, without an outcome. The memory is given back once the loop has closed the handles.
void perform_close(void *performer);
