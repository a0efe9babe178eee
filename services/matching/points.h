// What a reason for or against a candidate is worth: to rules.c, one mentor at a time, and to the pool, all at once.
#pragma once
#include <stdint.h>

enum {
  POINTS_EXPERIENCE = 10,     // for each experience that the person asked for
  POINTS_NO_EXPERIENCE = -10, // asked for some, and this mentor has none of them
  POINTS_LANGUAGE = 5,
  POINTS_PREFERRED_LANGUAGE = 3,
  POINTS_SLOT = 2, // for each time of the week when both can
  MOST_SLOTS = 5,  // that count: who can at any time is not better than who can at five
  POINTS_NO_SLOT = -8,
  POINTS_SLOTS_NOT_KNOWN = -4,
  POINTS_PLACE = 6,
  POINTS_ONLY_REMOTE = -2,
  MOST_FREE_PLACES = 3, // a point for each: who has room comes before who has little
  POINTS_HEAVY_LOAD = -3,
  POINTS_VETTING_ENDS = -2,
};
#define RULES_VETTING_ENDS_SOON_MS (INT64_C(30) * 24 * 3600 * 1000)
