#include "tasks.h"
#include "access.h"
#include "held.h"
#include <string.h>

#define TASKS "matching-tasks"

static const char *const words[] = {
    [MATCHING_TASK_KIND__OFFER_DECLINED] = "next",   [MATCHING_TASK_KIND__OFFER_EXPIRED] = "next",
    [MATCHING_TASK_KIND__OFFER_WITHDRAWN] = "next",  [MATCHING_TASK_KIND__INTRODUCTION_DUE] = "introduction",
    [MATCHING_TASK_KIND__NO_CONTACT] = "contact",    [MATCHING_TASK_KIND__SUPERVISION_DUE] = "supervision",
    [MATCHING_TASK_KIND__GOODBYE_DUE] = "goodbye",   [MATCHING_TASK_KIND__COVER_NEEDED] = "cover",
    [MATCHING_TASK_KIND__FEEDBACK_DUE] = "feedback", [MATCHING_TASK_KIND__BOOKING_NEEDED] = "booking",
    [MATCHING_TASK_KIND__MUST_NOT_MEET] = "apart",
};

char *task_id(struct arena *a, MatchingTaskKind kind, const char *about) {
  return arena_printf(a, "%s-%s", words[kind], about);
}

const MatchingTask *task_want(struct records *want, MatchingTaskKind kind, const char *about) {
  return records_want(want, &matching_task__descriptor, task_id(want->arena, kind, about));
}

const MatchingTask *task_get(const struct records *have, MatchingTaskKind kind, const char *about) {
  return records_get(have, &matching_task__descriptor, task_id(have->arena, kind, about));
}

// Thirteen digits, as in the index of a person's offers.
static char *member_of(struct arena *a, const MatchingTask *t) {
  return arena_printf(a, "%013lld/%s", (long long)timestamp_ms(t->since), t->id);
}
static char *index_of(struct arena *a, const char *crn) {
  return arena_printf(a, TASKS "-of/%s", crn);
}

// Whose data it is: the person's, or the mentor's where it is about the mentor alone.
static const char *subject_of(const MatchingTask *t) {
  return text_is_empty(t->crn) ? t->mentor_id : t->crn;
}

// --- opening and doing

static void publish_opened(struct change *c, const MatchingTask *t) {
  MatchingTaskOpened *event = arena_take(c->arena, sizeof *event);
  matching_task_opened__init(event);
  event->id = t->id;
  event->kind = t->kind;
  event->crn = t->crn;
  event->mentor_id = t->mentor_id;
  event->offer_id = t->offer_id;
  event->at_ms = timestamp_ms(t->since);
  change_publish(c, subject_of(t), event);
}

static void publish_done(struct change *c, const MatchingTask *t) {
  MatchingTaskDone *event = arena_take(c->arena, sizeof *event);
  matching_task_done__init(event);
  event->id = t->id;
  event->kind = t->kind;
  event->crn = t->crn;
  event->mentor_id = t->mentor_id;
  event->offer_id = t->offer_id;
  event->at_ms = timestamp_ms(t->done_at);
  change_publish(c, subject_of(t), event);
}

static void list_task(struct change *c, const MatchingTask *t) {
  change_index(c, TASKS, member_of(c->arena, t));
  if (!text_is_empty(t->crn)) change_index(c, index_of(c->arena, t->crn), member_of(c->arena, t));
}

static void unlist_task(struct change *c, const MatchingTask *t) {
  change_unindex(c, TASKS, member_of(c->arena, t));
  if (!text_is_empty(t->crn)) change_unindex(c, index_of(c->arena, t->crn), member_of(c->arena, t));
}

// Whether a human has been asked that already: it is open, or they closed it and there is nothing new.
static bool is_asked(const MatchingTask *was, const struct task *task) {
  if (!was || !task->grounds) return task_is_open(was);
  return !strcmp(was->mentor_id, task->mentor_id) && !(task->grounds & ~was->grounds);
}

void task_open(struct change *c, const struct records *have, const struct message *m, const struct task *task) {
  const MatchingTask *was = task_get(have, task->kind, task->about);
  if (is_asked(was, task)) return;
  MatchingTask *t = arena_take(m->arena, sizeof *t);
  matching_task__init(t);
  t->id = task_id(m->arena, task->kind, task->about);
  t->kind = task->kind;
  if (task->crn) t->crn = matching_text(task->crn);
  t->mentor_id = matching_text(task->mentor_id);
  if (task->offer_id) t->offer_id = matching_text(task->offer_id);
  t->since = timestamp_of(m->arena, m->now.ms);
  t->grounds = task->grounds;
  change_write(c, subject_of(t), t->id, t);
  if (was) unlist_task(c, was);
  list_task(c, t);
  publish_opened(c, t);
}

static MatchingTask *finish(struct change *c, const struct message *m, const MatchingTask *was) {
  MatchingTask *t = arena_copy(m->arena, was, sizeof *was);
  t->done_at = timestamp_of(m->arena, m->now.ms);
  if (m->actor) t->done_by = m->actor->id;
  change_write(c, subject_of(t), t->id, t);
  change_unindex(c, TASKS, member_of(m->arena, t));
  publish_done(c, t);
  return t;
}

static MatchingTask *without_grounds(struct arena *a, const MatchingTask *t) {
  MatchingTask *copy = arena_copy(a, t, sizeof *t);
  copy->grounds = 0;
  return copy;
}

// Who closed a task for grounds that hold no longer is to be asked again should these come back.
void task_done(struct change *c, const struct records *have, const struct message *m, MatchingTaskKind kind,
               const char *about) {
  const MatchingTask *was = task_get(have, kind, about);
  if (task_is_open(was))
    finish(c, m, was)->grounds = 0;
  else if (was && was->grounds)
    change_write(c, subject_of(was), was->id, without_grounds(m->arena, was));
}

void task_forget(struct change *c, const struct records *have, const char *id) {
  const MatchingTask *t = records_get(have, &matching_task__descriptor, id);
  if (task_is_open(t)) change_unindex(c, TASKS, member_of(c->arena, t));
}

// --- by hand

// What is after the first '-' of a task's id; NULL: there is no such word.
static const char *about_of(const char *id) {
  for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
    size_t n = words[i] ? strlen(words[i]) : 0;
    if (n && !strncmp(id, words[i], n) && id[n] == '-') return id + n + 1;
  }
  return NULL;
}

static bool is_task_id(const char *id) {
  const char *about = about_of(id);
  return about && text_is_uuid(about);
}

void needs_close_matching_task(struct records *want, const struct message *m) {
  if (is_task_id(matching_id(m))) records_want(want, &matching_task__descriptor, matching_id(m));
}

static struct change closed(const struct records *have, struct change c, const MatchingTask *t, bool written) {
  uint64_t version = records_version(have, &matching_task__descriptor, t->id);
  change_reply(&c, subject_of(t), without_grounds(c.arena, t), version + (written ? 1 : 0));
  return c;
}

// A human says that nothing is left to do, and why. Closing twice is closing once.
struct change decide_close_matching_task(const struct records *have, const struct message *m) {
  const CloseMatchingTask *cmd = m->body;
  struct change c = change_of(m);
  matching_check_why(&c, cmd->why);
  if (text_is_empty(cmd->why)) change_refuse(&c, CODE__INVALID, "/why", "say why nothing is left to do");
  if (change_refused(&c)) return c;
  const MatchingTask *was = is_task_id(cmd->id) ? records_get(have, &matching_task__descriptor, cmd->id) : NULL;
  if (!was) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such task in this area");
  if (!task_is_open(was)) return closed(have, c, was, false);
  MatchingTask *t = finish(&c, m, was);
  t->done_why = cmd->why;
  return closed(have, c, t, true);
}

// --- the list

static unsigned tasks_limit(const ListMatchingTasks *cmd) {
  return matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
}

void needs_list_matching_tasks(struct records *want, const struct message *m) {
  const ListMatchingTasks *cmd = m->body;
  const struct page *page = records_want_page(want, TASKS, cmd->after, tasks_limit(cmd));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const MatchingTask *t = records_want(want, &matching_task__descriptor, held_id(page->members[i]));
    if (t) access_want(want, m, subject_of(t));
  }
}

// Who else could be offered is for those to see who choose among all: it says nothing to who knows one case.
static MatchingTask *shown(const struct message *m, struct change *c, const MatchingTask *t) {
  MatchingTask *copy = without_grounds(m->arena, t);
  change_touch(c, subject_of(t));
  if (access_whole_area(m) || text_is_empty(t->next_mentor_id)) return copy;
  copy->next_mentor_id = matching_text("");
  copy->next_score = 0;
  return copy;
}

// Those whom the sender does not reach are left out without a gap.
struct change decide_list_matching_tasks(const struct records *have, const struct message *m) {
  const ListMatchingTasks *cmd = m->body;
  struct change c = change_of(m);
  const struct page *page = records_page(have, TASKS, cmd->after);
  MatchingTasks *list = arena_take(m->arena, sizeof *list);
  matching_tasks__init(list);
  list->tasks = arena_take(m->arena, (page->n_members + 1) * sizeof *list->tasks);
  for (size_t i = 0; i < page->n_members; i++) {
    const MatchingTask *t = records_get(have, &matching_task__descriptor, held_id(page->members[i]));
    if (t && access_sees(have, m, subject_of(t))) list->tasks[list->n_tasks++] = shown(m, &c, t);
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, NULL, list, 0);
  return c;
}
