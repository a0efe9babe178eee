// A mentor's own people, with no more than a peer needs on a telephone that may be lost.
//
// What is read of intake: the person, their engagements, and the appointments from now on. The engagement that counts
// is the open one on whose pathway something must be explained first: that is where a mentor records contacts.
#include "access.h"
#include "matching.h"
#include <string.h>

enum {
  MY_PEOPLE_DEFAULT = 20, // as many as a mentor may have at a time
  ENGAGEMENTS_READ = 50
};

static char *engagements_index(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "engagements-of/%s", crn);
}
static char *appointments_index(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "appointments-of/%s", crn);
}
static char *from_now(const struct message *m) {
  return arena_printf(m->arena, "%013lld", (long long)m->now.ms);
}
// A member is "<starts at>/<id>".
static const char *appointment_id(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : "";
}

void my_person_want(struct records *want, const struct message *m, const char *crn) {
  records_want(want, &person__descriptor, crn);
  const PersonsOffer *standing = records_want(want, &persons_offer__descriptor, crn);
  if (standing) records_want(want, &offer__descriptor, standing->offer_id);
  access_want(want, m, crn);
  const struct page *engagements = records_want_page(want, engagements_index(m, crn), "", ENGAGEMENTS_READ);
  for (size_t i = 0; engagements && i < engagements->n_members; i++)
    records_want(want, &engagement__descriptor, engagements->members[i]);
  const struct page *next =
      records_want_page(want, appointments_index(m, crn), from_now(m), MATCHING_APPOINTMENTS_READ);
  for (size_t i = 0; next && i < next->n_members; i++)
    records_want(want, &appointment__descriptor, appointment_id(next->members[i]));
}

static const Engagement *mentoring_engagement(const struct records *have, const struct message *m, const char *crn) {
  const struct page *page = records_page(have, engagements_index(m, crn), "");
  for (size_t i = 0; i < page->n_members; i++) {
    const Engagement *e = records_get(have, &engagement__descriptor, page->members[i]);
    if (e && !e->closed_at && !text_is_empty(e->explanation)) return e;
  }
  return NULL;
}

// Those that still stand on that engagement: the person's other appointments are not the mentor's to know.
static size_t coming_on(const struct records *have, const struct message *m, const Engagement *on,
                        const Appointment *coming[MATCHING_APPOINTMENTS_READ]) {
  const struct page *page = records_page(have, appointments_index(m, on->crn), from_now(m));
  size_t n = 0;
  for (size_t i = 0; i < page->n_members && n < MATCHING_APPOINTMENTS_READ; i++) {
    const Appointment *a = records_get(have, &appointment__descriptor, appointment_id(page->members[i]));
    if (a && a->state == APPOINTMENT_STATE__PLANNED && strcmp(a->engagement_id, on->id) == 0) coming[n++] = a;
  }
  return n;
}

size_t my_person_coming(const struct records *have, const struct message *m, const char *crn,
                        const Appointment *coming[MATCHING_APPOINTMENTS_READ]) {
  const Engagement *on = mentoring_engagement(have, m, crn);
  return on ? coming_on(have, m, on, coming) : 0;
}

// Of somebody else's match the mentor learns only until when they cover it.
static void show_cover(MyPerson *shown, const struct records *have, const struct message *m, const char *offer_id) {
  const Offer *offer = text_is_empty(offer_id) ? NULL : records_get(have, &offer__descriptor, offer_id);
  if (offer && offer->cover && strcmp(offer->mentor_id, m->actor->id)) shown->covers_until = offer->cover->until;
}

static void show_engagement(MyPerson *shown, const struct records *have, const struct message *m, const char *crn) {
  const Engagement *on = mentoring_engagement(have, m, crn);
  if (!on) return;
  shown->engagement_id = on->id;
  shown->explained_version = on->explained_version;
  const Appointment *coming[MATCHING_APPOINTMENTS_READ];
  if (!coming_on(have, m, on, coming)) return;
  shown->next_starts_at = coming[0]->starts_at;
  shown->next_place = coming[0]->place;
  shown->next_mode = coming[0]->mode;
}

MyPerson *my_person_shown(const struct records *have, const struct message *m, const char *crn) {
  const Person *p = records_get(have, &person__descriptor, crn);
  const PersonsOffer *standing = records_get(have, &persons_offer__descriptor, crn);
  if (!p || !standing) return NULL;
  MyPerson *shown = arena_take(m->arena, sizeof *shown);
  my_person__init(shown);
  shown->crn = p->crn;
  shown->match_id = standing->offer_id;
  show_cover(shown, have, m, standing->offer_id);
  shown->given_name = p->personal ? p->personal->given_name : shown->given_name;
  shown->language = p->language;
  shown->ask_first = p->personal && !text_is_empty(p->personal->safe_contact);
  show_engagement(shown, have, m, crn);
  return shown;
}

void needs_read_my_person(struct records *want, const struct message *m) {
  char crn[8];
  if (text_crn(((const ReadMyPerson *)m->body)->crn, crn)) my_person_want(want, m, crn);
}

struct change decide_read_my_person(const struct records *have, const struct message *m) {
  char crn[8];
  bool is_crn = text_crn(((const ReadMyPerson *)m->body)->crn, crn);
  const MyPerson *shown = is_crn ? my_person_shown(have, m, crn) : NULL;
  if (!shown) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person among yours");
  struct change c = change_of(m);
  change_reply(&c, shown->crn, shown, 0);
  return c;
}

static const struct page *want_matches(struct records *want, const struct message *m) {
  const ListMyPeople *cmd = m->body;
  return records_want_page(want, matches_index(m->arena, m->actor->id), cmd->after,
                           matching_limit(cmd->limit, MY_PEOPLE_DEFAULT, MATCHING_PEOPLE_MOST));
}

void needs_list_my_people(struct records *want, const struct message *m) {
  const struct page *page = want_matches(want, m);
  for (size_t i = 0; page && i < page->n_members; i++) my_person_want(want, m, page->members[i]);
}

struct change decide_list_my_people(const struct records *have, const struct message *m) {
  const ListMyPeople *cmd = m->body;
  const struct page *page = records_page(have, matches_index(m->arena, m->actor->id), cmd->after);
  struct change c = change_of(m);
  MyPeople *list = arena_take(m->arena, sizeof *list);
  my_people__init(list);
  list->people = arena_take(m->arena, (page->n_members + 1) * sizeof *list->people);
  for (size_t i = 0; i < page->n_members; i++) {
    bool sees = access_sees(have, m, page->members[i]);
    MyPerson *shown = sees ? my_person_shown(have, m, page->members[i]) : NULL;
    if (!shown) continue;
    list->people[list->n_people++] = shown;
    change_touch(&c, shown->crn);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}
