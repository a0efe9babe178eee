// From nearly the best to the best. Prices become whole points, rounded down. Where everyone had a little to lose by
// changing that rounding keeps it so; only where the fraction that falls away is smaller than what was little, somebody
// may now gain by changing. Then the price of where they want to go is raised so that they do not, which may make
// others wish to change, and so on.
//
// Where that comes round to the mentor where it began, all on the way change places in a ring, and the total is greater
// than it was. So it ends; and at the end nobody gains by changing: the assignment is the best, and the prices prove
// it.
#include "assignment_state.h"
#include <stdlib.h>

// Why a node has its price: `person`, at the node `from`, would gain by coming. A person of ASSIGNMENT_NONE is nobody.
struct cause {
  uint32_t from, person;
};

struct exact {
  struct assignment *a;
  struct cause *cause; // of each node; `from` ASSIGNMENT_NONE: none
  uint32_t *queue;     // nodes whose people must be asked, a ring of n_nodes
  bool *queued;        //
  uint32_t n_queue, i_queue;
  int64_t floor; // the highest price at which nobody was seen: no mentor of level 0 costs less
};

static void enqueue(struct exact *x, uint32_t node) {
  if (x->queued[node]) return;
  uint32_t at = x->i_queue + x->n_queue++;
  x->queue[at < x->a->n_nodes ? at : at - x->a->n_nodes] = node;
  x->queued[node] = true;
}

static uint32_t dequeue(struct exact *x) {
  uint32_t node = x->queue[x->i_queue++];
  x->n_queue--;
  if (x->i_queue == x->a->n_nodes) x->i_queue = 0;
  x->queued[node] = false;
  return node;
}

static bool has_nobody(const struct assignment *a, uint32_t node) {
  return !a->level[node] && a->load[node] < a->capacity[node];
}

// Whether what gave the node its price is still so.
static bool stands(const struct exact *x, const struct cause *c) {
  if (c->from == ASSIGNMENT_NONE) return false;
  return c->person == ASSIGNMENT_NONE ? has_nobody(x->a, c->from) : x->a->at[c->person] == c->from;
}

// Whether the price of `node` comes, by whatever way, from that of `origin`.
static bool comes_from(const struct exact *x, uint32_t node, uint32_t origin) {
  while (node != origin && stands(x, &x->cause[node])) node = x->cause[node].from;
  return node == origin;
}

static void leave(struct assignment *a, uint32_t person, uint32_t node) {
  uint32_t *held = a->held + a->first[node], k = 0;
  while (held[k] != person) k++;
  held[k] = held[--a->load[node]];
}

// Everyone in the ring that ends at `node` goes to where they would gain. First all leave, so that there is room.
static void turn_ring(struct exact *x, uint32_t node) {
  struct cause *cause = x->cause;
  uint32_t end = node;
  do {
    if (cause[node].person != ASSIGNMENT_NONE) leave(x->a, cause[node].person, cause[node].from);
    node = cause[node].from;
  } while (node != end);
  do {
    uint32_t from = cause[node].from;
    if (cause[node].person != ASSIGNMENT_NONE) assignment_put(x->a, cause[node].person, node);
    cause[node].from = ASSIGNMENT_NONE;
    enqueue(x, node);
    node = from;
  } while (node != end);
}

// False: there was a ring, and it has been turned.
static bool raise(struct exact *x, uint32_t node, int64_t price, struct cause cause) {
  bool ring = comes_from(x, cause.from, node);
  x->cause[node] = cause;
  if (ring) return turn_ring(x, node), false;
  x->a->price[node] = price;
  enqueue(x, node);
  return true;
}

// What the person's own place is worth to them.
static int64_t own_score(const struct assignment *a, uint32_t person) {
  if (!assignment_is_served(a, person)) return 0;
  return assignment_pair_of(a, person, a->at[person])->score;
}

static bool ask_person(struct exact *x, uint32_t person, uint32_t node) {
  const struct assignment *a = x->a;
  const struct assignment_pair *pair = a->problem.pairs + a->problem.row[person],
                               *end = a->problem.pairs + a->problem.row[person + 1];
  int64_t base = a->price[node] - own_score(a, person);
  for (; pair < end; pair++)
    if (a->price[pair->mentor] < base + pair->score)
      if (!raise(x, pair->mentor, base + pair->score, (struct cause){node, person})) return false;
  if (!assignment_may_wait(a, person)) return true;
  uint32_t room = assignment_waiting_room(a, assignment_rank(a, person));
  return a->price[room] >= base || raise(x, room, base, (struct cause){node, person});
}

static bool ask_nobody(struct exact *x, uint32_t node) {
  const struct assignment *a = x->a;
  int64_t floor = a->price[node];
  if (floor <= x->floor) return true;
  for (uint32_t j = 0; j < a->problem.n_mentors; j++)
    if (!a->level[j] && a->capacity[j] && a->price[j] < floor)
      if (!raise(x, j, floor, (struct cause){node, ASSIGNMENT_NONE})) return false;
  x->floor = floor;
  return true;
}

// After a ring the node's people are not who they were: it is in the queue again.
static void ask(struct exact *x, uint32_t node) {
  const struct assignment *a = x->a;
  if (has_nobody(a, node) && !ask_nobody(x, node)) {
    enqueue(x, node);
    return;
  }
  for (uint32_t k = 0; k < a->load[node]; k++)
    if (!ask_person(x, a->held[a->first[node] + k], node)) {
      enqueue(x, node);
      return;
    }
}

// Rounds down; who may gain by changing after that is asked.
static void round_prices(struct exact *x, struct auction_end end) {
  struct assignment *a = x->a;
  int64_t one = INT64_C(1) << end.bits;
  for (uint32_t j = 0; j < a->n_nodes; j++) {
    if (!a->capacity[j]) {
      a->price[j] = ASSIGNMENT_NO_PLACE;
      continue;
    }
    int64_t points = a->price[j] - a->level[j] * ASSIGNMENT_RANK, fraction = points & (one - 1);
    a->price[j] = a->level[j] * ASSIGNMENT_RANK + (points - fraction) / one;
    if (fraction < end.slack) enqueue(x, j);
  }
}

// Prices mean what they say when a place too many costs nothing and waiting is worth nothing.
static void anchor(struct assignment *a) {
  int64_t *zero = assignment_take(a->n_bands + 1, sizeof *zero);
  zero[0] = INT64_MAX;
  for (uint32_t j = 0; j < a->problem.n_mentors; j++)
    if (!a->level[j] && a->capacity[j] && a->price[j] < zero[0]) zero[0] = a->price[j];
  for (uint32_t rank = 1; rank <= a->n_bands; rank++)
    zero[rank] = a->price[assignment_waiting_room(a, rank)] - rank * ASSIGNMENT_RANK;
  for (uint32_t j = 0; j < a->n_nodes; j++)
    if (a->capacity[j]) a->price[j] -= zero[a->level[j]];
  free(zero);
}

void assignment_exact(struct assignment *a, struct auction_end end) {
  struct exact x = {.a = a, .floor = INT64_MIN};
  x.cause = assignment_take(a->n_nodes, sizeof *x.cause);
  x.queue = assignment_take(a->n_nodes, sizeof *x.queue);
  x.queued = assignment_take(a->n_nodes, sizeof *x.queued);
  for (uint32_t j = 0; j < a->n_nodes; j++) x.cause[j].from = ASSIGNMENT_NONE;
  round_prices(&x, end);
  while (x.n_queue) ask(&x, dequeue(&x));
  anchor(a);
  for (uint32_t i = 0; i < a->n_active; i++)
    if (!assignment_is_served(a, a->order[i])) a->at[a->order[i]] = ASSIGNMENT_NONE;
  free(x.cause), free(x.queue), free(x.queued);
}
