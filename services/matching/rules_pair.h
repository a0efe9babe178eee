// What a person and a mentor have in common, as both tables of the rules ask for it. See rules.h.
#pragma once
#include "rules.h"

// What was found, for the words: "alcohol, custody". What does not fit is left out; it counts all the same.
struct found {
  char text[256];
  size_t used_bytes;
};
void found_add(struct found *f, const char *item);

// How many there are that both have; each is added to `f`.
int pair_experiences(const struct pair *p, struct found *f);
int pair_languages(const struct pair *p, struct found *f);
int pair_slots(const struct pair *p, struct found *f);
// Places that the person named and where both may be.
int pair_places(const struct pair *p, struct found *f);
// Whether there is a place for them: a person who names none meets anywhere; a mentor who names none, nowhere. Neither
// goes where one of the two must not be.
bool pair_can_meet(const struct pair *p);
// The same, if nobody had to keep away from anywhere.
bool pair_could_meet(const struct pair *p);
// The language that the person prefers, as mentors' languages are written; NULL: none is known.
const char *pair_preferred_language(const Person *person);
bool pair_both_remote(const struct pair *p);
uint32_t pair_places_free(const Mentor *m);
