// The phones that a mentor is signed in on. What an actor may do here shows in Actor.only: a link holds
// "SignIn/link/<its hash>", a phone whose secret is too old to open doors "SignIn/phone/<id>", and one that is signed
// in holds nothing.
#include "matching.h"
#include "phone.h"
#include <string.h>

enum {
  PHONES_MOST = 4 // that one mentor is signed in on; the next pushes out the one that was used the longest time ago
};

void needs_own_phones(struct records *want, const struct message *m) {
  if (!text_is_uuid(m->actor->id)) return;
  records_want(want, &mentor__descriptor, m->actor->id);
  records_want(want, &mentor_phones__descriptor, m->actor->id);
}

void needs_sign_out_mentor(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  if (!text_is_uuid(id)) return;
  records_want_closed(want, &mentor__descriptor, id);
  records_want(want, &mentor_phones__descriptor, id);
}

bool phones_may_be(const Mentor *mentor) {
  return mentor && (mentor->state == MENTOR_STATE__ACTIVE || mentor->state == MENTOR_STATE__ON_BREAK);
}

static const Mentor *own_mentor(const struct records *have, const struct message *m) {
  const char *id = m->actor->id;
  return text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
}

// A copy that can be changed; an empty one where there is none yet.
static MentorPhones *own_phones(const struct records *have, const struct message *m) {
  const char *id = m->actor->id;
  const MentorPhones *was = text_is_uuid(id) ? records_get(have, &mentor_phones__descriptor, id) : NULL;
  MentorPhones *phones = arena_take(m->arena, sizeof *phones);
  mentor_phones__init(phones);
  if (!was) return phones;
  *phones = *was;
  phones->phones = arena_take(m->arena, (was->n_phones + 1) * sizeof *phones->phones);
  for (size_t i = 0; i < was->n_phones; i++)
    phones->phones[i] = arena_copy(m->arena, was->phones[i], sizeof **phones->phones);
  return phones;
}

// Where the phone is, or n_phones.
static size_t find(const MentorPhones *phones, const char *id) {
  size_t i = 0;
  while (i < phones->n_phones && strcmp(phones->phones[i]->id, id) != 0) i++;
  return i;
}

static void remove_at(MentorPhones *phones, size_t i) {
  phones->n_phones--;
  for (; i < phones->n_phones; i++) phones->phones[i] = phones->phones[i + 1];
}

// When the phone's newest secret was handed out, in the order that matters here.
static int64_t used_until(const MentorPhone *phone) {
  return phone->next.len ? phone->next_until_ms : phone->current_until_ms;
}

// Makes room for one more, at the expense of those whose time is over, and then of the one unused for longest.
static void make_room(MentorPhones *phones, int64_t now_ms) {
  for (size_t i = phones->n_phones; i-- > 0;)
    if (phones->phones[i]->expires_at_ms <= now_ms) remove_at(phones, i);
  if (phones->n_phones < PHONES_MOST) return;
  size_t oldest = 0;
  for (size_t i = 1; i < phones->n_phones; i++)
    if (used_until(phones->phones[i]) < used_until(phones->phones[oldest])) oldest = i;
  remove_at(phones, oldest);
}

static SignedIn *view_of(const struct message *m, const Mentor *mentor) {
  SignedIn *view = arena_take(m->arena, sizeof *view);
  signed_in__init(view);
  view->mentor_id = mentor->id;
  view->language = mentor->language;
  if (mentor->personal) view->given_name = mentor->personal->given_name;
  return view;
}

static void reply_with_cookie(struct change *c, const struct message *m, const Mentor *mentor, const MentorPhone *phone,
                              const uint8_t secret[PHONE_SECRET_BYTES]) {
  SignedIn *view = view_of(m, mentor);
  view->expires_at = timestamp_of(m->arena, phone->expires_at_ms);
  view->cookie = phone_cookie_write(m->arena, m->area->id, mentor->id, phone->id, secret);
  change_reply(c, mentor->id, view, 0);
}

// --- signing in

// Whether the actor came by the mentor's newest link, which has not been used, in time.
static bool link_is_good(const struct message *m, const MentorPhones *phones) {
  const size_t prefix = strlen(MATCHING_LINK);
  if (strncmp(m->actor->only, MATCHING_LINK, prefix) != 0 || text_is_empty(phones->link)) return false;
  return !strcmp(m->actor->only + prefix, phones->link) && phones->link_expires_at_ms > m->now.ms;
}

struct change decide_use_sign_in_link(const struct records *have, const struct message *m) {
  const Mentor *mentor = own_mentor(have, m);
  MentorPhones *phones = own_phones(have, m);
  if (!phones_may_be(mentor) || !link_is_good(m, phones))
    return refuse(m, CODE__UNAUTHENTICATED, NULL, "this link was used, or its time is over: ask for a new one");
  uint8_t secret[PHONE_SECRET_BYTES];
  struct change c = change_of(m);
  make_room(phones, m->now.ms);
  MentorPhone *phone = phones->phones[phones->n_phones++] = phone_new(m, secret);
  phones->link = matching_text("");
  change_write(&c, mentor->id, mentor->id, phones);
  reply_with_cookie(&c, m, mentor, phone, secret);
  return c;
}

static struct change not_signed_in(const struct message *m) {
  return refuse(m, CODE__UNAUTHENTICATED, NULL, "you are not signed in here: ask for a link");
}

struct change decide_read_sign_in(const struct records *have, const struct message *m) {
  const Mentor *mentor = own_mentor(have, m);
  if (!phones_may_be(mentor) || !text_is_empty(m->actor->only)) return not_signed_in(m);
  struct change c = change_of(m);
  change_reply(&c, mentor->id, view_of(m, mentor), 0);
  return c;
}

// --- staying signed in

static void write_phones(struct change *c, const struct message *m, const MentorPhones *phones) {
  change_write(c, m->actor->id, m->actor->id, phones);
}

// A copied cookie: neither the mentor nor whoever has the copy stays signed in on this phone. The reply names nobody
// and holds no cookie; it is no refusal, because a refusal changes nothing.
static struct change end_copied(const struct message *m, MentorPhones *phones, size_t i) {
  struct change c = change_of(m);
  SignedIn *nobody = arena_take(m->arena, sizeof *nobody);
  signed_in__init(nobody);
  remove_at(phones, i);
  write_phones(&c, m, phones);
  change_reply(&c, NULL, nobody, 0);
  return c;
}

struct change decide_renew_phone(const struct records *have, const struct message *m) {
  const RenewPhone *cmd = m->body;
  const Mentor *mentor = own_mentor(have, m);
  MentorPhones *phones = own_phones(have, m);
  struct phone_cookie cookie;
  if (!phones_may_be(mentor) || !phone_cookie_read(cmd->cookie, m->area->id, mentor->id, &cookie))
    return not_signed_in(m);
  size_t i = find(phones, cookie.phone_id);
  if (i == phones->n_phones || phones->phones[i]->expires_at_ms <= m->now.ms) return not_signed_in(m);
  uint8_t next[PHONE_SECRET_BYTES];
  enum phone_renewal became = phone_renew(m, phones->phones[i], cookie.secret, next);
  if (became == PHONE_COPIED) return end_copied(m, phones, i);
  struct change c = change_of(m);
  if (became == PHONE_RENEWED) write_phones(&c, m, phones);
  reply_with_cookie(&c, m, mentor, phones->phones[i], next);
  return c;
}

// --- signing out

// Whoever knows the phone's id may end it, with whichever secret. Signed out twice is signed out.
struct change decide_sign_out(const struct records *have, const struct message *m) {
  const SignOut *cmd = m->body;
  MentorPhones *phones = own_phones(have, m);
  struct change c = change_of(m);
  struct phone_cookie cookie;
  if (!phone_cookie_read(cmd->cookie, m->area->id, m->actor->id, &cookie)) return c;
  size_t i = find(phones, cookie.phone_id);
  if (i == phones->n_phones) return c;
  remove_at(phones, i);
  write_phones(&c, m, phones);
  return c;
}

void phones_end(struct change *c, const struct records *have, const char *mentor_id) {
  const MentorPhones *was = records_get(have, &mentor_phones__descriptor, mentor_id);
  if (!was) return;
  MentorPhones *none = arena_copy(c->arena, was, sizeof *was);
  none->n_phones = 0;
  none->link = none->feed = matching_text("");
  change_write(c, mentor_id, mentor_id, none);
}

struct change decide_sign_out_mentor(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  const Mentor *mentor = text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
  if (!mentor) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  struct change c = change_of(m);
  MentorSignedOut *event = arena_take(m->arena, sizeof *event);
  mentor_signed_out__init(event);
  event->id = mentor->id;
  phones_end(&c, have, mentor->id);
  change_publish(&c, mentor->id, event);
  change_touch(&c, mentor->id);
  return c;
}
