// The end of a match: with a goodbye, or with the reason why there is none. A match of which neither is known is
// ending: it goes on taking up its place, and a human is told, until one of the two is recorded. And what it leaves
// behind: a free place, and what the mentor's record says of the two.
#include "match_life.h"
#include "tasks.h"
#include <string.h>

// --- what the command says

static void check_goodbye(struct change *c, const struct message *m, const Goodbye *said) {
  bool met = timestamp_ms(said->at) > 0, not_met = !text_is_empty(said->why_not);
  if (met == not_met)
    change_refuse(c, CODE__INVALID, "/goodbye", "say either when the goodbye was, or why there was none");
  else if (met && timestamp_ms(said->at) > m->now.ms)
    change_refuse(c, CODE__INVALID, "/goodbye/at", "is in the future: record a goodbye once it was said");
  else if (strlen(said->why_not) > MATCHING_WHY_BYTES || text_has_control(said->why_not, true))
    change_refuse(c, CODE__INVALID, "/goodbye/whyNot", "may have at most 500 bytes and no control characters");
}

static bool ends_now(const EndMatch *cmd) {
  return cmd->goodbye || cmd->for_cause || !text_is_empty(cmd->why);
}

// --- what becomes of the two

// Whom the mentor accompanied last: the oldest go where there are too many.
static void add_accompanied(struct arena *a, Mentor *mentor, const char *crn) {
  if (matching_has(mentor->n_accompanied, mentor->accompanied, crn)) return;
  size_t over = mentor->n_accompanied < MATCHING_ACCOMPANIED_MOST ? 0 : 1;
  char **all = arena_take(a, (mentor->n_accompanied + 1) * sizeof *all);
  for (size_t i = over; i < mentor->n_accompanied; i++) all[i - over] = mentor->accompanied[i];
  mentor->n_accompanied -= over;
  all[mentor->n_accompanied++] = matching_text(crn);
  mentor->accompanied = all;
}

static void add_cause(struct arena *a, Mentor *mentor, const char *crn) {
  Conflict **all = arena_take(a, (mentor->n_conflicts + 1) * sizeof *all);
  if (mentor->n_conflicts) memcpy(all, mentor->conflicts, mentor->n_conflicts * sizeof *all);
  Conflict *conflict = all[mentor->n_conflicts++] = arena_take(a, sizeof *conflict);
  conflict__init(conflict);
  conflict->kind = CONFLICT_KIND__ENDED_FOR_CAUSE;
  conflict->with = matching_text(crn);
  mentor->conflicts = all;
}

// The mentor's record after the end: a place is free again, and it says whether the two may meet once more.
static void leave(struct change *c, const struct records *have, const Offer *ended) {
  const Mentor *was = records_get(have, &mentor__descriptor, ended->mentor_id);
  if (!was) return;
  Mentor *mentor = arena_copy(c->arena, was, sizeof *was);
  if (mentor->places_taken) mentor->places_taken--;
  if (ended->ended_for_cause)
    add_cause(c->arena, mentor, ended->crn);
  else
    add_accompanied(c->arena, mentor, ended->crn);
  change_write(c, mentor->id, mentor->id, mentor);
}

void offer_publish_ended(struct change *c, const Offer *offer, int64_t at_ms) {
  MatchEnded *event = arena_take(c->arena, sizeof *event);
  match_ended__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->mentor_id;
  event->at_ms = at_ms;
  change_publish(c, offer->crn, event);
}

static void publish_ending(struct change *c, const Offer *offer) {
  MatchEnding *event = arena_take(c->arena, sizeof *event);
  match_ending__init(event);
  event->id = offer->id;
  event->crn = offer->crn;
  event->mentor_id = offer->mentor_id;
  event->at_ms = timestamp_ms(offer->ending_since);
  change_publish(c, offer->crn, event);
}

// Again and again is once.
static void begin_ending(struct change *c, const struct records *have, const struct message *m, Offer *next) {
  const struct task task = {MATCHING_TASK_KIND__GOODBYE_DUE, next->id, next->crn, next->mentor_id, next->id};
  if (!next->ending_since) {
    next->ending_since = timestamp_of(m->arena, m->now.ms);
    publish_ending(c, next);
  }
  change_write(c, next->crn, next->id, next);
  task_open(c, have, m, &task);
}

// The mentor has a place again, and the person may be offered to another.
static void end(struct change *c, const struct records *have, const struct message *m, Offer *next) {
  const EndMatch *cmd = m->body;
  match_over(c, have, m, next);
  next->goodbye = cmd->goodbye;
  next->cover = NULL;
  next->ended_at = timestamp_of(m->arena, m->now.ms);
  next->ended_why = cmd->why;
  next->ended_for_cause = cmd->for_cause;
  change_write(c, next->crn, next->id, next);
  change_unindex(c, matches_index(m->arena, next->mentor_id), next->crn);
  leave(c, have, next);
  offer_free_person(c, next->crn);
  offer_publish_ended(c, next, m->now.ms);
}

// Ending twice is ending once.
struct change decide_end_match(const struct records *have, const struct message *m) {
  const EndMatch *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (cmd->goodbye) check_goodbye(&c, m, cmd->goodbye);
  if (change_refused(&c)) return c;
  const Offer *was = offer_named(have, m);
  if (!was) return offer_not_found(m);
  if (was->state != OFFER_STATE__ACCEPTED)
    return refusef(m, CODE__CONFLICT, NULL, "only a match can be ended: %s", offer_state_words(was->state));
  if (was->ended_at) return offer_kept(have, m, was);
  Offer *next = arena_copy(m->arena, was, sizeof *was);
  if (ends_now(cmd))
    end(&c, have, m, next);
  else
    begin_ending(&c, have, m, next);
  return offer_written(have, c, next);
}
