// links: simulation
// One short story, told again and again: each time one thing goes wrong at another place, the first call to the store,
// then the second, and so on until the story is over before that place is reached. Afterwards the world heals, clients
// ask again, and everything must hold as if nothing had happened: invariants.h.
//
//   test_fault [KIND [PLACE]]    all kinds of fault, or one (by its number), or one at one place only
#include "stories.h"
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
  SEED = 7,
  PLACES_MOST = 5000
};

enum what {
  STORE_CALL,
  PACKET,
  DELIVERY,
  STEP
};
static const struct kind {
  const char *name;
  enum what what;
  unsigned how; // a memory_fault, a number of copies, a fortune
} kinds[] = {
    {"a store call is not carried out", STORE_CALL, MEMORY_LOST},
    {"a store call is carried out, and its answer is lost", STORE_CALL, MEMORY_UNANSWERED},
    {"a packet is lost", PACKET, 0},
    {"a packet comes twice", PACKET, 2},
    {"a delivery arrives, and its answer is lost", DELIVERY, TAKEN_SILENTLY},
    {"a delivery arrives, and is said to have failed", DELIVERY, TAKEN_AS_FAILURE},
    {"a delivery is lost", DELIVERY, LOST},
    {"a delivery fails", DELIVERY, FAILED},
    {"a delivery is refused", DELIVERY, REFUSED},
    {"a process dies or loses the store", STEP, 1},
};

// What goes wrong, and where; counts what it could have been.
struct breaking {
  const struct kind *kind;
  unsigned place, seen;
};

static bool is_here(struct world *w, enum what what) {
  struct breaking *b = w->weather.context;
  return b->kind->what == what && ++b->seen == b->place;
}
static enum memory_fault store(struct world *w) {
  return is_here(w, STORE_CALL) ? ((struct breaking *)w->weather.context)->kind->how : MEMORY_FINE;
}
static unsigned copies(struct world *w) {
  return is_here(w, PACKET) ? ((struct breaking *)w->weather.context)->kind->how : 1;
}
static enum fortune deliver(struct world *w) {
  return is_here(w, DELIVERY) ? ((struct breaking *)w->weather.context)->kind->how : TAKEN;
}
static bool crash(struct world *w) {
  return is_here(w, STEP);
}

static void tell(struct world *w, struct stories *s) {
  stories_begin(s, w);
  for (unsigned i = 0; stories_tell(s, w, i) && !world_failed(w); i++) {
    world_settle(w);
    int64_t next = world_next_timer(w);
    if (i % 3 == 2 && next != INT64_MAX && next > w->now_ms) w->now_ms = next;
  }
  world_run_out(w);
}

// False: something does not hold. `*reached` says whether the story came to that place.
static bool holds(const struct kind *kind, unsigned place, bool *reached) {
  struct breaking b = {kind, place, 0};
  struct world *w = world_new(SEED, false, (struct weather){store, copies, deliver, crash, &b});
  struct stories *s = stories_new(2, 1);
  tell(w, s);
  *reached = b.seen >= place;
  stories_end(s, w);
  bool failed = world_failed(w);
  if (failed) printf("[  FAILED  ] %s, place %u: %s\n", kind->name, place, w->failure);
  world_free(w);
  stories_free(s);
  return !failed;
}

// --- two processes at once, each at every other place

enum {
  WORKERS = 2
};

// Shared by both.
struct tally {
  unsigned places[WORKERS], failures[WORKERS];
};

static void break_everywhere(const struct kind *kind, struct tally *t, unsigned worker) {
  bool reached = true;
  for (unsigned place = 1 + worker; place < PLACES_MOST && reached; place += WORKERS) {
    t->failures[worker] += !holds(kind, place, &reached);
    t->places[worker] += reached;
  }
}

static void work(struct tally *tallies, size_t first, size_t last, unsigned worker) {
  for (size_t i = first; i <= last; i++) break_everywhere(&kinds[i], &tallies[i], worker);
  world_forget();
  exit(0);
}

// False: a worker ended otherwise than by itself.
static bool share_work(struct tally *tallies, size_t first, size_t last) {
  bool fine = true;
  fflush(stdout);
  for (unsigned w = 0; w < WORKERS; w++)
    if (!fork()) work(tallies, first, last, w);
  for (unsigned w = 0; w < WORKERS; w++) {
    int status;
    fine &= wait(&status) > 0 && status == 0;
  }
  return fine;
}

static bool is_good(const struct kind *kind, const struct tally *t) {
  unsigned places = 0, failures = 0;
  for (unsigned w = 0; w < WORKERS; w++) places += t->places[w], failures += t->failures[w];
  printf("%s: tried at %u places\n", kind->name, places);
  return places && !failures;
}

static int say(unsigned passed, unsigned failed) {
  printf("[  PASSED  ] %u test(s).\n", passed);
  if (failed) printf("[  FAILED  ] %u test(s).\n", failed);
  printf("%u passed, %u failed, 0 skipped\n", passed, failed);
  return failed ? 1 : 0;
}

int main(int argc, char **argv) {
  static const size_t n = sizeof kinds / sizeof *kinds;
  size_t first = argc > 1 ? strtoul(argv[1], NULL, 10) % n : 0, last = argc > 1 ? first : n - 1;
  world_prepare();
  if (argc > 2) {
    bool reached, good = holds(&kinds[first], (unsigned)strtoul(argv[2], NULL, 10), &reached);
    world_forget();
    return say(good, !good);
  }
  struct tally *tallies = mmap(NULL, n * sizeof *tallies, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  unsigned passed = 0, failed = !share_work(tallies, first, last);
  world_forget();
  for (size_t i = first; i <= last; i++) {
    bool good = is_good(&kinds[i], &tallies[i]);
    passed += good;
    failed += !good;
  }
  munmap(tallies, n * sizeof *tallies);
  return say(passed, failed);
}
