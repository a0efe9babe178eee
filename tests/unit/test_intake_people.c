// links: intake
// Registering, changing and reading people on probation.
#include "intake_world.h"

#define NEW_CRN "X654321"

static struct change registered(struct world *w, Person *p) {
  RegisterPerson *cmd = arena_take(&w->d.arena, sizeof *cmd);
  register_person__init(cmd);
  cmd->person = p;
  return decided(&w->d, cmd);
}

static struct change changed(struct world *w, Person *p, uint64_t seen_version) {
  ChangePerson *cmd = arena_take(&w->d.arena, sizeof *cmd);
  change_person__init(cmd);
  cmd->person = p;
  cmd->seen_version = seen_version;
  return decided(&w->d, cmd);
}

static struct change read_person_of(struct world *w, const char *crn) {
  ReadPerson *cmd = arena_take(&w->d.arena, sizeof *cmd);
  read_person__init(cmd);
  cmd->crn = (char *)crn;
  return decided(&w->d, cmd);
}

static struct change listed(struct world *w, const char *practitioner, const char *after, unsigned limit) {
  ListPeople *cmd = arena_take(&w->d.arena, sizeof *cmd);
  list_people__init(cmd);
  cmd->practitioner = (char *)practitioner;
  cmd->after = (char *)after;
  cmd->limit = limit;
  return decided(&w->d, cmd);
}

static void a_registered_person_is_kept_listed_and_announced(void **state) {
  struct world *w = *state;
  struct change c = registered(w, a_person(w, "x654321"));
  assert_done(&c);
  assert_true(c.created);
  assert_int_equal(c.version, 1);
  const Person *p = written(&c, &person__descriptor, NEW_CRN);
  assert_string_equal(p->crn, NEW_CRN);
  assert_int_equal(p->language, LANGUAGE__ENGLISH);
  assert_int_equal(timestamp_ms(p->registered_at), DECISION_NOW_MS);
  const PersonRegistered *e = published(&c, &person_registered__descriptor);
  assert_string_equal(e->crn, NEW_CRN);
  assert_false(e->mentor_wanted);
  decision_commit(&w->d, &c);
  assert_true(decision_in_index(&w->d, "people", NEW_CRN));
  assert_true(decision_in_index(&w->d, "people-of/N07A123", NEW_CRN));
}

static void registering_again_answers_as_before(void **state) {
  struct world *w = *state;
  struct change first = registered(w, a_person(w, NEW_CRN));
  decision_commit(&w->d, &first);
  w->d.m.now.ms += 86400000;
  struct change c = registered(w, a_person(w, "x654321"));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.records);
  assert_null(c.events);
  assert_int_equal(c.version, 1);
  assert_ptr_equal(c.reply, first.reply);
}

static void registering_again_with_other_content_is_a_conflict(void **state) {
  struct world *w = *state;
  struct change first = registered(w, a_person(w, NEW_CRN));
  decision_commit(&w->d, &first);
  Person *p = a_person(w, NEW_CRN);
  p->whereabouts = WHEREABOUTS__CUSTODY;
  struct change c = registered(w, p);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

// One bad value each, and the field that must be named.
static void spoil(Person *p, int how, struct world *w) {
  static char *slots[] = {"mon-am", "mon-night"}, *many[21], *languages[] = {"cym"};
  static PersonalDetails d;
  static MentoringWish wish;
  d = *p->personal;
  p->personal = &d;
  mentoring_wish__init(&wish);
  p->mentoring = &wish;
  for (size_t i = 0; i < 21; i++) many[i] = "alcohol";
  switch (how) {
  case 0:
    p->crn = "123456X";
    break;
  case 1:
    p->practitioner = "";
    break;
  case 2:
    p->practitioner = "n07a123";
    break;
  case 3:
    p->personal = NULL;
    break;
  case 4:
    d.given_name = "";
    break;
  case 5:
    d.family_name = "O\nNeill";
    break;
  case 6:
    d.family_name = "\xc2\x85";
    break;
  case 7:
    d.telephone = "07700 900123";
    break;
  case 8:
    d.email = "nobody";
    break;
  case 9:
    wish.availability = slots, wish.n_availability = 2;
    break;
  case 10:
    wish.experiences = many, wish.n_experiences = 21;
    break;
  case 11:
    wish.languages = languages, wish.n_languages = 1;
    break;
  case 12:
    p->language = (Language)9;
    break;
  case 13:
    p->restricted = many, p->n_restricted = 21;
    break;
  case 14:
    d.given_name = memset(arena_take(&w->d.arena, 102), 'a', 101);
    break;
  }
}

static void each_wrong_field_is_named(void **state) {
  static const char *const fields[] = {
      "/crn",
      "/practitioner",
      "/practitioner",
      "/personal",
      "/personal/givenName",
      "/personal/familyName",
      "/personal/familyName",
      "/personal/telephone",
      "/personal/email",
      "/mentoring/availability/1",
      "/mentoring/experiences",
      "/mentoring/languages/0",
      "/language",
      "/restricted",
      "/personal/givenName",
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    Person *p = a_person(w, NEW_CRN);
    spoil(p, (int)i, w);
    struct change c = registered(w, p);
    assert_refused(&c, CODE__INVALID, fields[i]);
    assert_int_equal(c.problem->n_fields, 1);
  }
}

static void all_wrong_fields_are_told_at_once(void **state) {
  struct world *w = *state;
  Person *p = a_person(w, NEW_CRN);
  p->practitioner = "?";
  p->personal->telephone = "?";
  p->personal->email = "?";
  struct change c = registered(w, p);
  assert_int_equal(c.problem->n_fields, 3);
}

static void a_name_of_a_hundred_welsh_letters_is_fine(void **state) {
  struct world *w = *state;
  Person *p = a_person(w, NEW_CRN);
  char *name = arena_take(&w->d.arena, 201);
  for (int i = 0; i < 100; i++) memcpy(name + 2 * i, "ŵ", 2);
  p->personal->family_name = name;
  struct change c = registered(w, p);
  assert_done(&c);
}

static void a_change_moves_the_person_to_the_new_practitioner(void **state) {
  struct world *w = *state;
  struct change first = registered(w, a_person(w, NEW_CRN));
  decision_commit(&w->d, &first);
  Person *p = a_person(w, NEW_CRN);
  p->practitioner = "N07B456";
  struct change c = changed(w, p, 1);
  assert_done(&c);
  assert_int_equal(c.version, 2);
  const Person *now = written(&c, &person__descriptor, NEW_CRN);
  assert_int_equal(timestamp_ms(now->registered_at), DECISION_NOW_MS);
  decision_commit(&w->d, &c);
  assert_false(decision_in_index(&w->d, "people-of/N07A123", NEW_CRN));
  assert_true(decision_in_index(&w->d, "people-of/N07B456", NEW_CRN));
  assert_non_null(published(&c, &person_changed__descriptor));
}

static void a_change_needs_the_version_that_was_seen(void **state) {
  struct world *w = *state;
  struct change c = changed(w, a_person(w, CRN), 0);
  assert_refused(&c, CODE__INVALID, NULL);
  c = changed(w, a_person(w, CRN), 7);
  assert_refused(&c, CODE__STALE, NULL);
  c = changed(w, a_person(w, NEW_CRN), 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_person_is_read_with_their_version(void **state) {
  struct world *w = *state;
  struct change c = read_person_of(w, "x123456");
  assert_done(&c);
  assert_int_equal(c.version, 1);
  assert_string_equal(c.subjects->subject, CRN);
  assert_string_equal(((const Person *)c.reply)->personal->family_name, "O'Neill-Tŷ");
}

static void a_restricted_reader_cannot_tell_that_there_is_a_person(void **state) {
  struct world *w = *state;
  static char *restricted[] = {"N07A999", "N07A123"};
  Person *p = a_person(w, CRN);
  p->restricted = restricted;
  p->n_restricted = 2;
  given(&w->d, &person__descriptor, CRN, 1, p);
  given_in_index(&w->d, "people", CRN);
  struct change hidden = read_person_of(w, CRN), absent = read_person_of(w, NEW_CRN);
  assert_refused(&hidden, CODE__NOT_FOUND, NULL);
  assert_string_equal(hidden.problem->why, absent.problem->why);
  struct change c = changed(w, a_person(w, CRN), 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = registered(w, a_person(w, CRN));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = listed(w, "", "", 0);
  assert_int_equal(((const People *)c.reply)->n_people, 0);
}

static void only_those_who_need_to_may_read_a_person(void **state) {
  struct world *w = *state;
  roles_t may =
      MAY(PRACTITIONER) | MAY(COORDINATOR) | MAY(SAFEGUARDING_LEAD) | MAY(AUDITOR) | MAY(PERSON) | MAY(RECORDS_OFFICER);
  for (unsigned role = ROLE__PERSON; role <= ROLE__RECORDS_OFFICER; role++) {
    decision_as(&w->d, role == ROLE__PERSON ? CRN : "N07A123", 1u << role);
    struct change c = read_person_of(w, CRN);
    if (may & (1u << role))
      assert_done(&c);
    else
      assert_refused(&c, CODE__NOT_FOUND, NULL);
  }
}

static void a_practitioner_registers_only_people_of_their_own(void **state) {
  struct world *w = *state;
  Person *p = a_person(w, NEW_CRN);
  p->practitioner = "N07A999";
  struct change c = registered(w, p);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(&w->d, "case-system", MAY(CASE_SYSTEM));
  c = registered(w, p);
  assert_done(&c);
}

static void a_person_is_shown_their_record_without_what_to_beware_of(void **state) {
  struct world *w = *state;
  static char *restricted[] = {"N07A999"};
  Person *p = a_person(w, CRN);
  p->restricted = restricted;
  p->n_restricted = 1;
  p->personal->safe_contact = "never on Mondays";
  given(&w->d, &person__descriptor, CRN, 1, p);
  decision_as(&w->d, CRN, MAY(PERSON));
  struct change c = read_person_of(w, CRN);
  assert_done(&c);
  const Person *shown = (const Person *)c.reply;
  assert_string_equal(shown->personal->given_name, "Siân");
  assert_string_equal(shown->personal->safe_contact, "");
  assert_int_equal(shown->n_restricted, 0);
  assert_string_equal(p->personal->safe_contact, "never on Mondays");
}

// Two of somebody else's stand before one of their own: the page and where it ends tell of neither.
static void a_practitioner_lists_their_own_people_and_hears_of_no_other(void **state) {
  struct world *w = *state;
  static char *crns[] = {"X000001", "X000002", "X000003"};
  for (size_t i = 0; i < 3; i++) {
    Person *p = a_person(w, crns[i]);
    if (i < 2) p->practitioner = "N07A999";
    given(&w->d, &person__descriptor, crns[i], 1, p);
    given_in_index(&w->d, "people-of/N07A999", crns[i]);
    given_in_index(&w->d, "people", crns[i]);
  }
  given_in_index(&w->d, "people-of/N07A123", crns[2]);
  struct change c = listed(w, "", "", 1);
  assert_int_equal(((const People *)c.reply)->n_people, 1);
  assert_string_equal(((const People *)c.reply)->people[0]->crn, "X000003");
  c = listed(w, "N07A999", "", 1);
  assert_int_equal(((const People *)c.reply)->n_people, 1);
  assert_string_equal(((const People *)c.reply)->people[0]->crn, "X000003");
  assert_string_equal(((const People *)c.reply)->next, "");
  decision_as(&w->d, "C01", MAY(COORDINATOR));
  c = listed(w, "", "", 2);
  assert_int_equal(((const People *)c.reply)->n_people, 2);
  assert_string_equal(((const People *)c.reply)->next, "X000002");
}

static void people_are_listed_by_practitioner_page_by_page(void **state) {
  static const char *const crns[] = {"X000001", "X000002", "X000003"};
  struct world *w = *state;
  for (size_t i = 0; i < 3; i++) {
    struct change c = registered(w, a_person(w, crns[i]));
    decision_commit(&w->d, &c);
  }
  struct change c = listed(w, "N07A123", "", 2);
  const People *page = (const People *)c.reply;
  assert_int_equal(page->n_people, 2);
  assert_string_equal(page->next, "X000002");
  c = listed(w, "N07A123", page->next, 2);
  page = (const People *)c.reply;
  assert_int_equal(page->n_people, 1);
  assert_string_equal(page->people[0]->crn, "X000003");
  assert_string_equal(page->next, "");
  assert_string_equal(c.subjects->subject, "X000003");
  c = listed(w, "N07B456", "", 2);
  assert_int_equal(((const People *)c.reply)->n_people, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(a_registered_person_is_kept_listed_and_announced),
      IN_WORLD(registering_again_answers_as_before),
      IN_WORLD(registering_again_with_other_content_is_a_conflict),
      IN_WORLD(each_wrong_field_is_named),
      IN_WORLD(all_wrong_fields_are_told_at_once),
      IN_WORLD(a_name_of_a_hundred_welsh_letters_is_fine),
      IN_WORLD(a_change_moves_the_person_to_the_new_practitioner),
      IN_WORLD(a_change_needs_the_version_that_was_seen),
      IN_WORLD(a_person_is_read_with_their_version),
      IN_WORLD(a_restricted_reader_cannot_tell_that_there_is_a_person),
      IN_WORLD(only_those_who_need_to_may_read_a_person),
      IN_WORLD(a_practitioner_registers_only_people_of_their_own),
      IN_WORLD(a_person_is_shown_their_record_without_what_to_beware_of),
      IN_WORLD(a_practitioner_lists_their_own_people_and_hears_of_no_other),
      IN_WORLD(people_are_listed_by_practitioner_page_by_page),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
