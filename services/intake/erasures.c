// Erasing a person: by request, by rule, and again after an older backup was restored. Drawn in proto/rights.proto.
#include "erasures.h"
#include "calendar.h"
#include "checks.h"
#include "held.h"
#include "intake.h"
#include "pathways.h"
#include "reading.h"
#include "safeguarding.pb-c.h"
#include <string.h>

enum {
  DESTROY_AGAIN_MS = 60 * 1000, // after which the destruction log is asked again, where its answer got lost
  ENGAGEMENTS_MOST = 200,       // somebody with more is looked after by hand: a records officer's request
  SWEEP_PAGE = 100,
};
#define RETAIN_AGAIN_MS (INT64_C(24) * 3600 * 1000) // after which is looked again while a disclosure is open

static char *retain_timer(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "retain/%s", crn);
}

static char *destroy_timer(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "destroy/%s", crn);
}

// An open disclosure is as good as a hold: what a human has not finished with does not vanish. Whoever orders an
// erasure reads this, and whoever raises a disclosure writes it and reads the Erasure, so that one of the two is always
// refused.
static void want_open_disclosures(struct records *want, const char *crn) {
  records_want(want, &open_disclosures__descriptor, crn);
}

static bool has_open_disclosure(const struct records *have, const char *crn) {
  const OpenDisclosures *open = records_get(have, &open_disclosures__descriptor, crn);
  return open && open->n_ids;
}

// --- ordering

static Erasure *new_erasure(const struct message *m, const char *crn, ErasureCause cause) {
  Erasure *e = arena_take(m->arena, sizeof *e);
  erasure__init(e);
  e->crn = (char *)crn;
  e->cause = cause;
  e->ordered_by = m->actor ? m->actor->id : "intake";
  e->ordered_as = m->actor ? ROLE__RECORDS_OFFICER : ROLE__ROLE_UNSPECIFIED;
  e->ordered_at = timestamp_of(m->arena, m->now.ms);
  return e;
}

static void order(struct change *c, const struct message *m, Erasure *e) {
  change_write(c, e->crn, e->crn, e);
  change_set_timer(c, destroy_timer(m, e->crn), m->now.ms);
}

void needs_request_erasure(struct records *want, const struct message *m) {
  const char *crn = crn_in(m, ((const RequestErasure *)m->body)->crn);
  records_want_closed(want, &legal_hold__descriptor, crn);
  records_want(want, &erasure__descriptor, crn);
  want_open_disclosures(want, crn);
  want_person(want, m, crn);
}

// Asking for what is ordered already answers as before.
struct change decide_request_erasure(const struct records *have, const struct message *m) {
  const RequestErasure *cmd = m->body;
  struct change c = change_of(m);
  if (!check_prose(&(struct checks){.change = &c, .prefix = ""}, "/reason", cmd->reason, 1, 1000)) return c;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  if (hold_stands(have, person->crn))
    return refuse(m, CODE__REFUSED_BY_RULE, NULL, "a legal hold stands: it must be lifted before anything is erased");
  const Erasure *there = records_get(have, &erasure__descriptor, person->crn);
  if (there) {
    change_reply(&c, person->crn, there, 0);
    return c;
  }
  if (has_open_disclosure(have, person->crn))
    return refuse(m, CODE__REFUSED_BY_RULE, NULL,
                  "safeguarding has not finished with this record: ask the safeguarding lead, then send it again");
  Erasure *e = new_erasure(m, person->crn, ERASURE_CAUSE__BY_REQUEST);
  e->reason = erasure_reason(m, cmd->reason);
  order(&c, m, e);
  change_reply(&c, person->crn, e, 1);
  c.created = true;
  return c;
}

// --- by rule

static char *engagements_of(const struct message *m) {
  return arena_printf(m->arena, "engagements-of/%s", m->timer);
}

void needs_retain_due(struct records *want, const struct message *m) {
  records_want_closed(want, &person__descriptor, m->timer);
  records_want_closed(want, &legal_hold__descriptor, m->timer);
  records_want_closed(want, &erasure__descriptor, m->timer);
  want_open_disclosures(want, m->timer);
  disposal_want(want, m->timer);
  const struct page *page = records_want_page(want, engagements_of(m), "", ENGAGEMENTS_MOST);
  for (size_t i = 0; page && i < page->n_members; i++) records_want(want, &engagement__descriptor, page->members[i]);
}

// When the last engagement was closed, or `registered_ms` where there was none; -1 while one is open.
static int64_t closed_ms(const struct records *have, const struct message *m, int64_t registered_ms) {
  const struct page *page = records_page(have, engagements_of(m), "");
  int64_t last_ms = page->more ? -1 : registered_ms;
  for (size_t i = 0; i < page->n_members && last_ms >= 0; i++) {
    const Engagement *e = records_get(have, &engagement__descriptor, page->members[i]);
    if (!e) continue;
    int64_t ms = e->closed_at ? timestamp_ms(e->closed_at) : -1;
    last_ms = ms < 0 ? -1 : ms > last_ms ? ms : last_ms;
  }
  return last_ms;
}

void retain_until_next(struct change *c, const struct message *m, const char *crn, const struct retention_start *from) {
  const Retention *rules = pathways_retention(m->settings);
  int64_t next_ms = retention_signed(rules) ? retention_next_ms(rules, from, m->now.ms) : 0;
  if (next_ms) change_set_timer(c, retain_timer(m, crn), next_ms);
}

void retain_look_now(struct change *c, const struct message *m, const char *crn) {
  if (retention_signed(pathways_retention(m->settings))) change_set_timer(c, retain_timer(m, crn), m->now.ms);
}

static bool may_go(const struct records *have, const struct message *m, const struct retention_start *from) {
  return retention_signed(pathways_retention(m->settings)) && from->closed_ms >= 0 && !hold_stands(have, m->timer);
}

// Where an engagement is open, or a hold stands, nothing is set again: closing the one and lifting the other do that.
struct change on_retain_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Retention *rules = pathways_retention(m->settings);
  const Person *p = records_get(have, &person__descriptor, m->timer);
  if (!p || records_get(have, &erasure__descriptor, p->crn)) return c;
  struct retention_start from = {.registered_ms = timestamp_ms(p->registered_at)};
  from.closed_ms = closed_ms(have, m, from.registered_ms);
  if (!may_go(have, m, &from)) {
    disposal_stop(&c, have, m, p->crn);
  } else if (has_open_disclosure(have, p->crn)) {
    change_set_timer(&c, retain_timer(m, p->crn), m->now.ms + RETAIN_AGAIN_MS);
  } else if (retention_person_over_ms(rules, &from) <= m->now.ms) {
    order(&c, m, new_erasure(m, p->crn, ERASURE_CAUSE__BY_RULE));
  } else {
    disposal_order(&c, have, m, p->crn, &from);
    retain_until_next(&c, m, p->crn, &from);
  }
  return c;
}

// --- into the destruction log

void needs_destroy_due(struct records *want, const struct message *m) {
  records_want_closed(want, &erasure__descriptor, m->timer);
}

struct change on_destroy_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Erasure *e = records_get(have, &erasure__descriptor, m->timer);
  if (!e) return c;
  DestroySubject *d = arena_take(m->arena, sizeof *d);
  destroy_subject__init(d);
  d->crn = e->crn;
  d->cause = e->cause;
  d->ordered_as = e->ordered_as;
  change_effect(&c, d);
  change_set_timer(&c, destroy_timer(m, e->crn), m->now.ms + DESTROY_AGAIN_MS);
  return c;
}

// --- deleting what stands under the CRN itself

static const char *key_id(const struct message *m, const char *crn, int partition) {
  return arena_printf(m->arena, "%s/%d", crn, partition);
}

static void want_destroyed(struct records *want, const struct message *m, const char *crn) {
  records_want_closed(want, &person__descriptor, crn);
  records_want_closed(want, &legal_hold__descriptor, crn);
  records_want_closed(want, &erasure__descriptor, crn);
  disposal_want(want, crn);
  for (int p = PARTITION__CONTACT; p <= PARTITION__SAFEGUARDING; p++)
    records_want(want, &data_key__descriptor, key_id(m, crn, p));
}

static void publish_erased(struct change *c, const struct message *m, const char *crn, ErasureCause cause) {
  PersonErased *e = arena_take(m->arena, sizeof *e);
  person_erased__init(e);
  e->crn = (char *)crn;
  e->cause = cause;
  change_publish(c, crn, e);
}

// The keys first of all: without them nothing that they sealed can be read, wherever a copy of it is. What intake has
// besides goes by the timer, and what others have by the event.
static void destroy(struct change *c, const struct records *have, const struct message *m, const char *crn,
                    ErasureCause cause) {
  const Person *person = records_get(have, &person__descriptor, crn);
  for (int p = PARTITION__CONTACT; p <= PARTITION__SAFEGUARDING; p++)
    change_erase(c, &data_key__descriptor, key_id(m, crn, p));
  change_erase(c, &person__descriptor, crn);
  change_erase(c, &legal_hold__descriptor, crn);
  change_erase(c, &erasure__descriptor, crn);
  change_erase(c, &disposal__descriptor, crn);
  change_unindex(c, "people", crn);
  if (person) change_unindex(c, arena_printf(m->arena, "people-of/%s", person->practitioner), crn);
  change_clear_timer(c, destroy_timer(m, crn));
  change_clear_timer(c, retain_timer(m, crn));
  change_set_timer(c, arena_printf(m->arena, "erase/%s", crn), m->now.ms);
  publish_erased(c, m, crn, cause);
}

void needs_subject_destroyed(struct records *want, const struct message *m) {
  want_destroyed(want, m, crn_in(m, ((const SubjectDestroyed *)m->body)->crn));
}

struct change on_subject_destroyed(const struct records *have, const struct message *m) {
  const SubjectDestroyed *d = m->body;
  struct change c = change_of(m);
  if (!records_get(have, &person__descriptor, d->crn) && !records_get(have, &erasure__descriptor, d->crn)) return c;
  destroy(&c, have, m, d->crn, d->cause);
  return c;
}

// --- everybody, after an older backup was restored or the rules were changed

struct change decide_sweep_erasures(const struct records *have, const struct message *m) {
  (void)have;
  struct change c = change_of(m);
  change_set_timer(&c, "sweep/", m->now.ms);
  return c;
}

void needs_sweep_due(struct records *want, const struct message *m) {
  const struct page *page = records_want_page(want, "people", m->timer, SWEEP_PAGE);
  for (size_t i = 0; page && i < page->n_members; i++) {
    records_want_closed(want, &person__descriptor, page->members[i]);
    if (records_destroyed(want, &person__descriptor, page->members[i])) want_destroyed(want, m, page->members[i]);
  }
}

struct change on_sweep_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = records_page(have, "people", m->timer);
  for (size_t i = 0; i < page->n_members; i++)
    if (records_destroyed(have, &person__descriptor, page->members[i]))
      destroy(&c, have, m, page->members[i], ERASURE_CAUSE__ERASURE_CAUSE_UNSPECIFIED);
    else
      retain_look_now(&c, m, page->members[i]);
  if (page->more)
    change_set_timer(&c, arena_printf(m->arena, "sweep/%s", page->members[page->n_members - 1]), m->now.ms);
  return c;
}
