// links: mentoring safeguarding
// kinds: trust
// What mentoring and safeguarding give of a person for subject access, and what is left of the person once erased.
#include "rights.pb-c.h"
#include "mentoring.h"
#include "safeguarding_world.h"

#define NOTE_ID "aaaaaaaa-0000-4000-8000-000000000001"
#define UNTOLD_ID "0b6f2a54-58a1-4c54-9d0e-3f1f6f0f7b02"
#define SECRET "Something told on the bench."

// The world of safeguarding is mentoring's too.
static struct decision *at(struct story *s, const struct service *service) {
  s->d.service = service;
  return &s->d;
}

static const HeldRecords *collected(struct story *s, const struct service *service, const char *after) {
  CollectRecords *cmd = arena_take(&s->d.arena, sizeof *cmd);
  collect_records__init(cmd);
  cmd->crn = CRN;
  cmd->after = (char *)after;
  decision_as(&s->d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(at(s, service), cmd);
  assert_done(&c);
  assert_string_equal(c.recipient, "person " CRN);
  return (const HeldRecords *)c.reply;
}

static bool is_withheld(const HeldRecord *r, const char *what, WithheldReason reason) {
  for (size_t i = 0; i < r->n_withheld; i++)
    if (!strcmp(r->withheld[i]->what, what) && r->withheld[i]->reason == reason) return true;
  return false;
}

static void erase_all(struct story *s, const struct service *service) {
  PersonErased erased = PERSON_ERASED__INIT;
  erased.crn = CRN;
  struct change c = decided(at(s, service), &erased);
  for (int n = 0; n < 4 && timer_set(&c, "erase/" CRN) > 0; n++) {
    c = decided_timer(&s->d, "erase/" CRN);
    decision_commit(&s->d, &c);
  }
}

// No record is left that is about the person, and no member of an index; what others may still be told of is.
static void assert_nothing_left(struct story *s, const ProtobufCMessageDescriptor *const *types, const char *id) {
  for (size_t i = 0; i < s->d.n_world; i++)
    for (size_t t = 0; types[t]; t++)
      if (s->d.world[i].type == types[t]) assert_null(s->d.world[i].body);
  for (size_t i = 0; i < s->d.n_members; i++) {
    if (strstr(s->d.members[i].member, id)) fail_msg("%s in %s", s->d.members[i].member, s->d.members[i].index);
    assert_null(strstr(s->d.members[i].index, CRN));
  }
}

// --- notes

static void given_note(struct story *s) {
  WriteNote write = WRITE_NOTE__INIT;
  Note *note = arena_take(&s->d.arena, sizeof *note);
  note__init(note);
  note->id = NOTE_ID;
  note->crn = CRN;
  note->text = narrative(&s->d, SECRET);
  write.note = note;
  as_mentor(&s->d);
  struct change c = decided(at(s, &mentoring), &write);
  decision_commit(&s->d, &c);
}

static void given_amended_note(struct story *s) {
  AmendNote amend = AMEND_NOTE__INIT;
  given_note(s);
  amend.id = NOTE_ID;
  amend.text = narrative(&s->d, SECRET " And later.");
  amend.why = "I remembered more";
  amend.seen_version = 1;
  struct change c = decided(at(s, &mentoring), &amend);
  decision_commit(&s->d, &c);
}

static void of_a_note_the_person_is_given_its_days_and_not_its_text(void **state) {
  struct story *s = *state;
  given_amended_note(s);
  const HeldRecords *all = collected(s, &mentoring, "");
  assert_int_equal(all->n_records, 1);
  const HeldRecord *r = all->records[0];
  assert_int_equal(timestamp_ms(r->note->written_at), DECISION_NOW_MS);
  assert_null(r->note->text);
  assert_string_equal(r->note->amended_why, "");
  assert_string_equal(r->note->written_by, "");
  assert_true(is_withheld(r, "text", WITHHELD_REASON__IN_CONFIDENCE));
  assert_true(is_withheld(r, "earlier versions", WITHHELD_REASON__IN_CONFIDENCE));
  assert_string_equal(all->next, "");
}

static void a_note_is_never_opened_for_subject_access(void **state) {
  struct story *s = *state;
  struct records have;
  given_note(s);
  (void)collected(s, &mentoring, "");
  records_init(&have, &s->d.arena);
  needs_collect_notes(&have, &s->d.m);
  decision_read(&s->d, &have);
  needs_collect_notes(&have, &s->d.m);
  assert_true(records_find(&have, &note__descriptor, NOTE_ID)->closed);
}

static void an_erased_persons_notes_are_gone_with_their_versions_and_lists(void **state) {
  struct story *s = *state;
  given_amended_note(s);
  erase_all(s, &mentoring);
  assert_nothing_left(
      s, (const ProtobufCMessageDescriptor *const[]){&note__descriptor, &note_version__descriptor, NULL}, NOTE_ID);
}

// --- disclosures

static void close_it(struct story *s, const char *id, const char *review) {
  RecordDisclosureAction act = RECORD_DISCLOSURE_ACTION__INIT;
  DisclosureAction *action = arena_take(&s->d.arena, sizeof *action);
  AcknowledgeDisclosure acknowledge = ACKNOWLEDGE_DISCLOSURE__INIT;
  CloseDisclosure close = CLOSE_DISCLOSURE__INIT;
  disclosure_action__init(action);
  action->id = ACTION_ID;
  action->kind = DISCLOSURE_ACTION_KIND__POLICE_TOLD;
  act.action = action;
  act.disclosure_id = acknowledge.id = close.id = (char *)id;
  close.untold_review = review ? narrative(&s->d, review) : NULL;
  as_lead(&s->d);
  const void *const steps[] = {&acknowledge, &act, &close};
  for (size_t i = 0; i < 3; i++) {
    struct change c = decided(at(s, &safeguarding), steps[i]);
    decision_commit(&s->d, &c);
  }
}

static void given_untold(struct story *s) {
  Disclosure *d = disclosure_of(&s->d);
  d->id = UNTOLD_ID;
  d->told = ANSWER__NO;
  d->untold_why = narrative(&s->d, "He would hit her.");
  given_disclosure(at(s, &safeguarding), d);
}

static void of_a_disclosure_that_the_person_was_told_of_the_extract_waits_for_the_lead(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  const HeldRecord *r = collected(s, &safeguarding, "")->records[0];
  assert_int_equal(r->disclosure->kind, DISCLOSURE_KIND__RISK_TO_CHILD);
  assert_int_equal(r->disclosure->watch->state, DISCLOSURE_STATE__DISCLOSURE_RAISED);
  assert_null(r->disclosure->extract);
  assert_string_equal(r->disclosure->mentor_id, "");
  assert_true(is_withheld(r, "extract", WITHHELD_REASON__SERIOUS_HARM));
  close_it(s, DISCLOSURE_ID, NULL);
  r = collected(s, &safeguarding, "")->records[0];
  assert_string_equal(r->disclosure->extract->text, "He said that he hits the boy.");
  assert_int_equal(r->disclosure->n_actions, 0);
  assert_true(is_withheld(r, "actions", WITHHELD_REASON__PREJUDICE));
}

// The two answers are the same to the byte.
static void that_there_is_a_disclosure_of_which_they_were_not_told_is_neither_confirmed_nor_denied(void **state) {
  struct story *s = *state;
  struct arena *a = &s->d.arena;
  const HeldRecords *without = collected(s, &safeguarding, "");
  given_untold(s);
  assert_true(arena_packs_alike(a, without, collected(s, &safeguarding, "")));
  close_it(s, UNTOLD_ID, "It was right.");
  assert_true(arena_packs_alike(a, without, collected(s, &safeguarding, "")));
}

static void while_a_disclosure_is_open_the_person_has_one_that_intake_reads(void **state) {
  struct story *s = *state;
  given_untold(s);
  given_disclosure(&s->d, disclosure_of(&s->d));
  const OpenDisclosures *open = decision_record(&s->d, &open_disclosures__descriptor, CRN);
  assert_int_equal(open->n_ids, 2);
  close_it(s, UNTOLD_ID, "It was right.");
  open = decision_record(&s->d, &open_disclosures__descriptor, CRN);
  assert_int_equal(open->n_ids, 1);
  assert_string_equal(open->ids[0], DISCLOSURE_ID);
}

static void nothing_is_raised_about_who_is_being_erased_and_the_mentor_is_told_to_telephone(void **state) {
  struct story *s = *state;
  Erasure erasure = ERASURE__INIT;
  given(&s->d, &erasure__descriptor, CRN, 1, &erasure);
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_refused(&c, CODE__CONFLICT, "/crn");
  assert_non_null(strstr(c.problem->why, "+442079460000"));
}

// Only a restored backup can have a disclosure that stands about somebody who was erased.
static void no_alert_goes_on_for_somebody_erased(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  PersonErased erased = PERSON_ERASED__INIT;
  erased.crn = CRN;
  struct change c = decided(&s->d, &erased);
  c = decided_timer(&s->d, "erase/" CRN);
  assert_int_equal(timer_set(&c, ALERT_TIMER), 0);
  assert_int_equal(n_events(&c, &message_called_off__descriptor), 2);
  decision_commit(&s->d, &c);
  erase_all(s, &safeguarding);
  assert_nothing_left(s,
                      (const ProtobufCMessageDescriptor *const[]){
                          &disclosure__descriptor, &disclosure_watch__descriptor, &open_disclosures__descriptor, NULL},
                      DISCLOSURE_ID);
}

// --- break-glass

static struct change broke_glass(struct story *s, const char *who) {
  OpenBreakGlass *cmd = arena_take(&s->d.arena, sizeof *cmd);
  open_break_glass__init(cmd);
  cmd->crn = CRN;
  cmd->reason = BREAK_GLASS_REASON__IMMEDIATE_DANGER;
  cmd->text = narrative(&s->d, "She is in front of me and in danger.");
  decision_as(&s->d, who, MAY(PRACTITIONER));
  return decided(at(s, &safeguarding), cmd);
}

static void of_break_glass_the_person_is_given_when_and_why_and_not_who(void **state) {
  struct story *s = *state;
  struct change c = broke_glass(s, "N07A999");
  assert_string_equal(c.recipient, "practitioner N07A999");
  decision_commit(&s->d, &c);
  const HeldRecords *first = collected(s, &safeguarding, "");
  assert_int_equal(first->n_records, 0);
  const HeldRecord *r = collected(s, &safeguarding, first->next)->records[0];
  assert_int_equal(r->break_glass->reason, BREAK_GLASS_REASON__IMMEDIATE_DANGER);
  assert_int_equal(r->break_glass->from_ms, DECISION_NOW_MS);
  assert_string_equal(r->break_glass->actor, "");
  assert_null(r->break_glass->text);
  assert_true(is_withheld(r, "actor", WITHHELD_REASON__THIRD_PARTY));
}

static void erasing_a_person_frees_who_waited_for_the_review_of_their_use(void **state) {
  struct story *s = *state;
  struct change c = broke_glass(s, "N07A999");
  decision_commit(&s->d, &c);
  erase_all(s, &safeguarding);
  assert_nothing_left(s, (const ProtobufCMessageDescriptor *const[]){&break_glass__descriptor, NULL}, CRN);
  const BreakGlassUse *use = decision_record(&s->d, &break_glass_use__descriptor, "N07A999");
  assert_string_equal(use->crn, "");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(of_a_note_the_person_is_given_its_days_and_not_its_text),
      STORY(a_note_is_never_opened_for_subject_access),
      STORY(an_erased_persons_notes_are_gone_with_their_versions_and_lists),
      STORY(of_a_disclosure_that_the_person_was_told_of_the_extract_waits_for_the_lead),
      STORY(that_there_is_a_disclosure_of_which_they_were_not_told_is_neither_confirmed_nor_denied),
      STORY(while_a_disclosure_is_open_the_person_has_one_that_intake_reads),
      STORY(nothing_is_raised_about_who_is_being_erased_and_the_mentor_is_told_to_telephone),
      STORY(no_alert_goes_on_for_somebody_erased),
      STORY(of_break_glass_the_person_is_given_when_and_why_and_not_who),
      STORY(erasing_a_person_frees_who_waited_for_the_review_of_their_use),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
