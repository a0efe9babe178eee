// links: matching
// Proposals for a whole waiting list: proposed with a proof, looked through, solved again, and published as offers.
#include "prices.h"
#include "waiting_world.h"

#define A "X000001"
#define B "X000002"
#define C "X000003"

static Mentor *given_mentor_with(struct decision *d, unsigned n, uint32_t capacity) {
  Mentor *mentor = mentor_of(d, n);
  mentor->capacity = capacity;
  given_mentor(d, mentor);
  return mentor;
}

// The mentor of the story takes one person, and nobody waits.
static struct decision *begin(void **state) {
  struct story *s = *state;
  s->mentor->capacity = 1;
  return &s->d;
}

static void who_waits_longest_is_served_where_places_are_few(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1);
  given_waiting(d, B, 9);
  struct change c = proposed(d);
  commit(d, c);
  assert_true(c.created);
  assert_mentor(d, B, 1);
  assert_mentor(d, A, 0);
  assert_string_equal(pair_now(d, A)->code, "all_full");
  assert_int_equal(proposal_now(d)->people, 2);
  assert_int_equal(proposal_now(d)->served, 1);
  assert_string_equal(proposal_now(d)->proposed_by, "C01");
}

// Mentor 1 suits A better; but nobody else fits B.
static void a_scarce_mentor_is_kept_for_whom_nobody_else_fits_and_has_a_price(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9), *b = given_waiting(d, B, 1);
  Mentor *second = given_mentor_with(d, 2, 1);
  Mentor *first = ((struct story *)*state)->mentor;
  LIST(first, experiences, "custody");
  LIST(a->mentoring, experiences, "custody");
  LIST(b->mentoring, not_with, second->id);
  commit(d, proposed(d));
  assert_mentor(d, A, 2);
  assert_mentor(d, B, 1);
  const Proposal *p = proposal_now(d);
  assert_int_equal(p->served, 2);
  bool priced = false;
  for (size_t j = 0; j < p->n_prices; j++) priced |= !strcmp(p->prices[j]->mentor_id, first->id);
  assert_true(priced);
}

static PersonsChoice *given_choice(struct decision *d, Person *person, const char *ranked, const char *declined) {
  PersonsChoice *choice = arena_take(&d->arena, sizeof *choice);
  persons_choice__init(choice);
  choice->crn = person->crn;
  if (ranked) LIST(choice, ranked, (char *)ranked);
  if (declined) LIST(choice, declined, (char *)declined);
  given(d, &persons_choice__descriptor, person->crn, 1, choice);
  return choice;
}

// Mentor 1 suits both better by experience, and B chose her; A's score would be higher there.
static void whom_somebody_chose_counts_more_than_all_scores(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 5), *b = given_waiting(d, B, 5);
  Mentor *second = given_mentor_with(d, 2, 1);
  Mentor *first = ((struct story *)*state)->mentor;
  LIST(first, experiences, "custody");
  LIST(a->mentoring, experiences, "custody");
  commit(d, proposed(d));
  assert_mentor(d, A, 1);
  given_choice(d, b, first->id, NULL);
  commit(d, solved(d));
  assert_mentor(d, B, 1);
  assert_mentor(d, A, 2);
  assert_string_equal(pair_now(d, A)->mentor_id, second->id);
  const Certificate *said = proposal_now(d)->certificate;
  assert_true(said->choice_points > 0);
  assert_int_equal(said->primal_points, said->dual_points);
  assert_int_equal(said->primal_points - proposal_now(d)->points, 3 * said->choice_points);
}

// There is one place: need of complexity 3 counts for twice the six weeks of the area.
static void need_counts_as_so_many_weeks_of_waiting(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1)->mentoring->complexity = 3;
  given_waiting(d, B, 12);
  commit(d, proposed(d));
  assert_mentor(d, A, 1);
  assert_mentor(d, B, 0);
  assert_int_equal(pair_now(d, A)->need_weeks, 12);
  assert_int_equal(pair_now(d, B)->need_weeks, 0);
  assert_int_equal(proposal_now(d)->least_weeks, 12);
  assert_int_equal(proposal_now(d)->certificate->primal_bands, 2);
}

static void whom_somebody_declined_is_not_proposed_to_them(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 5);
  given_choice(d, a, NULL, ((struct story *)*state)->mentor->id);
  commit(d, proposed(d));
  assert_mentor(d, A, 0);
}

static void the_certificate_adds_up_and_is_in_the_areas_events(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1);
  given_waiting(d, B, 9);
  struct change c = proposed(d);
  const MatchesProposed *event = published(&c, &matches_proposed__descriptor);
  const Certificate *said = event->certificate;
  assert_int_equal(said->pairs, 2);
  assert_int_equal(said->served, 1);
  assert_int_equal(((const Proposal *)c.reply)->least_weeks, 1);
  assert_int_equal(said->primal_bands, 9 - 1 + 1);
  assert_int_equal(said->primal_bands, said->dual_bands);
  assert_int_equal(said->primal_points, said->dual_points);
}

static void a_proof_that_does_not_hold_refuses_everything_with_an_alarm(void **state) {
  struct decision *d = begin(state);
  struct change c = change_of(&d->m);
  Proposal next = PROPOSAL__INIT;
  struct assignment_certificate said = {.why = "primal and dual differ"};
  assert_false(proposal_certify(&c, &next, NULL, &said));
  assert_refused(&c, CODE__INTERNAL, NULL);
  assert_non_null(c.alarm);
  assert_null(next.certificate);
}

static void the_reasons_of_each_pair_sum_to_its_score(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1);
  commit(d, proposed(d));
  const ProposedPair *pair = pair_now(d, A);
  int sum = 0;
  for (size_t k = 0; k < pair->n_reasons; k++) sum += pair->reasons[k]->points;
  assert_true(pair->n_reasons > 0);
  assert_int_equal(sum, pair->score);
  assert_int_equal(proposal_now(d)->points, pair->score);
}

static void who_has_nobody_is_told_apart_from_who_came_too_late(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  LIST(a->mentoring, places, "Croydon");
  ((struct story *)*state)->mentor->places_taken = 1;
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  assert_string_equal(pair_now(d, A)->code, "nobody_fits");
  assert_string_equal(pair_now(d, B)->code, "all_full");
}

static void an_open_offer_holds_its_place_until_it_is_answered(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit_and_hear(d, offered(d, OFFER_ID, A, 1));
  commit(d, proposed(d));
  assert_null(pair_now(d, A));
  assert_mentor(d, B, 0);
  assert_int_equal(proposal_now(d)->people, 1);
}

static void who_may_not_read_a_record_proposes_without_that_person(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  LIST(a, restricted, "C01");
  commit(d, proposed(d));
  assert_null(pair_now(d, A));
  assert_mentor(d, B, 1);
}

static void the_same_id_again_answers_as_before(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  given_waiting(d, B, 1);
  struct change c = proposed(d);
  assert_done(&c);
  assert_null(c.records);
  assert_int_equal(((const Proposal *)c.reply)->people, 1);
}

static void where_nobody_waits_there_is_nothing_to_propose(void **state) {
  struct decision *d = begin(state);
  struct change c = proposed(d);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void a_list_that_is_too_long_is_refused_in_words(void **state) {
  struct decision *d = begin(state);
  struct records have;
  records_init(&have, &d->arena);
  char *many[PROPOSAL_PEOPLE + 1];
  for (unsigned n = 0; n <= PROPOSAL_PEOPLE; n++) many[n] = arena_printf(&d->arena, "%013u/X%06u", n, n);
  const char *const empty[] = {WAITING_OFFERS_INDEX, "mentors", "proposal-pairs/" PROPOSAL_ID};
  const char *after = "";
  for (size_t n = 0; n <= PROPOSAL_PEOPLE; n += MATCHING_PAGE) {
    records_want_page(&have, WAITING_INDEX, after, MATCHING_PAGE);
    size_t left = PROPOSAL_PEOPLE + 1 - n;
    have.pages->known = true;
    have.pages->members = &many[n];
    have.pages->n_members = left < MATCHING_PAGE ? left : MATCHING_PAGE;
    have.pages->more = left > MATCHING_PAGE;
    after = many[n + have.pages->n_members - 1];
  }
  for (size_t i = 0; i < 3; i++) records_want_page(&have, empty[i], "", MATCHING_PAGE), have.pages->known = true;
  struct change c = change_of(&d->m);
  struct round r;
  assert_false(round_begin(&r, &c, &have, &d->m, PROPOSAL_ID, NULL, NULL));
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  assert_non_null(strstr(c.problem->why, "1000"));
}

// --- the prices, for one person

static const Candidates *best_of(struct decision *d, const char *crn, unsigned limit) {
  ListCandidates *cmd = arena_take(&d->arena, sizeof *cmd);
  list_candidates__init(cmd);
  cmd->crn = (char *)crn;
  cmd->limit = limit;
  struct change c = decided(d, cmd);
  assert_done(&c);
  return (const Candidates *)c.reply;
}

static const Candidates *candidates_of(struct decision *d, const char *crn) {
  return best_of(d, crn, 0);
}

// A and B wait; mentor 1 suits A better, and is the only one who fits B.
static struct decision *begin_scarce(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 1), *b = given_waiting(d, B, 1);
  Mentor *second = given_mentor_with(d, 2, 1);
  LIST(((struct story *)*state)->mentor, experiences, "custody");
  LIST(a->mentoring, experiences, "custody");
  LIST(b->mentoring, not_with, second->id);
  return d;
}

static void who_is_needed_more_by_others_comes_later_with_that_as_a_share_of_its_own(void **state) {
  struct decision *d = begin_scarce(state);
  assert_string_equal(candidates_of(d, A)->candidates[0]->mentor_id, mentor_id(d, 1));
  commit(d, proposed(d));
  const Candidates *list = candidates_of(d, A);
  assert_int_equal(list->n_candidates, 2);
  assert_string_equal(list->candidates[0]->mentor_id, mentor_id(d, 2));
  const Candidate *kept = list->candidates[1];
  int sum = 0;
  for (size_t k = 0; k < kept->n_reasons; k++) sum += kept->reasons[k]->points;
  assert_int_equal(sum, kept->score);
  assert_string_equal(kept->reasons[kept->n_reasons - 1]->code, "kept_for_others");
  assert_true(kept->reasons[kept->n_reasons - 1]->points < 0);
  assert_string_equal(candidates_of(d, B)->candidates[0]->mentor_id, mentor_id(d, 1));
}

static void the_price_counts_before_the_best_are_chosen(void **state) {
  struct decision *d = begin_scarce(state);
  commit(d, proposed(d));
  Mentor *third = mentor_of(d, 3);
  third->places_taken = 2;
  given_mentor(d, third);
  const Candidates *all = candidates_of(d, A), *first = best_of(d, A, 1);
  assert_int_equal(all->n_candidates, 3);
  assert_string_equal(all->candidates[2]->mentor_id, mentor_id(d, 1));
  assert_string_equal(first->candidates[0]->mentor_id, all->candidates[0]->mentor_id);
  assert_int_equal(first->candidates[0]->lead, all->candidates[0]->lead);
}

static void prices_are_forgotten_after_a_week(void **state) {
  struct decision *d = begin_scarce(state);
  commit(d, proposed(d));
  d->m.now.ms += PRICES_GOOD_MS;
  assert_string_equal(candidates_of(d, A)->candidates[0]->mentor_id, mentor_id(d, 1));
}

// --- looking it through

static void who_is_struck_out_goes_elsewhere_in_the_next_revision_and_it_shows_that_they_moved(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  given_mentor_with(d, 2, 1);
  commit(d, reviewed(d, A, VERDICT__STRIKE, 1));
  assert_int_equal(proposal_now(d)->unsolved, 1);
  assert_string_equal(proposal_now(d)->reviewed_by, "C01");
  commit(d, solved(d));
  assert_mentor(d, A, 2);
  assert_true(pair_now(d, A)->moved);
  assert_string_equal(pair_now(d, A)->was_mentor_id, mentor_id(d, 1));
  assert_string_equal(pair_now(d, A)->struck[0]->by, "C01");
  assert_int_equal(proposal_now(d)->revision, 2);
  assert_int_equal(proposal_now(d)->moved, 1);
  assert_int_equal(proposal_now(d)->unsolved, 0);
  commit(d, solved(d));
  assert_false(pair_now(d, A)->moved);
}

static void who_has_only_struck_mentors_is_told_so_and_may_be_let_go(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  commit(d, reviewed(d, A, VERDICT__STRIKE, 1));
  commit(d, solved(d));
  assert_string_equal(pair_now(d, A)->code, "all_struck");
  commit(d, reviewed(d, A, VERDICT__LET_GO, 0));
  commit(d, solved(d));
  assert_mentor(d, A, 1);
}

// B waits longer; but A is pinned.
static void a_pinned_pair_stays_and_is_not_in_the_totals(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1);
  commit(d, proposed(d));
  commit(d, reviewed(d, A, VERDICT__PIN, 1));
  given_waiting(d, B, 9);
  commit(d, solved(d));
  assert_mentor(d, A, 1);
  assert_mentor(d, B, 0);
  assert_int_equal(proposal_now(d)->certificate->served, 0);
  assert_int_equal(proposal_now(d)->served, 1);
}

static void a_pin_holds_only_as_long_as_the_rules_allow_it(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 1);
  commit(d, proposed(d));
  commit(d, reviewed(d, A, VERDICT__PIN, 1));
  LIST(a->mentoring, not_with, mentor_id(d, 1));
  commit(d, solved(d));
  assert_mentor(d, A, 0);
  struct change c = reviewed(d, A, VERDICT__PIN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void a_strike_says_why(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 1);
  commit(d, proposed(d));
  ReviewProposedPair cmd = REVIEW_PROPOSED_PAIR__INIT;
  cmd.id = PROPOSAL_ID;
  cmd.crn = A;
  cmd.verdict = VERDICT__STRIKE;
  cmd.mentor_id = mentor_id(d, 1);
  struct change c = decided(d, &cmd);
  assert_refused(&c, CODE__INVALID, "/why");
}

static void who_waits_no_longer_has_left_the_next_revision(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  a->mentoring->wanted = false;
  hear_changed(d, A);
  commit(d, solved(d));
  assert_int_equal(pair_now(d, A)->state, PAIR_STATE__LEFT);
  assert_mentor(d, B, 1);
}

// --- repairs

// A is with mentor 1 and fits mentors 1 and 2; B is with mentor 2 and fits 2 and 3; mentor 3 suits B badly. When mentor
// 1 is lost, A can have a place only if B moves.
static struct decision *begin_chain(void **state) {
  struct decision *d = begin(state);
  Mentor *second = given_mentor_with(d, 2, 1), *third = given_mentor_with(d, 3, 1);
  Person *a = given_waiting(d, A, 9), *b = given_waiting(d, B, 1);
  LIST(a->mentoring, not_with, third->id);
  LIST(b->mentoring, not_with, mentor_id(d, 1));
  LIST(second, experiences, "custody");
  LIST(b->mentoring, experiences, "custody");
  LIST(third, availability, "mon-am");
  LIST(b->mentoring, availability, "tue-am");
  commit(d, proposed(d));
  assert_mentor(d, A, 1);
  assert_mentor(d, B, 2);
  return d;
}

static void a_repair_shows_what_moving_nobody_leaves_and_what_moving_some_gains(void **state) {
  struct decision *d = begin_chain(state);
  struct change c = repaired(d, 1, 1, REPAIR__REPAIR_UNSPECIFIED);
  assert_done(&c);
  assert_null(c.records);
  const RepairOptions *options = (const RepairOptions *)c.reply;
  assert_int_equal(options->nobody_moves->unplaced, 1);
  assert_int_equal(options->nobody_moves->moved, 0);
  assert_int_equal(options->some_move->placed, 1);
  assert_int_equal(options->some_move->unplaced, 0);
  assert_int_equal(options->some_move->moved, 1);
  assert_int_equal(options->some_move->n_pairs, 2);
  assert_int_equal(options->gained_bands, 9);
}

static void without_a_move_both_repairs_are_the_same(void **state) {
  struct decision *d = begin_chain(state);
  struct change c = repaired(d, 1, 0, REPAIR__REPAIR_UNSPECIFIED);
  const RepairOptions *options = (const RepairOptions *)c.reply;
  assert_int_equal(options->some_move->moved, 0);
  assert_int_equal(options->gained_bands, 0);
  assert_int_equal(options->gained_points, 0);
}

static void the_repair_that_is_taken_is_the_next_revision_without_a_certificate(void **state) {
  struct decision *d = begin_chain(state);
  commit(d, repaired(d, 1, 1, REPAIR__SOME_MOVE));
  assert_mentor(d, A, 2);
  assert_mentor(d, B, 3);
  assert_true(pair_now(d, B)->moved);
  assert_int_equal(proposal_now(d)->revision, 2);
  assert_null(proposal_now(d)->certificate);
  struct change c = repaired(d, 1, 1, REPAIR__SOME_MOVE);
  assert_refused(&c, CODE__STALE, "/revision");
}

static void the_repair_that_moves_nobody_leaves_everyone_else_where_they_are(void **state) {
  struct decision *d = begin_chain(state);
  commit(d, repaired(d, 1, 5, REPAIR__NOBODY_MOVES));
  assert_mentor(d, A, 0);
  assert_mentor(d, B, 2);
}

// Mentor 2 goes on after B has left: the place goes to who waits.
static void a_place_that_is_free_goes_to_the_one_who_waits_longest(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  given_waiting(d, B, 3);
  given_waiting(d, C, 5);
  commit(d, proposed(d));
  RepairProposal cmd = REPAIR_PROPOSAL__INIT;
  cmd.id = PROPOSAL_ID;
  cmd.closed_crn = "x000001";
  cmd.take = REPAIR__NOBODY_MOVES;
  cmd.revision = 1;
  commit(d, decided(d, &cmd));
  assert_mentor(d, C, 1);
  assert_mentor(d, B, 0);
  assert_int_equal(pair_now(d, A)->state, PAIR_STATE__LEFT);
}

static void who_was_offered_is_never_moved_by_a_repair(void **state) {
  struct decision *d = begin_chain(state);
  publish_all(d);
  const char *b = pair_now(d, B)->offer_id;
  WithdrawOffer withdraw = WITHDRAW_OFFER__INIT;
  withdraw.id = pair_now(d, A)->offer_id;
  withdraw.why = "the mentor is ill";
  commit_and_hear(d, decided(d, &withdraw));
  struct change c = repaired(d, 1, 5, REPAIR__SOME_MOVE);
  commit(d, c);
  assert_mentor(d, A, 0);
  assert_string_equal(pair_now(d, B)->offer_id, b);
  assert_int_equal(pair_now(d, B)->state, PAIR_STATE__PAIR_OFFERED);
}

static void more_moves_than_twenty_are_refused(void **state) {
  struct decision *d = begin_chain(state);
  struct change c = repaired(d, 1, 21, REPAIR__REPAIR_UNSPECIFIED);
  assert_refused(&c, CODE__INVALID, "/mostMoved");
}

// --- publishing

static void publishing_offers_each_pair_as_the_human_who_published(void **state) {
  struct decision *d = begin(state);
  given_mentor_with(d, 2, 1);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  given_waiting(d, C, 0);
  commit(d, proposed(d));
  publish_all(d);
  assert_int_equal(proposal_now(d)->state, PROPOSAL_STATE__PUBLISHED);
  const Offer *offer = decision_record(d, &offer__descriptor, pair_now(d, A)->offer_id);
  assert_string_equal(offer->offered_by, "C01");
  assert_string_equal(offer->mentor_id, pair_now(d, A)->mentor_id);
  assert_int_equal(pair_now(d, B)->state, PAIR_STATE__PAIR_OFFERED);
  assert_int_equal(pair_now(d, C)->state, PAIR_STATE__UNSERVED);
  assert_false(waits(d, A));
  assert_true(waits(d, C));
}

static bool is_touched(const struct change *c, const char *subject) {
  for (const struct change_subject *s = c->subjects; s; s = s->next)
    if (!strcmp(s->subject, subject)) return true;
  return false;
}

static void whom_the_human_decides_about_is_in_the_audit_with_them(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  struct change c = publish_seen(d, 1);
  assert_true(is_touched(&c, A));
  assert_true(is_touched(&c, mentor_id(d, 1)));
  c = solved(d);
  assert_null(written(&c, &proposed_pair__descriptor, NULL));
  assert_true(is_touched(&c, A));
  assert_true(is_touched(&c, B));
}

static void where_nobody_has_a_mentor_there_is_nothing_to_publish(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  LIST(a->mentoring, places, "Croydon");
  commit(d, proposed(d));
  struct change c = publish_seen(d, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void a_pair_that_does_not_hold_any_more_is_not_offered_and_says_why(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  commit(d, proposed(d));
  LIST(a->mentoring, not_with, mentor_id(d, 1));
  publish_all(d);
  assert_int_equal(pair_now(d, A)->state, PAIR_STATE__NOT_OFFERED);
  assert_non_null(strstr(pair_now(d, A)->words, "must not meet"));
  assert_true(waits(d, A));
}

static void who_was_struck_since_is_not_offered_even_if_it_was_not_solved_again(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  commit(d, reviewed(d, A, VERDICT__STRIKE, 1));
  publish_all(d);
  assert_int_equal(pair_now(d, A)->state, PAIR_STATE__NOT_OFFERED);
}

static void who_may_not_read_a_record_does_not_offer_that_person_by_publishing(void **state) {
  struct decision *d = begin(state);
  Person *a = given_waiting(d, A, 9);
  commit(d, proposed(d));
  LIST(a, restricted, "C01");
  publish_all(d);
  assert_int_equal(pair_now(d, A)->state, PAIR_STATE__NOT_OFFERED);
}

// The commit was done, and the process died before the next: the timer comes due once more.
static void after_a_crash_publishing_goes_on_and_offers_nobody_twice(void **state) {
  struct decision *d = begin(state);
  given_mentor_with(d, 2, 1);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  commit(d, publish_seen(d, 1));
  char *second = publish_once(d, "publish/" PROPOSAL_ID "/");
  const char *offer = pair_now(d, A)->offer_id;
  assert_string_equal(publish_once(d, "publish/" PROPOSAL_ID "/"), second);
  assert_string_equal(pair_now(d, A)->offer_id, offer);
  char *third = publish_once(d, second);
  assert_null(publish_once(d, third));
  size_t offers = 0;
  for (size_t i = 0; i < d->n_world; i++) offers += d->world[i].type == &offer__descriptor && d->world[i].version;
  assert_int_equal(offers, 2);
}

static void only_what_was_read_is_published(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  commit(d, reviewed(d, A, VERDICT__STRIKE, 1));
  struct change c = publish_seen(d, 1);
  assert_refused(&c, CODE__STALE, NULL);
  c = publish_seen(d, 0);
  assert_refused(&c, CODE__INVALID, NULL);
}

static void while_it_is_being_published_nothing_of_it_changes(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  commit(d, publish_seen(d, 1));
  struct change c = solved(d);
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = reviewed(d, A, VERDICT__STRIKE, 1);
  assert_refused(&c, CODE__CONFLICT, NULL);
}

// A declines, B's offer is open: the next revision finds somebody else for A and leaves B alone.
static void a_declined_offer_is_followed_by_another_mentor_and_an_open_one_stays(void **state) {
  struct decision *d = begin(state);
  given_mentor_with(d, 2, 1);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  publish_all(d);
  const char *declined = pair_now(d, A)->mentor_id, *open = pair_now(d, B)->offer_id;
  DeclineOffer no = DECLINE_OFFER__INIT;
  no.id = pair_now(d, A)->offer_id;
  decision_as(d, declined, MAY(MENTOR));
  commit_and_hear(d, decided(d, &no));
  as_coordinator(d);
  given_mentor_with(d, 3, 1);
  commit(d, solved(d));
  assert_mentor(d, A, 3);
  assert_string_equal(pair_now(d, A)->struck[0]->mentor_id, declined);
  assert_string_equal(pair_now(d, A)->struck[0]->by, "");
  assert_int_equal(pair_now(d, B)->state, PAIR_STATE__PAIR_OFFERED);
  assert_string_equal(pair_now(d, B)->offer_id, open);
}

static void only_a_coordinator_proposes(void **state) {
  struct decision *d = begin(state);
  decision_as(d, "N07A123", MAY(PRACTITIONER) | MAY(MENTOR_SUPERVISOR) | MAY(MANAGER));
  struct change c = proposed(d);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

// --- reading

static void pairs_are_listed_with_the_state_of_their_offers(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  given_waiting(d, B, 1);
  commit(d, proposed(d));
  publish_all(d);
  ListProposedPairs cmd = LIST_PROPOSED_PAIRS__INIT;
  cmd.id = PROPOSAL_ID;
  struct change c = decided(d, &cmd);
  const ProposedPairs *list = (const ProposedPairs *)c.reply;
  assert_int_equal(list->n_pairs, 2);
  assert_int_equal(list->pairs[0]->offer_state, OFFER_STATE__OFFERED);
  assert_int_equal(list->pairs[1]->state, PAIR_STATE__UNSERVED);
}

static void the_newest_proposal_is_listed_first(void **state) {
  struct decision *d = begin(state);
  given_waiting(d, A, 9);
  commit(d, proposed(d));
  d->m.now.ms += DAY_MS;
  ProposeMatches later = PROPOSE_MATCHES__INIT;
  later.id = OTHER_OFFER_ID;
  commit(d, decided(d, &later));
  ListProposals cmd = LIST_PROPOSALS__INIT;
  struct change c = decided(d, &cmd);
  const Proposals *list = (const Proposals *)c.reply;
  assert_int_equal(list->n_proposals, 2);
  assert_string_equal(list->proposals[0]->id, OTHER_OFFER_ID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(who_waits_longest_is_served_where_places_are_few),
      STORY(a_scarce_mentor_is_kept_for_whom_nobody_else_fits_and_has_a_price),
      STORY(whom_somebody_chose_counts_more_than_all_scores),
      STORY(need_counts_as_so_many_weeks_of_waiting),
      STORY(whom_somebody_declined_is_not_proposed_to_them),
      STORY(the_certificate_adds_up_and_is_in_the_areas_events),
      STORY(a_proof_that_does_not_hold_refuses_everything_with_an_alarm),
      STORY(the_reasons_of_each_pair_sum_to_its_score),
      STORY(who_has_nobody_is_told_apart_from_who_came_too_late),
      STORY(an_open_offer_holds_its_place_until_it_is_answered),
      STORY(who_may_not_read_a_record_proposes_without_that_person),
      STORY(the_same_id_again_answers_as_before),
      STORY(where_nobody_waits_there_is_nothing_to_propose),
      STORY(a_list_that_is_too_long_is_refused_in_words),
      STORY(who_is_needed_more_by_others_comes_later_with_that_as_a_share_of_its_own),
      STORY(the_price_counts_before_the_best_are_chosen),
      STORY(prices_are_forgotten_after_a_week),
      STORY(who_is_struck_out_goes_elsewhere_in_the_next_revision_and_it_shows_that_they_moved),
      STORY(who_has_only_struck_mentors_is_told_so_and_may_be_let_go),
      STORY(a_pinned_pair_stays_and_is_not_in_the_totals),
      STORY(a_pin_holds_only_as_long_as_the_rules_allow_it),
      STORY(a_strike_says_why),
      STORY(who_waits_no_longer_has_left_the_next_revision),
      STORY(a_repair_shows_what_moving_nobody_leaves_and_what_moving_some_gains),
      STORY(without_a_move_both_repairs_are_the_same),
      STORY(the_repair_that_is_taken_is_the_next_revision_without_a_certificate),
      STORY(the_repair_that_moves_nobody_leaves_everyone_else_where_they_are),
      STORY(a_place_that_is_free_goes_to_the_one_who_waits_longest),
      STORY(who_was_offered_is_never_moved_by_a_repair),
      STORY(more_moves_than_twenty_are_refused),
      STORY(publishing_offers_each_pair_as_the_human_who_published),
      STORY(where_nobody_has_a_mentor_there_is_nothing_to_publish),
      STORY(whom_the_human_decides_about_is_in_the_audit_with_them),
      STORY(a_pair_that_does_not_hold_any_more_is_not_offered_and_says_why),
      STORY(who_was_struck_since_is_not_offered_even_if_it_was_not_solved_again),
      STORY(who_may_not_read_a_record_does_not_offer_that_person_by_publishing),
      STORY(after_a_crash_publishing_goes_on_and_offers_nobody_twice),
      STORY(only_what_was_read_is_published),
      STORY(while_it_is_being_published_nothing_of_it_changes),
      STORY(a_declined_offer_is_followed_by_another_mentor_and_an_open_one_stays),
      STORY(only_a_coordinator_proposes),
      STORY(pairs_are_listed_with_the_state_of_their_offers),
      STORY(the_newest_proposal_is_listed_first),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
