// The notice of an offer: one message to the mentor, with a link and without a name.
//
// The link is "<public url>/offer#<area>/<offer id>/<secret>". What stands after '#' never reaches a server's log. The
// secret is 32 random bytes; a Token under their hash makes "<area>.<secret>" a bearer token that opens this one offer,
// until the time to answer is over.
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

static char *token_id(const struct message *m) {
  uint8_t hash[SECRET_BYTES];
  crypto_generichash(hash, sizeof hash, secret_of(m), SECRET_BYTES, NULL, 0);
  char *id = arena_take(m->arena, HASH_TEXT_BYTES);
  text_hex(hash, sizeof hash, id);
  return id;
}

void needs_notice(struct records *want, const struct message *m) {
  records_want_absent(want, &token__descriptor, token_id(m));
}

static void write_token(struct change *c, const struct message *m, const Offer *offer) {
  static Role mentor_role[] = {ROLE__MENTOR};
  Token *token = arena_take(m->arena, sizeof *token);
  token__init(token);
  token->actor = offer->mentor_id;
  token->roles = mentor_role;
  token->n_roles = 1;
  token->areas = arena_take(m->arena, sizeof *token->areas);
  token->areas[0] = m->area->id;
  token->n_areas = 1;
  token->only = arena_printf(m->arena, "Offer/%s", offer->id);
  token->expires_at_ms = timestamp_ms(offer->expires_at);
  token->note = matching_text("link in the notice of an offer");
  change_write(c, NULL, token_id(m), token);
}

static char *link_of(const struct message *m, const struct matching_settings *s, const Offer *offer) {
  char secret[SECRET_TEXT_BYTES];
  sodium_bin2base64(secret, sizeof secret, secret_of(m), SECRET_BYTES, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  return arena_printf(m->arena, "%s/offer#%s/%s/%s", s->public_url, m->area->id, offer->id, secret);
}

// The last moment to answer in local time, in figures that need no translation: "17:30, 25/11".
static char *until_of(const struct message *m, const Offer *offer) {
  struct local_time t = calendar_local(m->area->time_zone, timestamp_ms(offer->expires_at));
  return arena_printf(m->arena, "%02d:%02d, %02d/%02d", t.hour, t.minute, t.day, t.month);
}

// The text with `name` replaced where it first stands.
static const char *fill(struct arena *a, const char *text, const char *name, const char *value) {
  const char *at = strstr(text, name);
  return at ? arena_printf(a, "%.*s%s%s", (int)(at - text), text, value, at + strlen(name)) : text;
}

static Outgoing *outgoing_of(const struct message *m, const Offer *offer, const Mentor *mentor) {
  const struct matching_settings *s = m->settings;
  const OfferText *wording = mentor->language == LANGUAGE__WELSH ? s->wording->cy : s->wording->en;
  const char *text = fill(m->arena, wording->text, "{until}", until_of(m, offer));
  Outgoing *outgoing = arena_take(m->arena, sizeof *outgoing);
  outgoing__init(outgoing);
  outgoing->to = mentor->channel == CHANNEL__EMAIL ? mentor->personal->email : mentor->personal->telephone;
  outgoing->subject = wording->subject;
  outgoing->text = matching_text(fill(m->arena, text, "{link}", link_of(m, s, offer)));
  return outgoing;
}

static char *message_id(const struct message *m) {
  char *id = arena_take(m->arena, 37);
  text_uuid(m->now.random + SECRET_BYTES, id);
  return id;
}

void notice_send(struct change *c, const struct message *m, const Offer *offer, const Mentor *mentor) {
  write_token(c, m, offer);
  MessageRequested *event = arena_take(m->arena, sizeof *event);
  message_requested__init(event);
  event->message_id = message_id(m);
  event->subject = mentor->id;
  event->channel = mentor->channel;
  event->outgoing = outgoing_of(m, offer, mentor);
  event->not_after_ms = timestamp_ms(offer->expires_at);
  event->about = arena_printf(m->arena, "offer/%s", offer->id);
  change_publish(c, mentor->id, event);
}
