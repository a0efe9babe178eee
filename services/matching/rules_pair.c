#include "rules_pair.h"
#include "matching.h"
#include <stdio.h>
#include <string.h>

void found_add(struct found *f, const char *item) {
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

int pair_experiences(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_experiences, w->experiences, p->mentor->n_experiences, p->mentor->experiences, f);
}
int pair_languages(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_languages, w->languages, p->mentor->n_languages, p->mentor->languages, f);
}
int pair_slots(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  return common(w->n_availability, w->availability, p->mentor->n_availability, p->mentor->availability, f);
}

static bool kept_away(const struct pair *p, const char *place) {
  const MentoringWish *w = p->person->mentoring;
  return matching_has(w->n_keep_away, w->keep_away, place) ||
         matching_has(p->mentor->n_keep_away, p->mentor->keep_away, place);
}

int pair_places(const struct pair *p, struct found *f) {
  const MentoringWish *w = p->person->mentoring;
  int n = 0;
  for (size_t i = 0; i < p->mentor->n_places; i++) {
    const char *place = p->mentor->places[i];
    if (!matching_has(w->n_places, w->places, place) || kept_away(p, place)) continue;
    n++;
    found_add(f, place);
  }
  return n;
}

bool pair_can_meet(const struct pair *p) {
  if (p->person->mentoring->n_places) return pair_places(p, &(struct found){0}) > 0;
  for (size_t i = 0; i < p->mentor->n_places; i++)
    if (!kept_away(p, p->mentor->places[i])) return true;
  return false;
}

bool pair_could_meet(const struct pair *p) {
  const MentoringWish *w = p->person->mentoring;
  if (!w->n_places) return p->mentor->n_places > 0;
  return common(w->n_places, w->places, p->mentor->n_places, p->mentor->places, &(struct found){0}) > 0;
}

const char *pair_preferred_language(const Person *person) {
  static const char *const codes[] = {[LANGUAGE__ENGLISH] = "en", [LANGUAGE__WELSH] = "cy"};
  unsigned preferred = person->language;
  return preferred < sizeof codes / sizeof *codes ? codes[preferred] : NULL;
}

bool pair_both_remote(const struct pair *p) {
  return p->person->mentoring->remote && p->mentor->remote;
}

uint32_t pair_places_free(const Mentor *m) {
  return m->capacity > m->places_taken ? m->capacity - m->places_taken : 0;
}
