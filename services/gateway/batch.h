// Batches: a body of lines, each of which is one command. The lines go out several at once; the answers come back in
// the order of the lines, one line each, and one bad line does not lose the others:
//   {"line":1,"status":201}
//   {"line":2,"status":422,"problem":{...}}
#pragma once
#include "bind.h"
#include "http.h"
#include "tokens.h"

enum {
  BATCH_AT_ONCE = 64,  // lines of one batch that are under way
  BATCH_LINES = 20000, // in one batch
  BATCHES = 16,        // at once; together they leave half of the calls to single requests
};

struct gateway;
struct batches;
struct batches *batches_new(struct gateway *g);
void batches_free(struct batches *bs);
unsigned batches_in_flight(const struct batches *bs);

// Takes the request and answers it later. On an error it does not take it.
struct err batch_begin(struct gateway *g, struct http_request *r, const struct route *route, const char *area,
                       const struct bind_options *options, const struct identity *who);
