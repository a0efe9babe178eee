// The link that a mentor signs in with: "<public url>/mentor#<area>.<secret>", sent to the address in the mentor's
// record and nowhere else.
//
// It signs in for ten minutes, once, and a newer one replaces it. Its token lives longer: whoever opens a link too late
// can ask for a new one with it, since that goes to the mentor as well. A phone that was signed in once can ask in the
// same way. Who has neither asks staff; so nobody can find out by a number or a name who is a mentor.
#include "matching.h"
#include <string.h>

enum {
  LINK_MS = 10 * 60 * 1000,
  HOUR_MS = 3600 * 1000,
  LINKS_AN_HOUR = 5
};
#define ASK_MS (INT64_C(30) * 24 * 3600 * 1000)

static void want_link(struct records *want, const struct message *m, const char *id) {
  if (!text_is_uuid(id)) return;
  records_want(want, &mentor__descriptor, id);
  records_want(want, &mentor_phones__descriptor, id);
  needs_notice(want, m);
}

void needs_send_sign_in_link(struct records *want, const struct message *m) {
  want_link(want, m, matching_id(m));
}
void needs_ask_sign_in_link(struct records *want, const struct message *m) {
  want_link(want, m, m->actor->id);
}

// What is kept once this link has been sent: it is the only one that signs in.
static MentorPhones *with_link(const struct records *have, const struct message *m, const char *id) {
  const MentorPhones *was = records_get(have, &mentor_phones__descriptor, id);
  MentorPhones *phones = arena_take(m->arena, sizeof *phones);
  mentor_phones__init(phones);
  if (was) *phones = *was;
  size_t n = 0;
  int64_t *sent = arena_take(m->arena, (phones->n_links_sent_at_ms + 1) * sizeof *sent);
  for (size_t i = 0; i < phones->n_links_sent_at_ms; i++)
    if (phones->links_sent_at_ms[i] > m->now.ms - HOUR_MS) sent[n++] = phones->links_sent_at_ms[i];
  sent[n++] = m->now.ms;
  phones->links_sent_at_ms = sent;
  phones->n_links_sent_at_ms = n;
  phones->link = notice_token_id(m);
  phones->link_expires_at_ms = m->now.ms + LINK_MS;
  return phones;
}

static void check_link(struct change *c, const Mentor *mentor, const MentorPhones *phones) {
  if (!phones_may_be(mentor))
    change_refuse(c, CODE__REFUSED_BY_RULE, NULL, "the mentor is paused: resume them first");
  else if (phones->n_links_sent_at_ms > LINKS_AN_HOUR)
    change_refuse(c, CODE__TOO_MANY, NULL, "five links were sent within an hour: wait a while");
}

static struct change send_link(const struct records *have, const struct message *m, const char *id) {
  struct change c = change_of(m);
  const Mentor *mentor = text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
  if (!mentor || !mentor->personal) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  const MentorPhones *phones = with_link(have, m, id);
  check_link(&c, mentor, phones);
  if (change_refused(&c)) return c;
  const struct matching_settings *s = m->settings;
  const struct notice notice = {
      .mentor = mentor,
      .wording = s->sign_in,
      .page = arena_printf(m->arena, "mentor#%s.", m->area->id),
      .only = arena_printf(m->arena, MATCHING_LINK "%s", phones->link),
      .about = arena_printf(m->arena, "sign-in/%s", mentor->id),
      .note = "link to sign in with",
      .until_ms = phones->link_expires_at_ms,
      .token_until_ms = m->now.ms + ASK_MS,
  };
  change_write(&c, mentor->id, mentor->id, phones);
  notice_send(&c, m, &notice);
  return c;
}

struct change decide_send_sign_in_link(const struct records *have, const struct message *m) {
  return send_link(have, m, matching_id(m));
}

// Whether a link was sent or not, the answer is the same: it tells nothing about the mentor to who found an old link.
struct change decide_ask_sign_in_link(const struct records *have, const struct message *m) {
  struct change c = send_link(have, m, m->actor->id);
  return change_refused(&c) ? change_of(m) : c;
}
