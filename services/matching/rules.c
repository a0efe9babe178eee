#include "rules.h"
#include "matching.h"
#include "points.h"
#include <stdio.h>
#include <string.h>

// What was found, for the words: "alcohol, custody". What does not fit is left out; it counts all the same.
struct found {
  char text[256];
  size_t used_bytes;
};

static void found_add(struct found *f, const char *item) {
  size_t need = strlen(item) + (f->used_bytes ? 2 : 0);
  if (f->used_bytes + need >= sizeof f->text) return;
  f->used_bytes += (size_t)snprintf(f->text + f->used_bytes, sizeof f->text - f->used_bytes, "%s%s",
                                    f->used_bytes ? ", " : "", item);
}

// How many of the mentor's items the person asked for. A mentor's lists hold nothing twice.
static int common(size_t n_asked, char **asked, size_t n_offered, char **offered, struct found *f) {
  int n = 0;
  for (size_t i = 0; i < n_offered; i++) {
    if (!matching_has(n_asked, asked, offered[i])) continue;
    n++;
    found_add(f, offered[i]);
  }
  return n;
}

static int common_experiences(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_experiences, w->experiences, p->mentor->n_experiences, p->mentor->experiences, f);
}
static int common_languages(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_languages, w->languages, p->mentor->n_languages, p->mentor->languages, f);
}
static int common_slots(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_availability, w->availability, p->mentor->n_availability, p->mentor->availability, f);
}
static int common_places(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_places, w->places, p->mentor->n_places, p->mentor->places, f);
}
static bool both_remote(const struct pair *p) {
  return p->person->mentoring->remote && p->mentor->remote;
}
static uint32_t places_free(const Mentor *m) {
  return m->capacity > m->places_taken ? m->capacity - m->places_taken : 0;
}

// A person who names no place meets anywhere; a mentor who names none meets nowhere.
static bool can_meet(const struct pair *p) {
  struct found f = {0};
  if (!p->person->mentoring->n_places) return p->mentor->n_places > 0;
  return common_places(p, &f) > 0;
}

static bool paused(const struct pair *p) {
  return p->mentor->state != MENTOR_STATE__ACTIVE;
}
// While there is such an instruction nothing is sent unasked, so there would be no notice of the offer.
static bool safe_contact(const struct pair *p) {
  return p->mentor->personal && !text_is_empty(p->mentor->personal->safe_contact);
}
static bool no_free_place(const struct pair *p) {
  return places_free(p->mentor) == 0;
}
static bool vetting_not_known(const struct pair *p) {
  return timestamp_ms(p->mentor->vetted_until) <= 0;
}
static bool vetting_not_current(const struct pair *p) {
  return timestamp_ms(p->mentor->vetted_until) <= p->now_ms;
}

// Either may have named the other; and who may not read a person's record may not be their mentor.
static bool conflict(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  return matching_has(w->n_not_with, w->not_with, p->mentor->id) ||
         matching_has(p->mentor->n_not_with, p->mentor->not_with, p->person->crn) ||
         matching_has(p->person->n_restricted, p->person->restricted, p->mentor->id);
}
static bool same_practitioner(const struct pair *p) {
  return !text_is_empty(p->mentor->own_practitioner) && !strcmp(p->mentor->own_practitioner, p->person->practitioner);
}
static bool gender_not_known(const struct pair *p) {
  return p->person->mentoring->gender && p->mentor->gender == GENDER__GENDER_UNSPECIFIED;
}
static bool other_gender(const struct pair *p) {
  return p->person->mentoring->gender && p->mentor->gender != p->person->mentoring->gender;
}
static bool no_common_language(const struct pair *p) {
  struct found f = {0};
  return p->person->mentoring->n_languages && !common_languages(p, &f);
}
static bool no_way_to_meet(const struct pair *p) {
  return !can_meet(p) && !both_remote(p);
}

// In this order: first what is about the mentor alone, then what is about the two.
static const struct exclusion exclusions[] = {
    {"paused", "The mentor is paused.", "You are paused at the moment. Ask your supervisor.", paused},
    {"no_free_place", "The mentor has no free place.", "All your places are taken. Ask your supervisor.",
     no_free_place},
    {"safe_contact",
     "Nothing may be sent to the mentor unasked: speak to them, and change their safe-contact instruction.",
     "It has to be settled first how you may be contacted. Ask your supervisor.", safe_contact},
    {"vetting_not_known", "It is not known until when the mentor is vetted: ask their supervisor.",
     "Your vetting has to be looked at first. Ask your supervisor.", vetting_not_known},
    {"vetting_not_current", "The mentor's vetting has run out: ask their supervisor.",
     "Your vetting has to be renewed first. Ask your supervisor.", vetting_not_current},
    {"conflict", "The two must not meet.", RULES_NOT_NOW, conflict},
    {"same_practitioner", "The person's practitioner supervises, or supervised, the mentor.", RULES_NOT_NOW,
     same_practitioner},
    {"gender_not_known",
     "The person asked for a mentor of one gender and this mentor's is not recorded: ask the mentor.", RULES_NOT_NOW,
     gender_not_known},
    {"gender", "The person asked for a mentor of another gender.", RULES_NOT_NOW, other_gender},
    {"no_common_language", "The mentor speaks none of the languages that the person asked for.", RULES_NOT_NOW,
     no_common_language},
    {"no_way_to_meet", "There is no place where both can be, and meeting remotely will not do for both.", RULES_NOT_NOW,
     no_way_to_meet},
};

const struct exclusion *rules_exclude(const struct pair *p) {
  for (size_t i = 0; i < sizeof exclusions / sizeof *exclusions; i++)
    if (exclusions[i].holds(p)) return &exclusions[i];
  return NULL;
}

static int32_t experience(const struct pair *p, struct found *f) {
  return POINTS_EXPERIENCE * common_experiences(p, f);
}
static int32_t no_experience(const struct pair *p, struct found *f) {
  return p->person->mentoring->n_experiences && !common_experiences(p, f) ? POINTS_NO_EXPERIENCE : 0;
}
static int32_t language(const struct pair *p, struct found *f) {
  return common_languages(p, f) ? POINTS_LANGUAGE : 0;
}
static int32_t preferred_language(const struct pair *p, struct found *f) {
  static const char *const codes[] = {[LANGUAGE__ENGLISH] = "en", [LANGUAGE__WELSH] = "cy"};
  unsigned preferred = p->person->language;
  if (preferred >= sizeof codes / sizeof *codes || !codes[preferred]) return 0;
  if (!matching_has(p->mentor->n_languages, p->mentor->languages, codes[preferred])) return 0;
  found_add(f, codes[preferred]);
  return POINTS_PREFERRED_LANGUAGE;
}
static int32_t availability(const struct pair *p, struct found *f) {
  int n = common_slots(p, f);
  return POINTS_SLOT * (n < MOST_SLOTS ? n : MOST_SLOTS);
}
static int32_t no_availability(const struct pair *p, struct found *f) {
  bool both_said = p->person->mentoring->n_availability && p->mentor->n_availability;
  return both_said && !common_slots(p, f) ? POINTS_NO_SLOT : 0;
}
static int32_t availability_not_known(const struct pair *p, struct found *f) {
  (void)f;
  return p->person->mentoring->n_availability && !p->mentor->n_availability ? POINTS_SLOTS_NOT_KNOWN : 0;
}
static int32_t place(const struct pair *p, struct found *f) {
  return common_places(p, f) ? POINTS_PLACE : 0;
}
static int32_t only_remote(const struct pair *p, struct found *f) {
  (void)f;
  return can_meet(p) ? 0 : POINTS_ONLY_REMOTE;
}
static int32_t free_places(const struct pair *p, struct found *f) {
  (void)f;
  uint32_t n = places_free(p->mentor);
  return (int32_t)(n < MOST_FREE_PLACES ? n : MOST_FREE_PLACES);
}
// Three quarters of the places are taken, or more.
static int32_t heavy_load(const struct pair *p, struct found *f) {
  (void)f;
  return p->mentor->places_taken * 4 >= p->mentor->capacity * 3 ? POINTS_HEAVY_LOAD : 0;
}
static int32_t vetting_ends(const struct pair *p, struct found *f) {
  (void)f;
  return timestamp_ms(p->mentor->vetted_until) - p->now_ms < RULES_VETTING_ENDS_SOON_MS ? POINTS_VETTING_ENDS : 0;
}

// What was found is named behind the words: "Has lived experience that the person asked for: alcohol, custody".
static const struct scoring {
  const char *code, *words;
  int32_t (*points)(const struct pair *p, struct found *f);
} scorings[] = {
    {"shared_experience", "Has lived experience that the person asked for", experience},
    {"no_shared_experience", "Has none of the lived experience that the person asked for", no_experience},
    {"language", "Speaks a language that the person asked for", language},
    {"preferred_language", "Speaks the person's preferred language", preferred_language},
    {"availability", "Both can at the same times", availability},
    {"no_availability_overlap", "There is no time when both can", no_availability},
    {"availability_not_known", "It is not known when the mentor can: ask them", availability_not_known},
    {"place", "Both can be in the same place", place},
    {"only_remote", "They could meet only by telephone or video", only_remote},
    {"free_places", "Has room for more people", free_places},
    {"heavy_load", "Most of the mentor's places are taken", heavy_load},
    {"vetting_ends_soon", "The mentor's vetting runs out within 30 days", vetting_ends},
};
enum {
  SCORINGS = sizeof scorings / sizeof *scorings
};

int32_t rules_score(const struct pair *p) {
  int32_t score = 0;
  for (size_t i = 0; i < SCORINGS; i++) score += scorings[i].points(p, &(struct found){0});
  return score;
}

static MatchReason *reason_of(const struct scoring *s, int32_t points, const struct found *f, struct arena *a) {
  MatchReason *reason = arena_take(a, sizeof *reason);
  match_reason__init(reason);
  reason->code = (char *)s->code;
  reason->points = points;
  reason->words = f->used_bytes ? arena_printf(a, "%s: %s", s->words, f->text) : (char *)s->words;
  return reason;
}

size_t rules_reasons(const struct pair *p, struct arena *a, MatchReason ***reasons) {
  MatchReason **list = arena_take(a, SCORINGS * sizeof *list);
  size_t n = 0;
  for (size_t i = 0; i < SCORINGS; i++) {
    struct found f = {0};
    int32_t points = scorings[i].points(p, &f);
    if (points) list[n++] = reason_of(&scorings[i], points, &f, a);
  }
  *reasons = list;
  return n;
}
