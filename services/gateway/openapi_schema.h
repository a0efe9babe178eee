// JSON schemas of messages, for openapi.json.
#pragma once
#include <jansson.h>
#include <protobuf-c/protobuf-c.h>

// A reference to the schema of a message, which is added to `schemas` (and those it refers to) where it is missing.
json_t *openapi_reference(const ProtobufCMessageDescriptor *type, json_t *schemas);
// The schema of one field. `schemas` may be NULL where the field is no message.
json_t *openapi_field(const ProtobufCFieldDescriptor *field, json_t *schemas);
// The schema of a problem document.
json_t *openapi_problem(void);
