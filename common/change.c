#include "change.h"
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Appends to a list that keeps its order. Lists are short: a handful of entries.
#define APPEND(list, arena, ...)                                                                                       \
  do {                                                                                                                 \
    __typeof__(list) *end_ = &(list);                                                                                  \
    while (*end_) end_ = &(*end_)->next;                                                                               \
    *end_ = arena_take(arena, sizeof **end_);                                                                          \
    **end_ = (__typeof__(**end_)){__VA_ARGS__};                                                                        \
  } while (0)

struct change change_of(const struct message *m) {
  return (struct change){.arena = m->arena};
}

static void add_field(struct change *c, Code code, const char *field, const char *why) {
  Problem *p = c->problem;
  FieldError **fields = arena_take(c->arena, (p->n_fields + 1) * sizeof *fields);
  if (p->n_fields) memcpy(fields, p->fields, p->n_fields * sizeof *fields);
  FieldError *f = arena_take(c->arena, sizeof *f);
  field_error__init(f);
  f->field = arena_text(c->arena, field);
  f->code = code;
  f->why = arena_text(c->arena, why);
  fields[p->n_fields++] = f;
  p->fields = fields;
}

void change_refuse(struct change *c, Code code, const char *field, const char *why) {
  if (!c->problem) {
    c->problem = arena_take(c->arena, sizeof *c->problem);
    problem__init(c->problem);
    c->problem->code = code;
    c->problem->why = arena_text(c->arena, why);
  }
  if (field) add_field(c, code, field, why);
}

struct change refuse(const struct message *m, Code code, const char *field, const char *why) {
  struct change c = change_of(m);
  change_refuse(&c, code, field, why);
  return c;
}

struct change refusef(const struct message *m, Code code, const char *field, const char *format, ...) {
  char why[512];
  va_list args;
  va_start(args, format);
  vsnprintf(why, sizeof why, format, args);
  va_end(args);
  return refuse(m, code, field, why);
}

void change_touch(struct change *c, const char *subject) {
  if (!subject || !*subject) return;
  for (struct change_subject *s = c->subjects; s; s = s->next)
    if (strcmp(s->subject, subject) == 0) return;
  APPEND(c->subjects, c->arena, .subject = arena_text(c->arena, subject));
}

void change_write(struct change *c, const char *subject, const char *id, const void *body) {
  APPEND(c->records, c->arena, .id = arena_text(c->arena, id), .body = body, .subject = subject);
  change_touch(c, subject);
}

void change_erase(struct change *c, const ProtobufCMessageDescriptor *type, const char *id) {
  APPEND(c->erasures, c->arena, .type = type, .id = arena_text(c->arena, id));
}

void change_publish(struct change *c, const char *subject, const void *body) {
  APPEND(c->events, c->arena, .body = body, .subject = subject);
  change_touch(c, subject);
}

void change_set_timer(struct change *c, const char *name, int64_t due_at_ms) {
  assert(due_at_ms > 0);
  APPEND(c->timers, c->arena, .name = arena_text(c->arena, name), .due_at_ms = due_at_ms);
}

void change_clear_timer(struct change *c, const char *name) {
  APPEND(c->timers, c->arena, .name = arena_text(c->arena, name));
}

void change_index(struct change *c, const char *index, const char *member) {
  APPEND(c->indexes, c->arena, .index = arena_text(c->arena, index), .member = arena_text(c->arena, member));
}

void change_unindex(struct change *c, const char *index, const char *member) {
  APPEND(c->indexes, c->arena, .index = arena_text(c->arena, index), .member = arena_text(c->arena, member),
         .remove = true);
}

void change_reply(struct change *c, const char *subject, const void *body, uint64_t version) {
  c->reply = body;
  c->reply_subject = subject;
  c->version = version;
  change_touch(c, subject);
}

void change_recipient(struct change *c, const char *kind, const char *id) {
  c->recipient = id ? arena_printf(c->arena, "%s %s", kind, id) : kind;
}

void change_alarm(struct change *c, const char *why) {
  c->alarm = why;
}

void change_effect(struct change *c, const void *effect) {
  c->effect = effect;
}
