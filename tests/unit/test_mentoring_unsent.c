// links: mentoring
// kinds: trust
// The key to what a mentor's phones could not send: the mentor alone has it, and it goes when staff sign the mentor
// out.
#include "decision.h"
#include "matching.pb-c.h"
#include "mentoring.h"
#include <stdlib.h>

#define MENTOR_ID "dddddddd-0000-4000-8000-000000000001"
#define OTHER_MENTOR_ID "dddddddd-0000-4000-8000-000000000002"
#define ONE "BAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=="
#define OTHER "BBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBBB=="

static int begin(void **state) {
  struct decision *d = calloc(1, sizeof *d);
  decision_begin(d, &mentoring, NULL);
  decision_as(d, MENTOR_ID, MAY(MENTOR));
  *state = d;
  return 0;
}
static int end(void **state) {
  decision_end(*state);
  free(*state);
  return 0;
}
#define ALONE(test) cmocka_unit_test_setup_teardown(test, begin, end)

static struct change kept(struct decision *d, const char *public_key, const char *secret) {
  KeepUnsentKey *cmd = arena_take(&d->arena, sizeof *cmd);
  keep_unsent_key__init(cmd);
  cmd->key = arena_take(&d->arena, sizeof *cmd->key);
  unsent_key__init(cmd->key);
  cmd->key->public_key = (char *)public_key;
  cmd->key->secret = arena_take(&d->arena, sizeof *cmd->key->secret);
  narrative__init(cmd->key->secret);
  cmd->key->secret->text = (char *)secret;
  return decided(d, cmd);
}
static struct change read_key(struct decision *d) {
  ReadUnsentKey *cmd = arena_take(&d->arena, sizeof *cmd);
  read_unsent_key__init(cmd);
  return decided(d, cmd);
}
static void assert_none(struct decision *d) {
  struct change c = read_key(d);
  assert_done(&c);
  assert_string_equal(((const UnsentKey *)c.reply)->public_key, "");
  assert_null(((const UnsentKey *)c.reply)->secret);
}
static void given_key(struct decision *d) {
  struct change c = kept(d, ONE, "c2VjcmV0");
  assert_done(&c);
  decision_commit(d, &c);
}
static void heard(struct decision *d, const void *event) {
  struct change c = decided(d, event);
  assert_done(&c);
  decision_commit(d, &c);
}

static void the_first_key_that_is_kept_counts(void **state) {
  struct decision *d = *state;
  assert_none(d);
  given_key(d);
  struct change c = kept(d, ONE, "c2VjcmV0");
  assert_done(&c);
  assert_false(c.created);
  c = kept(d, OTHER, "c2VjcmV0");
  assert_refused(&c, CODE__CONFLICT, NULL);
  c = read_key(d);
  assert_string_equal(((const UnsentKey *)c.reply)->public_key, ONE);
}

static void the_private_half_is_sealed_as_notes_are(void **state) {
  struct decision *d = *state;
  struct change c = kept(d, ONE, "c2VjcmV0");
  const UnsentKey *key = written(&c, &unsent_key__descriptor, MENTOR_ID);
  assert_int_equal(key->secret->partition, PARTITION__MENTORING);
  assert_null(c.events);
}

static void another_mentor_has_another_and_staff_have_none(void **state) {
  struct decision *d = *state;
  given_key(d);
  decision_as(d, OTHER_MENTOR_ID, MAY(MENTOR));
  assert_none(d);
  decision_as(d, MENTOR_ID, MAY(COORDINATOR) | MAY(MENTOR_SUPERVISOR) | MAY(SAFEGUARDING_LEAD));
  struct change c = read_key(d);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

static void what_is_no_key_is_refused_by_name(void **state) {
  struct decision *d = *state;
  struct change c = kept(d, "short", "");
  assert_refused(&c, CODE__INVALID, "/publicKey");
  assert_refused(&c, CODE__INVALID, "/secret/text");
  c = kept(d, ONE, "not base64!");
  assert_refused(&c, CODE__INVALID, "/secret/text");
}

static void a_sign_out_and_a_pause_by_staff_end_it_and_a_break_does_not(void **state) {
  struct decision *d = *state;
  MentorSignedOut signed_out = MENTOR_SIGNED_OUT__INIT;
  MentorPaused paused = MENTOR_PAUSED__INIT;
  signed_out.id = paused.id = MENTOR_ID;
  given_key(d);
  paused.by_own_wish = true;
  heard(d, &paused);
  struct change c = read_key(d);
  assert_string_equal(((const UnsentKey *)c.reply)->public_key, ONE);
  heard(d, &signed_out);
  assert_none(d);
  c = kept(d, OTHER, "c2VjcmV0");
  assert_done(&c);
  decision_commit(d, &c);
  paused.by_own_wish = false;
  heard(d, &paused);
  assert_none(d);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      ALONE(the_first_key_that_is_kept_counts),
      ALONE(the_private_half_is_sealed_as_notes_are),
      ALONE(another_mentor_has_another_and_staff_have_none),
      ALONE(what_is_no_key_is_refused_by_name),
      ALONE(a_sign_out_and_a_pause_by_staff_end_it_and_a_break_does_not),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
