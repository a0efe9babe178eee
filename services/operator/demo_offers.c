// Offers of a demonstration. A person ranked by a machine is offered by a named human: here that is the bearer of the
// token. Where the store can be reached, mentors answer too, each with a token of their own that is gone afterwards.
#include "demo.h"
#include "token.h"
#include <stdio.h>

enum {
  TOKEN_MS = 10 * 60000
};

// What is at hand for the answers; `can_answer` is false where the store cannot be reached.
struct answering {
  struct demo *d;
  struct sync sync;
  bool can_answer;
};

static int send_message(struct demo *d, const char *method, const char *path, const ProtobufCMessage *message) {
  struct buffer body = {0}, answer = {0};
  if (message)
    json_write(&body, message);
  else
    buffer_text(&body, "{}");
  int status = door_send(d->door, method, path, "application/json", &body, &answer);
  if (status >= 400 && status != 409 && status != 422) door_complain(status, &answer);
  buffer_free(&body);
  buffer_free(&answer);
  return status;
}

// Most accept, some decline.
static void answer_offer(struct answering *x, const Offer *offer, struct dice *dice) {
  struct demo *d = x->d;
  Role role = ROLE__MENTOR;
  Token token = TOKEN__INIT;
  char text[TOKEN_TEXT];
  token.actor = offer->mentor_id;
  token.n_roles = token.n_areas = 1;
  token.roles = &role;
  token.areas = (char **)&d->area->id;
  token.note = "demonstration";
  token.only = arena_printf(&d->arena, "Offer/%s", offer->id);
  token.expires_at_ms = d->now_ms + TOKEN_MS;
  if (!token_issue(&x->sync, &token, text)) return;
  const char *verb = dice_chance(dice, 82) ? "accept" : "decline";
  door_use_token(d->door, text);
  send_message(d, "POST", arena_printf(&d->arena, "/v1/areas/%s/offers/%s/%s", d->area->id, offer->id, verb), NULL);
  door_use_token(d->door, NULL);
  token_withdraw(&x->sync, text);
}

static bool make_offer(struct demo *d, const char *crn, Offer *offer) {
  const char *path = arena_printf(&d->arena, "/v1/areas/%s/people/%s/candidates?limit=1", d->area->id, crn);
  const Candidates *found = door_read(d->door, path, &candidates__descriptor, &d->arena, NULL);
  if (!found || !found->n_candidates) return false;
  offer->crn = (char *)crn;
  offer->mentor_id = found->candidates[0]->mentor_id;
  path = arena_printf(&d->arena, "/v1/areas/%s/offers/%s", d->area->id, offer->id);
  int status = send_message(d, "PUT", path, &offer->base);
  demo_result(d, 0, status, NULL);
  return status == 201;
}

// An offer that is there already stays as it is.
static void offer_person(struct answering *x, unsigned person) {
  struct demo *d = x->d;
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
  else if (make_offer(d, crn, &offer) && x->can_answer && demo_mentor_roll(d, person) < DEMO_HAS)
    answer_offer(x, &offer, &dice);
  arena_reset(&d->arena);
}

void demo_offers(struct demo *d) {
  struct answering x = {.d = d};
  progress_begin(&d->progress, "offers", d->n_people);
  x.can_answer = d->config.redis && d->config.keys && sync_open(&x.sync, "operator");
  for (unsigned i = 0; i < d->n_people; i++) {
    if (demo_mentor_roll(d, i) < DEMO_OFFERED) offer_person(&x, i);
    progress_at(&d->progress, i + 1);
  }
  progress_end(&d->progress);
  if (x.can_answer) sync_close(&x.sync);
}
