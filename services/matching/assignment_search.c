#include "assignment_search.h"
#include <stdlib.h>

enum {
  NEAR_EACH = 6 // moves listed for each place: with fewer, what was left out is looked at more often
};

// --- room

struct repair *assignment_repair_of(struct assignment *a) {
  if (a->repair) return a->repair;
  struct repair *r = a->repair = assignment_take(1, sizeof *r);
  uint32_t m = a->problem.n_mentors;
  r->a = a;
  r->era = 1;
  r->distance = assignment_take(m, sizeof *r->distance);
  r->track = assignment_take(m, sizeof *r->track);
  r->touched = assignment_take(m, sizeof *r->touched);
  r->near = assignment_take(m, sizeof *r->near);
  r->moves = assignment_take_large((size_t)NEAR_EACH * (a->first[m] + 1) * sizeof *r->moves);
  for (uint32_t j = 0; j < m; j++) r->distance[j] = INT64_MAX;
  return r;
}

void assignment_repair_free(struct repair *r) {
  if (!r) return;
  assignment_queue_deinit(&r->queue);
  free(r->distance), free(r->track), free(r->touched), free(r->near), free(r->moves), free(r);
}

static void begin(struct repair *r) {
  while (r->n_touched) r->distance[r->touched[--r->n_touched]] = INT64_MAX;
  assignment_queue_clear(&r->queue);
  r->best = INT64_MAX;
  r->end = r->end_person = ASSIGNMENT_NONE;
}

// --- ways

static void reach(struct repair *r, uint32_t mentor, int64_t distance, struct track track) {
  if (r->distance[mentor] == INT64_MAX) r->touched[r->n_touched++] = mentor;
  r->distance[mentor] = distance;
  r->track[mentor] = track;
  assignment_queue_put(&r->queue, distance, mentor, false);
}

// The commonest answer is no: so it is given here.
static inline void offer(struct repair *r, uint32_t mentor, int64_t distance, struct track track) {
  if (distance < r->best && distance < r->distance[mentor]) reach(r, mentor, distance, track);
}

static void end_at(struct repair *r, int64_t length, uint32_t mentor, uint32_t person) {
  if (length >= r->best) return;
  r->best = length;
  r->end = mentor;
  r->end_person = person;
}

// --- all moves of a mentor's people, and the list of the nearest

// A list as it is made. What costs, with its price, `limit` or more is not listed; where there is no room left, the
// limit falls half of the way to the least that anything can cost.
struct sieve {
  const struct assignment *a;
  struct near *near;
  struct move *moves;
  uint32_t room;
  int64_t limit, least;
};

static void leave_out(struct sieve *s, int64_t cost) {
  if (cost < s->near->far) s->near->far = cost;
}

static void lower_limit(struct sieve *s) {
  uint32_t n = s->near->n;
  s->limit = s->least + (s->limit - s->least) / 2;
  s->near->n = 0;
  for (uint32_t i = 0; i < n; i++) {
    int64_t cost = s->moves[i].cost + s->a->price[s->moves[i].mentor];
    if (cost < s->limit)
      s->moves[s->near->n++] = s->moves[i];
    else
      leave_out(s, cost);
  }
}

static void list(struct sieve *s, struct move move, int64_t cost) {
  while (cost < s->limit && s->near->n == s->room) lower_limit(s);
  if (cost < s->limit)
    s->moves[s->near->n++] = move;
  else
    leave_out(s, cost);
}

static void look_at_person(struct repair *r, struct sieve *s, uint32_t person, uint32_t at) {
  const struct assignment *a = r->a;
  const struct assignment_pair *pair = a->problem.pairs + a->problem.row[person],
                               *end = a->problem.pairs + a->problem.row[person + 1], *own = pair;
  while (own->mentor != at) own++;
  int64_t base = r->distance[at] - a->price[at], worth = assignment_rank(a, person) * ASSIGNMENT_RANK + own->score;
  if (worth < s->near->least) {
    s->near->least = worth;
    s->near->least_person = person;
  }
  for (; pair < end; pair++) {
    if (pair == own) continue;
    struct move move = {pair->mentor, person, own->score - pair->score};
    int64_t cost = move.cost + a->price[pair->mentor];
    offer(r, pair->mentor, base + cost, (struct track){at, person});
    list(s, move, cost);
  }
}

// Rows lie anywhere: all of them come from memory at once, not one after the other.
static void fetch_rows(const struct assignment *a, uint32_t mentor) {
  enum {
    PAIRS_FETCHED = 8 // as many as come at once
  };
  const uint32_t *held = a->held + a->first[mentor], *row = a->problem.row;
  for (uint32_t k = 0; k < a->load[mentor]; k++) __builtin_prefetch(&row[held[k]]);
  for (uint32_t k = 0; k < a->load[mentor]; k++)
    for (uint32_t i = row[held[k]]; i < row[held[k] + 1]; i += PAIRS_FETCHED) __builtin_prefetch(&a->problem.pairs[i]);
}

static struct move *moves_of(const struct repair *r, uint32_t mentor) {
  return r->moves + (size_t)NEAR_EACH * r->a->first[mentor];
}

// Nobody loses by staying: so no move costs less than the price that the person would no longer pay.
static void look_at_all(struct repair *r, uint32_t mentor) {
  const struct assignment *a = r->a;
  struct near *near = &r->near[mentor];
  *near = (struct near){.far = INT64_MAX, .least = INT64_MAX, .era = r->era};
  struct sieve s = {a, near, moves_of(r, mentor), NEAR_EACH * a->load[mentor], 0, a->price[mentor]};
  s.limit = s.least + a->most - a->least + 1;
  fetch_rows(a, mentor);
  for (uint32_t k = 0; k < a->load[mentor]; k++) look_at_person(r, &s, a->held[a->first[mentor] + k], mentor);
}

// --- forwards

static void look_at_near(struct repair *r, uint32_t mentor) {
  const struct near *near = &r->near[mentor];
  const struct move *move = moves_of(r, mentor), *end = move + near->n;
  int64_t distance = r->distance[mentor], base = distance - r->a->price[mentor];
  for (; move < end; move++)
    offer(r, move->mentor, base + move->cost + r->a->price[move->mentor], (struct track){mentor, move->person});
  int64_t far = near->far == INT64_MAX ? INT64_MAX : base + near->far;
  if (far < r->best) assignment_queue_put(&r->queue, far > distance ? far : distance, mentor, true);
}

static void go_forward(struct repair *r, struct assignment_knot k) {
  const struct assignment *a = r->a;
  const struct near *near = &r->near[k.mentor];
  if (a->load[k.mentor] < a->capacity[k.mentor]) {
    end_at(r, k.distance, k.mentor, ASSIGNMENT_NONE);
    return;
  }
  if (k.all || near->era != r->era)
    look_at_all(r, k.mentor);
  else
    look_at_near(r, k.mentor);
  end_at(r, r->distance[k.mentor] - a->price[k.mentor] + near->least, k.mentor, near->least_person);
}

// What is known of the mentor who probably comes next is on its way from memory meanwhile.
static void fetch_next(const struct repair *r) {
  enum {
    LINE = 64 // bytes that come at once
  };
  if (r->queue.first[0] == ASSIGNMENT_NONE) return;
  uint32_t mentor = r->queue.knots[r->queue.first[0]].mentor;
  const char *from = (const char *)moves_of(r, mentor), *to = (const char *)moves_of(r, mentor + 1);
  __builtin_prefetch(&r->near[mentor]);
  for (; from < to; from += LINE) __builtin_prefetch(from);
}

void assignment_search_forward(struct repair *r, uint32_t person, int64_t profit) {
  const struct assignment_problem *p = &r->a->problem;
  int64_t base = profit - assignment_rank(r->a, person) * ASSIGNMENT_RANK;
  begin(r);
  r->best = profit;
  for (uint32_t k = p->row[person]; k < p->row[person + 1]; k++)
    offer(r, p->pairs[k].mentor, base - p->pairs[k].score + r->a->price[p->pairs[k].mentor],
          (struct track){ASSIGNMENT_NONE, person});
  for (struct assignment_knot k; assignment_queue_take(&r->queue, &k) && k.distance < r->best;) {
    fetch_next(r);
    if (k.all || k.distance == r->distance[k.mentor]) go_forward(r, k);
  }
}

// --- backwards

// All who might come to the mentor.
static void go_backward(struct repair *r, uint32_t mentor) {
  const struct assignment *a = r->a;
  int64_t distance = r->distance[mentor];
  end_at(r, distance + a->price[mentor], mentor, ASSIGNMENT_NONE);
  for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
    uint32_t person = a->offers[k].person, at = a->at[person];
    if (at == mentor || !assignment_is_active(a, person)) continue;
    int64_t loss = assignment_profit_of(a, person) + a->price[mentor] - assignment_rank(a, person) * ASSIGNMENT_RANK -
                   assignment_pair_of(a, person, mentor)->score;
    if (at == ASSIGNMENT_NONE)
      end_at(r, distance + loss, mentor, person);
    else
      offer(r, at, distance + loss, (struct track){mentor, person});
  }
}

void assignment_search_backward(struct repair *r, uint32_t mentor) {
  begin(r);
  reach(r, mentor, 0, (struct track){ASSIGNMENT_NONE, ASSIGNMENT_NONE});
  for (struct assignment_knot k; assignment_queue_take(&r->queue, &k) && k.distance < r->best;)
    if (k.distance == r->distance[k.mentor]) go_backward(r, k.mentor);
}
