// links: matching
// The person's choice: what they read, what they say, and that it comes right after the rules.
#include "matching_world.h"
#include "rights.pb-c.h"
#include <stdio.h>

static struct change shown(struct decision *d, const char *crn, unsigned n, const unsigned *mentors) {
  ShowChoices *cmd = arena_take(&d->arena, sizeof *cmd);
  show_choices__init(cmd);
  cmd->crn = (char *)crn;
  cmd->mentor_ids = arena_take(&d->arena, (n + 1) * sizeof *cmd->mentor_ids);
  for (; cmd->n_mentor_ids < n; cmd->n_mentor_ids++)
    cmd->mentor_ids[cmd->n_mentor_ids] = mentor_id(d, mentors[cmd->n_mentor_ids]);
  as_coordinator(d);
  return decided(d, cmd);
}
#define SHOWN(d, ...) shown(d, CRN, sizeof(unsigned[]){__VA_ARGS__} / sizeof(unsigned), (const unsigned[]){__VA_ARGS__})

static struct change chosen(struct decision *d, unsigned n, const unsigned *mentors, bool declined) {
  ChooseMentors *cmd = arena_take(&d->arena, sizeof *cmd);
  choose_mentors__init(cmd);
  cmd->crn = CRN;
  cmd->declined = declined;
  cmd->ranked = arena_take(&d->arena, (n + 1) * sizeof *cmd->ranked);
  for (; cmd->n_ranked < n; cmd->n_ranked++) cmd->ranked[cmd->n_ranked] = mentor_id(d, mentors[cmd->n_ranked]);
  return decided(d, cmd);
}
static const unsigned NOBODY[1];
#define RANKED(d, ...)                                                                                                 \
  chosen(d, sizeof(unsigned[]){__VA_ARGS__} / sizeof(unsigned), (const unsigned[]){__VA_ARGS__}, false)

static void as_person(struct decision *d) {
  d->actor.only = "";
  decision_as(d, CRN, MAY(PERSON));
}

static const Choices *choices_read(struct decision *d) {
  ReadChoices *cmd = arena_take(&d->arena, sizeof *cmd);
  read_choices__init(cmd);
  cmd->crn = "x123456";
  struct change c = decided(d, cmd);
  assert_done(&c);
  return (const void *)c.reply;
}

static void commit(struct decision *d, struct change c) {
  assert_done(&c);
  decision_commit(d, &c);
}

static void given_four(struct story *s) {
  for (unsigned n = 2; n <= 4; n++) given_mentor(&s->d, mentor_of(&s->d, n));
}

static const Candidates *listed(struct decision *d) {
  ListCandidates *cmd = arena_take(&d->arena, sizeof *cmd);
  list_candidates__init(cmd);
  cmd->crn = CRN;
  as_coordinator(d);
  struct change c = decided(d, cmd);
  assert_done(&c);
  return (const void *)c.reply;
}

static const PersonsChoice *kept(struct decision *d) {
  return decision_record(d, &persons_choice__descriptor, CRN);
}

static void the_person_reads_of_up_to_three_in_plain_words(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  LIST(s->person->mentoring, experiences, "custody", "something-else");
  LIST(s->mentor, experiences, "custody", "something-else");
  commit(d, SHOWN(d, 1, 2, 3));
  as_person(d);
  const Choices *reply = choices_read(d);
  assert_int_equal(reply->n_choices, 3);
  assert_string_equal(reply->choices[0]->given_name, "Siân");
  assert_string_equal(reply->choices[0]->words[0], "Has been through this too: prison, something-else");
  assert_string_equal(reply->choices[0]->words[1], "Can meet here: Tottenham");
  assert_string_equal(reply->words, world_settings()->choices->en->intro);
  struct change c = SHOWN(d, 1, 2, 3, 4);
  assert_refused(&c, CODE__INVALID, "/mentorIds");
}

static void a_welsh_reader_reads_welsh_throughout(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->person->language = LANGUAGE__WELSH;
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->mentor, experiences, "custody");
  commit(d, SHOWN(d, 1));
  as_person(d);
  const Choices *reply = choices_read(d);
  assert_int_equal(reply->language, LANGUAGE__WELSH);
  assert_string_equal(reply->words, world_settings()->choices->cy->intro);
  assert_string_equal(reply->choices[0]->words[0], "Wedi bod drwy hyn hefyd: carchar");
}

// Neither a name by which somebody could be found, nor a number, nor anything against anybody.
static void nothing_that_the_person_reads_gives_away_more(void **state) {
  (void)state;
  static const char *const fields[] = {"mentor_id", "given_name", "words", "rank"};
  assert_int_equal(choice__descriptor.n_fields, 4);
  for (unsigned i = 0; i < 4; i++) assert_string_equal(choice__descriptor.fields[i].name, fields[i]);
}

static void whom_a_rule_leaves_out_by_now_is_not_there_and_nothing_says_why(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  commit(d, SHOWN(d, 1));
  CONFLICT(s->person->mentoring, VICTIM_OR_WITNESS, s->mentor->id);
  as_person(d);
  const Choices *with_conflict = choices_read(d);
  assert_int_equal(with_conflict->n_choices, 0);
  assert_string_equal(with_conflict->words, world_settings()->choices->en->nobody);
  s->person->mentoring->n_conflicts = 0;
  s->mentor->state = MENTOR_STATE__PAUSED;
  s->mentor->paused_as = PAUSE_KIND__UNWELL;
  assert_true(arena_packs_alike(&d->arena, choices_read(d), with_conflict));
}

static void only_candidates_are_shown(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  s->mentor->places_taken = 3;
  struct change c = SHOWN(d, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorIds/0");
  c = SHOWN(d, 9);
  assert_refused(&c, CODE__INVALID, "/mentorIds/0");
  s->mentor->places_taken = 0;
  c = SHOWN(d, 1, 1);
  assert_refused(&c, CODE__INVALID, "/mentorIds/1");
  s->person->mentoring->wanted = false;
  c = SHOWN(d, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
}

static void who_shows_mentors_is_on_record_and_to_whom(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  struct change c = SHOWN(d, 1);
  assert_string_equal(c.recipient, "person " CRN);
  commit(d, c);
  assert_string_equal(kept(d)->shown_by, "C01");
  assert_int_equal(timestamp_ms(kept(d)->shown_at), DECISION_NOW_MS);
}

// Mentor 4 shares what was asked for and would be the first.
static void the_persons_choice_comes_before_any_score(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  Mentor *best = mentor_of(d, 4);
  LIST(s->person->mentoring, experiences, "custody");
  LIST(best, experiences, "custody");
  given_mentor(d, best);
  assert_string_equal(listed(d)->candidates[0]->mentor_id, best->id);
  commit(d, SHOWN(d, 1, 2, 3));
  as_person(d);
  commit(d, RANKED(d, 3, 1));
  const Candidates *reply = listed(d);
  assert_string_equal(reply->candidates[0]->mentor_id, mentor_id(d, 3));
  assert_int_equal(reply->candidates[0]->chosen, 1);
  assert_string_equal(reply->candidates[1]->mentor_id, mentor_id(d, 1));
  assert_string_equal(reply->candidates[2]->mentor_id, best->id);
  assert_int_equal(reply->candidates[2]->chosen, 0);
}

static void but_not_before_the_rules(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  commit(d, SHOWN(d, 1));
  as_person(d);
  commit(d, RANKED(d, 1));
  CONFLICT(s->mentor, RELATIVE, CRN);
  assert_int_equal(listed(d)->n_candidates, 0);
  struct change c = offered(d, OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
}

static void an_offer_says_what_the_person_had_chosen(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  commit(d, SHOWN(d, 1, 2));
  as_person(d);
  commit(d, RANKED(d, 2, 1));
  struct change c = offered(d, OFFER_ID, CRN, 1);
  assert_done(&c);
  assert_int_equal(((const Offer *)c.reply)->chosen, 2);
  c = offered(d, OFFER_ID, CRN, 3);
  assert_int_equal(((const Offer *)c.reply)->chosen, 0);
}

static void whom_the_person_did_not_want_comes_last_and_is_not_offered(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  commit(d, SHOWN(d, 1, 2));
  as_person(d);
  commit(d, chosen(d, 0, NOBODY, true));
  const Choices *read = choices_read(d);
  assert_true(read->declined);
  const Candidates *reply = listed(d);
  assert_string_equal(reply->candidates[0]->mentor_id, mentor_id(d, 3));
  assert_true(reply->candidates[3]->declined);
  struct change c = offered(d, OFFER_ID, CRN, 1);
  assert_refused(&c, CODE__REFUSED_BY_RULE, "/mentorId");
  as_person(d);
  commit(d, RANKED(d, 1)); // they think better of it
  c = offered(d, OFFER_ID, CRN, 1);
  assert_done(&c);
}

// It is on the person's own record alone, nobody hears of it, and the next three are ranked as if nothing had been.
static void saying_no_costs_neither_side_anything(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  int32_t before = listed(d)->candidates[0]->score;
  commit(d, SHOWN(d, 1, 2));
  as_person(d);
  struct change c = chosen(d, 0, NOBODY, true);
  assert_null(c.events);
  assert_null(written(&c, &mentor__descriptor, NULL));
  assert_ptr_equal(c.records->body, written(&c, &persons_choice__descriptor, CRN));
  assert_null(c.records->next);
  commit(d, c);
  commit(d, SHOWN(d, 3, 4));
  assert_int_equal(kept(d)->n_declined, 2);
  assert_null(kept(d)->chosen_at);
  assert_int_equal(listed(d)->candidates[0]->score, before);
  assert_int_equal(listed(d)->candidates[2]->score, before);
}

static void whoever_is_shown_others_is_asked_anew(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  commit(d, SHOWN(d, 1, 2));
  as_person(d);
  commit(d, RANKED(d, 2));
  commit(d, SHOWN(d, 2, 3));
  assert_int_equal(kept(d)->n_ranked, 0);
  as_person(d);
  const Choices *read = choices_read(d);
  assert_int_equal(read->choices[0]->rank, 0);
  assert_null(read->chosen_at);
  assert_false(read->declined);
}

static void only_those_who_were_shown_can_be_ranked_and_once(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  given_four(s);
  as_person(d);
  struct change c = RANKED(d, 1);
  assert_refused(&c, CODE__CONFLICT, NULL);
  commit(d, SHOWN(d, 1, 2));
  as_person(d);
  c = RANKED(d, 1, 3);
  assert_refused(&c, CODE__INVALID, "/ranked/1");
  c = RANKED(d, 1, 1);
  assert_refused(&c, CODE__INVALID, "/ranked/1");
  c = chosen(d, 0, NOBODY, false);
  assert_refused(&c, CODE__INVALID, "/ranked");
  c = chosen(d, 1, (const unsigned[]){1}, true);
  assert_refused(&c, CODE__INVALID, "/ranked");
}

static void a_person_reads_and_chooses_for_themselves_or_with_their_practitioner(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  commit(d, SHOWN(d, 1));
  decision_as(d, "N07A123", MAY(PRACTITIONER));
  commit(d, RANKED(d, 1));
  assert_string_equal(kept(d)->recorded_by, "N07A123");
  decision_as(d, OTHER_CRN, MAY(PERSON));
  struct change c = RANKED(d, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  decision_as(d, "N07A999", MAY(PRACTITIONER));
  c = RANKED(d, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  as_coordinator(d);
  c = RANKED(d, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void a_choice_is_given_to_the_person_without_ids_and_is_gone_with_them(void **state) {
  struct story *s = *state;
  struct decision *d = &s->d;
  commit(d, SHOWN(d, 1));
  as_person(d);
  commit(d, RANKED(d, 1));
  CollectRecords cmd = COLLECT_RECORDS__INIT;
  cmd.crn = CRN;
  decision_as(d, "officer", MAY(RECORDS_OFFICER));
  struct change c = decided(d, &cmd);
  assert_done(&c);
  const HeldRecords *all = (const void *)c.reply;
  assert_int_equal(all->n_records, 1);
  assert_int_equal(timestamp_ms(all->records[0]->persons_choice->chosen_at), DECISION_NOW_MS);
  assert_int_equal(all->records[0]->persons_choice->n_ranked, 0);
  commit(d, decided_timer(d, "erase/" CRN));
  assert_null(kept(d));
}

static void the_words_need_both_languages_and_every_text(void **state) {
  struct decision *d = &((struct story *)*state)->d;
  char errors[512];
  const char *path = "/tmp/alongside-choices.yaml";
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_true(fputs("en:\n  intro: a\n  nobody: b\n  experience: without what was found\n", file) >= 0);
  assert_int_equal(fclose(file), 0);
  assert_null(choice_words_load(&d->arena, path, errors, sizeof errors));
  assert_non_null(strstr(errors, ":4: /en/experience: must hold {found}"));
  remove(path);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      STORY(the_person_reads_of_up_to_three_in_plain_words),
      STORY(a_welsh_reader_reads_welsh_throughout),
      STORY(nothing_that_the_person_reads_gives_away_more),
      STORY(whom_a_rule_leaves_out_by_now_is_not_there_and_nothing_says_why),
      STORY(only_candidates_are_shown),
      STORY(who_shows_mentors_is_on_record_and_to_whom),
      STORY(the_persons_choice_comes_before_any_score),
      STORY(but_not_before_the_rules),
      STORY(an_offer_says_what_the_person_had_chosen),
      STORY(whom_the_person_did_not_want_comes_last_and_is_not_offered),
      STORY(saying_no_costs_neither_side_anything),
      STORY(whoever_is_shown_others_is_asked_anew),
      STORY(only_those_who_were_shown_can_be_ranked_and_once),
      STORY(a_person_reads_and_chooses_for_themselves_or_with_their_practitioner),
      STORY(a_choice_is_given_to_the_person_without_ids_and_is_gone_with_them),
      STORY(the_words_need_both_languages_and_every_text),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
