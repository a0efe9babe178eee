#include "yaml.h"
#include "google/protobuf/timestamp.pb-c.h"
#include "json.h"
#include "json_type.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// libyaml's header has the name of ours; by this way only the system's folder leads to it.
#include <../include/yaml.h>

enum {
  MOST_BYTES = 1 << 20
};

// Where a value stands in the file, by its JSON pointer, so that what the JSON reader refuses can be found again.
struct place {
  const char *pointer;
  size_t line;
  struct place *before;
};

struct reader {
  const char *path;
  yaml_parser_t parser;
  yaml_event_t event; // the one that is looked at
  struct buffer json; // the same content, for json_read
  struct arena arena; // of the places
  struct place *places;
  char pointer[256];
  yaml_check_fn *check; // NULL: what can be read is right
  const void *context;
  char *errors;
  size_t errors_bytes;
};

static size_t line_of(const struct reader *r) {
  return r->event.start_mark.line + 1;
}

static bool fail_at(struct reader *r, size_t line, const char *pointer, const char *why) {
  snprintf(r->errors, r->errors_bytes, "%s:%zu: %s%s%s", r->path, line, pointer, *pointer ? ": " : "", why);
  return false;
}

static bool fail(struct reader *r, const char *why) {
  return fail_at(r, line_of(r), r->pointer, why);
}

// Looks at the next event. Aliases would let a small file grow without bound, and nothing here needs them or tags.
static bool next(struct reader *r) {
  yaml_event_delete(&r->event);
  if (!yaml_parser_parse(&r->parser, &r->event)) {
    memset(&r->event, 0, sizeof r->event);
    const char *problem = r->parser.problem ? r->parser.problem : "is not YAML";
    return fail_at(r, r->parser.problem_mark.line + 1, "", problem);
  }
  const yaml_event_t *e = &r->event;
  const yaml_char_t *anchors[] = {[YAML_SCALAR_EVENT] = e->data.scalar.anchor,
                                  [YAML_SEQUENCE_START_EVENT] = e->data.sequence_start.anchor,
                                  [YAML_MAPPING_START_EVENT] = e->data.mapping_start.anchor};
  const yaml_char_t *tags[] = {[YAML_SCALAR_EVENT] = e->data.scalar.tag,
                               [YAML_SEQUENCE_START_EVENT] = e->data.sequence_start.tag,
                               [YAML_MAPPING_START_EVENT] = e->data.mapping_start.tag};
  const bool is_value =
      e->type == YAML_SCALAR_EVENT || e->type == YAML_SEQUENCE_START_EVENT || e->type == YAML_MAPPING_START_EVENT;
  if (e->type == YAML_ALIAS_EVENT || (is_value && anchors[e->type]))
    return fail(r, "anchors and aliases are not taken");
  if (is_value && tags[e->type]) return fail(r, "tags are not taken");
  return true;
}

static void note_place(struct reader *r) {
  struct place *place = arena_take(&r->arena, sizeof *place);
  *place = (struct place){arena_text(&r->arena, r->pointer), line_of(r), r->places};
  r->places = place;
}

// Appends one step to the pointer; answers its length before, for step_out.
static size_t step_in(struct reader *r, const char *name) {
  size_t length = strlen(r->pointer);
  snprintf(r->pointer + length, sizeof r->pointer - length, "/%s", name);
  return length;
}
static void step_out(struct reader *r, size_t length) {
  r->pointer[length] = 0;
}

static bool is_plain(const yaml_event_t *e, const char *text) {
  return e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && !strcmp((const char *)e->data.scalar.value, text);
}

static bool is_null(const yaml_event_t *e) {
  return is_plain(e, "") || is_plain(e, "~") || is_plain(e, "null");
}

static void upper(char *text) {
  for (; *text; text++) {
    if (*text >= 'a' && *text <= 'z') *text = (char)(*text - 'a' + 'A');
  }
}

// The field says what a scalar is, not its look: a name may be made of digits. JSON takes numbers as strings.
static bool add_scalar(struct reader *r, const struct json_field *f) {
  yaml_event_t *e = &r->event;
  char *text = (char *)e->data.scalar.value;
  if (strlen(text) != e->data.scalar.length) return fail(r, "has a NUL in it");
  if (f->field->type == PROTOBUF_C_TYPE_ENUM) upper(text);
  bool is_word = f->field->type == PROTOBUF_C_TYPE_BOOL && (is_plain(e, "true") || is_plain(e, "false"));
  if (is_null(e)) {
    buffer_text(&r->json, "null");
  } else if (is_word) {
    buffer_text(&r->json, text);
  } else {
    json_write_string(&r->json, text);
  }
  return true;
}

static bool add_members(struct reader *r, const struct json_type *type);
static bool add_value(struct reader *r, const struct json_field *f, bool in_list);

static bool add_elements(struct reader *r, const struct json_field *f) {
  buffer_text(&r->json, "[");
  for (size_t index = 0; next(r); index++) {
    if (r->event.type == YAML_SEQUENCE_END_EVENT) {
      buffer_text(&r->json, "]");
      return true;
    }
    char name[24];
    snprintf(name, sizeof name, "%zu", index);
    if (index) buffer_text(&r->json, ",");
    size_t length = step_in(r, name);
    if (!add_value(r, f, true)) return false;
    step_out(r, length);
  }
  return false;
}

// The value of a field, or one of its values. The current event begins it, and ends it afterwards.
static bool add_value(struct reader *r, const struct json_field *f, bool in_list) {
  const bool wants_list = f->field->label == PROTOBUF_C_LABEL_REPEATED && !in_list;
  const bool wants_mapping = f->type && f->field->descriptor != &google__protobuf__timestamp__descriptor && !wants_list;
  note_place(r);
  switch (r->event.type) {
  case YAML_SEQUENCE_START_EVENT:
    return wants_list ? add_elements(r, f) : fail(r, "must not be a list");
  case YAML_MAPPING_START_EVENT:
    return wants_mapping ? add_members(r, f->type) : fail(r, wants_list ? "must be a list" : "must be a single value");
  default:
    if (wants_list && !is_null(&r->event)) return fail(r, "must be a list");
    if (wants_mapping && !is_null(&r->event)) return fail(r, "must be a mapping of names to values");
    return add_scalar(r, f);
  }
}

// A name and its value; the name is the current event.
static bool add_member(struct reader *r, const struct json_type *type) {
  if (r->event.type != YAML_SCALAR_EVENT) return fail(r, "a name must be a single word");
  const char *name = (const char *)r->event.data.scalar.value;
  size_t length = step_in(r, name);
  const struct json_field *f = json_type_field(type, name, r->event.data.scalar.length);
  if (!f) return fail(r, "unknown field");
  note_place(r);
  json_write_string(&r->json, name);
  buffer_text(&r->json, ":");
  if (!next(r) || !add_value(r, f, false)) return false;
  step_out(r, length);
  return true;
}

static bool add_members(struct reader *r, const struct json_type *type) {
  const char *separator = "{";
  while (next(r)) {
    if (r->event.type == YAML_MAPPING_END_EVENT) {
      buffer_text(&r->json, *separator == '{' ? "{}" : "}");
      return true;
    }
    buffer_text(&r->json, separator);
    separator = ",";
    if (!add_member(r, type)) return false;
  }
  return false;
}

// The one document of the file.
static bool add_document(struct reader *r, const ProtobufCMessageDescriptor *type) {
  if (!next(r) || !next(r)) return false; // the stream's start
  if (r->event.type == YAML_STREAM_END_EVENT) return fail(r, "is empty");
  if (!next(r)) return false; // the document's start
  if (r->event.type != YAML_MAPPING_START_EVENT) return fail(r, "must be a mapping of names to values");
  if (!add_members(r, json_type_of(type))) return false;
  if (!next(r) || !next(r)) return false; // the document's end
  return r->event.type == YAML_STREAM_END_EVENT || fail(r, "there must be only one document in a file");
}

// Where that pointer stands, or else the nearest value around it. Of two with one name, the later.
static size_t line_of_pointer(const struct reader *r, const char *pointer) {
  size_t length = strlen(pointer);
  for (;; length--) {
    for (const struct place *p = r->places; p; p = p->before) {
      if (strlen(p->pointer) == length && !memcmp(p->pointer, pointer, length)) return p->line;
    }
    while (length && pointer[length - 1] != '/') length--;
    if (!length) return 1;
  }
}

static void *read_open_file(struct reader *r, struct arena *a, const ProtobufCMessageDescriptor *type, FILE *file) {
  yaml_parser_set_input_file(&r->parser, file);
  if (!add_document(r, type)) return NULL;
  void *message = NULL;
  struct err err = json_read(a, type, r->json.data, r->json.size_bytes, &message);
  if (!err_is(err) && r->check) err = r->check(a, message, r->context);
  if (!err_is(err)) return message;
  fail_at(r, line_of_pointer(r, err.field), err.field, err.why);
  return NULL;
}

static FILE *open_file(struct reader *r) {
  struct stat status;
  FILE *file = fopen(r->path, "re");
  if (!file || fstat(fileno(file), &status)) {
    fail_at(r, 1, "", strerror(errno));
  } else if (!S_ISREG(status.st_mode) || status.st_size > MOST_BYTES) {
    fail_at(r, 1, "", "must be a file of at most a megabyte");
  } else {
    return file;
  }
  if (file) fclose(file);
  return NULL;
}

void *yaml_read_checked(struct arena *a, const ProtobufCMessageDescriptor *type, const char *path, yaml_check_fn *check,
                        const void *context, char *errors, size_t errors_bytes) {
  struct reader r = {.path = path, .check = check, .context = context, .errors = errors, .errors_bytes = errors_bytes};
  FILE *file = open_file(&r);
  if (!file) return NULL;
  if (!yaml_parser_initialize(&r.parser)) abort();
  arena_init(&r.arena, 64 * (size_t)MOST_BYTES);
  void *message = read_open_file(&r, a, type, file);
  yaml_event_delete(&r.event);
  yaml_parser_delete(&r.parser);
  buffer_free(&r.json);
  arena_deinit(&r.arena);
  fclose(file);
  return message;
}

void *yaml_read_file(struct arena *a, const ProtobufCMessageDescriptor *type, const char *path, char *errors,
                     size_t errors_bytes) {
  return yaml_read_checked(a, type, path, NULL, NULL, errors, errors_bytes);
}
