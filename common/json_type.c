#include "json_type.h"
#include "common.pb-c.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

// A name by which a field can be found. Most fields have two.
struct name {
  const char *text;
  size_t length;
  const struct json_field *field;
};

struct json_type {
  const ProtobufCMessageDescriptor *descriptor;
  struct json_field *fields;
  struct name *names; // open addressing, at most half full
  size_t mask;
};

enum {
  TYPES = 1024
}; // twice and more of what there are in proto/

// Types by the address of their descriptor, open addressing. A cache and nothing else: it is never observable.
static struct json_type *types[TYPES];
static unsigned n_types;

static void *take(size_t n, size_t size_bytes) {
  void *memory = calloc(n, size_bytes);
  if (!memory) abort();
  return memory;
}

// Names of one message differ mostly in length and in the first, middle and last letter; the rest is compared.
static inline size_t name_hash(const char *text, size_t length) {
  const unsigned char *t = (const unsigned char *)text;
  return length * 7 + t[0] * 31u + t[length / 2] * 131u + t[length - 1] * 17u;
}

static void add_name(struct json_type *type, const char *text, size_t length, const struct json_field *field) {
  size_t at = name_hash(text, length) & type->mask;
  while (type->names[at].text) at = (at + 1) & type->mask;
  type->names[at] = (struct name){text, length, field};
}

// starts_at to "startsAt":
static const char *label_of(const char *name, size_t *length) {
  char *label = take(strlen(name) + 4, 1), *at = label;
  *at++ = '"';
  for (const char *c = name; *c; c++) {
    bool capital = *c == '_' && c[1] >= 'a' && c[1] <= 'z';
    if (capital) {
      *at++ = (char)(*++c - 'a' + 'A');
    } else if (*c != '_') {
      *at++ = *c;
    }
  }
  *at++ = '"';
  *at++ = ':';
  *length = (size_t)(at - label);
  return label;
}

static size_t value_bytes(ProtobufCType type) {
  static const size_t bytes[] = {
      [PROTOBUF_C_TYPE_INT32] = 4,
      [PROTOBUF_C_TYPE_SINT32] = 4,
      [PROTOBUF_C_TYPE_SFIXED32] = 4,
      [PROTOBUF_C_TYPE_INT64] = 8,
      [PROTOBUF_C_TYPE_SINT64] = 8,
      [PROTOBUF_C_TYPE_SFIXED64] = 8,
      [PROTOBUF_C_TYPE_UINT32] = 4,
      [PROTOBUF_C_TYPE_FIXED32] = 4,
      [PROTOBUF_C_TYPE_UINT64] = 8,
      [PROTOBUF_C_TYPE_FIXED64] = 8,
      [PROTOBUF_C_TYPE_FLOAT] = sizeof(float),
      [PROTOBUF_C_TYPE_DOUBLE] = sizeof(double),
      [PROTOBUF_C_TYPE_BOOL] = sizeof(protobuf_c_boolean),
      [PROTOBUF_C_TYPE_ENUM] = sizeof(int),
      [PROTOBUF_C_TYPE_STRING] = sizeof(char *),
      [PROTOBUF_C_TYPE_BYTES] = sizeof(ProtobufCBinaryData),
      [PROTOBUF_C_TYPE_MESSAGE] = sizeof(ProtobufCMessage *),
  };
  return bytes[type];
}

static void fill_field(struct json_type *type, unsigned index) {
  const ProtobufCFieldDescriptor *field = &type->descriptor->fields[index];
  struct json_field *f = &type->fields[index];
  *f = (struct json_field){.field = field, .index = index, .value_bytes = value_bytes(field->type)};
  f->hidden = field->type == PROTOBUF_C_TYPE_MESSAGE && field->descriptor == &seal__descriptor;
  f->label = label_of(field->name, &f->label_bytes);
  if (field->type == PROTOBUF_C_TYPE_MESSAGE) f->type = json_type_of(field->descriptor);
  if (f->hidden) return;
  const char *camel = f->label + 1;
  const size_t camel_length = f->label_bytes - 3, proto_length = strlen(field->name);
  add_name(type, camel, camel_length, f);
  if (proto_length != camel_length || memcmp(field->name, camel, proto_length))
    add_name(type, field->name, proto_length, f);
}

static struct json_type *new_type(const ProtobufCMessageDescriptor *descriptor) {
  assert(descriptor->n_fields <= JSON_TYPE_FIELDS);
  struct json_type *type = take(1, sizeof *type);
  size_t slots = 4;
  while (slots < 4 * (size_t)descriptor->n_fields) slots *= 2;
  *type = (struct json_type){.descriptor = descriptor,
                             .fields = take(descriptor->n_fields + 1, sizeof *type->fields),
                             .names = take(slots, sizeof *type->names),
                             .mask = slots - 1};
  return type;
}

const struct json_type *json_type_of(const ProtobufCMessageDescriptor *descriptor) {
  size_t at = ((uintptr_t)descriptor >> 4) % TYPES;
  for (; types[at]; at = (at + 1) % TYPES) {
    if (types[at]->descriptor == descriptor) return types[at];
  }
  n_types++;
  assert(n_types < TYPES);
  struct json_type *type = types[at] = new_type(descriptor);
  for (unsigned i = 0; i < descriptor->n_fields; i++) fill_field(type, i);
  return type;
}

const ProtobufCMessageDescriptor *json_type_descriptor(const struct json_type *type) {
  return type->descriptor;
}
const struct json_field *json_type_fields(const struct json_type *type) {
  return type->fields;
}

const struct json_field *json_type_field(const struct json_type *type, const char *name, size_t length) {
  if (!length) return NULL;
  for (size_t at = name_hash(name, length) & type->mask; type->names[at].text; at = (at + 1) & type->mask) {
    const struct name *n = &type->names[at];
    if (n->length == length && !memcmp(n->text, name, length)) return n->field;
  }
  return NULL;
}
