#include "access.h"
// Corrections: what a person says is wrong, who answers it by when, and what is said where nobody did.
#include "calendar.h"
#include "checks.h"
#include "intake.h"
#include "reading.h"
#include "text.h"
#include <string.h>

#define OPEN "corrections-open" // in the order in which they are due
enum {
  TEXT_MOST = 4000
};

static char *index_of_person(const struct message *m, const char *crn) {
  return arena_printf(m->arena, "corrections-of/%s", crn);
}

static char *correction_timer(const struct message *m, const Correction *k) {
  return arena_printf(m->arena, "correction/%s", k->id);
}

static char *correction_open_member(const struct message *m, const Correction *k) {
  return list_member(m->arena, timestamp_ms(k->due_at), k->id);
}

static uint64_t version_of(const struct records *have, const Correction *k) {
  return records_version(have, &correction__descriptor, k->id);
}

static const Correction *want_correction(struct records *want, const struct message *m, const char *id) {
  const Correction *k = records_want(want, &correction__descriptor, id);
  if (k) want_person(want, m, k->crn);
  if (k) access_want(want, m, k->crn);
  return k;
}

static const Correction *found_correction(const struct records *have, const struct message *m, const char *id) {
  const Correction *k = records_get(have, &correction__descriptor, id);
  return k && found_person(have, m, k->crn) ? k : NULL;
}

// --- one calendar month

static int days_in(int year, int month) {
  static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return days[month - 1] + (month == 2 && leap);
}

// The end of the day of the next month that has the same number; where that month is shorter, of its last. (From the
// noon of that day, so that a change of clocks in between leads to no other.)
static int64_t month_later_ms(const struct message *m) {
  struct local_time t = calendar_local(m->area->time_zone, m->now.ms);
  int left = days_in(t.year, t.month) - t.day, next = days_in(t.year + (t.month == 12), t.month % 12 + 1);
  int days = left + (t.day < next ? t.day : next);
  int64_t noon_ms = m->now.ms + (int64_t)days * DAY_MS + (12 - t.hour) * (int64_t)(60 * MINUTE_MS);
  return calendar_next(m->area->time_zone, noon_ms, 0, 0);
}

// --- proposing

void needs_propose_correction(struct records *want, const struct message *m) {
  const ProposeCorrection *cmd = m->body;
  if (!cmd->correction) return;
  want_correction(want, m, cmd->correction->id);
  want_person(want, m, cmd->correction->crn);
}

static Narrative *sealed(const struct message *m, const char *text) {
  Narrative *n = arena_take(m->arena, sizeof *n);
  narrative__init(n);
  n->partition = PARTITION__SUPERVISION;
  n->text = (char *)text;
  return n;
}

static const char *text_of(const Narrative *n) {
  return n && n->text ? n->text : "";
}

// What of a correction its sender sets; all else is the service's.
static Correction *senders_part(const struct message *m, const Correction *of) {
  Correction *k = arena_take(m->arena, sizeof *k);
  correction__init(k);
  k->id = of->id;
  k->crn = (char *)crn_in(m, of->crn);
  k->about = of->about;
  k->wrong = sealed(m, text_of(of->wrong));
  k->should_say = sealed(m, text_of(of->should_say));
  return k;
}

static bool check_correction(struct change *c, const struct message *m, const Correction *k) {
  const struct checks checks = {.change = c, .prefix = ""};
  check_id(&checks, "/id", k->id);
  if (!crn_in(m, k->crn)) wrong(&checks, CODE__INVALID, "/crn", "must be a letter and six digits, such as X123456");
  check_line(&checks, "/about", k->about, 1, 200);
  check_prose(&checks, "/wrong/text", text_of(k->wrong), 1, TEXT_MOST);
  check_prose(&checks, "/shouldSay/text", text_of(k->should_say), 1, TEXT_MOST);
  return !change_refused(c);
}

static struct change proposed_before(const struct records *have, const struct message *m, const Correction *sent) {
  const Correction *there = found_correction(have, m, sent->id);
  if (!there) return not_found(m, NULL);
  if (!arena_packs_alike(m->arena, senders_part(m, there), sent))
    return refuse(m, CODE__CONFLICT, "/id", "is taken by another correction: choose a new one");
  struct change c = change_of(m);
  change_reply(&c, there->crn, there, version_of(have, there));
  return c;
}

static void publish_proposed(struct change *c, const struct message *m, const Correction *k) {
  CorrectionProposed *e = arena_take(m->arena, sizeof *e);
  correction_proposed__init(e);
  e->id = k->id;
  e->crn = k->crn;
  e->due_at_ms = timestamp_ms(k->due_at);
  change_publish(c, k->crn, e);
}

static void propose(struct change *c, const struct message *m, Correction *k) {
  k->proposed_by = m->actor->id;
  k->proposed_at = timestamp_of(m->arena, m->now.ms);
  k->due_at = timestamp_of(m->arena, month_later_ms(m));
  k->state = CORRECTION_STATE__CORRECTION_PROPOSED;
  change_write(c, k->crn, k->id, k);
  change_index(c, index_of_person(m, k->crn), list_member(m->arena, m->now.ms, k->id));
  change_index(c, OPEN, correction_open_member(m, k));
  change_set_timer(c, correction_timer(m, k), timestamp_ms(k->due_at));
  publish_proposed(c, m, k);
  change_reply(c, k->crn, k, 1);
  c->created = true;
}

struct change decide_propose_correction(const struct records *have, const struct message *m) {
  const ProposeCorrection *cmd = m->body;
  struct change c = change_of(m);
  if (!cmd->correction) return refuse(m, CODE__INVALID, NULL, "send a correction");
  if (!check_correction(&c, m, cmd->correction)) return c;
  Correction *k = senders_part(m, cmd->correction);
  if (!found_person(have, m, k->crn)) return not_found(m, "/crn");
  if (records_get(have, &correction__descriptor, k->id)) return proposed_before(have, m, k);
  propose(&c, m, k);
  return c;
}

// --- answering

void needs_answer_correction(struct records *want, const struct message *m) {
  want_correction(want, m, ((const AnswerCorrection *)m->body)->id);
}

static void check_answer(const struct checks *k, const AnswerCorrection *cmd, const Correction *was, uint64_t version) {
  if (cmd->state < CORRECTION_STATE__CORRECTION_ACCEPTED || cmd->state > CORRECTION_STATE__CORRECTION_REFUSED)
    wrong(k, CODE__INVALID, "/state", "must be CORRECTION_ACCEPTED, CORRECTION_PARTLY or CORRECTION_REFUSED");
  check_prose(k, "/reason", cmd->reason, 1, TEXT_MOST);
  if (was->state != CORRECTION_STATE__CORRECTION_PROPOSED)
    wrong(k, CODE__CONFLICT, NULL, "it is answered already: the person may propose another");
  else
    check_version(k, cmd->seen_version, version);
}

static void publish_answered(struct change *c, const struct message *m, const Correction *k) {
  CorrectionAnswered *e = arena_take(m->arena, sizeof *e);
  correction_answered__init(e);
  e->id = k->id;
  e->crn = k->crn;
  e->state = k->state;
  change_publish(c, k->crn, e);
}

struct change decide_answer_correction(const struct records *have, const struct message *m) {
  const AnswerCorrection *cmd = m->body;
  const Correction *was = found_correction(have, m, cmd->id);
  if (!was) return not_found(m, NULL);
  struct change c = change_of(m);
  uint64_t version = version_of(have, was);
  check_answer(&(struct checks){.change = &c, .prefix = ""}, cmd, was, version);
  if (change_refused(&c)) return c;
  Correction *k = arena_copy(m->arena, was, sizeof *was);
  k->state = cmd->state;
  k->reason = sealed(m, cmd->reason);
  k->answered_by = m->actor->id;
  k->answered_at = timestamp_of(m->arena, m->now.ms);
  change_write(&c, k->crn, k->id, k);
  change_unindex(&c, OPEN, correction_open_member(m, k));
  change_clear_timer(&c, correction_timer(m, k));
  publish_answered(&c, m, k);
  change_reply(&c, k->crn, k, version + 1);
  return c;
}

// --- overdue

void needs_correction_due(struct records *want, const struct message *m) {
  records_want(want, &correction__descriptor, m->timer);
}

struct change on_correction_due(const struct records *have, const struct message *m) {
  struct change c = change_of(m);
  const Correction *was = records_get(have, &correction__descriptor, m->timer);
  if (!was || was->state != CORRECTION_STATE__CORRECTION_PROPOSED || was->overdue) return c;
  Correction *k = arena_copy(m->arena, was, sizeof *was);
  k->overdue = true;
  change_write(&c, k->crn, k->id, k);
  CorrectionOverdue *e = arena_take(m->arena, sizeof *e);
  correction_overdue__init(e);
  e->id = k->id;
  e->crn = k->crn;
  e->due_at_ms = timestamp_ms(k->due_at);
  change_publish(&c, k->crn, e);
  return c;
}

// --- reading

void needs_read_correction(struct records *want, const struct message *m) {
  want_correction(want, m, ((const ReadCorrection *)m->body)->id);
}

struct change decide_read_correction(const struct records *have, const struct message *m) {
  const Correction *k = found_correction(have, m, ((const ReadCorrection *)m->body)->id);
  if (!k) return not_found(m, NULL);
  struct change c = change_of(m);
  change_reply(&c, k->crn, k, version_of(have, k));
  return c;
}

// Those of a page whose person the sender may see.
static struct change reply_page(const struct records *have, const struct message *m, const struct page *page) {
  struct change c = change_of(m);
  Corrections *list = arena_take(m->arena, sizeof *list);
  corrections__init(list);
  list->corrections = arena_take(m->arena, (page->n_members + 1) * sizeof *list->corrections);
  for (size_t i = 0; i < page->n_members; i++) {
    const Correction *k = found_correction(have, m, list_id(page->members[i]));
    if (!k || !access_sees(have, m, k->crn)) continue;
    list->corrections[list->n_corrections++] = (Correction *)k;
    change_touch(&c, k->crn);
  }
  list->next = list_next(page);
  change_reply(&c, NULL, list, 0);
  return c;
}

void needs_list_corrections(struct records *want, const struct message *m) {
  const ListCorrections *cmd = m->body;
  const char *crn = crn_in(m, cmd->crn);
  if (!crn) return;
  want_person(want, m, crn);
  const struct page *page = records_want_page(want, index_of_person(m, crn), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++) want_correction(want, m, list_id(page->members[i]));
}

struct change decide_list_corrections(const struct records *have, const struct message *m) {
  const ListCorrections *cmd = m->body;
  const Person *person = found_person(have, m, cmd->crn);
  if (!person) return not_found(m, NULL);
  struct change c = reply_page(have, m, records_page(have, index_of_person(m, person->crn), cmd->after));
  change_touch(&c, person->crn);
  return c;
}

void needs_list_open_corrections(struct records *want, const struct message *m) {
  const ListOpenCorrections *cmd = m->body;
  const struct page *page = records_want_page(want, OPEN, cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++) want_correction(want, m, list_id(page->members[i]));
}

struct change decide_list_open_corrections(const struct records *have, const struct message *m) {
  return reply_page(have, m, records_page(have, OPEN, ((const ListOpenCorrections *)m->body)->after));
}

void correction_forget(struct change *c, const struct message *m, const Correction *k) {
  change_unindex(c, OPEN, correction_open_member(m, k));
  change_clear_timer(c, correction_timer(m, k));
}
