#include "reading.h"
#include "text.h"
#include <inttypes.h>
#include <string.h>

enum {
  LIST_USUAL = 50,
  LIST_MOST = 200
};

const char *crn_in(const struct message *m, const char *text) {
  char crn[8];
  return text && text_crn(text, crn) ? arena_text(m->arena, crn) : NULL;
}

void want_person(struct records *want, const struct message *m, const char *crn) {
  records_want_closed(want, &person__descriptor, crn_in(m, crn));
}

bool comes_as_mentor(const struct message *m) {
  return (m->roles & MAY(MENTOR)) && !(m->roles & (MAY(PRACTITIONER) | MAY(SAFEGUARDING_LEAD) | MAY(AUDITOR)));
}

const Person *found_person(const struct records *have, const struct message *m, const char *crn) {
  return records_get(have, &person__descriptor, crn_in(m, crn));
}

const Engagement *want_engagement(struct records *want, const struct message *m, const char *id) {
  const Engagement *e = records_want(want, &engagement__descriptor, id);
  if (e) want_person(want, m, e->crn);
  return e;
}

const Engagement *found_engagement(const struct records *have, const char *id) {
  return records_get(have, &engagement__descriptor, id);
}

struct change not_found(const struct message *m, const char *field) {
  return refuse(m, CODE__NOT_FOUND, field, ACCESS_NOT_FOUND);
}

unsigned list_limit(unsigned asked) {
  return !asked ? LIST_USUAL : asked < LIST_MOST ? asked : LIST_MOST;
}

char *list_member(struct arena *a, int64_t ms, const char *id) {
  return arena_printf(a, "%013" PRId64 "/%s", ms, id);
}

const char *list_id(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : member;
}

char *list_next(const struct page *page) {
  return page->more ? page->members[page->n_members - 1] : (char *)protobuf_c_empty_string;
}
