// The wording of the explanation of confidentiality: a file, config/confidentiality.yaml, read and checked at start.
//
// Its text is data, so that a region writes its own. What changes in it gets the next `version`; the explanations on
// record name the version that was given.
#pragma once
#include "arena.h"
#include "intake.pb-c.h"
#include <stddef.h>
#include <stdint.h>

// NULL with "FILE:LINE: what is wrong" in `errors` on a fault: no version or date, a language that lacks a part, or two
// languages that do not say the same number of things.
const Confidentiality *confidentiality_load(struct arena *a, const char *path, char *errors, size_t errors_bytes);

// The oldest version that is good for a session that starts then: the present one from its date on, any before it, so
// that what took place under an earlier wording may be recorded late.
uint32_t confidentiality_needed(const Confidentiality *c, int64_t starts_at_ms);
