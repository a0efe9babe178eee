// Who there is in a demonstration: people and mentors.
#include "calendar.h"
#include "demo.h"
#include <stdio.h>
#include <string.h>

enum {
  DAY_MS = 86400000,
  DRAMA_NUMBERS = 1000, // +447700900000 to +447700900999, which Ofcom keeps free for drama
  PEOPLE_OF_A_SEED = 5000
};

void demo_crn(const struct demo *d, unsigned person, char out[8]) {
  snprintf(out, 8, "D%06u", (unsigned)(d->seed % 200) * PEOPLE_OF_A_SEED + person % PEOPLE_OF_A_SEED);
}

char *demo_staff(struct demo *d, unsigned practitioner) {
  return arena_printf(&d->arena, "DEMO%02u", practitioner % DEMO_PRACTITIONERS + 1);
}

void demo_mentor_id(const struct demo *d, unsigned mentor, char out[37]) {
  struct dice dice = dice_of(d->seed, "mentor-id", mentor, 0);
  dice_uuid(&dice, out);
}

unsigned demo_mentor_roll(const struct demo *d, unsigned person) {
  struct dice dice = dice_of(d->seed, "wants-mentor", person, 0);
  return dice_below(&dice, 100);
}

char **demo_some(struct demo *d, struct dice *dice, const char *const *words, size_t n, size_t *n_out) {
  char **some = arena_take(&d->arena, (n + 1) * sizeof *some);
  size_t taken = 0;
  for (size_t i = 0; i < n; i++) {
    const char *word = demo_one_of(dice, words);
    bool twice = false;
    for (size_t j = 0; j < taken; j++) twice |= !strcmp(some[j], word);
    if (!twice) some[taken++] = (char *)word;
  }
  *n_out = taken;
  return some;
}

static bool speaks_welsh(struct dice *dice) {
  return dice_chance(dice, 8);
}

PersonalDetails *demo_details(struct demo *d, struct dice *dice, unsigned number) {
  PersonalDetails *p = arena_take(&d->arena, sizeof *p);
  personal_details__init(p);
  bool welsh = dice_chance(dice, 15);
  p->given_name = (char *)demo_one_of(dice, welsh ? demo_given_names_cy : demo_given_names);
  const char *family = demo_one_of(dice, welsh ? demo_family_names_cy : demo_family_names);
  p->family_name = arena_printf(&d->arena, "%s (invented)", family);
  p->telephone = arena_printf(&d->arena, "+447700900%03u", number % DRAMA_NUMBERS);
  p->email = arena_printf(&d->arena, "%s.%s.%u@example.invalid", p->given_name, family, number);
  return p;
}

// --- people

// One in four has no e-mail address, some have no telephone.
static PersonalDetails *details_of_person(struct demo *d, struct dice *dice, unsigned person) {
  PersonalDetails *p = demo_details(d, dice, person);
  char *none = (char *)protobuf_c_empty_string;
  if (dice_chance(dice, 6)) p->telephone = none;
  if (dice_chance(dice, 25)) p->email = none;
  if (dice_chance(dice, 2)) p->safe_contact = "Invented instruction: ring before ten, and say only the first name.";
  return p;
}

static Answer answer(struct dice *dice, unsigned percent_yes, unsigned percent_no) {
  unsigned roll = dice_below(dice, 100);
  return roll < percent_yes ? ANSWER__YES : roll < percent_yes + percent_no ? ANSWER__NO : ANSWER__UNKNOWN;
}

static Consent *consent(struct demo *d, struct dice *dice) {
  Consent *c = arena_take(&d->arena, sizeof *c);
  consent__init(c);
  c->texts = answer(dice, 72, 12);
  c->emails = answer(dice, 50, 20);
  return c;
}

static Whereabouts whereabouts(struct dice *dice) {
  unsigned roll = dice_below(dice, 100);
  if (roll < 90) return WHEREABOUTS__COMMUNITY;
  if (roll < 96) return WHEREABOUTS__CUSTODY;
  return roll < 97 ? WHEREABOUTS__AT_LARGE : WHEREABOUTS__WHEREABOUTS_UNKNOWN;
}

static MentoringWish *wish(struct demo *d, struct dice *dice, bool welsh) {
  static char *english[] = {"en"}, *both[] = {"cy", "en"}, *urdu[] = {"ur"};
  MentoringWish *w = arena_take(&d->arena, sizeof *w);
  mentoring_wish__init(w);
  w->wanted = w->conflicts_checked = true;
  w->experiences = demo_some(d, dice, demo_experiences, dice_below(dice, 3), &w->n_experiences);
  w->n_languages = welsh ? 2 : 1;
  w->languages = welsh ? both : english;
  w->availability = demo_some(d, dice, demo_slots, 2 + dice_below(dice, 4), &w->n_availability);
  w->places = demo_some(d, dice, demo_meeting_places, dice_below(dice, 3), &w->n_places);
  w->remote = dice_chance(dice, 45);
  if (dice_chance(dice, 15)) w->gender = dice_chance(dice, 50) ? GENDER__WOMAN : GENDER__MAN;
  if (dice_chance(dice, 15)) { // which no mentor speaks, so that the report fairness has something to say
    w->n_languages = 1;
    w->languages = urdu;
  }
  return w;
}

Person *demo_person(struct demo *d, unsigned person) {
  struct dice dice = dice_of(d->seed, "person", person, 0);
  Person *p = arena_take(&d->arena, sizeof *p);
  person__init(p);
  p->crn = arena_take(&d->arena, 8);
  demo_crn(d, person, p->crn);
  p->practitioner = demo_staff(d, dice_below(&dice, DEMO_PRACTITIONERS));
  p->personal = details_of_person(d, &dice, person);
  p->language = speaks_welsh(&dice) ? LANGUAGE__WELSH : LANGUAGE__ENGLISH;
  p->consent = consent(d, &dice);
  p->preferred_channel = dice_chance(&dice, 70) ? CHANNEL__SMS : CHANNEL__EMAIL;
  p->whereabouts = whereabouts(&dice);
  if (demo_mentor_roll(d, person) < DEMO_WANTS) p->mentoring = wish(d, &dice, p->language == LANGUAGE__WELSH);
  return p;
}

// --- mentors

// The first day of a month so many months after the end of this year, so that it stays the same for as long as it can.
static Google__Protobuf__Timestamp *months_on(struct demo *d, unsigned months) {
  int64_t year = 364 * (d->now_ms / DAY_MS / 364);
  return timestamp_of(&d->arena, (year + 364 + 28 * (int64_t)months) * DAY_MS);
}

static void place_mentor(struct demo *d, struct dice *dice, Mentor *m) {
  static char *english[] = {"en"}, *both[] = {"cy", "en"};
  bool welsh = speaks_welsh(dice) || dice_chance(dice, 8);
  m->language = welsh ? LANGUAGE__WELSH : LANGUAGE__ENGLISH;
  m->n_languages = welsh ? 2 : 1;
  m->languages = welsh ? both : english;
  m->availability = demo_some(d, dice, demo_slots, 4 + dice_below(dice, 6), &m->n_availability);
  m->places = demo_some(d, dice, demo_meeting_places, 1 + dice_below(dice, 3), &m->n_places);
  m->remote = dice_chance(dice, 60);
}

Mentor *demo_mentor(struct demo *d, unsigned mentor) {
  struct dice dice = dice_of(d->seed, "mentor", mentor, 0);
  Mentor *m = arena_take(&d->arena, sizeof *m);
  mentor__init(m);
  m->id = arena_take(&d->arena, 37);
  demo_mentor_id(d, mentor, m->id);
  m->personal = demo_details(d, &dice, DRAMA_NUMBERS - 1 - mentor % DRAMA_NUMBERS);
  m->channel = dice_chance(&dice, 60) ? CHANNEL__SMS : CHANNEL__EMAIL;
  m->gender = dice_chance(&dice, 40) ? GENDER__WOMAN : GENDER__MAN;
  m->experiences = demo_some(d, &dice, demo_experiences, 1 + dice_below(&dice, 4), &m->n_experiences);
  place_mentor(d, &dice, m);
  m->capacity = 1 + dice_below(&dice, 5);
  m->vetted_until = months_on(d, 3 + dice_below(&dice, 24));
  m->supervised_until = months_on(d, 3);
  m->conflicts_checked = true;
  m->supervisor = arena_printf(&d->arena, "DEMOS%u", 1 + dice_below(&dice, 3));
  if (dice_chance(&dice, 50)) m->own_practitioner = demo_staff(d, dice_below(&dice, DEMO_PRACTITIONERS));
  return m;
}
