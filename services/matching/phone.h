// One phone that a mentor is signed in on: its secrets, and the cookie that holds one of them.
//
//   cookie = "<area>.<mentor id>.<phone id>.<43 characters of base64url>"
//
// A secret opens doors for a quarter of an hour; then the page asks for the next, with it. The one before stays known
// until the next has been seen, because the answer that brought the next may have been lost: asked again within a
// minute with the same secret, the answer is the same. Who presents a secret that is neither of the two has a copy of
// an old one: two have held this cookie, nobody can tell who is the mentor, and the phone is signed out.
#pragma once
#include "matching.pb-c.h"
#include "service.h"
#include <stdbool.h>

enum {
  PHONE_SECRET_BYTES = 32,
  PHONE_OPENS_MS = 15 * 60 * 1000,
  PHONE_SAME_MS = 60 * 1000, // how long the same secret is answered by the same next one
};
#define PHONE_LIFE_MS (INT64_C(30) * 24 * 3600 * 1000)

// What a cookie says.
struct phone_cookie {
  char phone_id[33];
  uint8_t secret[PHONE_SECRET_BYTES];
};
// False: it is not one of this area and mentor.
bool phone_cookie_read(const char *text, const char *area, const char *mentor_id, struct phone_cookie *out);
char *phone_cookie_write(struct arena *a, const char *area, const char *mentor_id, const char *phone_id,
                         const uint8_t secret[PHONE_SECRET_BYTES]);

// A new phone. Its id and its secret are taken from the message's randomness; the secret is written to `secret`.
MentorPhone *phone_new(const struct message *m, uint8_t secret[PHONE_SECRET_BYTES]);

enum phone_renewal {
  PHONE_RENEWED, // `phone` has changed
  PHONE_SAME,    // the same next one again: nothing has changed
  PHONE_COPIED,  // the secret is none of its own
};
// The secret that follows on `secret`, in `next`. `phone` is a copy.
enum phone_renewal phone_renew(const struct message *m, MentorPhone *phone, const uint8_t secret[PHONE_SECRET_BYTES],
                               uint8_t next[PHONE_SECRET_BYTES]);
