// Notices: one message to the mentor, with a link and without a name.
//
// The link is "<public url>/<page>#<what the page needs><secret>". What stands after '#' never reaches a server's log.
// The secret is 32 random bytes; a Token under their hash makes "<area>.<secret>" a bearer token that opens one thing.
#include "courier.pb-c.h"
#include "matching.h"
#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum {
  SECRET_BYTES = 32,
  SECRET_TEXT_BYTES = 44,
  HASH_TEXT_BYTES = 65
};

// The first half of the message's randomness is the secret, the next 16 bytes make the message's id.
static const uint8_t *secret_of(const struct message *m) {
  return m->now.random;
}

char *notice_token_id(const struct message *m) {
  uint8_t hash[SECRET_BYTES];
  crypto_generichash(hash, sizeof hash, secret_of(m), SECRET_BYTES, NULL, 0);
  char *id = arena_take(m->arena, HASH_TEXT_BYTES);
  text_hex(hash, sizeof hash, id);
  return id;
}

void needs_notice(struct records *want, const struct message *m) {
  records_want_absent(want, &token__descriptor, notice_token_id(m));
}

void notice_write_token(struct change *c, const struct message *m, const char *mentor_id, const char *only,
                        const char *note, int64_t until_ms) {
  static Role mentor_role[] = {ROLE__MENTOR};
  Token *token = arena_take(m->arena, sizeof *token);
  token__init(token);
  token->actor = matching_text(mentor_id);
  token->roles = mentor_role;
  token->n_roles = 1;
  token->areas = arena_take(m->arena, sizeof *token->areas);
  token->areas[0] = m->area->id;
  token->n_areas = 1;
  token->only = matching_text(only);
  token->expires_at_ms = until_ms;
  token->note = matching_text(note);
  change_write(c, NULL, notice_token_id(m), token);
}

char *notice_secret(const struct message *m) {
  char *secret = arena_take(m->arena, SECRET_TEXT_BYTES);
  return sodium_bin2base64(secret, SECRET_TEXT_BYTES, secret_of(m), SECRET_BYTES,
                           sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

static char *link_of(const struct message *m, const struct notice *n) {
  const struct matching_settings *s = m->settings;
  return arena_printf(m->arena, "%s/%s%s", s->public_url, n->page, n->only ? notice_secret(m) : "");
}

// The last moment in local time, in figures that need no translation: "17:30, 25/11".
static char *until_of(const struct message *m, const struct notice *n) {
  struct local_time t = calendar_local(m->area->time_zone, n->until_ms);
  return arena_printf(m->arena, "%02d:%02d, %02d/%02d", t.hour, t.minute, t.day, t.month);
}

// The text with `name` replaced where it first stands.
static const char *fill(struct arena *a, const char *text, const char *name, const char *value) {
  const char *at = strstr(text, name);
  return at ? arena_printf(a, "%.*s%s%s", (int)(at - text), text, value, at + strlen(name)) : text;
}

static Outgoing *outgoing_of(const struct message *m, const struct notice *n) {
  const Mentor *mentor = n->mentor;
  const OfferText *wording = mentor->language == LANGUAGE__WELSH ? n->wording->cy : n->wording->en;
  const char *text = fill(m->arena, wording->text, "{until}", until_of(m, n));
  Outgoing *outgoing = arena_take(m->arena, sizeof *outgoing);
  outgoing__init(outgoing);
  outgoing->to = mentor->channel == CHANNEL__EMAIL ? mentor->personal->email : mentor->personal->telephone;
  outgoing->subject = wording->subject;
  outgoing->text = matching_text(fill(m->arena, text, "{link}", link_of(m, n)));
  return outgoing;
}

static char *message_id(const struct message *m) {
  char *id = arena_take(m->arena, 37);
  text_uuid(m->now.random + SECRET_BYTES, id);
  return id;
}

void notice_send(struct change *c, const struct message *m, const struct notice *n) {
  if (n->only) notice_write_token(c, m, n->mentor->id, n->only, n->note, n->token_until_ms);
  MessageRequested *event = arena_take(m->arena, sizeof *event);
  message_requested__init(event);
  event->message_id = message_id(m);
  event->subject = n->mentor->id;
  event->channel = n->mentor->channel;
  event->outgoing = outgoing_of(m, n);
  event->not_after_ms = n->until_ms;
  event->about = matching_text(n->about);
  change_publish(c, n->mentor->id, event);
}
