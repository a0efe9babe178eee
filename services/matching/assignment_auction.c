// The auction. Everyone without a place bids for the one that is best for them at today's prices: so much that it would
// still be the best, but for a little. A mentor whose places are all taken gives up the lowest bid; their price is the
// lowest bid that is left. When all have a place, nobody gains more than that little by changing.
//
// It is played several times, each time with a smaller little and with the prices of the time before, so that prices
// that must rise far do so in few steps.
//
// The first time nobody knows how far prices must rise. It begins with a little that suits where there are places
// enough; where people bid again and again, it is doubled.
//
// Places of level 0 that are left over must cost nothing. Where one costs something, since somebody had it the time
// before, its price falls until somebody comes for whom it is better than what they have, and leaves theirs; and so on,
// until the place that is left costs nothing.
#include "assignment_state.h"
#include <stdlib.h>

enum {
  FIRST_SLACK = 64, // the span of the scores by this is what is little, the first time
  STEP_BITS = 3,    // how much less it is each next time
  LAST_BITS = 6,    // down to this part of a point: assignment_exact() does the rest
  MOST_ROUNDS = 2   // bids per person until the little is doubled, the first time
};

struct auction {
  struct assignment *a;
  unsigned bits;
  int64_t slack, most_raise; // what is little; the most that a bid is above the price, beside that
  int64_t *bid;              // of each person who has a place
  int64_t *value;            // of each person who has a place: its score, in units of prices
  uint32_t *queue;           // people without a place, a ring of n_active
  uint32_t n_queue, i_queue; //
  uint32_t *holes;           // mentors of level 0 with a place that nobody has and that costs something
  uint32_t n_holes;
};

struct choice {
  uint32_t node;
  int64_t best, second;
};

static uint32_t n_untaken(const struct auction *u, uint32_t node) {
  return u->a->capacity[node] - u->a->load[node];
}

// --- the bids that a node holds: a heap, the lowest at the root

static void sift_up(struct auction *u, uint32_t *held, uint32_t i) {
  uint32_t person = held[i];
  for (uint32_t up; i && u->bid[person] < u->bid[held[up = (i - 1) / 2]]; i = up) held[i] = held[up];
  held[i] = person;
}

static void sift_down(struct auction *u, uint32_t *held, uint32_t i, uint32_t n) {
  uint32_t person = held[i];
  for (uint32_t child; (child = 2 * i + 1) < n; i = child) {
    if (child + 1 < n && u->bid[held[child + 1]] < u->bid[held[child]]) child++;
    if (u->bid[person] <= u->bid[held[child]]) break;
    held[i] = held[child];
  }
  held[i] = person;
}

static void add_bid(struct auction *u, uint32_t node, uint32_t person) {
  struct assignment *a = u->a;
  assignment_put(a, person, node);
  sift_up(u, a->held + a->first[node], a->load[node] - 1);
}

static int64_t lowest_bid(const struct auction *u, uint32_t node) {
  return u->bid[u->a->held[u->a->first[node]]];
}

static void enqueue(struct auction *u, uint32_t person) {
  uint32_t at = u->i_queue + u->n_queue++;
  u->queue[at < u->a->n_active ? at : at - u->a->n_active] = person;
}

static uint32_t dequeue(struct auction *u) {
  uint32_t person = u->queue[u->i_queue++];
  u->n_queue--;
  if (u->i_queue == u->a->n_active) u->i_queue = 0;
  return person;
}

// --- one bid

static void consider(struct choice *c, uint32_t node, int64_t value) {
  if (value > c->best) {
    c->second = c->best;
    c->best = value;
    c->node = node;
  } else if (value > c->second) {
    c->second = value;
  }
}

static struct choice look(const struct auction *u, uint32_t person) {
  const struct assignment *a = u->a;
  const struct assignment_pair *pair = a->problem.pairs + a->problem.row[person],
                               *end = a->problem.pairs + a->problem.row[person + 1];
  struct choice c = {ASSIGNMENT_NONE, INT64_MIN / 2, INT64_MIN / 2};
  int64_t one = INT64_C(1) << u->bits;
  for (; pair < end; pair++) consider(&c, pair->mentor, pair->score * one - a->price[pair->mentor]);
  return c;
}

static void replace_lowest(struct auction *u, uint32_t node, uint32_t person) {
  struct assignment *a = u->a;
  uint32_t *held = a->held + a->first[node];
  enqueue(u, held[0]);
  held[0] = person;
  a->at[person] = node;
  sift_down(u, held, 0, a->load[node]);
}

static void bid(struct auction *u, uint32_t person, uint32_t room) {
  struct assignment *a = u->a;
  struct choice c = look(u, person);
  if (room != ASSIGNMENT_NONE) consider(&c, room, -a->price[room]);
  int64_t raise = c.best - c.second < u->most_raise ? c.best - c.second : u->most_raise;
  u->bid[person] = a->price[c.node] + raise + u->slack;
  u->value[person] = c.best + a->price[c.node];
  if (n_untaken(u, c.node))
    add_bid(u, c.node, person);
  else
    replace_lowest(u, c.node, person);
  if (!n_untaken(u, c.node)) a->price[c.node] = lowest_bid(u, c.node);
}

// --- places that nobody has

// Who would give most for a place there, beyond those who are there.
static struct choice ask(const struct auction *u, uint32_t mentor) {
  const struct assignment *a = u->a;
  struct choice c = {ASSIGNMENT_NONE, INT64_MIN / 2, INT64_MIN / 2};
  int64_t one = INT64_C(1) << u->bits, least = a->least * one, step = assignment_step(a) * one;
  for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
    uint32_t person = a->offers[k].person;
    if (a->at[person] == mentor || a->at[person] == ASSIGNMENT_NONE) continue; // there already, or frozen
    int64_t beside = a->price[a->at[person]] - u->value[person];
    if (least + a->offers[k].steps * step + beside <= c.second) continue;
    consider(&c, person, assignment_pair_of(a, person, mentor)->score * one + beside);
  }
  return c;
}

static void take_away(struct auction *u, uint32_t person) {
  struct assignment *a = u->a;
  uint32_t node = a->at[person], *held = a->held + a->first[node], k = 0, n = --a->load[node];
  while (held[k] != person) k++;
  if (k == n) return;
  held[k] = held[n];
  sift_down(u, held, k, n);
  sift_up(u, held, k);
}

static void note_hole(struct auction *u, uint32_t mentor) {
  if (u->a->price[mentor] > 0 && n_untaken(u, mentor)) u->holes[u->n_holes++] = mentor;
}

// The person comes, since the place is now that cheap; what they leave may be a hole.
static void attract(struct auction *u, uint32_t person, uint32_t mentor, int64_t worth, int64_t price) {
  struct assignment *a = u->a;
  uint32_t from = a->at[person];
  u->value[person] += worth - a->price[from];
  take_away(u, person);
  if (n_untaken(u, from) == 1) note_hole(u, from);
  u->bid[person] = price;
  add_bid(u, mentor, person);
  a->price[mentor] = price;
}

static void fill_hole(struct auction *u, uint32_t mentor) {
  struct assignment *a = u->a;
  while (n_untaken(u, mentor) && a->price[mentor] > 0) {
    struct choice c = ask(u, mentor);
    int64_t price = c.second - u->slack > 0 ? c.second - u->slack : 0;
    if (c.best > u->slack)
      attract(u, c.node, mentor, c.best, price);
    else
      a->price[mentor] = 0;
  }
}

// --- the whole

static void begin(struct auction *u) {
  struct assignment *a = u->a;
  for (uint32_t j = 0; j < a->n_nodes; j++) a->load[j] = 0;
  u->i_queue = u->n_queue = 0;
  for (uint32_t i = 0; i < a->n_active; i++) enqueue(u, a->order[i]);
}

// A mentor without places costs more than anybody bids.
static void price_of_none(const struct assignment *a, int64_t price) {
  for (uint32_t j = 0; j < a->problem.n_mentors; j++)
    if (!a->capacity[j]) a->price[j] = price;
}

// The rows of those who bid soon come from memory meanwhile.
static void fetch_ahead(const struct auction *u) {
  enum {
    AHEAD = 6,
    PAIRS_FETCHED = 8, // as many as come at once
    MOST_FETCHED = 48  // what follows comes by itself
  };
  if (u->n_queue <= 2 * AHEAD) return;
  const struct assignment *a = u->a;
  uint32_t soon = (u->i_queue + AHEAD) % a->n_active, later = (u->i_queue + 2 * AHEAD) % a->n_active;
  uint32_t begin = a->problem.row[u->queue[soon]], end = a->problem.row[u->queue[soon] + 1];
  __builtin_prefetch(&a->problem.row[u->queue[later]]);
  if (end > begin + MOST_FETCHED) end = begin + MOST_FETCHED;
  for (uint32_t k = begin; k < end; k += PAIRS_FETCHED) __builtin_prefetch(&a->problem.pairs[k]);
}

static void hold_auction(struct auction *u, const uint32_t *room, bool first) {
  uint64_t most = (uint64_t)MOST_ROUNDS * u->a->n_active;
  for (uint64_t n = 0; u->n_queue; n++) {
    if (first && n == most && u->slack <= u->most_raise / 2) {
      u->slack *= 2;
      most += u->a->n_active;
    }
    fetch_ahead(u);
    uint32_t person = dequeue(u);
    bid(u, person, room[person]);
  }
}

static void fill_holes(struct auction *u) {
  u->n_holes = 0;
  for (uint32_t j = 0; j < u->a->problem.n_mentors; j++)
    if (!u->a->level[j]) note_hole(u, j);
  while (u->n_holes) fill_hole(u, u->holes[--u->n_holes]);
}

static void play(struct auction *u, const uint32_t *room, bool first) {
  struct assignment *a = u->a;
  begin(u);
  hold_auction(u, room, first);
  fill_holes(u);
  for (uint32_t j = 0; j < a->n_nodes; j++)
    assert(!a->capacity[j] || a->price[j] - a->level[j] * ASSIGNMENT_RANK < ASSIGNMENT_RANK / 2);
}

// Of each person the waiting room that they may bid for, or ASSIGNMENT_NONE.
static uint32_t *waiting_rooms(const struct assignment *a) {
  uint32_t *room = assignment_take(a->problem.n_people, sizeof *room);
  for (uint32_t i = 0; i < a->n_active; i++) {
    uint32_t person = a->order[i];
    bool may = assignment_may_wait(a, person);
    room[person] = may ? assignment_waiting_room(a, assignment_rank(a, person)) : ASSIGNMENT_NONE;
  }
  return room;
}

static unsigned bits_for(uint64_t n) {
  unsigned bits = 0;
  while (UINT64_C(1) << bits < n) bits++;
  return bits;
}

struct auction_end assignment_auction(struct assignment *a) {
  struct auction u = {.a = a, .bits = bits_for(a->n_nodes + 2)};
  uint32_t *room = waiting_rooms(a);
  u.bid = assignment_take(a->problem.n_people, sizeof *u.bid);
  u.value = assignment_take(a->problem.n_people, sizeof *u.value);
  u.holes = assignment_take(a->problem.n_mentors, sizeof *u.holes);
  u.queue = assignment_take(a->n_active, sizeof *u.queue);
  u.most_raise = (a->most - a->least + 1) << u.bits;
  for (uint32_t j = 0; j < a->n_nodes; j++) a->price[j] = a->level[j] * ASSIGNMENT_RANK;
  price_of_none(a, (a->n_bands + 1) * ASSIGNMENT_RANK);
  int64_t last = u.bits > LAST_BITS ? INT64_C(1) << (u.bits - LAST_BITS) : 1;
  u.slack = u.most_raise / FIRST_SLACK > last ? u.most_raise / FIRST_SLACK : last;
  play(&u, room, true);
  while (u.slack > last) {
    u.slack = u.slack >> STEP_BITS > last ? u.slack >> STEP_BITS : last;
    play(&u, room, false);
  }
  free(room), free(u.bid), free(u.value), free(u.queue), free(u.holes);
  return (struct auction_end){u.bits, u.slack};
}
