// Gathering: one request that every service answers, a part at a time, for what is held about a person (subject
// access). The parts become one JSON document:
//   {"crn":"X123456","area":"demo-north","collectedAt":"2026-03-02T10:00:00Z","records":[...]}
//
// It is whole or not at all: where one service does not answer, or a bound is reached, the answer is a problem. Where
// intake, which is asked first, has nothing, nobody else is asked, and the answer is 204.
#pragma once
#include "calls.h"

enum {
  GATHER_MS = 50 * 1000,   // from the first part to the last
  GATHER_BYTES = 64 << 20, // of the document
};

// Takes over a call that has its command (CollectRecords) and its request, and answers it later.
void gather_begin(struct call *c, const struct identity *who);
