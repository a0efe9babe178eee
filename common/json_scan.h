// The grammar of JSON (RFC 8259), read in a single pass: white space, strings and numbers. For json.c.
#pragma once
#include "arena.h"
#include <stdbool.h>
#include <stdint.h>

// Where reading has come to. Every function that answers false has set `fault`, and `at` is near what is wrong.
struct scan {
  const char *at, *end;
  struct arena *arena;
  const char *fault; // what was expected, or what is wrong
  bool full;         // the fault is that the arena's cap was reached
};

// A string's content. Without escapes it lies in the text that is read; otherwise in the arena, and a NUL follows it.
struct scan_text {
  const char *data;
  size_t size_bytes;
  bool in_arena;
};

// A number's value is digits * 10^exponent, with its sign.
struct scan_number {
  const char *from, *end;
  uint64_t digits;
  int exponent;
  bool negative;
  bool exact; // `digits` and `exponent` hold all of it
};

// The next character that is not white space, or 0 at the end. It is not consumed.
static inline char scan_peek(struct scan *s) {
  while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t')) s->at++;
  return s->at < s->end ? *s->at : 0;
}

// A string in UTF-8, without a NUL, unescaped; white space before it is skipped.
bool scan_string(struct scan *s, struct scan_text *out);
bool scan_number(struct scan *s, struct scan_number *out);
// The literal, e.g. "true", if it is next.
bool scan_word(struct scan *s, const char *word);
// As arena_take, but the cap is a fault: what a sender makes us take is his to answer for. Not zeroed.
void *scan_take(struct scan *s, size_t size_bytes);

// False: not a whole number, or not within 64 bits.
bool number_whole(const struct scan_number *n, uint64_t *magnitude);
// Infinite where it is beyond what a double holds. False: the arena's cap.
bool number_double(struct scan *s, const struct scan_number *n, double *out);
