#include "openapi.h"
#include "bind.h"
#include "common.pb-c.h"
#include "openapi_schema.h"
#include "routes.h"
#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// --- parameters

static json_t *parameter(const char *where, const char *name, bool required, json_t *schema) {
  return json_pack("{s:s, s:s, s:b, s:o}", "in", where, "name", name, "required", required, "schema", schema);
}

// The type of the field that a dotted name ends at.
static const ProtobufCFieldDescriptor *field_at(const ProtobufCMessageDescriptor *type, const char *name,
                                                size_t name_bytes) {
  const char *dot = memchr(name, '.', name_bytes);
  if (!dot) return bind_field(type, name, name_bytes);
  const ProtobufCFieldDescriptor *field = bind_field(type, name, (size_t)(dot - name));
  return field_at(field->descriptor, dot + 1, name_bytes - (size_t)(dot - name) - 1);
}

// Copies the pattern to `path` with the parameters' names as in JSON, and adds them to `parameters`.
static void walk_pattern(const struct route *row, char *path, size_t path_bytes, json_t *parameters) {
  size_t n = (size_t)snprintf(path, path_bytes, "/v1/areas/{area}");
  const char *c = row->pattern;
  while (*c && n + 80 < path_bytes) {
    if (*c != '{') {
      path[n++] = *c++;
      continue;
    }
    size_t size_bytes = strcspn(++c, "}");
    const ProtobufCFieldDescriptor *field = field_at(row->command, c, size_bytes);
    char name[64];
    bind_json_name(field->name, name);
    n += (size_t)snprintf(path + n, path_bytes - n, "{%s}", name);
    json_array_append_new(parameters, parameter("path", name, true, openapi_field(field, NULL)));
    c += size_bytes + 1;
  }
  path[n] = '\0';
}

static void add_query(const struct route *row, json_t *parameters) {
  for (unsigned i = 0; row->command && i < row->command->n_fields; i++) {
    char name[64];
    if (!bind_is_query(row, &row->command->fields[i])) continue;
    bind_json_name(row->command->fields[i].name, name);
    json_array_append_new(parameters, parameter("query", name, false, openapi_field(&row->command->fields[i], NULL)));
  }
}

static void add_options(const struct route *row, json_t *parameters) {
  if (strcmp(row->method, "GET") != 0)
    json_array_append_new(parameters, parameter("query", "check", false, json_pack("{s:s}", "type", "boolean")));
  if (row->format == FORMAT_CSV)
    json_array_append_new(parameters,
                          parameter("query", "format", false, json_pack("{s:[ss]}", "enum", "json", "csv")));
  if (row->kind != ROUTE_EVENTS) return;
  json_array_append_new(parameters, parameter("query", "after", false, json_pack("{s:s}", "type", "string")));
  json_array_append_new(parameters, parameter("header", "Last-Event-ID", false, json_pack("{s:s}", "type", "string")));
}

static json_t *if_match_parameter(void) {
  return parameter("header", "If-Match", false, json_pack("{s:s, s:s}", "type", "string", "pattern", "^\"[0-9]+\"$"));
}

static json_t *purpose_parameter(void) {
  json_t *schema = json_pack("{s:s, s:s}", "type", "string", "pattern", "^[a-z0-9-]{1,64}$");
  return parameter("header", "Purpose", false, schema);
}

static json_t *parameters_of(const struct route *row, char *path, size_t path_bytes) {
  json_t *parameters = json_array();
  json_t *area = json_pack("{s:s, s:s}", "type", "string", "pattern", "^[a-z0-9-]{1,32}$");
  json_array_append_new(parameters, parameter("path", "area", true, area));
  walk_pattern(row, path, path_bytes, parameters);
  add_query(row, parameters);
  add_options(row, parameters);
  if (row->if_match) json_array_append_new(parameters, if_match_parameter());
  if (row->kind == ROUTE_CALL || row->kind == ROUTE_GATHER) json_array_append_new(parameters, purpose_parameter());
  return parameters;
}

// --- bodies

static json_t *content(const char *media_type, json_t *schema) {
  return json_pack("{s:{s:{s:o}}}", "content", media_type, "schema", schema);
}

static json_t *request_body(const struct route *row, json_t *schemas) {
  const ProtobufCMessageDescriptor *type = row->command;
  if (*row->body) type = bind_field(type, row->body, strlen(row->body))->descriptor;
  json_t *body =
      content(row->kind == ROUTE_BATCH ? "application/x-ndjson" : "application/json", openapi_reference(type, schemas));
  json_object_set_new(body, "required", json_boolean(*row->body));
  if (row->kind == ROUTE_BATCH) json_object_set_new(body, "description", json_string("One such object per line."));
  return body;
}

static json_t *lines_schema(void) {
  return json_pack("{s:s, s:{s:{s:s}, s:{s:s}, s:{s:s}}}", "type", "object", "properties", "line", "type", "integer",
                   "status", "type", "integer", "problem", "$ref", "#/components/schemas/Problem");
}

static json_t *success(const struct route *row, json_t *schemas) {
  json_t *answer = row->kind == ROUTE_BATCH    ? content("application/x-ndjson", lines_schema())
                   : row->kind == ROUTE_EVENTS ? content("text/event-stream", json_pack("{s:s}", "type", "string"))
                   : row->format == FORMAT_ICS ? content("text/calendar", json_pack("{s:s}", "type", "string"))
                   : row->reply                ? content("application/json", openapi_reference(row->reply, schemas))
                                               : json_object();
  if (row->format == FORMAT_CSV)
    json_object_set_new(json_object_get(answer, "content"), "text/csv",
                        json_pack("{s:{s:s}}", "schema", "type", "string"));
  json_object_set_new(answer, "description", json_string(row->summary));
  return answer;
}

static json_t *responses_of(const struct route *row, json_t *schemas) {
  json_t *responses = json_object(), *done = success(row, schemas);
  json_object_set(responses, row->reply || row->kind != ROUTE_CALL ? "200" : "204", done);
  if (strcmp(row->method, "PUT") == 0) json_object_set(responses, "201", done);
  json_decref(done);
  json_object_set_new(responses, "default", json_pack("{s:s}", "$ref", "#/components/responses/Problem"));
  return responses;
}

// --- operations

static json_t *operation_of(const struct route *row, json_t *parameters, json_t *schemas) {
  const char *name = row->command ? row->command->name : "FollowEvents";
  char id[80];
  snprintf(id, sizeof id, "%s%s", name, row->kind == ROUTE_BATCH ? "Batch" : "");
  json_t *operation = json_pack("{s:s, s:s, s:o, s:o}", "operationId", id, "summary", row->summary, "parameters",
                                parameters, "responses", responses_of(row, schemas));
  if (row->body) json_object_set_new(operation, "requestBody", request_body(row, schemas));
  if (row->link) json_object_set_new(operation, "security", json_array()); // the path says who it is
  return operation;
}

// Two rows that differ in If-Match alone are one operation.
static void merge(json_t *operation, const struct route *row) {
  char text[200];
  snprintf(text, sizeof text, "With If-Match: %s (%s).", row->summary, row->command->name);
  json_object_set_new(operation, "description", json_string(text));
  json_array_append_new(json_object_get(operation, "parameters"), if_match_parameter());
}

static void add_row(json_t *paths, json_t *schemas, const struct route *row) {
  char path[200], method[8] = "";
  json_t *parameters = parameters_of(row, path, sizeof path);
  for (size_t i = 0; i < sizeof method - 1 && row->method[i]; i++) method[i] = (char)tolower(row->method[i]);
  json_t *item = json_object_get(paths, path);
  if (!item) json_object_set_new(paths, path, item = json_object());
  json_t *operation = json_object_get(item, method);
  if (operation) {
    merge(operation, row);
    json_decref(parameters);
  } else {
    json_object_set_new(item, method, operation_of(row, parameters, schemas));
  }
}

// What needs no token.
static void add_plain(json_t *paths) {
  static const struct {
    const char *path, *media_type, *summary;
  } plain[] = {
      {"/healthz", "application/json", "Whether this process is alive"},
      {"/readyz", "application/json", "Whether every part is ready (503 where one is not)"},
      {"/metrics", "text/plain", "Counters, in Prometheus' text format"},
      {"/openapi.json", "application/json", "This document"},
  };
  for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
    json_object_set_new(paths, plain[i].path,
                        json_pack("{s:{s:s, s:[], s:{s:{s:s, s:{s:{}}}}}}", "get", "summary", plain[i].summary,
                                  "security", "responses", "200", "description", plain[i].summary, "content",
                                  plain[i].media_type));
}

// --- the document

static json_t *components(json_t *schemas) {
  json_t *problem = content("application/problem+json", json_pack("{s:s}", "$ref", "#/components/schemas/Problem"));
  json_object_set_new(problem, "description", json_string("It was refused; nothing was changed (RFC 9457)"));
  json_object_set_new(schemas, "Problem", openapi_problem());
  return json_pack("{s:o, s:{s:o}, s:{s:{s:s, s:s}}}", "schemas", schemas, "responses", "Problem", problem,
                   "securitySchemes", "token", "type", "http", "scheme", "bearer");
}

static json_t *document(void) {
  json_t *paths = json_object(), *schemas = json_object();
  for (const struct route *row = routes_table; row->method; row++) add_row(paths, schemas, row);
  add_plain(paths);
  return json_pack("{s:s, s:{s:s, s:s, s:s}, s:[{s:[]}], s:o, s:o}", "openapi", "3.1.0", "info", "title", "Alongside",
                   "version", ALONGSIDE_VERSION, "description",
                   "The engagement backend of a probation service. PUT under an id that the caller chose is safe to "
                   "repeat; updates name the version that was seen (If-Match, from ETag); lists continue at the Link "
                   "with rel=next.",
                   "security", "token", "paths", paths, "components", components(schemas));
}

void openapi_write(struct buffer *out) {
  json_t *root = document();
  char *text = json_dumps(root, JSON_COMPACT | JSON_PRESERVE_ORDER);
  if (!text) abort();
  buffer_text(out, text);
  free(text);
  json_decref(root);
}
