#include "answer.h"
#include "csv.h"
#include "ics.h"
#include "text.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// One row per code, in its order.
static const struct code_answer {
  int status;
  const char *why; // said where the sender of the problem said nothing
} code_answers[] = {
    [CODE__OK] = {200, ""},
    [CODE__INVALID] = {400, "what was sent is not valid"},
    [CODE__UNAUTHENTICATED] = {401, "send a valid token: Authorization: Bearer <token>"},
    [CODE__FORBIDDEN] = {403, "this token does not allow that, or not in this area"},
    [CODE__NOT_FOUND] = {404, "not found"},
    [CODE__CONFLICT] = {409, "there is already something else under this id"},
    [CODE__STALE] = {412, "the record has changed since you read it; read it again"},
    [CODE__TOO_LARGE] = {413, "what was sent is too large"},
    [CODE__REFUSED_BY_RULE] = {422, "a rule of practice does not allow it"},
    [CODE__TOO_MANY] = {429, "too many requests; try again after a while"},
    [CODE__INTERNAL] = {500, "a fault of ours; quote the correlation id"},
    [CODE__UNAVAILABLE] = {503, "not available at the moment; try again after a while"},
    [CODE__DEADLINE] = {504, "not answered in time; it may or may not have been done, so send it again"},
    [CODE__UNSUPPORTED] = {415, "this media type is not taken here"},
};
enum {
  CODES = sizeof code_answers / sizeof *code_answers
};

static const struct {
  int status;
  const char *title;
} titles[] = {
    {200, "OK"},
    {201, "Created"},
    {204, "No Content"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {409, "Conflict"},
    {412, "Precondition Failed"},
    {413, "Content Too Large"},
    {415, "Unsupported Media Type"},
    {422, "Unprocessable Content"},
    {429, "Too Many Requests"},
    {500, "Internal Server Error"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
};

static const struct code_answer *answer_of(Code code) {
  return &code_answers[(unsigned)code < CODES ? code : CODE__INTERNAL];
}

int answer_status(Code code) {
  return answer_of(code)->status;
}

const char *answer_title(int status) {
  for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
    if (titles[i].status == status) return titles[i].title;
  return "";
}

void answer_free(struct answer *a) {
  buffer_free(&a->headers);
  buffer_free(&a->body);
}

// Answers are about people: no cache may keep them.
static const char common_headers[] = "Cache-Control: no-store\r\nX-Correlation-Id: ";

void answer_begin(struct answer *a, const uint8_t correlation_id[CORRELATION_BYTES]) {
  char hex[2 * CORRELATION_BYTES + 1];
  text_hex(correlation_id, CORRELATION_BYTES, hex);
  a->status = 204;
  a->content_type = NULL;
  a->headers.size_bytes = a->body.size_bytes = 0;
  buffer_add(&a->headers, common_headers, sizeof common_headers - 1);
  buffer_add(&a->headers, hex, sizeof hex - 1);
  buffer_add(&a->headers, "\r\n", 2);
}

// --- problems

static void write_errors(struct buffer *out, const Problem *p) {
  buffer_text(out, ",\"errors\":[");
  for (size_t i = 0; i < p->n_fields; i++) {
    buffer_text(out, i ? ",{\"pointer\":" : "{\"pointer\":");
    json_write_string(out, p->fields[i]->field);
    buffer_printf(out, ",\"code\":\"%s\",\"detail\":", code_name(p->fields[i]->code));
    json_write_string(out, p->fields[i]->why);
    buffer_text(out, "}");
  }
  buffer_text(out, "]");
}

void answer_write_problem(struct buffer *out, const Problem *p, int status,
                          const uint8_t correlation_id[CORRELATION_BYTES]) {
  char hex[2 * CORRELATION_BYTES + 1];
  text_hex(correlation_id, CORRELATION_BYTES, hex);
  Code code = (unsigned)p->code < CODES && p->code != CODE__OK ? p->code : CODE__INTERNAL;
  if (!status) status = answer_status(code);
  buffer_printf(out, "{\"type\":\"about:blank\",\"title\":\"%s\",\"status\":%d,\"detail\":", answer_title(status),
                status);
  json_write_string(out, text_is_empty(p->why) ? answer_of(code)->why : p->why);
  buffer_printf(out, ",\"code\":\"%s\"", code_name(code));
  if (p->n_fields) write_errors(out, p);
  buffer_printf(out, ",\"correlationId\":\"%s\"}", hex);
}

void answer_problem(struct answer *a, const Problem *p, int status, const uint8_t correlation_id[CORRELATION_BYTES]) {
  a->status = status ? status : answer_status(p->code == CODE__OK ? CODE__INTERNAL : p->code);
  a->content_type = "application/problem+json";
  a->body.size_bytes = 0;
  answer_write_problem(&a->body, p, a->status, correlation_id);
  if (a->status == 503 || a->status == 429)
    buffer_printf(&a->headers, "Retry-After: %" PRIu32 "\r\n", p->retry_after_s ? p->retry_after_s : 1);
  if (a->status == 401) buffer_text(&a->headers, "WWW-Authenticate: Bearer\r\n");
}

void answer_refuse(struct answer *a, Code code, int status, const char *why,
                   const uint8_t correlation_id[CORRELATION_BYTES]) {
  Problem p = PROBLEM__INIT;
  p.code = code;
  if (why) p.why = (char *)why;
  answer_problem(a, &p, status, correlation_id);
}

Problem *answer_problem_of(struct arena *arena, struct err e) {
  Problem *p = arena_take(arena, sizeof *p);
  problem__init(p);
  p->code = e.code;
  p->why = (char *)e.why;
  if (!e.field) return p;
  FieldError *field = arena_take(arena, sizeof *field);
  field_error__init(field);
  field->field = (char *)e.field;
  field->code = e.code;
  field->why = (char *)e.why;
  p->n_fields = 1;
  p->fields = arena_copy(arena, &field, sizeof(FieldError *));
  if (*e.field) p->why = arena_printf(arena, "%s: %s", e.field + 1, e.why);
  return p;
}

// --- replies

// The text in the reply's field `next`, or "" where it has none.
static const char *next_of(const ProtobufCMessage *reply) {
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(reply->descriptor, "next");
  if (!field || field->type != PROTOBUF_C_TYPE_STRING) return "";
  return *(char *const *)((const char *)reply + field->offset);
}

static void write_percent(struct buffer *out, const char *text) {
  static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  for (const char *c = text; *c; c++) {
    if (strchr(plain, *c))
      buffer_add(out, c, 1);
    else
      buffer_printf(out, "%%%02X", (unsigned char)*c);
  }
}

// Every pair of the query but `after`, which the next page has of its own.
static void write_query(struct buffer *out, const char *query) {
  while (*query) {
    size_t size_bytes = strcspn(query, "&");
    if (size_bytes && strncmp(query, "after=", 6) != 0) {
      buffer_add(out, query, size_bytes);
      buffer_text(out, "&");
    }
    query += size_bytes + (query[size_bytes] == '&');
  }
}

// Path and query were taken by the parser of HTTP, so they hold neither spaces nor line ends; '<' and '>' would end the
// link early.
static bool fits_in_link(const char *text) {
  return !strpbrk(text, "<>\"");
}

static void write_link(struct buffer *out, const char *next, const struct answer_context *context) {
  if (!fits_in_link(context->path) || !fits_in_link(context->query)) return;
  buffer_text(out, "Link: <");
  buffer_text(out, context->path);
  buffer_text(out, "?");
  write_query(out, context->query);
  buffer_text(out, "after=");
  write_percent(out, next);
  buffer_text(out, ">; rel=\"next\"\r\n");
}

static const struct {
  const char *content_type;
  void (*write)(struct buffer *out, const ProtobufCMessage *reply);
} formats[] = {
    [FORMAT_JSON] = {"application/json", json_write},
    [FORMAT_CSV] = {"text/csv; charset=utf-8; header=present", csv_write},
    [FORMAT_ICS] = {"text/calendar; charset=utf-8", ics_write},
};

void answer_reply(struct answer *a, const ProtobufCMessage *reply, uint64_t version, bool created,
                  const struct answer_context *context) {
  if (version) buffer_printf(&a->headers, "ETag: \"%" PRIu64 "\"\r\n", version);
  if (!reply) return;
  a->status = created ? 201 : 200;
  const char *next = next_of(reply);
  if (*next) write_link(&a->headers, next, context);
  a->content_type = formats[context->format].content_type;
  formats[context->format].write(&a->body, reply);
}

void answer_send(struct answer *a, struct http_request *r) {
  http_respond(r, a->status, a->content_type, a->headers.data, a->body.data, a->body.size_bytes);
}
