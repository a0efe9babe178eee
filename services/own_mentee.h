// Whether a person is a mentor's own: matched by an offer that was accepted and has not ended.
//
// The link in the notice of an offer is a mentor's too, but opens that offer and nothing else (Actor.only).
#pragma once
#include "change.h"
#include "matching.pb-c.h"
#include "text.h"
#include <string.h>

// For `needs`. `crn` in capitals, or NULL.
static inline void want_own_mentee(struct records *want, const char *crn) {
  const PersonsOffer *standing = records_want(want, &persons_offer__descriptor, crn);
  if (standing) records_want(want, &offer__descriptor, standing->offer_id);
}

// For `decide`, on the same person.
static inline bool is_own_mentee(const struct records *have, const struct message *m, const char *crn) {
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  const Offer *offer = standing ? records_get(have, &offer__descriptor, standing->offer_id) : NULL;
  return offer && text_is_empty(m->actor->only) && offer->state == OFFER_STATE__ACCEPTED && !offer->ended_at &&
         strcmp(offer->mentor_id, m->actor->id) == 0;
}
