// links: matching
// A mentor's own people, and how little is shown of them.
#include "matching_world.h"

#define MENTORING_ID "cccccccc-0000-4000-8000-000000000001"
#define SUPERVISION_ID "cccccccc-0000-4000-8000-000000000002"

static struct change list(struct story *s) {
  ListMyPeople *cmd = arena_take(&s->d.arena, sizeof *cmd);
  list_my_people__init(cmd);
  return decided(&s->d, cmd);
}

static struct change read_one(struct story *s, const char *crn) {
  ReadMyPerson *cmd = arena_take(&s->d.arena, sizeof *cmd);
  read_my_person__init(cmd);
  cmd->crn = (char *)crn;
  return decided(&s->d, cmd);
}

static size_t n_listed(struct story *s) {
  struct change c = list(s);
  assert_done(&c);
  return ((const MyPeople *)c.reply)->n_people;
}

// The mentor accepts the person; what follows is sent by the mentor.
static void given_match(struct story *s) {
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, NULL);
  AcceptOffer cmd = ACCEPT_OFFER__INIT;
  cmd.id = OFFER_ID;
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  decision_commit(&s->d, &c);
}

static Engagement *given_engagement(struct story *s, const char *id, const char *explanation) {
  Engagement *e = arena_take(&s->d.arena, sizeof *e);
  engagement__init(e);
  e->id = (char *)id;
  e->crn = CRN;
  e->explanation = (char *)explanation;
  given(&s->d, &engagement__descriptor, id, 1, e);
  given_in_index(&s->d, "engagements-of/" CRN, id);
  return e;
}

static Appointment *given_appointment(struct story *s, unsigned n, const char *engagement_id, int64_t starts_at_ms) {
  Appointment *a = arena_take(&s->d.arena, sizeof *a);
  appointment__init(a);
  a->id = arena_printf(&s->d.arena, "aaaaaaaa-0000-4000-8000-%012u", n);
  a->engagement_id = (char *)engagement_id;
  a->starts_at = timestamp_of(&s->d.arena, starts_at_ms);
  a->place = arena_printf(&s->d.arena, "place %u", n);
  a->mode = MODE__IN_PERSON;
  a->state = APPOINTMENT_STATE__PLANNED;
  given(&s->d, &appointment__descriptor, a->id, 1, a);
  given_in_index(&s->d, "appointments-of/" CRN,
                 arena_printf(&s->d.arena, "%013lld/%s", (long long)starts_at_ms, a->id));
  return a;
}

static PersonalDetails *given_details(struct story *s) {
  PersonalDetails *details = arena_take(&s->d.arena, sizeof *details);
  personal_details__init(details);
  details->given_name = "Siân";
  details->family_name = "Canaryname";
  details->telephone = "+447700900123";
  s->person->personal = details;
  return details;
}

static const MyPerson *shown(struct story *s) {
  struct change c = read_one(s, "x123456");
  assert_done(&c);
  return (const MyPerson *)c.reply;
}

static void a_person_is_the_mentors_own_from_acceptance_to_the_end_of_the_match(void **state) {
  struct story *s = *state;
  given_offer(&s->d, OFFER_ID, CRN, 1);
  as_mentor(&s->d, 1, NULL);
  assert_int_equal(n_listed(s), 0);
  AcceptOffer accept = ACCEPT_OFFER__INIT;
  accept.id = OFFER_ID;
  struct change c = decided(&s->d, &accept);
  decision_commit(&s->d, &c);
  assert_int_equal(n_listed(s), 1);
  assert_string_equal(shown(s)->match_id, OFFER_ID);
  EndMatch end = END_MATCH__INIT;
  end.id = OFFER_ID;
  end.why = "the order has ended";
  as_coordinator(&s->d);
  c = decided(&s->d, &end);
  assert_done(&c);
  decision_commit(&s->d, &c);
  as_mentor(&s->d, 1, NULL);
  assert_int_equal(n_listed(s), 0);
  c = read_one(s, CRN);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_mentor_is_shown_the_given_name_and_not_how_to_find_the_person(void **state) {
  struct story *s = *state;
  given_details(s);
  given_match(s);
  const MyPerson *p = shown(s);
  assert_string_equal(p->given_name, "Siân");
  uint8_t bytes[1024];
  size_t n = protobuf_c_message_pack(&p->base, bytes);
  assert_null(memmem(bytes, n, "Canaryname", 10));
  assert_null(memmem(bytes, n, "7700900", 7));
}

static void a_safe_contact_instruction_is_a_sign_to_ask_and_not_its_words(void **state) {
  struct story *s = *state;
  given_details(s);
  given_match(s);
  assert_false(shown(s)->ask_first);
  s->person->personal->safe_contact = "Never when Rhys is at home";
  assert_true(shown(s)->ask_first);
}

static void the_next_appointment_is_the_soonest_that_stands_on_the_mentors_engagement(void **state) {
  struct story *s = *state;
  given_match(s);
  assert_string_equal(shown(s)->engagement_id, "");
  given_engagement(s, SUPERVISION_ID, "");
  Engagement *e = given_engagement(s, MENTORING_ID, "confidentiality");
  e->explained_version = 1;
  given_appointment(s, 1, MENTORING_ID, DECISION_NOW_MS - DAY_MS);
  given_appointment(s, 2, SUPERVISION_ID, DECISION_NOW_MS + DAY_MS / 2);
  given_appointment(s, 3, MENTORING_ID, DECISION_NOW_MS + DAY_MS)->state = APPOINTMENT_STATE__CANCELLED;
  assert_null(shown(s)->next_starts_at);
  given_appointment(s, 4, MENTORING_ID, DECISION_NOW_MS + 2 * DAY_MS);
  given_appointment(s, 5, MENTORING_ID, DECISION_NOW_MS + 3 * DAY_MS);
  const MyPerson *p = shown(s);
  assert_string_equal(p->engagement_id, MENTORING_ID);
  assert_int_equal(p->explained_version, 1);
  assert_int_equal(timestamp_ms(p->next_starts_at), DECISION_NOW_MS + 2 * DAY_MS);
  assert_string_equal(p->next_place, "place 4");
  e->closed_at = timestamp_of(&s->d.arena, DECISION_NOW_MS);
  assert_string_equal(shown(s)->engagement_id, "");
}

static void another_mentor_the_link_of_the_offer_and_a_restricted_one_find_nobody(void **state) {
  struct story *s = *state;
  given_match(s);
  as_mentor(&s->d, 2, NULL);
  struct change c = read_one(s, CRN);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_mentor(&s->d, 1, OFFER_ID);
  c = read_one(s, CRN);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  assert_int_equal(n_listed(s), 0);
  as_mentor(&s->d, 1, NULL);
  struct decision *d = &s->d;
  LIST(s->person, restricted, mentor_id(d, 1));
  c = read_one(s, CRN);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  assert_int_equal(n_listed(s), 0);
  c = read_one(s, "?");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_coordinator(&s->d);
  c = list(s);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(a_person_is_the_mentors_own_from_acceptance_to_the_end_of_the_match),
      STORY(a_mentor_is_shown_the_given_name_and_not_how_to_find_the_person),
      STORY(a_safe_contact_instruction_is_a_sign_to_ask_and_not_its_words),
      STORY(the_next_appointment_is_the_soonest_that_stands_on_the_mentors_engagement),
      STORY(another_mentor_the_link_of_the_offer_and_a_restricted_one_find_nobody),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
