// What the decisions of matching have in common.
#include "matching.h"
#include <string.h>

const char *matching_id(const struct message *m) {
  if (!m->body) return m->timer ? m->timer : "";
  const ProtobufCMessage *body = m->body;
  const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(body->descriptor, "id");
  const char *id = field ? *(char *const *)((const char *)body + field->offset) : NULL;
  return id ? id : "";
}

bool matching_has(size_t n, char **list, const char *text) {
  for (size_t i = 0; i < n; i++)
    if (!strcmp(list[i], text)) return true;
  return false;
}

struct pair matching_pair(const struct message *m, const Person *person, const Mentor *mentor) {
  const struct matching_settings *s = m->settings;
  return (struct pair){person, mentor, m->now.ms, weights_of(s->weights, m->area->id)};
}

const Person *matching_with_wish(const struct message *m, const Person *was) {
  if (!was || was->mentoring) return was;
  Person *person = arena_copy(m->arena, was, sizeof *was);
  person->mentoring = arena_take(m->arena, sizeof *person->mentoring);
  mentoring_wish__init(person->mentoring);
  return person;
}

bool mentors_next(const struct page *before, const char **after) {
  if (before && (!before->more || !before->n_members)) return false;
  *after = before ? before->members[before->n_members - 1] : "";
  return true;
}

void mentors_want_all(struct records *want) {
  const char *after;
  const struct page *page = NULL;
  while (mentors_next(page, &after)) {
    page = records_want_page(want, MATCHING_MENTORS, after, MATCHING_PAGE);
    if (!page) return;
  }
  for (page = NULL; mentors_next(page, &after);) {
    page = records_want_page(want, MATCHING_MENTORS, after, MATCHING_PAGE);
    for (size_t i = 0; i < page->n_members; i++) records_want(want, &mentor__descriptor, page->members[i]);
  }
}

size_t mentors_count(const struct records *have) {
  size_t n = 0;
  const char *after;
  for (const struct page *page = NULL; mentors_next(page, &after); n += page->n_members)
    page = records_page(have, MATCHING_MENTORS, after);
  return n;
}

typedef const struct page *page_fn(void *records, const char *index, const char *after);

static const struct page *want_page(void *records, const char *index, const char *after) {
  return records_want_page(records, index, after, MATCHING_PAGE);
}
static const struct page *get_page(void *records, const char *index, const char *after) {
  return records_page(records, index, after);
}

static struct members members_of(struct arena *a, page_fn *page_of, void *records, const char *index, size_t most) {
  struct members all = {arena_take(a, (most + 1) * sizeof *all.texts), 0};
  const struct page *page = NULL;
  do {
    page = page_of(records, index, page ? page->members[page->n_members - 1] : "");
    for (size_t i = 0; page && i < page->n_members && all.n <= most; i++) all.texts[all.n++] = page->members[i];
  } while (page && page->more && all.n <= most);
  return all;
}

struct members members_wanted(struct records *want, const struct message *m, const char *index, size_t most) {
  return members_of(m->arena, want_page, want, index, most);
}
// `records` is not written through: members_of() serves both.
struct members members_got(const struct records *have, const struct message *m, const char *index, size_t most) {
  return members_of(m->arena, get_page, (void *)have, index, most);
}

void matching_check_why(struct change *c, const char *why) {
  if (strlen(why) > MATCHING_WHY_BYTES)
    change_refuse(c, CODE__INVALID, "/why", "may have at most 500 bytes: say it shorter");
  else if (text_has_control(why, true))
    change_refuse(c, CODE__INVALID, "/why", "has a control character: remove it");
}
