// What safeguarding holds about a person: given for subject access, and deleted when the person is erased, or when its
// period is over.
//
// Of disclosures those are given of which the person was told. Of the others it is neither confirmed nor denied that
// there is one (Data Protection Act 2018 s.45(5)): nothing of them is in the answer, not even that something was left
// out. What was passed on is given once a lead has closed the disclosure; until then nobody has judged whom it may
// harm. Of break-glass it is given when and why; who it was is said by their role, which is practitioner.
#include "held.h"
#include "rights.pb-c.h"
#include "safeguarding.h"

static const struct held_index indexes[] = {
    {"disclosures-about", &disclosure__descriptor, RECORD_CLASS__DISCLOSURE_RECORD},
    {"break-glass-of", &break_glass__descriptor, RECORD_CLASS__BREAK_GLASS_RECORD, .closed = true},
};
enum {
  INDEXES = sizeof indexes / sizeof *indexes
};
static const struct held_index *const disclosures = &indexes[0], *const uses = &indexes[1];

// --- deleting

void needs_erase_safeguarding(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, disclosures);
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &disclosure_watch__descriptor, held_id(page->members[i]));
  records_want(want, &open_disclosures__descriptor, held_crn(m));
  page = held_want(want, m, uses);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const BreakGlass *use = records_want_closed(want, &break_glass__descriptor, held_id(page->members[i]));
    if (use) records_want(want, &break_glass_use__descriptor, use->actor);
  }
}

// With the alerts: nobody is called out for somebody whose records are gone. Only a restored backup can still have one
// that stands, as an open disclosure prevents the erasure.
static void erase_disclosures(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, disclosures);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    const DisclosureWatch *watch = records_get(have, &disclosure_watch__descriptor, id);
    if (!watch) continue;
    alert_stop(c, m, watch_copy(m->arena, watch));
    watch_unlist(c, watch);
    change_unindex(c, disclosures_by(m->arena, watch->mentor_id), page->members[i]);
    change_erase(c, &disclosure_watch__descriptor, id);
  }
  held_erase(c, have, m, disclosures);
}

static void erase_uses(struct change *c, const struct records *have, const struct message *m) {
  const struct page *page = held_page(have, m, uses);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const BreakGlass *use = records_get(have, &break_glass__descriptor, held_id(page->members[i]));
    if (use) break_glass_forget(c, have, use);
  }
  held_erase(c, have, m, uses);
}

// Whether of the class that is to be deleted a lead has not finished with something.
static bool is_waited_for(const struct records *have, const struct message *m) {
  const OpenDisclosures *open = records_get(have, &open_disclosures__descriptor, held_crn(m));
  if (held_page(have, m, disclosures) && open && open->n_ids) return true;
  const struct page *page = held_page(have, m, uses);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const BreakGlass *use = records_get(have, &break_glass__descriptor, held_id(page->members[i]));
    if (use && text_is_empty(use->reviewed_by)) return true;
  }
  return false;
}

struct change on_erase_safeguarding(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  if (held_class(m) && is_waited_for(have, m)) {
    held_wait(&c, m);
    return c;
  }
  erase_disclosures(&c, have, m);
  erase_uses(&c, have, m);
  // Which disclosures are open goes with the person: of who stays none is.
  if (!held_class(m) && records_get(have, &open_disclosures__descriptor, held_crn(m)))
    change_erase(&c, &open_disclosures__descriptor, held_crn(m));
  return c;
}

// --- collecting

void needs_collect_safeguarding(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  if (at.index == INDEXES) return;
  const struct page *page = held_want_at(want, m, &indexes[at.index], &at);
  for (size_t i = 0; page && !at.index && i < page->n_members; i++)
    records_want(want, &disclosure_watch__descriptor, held_id(page->members[i]));
}

// How far it has come, without who took it up.
static DisclosureWatch *state_given(const struct message *m, const DisclosureWatch *of) {
  DisclosureWatch *watch = arena_take(m->arena, sizeof *watch);
  disclosure_watch__init(watch);
  watch->state = of->state;
  watch->raised_at = of->raised_at;
  watch->acknowledged_at = of->acknowledged_at;
  watch->closed_at = of->closed_at;
  return watch;
}

static void add_disclosure(const struct message *m, HeldRecords *all, const Disclosure *of,
                           const DisclosureWatch *watch) {
  bool is_reviewed = watch->state == DISCLOSURE_STATE__DISCLOSURE_CLOSED;
  HeldRecord *r = held_add(m, all, "safeguarding");
  Disclosure *d = r->disclosure = arena_take(m->arena, sizeof *d);
  disclosure__init(d);
  d->id = of->id;
  d->crn = of->crn;
  d->kind = of->kind;
  d->said_at = of->said_at;
  d->told = of->told;
  d->extract = is_reviewed ? of->extract : NULL;
  d->watch = state_given(m, watch);
  if (!is_reviewed) held_withhold(m, r, "extract", WITHHELD_REASON__SERIOUS_HARM);
  held_withhold(m, r, "mentorId", WITHHELD_REASON__THIRD_PARTY);
  if (of->n_actions) held_withhold(m, r, "actions", WITHHELD_REASON__PREJUDICE);
}

static void add_use(const struct message *m, HeldRecords *all, const BreakGlass *of) {
  HeldRecord *r = held_add(m, all, "safeguarding");
  BreakGlass *use = r->break_glass = arena_take(m->arena, sizeof *use);
  break_glass__init(use);
  use->crn = of->crn;
  use->reason = of->reason;
  use->from_ms = of->from_ms;
  use->until_ms = of->until_ms;
  use->finding = of->finding;
  use->reviewed_at_ms = of->reviewed_at_ms;
  held_withhold(m, r, "actor", WITHHELD_REASON__THIRD_PARTY);
  held_withhold(m, r, "text", WITHHELD_REASON__PREJUDICE);
}

static void add_one(const struct records *have, const struct message *m, HeldRecords *all, unsigned index,
                    const char *id) {
  const void *body = records_get(have, indexes[index].type, id);
  const Disclosure *d = index ? NULL : body;
  const DisclosureWatch *watch = d ? records_get(have, &disclosure_watch__descriptor, id) : NULL;
  if (watch && d->told == ANSWER__YES) add_disclosure(m, all, d, watch);
  if (index && body) add_use(m, all, body);
}

struct change decide_collect_safeguarding(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, INDEXES);
  const struct page *page = at.index < INDEXES ? held_page_at(have, m, &indexes[at.index], &at) : NULL;
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, 0);
  HeldRecords *all = held_records(m, page->n_members);
  for (size_t i = 0; i < page->n_members; i++) add_one(have, m, all, at.index, held_id(page->members[i]));
  return held_reply(m, all, &at, page, INDEXES);
}
