#include "openapi_schema.h"
#include "bind.h"
#include "common.pb-c.h"
#include "err.h"
#include "google/protobuf/timestamp.pb-c.h"
#include <stdio.h>
#include <string.h>

static json_t *typed(const char *type) {
  return json_pack("{s:s}", "type", type);
}

static json_t *of_bool(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return typed("boolean");
}
static json_t *of_integer(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return typed("integer");
}
static json_t *of_unsigned(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return json_pack("{s:s, s:i}", "type", "integer", "minimum", 0);
}
// JSON's numbers lose digits beyond 2^53, so 64-bit integers are strings.
static json_t *of_long(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return json_pack("{s:s, s:s}", "type", "string", "pattern", "^-?[0-9]+$");
}
static json_t *of_number(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return typed("number");
}
static json_t *of_string(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return typed("string");
}
static json_t *of_bytes(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)f, (void)schemas;
  return json_pack("{s:s, s:s}", "type", "string", "contentEncoding", "base64");
}

static json_t *of_enum(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  (void)schemas;
  const ProtobufCEnumDescriptor *type = f->descriptor;
  json_t *names = json_array();
  for (unsigned i = 0; i < type->n_values; i++) json_array_append_new(names, json_string(type->values[i].name));
  return json_pack("{s:s, s:o}", "type", "string", "enum", names);
}

static json_t *of_message(const ProtobufCFieldDescriptor *f, json_t *schemas) {
  if (f->descriptor == &google__protobuf__timestamp__descriptor)
    return json_pack("{s:s, s:s}", "type", "string", "format", "date-time");
  return openapi_reference(f->descriptor, schemas);
}

static json_t *(*const makers[])(const ProtobufCFieldDescriptor *f, json_t *schemas) = {
    [PROTOBUF_C_TYPE_INT32] = of_integer,    [PROTOBUF_C_TYPE_SINT32] = of_integer,
    [PROTOBUF_C_TYPE_SFIXED32] = of_integer, [PROTOBUF_C_TYPE_INT64] = of_long,
    [PROTOBUF_C_TYPE_SINT64] = of_long,      [PROTOBUF_C_TYPE_SFIXED64] = of_long,
    [PROTOBUF_C_TYPE_UINT32] = of_unsigned,  [PROTOBUF_C_TYPE_FIXED32] = of_unsigned,
    [PROTOBUF_C_TYPE_UINT64] = of_long,      [PROTOBUF_C_TYPE_FIXED64] = of_long,
    [PROTOBUF_C_TYPE_FLOAT] = of_number,     [PROTOBUF_C_TYPE_DOUBLE] = of_number,
    [PROTOBUF_C_TYPE_BOOL] = of_bool,        [PROTOBUF_C_TYPE_ENUM] = of_enum,
    [PROTOBUF_C_TYPE_STRING] = of_string,    [PROTOBUF_C_TYPE_BYTES] = of_bytes,
    [PROTOBUF_C_TYPE_MESSAGE] = of_message,
};

json_t *openapi_field(const ProtobufCFieldDescriptor *field, json_t *schemas) {
  json_t *one = makers[field->type](field, schemas);
  if (field->label != PROTOBUF_C_LABEL_REPEATED) return one;
  return json_pack("{s:s, s:o}", "type", "array", "items", one);
}

static json_t *object_of(const ProtobufCMessageDescriptor *type, json_t *schemas) {
  json_t *properties = json_object();
  for (unsigned i = 0; i < type->n_fields; i++) {
    char name[64];
    if (type->fields[i].descriptor == &seal__descriptor || !strcmp(type->fields[i].name, "cookie")) continue;
    bind_json_name(type->fields[i].name, name);
    json_object_set_new(properties, name, openapi_field(&type->fields[i], schemas));
  }
  return json_pack("{s:s, s:b, s:o}", "type", "object", "additionalProperties", 0, "properties", properties);
}

json_t *openapi_reference(const ProtobufCMessageDescriptor *type, json_t *schemas) {
  char path[128];
  snprintf(path, sizeof path, "#/components/schemas/%s", type->name);
  if (!json_object_get(schemas, type->name)) json_object_set_new(schemas, type->name, object_of(type, schemas));
  return json_pack("{s:s}", "$ref", path);
}

static json_t *code_names(void) {
  json_t *names = json_array();
  for (unsigned i = 1; i < code__descriptor.n_values; i++)
    json_array_append_new(names, json_string(code__descriptor.values[i].name));
  return json_pack("{s:s, s:o}", "type", "string", "enum", names);
}

json_t *openapi_problem(void) {
  json_t *code = code_names();
  json_t *error = json_pack("{s:s, s:{s:o, s:O, s:o}}", "type", "object", "properties", "pointer", typed("string"),
                            "code", code, "detail", typed("string"));
  json_t *errors = json_pack("{s:s, s:o}", "type", "array", "items", error);
  return json_pack("{s:s, s:{s:o, s:o, s:o, s:o, s:o, s:o, s:o}}", "type", "object", "properties", "type",
                   typed("string"), "title", typed("string"), "status", typed("integer"), "detail", typed("string"),
                   "code", code, "errors", errors, "correlationId", typed("string"));
}
