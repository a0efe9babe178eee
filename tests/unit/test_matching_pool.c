// links: matching
// The pool gives the very same answer as the rules, mentor by mentor; and keeps it as mentors change, come and go.
#include "matching_world.h"
#include "pool.h"
#include "rules.h"

enum {
  MENTORS = 150
};

// A random world. The mentors' records stand beside the pool that was told of them.
struct pool_world {
  struct decision d;
  struct pool *pool;
  Mentor *mentors[MENTORS];
  bool gone[MENTORS];
  Person *person;
  const Weights *weights;
  uint32_t seed;
  int64_t now_ms;
};

#define LISTED(w, message, field, ...)                                                                                 \
  list_of((char *[]){__VA_ARGS__, NULL}, &(message)->n_##field, &(message)->field, &(w)->d.arena)

static uint32_t draw(struct pool_world *w, uint32_t below) {
  w->seed = w->seed * 1664525 + 1013904223;
  return (w->seed >> 8) % below;
}

static void some(struct pool_world *w, char **from, size_t n_from, size_t *n, char ***list) {
  uint32_t one_in = 1 + draw(w, 6);
  *list = arena_take(&w->d.arena, (n_from + 1) * sizeof **list);
  *n = 0;
  for (size_t i = 0; i < n_from; i++)
    if (draw(w, one_in) == 0) (*list)[(*n)++] = from[i];
}

static char *experiences[] = {"custody", "alcohol", "drugs", "care"}, *languages[] = {"en", "cy", "pl", "ro"};
static char *times[] = {"mon-am", "tue-pm", "wed-eve", "sat-am", "sun-pm", "fri-eve", "fri-am"};
static char *places[] = {"Enfield", "Brent", "Tottenham"};
static char *needs[] = {"gambling", "domestic-abuse", "drugs"};
static char *practitioners[] = {"N07A123", "N07A124", ""};

static void conflict_with(struct pool_world *w, char *whom, size_t *n, Conflict ***conflicts) {
  *conflicts = arena_take(&w->d.arena, sizeof **conflicts);
  Conflict *one = (*conflicts)[0] = arena_take(&w->d.arena, sizeof *one);
  conflict__init(one);
  one->kind = CONFLICT_KIND__RELATIVE;
  one->with = whom;
  *n = 1;
}

static void draw_mentor(struct pool_world *w, unsigned n) {
  Mentor *m = w->mentors[n] = mentor_of(&w->d, n);
  some(w, experiences, 4, &m->n_experiences, &m->experiences);
  some(w, languages, 4, &m->n_languages, &m->languages);
  some(w, times, 7, &m->n_availability, &m->availability);
  some(w, places, 3, &m->n_places, &m->places);
  m->remote = draw(w, 2);
  m->capacity = draw(w, 6);
  m->places_taken = draw(w, 4);
  m->gender = draw(w, 3);
  m->state = draw(w, 8) ? MENTOR_STATE__ACTIVE : MENTOR_STATE__PAUSED;
  m->personal->safe_contact = draw(w, 8) ? "" : "Never by text.";
  m->own_practitioner = practitioners[draw(w, 3)];
  m->conflicts_checked = draw(w, 8);
  m->skill = draw(w, 4);
  some(w, places, 3, &m->n_keep_away, &m->keep_away);
  some(w, needs, 3, &m->n_prefers_not, &m->prefers_not);
  if (draw(w, 2)) m->n_keep_away = m->n_prefers_not = 0;
  m->supervised_until = draw(w, 8) ? timestamp_of(&w->d.arena, w->now_ms + ((int64_t)draw(w, 60) - 5) * DAY_MS) : NULL;
  if (draw(w, 4) == 0) LISTED(w, m, accompanied, CRN, "X654321");
  if (draw(w, 16) == 0) conflict_with(w, CRN, &m->n_conflicts, &m->conflicts);
  int64_t days = (int64_t)draw(w, 60) - 5;
  m->vetted_until = draw(w, 8) ? timestamp_of(&w->d.arena, w->now_ms + days * DAY_MS + draw(w, 3)) : NULL;
  if (draw(w, 8) == 0) LISTED(w, m, not_with, CRN);
}

static struct pool_texts texts(size_t n, char **list) {
  return (struct pool_texts){n, list};
}

// Those whom the two lists name together.
static struct pool_texts not_with(struct pool_world *w, size_t n, char **list, size_t n_conflicts,
                                  Conflict **conflicts) {
  char **all = arena_take(&w->d.arena, (n + n_conflicts + 1) * sizeof *all);
  for (size_t i = 0; i < n; i++) all[i] = list[i];
  for (size_t i = 0; i < n_conflicts; i++) all[n + i] = conflicts[i]->with;
  return texts(n + n_conflicts, all);
}

static struct pool_mentor pool_mentor_of(struct pool_world *w, const Mentor *m) {
  return (struct pool_mentor){
      .id = m->id,
      .active = m->state == MENTOR_STATE__ACTIVE,
      .remote = m->remote,
      .safe_contact = !text_is_empty(m->personal->safe_contact),
      .capacity = m->capacity,
      .places_taken = m->places_taken,
      .vetted_until_ms = timestamp_ms(m->vetted_until),
      .gender = m->gender,
      .own_practitioner = m->own_practitioner,
      .experiences = texts(m->n_experiences, m->experiences),
      .languages = texts(m->n_languages, m->languages),
      .availability = texts(m->n_availability, m->availability),
      .places = texts(m->n_places, m->places),
      .conflicts_checked = m->conflicts_checked,
      .supervised_until_ms = timestamp_ms(m->supervised_until),
      .skill = m->skill,
      .keep_away = texts(m->n_keep_away, m->keep_away),
      .not_with = not_with(w, m->n_not_with, m->not_with, m->n_conflicts, m->conflicts),
      .prefers_not = texts(m->n_prefers_not, m->prefers_not),
      .accompanied = texts(m->n_accompanied, m->accompanied),
  };
}

static struct pool_person pool_person_of(struct pool_world *world, const Person *p) {
  const MentoringWish *w = p->mentoring;
  return (struct pool_person){
      .crn = p->crn,
      .practitioner = p->practitioner,
      .language = p->language == LANGUAGE__WELSH     ? "cy"
                  : p->language == LANGUAGE__ENGLISH ? "en"
                                                     : NULL,
      .gender = w->gender,
      .remote = w->remote,
      .experiences = texts(w->n_experiences, w->experiences),
      .languages = texts(w->n_languages, w->languages),
      .availability = texts(w->n_availability, w->availability),
      .places = texts(w->n_places, w->places),
      .interpreter = w->interpreter,
      .conflicts_checked = w->conflicts_checked,
      .complexity = w->complexity,
      .asked_ms = timestamp_ms(w->asked_at),
      .keep_away = texts(w->n_keep_away, w->keep_away),
      .needs = texts(w->n_needs, w->needs),
      .not_with = not_with(world, w->n_not_with, w->not_with, w->n_conflicts, w->conflicts),
      .restricted = texts(p->n_restricted, p->restricted),
  };
}

static void draw_person(struct pool_world *w) {
  Person *p = w->person = person_of(&w->d, CRN);
  MentoringWish *wish = p->mentoring;
  some(w, experiences, 4, &wish->n_experiences, &wish->experiences);
  some(w, languages, 4, &wish->n_languages, &wish->languages);
  some(w, times, 7, &wish->n_availability, &wish->availability);
  some(w, places, 3, &wish->n_places, &wish->places);
  some(w, places, 3, &wish->n_keep_away, &wish->keep_away);
  some(w, needs, 3, &wish->n_needs, &wish->needs);
  if (draw(w, 2)) wish->n_keep_away = wish->n_needs = 0;
  wish->interpreter = draw(w, 4) == 0;
  wish->conflicts_checked = draw(w, 16);
  wish->complexity = draw(w, 4);
  wish->asked_at = draw(w, 4) ? timestamp_of(&w->d.arena, w->now_ms - ((int64_t)draw(w, 250) - 10) * DAY_MS) : NULL;
  if (draw(w, 2)) conflict_with(w, mentor_id(&w->d, draw(w, MENTORS)), &wish->n_conflicts, &wish->conflicts);
  wish->remote = draw(w, 2);
  wish->gender = draw(w, 3) ? 0 : draw(w, 3);
  p->language = draw(w, 3);
  p->practitioner = practitioners[draw(w, 2)];
  if (draw(w, 2)) LISTED(w, wish, not_with, mentor_id(&w->d, draw(w, MENTORS)));
  if (draw(w, 2)) LISTED(w, p, restricted, mentor_id(&w->d, draw(w, MENTORS)), "S01");
}

static struct pair pair_of(const struct pool_world *w, unsigned n) {
  return (struct pair){w->person, w->mentors[n], w->now_ms, w->weights};
}

// The mentor whom the rules put next: the best who is not in the list yet, by score and then by id.
static int next_best(const struct pool_world *w, const bool *taken) {
  int best = -1, best_score = 0;
  for (unsigned i = 0; i < MENTORS; i++) {
    struct pair pair = pair_of(w, i);
    if (w->gone[i] || taken[i] || rules_exclude(&pair)) continue;
    int score = rules_score(&pair);
    if (best < 0 || score > best_score) best = (int)i, best_score = score;
  }
  return best;
}

static void assert_same_reasons(struct pool_world *w, unsigned n, const struct pool_candidate *c) {
  struct pair pair = pair_of(w, n);
  MatchReason **reasons;
  size_t n_reasons = rules_reasons(&pair, &w->d.arena, &reasons), at = 0;
  for (unsigned r = 0; r < POOL_REASONS; r++) {
    if (!c->points[r]) continue;
    assert_true(at < n_reasons);
    assert_string_equal(reasons[at]->code, pool_reason_code(r));
    assert_int_equal(reasons[at++]->points, c->points[r]);
  }
  assert_int_equal(at, n_reasons);
}

static void assert_same_best(struct pool_world *w) {
  struct pool_person person = pool_person_of(w, w->person);
  struct pool_answer answer;
  bool taken[MENTORS] = {false};
  pool_ask(w->pool, &person, w->weights, w->now_ms, 10, &answer);
  for (size_t i = 0; i < 10; i++) {
    int n = next_best(w, taken);
    if (n < 0) {
      assert_int_equal(answer.n_best, i);
      return;
    }
    taken[n] = true;
    assert_true(i < answer.n_best);
    assert_string_equal(answer.best[i].id, w->mentors[n]->id);
    struct pair pair = pair_of(w, (unsigned)n);
    assert_int_equal(answer.best[i].score, rules_score(&pair));
    assert_same_reasons(w, (unsigned)n, &answer.best[i]);
  }
  assert_int_equal(answer.n_best, 10);
}

static void assert_same_codes(void) {
  assert_int_equal(rules_n_exclusions, POOL_RULES);
  for (unsigned r = 0; r < POOL_RULES; r++) assert_string_equal(rules_exclusions[r].code, pool_rule_code(r));
}

static void assert_same_counts(struct pool_world *w) {
  struct pool_person asked = pool_person_of(w, w->person);
  struct pool_counts counts, expected = {0};
  pool_count(w->pool, &asked, w->now_ms, &counts);
  for (unsigned i = 0; i < MENTORS; i++) {
    struct pair pair = pair_of(w, i);
    uint32_t in_the_way = w->gone[i] ? 0 : rules_in_the_way(&pair);
    if (!in_the_way) continue;
    unsigned first = (unsigned)__builtin_ctz(in_the_way);
    assert_string_equal(rules_exclude(&pair)->code, rules_exclusions[first].code);
    expected.first[first]++;
    if (in_the_way == UINT32_C(1) << first) expected.only[first]++;
  }
  assert_memory_equal(counts.first, expected.first, sizeof counts.first);
  assert_memory_equal(counts.only, expected.only, sizeof counts.only);
}

static int begin(void **state) {
  struct pool_world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  decision_begin(&w->d, &matching, world_settings());
  w->seed = 11;
  w->weights = weights_of(world_settings()->weights, "lon-north");
  w->now_ms = DECISION_NOW_MS;
  w->pool = pool_new();
  for (unsigned i = 0; i < MENTORS; i++) {
    draw_mentor(w, i);
    struct pool_mentor m = pool_mentor_of(w, w->mentors[i]);
    assert_true(pool_put(w->pool, &m));
  }
  *state = w;
  return 0;
}
static int end(void **state) {
  struct pool_world *w = *state;
  pool_free(w->pool);
  decision_end(&w->d);
  free(w);
  return 0;
}

static void the_best_are_those_of_the_rules_with_the_same_reasons(void **state) {
  struct pool_world *w = *state;
  for (int i = 0; i < 300; i++) {
    draw_person(w);
    assert_same_best(w);
  }
}

static void who_is_left_out_is_counted_by_the_first_rule_and_by_the_only_one(void **state) {
  struct pool_world *w = *state;
  assert_same_codes();
  for (int i = 0; i < 300; i++) {
    draw_person(w);
    assert_same_counts(w);
  }
}

static void mentors_change_go_and_come_back(void **state) {
  struct pool_world *w = *state;
  for (int i = 0; i < 600; i++) {
    unsigned n = draw(w, MENTORS);
    w->gone[n] = draw(w, 3) == 0;
    draw_mentor(w, n);
    struct pool_mentor m = pool_mentor_of(w, w->mentors[n]);
    if (w->gone[n])
      pool_remove(w->pool, m.id);
    else
      assert_true(pool_put(w->pool, &m));
    draw_person(w);
    assert_same_best(w);
    assert_same_counts(w);
  }
}

static void vetting_runs_out_as_time_goes_on_and_back(void **state) {
  struct pool_world *w = *state;
  for (int i = 0; i < 300; i++) {
    w->now_ms = DECISION_NOW_MS + (int64_t)draw(w, 70) * DAY_MS + draw(w, 3);
    draw_person(w);
    assert_same_best(w);
    assert_same_counts(w);
  }
}

static void a_price_moves_a_mentor_down_but_not_their_score(void **state) {
  struct pool_world *w = *state;
  struct pool_answer before, after;
  w->person = person_of(&w->d, CRN);
  w->person->mentoring->n_places = 0;
  struct pool_person person = pool_person_of(w, w->person);
  pool_ask(w->pool, &person, w->weights, w->now_ms, 2, &before);
  assert_int_equal(before.n_best, 2);
  unsigned n = 0;
  while (strcmp(w->mentors[n]->id, before.best[0].id) != 0) n++;
  struct pool_mentor m = pool_mentor_of(w, w->mentors[n]);
  m.price = before.best[0].score - before.best[1].score + 1;
  assert_true(pool_put(w->pool, &m));
  pool_ask(w->pool, &person, w->weights, w->now_ms, POOL_BEST, &after);
  assert_string_equal(after.best[0].id, before.best[1].id);
  for (size_t i = 0; i < after.n_best; i++)
    if (!strcmp(after.best[i].id, m.id)) assert_int_equal(after.best[i].score, before.best[0].score);
}

static void an_empty_pool_has_nobody(void **state) {
  struct pool_world *w = *state;
  struct pool *empty = pool_new();
  struct pool_answer answer;
  w->person = person_of(&w->d, CRN);
  struct pool_person person = pool_person_of(w, w->person);
  pool_ask(empty, &person, w->weights, w->now_ms, 10, &answer);
  assert_int_equal(answer.n_mentors, 0);
  assert_int_equal(answer.n_best, 0);
  pool_free(empty);
}

static void a_sixty_fifth_kind_of_experience_is_refused_and_changes_nothing(void **state) {
  struct pool_world *w = *state;
  char *kinds[POOL_WORDS + 1];
  for (unsigned i = 0; i <= POOL_WORDS; i++) kinds[i] = arena_printf(&w->d.arena, "kind %u", i);
  struct pool_mentor m = pool_mentor_of(w, w->mentors[0]);
  m.id = "new";
  m.experiences = texts(POOL_WORDS + 1, kinds);
  assert_false(pool_put(w->pool, &m));
  draw_person(w);
  assert_same_best(w);
}

#define POOL(test) cmocka_unit_test_setup_teardown(test, begin, end)

int main(void) {
  const struct CMUnitTest tests[] = {
      POOL(the_best_are_those_of_the_rules_with_the_same_reasons),
      POOL(who_is_left_out_is_counted_by_the_first_rule_and_by_the_only_one),
      POOL(mentors_change_go_and_come_back),
      POOL(vetting_runs_out_as_time_goes_on_and_back),
      POOL(a_price_moves_a_mentor_down_but_not_their_score),
      POOL(an_empty_pool_has_nobody),
      POOL(a_sixty_fifth_kind_of_experience_is_refused_and_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
