// Who can be served. Band by band, each person takes a free place, and where there is none looks for people who can
// move on, in a chain whose end is free (depth first, a phase at a time, after Pothen and Fan). Who is served stays
// served, so that a later band takes nothing from an earlier one.
//
// A search that finds nothing has found more: the mentors that it came to are full, and all who are there can only be
// with those mentors. No later search needs to look at them, and their level is the rank of the person in vain: only
// more places there could serve more people of that rank.
#include "assignment_state.h"
#include <stdlib.h>

// A mentor on the way, the place whose person might move on, and how far that person's row has been read. For the root
// of a search `mentor` is ASSIGNMENT_NONE.
struct step {
  uint32_t mentor, place, pair;
};

struct cover {
  struct assignment *a;
  uint32_t *look;     // of each person: the mentors in their row before this one are full, and stay so
  uint32_t *seen;     // of each mentor: the last search that came here; 0: none
  uint32_t *visited;  // mentors of this search
  struct step *steps; // the way from the root
  uint32_t n_visited, n_steps, search, phase; // phase: the first search of this phase
  uint32_t root;
  bool open; // this search met an earlier one of this phase that might have changed what can be had there
};

static bool is_free(const struct assignment *a, uint32_t mentor) {
  return a->load[mentor] < a->capacity[mentor];
}

// A mentor of the person's row with a free place, or ASSIGNMENT_NONE. Places never become free again.
static uint32_t look_ahead(struct cover *c, uint32_t person) {
  const struct assignment_problem *p = &c->a->problem;
  uint32_t end = p->row[person + 1];
  while (c->look[person] < end && !is_free(c->a, p->pairs[c->look[person]].mentor)) c->look[person]++;
  return c->look[person] < end ? p->pairs[c->look[person]].mentor : ASSIGNMENT_NONE;
}

static uint32_t person_of(const struct cover *c, const struct step *step) {
  return step->mentor == ASSIGNMENT_NONE ? c->root : c->a->held[c->a->first[step->mentor] + step->place];
}

// The last person of the way takes the free place, the one before them the place that they leave, and so on.
static void move_all(struct cover *c, uint32_t free_mentor) {
  struct assignment *a = c->a;
  uint32_t last = person_of(c, &c->steps[c->n_steps - 1]);
  for (uint32_t i = c->n_steps - 1; i > 0; i--) {
    const struct step *step = &c->steps[i];
    uint32_t before = person_of(c, &c->steps[i - 1]);
    a->held[a->first[step->mentor] + step->place] = before;
    a->at[before] = step->mentor;
  }
  assignment_put(a, last, free_mentor);
}

// The next mentor of the row whom this search has not come to, or ASSIGNMENT_NONE.
static uint32_t next_mentor(struct cover *c, struct step *step, uint32_t person) {
  const struct assignment_problem *p = &c->a->problem;
  while (step->pair < p->row[person + 1]) {
    uint32_t mentor = p->pairs[step->pair++].mentor;
    if (c->a->level[mentor] || c->seen[mentor] == c->search) continue;
    if (c->seen[mentor] >= c->phase) {
      c->open = true;
      continue;
    }
    return mentor;
  }
  return ASSIGNMENT_NONE;
}

static void enter(struct cover *c, uint32_t mentor) {
  struct assignment *a = c->a;
  c->seen[mentor] = c->search;
  c->visited[c->n_visited++] = mentor;
  if (!a->load[mentor]) return; // without places at all
  uint32_t person = a->held[a->first[mentor]];
  c->steps[c->n_steps++] = (struct step){mentor, 0, a->problem.row[person]};
}

// On to the next person of the mentor, or back.
static void turn(struct cover *c, struct step *step) {
  const struct assignment *a = c->a;
  if (step->mentor == ASSIGNMENT_NONE || ++step->place == a->load[step->mentor])
    c->n_steps--;
  else
    step->pair = a->problem.row[person_of(c, step)];
}

// Whether the person could be served.
static bool search(struct cover *c, uint32_t person) {
  c->search++;
  c->root = person;
  c->open = false;
  c->n_visited = 0;
  c->n_steps = 1;
  c->steps[0] = (struct step){ASSIGNMENT_NONE, 0, c->a->problem.row[person]};
  while (c->n_steps) {
    struct step *step = &c->steps[c->n_steps - 1];
    uint32_t who = person_of(c, step);
    uint32_t mentor = step->pair == c->a->problem.row[who] ? look_ahead(c, who) : ASSIGNMENT_NONE;
    if (mentor != ASSIGNMENT_NONE) return move_all(c, mentor), true;
    mentor = next_mentor(c, step, who);
    if (mentor != ASSIGNMENT_NONE)
      enter(c, mentor);
    else
      turn(c, step);
  }
  return false;
}

// Tries each of the people once; answers how many may still be served, at the front of the list.
static uint32_t play_phase(struct cover *c, uint32_t *people, uint32_t n) {
  struct assignment *a = c->a;
  uint32_t n_open = 0;
  c->phase = c->search + 1;
  for (uint32_t i = 0; i < n; i++) {
    if (search(c, people[i])) continue;
    if (c->open)
      people[n_open++] = people[i];
    else
      for (uint32_t k = 0; k < c->n_visited; k++) a->level[c->visited[k]] = (uint8_t)assignment_rank(a, people[i]);
  }
  return n_open;
}

// Of the people of one band, those who find no free place at once.
static uint32_t take_free_places(struct cover *c, const uint32_t *people, uint32_t n, uint32_t *left) {
  uint32_t n_left = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t mentor = look_ahead(c, people[i]);
    if (mentor != ASSIGNMENT_NONE)
      assignment_put(c->a, people[i], mentor);
    else
      left[n_left++] = people[i];
  }
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
  c.look = assignment_take(n, sizeof *c.look);
  c.seen = assignment_take(m, sizeof *c.seen);
  c.visited = assignment_take(m, sizeof *c.visited);
  c.steps = assignment_take((size_t)m + 1, sizeof *c.steps);
  uint32_t *left = assignment_take(n, sizeof *left);
  for (uint32_t i = 0; i < n; i++) c.look[i] = a->problem.row[i];
  for (uint32_t begin = 0, end; begin < a->n_active; begin = end) {
    end = band_end(a, begin);
    uint32_t n_left = take_free_places(&c, a->order + begin, end - begin, left);
    while (n_left) n_left = play_phase(&c, left, n_left);
  }
  fill_waiting_rooms(a);
  free(c.look), free(c.seen), free(c.visited), free(c.steps), free(left);
}
