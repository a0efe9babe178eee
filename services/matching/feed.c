// The calendar feed: a mentor's next meetings for the calendar of their own phone, under a link that the calendar
// keeps.
//
// A calendar shows on lock screens, is copied to other devices, and is shared with families. So the feed says when and
// where, and with nobody. Its link opens the feed and nothing else; a mentor has one at a time, the newest. The hash of
// its secret stands in MentorPhones, so that it ends where a mentor's phones end: when staff sign the mentor out, or
// pause them.
#include "matching.h"
#include <sodium.h>
#include <string.h>

#define FEED_LIFE_MS (INT64_C(366) * 24 * 3600 * 1000)

static MentorPhones *phones_of(const struct records *have, const struct message *m) {
  const MentorPhones *was = records_get(have, &mentor_phones__descriptor, m->actor->id);
  MentorPhones *phones = arena_take(m->arena, sizeof *phones);
  mentor_phones__init(phones);
  if (was) *phones = *was;
  return phones;
}

static const Mentor *mentor_of_actor(const struct records *have, const struct message *m) {
  const Mentor *mentor = text_is_uuid(m->actor->id) ? records_get(have, &mentor__descriptor, m->actor->id) : NULL;
  return phones_may_be(mentor) ? mentor : NULL;
}

static struct change no_feed(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no calendar for you here: make a new link on your page");
}

static bool is_on(const MentorPhones *phones, int64_t now_ms) {
  return !text_is_empty(phones->feed) && phones->feed_expires_at_ms > now_ms;
}

static void reply_link(struct change *c, const struct message *m, const MentorPhones *phones, const char *url) {
  MyCalendar *reply = arena_take(m->arena, sizeof *reply);
  my_calendar__init(reply);
  reply->url = matching_text(url);
  if (is_on(phones, m->now.ms)) reply->until = timestamp_of(m->arena, phones->feed_expires_at_ms);
  change_reply(c, m->actor->id, reply, 0);
}

// --- the link

void needs_make_my_calendar(struct records *want, const struct message *m) {
  needs_own_phones(want, m);
  needs_notice(want, m);
}

struct change decide_make_my_calendar(const struct records *have, const struct message *m) {
  const struct matching_settings *s = m->settings;
  const Mentor *mentor = mentor_of_actor(have, m);
  if (!mentor) return no_feed(m);
  struct change c = change_of(m);
  MentorPhones *phones = phones_of(have, m);
  phones->feed = notice_token_id(m);
  phones->feed_expires_at_ms = m->now.ms + FEED_LIFE_MS;
  change_write(&c, mentor->id, mentor->id, phones);
  notice_write_token(&c, m, mentor->id, arena_printf(m->arena, MATCHING_FEED "%s", phones->feed),
                     "link of a calendar feed", phones->feed_expires_at_ms);
  reply_link(&c, m, phones,
             arena_printf(m->arena, "%s/v1/areas/%s/my-calendar/%s.ics", s->public_url, m->area->id, notice_secret(m)));
  return c;
}

struct change decide_read_my_calendar(const struct records *have, const struct message *m) {
  if (!mentor_of_actor(have, m)) return no_feed(m);
  struct change c = change_of(m);
  reply_link(&c, m, phones_of(have, m), "");
  return c;
}

struct change decide_end_my_calendar(const struct records *have, const struct message *m) {
  if (!mentor_of_actor(have, m)) return no_feed(m);
  struct change c = change_of(m);
  MentorPhones *phones = phones_of(have, m);
  if (!text_is_empty(phones->feed)) {
    phones->feed = matching_text("");
    change_write(&c, m->actor->id, m->actor->id, phones);
  }
  reply_link(&c, m, phones, "");
  return c;
}

// --- the feed

void needs_read_feed(struct records *want, const struct message *m) {
  needs_own_phones(want, m);
  meetings_want(want, m);
}

// Whether the actor came by the mentor's newest link.
static bool feed_is_good(const struct message *m, const MentorPhones *phones) {
  const size_t prefix = strlen(MATCHING_FEED);
  if (strncmp(m->actor->only, MATCHING_FEED, prefix) != 0 || !is_on(phones, m->now.ms)) return false;
  return !strcmp(m->actor->only + prefix, phones->feed);
}

struct change decide_read_feed(const struct records *have, const struct message *m) {
  const Mentor *mentor = mentor_of_actor(have, m);
  if (!mentor || !feed_is_good(m, phones_of(have, m))) return no_feed(m);
  struct change c = change_of(m);
  MyMeetings *list = meetings_of(&c, have, m, false);
  list->language = mentor->language;
  change_reply(&c, mentor->id, list, 0);
  return c;
}
