// The engine on a store in memory: what it lets in, what it commits, and what it does when another writer was first.
#include "audit.h"
#include "engine_world.h"

static int begin(void **state) {
  *state = town_new();
  return 0;
}
static int end(void **state) {
  town_free(*state);
  return 0;
}

static ReadReminders *a_look(struct town *t, const char *id) {
  ReadReminders *cmd = arena_take(&t->arena, sizeof *cmd);
  read_reminders__init(cmd);
  cmd->appointment_id = (char *)id;
  return cmd;
}

static Event an_event(struct town *t, const ProtobufCMessage *body) {
  Event e = EVENT__INIT;
  e.type = (char *)body->descriptor->short_name;
  e.body.len = protobuf_c_message_get_packed_size(body);
  e.body.data = arena_take(&t->arena, e.body.len + 1);
  protobuf_c_message_pack(body, e.body.data);
  return e;
}

static Event registered_event(struct town *t, const char *crn) {
  PersonRegistered body = PERSON_REGISTERED__INIT;
  body.crn = (char *)crn;
  return an_event(t, &body.base);
}

static void take_result(void *context, enum engine_result result) {
  *(enum engine_result *)context = result;
}

static enum engine_result handled(struct desk *d, uint64_t seen, uint64_t sequence, const Event *event) {
  enum engine_result result = ENGINE_UNAVAILABLE;
  engine_event(d->engine, AREA, seen, sequence, event, take_result, &result);
  desk_run(d);
  return result;
}

// --- who may

static void a_command_without_an_actor_is_refused(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_send_as(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL), NULL, false);
  assert_int_equal(desk_code(d), CODE__UNAUTHENTICATED);
  assert_int_equal(store_memory_waiting(d->store), 0);
  desk_free(d);
}

static void a_role_that_the_row_does_not_name_is_refused(void **state) {
  struct desk *d = desk_new(*state, true);
  Role manager[] = {ROLE__MANAGER};
  Actor actor = *an_actor();
  actor.roles = manager;
  desk_send_as(d, a_reading(*state, CRN), &actor, false);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__NOT_FOUND);
  desk_free(d);
}

static void another_area_is_refused(void **state) {
  struct desk *d = desk_new(*state, true);
  char *elsewhere[] = {"lon-south"};
  Actor actor = *an_actor();
  actor.areas = elsewhere;
  desk_send_as(d, a_reading(*state, CRN), &actor, false);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__FORBIDDEN);
  desk_free(d);
}

static void a_command_that_no_row_takes_is_not_found(void **state) {
  struct desk *d = desk_new(*state, true);
  OpenEngagement cmd = OPEN_ENGAGEMENT__INIT;
  desk_send(d, &cmd);
  assert_int_equal(desk_code(d), CODE__NOT_FOUND);
  desk_free(d);
}

static void a_seal_that_comes_from_outside_is_refused(void **state) {
  struct desk *d = desk_new(*state, true);
  RegisterPerson *cmd = a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL);
  Seal seal = SEAL__INIT;
  cmd->person->personal->seal = &seal;
  assert_int_equal(desk_ask(d, cmd), CODE__INVALID);
  desk_free(d);
}

static void a_busy_engine_answers_unavailable_and_when_to_come_again(void **state) {
  struct desk *d = desk_new(*state, true);
  for (int i = 0; i < ENGINE_IN_FLIGHT; i++) desk_send(d, a_reading(*state, CRN));
  assert_int_equal(d->n_replies, 0);
  desk_send(d, a_reading(*state, CRN));
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  assert_int_equal(d->reply->problem->retry_after_s, 1);
  while (desk_step(d, MEMORY_FINE)) {
  }
  assert_int_equal(d->n_replies, ENGINE_IN_FLIGHT + 1);
  desk_free(d);
}

static void a_store_that_is_not_ready_is_unavailable_at_once(void **state) {
  struct desk *d = desk_new(*state, true);
  store_memory_set_ready(d->store, false);
  desk_send(d, a_reading(*state, CRN));
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  desk_free(d);
}

// --- once

static void the_same_id_with_the_same_content_answers_as_before_even_on_a_fresh_cache(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  RegisterPerson *cmd = a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL);
  assert_int_equal(desk_ask(d, cmd), CODE__OK);
  assert_true(d->reply->created);
  assert_int_equal(desk_ask(d, cmd), CODE__OK);
  assert_false(d->reply->created);
  assert_int_equal(desk_ask(fresh, cmd), CODE__OK);
  assert_false(fresh->reply->created);
  assert_int_equal(fresh->reply->version, 1);
  assert_int_equal(truth_entries(*state, "events"), 1);
  desk_free(d);
  desk_free(fresh);
}

static void the_same_id_with_other_content_is_a_conflict(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  assert_int_equal(desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL)), CODE__OK);
  RegisterPerson *other = a_registration(*state, CRN, "N07B999", CHANNEL__EMAIL);
  assert_int_equal(desk_ask(d, other), CODE__CONFLICT);
  assert_int_equal(desk_ask(fresh, other), CODE__CONFLICT);
  desk_free(d);
  desk_free(fresh);
}

static void a_commit_whose_answer_got_lost_is_done_once_when_it_is_sent_again(void **state) {
  struct desk *d = desk_new(*state, true);
  RegisterPerson *cmd = a_registration(*state, CRN, "N07A123", CHANNEL__SMS);
  desk_send(d, cmd);
  while (!d->n_replies) desk_step(d, truth_version(*state, "{" AREA "}:sequence") ? MEMORY_FINE : MEMORY_UNANSWERED);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  assert_int_equal(desk_ask(d, cmd), CODE__OK);
  assert_int_equal(truth_version(*state, "{" AREA "}:Person:" CRN), 1);
  desk_free(d);
}

static void a_commit_whose_end_is_not_known_publishes_nothing(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_send(d, a_count(*state, "c"));
  desk_step(d, MEMORY_FINE);
  desk_step(d, MEMORY_UNANSWERED);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  assert_int_equal(d->n_published, 0);
  assert_int_equal(truth_count(*state, "c"), 1);
  desk_free(d);
}

static void two_writers_of_one_record_both_succeed_in_the_end(void **state) {
  struct desk *one = desk_new(*state, true), *other = desk_new(*state, true);
  desk_send(one, a_count(*state, "c"));
  desk_send(other, a_count(*state, "c"));
  desk_step(one, MEMORY_FINE); // both have read it now, and found none
  desk_step(other, MEMORY_FINE);
  desk_run(one);
  desk_run(other);
  assert_int_equal(desk_code(one), CODE__OK);
  assert_int_equal(desk_code(other), CODE__OK);
  assert_int_equal(truth_count(*state, "c"), 2);
  desk_free(one);
  desk_free(other);
}

static void a_stale_cache_costs_one_more_attempt_and_nothing_else(void **state) {
  struct desk *one = desk_new(*state, true), *other = desk_new(*state, true);
  assert_int_equal(desk_ask(one, a_count(*state, "c")), CODE__OK);
  assert_int_equal(desk_ask(other, a_count(*state, "c")), CODE__OK);
  assert_int_equal(desk_ask(one, a_count(*state, "c")), CODE__OK);
  assert_int_equal(truth_count(*state, "c"), 3);
  desk_free(one);
  desk_free(other);
}

// Three are the most: what one process remembers may not make it refuse what the store would allow, nor the reverse.
static void a_refusal_rests_on_what_the_store_says_now(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true);
  for (int i = 0; i < 3; i++) assert_int_equal(desk_ask(d, a_count(t, "c")), CODE__OK);
  assert_int_equal(desk_ask(d, a_count(t, "c")), CODE__REFUSED_BY_RULE);
  uint8_t key_version_4[8 + 2] = {[7] = 4, [8] = 0x10, [9] = 1}; // somebody else sets the count back to 1
  struct store_record back = {"{" AREA "}:DailyCount:c", 3, STORE_PUT, {key_version_4, sizeof key_version_4}};
  struct store_change change = {.area = AREA, .records = &back, .n_records = 1}, *changes[] = {&change};
  enum store_result result;
  memory_commit(t->truth, "other", changes, 1, &result);
  assert_int_equal(result, STORE_DONE);
  assert_int_equal(desk_ask(d, a_count(t, "c")), CODE__OK);
  assert_int_equal(truth_count(t, "c"), 2);
  desk_free(d);
}

// The first attempt would have published; the second is refused, and then nothing may go out.
static void a_refusal_after_a_lost_race_publishes_nothing(void **state) {
  struct desk *one = desk_new(*state, true), *other = desk_new(*state, true);
  desk_ask(one, a_count(*state, "c"));
  desk_ask(one, a_count(*state, "c"));
  desk_send(one, a_count(*state, "c"));
  desk_send(other, a_count(*state, "c"));
  desk_step(other, MEMORY_FINE);
  desk_run(one);
  desk_run(other);
  assert_int_equal(desk_code(one), CODE__OK);
  assert_int_equal(desk_code(other), CODE__REFUSED_BY_RULE);
  assert_int_equal(other->n_published, 0);
  assert_int_equal(one->last_published, 3);
  desk_free(one);
  desk_free(other);
}

static void a_reply_that_needs_no_commit_is_not_out_of_the_cache(void **state) {
  struct desk *one = desk_new(*state, true), *other = desk_new(*state, true);
  desk_ask(one, a_count(*state, "c"));
  desk_ask(other, a_count(*state, "c"));
  assert_int_equal(desk_ask(one, a_look(*state, "c")), CODE__OK);
  assert_int_equal(((DailyCount *)desk_body(one, &daily_count__descriptor))->count, 2);
  desk_free(one);
  desk_free(other);
}

static void somebody_who_always_loses_the_race_is_told_to_come_again(void **state) {
  struct desk *one = desk_new(*state, true);
  struct town *t = *state;
  desk_send(one, a_look(t, "x"));
  desk_run(one);
  unsigned before = one->n_replies;
  desk_send(one, a_count(t, "c"));
  for (uint8_t version = 1; one->n_replies == before; version++) {
    desk_step(one, MEMORY_FINE); // it has read
    uint8_t value[8] = {[7] = version};
    struct store_record r = {"{" AREA "}:DailyCount:c", version - 1, STORE_PUT, {value, sizeof value}};
    struct store_change change = {.area = AREA, .records = &r, .n_records = 1}, *changes[] = {&change};
    enum store_result result;
    memory_commit(t->truth, "other", changes, 1, &result);
    desk_step(one, MEMORY_FINE); // it has lost
  }
  assert_int_equal(desk_code(one), CODE__UNAVAILABLE);
  assert_int_equal(one->n_published, 0);
  desk_free(one);
}

// Each attempt reads the record anew, and each reading takes memory: there is an end to it before there is none left.
static void somebody_who_loses_the_race_for_large_records_is_told_to_come_again(void **state) {
  struct town *t = *state;
  struct desk *one = desk_new(t, true);
  DailyCount large = DAILY_COUNT__INIT;
  large.day = arena_take(&t->arena, 6 << 20);
  memset(large.day, 'x', (6 << 20) - 1);
  uint8_t *value = calloc(1, 7 << 20);
  size_t size_bytes = 8 + daily_count__pack(&large, value + 8);
  desk_send(one, a_count(t, "c"));
  for (uint8_t version = 1; one->n_replies == 0; version++) {
    value[7] = version;
    struct store_record r = {"{" AREA "}:DailyCount:c", version - 1u, STORE_PUT, {value, size_bytes}};
    struct store_change change = {.area = AREA, .records = &r, .n_records = 1}, *changes[] = {&change};
    enum store_result result;
    memory_commit(t->truth, "other", changes, 1, &result);
    if (version > 1) desk_step(one, MEMORY_FINE); // it has lost
    desk_step(one, MEMORY_FINE);                  // it has read
  }
  assert_int_equal(desk_code(one), CODE__UNAVAILABLE);
  free(value);
  desk_free(one);
}

static void checking_only_changes_nothing(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_send_as(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS), an_actor(), true);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__OK);
  assert_true(d->reply->created);
  assert_int_equal(truth_version(*state, "{" AREA "}:Person:" CRN), 0);
  assert_int_equal(truth_entries(*state, "events") + truth_entries(*state, "audit"), 0);
  assert_int_equal(d->n_published, 0);
  desk_free(d);
}

static AuditEntry *newest_audit(struct town *t) {
  size_t n;
  struct store_entry *entries = memory_entries(t->truth, AREA, "audit", 0, 1000, &n);
  assert_true(n > 0);
  AuditList *list =
      arena_unpack(&t->arena, &audit_list__descriptor, entries[n - 1].list.data, entries[n - 1].list.size_bytes);
  free(entries);
  return list->entries[list->n_entries - 1];
}

static void what_checking_only_shows_is_in_the_audit_all_the_same(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  desk_send_as(d, a_reading(*state, CRN), an_actor(), true);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__OK);
  assert_int_equal(truth_entries(*state, "audit"), 2);
  assert_string_equal(newest_audit(*state)->message, "ReadPerson");
  assert_int_equal(newest_audit(*state)->operation, OPERATION__CONSULTATION);
  desk_free(d);
}

static void checking_only_sees_what_is_there_already(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  desk_send_as(fresh, a_registration(*state, CRN, "N07B999", CHANNEL__SMS), an_actor(), true);
  desk_run(fresh);
  assert_int_equal(desk_code(fresh), CODE__CONFLICT);
  desk_free(d);
  desk_free(fresh);
}

// --- sealed

static void what_is_written_is_sealed_in_the_store_and_open_to_the_next_reader(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  assert_false(truth_holds(*state, "{" AREA "}:Person:" CRN, "Canaryname"));
  assert_null(memmem(d->list, d->list_bytes, "447700900123", 12));
  assert_int_equal(desk_ask(fresh, a_reading(*state, CRN)), CODE__OK);
  const Person *p = desk_body(fresh, &person__descriptor);
  assert_string_equal(p->personal->given_name, "Canaryname");
  assert_null(p->personal->seal);
  desk_free(d);
  desk_free(fresh);
}

static void a_reader_without_the_partitions_key_sees_only_the_seal(void **state) {
  struct desk *d = desk_new(*state, true), *blind = desk_new(*state, false);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  assert_int_equal(desk_ask(blind, a_reading(*state, CRN)), CODE__OK);
  const Person *p = desk_body(blind, &person__descriptor);
  assert_string_equal(p->personal->given_name, "");
  assert_non_null(p->personal->seal);
  desk_free(d);
  desk_free(blind);
}

static void what_is_wanted_closed_stays_sealed_even_for_who_has_the_key(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  assert_int_equal(desk_ask(d, a_glance(*state, CRN)), CODE__OK);
  const Engagement *seen = desk_body(d, &engagement__descriptor);
  assert_string_equal(seen->practitioner, "N07A123");
  assert_string_equal(seen->purpose, "");
  assert_string_equal(seen->closed_why, "sealed");
  desk_free(d);
}

static void a_service_without_the_key_cannot_write_in_that_partition(void **state) {
  struct desk *blind = desk_new(*state, false);
  assert_int_equal(desk_ask(blind, a_registration(*state, CRN, "N07A123", CHANNEL__SMS)), CODE__INTERNAL);
  assert_int_equal(truth_version(*state, "{" AREA "}:Person:" CRN), 0);
  desk_free(blind);
}

// Both find no key and each makes one; the loser takes the winner's, so that both records open with one key.
static void a_data_key_made_by_two_at_once_is_one_key(void **state) {
  struct town *t = *state;
  struct desk *one = desk_new(t, true), *other = desk_new(t, true);
  desk_send(one, a_registration(t, CRN, "N07A123", CHANNEL__SMS));
  desk_send(other, a_registration(t, CRN, "N07A123", CHANNEL__SMS));
  for (int i = 0; i < 3; i++) {
    desk_step(one, MEMORY_FINE);
    desk_step(other, MEMORY_FINE);
  }
  desk_run(one);
  desk_run(other);
  assert_int_equal(desk_code(one), CODE__OK);
  assert_int_equal(desk_code(other), CODE__OK);
  assert_int_equal(truth_version(t, "{" AREA "}:DataKey:" CRN "/1"), 1);
  assert_int_equal(one->reply->created + other->reply->created, 1);
  assert_int_equal(desk_ask(other, a_reading(t, CRN)), CODE__OK);
  assert_string_equal(((Person *)desk_body(other, &person__descriptor))->personal->given_name, "Canaryname");
  desk_free(one);
  desk_free(other);
}

// A key wrapped by another master key cannot be replaced: what it seals would be lost for good. It is our fault, not a
// lost race.
static void a_data_key_that_does_not_unwrap_is_left_alone(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true), *rekeyed = desk_new(t, true);
  desk_ask(d, a_registration(t, CRN, "N07A123", CHANNEL__SMS));
  memset(rekeyed->keys.master[PARTITION__CONTACT], 8, 32);
  assert_int_equal(desk_ask(rekeyed, a_reading(t, CRN)), CODE__OK);
  assert_non_null(((Person *)desk_body(rekeyed, &person__descriptor))->personal->seal);
  struct store_record gone = {"{" AREA "}:Person:" CRN, 1, STORE_DELETE, {NULL, 0}};
  struct store_change change = {.area = AREA, .records = &gone, .n_records = 1}, *changes[] = {&change};
  enum store_result result;
  memory_commit(t->truth, "other", changes, 1, &result);
  assert_int_equal(desk_ask(rekeyed, a_registration(t, CRN, "N07A123", CHANNEL__SMS)), CODE__INTERNAL);
  assert_int_equal(truth_version(t, "{" AREA "}:DataKey:" CRN "/1"), 1);
  desk_free(d);
  desk_free(rekeyed);
}

static void a_record_that_cannot_be_read_is_our_fault_and_not_the_stores(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true);
  uint8_t junk[12] = {[7] = 1, [8] = 0xff, 0xff, 0xff, 0xff};
  struct store_record r = {"{" AREA "}:Person:" CRN, 0, STORE_PUT, {junk, sizeof junk}};
  struct store_change change = {.area = AREA, .records = &r, .n_records = 1}, *changes[] = {&change};
  enum store_result result;
  memory_commit(t->truth, "other", changes, 1, &result);
  assert_int_equal(desk_ask(d, a_reading(t, CRN)), CODE__INTERNAL);
  assert_int_equal(desk_ask(d, a_reading(t, CRN)), CODE__INTERNAL);
  desk_free(d);
}

// --- audit

static void an_audit_entry_is_in_each_commit_that_touches_somebody(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  const AuditEntry *made = newest_audit(*state);
  assert_string_equal(made->actor, "N07A123");
  assert_int_equal(made->operation, OPERATION__COLLECTION);
  assert_string_equal(made->message, "RegisterPerson");
  assert_string_equal(made->service, "desk");
  assert_int_equal(made->n_subjects, 1);
  assert_string_equal(made->subjects[0], CRN);
  desk_ask(d, a_reading(*state, CRN));
  assert_int_equal(newest_audit(*state)->operation, OPERATION__CONSULTATION);
  assert_int_equal(truth_entries(*state, "audit"), 2);
  desk_ask(d, a_count(*state, "c"));
  assert_int_equal(truth_entries(*state, "audit"), 2);
  desk_free(d);
}

static void an_audit_entry_says_which_classes_of_fields_were_open(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  desk_ask(d, a_reading(*state, CRN));
  assert_int_equal(newest_audit(*state)->n_partitions, 1);
  assert_int_equal(newest_audit(*state)->partitions[0], PARTITION__CONTACT);
  desk_free(d);
}

static void a_person_who_is_asked_for_and_refused_is_in_the_audit(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_reading(*state, CRN));
  assert_int_equal(desk_code(d), CODE__NOT_FOUND);
  const AuditEntry *refused = newest_audit(*state);
  assert_int_equal(refused->outcome, CODE__NOT_FOUND);
  assert_string_equal(refused->subjects[0], CRN);
  assert_string_equal(refused->message, "ReadPerson");
  desk_free(d);
}

static void why_somebody_asks_is_in_the_audit_as_a_code(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  assert_string_equal(newest_audit(*state)->purpose, "");
  d->purpose = "case-review";
  assert_int_equal(desk_ask(d, a_reading(*state, CRN)), CODE__OK);
  assert_string_equal(newest_audit(*state)->purpose, "case-review");
  d->purpose = "She rang and told me";
  assert_int_equal(desk_ask(d, a_reading(*state, CRN)), CODE__INVALID);
  desk_free(d);
}

static void a_role_that_asks_for_a_person_in_vain_is_in_the_audit(void **state) {
  struct desk *d = desk_new(*state, true);
  Role mentor[] = {ROLE__MENTOR};
  Actor actor = *an_actor();
  actor.roles = mentor;
  desk_send_as(d, a_reading(*state, CRN), &actor, false);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__NOT_FOUND);
  const AuditEntry *refused = newest_audit(*state);
  assert_int_equal(refused->outcome, CODE__FORBIDDEN);
  assert_string_equal(refused->subjects[0], CRN);
  assert_int_equal(refused->roles[0], ROLE__MENTOR);
  desk_free(d);
}

static void what_a_rule_refuses_about_a_person_is_in_the_audit_under_their_name_alone(void **state) {
  struct desk *d = desk_new(*state, true);
  CloseEngagement cmd = CLOSE_ENGAGEMENT__INIT;
  cmd.id = CRN;
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  assert_int_equal(desk_ask(d, &cmd), CODE__REFUSED_BY_RULE);
  const AuditEntry *refused = newest_audit(*state);
  assert_int_equal(refused->outcome, CODE__REFUSED_BY_RULE);
  assert_int_equal(refused->n_subjects, 1);
  assert_string_equal(refused->subjects[0], CRN);
  desk_free(d);
}

static void a_sign_in_that_is_refused_is_in_the_audit_with_the_mentor(void **state) {
  struct desk *d = desk_new(*state, true);
  CloseEngagement cmd = CLOSE_ENGAGEMENT__INIT;
  cmd.id = MENTOR_BESIDE;
  assert_int_equal(desk_ask(d, &cmd), CODE__UNAUTHENTICATED);
  const AuditEntry *refused = newest_audit(*state);
  assert_int_equal(refused->outcome, CODE__UNAUTHENTICATED);
  assert_int_equal(refused->n_subjects, 1);
  assert_string_equal(refused->subjects[0], MENTOR_BESIDE);
  desk_free(d);
}

static void a_decision_may_read_what_the_audit_says_of_one_subject(void **state) {
  struct desk *d = desk_new(*state, true);
  ListSessions count = LIST_SESSIONS__INIT;
  count.crn = CRN;
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  desk_ask(d, a_registration(*state, "X999999", "N07A123", CHANNEL__EMAIL));
  for (int i = 0; i < 3; i++) {
    desk_ask(d, a_reading(*state, CRN));
    desk_ask(d, a_reading(*state, "X999999"));
  }
  assert_int_equal(desk_ask(d, &count), CODE__OK);
  assert_int_equal(((DailyCount *)desk_body(d, &daily_count__descriptor))->count, 4);
  assert_string_equal(newest_audit(*state)->message, "ListSessions");
  assert_int_equal(desk_ask(d, &count), CODE__OK);
  assert_int_equal(((DailyCount *)desk_body(d, &daily_count__descriptor))->count, 5);
  desk_free(d);
}

static void an_audit_that_cannot_be_read_is_no_ground_for_a_decision(void **state) {
  struct desk *d = desk_new(*state, true);
  ListSessions count = LIST_SESSIONS__INIT;
  count.crn = CRN;
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  desk_send(d, &count);
  desk_step(d, MEMORY_LOST);
  desk_run(d);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  desk_free(d);
}

static void a_refusal_whose_audit_cannot_be_written_says_that_the_store_is_away(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_send(d, a_reading(*state, CRN));
  desk_step(d, MEMORY_FINE);
  desk_step(d, MEMORY_LOST);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  desk_free(d);
}

static void an_audit_entry_is_sealed_for_its_area_with_the_key_of_its_service(void **state) {
  struct desk *d = desk_new(*state, true);
  memset(d->keys.audit, 5, sizeof d->keys.audit);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  size_t n;
  struct store_entry *entries = memory_entries(((struct town *)*state)->truth, AREA, "audit", 0, 1, &n);
  struct bytes list = entries[0].list, entry;
  assert_true(audit_next(&list, &entry));
  assert_true(audit_is_sealed(d->keys.audit, AREA, entry));
  assert_false(audit_is_sealed(d->keys.audit, "elsewhere", entry));
  assert_false(audit_is_sealed(d->keys.master[0], AREA, entry));
  free(entries);
  desk_free(d);
}

static void a_read_whose_audit_cannot_be_written_does_not_answer(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__EMAIL));
  desk_send(d, a_reading(*state, CRN)); // out of the cache: the first operation is the commit
  desk_step(d, MEMORY_LOST);
  assert_int_equal(desk_code(d), CODE__UNAVAILABLE);
  assert_int_equal(d->reply->body.len, 0);
  desk_free(d);
}

// --- timers

static void a_timer_that_is_decided_is_cleared_unless_it_is_set_again(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true);
  engine_timer(d->engine, AREA, "ring/a");
  desk_run(d);
  assert_int_equal(memory_next_timer(t->truth, AREA, "desk"), NOW_MS + 1000);
  assert_int_equal(d->due_at_ms, NOW_MS + 1000);
  engine_timer(d->engine, AREA, "ring/a");
  desk_run(d);
  assert_int_equal(memory_next_timer(t->truth, AREA, "desk"), INT64_MAX);
  assert_int_equal(truth_count(t, "a"), 2);
  desk_free(d);
}

static void an_alarm_is_heard_once_it_is_committed_and_for_a_while(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true);
  struct buffer metrics = {0};
  engine_timer(d->engine, AREA, "ring/a");
  desk_step(d, MEMORY_LOST);
  assert_string_equal(engine_alarm(d->engine, NOW_MS), "");
  desk_run(d);
  engine_timer(d->engine, AREA, "ring/a");
  desk_run(d);
  assert_string_equal(engine_alarm(d->engine, NOW_MS), "it rings");
  assert_string_equal(engine_alarm(d->engine, NOW_MS + ENGINE_ALARM_MS), "");
  engine_metrics(d->engine, &metrics);
  buffer_add(&metrics, "", 1);
  assert_non_null(strstr(metrics.data, "alongside_alarms_total{service=\"desk\"} "));
  buffer_free(&metrics);
  desk_free(d);
}

static void an_alarm_is_heard_where_a_command_is_refused_too(void **state) {
  struct desk *d = desk_new(*state, true);
  for (int i = 0; i < 3; i++) desk_ask(d, a_count(*state, "panic"));
  assert_string_equal(engine_alarm(d->engine, NOW_MS), "");
  assert_int_equal(desk_ask(d, a_count(*state, "panic")), CODE__REFUSED_BY_RULE);
  assert_string_equal(engine_alarm(d->engine, NOW_MS), "it rings");
  desk_free(d);
}

static void a_timer_that_could_not_be_committed_stays(void **state) {
  struct town *t = *state;
  struct desk *d = desk_new(t, true);
  engine_timer(d->engine, AREA, "ring/a");
  desk_run(d);
  engine_timer(d->engine, AREA, "ring/a");
  desk_step(d, MEMORY_LOST);
  desk_run(d);
  assert_int_equal(truth_count(t, "a"), 1);
  assert_int_equal(memory_next_timer(t->truth, AREA, "desk"), NOW_MS + 1000);
  assert_int_equal(engine_in_flight(d->engine), 0);
  desk_free(d);
}

// The lease ran out while the first was at it: both handle the timer, and what they do adds up as if they had come one
// after the other.
static void a_timer_that_two_handle_at_once_is_handled_one_after_the_other(void **state) {
  struct town *t = *state;
  struct desk *one = desk_new(t, true), *other = desk_new(t, true);
  engine_timer(one->engine, AREA, "ring/a");
  engine_timer(other->engine, AREA, "ring/a");
  desk_step(one, MEMORY_FINE);
  desk_step(other, MEMORY_FINE);
  desk_run(one);
  desk_run(other);
  assert_int_equal(truth_count(t, "a"), 2);
  assert_int_equal(memory_next_timer(t->truth, AREA, "desk"), INT64_MAX);
  desk_free(one);
  desk_free(other);
}

// --- events

static void an_event_moves_the_cursor_with_what_it_causes(void **state) {
  struct desk *d = desk_new(*state, true);
  Event event = registered_event(*state, CRN);
  assert_int_equal(handled(d, 0, 1, &event), ENGINE_DONE);
  assert_int_equal(truth_version(*state, "{" AREA "}:cursor:desk"), 1);
  assert_int_equal(truth_count(*state, CRN), 1);
  assert_int_equal(handled(d, 0, 1, &event), ENGINE_CONFLICT); // another replica would find the cursor moved
  assert_int_equal(truth_count(*state, CRN), 1);
  desk_free(d);
}

// What it presumes absent is there: a presumption may cost an attempt, and never the event.
static void an_event_whose_presumption_is_wrong_is_handled_all_the_same(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  Event event = registered_event(*state, CRN);
  assert_int_equal(handled(d, 0, 1, &event), ENGINE_DONE);
  assert_int_equal(handled(fresh, 1, 2, &event), ENGINE_DONE);
  assert_int_equal(truth_count(*state, CRN), 2);
  desk_free(d);
  desk_free(fresh);
}

static void a_refused_event_passes_and_as_it_changes_nothing_nothing_is_committed(void **state) {
  struct desk *d = desk_new(*state, true);
  MentorPaused body = MENTOR_PAUSED__INIT;
  Event event = an_event(*state, &body.base);
  assert_int_equal(handled(d, 0, 1, &event), ENGINE_NOTHING);
  assert_int_equal(truth_version(*state, "{" AREA "}:cursor:desk"), 0);
  desk_free(d);
}

// The record that it was decided on came from the cache, and another replica had changed it.
static void that_an_event_changes_nothing_is_not_taken_on_the_word_of_the_cache(void **state) {
  struct desk *d = desk_new(*state, true), *other = desk_new(*state, true);
  Event registered = registered_event(*state, CRN);
  MatchIntroduced body = MATCH_INTRODUCED__INIT;
  body.crn = (char *)CRN;
  Event introduced = an_event(*state, &body.base);
  assert_int_equal(handled(d, 0, 1, &registered), ENGINE_DONE);
  assert_int_equal(handled(d, 1, 2, &introduced), ENGINE_NOTHING); // it has read the record now
  assert_int_equal(handled(other, 1, 3, &registered), ENGINE_DONE);
  assert_int_equal(handled(d, 3, 4, &introduced), ENGINE_DONE);
  assert_int_equal(truth_count(*state, CRN), 3);
  desk_free(d);
  desk_free(other);
}

static void an_event_that_nobody_can_read_is_parked(void **state) {
  struct desk *d = desk_new(*state, true);
  Event event = registered_event(*state, CRN);
  event.body = (ProtobufCBinaryData){3, (uint8_t[]){0xff, 0xff, 0xff}};
  assert_int_equal(handled(d, 0, 7, &event), ENGINE_DONE);
  assert_int_equal(truth_version(*state, "{" AREA "}:cursor:desk"), 7);
  assert_true(truth_in_index(*state, "parked-desk", "00000000000000000007"));
  desk_free(d);
}

static void an_event_that_cannot_be_handled_says_so_and_is_parked_when_the_reader_gives_up(void **state) {
  struct desk *d = desk_new(*state, true);
  MentorResumed body = MENTOR_RESUMED__INIT;
  Event event = an_event(*state, &body.base);
  assert_int_equal(handled(d, 0, 1, &event), ENGINE_BROKEN);
  assert_int_equal(truth_version(*state, "{" AREA "}:cursor:desk"), 0);
  enum engine_result result = ENGINE_UNAVAILABLE;
  engine_park(d->engine, AREA, 0, 1, &event, take_result, &result);
  desk_run(d);
  assert_int_equal(result, ENGINE_DONE);
  assert_int_equal(truth_version(*state, "{" AREA "}:cursor:desk"), 1);
  assert_true(truth_in_index(*state, "parked-desk", "00000000000000000001"));
  desk_free(d);
}

static void an_events_sealed_parts_open_for_who_has_the_key(void **state) {
  struct desk *d = desk_new(*state, true), *fresh = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  EventList *list = arena_unpack(&d->arena, &event_list__descriptor, d->list, d->list_bytes);
  assert_int_equal(list->n_events, 2);
  assert_int_equal(handled(fresh, 0, 2, list->events[1]), ENGINE_DONE);
  assert_string_equal(truth_daily(*state, CRN)->day, "+447700900123");
  desk_free(d);
  desk_free(fresh);
}

// The same box under another message's correlation id is not authentic.
static void an_events_sealed_part_cannot_be_moved_to_another_event(void **state) {
  struct desk *d = desk_new(*state, true);
  desk_ask(d, a_registration(*state, CRN, "N07A123", CHANNEL__SMS));
  EventList *list = arena_unpack(&d->arena, &event_list__descriptor, d->list, d->list_bytes);
  list->events[1]->correlation_id.data[0] ^= 1;
  assert_int_equal(handled(d, 0, 2, list->events[1]), ENGINE_DONE);
  assert_string_equal(truth_daily(*state, CRN)->day, "sealed");
  desk_free(d);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      T(a_command_without_an_actor_is_refused),
      T(a_role_that_the_row_does_not_name_is_refused),
      T(another_area_is_refused),
      T(a_command_that_no_row_takes_is_not_found),
      T(a_seal_that_comes_from_outside_is_refused),
      T(a_busy_engine_answers_unavailable_and_when_to_come_again),
      T(a_store_that_is_not_ready_is_unavailable_at_once),
      T(the_same_id_with_the_same_content_answers_as_before_even_on_a_fresh_cache),
      T(the_same_id_with_other_content_is_a_conflict),
      T(a_commit_whose_answer_got_lost_is_done_once_when_it_is_sent_again),
      T(a_commit_whose_end_is_not_known_publishes_nothing),
      T(two_writers_of_one_record_both_succeed_in_the_end),
      T(a_stale_cache_costs_one_more_attempt_and_nothing_else),
      T(a_refusal_rests_on_what_the_store_says_now),
      T(a_refusal_after_a_lost_race_publishes_nothing),
      T(a_reply_that_needs_no_commit_is_not_out_of_the_cache),
      T(somebody_who_always_loses_the_race_is_told_to_come_again),
      T(somebody_who_loses_the_race_for_large_records_is_told_to_come_again),
      T(checking_only_changes_nothing),
      T(what_checking_only_shows_is_in_the_audit_all_the_same),
      T(checking_only_sees_what_is_there_already),
      T(what_is_written_is_sealed_in_the_store_and_open_to_the_next_reader),
      T(a_reader_without_the_partitions_key_sees_only_the_seal),
      T(what_is_wanted_closed_stays_sealed_even_for_who_has_the_key),
      T(a_service_without_the_key_cannot_write_in_that_partition),
      T(a_data_key_made_by_two_at_once_is_one_key),
      T(a_data_key_that_does_not_unwrap_is_left_alone),
      T(a_record_that_cannot_be_read_is_our_fault_and_not_the_stores),
      T(an_audit_entry_is_in_each_commit_that_touches_somebody),
      T(an_audit_entry_says_which_classes_of_fields_were_open),
      T(a_person_who_is_asked_for_and_refused_is_in_the_audit),
      T(why_somebody_asks_is_in_the_audit_as_a_code),
      T(a_role_that_asks_for_a_person_in_vain_is_in_the_audit),
      T(what_a_rule_refuses_about_a_person_is_in_the_audit_under_their_name_alone),
      T(a_sign_in_that_is_refused_is_in_the_audit_with_the_mentor),
      T(a_decision_may_read_what_the_audit_says_of_one_subject),
      T(an_audit_that_cannot_be_read_is_no_ground_for_a_decision),
      T(a_refusal_whose_audit_cannot_be_written_says_that_the_store_is_away),
      T(an_audit_entry_is_sealed_for_its_area_with_the_key_of_its_service),
      T(a_read_whose_audit_cannot_be_written_does_not_answer),
      T(a_timer_that_is_decided_is_cleared_unless_it_is_set_again),
      T(an_alarm_is_heard_once_it_is_committed_and_for_a_while),
      T(an_alarm_is_heard_where_a_command_is_refused_too),
      T(a_timer_that_could_not_be_committed_stays),
      T(a_timer_that_two_handle_at_once_is_handled_one_after_the_other),
      T(an_event_moves_the_cursor_with_what_it_causes),
      T(an_event_whose_presumption_is_wrong_is_handled_all_the_same),
      T(a_refused_event_passes_and_as_it_changes_nothing_nothing_is_committed),
      T(that_an_event_changes_nothing_is_not_taken_on_the_word_of_the_cache),
      T(an_event_that_nobody_can_read_is_parked),
      T(an_event_that_cannot_be_handled_says_so_and_is_parked_when_the_reader_gives_up),
      T(an_events_sealed_parts_open_for_who_has_the_key),
      T(an_events_sealed_part_cannot_be_moved_to_another_event),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
