// links: matching
// The best ten for one person out of a pool of invented mentors, with every rule and all reasons; and who is left out.
//
// usage: matching_pool MENTORS QUESTIONS SEED
#include "instance.h"
#include "pool.h"

enum {
  PLACES = 60, // travel areas
  DAY_MS = 24 * 3600 * 1000
};
#define NOW_MS INT64_C(1750000000000)

static char *experiences[] = {"custody", "alcohol", "drugs", "care", "homelessness", "debt", "violence", "bereavement"};
static char *needs[] = {"gambling", "domestic-abuse", "grooming", "arson"};
static const Weights weights = {.base = {.descriptor = &weights__descriptor},
                                .experience = 10,
                                .no_experience = -10,
                                .language = 5,
                                .preferred_language = 3,
                                .interpreter = -6,
                                .slot = 2,
                                .no_slot = -8,
                                .slots_not_known = -4,
                                .place = 6,
                                .only_remote = -2,
                                .continuity = 8,
                                .skill = 4,
                                .less_skill = -4,
                                .waiting = 1,
                                .free_place = 1,
                                .heavy_load = -3,
                                .vetting_ends = -2};
static char *languages[] = {"en", "cy", "pl", "ro", "ur", "pa"};
static char *times[] = {"mon-am",  "mon-pm",  "mon-eve", "tue-am",  "tue-pm",  "tue-eve", "wed-am",
                        "wed-pm",  "wed-eve", "thu-am",  "thu-pm",  "thu-eve", "fri-am",  "fri-pm",
                        "fri-eve", "sat-am",  "sat-pm",  "sat-eve", "sun-am",  "sun-pm",  "sun-eve"};
static char places[PLACES][16], practitioners[400][16];
static char *place_names[PLACES];

// Some of the texts, about `n` of them, in their order.
static struct pool_texts some(struct instance *t, char **from, uint32_t n_from, uint32_t n, char **list) {
  struct pool_texts texts = {0, list};
  for (uint32_t i = 0; i < n_from; i++)
    if (instance_random(t, n_from) < n) list[texts.n++] = from[i];
  return texts;
}

static void put_mentor(struct instance *t, struct pool *pool, uint32_t number) {
  char id[40], *lists[5][PLACES];
  snprintf(id, sizeof id, "7a000000-0000-4000-8000-%012u", number);
  struct pool_mentor m = {
      .id = id, .version = 1, .active = instance_random(t, 10) > 0, .remote = instance_random(t, 3) == 0};
  m.safe_contact = instance_random(t, 100) == 0;
  m.capacity = 1 + instance_random(t, 5);
  m.places_taken = instance_random(t, m.capacity + 1);
  m.vetted_until_ms = instance_random(t, 50) ? NOW_MS + ((int64_t)instance_random(t, 730) - 20) * DAY_MS : 0;
  m.supervised_until_ms = NOW_MS + ((int64_t)instance_random(t, 100) - 5) * DAY_MS;
  m.conflicts_checked = instance_random(t, 20) > 0;
  m.skill = instance_random(t, 4);
  m.gender = instance_random(t, 20) ? 1 + instance_random(t, 2) : 0;
  m.own_practitioner = instance_random(t, 2) ? practitioners[instance_random(t, 400)] : NULL;
  m.experiences = some(t, experiences, 8, 3, lists[0]);
  m.languages = some(t, languages + 1, 5, 1, lists[1] + 1);
  m.languages.texts = lists[1];
  m.languages.n++;
  lists[1][0] = languages[0];
  m.availability = some(t, times, 21, 6, lists[2]);
  m.places = some(t, place_names, PLACES, 3, lists[3]);
  m.prefers_not = some(t, needs, 4, instance_random(t, 5) ? 0 : 1, lists[4]);
  if (!pool_put(pool, &m)) abort();
}

struct asked {
  struct pool_person person;
  char crn[8], *lists[6][PLACES];
};

static void draw_person(struct instance *t, struct asked *a) {
  snprintf(a->crn, sizeof a->crn, "X%06u", instance_random(t, 1000000));
  a->person = (struct pool_person){.crn = a->crn, .language = "en", .remote = instance_random(t, 4) == 0};
  a->person.practitioner = practitioners[instance_random(t, 400)];
  a->person.gender = instance_random(t, 4) ? 0 : 1 + instance_random(t, 2);
  a->person.experiences = some(t, experiences, 8, 2, a->lists[0]);
  a->person.languages = some(t, languages, 6, instance_random(t, 4) ? 0 : 1, a->lists[1]);
  a->person.availability = some(t, times, 21, 5, a->lists[2]);
  a->person.places = some(t, place_names, PLACES, 2, a->lists[3]);
  a->person.keep_away = some(t, place_names, PLACES, instance_random(t, 5) ? 0 : 1, a->lists[4]);
  a->person.needs = some(t, needs, 4, 1, a->lists[5]);
  a->person.conflicts_checked = true;
  a->person.complexity = instance_random(t, 4);
}

static int by_size(const void *one, const void *other) {
  double a = *(const double *)one, b = *(const double *)other;
  return a < b ? -1 : a > b;
}

static void print_times(const char *name, double *us, uint32_t n) {
  qsort(us, n, sizeof *us, by_size);
  printf("%s_p50_us %.2f\n%s_p99_us %.2f\n", name, us[n / 2], name, us[n - 1 - n / 100]);
}

static void ask_all(struct instance *t, struct pool *pool, uint32_t n) {
  double *ask = instance_take(n, sizeof *ask), *count = instance_take(n, sizeof *count);
  uint64_t n_eligible = 0, n_left_out = 0;
  for (uint32_t i = 0; i < n; i++) {
    struct asked a = {0};
    struct pool_answer answer;
    struct pool_counts counts;
    draw_person(t, &a);
    double begin = instance_cpu_s();
    pool_ask(pool, &a.person, &weights, NOW_MS, 10, &answer);
    double asked = instance_cpu_s();
    pool_count(pool, &a.person, NOW_MS, &counts);
    ask[i] = (asked - begin) * 1e6;
    count[i] = (instance_cpu_s() - asked) * 1e6;
    n_eligible += answer.n_eligible;
    for (unsigned r = 0; r < POOL_RULES; r++) n_left_out += counts.first[r];
  }
  print_times("ask", ask, n);
  print_times("count", count, n);
  printf("eligible %.1f\nleft_out %.1f\n", (double)n_eligible / n, (double)n_left_out / n);
  free(ask), free(count);
}

int main(int argc, char **argv) {
  if (argc != 4) return 2;
  struct instance t = {.random = (uint64_t)atol(argv[3]) * UINT64_C(0x9E3779B97F4A7C15) + 1};
  struct pool *pool = pool_new();
  for (unsigned i = 0; i < PLACES; i++) snprintf(place_names[i] = places[i], sizeof places[i], "area %u", i);
  for (unsigned i = 0; i < 400; i++) snprintf(practitioners[i], sizeof practitioners[i], "N07A%03u", i);
  for (uint32_t i = 0; i < (uint32_t)atol(argv[1]); i++) put_mentor(&t, pool, i);
  ask_all(&t, pool, (uint32_t)atol(argv[2]));
  pool_free(pool);
  return 0;
}
