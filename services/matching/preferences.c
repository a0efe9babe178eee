// What a mentor would rather not be given. It is theirs alone: no event tells of it, no staff is shown it, and
// declining what comes near it has no consequence either.
#include "matching.h"

struct change decide_change_preferences(const struct records *have, const struct message *m) {
  const ChangePreferences *cmd = m->body;
  struct change c = change_of(m);
  mentor_check_preferences(&c, cmd->n_prefers_not, cmd->prefers_not);
  if (change_refused(&c)) return c;
  const Mentor *was = text_is_uuid(cmd->id) ? records_get(have, &mentor__descriptor, cmd->id) : NULL;
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such mentor in this area");
  Mentor *next = arena_copy(m->arena, was, sizeof *was);
  next->n_prefers_not = cmd->n_prefers_not;
  next->prefers_not = cmd->prefers_not;
  change_write(&c, next->id, next->id, next);
  change_reply(&c, next->id, mentor_shown(m, next), records_version(have, &mentor__descriptor, next->id) + 1);
  return c;
}
