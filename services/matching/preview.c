// What other weights would have meant: whoever changes a weight sees first whom it would have moved, in numbers, and
// nobody's name. People and mentors are taken as they are today, since what they were is not kept.
#include "matching.h"
#include <string.h>

enum {
  PREVIEW_PAGES = 10,     // of the index of offers: so many times MATCHING_PAGE offers of 30 days at most
  PREVIEW_OFFERS = 100,   // most offers that are compared
  PREVIEW_PAIRS = 100000, // most pairs that are looked at, so that nobody waits for it
  PREVIEW_DAYS = 30,
};

// Where the last 30 days begin in the index.
static const char *begin_of(const struct message *m) {
  int64_t from_ms = m->now.ms - PREVIEW_DAYS * INT64_C(24) * 3600 * 1000;
  return arena_printf(m->arena, "%013lld", (long long)from_ms);
}

static size_t most_offers(size_t n_mentors) {
  size_t most = PREVIEW_PAIRS / (n_mentors + 1);
  return most < 1 ? 1 : most < PREVIEW_OFFERS ? most : PREVIEW_OFFERS;
}

static void want_index(struct records *want, const struct message *m) {
  const char *after = begin_of(m);
  const struct page *page = records_want_page(want, MATCHING_OFFERS, after, MATCHING_PAGE);
  for (size_t i = 1; i < PREVIEW_PAGES && page && page->more; i++)
    page = records_want_page(want, MATCHING_OFFERS, page->members[page->n_members - 1], MATCHING_PAGE);
}

// The pages of the index that needs_preview_weights() wanted.
static size_t pages_of(const struct records *have, const struct message *m, const struct page *pages[PREVIEW_PAGES]) {
  size_t n = 0;
  pages[n++] = records_page(have, MATCHING_OFFERS, begin_of(m));
  for (const struct page *page = pages[0]; page->more && n < PREVIEW_PAGES; n++)
    page = pages[n] = records_page(have, MATCHING_OFFERS, page->members[page->n_members - 1]);
  return n;
}

// The newest members, at most as many as are compared, the newest first.
static size_t newest(const struct records *have, const struct message *m, const char *members[PREVIEW_OFFERS]) {
  const struct page *pages[PREVIEW_PAGES];
  size_t n_pages = pages_of(have, m, pages), n = 0, most = most_offers(mentors_count(have));
  while (n_pages-- > 0)
    for (size_t i = pages[n_pages]->n_members; i > 0 && n < most; i--) members[n++] = pages[n_pages]->members[i - 1];
  return n;
}

void needs_preview_weights(struct records *want, const struct message *m) {
  const char *members[PREVIEW_OFFERS];
  mentors_want_all(want);
  want_index(want, m);
  size_t n = want->n_unknown ? 0 : newest(want, m, members);
  for (size_t i = 0; i < n; i++) {
    const Offer *offer = records_want(want, &offer__descriptor, offer_id_of(members[i]));
    if (!offer) continue;
    records_want_closed(want, &person__descriptor, offer->crn);
    records_want(want, &mentor__descriptor, offer->mentor_id);
  }
}

// Who comes first, and where the mentor stands to whom the person was offered: 1 the first, 0 no candidate.
struct standing {
  const Mentor *first;
  int32_t first_score;
  uint32_t rank;
};

static bool comes_before(const Mentor *one, int32_t score, const Mentor *other, int32_t other_score) {
  return score != other_score ? score > other_score : strcmp(one->id, other->id) < 0;
}

static void stand(struct standing *s, const struct pair *pair, const Mentor *offered, int32_t offered_score) {
  if (rules_exclude(pair)) return;
  int32_t score = rules_score(pair);
  if (!s->first || comes_before(pair->mentor, score, s->first, s->first_score))
    *s = (struct standing){pair->mentor, score, s->rank};
  if (offered && comes_before(pair->mentor, score, offered, offered_score)) s->rank++;
}

static struct standing standing_of(const struct records *have, const struct message *m, const Offer *offer,
                                   const Weights *weights) {
  struct standing s = {0};
  struct pair pair = {records_get(have, &person__descriptor, offer->crn), NULL, m->now.ms, weights};
  pair.mentor = records_get(have, &mentor__descriptor, offer->mentor_id);
  const Mentor *offered = pair.mentor && !rules_exclude(&pair) ? pair.mentor : NULL;
  int32_t offered_score = offered ? rules_score(&pair) : 0;
  if (offered) s.rank = 1;
  const char *after;
  for (const struct page *page = NULL; mentors_next(page, &after);) {
    page = records_page(have, MATCHING_MENTORS, after);
    for (size_t i = 0; i < page->n_members; i++) {
      pair.mentor = records_get(have, &mentor__descriptor, page->members[i]);
      if (pair.mentor) stand(&s, &pair, offered, offered_score);
    }
  }
  return s;
}

static void compare(const struct records *have, const struct message *m, const Offer *offer, const Weights *weights,
                    WeightsPreview *reply) {
  struct pair in_force = matching_pair(m, NULL, NULL);
  struct standing now = standing_of(have, m, offer, in_force.weights), then = standing_of(have, m, offer, weights);
  if (!now.first) return;
  reply->compared++;
  reply->other_first += now.first != then.first;
  reply->rises += then.rank < now.rank;
  reply->falls += then.rank > now.rank;
}

static bool still_asks(const Person *person) {
  return person && person->mentoring && person->mentoring->wanted;
}

static uint32_t count_offers(const struct records *have, const struct message *m) {
  const struct page *pages[PREVIEW_PAGES];
  uint32_t n = 0;
  for (size_t n_pages = pages_of(have, m, pages); n_pages > 0; n_pages--) n += (uint32_t)pages[n_pages - 1]->n_members;
  return n;
}

struct change decide_preview_weights(const struct records *have, const struct message *m) {
  const PreviewWeights *cmd = m->body;
  struct change c = change_of(m);
  if (!cmd->weights) return refuse(m, CODE__INVALID, NULL, "send the weights, as in a file of them");
  struct err wrong = weights_check(m->arena, cmd->weights, NULL);
  if (err_is(wrong)) return refuse(m, wrong.code, wrong.field, wrong.why);
  WeightsPreview *reply = arena_take(m->arena, sizeof *reply);
  weights_preview__init(reply);
  reply->in_force = matching_pair(m, NULL, NULL).weights->version;
  reply->previewed = cmd->weights->version;
  reply->offers = count_offers(have, m);
  const char *members[PREVIEW_OFFERS];
  size_t n = newest(have, m, members);
  for (size_t i = 0; i < n; i++) {
    const Offer *offer = records_get(have, &offer__descriptor, offer_id_of(members[i]));
    if (offer && still_asks(records_get(have, &person__descriptor, offer->crn)))
      compare(have, m, offer, cmd->weights, reply);
  }
  change_reply(&c, NULL, reply, 0);
  return c;
}
