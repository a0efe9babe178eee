// links: matching
// The pool gives the very same answer as the rules, mentor by mentor; and keeps it as mentors change, come and go.
#include "matching_world.h"
#include "pool_overview.h"
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
  struct pool_texts without; // whom the questions are not about
  uint64_t version;          // of the newest record
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

static struct pool_person asked_of(struct pool_world *w) {
  struct pool_person asked = pool_person_of(&w->d.arena, w->person);
  asked.without = w->without;
  return asked;
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
  struct pool_person person = asked_of(w);
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
  struct pool_person asked = asked_of(w);
  struct pool_counts counts, expected = {0};
  pool_count(w->pool, &asked, w->now_ms, &counts);
  for (unsigned i = 0; i < MENTORS; i++) {
    struct pair pair = pair_of(w, i);
    uint32_t in_the_way = w->gone[i] ? 0 : rules_in_the_way(&pair);
    expected.n_mentors += !w->gone[i];
    expected.n_full += !w->gone[i] && w->mentors[i]->places_taken >= w->mentors[i]->capacity;
    if (!in_the_way) continue;
    unsigned first = (unsigned)__builtin_ctz(in_the_way);
    assert_string_equal(rules_exclude(&pair)->code, rules_exclusions[first].code);
    expected.first[first]++;
    if (in_the_way == UINT32_C(1) << first) expected.only[first]++;
  }
  assert_memory_equal(&counts, &expected, sizeof counts);
}

static void assert_excluded_by(const struct pool_world *w, const char *id, unsigned rule) {
  unsigned n = 0;
  while (strcmp(w->mentors[n]->id, id) != 0) n++;
  struct pair pair = pair_of(w, n);
  assert_ptr_equal(rules_exclude(&pair), &rules_exclusions[rule]);
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
    struct pool_mentor m = pool_mentor_of(&w->d.arena, w->mentors[i], ++w->version);
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
    struct pool_mentor m = pool_mentor_of(&w->d.arena, w->mentors[n], ++w->version);
    if (w->gone[n])
      pool_remove(w->pool, m.id, m.version);
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

static void a_price_moves_a_mentor_down_but_not_their_score_and_for_that_question_alone(void **state) {
  struct pool_world *w = *state;
  struct pool_answer before, after, later;
  w->person = person_of(&w->d, CRN);
  w->person->mentoring->n_places = 0;
  struct pool_person person = pool_person_of(&w->d.arena, w->person), priced = person;
  pool_ask(w->pool, &person, w->weights, w->now_ms, 2, &before);
  assert_int_equal(before.n_best, 2);
  struct pool_price price = {before.best[0].id, before.best[0].score - before.best[1].score + 1};
  priced.prices = &price;
  priced.n_prices = 1;
  pool_ask(w->pool, &priced, w->weights, w->now_ms, POOL_BEST, &after);
  assert_string_equal(after.best[0].id, before.best[1].id);
  for (size_t i = 0; i < after.n_best; i++)
    if (!strcmp(after.best[i].id, price.id)) assert_int_equal(after.best[i].score, before.best[0].score);
  pool_ask(w->pool, &person, w->weights, w->now_ms, 2, &later);
  assert_string_equal(later.best[0].id, before.best[0].id);
}

static void a_question_may_be_about_all_but_some(void **state) {
  struct pool_world *w = *state;
  for (int i = 0; i < 100; i++) {
    draw_person(w);
    memset(w->gone, 0, sizeof w->gone);
    char *without[3];
    for (int k = 0; k < 3; k++) {
      unsigned n = draw(w, MENTORS);
      without[k] = w->mentors[n]->id;
      w->gone[n] = true;
    }
    w->without = (struct pool_texts){3, without};
    assert_same_best(w);
    assert_same_counts(w);
  }
}

static void who_is_left_out_is_listed_with_the_first_rule_as_far_as_asked_for(void **state) {
  struct pool_world *w = *state;
  struct pool_left_out list[MENTORS];
  for (int i = 0; i < 100; i++) {
    draw_person(w);
    struct pool_person asked = asked_of(w);
    uint32_t listed[POOL_RULES] = {0};
    struct pool_counts counts;
    size_t n = pool_list_out(w->pool, &asked, w->now_ms, MENTORS, list), n_left_out = 0;
    for (size_t k = 0; k < n; k++) listed[list[k].rule]++;
    for (size_t k = 0; k < n; k++) assert_excluded_by(w, list[k].id, list[k].rule);
    pool_count(w->pool, &asked, w->now_ms, &counts);
    assert_memory_equal(listed, counts.first, sizeof listed);
    for (unsigned r = 0; r < POOL_RULES; r++) n_left_out += counts.first[r];
    size_t fewer = n_left_out / 2;
    assert_int_equal(pool_list_out(w->pool, &asked, w->now_ms, fewer, list), fewer);
  }
}

static void what_is_older_changes_nothing(void **state) {
  struct pool_world *w = *state;
  for (int i = 0; i < 100; i++) {
    unsigned n = draw(w, MENTORS);
    draw_mentor(w, n);
    struct pool_mentor newer = pool_mentor_of(&w->d.arena, w->mentors[n], ++w->version), older = newer;
    assert_true(pool_put(w->pool, &newer));
    older.version--;
    older.active = !newer.active;
    older.capacity = 20;
    assert_true(pool_put(w->pool, &older));
    pool_remove(w->pool, older.id, older.version);
    draw_person(w);
    assert_same_best(w);
    assert_same_counts(w);
  }
}

static void thousands_who_are_left_out_are_all_counted(void **state) {
  struct pool_world *w = *state;
  enum {
    MANY = 5000
  };
  struct pool *pool = pool_new();
  struct pool_counts counts;
  struct pool_mentor m = pool_mentor_of(&w->d.arena, mentor_of(&w->d, 0), 1);
  m.active = false;
  for (unsigned n = 0; n < MANY; n++) {
    m.id = mentor_id(&w->d, n);
    assert_true(pool_put(pool, &m));
  }
  struct pool_person person = pool_person_of(&w->d.arena, person_of(&w->d, CRN));
  pool_count(pool, &person, w->now_ms, &counts);
  assert_int_equal(counts.n_mentors, MANY);
  assert_int_equal(counts.first[0], MANY);
  assert_int_equal(counts.only[0], MANY);
  pool_free(pool);
}

// Some of them, one in `one_in`.
static struct pool_texts drawn(struct pool_world *w, char **from, size_t n_from, uint32_t one_in) {
  struct pool_texts texts = {0, arena_take(&w->d.arena, n_from * sizeof *texts.texts)};
  for (size_t i = 0; i < n_from; i++)
    if (draw(w, one_in) == 0) texts.texts[texts.n++] = from[i];
  return texts;
}

static char *twelve[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};

static struct pool_mentor drawn_who_fits(struct pool_world *w, unsigned n) {
  struct pool_mentor m = pool_mentor_of(&w->d.arena, mentor_of(&w->d, 0), 1);
  m.id = mentor_id(&w->d, n);
  m.experiences = drawn(w, twelve, 12, 1 + draw(w, 3));
  m.availability = drawn(w, times, 7, 1 + draw(w, 4));
  m.places_taken = draw(w, m.capacity);
  m.skill = draw(w, 4);
  return m;
}

// Whom a pool has in which nobody else is, who could be passed over for them.
static struct pool_candidate alone(struct pool_world *w, const struct pool_person *person, const struct pool_mentor *m,
                                   const Weights *weights) {
  struct pool *pool = pool_new();
  struct pool_answer answer;
  assert_true(pool_put(pool, m));
  pool_ask(pool, person, weights, w->now_ms, 1, &answer);
  assert_int_equal(answer.n_best, 1);
  answer.best[0].id = m->id;
  pool_free(pool);
  return answer.best[0];
}

static int by_rank(const void *one, const void *other) {
  const struct pool_candidate *a = one, *b = other;
  return a->rank != b->rank ? b->rank - a->rank : strcmp(a->id, b->id);
}

static void assert_nobody_passed_over(struct pool_world *w, const struct pool_person *person, const Weights *weights) {
  enum {
    MANY = 400,
    BEST = 10
  };
  struct pool *pool = pool_new();
  struct pool_answer answer;
  struct pool_candidate each[MANY];
  for (unsigned n = 0; n < MANY; n++) {
    struct pool_mentor m = drawn_who_fits(w, n);
    assert_true(pool_put(pool, &m));
    each[n] = alone(w, person, &m, weights);
  }
  qsort(each, MANY, sizeof *each, by_rank);
  pool_ask(pool, person, weights, w->now_ms, BEST, &answer);
  assert_int_equal(answer.n_eligible, MANY);
  for (unsigned i = 0; i < BEST; i++) assert_string_equal(answer.best[i].id, each[i].id);
  pool_free(pool);
}

// Whether what they ask for counts for a mentor or against, and though they ask for the same thing twice.
static void of_very_many_nobody_is_passed_over_who_is_among_the_best(void **state) {
  struct pool_world *w = *state;
  struct pool_person person = pool_person_of(&w->d.arena, person_of(&w->d, CRN));
  person.complexity = 2;
  for (int i = 0; i < 20; i++) {
    Weights weights = *w->weights;
    weights.experience = i % 4 < 2 ? 4 : -4;
    weights.no_experience = -1;
    weights.free_place = 1 + (int32_t)draw(w, 8);
    person.experiences = drawn(w, twelve, 12, 1 + draw(w, 3));
    if (i % 2 && person.experiences.n > 1) person.experiences.texts[1] = person.experiences.texts[0];
    person.availability = drawn(w, times, 7, 2);
    assert_nobody_passed_over(w, &person, &weights);
  }
}

static void an_empty_pool_has_nobody(void **state) {
  struct pool_world *w = *state;
  struct pool *empty = pool_new();
  struct pool_answer answer;
  w->person = person_of(&w->d, CRN);
  struct pool_person person = pool_person_of(&w->d.arena, w->person);
  pool_ask(empty, &person, w->weights, w->now_ms, 10, &answer);
  assert_int_equal(answer.n_mentors, 0);
  assert_int_equal(answer.n_best, 0);
  pool_free(empty);
}

static void a_sixty_fifth_kind_of_experience_is_refused_and_changes_nothing(void **state) {
  struct pool_world *w = *state;
  char *kinds[POOL_WORDS + 1];
  for (unsigned i = 0; i <= POOL_WORDS; i++) kinds[i] = arena_printf(&w->d.arena, "kind %u", i);
  struct pool_mentor m = pool_mentor_of(&w->d.arena, w->mentors[0], ++w->version);
  m.id = "new";
  m.experiences = (struct pool_texts){POOL_WORDS + 1, kinds};
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
      POOL(a_price_moves_a_mentor_down_but_not_their_score_and_for_that_question_alone),
      POOL(a_question_may_be_about_all_but_some),
      POOL(who_is_left_out_is_listed_with_the_first_rule_as_far_as_asked_for),
      POOL(what_is_older_changes_nothing),
      POOL(thousands_who_are_left_out_are_all_counted),
      POOL(of_very_many_nobody_is_passed_over_who_is_among_the_best),
      POOL(an_empty_pool_has_nobody),
      POOL(a_sixty_fifth_kind_of_experience_is_refused_and_changes_nothing),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
