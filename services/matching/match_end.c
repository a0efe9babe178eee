// The end of a match: with a goodbye, or with the reason why there is none. A match of which neither is known is
// ending: it goes on taking up its place, and a human is told, until one of the two is recorded.
#include "match_life.h"
#include "tasks.h"
#include <string.h>

void match_end_check(struct change *c, const struct message *m, const EndMatch *cmd) {
  const Goodbye *said = cmd->goodbye;
  matching_check_why(c, cmd->why);
  if (!said) return;
  bool met = timestamp_ms(said->at) > 0, not_met = !text_is_empty(said->why_not);
  if (met == not_met)
    change_refuse(c, CODE__INVALID, "/goodbye", "say either when the goodbye was, or why there was none");
  else if (met && timestamp_ms(said->at) > m->now.ms)
    change_refuse(c, CODE__INVALID, "/goodbye/at", "is in the future: record a goodbye once it was said");
  else if (strlen(said->why_not) > MATCHING_WHY_BYTES || text_has_control(said->why_not, true))
    change_refuse(c, CODE__INVALID, "/goodbye/whyNot", "may have at most 500 bytes and no control characters");
}

bool match_end_waits(const EndMatch *cmd) {
  return !cmd->goodbye && text_is_empty(cmd->why);
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

void match_end_begin(struct change *c, const struct records *have, const struct message *m, Offer *next) {
  const struct task task = {MATCHING_TASK_KIND__GOODBYE_DUE, next->id, next->crn, next->mentor_id, next->id};
  if (!next->ending_since) {
    next->ending_since = timestamp_of(m->arena, m->now.ms);
    publish_ending(c, next);
  }
  change_write(c, next->crn, next->id, next);
  task_open(c, have, m, &task);
}
