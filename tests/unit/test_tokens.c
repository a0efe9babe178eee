// links: gateway llhttp
// kinds: trust
#include "keyring.h"
#include "matching.pb-c.h"
#include "store_memory.h"
#include "text.h"
#include "tokens.h"
#include <setjmp.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum {
  NOW_MS = 1000000000
};

struct fixture {
  struct keyring ring;
  struct keys keys;
  struct memory *memory;
  struct store *store;
  struct tokens *tokens;
  struct actor_cache *verified;
  // what the last check answered
  unsigned answers;
  Code code;
  int64_t actor_expires_at_ms;
  char id[64], only[64];
  bool copied;
  uint8_t signature[64];
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  f->ring = keyring_make();
  keyring_load(&f->ring, "gateway", &f->keys);
  f->memory = memory_new();
  f->store = store_memory_open(f->memory, "gateway");
  f->tokens = tokens_new(f->store, &f->keys);
  f->verified = actor_cache_new(16);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  while (store_memory_step(f->store, 0, MEMORY_FINE)) continue;
  tokens_free(f->tokens);
  actor_cache_free(f->verified);
  store_memory_free(f->store);
  memory_free(f->memory);
  keys_free(&f->keys);
  keyring_remove(&f->ring);
  free(f);
  return 0;
}

static void on_check(void *context, const struct identity *who, Code code) {
  struct fixture *f = context;
  f->answers++;
  f->code = code;
  assert_int_equal(who != NULL, code == CODE__OK);
  if (!who) return;
  f->actor_expires_at_ms = who->actor->expires_at_ms;
  memcpy(f->signature, who->signature, sizeof f->signature);
  const Actor *actor = actor_verify(f->verified, &f->keys, "gateway", who->packed, who->packed_bytes, who->signature,
                                    64, who->actor->expires_at_ms - IDENTITY_ACTOR_MS);
  assert_non_null(actor);
  snprintf(f->id, sizeof f->id, "%s", actor->id);
  snprintf(f->only, sizeof f->only, "%s", actor->only);
  f->copied = who->copied;
}

static void ignore_change(struct store_change *change, enum store_result result) {
  (void)change;
  assert_int_equal(result, STORE_DONE);
}

static void all_steps(struct fixture *f) {
  while (store_memory_step(f->store, 0, MEMORY_FINE)) continue;
}

// The header of the token whose secret is 32 times `letter`.
static const char *header_of(uint8_t letter) {
  static char header[96];
  uint8_t secret[32];
  char text[64];
  memset(secret, letter, sizeof secret);
  sodium_bin2base64(text, sizeof text, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  snprintf(header, sizeof header, "Bearer lon-north.%s", text);
  return header;
}

// Writes or deletes (`expires_at_ms` 0) that token's record.
static void put(struct fixture *f, uint8_t letter, uint64_t seen_version, int64_t expires_at_ms) {
  uint8_t secret[32], hash[32], value[256] = {[7] = (uint8_t)(seen_version + 1)};
  char hex[65], key[128], *areas[] = {"lon-north"};
  Role roles[] = {ROLE__PRACTITIONER};
  Token token = TOKEN__INIT;
  token.actor = "N01ABCD";
  token.roles = roles;
  token.areas = areas;
  token.n_roles = token.n_areas = 1;
  token.expires_at_ms = expires_at_ms;
  memset(secret, letter, sizeof secret);
  crypto_generichash(hash, sizeof hash, secret, sizeof secret, NULL, 0);
  text_hex(hash, sizeof hash, hex);
  snprintf(key, sizeof key, "{lon-north}:Token:%s", hex);
  struct store_record record = {.key = key, .seen_version = seen_version};
  record.then = expires_at_ms ? STORE_PUT : STORE_DELETE;
  record.value = (struct bytes){value, 8 + token__pack(&token, value + 8)};
  struct store_change change = {.area = "lon-north", .records = &record, .n_records = 1, .done = ignore_change};
  f->store->ops->commit(f->store, &change);
  all_steps(f);
}

static Code check_at(struct fixture *f, const char *header, int64_t now_ms) {
  unsigned before = f->answers;
  tokens_check(f->tokens, header, now_ms, on_check, f);
  all_steps(f);
  assert_int_equal(f->answers, before + 1);
  return f->code;
}

static void a_known_token_makes_a_signed_actor(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS), CODE__OK);
  assert_int_equal(f->actor_expires_at_ms, NOW_MS + IDENTITY_ACTOR_MS);
  assert_string_equal(f->id, "N01ABCD");
}

static void what_is_no_token_is_refused_without_reading(void **state) {
  struct fixture *f = *state;
  static const char *const headers[] = {NULL,
                                        "",
                                        "Basic abc",
                                        "Bearer ",
                                        "Bearer lon-north.short",
                                        "Bearer .",
                                        "Bearer a.",
                                        "Bearer lon-north.",
                                        "Bearer lon-north.!"
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
                                        "Bearer LON."
                                        "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"};
  for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
    tokens_check(f->tokens, headers[i], NOW_MS, on_check, f);
    assert_int_equal(f->answers, i + 1);
    assert_int_equal(f->code, CODE__UNAUTHENTICATED);
  }
  assert_int_equal(store_memory_waiting(f->store), 0);
}

static void an_unknown_token_is_refused(void **state) {
  assert_int_equal(check_at(*state, header_of('x'), NOW_MS), CODE__UNAUTHENTICATED);
}

static void an_expired_token_is_refused_even_while_it_is_remembered(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 500);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS), CODE__OK);
  assert_int_equal(f->actor_expires_at_ms, NOW_MS + 500);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS + 500), CODE__UNAUTHENTICATED);
}

static void a_revoked_token_ends_within_two_seconds(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS), CODE__OK);
  put(f, 'a', 1, 0);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS + 10), CODE__OK);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS + TOKENS_TRUSTED_MS), CODE__UNAUTHENTICATED);
}

static void a_new_token_is_known_within_two_seconds_of_being_refused(void **state) {
  struct fixture *f = *state;
  assert_int_equal(check_at(f, header_of('a'), NOW_MS), CODE__UNAUTHENTICATED);
  put(f, 'a', 0, NOW_MS + 3600000);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS + TOKENS_TRUSTED_MS), CODE__OK);
}

static void checks_at_the_same_time_are_one_read(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  for (int i = 0; i < 5; i++) tokens_check(f->tokens, header_of('a'), NOW_MS, on_check, f);
  assert_int_equal(store_memory_waiting(f->store), 1);
  all_steps(f);
  assert_int_equal(f->answers, 5);
}

static void a_remembered_token_is_answered_at_once_and_read_again_behind(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  check_at(f, header_of('a'), NOW_MS);
  tokens_check(f->tokens, header_of('a'), NOW_MS + TOKENS_REFRESH_MS - 1, on_check, f);
  assert_int_equal(f->answers, 2);
  assert_int_equal(store_memory_waiting(f->store), 0);
  tokens_check(f->tokens, header_of('a'), NOW_MS + TOKENS_REFRESH_MS, on_check, f);
  assert_int_equal(f->answers, 3);
  assert_int_equal(store_memory_waiting(f->store), 1);
}

static void an_actor_is_signed_again_only_when_little_of_it_is_left(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  check_at(f, header_of('a'), NOW_MS);
  uint8_t first[64];
  memcpy(first, f->signature, sizeof first);
  int64_t later_ms = NOW_MS + IDENTITY_ACTOR_MS - IDENTITY_RENEW_MS;
  check_at(f, header_of('a'), later_ms);
  assert_memory_equal(f->signature, first, sizeof first);
  check_at(f, header_of('a'), later_ms + 1);
  assert_memory_not_equal(f->signature, first, sizeof first);
  assert_int_equal(f->actor_expires_at_ms, later_ms + 1 + IDENTITY_ACTOR_MS);
}

static void without_the_store_a_token_is_unavailable_and_not_unknown(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  tokens_check(f->tokens, header_of('a'), NOW_MS, on_check, f);
  store_memory_step(f->store, 0, MEMORY_LOST);
  assert_int_equal(f->code, CODE__UNAVAILABLE);
  assert_int_equal(check_at(f, header_of('a'), NOW_MS + 1), CODE__OK);
}

static void more_tokens_than_are_remembered_push_out_the_least_used(void **state) {
  struct fixture *f = *state;
  put(f, 'a', 0, NOW_MS + 3600000);
  check_at(f, header_of('a'), NOW_MS);
  for (uint32_t i = 0; i < TOKENS_ENTRIES; i++) {
    char header[96], text[64];
    uint8_t secret[32] = {0};
    memcpy(secret, &i, sizeof i);
    sodium_bin2base64(text, sizeof text, secret, sizeof secret, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
    snprintf(header, sizeof header, "Bearer lon-north.%s", text);
    assert_int_equal(check_at(f, header, NOW_MS), CODE__UNAUTHENTICATED);
  }
  tokens_check(f->tokens, header_of('a'), NOW_MS, on_check, f);
  assert_int_equal(store_memory_waiting(f->store), 1);
}

// --- cookies

#define MENTOR "7a000000-0000-4000-8000-000000000001"
#define PHONE "0123456789abcdef0123456789abcdef"

static const char *cookie_with(uint8_t letter) {
  static char cookie[160];
  snprintf(cookie, sizeof cookie, "lon-north." MENTOR "." PHONE ".%s", strrchr(header_of(letter), '.') + 1);
  return cookie;
}

static ProtobufCBinaryData hash_of(uint8_t letter, uint8_t out[32]) {
  uint8_t secret[32];
  memset(secret, letter, sizeof secret);
  crypto_generichash(out, 32, secret, sizeof secret, NULL, 0);
  return (ProtobufCBinaryData){.data = out, .len = 32};
}

// The mentor's phone: its current secret is 32 times 'c', good for a minute, and the next 32 times 'n', for two.
static void put_phone(struct fixture *f) {
  uint8_t current[32], next[32], value[512] = {[7] = 1};
  MentorPhone phone = MENTOR_PHONE__INIT;
  phone.id = PHONE;
  phone.current = hash_of('c', current);
  phone.current_until_ms = NOW_MS + 60000;
  phone.next = hash_of('n', next);
  phone.next_until_ms = NOW_MS + 120000;
  phone.expires_at_ms = NOW_MS + 3600000;
  MentorPhone *list[] = {&phone};
  MentorPhones phones = MENTOR_PHONES__INIT;
  phones.phones = list;
  phones.n_phones = 1;
  struct store_record record = {.key = "{lon-north}:MentorPhones:" MENTOR, .then = STORE_PUT};
  record.value = (struct bytes){value, 8 + mentor_phones__pack(&phones, value + 8)};
  struct store_change change = {.area = "lon-north", .records = &record, .n_records = 1, .done = ignore_change};
  f->store->ops->commit(f->store, &change);
  all_steps(f);
}

static Code cookie_at(struct fixture *f, const char *cookie, int64_t now_ms) {
  unsigned before = f->answers;
  tokens_check_cookie(f->tokens, cookie, now_ms, on_check, f);
  all_steps(f);
  assert_int_equal(f->answers, before + 1);
  return f->code;
}

static void a_phones_two_secrets_open_doors_for_as_long_as_each_is_good(void **state) {
  struct fixture *f = *state;
  put_phone(f);
  static const struct {
    uint8_t letter;
    int64_t after_ms;
    const char *only;
  } rows[] = {
      {'c', 0, ""}, {'c', 59999, ""},  {'c', 60000, "SignIn/phone/" PHONE},
      {'n', 0, ""}, {'n', 119999, ""}, {'n', 120000, "SignIn/phone/" PHONE},
  };
  for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
    assert_int_equal(cookie_at(f, cookie_with(rows[i].letter), NOW_MS + rows[i].after_ms), CODE__OK);
    assert_string_equal(f->id, MENTOR);
    assert_string_equal(f->only, rows[i].only);
    assert_false(f->copied);
  }
}

static void another_secret_of_a_phone_that_is_known_is_a_copy_and_opens_nothing(void **state) {
  struct fixture *f = *state;
  put_phone(f);
  assert_int_equal(cookie_at(f, cookie_with('x'), NOW_MS), CODE__OK);
  assert_true(f->copied);
  assert_string_equal(f->only, "SignIn/phone/" PHONE);
}

static void a_phone_or_mentor_that_is_not_there_is_nobody(void **state) {
  struct fixture *f = *state;
  assert_int_equal(cookie_at(f, cookie_with('c'), NOW_MS), CODE__UNAUTHENTICATED);
  put_phone(f);
  char other[160];
  snprintf(other, sizeof other, "%s", cookie_with('c'));
  *strstr(other, PHONE) = 'f';
  assert_int_equal(cookie_at(f, other, NOW_MS), CODE__UNAUTHENTICATED);
  assert_int_equal(cookie_at(f, "no cookie", NOW_MS), CODE__UNAUTHENTICATED);
  assert_int_equal(cookie_at(f, cookie_with('c') + 1, NOW_MS), CODE__UNAUTHENTICATED);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_known_token_makes_a_signed_actor, set_up, tear_down),
      cmocka_unit_test_setup_teardown(what_is_no_token_is_refused_without_reading, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_unknown_token_is_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_expired_token_is_refused_even_while_it_is_remembered, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_revoked_token_ends_within_two_seconds, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_new_token_is_known_within_two_seconds_of_being_refused, set_up, tear_down),
      cmocka_unit_test_setup_teardown(checks_at_the_same_time_are_one_read, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_remembered_token_is_answered_at_once_and_read_again_behind, set_up, tear_down),
      cmocka_unit_test_setup_teardown(an_actor_is_signed_again_only_when_little_of_it_is_left, set_up, tear_down),
      cmocka_unit_test_setup_teardown(without_the_store_a_token_is_unavailable_and_not_unknown, set_up, tear_down),
      cmocka_unit_test_setup_teardown(more_tokens_than_are_remembered_push_out_the_least_used, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_phones_two_secrets_open_doors_for_as_long_as_each_is_good, set_up, tear_down),
      cmocka_unit_test_setup_teardown(another_secret_of_a_phone_that_is_known_is_a_copy_and_opens_nothing, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(a_phone_or_mentor_that_is_not_there_is_nobody, set_up, tear_down),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
