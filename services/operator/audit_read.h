// Reading an area's audit stream, from a sequence on to its end.
#pragma once
#include "sync.h"

typedef void audit_entry_fn(void *context, const struct store_entry *entry);
// Calls `each` for the entries of the stream whose last sequence is above `after`, in the order in which the store has
// them, several with the same sequence included, which only somebody who meddles can have made. False: the store
// stopped answering.
bool audit_read(struct sync *s, const char *area, uint64_t after, audit_entry_fn *each, void *context);
