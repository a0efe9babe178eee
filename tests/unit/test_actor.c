// kinds: trust
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "actor.h"
#include "keyring.h"

enum {
  NOW_MS = 1000000
};

struct fixture {
  struct keyring ring;
  struct keys gateway, intake;
  struct actor_cache *cache;
};

// A packed actor and who signed it.
struct pass {
  uint8_t actor[256], signature[64];
  size_t actor_bytes;
};

static int set_up(void **state) {
  struct fixture *f = calloc(1, sizeof *f);
  f->ring = keyring_make();
  keyring_load(&f->ring, "gateway", &f->gateway);
  keyring_load(&f->ring, "intake", &f->intake);
  f->cache = actor_cache_new(16);
  *state = f;
  return 0;
}

static int tear_down(void **state) {
  struct fixture *f = *state;
  actor_cache_free(f->cache);
  keys_free(&f->gateway);
  keys_free(&f->intake);
  keyring_remove(&f->ring);
  free(f);
  return 0;
}

static struct pass sign(const struct keys *k, const char *id, int64_t expires_at_ms) {
  struct pass p;
  Role roles[] = {ROLE__MENTOR, ROLE__COORDINATOR};
  char *areas[] = {"lon-north"};
  Actor actor = ACTOR__INIT;
  actor.id = (char *)id;
  actor.roles = roles, actor.n_roles = 2;
  actor.areas = areas, actor.n_areas = 1;
  actor.expires_at_ms = expires_at_ms;
  p.actor_bytes = actor__pack(&actor, p.actor);
  actor_sign(k, p.actor, p.actor_bytes, p.signature);
  return p;
}

static const Actor *verify(struct fixture *f, const char *peer, const struct pass *p, int64_t now_ms) {
  return actor_verify(f->cache, &f->intake, peer, p->actor, p->actor_bytes, p->signature, sizeof p->signature, now_ms);
}

static void an_actor_signed_by_the_gateway_is_believed_again_and_again(void **state) {
  struct pass p = sign(&((struct fixture *)*state)->gateway, "M1", NOW_MS + ACTOR_LIFE_MS);
  for (int i = 0; i < 3; i++) {
    const Actor *a = verify(*state, "gateway", &p, NOW_MS + i);
    assert_non_null(a);
    assert_string_equal(a->id, "M1");
    assert_int_equal(actor_roles(a), MAY(MENTOR) | MAY(COORDINATOR));
    assert_true(actor_covers(a, "lon-north"));
    assert_false(actor_covers(a, "lon"));
  }
}

static void an_actor_expires_even_when_remembered(void **state) {
  struct pass p = sign(&((struct fixture *)*state)->gateway, "M1", NOW_MS + 10);
  assert_non_null(verify(*state, "gateway", &p, NOW_MS));
  assert_null(verify(*state, "gateway", &p, NOW_MS + 10));
  assert_null(verify(*state, "gateway", &p, NOW_MS + 11));
}

static void an_actor_that_would_live_too_long_is_not_believed(void **state) {
  struct pass p = sign(&((struct fixture *)*state)->gateway, "M1", NOW_MS + ACTOR_LIFE_MS + 3000);
  assert_null(verify(*state, "gateway", &p, NOW_MS));
  p = sign(&((struct fixture *)*state)->gateway, "M1", INT64_MAX);
  assert_null(verify(*state, "gateway", &p, NOW_MS));
}

static void a_changed_byte_is_noticed_even_after_the_true_one_was_seen(void **state) {
  struct pass p = sign(&((struct fixture *)*state)->gateway, "M1", NOW_MS + 1000);
  assert_non_null(verify(*state, "gateway", &p, NOW_MS));
  for (size_t i = 0; i < p.actor_bytes; i++) {
    p.actor[i] ^= 1;
    assert_null(verify(*state, "gateway", &p, NOW_MS));
    p.actor[i] ^= 1;
  }
  for (size_t i = 0; i < sizeof p.signature; i++) {
    p.signature[i] ^= 1;
    assert_null(verify(*state, "gateway", &p, NOW_MS));
    p.signature[i] ^= 1;
  }
}

static void an_actor_does_not_pass_under_another_peer(void **state) {
  struct pass p = sign(&((struct fixture *)*state)->gateway, "M1", NOW_MS + 1000);
  assert_non_null(verify(*state, "gateway", &p, NOW_MS));
  assert_null(verify(*state, "clinic", &p, NOW_MS));
  assert_null(verify(*state, "intake", &p, NOW_MS));
  assert_null(verify(*state, "stranger", &p, NOW_MS));
}

static void a_foreign_peer_signs_its_own_actors(void **state) {
  struct fixture *f = *state;
  struct keys clinic;
  keyring_load(&f->ring, "clinic", &clinic);
  struct pass p = sign(&clinic, "clinic-7", NOW_MS + 1000);
  assert_non_null(verify(f, "clinic", &p, NOW_MS));
  assert_null(verify(f, "gateway", &p, NOW_MS));
  keys_free(&clinic);
}

static void malformed_actors_are_not_believed_though_signed(void **state) {
  struct fixture *f = *state;
  struct pass p = {.actor = "\x0a\x02\xff\xfe", .actor_bytes = 4}; // an id that is not UTF-8
  actor_sign(&f->gateway, p.actor, p.actor_bytes, p.signature);
  assert_null(verify(f, "gateway", &p, NOW_MS));
  p = (struct pass){.actor = "\x0a\x7f", .actor_bytes = 2}; // cut short
  actor_sign(&f->gateway, p.actor, p.actor_bytes, p.signature);
  assert_null(verify(f, "gateway", &p, NOW_MS));
  assert_null(actor_verify(f->cache, &f->intake, "gateway", p.actor, 0, p.signature, 64, NOW_MS));
  assert_null(actor_verify(f->cache, &f->intake, "gateway", p.actor, 2, p.signature, 63, NOW_MS));
}

static void more_actors_than_the_cache_holds_are_all_believed(void **state) {
  struct fixture *f = *state;
  for (int round = 0; round < 2; round++)
    for (int i = 0; i < 100; i++) {
      char id[16];
      snprintf(id, sizeof id, "M%d", i);
      struct pass p = sign(&f->gateway, id, NOW_MS + 1000 + i);
      const Actor *a = verify(f, "gateway", &p, NOW_MS);
      assert_non_null(a);
      assert_string_equal(a->id, id);
    }
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(an_actor_signed_by_the_gateway_is_believed_again_and_again),
      cmocka_unit_test(an_actor_expires_even_when_remembered),
      cmocka_unit_test(an_actor_that_would_live_too_long_is_not_believed),
      cmocka_unit_test(a_changed_byte_is_noticed_even_after_the_true_one_was_seen),
      cmocka_unit_test(an_actor_does_not_pass_under_another_peer),
      cmocka_unit_test(a_foreign_peer_signs_its_own_actors),
      cmocka_unit_test(malformed_actors_are_not_believed_though_signed),
      cmocka_unit_test(more_actors_than_the_cache_holds_are_all_believed),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
