// A mentor's open offers, as their own page lists them: what ViewOffer shows of each, and nothing that names anybody.
//
// An offer is in the index from when it is made until it is answered, expires or is withdrawn. What is answered by its
// link meanwhile leaves the list as well: both are the same offer.
#include "access.h"
#include "matching.h"
#include <string.h>

static char *open_index(struct arena *a, const char *mentor_id) {
  return arena_printf(a, "offers-to/%s", mentor_id);
}
static char *member_of(struct arena *a, const Offer *offer) {
  return arena_printf(a, "%013lld/%s", (long long)timestamp_ms(offer->expires_at), offer->id);
}
static const char *id_in(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : "";
}

void my_offers_add(struct change *c, const Offer *offer) {
  change_index(c, open_index(c->arena, offer->mentor_id), member_of(c->arena, offer));
}
void my_offers_remove(struct change *c, const Offer *offer) {
  change_unindex(c, open_index(c->arena, offer->mentor_id), member_of(c->arena, offer));
}

const Offer *my_offers_of(const struct records *have, const char *member) {
  return records_get(have, &offer__descriptor, id_in(member));
}

const struct page *my_offers_page(const struct records *have, const struct message *m, const char *mentor_id,
                                  const char *after) {
  return records_page(have, open_index(m->arena, mentor_id), after);
}

const struct page *my_offers_want(struct records *want, const struct message *m, const char *mentor_id,
                                  const char *after, unsigned limit) {
  const struct page *page = records_want_page(want, open_index(m->arena, mentor_id), after, limit);
  if (text_is_uuid(mentor_id)) records_want(want, &mentor__descriptor, mentor_id);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, id_in(page->members[i]));
    if (!offer) continue;
    records_want_closed(want, &person__descriptor, offer->crn);
    access_want(want, m, offer->crn);
  }
  return page;
}

static const Offer *open_one(const struct records *have, const struct message *m, const char *member) {
  const Offer *offer = my_offers_of(have, member);
  if (!offer || offer->state != OFFER_STATE__OFFERED || offer_over(offer, m->now.ms)) return NULL;
  return access_sees(have, m, offer->crn) ? offer : NULL;
}

void needs_list_my_offers(struct records *want, const struct message *m) {
  const ListMyOffers *cmd = m->body;
  unsigned limit = matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
  my_offers_want(want, m, m->actor->id, cmd->after, limit);
}

struct change decide_list_my_offers(const struct records *have, const struct message *m) {
  const ListMyOffers *cmd = m->body;
  const struct page *page = my_offers_page(have, m, m->actor->id, cmd->after);
  struct change c = change_of(m);
  MyOffers *list = arena_take(m->arena, sizeof *list);
  my_offers__init(list);
  list->offers = arena_take(m->arena, (page->n_members + 1) * sizeof *list->offers);
  for (size_t i = 0; i < page->n_members; i++) {
    const Offer *offer = open_one(have, m, page->members[i]);
    if (!offer) continue;
    list->offers[list->n_offers++] = offer_view_of(have, m, offer);
    change_touch(&c, offer->crn);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}
