// An arena: memory that is taken piece by piece and given back all at once.
//
// A message owns one. What is unpacked, read and decided for it lives there until the reply is away. It has a cap, so
// that a small message which unpacks into something large is refused instead of eating the machine.
#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>

struct arena_chunk;
struct arena {
  struct arena_chunk *chunks;   // newest first
  size_t used_bytes, cap_bytes; // invariant: used_bytes <= cap_bytes
  ProtobufCAllocator allocator; // hands protobuf-c memory of this arena; its free does nothing
};

enum {
  ARENA_CAP_BYTES = 8 << 20
};

void arena_init(struct arena *a, size_t cap_bytes);
// Gives everything back but the first chunk, so that the next message starts warm.
void arena_reset(struct arena *a);
void arena_deinit(struct arena *a);

// Zeroed memory, aligned for any type. Aborts when the cap is passed: only protobuf-c's own requests, whose size a
// sender controls, come through `allocator`, which answers NULL there.
void *arena_take(struct arena *a, size_t size_bytes);
char *arena_text(struct arena *a, const char *text);
char *arena_printf(struct arena *a, const char *format, ...) __attribute__((format(printf, 2, 3)));
void *arena_copy(struct arena *a, const void *from, size_t size_bytes);

// Unpacks into the arena. NULL where the bytes are not such a message, need more than the cap, or hold text that is
// not UTF-8 or contains a NUL. Nothing in it needs freeing.
void *arena_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *bytes, size_t size_bytes);

// Whether two messages have the same content: the same bytes when packed.
bool arena_packs_alike(struct arena *a, const void *one, const void *other);
