// links: intake matching reminders courier reporting mentoring safeguarding
// kinds: trust
// Who may know what: every cell of the table through the engine, and in sentences those that matter most.
#include "access_world.h"

#include "courier.h"
#include "intake.h"
#include "matching.h"
#include "mentoring.h"
#include "reminders.h"
#include "reporting.h"
#include "safeguarding.h"
#include <stdio.h>

static const struct service *const services[] = {&intake,    &matching,  &reminders,   &courier,
                                                 &reporting, &mentoring, &safeguarding};
enum {
  SERVICES = sizeof services / sizeof *services,
  ROLES = ROLE__RECORDS_OFFICER + 1
};

static int begin(void **state) {
  *state = town_new();
  return 0;
}
static int end(void **state) {
  town_free(*state);
  return 0;
}

// --- the table is whole

static const struct row *row_of(const ProtobufCMessageDescriptor *message) {
  for (size_t i = 0; i < SERVICES; i++)
    for (const struct row *r = services[i]->rows; r->body || r->timer; r++)
      if (r->kind == ROW_COMMAND && r->body == message) return r;
  return NULL;
}

static void no_command_of_any_service_is_without_a_row_and_no_row_without_its_command(void **state) {
  (void)state;
  for (size_t i = 0; i < SERVICES; i++)
    for (const struct row *r = services[i]->rows; r->body || r->timer; r++)
      if (r->kind == ROW_COMMAND && !access_find(r->body)) fail_msg("no row for %s", r->body->name);
  for (const struct access_row *a = access_table; a->message; a++)
    if (!row_of(a->message)) fail_msg("no service takes %s", a->message->name);
}

static void no_message_has_two_rows_and_none_is_for_nobody(void **state) {
  (void)state;
  for (const struct access_row *a = access_table; a->message; a++) {
    assert_ptr_equal(access_find(a->message), a);
    assert_true(access_senders(a));
    assert_false(access_senders(a) & MAY(ROLE_UNSPECIFIED));
  }
}

// --- every cell

// What the relations mean, said once more and in another way than in the product.
static bool holds(enum relation relation, enum standing s) {
  static const bool table[][STANDINGS] = {
      [RELATION_AREA] = {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
      [RELATION_OWN_CASE] = {[OWN] = true, [GLASS_OPEN] = true},
      [RELATION_OWN_MENTEE] = {[MATCHED] = true, [COVERS] = true},
      [RELATION_OWN_MEETING] = {[MATCHED] = true, [COVERS] = true, [BOOKED] = true},
      [RELATION_OWN_OFFER] = {[OFFERED] = true, [MATCH_ENDED] = true},
      [RELATION_OWN_SUPERVISEE] = {[MATCHED_BESIDE] = true},
      [RELATION_SELF] = {[HIMSELF] = true},
      [RELATION_OWN_SIGN_IN] = {[HIMSELF] = true},
      [RELATION_OWN_FEED] = {false}, // by its link alone: a test of its own, below
  };
  return relation > RELATION_NO_RECORD && table[relation][s];
}

// Whoever may not send a message that is about nobody's record is told so; of a record nobody tells whether it is
// there.
static Code expected(const struct access_row *a, const struct access_cell *cell) {
  if (cell->relation == RELATION_NOBODY && a->operation == OPERATION__OPERATION_NONE) return CODE__FORBIDDEN;
  return holds(cell->relation, scene.standing) && !scene.restricted ? CODE__OK : CODE__NOT_FOUND;
}

static void check_cell(struct desk *d, const struct access_row *a, unsigned role, bool check_only) {
  const struct access_cell *cell = &a->cells[role];
  Code code = any_ask(d, a->message, 1u << role, check_only, NULL), wanted = expected(a, cell);
  const char *who = protobuf_c_enum_descriptor_get_value(&role__descriptor, (int)role)->name;
  if (code != wanted)
    fail_msg("%s by %s, %s%s: %d, not %d", a->message->name, who, standing_words[scene.standing],
             scene.restricted ? ", restricted" : "", code, wanted);
  if (code == CODE__OK && any_shown(d) != (cell->partitions & 0x1eu))
    fail_msg("%s by %s, %s: shows %x", a->message->name, who, standing_words[scene.standing], any_shown(d));
}

static void every_role_reaches_with_every_message_whom_its_cell_says_and_is_shown_its_partitions(void **state) {
  for (int s = 0; s < 2 * STANDINGS; s++) {
    struct town *t = town_new();
    struct desk *d = any_new(t);
    scene_new(s % STANDINGS, s >= STANDINGS);
    scene_write(d);
    for (const struct access_row *a = access_table; a->message; a++)
      for (unsigned role = 1; role < ROLES; role++) {
        check_cell(d, a, role, false);
        check_cell(d, a, role, true);
      }
    desk_free(d);
    town_free(t);
  }
  (void)state;
}

static void two_roles_reach_whom_one_of_them_reaches(void **state) {
  struct desk *d = any_new(*state);
  for (int s = ABSENT; s < STANDINGS; s++) {
    scene_new(s, false);
    scene_write(d);
    for (const struct access_row *a = access_table; a->message; a++)
      for (unsigned one = 1; one < ROLES; one++) {
        unsigned other = ROLE__PRACTITIONER;
        if (one == ROLE__OPERATOR) continue;
        bool reached = holds(a->cells[one].relation, s) || holds(a->cells[other].relation, s);
        assert_int_equal(any_ask(d, a->message, 1u << one | 1u << other, false, NULL) == CODE__OK, reached);
        if (!reached) continue;
        unsigned shown = (holds(a->cells[one].relation, s) ? a->cells[one].partitions : 0u) |
                         (holds(a->cells[other].relation, s) ? a->cells[other].partitions : 0u);
        assert_int_equal(any_shown(d), shown);
      }
  }
  desk_free(d);
}

// --- refusals tell nothing

static char *problem_of(struct desk *d, size_t *bytes) {
  *bytes = problem__get_packed_size(d->reply->problem);
  char *packed = malloc(*bytes + 1);
  problem__pack(d->reply->problem, (uint8_t *)packed);
  return packed;
}

// Whatever the service would say: who is out of reach looks like nobody at all, byte by byte.
static void who_is_not_reached_looks_like_who_is_not_there(void **state) {
  struct desk *d = any_new(*state);
  size_t n_absent, n;
  scene_new(ABSENT, false);
  assert_int_equal(any_ask(d, &read_session__descriptor, MAY(PRACTITIONER), false, NULL), CODE__NOT_FOUND);
  char *absent = problem_of(d, &n_absent);
  for (int s = 2 * UNRELATED; s < 2 * STANDINGS; s++) {
    scene.refuses = s % 2;
    scene_new(s / 2, s / 2 == OWN);
    scene_write(d);
    if (s / 2 == GLASS_OPEN) continue;
    assert_int_equal(any_ask(d, &read_session__descriptor, MAY(PRACTITIONER), false, NULL), CODE__NOT_FOUND);
    char *hidden = problem_of(d, &n);
    assert_int_equal(n, n_absent);
    assert_memory_equal(hidden, absent, n);
    free(hidden);
  }
  free(absent);
  scene.refuses = false;
  desk_free(d);
}

// For every message that is about somebody's record, and every role that may not send it: the answer is that of one who
// may send it and asks for nobody, byte by byte, and the same where there is somebody.
static void a_role_that_may_not_ask_is_told_what_one_is_told_who_asks_for_nobody(void **state) {
  struct desk *d = any_new(*state);
  for (int s = ABSENT; s <= OWN; s++) {
    scene_new(s, false);
    scene_write(d);
    for (const struct access_row *a = access_table; a->message; a++)
      for (unsigned role = 1; role < ROLES; role++) {
        if (!a->operation || a->cells[role].relation != RELATION_NOBODY) continue;
        any_ask(d, a->message, 1u << role, false, NULL);
        assert_int_equal(d->reply->problem->code, CODE__NOT_FOUND);
        assert_string_equal(d->reply->problem->why, ACCESS_NOT_FOUND);
        assert_int_equal(d->reply->problem->n_fields, 0);
      }
  }
  desk_free(d);
}

static void who_is_reached_hears_why_it_was_refused(void **state) {
  struct desk *d = any_new(*state);
  scene.refuses = true;
  scene_new(OWN, false);
  scene_write(d);
  assert_int_equal(any_ask(d, &amend_session__descriptor, MAY(PRACTITIONER), false, NULL), CODE__CONFLICT);
  scene.refuses = false;
  desk_free(d);
}

static void a_refusal_is_in_the_audit_with_the_person_who_was_asked_for(void **state) {
  struct town *t = *state;
  struct desk *d = any_new(t);
  scene_new(UNRELATED, false);
  scene_write(d);
  size_t before = truth_entries(t, "audit"), n;
  any_ask(d, &read_person__descriptor, MAY(PRACTITIONER), false, NULL);
  assert_int_equal(truth_entries(t, "audit"), before + 1);
  struct store_entry *entries = memory_entries(t->truth, AREA, "audit", before, 10, &n);
  AuditList *list =
      arena_unpack(&t->arena, &audit_list__descriptor, entries[n - 1].list.data, entries[n - 1].list.size_bytes);
  assert_int_equal(list->entries[0]->outcome, CODE__NOT_FOUND);
  assert_string_equal(list->entries[0]->actor, ACTOR);
  assert_int_equal(list->entries[0]->n_subjects, 1);
  assert_string_equal(list->entries[0]->subjects[0], scene.crn);
  free(entries);
  desk_free(d);
}

// --- sentences

static void expect(struct desk *d, const ProtobufCMessageDescriptor *message, roles_t roles, enum standing standing,
                   Code code, unsigned shown) {
  scene_new(standing, false);
  scene_write(d);
  Code was = any_ask(d, message, roles, false, NULL);
  if (was != code) fail_msg("%s, %s: %d, not %d", message->name, standing_words[standing], was, code);
  if (code == CODE__OK && any_shown(d) != shown) fail_msg("%s shows %x, not %x", message->name, any_shown(d), shown);
}
#define NAMES (1u << PARTITION__CONTACT)
#define SUPERVISED (1u << PARTITION__SUPERVISION)

static void a_practitioner_reads_their_own_cases_and_breaks_the_glass_for_others(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &read_person__descriptor, MAY(PRACTITIONER), OWN, CODE__OK, NAMES);
  expect(d, &read_person__descriptor, MAY(PRACTITIONER), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &read_person__descriptor, MAY(PRACTITIONER), GLASS_OPEN, CODE__OK, NAMES);
  expect(d, &read_person__descriptor, MAY(PRACTITIONER), GLASS_EXPIRED, CODE__NOT_FOUND, 0);
  expect(d, &list_sessions__descriptor, MAY(PRACTITIONER), OWN, CODE__OK, SUPERVISED);
  expect(d, &record_session__descriptor, MAY(PRACTITIONER), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &read_reminders__descriptor, MAY(PRACTITIONER), OWN, CODE__OK, 0);
  desk_free(d);
}

static void no_practitioner_is_shown_what_is_for_mentors_or_for_safeguarding(void **state) {
  (void)state;
  const unsigned not_theirs = 1u << PARTITION__MENTORING | 1u << PARTITION__SAFEGUARDING;
  for (const struct access_row *a = access_table; a->message; a++)
    assert_false(a->cells[ROLE__PRACTITIONER].partitions & not_theirs);
}

static void a_practitioner_reaches_nobody_by_being_in_the_area_but_to_break_the_glass(void **state) {
  (void)state;
  for (const struct access_row *a = access_table; a->message; a++)
    if (a->message != &open_break_glass__descriptor)
      assert_int_not_equal(a->cells[ROLE__PRACTITIONER].relation, RELATION_AREA);
}

static void a_coordinator_sees_people_and_nothing_of_what_was_said(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &read_person__descriptor, MAY(COORDINATOR), UNRELATED, CODE__OK, NAMES);
  expect(d, &list_candidates__descriptor, MAY(COORDINATOR), UNRELATED, CODE__OK, NAMES);
  expect(d, &read_session__descriptor, MAY(COORDINATOR), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &list_appointments__descriptor, MAY(COORDINATOR), UNRELATED, CODE__NOT_FOUND, 0);
  desk_free(d);
}

static void an_auditor_sees_sessions_without_their_narrative(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &read_session__descriptor, MAY(AUDITOR), UNRELATED, CODE__OK, 0);
  expect(d, &list_sessions__descriptor, MAY(AUDITOR), UNRELATED, CODE__OK, 0);
  expect(d, &amend_session__descriptor, MAY(AUDITOR), UNRELATED, CODE__NOT_FOUND, 0);
  desk_free(d);
}

static void a_mentor_answers_their_own_offers_and_reads_no_persons_record(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &accept_offer__descriptor, MAY(MENTOR), OFFERED, CODE__OK, 0);
  expect(d, &accept_offer__descriptor, MAY(MENTOR), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &view_offer__descriptor, MAY(MENTOR), MATCHED_BESIDE, CODE__NOT_FOUND, 0);
  expect(d, &read_person__descriptor, MAY(MENTOR), MATCHED, CODE__NOT_FOUND, 0);
  expect(d, &list_sessions__descriptor, MAY(MENTOR), MATCHED, CODE__OK, 0);
  expect(d, &list_sessions__descriptor, MAY(MENTOR), OFFERED, CODE__NOT_FOUND, 0);
  expect(d, &list_sessions__descriptor, MAY(MENTOR), MATCH_ENDED, CODE__NOT_FOUND, 0);
  desk_free(d);
}

static void a_note_is_for_the_persons_mentor_and_for_nobody_else(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &read_note__descriptor, MAY(MENTOR), MATCHED, CODE__OK, 1u << PARTITION__MENTORING);
  expect(d, &read_note__descriptor, MAY(MENTOR), OFFERED, CODE__NOT_FOUND, 0);
  expect(d, &read_note__descriptor, MAY(MENTOR), MATCH_ENDED, CODE__NOT_FOUND, 0);
  for (const struct access_row *a = access_table; a->message; a++)
    for (unsigned role = 1; role < ROLES; role++)
      if (a->cells[role].partitions & 1u << PARTITION__MENTORING) assert_int_equal(role, ROLE__MENTOR);
  expect(d, &read_note__descriptor, MAY(PRACTITIONER), OWN, CODE__NOT_FOUND, 0);
  expect(d, &list_notes__descriptor, MAY(SAFEGUARDING_LEAD) | MAY(AUDITOR), OWN, CODE__NOT_FOUND, 0);
  desk_free(d);
}

static void a_disclosure_is_raised_by_the_persons_mentor_and_read_by_leads_alone(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &raise_disclosure__descriptor, MAY(MENTOR), MATCHED, CODE__OK, 0);
  expect(d, &raise_disclosure__descriptor, MAY(MENTOR), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &read_disclosure__descriptor, MAY(SAFEGUARDING_LEAD), UNRELATED, CODE__OK, 1u << PARTITION__SAFEGUARDING);
  expect(d, &read_disclosure__descriptor, MAY(PRACTITIONER) | MAY(MENTOR), OWN, CODE__NOT_FOUND, 0);
  for (const struct access_row *a = access_table; a->message; a++)
    for (unsigned role = 1; role < ROLES; role++)
      if (a->cells[role].partitions & 1u << PARTITION__SAFEGUARDING && a->message != &collect_records__descriptor)
        assert_int_equal(role, ROLE__SAFEGUARDING_LEAD);
  desk_free(d);
}

static void a_link_to_one_offer_opens_that_offer_and_nothing_else(void **state) {
  struct desk *d = any_new(*state);
  scene_new(OFFERED, false);
  scene_write(d);
  char link[64];
  snprintf(link, sizeof link, "Offer/%s", scene.offer);
  assert_int_equal(any_ask(d, &view_offer__descriptor, MAY(MENTOR), false, link), CODE__OK);
  assert_int_equal(
      any_ask(d, &view_offer__descriptor, MAY(MENTOR), false, "Offer/0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7a01"),
      CODE__NOT_FOUND);
  assert_int_equal(any_ask(d, &view_offer__descriptor, MAY(MENTOR), false, "Mentor/" ACTOR), CODE__NOT_FOUND);
  scene_new(OWN, false);
  scene_write(d);
  assert_int_equal(any_ask(d, &read_person__descriptor, MAY(PRACTITIONER), false, link), CODE__NOT_FOUND);
  desk_free(d);
}

static void the_link_of_a_calendar_opens_the_feed_of_ones_own_people_and_nothing_else(void **state) {
  struct desk *d = any_new(*state);
  for (int s = ABSENT; s < STANDINGS; s++) {
    scene_new(s, false);
    scene_write(d);
    for (const struct access_row *a = access_table; a->message; a++) {
      bool opens = a->message == &read_feed__descriptor && (s == MATCHED || s == COVERS || s == BOOKED);
      assert_int_equal(any_ask(d, a->message, MAY(MENTOR), false, "Calendar/ab") == CODE__OK, opens);
    }
  }
  desk_free(d);
}

static void a_person_reads_their_own_record_and_appointments_and_nobody_elses(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &read_person__descriptor, MAY(PERSON), HIMSELF, CODE__OK, NAMES);
  expect(d, &list_appointments__descriptor, MAY(PERSON), HIMSELF, CODE__OK, 0);
  expect(d, &read_person__descriptor, MAY(PERSON), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &list_people__descriptor, MAY(PERSON), HIMSELF, CODE__NOT_FOUND, 0);
  expect(d, &read_session__descriptor, MAY(PERSON), HIMSELF, CODE__OK, SUPERVISED);
  expect(d, &collect_records__descriptor, MAY(PERSON), HIMSELF, CODE__NOT_FOUND, 0);
  desk_free(d);
}

static void a_mentors_supervisor_ends_the_matches_of_their_own_mentors(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &end_match__descriptor, MAY(MENTOR_SUPERVISOR), MATCHED_BESIDE, CODE__OK, 0);
  expect(d, &end_match__descriptor, MAY(MENTOR_SUPERVISOR), MATCHED, CODE__NOT_FOUND, 0);
  expect(d, &read_person__descriptor, MAY(MENTOR_SUPERVISOR), MATCHED_BESIDE, CODE__NOT_FOUND, 0);
  desk_free(d);
}

// Neither as an operator alone, nor with any other role in the same token.
static void whoever_is_an_operator_reaches_nobodys_record(void **state) {
  struct desk *d = any_new(*state);
  scene_new(OWN, false);
  scene_write(d);
  for (const struct access_row *a = access_table; a->message; a++) {
    assert_true(a->cells[ROLE__OPERATOR].relation <= RELATION_NO_RECORD);
    for (unsigned role = 1; role < ROLES; role++)
      assert_int_not_equal(any_ask(d, a->message, MAY(OPERATOR) | 1u << role, false, NULL), CODE__OK);
  }
  assert_int_equal(any_ask(d, &list_dead_letters__descriptor, MAY(OPERATOR), false, NULL), CODE__NOT_FOUND);
  assert_int_equal(any_ask(d, &read_person__descriptor, MAY(OPERATOR), false, NULL), CODE__NOT_FOUND);
  desk_free(d);
}

static void a_manager_reads_counts_and_no_record(void **state) {
  (void)state;
  for (const struct access_row *a = access_table; a->message; a++) {
    bool counts = a->message == &read_report__descriptor || a->message == &preview_weights__descriptor;
    assert_int_equal(a->cells[ROLE__MANAGER].relation, counts ? RELATION_NO_RECORD : RELATION_NOBODY);
  }
}

static void a_case_system_writes_and_reads_nobodys_sessions(void **state) {
  struct desk *d = any_new(*state);
  expect(d, &record_session__descriptor, MAY(CASE_SYSTEM), UNRELATED, CODE__OK, SUPERVISED);
  expect(d, &read_session__descriptor, MAY(CASE_SYSTEM), UNRELATED, CODE__NOT_FOUND, 0);
  expect(d, &read_person__descriptor, MAY(CASE_SYSTEM), UNRELATED, CODE__NOT_FOUND, 0);
  desk_free(d);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
int main(void) {
  const struct CMUnitTest tests[] = {
      TEST(no_command_of_any_service_is_without_a_row_and_no_row_without_its_command),
      TEST(no_message_has_two_rows_and_none_is_for_nobody),
      TEST(every_role_reaches_with_every_message_whom_its_cell_says_and_is_shown_its_partitions),
      TEST(two_roles_reach_whom_one_of_them_reaches),
      TEST(who_is_not_reached_looks_like_who_is_not_there),
      TEST(a_role_that_may_not_ask_is_told_what_one_is_told_who_asks_for_nobody),
      TEST(who_is_reached_hears_why_it_was_refused),
      TEST(a_refusal_is_in_the_audit_with_the_person_who_was_asked_for),
      TEST(a_practitioner_reads_their_own_cases_and_breaks_the_glass_for_others),
      TEST(no_practitioner_is_shown_what_is_for_mentors_or_for_safeguarding),
      TEST(a_practitioner_reaches_nobody_by_being_in_the_area_but_to_break_the_glass),
      TEST(a_coordinator_sees_people_and_nothing_of_what_was_said),
      TEST(an_auditor_sees_sessions_without_their_narrative),
      TEST(a_mentor_answers_their_own_offers_and_reads_no_persons_record),
      TEST(a_note_is_for_the_persons_mentor_and_for_nobody_else),
      TEST(a_disclosure_is_raised_by_the_persons_mentor_and_read_by_leads_alone),
      TEST(a_link_to_one_offer_opens_that_offer_and_nothing_else),
      TEST(the_link_of_a_calendar_opens_the_feed_of_ones_own_people_and_nothing_else),
      TEST(a_person_reads_their_own_record_and_appointments_and_nobody_elses),
      TEST(a_mentors_supervisor_ends_the_matches_of_their_own_mentors),
      TEST(whoever_is_an_operator_reaches_nobodys_record),
      TEST(a_manager_reads_counts_and_no_record),
      TEST(a_case_system_writes_and_reads_nobodys_sessions),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
