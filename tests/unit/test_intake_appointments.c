// links: intake
// Making, rescheduling, cancelling and listing appointments.
#include "intake_world.h"

static struct change rescheduled(struct world *w, const char *id, Appointment *to) {
  RescheduleAppointment *cmd = arena_take(&w->d.arena, sizeof *cmd);
  reschedule_appointment__init(cmd);
  cmd->id = (char *)id;
  cmd->appointment = to;
  cmd->why = "A hospital appointment.";
  return decided(&w->d, cmd);
}

static struct change cancelled(struct world *w, const char *id) {
  CancelAppointment *cmd = arena_take(&w->d.arena, sizeof *cmd);
  cancel_appointment__init(cmd);
  cmd->id = (char *)id;
  cmd->why = "No longer needed.";
  return decided(&w->d, cmd);
}

static void given_made(struct world *w) {
  struct change c = made(w, an_appointment(w, APPOINTMENT_ID));
  assert_done(&c);
  decision_commit(&w->d, &c);
}

// A day later than the one that was made.
static Appointment *a_later_one(struct world *w) {
  Appointment *a = an_appointment(w, OTHER_APPOINTMENT_ID);
  a->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + 48 * HOUR_MS);
  a->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + 49 * HOUR_MS);
  return a;
}

static void an_appointment_takes_its_reminders_from_the_pathway(void **state) {
  struct world *w = *state;
  struct change c = made(w, an_appointment(w, APPOINTMENT_ID));
  assert_done(&c);
  assert_true(c.created);
  const Appointment *a = written(&c, &appointment__descriptor, APPOINTMENT_ID);
  assert_string_equal(a->crn, CRN);
  assert_string_equal(a->practitioner, "N07A123");
  assert_string_equal(a->pathway, "supervision");
  assert_int_equal(a->state, APPOINTMENT_STATE__PLANNED);
  const AppointmentMade *e = published(&c, &appointment_made__descriptor);
  assert_int_equal(e->n_reminder_minutes, 3);
  assert_int_equal(e->reminder_minutes[0], 7 * 24 * 60);
  assert_int_equal(e->reminder_minutes[1], 24 * 60);
  assert_int_equal(e->reminder_minutes[2], 120);
  assert_int_equal(e->starts_at_ms, DECISION_NOW_MS + 24 * HOUR_MS);
}

static void making_again_answers_as_before_even_once_begun(void **state) {
  struct world *w = *state;
  given_made(w);
  w->d.m.now.ms += 30 * HOUR_MS;
  struct change c = made(w, an_appointment(w, APPOINTMENT_ID));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.records);
  assert_null(c.events);
  assert_int_equal(c.version, 1);
}

static void making_again_with_other_content_is_a_conflict(void **state) {
  struct world *w = *state;
  given_made(w);
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->place = "another office";
  struct change c = made(w, a);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void what_the_service_sets_is_not_the_senders(void **state) {
  struct world *w = *state;
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->state = APPOINTMENT_STATE__HELD;
  a->crn = "X999999";
  a->supersedes = OTHER_APPOINTMENT_ID;
  struct change c = made(w, a);
  const Appointment *kept = written(&c, &appointment__descriptor, NULL);
  assert_int_equal(kept->state, APPOINTMENT_STATE__PLANNED);
  assert_string_equal(kept->crn, CRN);
  assert_string_equal(kept->supersedes, "");
}

static void as_what_a_mentor_is_to_take_part_is_kept_and_announced(void **state) {
  struct world *w = *state;
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->mentor_role = MENTOR_ROLE__GREETER;
  struct change c = made(w, a);
  assert_int_equal(((const Appointment *)c.reply)->mentor_role, MENTOR_ROLE__GREETER);
  assert_int_equal(((const AppointmentMade *)published(&c, &appointment_made__descriptor))->mentor_role,
                   MENTOR_ROLE__GREETER);
  a->mentor_role = (MentorRole)9;
  c = made(w, a);
  assert_refused(&c, CODE__INVALID, "/mentorRole");
}

struct times {
  int64_t starts_ms, ends_ms;
  const char *field;
};

static void times_that_cannot_be_are_refused(void **state) {
  static const struct times cases[] = {
      {-HOUR_MS, HOUR_MS, "/startsAt"},
      {2 * HOUR_MS, HOUR_MS, "/endsAt"},
      {HOUR_MS, HOUR_MS, "/endsAt"},
      {HOUR_MS, 26 * HOUR_MS, "/endsAt"},
      {732 * 24 * HOUR_MS, (732 * 24 + 1) * HOUR_MS, "/startsAt"},
  };
  struct world *w = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    Appointment *a = an_appointment(w, APPOINTMENT_ID);
    a->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + cases[i].starts_ms);
    a->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + cases[i].ends_ms);
    struct change c = made(w, a);
    assert_refused(&c, CODE__INVALID, cases[i].field);
  }
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->starts_at = a->ends_at = NULL;
  struct change c = made(w, a);
  assert_int_equal(c.problem->n_fields, 2);
}

static void a_clock_that_is_four_minutes_off_is_forgiven(void **state) {
  struct world *w = *state;
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 4 * 60000);
  a->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS + HOUR_MS);
  struct change c = made(w, a);
  assert_done(&c);
}

static void meeting_in_person_needs_a_place(void **state) {
  struct world *w = *state;
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->place = "";
  struct change c = made(w, a);
  assert_refused(&c, CODE__INVALID, "/place");
  a->mode = MODE__TELEPHONE;
  c = made(w, a);
  assert_done(&c);
  a->mode = MODE__MODE_UNSPECIFIED;
  c = made(w, a);
  assert_refused(&c, CODE__INVALID, "/mode");
}

static void an_engagement_that_is_closed_or_unknown_takes_no_appointment(void **state) {
  struct world *w = *state;
  given_engagement(w, SUPERVISION_ID, "supervision", 0)->closed_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - 1);
  struct change c = made(w, an_appointment(w, APPOINTMENT_ID));
  assert_refused(&c, CODE__CONFLICT, "/engagementId");
  Appointment *a = an_appointment(w, APPOINTMENT_ID);
  a->engagement_id = "cccccccc-0000-4000-8000-00000000ffff";
  c = made(w, a);
  assert_refused(&c, CODE__NOT_FOUND, "/engagementId");
}

static void a_reschedule_supersedes_the_old_and_makes_the_new(void **state) {
  struct world *w = *state;
  given_made(w);
  struct change c = rescheduled(w, APPOINTMENT_ID, a_later_one(w));
  assert_done(&c);
  assert_true(c.created);
  const Appointment *old = written(&c, &appointment__descriptor, APPOINTMENT_ID);
  const Appointment *new = written(&c, &appointment__descriptor, OTHER_APPOINTMENT_ID);
  assert_int_equal(old->state, APPOINTMENT_STATE__SUPERSEDED);
  assert_string_equal(old->superseded_by, OTHER_APPOINTMENT_ID);
  assert_string_equal(old->why, "A hospital appointment.");
  assert_int_equal(new->state, APPOINTMENT_STATE__PLANNED);
  assert_string_equal(new->supersedes, APPOINTMENT_ID);
  const AppointmentSuperseded *superseded = published(&c, &appointment_superseded__descriptor);
  assert_string_equal(superseded->by, OTHER_APPOINTMENT_ID);
  assert_string_equal(((const AppointmentMade *)published(&c, &appointment_made__descriptor))->supersedes,
                      APPOINTMENT_ID);
}

static void rescheduling_again_answers_as_before(void **state) {
  struct world *w = *state;
  given_made(w);
  struct change first = rescheduled(w, APPOINTMENT_ID, a_later_one(w));
  decision_commit(&w->d, &first);
  struct change c = rescheduled(w, APPOINTMENT_ID, a_later_one(w));
  assert_done(&c);
  assert_false(c.created);
  assert_null(c.events);
  Appointment *third = a_later_one(w);
  third->id = "aaaaaaaa-0000-4000-8000-000000000003";
  c = rescheduled(w, APPOINTMENT_ID, third);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

static void a_reschedule_names_its_wrong_fields_below_appointment(void **state) {
  struct world *w = *state;
  given_made(w);
  Appointment *a = a_later_one(w);
  a->starts_at = NULL;
  struct change c = rescheduled(w, APPOINTMENT_ID, a);
  assert_refused(&c, CODE__INVALID, "/appointment/startsAt");
  a = a_later_one(w);
  a->engagement_id = JOINT_ID;
  c = rescheduled(w, APPOINTMENT_ID, a);
  assert_refused(&c, CODE__INVALID, "/appointment/engagementId");
  a = a_later_one(w);
  a->id = APPOINTMENT_ID;
  c = rescheduled(w, APPOINTMENT_ID, a);
  assert_refused(&c, CODE__INVALID, "/appointment/id");
  c = rescheduled(w, APPOINTMENT_ID, NULL);
  assert_refused(&c, CODE__INVALID, "/appointment");
  a = a_later_one(w);
  a->starts_at = timestamp_of(&w->d.arena, DECISION_NOW_MS - HOUR_MS);
  a->ends_at = timestamp_of(&w->d.arena, DECISION_NOW_MS);
  c = rescheduled(w, APPOINTMENT_ID, a);
  assert_refused(&c, CODE__INVALID, "/appointment/startsAt");
}

static void a_reschedule_may_leave_the_engagement_out(void **state) {
  struct world *w = *state;
  given_made(w);
  Appointment *a = a_later_one(w);
  a->engagement_id = "";
  struct change c = rescheduled(w, APPOINTMENT_ID, a);
  assert_done(&c);
}

static void cancelling_twice_answers_as_before(void **state) {
  struct world *w = *state;
  given_made(w);
  struct change c = cancelled(w, APPOINTMENT_ID);
  assert_done(&c);
  assert_non_null(published(&c, &appointment_cancelled__descriptor));
  decision_commit(&w->d, &c);
  c = cancelled(w, APPOINTMENT_ID);
  assert_done(&c);
  assert_null(c.records);
  assert_null(c.events);
  assert_int_equal(c.version, 2);
}

static void what_is_not_planned_is_neither_cancelled_nor_moved(void **state) {
  struct world *w = *state;
  static const AppointmentState states[] = {APPOINTMENT_STATE__SUPERSEDED, APPOINTMENT_STATE__HELD};
  for (size_t i = 0; i < 2; i++) {
    Appointment *a = an_appointment(w, APPOINTMENT_ID);
    a->crn = CRN;
    a->state = states[i];
    given(&w->d, &appointment__descriptor, APPOINTMENT_ID, 2, a);
    struct change c = cancelled(w, APPOINTMENT_ID);
    assert_refused(&c, CODE__CONFLICT, NULL);
    c = rescheduled(w, APPOINTMENT_ID, a_later_one(w));
    assert_refused(&c, CODE__CONFLICT, NULL);
  }
  struct change c = cancelled(w, OTHER_APPOINTMENT_ID);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void appointments_are_listed_in_order_of_their_start(void **state) {
  struct world *w = *state;
  struct change c = made(w, a_later_one(w));
  decision_commit(&w->d, &c);
  given_made(w);
  ListAppointments list = LIST_APPOINTMENTS__INIT;
  list.crn = CRN;
  list.limit = 1;
  c = decided(&w->d, &list);
  const Appointments *page = (const Appointments *)c.reply;
  assert_int_equal(page->n_appointments, 1);
  assert_string_equal(page->appointments[0]->id, APPOINTMENT_ID);
  list.after = page->next;
  c = decided(&w->d, &list);
  page = (const Appointments *)c.reply;
  assert_string_equal(page->appointments[0]->id, OTHER_APPOINTMENT_ID);
  assert_string_equal(page->next, "");
}

static void an_appointment_is_read_by_those_who_may(void **state) {
  struct world *w = *state;
  given_made(w);
  ReadAppointment read = READ_APPOINTMENT__INIT;
  read.id = APPOINTMENT_ID;
  struct change c = decided(&w->d, &read);
  assert_done(&c);
  assert_int_equal(c.version, 1);
  decision_as(&w->d, "ops", MAY(OPERATOR) | MAY(MANAGER) | MAY(MENTOR) | MAY(COORDINATOR));
  c = decided(&w->d, &read);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(an_appointment_takes_its_reminders_from_the_pathway),
      IN_WORLD(making_again_answers_as_before_even_once_begun),
      IN_WORLD(making_again_with_other_content_is_a_conflict),
      IN_WORLD(what_the_service_sets_is_not_the_senders),
      IN_WORLD(as_what_a_mentor_is_to_take_part_is_kept_and_announced),
      IN_WORLD(times_that_cannot_be_are_refused),
      IN_WORLD(a_clock_that_is_four_minutes_off_is_forgiven),
      IN_WORLD(meeting_in_person_needs_a_place),
      IN_WORLD(an_engagement_that_is_closed_or_unknown_takes_no_appointment),
      IN_WORLD(a_reschedule_supersedes_the_old_and_makes_the_new),
      IN_WORLD(rescheduling_again_answers_as_before),
      IN_WORLD(a_reschedule_names_its_wrong_fields_below_appointment),
      IN_WORLD(a_reschedule_may_leave_the_engagement_out),
      IN_WORLD(cancelling_twice_answers_as_before),
      IN_WORLD(what_is_not_planned_is_neither_cancelled_nor_moved),
      IN_WORLD(appointments_are_listed_in_order_of_their_start),
      IN_WORLD(an_appointment_is_read_by_those_who_may),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
