// links: safeguarding
// kinds: trust
// Break-glass: fifteen minutes, one person, told at once, and reviewed before the next.
#include "safeguarding_world.h"

#define OTHER "N08A008"

static void as_other(struct decision *d) {
  decision_as(d, OTHER, MAY(PRACTITIONER));
}
static struct change opened(struct decision *d, const char *crn) {
  OpenBreakGlass *cmd = arena_take(&d->arena, sizeof *cmd);
  open_break_glass__init(cmd);
  cmd->crn = (char *)crn;
  cmd->reason = BREAK_GLASS_REASON__PERSON_IN_FRONT_OF_ME;
  cmd->text = narrative(d, "She is here and in distress.");
  return decided(d, cmd);
}
static struct change reviewed(struct decision *d, BreakGlassFinding finding) {
  ReviewBreakGlass *cmd = arena_take(&d->arena, sizeof *cmd);
  review_break_glass__init(cmd);
  cmd->crn = CRN;
  cmd->actor = OTHER;
  cmd->finding = finding;
  cmd->review = narrative(d, "I spoke to her.");
  return decided(d, cmd);
}
static struct change given_opened(struct decision *d) {
  as_other(d);
  struct change c = opened(d, CRN);
  assert_done(&c);
  decision_commit(d, &c);
  return c;
}
static const BreakGlass *use_now(struct decision *d) {
  return decision_record(d, &break_glass__descriptor, CRN "/" OTHER);
}

static void it_holds_for_fifteen_minutes_for_one_person(void **state) {
  struct story *s = *state;
  given_opened(&s->d);
  assert_true(use_now(&s->d)->from_ms == DECISION_NOW_MS);
  assert_true(use_now(&s->d)->until_ms == DECISION_NOW_MS + 15 * MINUTE_MS);
  assert_string_equal(use_now(&s->d)->actor, OTHER);
  assert_int_equal(use_now(&s->d)->text->partition, PARTITION__SAFEGUARDING);
}

static void owner_and_lead_are_told_at_once_without_a_name(void **state) {
  struct story *s = *state;
  given_staff(&s->d, "N07A123", "+447700900107", "");
  struct change c = given_opened(&s->d);
  assert_int_equal(n_messages(&c), 3);
  assert_string_equal(message_at(&c, 0)->outgoing->to, "+447700900107");
  assert_string_equal(message_at(&c, 1)->outgoing->to, "+447700900101");
  assert_null(c.alarm);
  for (size_t i = 0; i < 3; i++) {
    const char *text = message_at(&c, i)->outgoing->text;
    assert_non_null(strstr(text, use_now(&s->d)->reference));
    assert_null(strstr(text, CRN));
    assert_null(strstr(text, OTHER));
  }
  assert_int_equal(use_now(&s->d)->told, 3);
}

static void that_owner_or_lead_could_not_be_told_is_loud(void **state) {
  struct story *s = *state;
  struct change c = given_opened(&s->d); // the owner is not registered
  assert_non_null(c.alarm);
  assert_int_equal(n_messages(&c), 2);
}

static void a_use_that_nobody_has_reviewed_blocks_the_next(void **state) {
  struct story *s = *state;
  Person *second = arena_copy(&s->d.arena, s->person, sizeof *second);
  second->crn = "X654321";
  given(&s->d, &person__descriptor, "X654321", 1, second);
  given_opened(&s->d);
  struct change c = opened(&s->d, "X654321");
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  c = opened(&s->d, "Z000000"); // and says nothing of whether there is such a person
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  s->d.m.now.ms += 20 * MINUTE_MS;
  c = opened(&s->d, CRN); // it is over, and still not reviewed
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  as_lead(&s->d);
  c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  assert_done(&c);
  decision_commit(&s->d, &c);
  as_other(&s->d);
  c = opened(&s->d, "X654321");
  assert_done(&c);
}

static void the_same_again_while_it_holds_is_answered_as_before(void **state) {
  struct story *s = *state;
  given_opened(&s->d);
  s->d.m.now.ms += MINUTE_MS;
  struct change c = opened(&s->d, "x123456");
  assert_done(&c);
  assert_null(c.records);
  assert_true(((const BreakGlass *)c.reply)->until_ms == DECISION_NOW_MS + 15 * MINUTE_MS);
}

static void a_restricted_reader_gets_the_answer_of_a_person_who_is_not_there(void **state) {
  struct story *s = *state;
  static char *restricted[] = {OTHER};
  s->person->restricted = restricted;
  s->person->n_restricted = 1;
  as_other(&s->d);
  struct change one = opened(&s->d, CRN), other = opened(&s->d, "Z000000");
  assert_refused(&one, CODE__NOT_FOUND, "/crn");
  assert_refused(&other, CODE__NOT_FOUND, "/crn");
  assert_string_equal(one.problem->why, other.problem->why);
}

// That a use waits for review is said of everybody alike, so that it does not tell who is hidden from the sender.
static void a_restricted_reader_who_is_blocked_hears_so_as_of_a_person_who_is_not_there(void **state) {
  struct story *s = *state;
  static char *restricted[] = {OTHER};
  as_other(&s->d);
  BreakGlassUse *use = arena_take(&s->d.arena, sizeof *use);
  break_glass_use__init(use);
  use->crn = "X700000";
  given(&s->d, &break_glass_use__descriptor, OTHER, 1, use);
  s->person->restricted = restricted;
  s->person->n_restricted = 1;
  struct change one = opened(&s->d, CRN), other = opened(&s->d, "Z000000");
  assert_refused(&one, CODE__REFUSED_BY_RULE, NULL);
  assert_refused(&other, CODE__REFUSED_BY_RULE, NULL);
  assert_string_equal(one.problem->why, other.problem->why);
}

static void a_practitioner_has_no_need_of_it_for_a_person_of_their_own(void **state) {
  struct story *s = *state;
  decision_as(&s->d, "N07A123", MAY(PRACTITIONER));
  struct change c = opened(&s->d, CRN);
  assert_refused(&c, CODE__CONFLICT, "/crn");
}

static void reason_and_text_are_required(void **state) {
  struct story *s = *state;
  as_other(&s->d);
  OpenBreakGlass cmd = OPEN_BREAK_GLASS__INIT;
  struct change c = decided(&s->d, &cmd);
  assert_refused(&c, CODE__INVALID, "/crn");
  assert_refused(&c, CODE__INVALID, "/reason");
  assert_refused(&c, CODE__INVALID, "/text");
}

static void nobody_reviews_their_own_use_and_nobody_twice(void **state) {
  struct story *s = *state;
  given_opened(&s->d);
  decision_as(&s->d, OTHER, MAY(PRACTITIONER) | MAY(SAFEGUARDING_LEAD));
  struct change c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/actor");
  as_lead(&s->d);
  c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  decision_commit(&s->d, &c);
  assert_string_equal(use_now(&s->d)->reviewed_by, "L01A001");
  c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  assert_done(&c);
  assert_null(c.records);
  c = reviewed(&s->d, BREAK_GLASS_FINDING__NOT_JUSTIFIED);
  assert_refused(&c, CODE__CONFLICT, NULL);
  decision_as(&s->d, "N07A123", MAY(PRACTITIONER));
  c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_use_that_was_not_justified_is_over_at_once(void **state) {
  struct story *s = *state;
  given_opened(&s->d);
  as_lead(&s->d);
  s->d.m.now.ms += MINUTE_MS;
  struct change c = reviewed(&s->d, BREAK_GLASS_FINDING__NOT_JUSTIFIED);
  assert_done(&c);
  decision_commit(&s->d, &c);
  assert_true(use_now(&s->d)->until_ms == DECISION_NOW_MS + MINUTE_MS);
}

static void the_list_has_what_is_to_be_reviewed_first(void **state) {
  struct story *s = *state;
  given_opened(&s->d);
  as_lead(&s->d);
  struct change c = reviewed(&s->d, BREAK_GLASS_FINDING__JUSTIFIED);
  decision_commit(&s->d, &c);
  decision_as(&s->d, "N09A009", MAY(PRACTITIONER));
  s->d.m.now.ms += MINUTE_MS;
  c = opened(&s->d, CRN);
  decision_commit(&s->d, &c);
  as_lead(&s->d);
  ListBreakGlass list = LIST_BREAK_GLASS__INIT;
  c = decided(&s->d, &list);
  const BreakGlasses *all = (const BreakGlasses *)c.reply;
  assert_int_equal(all->n_uses, 2);
  assert_string_equal(all->uses[0]->actor, "N09A009");
  assert_string_equal(all->uses[1]->actor, OTHER);
  as_other(&s->d); // once more, after the review: the list has one entry for the two of them
  s->d.m.now.ms += MINUTE_MS;
  c = opened(&s->d, CRN);
  decision_commit(&s->d, &c);
  as_lead(&s->d);
  c = decided(&s->d, &list);
  assert_int_equal(((const BreakGlasses *)c.reply)->n_uses, 2);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(it_holds_for_fifteen_minutes_for_one_person),
      STORY(owner_and_lead_are_told_at_once_without_a_name),
      STORY(that_owner_or_lead_could_not_be_told_is_loud),
      STORY(a_use_that_nobody_has_reviewed_blocks_the_next),
      STORY(the_same_again_while_it_holds_is_answered_as_before),
      STORY(a_restricted_reader_gets_the_answer_of_a_person_who_is_not_there),
      STORY(a_restricted_reader_who_is_blocked_hears_so_as_of_a_person_who_is_not_there),
      STORY(a_practitioner_has_no_need_of_it_for_a_person_of_their_own),
      STORY(reason_and_text_are_required),
      STORY(nobody_reviews_their_own_use_and_nobody_twice),
      STORY(a_use_that_was_not_justified_is_over_at_once),
      STORY(the_list_has_what_is_to_be_reviewed_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
