#include "rules.h"
#include "matching.h"
#include "rules_pair.h"
#include <string.h>

// Whether somebody paused because they are unwell is nobody's business here.
static bool paused(const struct pair *p) {
  return p->mentor->state != MENTOR_STATE__ACTIVE;
}
// While there is such an instruction nothing is sent unasked, so there would be no notice of the offer.
static bool safe_contact(const struct pair *p) {
  return p->mentor->personal && !text_is_empty(p->mentor->personal->safe_contact);
}
static bool no_free_place(const struct pair *p) {
  return pair_places_free(p->mentor) == 0;
}
static bool vetting_not_known(const struct pair *p) {
  return timestamp_ms(p->mentor->vetted_until) <= 0;
}
static bool vetting_not_current(const struct pair *p) {
  return !vetting_not_known(p) && timestamp_ms(p->mentor->vetted_until) <= p->now_ms;
}
// Where nobody says until when, it is overdue.
static bool supervision_overdue(const struct pair *p) {
  return timestamp_ms(p->mentor->supervised_until) <= p->now_ms;
}

static bool mentor_conflicts_not_known(const struct pair *p) {
  return !p->mentor->conflicts_checked;
}
static bool conflicts_not_known(const struct pair *p) {
  return !p->person->mentoring->conflicts_checked;
}
static uint32_t kinds_with(size_t n, Conflict **conflicts, const char *who) {
  uint32_t kinds = 0;
  for (size_t i = 0; i < n; i++)
    if (!strcmp(conflicts[i]->with, who)) kinds |= UINT32_C(1) << conflicts[i]->kind;
  return kinds;
}
// The kinds of all conflicts of the two, as bits. Either may have named the other.
static uint32_t conflict_kinds(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  const Mentor *m = p->mentor;
  return kinds_with(w->n_conflicts, w->conflicts, m->id) | kinds_with(m->n_conflicts, m->conflicts, p->person->crn);
}
// Who may not read a person's record may not be their mentor.
static bool conflict(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  const Mentor *m = p->mentor;
  return conflict_kinds(p) || matching_has(w->n_not_with, w->not_with, m->id) ||
         matching_has(m->n_not_with, m->not_with, p->person->crn) ||
         matching_has(p->person->n_restricted, p->person->restricted, m->id);
}
static bool same_practitioner(const struct pair *p) {
  return !text_is_empty(p->mentor->own_practitioner) && !strcmp(p->mentor->own_practitioner, p->person->practitioner);
}
static bool own_choice(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  for (size_t i = 0; i < p->mentor->n_prefers_not; i++) {
    const char *rather_not = p->mentor->prefers_not[i];
    if (matching_has(w->n_needs, w->needs, rather_not) || matching_has(w->n_experiences, w->experiences, rather_not))
      return true;
  }
  return false;
}
static bool gender_not_known(const struct pair *p) {
  return p->person->mentoring->gender && p->mentor->gender == GENDER__GENDER_UNSPECIFIED;
}
static bool other_gender(const struct pair *p) {
  return p->person->mentoring->gender && p->mentor->gender && p->mentor->gender != p->person->mentoring->gender;
}
static bool no_common_language(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  return w->n_languages && !w->interpreter && !pair_languages(p, &(struct found){0});
}
static bool exclusion_zone(const struct pair *p) {
  return pair_could_meet(p) && !pair_can_meet(p) && !pair_both_remote(p);
}
static bool no_way_to_meet(const struct pair *p) {
  return !pair_could_meet(p) && !pair_both_remote(p);
}

// In this order: first what is about the mentor alone, then what is about the two. A conflict is named with the same
// words whatever its kind is.
const struct exclusion rules_exclusions[] = {
    {"paused", "The mentor is paused.", "The mentor would have to come back.",
     "You are paused at the moment. Ask your supervisor.", false, paused},
    {"no_free_place", "The mentor has no free place.", "A match of the mentor's would have to end.",
     "All your places are taken. Ask your supervisor.", false, no_free_place},
    {"safe_contact",
     "Nothing may be sent to the mentor unasked: speak to them, and change their safe-contact instruction.",
     "The mentor's safe-contact instruction would have to be settled with them.",
     "It has to be settled first how you may be contacted. Ask your supervisor.", false, safe_contact},
    {"vetting_not_known", "It is not known until when the mentor is vetted: ask their supervisor.",
     "The mentor's vetting would have to be recorded.", "Your vetting has to be looked at first. Ask your supervisor.",
     false, vetting_not_known},
    {"vetting_not_current", "The mentor's vetting has run out: ask their supervisor.",
     "The mentor's vetting would have to be renewed.", "Your vetting has to be renewed first. Ask your supervisor.",
     false, vetting_not_current},
    {"supervision_overdue",
     "The mentor's supervision is overdue, or nobody recorded until when it is not: ask their supervisor.",
     "The mentor's supervisor would have to meet them, and record it.",
     "Your own supervision comes first. Ask your supervisor.", false, supervision_overdue},
    {"mentor_conflicts_not_known",
     "Nobody recorded that they looked for people whom the mentor must not meet: ask the mentor's supervisor.",
     "The mentor's supervisor would have to look for conflicts, and record it.",
     "Your record has to be completed first. Ask your supervisor.", false, mentor_conflicts_not_known},
    {"conflict", "The two must not meet.", "This does not change.", RULES_NOT_NOW, false, conflict, APART_CONFLICT},
    {"conflicts_not_known",
     "Nobody recorded that they looked for co-defendants, victims, relatives and others whom the person must not meet: "
     "ask the person's practitioner.",
     "The person's practitioner would have to look for conflicts, and record it.", RULES_NOT_NOW, true,
     conflicts_not_known},
    {"same_practitioner", "The person's practitioner supervises, or supervised, the mentor.",
     "The person's practitioner would have to be another.", RULES_NOT_NOW, true, same_practitioner},
    {"own_choice", "The mentor's own choice.", "This is the mentor's to change, and nobody asks them to.",
     RULES_NOT_NOW, false, own_choice},
    {"gender_not_known",
     "The person asked for a mentor of one gender and this mentor's is not recorded: ask the mentor.",
     "The mentor would have to be asked for their gender.", RULES_NOT_NOW, false, gender_not_known},
    {"gender", "The person asked for a mentor of another gender.",
     "The person would have to be content with a mentor of any gender.", RULES_NOT_NOW, true, other_gender},
    {"no_common_language", "The mentor speaks none of the languages that the person asked for.",
     "Somebody would have to interpret, or another language do for the person.", RULES_NOT_NOW, true,
     no_common_language},
    {"exclusion_zone", "They could meet only where one of the two must not be.",
     "The person would have to be able to meet elsewhere, or remotely.", RULES_NOT_NOW, true, exclusion_zone,
     APART_ZONE},
    {"no_way_to_meet", "There is no place where both can be, and meeting remotely will not do for both.",
     "The person would have to be able to meet in another place, or remotely.", RULES_NOT_NOW, true, no_way_to_meet},
};
const size_t rules_n_exclusions = sizeof rules_exclusions / sizeof *rules_exclusions;
_Static_assert(sizeof rules_exclusions / sizeof *rules_exclusions <= RULES_MOST, "a set of rules is 32 bits");

const struct exclusion *rules_exclude(const struct pair *p) {
  for (size_t i = 0; i < rules_n_exclusions; i++)
    if (rules_exclusions[i].holds(p)) return &rules_exclusions[i];
  return NULL;
}

uint32_t rules_in_the_way(const struct pair *p) {
  uint32_t all = 0;
  for (size_t i = 0; i < rules_n_exclusions; i++)
    if (rules_exclusions[i].holds(p)) all |= UINT32_C(1) << i;
  return all;
}

uint32_t rules_apart(const struct pair *p) {
  uint32_t grounds = 0;
  for (size_t i = 0; i < rules_n_exclusions; i++)
    if (rules_exclusions[i].apart && rules_exclusions[i].holds(p)) grounds |= rules_exclusions[i].apart;
  return grounds | conflict_kinds(p);
}
