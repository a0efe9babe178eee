// One HTTP request under /v1: found in the route table, its sender known, then one command, a batch, or an event
// stream.
#pragma once
#include "calls.h"

struct gateway;
// Answers it, now or later. `r` is the gateway's from here on.
void request_handle(struct gateway *g, struct http_request *r);

// Sends what the gateway's answer holds to the call's request, counts it, and ends the call.
void request_send_answer(struct call *c);

// The sentence for a body of the wrong media type, or NULL where it is `wanted` ("application/json").
const char *request_media_fault(const struct http_request *r, const char *wanted);
