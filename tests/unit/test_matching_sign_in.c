// links: matching
// kinds: trust
// How a mentor is signed in: the link, the phone behind it and its secrets, and everything that ends them.
#include "courier.pb-c.h"
#include "matching_world.h"
#include "phone.h"

#define MINUTE_MS (INT64_C(60) * 1000)

static OfferText sign_in_en = {.subject = "Your link", .text = "Sign in by {until}: {link}"};
static OfferText sign_in_cy = {.subject = "Eich dolen", .text = "Mewngofnodwch erbyn {until}: {link}"};
static OfferWording sign_in_wording = {.en = &sign_in_en, .cy = &sign_in_cy};

static int begin(void **state) {
  static struct matching_settings settings;
  if (story_begin(state)) return -1;
  struct story *s = *state;
  settings = *world_settings();
  settings.sign_in = &sign_in_wording;
  s->d.m.settings = &settings;
  return 0;
}
#define SIGN_IN(test) cmocka_unit_test_setup_teardown(test, begin, story_end)

// Every message has randomness of its own.
static void draw(struct decision *d) {
  for (size_t i = 0; i < sizeof d->m.now.random; i++) d->m.now.random[i] = (uint8_t)(d->m.now.random[i] * 5 + 17 + i);
}

static void pass(struct decision *d, int64_t ms) {
  d->m.now.ms += ms;
}

static struct change sent(struct decision *d) {
  SendSignInLink *cmd = arena_take(&d->arena, sizeof *cmd);
  send_sign_in_link__init(cmd);
  cmd->id = mentor_id(d, 1);
  as_coordinator(d);
  draw(d);
  return decided(d, cmd);
}

// The hash that the newest link's token lies under.
static char *given_link(struct decision *d) {
  struct change c = sent(d);
  assert_done(&c);
  decision_commit(d, &c);
  const MentorPhones *phones = decision_record(d, &mentor_phones__descriptor, mentor_id(d, 1));
  return arena_text(&d->arena, phones->link);
}

static void as_restricted(struct decision *d, const char *only) {
  decision_as(d, mentor_id(d, 1), MAY(MENTOR));
  d->actor.only = arena_text(&d->arena, only);
}

static struct change used(struct decision *d, const char *link) {
  UseSignInLink *cmd = arena_take(&d->arena, sizeof *cmd);
  use_sign_in_link__init(cmd);
  as_restricted(d, arena_printf(&d->arena, MATCHING_LINK "%s", link));
  draw(d);
  return decided(d, cmd);
}

static char *cookie_of(struct decision *d, const struct change *c) {
  assert_done(c);
  return arena_text(&d->arena, ((const SignedIn *)c->reply)->cookie);
}

// A phone that is signed in: its cookie.
static char *given_phone(struct decision *d) {
  struct change c = used(d, given_link(d));
  char *cookie = cookie_of(d, &c);
  decision_commit(d, &c);
  return cookie;
}

static struct change renewed(struct decision *d, const char *cookie) {
  RenewPhone *cmd = arena_take(&d->arena, sizeof *cmd);
  renew_phone__init(cmd);
  cmd->cookie = (char *)cookie;
  as_restricted(d, "");
  draw(d);
  return decided(d, cmd);
}

static char *given_renewal(struct decision *d, const char *cookie) {
  struct change c = renewed(d, cookie);
  char *next = cookie_of(d, &c);
  decision_commit(d, &c);
  return next;
}

static size_t phones_of(struct decision *d) {
  const MentorPhones *phones = decision_record(d, &mentor_phones__descriptor, mentor_id(d, 1));
  return phones ? phones->n_phones : 0;
}

// --- the link

static void a_link_goes_to_the_mentors_own_address_and_says_until_when(void **state) {
  struct story *s = *state;
  struct change c = sent(&s->d);
  assert_done(&c);
  const MessageRequested *message = published(&c, &message_requested__descriptor);
  assert_string_equal(message->outgoing->to, s->mentor->personal->telephone);
  assert_non_null(strstr(message->outgoing->text, "https://alongside.example/mentor#lon-north."));
  assert_non_null(strstr(message->outgoing->text, "Sign in by 10:10, 02/03"));
  assert_int_equal(message->not_after_ms, s->d.m.now.ms + 10 * MINUTE_MS);
  const Token *token = written(&c, &token__descriptor, NULL);
  const MentorPhones *phones = written(&c, &mentor_phones__descriptor, NULL);
  assert_string_equal(token->only, arena_printf(&s->d.arena, "SignIn/link/%s", phones->link));
}

static void a_link_signs_in_within_ten_minutes(void **state) {
  struct story *s = *state;
  const char *link = given_link(&s->d);
  pass(&s->d, 10 * MINUTE_MS - 1);
  struct change c = used(&s->d, link);
  assert_done(&c);
  pass(&s->d, 1);
  c = used(&s->d, link);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
}

static void a_link_signs_in_once(void **state) {
  struct story *s = *state;
  const char *link = given_link(&s->d);
  struct change c = used(&s->d, link);
  decision_commit(&s->d, &c);
  c = used(&s->d, link);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  assert_int_equal(phones_of(&s->d), 1);
}

static void a_newer_link_replaces_the_one_before(void **state) {
  struct story *s = *state;
  const char *first = given_link(&s->d), *second = given_link(&s->d);
  struct change c = used(&s->d, first);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  c = used(&s->d, second);
  assert_done(&c);
}

static void who_is_signed_in_otherwise_cannot_use_a_link_without_having_it(void **state) {
  struct story *s = *state;
  given_link(&s->d);
  static const char *const actors[] = {"", "SignIn/link/", "SignIn/phone/0123", "Offer/" OFFER_ID};
  for (size_t i = 0; i < sizeof actors / sizeof *actors; i++) {
    UseSignInLink cmd = USE_SIGN_IN_LINK__INIT;
    as_restricted(&s->d, actors[i]);
    struct change c = decided(&s->d, &cmd);
    assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  }
}

static void five_links_within_an_hour_are_enough(void **state) {
  struct story *s = *state;
  for (int i = 0; i < 5; i++) given_link(&s->d);
  struct change c = sent(&s->d);
  assert_refused(&c, CODE__TOO_MANY, NULL);
  pass(&s->d, 60 * MINUTE_MS);
  c = sent(&s->d);
  assert_done(&c);
}

static void a_paused_mentor_is_sent_no_link_and_uses_none(void **state) {
  struct story *s = *state;
  const char *link = given_link(&s->d);
  s->mentor->state = MENTOR_STATE__PAUSED;
  struct change c = sent(&s->d);
  assert_refused(&c, CODE__REFUSED_BY_RULE, NULL);
  c = used(&s->d, link);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
}

static void asking_is_answered_alike_whether_a_link_is_sent_or_not(void **state) {
  struct story *s = *state;
  AskSignInLink cmd = ASK_SIGN_IN_LINK__INIT;
  as_restricted(&s->d, "SignIn/link/an-old-one");
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  assert_null(c.reply);
  assert_non_null(published(&c, &message_requested__descriptor));
  s->mentor->state = MENTOR_STATE__PAUSED;
  c = decided(&s->d, &cmd);
  assert_done(&c);
  assert_null(c.reply);
  assert_null(published(&c, &message_requested__descriptor));
}

// --- the phone

static void a_phone_is_kept_without_its_secret(void **state) {
  struct story *s = *state;
  struct change c = used(&s->d, given_link(&s->d));
  const MentorPhones *phones = written(&c, &mentor_phones__descriptor, NULL);
  const MentorPhone *phone = phones->phones[0];
  struct phone_cookie cookie;
  assert_true(phone_cookie_read(((const SignedIn *)c.reply)->cookie, "lon-north", s->mentor->id, &cookie));
  assert_string_equal(cookie.phone_id, phone->id);
  assert_memory_not_equal(cookie.secret, phone->current.data, PHONE_SECRET_BYTES);
  assert_int_equal(phone->current_until_ms, s->d.m.now.ms + 15 * MINUTE_MS);
  assert_int_equal(phone->expires_at_ms, s->d.m.now.ms + 30 * DAY_MS);
}

static void a_cookie_is_renewed_again_and_again_but_not_beyond_thirty_days(void **state) {
  struct story *s = *state;
  const char *cookie = given_phone(&s->d);
  for (int day = 1; day < 30; day++) {
    pass(&s->d, DAY_MS);
    const char *next = given_renewal(&s->d, cookie);
    assert_string_not_equal(next, cookie);
    cookie = next;
  }
  pass(&s->d, DAY_MS);
  struct change c = renewed(&s->d, cookie);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
}

static void an_answer_that_was_lost_is_given_again(void **state) {
  struct story *s = *state;
  const char *cookie = given_phone(&s->d);
  const char *next = given_renewal(&s->d, cookie);
  pass(&s->d, 59 * 1000);
  struct change c = renewed(&s->d, cookie);
  assert_string_equal(cookie_of(&s->d, &c), next);
  assert_null(written(&c, &mentor_phones__descriptor, NULL));
}

static void an_answer_that_was_lost_long_ago_is_replaced(void **state) {
  struct story *s = *state;
  const char *cookie = given_phone(&s->d);
  const char *lost = given_renewal(&s->d, cookie);
  pass(&s->d, DAY_MS);
  const char *next = given_renewal(&s->d, cookie);
  assert_string_not_equal(next, lost);
  struct change c = renewed(&s->d, lost);
  assert_string_equal(cookie_of(&s->d, &c), "");
}

static void a_replaced_secret_ends_the_phone_and_only_that_one(void **state) {
  struct story *s = *state;
  const char *stolen = given_phone(&s->d), *other = given_phone(&s->d);
  given_renewal(&s->d, given_renewal(&s->d, stolen));
  struct change c = renewed(&s->d, stolen);
  assert_string_equal(cookie_of(&s->d, &c), "");
  assert_string_equal(((const SignedIn *)c.reply)->mentor_id, "");
  decision_commit(&s->d, &c);
  assert_int_equal(phones_of(&s->d), 1);
  c = renewed(&s->d, other);
  assert_done(&c);
}

static void a_guess_at_a_phone_that_there_is_not_changes_nothing(void **state) {
  struct story *s = *state;
  char *cookie = given_phone(&s->d);
  char *id = strstr(cookie, mentor_id(&s->d, 1)) + 37;
  id[0] = id[0] == 'a' ? 'b' : 'a';
  struct change c = renewed(&s->d, cookie);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  assert_int_equal(phones_of(&s->d), 1);
}

static void a_fifth_phone_pushes_out_the_one_unused_for_longest(void **state) {
  struct story *s = *state;
  char *cookies[5];
  for (int i = 0; i < 4; i++, pass(&s->d, 20 * MINUTE_MS)) cookies[i] = given_phone(&s->d);
  cookies[0] = given_renewal(&s->d, cookies[0]);
  pass(&s->d, 20 * MINUTE_MS);
  cookies[4] = given_phone(&s->d);
  assert_int_equal(phones_of(&s->d), 4);
  struct change c = renewed(&s->d, cookies[1]);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  c = renewed(&s->d, cookies[0]);
  assert_done(&c);
}

// --- the end

static void staff_end_every_phone_and_the_link(void **state) {
  struct story *s = *state;
  const char *cookie = given_phone(&s->d);
  given_phone(&s->d);
  const char *link = given_link(&s->d);
  SignOutMentor cmd = SIGN_OUT_MENTOR__INIT;
  cmd.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  struct change c = decided(&s->d, &cmd);
  assert_done(&c);
  decision_commit(&s->d, &c);
  assert_int_equal(phones_of(&s->d), 0);
  c = used(&s->d, link);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  c = renewed(&s->d, cookie);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
}

static void a_pause_ends_every_phone_and_the_link(void **state) {
  struct story *s = *state;
  given_phone(&s->d);
  given_link(&s->d);
  PauseMentor cmd = PAUSE_MENTOR__INIT;
  cmd.id = mentor_id(&s->d, 1);
  as_coordinator(&s->d);
  struct change c = decided(&s->d, &cmd);
  const MentorPhones *phones = written(&c, &mentor_phones__descriptor, NULL);
  assert_int_equal(phones->n_phones, 0);
  assert_string_equal(phones->link, "");
}

static void a_mentor_signs_out_on_one_phone_and_twice_is_once(void **state) {
  struct story *s = *state;
  char *cookie = given_phone(&s->d);
  given_phone(&s->d);
  SignOut cmd = SIGN_OUT__INIT;
  cmd.cookie = cookie;
  as_restricted(&s->d, "");
  struct change c = decided(&s->d, &cmd);
  decision_commit(&s->d, &c);
  assert_int_equal(phones_of(&s->d), 1);
  c = decided(&s->d, &cmd);
  assert_done(&c);
  assert_null(written(&c, &mentor_phones__descriptor, NULL));
}

static void who_may_only_renew_reads_nothing(void **state) {
  struct story *s = *state;
  ReadSignIn cmd = READ_SIGN_IN__INIT;
  as_restricted(&s->d, "SignIn/phone/0123");
  struct change c = decided(&s->d, &cmd);
  assert_refused(&c, CODE__UNAUTHENTICATED, NULL);
  as_restricted(&s->d, "");
  c = decided(&s->d, &cmd);
  assert_string_equal(((const SignedIn *)c.reply)->given_name, "Siân");
}

int main(void) {
  const struct CMUnitTest tests[] = {
      SIGN_IN(a_link_goes_to_the_mentors_own_address_and_says_until_when),
      SIGN_IN(a_link_signs_in_within_ten_minutes),
      SIGN_IN(a_link_signs_in_once),
      SIGN_IN(a_newer_link_replaces_the_one_before),
      SIGN_IN(who_is_signed_in_otherwise_cannot_use_a_link_without_having_it),
      SIGN_IN(five_links_within_an_hour_are_enough),
      SIGN_IN(a_paused_mentor_is_sent_no_link_and_uses_none),
      SIGN_IN(asking_is_answered_alike_whether_a_link_is_sent_or_not),
      SIGN_IN(a_phone_is_kept_without_its_secret),
      SIGN_IN(a_cookie_is_renewed_again_and_again_but_not_beyond_thirty_days),
      SIGN_IN(an_answer_that_was_lost_is_given_again),
      SIGN_IN(an_answer_that_was_lost_long_ago_is_replaced),
      SIGN_IN(a_replaced_secret_ends_the_phone_and_only_that_one),
      SIGN_IN(a_guess_at_a_phone_that_there_is_not_changes_nothing),
      SIGN_IN(a_fifth_phone_pushes_out_the_one_unused_for_longest),
      SIGN_IN(staff_end_every_phone_and_the_link),
      SIGN_IN(a_pause_ends_every_phone_and_the_link),
      SIGN_IN(a_mentor_signs_out_on_one_phone_and_twice_is_once),
      SIGN_IN(who_may_only_renew_reads_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
