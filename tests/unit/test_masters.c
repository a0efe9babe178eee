// kinds: trust
// Master keys that change while somebody reads them: in whatever state a kill leaves the folder, every data key opens,
// and doing the steps again ends well.
#include "keyring.h"
#include "masters.h"
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define P PARTITION__SUPERVISION
#define CRN "X000001"

struct world {
  struct keyring ring;
  struct keys keys; // of intake, which runs all the time
  struct arena arena;
  DataKey before; // wrapped before the rotation
  struct data_key key;
};

static int set_up(void **state) {
  struct world *w = calloc(1, sizeof *w);
  w->ring = keyring_make();
  keyring_load(&w->ring, "intake", &w->keys);
  arena_init(&w->arena, ARENA_CAP_BYTES);
  seal_new_key(w->keys.master[P], CRN, P, &w->key, &w->before, &w->arena);
  *state = w;
  return 0;
}

static int tear_down(void **state) {
  struct world *w = *state;
  arena_deinit(&w->arena);
  keys_free(&w->keys);
  keyring_remove(&w->ring);
  free(w);
  return 0;
}

static bool opens(const struct keys *k, const DataKey *wrapped) {
  struct data_key key;
  return keys_unwrap(k, CRN, P, wrapped, &key);
}

static DataKey wrapped_by(struct world *w, const struct keys *k) {
  DataKey wrapped;
  seal_wrap(k->master[P], CRN, P, &w->key, &wrapped, &w->arena);
  return wrapped;
}

// One that has just started opens what the one that runs wraps, and the other way round.
static void check_both(struct world *w, bool old_opens) {
  struct keys started;
  keyring_load(&w->ring, "intake", &started);
  DataKey theirs = wrapped_by(w, &started), ours = wrapped_by(w, &w->keys);
  assert_true(opens(&w->keys, &theirs));
  assert_true(opens(&started, &ours));
  assert_int_equal(opens(&started, &w->before), old_opens);
  keys_free(&started);
}

static void take(struct world *w, int (*step)(const char *, Partition, char *, size_t)) {
  char errors[512] = "";
  if (step(w->ring.folder, P, errors, sizeof errors)) fail_msg("%s", errors);
}

static int end(const char *folder, Partition p, char *errors, size_t errors_bytes) {
  return rotation_end(folder, p, false, errors, errors_bytes);
}

static void copy(struct world *w, const char *from, const char *to) {
  char command[256];
  snprintf(command, sizeof command, "cp %s/supervision.%s %s/supervision.%s", w->ring.folder, from, w->ring.folder, to);
  assert_int_equal(system(command), 0);
}

static void at_every_step_each_reader_opens_what_any_other_has_wrapped(void **state) {
  struct world *w = *state;
  check_both(w, true);
  take(w, rotation_begin);
  assert_true(keys_refresh_masters(&w->keys)); // all have seen it, before it is used
  check_both(w, true);
  take(w, rotation_promote);
  check_both(w, true); // one that has not looked since
  assert_true(keys_refresh_masters(&w->keys));
  check_both(w, true);
  take(w, end);
  check_both(w, false); // it has not looked since
  assert_true(opens(&w->keys, &w->before));
  assert_true(keys_refresh_masters(&w->keys));
  assert_false(opens(&w->keys, &w->before));
  check_both(w, false);
}

static void a_step_that_is_done_again_changes_nothing(void **state) {
  struct world *w = *state;
  take(w, rotation_promote);
  take(w, end);
  assert_false(keys_refresh_masters(&w->keys));
  take(w, rotation_begin);
  assert_true(keys_refresh_masters(&w->keys));
  take(w, rotation_begin);
  assert_false(keys_refresh_masters(&w->keys));
  take(w, rotation_promote);
  assert_true(keys_refresh_masters(&w->keys));
  take(w, rotation_promote);
  take(w, rotation_begin);
  assert_false(keys_refresh_masters(&w->keys));
}

// Each is a folder as a kill within a step leaves it.
static void killed_before_the_present_one_was_set_aside_it_goes_on(void **state) {
  struct world *w = *state;
  take(w, rotation_begin);
  copy(w, "master", "old.part"); // half way through promote
  assert_int_equal(rotation_phase(w->ring.folder, P), ROTATION_NEXT);
  take(w, rotation_begin);
  take(w, rotation_promote);
  keys_refresh_masters(&w->keys);
  check_both(w, true);
  assert_int_equal(rotation_phase(w->ring.folder, P), ROTATION_OLD);
}

static void killed_between_setting_aside_and_taking_the_new_one_it_goes_on(void **state) {
  struct world *w = *state;
  take(w, rotation_begin);
  keys_refresh_masters(&w->keys);
  copy(w, "master", "old");
  assert_int_equal(rotation_phase(w->ring.folder, P), ROTATION_NEXT);
  check_both(w, true);
  take(w, rotation_begin);
  take(w, rotation_promote);
  check_both(w, true);
  assert_int_equal(rotation_phase(w->ring.folder, P), ROTATION_OLD);
}

static void a_half_written_new_key_is_no_key(void **state) {
  struct world *w = *state;
  char path[128];
  snprintf(path, sizeof path, "%s/supervision.next.part", w->ring.folder);
  FILE *f = fopen(path, "w");
  fputs("0123", f);
  fclose(f);
  assert_int_equal(rotation_phase(w->ring.folder, P), ROTATION_NONE);
  assert_false(keys_refresh_masters(&w->keys));
  take(w, rotation_begin);
  assert_true(keys_refresh_masters(&w->keys));
}

static void an_unreadable_master_leaves_the_ones_that_are_known(void **state) {
  struct world *w = *state;
  char path[128];
  snprintf(path, sizeof path, "%s/supervision.master", w->ring.folder);
  assert_int_equal(truncate(path, 10), 0);
  assert_false(keys_refresh_masters(&w->keys));
  assert_true(opens(&w->keys, &w->before));
}

static void a_kept_old_master_is_a_file_that_no_service_reads(void **state) {
  struct world *w = *state;
  char errors[512], path[160], hex[2 * MASTER_ID_BYTES + 1];
  uint8_t id[MASTER_ID_BYTES];
  seal_master_id(w->keys.master[P], id);
  sodium_bin2hex(hex, sizeof hex, id, sizeof id);
  take(w, rotation_begin);
  take(w, rotation_promote);
  assert_int_equal(rotation_end(w->ring.folder, P, true, errors, sizeof errors), 0);
  snprintf(path, sizeof path, "%s/supervision.retired-%s", w->ring.folder, hex);
  assert_int_equal(access(path, R_OK), 0);
  keys_refresh_masters(&w->keys);
  assert_false(opens(&w->keys, &w->before));
}

static void a_service_tells_which_masters_it_knows_and_which_one_wraps(void **state) {
  struct world *w = *state;
  struct masters_told told;
  uint8_t id[MASTER_ID_BYTES];
  seal_master_id(w->keys.master[P], id);
  take(w, rotation_begin);
  take(w, rotation_promote);
  keys_refresh_masters(&w->keys);
  keys_tell_masters(&w->keys, &told);
  int wraps = 0, old = 0;
  for (size_t i = 0; i < told.n; i++) {
    if (told.list[i]->partition != P) continue;
    bool is_old = !memcmp(told.list[i]->id.data, id, sizeof id);
    wraps += told.list[i]->wraps;
    old += is_old;
    assert_false(is_old && told.list[i]->wraps);
  }
  assert_int_equal(wraps, 1);
  assert_int_equal(old, 1);
}

static void a_data_key_names_its_master_and_old_ones_without_a_name_open_too(void **state) {
  struct world *w = *state;
  uint8_t id[MASTER_ID_BYTES];
  seal_master_id(w->keys.master[P], id);
  assert_int_equal(w->before.master.len, MASTER_ID_BYTES);
  assert_memory_equal(w->before.master.data, id, MASTER_ID_BYTES);
  w->before.master.len = 0;
  assert_true(opens(&w->keys, &w->before));
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
  const struct CMUnitTest tests[] = {
      TEST(at_every_step_each_reader_opens_what_any_other_has_wrapped),
      TEST(a_step_that_is_done_again_changes_nothing),
      TEST(killed_before_the_present_one_was_set_aside_it_goes_on),
      TEST(killed_between_setting_aside_and_taking_the_new_one_it_goes_on),
      TEST(a_half_written_new_key_is_no_key),
      TEST(an_unreadable_master_leaves_the_ones_that_are_known),
      TEST(a_kept_old_master_is_a_file_that_no_service_reads),
      TEST(a_service_tells_which_masters_it_knows_and_which_one_wraps),
      TEST(a_data_key_names_its_master_and_old_ones_without_a_name_open_too),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
