// links: intake
// Recording sessions: the facts, the pathway's rules, and what follows.
#include "intake_world.h"

static Component *a_component(struct world *w, const char *name, bool covered, const char *why_not) {
  Component *c = arena_take(&w->d.arena, sizeof *c);
  component__init(c);
  c->name = (char *)name;
  c->covered = covered;
  c->why_not = (char *)why_not;
  return c;
}

static void add_component(struct world *w, Session *s, Component *c) {
  Component **all = arena_take(&w->d.arena, (s->n_components + 1) * sizeof *all);
  if (s->n_components) memcpy(all, s->components, s->n_components * sizeof *all);
  all[s->n_components++] = c;
  s->components = all;
}

static void add_measure(struct world *w, Session *s, const char *name, Role from, double value) {
  Measure *m = arena_take(&w->d.arena, sizeof *m);
  measure__init(m);
  m->name = (char *)name;
  m->from = from;
  m->value = value;
  s->measures = arena_take(&w->d.arena, sizeof *s->measures);
  s->measures[0] = m;
  s->n_measures = 1;
}

static Session *a_joint_session(struct world *w, size_t n_present) {
  static Role all[] = {ROLE__OPD_PRACTITIONER, ROLE__PRACTITIONER, ROLE__PERSON};
  Session *s = a_session(w, SESSION_ID, JOINT_ID);
  s->participants = all;
  s->n_participants = n_present;
  return s;
}

static Session *a_structured_session(struct world *w) {
  Session *s = a_session(w, SESSION_ID, STRUCTURED_ID);
  add_component(w, s, a_component(w, "engagement", true, ""));
  add_component(w, s, a_component(w, "shared-decision-making", true, ""));
  add_component(w, s, a_component(w, "case-management", false, "We ran out of time."));
  return s;
}

static Session *given_appointment_for(struct world *w, AppointmentState state) {
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->crn = CRN;
  a->state = state;
  given(&w->d, &appointment__descriptor, APPOINTMENT_ID, 1, a);
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->appointment_id = APPOINTMENT_ID;
  return s;
}

// --- what follows

static void a_session_is_kept_counted_listed_and_announced(void **state) {
  struct world *w = *state;
  struct change c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_done(&c);
  assert_true(c.created);
  const Session *s = written(&c, &session__descriptor, SESSION_ID);
  assert_string_equal(s->crn, CRN);
  assert_string_equal(s->pathway, "supervision");
  assert_string_equal(s->recorded_by, "N07A123");
  assert_string_equal(s->outcome, "ATTC");
  assert_int_equal(timestamp_ms(s->recorded_at), DECISION_NOW_MS);
  const Engagement *e = written(&c, &engagement__descriptor, SUPERVISION_ID);
  assert_int_equal(e->sessions_held, 1);
  const SessionRecorded *event = published(&c, &session_recorded__descriptor);
  assert_string_equal(event->outcome, "ATTC");
  assert_int_equal(event->starts_at_ms, DECISION_NOW_MS - HOUR_MS);
  decision_commit(&w->d, &c);
  assert_true(decision_in_index(&w->d, "sessions-of/" CRN, "1772442000000/" SESSION_ID));
}

static void a_session_that_did_not_happen_does_not_count(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  assert_done(&c);
  assert_null(written(&c, &engagement__descriptor, NULL));
  assert_string_equal(((const SessionRecorded *)published(&c, &session_recorded__descriptor))->outcome, "UAAB");
}

static void recording_again_answers_as_before(void **state) {
  struct world *w = *state;
  Session *sent = given_appointment_for(w, APPOINTMENT_STATE__PLANNED);
  sent->narrative = a_narrative(w, "We spoke of the move.");
  struct change first = recorded(w, sent);
  decision_commit(&w->d, &first);
  w->d.m.now.ms += HOUR_MS;
  struct change c = recorded(w, sent);
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.records);
  assert_null(c.events);
  assert_int_equal(c.version, 1);
  assert_ptr_equal(c.reply, first.reply);
}

static void recording_again_with_other_content_is_a_conflict(void **state) {
  struct world *w = *state;
  struct change first = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  decision_commit(&w->d, &first);
  Session *other = a_session(w, SESSION_ID, SUPERVISION_ID);
  other->attendance = an_absence(w);
  struct change c = recorded(w, other);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void the_appointment_is_held_whether_or_not_the_person_came(void **state) {
  struct world *w = *state;
  for (int came = 0; came <= 1; came++) {
    Session *s = given_appointment_for(w, APPOINTMENT_STATE__PLANNED);
    if (!came) s->attendance = an_absence(w);
    struct change c = recorded(w, s);
    assert_done(&c);
    const Appointment *a = written(&c, &appointment__descriptor, APPOINTMENT_ID);
    assert_int_equal(a->state, APPOINTMENT_STATE__HELD);
  }
}

static void an_appointment_that_does_not_stand_is_refused(void **state) {
  static const AppointmentState states[] = {APPOINTMENT_STATE__HELD, APPOINTMENT_STATE__CANCELLED,
                                            APPOINTMENT_STATE__SUPERSEDED};
  struct world *w = *state;
  for (size_t i = 0; i < 3; i++) {
    struct change c = recorded(w, given_appointment_for(w, states[i]));
    assert_refused(&c, CODE__CONFLICT, "/appointmentId");
  }
  Session *s = given_appointment_for(w, APPOINTMENT_STATE__PLANNED);
  s->engagement_id = MENTORING_ID;
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/appointmentId");
  s->appointment_id = OTHER_APPOINTMENT_ID;
  c = recorded(w, s);
  assert_refused(&c, CODE__NOT_FOUND, "/appointmentId");
}

static void no_event_carries_the_narrative_or_the_goal(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->narrative = a_narrative(w, "A confidence.");
  s->goal = "A quiet goal";
  struct change c = recorded(w, s);
  assert_done(&c);
  for (const struct change_event *e = c.events; e; e = e->next) {
    size_t n = protobuf_c_message_get_packed_size(e->body);
    uint8_t *bytes = arena_take(&w->d.arena, n);
    protobuf_c_message_pack(e->body, bytes);
    assert_null(memmem(bytes, n, "A confidence.", 13));
    assert_null(memmem(bytes, n, "A quiet goal", 12));
  }
}

static void a_new_session_is_not_read_first(void **state) {
  struct world *w = *state;
  struct records want;
  RecordSession cmd = RECORD_SESSION__INIT;
  cmd.session = a_session(w, SESSION_ID, SUPERVISION_ID);
  w->d.m.body = &cmd;
  records_init(&want, &w->d.arena);
  needs_record_session(&want, &w->d.m);
  assert_true(records_find(&want, &session__descriptor, SESSION_ID)->presumed);
  assert_int_equal(want.n_unknown, 1);
}

// --- times

static void a_session_lies_in_the_past_and_within_a_day(void **state) {
  static const struct {
    int64_t starts_ms, ends_ms;
    const char *field;
  } cases[] = {
      {10 * 60000, HOUR_MS, "/startsAt"},
      {-HOUR_MS, -2 * HOUR_MS, "/endsAt"},
      {-HOUR_MS, -HOUR_MS, "/endsAt"},
      {-26 * HOUR_MS, -HOUR_MS, "/endsAt"},
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
    s->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + cases[i].starts_ms);
    s->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + cases[i].ends_ms);
    struct change c = recorded(w, s);
    assert_refused(&c, CODE__INVALID, cases[i].field);
  }
}

static void times_beyond_the_calendar_are_refused(void **state) {
  static const int64_t seconds[] = {INT64_MIN, INT64_MAX, -1};
  struct world *w = *state;
  for (size_t i = 0; i < 3; i++) {
    Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
    s->starts_at->seconds = seconds[i];
    struct change c = recorded(w, s);
    assert_refused(&c, CODE__INVALID, "/startsAt");
  }
}

static void a_session_from_before_the_close_may_be_recorded_late(void **state) {
  struct world *w = *state;
  Engagement *e = given_engagement(w, SUPERVISION_ID, "supervision", 0);
  e->closed_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS / 2);
  struct change c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_done(&c);
  e->closed_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS);
  c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_refused(&c, CODE__CONFLICT, "/engagementId");
}

// --- the facts

static void an_outcome_code_stands_in_place_of_the_facts(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->attendance = NULL;
  s->outcome = "AAME";
  struct change c = recorded(w, s);
  assert_done(&c);
  const Session *kept = written(&c, &session__descriptor, SESSION_ID);
  assert_int_equal(kept->attendance->absence, ABSENCE__PERSON_ACCEPTABLE);
  assert_int_equal(kept->attendance->reason, ABSENCE_REASON__MEDICAL);
  assert_string_equal(kept->outcome, "AAME");
}

static void facts_and_code_must_agree(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->outcome = "UAAB";
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/outcome");
  s->outcome = "WHAT";
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/outcome");
  s->outcome = "ATTC";
  c = recorded(w, s);
  assert_done(&c);
}

static void what_happened_must_be_said(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->attendance = NULL;
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/attendance");
  s->attendance = an_attendance(w);
  s->attendance->happened = HAPPENED__DID_NOT_HAPPEN;
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/attendance/attended");
  s->attendance->absence = (Absence)77;
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/attendance/absence");
}

static void one_who_did_not_attend_did_not_take_part(void **state) {
  struct world *w = *state;
  static Role person[] = {ROLE__PERSON};
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->attendance = an_absence(w);
  s->participants = person;
  s->n_participants = 1;
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/participants");
}

static void as_what_a_mentor_took_part_is_said_of_a_mentor_who_did_and_announced(void **state) {
  struct world *w = *state;
  static Role both[] = {ROLE__PERSON, ROLE__PRACTITIONER, ROLE__MENTOR};
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->participants = both;
  s->n_participants = 2;
  s->mentor_role = MENTOR_ROLE__CO_FACILITATOR;
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/mentorRole");
  s->n_participants = 3;
  c = recorded(w, s);
  assert_done(&c);
  assert_int_equal(((const SessionRecorded *)published(&c, &session_recorded__descriptor))->mentor_role,
                   MENTOR_ROLE__CO_FACILITATOR);
}

// --- the pathway's rules

static void a_structured_session_covers_each_part_or_says_why_not(void **state) {
  struct world *w = *state;
  Session *s = a_structured_session(w);
  struct change c = recorded(w, s);
  assert_done(&c);
  s->components[2]->why_not = "";
  c = recorded(w, s);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/components");
  s->n_components = 2;
  c = recorded(w, s);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/components");
  assert_non_null(strstr(c.problem->why, "case-management"));
}

static void a_structured_session_that_did_not_happen_has_no_parts(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, STRUCTURED_ID);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  assert_done(&c);
}

static void a_part_that_the_pathway_does_not_have_is_refused(void **state) {
  struct world *w = *state;
  Session *s = a_structured_session(w);
  add_component(w, s, a_component(w, "tea", true, ""));
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/components/3/name");
  s->components[3]->name = "engagement";
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/components/3/name");
}

static void a_joint_session_needs_all_three(void **state) {
  struct world *w = *state;
  struct change c = recorded(w, a_joint_session(w, 3));
  assert_done(&c);
  c = recorded(w, a_joint_session(w, 2));
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/participants");
  assert_non_null(strstr(c.problem->why, "PERSON"));
  c = recorded(w, a_joint_session(w, 0));
  assert_int_equal(c.problem->n_fields, 3);
}

static void a_joint_session_that_did_not_happen_needs_nobody(void **state) {
  struct world *w = *state;
  Session *s = a_joint_session(w, 2);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  assert_done(&c);
}

static void a_seventh_joint_session_is_refused(void **state) {
  struct world *w = *state;
  given_engagement(w, JOINT_ID, "joint-casework", 5);
  struct change c = recorded(w, a_joint_session(w, 3));
  assert_done(&c);
  given_engagement(w, JOINT_ID, "joint-casework", 6);
  c = recorded(w, a_joint_session(w, 3));
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/engagementId");
}

static void a_seventh_that_did_not_happen_is_recorded(void **state) {
  struct world *w = *state;
  given_engagement(w, JOINT_ID, "joint-casework", 6);
  Session *s = a_joint_session(w, 0);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  assert_done(&c);
}

static void a_measure_is_known_answered_by_the_right_side_and_within_range(void **state) {
  static const struct {
    const char *name;
    Role from;
    double value;
    const char *field;
  } cases[] = {
      {"alliance", ROLE__PERSON, 7, NULL},
      {"alliance", ROLE__PRACTITIONER, 1, NULL},
      {"alliance", ROLE__PERSON, 7.5, "/measures/0/value"},
      {"alliance", ROLE__PERSON, 0, "/measures/0/value"},
      {"alliance", ROLE__PERSON, __builtin_nan(""), "/measures/0/value"},
      {"alliance", ROLE__MENTOR, 4, "/measures/0/from"},
      {"alliance", ROLE__ROLE_UNSPECIFIED, 4, "/measures/0/from"},
      {"happiness", ROLE__PERSON, 4, "/measures/0/name"},
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
    add_measure(w, s, cases[i].name, cases[i].from, cases[i].value);
    struct change c = recorded(w, s);
    if (cases[i].field)
      assert_refused(&c, CODE__INVALID, cases[i].field);
    else
      assert_done(&c);
  }
}

// --- narrative, and who may

static void the_narrative_belongs_to_the_pathways_partition(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->narrative = a_narrative(w, "First line.\nSecond line.");
  s->narrative->partition = PARTITION__MENTORING;
  struct change c = recorded(w, s);
  assert_done(&c);
  const Session *kept = written(&c, &session__descriptor, SESSION_ID);
  assert_int_equal(kept->narrative->partition, PARTITION__SUPERVISION);
  s->narrative = a_narrative(w, "");
  c = recorded(w, s);
  assert_null(((const Session *)written(&c, &session__descriptor, SESSION_ID))->narrative);
}

static void a_narrative_of_twenty_thousand_bytes_is_the_longest(void **state) {
  struct world *w = *state;
  char *text = arena_take(&w->d.arena, 20002);
  memset(text, 'a', 20000);
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->narrative = a_narrative(w, text);
  struct change c = recorded(w, s);
  assert_done(&c);
  text[20000] = 'a';
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/narrative/text");
}

static void a_practitioner_writes_nothing_in_the_mentors_confidence(void **state) {
  struct world *w = *state;
  Session *s = a_session(w, SESSION_ID, MENTORING_ID);
  struct change c = recorded(w, s);
  assert_done(&c);
  s->narrative = a_narrative(w, "What the mentor told me.");
  c = recorded(w, s);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/narrative");
}

static void the_case_system_brings_a_narrative_and_does_not_read_it(void **state) {
  struct world *w = *state;
  decision_as(&w->d, "case-system", MAY(CASE_SYSTEM));
  Session *s = a_session(w, SESSION_ID, SUPERVISION_ID);
  s->narrative = a_narrative(w, "Imported.");
  struct change c = recorded(w, s);
  assert_done(&c);
  assert_non_null(((const Session *)written(&c, &session__descriptor, SESSION_ID))->narrative);
  assert_null(((const Session *)c.reply)->narrative);
}

static void not_even_the_case_system_brings_what_was_told_to_a_mentor(void **state) {
  struct world *w = *state;
  decision_as(&w->d, "case-system", MAY(CASE_SYSTEM));
  Session *s = a_session(w, SESSION_ID, MENTORING_ID);
  s->narrative = a_narrative(w, "In confidence.");
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/narrative");
}

static void only_practitioners_and_the_case_system_record(void **state) {
  struct world *w = *state;
  for (unsigned role = ROLE__PERSON; role <= ROLE__OPD_PRACTITIONER; role++) {
    decision_as(&w->d, "N07A123", 1u << role);
    struct change c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
    if (role == ROLE__PRACTITIONER || role == ROLE__CASE_SYSTEM)
      assert_done(&c);
    else if (role == ROLE__MENTOR) // not theirs
      assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
    else
      assert_refused(&c, CODE__NOT_FOUND, NULL);
  }
}

static void a_mentor_records_contact_with_their_own_person_where_the_pathway_lets_them(void **state) {
  struct world *w = *state;
  Offer *match = as_own_mentor(w);
  struct change c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_done(&c);
  assert_string_equal(((const Session *)c.reply)->recorded_by, MENTOR_ID);
  assert_string_equal(((const SessionRecorded *)published(&c, &session_recorded__descriptor))->explanation,
                      "confidentiality");
  c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_refused(&c, CODE__FORBIDDEN, NULL);
  w->d.actor.only = "Offer/" MATCH_ID; // the link of a notice opens the offer alone
  c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
  w->d.actor.only = "";
  match->state = OFFER_STATE__OFFERED;
  c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
  match->state = OFFER_STATE__ACCEPTED;
  match->ended_at = timestamp_of(&w->d.arena, DECISION_NOW_MS);
  c = recorded(w, a_session(w, SESSION_ID, MENTORING_ID));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
}

static void what_a_mentor_is_told_goes_into_a_note_and_the_refusal_says_so(void **state) {
  struct world *w = *state;
  as_own_mentor(w);
  Session *s = a_session(w, SESSION_ID, MENTORING_ID);
  s->narrative = a_narrative(w, "What I was told.");
  s->goal = "What I was told, in brief.";
  struct change c = recorded(w, s);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/narrative");
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/goal");
  assert_non_null(strstr(c.problem->fields[0]->why, "note"));
}

static void an_amendment_into_a_session_that_happened_needs_the_explanation_too(void **state) {
  struct world *w = *state;
  given_engagement(w, MENTORING_ID, "mentoring", 0)->explained_version = 0;
  Session *s = a_session(w, SESSION_ID, MENTORING_ID);
  s->attendance = an_absence(w);
  struct change c = recorded(w, s);
  assert_done(&c); // nobody came: nothing was said
  decision_commit(&w->d, &c);
  AmendSession cmd = AMEND_SESSION__INIT;
  cmd.session = a_session(w, SESSION_ID, MENTORING_ID);
  cmd.why = "They came after all.";
  cmd.seen_version = 1;
  c = decided(&w->d, &cmd);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/session/engagementId");
}

static void an_unknown_or_restricted_engagement_is_not_found(void **state) {
  struct world *w = *state;
  struct change c = recorded(w, a_session(w, SESSION_ID, "cccccccc-0000-4000-8000-00000000ffff"));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
  static char *restricted[] = {"N07A123"};
  Person *p = a_person(w, CRN);
  p->restricted = restricted;
  p->n_restricted = 1;
  given(&w->d, &person__descriptor, CRN, 1, p);
  c = recorded(w, a_session(w, SESSION_ID, SUPERVISION_ID));
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
}

static void an_empty_command_is_refused(void **state) {
  struct world *w = *state;
  struct change c = recorded(w, NULL);
  assert_refused(&c, CODE__INVALID, NULL);
  Session *s = arena_take(&w->d.arena, sizeof *s);
  session__init(s);
  c = recorded(w, s);
  assert_refused(&c, CODE__INVALID, "/attendance");
  assert_refused(&c, CODE__INVALID, "/id");
  assert_refused(&c, CODE__INVALID, "/startsAt");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(a_session_is_kept_counted_listed_and_announced),
      IN_WORLD(a_session_that_did_not_happen_does_not_count),
      IN_WORLD(recording_again_answers_as_before),
      IN_WORLD(recording_again_with_other_content_is_a_conflict),
      IN_WORLD(the_appointment_is_held_whether_or_not_the_person_came),
      IN_WORLD(an_appointment_that_does_not_stand_is_refused),
      IN_WORLD(no_event_carries_the_narrative_or_the_goal),
      IN_WORLD(a_new_session_is_not_read_first),
      IN_WORLD(a_session_lies_in_the_past_and_within_a_day),
      IN_WORLD(times_beyond_the_calendar_are_refused),
      IN_WORLD(a_session_from_before_the_close_may_be_recorded_late),
      IN_WORLD(an_outcome_code_stands_in_place_of_the_facts),
      IN_WORLD(facts_and_code_must_agree),
      IN_WORLD(what_happened_must_be_said),
      IN_WORLD(one_who_did_not_attend_did_not_take_part),
      IN_WORLD(as_what_a_mentor_took_part_is_said_of_a_mentor_who_did_and_announced),
      IN_WORLD(a_structured_session_covers_each_part_or_says_why_not),
      IN_WORLD(a_structured_session_that_did_not_happen_has_no_parts),
      IN_WORLD(a_part_that_the_pathway_does_not_have_is_refused),
      IN_WORLD(a_joint_session_needs_all_three),
      IN_WORLD(a_joint_session_that_did_not_happen_needs_nobody),
      IN_WORLD(a_seventh_joint_session_is_refused),
      IN_WORLD(a_seventh_that_did_not_happen_is_recorded),
      IN_WORLD(a_measure_is_known_answered_by_the_right_side_and_within_range),
      IN_WORLD(the_narrative_belongs_to_the_pathways_partition),
      IN_WORLD(a_narrative_of_twenty_thousand_bytes_is_the_longest),
      IN_WORLD(a_practitioner_writes_nothing_in_the_mentors_confidence),
      IN_WORLD(the_case_system_brings_a_narrative_and_does_not_read_it),
      IN_WORLD(not_even_the_case_system_brings_what_was_told_to_a_mentor),
      IN_WORLD(only_practitioners_and_the_case_system_record),
      IN_WORLD(a_mentor_records_contact_with_their_own_person_where_the_pathway_lets_them),
      IN_WORLD(what_a_mentor_is_told_goes_into_a_note_and_the_refusal_says_so),
      IN_WORLD(an_amendment_into_a_session_that_happened_needs_the_explanation_too),
      IN_WORLD(an_unknown_or_restricted_engagement_is_not_found),
      IN_WORLD(an_empty_command_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
