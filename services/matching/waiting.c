#include "waiting.h"
#include "access.h"
#include "apart.h"
#include "held.h"
#include "intake.pb-c.h"
#include "match_life.h"
#include <string.h>

enum {
  WAITING_SWEEP = 50 // people looked at in one part of a sweep
};
#define WEEK_MS (INT64_C(7) * 24 * 3600 * 1000)

const char *waiting_crn(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : "";
}

static char *member_of(struct arena *a, const WaitingPerson *place) {
  return arena_printf(a, "%013lld/%s", (long long)timestamp_ms(place->since), place->crn);
}

uint32_t waiting_weeks(const WaitingPerson *place, int64_t now_ms) {
  int64_t waited_ms = now_ms - timestamp_ms(place->since);
  return waited_ms > 0 ? (uint32_t)(waited_ms / WEEK_MS) : 0;
}

bool waiting_wants(const Person *person) {
  return person && person->mentoring && person->mentoring->wanted;
}

const Offer *waiting_want_standing(struct records *want, const char *crn) {
  const PersonsOffer *standing = records_want(want, &persons_offer__descriptor, crn);
  return standing ? records_want(want, &offer__descriptor, standing->offer_id) : NULL;
}

const Offer *waiting_standing(const struct records *have, const char *crn) {
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (!standing || text_is_empty(standing->offer_id)) return NULL;
  const Offer *offer = records_get(have, &offer__descriptor, standing->offer_id);
  bool stands = offer && (offer->state == OFFER_STATE__OFFERED || match_stands(offer));
  return stands ? offer : NULL;
}

// --- keeping it

static void want_place(struct records *want, const char *crn) {
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &waiting_person__descriptor, crn);
  waiting_want_standing(want, crn);
}

// A wish that a change brought begins now. One that was there at registration is as old as that; and so is, for want of
// anything better, one from before the list was kept.
static int64_t wait_begins(const struct message *m, const Person *person) {
  bool by_change = m->body && ((const ProtobufCMessage *)m->body)->descriptor == &person_changed__descriptor;
  return by_change || !person->registered_at ? m->now.ms : timestamp_ms(person->registered_at);
}

// The person's place as their records have it. `was` may be NULL.
static WaitingPerson *place_now(const struct records *have, const struct message *m, const char *crn,
                                const WaitingPerson *was) {
  const Person *person = records_get(have, &person__descriptor, crn);
  const Offer *standing = waiting_standing(have, crn);
  WaitingPerson *place = arena_take(m->arena, sizeof *place);
  waiting_person__init(place);
  place->crn = matching_text(crn);
  place->offered = standing && standing->state == OFFER_STATE__OFFERED;
  if (!waiting_wants(person)) return place;
  place->waits = !standing;
  place->since = was && was->since ? was->since : timestamp_of(m->arena, wait_begins(m, person));
  return place;
}

static bool is_same_place(struct arena *a, const WaitingPerson *was, const WaitingPerson *is) {
  return was ? arena_packs_alike(a, was, is) : !is->since && !is->offered;
}

static void move_in_indexes(struct change *c, const WaitingPerson *was, const WaitingPerson *is) {
  if (was && was->waits) change_unindex(c, WAITING_INDEX, member_of(c->arena, was));
  if (is->waits) change_index(c, WAITING_INDEX, member_of(c->arena, is));
  if (is->offered)
    change_index(c, WAITING_OFFERS_INDEX, is->crn);
  else if (was && was->offered)
    change_unindex(c, WAITING_OFFERS_INDEX, is->crn);
}

static void keep_place(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  const WaitingPerson *was = records_get(have, &waiting_person__descriptor, crn);
  const WaitingPerson *is = place_now(have, m, crn, was);
  if (is_same_place(m->arena, was, is)) return;
  move_in_indexes(c, was, is);
  change_write(c, crn, crn, is);
}

void needs_keep_waiting(struct records *want, const struct message *m) {
  if (held_crn(m)) want_place(want, held_crn(m));
}

struct change on_keep_waiting(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  if (held_crn(m)) keep_place(&c, have, m, held_crn(m));
  return c;
}

// --- everybody, for an area that was there before the list was, or before whom they meet was looked at

struct change decide_sweep_waiting(const struct records *have, const struct message *m) {
  (void)have;
  struct change c = change_of(m);
  change_set_timer(&c, "waiting/", m->now.ms);
  return c;
}

void needs_sweep_waiting_due(struct records *want, const struct message *m) {
  const struct page *page = records_want_page(want, "people", m->timer, WAITING_SWEEP);
  for (size_t i = 0; page && i < page->n_members; i++) {
    want_place(want, page->members[i]);
    apart_want_person(want, m, page->members[i]);
  }
}

struct change on_sweep_waiting_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = records_page(have, "people", m->timer);
  for (size_t i = 0; i < page->n_members; i++) {
    keep_place(&c, have, m, page->members[i]);
    apart_keep_person(&c, have, m, page->members[i]);
  }
  if (page->more)
    change_set_timer(&c, arena_printf(m->arena, "waiting/%s", page->members[page->n_members - 1]), m->now.ms);
  return c;
}

// --- forgetting

void needs_forget_waiting(struct records *want, const char *crn) {
  records_want(want, &waiting_person__descriptor, crn);
}

void waiting_forget(struct change *c, const struct records *have, const char *crn) {
  const WaitingPerson *was = records_get(have, &waiting_person__descriptor, crn);
  if (!was) return;
  if (was->since) change_unindex(c, WAITING_INDEX, member_of(c->arena, was));
  change_unindex(c, WAITING_OFFERS_INDEX, crn);
  change_erase(c, &waiting_person__descriptor, crn);
}

// --- the list

void needs_list_waiting(struct records *want, const struct message *m) {
  const ListWaiting *cmd = m->body;
  unsigned limit = matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
  const struct page *page = records_want_page(want, WAITING_INDEX, cmd->after, limit);
  for (size_t i = 0; page && i < page->n_members; i++) {
    records_want(want, &waiting_person__descriptor, waiting_crn(page->members[i]));
    access_want(want, m, waiting_crn(page->members[i]));
  }
}

struct change decide_list_waiting(const struct records *have, const struct message *m) {
  const ListWaiting *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, WAITING_INDEX, cmd->after);
  WaitingPeople *list = arena_take(m->arena, sizeof *list);
  waiting_people__init(list);
  list->people = arena_take(m->arena, (page->n_members + 1) * sizeof *list->people);
  for (size_t i = 0; i < page->n_members; i++) {
    const char *crn = waiting_crn(page->members[i]);
    const WaitingPerson *place = records_get(have, &waiting_person__descriptor, crn);
    if (!place || !access_sees(have, m, crn)) continue;
    WaitingPerson *shown = arena_copy(m->arena, place, sizeof *place);
    shown->weeks = waiting_weeks(place, m->now.ms);
    list->people[list->n_people++] = shown;
    change_touch(&c, crn);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}
