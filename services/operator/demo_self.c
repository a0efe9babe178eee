// What invented people say of themselves. Some say nothing, and some leave an answer out.
#include "demo.h"
#include <string.h>

// The place of the roll among shares in percent, from 1; 0: not said.
static unsigned one_in(struct dice *dice, const unsigned *percents, unsigned n) {
  unsigned roll = dice_below(dice, 100), sum = 0;
  for (unsigned i = 0; i < n; i++) {
    sum += percents[i];
    if (roll < sum) return i + 1;
  }
  return 0;
}
#define ONE_IN(DICE, ...)                                                                                              \
  one_in(DICE, (const unsigned[]){__VA_ARGS__}, sizeof((const unsigned[]){__VA_ARGS__}) / sizeof(unsigned))

static bool asks_for_urdu(struct demo *d, unsigned person) {
  const MentoringWish *w = demo_person(d, person)->mentoring;
  return w && !strcmp(w->languages[0], "ur");
}

DescribeSelf *demo_self(struct demo *d, unsigned person) {
  struct dice dice = dice_of(d->seed, "self", person, 0);
  if (demo_mentor_roll(d, person) >= DEMO_WANTS || dice_chance(&dice, 10)) return NULL;
  DescribeSelf *self = arena_take(&d->arena, sizeof *self);
  describe_self__init(self);
  self->crn = arena_take(&d->arena, 8);
  demo_crn(d, person, self->crn);
  self->said = arena_take(&d->arena, sizeof *self->said);
  self_description__init(self->said);
  self->said->age = (AgeBand)ONE_IN(&dice, 22, 34, 26, 12);
  self->said->sex = (Sex)ONE_IN(&dice, 24, 72);
  self->said->ethnicity = (Ethnicity)ONE_IN(&dice, 16, 18, 8, 46, 4);
  if (asks_for_urdu(d, person)) self->said->ethnicity = ETHNICITY__ASIAN;
  self->said->disability = (Answer)ONE_IN(&dice, 28, 60);
  self->said->religion = (Religion)ONE_IN(&dice, 34, 1, 30, 3, 1, 16, 2, 3);
  return self;
}
