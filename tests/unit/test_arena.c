// Arenas: memory by the piece, a cap, and unpacking what a sender made.
#include "arena.h"
#include "common.pb-c.h"
#include "intake.pb-c.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static struct arena arena;

static int open_arena(void **state) {
  (void)state;
  arena_init(&arena, ARENA_CAP_BYTES);
  return 0;
}
static int close_arena(void **state) {
  (void)state;
  arena_deinit(&arena);
  return 0;
}

static void memory_is_zeroed_and_aligned(void **state) {
  (void)state;
  for (size_t size_bytes = 0; size_bytes < 300; size_bytes++) {
    unsigned char *memory = arena_take(&arena, size_bytes);
    assert_int_equal((uintptr_t)memory % _Alignof(max_align_t), 0);
    for (size_t i = 0; i < size_bytes; i++) assert_int_equal(memory[i], 0);
    memset(memory, 0xff, size_bytes);
  }
  arena_reset(&arena);
  unsigned char *again = arena_take(&arena, 1000);
  for (size_t i = 0; i < 1000; i++) assert_int_equal(again[i], 0);
}

static void a_reset_keeps_the_first_chunk(void **state) {
  (void)state;
  void *first = arena_take(&arena, 16);
  for (int i = 0; i < 100; i++) arena_take(&arena, 5000);
  arena_reset(&arena);
  assert_int_equal(arena.used_bytes, 0);
  assert_ptr_equal(arena_take(&arena, 16), first);
}

static void a_piece_larger_than_a_chunk_is_whole(void **state) {
  (void)state;
  unsigned char *large = arena_take(&arena, 3 << 20);
  memset(large, 1, 3 << 20);
  unsigned char *small = arena_take(&arena, 16);
  assert_int_equal(small[0], 0);
  arena_reset(&arena);
  assert_non_null(arena_take(&arena, 16));
}

static void texts_and_copies_are_their_own(void **state) {
  (void)state;
  char text[] = "Siân";
  char *copy = arena_text(&arena, text);
  text[0] = 'X';
  assert_string_equal(copy, "Siân");
  assert_string_equal(arena_printf(&arena, "%s/%d", copy, 7), "Siân/7");
  assert_string_equal(arena_printf(&arena, "%s", ""), "");
  assert_memory_equal(arena_copy(&arena, "a\0b", 3), "a\0b", 3);
  assert_non_null(arena_copy(&arena, NULL, 0));
}

static void beyond_the_cap_protobuf_gets_nothing(void **state) {
  (void)state;
  struct arena small;
  arena_init(&small, 100);
  assert_non_null(small.allocator.alloc(small.allocator.allocator_data, 96));
  assert_null(small.allocator.alloc(small.allocator.allocator_data, 32));
  assert_null(small.allocator.alloc(small.allocator.allocator_data, SIZE_MAX));
  assert_true(small.used_bytes <= small.cap_bytes);
  arena_deinit(&small);
}

static void beyond_the_cap_our_own_requests_abort(void **state) {
  (void)state;
  pid_t child = fork();
  if (!child) {
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    signal(SIGABRT, SIG_DFL);
    arena_take(&arena, ARENA_CAP_BYTES + 1);
    _exit(0);
  }
  int status;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

// --- Unpacking

// A RecordSession whose goal is that text, unpacked again.
static RecordSession *round_trip(const char *goal) {
  Session session = SESSION__INIT;
  session.id = "s";
  session.goal = (char *)goal;
  RecordSession record = RECORD_SESSION__INIT;
  record.session = &session;
  uint8_t bytes[512];
  size_t size_bytes = record_session__pack(&record, bytes);
  return arena_unpack(&arena, &record_session__descriptor, bytes, size_bytes);
}

static void a_message_is_unpacked(void **state) {
  (void)state;
  assert_string_equal(round_trip("find a flat")->session->goal, "find a flat");
  assert_string_equal(round_trip("dod o hyd i dŷ 🏠")->session->goal, "dod o hyd i dŷ 🏠");
}

static void an_empty_message_is_unpacked(void **state) {
  (void)state;
  RecordSession *record = arena_unpack(&arena, &record_session__descriptor, NULL, 0);
  assert_non_null(record);
  assert_null(record->session);
}

static void text_that_is_not_utf8_is_refused(void **state) {
  (void)state;
  const char *wrong[] = {"\xff", "caf\xe9", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82"};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) assert_null(round_trip(wrong[i]));
}

static void a_nul_in_text_is_refused_at_any_depth(void **state) {
  (void)state;
  const uint8_t inner[] = {0x0a, 5, 0x0a, 3, 'a', 0, 'b'}; // session { id: "a\0b" }
  assert_null(arena_unpack(&arena, &record_session__descriptor, inner, sizeof inner));
  const uint8_t outer[] = {0x12, 3, 'a', 0, 'b'}; // Problem { why: "a\0b" }
  assert_null(arena_unpack(&arena, &problem__descriptor, outer, sizeof outer));
}

static void a_nul_in_bytes_is_taken(void **state) {
  (void)state;
  const uint8_t bytes[] = {0x0a, 3, 0xff, 0, 'b'}; // DataKey { nonce }
  DataKey *key = arena_unpack(&arena, &data_key__descriptor, bytes, sizeof bytes);
  assert_non_null(key);
  assert_int_equal(key->nonce.len, 3);
}

static void an_earlier_of_two_texts_is_checked_too(void **state) {
  (void)state;
  const uint8_t bytes[] = {0x12, 1, 0xff, 0x12, 1, 'b'};
  assert_null(arena_unpack(&arena, &problem__descriptor, bytes, sizeof bytes));
}

static void malformed_bytes_are_refused(void **state) {
  (void)state;
  const uint8_t cases[][8] = {
      {0x12, 0x7f, 'a'},                                // longer than the bytes
      {0x12},                                           // without a length
      {0x0b, 0x0c},                                     // a group
      {0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // a varint without an end
      {0x0d, 1, 2},                                     // half of a fixed number
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, // a tag without an end
  };
  const size_t sizes[] = {3, 1, 2, 8, 3, 8};
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
    assert_null(arena_unpack(&arena, &problem__descriptor, cases[i], sizes[i]));
}

static void every_cut_of_a_message_is_survived(void **state) {
  (void)state;
  Component component = {.base = PROTOBUF_C_MESSAGE_INIT(&component__descriptor), .name = "check-in", .why_not = "ill"};
  Component *components[] = {&component, &component};
  Session session = SESSION__INIT;
  session.components = components;
  session.n_components = 2;
  session.goal = "ŵ";
  uint8_t bytes[256];
  size_t size_bytes = session__pack(&session, bytes);
  for (size_t cut = 1; cut <= size_bytes; cut++) {
    uint8_t *exact = malloc(cut);
    assert_non_null(exact);
    memcpy(exact, bytes, cut);
    Session *read = arena_unpack(&arena, &session__descriptor, exact, cut);
    if (cut == size_bytes) assert_non_null(read);
    free(exact);
  }
}

static void a_small_message_that_unpacks_large_is_refused(void **state) {
  (void)state;
  enum {
    N = 200000
  };
  uint8_t *bytes = malloc(2 * N);
  assert_non_null(bytes);
  for (size_t i = 0; i < N; i++) memcpy(bytes + 2 * i, "\x0a\x00", 2); // Sessions { sessions: {} ... }
  assert_null(arena_unpack(&arena, &sessions__descriptor, bytes, 2 * N));
  assert_true(arena.used_bytes <= arena.cap_bytes);
  free(bytes);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(memory_is_zeroed_and_aligned, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_reset_keeps_the_first_chunk, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_piece_larger_than_a_chunk_is_whole, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(texts_and_copies_are_their_own, open_arena, close_arena),
      cmocka_unit_test(beyond_the_cap_protobuf_gets_nothing),
      cmocka_unit_test_setup_teardown(beyond_the_cap_our_own_requests_abort, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_message_is_unpacked, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(an_empty_message_is_unpacked, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(text_that_is_not_utf8_is_refused, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_nul_in_text_is_refused_at_any_depth, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_nul_in_bytes_is_taken, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(an_earlier_of_two_texts_is_checked_too, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(malformed_bytes_are_refused, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(every_cut_of_a_message_is_survived, open_arena, close_arena),
      cmocka_unit_test_setup_teardown(a_small_message_that_unpacks_large_is_refused, open_arena, close_arena),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
