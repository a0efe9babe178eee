// A mentor is lost, a case is closed. What is put right is only what that touches.
//
// The exact repair follows shortest paths (Dijkstra) in what people lose by moving on, beside today's prices: forwards
// from a person who needs a place to a free place or to somebody who gains least by having one; backwards from a place
// that came free to the person who gains most by it, or to where a place may be left over. Prices change by what the
// way is shorter than the whole, and prove the new assignment as they proved the one before.
#include "assignment_state.h"
#include <stdlib.h>

#define FAR INT64_MAX

struct knot {
  int64_t distance;
  uint32_t mentor;
};

struct repair {
  struct assignment *a;
  int64_t *distance;   // of each mentor, or FAR
  struct track *track; // forwards, `person` comes here from `from`; backwards, they go from here to `from`
  struct knot *heap;   // the nearest first; a mentor may be in it again with a distance that is out of date
  size_t n_heap, room_heap;
  uint32_t *touched; // mentors with a distance
  uint32_t n_touched;
  int64_t best;             // the length of the shortest way that ends
  uint32_t end, end_person; // with this person, who waits from there on or waited until then; or with a place left over
};

// --- the heap

static void push(struct repair *r, struct knot k) {
  if (r->n_heap == r->room_heap) {
    r->room_heap = r->room_heap * 2 + 256;
    r->heap = realloc(r->heap, r->room_heap * sizeof *r->heap);
    if (!r->heap) abort();
  }
  size_t i = r->n_heap++;
  for (; i && k.distance < r->heap[(i - 1) / 2].distance; i = (i - 1) / 2) r->heap[i] = r->heap[(i - 1) / 2];
  r->heap[i] = k;
}

static struct knot pop(struct repair *r) {
  struct knot top = r->heap[0], last = r->heap[--r->n_heap];
  size_t i = 0;
  for (size_t child; (child = 2 * i + 1) < r->n_heap; i = child) {
    if (child + 1 < r->n_heap && r->heap[child + 1].distance < r->heap[child].distance) child++;
    if (last.distance <= r->heap[child].distance) break;
    r->heap[i] = r->heap[child];
  }
  r->heap[i] = last;
  return top;
}

// --- ways

static void begin(struct repair *r) {
  while (r->n_touched) r->distance[r->touched[--r->n_touched]] = FAR;
  r->n_heap = 0;
  r->best = FAR;
  r->end = r->end_person = ASSIGNMENT_NONE;
}

static void reach(struct repair *r, uint32_t mentor, int64_t distance, struct track track) {
  if (distance >= r->best || distance >= r->distance[mentor]) return;
  if (r->distance[mentor] == FAR) r->touched[r->n_touched++] = mentor;
  r->distance[mentor] = distance;
  r->track[mentor] = track;
  push(r, (struct knot){distance, mentor});
}

static void end_at(struct repair *r, int64_t length, uint32_t mentor, uint32_t person) {
  if (length >= r->best) return;
  r->best = length;
  r->end = mentor;
  r->end_person = person;
}

// All the mentors of the person's row: what they lose there beside what they have, `profit`.
static void look_forward(struct repair *r, uint32_t person, uint32_t at, int64_t profit, int64_t distance) {
  const struct assignment *a = r->a;
  int64_t rank = assignment_rank(a, person) * ASSIGNMENT_RANK;
  for (uint32_t k = a->problem.row[person]; k < a->problem.row[person + 1]; k++) {
    uint32_t mentor = a->problem.pairs[k].mentor;
    if (!a->capacity[mentor] || mentor == at) continue;
    int64_t loss = profit + a->price[mentor] - rank - a->problem.pairs[k].score;
    reach(r, mentor, distance + loss, (struct track){at, person});
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

static void go_forward(struct repair *r, uint32_t mentor) {
  const struct assignment *a = r->a;
  int64_t distance = r->distance[mentor];
  if (a->load[mentor] < a->capacity[mentor]) {
    end_at(r, distance, mentor, ASSIGNMENT_NONE);
    return;
  }
  fetch_rows(a, mentor);
  for (uint32_t k = 0; k < a->load[mentor]; k++) {
    uint32_t person = a->held[a->first[mentor] + k];
    int64_t profit = assignment_profit_of(a, person);
    end_at(r, distance + profit, mentor, person);
    look_forward(r, person, mentor, profit, distance);
  }
}

// All who might come to the mentor.
static void go_backward(struct repair *r, uint32_t mentor) {
  const struct assignment *a = r->a;
  int64_t distance = r->distance[mentor];
  end_at(r, distance + a->price[mentor], mentor, ASSIGNMENT_NONE);
  for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
    uint32_t person = a->offers[k].person, at = a->at[person];
    if (at == mentor || !assignment_is_active(a, person)) continue;
    int64_t loss = assignment_profit_of(a, person) + a->price[mentor] - assignment_rank(a, person) * ASSIGNMENT_RANK -
                   a->offers[k].score;
    if (at == ASSIGNMENT_NONE)
      end_at(r, distance + loss, mentor, person);
    else
      reach(r, at, distance + loss, (struct track){mentor, person});
  }
}

static void follow(struct repair *r, void (*go)(struct repair *, uint32_t)) {
  while (r->n_heap) {
    struct knot k = pop(r);
    if (k.distance >= r->best) return;
    if (k.distance == r->distance[k.mentor]) go(r, k.mentor);
  }
}

// `sign` 1: forwards, prices rise; -1: they fall.
static void change_prices(struct repair *r, int sign) {
  for (uint32_t i = 0; i < r->n_touched; i++) {
    int64_t shorter = r->best - r->distance[r->touched[i]];
    if (shorter > 0) r->a->price[r->touched[i]] += sign * shorter;
  }
}

// From the end of the way back to the person for whom it began. Answers how many others moved.
static uint32_t move_forward(struct repair *r) {
  uint32_t n = 0;
  if (r->end_person != ASSIGNMENT_NONE) assignment_take_from(r->a, r->end_person);
  for (uint32_t mentor = r->end; mentor != ASSIGNMENT_NONE; n++) {
    struct track t = r->track[mentor];
    if (t.from != ASSIGNMENT_NONE) assignment_take_from(r->a, t.person);
    assignment_put(r->a, t.person, mentor);
    mentor = t.from;
  }
  return n - 1 + (r->end_person != ASSIGNMENT_NONE);
}

// From the end of the way to the place that came free: each one leaves before the next comes.
static uint32_t move_backward(struct repair *r, uint32_t free_mentor) {
  uint32_t n = 0, mentor = r->end, coming = r->end_person;
  for (;;) {
    struct track t = r->track[mentor];
    if (mentor != free_mentor) assignment_take_from(r->a, t.person);
    if (coming != ASSIGNMENT_NONE) {
      assignment_put(r->a, coming, mentor);
      n++;
    }
    if (mentor == free_mentor) return n;
    coming = t.person;
    mentor = t.from;
  }
}

// --- exact

// What the person gains at best at today's prices; 0 where they would rather wait.
static int64_t profit_at_best(const struct assignment *a, uint32_t person) {
  int64_t most = 0, rank = assignment_rank(a, person) * ASSIGNMENT_RANK;
  for (uint32_t k = a->problem.row[person]; k < a->problem.row[person + 1]; k++) {
    const struct assignment_pair *pair = &a->problem.pairs[k];
    if (!a->capacity[pair->mentor]) continue;
    int64_t profit = rank + pair->score - a->price[pair->mentor];
    if (profit > most) most = profit;
  }
  return most;
}

static void place(struct repair *r, uint32_t person, struct assignment_repair *said) {
  begin(r);
  int64_t profit = profit_at_best(r->a, person);
  r->best = profit; // then they wait
  look_forward(r, person, ASSIGNMENT_NONE, profit, 0);
  follow(r, go_forward);
  change_prices(r, 1);
  if (r->end != ASSIGNMENT_NONE) said->n_moved += move_forward(r);
}

static void fill(struct repair *r, uint32_t mentor, struct assignment_repair *said) {
  if (!r->a->price[mentor] || !r->a->capacity[mentor]) return;
  begin(r);
  reach(r, mentor, 0, (struct track){ASSIGNMENT_NONE, ASSIGNMENT_NONE});
  follow(r, go_backward);
  change_prices(r, -1);
  said->n_moved += move_backward(r, mentor);
}

// --- what has happened

// Room for exact repairs, kept until the assignment is freed.
static struct repair *repair_of(struct assignment *a) {
  if (a->repair) return a->repair;
  struct repair *r = a->repair = assignment_take(1, sizeof *r);
  uint32_t m = a->problem.n_mentors;
  r->a = a;
  r->distance = assignment_take(m, sizeof *r->distance);
  r->track = assignment_take(m, sizeof *r->track);
  r->touched = assignment_take(m, sizeof *r->touched);
  for (uint32_t j = 0; j < m; j++) r->distance[j] = FAR;
  return r;
}

void assignment_repair_free(struct repair *r) {
  if (r) free(r->distance), free(r->track), free(r->touched), free(r->heap), free(r);
}

// Into a list by band and then by number, which has room.
static uint32_t insert(const struct assignment *a, uint32_t *people, uint32_t n, uint32_t person) {
  uint32_t i = n;
  for (; i; i--) {
    uint32_t before = people[i - 1], rank = assignment_rank(a, before);
    if (rank > assignment_rank(a, person) || (rank == assignment_rank(a, person) && before < person)) break;
    people[i] = before;
  }
  people[i] = person;
  return n + 1;
}

static uint32_t count_frozen(const struct assignment *a, uint32_t mentor) {
  uint32_t n = 0;
  for (uint32_t i = 0; a->frozen && i < a->problem.n_people; i++) n += a->frozen[i] == mentor;
  return n;
}

// Everyone who is with the mentor, frozen or not, is with nobody from now on.
static uint32_t free_people(struct assignment *a, uint32_t mentor, uint32_t *people) {
  uint32_t n = 0;
  while (a->load[mentor]) {
    uint32_t person = a->held[a->first[mentor]];
    assignment_take_from(a, person);
    n = insert(a, people, n, person);
  }
  for (uint32_t i = 0; a->frozen && i < a->problem.n_people; i++) {
    if (a->frozen[i] != mentor) continue;
    a->frozen[i] = ASSIGNMENT_NONE;
    n = insert(a, people, n, i);
  }
  a->capacity[mentor] = a->given[mentor] = 0;
  return n;
}

struct assignment_repair assignment_lose(struct assignment *a, uint32_t mentor, uint32_t most_moved) {
  struct assignment_repair said = {0};
  uint32_t *people = assignment_take(a->load[mentor] + count_frozen(a, mentor), sizeof *people);
  said.n_freed = free_people(a, mentor, people);
  assert(most_moved != ASSIGNMENT_ALL || a->is_best);
  if (most_moved == ASSIGNMENT_ALL)
    for (uint32_t i = 0; i < said.n_freed; i++) place(repair_of(a), people[i], &said);
  else
    assignment_place_bounded(a, people, said.n_freed, most_moved, &said);
  for (uint32_t i = 0; i < said.n_freed; i++) said.n_placed += assignment_is_served(a, people[i]);
  free(people);
  return said;
}

struct assignment_repair assignment_place(struct assignment *a, const uint32_t *people, uint32_t n,
                                          uint32_t most_moved) {
  struct assignment_repair said = {0};
  assert(most_moved != ASSIGNMENT_ALL);
  assignment_place_bounded(a, people, n, most_moved, &said);
  for (uint32_t i = 0; i < n; i++) said.n_placed += assignment_is_served(a, people[i]);
  return said;
}

// A frozen person leaves a place to give, unless there are still too many.
static void free_frozen(struct assignment *a, uint32_t person, uint32_t mentor) {
  a->frozen[person] = ASSIGNMENT_NONE;
  uint32_t n = count_frozen(a, mentor), room = a->first[mentor + 1] - a->first[mentor];
  if (a->capacity[mentor] == room || a->given[mentor] <= n + a->capacity[mentor]) return;
  if (!a->capacity[mentor]) a->price[mentor] = assignment_price_of_none(a, mentor);
  a->capacity[mentor]++;
}

// Where the person was; their place is free.
static uint32_t leave(struct assignment *a, uint32_t person) {
  uint32_t mentor = assignment_mentor(a, person);
  a->gone[person] = true;
  if (assignment_is_frozen(a, person))
    free_frozen(a, person, mentor);
  else if (mentor != ASSIGNMENT_NONE)
    assignment_take_from(a, person);
  return mentor;
}

struct assignment_repair assignment_close(struct assignment *a, uint32_t person, uint32_t most_moved) {
  struct assignment_repair said = {0};
  uint32_t mentor = leave(a, person);
  assert(most_moved != ASSIGNMENT_ALL || a->is_best);
  if (mentor == ASSIGNMENT_NONE) return said;
  if (most_moved == ASSIGNMENT_ALL)
    fill(repair_of(a), mentor, &said);
  else
    assignment_fill_bounded(a, mentor, &said);
  return said;
}
