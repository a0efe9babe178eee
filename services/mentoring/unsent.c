// The key to what a mentor's phones could not send: a note that was written without a connection lies there encrypted
// until the phone has one again. The phone keeps the public half, with which it can close and not open. The other half
// is here, sealed like a note, and is given to nobody but the mentor, signed in.
//
// So whoever has the phone and not the mentor's sign-in has nothing; and when staff sign the mentor out, or pause them,
// the key goes for good, and with it everything that lies on any phone.
#include "matching.pb-c.h"
#include "mentoring.h"
#include "text.h"
#include <string.h>

enum {
  // A point of P-256, uncompressed, is 65 bytes; its private half in PKCS #8 some 140. Both in base64.
  PUBLIC_BYTES = 88,
  SECRET_BYTES_MOST = 400
};

static bool is_base64(const char *text) {
  return !text[strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")];
}

static void check_key(struct change *c, const UnsentKey *key) {
  if (strlen(key->public_key) != PUBLIC_BYTES || !is_base64(key->public_key))
    change_refuse(c, CODE__INVALID, "/publicKey", "must be a point of P-256, uncompressed, in base64: 88 characters");
  if (!key->secret || !*key->secret->text)
    change_refuse(c, CODE__INVALID, "/secret/text", "is missing: send the private half, as PKCS #8 in base64");
  else if (key->secret->seal)
    change_refuse(c, CODE__INVALID, "/secret/seal", "is not yours to set: leave it out");
  else if (key->secret->partition && key->secret->partition != PARTITION__MENTORING)
    change_refuse(c, CODE__INVALID, "/secret/partition", "is MENTORING for every key: leave it out");
  else if (strlen(key->secret->text) > SECRET_BYTES_MOST || !is_base64(key->secret->text))
    change_refuse(c, CODE__INVALID, "/secret/text", "must be the private half, as PKCS #8 in base64");
}

static const UnsentKey *kept_key(const struct records *have, const char *mentor_id) {
  const UnsentKey *key = records_get(have, &unsent_key__descriptor, mentor_id);
  return key && *key->public_key ? key : NULL;
}

static UnsentKey *no_key(const struct message *m) {
  UnsentKey *none = arena_take(m->arena, sizeof *none);
  unsent_key__init(none);
  return none;
}

static struct change shown_key(const struct records *have, const struct message *m, const UnsentKey *key) {
  struct change c = change_of(m);
  change_reply(&c, m->actor->id, key, records_version(have, &unsent_key__descriptor, m->actor->id));
  return c;
}

void needs_unsent_key(struct records *want, const struct message *m) {
  records_want(want, &unsent_key__descriptor, m->actor->id);
}

struct change decide_read_unsent_key(const struct records *have, const struct message *m) {
  const UnsentKey *key = kept_key(have, m->actor->id);
  return shown_key(have, m, key ? key : no_key(m));
}

static UnsentKey *new_key(const struct message *m, const UnsentKey *sent) {
  UnsentKey *key = arena_copy(m->arena, sent, sizeof *sent);
  key->secret = arena_copy(m->arena, sent->secret, sizeof *sent->secret);
  key->secret->partition = PARTITION__MENTORING;
  return key;
}

// All phones of a mentor use the first that was kept.
struct change decide_keep_unsent_key(const struct records *have, const struct message *m) {
  const KeepUnsentKey *cmd = m->body;
  struct change c = change_of(m);
  if (!cmd->key) return refuse(m, CODE__INVALID, NULL, "send a key");
  if (!text_is_uuid(m->actor->id)) return no_such_note(m);
  check_key(&c, cmd->key);
  if (change_refused(&c)) return c;
  const UnsentKey *there = kept_key(have, m->actor->id);
  if (there && !strcmp(there->public_key, cmd->key->public_key)) return shown_key(have, m, there);
  if (there) return refuse(m, CODE__CONFLICT, NULL, "there is another key already: read that one, and use it");
  UnsentKey *key = new_key(m, cmd->key);
  change_write(&c, m->actor->id, m->actor->id, key);
  change_reply(&c, m->actor->id, key, records_version(have, &unsent_key__descriptor, m->actor->id) + 1);
  c.created = true;
  return c;
}

// --- the end of it

static const char *mentor_of(const struct message *m) {
  const ProtobufCMessage *event = m->body;
  if (event->descriptor == &mentor_signed_out__descriptor) return ((const MentorSignedOut *)m->body)->id;
  return ((const MentorPaused *)m->body)->id;
}

void needs_end_unsent_key(struct records *want, const struct message *m) {
  records_want_closed(want, &unsent_key__descriptor, mentor_of(m));
}

// A record is emptied and not deleted, so that its versions go on counting.
static struct change end_key(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  if (kept_key(have, mentor_of(m))) change_write(&c, mentor_of(m), mentor_of(m), no_key(m));
  return c;
}

struct change on_mentor_signed_out(const struct records *have, const struct message *m) {
  return end_key(have, m);
}

// A break by the mentor's own wish takes nothing from them.
struct change on_mentor_paused(const struct records *have, const struct message *m) {
  const MentorPaused *event = m->body;
  return event->by_own_wish ? change_of(m) : end_key(have, m);
}
