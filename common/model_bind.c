#include "model_bind.h"
#include "json.h"
#include <string.h>

// "attendance_absence" is field `absence` of submessage `attendance`; a field of the whole name comes first.
static bool find_path(struct bind_parameter *p, const ProtobufCMessageDescriptor *type, const char *name) {
  if (p->depth == BIND_DEPTH) return false;
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *f = &type->fields[i];
    if (strcmp(f->name, name) != 0) continue;
    p->path[p->depth++] = f;
    return true;
  }
  for (unsigned i = 0; i < type->n_fields; i++) {
    const ProtobufCFieldDescriptor *f = &type->fields[i];
    size_t length = strlen(f->name);
    if (f->type != PROTOBUF_C_TYPE_MESSAGE || f->label == PROTOBUF_C_LABEL_REPEATED) continue;
    if (strncmp(name, f->name, length) != 0 || name[length] != '_') continue;
    p->path[p->depth++] = f;
    if (find_path(p, f->descriptor, name + length + 1)) return true;
    p->depth--;
  }
  return false;
}

static bool find_parameter(struct bind_parameter *p, const ProtobufCMessageDescriptor *type, const char *name) {
  static const struct {
    const char *name;
    int from;
  } others[] = {{"area", BIND_AREA}, {"sequence", BIND_SEQUENCE}, {"at_ms", BIND_AT_MS}};
  p->depth = 0;
  p->from = BIND_FIELD;
  if (find_path(p, type, name)) return true;
  for (size_t i = 0; i < sizeof others / sizeof *others; i++)
    if (strcmp(others[i].name, name) == 0) {
      p->from = others[i].from;
      return true;
    }
  return false;
}

bool bind_plan_make(struct bind_plan *plan, sqlite3_stmt *statement, const ProtobufCMessageDescriptor *type,
                    const char **unknown) {
  *plan = (struct bind_plan){.type = type, .n_parameters = sqlite3_bind_parameter_count(statement)};
  for (int i = 0; i < plan->n_parameters; i++) {
    const char *name = sqlite3_bind_parameter_name(statement, i + 1);
    if (i < BIND_PARAMETERS && name && find_parameter(&plan->parameters[i], type, name + 1)) continue;
    *unknown = name ? name : "?";
    return false;
  }
  return true;
}

static void add_scalar(struct buffer *out, const ProtobufCFieldDescriptor *f, const void *at) {
  switch (f->type) {
  case PROTOBUF_C_TYPE_STRING:
    json_write_string(out, *(char *const *)at);
    break;
  case PROTOBUF_C_TYPE_MESSAGE:
    json_write(out, *(ProtobufCMessage *const *)at);
    break;
  case PROTOBUF_C_TYPE_ENUM: {
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(f->descriptor, *(const int *)at);
    json_write_string(out, v ? v->name : "");
    break;
  }
  case PROTOBUF_C_TYPE_UINT32:
    buffer_printf(out, "%u", *(const uint32_t *)at);
    break;
  default:
    buffer_text(out, "null");
  }
}

static size_t element_bytes(ProtobufCType type) {
  return type == PROTOBUF_C_TYPE_STRING || type == PROTOBUF_C_TYPE_MESSAGE ? sizeof(void *) : sizeof(uint32_t);
}

// A repeated field is a JSON array, which SQLite's json_each() takes apart.
static void bind_repeated(sqlite3_stmt *s, int at, const ProtobufCMessage *m, const ProtobufCFieldDescriptor *f) {
  size_t n = *(const size_t *)((const char *)m + f->quantifier_offset);
  const char *elements = *(char *const *)((const char *)m + f->offset);
  struct buffer out = {0};
  buffer_text(&out, "[");
  for (size_t i = 0; i < n; i++) {
    if (i) buffer_text(&out, ",");
    add_scalar(&out, f, elements + i * element_bytes(f->type));
  }
  buffer_text(&out, "]");
  sqlite3_bind_text(s, at, out.data, (int)out.size_bytes, SQLITE_TRANSIENT);
  buffer_free(&out);
}

static void bind_scalar(sqlite3_stmt *s, int at, const ProtobufCFieldDescriptor *f, const void *value) {
  switch (f->type) {
  case PROTOBUF_C_TYPE_STRING:
    sqlite3_bind_text(s, at, *(char *const *)value, -1, SQLITE_STATIC);
    break;
  case PROTOBUF_C_TYPE_ENUM: {
    const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(f->descriptor, *(const int *)value);
    sqlite3_bind_text(s, at, v ? v->name : "", -1, SQLITE_STATIC);
    break;
  }
  case PROTOBUF_C_TYPE_BOOL:
    sqlite3_bind_int(s, at, *(const protobuf_c_boolean *)value);
    break;
  case PROTOBUF_C_TYPE_UINT32:
    sqlite3_bind_int64(s, at, *(const uint32_t *)value);
    break;
  case PROTOBUF_C_TYPE_INT32:
  case PROTOBUF_C_TYPE_SINT32:
    sqlite3_bind_int(s, at, *(const int32_t *)value);
    break;
  case PROTOBUF_C_TYPE_INT64:
  case PROTOBUF_C_TYPE_UINT64:
    sqlite3_bind_int64(s, at, *(const int64_t *)value);
    break;
  case PROTOBUF_C_TYPE_DOUBLE:
    sqlite3_bind_double(s, at, *(const double *)value);
    break;
  default:
    sqlite3_bind_null(s, at);
  }
}

static void bind_field(sqlite3_stmt *s, int at, const struct bind_parameter *p, const ProtobufCMessage *m) {
  for (int i = 0; i < p->depth - 1; i++) {
    m = *(ProtobufCMessage *const *)((const char *)m + p->path[i]->offset);
    if (!m) {
      sqlite3_bind_null(s, at);
      return;
    }
  }
  const ProtobufCFieldDescriptor *f = p->path[p->depth - 1];
  if (f->label == PROTOBUF_C_LABEL_REPEATED)
    bind_repeated(s, at, m, f);
  else
    bind_scalar(s, at, f, (const char *)m + f->offset);
}

void bind_all(const struct bind_plan *plan, sqlite3_stmt *s, const ProtobufCMessage *m,
              const struct bind_context *context) {
  for (int i = 0; i < plan->n_parameters; i++) {
    const struct bind_parameter *p = &plan->parameters[i];
    switch (p->from) {
    case BIND_FIELD:
      bind_field(s, i + 1, p, m);
      break;
    case BIND_AREA:
      sqlite3_bind_text(s, i + 1, context->area, -1, SQLITE_STATIC);
      break;
    case BIND_SEQUENCE:
      sqlite3_bind_int64(s, i + 1, (sqlite3_int64)context->sequence);
      break;
    case BIND_AT_MS:
      sqlite3_bind_int64(s, i + 1, context->at_ms);
      break;
    }
  }
}
