// The gateway's HTTP door as a client sees it: one request at a time, with the token of ALONGSIDE_TOKEN.
//
// Every request is safe to repeat, because what is created has an id of the sender's. So an answer that says "later"
// (429, 503), and none at all, are tried again, after as long as Retry-After says, for about half a minute.
#pragma once
#include "arena.h"
#include "json.h"
#include <stdbool.h>
#include <stddef.h>

struct door;
// Reads ALONGSIDE_URL and ALONGSIDE_TOKEN. NULL: what is missing has been said on standard error.
struct door *door_open(void);
// Without a token, for what anybody may ask: how the services are.
struct door *door_open_public(void);
void door_close(struct door *d);

// One request. `path` begins with a slash. The answer's body replaces what is in `answer`, which the caller frees. The
// HTTP status; 0: the gateway did not answer, which has been said on standard error.
int door_get(struct door *d, const char *path, struct buffer *answer);
int door_send(struct door *d, const char *method, const char *path, const char *content_type, const struct buffer *body,
              struct buffer *answer);
// As door_get(), once: without trying again.
int door_get_once(struct door *d, const char *path, struct buffer *answer);
// Sends the token in place of the one from the environment, until it is called with NULL.
void door_use_token(struct door *d, const char *token);

// A GET whose answer is one message. NULL where there is none: `status` (may be NULL) says why, and unless it is 404 it
// has been said on standard error.
void *door_read(struct door *d, const char *path, const ProtobufCMessageDescriptor *type, struct arena *a, int *status);
// Says on standard error what a refusal's problem details say.
void door_complain(int status, const struct buffer *answer);

// One line's answer. `problem` is JSON text (problem details), or NULL where the line was taken.
typedef void door_line_fn(void *context, unsigned line, int status, const char *problem);
// Sends lines as one batch; `line` counts from 1. Lines that were answered "later" are reported as such: see
// door_later(). False: the batch as a whole was refused, which has been said.
bool door_batch(struct door *d, const char *path, const struct buffer *lines, door_line_fn *on_line, void *context);
// Whether a status says that the same may be sent again after a while.
bool door_later(int status);
