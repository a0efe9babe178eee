// The people, mentors and settings that the tests of matching tell their stories with.
#pragma once
#include "choice_words.h"
#include "decision.h"
#include "matching.h"
#include <stdlib.h>

#define DAY_MS (INT64_C(24) * 3600 * 1000)
#define CRN "X123456"
#define OTHER_CRN "X654321"
#define OFFER_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7a01"
#define OTHER_OFFER_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7a02"

// An id for the n-th mentor; ids are in the order of n.
static inline char *mentor_id(struct decision *d, unsigned n) {
  return arena_printf(&d->arena, "7a000000-0000-4000-8000-%012u", n);
}

// A list of texts that ends with NULL, as protobuf-c wants it.
#define LIST(message, field, ...)                                                                                      \
  list_of((char *[]){__VA_ARGS__, NULL}, &(message)->n_##field, &(message)->field, &d->arena)
static inline void list_of(char **texts, size_t *n, char ***list, struct arena *a) {
  for (*n = 0; texts[*n];) ++*n;
  *list = arena_copy(a, texts, (*n + 1) * sizeof *texts);
}

// A person who wants a mentor, whose conflicts were looked into, and who asks for nothing in particular but a place.
static inline Person *person_of(struct decision *d, const char *crn) {
  Person *person = arena_take(&d->arena, sizeof *person);
  person__init(person);
  person->crn = (char *)crn;
  person->practitioner = "N07A123";
  person->language = LANGUAGE__ENGLISH;
  person->mentoring = arena_take(&d->arena, sizeof *person->mentoring);
  mentoring_wish__init(person->mentoring);
  person->mentoring->wanted = person->mentoring->conflicts_checked = true;
  LIST(person->mentoring, places, "Tottenham");
  return person;
}

// A mentor with three places, vetted and supervised for a year, who suits that person and has nothing special.
static inline Mentor *mentor_of(struct decision *d, unsigned n) {
  Mentor *mentor = arena_take(&d->arena, sizeof *mentor);
  mentor__init(mentor);
  mentor->id = mentor_id(d, n);
  mentor->personal = arena_take(&d->arena, sizeof *mentor->personal);
  personal_details__init(mentor->personal);
  mentor->personal->given_name = "Siân";
  mentor->personal->family_name = "O'Neill";
  mentor->personal->telephone = "+447700900123";
  mentor->channel = CHANNEL__SMS;
  mentor->language = LANGUAGE__ENGLISH;
  mentor->gender = GENDER__WOMAN;
  LIST(mentor, languages, "en");
  LIST(mentor, places, "Tottenham");
  mentor->capacity = 3;
  mentor->vetted_until = timestamp_of(&d->arena, DECISION_NOW_MS + 365 * DAY_MS);
  mentor->supervised_until = timestamp_of(&d->arena, DECISION_NOW_MS + 365 * DAY_MS);
  mentor->conflicts_checked = true;
  mentor->supervisor = "S01";
  mentor->state = MENTOR_STATE__ACTIVE;
  return mentor;
}

static inline void given_person(struct decision *d, Person *person) {
  given(d, &person__descriptor, person->crn, 1, person);
}
static inline void given_mentor(struct decision *d, Mentor *mentor) {
  given(d, &mentor__descriptor, mentor->id, 1, mentor);
  given_in_index(d, "mentors", mentor->id);
}

// Makes what a change did part of the world, and lets the service hear its own events.
static inline void commit_and_hear(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
  for (const struct change_event *e = c.events; e; e = e->next)
    for (const struct row *row = matching.rows; row->body || row->timer; row++) {
      if (row->kind != ROW_EVENT || row->body != e->body->descriptor) continue;
      struct change heard = decided(d, e->body);
      assert_done(&heard);
      decision_commit(d, &heard);
    }
}

static inline void as_coordinator(struct decision *d) {
  d->actor.only = "";
  decision_as(d, "C01", MAY(COORDINATOR));
}
// The mentor, through the link of one offer; `offer` NULL: with a token of their own.
static inline void as_mentor(struct decision *d, unsigned n, const char *offer) {
  d->actor.only = offer ? arena_printf(&d->arena, "Offer/%s", offer) : "";
  decision_as(d, mentor_id(d, n), MAY(MENTOR));
}

static const struct matching_settings *world_settings(void) {
  static OfferText en = {.subject = "You have a new request", .text = "Answer by {until}: {link}"};
  static OfferText cy = {.subject = "Mae gennych gais newydd", .text = "Atebwch erbyn {until}: {link}"};
  static OfferText meetings_en = {.subject = "Your meetings have changed", .text = "Please look: {link}"};
  static OfferText meetings_cy = {.subject = "Mae eich cyfarfodydd wedi newid", .text = "Edrychwch: {link}"};
  static OfferWording wording = {.en = &en, .cy = &cy}, bookings = {.en = &meetings_en, .cy = &meetings_cy};
  static struct matching_settings settings = {
      .public_url = "https://alongside.example", .wording = &wording, .bookings = &bookings};
  char errors[256];
  static struct arena arena;
  if (!settings.weights) {
    arena_init(&arena, ARENA_CAP_BYTES);
    settings.weights = weights_load("config/weights", NULL, errors, sizeof errors);
    settings.choices = choice_words_load(&arena, "config/choices.yaml", errors, sizeof errors);
  }
  assert_non_null(settings.weights);
  assert_non_null(settings.choices);
  return &settings;
}

// One conflict of the message, a wish or a mentor.
#define CONFLICT(message, said_kind, whom)                                                                             \
  conflict_of(CONFLICT_KIND__##said_kind, whom, &(message)->n_conflicts, &(message)->conflicts, &d->arena)
static inline void conflict_of(ConflictKind kind, const char *whom, size_t *n, Conflict ***list, struct arena *a) {
  Conflict *conflict = arena_take(a, sizeof *conflict);
  conflict__init(conflict);
  conflict->kind = kind;
  conflict->with = (char *)whom;
  *list = arena_take(a, sizeof **list);
  (*list)[0] = conflict;
  *n = 1;
}

// One story: a world, its coordinator, one person and one mentor (number 1).
struct story {
  struct decision d;
  Person *person;
  Mentor *mentor;
};

static inline int story_begin(void **state) {
  struct story *s = calloc(1, sizeof *s);
  assert_non_null(s);
  decision_begin(&s->d, &matching, world_settings());
  as_coordinator(&s->d);
  s->person = person_of(&s->d, CRN);
  s->mentor = mentor_of(&s->d, 1);
  given_person(&s->d, s->person);
  given_mentor(&s->d, s->mentor);
  *state = s;
  return 0;
}
static inline int story_end(void **state) {
  struct story *s = *state;
  decision_end(&s->d);
  free(s);
  return 0;
}
#define STORY(test) cmocka_unit_test_setup_teardown(test, story_begin, story_end)

// The coordinator offers the person to the mentor; what follows is not committed yet.
static inline struct change offered(struct decision *d, const char *id, const char *crn, unsigned mentor) {
  Offer *offer = arena_take(&d->arena, sizeof *offer);
  offer__init(offer);
  offer->id = (char *)id;
  offer->crn = (char *)crn;
  offer->mentor_id = mentor_id(d, mentor);
  MakeOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  make_offer__init(cmd);
  cmd->offer = offer;
  as_coordinator(d);
  return decided(d, cmd);
}
static inline void given_offer(struct decision *d, const char *id, const char *crn, unsigned mentor) {
  struct change c = offered(d, id, crn, mentor);
  assert_done(&c);
  decision_commit(d, &c);
}
