// When records about a person have been kept for as long as they may be. The rules are a file, config/retention.yaml,
// whose fields proto/retention.proto documents.
#pragma once
#include "arena.h"
#include "retention.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

// The two moments from which a person's periods run.
struct retention_start {
  int64_t registered_ms;
  int64_t closed_ms; // when the last engagement was closed; of one who had none, as registered_ms
};

// Reads and checks the file: a rule for each class of record, once, with a period and a basis, and none that is over
// after that of the person; signed off by somebody on a day, or by nobody. On a fault answers NULL and writes
// "FILE:LINE: what is wrong" to `errors`.
Retention *retention_load(struct arena *a, const char *path, char *errors, size_t errors_bytes);
// Whether the controller has signed the rules off: only then they erase.
bool retention_signed(const Retention *r);
// The moment at which a rule's period is over.
int64_t retention_over_ms(const RetentionRule *rule, const struct retention_start *from);
// The same of the person's own record, which is the last to go.
int64_t retention_person_over_ms(const Retention *r, const struct retention_start *from);
// The first moment after `now_ms` at which some period is over; 0: there is none.
int64_t retention_next_ms(const Retention *r, const struct retention_start *from, int64_t now_ms);
