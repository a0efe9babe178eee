// Mentoring keeps what mentors write in confidence. It is the only service with the key to it.
//
// A note is read by its author alone, and only while the person is the author's own: matched, and the match not ended.
// To everybody else, staff and mentors alike, there is no such note. Files: writing.c (write, amend), reading.c (read,
// list, and what both share), unsent.c (the key to what phones could not send), holding.c (subject access and erasure).
//
// Records: Note under its id, NoteVersion under "<id>/<version>", UnsentKey under the mentor's id. Index:
// "notes-of/<crn>/<mentor id>" ("<written at, 13 digits of ms>/<note id>"): each author's notes about a person are a
// list of their own, so that its pages tell nothing of another's. "notes-about/<crn>" has the same members of all
// authors, and serves nobody's reading but the two rights of the person that holding.c is about. Whom a person was
// matched with is in matching's "offers-of/<crn>".
#pragma once
#include "change.h"
#include "mentoring.pb-c.h"
#include "records.h"
#include "service.h"

extern const struct service mentoring;

enum {
  NOTE_BYTES = 20000,
  NOTE_WHY_BYTES = 1000
};

// What writing and reading share.
// The CRN in capitals, in the message's arena; NULL where it is not one.
const char *note_crn(const struct message *m, const char *text);
// Wants what has_person() looks at. `crn` in capitals, or NULL.
void want_note_person(struct records *want, const char *crn);
bool has_person(const struct records *have, const char *crn);
// The note, where it is the sender's to read; NULL otherwise. Wants the person, too.
const Note *want_note(struct records *want, const char *id);
const Note *own_note(const struct records *have, const struct message *m, const char *id);
char *note_index(const struct message *m, const char *crn, const char *mentor_id);
char *note_version_id(const struct message *m, const char *id, uint64_t version);
struct change no_such_note(const struct message *m);

void needs_write_note(struct records *want, const struct message *m);
struct change decide_write_note(const struct records *have, const struct message *m);
void needs_amend_note(struct records *want, const struct message *m);
struct change decide_amend_note(const struct records *have, const struct message *m);
void needs_read_note(struct records *want, const struct message *m);
struct change decide_read_note(const struct records *have, const struct message *m);
void needs_read_note_version(struct records *want, const struct message *m);
struct change decide_read_note_version(const struct records *have, const struct message *m);
void needs_list_notes(struct records *want, const struct message *m);
struct change decide_list_notes(const struct records *have, const struct message *m);
void needs_unsent_key(struct records *want, const struct message *m);
struct change decide_keep_unsent_key(const struct records *have, const struct message *m);
struct change decide_read_unsent_key(const struct records *have, const struct message *m);
void needs_end_unsent_key(struct records *want, const struct message *m);
struct change on_mentor_signed_out(const struct records *have, const struct message *m);
struct change on_mentor_paused(const struct records *have, const struct message *m);
void needs_erase_notes(struct records *want, const struct message *m);
struct change on_erase_notes(const struct records *have, const struct message *m);
void needs_collect_notes(struct records *want, const struct message *m);
struct change decide_collect_notes(const struct records *have, const struct message *m);
