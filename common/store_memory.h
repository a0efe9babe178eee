// The store for simulation: in memory, and deterministic.
//
// One `struct memory` is the truth that would be Redis; each simulated process has a `struct store` of it. What a
// process asks for is queued, as on a connection, and nothing happens until store_memory_step() is called: that picks
// one waiting operation by a number which the simulation draws, carries it out on the memory, and calls back. So the
// order in which the operations of all processes meet is the simulation's, and a seed replays it.
//
// Two faults are those that a lost connection has: an operation that is not carried out, and one that is, without its
// author ever learning it. Both are answered STORE_UNAVAILABLE. A crash of the process forgets what it had queued.
//
//   struct memory *truth = memory_new();
//   struct store *intake = store_memory_open(truth, "intake");
//   intake->ops->commit(intake, &change);                        // queued
//   store_memory_step(intake, random, MEMORY_FINE);              // change.done(&change, STORE_DONE)
//   store_memory_free(intake);
//   memory_free(truth);
#pragma once
#include "memory.h"

enum memory_fault {
  MEMORY_FINE,
  MEMORY_LOST,       // not carried out
  MEMORY_UNANSWERED, // carried out, and answered STORE_UNAVAILABLE all the same
};

// Timers are those of `service`. The memory outlives the store.
struct store *store_memory_open(struct memory *m, const char *service);
size_t store_memory_waiting(const struct store *s);
// Carries out one waiting operation and answers it. Where it is a change, up to seven of those that were queued after
// it go with it, as one batch. What is read is valid during the callback alone. False: nothing waits.
bool store_memory_step(struct store *s, uint64_t random, enum memory_fault fault);
// Whether `ready` says so; operations are carried out in any case. It is true at first.
void store_memory_set_ready(struct store *s, bool ready);
// The process is gone: nothing that it asked for is carried out or answered.
void store_memory_crash(struct store *s);
// For the end of a simulation; NULL is fine. `close`, in contrast, answers what waits STORE_UNAVAILABLE, and calls back
// and frees the store in the next step.
void store_memory_free(struct store *s);
