#include "calendar.h"
#include "intake.pb-c.h"
#include "mentoring.h"
#include "text.h"
#include <string.h>

// --- what was sent

static bool is_blank(const char *text) {
  return text[strspn(text, " \n\r\t")] == '\0';
}

static void check_text(struct change *c, const Narrative *n) {
  if (!n || is_blank(n->text))
    change_refuse(c, CODE__INVALID, "/text/text", "is missing: write what is to be kept");
  else if (n->seal)
    change_refuse(c, CODE__INVALID, "/text/seal", "is not yours to set: leave it out");
  else if (n->partition && n->partition != PARTITION__MENTORING)
    change_refuse(c, CODE__INVALID, "/text/partition", "is MENTORING for every note: leave it out");
  else if (strlen(n->text) > NOTE_BYTES)
    change_refuse(c, CODE__INVALID, "/text/text", "is longer than 20000 bytes: make two notes of it");
  else if (text_has_control(n->text, true))
    change_refuse(c, CODE__INVALID, "/text/text", "has a control character: remove it");
}

static void check_why(struct change *c, const char *why) {
  if (is_blank(why))
    change_refuse(c, CODE__INVALID, "/why", "is missing: say why the note is changed");
  else if (strlen(why) > NOTE_WHY_BYTES || text_has_control(why, true))
    change_refuse(c, CODE__INVALID, "/why", "may have 1000 bytes and no control characters");
}

// The text as it is kept: always in the partition of mentors, so that it is sealed under the one key that nobody else
// has.
static Narrative *confided(const struct message *m, const Narrative *sent) {
  Narrative *n = arena_copy(m->arena, sent, sizeof *sent);
  n->partition = PARTITION__MENTORING;
  return n;
}

static void check_sent(struct change *c, const struct message *m, const Note *note) {
  if (!text_is_uuid(note->id)) change_refuse(c, CODE__INVALID, "/id", "must be a UUID in lower case");
  if (!note_crn(m, note->crn))
    change_refuse(c, CODE__INVALID, "/crn", "must be a letter and six digits, such as X123456");
  if (!text_is_empty(note->session_id) && !text_is_uuid(note->session_id))
    change_refuse(c, CODE__INVALID, "/sessionId", "must be a UUID in lower case: leave it out for a note on its own");
  check_text(c, note->text);
}

// --- writing

void needs_write_note(struct records *want, const struct message *m) {
  const WriteNote *cmd = m->body;
  if (!cmd->note) return;
  records_want_absent(want, &note__descriptor, cmd->note->id);
  want_note_person(want, note_crn(m, cmd->note->crn));
  records_want_closed(want, &session__descriptor, cmd->note->session_id);
}

static void check_session(struct change *c, const struct records *have, const struct message *m, const Note *note) {
  const Session *s = records_get(have, &session__descriptor, note->session_id);
  bool own = s && strcmp(s->crn, note->crn) == 0 && strcmp(s->recorded_by, m->actor->id) == 0;
  if (!own && !text_is_empty(note->session_id))
    change_refuse(c, CODE__NOT_FOUND, "/sessionId",
                  "is no session of this person that you recorded: record it first, or leave it out");
}

static bool is_same(const Note *there, const Note *sent) {
  return strcmp(there->crn, sent->crn) == 0 && strcmp(there->session_id, sent->session_id) == 0 &&
         strcmp(there->text->text, sent->text->text) == 0;
}

// The same note sent again answers as before. To any other sender the id is merely taken.
static struct change written_before(const struct records *have, const struct message *m, const Note *there,
                                    const Note *sent) {
  if (strcmp(there->written_by, m->actor->id) != 0 || !is_same(there, sent))
    return refuse(m, CODE__CONFLICT, "/id", "is taken by another note: choose a new id, or amend that note");
  struct change c = change_of(m);
  change_reply(&c, there->crn, there, records_version(have, &note__descriptor, there->id));
  return c;
}

static Note *new_note(const struct message *m, const Note *sent) {
  Note *note = arena_take(m->arena, sizeof *note);
  note__init(note);
  note->id = sent->id;
  note->crn = (char *)note_crn(m, sent->crn);
  note->session_id = sent->session_id;
  note->text = confided(m, sent->text);
  note->written_by = m->actor->id;
  note->written_at = note->amended_at = timestamp_of(m->arena, m->now.ms);
  return note;
}

// All but the text.
static void publish_written(struct change *c, const struct message *m, const Note *note) {
  NoteWritten *event = arena_take(m->arena, sizeof *event);
  note_written__init(event);
  event->id = note->id;
  event->crn = note->crn;
  event->mentor_id = note->written_by;
  event->session_id = note->session_id;
  event->at_ms = m->now.ms;
  change_publish(c, note->crn, event);
}

static void write(struct change *c, const struct message *m, const Note *note) {
  const char *member = arena_printf(m->arena, "%013lld/%s", (long long)timestamp_ms(note->written_at), note->id);
  change_write(c, note->crn, note->id, note);
  change_index(c, note_index(m, note->crn, note->written_by), member);
  change_index(c, arena_printf(m->arena, "notes-about/%s", note->crn), member);
  publish_written(c, m, note);
  change_reply(c, note->crn, note, 1);
  c->created = true;
}

struct change decide_write_note(const struct records *have, const struct message *m) {
  const WriteNote *cmd = m->body;
  if (!cmd->note) return refuse(m, CODE__INVALID, NULL, "send a note");
  struct change c = change_of(m);
  check_sent(&c, m, cmd->note);
  if (change_refused(&c)) return c;
  const Note *note = new_note(m, cmd->note), *there = records_get(have, &note__descriptor, note->id);
  if (!has_person(have, note->crn)) return refuse(m, CODE__NOT_FOUND, "/crn", "is not one of your people");
  if (there) return written_before(have, m, there, note);
  check_session(&c, have, m, note);
  if (!change_refused(&c)) write(&c, m, note);
  return c;
}

// --- amending

void needs_amend_note(struct records *want, const struct message *m) {
  const AmendNote *cmd = m->body;
  if (want_note(want, cmd->id))
    records_want_absent(want, &note_version__descriptor, note_version_id(m, cmd->id, cmd->seen_version));
}

static void check_version(struct change *c, uint64_t seen_version, uint64_t version) {
  if (!seen_version)
    change_refuse(c, CODE__INVALID, NULL, "a change needs the version that you saw: send it as If-Match");
  else if (seen_version != version)
    change_refuse(c, CODE__STALE, NULL, "it has changed since you read it: read it again, then send your change");
}

static void keep_earlier(struct change *c, const struct message *m, const Note *was, uint64_t version) {
  NoteVersion *v = arena_take(m->arena, sizeof *v);
  note_version__init(v);
  v->note = (Note *)was;
  v->version = version;
  change_write(c, was->crn, note_version_id(m, was->id, version), v);
}

static void publish_amended(struct change *c, const struct message *m, const Note *note) {
  NoteAmended *event = arena_take(m->arena, sizeof *event);
  note_amended__init(event);
  event->id = note->id;
  event->crn = note->crn;
  event->mentor_id = note->written_by;
  event->at_ms = m->now.ms;
  change_publish(c, note->crn, event);
}

static void amend(struct change *c, const struct message *m, const Note *was, uint64_t version) {
  const AmendNote *cmd = m->body;
  Note *note = arena_copy(m->arena, was, sizeof *was);
  note->text = confided(m, cmd->text);
  note->amended_at = timestamp_of(m->arena, m->now.ms);
  note->amended_why = cmd->why;
  keep_earlier(c, m, was, version);
  change_write(c, note->crn, note->id, note);
  publish_amended(c, m, note);
  change_reply(c, note->crn, note, version + 1);
}

struct change decide_amend_note(const struct records *have, const struct message *m) {
  const AmendNote *cmd = m->body;
  const Note *was = own_note(have, m, cmd->id);
  if (!was) return no_such_note(m);
  struct change c = change_of(m);
  uint64_t version = records_version(have, &note__descriptor, was->id);
  check_why(&c, cmd->why);
  check_text(&c, cmd->text);
  if (!change_refused(&c)) check_version(&c, cmd->seen_version, version);
  if (!change_refused(&c)) amend(&c, m, was, version);
  return c;
}
