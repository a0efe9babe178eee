// The staff, mentors and people that the tests of safeguarding tell their stories with. All are invented.
#pragma once
#include "decision.h"
#include "matching.pb-c.h"
#include "safeguarding.h"
#include <stdlib.h>

#define CRN "X123456"
#define MENTOR_ID "7a000000-0000-4000-8000-000000000001"
#define OFFER_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7a01"
#define DISCLOSURE_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7b01"
#define ACTION_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7c01"
#define ALERT_TIMER "alert/" DISCLOSURE_ID
#define MINUTE_MS INT64_C(60000)

struct story {
  struct decision d;
  const void *settings;
  Person *person;
  Offer *offer;
};

static inline Narrative *narrative(struct decision *d, const char *text) {
  Narrative *n = arena_take(&d->arena, sizeof *n);
  narrative__init(n);
  n->text = (char *)text;
  return n;
}

static inline Staff *staff_of(struct decision *d, const char *code, const char *telephone, const char *email) {
  Staff *staff = arena_take(&d->arena, sizeof *staff);
  staff__init(staff);
  staff->code = (char *)code;
  staff->personal = arena_take(&d->arena, sizeof *staff->personal);
  personal_details__init(staff->personal);
  staff->personal->telephone = (char *)telephone;
  staff->personal->email = (char *)email;
  return staff;
}
static inline void given_staff(struct decision *d, const char *code, const char *telephone, const char *email) {
  given(d, &staff__descriptor, code, 1, staff_of(d, code, telephone, email));
}

// A rota with one duty on each level; ends with NULL.
static inline OnCallRota *rota_with(struct decision *d, const char *const *codes) {
  OnCallRota *rota = arena_take(&d->arena, sizeof *rota);
  on_call_rota__init(rota);
  rota->levels = arena_take(&d->arena, (ROTA_LEVELS + 2) * sizeof *rota->levels);
  for (; codes[rota->n_levels]; rota->n_levels++) {
    OnCallDuty *duty = arena_take(&d->arena, sizeof *duty);
    OnCallLevel *level = arena_take(&d->arena, sizeof *level);
    on_call_duty__init(duty);
    on_call_level__init(level);
    duty->staff = (char *)codes[rota->n_levels];
    level->n_duties = 1;
    level->duties = arena_copy(&d->arena, &duty, sizeof duty);
    rota->levels[rota->n_levels] = level;
  }
  return rota;
}
#define ROTA(d, ...) rota_with(d, (const char *const[]){__VA_ARGS__, NULL})
static inline void given_rota(struct decision *d, OnCallRota *rota) {
  given(d, &on_call_rota__descriptor, "rota", 1, rota);
}

static inline void as_mentor(struct decision *d) {
  decision_as(d, MENTOR_ID, MAY(MENTOR));
}
static inline void as_lead(struct decision *d) {
  decision_as(d, "L01A001", MAY(SAFEGUARDING_LEAD));
}

static inline void given_match(struct story *s) {
  PersonsOffer *standing = arena_take(&s->d.arena, sizeof *standing);
  persons_offer__init(standing);
  standing->offer_id = OFFER_ID;
  s->offer = arena_take(&s->d.arena, sizeof *s->offer);
  offer__init(s->offer);
  s->offer->id = OFFER_ID;
  s->offer->crn = CRN;
  s->offer->mentor_id = MENTOR_ID;
  s->offer->state = OFFER_STATE__ACCEPTED;
  given(&s->d, &persons_offer__descriptor, CRN, 1, standing);
  given(&s->d, &offer__descriptor, OFFER_ID, 1, s->offer);
}

// A person of practitioner N07A123 with a mentor; two leads on call, one level each, and their head on a third.
static inline int story_begin(void **state) {
  struct story *s = calloc(1, sizeof *s);
  struct config config = {.pathways = "config/pathways", .public_url = "https://alongside.example/"};
  char errors[512] = "";
  if (safeguarding_load(&config, &s->settings, errors, sizeof errors)) fail_msg("%s", errors);
  decision_begin(&s->d, &safeguarding, s->settings);
  s->person = arena_take(&s->d.arena, sizeof *s->person);
  person__init(s->person);
  s->person->crn = CRN;
  s->person->practitioner = "N07A123";
  given(&s->d, &person__descriptor, CRN, 1, s->person);
  given_match(s);
  given_staff(&s->d, "L01A001", "+447700900101", "lead@example.org");
  given_staff(&s->d, "L01A002", "+447700900102", "second@example.org");
  given_staff(&s->d, "H01A001", "+447700900103", "");
  given_rota(&s->d, ROTA(&s->d, "L01A001", "L01A002", "H01A001"));
  as_mentor(&s->d);
  *state = s;
  return 0;
}
static inline int story_end(void **state) {
  struct story *s = *state;
  decision_end(&s->d);
  safeguarding_settings_free(s->settings);
  free(s);
  return 0;
}
#define STORY(test) cmocka_unit_test_setup_teardown(test, story_begin, story_end)

static inline Disclosure *disclosure_of(struct decision *d) {
  Disclosure *disclosure = arena_take(&d->arena, sizeof *disclosure);
  disclosure__init(disclosure);
  disclosure->id = DISCLOSURE_ID;
  disclosure->crn = "x123456";
  disclosure->kind = DISCLOSURE_KIND__RISK_TO_CHILD;
  disclosure->extract = narrative(d, "He said that he hits the boy.");
  disclosure->said_at = timestamp_of(&d->arena, DECISION_NOW_MS - 5 * MINUTE_MS);
  disclosure->told = ANSWER__YES;
  return disclosure;
}
static inline struct change raised(struct decision *d, Disclosure *disclosure) {
  RaiseDisclosure *cmd = arena_take(&d->arena, sizeof *cmd);
  raise_disclosure__init(cmd);
  cmd->disclosure = disclosure;
  return decided(d, cmd);
}
static inline struct change given_disclosure(struct decision *d, Disclosure *disclosure) {
  as_mentor(d);
  struct change c = raised(d, disclosure);
  assert_done(&c);
  decision_commit(d, &c);
  return c;
}
static inline const DisclosureWatch *watch_now(struct decision *d) {
  return decision_record(d, &disclosure_watch__descriptor, DISCLOSURE_ID);
}
static inline struct change acknowledged(struct decision *d) {
  AcknowledgeDisclosure *cmd = arena_take(&d->arena, sizeof *cmd);
  acknowledge_disclosure__init(cmd);
  cmd->id = DISCLOSURE_ID;
  return decided(d, cmd);
}

// The n-th message that a change asks for (from 0), or NULL.
static inline const MessageRequested *message_at(const struct change *c, size_t n) {
  for (const struct change_event *e = c->events; e; e = e->next)
    if (e->body->descriptor == &message_requested__descriptor && !n--) return (const MessageRequested *)e->body;
  return NULL;
}
static inline size_t n_events(const struct change *c, const ProtobufCMessageDescriptor *type) {
  size_t n = 0;
  for (const struct change_event *e = c->events; e; e = e->next) n += e->body->descriptor == type;
  return n;
}
static inline size_t n_messages(const struct change *c) {
  return n_events(c, &message_requested__descriptor);
}
