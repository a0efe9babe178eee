// What reading and writing JSON need to know of a message type, worked out once per type. For json.c and json_write.c.
#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_field {
  const ProtobufCFieldDescriptor *field;
  const struct json_type *type; // of a field that holds messages; NULL otherwise
  const char *label;            // lowerCamelCase, as it is written: "\"startsAt\":"
  size_t label_bytes;
  size_t value_bytes; // of one value in the C structure
  unsigned index;     // in json_type.fields, by tag
  bool hidden;        // of type Seal: neither read nor written
};

struct json_type;
// Remembered for as long as the process lives. Not for several threads: each of our processes decides in one.
const struct json_type *json_type_of(const ProtobufCMessageDescriptor *descriptor);
const ProtobufCMessageDescriptor *json_type_descriptor(const struct json_type *type);
const struct json_field *json_type_fields(const struct json_type *type);
// The field of that name, lowerCamelCase or as in the proto; NULL: there is none.
const struct json_field *json_type_field(const struct json_type *type, const char *name, size_t length);

enum {
  JSON_TYPE_FIELDS = 256
}; // more than any message has
