#include "json.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "json_scan.h"
#include "json_type.h"
#include "rfc3339.h"
#include <float.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
  MOST_NESTED = 32,
  NAME_BYTES = 64
};

// One step of the way from the top to what is being read; lives on the stack of the function that takes it.
struct step {
  const struct step *up;
  const char *name; // NULL: an element of a list
  size_t size_bytes;
  size_t index;
};

struct reader {
  struct scan scan;
  const struct step *innermost;
  unsigned nested;
  struct err err;
};

// --- What is wrong, and where

// A JSON pointer (RFC 6901) is written from its end. A name is what was sent, so it may hold anything: a long one is
// not repeated, and neither is what lies below it.
static const char *pointer_of(struct reader *r) {
  char text[512], *const end = text + sizeof text, *at = end - 1;
  *at = 0;
  for (const struct step *s = r->innermost; s; s = s->up) {
    char number[24];
    const char *name = s->name ? s->name : number;
    size_t length = s->name ? s->size_bytes : (size_t)sprintf(number, "%zu", s->index);
    if (length > NAME_BYTES || (size_t)(at - text) < 2 * length + 1) {
      at = end - 1;
      continue;
    }
    for (size_t i = length; i-- > 0;) {
      char c = name[i];
      if (c == '~' || c == '/') *--at = c == '~' ? '0' : '1';
      *--at = c == '/' ? '~' : c;
    }
    *--at = '/';
  }
  char *copy = scan_take(&r->scan, (size_t)(end - at));
  return copy ? memcpy(copy, at, (size_t)(end - at)) : "";
}

static bool fail(struct reader *r, const char *why) {
  bool full = r->scan.full;
  r->err = (struct err){full ? CODE__TOO_LARGE : CODE__INVALID, pointer_of(r), why};
  return false;
}

// The fault that the scanner has noted.
static bool fail_scan(struct reader *r) {
  return fail(r, r->scan.fault);
}

static bool expect(struct reader *r, char c, const char *why) {
  if (scan_peek(&r->scan) != c) return fail(r, why);
  r->scan.at++;
  return true;
}

// --- Values, one reader per type. Each writes one value to `out` in the C structure.

typedef bool read_fn(struct reader *r, const struct json_field *f, void *out);

// A number, or a string that holds nothing but a number: the mapping allows both for every numeric type.
static bool read_number(struct reader *r, struct scan_number *n, const char *why) {
  struct scan_text text;
  char first = scan_peek(&r->scan);
  if (first != '"') {
    if (first != '-' && (first < '0' || first > '9')) return fail(r, why);
    return scan_number(&r->scan, n) || fail_scan(r);
  }
  if (!scan_string(&r->scan, &text)) return fail_scan(r);
  struct scan inner = {.at = text.data, .end = text.data + text.size_bytes, .arena = r->scan.arena};
  bool all = text.size_bytes && *text.data > ' ' && scan_number(&inner, n) && inner.at == inner.end;
  return all || fail(r, why);
}

static bool read_signed(struct reader *r, int64_t least, int64_t most, const char *why, int64_t *out) {
  struct scan_number n;
  uint64_t magnitude;
  if (!read_number(r, &n, why)) return false;
  if (!number_whole(&n, &magnitude)) return fail(r, why);
  if (magnitude > (n.negative ? -(uint64_t)least : (uint64_t)most)) return fail(r, why);
  *out = n.negative ? (int64_t)-magnitude : (int64_t)magnitude;
  return true;
}

static bool read_unsigned(struct reader *r, uint64_t most, const char *why, uint64_t *out) {
  struct scan_number n;
  uint64_t magnitude;
  if (!read_number(r, &n, why)) return false;
  if (!number_whole(&n, &magnitude) || magnitude > most || (n.negative && magnitude)) return fail(r, why);
  *out = magnitude;
  return true;
}

static bool read_int32(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  int64_t value;
  if (!read_signed(r, INT32_MIN, INT32_MAX, "must be a whole number from -2147483648 to 2147483647", &value))
    return false;
  *(int32_t *)out = (int32_t)value;
  return true;
}

static bool read_uint32(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  uint64_t value;
  if (!read_unsigned(r, UINT32_MAX, "must be a whole number from 0 to 4294967295", &value)) return false;
  *(uint32_t *)out = (uint32_t)value;
  return true;
}

static bool read_int64(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  return read_signed(r, INT64_MIN, INT64_MAX, "must be a whole number of 64 bits, best as a string of digits", out);
}

static bool read_uint64(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  return read_unsigned(r, UINT64_MAX, "must be a whole number from 0 on of 64 bits, best as a string of digits", out);
}

// The three values that have no number are spelled out.
static bool read_spelled(struct reader *r, double *out) {
  static const struct {
    const char *word;
    double value;
  } words[] = {{"\"NaN\"", NAN}, {"\"Infinity\"", INFINITY}, {"\"-Infinity\"", -INFINITY}};
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    if (!scan_word(&r->scan, words[i].word)) continue;
    *out = words[i].value;
    return true;
  }
  return false;
}

static bool read_real(struct reader *r, double most, const char *why, double *out) {
  struct scan_number n;
  if (scan_peek(&r->scan) == '"' && read_spelled(r, out)) return true;
  if (!read_number(r, &n, why)) return false;
  if (!number_double(&r->scan, &n, out)) return fail_scan(r);
  return fabs(*out) <= most || fail(r, why);
}

static bool read_double(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  return read_real(r, DBL_MAX, "must be a number that a double can hold", out);
}

static bool read_float(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  double value;
  if (!read_real(r, (double)FLT_MAX, "must be a number that a float can hold", &value)) return false;
  *(float *)out = (float)value;
  return true;
}

static bool read_bool(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  bool yes = scan_word(&r->scan, "true");
  if (!yes && !scan_word(&r->scan, "false")) return fail(r, "must be true or false");
  *(protobuf_c_boolean *)out = yes;
  return true;
}

// "must be one of ENGLISH, WELSH": the zero that stands for "not said" is left out where it says so.
static bool fail_enum(struct reader *r, const ProtobufCEnumDescriptor *type) {
  char text[1024] = "must be one of ";
  size_t length = strlen(text);
  for (unsigned i = 0; i < type->n_values; i++) {
    const char *name = type->values[i].name;
    if (type->values[i].value == 0 && strstr(name, "UNSPECIFIED")) continue;
    if (length + strlen(name) + 3 > sizeof text) break;
    length += (size_t)sprintf(text + length, "%s, ", name);
  }
  text[length - 2] = 0;
  char *why = scan_take(&r->scan, length);
  return fail(r, why ? memcpy(why, text, length - 1) : r->scan.fault);
}

// By name, or by a number that has a name.
static bool read_enum(struct reader *r, const struct json_field *f, void *out) {
  const ProtobufCEnumDescriptor *type = f->field->descriptor;
  const ProtobufCEnumValue *value = NULL;
  struct scan_text text;
  char name[NAME_BYTES];
  if (scan_peek(&r->scan) != '"') {
    int64_t number;
    if (!read_signed(r, INT32_MIN, INT32_MAX, "must be the name of a value", &number)) return false;
    value = protobuf_c_enum_descriptor_get_value(type, (int)number);
  } else {
    if (!scan_string(&r->scan, &text)) return fail_scan(r);
    if (text.size_bytes < sizeof name) {
      memcpy(name, text.data, text.size_bytes);
      name[text.size_bytes] = 0;
      value = protobuf_c_enum_descriptor_get_value_by_name(type, name);
    }
  }
  if (!value) return fail_enum(r, type);
  *(int *)out = value->value;
  return true;
}

static bool read_text(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  struct scan_text text;
  if (!scan_string(&r->scan, &text)) return fail_scan(r);
  char *copy = text.in_arena ? (char *)text.data : scan_take(&r->scan, text.size_bytes + 1);
  if (!copy) return fail_scan(r);
  if (!text.in_arena) {
    memcpy(copy, text.data, text.size_bytes);
    copy[text.size_bytes] = 0;
  }
  *(char **)out = copy;
  return true;
}

// Base64 in its usual and its URL-safe alphabet, padded or not.
static bool read_bytes(struct reader *r, const struct json_field *f, void *out) {
  (void)f;
  static const int variants[] = {sodium_base64_VARIANT_ORIGINAL, sodium_base64_VARIANT_ORIGINAL_NO_PADDING,
                                 sodium_base64_VARIANT_URLSAFE, sodium_base64_VARIANT_URLSAFE_NO_PADDING};
  struct scan_text text;
  if (!scan_string(&r->scan, &text)) return fail_scan(r);
  size_t most = text.size_bytes / 4 * 3 + 3, length = 0;
  uint8_t *data = scan_take(&r->scan, most);
  if (!data) return fail_scan(r);
  for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
    if (sodium_base642bin(data, most, text.data, text.size_bytes, NULL, &length, NULL, variants[i])) continue;
    *(ProtobufCBinaryData *)out = (ProtobufCBinaryData){.len = length, .data = length ? data : NULL};
    return true;
  }
  return fail(r, "must be base64");
}

static void *new_message(struct reader *r, const ProtobufCMessageDescriptor *type) {
  void *message = scan_take(&r->scan, type->sizeof_message);
  if (message) type->message_init(message);
  return message;
}

static bool read_timestamp(struct reader *r, void *out) {
  struct scan_text text;
  if (!scan_string(&r->scan, &text)) return fail_scan(r);
  Google__Protobuf__Timestamp *t = new_message(r, &google__protobuf__timestamp__descriptor);
  if (!t) return fail_scan(r);
  if (!rfc3339_read(text.data, text.size_bytes, &t->seconds, &t->nanos))
    return fail(r, "must be a time with an offset, such as 2026-03-02T10:00:00Z or 2026-07-01T10:00:00+01:00");
  *(void **)out = t;
  return true;
}

// --- Messages and lists

static bool read_members(struct reader *r, const struct json_type *type, void *message);

static bool read_message(struct reader *r, const struct json_field *f, void *out) {
  const ProtobufCMessageDescriptor *type = f->field->descriptor;
  if (type == &google__protobuf__timestamp__descriptor) return read_timestamp(r, out);
  void *message = new_message(r, type);
  if (!message) return fail_scan(r);
  *(void **)out = message;
  return read_members(r, f->type, message);
}

static read_fn *const readers[] = {
    [PROTOBUF_C_TYPE_INT32] = read_int32,     [PROTOBUF_C_TYPE_SINT32] = read_int32,
    [PROTOBUF_C_TYPE_SFIXED32] = read_int32,  [PROTOBUF_C_TYPE_INT64] = read_int64,
    [PROTOBUF_C_TYPE_SINT64] = read_int64,    [PROTOBUF_C_TYPE_SFIXED64] = read_int64,
    [PROTOBUF_C_TYPE_UINT32] = read_uint32,   [PROTOBUF_C_TYPE_FIXED32] = read_uint32,
    [PROTOBUF_C_TYPE_UINT64] = read_uint64,   [PROTOBUF_C_TYPE_FIXED64] = read_uint64,
    [PROTOBUF_C_TYPE_FLOAT] = read_float,     [PROTOBUF_C_TYPE_DOUBLE] = read_double,
    [PROTOBUF_C_TYPE_BOOL] = read_bool,       [PROTOBUF_C_TYPE_ENUM] = read_enum,
    [PROTOBUF_C_TYPE_STRING] = read_text,     [PROTOBUF_C_TYPE_BYTES] = read_bytes,
    [PROTOBUF_C_TYPE_MESSAGE] = read_message,
};

// Values of a list so far; the memory doubles, within the arena.
struct list {
  char *values;
  size_t n, room;
};

static bool make_room(struct reader *r, struct list *l, size_t value_bytes) {
  if (l->n < l->room) return true;
  size_t room = l->room ? 2 * l->room : 4;
  char *values = scan_take(&r->scan, room * value_bytes);
  if (!values) return fail_scan(r);
  if (l->n) memcpy(values, l->values, l->n * value_bytes);
  *l = (struct list){values, l->n, room};
  return true;
}

static bool read_elements(struct reader *r, const struct json_field *f, struct list *l, struct step *step) {
  for (;; r->scan.at++) {
    step->index = l->n;
    if (!make_room(r, l, f->value_bytes)) return false;
    if (!readers[f->field->type](r, f, l->values + l->n * f->value_bytes)) return false;
    l->n++;
    if (scan_peek(&r->scan) != ',') return true;
  }
}

static bool read_list(struct reader *r, const struct json_field *f, void *message) {
  struct list l = {0};
  struct step step = {.up = r->innermost};
  if (!expect(r, '[', "must be a list")) return false;
  r->innermost = &step;
  bool read = scan_peek(&r->scan) == ']' || read_elements(r, f, &l, &step);
  r->innermost = step.up;
  if (!read) return false;
  if (!expect(r, ']', "is not JSON: a comma or a closing bracket is missing")) return false;
  *(size_t *)((char *)message + f->field->quantifier_offset) = l.n;
  *(void **)((char *)message + f->field->offset) = l.values;
  return true;
}

static bool read_value(struct reader *r, const struct json_field *f, void *message) {
  if (scan_peek(&r->scan) == 'n' && scan_word(&r->scan, "null")) return true; // the same as leaving it out
  if (f->field->label == PROTOBUF_C_LABEL_REPEATED) return read_list(r, f, message);
  if (f->field->label == PROTOBUF_C_LABEL_OPTIONAL && f->field->quantifier_offset)
    *(protobuf_c_boolean *)((char *)message + f->field->quantifier_offset) = true;
  return readers[f->field->type](r, f, (char *)message + f->field->offset);
}

// What follows a name. `seen` has a bit per field.
static bool read_named(struct reader *r, const struct json_field *f, void *message, uint64_t *seen) {
  if (!f) return fail(r, "unknown field");
  const uint64_t bit = UINT64_C(1) << f->index % 64;
  if (seen[f->index / 64] & bit) return fail(r, "is given twice");
  seen[f->index / 64] |= bit;
  return expect(r, ':', "is not JSON: a colon is missing") && read_value(r, f, message);
}

static bool read_member(struct reader *r, const struct json_type *type, void *message, uint64_t *seen) {
  struct scan_text name;
  if (scan_peek(&r->scan) != '"') return fail(r, "is not JSON: a name in quotes is missing");
  if (!scan_string(&r->scan, &name)) return fail_scan(r);
  struct step step = {.up = r->innermost, .name = name.data, .size_bytes = name.size_bytes};
  r->innermost = &step;
  bool read = read_named(r, json_type_field(type, name.data, name.size_bytes), message, seen);
  r->innermost = step.up;
  return read;
}

static bool read_members(struct reader *r, const struct json_type *type, void *message) {
  uint64_t seen[JSON_TYPE_FIELDS / 64] = {0};
  if (!expect(r, '{', "must be an object")) return false;
  if (++r->nested > MOST_NESTED) return fail(r, "is nested too deep");
  if (scan_peek(&r->scan) != '}') {
    for (;; r->scan.at++) {
      if (!read_member(r, type, message, seen)) return false;
      if (scan_peek(&r->scan) != ',') break;
    }
  }
  r->nested--;
  return expect(r, '}', "is not JSON: a comma or a closing brace is missing");
}

struct err json_read(struct arena *a, const ProtobufCMessageDescriptor *type, const char *text, size_t size_bytes,
                     void **out) {
  struct reader r = {.scan = {.at = text, .end = text + size_bytes, .arena = a}};
  void *message = new_message(&r, type);
  if (!message) {
    fail_scan(&r);
  } else if (read_members(&r, json_type_of(type), message)) {
    if (scan_peek(&r.scan) || r.scan.at < r.scan.end) fail(&r, "is not JSON: something follows the closing brace");
  }
  if (!err_is(r.err)) *out = message;
  return r.err;
}
