// kinds: trust
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "intake.pb-c.h"
#include "seal.h"
#include <sodium.h>

static const char place[] = "Session/5f0c";
enum {
  VERSION = 7
};

struct fixture {
  struct arena arena;
  uint8_t master[32];
  struct data_key key;
  DataKey wrapped;
  Narrative *narrative;
};

static Narrative *new_narrative(struct arena *a) {
  Narrative *n = arena_take(a, sizeof *n);
  *n = (Narrative)NARRATIVE__INIT;
  n->partition = PARTITION__MENTORING;
  n->text = arena_text(a, "He talked about his daughter, and wept a little. Diolch.");
  return n;
}

static void begin(struct fixture *f) {
  arena_init(&f->arena, ARENA_CAP_BYTES);
  randombytes_buf(f->master, sizeof f->master);
  seal_new_key(f->master, "X123456", PARTITION__MENTORING, &f->key, &f->wrapped, &f->arena);
  f->narrative = new_narrative(&f->arena);
}

static void close_it(struct fixture *f) {
  seal_close(&f->narrative->base, &f->narrative->seal, &f->key, "X123456", PARTITION__MENTORING, place, VERSION,
             &f->arena);
}

static bool opens(struct fixture *f, const char *at, uint64_t version) {
  return seal_open(&f->narrative->base, &f->narrative->seal, &f->key, at, version, &f->arena);
}

static void what_was_sealed_opens_again(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  close_it(&f);
  assert_string_equal(f.narrative->text, "");
  assert_int_equal(f.narrative->partition, PARTITION__MENTORING);
  assert_non_null(f.narrative->seal);
  assert_true(opens(&f, place, VERSION));
  assert_non_null(strstr(f.narrative->text, "daughter"));
  assert_int_equal(f.narrative->partition, PARTITION__MENTORING);
  assert_null(f.narrative->seal);
  arena_deinit(&f.arena);
}

static void a_sealed_message_holds_none_of_its_text(void **state) {
  struct fixture f;
  uint8_t packed[512];
  (void)state;
  begin(&f);
  close_it(&f);
  size_t n = narrative__pack(f.narrative, packed);
  assert_null(memmem(packed, n, "daughter", 8));
  arena_deinit(&f.arena);
}

static void flip_each_byte(struct fixture *f, ProtobufCBinaryData *data) {
  for (size_t i = 0; i < data->len; i++) {
    data->data[i] ^= 1;
    assert_false(opens(f, place, VERSION));
    data->data[i] ^= 1;
  }
}

static void a_seal_with_any_byte_flipped_stays_shut_and_untouched(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  close_it(&f);
  flip_each_byte(&f, &f.narrative->seal->box);
  flip_each_byte(&f, &f.narrative->seal->nonce);
  assert_true(opens(&f, place, VERSION));
  arena_deinit(&f.arena);
}

static void a_shortened_seal_stays_shut(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  close_it(&f);
  size_t whole = f.narrative->seal->box.len;
  for (size_t n = 0; n < whole; n++) {
    f.narrative->seal->box.len = n;
    assert_false(opens(&f, place, VERSION));
  }
  f.narrative->seal->box.len = whole;
  f.narrative->seal->nonce.len--;
  assert_false(opens(&f, place, VERSION));
  arena_deinit(&f.arena);
}

static void a_seal_cannot_be_moved_to_another_place_version_subject_or_partition(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  close_it(&f);
  assert_false(opens(&f, "Session/5f0d", VERSION));
  assert_false(opens(&f, place, VERSION + 1));
  f.narrative->seal->subject = "X123457";
  assert_false(opens(&f, place, VERSION));
  f.narrative->seal->subject = "X123456";
  f.narrative->partition = PARTITION__SUPERVISION;
  assert_false(opens(&f, place, VERSION));
  f.narrative->seal->partition = PARTITION__SUPERVISION;
  assert_false(opens(&f, place, VERSION));
  arena_deinit(&f.arena);
}

static void a_box_does_not_open_as_another_type_of_message(void **state) {
  struct fixture f;
  PersonalDetails details = PERSONAL_DETAILS__INIT;
  (void)state;
  begin(&f);
  seal_close(&f.narrative->base, &f.narrative->seal, &f.key, "X123456", PARTITION__CONTACT, place, VERSION, &f.arena);
  details.seal = f.narrative->seal;
  assert_false(seal_open(&details.base, &details.seal, &f.key, place, VERSION, &f.arena));
  arena_deinit(&f.arena);
}

static void another_key_does_not_open(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  close_it(&f);
  f.key.key[31] ^= 1;
  assert_false(opens(&f, place, VERSION));
  arena_deinit(&f.arena);
}

static void subject_and_place_do_not_run_into_each_other(void **state) {
  struct fixture f;
  (void)state;
  begin(&f);
  seal_close(&f.narrative->base, &f.narrative->seal, &f.key, "ab", PARTITION__MENTORING, "c", VERSION, &f.arena);
  f.narrative->seal->subject = "a";
  assert_false(opens(&f, "bc", VERSION));
  arena_deinit(&f.arena);
}

static void a_data_key_unwraps_under_its_own_master_subject_and_partition_only(void **state) {
  struct fixture f;
  struct data_key key;
  (void)state;
  begin(&f);
  assert_true(seal_unwrap(f.master, "X123456", PARTITION__MENTORING, &f.wrapped, &key));
  assert_memory_equal(key.key, f.key.key, sizeof key.key);
  assert_false(seal_unwrap(f.master, "X123457", PARTITION__MENTORING, &f.wrapped, &key));
  assert_false(seal_unwrap(f.master, "X123456", PARTITION__SAFEGUARDING, &f.wrapped, &key));
  f.master[0] ^= 1;
  assert_false(seal_unwrap(f.master, "X123456", PARTITION__MENTORING, &f.wrapped, &key));
  arena_deinit(&f.arena);
}

struct visits {
  unsigned n;
  Partition last;
};

static bool count(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  struct visits *v = context;
  assert_non_null(confidential);
  assert_null(*seal);
  v->n++;
  v->last = p;
  return v->n < 3;
}

static void a_walk_finds_what_is_nested_and_repeated(void **state) {
  struct visits v = {0};
  PersonalDetails details = PERSONAL_DETAILS__INIT;
  Person person = PERSON__INIT, bare = PERSON__INIT;
  Person *list[] = {&person, &bare, &person};
  People people = PEOPLE__INIT;
  (void)state;
  person.personal = &details;
  people.people = list;
  people.n_people = 3;
  assert_true(seal_walk(&people.base, count, &v));
  assert_int_equal(v.n, 2);
  assert_int_equal(v.last, PARTITION__CONTACT);
}

static void a_walk_visits_a_confidential_message_itself_and_stops_when_told(void **state) {
  struct visits v = {.n = 1};
  Narrative narrative = NARRATIVE__INIT;
  (void)state;
  narrative.partition = PARTITION__SAFEGUARDING;
  assert_true(seal_walk(&narrative.base, count, &v));
  assert_int_equal(v.last, PARTITION__SAFEGUARDING);
  assert_false(seal_walk(&narrative.base, count, &v));
}

static void a_type_without_anything_confidential_is_known_as_such(void **state) {
  (void)state;
  for (int again = 0; again < 2; again++) {
    assert_false(seal_concerns(&area__descriptor));
    assert_false(seal_concerns(&seal__descriptor));
    assert_true(seal_concerns(&people__descriptor));
    assert_true(seal_concerns(&record_session__descriptor));
    assert_true(seal_concerns(&narrative__descriptor));
  }
}

int main(void) {
  if (sodium_init() < 0) return 1;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(what_was_sealed_opens_again),
      cmocka_unit_test(a_sealed_message_holds_none_of_its_text),
      cmocka_unit_test(a_seal_with_any_byte_flipped_stays_shut_and_untouched),
      cmocka_unit_test(a_shortened_seal_stays_shut),
      cmocka_unit_test(a_seal_cannot_be_moved_to_another_place_version_subject_or_partition),
      cmocka_unit_test(a_box_does_not_open_as_another_type_of_message),
      cmocka_unit_test(another_key_does_not_open),
      cmocka_unit_test(subject_and_place_do_not_run_into_each_other),
      cmocka_unit_test(a_data_key_unwraps_under_its_own_master_subject_and_partition_only),
      cmocka_unit_test(a_walk_finds_what_is_nested_and_repeated),
      cmocka_unit_test(a_walk_visits_a_confidential_message_itself_and_stops_when_told),
      cmocka_unit_test(a_type_without_anything_confidential_is_known_as_such),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
