// links: gateway llhttp
// kinds: trust
// Sign-in with a provider's tokens: who they make of their bearer, what is remembered, and how keys change.
#include "keyring.h"
#include "provider.h"
#include "sign_in.h"
#include "sign_in_rules.h"
#include "yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <time.h>

static const char file_of_rules[] = "issuer: https://login.example.invalid\n"
                                    "audience: alongside\n"
                                    "jwks: %s\n"
                                    "actor: staff\n"
                                    "roles:\n"
                                    "  - {claim: groups, value: officers, roles: [practitioner]}\n"
                                    "  - {claim: groups, value: leads, roles: [coordinator, manager]}\n"
                                    "  - {claim: /realm/roles, value: keeper, roles: [operator]}\n"
                                    "areas:\n"
                                    "  - {claim: office, value: North, areas: [demo-north]}\n"
                                    "  - {claim: office, value: All, areas: [demo-north, demo-south]}\n";

struct fixture {
  struct keyring ring;
  struct keys keys;
  struct config config;
  struct provider provider;
  uv_loop_t loop;
  struct sign_in *sign_in;
  char folder[64], rules[96], jwks[96], errors[512];
  // what the last check answered
  unsigned answers;
  Code code;
  char who[256];
};

static int64_t now_s(void) {
  return (int64_t)time(NULL);
}

static void write_file(const char *path, const char *text) {
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  fputs(text, file);
  fclose(file);
}

static void publish(struct fixture *f, const cjose_jwk_t *a, const cjose_jwk_t *b) {
  char *keys = provider_keys(a, b);
  write_file(f->jwks, keys);
  free(keys);
}

static bool open_sign_in(struct fixture *f, const char *rules) {
  write_file(f->rules, rules);
  f->sign_in = sign_in_new(&f->loop, &f->config, &f->keys, f->errors, sizeof f->errors);
  return f->sign_in != NULL;
}

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  f->ring = keyring_make();
  keyring_load(&f->ring, "gateway", &f->keys);
  f->provider = provider_make();
  uv_loop_init(&f->loop);
  strcpy(f->folder, "/tmp/alongside-sign-in-XXXXXX");
  if (!mkdtemp(f->folder)) return -1;
  snprintf(f->rules, sizeof f->rules, "%s/sign-in.yaml", f->folder);
  snprintf(f->jwks, sizeof f->jwks, "%s/jwks.json", f->folder);
  arena_init(&f->config.arena, ARENA_CAP_BYTES);
  f->config.sign_in = f->rules;
  f->config.areas =
      yaml_read_file(&f->config.arena, &areas__descriptor, "config/areas.yaml", f->errors, sizeof f->errors);
  publish(f, f->provider.rsa, f->provider.ec);
  *state = f;
  return f->config.areas ? 0 : -1;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  sign_in_stop(f->sign_in);
  uv_run(&f->loop, UV_RUN_DEFAULT);
  sign_in_free(f->sign_in);
  assert_int_equal(uv_loop_close(&f->loop), 0);
  unlink(f->rules);
  unlink(f->jwks);
  rmdir(f->folder);
  config_free(&f->config);
  provider_free(&f->provider);
  keys_free(&f->keys);
  keyring_remove(&f->ring);
  free(f);
  return 0;
}

static void open_usual(struct fixture *f) {
  char rules[2048];
  snprintf(rules, sizeof rules, file_of_rules, f->jwks);
  if (!open_sign_in(f, rules)) print_error("%s\n", f->errors);
  assert_non_null(f->sign_in);
}

// "N01A001 4 demo-north": id, roles, areas.
static void on_check(void *context, const struct identity *who, Code code) {
  struct fixture *f = context;
  f->answers++;
  f->code = code;
  *f->who = 0;
  if (!who) return;
  FILE *out = fmemopen(f->who, sizeof f->who, "w");
  fputs(who->actor->id, out);
  for (size_t i = 0; i < who->actor->n_roles; i++) fprintf(out, " %d", who->actor->roles[i]);
  for (size_t i = 0; i < who->actor->n_areas; i++) fprintf(out, " %s", who->actor->areas[i]);
  fclose(out);
}

static void check_token(struct fixture *f, const char *token, int64_t at_s) {
  char header[2048];
  snprintf(header, sizeof header, "Bearer %s", token);
  assert_true(sign_in_takes(header));
  sign_in_check(f->sign_in, header, at_s * 1000, on_check, f);
}

// A token that is good for ten minutes, with these claims as well.
static char *token_of(const cjose_jwk_t *key, const char *alg, const char *kid, const char *more) {
  char claims[1024];
  snprintf(claims, sizeof claims, "{\"iss\":\"https://login.example.invalid\",\"aud\":\"alongside\",\"exp\":%lld,%s}",
           (long long)now_s() + 600, more);
  return provider_sign(key, alg, kid, NULL, claims);
}

static void assert_signs_in(struct fixture *f, const char *more, const char *who, Code code) {
  char *token = token_of(f->provider.ec, "ES256", "ec-1", more);
  check_token(f, token, now_s());
  free(token);
  assert_int_equal(f->code, code);
  assert_string_equal(f->who, who);
}

static void claims_become_an_actor_with_roles_and_areas(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  assert_signs_in(f, "\"staff\":\"N01A001\",\"groups\":\"officers\",\"office\":\"North\"", "N01A001 4 demo-north",
                  CODE__OK);
  assert_signs_in(f, "\"staff\":\"N01A002\",\"groups\":[\"x\",\"leads\",\"officers\",7],\"office\":[\"North\",\"All\"]",
                  "N01A002 4 5 7 demo-north demo-south", CODE__OK);
  assert_signs_in(f, "\"staff\":\"O01\",\"realm\":{\"roles\":[\"keeper\"]},\"office\":\"North\"", "O01 9 demo-north",
                  CODE__OK);
}

static void claims_that_grant_nothing_are_forbidden_and_without_an_id_nobody(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  assert_signs_in(f, "\"staff\":\"N01\",\"groups\":\"others\",\"office\":\"North\"", "", CODE__FORBIDDEN);
  assert_signs_in(f, "\"staff\":\"N01\",\"groups\":\"officers\"", "", CODE__FORBIDDEN);
  assert_signs_in(f, "\"groups\":\"officers\",\"office\":\"North\"", "", CODE__UNAUTHENTICATED);
  assert_signs_in(f, "\"staff\":\"a b\",\"groups\":\"officers\",\"office\":\"North\"", "", CODE__UNAUTHENTICATED);
  assert_signs_in(f, "\"staff\":[\"N01\"],\"groups\":\"officers\",\"office\":\"North\"", "", CODE__UNAUTHENTICATED);
}

static void nobody_is_operator_and_reader_at_once(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  assert_signs_in(f, "\"staff\":\"O01\",\"realm\":{\"roles\":[\"keeper\"]},\"groups\":\"leads\",\"office\":\"North\"",
                  "", CODE__FORBIDDEN);
}

static const char officer[] = "\"staff\":\"N01A001\",\"groups\":\"officers\",\"office\":\"North\"";

static void a_token_that_is_remembered_ends_when_it_expires(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  char *token = token_of(f->provider.rsa, "RS256", "rsa-1", officer);
  for (int i = 0; i < 3; i++) {
    check_token(f, token, now_s());
    assert_int_equal(f->code, CODE__OK);
  }
  check_token(f, token, now_s() + 700);
  assert_int_equal(f->code, CODE__UNAUTHENTICATED);
  free(token);
}

static void more_tokens_than_are_remembered_are_all_taken(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  for (int i = 0; i < SIGN_IN_REMEMBERED + 100; i++) {
    char more[128];
    snprintf(more, sizeof more, "\"staff\":\"N%d\",\"groups\":\"officers\",\"office\":\"North\"", i);
    char *token = token_of(f->provider.ec, "ES256", "ec-1", more);
    for (int again = 0; again < 2; again++) check_token(f, token, now_s());
    assert_int_equal(f->code, CODE__OK);
    free(token);
  }
}

static void a_new_key_is_read_when_a_token_names_it_and_the_token_waits(void **state) {
  struct fixture *f = *state;
  struct provider next = provider_make();
  provider_name(next.ec, "ec-2");
  open_usual(f);
  publish(f, next.ec, NULL);
  char *token = token_of(next.ec, "ES256", "ec-2", officer);
  check_token(f, token, now_s());
  assert_int_equal(f->answers, 0);
  while (!f->answers) uv_run(&f->loop, UV_RUN_ONCE);
  assert_int_equal(f->code, CODE__OK);
  free(token);
  provider_free(&next);
}

static void a_key_that_is_withdrawn_takes_its_tokens_along(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  char *old = token_of(f->provider.rsa, "RS256", "rsa-1", officer);
  check_token(f, old, now_s());
  assert_int_equal(f->code, CODE__OK);
  publish(f, f->provider.ec, NULL);
  char *unknown = token_of(f->provider.ec, "ES256", "ec-9", officer);
  check_token(f, unknown, now_s());
  while (f->answers < 2) uv_run(&f->loop, UV_RUN_ONCE);
  check_token(f, old, now_s());
  assert_int_equal(f->answers, 3);
  assert_int_equal(f->code, CODE__UNAUTHENTICATED);
  free(unknown);
  free(old);
}

static void unknown_keys_do_not_make_it_read_again_and_again(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  for (unsigned i = 1; i <= 5; i++) {
    char *token = token_of(f->provider.ec, "ES256", "ec-9", officer);
    check_token(f, token, now_s());
    while (i == 1 && !f->answers) uv_run(&f->loop, UV_RUN_ONCE);
    assert_int_equal(f->answers, i);
    assert_int_equal(f->code, CODE__UNAUTHENTICATED);
    free(token);
  }
}

static void a_set_that_cannot_be_read_leaves_the_one_before(void **state) {
  struct fixture *f = *state;
  open_usual(f);
  write_file(f->jwks, "{\"keys\":[]}");
  char *unknown = token_of(f->provider.ec, "ES256", "ec-9", officer);
  char *good = token_of(f->provider.ec, "ES256", "ec-1", officer);
  check_token(f, unknown, now_s());
  while (f->answers < 1) uv_run(&f->loop, UV_RUN_ONCE);
  check_token(f, good, now_s());
  assert_int_equal(f->code, CODE__OK);
  free(unknown);
  free(good);
}

static void a_provider_that_does_not_answer_is_no_reason_not_to_start(void **state) {
  struct fixture *f = *state;
  char rules[2048];
  snprintf(rules, sizeof rules, file_of_rules, "http://127.0.0.1:1/keys");
  assert_true(open_sign_in(f, rules));
  char *token = token_of(f->provider.ec, "ES256", "ec-1", officer);
  check_token(f, token, now_s());
  while (!f->answers) uv_run(&f->loop, UV_RUN_ONCE);
  assert_int_equal(f->code, CODE__UNAVAILABLE);
  free(token);
}

static void a_fault_in_the_file_is_told_with_its_line(void **state) {
  static const struct {
    const char *rules, *fault;
  } cases[] = {
      {"issuer: i\naudience: a\njwks: http://login.example.invalid/keys\n", ":3: /jwks: must be"},
      {"issuer: i\naudience: a\njwks: keys.json\n", ":3: /jwks: must be"},
      {"issuer: i\naudience: a\njwks: /none\nleeway_seconds: 301\n", ":4: /leeway_seconds: must be at most"},
      {"issuer: i\naudience: a\njwks: /none\nroles:\n  - {claim: c, value: v, roles: [king]}\n",
       ":5: /roles/0/roles/0"},
      {"issuer: i\naudience: a\njwks: /none\nroles:\n  - {claim: c, value: v, roles: [manager]}\n"
       "  - {claim: c, value: v, roles: [operator, manager]}\nareas:\n  - {claim: c, value: v, areas: [demo-north]}\n",
       ":6: /roles/1: an operator"},
      {"issuer: i\naudience: a\njwks: /none\nroles:\n  - {claim: c, value: v, roles: [manager]}\n"
       "areas:\n  - claim: c\n    value: v\n    areas: [demo-north,\n      nowhere]\n",
       ":10: /areas/0/areas/1: there is no such area"},
      {"issuer: i\naudience: a\nkeys: /none\n", ":3: /keys: unknown field"},
      {"issuer: i\naudience: a\njwks: /none\nroles:\n  - {claim: c, value: v, roles: [manager]}\n"
       "areas:\n  - {claim: c, value: v, areas: [demo-north]}\n",
       ": jwks: /none cannot be read"},
  };
  struct fixture *f = *state;
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    assert_false(open_sign_in(f, cases[i].rules));
    if (!strstr(f->errors, cases[i].fault)) print_error("%s, not %s\n", f->errors, cases[i].fault);
    assert_non_null(strstr(f->errors, cases[i].fault));
    assert_memory_equal(f->errors, f->rules, strlen(f->rules));
  }
}

static void the_shipped_example_is_sound(void **state) {
  struct fixture *f = *state;
  f->config.sign_in = "config/sign-in.yaml";
  const SignIn *rules = sign_in_rules_read(&f->config, f->errors, sizeof f->errors);
  if (!rules) print_error("%s\n", f->errors);
  assert_non_null(rules);
  assert_string_equal(rules->actor, "staff_code");
  assert_int_equal(rules->leeway_seconds, 30);
}

static void the_products_own_tokens_are_left_to_their_own_reader(void **state) {
  (void)state;
  assert_false(sign_in_takes(NULL));
  assert_false(sign_in_takes("Basic a.b.c"));
  assert_false(sign_in_takes("Bearer demo-north.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
  assert_true(sign_in_takes("bearer a.b."));
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(claims_become_an_actor_with_roles_and_areas, set_up, tear_down),
      cmocka_unit_test_setup_teardown(claims_that_grant_nothing_are_forbidden_and_without_an_id_nobody, set_up,
                                      tear_down),
      cmocka_unit_test_setup_teardown(nobody_is_operator_and_reader_at_once, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_token_that_is_remembered_ends_when_it_expires, set_up, tear_down),
      cmocka_unit_test_setup_teardown(more_tokens_than_are_remembered_are_all_taken, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_new_key_is_read_when_a_token_names_it_and_the_token_waits, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_key_that_is_withdrawn_takes_its_tokens_along, set_up, tear_down),
      cmocka_unit_test_setup_teardown(unknown_keys_do_not_make_it_read_again_and_again, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_set_that_cannot_be_read_leaves_the_one_before, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_provider_that_does_not_answer_is_no_reason_not_to_start, set_up, tear_down),
      cmocka_unit_test_setup_teardown(a_fault_in_the_file_is_told_with_its_line, set_up, tear_down),
      cmocka_unit_test_setup_teardown(the_shipped_example_is_sound, set_up, tear_down),
      cmocka_unit_test(the_products_own_tokens_are_left_to_their_own_reader),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
