// The memory of what was read lately: within its bound, and empty once it is cleared.
#include "cache.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

enum {
  CAP_BYTES = 1 << 20,
  ENTRIES = 2000
};

static const char *key_of(unsigned i) {
  static char key[32];
  snprintf(key, sizeof key, "{a}:Person:X%06u", i);
  return key;
}

static unsigned fill(struct cache *c, unsigned n) {
  unsigned kept = 0;
  size_t bytes;
  for (unsigned i = 0; i < n; i++) cache_put(c, key_of(i), &i, sizeof i);
  for (unsigned i = 0; i < n; i++) {
    const uint8_t *value = cache_get(c, key_of(i), &bytes);
    if (!value) continue;
    assert_int_equal(bytes, sizeof i);
    assert_memory_equal(value, &i, sizeof i);
    kept++;
  }
  return kept;
}

static void what_was_put_is_there_until_it_is_dropped(void **state) {
  (void)state;
  size_t bytes;
  struct cache *c = cache_new(CAP_BYTES);
  assert_true(fill(c, 100) > 90);
  cache_put(c, key_of(7), "new", 3);
  assert_memory_equal(cache_get(c, key_of(7), &bytes), "new", 3);
  cache_drop(c, key_of(7));
  assert_null(cache_get(c, key_of(7), &bytes));
  cache_free(c);
}

static void nothing_is_left_in_one_that_was_cleared_and_it_fills_again(void **state) {
  (void)state;
  size_t bytes;
  struct cache *c = cache_new(CAP_BYTES);
  for (int round = 0; round < 3; round++) {
    assert_true(fill(c, ENTRIES) > ENTRIES / 2);
    cache_clear(c);
    for (unsigned i = 0; i < ENTRIES; i++) assert_null(cache_get(c, key_of(i), &bytes));
  }
  cache_free(c);
}

static void it_grows_with_what_it_holds_up_to_its_bound(void **state) {
  (void)state;
  struct cache *c = cache_new(CAP_BYTES);
  unsigned kept = fill(c, 3000); // about 60 bytes each, and more than it has places for at first
  assert_true(kept > 2700);
  kept = fill(c, 100000);
  assert_true(kept > 4000 && kept < CAP_BYTES / 48);
  cache_free(c);
}

static void what_is_new_finds_room_in_one_that_is_full(void **state) {
  (void)state;
  static uint8_t large[CAP_BYTES / 32];
  size_t bytes;
  struct cache *c = cache_new(CAP_BYTES);
  for (unsigned i = 0; i < 200; i++) {
    cache_put(c, key_of(i), large, sizeof large);
    assert_non_null(cache_get(c, key_of(i), &bytes));
  }
  unsigned kept = 0;
  for (unsigned i = 0; i < 200; i++) kept += cache_get(c, key_of(i), &bytes) != NULL;
  assert_true(kept <= 32);
  cache_put(c, key_of(0), large, sizeof large);
  cache_free(c);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_put_is_there_until_it_is_dropped),
      cmocka_unit_test(nothing_is_left_in_one_that_was_cleared_and_it_fills_again),
      cmocka_unit_test(it_grows_with_what_it_holds_up_to_its_bound),
      cmocka_unit_test(what_is_new_finds_room_in_one_that_is_full),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
