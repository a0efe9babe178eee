// The person's choice. A coordinator shows up to three mentors; the person reads of them in plain words, alone or with
// their practitioner, and ranks them or wants none. It comes right after the rules, before any score; a named human
// still makes the offer. Saying no costs nobody anything: it is on the person's own record alone.
#include "choice_words.h"
#include "matching.h"
#include <string.h>

uint32_t choice_rank(const PersonsChoice *choice, const char *mentor_id) {
  for (size_t i = 0; choice && i < choice->n_ranked; i++)
    if (!strcmp(choice->ranked[i], mentor_id)) return (uint32_t)i + 1;
  return 0;
}

bool choice_declined(const PersonsChoice *choice, const char *mentor_id) {
  return choice && matching_has(choice->n_declined, choice->declined, mentor_id);
}

static struct change no_crn(const struct message *m) {
  return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
}

// --- what the person reads

static Choice *choice_of(const struct message *m, const ChoiceText *text, const struct pair *pair, uint32_t rank) {
  Choice *choice = arena_take(m->arena, sizeof *choice);
  choice__init(choice);
  choice->mentor_id = pair->mentor->id;
  if (pair->mentor->personal) choice->given_name = pair->mentor->personal->given_name;
  choice->n_words = choice_words(text, pair, m->arena, &choice->words);
  choice->rank = rank;
  return choice;
}

// Whom a rule leaves out by now is not there, and nothing says so. `choice` may be NULL.
static Choices *choices_shown(const struct records *have, const struct message *m, const Person *person,
                              const PersonsChoice *choice) {
  const struct matching_settings *s = m->settings;
  const ChoiceText *text = choice_words_of(s->choices, person);
  Choices *reply = arena_take(m->arena, sizeof *reply);
  choices__init(reply);
  reply->choices = arena_take(m->arena, MATCHING_CHOICES_MOST * sizeof *reply->choices);
  for (size_t i = 0; choice && i < choice->n_shown; i++) {
    const Mentor *mentor = records_get(have, &mentor__descriptor, choice->shown[i]);
    struct pair pair = matching_pair(m, person, mentor);
    if (!mentor || !person->mentoring || rules_exclude(&pair)) continue;
    reply->choices[reply->n_choices++] = choice_of(m, text, &pair, choice_rank(choice, mentor->id));
  }
  reply->crn = person->crn;
  reply->language = person->language;
  reply->words = reply->n_choices ? text->intro : text->nobody;
  reply->chosen_at = choice ? choice->chosen_at : NULL;
  reply->declined = reply->chosen_at && !choice->n_ranked;
  return reply;
}

void needs_read_choices(struct records *want, const struct message *m) {
  char crn[8];
  if (!text_crn(((const ReadChoices *)m->body)->crn, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  const PersonsChoice *choice = records_want(want, &persons_choice__descriptor, crn);
  for (size_t i = 0; choice && i < choice->n_shown; i++) records_want(want, &mentor__descriptor, choice->shown[i]);
}

struct change decide_read_choices(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(((const ReadChoices *)m->body)->crn, crn)) return no_crn(m);
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  const PersonsChoice *choice = records_get(have, &persons_choice__descriptor, crn);
  change_reply(&c, person->crn, choices_shown(have, m, person, choice),
               records_version(have, &persons_choice__descriptor, crn));
  return c;
}

static PersonsChoice *next_choice(const struct message *m, const Person *person, const PersonsChoice *was) {
  PersonsChoice *next = arena_take(m->arena, sizeof *next);
  persons_choice__init(next);
  if (was) *next = *was;
  next->crn = person->crn;
  return next;
}

// --- a coordinator shows

void needs_show_choices(struct records *want, const struct message *m) {
  const ShowChoices *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn) || cmd->n_mentor_ids > MATCHING_CHOICES_MOST) return;
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &persons_choice__descriptor, crn);
  for (size_t i = 0; i < cmd->n_mentor_ids; i++)
    if (text_is_uuid(cmd->mentor_ids[i])) records_want(want, &mentor__descriptor, cmd->mentor_ids[i]);
}

// The mentor may be shown: is one, fits, and is there once.
static void check_shown(struct change *c, const struct records *have, const struct message *m, const Person *person,
                        size_t i) {
  const ShowChoices *cmd = m->body;
  const char *id = cmd->mentor_ids[i], *field = arena_printf(m->arena, "/mentorIds/%zu", i);
  const Mentor *mentor = text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
  struct pair pair = matching_pair(m, person, mentor);
  const struct exclusion *rule = mentor ? rules_exclude(&pair) : NULL;
  if (!mentor)
    change_refuse(c, CODE__INVALID, field, "must be the id of a mentor of this area");
  else if (matching_has(i, cmd->mentor_ids, id))
    change_refuse(c, CODE__INVALID, field, "is there twice: leave one out");
  else if (rule)
    change_refuse(c, CODE__REFUSED_BY_RULE, field, rule->words);
}

struct change decide_show_choices(const struct records *have, const struct message *m) {
  const ShowChoices *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return no_crn(m);
  if (!cmd->n_mentor_ids || cmd->n_mentor_ids > MATCHING_CHOICES_MOST)
    return refuse(m, CODE__INVALID, "/mentorIds", "must name one to three of the candidates");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (candidates_refused(&c, m, person)) return c;
  for (size_t i = 0; i < cmd->n_mentor_ids; i++) check_shown(&c, have, m, person, i);
  if (change_refused(&c)) return c;
  PersonsChoice *next = next_choice(m, person, records_get(have, &persons_choice__descriptor, crn));
  next->n_shown = cmd->n_mentor_ids;
  next->shown = cmd->mentor_ids;
  next->shown_by = m->actor->id;
  next->shown_at = timestamp_of(m->arena, m->now.ms);
  next->n_ranked = 0;
  next->chosen_at = NULL;
  change_write(&c, person->crn, person->crn, next);
  change_reply(&c, person->crn, choices_shown(have, m, person, next),
               records_version(have, &persons_choice__descriptor, person->crn) + 1);
  change_recipient(&c, "person", person->crn);
  return c;
}

// --- the person says

// The mentors themselves are not looked at: they are nobody whom the person could ask about.
void needs_choose_mentors(struct records *want, const struct message *m) {
  char crn[8];
  if (!text_crn(((const ChooseMentors *)m->body)->crn, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  records_want(want, &persons_choice__descriptor, crn);
}

static void check_ranked(struct change *c, const ChooseMentors *cmd, const PersonsChoice *was) {
  if (!cmd->n_ranked == !cmd->declined)
    change_refuse(
        c, CODE__INVALID, "/ranked",
        "must name whom the person would like, the first first; or say declined where they want none of them");
  for (size_t i = 0; i < cmd->n_ranked && i <= MATCHING_CHOICES_MOST; i++) {
    const char *field = arena_printf(c->arena, "/ranked/%zu", i);
    if (!matching_has(was->n_shown, was->shown, cmd->ranked[i]))
      change_refuse(c, CODE__INVALID, field, "is not among those to choose from: read them again");
    else if (matching_has(i, cmd->ranked, cmd->ranked[i]))
      change_refuse(c, CODE__INVALID, field, "is there twice: leave one out");
  }
}

// Whom the person did not want, now or before, less those whom they would like after all.
static void set_declined(struct arena *a, PersonsChoice *next, const PersonsChoice *was, const ChooseMentors *cmd) {
  next->declined = arena_take(a, (was->n_declined + was->n_shown + 1) * sizeof *next->declined);
  next->n_declined = 0;
  for (size_t i = 0; i < was->n_declined; i++)
    if (!matching_has(cmd->n_ranked, cmd->ranked, was->declined[i]))
      next->declined[next->n_declined++] = was->declined[i];
  for (size_t i = 0; cmd->declined && i < was->n_shown; i++)
    if (!matching_has(next->n_declined, next->declined, was->shown[i]))
      next->declined[next->n_declined++] = was->shown[i];
}

struct change decide_choose_mentors(const struct records *have, const struct message *m) {
  const ChooseMentors *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return no_crn(m);
  const Person *person = records_get(have, &person__descriptor, crn);
  const PersonsChoice *was = records_get(have, &persons_choice__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  if (!was)
    return refuse(m, CODE__CONFLICT, NULL, "there is nobody to choose from yet: a coordinator shows mentors first");
  check_ranked(&c, cmd, was);
  if (change_refused(&c)) return c;
  PersonsChoice *next = next_choice(m, person, was);
  next->n_ranked = cmd->n_ranked;
  next->ranked = cmd->ranked;
  set_declined(m->arena, next, was, cmd);
  next->recorded_by = m->actor->id;
  next->chosen_at = timestamp_of(m->arena, m->now.ms);
  change_write(&c, person->crn, person->crn, next);
  return c;
}
