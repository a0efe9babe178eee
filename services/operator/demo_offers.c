// Offers of a demonstration. A person ranked by a machine is offered by a named human: here that is the bearer of the
// token. Where the store can be reached, mentors answer too.
#include "demo.h"

// Most accept, some decline.
static void answer_offer(struct demo *d, const Offer *offer, struct dice *dice) {
  const struct demo_somebody mentor = {
      .actor = offer->mentor_id, .role = ROLE__MENTOR, .only = arena_printf(&d->arena, "Offer/%s", offer->id)};
  const char *verb = dice_chance(dice, 82) ? "accept" : "decline";
  const char *path = arena_printf(&d->arena, "/v1/areas/%s/offers/%s/%s", d->area->id, offer->id, verb);
  demo_send_as(d, &mentor, "POST", path, NULL);
}

static bool make_offer(struct demo *d, const char *crn, Offer *offer) {
  const char *path = arena_printf(&d->arena, "/v1/areas/%s/people/%s/candidates?limit=1", d->area->id, crn);
  const Candidates *found = door_read(d->door, path, &candidates__descriptor, &d->arena, NULL);
  if (!found || !found->n_candidates) return false;
  offer->crn = (char *)crn;
  offer->mentor_id = found->candidates[0]->mentor_id;
  path = arena_printf(&d->arena, "/v1/areas/%s/offers/%s", d->area->id, offer->id);
  int status = demo_send(d, "PUT", path, &offer->base);
  demo_result(d, 0, status, NULL);
  return status == 201;
}

// An offer that is there already stays as it is.
static void offer_person(struct demo *d, unsigned person) {
  struct dice dice = dice_of(d->seed, "offer", person, 0);
  char id[37], crn[8];
  int status;
  Offer offer = OFFER__INIT;
  dice_uuid(&dice, id);
  demo_crn(d, person, crn);
  offer.id = id;
  const char *path = arena_printf(&d->arena, "/v1/areas/%s/offers/%s", d->area->id, id);
  if (door_read(d->door, path, &offer__descriptor, &d->arena, &status) || status != 404)
    demo_result(d, 0, 200, NULL);
  else if (make_offer(d, crn, &offer) && d->store && demo_mentor_roll(d, person) < DEMO_HAS)
    answer_offer(d, &offer, &dice);
  arena_reset(&d->arena);
}

void demo_offers(struct demo *d) {
  progress_begin(&d->progress, "offers", d->n_people);
  for (unsigned i = 0; i < d->n_people; i++) {
    if (demo_mentor_roll(d, i) < DEMO_OFFERED) offer_person(d, i);
    progress_at(&d->progress, i + 1);
  }
  progress_end(&d->progress);
}

void demo_count_fairness(struct demo *d) {
  demo_send(d, "POST", arena_printf(&d->arena, "/v1/areas/%s/fairness/count", d->area->id), NULL);
}
