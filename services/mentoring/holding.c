// What mentoring holds about a person: for subject access that there are notes, and of which days; and deleted when the
// person is erased, or when their period is over. Nothing is opened for either: what a note says is its author's to
// show.
#include "held.h"
#include "mentoring.h"

static const struct held_index notes = {"notes-about", &note__descriptor, RECORD_CLASS__NOTE_RECORD, .closed = true};

// --- deleting

void needs_erase_notes(struct records *want, const struct message *m) {
  const struct page *page = held_want(want, m, &notes);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    uint64_t now = records_want_closed(want, &note__descriptor, id) ? records_version(want, &note__descriptor, id) : 0;
    for (uint64_t v = 1; v < now; v++) records_want_closed(want, &note_version__descriptor, note_version_id(m, id, v));
  }
}

struct change on_erase_notes(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &notes);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    const Note *note = records_get(have, &note__descriptor, id);
    uint64_t now = records_version(have, &note__descriptor, id);
    for (uint64_t v = 1; v < now; v++) change_erase(&c, &note_version__descriptor, note_version_id(m, id, v));
    if (note) change_unindex(&c, note_index(m, note->crn, note->written_by), page->members[i]);
  }
  held_erase(&c, have, m, &notes);
  return c;
}

// --- collecting

void needs_collect_notes(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, 1);
  if (!at.index) held_want_at(want, m, &notes, &at);
}

// That there is a note, and when it was written. Whose it is, the person knows.
static void add_note(const struct message *m, HeldRecords *all, const Note *of, uint64_t version) {
  HeldRecord *r = held_add(m, all, "mentoring");
  Note *note = r->note = arena_take(m->arena, sizeof *note);
  note__init(note);
  note->id = of->id;
  note->crn = of->crn;
  note->session_id = of->session_id;
  note->written_at = of->written_at;
  note->amended_at = of->amended_at;
  held_withhold(m, r, "text", WITHHELD_REASON__IN_CONFIDENCE);
  held_withhold(m, r, "writtenBy", WITHHELD_REASON__THIRD_PARTY);
  if (version > 1) held_withhold(m, r, "earlier versions", WITHHELD_REASON__IN_CONFIDENCE);
}

struct change decide_collect_notes(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, 1);
  const struct page *page = at.index ? NULL : held_page_at(have, m, &notes, &at);
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, 1);
  HeldRecords *all = held_records(m, page->n_members);
  for (size_t i = 0; i < page->n_members; i++) {
    const char *id = held_id(page->members[i]);
    const Note *note = records_get(have, &note__descriptor, id);
    if (note) add_note(m, all, note, records_version(have, &note__descriptor, id));
  }
  return held_reply(m, all, &at, page, 1);
}
