// When a person's records have been kept for as long as they may be. The rules are a file, config/retention.yaml, whose
// fields proto/retention.proto documents.
#pragma once
#include "arena.h"
#include "retention.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

// Reads and checks the file: a rule for each class of record, once, with a period and a basis; signed off by somebody
// on a day, or by nobody. On a fault answers NULL and writes "FILE:LINE: what is wrong" to `errors`.
Retention *retention_load(struct arena *a, const char *path, char *errors, size_t errors_bytes);
// Whether the controller has signed the rules off: only then they erase.
bool retention_signed(const Retention *r);
// The moment at which all periods of a person are over. `closed_ms`: when the last engagement was closed; of one who
// had none, when the person was registered.
int64_t retention_over_ms(const Retention *r, int64_t registered_ms, int64_t closed_ms);
