// What intake has done outside of the store: a line in the destruction log (destroyed.h), before anything else of an
// erasure follows. Intake alone writes to it; where it runs several times, on one disk.
#pragma once
#include "service.h"

// Makes the folder ALONGSIDE_DESTROYED where it is missing. Non-zero: what is wrong is on standard error.
int destruction_open(const struct config *config, void *loop, outcome_fn *done, void *context, void **performer);
// `effect` is a DestroySubject; the outcome is SubjectDestroyed. Where the disk refuses there is none: the timer of the
// erasure asks again, until it is done.
void destruction_perform(void *performer, const char *area, const ProtobufCMessage *effect);
void destruction_close(void *performer);
