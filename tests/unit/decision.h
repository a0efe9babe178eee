// For tests of decisions: a small world of records, a moment and an actor, and what a service decides in it.
//
//   struct decision d;
//   decision_begin(&d, &intake, settings);
//   given(&d, &person__descriptor, "X123456", 1, &person);
//   struct change c = decided(&d, &command.base);
//   assert_refused(&c, CODE__INVALID, "/startsAt");
//   decision_end(&d);
//
// What was not given does not exist. As in the runtime, `decide` may get only what `needs` wanted. decision_commit()
// makes what a change wrote part of the world, so that a story of several messages can be told.
#pragma once
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "access.h"
#include "arena.h"
#include "change.h"
#include "records.h"
#include "service.h"

// Monday 2 March 2026, 10:00 UTC: the moment of every decision unless a test moves it.
#define DECISION_NOW_MS INT64_C(1772445600000)
enum {
  DECISION_RECORDS = 512,
  DECISION_MEMBERS = 512,
  DECISION_AUDIT = 2048,
  DECISION_ROUNDS = 24,
  DECISION_ROLES = 16
};

struct decision_member {
  const char *index, *member;
};

struct decision {
  const struct service *service;
  struct arena arena;
  struct message m; // moment, actor and area; tests may change them between decisions
  Area area;
  Actor actor;
  Role roles[DECISION_ROLES];
  struct record world[DECISION_RECORDS]; // version 0: deleted, or never there
  size_t n_world;
  struct decision_member members[DECISION_MEMBERS]; // of all indexes, in byte order of the member
  size_t n_members;
  const AuditEntry *audit[DECISION_AUDIT]; // the first has the sequence 1; each is an entry of the stream
  size_t n_audit;
};

// Who sends what follows, e.g. decision_as(&d, "N07A123", MAY(PRACTITIONER)).
static inline void decision_as(struct decision *d, const char *id, roles_t roles) {
  d->actor.id = (char *)id;
  d->actor.roles = d->roles;
  d->actor.n_roles = 0;
  for (unsigned role = 1; role < DECISION_ROLES; role++)
    if (roles & (1u << role)) d->roles[d->actor.n_roles++] = (Role)role;
  d->m.actor = &d->actor;
  d->m.roles = roles;
}

// An area in London time, quiet from 21:00 to 08:00, and a practitioner with the staff code N07A123.
static inline void decision_begin(struct decision *d, const struct service *service, const void *settings) {
  static char *covers[] = {"lon-north"};
  memset(d, 0, sizeof *d);
  d->service = service;
  arena_init(&d->arena, ARENA_CAP_BYTES);
  area__init(&d->area);
  d->area.id = "lon-north";
  d->area.name = "London North";
  d->area.time_zone = "Europe/London";
  d->area.quiet_from = "21:00";
  d->area.quiet_until = "08:00";
  d->area.messages_per_day = 3;
  d->area.offer_hours = 48;
  d->area.reply_telephone = "+442079460000";
  actor__init(&d->actor);
  d->actor.areas = covers;
  d->actor.n_areas = 1;
  d->actor.expires_at_ms = DECISION_NOW_MS + 30000;
  d->m.area = &d->area;
  d->m.now.ms = DECISION_NOW_MS;
  for (size_t i = 0; i < sizeof d->m.now.random; i++) d->m.now.random[i] = (uint8_t)(i * 7 + 1);
  d->m.settings = settings;
  d->m.arena = &d->arena;
  decision_as(d, "N07A123", MAY(PRACTITIONER));
}

static inline void decision_end(struct decision *d) {
  arena_deinit(&d->arena);
}

static inline struct record *decision_find(struct decision *d, const ProtobufCMessageDescriptor *type, const char *id) {
  for (size_t i = 0; i < d->n_world; i++)
    if (d->world[i].type == type && strcmp(d->world[i].id, id) == 0) return &d->world[i];
  return NULL;
}

// A record is there, with that version and content (kept as it is, not copied).
static inline void given(struct decision *d, const ProtobufCMessageDescriptor *type, const char *id, uint64_t version,
                         const void *body) {
  struct record *r = decision_find(d, type, id);
  if (!r) {
    assert_true(d->n_world < DECISION_RECORDS);
    r = &d->world[d->n_world++];
  }
  *r = (struct record){.type = type, .id = arena_text(&d->arena, id), .version = version, .body = body, .known = true};
}

// The record as it is now in the world, or NULL. Its version: decision_version().
static inline const void *decision_record(struct decision *d, const ProtobufCMessageDescriptor *type, const char *id) {
  const struct record *r = decision_find(d, type, id);
  return r && r->version ? r->body : NULL;
}
static inline uint64_t decision_version(struct decision *d, const ProtobufCMessageDescriptor *type, const char *id) {
  const struct record *r = decision_find(d, type, id);
  return r ? r->version : 0;
}

static inline void given_out_of_index(struct decision *d, const char *index, const char *member) {
  for (size_t i = 0; i < d->n_members; i++) {
    if (strcmp(d->members[i].index, index) != 0 || strcmp(d->members[i].member, member) != 0) continue;
    memmove(&d->members[i], &d->members[i + 1], (--d->n_members - i) * sizeof d->members[0]);
    return;
  }
}

// An index has that member.
static inline void given_in_index(struct decision *d, const char *index, const char *member) {
  given_out_of_index(d, index, member);
  assert_true(d->n_members < DECISION_MEMBERS);
  size_t at = d->n_members++;
  for (; at > 0 && strcmp(d->members[at - 1].member, member) > 0; at--) d->members[at] = d->members[at - 1];
  d->members[at] =
      (struct decision_member){.index = arena_text(&d->arena, index), .member = arena_text(&d->arena, member)};
}

static inline bool decision_in_index(const struct decision *d, const char *index, const char *member) {
  for (size_t i = 0; i < d->n_members; i++)
    if (strcmp(d->members[i].index, index) == 0 && strcmp(d->members[i].member, member) == 0) return true;
  return false;
}

static inline void decision_read_page(struct decision *d, struct page *p) {
  p->members = arena_take(&d->arena, (p->limit + 1) * sizeof *p->members);
  p->n_members = 0;
  p->known = true;
  for (size_t i = 0; i < d->n_members && !p->more; i++) {
    const struct decision_member *member = &d->members[i];
    if (strcmp(member->index, p->index) != 0) continue;
    if (p->after && strcmp(member->member, p->after) <= 0) continue;
    if (p->n_members == p->limit)
      p->more = true;
    else
      p->members[p->n_members++] = (char *)member->member;
  }
}

// The area's audit goes on with that entry (kept as it is, not copied).
static inline void given_in_audit(struct decision *d, const AuditEntry *e) {
  assert_true(d->n_audit < DECISION_AUDIT);
  d->audit[d->n_audit++] = e;
}

static inline void decision_read_trail(struct decision *d, struct trail *t) {
  t->entries = arena_take(&d->arena, (t->limit + 1) * sizeof *t->entries);
  t->known = true;
  for (; t->last < d->n_audit && t->last < t->after + t->limit; t->last++) {
    const AuditEntry *e = d->audit[t->last];
    for (size_t i = 0; i < e->n_subjects; i++)
      if (!strcmp(e->subjects[i], t->subject)) t->entries[t->n_entries++] = e;
  }
  t->more = t->last == t->after + t->limit;
}

// Reads what was wanted and is not known yet, as the runtime does. False: everything was known.
static inline bool decision_read(struct decision *d, struct records *have) {
  bool news = have->n_unknown > 0;
  for (struct record *r = have->first; r; r = r->next) {
    const struct record *there = decision_find(d, r->type, r->id);
    if (r->known && !(r->presumed && there && there->version)) continue;
    r->known = true;
    r->presumed = false;
    r->version = there ? there->version : 0;
    r->body = r->version ? there->body : NULL;
    news = true;
  }
  for (struct page *p = have->pages; p; p = p->next) {
    if (p->known) continue;
    decision_read_page(d, p);
    news = true;
  }
  for (struct trail *t = have->trails; t; t = t->next) {
    if (t->known) continue;
    decision_read_trail(d, t);
    news = true;
  }
  have->n_unknown = 0;
  return news;
}

static inline struct change decision_run(struct decision *d, const struct row *row) {
  struct records *have = arena_take(&d->arena, sizeof *have);
  records_init(have, &d->arena);
  for (int round = 0;; round++) {
    assert_true(round < DECISION_ROUNDS);
    if (row->needs) row->needs(have, &d->m);
    if (decision_read(d, have)) continue;
    struct change c = access_decide(have, &d->m, row->decide);
    if (!have->n_unknown) return c;
  }
}

// What the service decides about a command, an event or an outcome. A command of a role that may not send it is
// refused, and who is out of the actor's reach is not there, as the runtime answers.
static inline struct change decided(struct decision *d, const void *body) {
  const ProtobufCMessageDescriptor *type = ((const ProtobufCMessage *)body)->descriptor;
  for (const struct row *row = d->service->rows; row->body || row->timer; row++) {
    if (row->kind == ROW_TIMER || row->body != type) continue;
    d->m.type = type->short_name;
    d->m.body = body;
    d->m.timer = NULL;
    d->m.access = row->kind == ROW_COMMAND ? access_find(type) : NULL;
    if (row->kind == ROW_COMMAND && !(access_senders(d->m.access) & access_roles(d->m.roles))) {
      struct err why = access_refusal(d->m.access);
      return refuse(&d->m, why.code, why.field, why.why);
    }
    return decision_run(d, row);
  }
  fail_msg("%s has no row for %s", d->service->name, type->name);
  return change_of(&d->m);
}

// What the service decides when its timer "<row's timer>/<rest>" comes due.
static inline struct change decided_timer(struct decision *d, const char *name) {
  const char *slash = strchr(name, '/');
  assert_non_null(slash);
  for (const struct row *row = d->service->rows; row->body || row->timer; row++) {
    if (row->kind != ROW_TIMER || strncmp(row->timer, name, (size_t)(slash - name)) != 0) continue;
    if (row->timer[slash - name]) continue;
    d->m.type = row->timer;
    d->m.body = NULL;
    d->m.access = NULL;
    d->m.timer = slash + 1;
    return decision_run(d, row);
  }
  fail_msg("%s has no row for the timer %s", d->service->name, name);
  return change_of(&d->m);
}

// Makes what a change wrote and indexed part of the world.
static inline void decision_commit(struct decision *d, const struct change *c) {
  assert_false(change_refused(c));
  for (const struct change_record *w = c->records; w; w = w->next)
    given(d, w->body->descriptor, w->id, decision_version(d, w->body->descriptor, w->id) + 1, w->body);
  for (const struct change_erasure *e = c->erasures; e; e = e->next)
    if (decision_find(d, e->type, e->id)) given(d, e->type, e->id, 0, NULL);
  for (const struct change_index *i = c->indexes; i; i = i->next) {
    if (i->remove)
      given_out_of_index(d, i->index, i->member);
    else
      given_in_index(d, i->index, i->member);
  }
}

// What a change writes under that type and id (NULL id: the first of the type), or NULL.
static inline const void *written(const struct change *c, const ProtobufCMessageDescriptor *type, const char *id) {
  for (const struct change_record *w = c->records; w; w = w->next)
    if (w->body->descriptor == type && (!id || strcmp(w->id, id) == 0)) return w->body;
  return NULL;
}

// The first event of that type that a change publishes, or NULL.
static inline const void *published(const struct change *c, const ProtobufCMessageDescriptor *type) {
  for (const struct change_event *e = c->events; e; e = e->next)
    if (e->body->descriptor == type) return e->body;
  return NULL;
}

// When a change sets that timer; 0 where it clears it, -1 where it leaves it alone.
static inline int64_t timer_set(const struct change *c, const char *name) {
  for (const struct change_timer *t = c->timers; t; t = t->next)
    if (strcmp(t->name, name) == 0) return t->due_at_ms;
  return -1;
}

// Refused with that code and, unless `field` is NULL, with an error for that field.
static inline void assert_refused(const struct change *c, Code code, const char *field) {
  if (!c->problem) fail_msg("it was not refused");
  if (c->problem->code != code) fail_msg("refused with %d, not %d: %s", c->problem->code, code, c->problem->why);
  if (!field) return;
  for (size_t i = 0; i < c->problem->n_fields; i++)
    if (strcmp(c->problem->fields[i]->field, field) == 0) return;
  fail_msg("no error for %s, but for %s: %s", field, c->problem->n_fields ? c->problem->fields[0]->field : "no field",
           c->problem->why);
}

static inline void assert_done(const struct change *c) {
  if (c->problem) fail_msg("refused: %s %s", c->problem->why, c->problem->n_fields ? c->problem->fields[0]->field : "");
}
