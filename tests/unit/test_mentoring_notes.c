// links: mentoring
// kinds: trust
// A mentor's notes: their author reads them and nobody else, for as long as the match lasts.
#include "decision.h"
#include "calendar.h"
#include "intake.pb-c.h"
#include "matching.pb-c.h"
#include "mentoring.h"
#include <stdlib.h>

#define CRN "X123456"
#define MENTOR_ID "dddddddd-0000-4000-8000-000000000001"
#define OTHER_MENTOR_ID "dddddddd-0000-4000-8000-000000000002"
#define MATCH_ID "eeeeeeee-0000-4000-8000-000000000001"
#define NOTE_ID "aaaaaaaa-0000-4000-8000-000000000001"
#define OTHER_NOTE_ID "aaaaaaaa-0000-4000-8000-000000000002"
#define SESSION_ID "bbbbbbbb-0000-4000-8000-000000000001"

// A person, and the mentor who is matched with them.
struct world {
  struct decision d;
  Person person;
  PersonsOffer standing;
  Offer match;
  Session session;
};

static int world_begin(void **state) {
  struct world *w = calloc(1, sizeof *w);
  decision_begin(&w->d, &mentoring, NULL);
  w->person = (Person)PERSON__INIT;
  w->person.crn = CRN;
  w->standing = (PersonsOffer)PERSONS_OFFER__INIT;
  w->standing.offer_id = MATCH_ID;
  w->match = (Offer)OFFER__INIT;
  w->match.id = MATCH_ID;
  w->match.crn = CRN;
  w->match.mentor_id = MENTOR_ID;
  w->match.state = OFFER_STATE__ACCEPTED;
  w->session = (Session)SESSION__INIT;
  w->session.id = SESSION_ID;
  w->session.crn = CRN;
  w->session.recorded_by = MENTOR_ID;
  given(&w->d, &person__descriptor, CRN, 1, &w->person);
  given(&w->d, &persons_offer__descriptor, CRN, 1, &w->standing);
  given(&w->d, &offer__descriptor, MATCH_ID, 1, &w->match);
  given(&w->d, &session__descriptor, SESSION_ID, 1, &w->session);
  decision_as(&w->d, MENTOR_ID, MAY(MENTOR));
  *state = w;
  return 0;
}

static int world_end(void **state) {
  struct world *w = *state;
  decision_end(&w->d);
  free(w);
  return 0;
}
#define IN_WORLD(test) cmocka_unit_test_setup_teardown(test, world_begin, world_end)

static Narrative *a_text(struct world *w, const char *text) {
  Narrative *n = arena_take(&w->d.arena, sizeof *n);
  narrative__init(n);
  n->text = (char *)text;
  return n;
}

static Note *a_note(struct world *w) {
  Note *note = arena_take(&w->d.arena, sizeof *note);
  note__init(note);
  note->id = NOTE_ID;
  note->crn = "x123456";
  note->text = a_text(w, "What I was told.");
  return note;
}

static struct change wrote(struct world *w, Note *note) {
  WriteNote *cmd = arena_take(&w->d.arena, sizeof *cmd);
  write_note__init(cmd);
  cmd->note = note;
  return decided(&w->d, cmd);
}

static struct change amended(struct world *w, const char *text, const char *why, uint64_t seen_version) {
  AmendNote *cmd = arena_take(&w->d.arena, sizeof *cmd);
  amend_note__init(cmd);
  cmd->id = NOTE_ID;
  cmd->text = text ? a_text(w, text) : NULL;
  cmd->why = (char *)why;
  cmd->seen_version = seen_version;
  return decided(&w->d, cmd);
}

static struct change read_note(struct world *w) {
  ReadNote *cmd = arena_take(&w->d.arena, sizeof *cmd);
  read_note__init(cmd);
  cmd->id = NOTE_ID;
  return decided(&w->d, cmd);
}

static struct change read_version(struct world *w, uint64_t version) {
  ReadNoteVersion *cmd = arena_take(&w->d.arena, sizeof *cmd);
  read_note_version__init(cmd);
  cmd->id = NOTE_ID;
  cmd->version = version;
  return decided(&w->d, cmd);
}

static struct change listed(struct world *w, const char *crn) {
  ListNotes *cmd = arena_take(&w->d.arena, sizeof *cmd);
  list_notes__init(cmd);
  cmd->crn = (char *)crn;
  return decided(&w->d, cmd);
}

static void given_note(struct world *w) {
  struct change c = wrote(w, a_note(w));
  assert_done(&c);
  decision_commit(&w->d, &c);
}

static size_t n_listed(struct world *w) {
  struct change c = listed(w, CRN);
  assert_done(&c);
  return ((const Notes *)c.reply)->n_notes;
}

static void a_note_is_kept_in_the_mentors_partition_and_read_again(void **state) {
  struct world *w = *state;
  struct change c = wrote(w, a_note(w));
  assert_done(&c);
  assert_true(c.created);
  assert_string_equal(c.records->subject, CRN); // under whose keys it is sealed
  const Note *note = written(&c, &note__descriptor, NOTE_ID);
  assert_int_equal(note->text->partition, PARTITION__MENTORING);
  assert_string_equal(note->written_by, MENTOR_ID);
  assert_int_equal(timestamp_ms(note->written_at), DECISION_NOW_MS);
  decision_commit(&w->d, &c);
  c = read_note(w);
  assert_done(&c);
  assert_string_equal(((const Note *)c.reply)->text->text, "What I was told.");
  assert_int_equal(c.version, 1);
  assert_int_equal(n_listed(w), 1);
}

static void the_event_of_a_note_says_nothing_of_what_is_in_it(void **state) {
  struct world *w = *state;
  Note *note = a_note(w);
  note->session_id = SESSION_ID;
  struct change c = wrote(w, note);
  assert_done(&c);
  const NoteWritten *e = published(&c, &note_written__descriptor);
  assert_string_equal(e->crn, CRN);
  assert_string_equal(e->mentor_id, MENTOR_ID);
  assert_string_equal(e->session_id, SESSION_ID);
  uint8_t bytes[512];
  size_t n = protobuf_c_message_pack(&e->base, bytes);
  assert_null(memmem(bytes, n, "What I was told", 15));
}

static void the_same_note_again_answers_as_before_and_another_conflicts(void **state) {
  struct world *w = *state;
  given_note(w);
  struct change c = wrote(w, a_note(w));
  assert_done(&c);
  assert_null(c.records);
  assert_false(c.created);
  Note *other = a_note(w);
  other->text = a_text(w, "Something else.");
  c = wrote(w, other);
  assert_refused(&c, CODE__CONFLICT, "/id");
}

static void every_wrong_field_is_named(void **state) {
  struct world *w = *state;
  Note *note = a_note(w);
  note->id = "1";
  note->crn = "nobody";
  note->session_id = "1";
  note->text = a_text(w, " \n");
  struct change c = wrote(w, note);
  assert_refused(&c, CODE__INVALID, "/id");
  assert_refused(&c, CODE__INVALID, "/crn");
  assert_refused(&c, CODE__INVALID, "/sessionId");
  assert_refused(&c, CODE__INVALID, "/text/text");
  c = wrote(w, NULL);
  assert_refused(&c, CODE__INVALID, NULL);
}

static void a_text_is_bounded_clean_and_in_no_other_partition(void **state) {
  struct world *w = *state;
  Note *note = a_note(w);
  char *longest = arena_take(&w->d.arena, NOTE_BYTES + 2);
  memset(longest, 'a', NOTE_BYTES);
  note->text = a_text(w, longest);
  struct change c = wrote(w, note);
  assert_done(&c);
  longest[NOTE_BYTES] = 'a';
  c = wrote(w, note);
  assert_refused(&c, CODE__INVALID, "/text/text");
  note->text = a_text(w, "a\x1b[2J");
  c = wrote(w, note);
  assert_refused(&c, CODE__INVALID, "/text/text");
  note->text = a_text(w, "two\nlines");
  note->text->partition = PARTITION__SUPERVISION;
  c = wrote(w, note);
  assert_refused(&c, CODE__INVALID, "/text/partition");
  note->text->partition = PARTITION__MENTORING;
  c = wrote(w, note);
  assert_done(&c);
  Seal seal = SEAL__INIT;
  note->text->seal = &seal;
  c = wrote(w, note);
  assert_refused(&c, CODE__INVALID, "/text/seal");
}

static void a_note_names_a_session_of_that_person_by_that_mentor_or_none(void **state) {
  struct world *w = *state;
  Note *note = a_note(w);
  note->session_id = "bbbbbbbb-0000-4000-8000-00000000ffff";
  struct change c = wrote(w, note);
  assert_refused(&c, CODE__NOT_FOUND, "/sessionId");
  note->session_id = SESSION_ID;
  w->session.recorded_by = "N07A123";
  c = wrote(w, note);
  assert_refused(&c, CODE__NOT_FOUND, "/sessionId");
}

static void an_amendment_keeps_the_version_before_and_says_why(void **state) {
  struct world *w = *state;
  given_note(w);
  w->d.m.now.ms += 1000;
  struct change c = amended(w, "What I was told, exactly.", "I had it wrong.", 1);
  assert_done(&c);
  assert_non_null(published(&c, &note_amended__descriptor));
  const Note *now = written(&c, &note__descriptor, NOTE_ID);
  assert_string_equal(now->amended_why, "I had it wrong.");
  assert_int_equal(now->text->partition, PARTITION__MENTORING);
  assert_int_equal(timestamp_ms(now->written_at), DECISION_NOW_MS);
  decision_commit(&w->d, &c);
  c = read_version(w, 1);
  assert_done(&c);
  assert_string_equal(((const NoteVersion *)c.reply)->note->text->text, "What I was told.");
  c = read_version(w, 2);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = amended(w, "Late.", "I saw the first version.", 1);
  assert_refused(&c, CODE__STALE, NULL);
  assert_int_equal(n_listed(w), 1);
}

static void an_amendment_needs_a_text_a_reason_and_the_version_seen(void **state) {
  struct world *w = *state;
  given_note(w);
  struct change c = amended(w, NULL, "", 1);
  assert_refused(&c, CODE__INVALID, "/why");
  assert_refused(&c, CODE__INVALID, "/text/text");
  c = amended(w, "New.", "Because.", 0);
  assert_refused(&c, CODE__INVALID, NULL);
}

static void no_other_role_sends_any_of_it(void **state) {
  struct world *w = *state;
  given_note(w);
  roles_t others = 0;
  for (unsigned role = ROLE__PERSON; role < DECISION_ROLES; role++)
    if (role != ROLE__MENTOR) others |= 1u << role;
  decision_as(&w->d, MENTOR_ID, others); // even under the author's own id
  struct change all[] = {wrote(w, a_note(w)), amended(w, "a", "b", 1), read_note(w), read_version(w, 1),
                         listed(w, CRN)};
  for (size_t i = 0; i < sizeof all / sizeof *all; i++) assert_refused(&all[i], CODE__NOT_FOUND, NULL);
}

// Whoever they are, to them there is neither note nor person.
static void assert_nothing_there(struct world *w) {
  struct change c = read_note(w);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = read_version(w, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = amended(w, "a", "b", 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = listed(w, CRN);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  Note *note = a_note(w);
  note->id = OTHER_NOTE_ID;
  c = wrote(w, note);
  assert_refused(&c, CODE__NOT_FOUND, "/crn");
}

static void to_a_mentor_who_is_not_matched_there_is_nothing(void **state) {
  struct world *w = *state;
  given_note(w);
  decision_as(&w->d, OTHER_MENTOR_ID, MAY(MENTOR));
  assert_nothing_there(w);
}

static void after_the_match_has_ended_the_author_reads_no_more(void **state) {
  struct world *w = *state;
  given_note(w);
  w->match.ended_at = timestamp_of(&w->d.arena, DECISION_NOW_MS);
  assert_nothing_there(w);
}

static void the_link_of_an_offer_opens_no_note(void **state) {
  struct world *w = *state;
  given_note(w);
  w->d.actor.only = "Offer/" MATCH_ID;
  assert_nothing_there(w);
}

static void a_person_who_keeps_the_mentor_out_is_not_there(void **state) {
  static char *restricted[] = {MENTOR_ID};
  struct world *w = *state;
  given_note(w);
  w->person.restricted = restricted;
  w->person.n_restricted = 1;
  assert_nothing_there(w);
}

static void the_next_mentor_finds_no_note_of_the_one_before(void **state) {
  struct world *w = *state;
  given_note(w);
  w->match.mentor_id = OTHER_MENTOR_ID;
  decision_as(&w->d, OTHER_MENTOR_ID, MAY(MENTOR));
  assert_int_equal(n_listed(w), 0);
  struct change c = read_note(w);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = read_version(w, 1);
  assert_refused(&c, CODE__NOT_FOUND, NULL);
  c = wrote(w, a_note(w)); // the same content: no way to find out what the other wrote
  assert_refused(&c, CODE__CONFLICT, "/id");
  Note *own = a_note(w);
  own->id = OTHER_NOTE_ID;
  c = wrote(w, own);
  assert_done(&c);
  decision_commit(&w->d, &c);
  assert_int_equal(n_listed(w), 1);
}

static void a_crn_that_is_none_lists_nothing(void **state) {
  struct world *w = *state;
  struct change c = listed(w, "?");
  assert_refused(&c, CODE__NOT_FOUND, NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_WORLD(a_note_is_kept_in_the_mentors_partition_and_read_again),
      IN_WORLD(the_event_of_a_note_says_nothing_of_what_is_in_it),
      IN_WORLD(the_same_note_again_answers_as_before_and_another_conflicts),
      IN_WORLD(every_wrong_field_is_named),
      IN_WORLD(a_text_is_bounded_clean_and_in_no_other_partition),
      IN_WORLD(a_note_names_a_session_of_that_person_by_that_mentor_or_none),
      IN_WORLD(an_amendment_keeps_the_version_before_and_says_why),
      IN_WORLD(an_amendment_needs_a_text_a_reason_and_the_version_seen),
      IN_WORLD(no_other_role_sends_any_of_it),
      IN_WORLD(to_a_mentor_who_is_not_matched_there_is_nothing),
      IN_WORLD(after_the_match_has_ended_the_author_reads_no_more),
      IN_WORLD(the_link_of_an_offer_opens_no_note),
      IN_WORLD(a_person_who_keeps_the_mentor_out_is_not_there),
      IN_WORLD(the_next_mentor_finds_no_note_of_the_one_before),
      IN_WORLD(a_crn_that_is_none_lists_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
