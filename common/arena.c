#include "arena.h"
#include "text.h"
#include <assert.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  CHUNK_BYTES = 16 << 10,
  CHUNK_MOST_BYTES = 1 << 20,
  ALIGNMENT = alignof(max_align_t)
};

struct arena_chunk {
  struct arena_chunk *older; // the oldest is the first one, which arena_reset keeps
  size_t size_bytes, used_bytes;
  max_align_t data[];
};

// Chunks double, so that a large message needs few of them.
static size_t next_chunk_bytes(const struct arena *a, size_t wanted_bytes) {
  size_t size_bytes = a->chunks ? 2 * a->chunks->size_bytes : CHUNK_BYTES;
  if (size_bytes > CHUNK_MOST_BYTES) size_bytes = CHUNK_MOST_BYTES;
  return size_bytes < wanted_bytes ? wanted_bytes : size_bytes;
}

static void add_chunk(struct arena *a, size_t wanted_bytes) {
  size_t size_bytes = next_chunk_bytes(a, wanted_bytes);
  struct arena_chunk *chunk = malloc(sizeof *chunk + size_bytes);
  if (!chunk) abort();
  *chunk = (struct arena_chunk){.older = a->chunks, .size_bytes = size_bytes};
  a->chunks = chunk;
}

// Memory as it is, or NULL beyond the cap.
static void *take(struct arena *a, size_t size_bytes) {
  if (size_bytes > a->cap_bytes) return NULL;
  size_bytes = (size_bytes + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
  if (size_bytes > a->cap_bytes - a->used_bytes) return NULL;
  if (!a->chunks || size_bytes > a->chunks->size_bytes - a->chunks->used_bytes) add_chunk(a, size_bytes);
  void *memory = (char *)a->chunks->data + a->chunks->used_bytes;
  a->chunks->used_bytes += size_bytes;
  a->used_bytes += size_bytes;
  return memory;
}

static void *allocator_alloc(void *arena, size_t size_bytes) {
  return take(arena, size_bytes);
}

static void allocator_free(void *arena, void *memory) {
  (void)arena;
  (void)memory;
}

void arena_init(struct arena *a, size_t cap_bytes) {
  *a = (struct arena){.cap_bytes = cap_bytes,
                      .allocator = {.alloc = allocator_alloc, .free = allocator_free, .allocator_data = a}};
}

static void free_until(struct arena *a, const struct arena_chunk *kept) {
  while (a->chunks != kept) {
    struct arena_chunk *newest = a->chunks;
    a->chunks = newest->older;
    free(newest);
  }
}

// The first chunk is the oldest. It is kept only at its usual size, so that one large message does not hold memory for
// as long as the arena lives.
void arena_reset(struct arena *a) {
  struct arena_chunk *first = a->chunks;
  while (first && first->older) first = first->older;
  free_until(a, first && first->size_bytes == CHUNK_BYTES ? first : NULL);
  if (a->chunks) a->chunks->used_bytes = 0;
  a->used_bytes = 0;
}

void arena_deinit(struct arena *a) {
  free_until(a, NULL);
  a->used_bytes = 0;
}

void *arena_take(struct arena *a, size_t size_bytes) {
  void *memory = take(a, size_bytes);
  if (!memory) abort();
  return memset(memory, 0, size_bytes);
}

void *arena_copy(struct arena *a, const void *from, size_t size_bytes) {
  void *memory = take(a, size_bytes);
  if (!memory) abort();
  return size_bytes ? memcpy(memory, from, size_bytes) : memory;
}

char *arena_text(struct arena *a, const char *text) {
  return arena_copy(a, text, strlen(text) + 1);
}

char *arena_printf(struct arena *a, const char *format, ...) {
  char mostly[256]; // long enough for all but a few, which are printed twice
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(mostly, sizeof mostly, format, arguments);
  va_end(arguments);
  if (length < 0) abort();
  char *text = arena_copy(a, mostly, (size_t)length < sizeof mostly ? (size_t)length + 1 : 0);
  if ((size_t)length >= sizeof mostly) {
    text = arena_take(a, (size_t)length + 1);
    vsnprintf(text, (size_t)length + 1, format, again);
  }
  va_end(again);
  return text;
}

// --- Texts on the wire
//
// protobuf-c unpacks texts as C strings without looking at them: a NUL would cut a text short unseen, and invalid UTF-8
// would go out as invalid JSON. After unpacking the length is gone, so the bytes are walked before, along the
// descriptors. Messages never nest themselves, which bounds the recursion.

struct wire {
  const uint8_t *at, *end;
};

// A varint of at most `most` bytes, as protobuf-c reads it: tags and lengths have five, values ten.
static bool wire_varint(struct wire *w, int most, uint64_t *out) {
  uint64_t value = 0;
  for (int i = 0; i < most && w->at < w->end; i++) {
    uint8_t byte = *w->at++;
    value |= (uint64_t)(byte & 0x7f) << (7 * i);
    if (!(byte & 0x80)) {
      *out = value;
      return true;
    }
  }
  return false;
}

static bool wire_skip(struct wire *w, uint64_t size_bytes) {
  if (size_bytes > (uint64_t)(w->end - w->at)) return false;
  w->at += size_bytes;
  return true;
}

// Fields mostly come in the order of their tags, and descriptors hold them in that order: looks on from `*hint`.
static const ProtobufCFieldDescriptor *field_of(const ProtobufCMessageDescriptor *type, uint32_t tag, unsigned *hint) {
  for (unsigned i = 0; i < type->n_fields; i++) {
    unsigned at = *hint + i < type->n_fields ? *hint + i : *hint + i - type->n_fields;
    if (type->fields[at].id == tag) {
      *hint = at;
      return &type->fields[at];
    }
  }
  return NULL;
}

static bool texts_are_sound(const ProtobufCMessageDescriptor *type, struct wire w);

static bool delimited_is_sound(const ProtobufCFieldDescriptor *field, struct wire content) {
  size_t size_bytes = (size_t)(content.end - content.at);
  if (field && field->type == PROTOBUF_C_TYPE_MESSAGE) return texts_are_sound(field->descriptor, content);
  if (!field || field->type != PROTOBUF_C_TYPE_STRING) return true;
  return !memchr(content.at, 0, size_bytes) && text_is_utf8((const char *)content.at, size_bytes);
}

static bool texts_are_sound(const ProtobufCMessageDescriptor *type, struct wire w) {
  unsigned hint = 0;
  while (w.at < w.end) {
    uint64_t key, value = 0;
    if (!wire_varint(&w, 5, &key)) return false;
    const unsigned wire_type = key & 7;
    static const uint8_t fixed_bytes[8] = {[PROTOBUF_C_WIRE_TYPE_64BIT] = 8, [PROTOBUF_C_WIRE_TYPE_32BIT] = 4};
    if (wire_type == PROTOBUF_C_WIRE_TYPE_VARINT) {
      if (!wire_varint(&w, 10, &value)) return false;
    } else if (fixed_bytes[wire_type]) {
      if (!wire_skip(&w, fixed_bytes[wire_type])) return false;
    } else {
      if (wire_type != PROTOBUF_C_WIRE_TYPE_LENGTH_PREFIXED || !wire_varint(&w, 5, &value)) return false;
      const uint8_t *from = w.at;
      if (!wire_skip(&w, value)) return false;
      if (!delimited_is_sound(field_of(type, (uint32_t)(key >> 3), &hint), (struct wire){from, w.at})) return false;
    }
  }
  return true;
}

void *arena_unpack(struct arena *a, const ProtobufCMessageDescriptor *type, const void *bytes, size_t size_bytes) {
  const uint8_t *from = bytes;
  if (size_bytes && !texts_are_sound(type, (struct wire){from, from + size_bytes})) return NULL;
  return protobuf_c_message_unpack(type, &a->allocator, size_bytes, bytes);
}

bool arena_packs_alike(struct arena *a, const void *one, const void *other) {
  size_t size_bytes = protobuf_c_message_get_packed_size(one);
  if (size_bytes != protobuf_c_message_get_packed_size(other)) return false;
  uint8_t *packed = arena_take(a, 2 * size_bytes + 1);
  protobuf_c_message_pack(one, packed);
  protobuf_c_message_pack(other, packed + size_bytes);
  return !memcmp(packed, packed + size_bytes, size_bytes);
}
