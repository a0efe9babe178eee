// Mentors: register, change, read, list, pause, resume.
#include "access.h"
#include "supervision.h"
#include <string.h>

static void want_mentor(struct records *want, const char *id) {
  if (text_is_uuid(id)) records_want(want, &mentor__descriptor, id);
}

void needs_register_mentor(struct records *want, const struct message *m) {
  const RegisterMentor *cmd = m->body;
  if (!cmd->mentor) return;
  want_mentor(want, cmd->mentor->id);
  supervision_want(want, cmd->mentor->id);
}

void needs_change_mentor(struct records *want, const struct message *m) {
  const ChangeMentor *cmd = m->body;
  if (!cmd->mentor) return;
  want_mentor(want, cmd->mentor->id);
  supervision_want(want, cmd->mentor->id);
}

void needs_mentor(struct records *want, const struct message *m) {
  want_mentor(want, matching_id(m));
}

void needs_pause_mentor(struct records *want, const struct message *m) {
  const char *id = matching_id(m);
  want_mentor(want, id);
  if (text_is_uuid(id)) records_want(want, &mentor_phones__descriptor, id);
}

static char **upper_case_crns(struct arena *a, size_t n, char **crns) {
  char **list = arena_take(a, (n + 1) * sizeof *list);
  for (size_t i = 0; i < n; i++) {
    list[i] = arena_take(a, 8);
    text_crn(crns[i], list[i]);
  }
  return list;
}

static Conflict *conflict_with(struct arena *a, ConflictKind kind, const char *crn) {
  Conflict *conflict = arena_take(a, sizeof *conflict);
  conflict__init(conflict);
  conflict->kind = kind;
  conflict->with = arena_take(a, 8);
  text_crn(crn, conflict->with);
  return conflict;
}

// Those of one list or the other that ended for cause, or all others: behind what the mentor has already.
static void add_conflicts(struct arena *a, Mentor *mentor, const Mentor *from, bool for_cause) {
  Conflict **all = arena_take(a, (mentor->n_conflicts + from->n_conflicts + 1) * sizeof *all);
  if (mentor->n_conflicts) memcpy(all, mentor->conflicts, mentor->n_conflicts * sizeof *all);
  for (size_t i = 0; i < from->n_conflicts; i++) {
    const Conflict *conflict = from->conflicts[i];
    if ((conflict->kind == CONFLICT_KIND__ENDED_FOR_CAUSE) == for_cause)
      all[mentor->n_conflicts++] = conflict_with(a, conflict->kind, conflict->with);
  }
  mentor->conflicts = all;
}

// What the caller says of a mentor, as it is kept: CRNs in capitals, and nothing in what is the service's to set.
static Mentor *as_kept(struct arena *a, const Mentor *said) {
  Mentor *mentor = arena_copy(a, said, sizeof *said);
  mentor->not_with = upper_case_crns(a, said->n_not_with, said->not_with);
  mentor->n_conflicts = 0;
  add_conflicts(a, mentor, said, false);
  mentor->places_taken = 0;
  mentor->n_accompanied = mentor->n_prefers_not = 0;
  mentor->state = MENTOR_STATE__ACTIVE;
  mentor->paused_why = matching_text("");
  mentor->paused_as = PAUSE_KIND__PAUSE_KIND_UNSPECIFIED;
  mentor->supervised_at = mentor->away_from = mentor->away_until = NULL;
  mentor->supervised_by = matching_text("");
  mentor->personal = arena_copy(a, said->personal, sizeof *said->personal);
  mentor->personal->seal = NULL;
  return mentor;
}

// Whether a registration says once more what is kept. When the next supervision is due may have been set since.
static bool said_before(struct arena *a, const Mentor *was, const Mentor *now) {
  Mentor *before = as_kept(a, was);
  if (was->supervised_at || !now->supervised_until) before->supervised_until = now->supervised_until;
  return arena_packs_alike(a, before, now);
}

static struct change kept(const struct records *have, const struct message *m, const Mentor *mentor) {
  struct change c = change_of(m);
  change_reply(&c, mentor->id, mentor_shown(m, mentor), records_version(have, &mentor__descriptor, mentor->id));
  return c;
}

// Writes a mentor and tells all; the reply is the mentor as written, as far as the actor may see them.
static void write_mentor(struct change *c, const struct records *have, const struct message *m, const Mentor *mentor,
                         const void *event) {
  change_write(c, mentor->id, mentor->id, mentor);
  change_publish(c, mentor->id, event);
  change_reply(c, mentor->id, mentor_shown(m, mentor), records_version(have, &mentor__descriptor, mentor->id) + 1);
}

struct change decide_register_mentor(const struct records *have, const struct message *m) {
  const RegisterMentor *cmd = m->body;
  struct change c = change_of(m);
  mentor_check(&c, cmd->mentor);
  if (change_refused(&c)) return c;
  Mentor *mentor = as_kept(m->arena, cmd->mentor);
  const Mentor *was = records_get(have, &mentor__descriptor, mentor->id);
  if (was && said_before(m->arena, was, mentor)) return kept(have, m, was);
  if (was) return refuse(m, CODE__CONFLICT, "/id", "there is a mentor with this id and other content: change that one");
  MentorRegistered *event = arena_take(m->arena, sizeof *event);
  mentor_registered__init(event);
  event->id = mentor->id;
  event->capacity = mentor->capacity;
  event->supervisor = mentor->supervisor;
  change_index(&c, MATCHING_MENTORS, mentor->id);
  supervision_complete(&c, have, m, mentor, NULL);
  write_mentor(&c, have, m, mentor, event);
  c.created = true;
  return c;
}

static struct change no_such_mentor(const struct message *m) {
  return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
}

// Why a change may not be made, although it is well formed.
static void check_change(struct change *c, const struct records *have, const ChangeMentor *cmd, const Mentor *was) {
  if (!was) {
    change_refuse(c, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  } else if (cmd->seen_version != records_version(have, &mentor__descriptor, was->id)) {
    change_refuse(c, CODE__STALE, NULL,
                  "the mentor has changed since you read it: read it again and repeat your change");
  } else if (cmd->mentor->capacity < was->places_taken) {
    change_refuse(c, CODE__REFUSED_BY_RULE, "/capacity",
                  arena_printf(c->arena, "%u places are taken: end matches first, or leave the capacity at %u or more",
                               was->places_taken, was->places_taken));
  }
}

// What callers do not set stays as it was.
static void keep_what_is_ours(struct arena *a, Mentor *mentor, const Mentor *was) {
  add_conflicts(a, mentor, was, true);
  mentor->places_taken = was->places_taken;
  mentor->state = was->state;
  mentor->paused_why = was->paused_why;
  mentor->paused_as = was->paused_as;
  mentor->n_prefers_not = was->n_prefers_not;
  mentor->prefers_not = was->prefers_not;
  mentor->n_accompanied = was->n_accompanied;
  mentor->accompanied = was->accompanied;
  mentor->away_from = was->away_from;
  mentor->away_until = was->away_until;
}

struct change decide_change_mentor(const struct records *have, const struct message *m) {
  const ChangeMentor *cmd = m->body;
  struct change c = change_of(m);
  mentor_check(&c, cmd->mentor);
  if (!cmd->seen_version)
    change_refuse(&c, CODE__INVALID, NULL, "send If-Match with the ETag of the mentor that you read");
  if (change_refused(&c)) return c;
  const Mentor *was = records_get(have, &mentor__descriptor, cmd->mentor->id);
  check_change(&c, have, cmd, was);
  if (change_refused(&c)) return c;
  Mentor *mentor = as_kept(m->arena, cmd->mentor);
  keep_what_is_ours(m->arena, mentor, was);
  supervision_complete(&c, have, m, mentor, was);
  MentorChanged *event = arena_take(m->arena, sizeof *event);
  mentor_changed__init(event);
  event->id = mentor->id;
  event->capacity = mentor->capacity;
  event->supervisor = mentor->supervisor;
  write_mentor(&c, have, m, mentor, event);
  return c;
}

// The mentor that the message names, or NULL.
static const Mentor *named(const struct records *have, const struct message *m) {
  const char *id = matching_id(m);
  return text_is_uuid(id) ? records_get(have, &mentor__descriptor, id) : NULL;
}

struct change decide_read_mentor(const struct records *have, const struct message *m) {
  const Mentor *mentor = named(have, m);
  return mentor ? kept(have, m, mentor) : no_such_mentor(m);
}

// A paused mentor is offered nobody and is signed out; matches that there are go on (and see away.c). Pausing twice is
// pausing once.
struct change decide_pause_mentor(const struct records *have, const struct message *m) {
  const PauseMentor *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (!protobuf_c_enum_descriptor_get_value(&pause_kind__descriptor, (int)cmd->kind))
    change_refuse(&c, CODE__INVALID, "/kind", "must be UNWELL, AWAY or OTHER_PAUSE, or be left out");
  if (change_refused(&c)) return c;
  const Mentor *was = named(have, m);
  if (!was) return no_such_mentor(m);
  if (was->state == MENTOR_STATE__PAUSED) return kept(have, m, was);
  Mentor *mentor = arena_copy(m->arena, was, sizeof *was);
  mentor->state = MENTOR_STATE__PAUSED;
  mentor->paused_why = cmd->why;
  mentor->paused_as = cmd->kind;
  MentorPaused *event = arena_take(m->arena, sizeof *event);
  mentor_paused__init(event);
  event->id = mentor->id;
  phones_end(&c, have, mentor->id);
  write_mentor(&c, have, m, mentor, event);
  return c;
}

struct change decide_resume_mentor(const struct records *have, const struct message *m) {
  const Mentor *was = named(have, m);
  if (!was) return no_such_mentor(m);
  if (was->state == MENTOR_STATE__ACTIVE) return kept(have, m, was);
  if (was->state == MENTOR_STATE__ON_BREAK)
    return refuse(m, CODE__REFUSED_BY_RULE, NULL, "the mentor is on a break by their own wish, and ends it themselves");
  struct change c = change_of(m);
  Mentor *mentor = arena_copy(m->arena, was, sizeof *was);
  mentor->state = MENTOR_STATE__ACTIVE;
  mentor->paused_why = matching_text("");
  mentor->paused_as = PAUSE_KIND__PAUSE_KIND_UNSPECIFIED;
  MentorResumed *event = arena_take(m->arena, sizeof *event);
  mentor_resumed__init(event);
  event->id = mentor->id;
  write_mentor(&c, have, m, mentor, event);
  return c;
}

static unsigned list_limit(const ListMentors *cmd) {
  return matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
}

void needs_list_mentors(struct records *want, const struct message *m) {
  const ListMentors *cmd = m->body;
  const struct page *page = records_want_page(want, MATCHING_MENTORS, cmd->after, list_limit(cmd));
  for (size_t i = 0; page && i < page->n_members; i++) {
    records_want(want, &mentor__descriptor, page->members[i]);
    access_want(want, m, page->members[i]);
  }
}

// Those whom the sender does not reach are left out without a gap.

struct change decide_list_mentors(const struct records *have, const struct message *m) {
  const ListMentors *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, MATCHING_MENTORS, cmd->after);
  Mentors *reply = arena_take(m->arena, sizeof *reply);
  mentors__init(reply);
  reply->mentors = arena_take(m->arena, (page->n_members + 1) * sizeof *reply->mentors);
  for (size_t i = 0; i < page->n_members; i++) {
    const Mentor *mentor = records_get(have, &mentor__descriptor, page->members[i]);
    if (!mentor || !access_sees(have, m, mentor->id)) continue;
    reply->mentors[reply->n_mentors++] = (Mentor *)mentor_shown(m, mentor);
    change_touch(&c, mentor->id);
  }
  if (page->more) reply->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, reply, 0);
  return c;
}
