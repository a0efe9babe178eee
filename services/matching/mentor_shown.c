#include "matching.h"
#include <string.h>

static bool is_self(const struct message *m, const Mentor *mentor) {
  return m->actor && !strcmp(mentor->id, m->actor->id);
}

static void hide_from_self(Mentor *shown) {
  shown->n_not_with = 0;
  shown->n_conflicts = 0;
  shown->n_accompanied = 0;
}

static void hide_illness(Mentor *shown) {
  if (shown->paused_as == PAUSE_KIND__UNWELL) shown->paused_why = matching_text("");
  shown->paused_as = PAUSE_KIND__PAUSE_KIND_UNSPECIFIED;
}

const Mentor *mentor_shown(const struct message *m, const Mentor *mentor) {
  Mentor *shown = arena_copy(m->arena, mentor, sizeof *mentor);
  bool self = is_self(m, mentor);
  if (self) hide_from_self(shown);
  if (!self) shown->n_prefers_not = 0;
  if (!self && !(m->roles & MAY(MENTOR_SUPERVISOR))) hide_illness(shown);
  return shown;
}
