// The overview of matching (service.h): all mentors of an area in a pool, so that a decision about one person reads the
// records of the best, and not those of everybody.
#pragma once
#include "intake.pb-c.h"
#include "pool.h"
#include "service.h"

struct pool_overview {
  struct pool *pool;
  // Ids of mentors for whom the pool has no room (see pool_put). They are few, and their records are always looked at.
  struct pool_texts beside;
  size_t room_beside;
};

extern const struct overview pool_of_mentors; // of struct pool_overview

// Both as the rules see them: the one place that says what of a record the rules go by. Texts are the record's; the
// lists that are joined are in the arena.
struct pool_mentor pool_mentor_of(struct arena *a, const Mentor *mentor, uint64_t version);
// `person` has a wish for a mentor.
struct pool_person pool_person_of(struct arena *a, const Person *person);
