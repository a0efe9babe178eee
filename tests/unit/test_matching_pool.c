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
static char *practitioners[] = {"N07A123", "N07A124", ""};

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
  int64_t days = (int64_t)draw(w, 60) - 5;
  m->vetted_until = draw(w, 8) ? timestamp_of(&w->d.arena, w->now_ms + days * DAY_MS + draw(w, 3)) : NULL;
  if (draw(w, 8) == 0) LISTED(w, m, not_with, CRN);
}

static struct pool_texts texts(size_t n, char **list) {
  return (struct pool_texts){n, list};
}

static struct pool_mentor pool_mentor_of(const Mentor *m) {
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
      .not_with = texts(m->n_not_with, m->not_with),
  };
}

static struct pool_person pool_person_of(const Person *p) {
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
      .not_with = texts(w->n_not_with, w->not_with),
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
  wish->remote = draw(w, 2);
  wish->gender = draw(w, 3) ? 0 : draw(w, 3);
  p->language = draw(w, 3);
  p->practitioner = practitioners[draw(w, 2)];
  if (draw(w, 2)) LISTED(w, wish, not_with, mentor_id(&w->d, draw(w, MENTORS)));
  if (draw(w, 2)) LISTED(w, p, restricted, mentor_id(&w->d, draw(w, MENTORS)), "S01");
}

static struct pair pair_of(const struct pool_world *w, unsigned n) {
  return (struct pair){w->person, w->mentors[n], w->now_ms};
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
  struct pool_person person = pool_person_of(w->person);
  struct pool_answer answer;
  bool taken[MENTORS] = {false};
  pool_ask(w->pool, &person, w->now_ms, 10, &answer);
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

// The pair as it would be if that rule had nothing against it.
static void mend(struct pair *p, unsigned rule, Mentor *m, Person *person, MentoringWish *wish,
                 Google__Protobuf__Timestamp *later) {
  static char *everywhere[] = {"Enfield"};
  *m = *p->mentor, *person = *p->person, *wish = *person->mentoring;
  person->mentoring = wish;
  if (rule == 0) m->state = MENTOR_STATE__ACTIVE;
  if (rule == 1) m->capacity = m->places_taken + 1;
  if (rule == 2) m->personal = NULL;
  if (rule == 3 || rule == 4) m->vetted_until = later;
  if (rule == 5) m->n_not_with = wish->n_not_with = person->n_restricted = 0;
  if (rule == 6) m->own_practitioner = "";
  if (rule == 7 || rule == 8) wish->gender = 0;
  if (rule == 9) wish->n_languages = 0;
  if (rule == 10) wish->places = m->places = everywhere, wish->n_places = m->n_places = 1;
  p->mentor = m, p->person = person;
}

static void assert_same_counts(struct pool_world *w) {
  struct pool_person asked = pool_person_of(w->person);
  struct pool_counts counts, expected = {0};
  pool_count(w->pool, &asked, w->now_ms, &counts);
  for (unsigned i = 0; i < MENTORS; i++) {
    struct pair pair = pair_of(w, i);
    const struct exclusion *rule = w->gone[i] ? NULL : rules_exclude(&pair);
    unsigned r = 0;
    Mentor m;
    Person person;
    MentoringWish wish;
    if (!rule) continue;
    while (strcmp(rule->code, pool_rule_code(r)) != 0) r++;
    expected.first[r]++;
    mend(&pair, r, &m, &person, &wish, timestamp_of(&w->d.arena, w->now_ms + 400 * DAY_MS));
    if (!rules_exclude(&pair)) expected.only[r]++;
  }
  assert_memory_equal(counts.first, expected.first, sizeof counts.first);
  assert_memory_equal(counts.only, expected.only, sizeof counts.only);
}

static int begin(void **state) {
  struct pool_world *w = calloc(1, sizeof *w);
  assert_non_null(w);
  decision_begin(&w->d, &matching, world_settings());
  w->seed = 11;
  w->now_ms = DECISION_NOW_MS;
  w->pool = pool_new();
  for (unsigned i = 0; i < MENTORS; i++) {
    draw_mentor(w, i);
    struct pool_mentor m = pool_mentor_of(w->mentors[i]);
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
    struct pool_mentor m = pool_mentor_of(w->mentors[n]);
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
  struct pool_person person = pool_person_of(w->person);
  pool_ask(w->pool, &person, w->now_ms, 2, &before);
  assert_int_equal(before.n_best, 2);
  unsigned n = 0;
  while (strcmp(w->mentors[n]->id, before.best[0].id) != 0) n++;
  struct pool_mentor m = pool_mentor_of(w->mentors[n]);
  m.price = before.best[0].score - before.best[1].score + 1;
  assert_true(pool_put(w->pool, &m));
  pool_ask(w->pool, &person, w->now_ms, POOL_BEST, &after);
  assert_string_equal(after.best[0].id, before.best[1].id);
  for (size_t i = 0; i < after.n_best; i++)
    if (!strcmp(after.best[i].id, m.id)) assert_int_equal(after.best[i].score, before.best[0].score);
}

static void an_empty_pool_has_nobody(void **state) {
  struct pool_world *w = *state;
  struct pool *empty = pool_new();
  struct pool_answer answer;
  w->person = person_of(&w->d, CRN);
  struct pool_person person = pool_person_of(w->person);
  pool_ask(empty, &person, w->now_ms, 10, &answer);
  assert_int_equal(answer.n_mentors, 0);
  assert_int_equal(answer.n_best, 0);
  pool_free(empty);
}

static void a_sixty_fifth_kind_of_experience_is_refused_and_changes_nothing(void **state) {
  struct pool_world *w = *state;
  char *kinds[POOL_WORDS + 1];
  for (unsigned i = 0; i <= POOL_WORDS; i++) kinds[i] = arena_printf(&w->d.arena, "kind %u", i);
  struct pool_mentor m = pool_mentor_of(w->mentors[0]);
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
