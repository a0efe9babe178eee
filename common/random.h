// Randomness in bulk: a fresh seed of the system's, expanded (ChaCha20), since the system hands out 256 bytes at a call
// and each call costs more than what it brings.
#pragma once
#include <stddef.h>

// Not for keys that live long: those are drawn from the system itself.
void random_fill(void *out, size_t size_bytes);
