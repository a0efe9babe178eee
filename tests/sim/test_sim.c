// links: simulation
// The simulation: all services in one process, on a virtual clock, while packets get lost, doubled, late and out of
// order, the store's answers get lost, and processes die. What must hold afterwards: invariants.h.
//
//   test_sim [SEED [COUNT]]    COUNT worlds (200), the first from SEED (1)
//
// A world that fails prints its seed; the same seed plays the same world again. With SIM_VERBOSE set each prints a
// line.
#include "clients.h"
#include "invariants.h"
#include "outside.h"
#include "stories.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  ROUNDS = 24,
  AT_ONCE = 5,
  ENOUGH = 20, // worlds, for everything to happen at least once
};
#define ROUND_MS (INT64_C(18) * 3600 * 1000)

static enum memory_fault bad_store(struct world *w) {
  if (dice_chance(&w->dice, 6)) return MEMORY_LOST;
  return dice_chance(&w->dice, 6) ? MEMORY_UNANSWERED : MEMORY_FINE;
}
static unsigned bad_network(struct world *w) {
  if (dice_chance(&w->dice, 50)) return 0;
  return dice_chance(&w->dice, 50) ? 2 : 1;
}
static enum fortune bad_fortune(struct world *w) {
  return dice_chance(&w->dice, 500) ? TAKEN : (enum fortune)dice_between(&w->dice, TAKEN, REFUSED);
}
static bool bad_luck(struct world *w) {
  return dice_chance(&w->dice, 2) && dice_chance(&w->dice, 300);
}
static const struct weather storm = {bad_store, bad_network, bad_fortune, bad_luck, NULL};

// The next moment at which something happens: often just when a timer comes due, so that the two meet.
static void let_time_pass(struct world *w) {
  int64_t next = world_next_timer(w), by_chance = w->now_ms + dice_between(&w->dice, 0, 2 * ROUND_MS / ROUNDS * 10);
  w->now_ms =
      next != INT64_MAX && next > w->now_ms && (next < by_chance || dice_chance(&w->dice, 300)) ? next : by_chance;
}

static void play(struct world *w, struct stories *s) {
  stories_begin(s, w);
  for (int round = 0; round < ROUNDS && !world_failed(w); round++) {
    for (int64_t n = dice_between(&w->dice, 1, AT_ONCE); n > 0; n--) stories_happen(s, w);
    world_settle(w);
    invariants_always(w);
    let_time_pass(w);
  }
}

// What happened in all worlds together: a simulation in which nothing happens would prove nothing.
static struct {
  const char *type;
  unsigned taken, refused;
} tally[] = {{"MakeAppointment"}, {"RescheduleAppointment"}, {"CancelAppointment"},
             {"RecordSession"},   {"AmendSession"},          {"ChangePerson"},
             {"MakeOffer"},       {"AcceptOffer"},           {"DeclineOffer"},
             {"EndMatch"},        {"RaiseDisclosure"},       {"AcknowledgeDisclosure"},
             {"ProposeMatches"},  {"SolveProposal"},         {"PublishProposal"}};
static unsigned n_arrived, n_deaths;

static void count(const struct world *w) {
  size_t n;
  for (size_t t = 0; t < sizeof tally / sizeof *tally; t++)
    for (size_t i = 0; i < clients_count(w->clients); i++) {
      const struct wish *wish = clients_wish(w->clients, i);
      if (strcmp(wish->type, tally[t].type)) continue;
      tally[t].taken += wish->code == CODE__OK;
      tally[t].refused += wish->code != CODE__OK;
    }
  outside_arrivals(w->outside, &n);
  n_arrived += n;
  for (size_t i = 0; i < NODES; i++) n_deaths += w->nodes[i].generation;
}

// False: something never happened.
static bool report(void) {
  bool all = n_arrived && n_deaths;
  for (size_t t = 0; t < sizeof tally / sizeof *tally; t++) {
    printf("%s: %u taken, %u refused\n", tally[t].type, tally[t].taken, tally[t].refused);
    all &= tally[t].taken > 0;
  }
  printf("%u messages arrived outside; %u processes died\n", n_arrived, n_deaths);
  if (!all) printf("[  FAILED  ] something of this never happened\n");
  return all;
}

static bool holds(uint64_t seed) {
  struct world *w = world_new(seed, true, storm);
  struct stories *s = stories_new(STORIES_PEOPLE, STORIES_MENTORS);
  play(w, s);
  stories_end(s, w);
  bool failed = world_failed(w);
  count(w);
  if (failed) printf("[  FAILED  ] seed %" PRIu64 ": %s\n", seed, w->failure);
  if (getenv("SIM_VERBOSE"))
    printf("seed %" PRIu64 ": %" PRIu64 " steps, %zu wishes, %016" PRIx64 "\n", seed, w->steps,
           clients_count(w->clients), w->dice.state);
  world_free(w);
  stories_free(s);
  return !failed;
}

int main(int argc, char **argv) {
  uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, n = argc > 2 ? strtoull(argv[2], NULL, 10) : 200;
  unsigned passed = 0, failed = 0;
  setvbuf(stdout, NULL, _IOLBF, 0);
  world_prepare();
  for (uint64_t i = 0; i < n; i++) {
    if (holds(seed + i))
      passed++;
    else
      failed++;
  }
  world_forget();
  if (!report() && n >= ENOUGH) failed++;
  printf("[  PASSED  ] %u test(s).\n", passed);
  if (failed) printf("[  FAILED  ] %u test(s).\n", failed);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed ? 1 : 0;
}
