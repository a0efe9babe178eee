#include "google/protobuf/timestamp.pb-c.h"
#include "json.h"
#include "json_type.h"
#include "rfc3339.h"
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a byte becomes inside of a string: 0 itself, 'u' the long form, any other letter after a backslash.
static const char escapes[256] = {
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'b', 't', 'n', 'u', 'f', 'r', 'u', 'u',         'u',
    'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', 'u', ['"'] = '"', ['\\'] = '\\',
};

void json_write_string(struct buffer *b, const char *text) {
  buffer_add(b, "\"", 1);
  for (const char *from = text;; text++) {
    char escape = escapes[(unsigned char)*text];
    if (!escape) continue;
    buffer_add(b, from, (size_t)(text - from));
    if (!*text) break;
    if (escape == 'u') buffer_printf(b, "\\u%04x", (unsigned)(unsigned char)*text);
    if (escape != 'u') buffer_add(b, (char[]){'\\', escape}, 2);
    from = text + 1;
  }
  buffer_add(b, "\"", 1);
}

static void add_unsigned(struct buffer *b, uint64_t value) {
  char digits[20], *at = digits + sizeof digits;
  do {
    *--at = (char)('0' + value % 10);
  } while (value /= 10);
  buffer_add(b, at, (size_t)(digits + sizeof digits - at));
}

static void add_signed(struct buffer *b, int64_t value) {
  if (value < 0) buffer_add(b, "-", 1);
  add_unsigned(b, value < 0 ? -(uint64_t)value : (uint64_t)value);
}

static void add_name_of_value(struct buffer *b, double value) {
  buffer_text(b, isnan(value) ? "\"NaN\"" : value < 0 ? "\"-Infinity\"" : "\"Infinity\"");
}

// With the fewest digits that read back as the same value.
static void write_double(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  double v = *(const double *)value;
  char text[32];
  if (!isfinite(v)) return add_name_of_value(b, v);
  if (v != 0 && fabs(v) < 1e15 && v == (double)(int64_t)v) return add_signed(b, (int64_t)v); // most are small counts
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, v);
    if (strtod(text, NULL) == v) break;
  }
  buffer_text(b, text);
}

static void write_float(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  float v = *(const float *)value;
  char text[32];
  if (!isfinite(v)) return add_name_of_value(b, (double)v);
  for (int digits = 6; digits <= 9; digits++) {
    snprintf(text, sizeof text, "%.*g", digits, (double)v);
    if (strtof(text, NULL) == v) break;
  }
  buffer_text(b, text);
}

static void write_int32(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  add_signed(b, *(const int32_t *)value);
}

static void write_uint32(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  add_unsigned(b, *(const uint32_t *)value);
}

static void write_int64(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  buffer_add(b, "\"", 1);
  add_signed(b, *(const int64_t *)value);
  buffer_add(b, "\"", 1);
}

static void write_uint64(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  buffer_add(b, "\"", 1);
  add_unsigned(b, *(const uint64_t *)value);
  buffer_add(b, "\"", 1);
}

static void write_bool(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  buffer_text(b, *(const protobuf_c_boolean *)value ? "true" : "false");
}

// A number that this version does not know by name came from a later one; it is written as a number.
static void write_enum(struct buffer *b, const struct json_field *f, const void *value) {
  int number = *(const int *)value;
  const ProtobufCEnumValue *known = protobuf_c_enum_descriptor_get_value(f->field->descriptor, number);
  if (!known) return add_signed(b, number);
  json_write_string(b, known->name);
}

static void write_text(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  const char *text = *(const char *const *)value;
  json_write_string(b, text ? text : "");
}

static void write_bytes(struct buffer *b, const struct json_field *f, const void *value) {
  (void)f;
  const ProtobufCBinaryData *bytes = value;
  size_t size_bytes = sodium_base64_encoded_len(bytes->len, sodium_base64_VARIANT_ORIGINAL);
  char *text = malloc(size_bytes);
  if (!text) abort();
  sodium_bin2base64(text, size_bytes, bytes->data, bytes->len, sodium_base64_VARIANT_ORIGINAL);
  json_write_string(b, text);
  free(text);
}

static void write_message(struct buffer *b, const struct json_field *f, const void *value) {
  const ProtobufCMessage *m = *(const ProtobufCMessage *const *)value;
  if (f->field->descriptor != &google__protobuf__timestamp__descriptor) return json_write(b, m);
  const Google__Protobuf__Timestamp *t = (const Google__Protobuf__Timestamp *)m;
  char text[RFC3339_BYTES];
  rfc3339_write(t->seconds, t->nanos, text);
  json_write_string(b, text);
}

typedef void write_fn(struct buffer *b, const struct json_field *f, const void *value);
static write_fn *const writers[] = {
    [PROTOBUF_C_TYPE_INT32] = write_int32,     [PROTOBUF_C_TYPE_SINT32] = write_int32,
    [PROTOBUF_C_TYPE_SFIXED32] = write_int32,  [PROTOBUF_C_TYPE_INT64] = write_int64,
    [PROTOBUF_C_TYPE_SINT64] = write_int64,    [PROTOBUF_C_TYPE_SFIXED64] = write_int64,
    [PROTOBUF_C_TYPE_UINT32] = write_uint32,   [PROTOBUF_C_TYPE_FIXED32] = write_uint32,
    [PROTOBUF_C_TYPE_UINT64] = write_uint64,   [PROTOBUF_C_TYPE_FIXED64] = write_uint64,
    [PROTOBUF_C_TYPE_FLOAT] = write_float,     [PROTOBUF_C_TYPE_DOUBLE] = write_double,
    [PROTOBUF_C_TYPE_BOOL] = write_bool,       [PROTOBUF_C_TYPE_ENUM] = write_enum,
    [PROTOBUF_C_TYPE_STRING] = write_text,     [PROTOBUF_C_TYPE_BYTES] = write_bytes,
    [PROTOBUF_C_TYPE_MESSAGE] = write_message,
};

static void write_list(struct buffer *b, const struct json_field *f, const void *m) {
  size_t n = *(const size_t *)((const char *)m + f->field->quantifier_offset);
  const char *values = *(const char *const *)((const char *)m + f->field->offset);
  buffer_add(b, "[", 1);
  for (size_t i = 0; i < n; i++) {
    if (i) buffer_add(b, ",", 1);
    writers[f->field->type](b, f, values + i * f->value_bytes);
  }
  buffer_add(b, "]", 1);
}

// Whether a single value differs from its type's default, in protobuf-c's sense: minus zero is a zero.
static bool is_set(const struct json_field *f, const void *value) {
  static const char zeros[sizeof(ProtobufCBinaryData)];
  const char *text;
  switch (f->field->type) {
  case PROTOBUF_C_TYPE_STRING:
    text = *(const char *const *)value;
    return text && *text;
  case PROTOBUF_C_TYPE_BYTES:
    return ((const ProtobufCBinaryData *)value)->len != 0;
  case PROTOBUF_C_TYPE_DOUBLE:
    return *(const double *)value != 0;
  case PROTOBUF_C_TYPE_FLOAT:
    return *(const float *)value != 0;
  default:
    return memcmp(value, zeros, f->value_bytes) != 0;
  }
}

static bool is_present(const struct json_field *f, const void *m) {
  const char *quantifier = (const char *)m + f->field->quantifier_offset;
  const char *value = (const char *)m + f->field->offset;
  if (f->hidden) return false;
  if (f->field->label == PROTOBUF_C_LABEL_REPEATED) return *(const size_t *)quantifier != 0;
  bool by_pointer = f->field->type == PROTOBUF_C_TYPE_MESSAGE || f->field->type == PROTOBUF_C_TYPE_STRING;
  if (f->field->label != PROTOBUF_C_LABEL_OPTIONAL || by_pointer) return is_set(f, value);
  return *(const protobuf_c_boolean *)quantifier;
}

void json_write(struct buffer *b, const ProtobufCMessage *m) {
  const struct json_field *fields = json_type_fields(json_type_of(m->descriptor));
  const char *separator = "{";
  for (unsigned i = 0; i < m->descriptor->n_fields; i++) {
    const struct json_field *f = &fields[i];
    if (!is_present(f, m)) continue;
    buffer_add(b, separator, 1);
    buffer_add(b, f->label, f->label_bytes);
    separator = ",";
    if (f->field->label == PROTOBUF_C_LABEL_REPEATED) {
      write_list(b, f, m);
    } else {
      writers[f->field->type](b, f, (const char *)m + f->field->offset);
    }
  }
  buffer_text(b, *separator == '{' ? "{}" : "}");
}
