#include "calendar.h"
#include "checks.h"
#include "confidentiality.h"
#include "intake.h"
#include "pathways.h"
#include "reading.h"
#include "text.h"

static char *index_of_engagement(const struct message *m, const char *id) {
  return arena_printf(m->arena, "explanations-of/%s", id);
}

void explanation_unlist(struct change *c, const struct message *m, const Explanation *e, const char *member) {
  change_unindex(c, index_of_engagement(m, e->engagement_id), member);
}

// --- recording

void needs_record_explanation(struct records *want, const struct message *m) {
  const RecordExplanation *cmd = m->body;
  if (!cmd->explanation) return;
  const Explanation *there = records_want_absent(want, &explanation__descriptor, cmd->explanation->id);
  if (there) want_person(want, m, there->crn);
  want_engagement(want, m, cmd->explanation->engagement_id);
}

// What of an explanation its sender sets; all else is the service's.
static Explanation *senders_part(const struct message *m, const Explanation *of) {
  Explanation *e = arena_copy(m->arena, of, sizeof *of);
  e->crn = e->given_by = (char *)protobuf_c_empty_string;
  e->recorded_at = NULL;
  return e;
}

static bool check_past(const struct checks *k, const char *field, const Google__Protobuf__Timestamp *t,
                       int64_t now_ms) {
  if (!check_time(k, field, t)) return false;
  return timestamp_ms(t) <= now_ms + CLOCK_SLACK_MS ||
         wrong(k, CODE__INVALID, field, "is in the future: record an explanation once it was given");
}

// The person acknowledges what they were told, so not before they were told it.
static void check_times(const struct checks *k, const Explanation *e, int64_t now_ms) {
  bool both = check_past(k, "/givenAt", e->given_at, now_ms);
  both &= check_past(k, "/acknowledgedAt", e->acknowledged_at, now_ms);
  if (both && timestamp_ms(e->acknowledged_at) < timestamp_ms(e->given_at))
    wrong(k, CODE__INVALID, "/acknowledgedAt", "is before it was explained: change one of the two times");
}

static void check_sent(const struct checks *k, const Explanation *e, int64_t now_ms) {
  check_id(k, "/id", e->id);
  check_id(k, "/engagementId", e->engagement_id);
  check_choice(k, "/language", &language__descriptor, e->language, true);
  check_choice(k, "/acknowledged", &acknowledged__descriptor, e->acknowledged, true);
  check_times(k, e, now_ms);
}

// Only the wording that counts now: an older one is not what the person will be held to.
static void check_wording(const struct checks *k, const struct message *m, const Explanation *e, const Engagement *on) {
  const Pathway *pathway = pathways_find(m->settings, on->pathway);
  const Confidentiality *wording = pathways_confidentiality(m->settings);
  if (!pathway || text_is_empty(pathway->explanation))
    wrong(k, CODE__REFUSED_BY_RULE, "/engagementId", "is on a pathway on which nothing needs to be explained");
  else if (e->version != wording->version)
    wrong(k, CODE__REFUSED_BY_RULE, "/version", "is not the wording that counts now, which is %u: explain that one",
          wording->version);
  if (on->closed_at) wrong(k, CODE__CONFLICT, "/engagementId", "that engagement was closed: open a new one");
}

// The same explanation sent again answers as before.
static struct change recorded_before(const struct message *m, const Explanation *there, const Explanation *sent) {
  if (!arena_packs_alike(m->arena, senders_part(m, there), sent))
    return refuse(m, CODE__CONFLICT, "/id", "is taken by another explanation: choose a new id");
  struct change c = change_of(m);
  change_reply(&c, there->crn, there, 1);
  return c;
}

static void mark_explained(struct change *c, const struct message *m, const Engagement *was, uint32_t version) {
  if (was->explained_version >= version) return;
  Engagement *e = arena_copy(m->arena, was, sizeof *was);
  e->explanation = pathways_find(m->settings, was->pathway)->explanation;
  e->explained_version = version;
  change_write(c, e->crn, e->id, e);
}

static void publish_recorded(struct change *c, const struct message *m, const Explanation *e) {
  ExplanationRecorded *event = arena_take(m->arena, sizeof *event);
  explanation_recorded__init(event);
  event->id = e->id;
  event->engagement_id = e->engagement_id;
  event->crn = e->crn;
  event->version = e->version;
  change_publish(c, e->crn, event);
}

static void record(struct change *c, const struct message *m, Explanation *e, const Engagement *on) {
  e->crn = on->crn;
  e->given_by = m->actor->id;
  e->recorded_at = timestamp_of(m->arena, m->now.ms);
  const char *member = list_member(m->arena, timestamp_ms(e->given_at), e->id);
  change_write(c, e->crn, e->id, e);
  change_index(c, index_of_engagement(m, on->id), member);
  change_index(c, arena_printf(m->arena, "explanations-about/%s", e->crn), member);
  mark_explained(c, m, on, e->version);
  publish_recorded(c, m, e);
  change_reply(c, e->crn, e, 1);
  c->created = true;
}

struct change decide_record_explanation(const struct records *have, const struct message *m) {
  const RecordExplanation *cmd = m->body;
  if (!cmd->explanation) return refuse(m, CODE__INVALID, NULL, "send an explanation");
  struct change c = change_of(m);
  struct checks k = {.change = &c, .prefix = ""};
  check_sent(&k, cmd->explanation, m->now.ms);
  if (change_refused(&c)) return c;
  Explanation *e = senders_part(m, cmd->explanation);
  const Explanation *there = records_get(have, &explanation__descriptor, e->id);
  if (there) return recorded_before(m, there, e);
  const Engagement *on = found_engagement(have, e->engagement_id);
  if (!on) return not_found(m, "/engagementId");
  check_wording(&k, m, e, on);
  if (!change_refused(&c)) record(&c, m, e, on);
  return c;
}

// --- reading

void needs_list_explanations(struct records *want, const struct message *m) {
  const ListExplanations *cmd = m->body;
  const Engagement *on = want_engagement(want, m, cmd->engagement_id);
  if (!on) return;
  const struct page *page = records_want_page(want, index_of_engagement(m, on->id), cmd->after, list_limit(cmd->limit));
  for (size_t i = 0; page && i < page->n_members; i++)
    records_want(want, &explanation__descriptor, list_id(page->members[i]));
}

struct change decide_list_explanations(const struct records *have, const struct message *m) {
  const ListExplanations *cmd = m->body;
  const Engagement *on = found_engagement(have, cmd->engagement_id);
  if (!on) return not_found(m, NULL);
  const struct page *page = records_page(have, index_of_engagement(m, on->id), cmd->after);
  Explanations *list = arena_take(m->arena, sizeof *list);
  explanations__init(list);
  list->explanations = arena_take(m->arena, (page->n_members + 1) * sizeof *list->explanations);
  for (size_t i = 0; i < page->n_members; i++) {
    const Explanation *e = records_get(have, &explanation__descriptor, list_id(page->members[i]));
    if (e) list->explanations[list->n_explanations++] = (Explanation *)e;
  }
  list->next = list_next(page);
  struct change c = change_of(m);
  change_reply(&c, on->crn, list, 0);
  return c;
}

// The wording is nobody's record.
void needs_read_confidentiality(struct records *want, const struct message *m) {
  (void)want;
  (void)m;
}

struct change decide_read_confidentiality(const struct records *have, const struct message *m) {
  (void)have;
  const Confidentiality *wording = pathways_confidentiality(m->settings);
  if (!wording) return refuse(m, CODE__NOT_FOUND, NULL, "no pathway here asks for an explanation");
  struct change c = change_of(m);
  change_reply(&c, NULL, wording, 0);
  return c;
}
