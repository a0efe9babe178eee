#include "access.h"
#include "intake.pb-c.h"
#include "mentoring.h"
#include "text.h"
#include <inttypes.h>
#include <string.h>

enum {
  LIST_USUAL = 50,
  LIST_MOST = 200
};

const char *note_crn(const struct message *m, const char *text) {
  char crn[8];
  return text_crn(text, crn) ? arena_text(m->arena, crn) : NULL;
}

// --- whose it is

void want_note_person(struct records *want, const char *crn) {
  records_want_closed(want, &person__descriptor, crn);
}

bool has_person(const struct records *have, const char *crn) {
  return records_get(have, &person__descriptor, crn) != NULL;
}

const Note *want_note(struct records *want, const char *id) {
  const Note *note = records_want(want, &note__descriptor, id);
  if (note) want_note_person(want, note->crn);
  return note;
}

const Note *own_note(const struct records *have, const struct message *m, const char *id) {
  const Note *note = records_get(have, &note__descriptor, id);
  return note && strcmp(note->written_by, m->actor->id) == 0 && has_person(have, note->crn) ? note : NULL;
}

char *note_index(const struct message *m, const char *crn, const char *mentor_id) {
  return arena_printf(m->arena, "notes-of/%s/%s", crn, mentor_id);
}

char *note_version_id(const struct message *m, const char *id, uint64_t version) {
  return arena_printf(m->arena, "%s/%" PRIu64, id, version);
}

struct change no_such_note(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, ACCESS_NOT_FOUND);
}

// --- one note

void needs_read_note(struct records *want, const struct message *m) {
  want_note(want, ((const ReadNote *)m->body)->id);
}

struct change decide_read_note(const struct records *have, const struct message *m) {
  const Note *note = own_note(have, m, ((const ReadNote *)m->body)->id);
  if (!note) return no_such_note(m);
  struct change c = change_of(m);
  change_reply(&c, note->crn, note, records_version(have, &note__descriptor, note->id));
  return c;
}

void needs_read_note_version(struct records *want, const struct message *m) {
  const ReadNoteVersion *cmd = m->body;
  if (want_note(want, cmd->id))
    records_want(want, &note_version__descriptor, note_version_id(m, cmd->id, cmd->version));
}

struct change decide_read_note_version(const struct records *have, const struct message *m) {
  const ReadNoteVersion *cmd = m->body;
  const Note *note = own_note(have, m, cmd->id);
  if (!note) return no_such_note(m);
  const NoteVersion *v = records_get(have, &note_version__descriptor, note_version_id(m, cmd->id, cmd->version));
  if (!v) return no_such_note(m);
  struct change c = change_of(m);
  change_reply(&c, note->crn, v, 0);
  return c;
}

// --- a person's notes, of this author

static unsigned list_limit(unsigned asked) {
  return !asked ? LIST_USUAL : asked < LIST_MOST ? asked : LIST_MOST;
}

static const char *id_of_member(const char *member) {
  const char *slash = strchr(member, '/');
  return slash ? slash + 1 : member;
}

void needs_list_notes(struct records *want, const struct message *m) {
  const ListNotes *cmd = m->body;
  const char *crn = note_crn(m, cmd->crn);
  if (!crn) return;
  want_note_person(want, crn);
  const struct page *page =
      records_want_page(want, note_index(m, crn, m->actor->id), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &note__descriptor, id_of_member(page->members[i]));
}

static Notes *list_of(const struct records *have, const struct message *m, const struct page *page) {
  Notes *list = arena_take(m->arena, sizeof *list);
  notes__init(list);
  list->notes = arena_take(m->arena, (page->n_members + 1) * sizeof *list->notes);
  for (size_t i = 0; i < page->n_members; i++) {
    const Note *note = records_get(have, &note__descriptor, id_of_member(page->members[i]));
    if (note) list->notes[list->n_notes++] = (Note *)note;
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  return list;
}

struct change decide_list_notes(const struct records *have, const struct message *m) {
  const ListNotes *cmd = m->body;
  const char *crn = note_crn(m, cmd->crn);
  if (!crn || !has_person(have, crn)) return no_such_note(m);
  struct change c = change_of(m);
  change_reply(&c, crn, list_of(have, m, records_page(have, note_index(m, crn, m->actor->id), cmd->after)), 0);
  return c;
}
