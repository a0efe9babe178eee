// What a human has to decide in matching: one kind of record and two lists for all of it, whatever calls for it.
//
// A task is opened by what calls for it and done by what settles it; opening one that is open changes nothing, and
// neither does doing one that is not. One that has grounds is opened by what is not among them yet, also where a human
// closed it for those that there were. Both need that task_want() asked for it.
//
// Indexes: "matching-tasks", "<since, 13 digits of ms>/<id>" of those that are open, and "matching-tasks-of/<crn>",
// the same members of one person, also of those that are done.
#pragma once
#include "matching.h"

// What a task is about. `about` is what makes its id: that of the offer or the match, or the mentor's.
struct task {
  MatchingTaskKind kind;
  const char *about;
  const char *crn; // NULL: it is about the mentor alone
  const char *mentor_id;
  const char *offer_id; // NULL: none
  uint32_t grounds;     // see MatchingTask
};

// Two kinds share an id where one settles the other: an offer of the person that came to nothing.
char *task_id(struct arena *a, MatchingTaskKind kind, const char *about);
// The task, or NULL where there is none or it is not known yet.
const MatchingTask *task_want(struct records *want, MatchingTaskKind kind, const char *about);
const MatchingTask *task_get(const struct records *have, MatchingTaskKind kind, const char *about);
static inline bool task_is_open(const MatchingTask *t) {
  return t && !t->done_at;
}
void task_open(struct change *c, const struct records *have, const struct message *m, const struct task *task);
// Done by what happened: `m`'s sender, if a human sent it. Its grounds hold no longer, also of one that was closed.
void task_done(struct change *c, const struct records *have, const struct message *m, MatchingTaskKind kind,
               const char *about);
// The person is erased, or the period of their offers is over: takes the task out of the area's list.
void task_forget(struct change *c, const struct records *have, const char *id);
