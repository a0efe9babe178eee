// links: matching reporting
// Whether groups are served alike: what people say of themselves, what no match sees of it, and what is counted.
#include "fairness.h"
#include "rights.pb-c.h"
#include "waiting_world.h"

// --- what people say of themselves

// By the person's practitioner, who sat with them.
static struct change describe(struct decision *d, const char *crn, SelfDescription *said) {
  DescribeSelf *cmd = arena_take(&d->arena, sizeof *cmd);
  describe_self__init(cmd);
  cmd->crn = (char *)crn;
  cmd->said = said;
  decision_as(d, "N07A123", MAY(PRACTITIONER));
  struct change c = decided(d, cmd);
  as_coordinator(d);
  return c;
}
static SelfDescription *said_by(struct decision *d, AgeBand age, Ethnicity ethnicity) {
  SelfDescription *said = arena_take(&d->arena, sizeof *said);
  self_description__init(said);
  said->age = age;
  said->ethnicity = ethnicity;
  return said;
}
static const Characteristics *characteristics_now(struct decision *d, const char *crn) {
  return decision_record(d, &characteristics__descriptor, crn);
}

static void what_somebody_says_of_themselves_is_theirs_to_change_and_to_take_back(void **state) {
  struct story *s = *state;
  commit(&s->d, describe(&s->d, CRN, said_by(&s->d, AGE_BAND__UNDER_25, ETHNICITY__BLACK)));
  assert_int_equal(characteristics_now(&s->d, CRN)->said->ethnicity, ETHNICITY__BLACK);
  commit(&s->d, describe(&s->d, CRN, said_by(&s->d, 0, 0)));
  assert_int_equal(characteristics_now(&s->d, CRN)->said->ethnicity, 0);
  ReadCharacteristics read = READ_CHARACTERISTICS__INIT;
  read.crn = CRN;
  decision_as(&s->d, CRN, MAY(PERSON));
  struct change c = decided(&s->d, &read);
  assert_string_equal(((const Characteristics *)c.reply)->crn, CRN);
  assert_string_equal(c.reply_subject, CRN);
}

static void an_answer_that_there_is_not_is_refused_by_its_field(void **state) {
  struct story *s = *state;
  struct change c = describe(&s->d, CRN, said_by(&s->d, (AgeBand)99, 0));
  assert_refused(&c, CODE__INVALID, "/said/age");
  c = describe(&s->d, CRN, said_by(&s->d, 0, (Ethnicity)99));
  assert_refused(&c, CODE__INVALID, "/said/ethnicity");
  c = describe(&s->d, CRN, NULL);
  assert_refused(&c, CODE__INVALID, "/said");
  c = describe(&s->d, "12", said_by(&s->d, 0, 0));
  assert_refused(&c, CODE__INVALID, "/crn");
  c = describe(&s->d, OTHER_CRN, said_by(&s->d, 0, 0));
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

// As in the runtime, a decision gets only what it asked for; what it answers, to the byte, is the same.
static void no_candidate_score_or_proposal_depends_on_it(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  ListCandidates cmd = LIST_CANDIDATES__INIT;
  cmd.crn = CRN;
  struct change before = decided(&s->d, &cmd), proposed_before = proposed(&s->d);
  commit(&s->d, describe(&s->d, CRN, said_by(&s->d, AGE_BAND__FROM_50, ETHNICITY__ASIAN)));
  struct change after = decided(&s->d, &cmd), proposed_after = proposed(&s->d);
  assert_true(arena_packs_alike(&s->d.arena, before.reply, after.reply));
  assert_true(arena_packs_alike(&s->d.arena, proposed_before.reply, proposed_after.reply));
}

// --- the median

static void the_median_wait_is_that_of_kaplan_and_meier(void **state) {
  // The trial of Freireich and others (1963), as in every textbook: remission under 6-MP and under placebo, in weeks.
  struct fairness_wait mp[] = {{6, true},   {6, true},   {6, true},   {6, false}, {7, true},   {9, false},
                               {10, true},  {10, false}, {11, false}, {13, true}, {16, true},  {17, false},
                               {19, false}, {20, false}, {22, true},  {23, true}, {25, false}, {32, false},
                               {32, false}, {34, false}, {35, false}};
  struct fairness_wait placebo[21];
  static const uint32_t weeks[] = {1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23};
  for (size_t i = 0; i < 21; i++) placebo[i] = (struct fairness_wait){weeks[20 - i], true};
  uint32_t days = 0;
  (void)state;
  assert_true(fairness_median(mp, 21, &days));
  assert_int_equal(days, 23);
  assert_true(fairness_median(placebo, 21, &days));
  assert_int_equal(days, 8);
}

static void where_most_wait_still_there_is_no_median(void **state) {
  struct fairness_wait waits[] = {{3, true}, {50, false}, {60, false}};
  uint32_t days = 7;
  (void)state;
  assert_false(fairness_median(waits, 3, &days));
  assert_false(fairness_median(waits, 0, &days));
  assert_int_equal(days, 7);
}

// --- what the rules leave somebody

static struct fairness_look look(struct story *s, const Mentor *one, const Mentor *other) {
  const Mentor *mentors[] = {one, other};
  return fairness_look(&s->d.m, s->person, mentors, other ? 2 : 1);
}

static uint32_t bit(const char *code) {
  for (size_t i = 0; i < rules_n_exclusions; i++)
    if (!strcmp(rules_exclusions[i].code, code)) return UINT32_C(1) << i;
  fail_msg("no rule %s", code);
  return 0;
}

static void a_rule_counts_where_it_alone_is_between_somebody_and_every_mentor(void **state) {
  struct story *s = *state;
  Mentor *other = mentor_of(&s->d, 2);
  assert_true(look(s, s->mentor, NULL).fits);
  s->mentor->state = MENTOR_STATE__PAUSED;
  assert_int_equal(look(s, s->mentor, NULL).only, bit("paused"));
  s->mentor->capacity = 0;
  assert_int_equal(look(s, s->mentor, NULL).only, 0); // two rules: without either nothing is gained
  other->conflicts_checked = false;
  assert_int_equal(look(s, s->mentor, other).only, bit("mentor_conflicts_not_known"));
  other->conflicts_checked = true;
  assert_int_equal(look(s, s->mentor, other).only, 0);
  assert_true(look(s, s->mentor, other).fits);
}

// --- counting

static const FairnessCounted *group_of(const struct change *c, const char *by, const char *part) {
  for (const struct change_event *e = c->events; e; e = e->next) {
    const FairnessCounted *counted = (const FairnessCounted *)e->body;
    assert_ptr_equal(counted->base.descriptor, &fairness_counted__descriptor);
    if (!strcmp(counted->by, by) && !strcmp(counted->part, part)) return counted;
  }
  return NULL;
}
static uint32_t only_by(const FairnessCounted *counted, const char *code) {
  for (size_t i = 0; i < counted->n_rules; i++)
    if (!strcmp(counted->rules[i], code)) return counted->only[i];
  fail_msg("no rule %s", code);
  return 0;
}
// Everybody who waits is in one of them.
static uint32_t waiting_in(const FairnessCounted *counted) {
  uint32_t n = counted->fits + counted->several + counted->no_single;
  for (size_t i = 0; i < counted->n_only; i++) n += counted->only[i];
  return n;
}
static struct change accept(struct decision *d) {
  AcceptOffer *cmd = arena_take(&d->arena, sizeof *cmd);
  accept_offer__init(cmd);
  cmd->id = OFFER_ID;
  as_mentor(d, 1, OFFER_ID);
  struct change c = decided(d, cmd);
  as_coordinator(d);
  return c;
}

static void who_waits_and_who_has_a_mentor_is_counted_by_group_and_as_a_whole(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  Person *other = given_waiting(&s->d, OTHER_CRN, 3);
  other->mentoring->gender = GENDER__MAN;
  commit(&s->d, describe(&s->d, CRN, said_by(&s->d, AGE_BAND__FROM_25_TO_34, 0)));
  commit_and_hear(&s->d, offered(&s->d, OFFER_ID, CRN, 1));
  commit_and_hear(&s->d, accept(&s->d));
  struct change c = decided_timer(&s->d, "fairness/");
  assert_done(&c);
  const FairnessCounted *all = group_of(&c, "", "");
  assert_int_equal(all->matched, 1);
  assert_int_equal(waiting_in(all), 1);
  assert_int_equal(all->fits, 0);
  assert_int_equal(only_by(all, "gender"), 1);
  assert_true(all->median_known);
  const FairnessCounted *young = group_of(&c, "age", "from 25 to 34"), *unsaid = group_of(&c, "age", "not said");
  assert_int_equal(young->matched, 1);
  assert_int_equal(young->median_days, 35);
  assert_int_equal(waiting_in(unsaid), 1);
  assert_false(unsaid->median_known);
  assert_int_equal(only_by(group_of(&c, "gender_asked", "man"), "gender"), 1);
  assert_int_equal(only_by(group_of(&c, "gender_asked", "any"), "gender"), 0);
}

static void who_waits_is_in_one_count_alone(void **state) {
  struct story *s = *state;
  Mentor *other = mentor_of(&s->d, 2);
  given_waiting(&s->d, CRN, 5);
  s->mentor->state = MENTOR_STATE__PAUSED;
  other->conflicts_checked = false;
  given_mentor(&s->d, other);
  struct change c = decided_timer(&s->d, "fairness/");
  assert_int_equal(group_of(&c, "", "")->several, 1);
  assert_int_equal(waiting_in(group_of(&c, "", "")), 1);
  s->mentor->capacity = other->capacity = 0;
  c = decided_timer(&s->d, "fairness/");
  assert_int_equal(group_of(&c, "", "")->no_single, 1);
  assert_int_equal(waiting_in(group_of(&c, "", "")), 1);
}

static void somebody_with_an_open_offer_waits_until_it_is_accepted(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  commit_and_hear(&s->d, offered(&s->d, OFFER_ID, CRN, 1));
  struct change c = decided_timer(&s->d, "fairness/");
  assert_int_equal(waiting_in(group_of(&c, "", "")), 1);
  assert_int_equal(group_of(&c, "", "")->matched, 0);
}

static void every_way_of_cutting_comes_to_the_same_total(void **state) {
  struct story *s = *state;
  for (unsigned n = 0; n < 12; n++) {
    Person *p = given_waiting(&s->d, crn_of(&s->d, n), n);
    p->mentoring->gender = n % 4;
    p->mentoring->remote = n % 2;
    commit(&s->d, describe(&s->d, p->crn, said_by(&s->d, n % 5, n % 6)));
  }
  struct change c = decided_timer(&s->d, "fairness/");
  uint32_t total = 0;
  for (const struct change_event *e = c.events; e; e = e->next) {
    const FairnessCounted *counted = (const FairnessCounted *)e->body;
    total += *counted->by ? waiting_in(counted) : 0;
  }
  assert_int_equal(waiting_in(group_of(&c, "", "")), 12);
  assert_int_equal(total, 9 * 12);
}

static void a_count_names_nobody_and_is_in_the_record_of_whom_it_counted(void **state) {
  struct story *s = *state;
  given_waiting(&s->d, CRN, 5);
  struct change c = decided_timer(&s->d, "fairness/");
  for (const struct change_event *e = c.events; e; e = e->next) assert_null(e->subject);
  for (unsigned i = 0; i < fairness_counted__descriptor.n_fields; i++) {
    assert_string_not_equal(fairness_counted__descriptor.fields[i].name, "crn");
    assert_true(fairness_counted__descriptor.fields[i].type != PROTOBUF_C_TYPE_MESSAGE);
  }
  assert_string_equal(c.subjects->subject, CRN);
}

static void it_is_counted_when_asked_for_and_then_every_week(void **state) {
  struct story *s = *state;
  CountFairness cmd = COUNT_FAIRNESS__INIT;
  struct change c = decided(&s->d, &cmd);
  assert_int_equal(timer_set(&c, "fairness/"), DECISION_NOW_MS);
  c = decided_timer(&s->d, "fairness/");
  assert_int_equal(timer_set(&c, "fairness/"), DECISION_NOW_MS + 7 * DAY_MS);
}

// Reporting knows the rules by their codes alone.
static void every_rule_is_counted_by_the_report(void **state) {
  extern const char services_reporting_fairness_sql[];
  struct story *s = *state;
  for (size_t i = 0; i < rules_n_exclusions; i++) {
    const char *column = arena_printf(&s->d.arena, "only_rule ->> '%s'", rules_exclusions[i].code);
    assert_non_null(strstr(services_reporting_fairness_sql, column));
  }
}

// --- the person's rights

static void what_they_said_is_given_to_them_and_goes_with_them(void **state) {
  struct story *s = *state;
  commit(&s->d, describe(&s->d, CRN, said_by(&s->d, AGE_BAND__UNDER_25, 0)));
  CollectRecords collect = COLLECT_RECORDS__INIT;
  collect.crn = CRN;
  decision_as(&s->d, "R01", MAY(RECORDS_OFFICER));
  struct change c = decided(&s->d, &collect);
  const HeldRecords *held = (const HeldRecords *)c.reply;
  assert_int_equal(held->n_records, 1);
  assert_int_equal(held->records[0]->characteristics->said->age, AGE_BAND__UNDER_25);
  commit(&s->d, decided_timer(&s->d, "erase/" CRN));
  assert_null(characteristics_now(&s->d, CRN));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(what_somebody_says_of_themselves_is_theirs_to_change_and_to_take_back),
      STORY(an_answer_that_there_is_not_is_refused_by_its_field),
      STORY(no_candidate_score_or_proposal_depends_on_it),
      STORY(the_median_wait_is_that_of_kaplan_and_meier),
      STORY(where_most_wait_still_there_is_no_median),
      STORY(a_rule_counts_where_it_alone_is_between_somebody_and_every_mentor),
      STORY(who_waits_and_who_has_a_mentor_is_counted_by_group_and_as_a_whole),
      STORY(who_waits_is_in_one_count_alone),
      STORY(somebody_with_an_open_offer_waits_until_it_is_accepted),
      STORY(every_way_of_cutting_comes_to_the_same_total),
      STORY(a_count_names_nobody_and_is_in_the_record_of_whom_it_counted),
      STORY(it_is_counted_when_asked_for_and_then_every_week),
      STORY(every_rule_is_counted_by_the_report),
      STORY(what_they_said_is_given_to_them_and_goes_with_them),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
