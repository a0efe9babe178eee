// What reminders say, in English and in Welsh: read from a file, checked at start, neutral enough for a lock screen.
#pragma once
#include "arena.h"
#include "courier.pb-c.h"
#include "intake.pb-c.h"
#include "reminders.pb-c.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
  WORDING_SMS_SEGMENTS = 3,      // the longest text, in parts that the network joins
  WORDING_PLACE_CHARACTERS = 60, // a longer place is cut, with dots
  WORDING_TELEPHONE_BYTES = 20,  // the longest telephone number that is sure to fit
};

struct wording;
// Reads and checks the file: both languages, all names of days and months, only known placeholders, what every text
// must say, no forbidden word, and that no text message gets too long. NULL with a sentence in `errors` on a fault.
struct wording *wording_load(const char *path, char *errors, size_t errors_bytes);
void wording_free(struct wording *w);

struct wording_facts {
  Language language; // unspecified: English
  Channel channel;
  Mode mode;
  const char *place; // as it stands in the appointment; may be empty
  int64_t starts_at_ms;
  const char *time_zone;
  const char *telephone; // which number to call
};
// The subject (e-mail only) and the text, in the arena; whom it goes to is left to the caller.
Outgoing *wording_write(struct arena *a, const struct wording *w, const struct wording_facts *f);

// Whether a word of the text begins with a forbidden one.
bool wording_gives_away(const struct wording *w, const char *text);
// In how many parts a text message of this content travels: 160 or 153 characters each in the GSM alphabet, 70 or 67
// UTF-16 units otherwise.
unsigned wording_sms_segments(const char *text);
