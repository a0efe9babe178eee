#include "records.h"
#include <assert.h>
#include <string.h>

void records_init(struct records *rs, struct arena *arena) {
  *rs = (struct records){.arena = arena};
}

// FNV-1a over the id, begun with the type: lists of thousands of records stay quick.
static size_t hash(const ProtobufCMessageDescriptor *type, const char *id) {
  uint64_t h = 14695981039346656037u ^ (uintptr_t)type;
  for (; *id; id++) h = (h ^ (uint8_t)*id) * 1099511628211u;
  return h ^ h >> 29;
}

// The place of that record in the table, or the free place where it belongs.
static struct record **place(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  for (size_t i = hash(type, id);; i++) {
    struct record **r = &rs->table[i & (rs->size_table - 1)];
    if (!*r || ((*r)->type == type && strcmp((*r)->id, id) == 0)) return r;
  }
}

struct record *records_find(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  return rs->size_table ? *place(rs, type, id) : NULL;
}

static void grow(struct records *rs) {
  rs->size_table = rs->size_table ? rs->size_table * 2 : 16;
  rs->table = arena_take(rs->arena, rs->size_table * sizeof *rs->table);
  for (struct record *r = rs->first; r; r = r->next) *place(rs, r->type, r->id) = r;
}

static struct record *want(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  struct record *r = records_find(rs, type, id);
  if (r) return r;
  if (2 * (rs->n_records + 1) > rs->size_table) grow(rs);
  r = arena_take(rs->arena, sizeof *r);
  *r = (struct record){.type = type, .id = arena_text(rs->arena, id)};
  *place(rs, type, id) = r;
  if (rs->last)
    rs->last->next = r;
  else
    rs->first = r;
  rs->last = r;
  rs->n_records++;
  rs->n_unknown++;
  return r;
}

const void *records_want(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  if (!id || !*id) return NULL;
  struct record *r = want(rs, type, id);
  assert(!r->closed && "a row wants a record in one way only");
  return r->body;
}

const void *records_want_closed(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  if (!id || !*id) return NULL;
  size_t before = rs->n_records;
  struct record *r = want(rs, type, id);
  assert((rs->n_records > before || r->closed) && "a row wants a record in one way only");
  r->closed = true;
  return r->body;
}

const void *records_want_absent(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  if (rs->certain || !id || !*id) return records_want(rs, type, id);
  unsigned before = rs->n_unknown;
  struct record *r = want(rs, type, id);
  if (rs->n_unknown > before) {
    r->known = r->presumed = true;
    rs->n_unknown = before;
  }
  return r->body;
}

static struct page *find_page(const struct records *rs, const char *index, const char *after) {
  for (struct page *p = rs->pages; p; p = p->next)
    if (strcmp(p->index, index) == 0 && strcmp(p->after, after) == 0) return p;
  return NULL;
}

const struct page *records_want_page(struct records *rs, const char *index, const char *after, unsigned limit) {
  if (!after) after = "";
  struct page *p = find_page(rs, index, after);
  if (p) return p->known ? p : NULL;
  p = arena_take(rs->arena, sizeof *p);
  *p = (struct page){
      .index = arena_text(rs->arena, index), .after = arena_text(rs->arena, after), .limit = limit, .next = rs->pages};
  rs->pages = p;
  rs->n_unknown++;
  return NULL;
}

static struct trail *find_trail(const struct records *rs, const char *subject, uint64_t after) {
  for (struct trail *t = rs->trails; t; t = t->next)
    if (t->after == after && strcmp(t->subject, subject) == 0) return t;
  return NULL;
}

const struct trail *records_want_trail(struct records *rs, const char *subject, uint64_t after, unsigned limit) {
  struct trail *t = find_trail(rs, subject, after);
  if (t) return t->known ? t : NULL;
  t = arena_take(rs->arena, sizeof *t);
  *t = (struct trail){
      .subject = arena_text(rs->arena, subject), .after = after, .limit = limit, .last = after, .next = rs->trails};
  rs->trails = t;
  rs->n_unknown++;
  return NULL;
}

void records_init_absent(struct records *rs, const struct records *wanted) {
  records_init(rs, wanted->arena);
  for (const struct record *r = wanted->first; r; r = r->next) want(rs, r->type, r->id)->known = true;
  for (const struct page *p = wanted->pages; p; p = p->next) {
    struct page *empty = arena_copy(rs->arena, p, sizeof *p);
    *empty = (struct page){.index = p->index, .after = p->after, .limit = p->limit, .known = true, .next = rs->pages};
    rs->pages = empty;
  }
  for (const struct trail *t = wanted->trails; t; t = t->next) {
    struct trail *empty = arena_take(rs->arena, sizeof *empty);
    *empty = (struct trail){.subject = t->subject,
                            .after = t->after,
                            .limit = t->limit,
                            .last = t->after,
                            .known = true,
                            .next = rs->trails};
    rs->trails = empty;
  }
  rs->rows = wanted->rows;
  rs->n_unknown = 0;
}

const void *records_get(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  if (!id || !*id) return NULL;
  const struct record *r = records_find(rs, type, id);
  assert(r && "decide may only get what needs wanted");
  return r->body;
}

uint64_t records_version(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  const struct record *r = records_find(rs, type, id);
  assert(r && "decide may only get what needs wanted");
  return r->version;
}

bool records_destroyed(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id) {
  const struct record *r = records_find(rs, type, id);
  return r && r->destroyed;
}

const struct page *records_page(const struct records *rs, const char *index, const char *after) {
  const struct page *p = find_page(rs, index, after ? after : "");
  assert(p && p->known && "decide may only get what needs wanted");
  return p;
}

const struct trail *records_trail(const struct records *rs, const char *subject, uint64_t after) {
  const struct trail *t = find_trail(rs, subject, after);
  assert(t && t->known && "decide may only get what needs wanted");
  return t;
}

static struct rows *find_rows(const struct records *rs, const char *query) {
  for (struct rows *r = rs->rows; r; r = r->next)
    if (strcmp(r->query, query) == 0) return r;
  return NULL;
}

const struct rows *records_want_rows(struct records *rs, const char *query, const void *parameters) {
  struct rows *r = find_rows(rs, query);
  if (r) return r->known ? r : NULL;
  r = arena_take(rs->arena, sizeof *r);
  *r = (struct rows){.query = arena_text(rs->arena, query), .parameters = parameters, .next = rs->rows};
  rs->rows = r;
  rs->n_unknown++;
  return NULL;
}

const struct rows *records_rows(const struct records *rs, const char *query) {
  const struct rows *r = find_rows(rs, query);
  assert(r && r->known && "decide may only get what needs wanted");
  return r;
}
