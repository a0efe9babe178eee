#include "choice_words.h"
#include "matching.h"
#include "rules_pair.h"
#include "yaml.h"
#include <stddef.h>
#include <string.h>

#define FOUND "{found}"

static const struct text_rule {
  const char *field;
  size_t text; // its offset
  bool found;  // {found} must be in it
} text_rules[] = {
    {"intro", offsetof(ChoiceText, intro), false},          {"nobody", offsetof(ChoiceText, nobody), false},
    {"experience", offsetof(ChoiceText, experience), true}, {"language", offsetof(ChoiceText, language), true},
    {"times", offsetof(ChoiceText, times), false},          {"place", offsetof(ChoiceText, place), true},
    {"remote", offsetof(ChoiceText, remote), false},        {"continuity", offsetof(ChoiceText, continuity), false},
};

static struct err check_text(struct arena *a, const ChoiceText *text, const char *language) {
  if (!text) return ERR(INVALID, arena_printf(a, "/%s", language), "is missing: a person reads in English or Welsh");
  for (size_t i = 0; i < sizeof text_rules / sizeof *text_rules; i++) {
    const struct text_rule *rule = &text_rules[i];
    const char *said = *(char *const *)((const char *)text + rule->text);
    const char *field = arena_printf(a, "/%s/%s", language, rule->field);
    if (text_is_empty(said)) return ERR(INVALID, field, "is missing");
    if (rule->found && !strstr(said, FOUND)) return ERR(INVALID, field, "must hold {found}");
  }
  return ERR_NONE;
}

static struct err check_wording(struct arena *a, const void *message, const void *context) {
  const ChoiceWording *wording = message;
  (void)context;
  struct err e = check_text(a, wording->en, "en");
  return err_is(e) ? e : check_text(a, wording->cy, "cy");
}

const ChoiceWording *choice_words_load(struct arena *a, const char *path, char *errors, size_t errors_bytes) {
  return yaml_read_checked(a, &choice_wording__descriptor, path, check_wording, NULL, errors, errors_bytes);
}

const ChoiceText *choice_words_of(const ChoiceWording *wording, const Person *person) {
  return person->language == LANGUAGE__WELSH ? wording->cy : wording->en;
}

static const char *word_for(const ChoiceText *text, const char *code) {
  for (size_t i = 0; i < text->n_words_for; i++)
    if (!strcmp(text->words_for[i]->code, code)) return text->words_for[i]->words;
  return code;
}

// Those of the mentor's that the person asked for, in words.
static void found_in_words(struct found *f, const ChoiceText *text, size_t n_asked, char **asked, size_t n,
                           char **has) {
  for (size_t i = 0; i < n; i++)
    if (matching_has(n_asked, asked, has[i])) found_add(f, word_for(text, has[i]));
}

static char *with_found(struct arena *a, const char *text, const struct found *f) {
  const char *at = strstr(text, FOUND);
  return arena_printf(a, "%.*s%s%s", (int)(at - text), text, f->text, at + strlen(FOUND));
}

// Each says one thing of the mentor, or NULL.
static char *say_continuity(const ChoiceText *text, const struct pair *p, struct arena *a) {
  (void)a;
  bool before = matching_has(p->mentor->n_accompanied, p->mentor->accompanied, p->person->crn);
  return before ? text->continuity : NULL;
}
static char *say_experience(const ChoiceText *text, const struct pair *p, struct arena *a) {
  const MentoringWish *w = p->person->mentoring;
  struct found f = {0};
  found_in_words(&f, text, w->n_experiences, w->experiences, p->mentor->n_experiences, p->mentor->experiences);
  return f.used_bytes ? with_found(a, text->experience, &f) : NULL;
}
static char *say_language(const ChoiceText *text, const struct pair *p, struct arena *a) {
  const MentoringWish *w = p->person->mentoring;
  struct found f = {0};
  found_in_words(&f, text, w->n_languages, w->languages, p->mentor->n_languages, p->mentor->languages);
  return f.used_bytes ? with_found(a, text->language, &f) : NULL;
}
static char *say_times(const ChoiceText *text, const struct pair *p, struct arena *a) {
  (void)a;
  return pair_slots(p, &(struct found){0}) ? text->times : NULL;
}
static char *say_place(const ChoiceText *text, const struct pair *p, struct arena *a) {
  struct found f = {0};
  return pair_places(p, &f) ? with_found(a, text->place, &f) : NULL;
}
static char *say_remote(const ChoiceText *text, const struct pair *p, struct arena *a) {
  (void)a;
  return pair_both_remote(p) ? text->remote : NULL;
}

size_t choice_words(const ChoiceText *text, const struct pair *p, struct arena *a, char ***words) {
  static char *(*const says[])(const ChoiceText *text, const struct pair *p, struct arena *a) = {
      say_continuity, say_experience, say_language, say_times, say_place, say_remote,
  };
  char **list = *words = arena_take(a, sizeof says);
  size_t n = 0;
  for (size_t i = 0; i < sizeof says / sizeof *says; i++)
    if ((list[n] = says[i](text, p, a))) n++;
  return n;
}
