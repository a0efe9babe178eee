// JSON to protobuf and back, by descriptor: proto3's canonical JSON mapping, one mapper for every message.
//
// 64-bit integers are strings, enumerations are names, bytes are base64, Timestamps are RFC 3339 with an offset (read
// with any offset, written in UTC with "Z" and milliseconds where there are any), fields are lowerCamelCase (the
// original proto name is accepted too). Fields with default values are left out when writing. Unknown fields, duplicate
// keys, wrong types, numbers out of range, fields of type Seal (the runtime makes seals, no sender does), invalid
// UTF-8, a NUL in text, and nesting deeper than 32 are refused; so is what unpacks to more than the arena's cap
// (TOO_LARGE).
#pragma once
#include "arena.h"
#include "err.h"
#include <stddef.h>

// Reads one JSON object into a new message of that type in the arena. On a fault `*out` is untouched and the error's
// field is the JSON pointer of what is wrong; its why says what was expected ("unknown field", "must be a string of
// digits" ...) without repeating the value.
struct err json_read(struct arena *a, const ProtobufCMessageDescriptor *type, const char *text, size_t size_bytes,
                     void **out);

// Growing text. Owned by the caller: buffer_free.
struct buffer {
  char *data;
  size_t size_bytes, cap_bytes;
};
void buffer_add(struct buffer *b, const void *data, size_t size_bytes);
void buffer_text(struct buffer *b, const char *text);
void buffer_printf(struct buffer *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buffer_free(struct buffer *b);

// Appends the message as JSON. Fields of type Seal are left out.
void json_write(struct buffer *b, const ProtobufCMessage *m);
// Appends a JSON string, quoted and escaped.
void json_write_string(struct buffer *b, const char *text);
