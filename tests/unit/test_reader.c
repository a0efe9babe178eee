// The reader: in order, without a gap, each event once in effect, whatever the bus and the store do.
#include "engine_world.h"
#include "reader.h"

struct reading {
  struct town *town;
  struct desk *desk, *replica;
  struct reader *reader, *other; // `other` belongs to the replica and begins with use_replica()
  struct desk *author;           // writes the events
};

static int begin(void **state) {
  struct reading *w = calloc(1, sizeof *w);
  w->town = town_new();
  w->author = desk_new(w->town, true);
  w->desk = desk_new(w->town, true);
  w->reader = reader_new(w->desk->engine, w->desk->store, NULL, AREA, "desk");
  *state = w;
  return 0;
}

static int end(void **state) {
  struct reading *w = *state;
  reader_free(w->reader);
  reader_free(w->other);
  desk_free(w->desk);
  desk_free(w->author);
  if (w->replica) desk_free(w->replica);
  town_free(w->town);
  free(w);
  return 0;
}

static void use_replica(struct reading *w) {
  w->replica = desk_new(w->town, true);
  w->other = reader_new(w->replica->engine, w->replica->store, NULL, AREA, "desk");
}

static void run_for(struct reading *w, int ticks) {
  for (int i = 0; i < ticks; i++) {
    reader_tick(w->reader);
    desk_run(w->desk);
    if (!w->other) continue;
    reader_tick(w->other);
    desk_run(w->replica);
  }
}

// One more person is registered, so one more event; the author keeps what it published.
static void happens(struct reading *w) {
  static char crn[8] = "X100000";
  crn[6] = crn[6] == '9' ? '0' : (char)(crn[6] + 1);
  crn[5] = (char)(crn[5] + (crn[6] == '0'));
  assert_int_equal(
      desk_ask(w->author, a_registration(w->town, arena_text(&w->town->arena, crn), "N07A123", CHANNEL__EMAIL)),
      CODE__OK);
}
static void hear(struct reading *w) {
  reader_hear(w->reader, w->author->last_published, w->author->list, w->author->list_bytes);
}

// Puts an event into the stream that no service published.
static void append(struct reading *w, const ProtobufCMessage *body) {
  Event event = EVENT__INIT;
  uint8_t packed[256], list[300] = {0x0a};
  event.type = (char *)body->descriptor->short_name;
  event.body.len = protobuf_c_message_pack(body, packed);
  event.body.data = packed;
  list[1] = (uint8_t)event__pack(&event, list + 2);
  assert_true(list[1] < 128);
  struct store_change change = {.area = AREA, .events = {list, (size_t)list[1] + 2}, .n_events = 1};
  struct store_change *changes[] = {&change};
  enum store_result result;
  memory_commit(w->town->truth, "author", changes, 1, &result);
}

static uint64_t cursor_kept(struct reading *w) {
  return truth_version(w->town, "{" AREA "}:cursor:desk");
}

// How often each registered person's event took effect: all are counted once.
static void assert_each_once(struct reading *w) {
  size_t n;
  char **people = memory_page(w->town->truth, AREA, "people", NULL, 1000, &n);
  for (size_t i = 0; i < n; i++) assert_int_equal(truth_count(w->town, people[i]), 1);
  free(people);
}

static void what_follows_is_taken_from_the_bus_without_looking_at_the_stream(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  hear(w);
  desk_run(w->desk);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_each_once(w);
}

static void a_gap_is_filled_from_the_stream(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  for (int i = 0; i < 3; i++) happens(w);
  hear(w);
  desk_run(w->desk);
  assert_int_equal(reader_cursor(w->reader), 3);
  assert_each_once(w);
}

static void what_comes_twice_is_taken_once(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  hear(w);
  hear(w);
  desk_run(w->desk);
  hear(w);
  desk_run(w->desk);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_each_once(w);
}

static void a_heartbeat_tells_of_what_was_lost(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  reader_hear(w->reader, 1, NULL, 0);
  desk_run(w->desk);
  assert_int_equal(reader_cursor(w->reader), 1);
}

// Its author died between commit and publishing, and all others tell of older news every second.
static void a_tail_that_was_never_published_is_found_among_heartbeats(void **state) {
  struct reading *w = *state;
  happens(w);
  run_for(w, 3);
  happens(w);
  for (int i = 0; i < 5; i++) {
    reader_hear(w->reader, 1, NULL, 0);
    run_for(w, 1);
  }
  assert_int_equal(reader_cursor(w->reader), 2);
}

static void news_that_does_not_unpack_is_looked_up_in_the_stream(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  reader_hear(w->reader, 1, (const uint8_t *)"\xff\xff\xff", 3);
  desk_run(w->desk);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_each_once(w);
}

static void a_new_reader_goes_on_where_the_cursor_stands(void **state) {
  struct reading *w = *state;
  happens(w);
  happens(w);
  run_for(w, 3);
  use_replica(w);
  happens(w);
  desk_run(w->replica);
  for (int i = 0; i < 3; i++) {
    reader_tick(w->other);
    desk_run(w->replica);
  }
  assert_int_equal(reader_cursor(w->other), 3);
  assert_each_once(w);
}

// Both hear everything and reach for each event; one of them is first.
static void two_replicas_take_each_event_once(void **state) {
  struct reading *w = *state;
  use_replica(w);
  desk_run(w->desk);
  desk_run(w->replica);
  for (int i = 0; i < 20; i++) {
    happens(w);
    hear(w);
    reader_hear(w->other, w->author->last_published, w->author->list, w->author->list_bytes);
    for (bool more = true; more;) {
      more = desk_step(w->desk, MEMORY_FINE);
      more |= desk_step(w->replica, MEMORY_FINE);
    }
  }
  run_for(w, 20);
  assert_int_equal(reader_cursor(w->reader), 20);
  assert_int_equal(reader_cursor(w->other), 20);
  assert_each_once(w);
}

static void an_answer_that_got_lost_does_not_repeat_the_event(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  hear(w);
  while (store_memory_waiting(w->desk->store)) desk_step(w->desk, MEMORY_UNANSWERED);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_each_once(w);
}

static void an_event_whose_commit_was_not_carried_out_is_taken_again(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  hear(w);
  desk_step(w->desk, MEMORY_LOST);
  assert_int_equal(reader_cursor(w->reader), 0);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_each_once(w);
}

static void somebody_else_writes(struct reading *w, const char *key, uint8_t version) {
  uint8_t value[8] = {[7] = version};
  struct store_record r = {key, version - 1u, STORE_PUT, {value, sizeof value}};
  struct store_change change = {.area = AREA, .records = &r, .n_records = 1}, *changes[] = {&change};
  enum store_result result;
  memory_commit(w->town->truth, "other", changes, 1, &result);
  assert_int_equal(result, STORE_DONE);
}

// Between its reading and its commit the record changes, again and again. That is no reason to pass on.
static void an_event_that_loses_the_race_is_taken_when_the_race_is_over(void **state) {
  struct reading *w = *state;
  desk_run(w->desk);
  happens(w);
  hear(w);
  size_t n;
  char **people = memory_page(w->town->truth, AREA, "people", NULL, 1, &n);
  char *crn = arena_text(&w->town->arena, people[0]);
  char *key = arena_printf(&w->town->arena, "{" AREA "}:DailyCount:%s", crn);
  free(people);
  somebody_else_writes(w, key, 1);
  for (uint8_t version = 2; version < 6; version++) {
    desk_step(w->desk, MEMORY_FINE); // it has presumed too much
    desk_step(w->desk, MEMORY_FINE); // it reads
    somebody_else_writes(w, key, version);
    desk_step(w->desk, MEMORY_FINE); // it loses
    assert_int_equal(reader_cursor(w->reader), 0);
    desk_step(w->desk, MEMORY_FINE); // the cursor is read again
    desk_step(w->desk, MEMORY_FINE); // and the event
  }
  run_for(w, 5);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_int_equal(cursor_kept(w), 1);
  assert_int_equal(truth_count(w->town, crn), 1);
}

static void events_of_no_row_are_passed_and_the_cursor_is_kept_after_a_while(void **state) {
  struct reading *w = *state;
  MatchEnded body = MATCH_ENDED__INIT;
  append(w, &body.base);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_int_equal(cursor_kept(w), 0);
  run_for(w, 20);
  assert_int_equal(cursor_kept(w), 1);
}

static void an_event_that_changes_nothing_moves_the_cursor_along_with_the_next_one_that_does(void **state) {
  struct reading *w = *state;
  MentorRegistered body = MENTOR_REGISTERED__INIT;
  append(w, &body.base);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 1);
  assert_int_equal(cursor_kept(w), 0);
  happens(w);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 2);
  assert_int_equal(cursor_kept(w), 2);
  append(w, &body.base);
  run_for(w, 20);
  assert_int_equal(cursor_kept(w), 3);
  assert_each_once(w);
}

// They are handled without a single wait in between, and each returns before the next is begun.
static void a_long_list_of_events_that_change_nothing_is_taken_in_one_go(void **state) {
  enum {
    MANY = 50000
  };
  struct reading *w = *state;
  Event event = EVENT__INIT, **events = calloc(MANY, sizeof *events);
  event.type = (char *)"MentorRegistered";
  for (int i = 0; i < MANY; i++) events[i] = &event;
  EventList list = EVENT_LIST__INIT;
  list.n_events = MANY;
  list.events = events;
  uint8_t *packed = malloc(event_list__get_packed_size(&list));
  struct store_change change = {.area = AREA, .events = {packed, event_list__pack(&list, packed)}, .n_events = MANY};
  struct store_change *changes[] = {&change};
  enum store_result result;
  memory_commit(w->town->truth, "author", changes, 1, &result);
  happens(w);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), MANY + 1);
  assert_each_once(w);
  free(packed);
  free(events);
}

// Each passes on its own and keeps the cursor when it gets round to it; the later one never moves it back.
static void a_kept_cursor_never_moves_back(void **state) {
  struct reading *w = *state;
  MatchEnded body = MATCH_ENDED__INIT;
  use_replica(w);
  desk_run(w->replica);
  append(w, &body.base);
  for (int i = 0; i < 3; i++) {
    reader_tick(w->other);
    desk_run(w->replica);
  }
  append(w, &body.base);
  for (int i = 0; i < 20; i++) {
    reader_tick(w->reader);
    desk_run(w->desk);
  }
  assert_int_equal(cursor_kept(w), 2);
  for (int i = 0; i < 20; i++) {
    reader_tick(w->other);
    desk_run(w->replica);
    assert_int_equal(cursor_kept(w), 2);
  }
  assert_int_equal(reader_cursor(w->other), 2);
}

static void an_event_that_cannot_be_handled_is_tried_for_a_while_and_then_parked(void **state) {
  struct reading *w = *state;
  MentorResumed body = MENTOR_RESUMED__INIT;
  append(w, &body.base);
  happens(w);
  run_for(w, 10);
  assert_int_equal(reader_cursor(w->reader), 0);
  run_for(w, 15);
  assert_true(truth_in_index(w->town, "parked-desk", "00000000000000000001"));
  assert_int_equal(reader_cursor(w->reader), 2);
  assert_each_once(w);
}

static void a_stream_entry_that_cannot_be_read_stops_nobody(void **state) {
  struct reading *w = *state;
  happens(w);
  struct store_change change = {.area = AREA, .events = {(const uint8_t *)"\xff\xff", 2}, .n_events = 1};
  struct store_change *changes[] = {&change};
  enum store_result result;
  memory_commit(w->town->truth, "author", changes, 1, &result);
  run_for(w, 5);
  assert_int_equal(reader_cursor(w->reader), 2);
  happens(w);
  run_for(w, 5);
  assert_int_equal(reader_cursor(w->reader), 3);
  assert_each_once(w);
}

static void a_heartbeat_of_more_than_there_is_ends_in_rest(void **state) {
  struct reading *w = *state;
  happens(w);
  run_for(w, 3);
  reader_hear(w->reader, 100, NULL, 0);
  desk_run(w->desk); // would not come to an end if it looked again and again
  assert_int_equal(reader_latest(w->reader), 1);
}

static void a_store_that_is_away_is_asked_again_when_it_is_back(void **state) {
  struct reading *w = *state;
  desk_step(w->desk, MEMORY_LOST);
  happens(w);
  store_memory_set_ready(w->desk->store, false);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 0);
  store_memory_set_ready(w->desk->store, true);
  run_for(w, 3);
  assert_int_equal(reader_cursor(w->reader), 1);
}

#define T(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      T(what_follows_is_taken_from_the_bus_without_looking_at_the_stream),
      T(a_gap_is_filled_from_the_stream),
      T(what_comes_twice_is_taken_once),
      T(a_heartbeat_tells_of_what_was_lost),
      T(a_tail_that_was_never_published_is_found_among_heartbeats),
      T(news_that_does_not_unpack_is_looked_up_in_the_stream),
      T(a_new_reader_goes_on_where_the_cursor_stands),
      T(two_replicas_take_each_event_once),
      T(an_answer_that_got_lost_does_not_repeat_the_event),
      T(an_event_whose_commit_was_not_carried_out_is_taken_again),
      T(an_event_that_loses_the_race_is_taken_when_the_race_is_over),
      T(events_of_no_row_are_passed_and_the_cursor_is_kept_after_a_while),
      T(an_event_that_changes_nothing_moves_the_cursor_along_with_the_next_one_that_does),
      T(a_long_list_of_events_that_change_nothing_is_taken_in_one_go),
      T(a_kept_cursor_never_moves_back),
      T(an_event_that_cannot_be_handled_is_tried_for_a_while_and_then_parked),
      T(a_stream_entry_that_cannot_be_read_stops_nobody),
      T(a_heartbeat_of_more_than_there_is_ends_in_rest),
      T(a_store_that_is_away_is_asked_again_when_it_is_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
