#include "session_reading.h"
#include "intake.h"
#include "own_record.h"
#include "pathways.h"
#include "reading.h"
#include <inttypes.h>
#include <string.h>

bool reads_narrative(const struct message *m, const char *name) {
  const Pathway *pathway = pathways_find(m->settings, name);
  for (size_t i = 0; pathway && i < pathway->n_narrative_readers; i++)
    if (m->roles & (1u << pathway->narrative_readers[i])) return true;
  return false;
}

bool is_in_confidence(const struct message *m, const char *name) {
  const Pathway *pathway = pathways_find(m->settings, name);
  return !pathway || pathway->narrative_partition == PARTITION__MENTORING;
}

bool sees_session(const struct message *m, const Session *s) {
  return !comes_as_mentor(m) || strcmp(s->recorded_by, m->actor->id) == 0;
}

const Session *session_shown(const struct message *m, const Session *s) {
  s = own_session(m, s);
  if (reads_narrative(m, s->pathway)) return s;
  bool in_confidence = is_in_confidence(m, s->pathway);
  if (!s->narrative && !in_confidence) return s;
  Session *shown = arena_copy(m->arena, s, sizeof *s);
  shown->narrative = NULL;
  if (!in_confidence) return shown;
  shown->goal = shown->amended_why = (char *)protobuf_c_empty_string;
  shown->n_measures = shown->n_components = 0;
  return shown;
}

char *index_of_sessions(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "sessions-of/%s", crn);
}

void needs_read_session(struct records *want, const struct message *m) {
  const Session *s = records_want(want, &session__descriptor, ((const ReadSession *)m->body)->id);
  if (s) want_person(want, m, s->crn);
}

struct change decide_read_session(const struct records *have, const struct message *m) {
  const Session *s = records_get(have, &session__descriptor, ((const ReadSession *)m->body)->id);
  if (!s || !sees_session(m, s)) return not_found(m, NULL);
  struct change c = change_of(m);
  change_reply(&c, s->crn, session_shown(m, s), records_version(have, &session__descriptor, s->id));
  return c;
}

static const char *version_id(const struct message *m) {
  const ReadSessionVersion *cmd = m->body;
  return arena_printf(m->arena, "%s/%" PRIu64, cmd->id, cmd->version);
}

void needs_read_session_version(struct records *want, const struct message *m) {
  const SessionVersion *v = records_want(want, &session_version__descriptor, version_id(m));
  if (v) want_person(want, m, v->session->crn);
}

struct change decide_read_session_version(const struct records *have, const struct message *m) {
  const SessionVersion *v = records_get(have, &session_version__descriptor, version_id(m));
  if (!v || !sees_session(m, v->session)) return not_found(m, NULL);
  SessionVersion *shown = arena_copy(m->arena, v, sizeof *v);
  shown->session = (Session *)session_shown(m, v->session);
  struct change c = change_of(m);
  change_reply(&c, v->session->crn, shown, 0);
  return c;
}

void needs_list_sessions(struct records *want, const struct message *m) {
  const ListSessions *cmd = m->body;
  const char *crn = crn_in(m, cmd->crn);
  if (!crn) return;
  want_person(want, m, crn);
  const struct page *page = records_want_page(want, index_of_sessions(m, crn), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &session__descriptor, list_id(page->members[i]));
}

struct change decide_list_sessions(const struct records *have, const struct message *m) {
  const ListSessions *cmd = m->body;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  const struct page *page = records_page(have, index_of_sessions(m, person->crn), cmd->after);
  Sessions *list = arena_take(m->arena, sizeof *list);
  sessions__init(list);
  list->sessions = arena_take(m->arena, (page->n_members + 1) * sizeof *list->sessions);
  for (size_t i = 0; i < page->n_members; i++) {
    const Session *s = records_get(have, &session__descriptor, list_id(page->members[i]));
    if (s && sees_session(m, s)) list->sessions[list->n_sessions++] = (Session *)session_shown(m, s);
  }
  list->next = list_next(page);
  struct change c = change_of(m);
  change_reply(&c, person->crn, list, 0);
  return c;
}
