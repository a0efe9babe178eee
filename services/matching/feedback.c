// How a match was, from both sides: few coded questions and one free text each, sealed. Who is rated by it is never
// shown it; the coordinator and the mentor's supervisor read both.
#include "access.h"
#include "held.h"
#include "match_life.h"
#include "tasks.h"
#include <string.h>

enum {
  FEEDBACK_TEXT_BYTES = 2000,
  FEEDBACK_LEAST = 1, // of an answer
  FEEDBACK_MOST = 5
};

static char *feedback_index(struct arena *a, const char *crn) {
  return arena_printf(a, "feedback-of/%s", crn);
}

// --- giving

static void check_answers(struct change *c, const Feedback *said) {
  uint32_t seen = 0;
  for (size_t i = 0; i < said->n_answers; i++) {
    const FeedbackAnswer *a = said->answers[i];
    const char *field = arena_printf(c->arena, "/answers/%zu", i);
    if (!a->question || !protobuf_c_enum_descriptor_get_value(&feedback_question__descriptor, (int)a->question))
      change_refuse(c, CODE__INVALID, field, "name a question: HELPED, SPOKE_FREELY, SUITED, SUPPORTED or AGAIN");
    else if (seen & 1u << a->question)
      change_refuse(c, CODE__INVALID, field, "answers a question for the second time: leave one out");
    else if (a->value < FEEDBACK_LEAST || a->value > FEEDBACK_MOST)
      change_refuse(c, CODE__INVALID, field, "value must be 1 (not at all) to 5 (very much)");
    else
      seen |= 1u << a->question;
  }
}

static bool has_text(const Feedback *said) {
  return said->text && !text_is_empty(said->text->text);
}

static void check(struct change *c, const Feedback *said) {
  if (!text_is_uuid(said->id)) change_refuse(c, CODE__INVALID, "/id", "must be a UUID in lower case");
  if (!text_is_uuid(said->match_id))
    change_refuse(c, CODE__INVALID, "/matchId", "must be the id of a match: a UUID in lower case");
  if (!said->n_answers && !has_text(said))
    change_refuse(c, CODE__INVALID, "/answers", "answer at least one question, or write a text");
  if (has_text(said) && (strlen(said->text->text) > FEEDBACK_TEXT_BYTES || text_has_control(said->text->text, true)))
    change_refuse(c, CODE__INVALID, "/text", "may have at most 2000 bytes and no control characters: say it shorter");
  check_answers(c, said);
}

void needs_give_feedback(struct records *want, const struct message *m) {
  const Feedback *said = ((const GiveFeedback *)m->body)->feedback;
  if (!said || !text_is_uuid(said->id) || !text_is_uuid(said->match_id)) return;
  records_want(want, &feedback__descriptor, said->id);
  const Offer *offer = records_want(want, &offer__descriptor, said->match_id);
  if (offer) records_want_closed(want, &person__descriptor, offer->crn);
  (void)task_want(want, MATCHING_TASK_KIND__FEEDBACK_DUE, said->match_id);
}

// Whose side it is follows from who says it: only the mentor of the match speaks for the mentor.
static Feedback *new_feedback(const struct message *m, const Feedback *said, const Offer *offer) {
  Feedback *f = arena_copy(m->arena, said, sizeof *said);
  f->crn = offer->crn;
  f->mentor_id = offer->mentor_id;
  f->from = strcmp(m->actor->id, offer->mentor_id) ? FEEDBACK_FROM__FROM_PERSON : FEEDBACK_FROM__FROM_MENTOR;
  f->recorded_by = m->actor->id;
  f->recorded_at = timestamp_of(m->arena, m->now.ms);
  f->text = NULL;
  if (!has_text(said)) return f;
  f->text = arena_take(m->arena, sizeof *f->text);
  narrative__init(f->text);
  f->text->partition = PARTITION__CONTACT;
  f->text->text = said->text->text;
  return f;
}

static bool same_feedback(const struct message *m, const Feedback *was, Feedback *now) {
  now->recorded_at = was->recorded_at;
  return arena_packs_alike(m->arena, was, now);
}

static void publish_given(struct change *c, const Feedback *f) {
  FeedbackGiven *event = arena_take(c->arena, sizeof *event);
  feedback_given__init(event);
  event->id = f->id;
  event->match_id = f->match_id;
  event->crn = f->crn;
  event->from = f->from;
  event->at_ms = timestamp_ms(f->recorded_at);
  change_publish(c, f->crn, event);
}

// A mentor's own feedback leaves the person's still to be asked for.
static void keep(struct change *c, const struct records *have, const struct message *m, const Feedback *f) {
  change_write(c, f->crn, f->id, f);
  change_index(c, feedback_index(m->arena, f->crn), arena_printf(m->arena, "%013lld/%s", (long long)m->now.ms, f->id));
  if (f->from == FEEDBACK_FROM__FROM_PERSON) task_done(c, have, m, MATCHING_TASK_KIND__FEEDBACK_DUE, f->match_id);
  publish_given(c, f);
  c->created = true;
}

// Never changed: who thinks otherwise later says so in a further one.
struct change decide_give_feedback(const struct records *have, const struct message *m) {
  const Feedback *said = ((const GiveFeedback *)m->body)->feedback;
  struct change c = change_of(m);
  if (!said) return refuse(m, CODE__INVALID, "", "the feedback is missing");
  check(&c, said);
  if (change_refused(&c)) return c;
  const Offer *match = records_get(have, &offer__descriptor, said->match_id);
  if (!match || match->state != OFFER_STATE__ACCEPTED)
    return refuse(m, CODE__NOT_FOUND, "/matchId", "there is no such match in this area");
  Feedback *f = new_feedback(m, said, match);
  const Feedback *was = records_get(have, &feedback__descriptor, f->id);
  bool same = was && same_feedback(m, was, f);
  if (was && !same) return refuse(m, CODE__CONFLICT, "/id", "there is other feedback with this id: take a new id");
  if (!was) keep(&c, have, m, f);
  change_reply(&c, f->crn, was ? was : f, 1);
  return c;
}

// --- reading

static unsigned feedback_limit(const ListFeedback *cmd) {
  return matching_limit(cmd->limit, MATCHING_LIST_DEFAULT, MATCHING_LIST_MOST);
}

void needs_list_feedback(struct records *want, const struct message *m) {
  const ListFeedback *cmd = m->body;
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return;
  records_want_closed(want, &person__descriptor, crn);
  const struct page *page = records_want_page(want, feedback_index(want->arena, crn), cmd->after, feedback_limit(cmd));
  for (size_t i = 0; page && i < page->n_members; i++) {
    const Feedback *f = records_want(want, &feedback__descriptor, held_id(page->members[i]));
    if (!f) continue;
    records_want(want, &offer__descriptor, f->match_id);
    access_want(want, m, f->mentor_id);
  }
}

// A supervisor sees what is about their own mentors, whoever was the person's mentor besides.
struct change decide_list_feedback(const struct records *have, const struct message *m) {
  const ListFeedback *cmd = m->body;
  struct change c = change_of(m);
  char crn[8];
  if (!text_crn(cmd->crn, crn)) return refuse(m, CODE__INVALID, "/crn", "must be a CRN: a letter and six digits");
  const Person *person = records_get(have, &person__descriptor, crn);
  if (!person) return refuse(m, CODE__NOT_FOUND, NULL, "there is no such person in this area");
  const struct page *page = records_page(have, feedback_index(m->arena, crn), cmd->after);
  Feedbacks *list = arena_take(m->arena, sizeof *list);
  feedbacks__init(list);
  list->feedback = arena_take(m->arena, (page->n_members + 1) * sizeof *list->feedback);
  for (size_t i = 0; i < page->n_members; i++) {
    const Feedback *f = records_get(have, &feedback__descriptor, held_id(page->members[i]));
    if (f && access_sees(have, m, f->mentor_id)) list->feedback[list->n_feedback++] = (Feedback *)f;
  }
  if (page->more) list->next = page->members[page->n_members - 1];
  change_reply(&c, person->crn, list, 0);
  return c;
}
