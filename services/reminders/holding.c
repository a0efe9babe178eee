// What reminders holds about a person: given for subject access, and deleted when the person is erased, or when their
// period is over.
#include "held.h"
#include "reminders.h"
#include "text.h"

static const struct held_index plans = {"plans-of", &reminder_plan__descriptor, RECORD_CLASS__REMINDER_RECORD};

void needs_erase_reminders(struct records *want, const struct message *m) {
  held_want(want, m, &plans);
  records_want(want, &daily_count__descriptor, held_crn(m));
}

// With the timers: what still was to go out never goes.
static void clear_timers(struct change *c, const ReminderPlan *plan) {
  for (size_t i = 0; i < plan->n_reminders; i++) change_clear_timer(c, plan_timer(c->arena, plan, plan->reminders[i]));
}

// The count of the last day goes with the person. Of who stays it is emptied, so that its versions go on counting.
static void forget_count(struct change *c, const struct records *have, const struct message *m) {
  const char *crn = held_crn(m);
  const DailyCount *count = records_get(have, &daily_count__descriptor, crn);
  if (!count) return;
  if (!held_class(m)) {
    change_erase(c, &daily_count__descriptor, crn);
  } else if (!text_is_empty(count->day)) {
    DailyCount *none = arena_take(c->arena, sizeof *none);
    daily_count__init(none);
    change_write(c, crn, crn, none);
  }
}

struct change on_erase_reminders(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const struct page *page = held_page(have, m, &plans);
  for (size_t i = 0; page && i < page->n_members; i++) {
    const ReminderPlan *plan = records_get(have, &reminder_plan__descriptor, page->members[i]);
    if (plan) clear_timers(&c, plan);
  }
  held_erase(&c, have, m, &plans);
  if (page) forget_count(&c, have, m);
  return c;
}

void needs_collect_reminders(struct records *want, const struct message *m) {
  struct held_place at = held_at(m, 1);
  if (!at.index) held_want_at(want, m, &plans, &at);
  records_want(want, &daily_count__descriptor, held_crn(m));
}

struct change decide_collect_reminders(const struct records *have, const struct message *m) {
  struct held_place at = held_at(m, 1);
  const struct page *page = at.index ? NULL : held_page_at(have, m, &plans, &at);
  if (!page) return held_reply(m, held_records(m, 0), &at, NULL, 1);
  HeldRecords *all = held_records(m, page->n_members + 1);
  for (size_t i = 0; i < page->n_members; i++) {
    const void *plan = records_get(have, &reminder_plan__descriptor, page->members[i]);
    if (plan) held_add(m, all, "reminders")->reminders = (ReminderPlan *)plan;
  }
  const DailyCount *count = records_get(have, &daily_count__descriptor, held_crn(m));
  if (count && !text_is_empty(count->day) && !*at.after)
    held_add(m, all, "reminders")->messages_today = (DailyCount *)count;
  return held_reply(m, all, &at, page, 1);
}
