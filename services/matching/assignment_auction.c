// The auction. Everyone without a place bids for the one that is best for them at today's prices: so much that it would
// still be the best, but for a little. A mentor whose places are all taken gives up the lowest bid; their price is the
// lowest bid that is left. When all have a place, nobody gains more than that little by changing.
//
// It is played several times, each time with a smaller little and with the prices of the time before, so that prices
// that must rise far do so in few steps.
//
// Nobody takes the places that are left over, always the cheapest, and where one of those is wanted another: all places
// of nobody cost the same, `floor`, and no other place of level 0 costs less. Only the price of a mentor of whom nobody
// has a place may be out of date, and then it is too low, which a bidder finds out (see choose()).
#include "assignment_state.h"
#include <stdlib.h>

enum {
  FIRST_SLACK = 8, // the span of the scores by this is what is little the first time
  STEP_BITS = 3,   // how much less it is each next time
  LAST_BITS = 6,   // down to this part of a point: assignment_exact() does the rest
};

struct cheapest {
  int64_t price;
  uint32_t node;
};

struct auction {
  struct assignment *a;
  unsigned bits;
  int64_t slack, most_raise;
  int64_t *bid;              // of each person who has a place
  uint32_t *nobodys;         // of each mentor: places that nobody has
  uint32_t *queue;           // people without a place, a ring of n_active
  uint32_t n_queue, i_queue; //
  uint32_t n_left, n_nobody; // places that nobody does not have yet, of all that nobody should have
  int64_t floor;             // the price of nobody's places
  struct cheapest *heap;     // mentors of level 0 by their cheapest place that is not nobody's; may be out of date
  size_t n_heap, room_heap;  //
};

struct choice {
  uint32_t node;
  int64_t best, second;
};

static uint32_t n_untaken(const struct auction *u, uint32_t node) {
  return u->a->capacity[node] - u->a->load[node] - u->nobodys[node];
}

// --- the bids that a node holds: a heap, the lowest at the root

static void sift_up(struct auction *u, uint32_t *held, uint32_t i) {
  uint32_t person = held[i];
  for (uint32_t up; i && u->bid[person] < u->bid[held[up = (i - 1) / 2]]; i = up) held[i] = held[up];
  held[i] = person;
}

static void sift_down(struct auction *u, uint32_t *held, uint32_t n) {
  uint32_t i = 0, person = held[0];
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

// --- nobody

static void push_cheapest(struct auction *u, int64_t price, uint32_t node) {
  if (u->n_heap == u->room_heap) {
    u->room_heap = u->room_heap * 2 + 64;
    u->heap = realloc(u->heap, u->room_heap * sizeof *u->heap);
    if (!u->heap) abort();
  }
  size_t i = u->n_heap++;
  for (; i && price < u->heap[(i - 1) / 2].price; i = (i - 1) / 2) u->heap[i] = u->heap[(i - 1) / 2];
  u->heap[i] = (struct cheapest){price, node};
}

static struct cheapest pop_cheapest(struct auction *u) {
  struct cheapest top = u->heap[0], last = u->heap[--u->n_heap];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < u->n_heap; i = child) {
    if (child + 1 < u->n_heap && u->heap[child + 1].price < u->heap[child].price) child++;
    if (last.price <= u->heap[child].price) break;
    u->heap[i] = u->heap[child];
  }
  u->heap[i] = last;
  return top;
}

// The price of the mentor's cheapest place that is not nobody's; INT64_MAX where all are.
static int64_t cheapest_place(const struct auction *u, uint32_t node) {
  if (n_untaken(u, node)) return u->a->price[node];
  return u->a->load[node] ? lowest_bid(u, node) : INT64_MAX;
}

static void list_cheapest(struct auction *u) {
  u->n_heap = 0;
  for (uint32_t j = 0; j < u->a->problem.n_mentors; j++)
    if (!u->a->level[j] && u->a->capacity[j]) push_cheapest(u, cheapest_place(u, j), j);
}

static void eject_for_nobody(struct auction *u, uint32_t node) {
  struct assignment *a = u->a;
  uint32_t *held = a->held + a->first[node];
  enqueue(u, held[0]);
  held[0] = held[--a->load[node]];
  sift_down(u, held, a->load[node]);
  u->nobodys[node]++;
  u->n_left--;
}

static void take_for_nobody(struct auction *u, uint32_t node) {
  uint32_t n = n_untaken(u, node);
  if (n > u->n_left) n = u->n_left;
  u->nobodys[node] += n;
  u->n_left -= n;
  if (!n) eject_for_nobody(u, node);
  if (!n_untaken(u, node)) u->a->price[node] = u->floor;
}

// Nobody gets all their places. Who had one of them bids again.
static void serve_nobody(struct auction *u) {
  if (!u->heap || !u->n_heap) list_cheapest(u);
  while (u->n_left) {
    struct cheapest top = pop_cheapest(u);
    int64_t now = cheapest_place(u, top.node);
    if (now == top.price) {
      u->floor = now;
      take_for_nobody(u, top.node);
      now = cheapest_place(u, top.node);
    }
    if (now >= top.price && now != INT64_MAX) push_cheapest(u, now, top.node);
  }
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

// The best place for the person. What costs nobody's price costs the floor by now.
static struct choice choose(struct auction *u, uint32_t person, uint32_t room) {
  struct assignment *a = u->a;
  for (;;) {
    struct choice c = look(u, person);
    if (room != ASSIGNMENT_NONE) consider(&c, room, -a->price[room]);
    if (!u->nobodys[c.node] || a->price[c.node] >= u->floor || n_untaken(u, c.node)) return c;
    a->price[c.node] = u->floor;
  }
}

static void replace_lowest(struct auction *u, uint32_t node, uint32_t person) {
  struct assignment *a = u->a;
  uint32_t *held = a->held + a->first[node];
  enqueue(u, held[0]);
  held[0] = person;
  a->at[person] = node;
  sift_down(u, held, a->load[node]);
}

static void take_place(struct auction *u, uint32_t node, uint32_t person) {
  if (n_untaken(u, node)) {
    add_bid(u, node, person);
  } else if (u->nobodys[node]) {
    u->nobodys[node]--;
    u->n_left++;
    add_bid(u, node, person);
    if (u->n_heap && lowest_bid(u, node) == u->bid[person]) push_cheapest(u, u->bid[person], node);
  } else {
    replace_lowest(u, node, person);
  }
  if (!n_untaken(u, node) && !u->nobodys[node]) u->a->price[node] = lowest_bid(u, node);
}

static void bid(struct auction *u, uint32_t person, uint32_t room) {
  struct choice c = choose(u, person, room);
  int64_t raise = c.best - c.second < u->most_raise ? c.best - c.second : u->most_raise;
  u->bid[person] = u->a->price[c.node] + raise + u->slack;
  take_place(u, c.node, person);
}

// --- the whole

static void begin(struct auction *u) {
  struct assignment *a = u->a;
  for (uint32_t j = 0; j < a->n_nodes; j++) a->load[j] = u->nobodys[j] = 0;
  u->i_queue = u->n_queue = 0;
  for (uint32_t i = 0; i < a->n_active; i++) enqueue(u, a->order[i]);
  u->n_left = u->n_nobody;
  u->floor = INT64_MIN;
  u->n_heap = 0;
}

// A mentor without places costs more than anybody bids.
static void price_of_none(const struct assignment *a, int64_t price) {
  for (uint32_t j = 0; j < a->problem.n_mentors; j++)
    if (!a->capacity[j]) a->price[j] = price;
}

static void play(struct auction *u, const uint32_t *room) {
  struct assignment *a = u->a;
  begin(u);
  while (u->n_queue || u->n_left) {
    if (!u->n_queue) serve_nobody(u);
    if (!u->n_queue) break;
    uint32_t person = dequeue(u);
    bid(u, person, room[person]);
  }
  for (uint32_t j = 0; j < a->n_nodes; j++) {
    if (u->nobodys[j]) a->price[j] = u->floor;
    assert(!a->capacity[j] || a->price[j] - a->level[j] * ASSIGNMENT_RANK < ASSIGNMENT_RANK / 2);
  }
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
  u.nobodys = assignment_take(a->n_nodes, sizeof *u.nobodys);
  u.queue = assignment_take(a->n_active, sizeof *u.queue);
  u.most_raise = (a->most - a->least + 1) << u.bits;
  for (uint32_t j = 0; j < a->n_nodes; j++) {
    a->price[j] = a->level[j] * ASSIGNMENT_RANK;
    u.n_nobody += a->capacity[j] - a->load[j];
  }
  price_of_none(a, (a->n_bands + 1) * ASSIGNMENT_RANK);
  int64_t last = u.bits > LAST_BITS ? INT64_C(1) << (u.bits - LAST_BITS) : 1;
  for (u.slack = u.most_raise / FIRST_SLACK;; u.slack >>= STEP_BITS) {
    if (u.slack < last) u.slack = last;
    play(&u, room);
    if (u.slack == last) break;
  }
  free(room), free(u.bid), free(u.nobodys), free(u.queue), free(u.heap);
  return (struct auction_end){u.bits, last};
}
