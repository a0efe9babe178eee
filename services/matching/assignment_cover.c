// Who can be served. Band by band, each person takes a free place; for those who find none, people who are served move
// on, in a chain whose end is free. Who is served stays served, so that a later band takes nothing from an earlier one.
//
// The chains are found a phase at a time, after Hopcroft and Karp. First, from the free places backwards, how far each
// mentor is from one: how many people would have to move on. Then from each person without a place, depth first, always
// nearer to a free place; what led nowhere is not tried again in this phase.
//
// A person to whom no way leads back cannot be served. All mentors whom they might come to are full, with people who
// can only be with those mentors, and always will be: their level is the rank of that person, and they are left out
// from there on. Only more places among them could serve more people of that rank.
#include "assignment_state.h"
#include <stdlib.h>
#include <string.h>

#define FAR UINT32_MAX // from a free place: not to be reached, or not yet

struct cover {
  struct assignment *a;
  uint32_t *distance; // of each mentor: how many people must move on until a place there is free, or FAR
  uint32_t *place;    // of each mentor: its next person who may be asked to move on, in this phase
  uint32_t *pair;     // of each mentor: the next pair of that person
  uint32_t *queue;    // mentors, nearest first
  uint32_t *way;      // mentors from a person on to where the search is
  uint32_t n_way;
  bool *is_left; // of each person of this band: without a place, and the search has not come to them
};

static bool is_free(const struct assignment *a, uint32_t mentor) {
  return a->load[mentor] < a->capacity[mentor];
}

// --- how far it is to a free place

static uint32_t begin_at_free_places(struct cover *c) {
  const struct assignment *a = c->a;
  uint32_t n = 0;
  for (uint32_t j = 0; j < a->problem.n_mentors; j++) {
    c->distance[j] = is_free(a, j) ? 0 : FAR;
    if (is_free(a, j)) c->queue[n++] = j;
  }
  return n;
}

static void reach(struct cover *c, uint32_t mentor, uint32_t distance) {
  const struct assignment *a = c->a;
  c->distance[mentor] = distance;
  c->place[mentor] = 0;
  c->pair[mentor] = a->problem.row[a->held[a->first[mentor]]];
}

// Comes to those without a place, or to all of them to whom a way leads. Answers how many of the n were not reached.
static uint32_t measure(struct cover *c, uint32_t n) {
  const struct assignment *a = c->a;
  uint32_t n_queue = begin_at_free_places(c);
  for (uint32_t q = 0; q < n_queue && n; q++) {
    uint32_t mentor = c->queue[q];
    for (uint32_t k = a->column[mentor]; k < a->column[mentor + 1]; k++) {
      uint32_t person = a->offers[k].person, there = a->at[person];
      if (there != ASSIGNMENT_NONE && c->distance[there] == FAR) {
        reach(c, there, c->distance[mentor] + 1);
        c->queue[n_queue++] = there;
      } else if (there == ASSIGNMENT_NONE && c->is_left[person]) {
        c->is_left[person] = false;
        n--;
      }
    }
  }
  return n;
}

// --- chains

static uint32_t asked(const struct cover *c, uint32_t mentor) {
  return c->a->held[c->a->first[mentor] + c->place[mentor]];
}

static void ask_next(struct cover *c, uint32_t mentor) {
  const struct assignment *a = c->a;
  if (++c->place[mentor] < a->load[mentor]) c->pair[mentor] = a->problem.row[asked(c, mentor)];
}

// Each one of the way takes the place of the next, the last the free one.
static void move_on(struct cover *c, uint32_t person, uint32_t free_mentor) {
  struct assignment *a = c->a;
  for (uint32_t i = 0; i < c->n_way; i++) {
    uint32_t mentor = c->way[i], next = asked(c, mentor);
    a->held[a->first[mentor] + c->place[mentor]] = person;
    a->at[person] = mentor;
    ask_next(c, mentor);
    person = next;
  }
  assignment_put(a, person, free_mentor);
}

// Whether there is still something to be had there, in this phase.
static bool is_open(const struct cover *c, uint32_t mentor) {
  return c->distance[mentor] ? c->place[mentor] < c->a->load[mentor] : is_free(c->a, mentor);
}

// The next mentor of the person's row who is at most that far and open, or ASSIGNMENT_NONE.
static uint32_t next_mentor(const struct cover *c, uint32_t person, uint32_t *pair, uint32_t distance) {
  const struct assignment_problem *p = &c->a->problem;
  while (*pair < p->row[person + 1]) {
    uint32_t mentor = p->pairs[(*pair)++].mentor;
    if (c->distance[mentor] <= distance && is_open(c, mentor)) return mentor;
  }
  return ASSIGNMENT_NONE;
}

// Whether the person could be served.
static bool serve(struct cover *c, uint32_t person) {
  uint32_t first_pair = c->a->problem.row[person];
  c->n_way = 0;
  for (;;) {
    uint32_t last = c->n_way ? c->way[c->n_way - 1] : ASSIGNMENT_NONE;
    uint32_t mentor = c->n_way ? next_mentor(c, asked(c, last), &c->pair[last], c->distance[last] - 1)
                               : next_mentor(c, person, &first_pair, FAR - 1);
    if (mentor != ASSIGNMENT_NONE && !c->distance[mentor]) return move_on(c, person, mentor), true;
    if (mentor != ASSIGNMENT_NONE) {
      c->way[c->n_way++] = mentor;
      continue;
    }
    if (!c->n_way) return false;
    ask_next(c, last);
    if (!is_open(c, last)) c->n_way--;
  }
}

// --- who cannot be served

// Gives the mentors of the person's row, who have no level yet, the level; answers how many there are to go on with.
static uint32_t mark_row(struct cover *c, uint32_t person, uint8_t level, uint32_t n_queue) {
  struct assignment *a = c->a;
  for (uint32_t k = a->problem.row[person]; k < a->problem.row[person + 1]; k++) {
    uint32_t mentor = a->problem.pairs[k].mentor;
    if (a->level[mentor]) continue;
    a->level[mentor] = level;
    c->queue[n_queue++] = mentor;
  }
  return n_queue;
}

static void mark_all(struct cover *c, uint32_t person) {
  struct assignment *a = c->a;
  uint8_t level = (uint8_t)assignment_rank(a, person);
  uint32_t n_queue = mark_row(c, person, level, 0);
  for (uint32_t q = 0; q < n_queue; q++)
    for (uint32_t k = 0; k < a->load[c->queue[q]]; k++)
      n_queue = mark_row(c, a->held[a->first[c->queue[q]] + k], level, n_queue);
}

// --- bands

// Those of the people who find no free place at once.
static uint32_t take_free_places(struct assignment *a, const uint32_t *people, uint32_t n, uint32_t *left) {
  const struct assignment_problem *p = &a->problem;
  uint32_t n_left = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t k = p->row[people[i]], end = p->row[people[i] + 1];
    while (k < end && !is_free(a, p->pairs[k].mentor)) k++;
    if (k < end)
      assignment_put(a, people[i], p->pairs[k].mentor);
    else
      left[n_left++] = people[i];
  }
  return n_left;
}

// Answers how many may still be served, at the front of the list.
static uint32_t play_phase(struct cover *c, uint32_t *people, uint32_t n) {
  uint32_t n_left = 0;
  for (uint32_t i = 0; i < n; i++) c->is_left[people[i]] = true;
  bool all = measure(c, n) == 0;
  for (uint32_t i = 0; i < n && !all; i++)
    if (c->is_left[people[i]]) mark_all(c, people[i]);
  for (uint32_t i = 0; i < n; i++)
    if (!c->is_left[people[i]] && !serve(c, people[i])) people[n_left++] = people[i];
  return n_left;
}

// The end of the band that begins at `begin` in the order.
static uint32_t band_end(const struct assignment *a, uint32_t begin) {
  uint32_t end = begin, rank = assignment_rank(a, a->order[begin]);
  while (end < a->n_active && assignment_rank(a, a->order[end]) == rank) end++;
  return end;
}

// Who is served by nobody waits in the room of their rank.
static void fill_waiting_rooms(struct assignment *a) {
  for (uint32_t i = 0; i < a->n_active; i++)
    if (a->at[a->order[i]] == ASSIGNMENT_NONE)
      a->capacity[assignment_waiting_room(a, assignment_rank(a, a->order[i]))]++;
  for (uint32_t rank = 1; rank <= a->n_bands; rank++) {
    uint32_t room = assignment_waiting_room(a, rank);
    a->first[room + 1] = a->first[room] + a->capacity[room];
    a->level[room] = (uint8_t)rank;
  }
  for (uint32_t i = 0; i < a->n_active; i++)
    if (a->at[a->order[i]] == ASSIGNMENT_NONE)
      assignment_put(a, a->order[i], assignment_waiting_room(a, assignment_rank(a, a->order[i])));
}

void assignment_cover(struct assignment *a) {
  uint32_t m = a->problem.n_mentors, n = a->problem.n_people;
  struct cover c = {.a = a};
  c.distance = assignment_take(m, sizeof *c.distance);
  c.place = assignment_take(m, sizeof *c.place);
  c.pair = assignment_take(m, sizeof *c.pair);
  c.queue = assignment_take(m, sizeof *c.queue);
  c.way = assignment_take(m, sizeof *c.way);
  c.is_left = assignment_take(n, sizeof *c.is_left);
  uint32_t *left = assignment_take(n, sizeof *left);
  for (uint32_t begin = 0, end; begin < a->n_active; begin = end) {
    end = band_end(a, begin);
    uint32_t n_left = take_free_places(a, a->order + begin, end - begin, left);
    while (n_left) n_left = play_phase(&c, left, n_left);
  }
  fill_waiting_rooms(a);
  free(c.distance), free(c.place), free(c.pair), free(c.queue), free(c.way), free(c.is_left), free(left);
}
