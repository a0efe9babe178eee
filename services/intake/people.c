#include "calendar.h"
#include "checks.h"
#include "erasures.h"
#include "intake.h"
#include "own_record.h"
#include "reading.h"
#include "text.h"
#include <string.h>

// "mon-am" to "sun-eve".
static bool is_slot(const char *text) {
  static const char *const days[] = {"mon-", "tue-", "wed-", "thu-", "fri-", "sat-", "sun-"};
  static const char *const parts[] = {"am", "pm", "eve"};
  for (size_t d = 0; d < sizeof days / sizeof *days; d++)
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++)
      if (strncmp(text, days[d], 4) == 0 && strcmp(text + 4, parts[p]) == 0) return true;
  return false;
}

// ISO 639-1: two lower-case letters.
static bool is_language(const char *text) {
  return strlen(text) == 2 && text[0] >= 'a' && text[0] <= 'z' && text[1] >= 'a' && text[1] <= 'z';
}

static void check_personal(const struct checks *k, const PersonalDetails *d) {
  if (!d) {
    wrong(k, CODE__INVALID, "/personal", "is missing: give givenName and familyName at least");
    return;
  }
  if (d->seal) wrong(k, CODE__INVALID, "/personal/seal", "is not yours to set: leave it out");
  check_line(k, "/personal/givenName", d->given_name, 1, 100);
  check_line(k, "/personal/familyName", d->family_name, 1, 100);
  check_prose(k, "/personal/safeContact", d->safe_contact, 0, 1000);
  if (!text_is_empty(d->telephone) && !text_is_telephone(d->telephone))
    wrong(k, CODE__INVALID, "/personal/telephone", "must be written as +447700900123, with the country code");
  if (!text_is_empty(d->email) && !text_is_email(d->email))
    wrong(k, CODE__INVALID, "/personal/email", "must be an address such as name@example.org");
}

static void check_mentoring(const struct checks *k, const MentoringWish *w) {
  if (!w) return;
  check_list(k, "/mentoring/experiences", w->experiences, w->n_experiences, NULL, "");
  check_list(k, "/mentoring/languages", w->languages, w->n_languages, is_language, "two letters, such as cy or en");
  check_list(k, "/mentoring/availability", w->availability, w->n_availability, is_slot,
             "a day and a part of it, mon-am to sun-eve");
  check_list(k, "/mentoring/notWith", w->not_with, w->n_not_with, NULL, "");
  check_list(k, "/mentoring/places", w->places, w->n_places, NULL, "");
  check_choice(k, "/mentoring/gender", &gender__descriptor, w->gender, false);
}

static void check_person(const struct checks *k, const Person *p) {
  char crn[8];
  if (!text_crn(p->crn, crn)) wrong(k, CODE__INVALID, "/crn", "must be a letter and six digits, such as X123456");
  if (!text_is_staff_code(p->practitioner))
    wrong(k, CODE__INVALID, "/practitioner", "must be a staff code: 3 to 16 capital letters and digits");
  check_personal(k, p->personal);
  check_mentoring(k, p->mentoring);
  check_choice(k, "/language", &language__descriptor, p->language, false);
  check_choice(k, "/preferredChannel", &channel__descriptor, p->preferred_channel, false);
  check_choice(k, "/whereabouts", &whereabouts__descriptor, p->whereabouts, false);
  if (p->consent) {
    check_choice(k, "/consent/texts", &answer__descriptor, p->consent->texts, false);
    check_choice(k, "/consent/emails", &answer__descriptor, p->consent->emails, false);
  }
  check_list(k, "/restricted", p->restricted, p->n_restricted, NULL, "");
}

// What was sent, checked, as it will be kept: the CRN in capitals, defaults filled in, without what only the service
// sets. NULL where `c` has a refusal.
static Person *taken_in(const struct message *m, struct change *c, const Person *sent) {
  const struct checks k = {.change = c, .prefix = ""};
  if (!sent) {
    wrong(&k, CODE__INVALID, NULL, "send a person");
    return NULL;
  }
  check_person(&k, sent);
  if (change_refused(c)) return NULL;
  Person *p = arena_copy(m->arena, sent, sizeof *sent);
  p->crn = (char *)crn_in(m, sent->crn);
  if (!p->language) p->language = LANGUAGE__ENGLISH;
  p->registered_at = NULL;
  return p;
}

static char *index_of_practitioner(const struct message *m, const char *practitioner) {
  return arena_printf(m->arena, "people-of/%s", practitioner);
}

// --- registering

// The person with name and contact details, as only the messages about people themselves need them.
static void want_details(struct records *want, const struct message *m, const char *crn) {
  records_want(want, &person__descriptor, crn_in(m, crn));
}

void needs_register_person(struct records *want, const struct message *m) {
  const RegisterPerson *cmd = m->body;
  if (cmd->person) want_details(want, m, cmd->person->crn);
}

// The same person sent again answers as before.
static struct change registered_before(const struct records *have, const struct message *m, const Person *there,
                                       const Person *sent) {
  Person as_sent = *there;
  as_sent.registered_at = NULL;
  if (!arena_packs_alike(m->arena, &as_sent, sent))
    return refuse(m, CODE__CONFLICT, NULL, "this CRN is registered with other details: read it, then change it");
  struct change c = change_of(m);
  change_reply(&c, there->crn, there, records_version(have, &person__descriptor, there->crn));
  return c;
}

static void publish_registered(struct change *c, const struct message *m, const Person *p) {
  PersonRegistered *e = arena_take(m->arena, sizeof *e);
  person_registered__init(e);
  e->crn = p->crn;
  e->practitioner = p->practitioner;
  e->mentor_wanted = p->mentoring && p->mentoring->wanted;
  change_publish(c, p->crn, e);
}

struct change decide_register_person(const struct records *have, const struct message *m) {
  const RegisterPerson *cmd = m->body;
  struct change c = change_of(m);
  Person *p = taken_in(m, &c, cmd->person);
  if (!p) return c;
  const Person *there = found_person(have, m, p->crn);
  if (there) return registered_before(have, m, there, p);
  p->registered_at = timestamp_of(m->arena, m->now.ms);
  change_write(&c, p->crn, p->crn, p);
  change_index(&c, "people", p->crn);
  change_index(&c, index_of_practitioner(m, p->practitioner), p->crn);
  retain_until_next(&c, m, p->crn, &(struct retention_start){m->now.ms, m->now.ms});
  publish_registered(&c, m, p);
  change_reply(&c, p->crn, p, 1);
  c.created = true;
  return c;
}

// --- changing

void needs_change_person(struct records *want, const struct message *m) {
  const ChangePerson *cmd = m->body;
  if (cmd->person) want_details(want, m, cmd->person->crn);
}

static void move_to_practitioner(struct change *c, const struct message *m, const Person *was, const Person *is) {
  if (strcmp(was->practitioner, is->practitioner) == 0) return;
  change_unindex(c, index_of_practitioner(m, was->practitioner), is->crn);
  change_index(c, index_of_practitioner(m, is->practitioner), is->crn);
}

static void publish_changed(struct change *c, const struct message *m, const Person *p) {
  PersonChanged *e = arena_take(m->arena, sizeof *e);
  person_changed__init(e);
  e->crn = p->crn;
  e->practitioner = p->practitioner;
  e->mentor_wanted = p->mentoring && p->mentoring->wanted;
  change_publish(c, p->crn, e);
}

struct change decide_change_person(const struct records *have, const struct message *m) {
  const ChangePerson *cmd = m->body;
  struct change c = change_of(m);
  Person *p = taken_in(m, &c, cmd->person);
  if (!p) return c;
  const Person *was = found_person(have, m, p->crn);
  if (!was) return not_found(m, NULL);
  uint64_t version = records_version(have, &person__descriptor, p->crn);
  if (!check_version(&(struct checks){.change = &c, .prefix = ""}, cmd->seen_version, version)) return c;
  p->registered_at = was->registered_at;
  change_write(&c, p->crn, p->crn, p);
  move_to_practitioner(&c, m, was, p);
  publish_changed(&c, m, p);
  change_reply(&c, p->crn, p, version + 1);
  return c;
}

// --- reading

void needs_read_person(struct records *want, const struct message *m) {
  want_details(want, m, ((const ReadPerson *)m->body)->crn);
}

struct change decide_read_person(const struct records *have, const struct message *m) {
  const Person *p = found_person(have, m, ((const ReadPerson *)m->body)->crn);
  if (!p) return not_found(m, NULL);
  struct change c = change_of(m);
  change_reply(&c, p->crn, own_person(m, p), records_version(have, &person__descriptor, p->crn));
  return c;
}

// Whoever does not see the whole area is asked for their own list where they name none.
static const char *index_of_list(const struct message *m) {
  const ListPeople *cmd = m->body;
  if (!text_is_empty(cmd->practitioner)) return index_of_practitioner(m, cmd->practitioner);
  return access_whole_area(m) ? "people" : index_of_practitioner(m, m->actor->id);
}

static bool sees_some(const struct records *have, const struct message *m, const struct page *page) {
  bool some = false;
  for (size_t i = 0; i < page->n_members; i++) some |= access_sees(have, m, page->members[i]);
  return some;
}

static const char *last_of(const struct page *page) {
  return page->members[page->n_members - 1];
}

static void want_people(struct records *want, const struct message *m, const struct page *page) {
  for (size_t i = 0; i < page->n_members; i++) {
    want_details(want, m, page->members[i]);
    access_want(want, m, page->members[i]);
  }
}

// Pages that show the sender nobody are passed over, and the next page begins after the last who is shown: where a page
// ends must not tell of somebody whom the sender may not see.
void needs_list_people(struct records *want, const struct message *m) {
  const ListPeople *cmd = m->body;
  const struct page *page = NULL;
  do {
    page = records_want_page(want, index_of_list(m), page ? last_of(page) : cmd->after, list_limit(cmd->limit));
    if (page) want_people(want, m, page);
  } while (page && !want->n_unknown && page->more && !sees_some(want, m, page));
}

static const struct page *page_to_show(const struct records *have, const struct message *m) {
  const ListPeople *cmd = m->body;
  const struct page *page = records_page(have, index_of_list(m), cmd->after);
  while (page->more && !sees_some(have, m, page)) page = records_page(have, index_of_list(m), last_of(page));
  return page;
}

// Those whom the sender may not see are left out without a gap.
struct change decide_list_people(const struct records *have, const struct message *m) {
  const struct page *page = page_to_show(have, m);
  struct change c = change_of(m);
  People *people = arena_take(m->arena, sizeof *people);
  people__init(people);
  people->people = arena_take(m->arena, (page->n_members + 1) * sizeof *people->people);
  for (size_t i = 0; i < page->n_members; i++) {
    const Person *p = found_person(have, m, page->members[i]);
    if (!p || !access_sees(have, m, p->crn)) continue;
    people->people[people->n_people++] = (Person *)p;
    change_touch(&c, p->crn);
    if (page->more) people->next = p->crn;
  }
  change_reply(&c, NULL, people, 0);
  return c;
}
