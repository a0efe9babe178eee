#include "bind.h"
#include "json.h"
#include "text.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

// What an arena may still grow by after a body of the largest size was taken in: the runtime's own small needs.
enum {
  SLACK_BYTES = 64 << 10
};

static void *new_message(struct arena *a, const ProtobufCMessageDescriptor *type) {
  void *message = arena_take(a, type->sizeof_message);
  type->message_init(message);
  return message;
}

static void *member(void *message, const ProtobufCFieldDescriptor *field) {
  return (char *)message + field->offset;
}

void bind_json_name(const char *proto_name, char out[64]) {
  size_t n = 0;
  for (const char *c = proto_name; *c && n < 63; c++) {
    if (*c == '_' && c[1])
      out[n++] = (char)toupper((unsigned char)*++c);
    else
      out[n++] = *c;
  }
  out[n] = '\0';
}

static const char *pointer_to(struct arena *a, const char *name) {
  char json_name[64];
  bind_json_name(name, json_name);
  return arena_printf(a, "/%s", json_name);
}

// --- parameters: texts into fields

static bool parse_number(const char *text, uint64_t most, uint64_t *out) {
  if (!isdigit((unsigned char)*text)) return false;
  char *end;
  errno = 0;
  *out = strtoull(text, &end, 10);
  return !*end && errno == 0 && *out <= most;
}

static const char *set_string(struct arena *a, void *to, const char *text) {
  char **value = to;
  if (**value && strcasecmp(*value, text) != 0) return "is not what the path says; send the same, or leave it out";
  *value = arena_text(a, text);
  return NULL;
}

static const char *set_uint32(struct arena *a, void *to, const char *text) {
  (void)a;
  uint64_t number;
  if (!parse_number(text, UINT32_MAX, &number)) return "must be a whole number";
  uint32_t *value = to;
  if (*value && *value != number) return "is not what the path says; send the same, or leave it out";
  *value = (uint32_t)number;
  return NULL;
}

static const char *set_uint64(struct arena *a, void *to, const char *text) {
  (void)a;
  uint64_t number, *value = to;
  if (!parse_number(text, UINT64_MAX, &number)) return "must be a whole number";
  if (*value && *value != number) return "is not what the path, or If-Match, says; send the same, or leave it out";
  *value = number;
  return NULL;
}

// How a text gets into a field of that type; answers why not, or NULL. Types without one cannot be parameters.
typedef const char *set_fn(struct arena *a, void *to, const char *text);
static set_fn *const setters[] = {
    [PROTOBUF_C_TYPE_STRING] = set_string,
    [PROTOBUF_C_TYPE_UINT32] = set_uint32,
    [PROTOBUF_C_TYPE_UINT64] = set_uint64,
    [PROTOBUF_C_TYPE_MESSAGE] = NULL,
};

static bool can_be_parameter(const ProtobufCFieldDescriptor *field) {
  return field->label != PROTOBUF_C_LABEL_REPEATED && setters[field->type];
}

static struct err set_field(struct arena *a, const ProtobufCFieldDescriptor *field, void *message, const char *text) {
  const char *why = setters[field->type](a, member(message, field), text);
  return why ? ERR(INVALID, pointer_to(a, field->name), why) : ERR_NONE;
}

// --- the body

static struct err read_whole(struct arena *a, const struct route *route, const char *body, size_t body_bytes,
                             ProtobufCMessage **command) {
  void *message = NULL;
  if (!body_bytes) {
    *command = new_message(a, route->command);
    return ERR_NONE;
  }
  struct err e = json_read(a, route->command, body, body_bytes, &message);
  if (!err_is(e)) *command = message;
  return e;
}

static struct err read_part(struct arena *a, const struct route *route, const char *body, size_t body_bytes,
                            ProtobufCMessage **command) {
  const ProtobufCFieldDescriptor *field = bind_field(route->command, route->body, strlen(route->body));
  void *part = NULL;
  if (!body_bytes) return ERR(INVALID, NULL, "the body is missing: send a JSON object");
  struct err e = json_read(a, field->descriptor, body, body_bytes, &part);
  if (err_is(e)) return e;
  *command = new_message(a, route->command);
  *(void **)member(*command, field) = part;
  return e;
}

struct err bind_body(struct arena *a, const struct route *route, const char *body, size_t body_bytes,
                     ProtobufCMessage **command) {
  if (!route->body) {
    *command = new_message(a, route->command);
    return body_bytes ? ERR(INVALID, NULL, "this takes no body; leave it out") : ERR_NONE;
  }
  struct err e = (*route->body ? read_part : read_whole)(a, route, body, body_bytes, command);
  a->cap_bytes = a->used_bytes + SLACK_BYTES;
  return e;
}

// --- the path

const ProtobufCFieldDescriptor *bind_field(const ProtobufCMessageDescriptor *type, const char *name,
                                           size_t name_bytes) {
  char text[64];
  if (name_bytes >= sizeof text) return NULL;
  memcpy(text, name, name_bytes);
  text[name_bytes] = '\0';
  return protobuf_c_message_descriptor_get_field_by_name(type, text);
}

// Follows a dotted name ("person.crn"), making the submessages on the way where they are missing.
static const ProtobufCFieldDescriptor *descend(struct arena *a, void **message, const char *name, size_t name_bytes) {
  const char *dot;
  while ((dot = memchr(name, '.', name_bytes))) {
    const ProtobufCMessageDescriptor *type = ((ProtobufCMessage *)*message)->descriptor;
    const ProtobufCFieldDescriptor *field = bind_field(type, name, (size_t)(dot - name));
    void **inner = member(*message, field);
    if (!*inner) *inner = new_message(a, field->descriptor);
    *message = *inner;
    name_bytes -= (size_t)(dot - name) + 1;
    name = dot + 1;
  }
  return bind_field(((ProtobufCMessage *)*message)->descriptor, name, name_bytes);
}

struct err bind_path(struct arena *a, const struct route_match *match, ProtobufCMessage *command) {
  const char *segment = match->route->pattern;
  struct err e = ERR_NONE;
  for (size_t i = 0; segment && !err_is(e); i++) {
    const char *end = strchr(++segment, '/');
    size_t size_bytes = end ? (size_t)(end - segment) : strlen(segment);
    if (*segment == '{') {
      void *message = command;
      const ProtobufCFieldDescriptor *field = descend(a, &message, segment + 1, size_bytes - 2);
      e = set_field(a, field, message, match->segments[i]);
    }
    segment = end;
  }
  return e;
}

// --- the query

bool bind_is_query(const struct route *route, const ProtobufCFieldDescriptor *field) {
  char in_path[80] = "{";
  strcat(strncat(in_path, field->name, 64), "}");
  if (route->kind == ROUTE_GATHER) return false; // the gateway itself goes from part to part
  return strcmp(route->method, "GET") == 0 && can_be_parameter(field) && !strstr(route->pattern, in_path);
}

// The field of that parameter, by its name in JSON or in proto.
static const ProtobufCFieldDescriptor *query_field(const struct route *route, const char *name) {
  for (unsigned i = 0; route->command && i < route->command->n_fields; i++) {
    const ProtobufCFieldDescriptor *field = &route->command->fields[i];
    char json_name[64];
    bind_json_name(field->name, json_name);
    if ((strcmp(json_name, name) == 0 || strcmp(field->name, name) == 0) && bind_is_query(route, field)) return field;
  }
  return NULL;
}

static const char *set_check(struct bind_options *o, const char *value) {
  o->check_only = strcmp(value, "true") == 0;
  return o->check_only || strcmp(value, "false") == 0 ? NULL : "must be true or false";
}

static const char *set_format(struct bind_options *o, const char *value) {
  o->as_csv = strcmp(value, "csv") == 0;
  return o->as_csv || strcmp(value, "json") == 0 ? NULL : "must be csv or json";
}

static const char *set_after(struct bind_options *o, const char *value) {
  o->has_after = parse_number(value, UINT64_MAX, &o->after);
  return o->has_after ? NULL : "must be the sequence of an event";
}

static bool takes_check(const struct route *r) {
  return strcmp(r->method, "GET") != 0;
}
static bool takes_format(const struct route *r) {
  return r->format == FORMAT_CSV;
}
static bool takes_after(const struct route *r) {
  return r->kind == ROUTE_EVENTS;
}

// Parameters that are not fields of the command. Each answers why its value is wrong, or NULL.
static const struct option {
  const char *name;
  bool (*taken)(const struct route *route);
  const char *(*set)(struct bind_options *o, const char *value);
} options_table[] = {
    {"check", takes_check, set_check},
    {"format", takes_format, set_format},
    {"after", takes_after, set_after},
};

static const struct option *option_of(const struct route *route, const char *name) {
  for (size_t i = 0; i < sizeof options_table / sizeof *options_table; i++)
    if (strcmp(options_table[i].name, name) == 0 && options_table[i].taken(route)) return &options_table[i];
  return NULL;
}

static struct err bind_pair(struct arena *a, const struct route *route, char *pair, ProtobufCMessage *command,
                            struct bind_options *options) {
  char *value = strchr(pair, '=');
  if (value)
    *value++ = '\0';
  else
    value = "";
  if (!routes_decode(pair, true) || (*value && !routes_decode(value, true)))
    return ERR(INVALID, NULL, "the query is not valid percent-encoded UTF-8");
  const struct option *option = option_of(route, pair);
  if (option) {
    const char *why = option->set(options, value);
    return why ? ERR(INVALID, pointer_to(a, pair), why) : ERR_NONE;
  }
  const ProtobufCFieldDescriptor *field = query_field(route, pair);
  if (!field) return ERR(INVALID, pointer_to(a, pair), "unknown parameter; leave it out");
  if (field->type == PROTOBUF_C_TYPE_STRING && **(char **)member(command, field))
    return ERR(INVALID, pointer_to(a, pair), "is given twice; send it once");
  return set_field(a, field, command, value);
}

struct err bind_query(struct arena *a, const struct route *route, char *query, ProtobufCMessage *command,
                      struct bind_options *options) {
  struct err e = ERR_NONE;
  while (query && *query && !err_is(e)) {
    char *pair = query;
    query = strchr(pair, '&');
    if (query) *query++ = '\0';
    if (*pair) e = bind_pair(a, route, pair, command, options);
  }
  return e;
}

// --- If-Match

struct err bind_if_match(struct arena *a, const struct route *route, const char *header, ProtobufCMessage *command) {
  static const char *const wrong = "If-Match must be one ETag as it was given, such as \"3\"";
  if (!header || strcmp(route->method, "GET") == 0) return ERR_NONE;
  if (!route->if_match) return ERR(INVALID, NULL, "this does not take If-Match; leave it out");
  size_t size_bytes = strlen(header);
  if (size_bytes < 3 || size_bytes > 22 || header[0] != '"' || header[size_bytes - 1] != '"')
    return ERR(INVALID, NULL, wrong);
  char digits[24] = {0};
  memcpy(digits, header + 1, size_bytes - 2);
  uint64_t version;
  if (!parse_number(digits, UINT64_MAX, &version)) return ERR(INVALID, NULL, wrong);
  return set_field(a, bind_field(route->command, "seen_version", strlen("seen_version")), command, digits);
}

struct err bind_purpose(struct arena *a, const char *header, const char **purpose) {
  *purpose = NULL;
  if (!header) return ERR_NONE;
  if (!text_is_slug(header)) return ERR(INVALID, NULL, "Purpose must be a code of 1 to 64 of a-z, 0-9 and '-'");
  *purpose = arena_text(a, header);
  return ERR_NONE;
}

char **bind_cookie_field(ProtobufCMessage *message) {
  const ProtobufCFieldDescriptor *field =
      message ? protobuf_c_message_descriptor_get_field_by_name(message->descriptor, "cookie") : NULL;
  return field ? member(message, field) : NULL;
}

void bind_cookie(struct arena *a, const struct route *route, const char *cookie, ProtobufCMessage *command) {
  char **field = route->session ? bind_cookie_field(command) : NULL;
  if (field) *field = arena_text(a, cookie);
}
