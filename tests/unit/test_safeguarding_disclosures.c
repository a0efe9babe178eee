// links: safeguarding
// kinds: trust
// A disclosure from the mentor who raises it to the lead who closes it.
#include "safeguarding_world.h"

static const Disclosure *kept_now(struct decision *d) {
  return decision_record(d, &disclosure__descriptor, DISCLOSURE_ID);
}

// --- raising

static void what_the_mentor_selected_is_kept_in_its_own_partition_and_no_event_holds_it(void **state) {
  struct story *s = *state;
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_done(&c);
  assert_true(c.created);
  const Disclosure *d = written(&c, &disclosure__descriptor, DISCLOSURE_ID);
  assert_string_equal(d->crn, CRN);
  assert_string_equal(d->mentor_id, MENTOR_ID);
  assert_int_equal(d->extract->partition, PARTITION__SAFEGUARDING);
  const DisclosureRaised *event = published(&c, &disclosure_raised__descriptor);
  assert_int_equal(event->kind, DISCLOSURE_KIND__RISK_TO_CHILD);
  for (const struct change_event *e = c.events; e; e = e->next) {
    uint8_t bytes[4096];
    size_t n = protobuf_c_message_pack(e->body, bytes);
    assert_null(memmem(bytes, n, "boy", 3));
  }
  assert_string_equal(c.reply_subject, CRN);
}

static void the_mentor_learns_the_state_and_no_more(void **state) {
  struct story *s = *state;
  struct change c = raised(&s->d, disclosure_of(&s->d));
  const DisclosureStatus *status = (const DisclosureStatus *)c.reply;
  assert_ptr_equal(c.reply->descriptor, &disclosure_status__descriptor);
  assert_int_equal(status->state, DISCLOSURE_STATE__DISCLOSURE_RAISED);
  assert_true(status->alerted);
}

static void the_same_again_is_answered_as_before_and_alerts_nobody_twice(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  struct change c = raised(&s->d, disclosure_of(&s->d));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.records);
  assert_null(c.events);
  Disclosure *other = disclosure_of(&s->d);
  other->extract = narrative(&s->d, "Something else.");
  c = raised(&s->d, other);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void the_same_again_after_it_was_acknowledged_says_so(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  as_lead(&s->d);
  struct change c = acknowledged(&s->d);
  decision_commit(&s->d, &c);
  as_mentor(&s->d);
  c = raised(&s->d, disclosure_of(&s->d));
  assert_int_equal(((const DisclosureStatus *)c.reply)->state, DISCLOSURE_STATE__DISCLOSURE_ACKNOWLEDGED);
}

static void only_the_persons_own_mentor_raises_one(void **state) {
  struct story *s = *state;
  struct change c;
  decision_as(&s->d, "7a000000-0000-4000-8000-000000000002", MAY(MENTOR));
  c = raised(&s->d, disclosure_of(&s->d));
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  as_mentor(&s->d);
  s->offer->state = OFFER_STATE__OFFERED;
  c = raised(&s->d, disclosure_of(&s->d));
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  s->offer->state = OFFER_STATE__ACCEPTED;
  s->offer->ended_at = timestamp_of(&s->d.arena, DECISION_NOW_MS - 1);
  c = raised(&s->d, disclosure_of(&s->d));
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
  Disclosure *nobodys = disclosure_of(&s->d);
  nobodys->crn = "Z000000";
  c = raised(&s->d, nobodys);
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
}

static void no_other_role_raises_one_and_a_practitioner_reads_none(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  ReadDisclosure read = READ_DISCLOSURE__INIT;
  ListDisclosures list = LIST_DISCLOSURES__INIT;
  read.id = DISCLOSURE_ID;
  for (unsigned role = 1; role <= ROLE__OPD_PRACTITIONER; role++) {
    decision_as(&s->d, "N07A123", 1u << role);
    struct change c = raised(&s->d, disclosure_of(&s->d));
    if (role != ROLE__MENTOR) assert_refused(&c, CODE__NOT_FOUND, NULL);
    if (role == ROLE__SAFEGUARDING_LEAD) continue;
    c = decided(&s->d, &read);
    assert_refused(&c, CODE__NOT_FOUND, NULL);
    c = decided(&s->d, &list);
    assert_refused(&c, CODE__NOT_FOUND, NULL);
  }
}

static void every_field_that_is_missing_is_named(void **state) {
  struct story *s = *state;
  Disclosure empty = DISCLOSURE__INIT;
  struct change c = raised(&s->d, &empty);
  static const char *const fields[] = {"/id", "/crn", "/kind", "/extract", "/saidAt", "/told"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) assert_refused(&c, CODE__INVALID, fields[i]);
  c = raised(&s->d, NULL);
  assert_refused(&c, CODE__INVALID, "");
}

static void whether_the_person_was_told_or_why_not_must_be_said(void **state) {
  struct story *s = *state;
  Disclosure *d = disclosure_of(&s->d);
  d->told = ANSWER__UNKNOWN;
  struct change c = raised(&s->d, d);
  assert_refused(&c, CODE__INVALID, "/told");
  d->told = ANSWER__NO;
  c = raised(&s->d, d);
  assert_refused(&c, CODE__INVALID, "/untoldWhy");
  d->untold_why = narrative(&s->d, "He would hit him again.");
  c = raised(&s->d, d);
  assert_done(&c);
  const Disclosure *kept = written(&c, &disclosure__descriptor, DISCLOSURE_ID);
  assert_int_equal(kept->untold_why->partition, PARTITION__SAFEGUARDING);
}

static void free_text_has_no_control_characters_but_may_have_lines(void **state) {
  struct story *s = *state;
  Disclosure *d = disclosure_of(&s->d);
  d->extract = narrative(&s->d, "He hits the boy.\x1b[2J");
  d->told = ANSWER__NO;
  d->untold_why = narrative(&s->d, "He would go\xc2\x9b at once.");
  struct change c = raised(&s->d, d);
  assert_refused(&c, CODE__INVALID, "/extract");
  assert_refused(&c, CODE__INVALID, "/untoldWhy");
  d->extract = narrative(&s->d, "He hits the boy.\nAnd her.");
  d->untold_why = narrative(&s->d, "He would go\tat once.");
  c = raised(&s->d, d);
  assert_done(&c);
}

static void an_extract_is_bounded_and_a_time_does_not_lie_ahead(void **state) {
  struct story *s = *state;
  Disclosure *d = disclosure_of(&s->d);
  char *text = arena_take(&s->d.arena, EXTRACT_BYTES + 2);
  memset(text, 'a', EXTRACT_BYTES + 1);
  d->extract = narrative(&s->d, text);
  struct change c = raised(&s->d, d);
  assert_refused(&c, CODE__TOO_LARGE, "/extract");
  text[EXTRACT_BYTES] = 0;
  c = raised(&s->d, d);
  assert_done(&c);
  d->said_at = timestamp_of(&s->d.arena, DECISION_NOW_MS + 10 * MINUTE_MS);
  c = raised(&s->d, d);
  assert_refused(&c, CODE__INVALID, "/saidAt");
}

static void what_only_the_service_sets_is_not_taken_from_the_mentor(void **state) {
  struct story *s = *state;
  Disclosure *d = disclosure_of(&s->d);
  DisclosureAction action = DISCLOSURE_ACTION__INIT, *actions[] = {&action};
  d->mentor_id = "somebody-else";
  d->n_actions = 1;
  d->actions = actions;
  d->untold_review = narrative(&s->d, "fine");
  struct change c = raised(&s->d, d);
  const Disclosure *kept = written(&c, &disclosure__descriptor, DISCLOSURE_ID);
  assert_string_equal(kept->mentor_id, MENTOR_ID);
  assert_int_equal(kept->n_actions, 0);
  assert_null(kept->untold_review);
}

// --- how far they have come

static void a_mentor_follows_their_own_disclosures_and_nobody_elses(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  s->offer->ended_at = timestamp_of(&s->d.arena, DECISION_NOW_MS); // the match may end meanwhile
  ReadMyDisclosures read = READ_MY_DISCLOSURES__INIT;
  struct change c = decided(&s->d, &read);
  const DisclosureStatuses *mine = (const DisclosureStatuses *)c.reply;
  assert_int_equal(mine->n_disclosures, 1);
  assert_string_equal(mine->disclosures[0]->id, DISCLOSURE_ID);
  assert_null(mine->disclosures[0]->acknowledged_at);
  decision_as(&s->d, "7a000000-0000-4000-8000-000000000002", MAY(MENTOR));
  c = decided(&s->d, &read);
  assert_int_equal(((const DisclosureStatuses *)c.reply)->n_disclosures, 0);
}

// --- acknowledging

static void a_named_lead_acknowledges_once(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  as_lead(&s->d);
  s->d.m.now.ms += 7 * MINUTE_MS;
  struct change c = acknowledged(&s->d);
  const DisclosureAcknowledged *event = published(&c, &disclosure_acknowledged__descriptor);
  assert_string_equal(event->by, "L01A001");
  assert_true(event->at_ms - event->raised_at_ms == 7 * MINUTE_MS);
  decision_commit(&s->d, &c);
  assert_string_equal(watch_now(&s->d)->acknowledged_by, "L01A001");
  assert_int_equal(watch_now(&s->d)->next_alert_ms, 0);
  c = acknowledged(&s->d);
  assert_done(&c);
  assert_null(c.records);
  decision_as(&s->d, "L01A002", MAY(SAFEGUARDING_LEAD));
  c = acknowledged(&s->d);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void what_is_not_there_is_not_found(void **state) {
  struct story *s = *state;
  as_lead(&s->d);
  struct change c = acknowledged(&s->d);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  given_disclosure(&s->d, disclosure_of(&s->d));
  static char *restricted[] = {"L01A001"};
  s->person->restricted = restricted;
  s->person->n_restricted = 1;
  as_lead(&s->d);
  c = acknowledged(&s->d);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  ListDisclosures list = LIST_DISCLOSURES__INIT;
  c = decided(&s->d, &list);
  assert_int_equal(((const Disclosures *)c.reply)->n_disclosures, 0);
}

// --- acting and closing

static DisclosureAction *action_of(struct decision *d, DisclosureActionKind kind) {
  DisclosureAction *a = arena_take(&d->arena, sizeof *a);
  disclosure_action__init(a);
  a->id = ACTION_ID;
  a->kind = kind;
  return a;
}
static struct change acted(struct decision *d, DisclosureAction *a) {
  RecordDisclosureAction *cmd = arena_take(&d->arena, sizeof *cmd);
  record_disclosure_action__init(cmd);
  cmd->disclosure_id = DISCLOSURE_ID;
  cmd->action = a;
  return decided(d, cmd);
}
static struct change closed(struct decision *d, const char *review) {
  CloseDisclosure *cmd = arena_take(&d->arena, sizeof *cmd);
  close_disclosure__init(cmd);
  cmd->id = DISCLOSURE_ID;
  if (review) cmd->untold_review = narrative(d, review);
  return decided(d, cmd);
}
static void given_acknowledged(struct decision *d, Disclosure *disclosure) {
  given_disclosure(d, disclosure);
  as_lead(d);
  struct change c = acknowledged(d);
  assert_done(&c);
  decision_commit(d, &c);
}

static void an_action_needs_an_acknowledgement_first(void **state) {
  struct story *s = *state;
  given_disclosure(&s->d, disclosure_of(&s->d));
  as_lead(&s->d);
  struct change c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__CHILDRENS_SERVICES_TOLD));
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = closed(&s->d, NULL);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void an_action_says_who_did_it_and_is_recorded_once(void **state) {
  struct story *s = *state;
  given_acknowledged(&s->d, disclosure_of(&s->d));
  struct change c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__CHILDRENS_SERVICES_TOLD));
  assert_done(&c);
  decision_commit(&s->d, &c);
  assert_string_equal(kept_now(&s->d)->actions[0]->by, "L01A001");
  s->d.m.now.ms += MINUTE_MS;
  c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__CHILDRENS_SERVICES_TOLD));
  assert_done(&c);
  assert_null(c.records);
  c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__POLICE_TOLD));
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void nothing_is_kept_of_what_the_practitioner_is_told_but_that_they_were(void **state) {
  struct story *s = *state;
  given_acknowledged(&s->d, disclosure_of(&s->d));
  DisclosureAction *a = action_of(&s->d, DISCLOSURE_ACTION_KIND__PRACTITIONER_TOLD);
  struct change c = acted(&s->d, a);
  assert_refused(&c, CODE__INVALID, "/told");
  a->told = "N07A123";
  a->text = narrative(&s->d, "He hits the boy.");
  c = acted(&s->d, a);
  assert_refused(&c, CODE__INVALID, "/text");
  a->text = NULL;
  c = acted(&s->d, a);
  assert_done(&c);
}

static void some_actions_must_say_what_they_were(void **state) {
  struct story *s = *state;
  given_acknowledged(&s->d, disclosure_of(&s->d));
  struct change c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__NO_ACTION_NEEDED));
  assert_refused(&c, CODE__INVALID, "/text");
  c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__OTHER_ACTION));
  assert_refused(&c, CODE__INVALID, "/text");
  DisclosureAction *a = action_of(&s->d, DISCLOSURE_ACTION_KIND__POLICE_TOLD);
  a->told = "N07A123";
  c = acted(&s->d, a);
  assert_refused(&c, CODE__INVALID, "/told");
  c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__DISCLOSURE_ACTION_KIND_UNSPECIFIED));
  assert_refused(&c, CODE__INVALID, "/kind");
}

static void it_cannot_close_without_an_action(void **state) {
  struct story *s = *state;
  given_acknowledged(&s->d, disclosure_of(&s->d));
  struct change c = closed(&s->d, NULL);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__POLICE_TOLD));
  decision_commit(&s->d, &c);
  c = closed(&s->d, NULL);
  assert_done(&c);
  assert_int_equal(((const DisclosureClosed *)published(&c, &disclosure_closed__descriptor))->actions, 1);
  decision_commit(&s->d, &c);
  assert_int_equal(watch_now(&s->d)->state, DISCLOSURE_STATE__DISCLOSURE_CLOSED);
  c = closed(&s->d, NULL);
  assert_null(c.records);
  DisclosureAction *more = action_of(&s->d, DISCLOSURE_ACTION_KIND__POLICE_TOLD);
  more->id = OFFER_ID;
  c = acted(&s->d, more);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void where_the_person_was_not_told_it_cannot_close_without_a_review_of_that(void **state) {
  struct story *s = *state;
  Disclosure *d = disclosure_of(&s->d);
  d->told = ANSWER__NO;
  d->untold_why = narrative(&s->d, "He would hit him again.");
  given_acknowledged(&s->d, d);
  struct change c = acted(&s->d, action_of(&s->d, DISCLOSURE_ACTION_KIND__POLICE_TOLD));
  decision_commit(&s->d, &c);
  c = closed(&s->d, NULL);
  assert_refused(&c, CODE__INVALID, "/untoldReview");
  c = closed(&s->d, "It was right not to.");
  assert_done(&c);
  const Disclosure *kept = written(&c, &disclosure__descriptor, DISCLOSURE_ID);
  assert_int_equal(kept->untold_review->partition, PARTITION__SAFEGUARDING);
}

// --- lists and counts

static void what_nobody_has_acknowledged_stands_first_and_then_the_older(void **state) {
  struct story *s = *state;
  static const char *const ids[] = {"00000000-0000-4000-8000-000000000003", "00000000-0000-4000-8000-000000000002",
                                    "00000000-0000-4000-8000-000000000001"};
  for (size_t i = 0; i < 3; i++, s->d.m.now.ms += MINUTE_MS) {
    Disclosure *d = disclosure_of(&s->d);
    d->id = (char *)ids[i];
    given_disclosure(&s->d, d);
  }
  as_lead(&s->d);
  AcknowledgeDisclosure cmd = ACKNOWLEDGE_DISCLOSURE__INIT;
  cmd.id = (char *)ids[0];
  struct change c = decided(&s->d, &cmd);
  decision_commit(&s->d, &c);
  ListDisclosures list = LIST_DISCLOSURES__INIT;
  c = decided(&s->d, &list);
  const Disclosures *all = (const Disclosures *)c.reply;
  assert_int_equal(all->n_disclosures, 3);
  assert_string_equal(all->disclosures[0]->id, ids[1]);
  assert_string_equal(all->disclosures[1]->id, ids[2]);
  assert_string_equal(all->disclosures[2]->id, ids[0]);
  assert_int_equal(all->disclosures[0]->rounds, 1);
  list.limit = 2;
  c = decided(&s->d, &list);
  list.after = ((const Disclosures *)c.reply)->next;
  c = decided(&s->d, &list);
  assert_string_equal(((const Disclosures *)c.reply)->disclosures[0]->id, ids[0]);
  decision_as(&s->d, "operator", MAY(OPERATOR));
  ReadAlertCounts counts = READ_ALERT_COUNTS__INIT;
  c = decided(&s->d, &counts);
  const AlertCounts *counted = (const AlertCounts *)c.reply;
  assert_int_equal(counted->unacknowledged, 2);
  assert_int_equal(counted->nobody_alerted, 0);
  assert_int_equal(counted->levels, 3);
  assert_true(counted->oldest_ms == DECISION_NOW_MS + MINUTE_MS);
  assert_null(c.subjects);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(what_the_mentor_selected_is_kept_in_its_own_partition_and_no_event_holds_it),
      STORY(the_mentor_learns_the_state_and_no_more),
      STORY(the_same_again_is_answered_as_before_and_alerts_nobody_twice),
      STORY(the_same_again_after_it_was_acknowledged_says_so),
      STORY(only_the_persons_own_mentor_raises_one),
      STORY(no_other_role_raises_one_and_a_practitioner_reads_none),
      STORY(every_field_that_is_missing_is_named),
      STORY(whether_the_person_was_told_or_why_not_must_be_said),
      STORY(free_text_has_no_control_characters_but_may_have_lines),
      STORY(an_extract_is_bounded_and_a_time_does_not_lie_ahead),
      STORY(what_only_the_service_sets_is_not_taken_from_the_mentor),
      STORY(a_mentor_follows_their_own_disclosures_and_nobody_elses),
      STORY(a_named_lead_acknowledges_once),
      STORY(what_is_not_there_is_not_found),
      STORY(an_action_needs_an_acknowledgement_first),
      STORY(an_action_says_who_did_it_and_is_recorded_once),
      STORY(nothing_is_kept_of_what_the_practitioner_is_told_but_that_they_were),
      STORY(some_actions_must_say_what_they_were),
      STORY(it_cannot_close_without_an_action),
      STORY(where_the_person_was_not_told_it_cannot_close_without_a_review_of_that),
      STORY(what_nobody_has_acknowledged_stands_first_and_then_the_older),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
