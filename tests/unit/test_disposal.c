// links: intake reminders matching courier mentoring safeguarding
// kinds: trust
// What the services delete when the period of one class of a person's records is over, and what they leave.
#include "courier.h"
#include "matching.h"
#include "mentoring.h"
#include "reminders.h"
#include "retention_world.h"
#include "safeguarding.h"

#define HELD_ID "aaaaaaaa-0000-4000-8000-00000000000"

// All that is held about a person, one record of each kind.
static const struct kept {
  const struct service *service;
  const ProtobufCMessageDescriptor *type;
  const char *index, *member;
  RecordClass class;
} kept[] = {
    {&intake, &engagement__descriptor, "engagements-of/" CRN, HELD_ID "1", RECORD_CLASS__PERSON_RECORD},
    {&intake, &appointment__descriptor, "appointments-of/" CRN, "1772445600000/" HELD_ID "2",
     RECORD_CLASS__PERSON_RECORD},
    {&intake, &session__descriptor, "sessions-of/" CRN, "1772445600000/" HELD_ID "3", RECORD_CLASS__SESSION_RECORD},
    {&intake, &correction__descriptor, "corrections-of/" CRN, "1772445600000/" HELD_ID "4",
     RECORD_CLASS__CORRECTION_RECORD},
    {&intake, &explanation__descriptor, "explanations-about/" CRN, "1772445600000/" HELD_ID "5",
     RECORD_CLASS__EXPLANATION_RECORD},
    {&reminders, &reminder_plan__descriptor, "plans-of/" CRN, HELD_ID "6", RECORD_CLASS__REMINDER_RECORD},
    {&courier, &delivery__descriptor, "deliveries-of/" CRN, HELD_ID "7", RECORD_CLASS__DELIVERY_RECORD},
    {&matching, &offer__descriptor, "offers-of/" CRN, "1772445600000/" HELD_ID "8", RECORD_CLASS__OFFER_RECORD},
    {&mentoring, &note__descriptor, "notes-about/" CRN, "1772445600000/" HELD_ID "9", RECORD_CLASS__NOTE_RECORD},
    {&safeguarding, &disclosure__descriptor, "disclosures-about/" CRN, "1772445600000/" HELD_ID "0",
     RECORD_CLASS__DISCLOSURE_RECORD},
    {&safeguarding, &break_glass__descriptor, "break-glass-of/" CRN, "1772445600000/" CRN "/N07A999",
     RECORD_CLASS__BREAK_GLASS_RECORD},
};
enum {
  KEPT = sizeof kept / sizeof *kept
};

static const char *id_of(const struct kept *k) {
  const char *slash = strchr(k->member, '/');
  return slash ? slash + 1 : k->member;
}

static void set_text(void *body, const ProtobufCMessageDescriptor *type, const char *field, const char *text) {
  const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(type, field);
  if (f) *(const char **)((char *)body + f->offset) = text;
}

static void *given_kept(struct world *w, const struct kept *k) {
  void *body = arena_take(&w->d.arena, k->type->sizeof_message);
  protobuf_c_message_init(k->type, body);
  set_text(body, k->type, "id", id_of(k));
  set_text(body, k->type, "crn", CRN);
  given(&w->d, k->type, id_of(k), 1, body);
  given_in_index(&w->d, k->index, k->member);
  return body;
}

static const struct kept *kept_as(const ProtobufCMessageDescriptor *type) {
  const struct kept *k = kept;
  while (k->type != type) k++;
  return k;
}

static void given_all(struct world *w) {
  for (size_t i = 0; i < KEPT; i++) {
    void *body = given_kept(w, &kept[i]);
    if (kept[i].type == &break_glass__descriptor) ((BreakGlass *)body)->reviewed_by = "lead";
    if (kept[i].type == &correction__descriptor) ((Correction *)body)->state = CORRECTION_STATE__CORRECTION_ACCEPTED;
  }
}

static void given_disposal(struct world *w, RecordClass class) {
  Disposal *d = arena_take(&w->d.arena, sizeof *d);
  disposal__init(d);
  d->crn = CRN;
  d->classes = arena_take(&w->d.arena, sizeof *d->classes);
  d->classes[0] = class;
  d->n_classes = class ? 1 : 0;
  d->begun = d->classes;
  d->n_begun = d->n_classes;
  given(&w->d, &disposal__descriptor, CRN, 1, d);
}

static const char *timer_of(struct world *w, RecordClass class) {
  return arena_printf(&w->d.arena, "erase/" CRN "/%s",
                      protobuf_c_enum_descriptor_get_value(&record_class__descriptor, (int)class)->name);
}

// The timer comes due in a service, again as long as it asks for it at once.
static struct change erased_in(struct world *w, const struct service *service, const char *timer) {
  struct change c;
  w->d.service = service;
  do {
    c = decided_timer(&w->d, timer);
    decision_commit(&w->d, &c);
  } while (timer_set(&c, timer) == w->d.m.now.ms);
  return c;
}

static void erased_everywhere(struct world *w, const char *timer) {
  static const struct service *const services[] = {&intake, &reminders, &matching, &courier, &mentoring, &safeguarding};
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) (void)erased_in(w, services[i], timer);
}

static bool is_there(struct world *w, const struct kept *k) {
  bool record = decision_record(&w->d, k->type, id_of(k)), member = decision_in_index(&w->d, k->index, k->member);
  assert_int_equal(record, member);
  return record;
}

static void of_one_class_everything_goes_and_of_the_others_nothing(void **state) {
  struct world *w = *state;
  for (int class = RECORD_CLASS__SESSION_RECORD; class <= RECORD_CLASS__BREAK_GLASS_RECORD; class ++) {
    given_all(w);
    given_disposal(w, (RecordClass) class);
    erased_everywhere(w, timer_of(w, (RecordClass) class));
    size_t n = 0;
    for (size_t i = 0; i < KEPT; i++) {
      if (is_there(w, &kept[i]) == ((int)kept[i].class == class)) fail_msg("class %d: %s", class, kept[i].index);
      n += !is_there(w, &kept[i]);
    }
    assert_int_equal(n, 1);
    assert_non_null(decision_record(&w->d, &person__descriptor, CRN));
  }
}

static void an_order_sets_the_timer_of_its_class_in_every_service(void **state) {
  static const struct service *const services[] = {&reminders, &matching, &courier, &mentoring, &safeguarding};
  struct world *w = *state;
  DisposalOrdered ordered = DISPOSAL_ORDERED__INIT;
  ordered.crn = CRN;
  ordered.class_ = RECORD_CLASS__NOTE_RECORD;
  for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
    w->d.service = services[i];
    struct change c = decided(&w->d, &ordered);
    assert_int_equal(timer_set(&c, "erase/" CRN "/NOTE_RECORD"), w->d.m.now.ms);
    assert_int_equal(timer_set(&c, "erase/" CRN), -1);
  }
}

static void what_the_disposal_names_no_longer_stays(void **state) {
  struct world *w = *state;
  given_all(w);
  for (int class = RECORD_CLASS__SESSION_RECORD; class <= RECORD_CLASS__BREAK_GLASS_RECORD; class ++) {
    given_disposal(w, RECORD_CLASS__RECORD_CLASS_UNSPECIFIED);
    erased_everywhere(w, timer_of(w, (RecordClass) class));
    given_disposal(w, RECORD_CLASS__PERSON_RECORD);
    erased_everywhere(w, timer_of(w, (RecordClass) class));
  }
  for (size_t i = 0; i < KEPT; i++) assert_true(is_there(w, &kept[i]));
}

// Read as "erase/<crn>" it would delete everything.
static void the_timer_of_a_class_that_is_not_known_deletes_nothing(void **state) {
  struct world *w = *state;
  given_all(w);
  erased_everywhere(w, "erase/" CRN "/DIARY_RECORD");
  for (size_t i = 0; i < KEPT; i++) assert_true(is_there(w, &kept[i]));
}

static void the_deletion_of_a_class_is_in_the_audit_as_an_erasure_about_the_person(void **state) {
  struct world *w = *state;
  given_all(w);
  given_disposal(w, RECORD_CLASS__NOTE_RECORD);
  w->d.service = &mentoring;
  struct change c = decided_timer(&w->d, "erase/" CRN "/NOTE_RECORD");
  assert_string_equal(c.subjects->subject, CRN);
  for (const struct row *row = mentoring.rows; row->body || row->timer; row++)
    if (row->timer) assert_int_equal(row->operation, OPERATION__ERASURE);
  decision_commit(&w->d, &c);
  c = decided_timer(&w->d, "erase/" CRN "/NOTE_RECORD"); // nothing is left: nobody's record was touched
  assert_null(c.subjects);
}

// --- what a human has not finished with

static void assert_waits(struct world *w, const ProtobufCMessageDescriptor *type) {
  const struct kept *k = kept_as(type);
  given_disposal(w, k->class);
  struct change c = erased_in(w, k->service, timer_of(w, k->class));
  assert_int_equal(timer_set(&c, timer_of(w, k->class)), w->d.m.now.ms + DAY_MS);
  assert_true(is_there(w, k));
}

static void assert_goes(struct world *w, const ProtobufCMessageDescriptor *type) {
  const struct kept *k = kept_as(type);
  (void)erased_in(w, k->service, timer_of(w, k->class));
  assert_false(is_there(w, k));
}

static void a_correction_waits_for_its_answer_a_use_for_its_review_a_disclosure_for_its_end(void **state) {
  struct world *w = *state;
  Correction *k = given_kept(w, kept_as(&correction__descriptor));
  k->state = CORRECTION_STATE__CORRECTION_PROPOSED;
  assert_waits(w, &correction__descriptor);
  k->state = CORRECTION_STATE__CORRECTION_REFUSED;
  assert_goes(w, &correction__descriptor);
  BreakGlass *use = given_kept(w, kept_as(&break_glass__descriptor));
  assert_waits(w, &break_glass__descriptor);
  use->reviewed_by = "lead";
  assert_goes(w, &break_glass__descriptor);
  (void)given_kept(w, kept_as(&disclosure__descriptor));
  given_open_disclosure(w, 1);
  assert_waits(w, &disclosure__descriptor);
  given_open_disclosure(w, 0);
  assert_goes(w, &disclosure__descriptor);
}

// --- what stands under the CRN of who stays

static void the_offer_that_stood_and_the_count_of_the_day_are_emptied(void **state) {
  struct world *w = *state;
  PersonsOffer standing = PERSONS_OFFER__INIT;
  DailyCount count = DAILY_COUNT__INIT;
  standing.offer_id = HELD_ID "8";
  count.day = "2026-03-02";
  count.count = 2;
  given_all(w);
  given(&w->d, &persons_offer__descriptor, CRN, 3, &standing);
  given(&w->d, &daily_count__descriptor, CRN, 3, &count);
  given_disposal(w, RECORD_CLASS__OFFER_RECORD);
  erased_everywhere(w, timer_of(w, RECORD_CLASS__OFFER_RECORD));
  const PersonsOffer *none = decision_record(&w->d, &persons_offer__descriptor, CRN);
  assert_string_equal(none->offer_id, "");
  assert_int_equal(decision_version(&w->d, &persons_offer__descriptor, CRN), 4);
  assert_int_equal(decision_version(&w->d, &daily_count__descriptor, CRN), 3);
  given_disposal(w, RECORD_CLASS__REMINDER_RECORD);
  erased_everywhere(w, timer_of(w, RECORD_CLASS__REMINDER_RECORD));
  assert_int_equal(((const DailyCount *)decision_record(&w->d, &daily_count__descriptor, CRN))->count, 0);
  assert_int_equal(decision_version(&w->d, &daily_count__descriptor, CRN), 4);
}

// --- subject access

static const HeldRecords *collected(struct world *w, const struct service *service, const char *after) {
  CollectRecords *cmd = arena_take(&w->d.arena, sizeof *cmd);
  collect_records__init(cmd);
  cmd->crn = CRN;
  cmd->after = (char *)after;
  decision_as(&w->d, "officer", MAY(RECORDS_OFFICER));
  w->d.service = service;
  struct change c = decided(&w->d, cmd);
  assert_done(&c);
  return (const HeldRecords *)c.reply;
}

static size_t n_of(struct world *w, const struct service *service, const char *field) {
  const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(&held_record__descriptor, field);
  size_t n = 0;
  const char *after = "";
  do {
    const HeldRecords *part = collected(w, service, after);
    for (size_t i = 0; i < part->n_records; i++)
      n += *(void *const *)((const char *)part->records[i] + f->offset) != NULL;
    after = part->next;
  } while (*after);
  return n;
}

static void subject_access_shows_the_class_no_longer_and_says_that_its_period_is_over(void **state) {
  struct world *w = *state;
  DailyCount count = DAILY_COUNT__INIT;
  count.day = "2026-03-02";
  given_all(w);
  given(&w->d, &daily_count__descriptor, CRN, 1, &count);
  assert_int_equal(n_of(w, &intake, "session"), 1);
  assert_int_equal(n_of(w, &intake, "disposal"), 0);
  assert_int_equal(n_of(w, &reminders, "messages_today"), 1);
  given_disposal(w, RECORD_CLASS__SESSION_RECORD);
  erased_everywhere(w, timer_of(w, RECORD_CLASS__SESSION_RECORD));
  assert_int_equal(n_of(w, &intake, "session"), 0);
  assert_int_equal(n_of(w, &intake, "person") + n_of(w, &intake, "engagement") + n_of(w, &intake, "correction"), 3);
  assert_int_equal(n_of(w, &intake, "disposal"), 1);
  given_disposal(w, RECORD_CLASS__REMINDER_RECORD);
  erased_everywhere(w, timer_of(w, RECORD_CLASS__REMINDER_RECORD));
  assert_int_equal(n_of(w, &reminders, "reminders") + n_of(w, &reminders, "messages_today"), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(of_one_class_everything_goes_and_of_the_others_nothing),
      IN_WORLD(an_order_sets_the_timer_of_its_class_in_every_service),
      IN_WORLD(what_the_disposal_names_no_longer_stays),
      IN_WORLD(the_timer_of_a_class_that_is_not_known_deletes_nothing),
      IN_WORLD(the_deletion_of_a_class_is_in_the_audit_as_an_erasure_about_the_person),
      IN_WORLD(a_correction_waits_for_its_answer_a_use_for_its_review_a_disclosure_for_its_end),
      IN_WORLD(the_offer_that_stood_and_the_count_of_the_day_are_emptied),
      IN_WORLD(subject_access_shows_the_class_no_longer_and_says_that_its_period_is_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
