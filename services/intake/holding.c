// What intake holds about a person: given for subject access, and deleted when the person is erased, or class by
// class when its period is over.
#include "held.h"
#include "intake.h"
#include "reading.h"
#include <inttypes.h>
#include <string.h>

static const struct held_index indexes[] = {
    {"engagements-of", &engagement__descriptor, RECORD_CLASS__PERSON_RECORD},
    {"appointments-of", &appointment__descriptor, RECORD_CLASS__PERSON_RECORD},
    {"sessions-of", &session__descriptor, RECORD_CLASS__SESSION_RECORD},
    {"corrections-of", &correction__descriptor, RECORD_CLASS__CORRECTION_RECORD},
    {"explanations-about", &explanation__descriptor, RECORD_CLASS__EXPLANATION_RECORD},
};
enum {
  INDEXES = sizeof indexes / sizeof *indexes
};

static const char *version_id(const struct message *m, const char *session_id, uint64_t version) {
  return arena_printf(m->arena, "%s/%" PRIu64, session_id, version);
}

// The earlier versions of the sessions on a page.
static void want_versions(struct records *want, const struct message *m, const struct page *page) {
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    uint64_t now = records_want(want, &session__descriptor, id) ? records_version(want, &session__descriptor, id) : 0;
    for (uint64_t v = 1; v < now; v++) records_want(want, &session_version__descriptor, version_id(m, id, v));
  }
}

static bool has_versions(const struct held_index *index) {
  return index->type == &session__descriptor;
}

// --- deleting

void needs_erase_due(struct records *want, const struct message *m) {
  for (size_t i = 0; i < INDEXES; i++) {
    const struct page *page = held_want(want, m, &indexes[i]);
    if (has_versions(&indexes[i])) want_versions(want, m, page);
  }
}

static void erase_versions(struct change *c, const struct records *have, const struct message *m,
                           const struct page *page) {
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    uint64_t now = records_version(have, &session__descriptor, id);
    for (uint64_t v = 1; v < now; v++) change_erase(c, &session_version__descriptor, version_id(m, id, v));
  }
}

static void forget_corrections(struct change *c, const struct records *have, const struct message *m,
                               const struct page *page) {
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Correction *k = records_get(have, &correction__descriptor, held_id(page->members[i]));
    if (k) correction_forget(c, m, k);
  }
}

static void unlist_explanations(struct change *c, const struct records *have, const struct message *m,
                                const struct page *page) {
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Explanation *e = records_get(have, &explanation__descriptor, held_id(page->members[i]));
    if (e) explanation_unlist(c, m, e, page->members[i]);
  }
}

// Whether of the class that is to be deleted a correction has no answer yet.
static bool awaits_answer(const struct records *have, const struct message *m, const struct held_index *index) {
  const struct page *page = index->type == &correction__descriptor ? held_page(have, m, index) : NULL;
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Correction *k = records_get(have, &correction__descriptor, held_id(page->members[i]));
    if (k && k->state == CORRECTION_STATE__CORRECTION_PROPOSED) return true;
  }
  return false;
}

struct change on_erase_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  for (size_t i = 0; i < INDEXES; i++) {
    const struct page *page = held_page(have, m, &indexes[i]);
    if (held_class(m) && awaits_answer(have, m, &indexes[i])) {
      held_wait(&c, m);
      continue;
    }
    if (has_versions(&indexes[i])) erase_versions(&c, have, m, page);
    if (indexes[i].type == &correction__descriptor) forget_corrections(&c, have, m, page);
    if (indexes[i].type == &explanation__descriptor) unlist_explanations(&c, have, m, page);
    held_erase(&c, have, m, &indexes[i]);
  }
  return c;
}

// --- collecting

void needs_collect_records(struct records *want, const struct message *m) {
  const char *crn = held_crn(m);
  struct held_place at = held_at(m, INDEXES);
  if (!crn) return;
  records_want(want, &person__descriptor, crn);
  records_want(want, &legal_hold__descriptor, crn);
  records_want(want, &disposal__descriptor, crn);
  if (at.index == INDEXES) return;
  const struct page *page = held_want_at(want, m, &indexes[at.index], &at);
  if (has_versions(&indexes[at.index])) want_versions(want, m, page);
}

// Who else may not read the record, and whom the person must not meet, is about those others.
static void add_person(const struct message *m, HeldRecords *all, const Person *p) {
  HeldRecord *r = held_add(m, all, "intake");
  r->person = arena_copy(m->arena, p, sizeof *p);
  if (p->n_restricted) held_withhold(m, r, "restricted", WITHHELD_REASON__THIRD_PARTY);
  r->person->n_restricted = 0;
  if (!p->mentoring || !p->mentoring->n_not_with) return;
  r->person->mentoring = arena_copy(m->arena, p->mentoring, sizeof *p->mentoring);
  r->person->mentoring->n_not_with = 0;
  held_withhold(m, r, "mentoring.notWith", WITHHELD_REASON__THIRD_PARTY);
}

static void add_hold(const struct message *m, HeldRecords *all, const LegalHold *hold) {
  HeldRecord *r = held_add(m, all, "intake");
  r->legal_hold = arena_copy(m->arena, hold, sizeof *hold);
  r->legal_hold->reason = r->legal_hold->lifted_why = NULL;
  held_withhold(m, r, "reason", WITHHELD_REASON__PREJUDICE);
}

static void add_disposal(const struct message *m, HeldRecords *all, const Disposal *disposal) {
  held_add(m, all, "intake")->disposal = (Disposal *)disposal;
}

// The session without a narrative that intake has no key to.
static Session *given(const struct message *m, HeldRecord *r, const Session *s) {
  Session *copy = arena_copy(m->arena, s, sizeof *s);
  if (!s->narrative || !s->narrative->seal) return copy;
  copy->narrative = NULL;
  held_withhold(m, r, "narrative", WITHHELD_REASON__IN_CONFIDENCE);
  return copy;
}

// Who gave it is a mentor's id, and they met.
static Explanation *given_explanation(const struct message *m, HeldRecord *r, const Explanation *e) {
  Explanation *copy = arena_copy(m->arena, e, sizeof *e);
  copy->given_by = (char *)protobuf_c_empty_string;
  held_withhold(m, r, "givenBy", WITHHELD_REASON__THIRD_PARTY);
  return copy;
}

static void add_versions(const struct records *have, const struct message *m, HeldRecords *all, const Session *s) {
  uint64_t now = records_version(have, &session__descriptor, s->id);
  for (uint64_t v = 1; v < now; v++) {
    const SessionVersion *was = records_get(have, &session_version__descriptor, version_id(m, s->id, v));
    if (!was) continue;
    HeldRecord *r = held_add(m, all, "intake");
    r->session_version = arena_copy(m->arena, was, sizeof *was);
    r->session_version->session = given(m, r, was->session);
  }
}

static void add_one(const struct records *have, const struct message *m, HeldRecords *all,
                    const ProtobufCMessageDescriptor *type, const char *id) {
  const void *body = records_get(have, type, id);
  if (!body) return;
  HeldRecord *r = held_add(m, all, "intake");
  if (type == &engagement__descriptor) r->engagement = (Engagement *)body;
  if (type == &appointment__descriptor) r->appointment = (Appointment *)body;
  if (type == &correction__descriptor) r->correction = (Correction *)body;
  if (type == &explanation__descriptor) r->explanation = given_explanation(m, r, body);
  if (type == &session__descriptor) r->session = given(m, r, body);
  if (type == &session__descriptor) add_versions(have, m, all, body);
}

static size_t count_versions(const struct records *have, const struct page *page) {
  size_t n = 0;
  for (size_t i = 0; i < page->n_members; i++)
    n += records_version(have, &session__descriptor, held_id(page->members[i]));
  return n;
}

struct change decide_collect_records(const struct records *have, const struct message *m) {
  const char *crn = held_crn(m);
  struct held_place at = held_at(m, INDEXES);
  const Person *p = crn ? found_person(have, m, crn) : NULL;
  if (!crn) return refuse(m, CODE__INVALID, "/crn", "must be a letter and six digits, such as X123456");
  if (!p || at.index == INDEXES) return held_reply(m, held_records(m, 0), &at, NULL, 0);
  const struct held_index *index = &indexes[at.index];
  const struct page *page = held_page_at(have, m, index, &at);
  HeldRecords *all = held_records(m, 3 + page->n_members + (has_versions(index) ? count_versions(have, page) : 0));
  const LegalHold *hold = records_get(have, &legal_hold__descriptor, crn);
  const Disposal *disposal = records_get(have, &disposal__descriptor, crn);
  bool begins = !at.index && !*at.after;
  if (begins) add_person(m, all, p);
  if (begins && hold) add_hold(m, all, hold);
  if (begins && disposal && disposal->n_begun) add_disposal(m, all, disposal);
  for (size_t i = 0; i < page->n_members; i++) add_one(have, m, all, index->type, held_id(page->members[i]));
  return held_reply(m, all, &at, page, INDEXES);
}
