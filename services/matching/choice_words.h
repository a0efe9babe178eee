// How a choice is said to a person, in plain words of their own language: a file that a region writes for itself.
#pragma once
#include "rules.h"

// Reads it; both languages and all texts are there, with {found} where it belongs. On a fault writes the file, its line
// where it can, and what is wrong, and answers NULL.
const ChoiceWording *choice_words_load(struct arena *a, const char *path, char *errors, size_t errors_bytes);
// The texts in the person's language.
const ChoiceText *choice_words_of(const ChoiceWording *wording, const Person *person);
// What speaks for the mentor, as the person may read it: what the two have in common, and nothing else. Writes an array
// in the arena and answers its length.
size_t choice_words(const ChoiceText *text, const struct pair *p, struct arena *a, char ***words);
