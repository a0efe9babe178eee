#include "held.h"
#include "text.h"
#include <stdlib.h>
#include <string.h>

#define WAIT_MS (INT64_C(24) * 3600 * 1000)

static const char *crn_of_body(const struct message *m) {
  const ProtobufCMessage *body = m->body;
  const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "crn");
  return f ? *(char *const *)((const char *)body + f->offset) : NULL;
}

static const ProtobufCEnumValue *class_named(const char *name) {
  return protobuf_c_enum_descriptor_get_value_by_name(&record_class__descriptor, name);
}

// A timer's rest is "<crn>" or "<crn>/<class>". One with a class that is not known here is about nobody: read without
// it, it would delete everything.
static const char *crn_of_timer(const struct message *m) {
  const char *slash = strchr(m->timer, '/');
  if (!slash) return m->timer;
  return class_named(slash + 1) ? arena_printf(m->arena, "%.*s", (int)(slash - m->timer), m->timer) : NULL;
}

const char *held_crn(const struct message *m) {
  char crn[8];
  const char *text = m->body ? crn_of_body(m) : crn_of_timer(m);
  return text && text_crn(text, crn) ? arena_text(m->arena, crn) : NULL;
}

RecordClass held_class(const struct message *m) {
  const char *slash = m->body ? NULL : strchr(m->timer, '/');
  const ProtobufCEnumValue *v = slash ? class_named(slash + 1) : NULL;
  return v ? (RecordClass)v->value : RECORD_CLASS__RECORD_CLASS_UNSPECIFIED;
}

const char *held_id(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : member;
}

static const char *name_of(const struct message *m, const struct held_index *index) {
  const char *crn = held_crn(m);
  return crn ? arena_printf(m->arena, "%s/%s", index->kind, crn) : NULL;
}

// --- deleting

static void set_timer(struct change *c, const struct message *m, int64_t due_at_ms) {
  const char *crn = held_crn(m);
  if (!crn) return;
  if (held_class(m))
    held_dispose(c, crn, held_class(m), due_at_ms);
  else
    change_set_timer(c, arena_printf(m->arena, "erase/%s", crn), due_at_ms);
}

struct change held_on_person_erased(const struct records *have, const struct message *m) {
  (void)have;
  struct change c = change_of(m);
  set_timer(&c, m, m->now.ms);
  return c;
}

void held_dispose(struct change *c, const char *crn, RecordClass class, int64_t now_ms) {
  const char *name = protobuf_c_enum_descriptor_get_value(&record_class__descriptor, (int)class)->name;
  change_set_timer(c, arena_printf(c->arena, "erase/%s/%s", crn, name), now_ms);
}

// A class that is not known here is another service's.
struct change held_on_disposal_ordered(const struct records *have, const struct message *m) {
  const DisposalOrdered *ordered = m->body;
  const char *crn = held_crn(m);
  struct change c = change_of(m);
  (void)have;
  if (crn && protobuf_c_enum_descriptor_get_value(&record_class__descriptor, (int)ordered->class_))
    held_dispose(&c, crn, ordered->class_, m->now.ms);
  return c;
}

// Whether the timer deletes what is in the index. `d`: the person's Disposal, or NULL.
static bool deletes(const struct message *m, const struct held_index *index, const Disposal *d) {
  if (!held_class(m)) return true;
  size_t i = 0;
  while (d && i < d->n_classes && d->classes[i] != index->class) i++;
  return d && i < d->n_classes && index->class == held_class(m);
}

static const struct held_place first = {.after = ""};

// What is checked here is in the commit, and so as it is when something is deleted.
const struct page *held_want(struct records *want, const struct message *m, const struct held_index *index) {
  const Disposal *d = held_class(m) ? records_want(want, &disposal__descriptor, held_crn(m)) : NULL;
  return deletes(m, index, d) ? held_want_at(want, m, index, &first) : NULL;
}

const struct page *held_page(const struct records *have, const struct message *m, const struct held_index *index) {
  const Disposal *d = held_class(m) ? records_get(have, &disposal__descriptor, held_crn(m)) : NULL;
  return deletes(m, index, d) ? held_page_at(have, m, index, &first) : NULL;
}

void held_erase(struct change *c, const struct records *have, const struct message *m, const struct held_index *index) {
  const struct page *page = held_page(have, m, index);
  if (!page || !page->n_members) return;
  for (size_t i = 0; i < page->n_members; i++) {
    change_erase(c, index->type, held_id(page->members[i]));
    change_unindex(c, page->index, page->members[i]);
  }
  change_touch(c, held_crn(m));
  set_timer(c, m, m->now.ms);
}

void held_wait(struct change *c, const struct message *m) {
  set_timer(c, m, m->now.ms + WAIT_MS);
}

// --- collecting

struct held_place held_at(const struct message *m, unsigned n) {
  const CollectRecords *cmd = m->body;
  const char *slash = strchr(cmd->after, '/');
  if (!slash) return (struct held_place){.after = ""};
  unsigned long index = strtoul(cmd->after, NULL, 10);
  return (struct held_place){.index = index < n ? (unsigned)index : n, .after = slash + 1};
}

const struct page *held_want_at(struct records *want, const struct message *m, const struct held_index *index,
                                const struct held_place *at) {
  const char *name = name_of(m, index);
  const struct page *page = name ? records_want_page(want, name, at->after, HELD_PAGE) : NULL;
  for (size_t i = 0; page && i < page->n_members; i++)
    (index->closed ? records_want_closed : records_want)(want, index->type, held_id(page->members[i]));
  return page;
}

const struct page *held_page_at(const struct records *have, const struct message *m, const struct held_index *index,
                                const struct held_place *at) {
  const char *name = name_of(m, index);
  return name ? records_page(have, name, at->after) : NULL;
}

HeldRecords *held_records(const struct message *m, size_t most) {
  HeldRecords *all = arena_take(m->arena, sizeof *all);
  held_records__init(all);
  all->records = arena_take(m->arena, (most + 1) * sizeof *all->records);
  return all;
}

HeldRecord *held_add(const struct message *m, HeldRecords *all, const char *service) {
  HeldRecord *r = arena_take(m->arena, sizeof *r);
  held_record__init(r);
  r->service = (char *)service;
  return all->records[all->n_records++] = r;
}

void held_withhold(const struct message *m, HeldRecord *r, const char *what, WithheldReason reason) {
  Withheld **longer = arena_take(m->arena, (r->n_withheld + 1) * sizeof *longer);
  if (r->n_withheld) memcpy(longer, r->withheld, r->n_withheld * sizeof *longer);
  Withheld *w = longer[r->n_withheld++] = arena_take(m->arena, sizeof *w);
  withheld__init(w);
  w->what = (char *)what;
  w->reason = reason;
  r->withheld = longer;
}

struct change held_reply(const struct message *m, HeldRecords *all, const struct held_place *at,
                         const struct page *page, unsigned n) {
  struct change c = change_of(m);
  if (page && page->more)
    all->next = arena_printf(m->arena, "%u/%s", at->index, page->members[page->n_members - 1]);
  else if (at->index + 1 < n)
    all->next = arena_printf(m->arena, "%u/", at->index + 1);
  change_reply(&c, held_crn(m), all, 0);
  if (held_crn(m)) change_recipient(&c, "person", held_crn(m));
  return c;
}
