// Who looked at a person's record, for subject access: the entries of the area's audit that the person is given.
//
// An area's audit is long, and nobody keeps a list of it by person: that would be a second copy of who looked at whom.
// So it is read from its beginning, a part at a time.
#include "calendar.h"
#include "held.h"
#include "reporting.h"
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
  STRETCH = 512,  // entries of the stream that are read at once; each may be a whole batch of a busy moment
  STRETCHES = 32, // that one part of the answer goes through
  ENOUGH = 1000,  // entries about the person, after which a part ends
};

// Whether the part goes on behind the trail.
static bool goes_on(const struct trail *t, unsigned n_stretches, size_t n_entries) {
  return t->more && n_stretches < STRETCHES && n_entries < ENOUGH;
}

void want_looks(struct records *want, const char *crn, const char *after) {
  unsigned n_stretches = 0;
  size_t n_entries = 0;
  const struct trail *t = records_want_trail(want, crn, strtoull(after, NULL, 10), STRETCH);
  while (t && goes_on(t, ++n_stretches, n_entries += t->n_entries)) t = records_want_trail(want, crn, t->last, STRETCH);
}

// --- one look

static bool is_leads(const AuditEntry *e) {
  for (size_t i = 0; i < e->n_roles; i++)
    if (e->roles[i] == ROLE__SAFEGUARDING_LEAD) return true;
  return false;
}

bool look_is_given(const AuditEntry *e) {
  bool somebody = e->n_roles || !strcmp(e->service, "operator");
  bool hidden = !strcmp(e->service, "safeguarding") || is_leads(e);
  return somebody && !hidden && e->outcome == CODE__OK;
}

// "mentor 7a00...": the kind alone.
static char *kind_of(struct arena *a, const char *recipient) {
  return arena_printf(a, "%.*s", (int)strcspn(recipient, " "), recipient);
}

static Look *look(struct arena *a, const AuditEntry *e) {
  Look *of = arena_take(a, sizeof *of);
  look__init(of);
  of->at = timestamp_of(a, e->at_ms);
  of->roles = e->roles;
  of->n_roles = e->n_roles;
  of->operation = e->operation;
  of->message = e->message;
  of->purpose = e->purpose;
  of->recipient = kind_of(a, e->recipient);
  return of;
}

// --- all of a part

static void add_looks(const struct message *m, HeldRecords *all, const struct trail *t) {
  for (size_t i = 0; i < t->n_entries; i++)
    if (look_is_given(t->entries[i])) held_add(m, all, t->entries[i]->service)->look = look(m->arena, t->entries[i]);
}

static size_t count_entries(const struct records *have) {
  size_t n = 0;
  for (const struct trail *t = have->trails; t; t = t->next) n += t->n_entries;
  return n;
}

HeldRecords *looks_of(const struct records *have, const struct message *m, const char *crn, const char *after) {
  HeldRecords *all = held_records(m, count_entries(have));
  unsigned n_stretches = 0;
  size_t n_entries = 0;
  const struct trail *t = records_trail(have, crn, strtoull(after, NULL, 10));
  for (add_looks(m, all, t); goes_on(t, ++n_stretches, n_entries += t->n_entries); add_looks(m, all, t))
    t = records_trail(have, crn, t->last);
  if (t->more) all->next = arena_printf(m->arena, "1/%" PRIu64, t->last);
  return all;
}
