// links: matching
// Mentors: what their record must say, and what becomes of it.
#include "matching_world.h"

static struct change registered(struct decision *d, Mentor *mentor) {
  RegisterMentor *cmd = arena_take(&d->arena, sizeof *cmd);
  register_mentor__init(cmd);
  cmd->mentor = mentor;
  return decided(d, cmd);
}
static struct change changed(struct decision *d, Mentor *mentor, uint64_t seen_version) {
  ChangeMentor *cmd = arena_take(&d->arena, sizeof *cmd);
  change_mentor__init(cmd);
  cmd->mentor = mentor;
  cmd->seen_version = seen_version;
  return decided(d, cmd);
}
static struct change paused(struct decision *d, unsigned n) {
  PauseMentor *cmd = arena_take(&d->arena, sizeof *cmd);
  pause_mentor__init(cmd);
  cmd->id = mentor_id(d, n);
  cmd->why = "on leave";
  return decided(d, cmd);
}
static struct change resumed(struct decision *d, unsigned n) {
  ResumeMentor *cmd = arena_take(&d->arena, sizeof *cmd);
  resume_mentor__init(cmd);
  cmd->id = mentor_id(d, n);
  return decided(d, cmd);
}
static struct change read_one(struct decision *d, const char *id) {
  ReadMentor *cmd = arena_take(&d->arena, sizeof *cmd);
  read_mentor__init(cmd);
  cmd->id = (char *)id;
  return decided(d, cmd);
}

static void a_new_mentor_is_active_with_all_places_free(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  Mentor *said = mentor_of(d, 2);
  said->places_taken = 2;
  said->state = MENTOR_STATE__PAUSED;
  said->paused_why = "made up";
  struct change c = registered(d, said);
  assert_done(&c);
  const Mentor *mentor = written(&c, &mentor__descriptor, said->id);
  assert_non_null(mentor);
  assert_int_equal(mentor->state, MENTOR_STATE__ACTIVE);
  assert_int_equal(mentor->places_taken, 0);
  assert_string_equal(mentor->paused_why, "");
  assert_true(c.created);
  assert_int_equal(c.version, 1);
  assert_non_null(published(&c, &mentor_registered__descriptor));
  decision_commit(d, &c);
  assert_true(decision_in_index(d, "mentors", said->id));
}

static void registering_the_same_twice_registers_once(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  struct change c = registered(d, mentor_of(d, 2));
  decision_commit(d, &c);
  c = registered(d, mentor_of(d, 2));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.events);
  assert_null(c.records);
  assert_non_null(c.reply);
}

static void the_same_id_with_other_content_is_a_conflict(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  struct change c = registered(d, mentor_of(d, 2));
  decision_commit(d, &c);
  Mentor *other = mentor_of(d, 2);
  other->capacity = 5;
  c = registered(d, other);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void crns_are_kept_in_capitals(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  Mentor *said = mentor_of(d, 2);
  LIST(said, not_with, "x654321");
  struct change c = registered(d, said);
  assert_done(&c);
  const Mentor *mentor = written(&c, &mentor__descriptor, said->id);
  assert_string_equal(mentor->not_with[0], "X654321");
}

// Each row spoils one field of a good record.
static void spoil_id(Mentor *m) {
  m->id = "7A000000";
}
static void spoil_personal(Mentor *m) {
  m->personal = NULL;
}
static void spoil_given_name(Mentor *m) {
  m->personal->given_name = "";
}
static void spoil_family_name(Mentor *m) {
  m->personal->family_name = "";
}
static void control_in_given_name(Mentor *m) {
  m->personal->given_name = "Ann\x1b[2J";
}
static void control_in_family_name(Mentor *m) {
  m->personal->family_name = "Two\nlines";
}
static void control_in_safe_contact(Mentor *m) {
  m->personal->safe_contact = "Not after six\x07";
}
static void spoil_telephone(Mentor *m) {
  m->personal->telephone = "07700 900123";
}
static void spoil_email(Mentor *m) {
  m->channel = CHANNEL__EMAIL;
}
static void spoil_other_address(Mentor *m) {
  m->personal->email = "nobody";
}
static void spoil_channel(Mentor *m) {
  m->channel = CHANNEL__CHANNEL_UNSPECIFIED;
}
static void spoil_language(Mentor *m) {
  m->language = LANGUAGE__LANGUAGE_UNSPECIFIED;
}
static void spoil_gender(Mentor *m) {
  m->gender = 9;
}
static void spoil_no_capacity(Mentor *m) {
  m->capacity = 0;
}
static void spoil_capacity(Mentor *m) {
  m->capacity = 21;
}
static void spoil_vetting(Mentor *m) {
  m->vetted_until = NULL;
}
static void spoil_supervisor(Mentor *m) {
  m->supervisor = "";
}
static void spoil_own_practitioner(Mentor *m) {
  m->own_practitioner = "n07";
}
static void spoil_no_languages(Mentor *m) {
  m->n_languages = 0;
}
static void spoil_list(char *text, size_t *n, char ***list) {
  static char *one[1];
  one[0] = text;
  *list = one;
  *n = 1;
}
static void spoil_languages(Mentor *m) {
  spoil_list("xx", &m->n_languages, &m->languages);
}
static void spoil_experiences(Mentor *m) {
  spoil_list("Two words", &m->n_experiences, &m->experiences);
}
static void spoil_availability(Mentor *m) {
  spoil_list("mon-night", &m->n_availability, &m->availability);
}
static void spoil_places(Mentor *m) {
  spoil_list("", &m->n_places, &m->places);
}
static void control_in_places(Mentor *m) {
  spoil_list("Caf\xc2\x85", &m->n_places, &m->places);
}
static void spoil_not_with(Mentor *m) {
  spoil_list("123", &m->n_not_with, &m->not_with);
}

static const struct {
  void (*spoil)(Mentor *m);
  const char *field;
} spoilt[] = {
    {spoil_id, "/id"},
    {spoil_personal, "/personal"},
    {spoil_given_name, "/personal/givenName"},
    {spoil_family_name, "/personal/familyName"},
    {control_in_given_name, "/personal/givenName"},
    {control_in_family_name, "/personal/familyName"},
    {control_in_safe_contact, "/personal/safeContact"},
    {spoil_telephone, "/personal/telephone"},
    {spoil_email, "/personal/email"},
    {spoil_other_address, "/personal/email"},
    {spoil_channel, "/channel"},
    {spoil_language, "/language"},
    {spoil_gender, "/gender"},
    {spoil_no_capacity, "/capacity"},
    {spoil_capacity, "/capacity"},
    {spoil_vetting, "/vettedUntil"},
    {spoil_supervisor, "/supervisor"},
    {spoil_own_practitioner, "/ownPractitioner"},
    {spoil_no_languages, "/languages"},
    {spoil_languages, "/languages/0"},
    {spoil_experiences, "/experiences/0"},
    {spoil_availability, "/availability/0"},
    {spoil_places, "/places/0"},
    {control_in_places, "/places/0"},
    {spoil_not_with, "/notWith/0"},
};

static void a_wrong_field_is_named(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  for (size_t i = 0; i < sizeof spoilt / sizeof *spoilt; i++) {
    Mentor *mentor = mentor_of(d, 2);
    spoilt[i].spoil(mentor);
    struct change c = registered(d, mentor);
    assert_refused(&c, CODE__INVALID, spoilt[i].field);
    assert_int_equal(c.problem->n_fields, 1);
  }
}

static void a_reason_has_no_control_characters_but_may_have_lines(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  PauseMentor cmd = PAUSE_MENTOR__INIT;
  cmd.id = ((struct story *)*state)->mentor->id;
  cmd.why = "on leave\x1b";
  struct change c = decided(d, &cmd);
  assert_refused(&c, CODE__INVALID, "/why");
  cmd.why = "on leave,\nuntil May";
  c = decided(d, &cmd);
  assert_done(&c);
}

static void all_wrong_fields_are_named_at_once(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  Mentor *mentor = mentor_of(d, 2);
  mentor->capacity = 0;
  mentor->supervisor = "";
  struct change c = registered(d, mentor);
  assert_refused(&c, CODE__INVALID, "/capacity");
  assert_refused(&c, CODE__INVALID, "/supervisor");
}

static void a_list_holds_nothing_twice_and_not_too_much(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  Mentor *mentor = mentor_of(d, 2);
  LIST(mentor, experiences, "alcohol", "drugs", "alcohol");
  struct change c = registered(d, mentor);
  assert_refused(&c, CODE__INVALID, "/experiences/2");
  mentor->experiences = arena_take(&d->arena, 22 * sizeof *mentor->experiences);
  mentor->n_experiences = 22;
  for (int i = 0; i < 22; i++) mentor->experiences[i] = arena_printf(&d->arena, "experience-%d", i);
  c = registered(d, mentor);
  assert_refused(&c, CODE__INVALID, "/experiences");
}

static void a_missing_mentor_is_refused(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  struct change c = registered(d, NULL);
  assert_refused(&c, CODE__INVALID, NULL);
  c = changed(d, NULL, 1);
  assert_refused(&c, CODE__INVALID, NULL);
}

static void a_change_keeps_what_the_service_set(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = 2;
  s->mentor->state = MENTOR_STATE__PAUSED;
  s->mentor->paused_why = "on leave";
  Mentor *said = mentor_of(&s->d, 1);
  said->capacity = 2;
  struct change c = changed(&s->d, said, 1);
  assert_done(&c);
  const Mentor *mentor = written(&c, &mentor__descriptor, said->id);
  assert_int_equal(mentor->capacity, 2);
  assert_int_equal(mentor->places_taken, 2);
  assert_int_equal(mentor->state, MENTOR_STATE__PAUSED);
  assert_string_equal(mentor->paused_why, "on leave");
  assert_int_equal(c.version, 2);
  assert_non_null(published(&c, &mentor_changed__descriptor));
}

static void a_capacity_below_the_places_taken_is_refused(void **state) {
  struct story *s = *state;
  s->mentor->places_taken = 2;
  Mentor *said = mentor_of(&s->d, 1);
  said->capacity = 1;
  struct change c = changed(&s->d, said, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/capacity");
}

static void a_change_names_the_version_that_it_saw(void **state) {
  struct story *s = *state;
  struct change c = changed(&s->d, mentor_of(&s->d, 1), 0);
  assert_refused(&c, CODE__INVALID, NULL);
  c = changed(&s->d, mentor_of(&s->d, 1), 7);
  assert_refused(&c, CODE__STALE, NULL);
  c = changed(&s->d, mentor_of(&s->d, 9), 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void pausing_twice_is_pausing_once_and_resuming_undoes_it(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  struct change c = paused(d, 1);
  assert_non_null(published(&c, &mentor_paused__descriptor));
  decision_commit(d, &c);
  const Mentor *mentor = decision_record(d, &mentor__descriptor, s->mentor->id);
  assert_int_equal(mentor->state, MENTOR_STATE__PAUSED);
  assert_string_equal(mentor->paused_why, "on leave");
  c = paused(d, 1);
  assert_null(c.records);
  c = resumed(d, 1);
  assert_non_null(published(&c, &mentor_resumed__descriptor));
  decision_commit(d, &c);
  mentor = decision_record(d, &mentor__descriptor, s->mentor->id);
  assert_int_equal(mentor->state, MENTOR_STATE__ACTIVE);
  assert_string_equal(mentor->paused_why, "");
  c = resumed(d, 1);
  assert_null(c.records);
}

static void an_unknown_mentor_is_not_found(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  struct change c = read_one(d, mentor_id(d, 9));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = read_one(d, "../secret");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = paused(d, 9);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = resumed(d, 9);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_reading_shows_the_version_and_names_its_subject(void **state) {
  struct story *s = *state;
  struct change c = read_one(&s->d, s->mentor->id);
  assert_done(&c);
  assert_int_equal(c.version, 1);
  assert_string_equal(c.subjects->subject, s->mentor->id);
}

static void a_list_goes_on_where_the_page_before_ended(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  for (unsigned n = 2; n <= 5; n++) given_mentor(d, mentor_of(d, n));
  ListMentors cmd = LIST_MENTORS__INIT;
  cmd.limit = 3;
  struct change c = decided(d, &cmd);
  const Mentors *page = (const void *)c.reply;
  assert_int_equal(page->n_mentors, 3);
  assert_string_equal(page->next, mentor_id(d, 3));
  cmd.after = page->next;
  c = decided(d, &cmd);
  page = (const void *)c.reply;
  assert_int_equal(page->n_mentors, 2);
  assert_string_equal(page->mentors[1]->id, mentor_id(d, 5));
  assert_string_equal(page->next, "");
}

static void only_those_who_look_after_mentors_change_them(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  decision_as(d, "CASES", MAY(CASE_SYSTEM));
  struct change c = registered(d, mentor_of(d, 2));
  assert_done(&c);
  c = changed(d, mentor_of(d, 1), 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(d, "N07A123", MAY(PRACTITIONER));
  c = read_one(d, mentor_id(d, 1));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(d, "S01", MAY(MENTOR_SUPERVISOR));
  c = read_one(d, mentor_id(d, 1));
  assert_done(&c);
}

static void a_supervisor_reaches_the_mentors_whom_they_supervise_and_may_hand_one_on(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  Mentor *other = mentor_of(d, 2), *mine = mentor_of(d, 1);
  other->supervisor = "S02";
  given_mentor(d, other);
  decision_as(d, "S01", MAY(MENTOR_SUPERVISOR));
  struct change c = read_one(d, mentor_id(d, 2)), absent = read_one(d, mentor_id(d, 9));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  assert_string_equal(c.problem->why, absent.problem->why);
  c = paused(d, 2);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = changed(d, mentor_of(d, 2), 1); // as if it were theirs
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = changed(d, mine, 7);
  assert_refused(&c, CODE__STALE, NULL);
  mine->supervisor = "S02";
  c = changed(d, mine, 1);
  assert_done(&c);
  ListMentors cmd = LIST_MENTORS__INIT;
  c = decided(d, &cmd);
  assert_int_equal(((const Mentors *)c.reply)->n_mentors, 1);
  assert_string_equal(((const Mentors *)c.reply)->mentors[0]->id, mentor_id(d, 1));
}

static void a_supervisor_registers_only_mentors_of_their_own(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  decision_as(d, "S01", MAY(MENTOR_SUPERVISOR));
  struct change c = registered(d, mentor_of(d, 3));
  assert_done(&c);
  Mentor *others = mentor_of(d, 4);
  others->supervisor = "S02";
  c = registered(d, others);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_mentor_reads_their_own_record_without_whom_they_must_not_meet(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  LIST(s->mentor, not_with, "X999999");
  as_mentor(d, 1, NULL);
  struct change c = read_one(d, mentor_id(d, 1));
  assert_done(&c);
  assert_int_equal(((const Mentor *)c.reply)->n_not_with, 0);
  given_mentor(d, mentor_of(d, 2));
  as_mentor(d, 2, NULL);
  c = read_one(d, mentor_id(d, 1));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_mentor(d, 1, OFFER_ID); // the link of an offer does not open it
  c = read_one(d, mentor_id(d, 1));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(a_new_mentor_is_active_with_all_places_free),
      STORY(registering_the_same_twice_registers_once),
      STORY(the_same_id_with_other_content_is_a_conflict),
      STORY(crns_are_kept_in_capitals),
      STORY(a_wrong_field_is_named),
      STORY(a_reason_has_no_control_characters_but_may_have_lines),
      STORY(all_wrong_fields_are_named_at_once),
      STORY(a_list_holds_nothing_twice_and_not_too_much),
      STORY(a_missing_mentor_is_refused),
      STORY(a_change_keeps_what_the_service_set),
      STORY(a_capacity_below_the_places_taken_is_refused),
      STORY(a_change_names_the_version_that_it_saw),
      STORY(pausing_twice_is_pausing_once_and_resuming_undoes_it),
      STORY(an_unknown_mentor_is_not_found),
      STORY(a_reading_shows_the_version_and_names_its_subject),
      STORY(a_list_goes_on_where_the_page_before_ended),
      STORY(only_those_who_look_after_mentors_change_them),
      STORY(a_supervisor_reaches_the_mentors_whom_they_supervise_and_may_hand_one_on),
      STORY(a_supervisor_registers_only_mentors_of_their_own),
      STORY(a_mentor_reads_their_own_record_without_whom_they_must_not_meet),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
