#include "fairness.h"
#include "waiting.h"

#define FAIRNESS_TIMER "fairness/"

struct change decide_count_fairness(const struct records *have, const struct message *m) {
  (void)have;
  struct change c = change_of(m);
  change_set_timer(&c, FAIRNESS_TIMER, m->now.ms);
  return c;
}

// --- who is counted

static void want_counted(struct records *want, const char *crn) {
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &waiting_person__descriptor, crn);
  records_want(want, &characteristics__descriptor, crn);
  waiting_want_standing(want, crn);
}

// Who waits, the longest first; whose offer is open; and who has a mentor.
void needs_count_fairness_due(struct records *want, const struct message *m) {
  struct members waiting = members_wanted(want, m, WAITING_INDEX, FAIRNESS_PEOPLE);
  struct members offered = members_wanted(want, m, WAITING_OFFERS_INDEX, FAIRNESS_PEOPLE);
  struct members mentors = members_wanted(want, m, MATCHING_MENTORS, FAIRNESS_MENTORS);
  size_t n = waiting.n + offered.n;
  for (size_t i = 0; i < waiting.n; i++) want_counted(want, waiting_crn(waiting.texts[i]));
  for (size_t i = 0; i < offered.n; i++) want_counted(want, offered.texts[i]);
  for (size_t j = 0; j < mentors.n; j++) {
    records_want(want, &mentor__descriptor, mentors.texts[j]); // opened: a safe-contact instruction is a rule
    if (n >= FAIRNESS_PEOPLE) continue;
    struct members matched = members_wanted(want, m, matches_index(m->arena, mentors.texts[j]), FAIRNESS_PEOPLE);
    for (size_t i = 0; i < matched.n; i++, n++) want_counted(want, matched.texts[i]);
  }
}

struct counting {
  const struct records *have;
  const struct message *m;
  struct change *change;
  const Mentor **mentors;
  struct fairness_person *people;
  size_t n_mentors, n_people;
};

static uint32_t whole_days(int64_t ms) {
  return ms > 0 ? (uint32_t)(ms / (INT64_C(24) * 3600 * 1000)) : 0;
}

// Until the mentor accepted, or until now.
static struct fairness_wait wait_of(const struct counting *k, const WaitingPerson *place) {
  const Offer *standing = waiting_standing(k->have, place->crn);
  bool matched = standing && standing->state == OFFER_STATE__ACCEPTED;
  int64_t until_ms = matched ? timestamp_ms(standing->answered_at) : k->m->now.ms;
  return (struct fairness_wait){whole_days(until_ms - timestamp_ms(place->since)), matched};
}

static void add_counted(struct counting *k, const char *crn) {
  const Person *person = records_get(k->have, &person__descriptor, crn);
  const WaitingPerson *place = records_get(k->have, &waiting_person__descriptor, crn);
  const Characteristics *characteristics = records_get(k->have, &characteristics__descriptor, crn);
  if (k->n_people == FAIRNESS_PEOPLE || !waiting_wants(person) || !place || !place->since) return;
  struct fairness_person *p = &k->people[k->n_people++];
  *p = (struct fairness_person){.person = person, .wait = wait_of(k, place)};
  if (characteristics) p->said = characteristics->said;
  if (!p->wait.matched) p->look = fairness_look(k->m, person, k->mentors, k->n_mentors);
  change_touch(k->change, crn);
}

static void add_mentors(struct counting *k, const struct members *ids) {
  for (size_t j = 0; j < ids->n && k->n_mentors < FAIRNESS_MENTORS; j++) {
    const Mentor *mentor = records_get(k->have, &mentor__descriptor, ids->texts[j]);
    if (mentor) k->mentors[k->n_mentors++] = mentor;
  }
}

static void add_everybody(struct counting *k) {
  struct members waiting = members_got(k->have, k->m, WAITING_INDEX, FAIRNESS_PEOPLE);
  struct members offered = members_got(k->have, k->m, WAITING_OFFERS_INDEX, FAIRNESS_PEOPLE);
  struct members mentors = members_got(k->have, k->m, MATCHING_MENTORS, FAIRNESS_MENTORS);
  size_t n = waiting.n + offered.n;
  add_mentors(k, &mentors);
  for (size_t i = 0; i < waiting.n; i++) add_counted(k, waiting_crn(waiting.texts[i]));
  for (size_t i = 0; i < offered.n; i++) add_counted(k, offered.texts[i]);
  for (size_t j = 0; j < mentors.n && n < FAIRNESS_PEOPLE; j++) {
    struct members matched = members_got(k->have, k->m, matches_index(k->m->arena, mentors.texts[j]), FAIRNESS_PEOPLE);
    for (size_t i = 0; i < matched.n; i++, n++) add_counted(k, matched.texts[i]);
  }
}

struct change on_count_fairness_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  struct counting k = {.have = have, .m = m, .change = &c};
  k.mentors = arena_take(m->arena, FAIRNESS_MENTORS * sizeof *k.mentors);
  k.people = arena_take(m->arena, FAIRNESS_PEOPLE * sizeof *k.people);
  add_everybody(&k);
  fairness_publish(&c, m, k.people, k.n_people);
  change_set_timer(&c, FAIRNESS_TIMER, m->now.ms + FAIRNESS_EVERY_MS);
  return c;
}
