// kinds: trust
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "keyring.h"
#include <sys/stat.h>

static char errors[512];

static void read_text(const struct keyring *r, const char *file, char *out, size_t out_bytes) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", r->folder, file);
  FILE *f = fopen(path, "r");
  assert_non_null(f);
  out[fread(out, 1, out_bytes - 1, f)] = 0;
  fclose(f);
}

static void write_text(const struct keyring *r, const char *file, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", r->folder, file);
  FILE *f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
}

static mode_t mode_of(const struct keyring *r, const char *file) {
  char path[128];
  struct stat s;
  snprintf(path, sizeof path, "%s/%s", r->folder, file);
  assert_int_equal(stat(path, &s), 0);
  return s.st_mode & 0777;
}

static void a_generated_folder_loads_for_every_service(void **state) {
  static const char *const names[] = {"gateway", "intake",    "reminders",    "matching", "reporting",
                                      "courier", "mentoring", "safeguarding", "operator"};
  struct keyring r = keyring_make();
  (void)state;
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    struct keys k;
    keyring_load(&r, names[i], &k);
    assert_string_equal(keys_peer(&k, names[i])->public_key, k.public_key);
    assert_int_equal(k.signs, !strcmp(names[i], "gateway"));
    keys_free(&k);
  }
  keyring_remove(&r);
}

static void secrets_are_readable_by_their_owner_only(void **state) {
  struct keyring r = keyring_make();
  (void)state;
  assert_int_equal(mode_of(&r, "."), 0700);
  assert_int_equal(mode_of(&r, "intake.curve"), 0600);
  assert_int_equal(mode_of(&r, "gateway.sign"), 0600);
  assert_int_equal(mode_of(&r, "mentoring.master"), 0600);
  keyring_remove(&r);
}

static void generating_again_changes_nothing(void **state) {
  static const char *const files[] = {"peers.yaml", "intake.curve", "gateway.sign", "contact.master", "clinic.sign"};
  enum {
    N = sizeof files / sizeof *files
  };
  static char before[N][8192], after[8192];
  struct keyring r = keyring_make();
  int64_t stamp = keys_peers_stamp(r.folder);
  (void)state;
  for (size_t i = 0; i < N; i++) read_text(&r, files[i], before[i], sizeof before[i]);
  assert_int_equal(keys_generate(r.folder, NULL, NULL, errors, sizeof errors), 0);
  for (size_t i = 0; i < N; i++) {
    read_text(&r, files[i], after, sizeof after);
    assert_string_equal(before[i], after);
  }
  assert_int_equal(keys_peers_stamp(r.folder), stamp);
  keyring_remove(&r);
}

static void the_gateway_may_send_all_and_a_service_only_ping(void **state) {
  struct keyring r = keyring_make();
  struct keys k;
  (void)state;
  keyring_load(&r, "intake", &k);
  assert_true(keys_may_send(keys_peer(&k, "gateway"), "RecordSession"));
  assert_true(keys_may_send(keys_peer(&k, "intake"), "Ping"));
  assert_false(keys_may_send(keys_peer(&k, "intake"), "RecordSession"));
  assert_false(keys_may_send(keys_peer(&k, "stranger"), "Ping"));
  keys_free(&k);
  keyring_remove(&r);
}

static void a_foreign_peer_gets_keys_of_its_own_and_is_noticed_by_the_running(void **state) {
  struct keyring r = keyring_make();
  struct keys k, foreign;
  (void)state;
  keyring_load(&r, "intake", &k);
  assert_false(keys_refresh(&k));
  assert_int_equal(keys_generate(r.folder, "hospital", "RecordSession, Ping", errors, sizeof errors), 0);
  assert_true(keys_refresh(&k));
  assert_true(keys_may_send(keys_peer(&k, "hospital"), "RecordSession"));
  assert_false(keys_may_send(keys_peer(&k, "hospital"), "RegisterPerson"));
  assert_int_equal(strlen(keys_peer(&k, "hospital")->actor_key), 64);
  assert_non_null(keys_peer(&k, "clinic"));
  keyring_load(&r, "hospital", &foreign);
  assert_true(foreign.signs);
  keys_free(&foreign);
  keys_free(&k);
  keyring_remove(&r);
}

static void a_foreign_peer_cannot_take_the_name_of_a_service(void **state) {
  struct keyring r = keyring_make();
  (void)state;
  assert_int_equal(keys_generate(r.folder, "gateway", "*", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "service"));
  assert_int_equal(keys_generate(r.folder, "../x", "*", errors, sizeof errors), -1);
  assert_int_equal(keys_generate(r.folder, "other", "Ping\"", errors, sizeof errors), -1);
  keyring_remove(&r);
}

static void a_malformed_peers_file_leaves_the_running_as_it_was(void **state) {
  struct keyring r = keyring_make();
  struct keys k;
  (void)state;
  keyring_load(&r, "intake", &k);
  write_text(&r, "peers.yaml", "peers:\n  - name: \"gateway\"\n    publicKey: \"short\"\n");
  assert_false(keys_refresh(&k));
  assert_non_null(keys_peer(&k, "clinic"));
  keys_free(&k);
  assert_int_equal(keys_load(&k, r.folder, "intake", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "peers.yaml"));
  keyring_remove(&r);
}

static void a_wrong_key_file_is_named(void **state) {
  struct keyring r = keyring_make();
  struct keys k;
  (void)state;
  write_text(&r, "contact.master", "not hexadecimal\n");
  assert_int_equal(keys_load(&k, r.folder, "intake", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "contact.master"));
  write_text(&r, "intake.curve", "short\n");
  assert_int_equal(keys_load(&k, r.folder, "intake", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "intake.curve"));
  assert_int_equal(keys_load(&k, r.folder, "nobody", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "nobody.curve"));
  keyring_remove(&r);
}

static void a_service_opens_the_partitions_of_its_entry_and_no_others(void **state) {
  static const struct {
    const char *name;
    bool contact, supervision;
  } expected[] = {
      {"intake", true, true}, {"courier", true, false}, {"reporting", false, false}, {"gateway", false, false}};
  struct keyring r = keyring_make();
  (void)state;
  for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
    struct keys k;
    keyring_load(&r, expected[i].name, &k); // every master key lies in the folder
    assert_int_equal(k.has_master[PARTITION__CONTACT], expected[i].contact);
    assert_int_equal(k.has_master[PARTITION__SUPERVISION], expected[i].supervision);
    assert_false(k.has_master[PARTITION__PARTITION_UNSPECIFIED]);
    keys_free(&k);
  }
  keyring_remove(&r);
}

static void a_master_key_that_should_be_there_is_missed(void **state) {
  struct keyring r = keyring_make();
  struct keys k;
  char path[128];
  (void)state;
  snprintf(path, sizeof path, "%s/supervision.master", r.folder);
  assert_int_equal(unlink(path), 0);
  assert_int_equal(keys_load(&k, r.folder, "intake", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "supervision.master"));
  keyring_remove(&r);
}

static void a_key_that_the_peers_file_contradicts_is_refused(void **state) {
  struct keyring r = keyring_make();
  struct keys k;
  char other[64];
  (void)state;
  read_text(&r, "courier.curve", other, sizeof other);
  write_text(&r, "intake.curve", other);
  assert_int_equal(keys_load(&k, r.folder, "intake", errors, sizeof errors), -1);
  assert_non_null(strstr(errors, "another public key"));
  keyring_remove(&r);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_generated_folder_loads_for_every_service),
      cmocka_unit_test(secrets_are_readable_by_their_owner_only),
      cmocka_unit_test(generating_again_changes_nothing),
      cmocka_unit_test(the_gateway_may_send_all_and_a_service_only_ping),
      cmocka_unit_test(a_foreign_peer_gets_keys_of_its_own_and_is_noticed_by_the_running),
      cmocka_unit_test(a_foreign_peer_cannot_take_the_name_of_a_service),
      cmocka_unit_test(a_malformed_peers_file_leaves_the_running_as_it_was),
      cmocka_unit_test(a_wrong_key_file_is_named),
      cmocka_unit_test(a_service_opens_the_partitions_of_its_entry_and_no_others),
      cmocka_unit_test(a_master_key_that_should_be_there_is_missed),
      cmocka_unit_test(a_key_that_the_peers_file_contradicts_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
