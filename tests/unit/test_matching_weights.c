// links: matching
// What each reason is worth: the files, what is wrong with one, and what other weights would have meant.
#include "matching_world.h"
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

// --- files

struct folder {
  char path[64], errors[512];
};

static void write_file(const struct folder *f, const char *name, const char *text) {
  char path[128];
  snprintf(path, sizeof path, "%s/%s", f->path, name);
  FILE *file = fopen(path, "we");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}

static int folder_begin(void **state) {
  struct folder *f = calloc(1, sizeof *f);
  assert_non_null(f);
  strcpy(f->path, "/tmp/alongside-weights-XXXXXX");
  assert_non_null(mkdtemp(f->path));
  write_file(f, "default.yaml", "version: one\nexperience: 10\n");
  *state = f;
  return 0;
}
static int folder_end(void **state) {
  static const char *const names[] = {"default.yaml", "lon-north.yaml", "lon-nroth.yaml"};
  struct folder *f = *state;
  char path[128];
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    snprintf(path, sizeof path, "%s/%s", f->path, names[i]);
    unlink(path);
  }
  assert_int_equal(rmdir(f->path), 0);
  free(f);
  return 0;
}

static struct weights *load(struct folder *f) {
  static Area north = {.base = {.descriptor = &area__descriptor}, .id = "lon-north"}, *all[] = {&north};
  static Areas areas = {.n_areas = 1, .areas = all};
  return weights_load(f->path, &areas, f->errors, sizeof f->errors);
}

static void assert_not_loaded(struct folder *f, const char *why) {
  assert_null(load(f));
  if (!strstr(f->errors, why)) fail_msg("not %s but %s", why, f->errors);
}

static void an_area_has_its_own_weights_or_the_default_ones(void **state) {
  struct folder *f = *state;
  write_file(f, "lon-north.yaml", "version: two\nexperience: 20\nnoSlot: -3\n");
  struct weights *w = load(f);
  if (!w) fail_msg("%s", f->errors);
  assert_string_equal(weights_of(w, "lon-north")->version, "two");
  assert_int_equal(weights_of(w, "lon-north")->no_slot, -3);
  assert_string_equal(weights_of(w, "lon-south")->version, "one");
  weights_free(w);
}

static void a_file_that_is_named_as_no_area_is_a_fault(void **state) {
  write_file(*state, "lon-nroth.yaml", "version: two\n");
  assert_not_loaded(*state, "lon-nroth.yaml: there is no area lon-nroth");
}

static void a_weight_out_of_its_bounds_is_named_with_its_line(void **state) {
  write_file(*state, "default.yaml", "version: one\nnoExperience: -101\n");
  assert_not_loaded(*state, "default.yaml:2: /noExperience");
  write_file(*state, "default.yaml", "version: one\nneedWeeks: 27\n");
  assert_not_loaded(*state, "default.yaml:2: /needWeeks");
}

static void weights_without_a_version_are_a_fault(void **state) {
  write_file(*state, "default.yaml", "experience: 10\n");
  assert_not_loaded(*state, "version");
}

static void without_a_default_nothing_starts(void **state) {
  struct folder *f = *state;
  struct folder nowhere = {.path = "/tmp/alongside-weights-nowhere"};
  assert_not_loaded(&nowhere, "default.yaml");
  write_file(f, "default.yaml", "version: one\nnoSuchWeight: 10\n");
  assert_not_loaded(f, "default.yaml:2");
}

// --- the preview

static struct change previewed(struct decision *d, Weights *weights) {
  PreviewWeights *cmd = arena_take(&d->arena, sizeof *cmd);
  preview_weights__init(cmd);
  cmd->weights = weights;
  return decided(d, cmd);
}
static const WeightsPreview *preview(struct decision *d, Weights *weights) {
  struct change c = previewed(d, weights);
  assert_done(&c);
  assert_null(c.records);
  return (const void *)c.reply;
}
static Weights *weights_now(struct decision *d) {
  return arena_copy(&d->arena, weights_of(world_settings()->weights, "lon-north"), sizeof(Weights));
}

// The person asks for custody and can in the morning; the first mentor has been there, the second can then.
static void given_two_who_differ(struct story *s) {
  struct decision *d = &s->d;
  Mentor *other = mentor_of(d, 2);
  LIST(s->person->mentoring, experiences, "custody");
  LIST(s->person->mentoring, availability, "mon-am");
  LIST(s->mentor, experiences, "custody");
  LIST(s->mentor, availability, "sat-eve");
  LIST(other, availability, "mon-am");
  given_mentor(d, other);
  given_offer(d, OFFER_ID, CRN, 1);
}

static void the_same_weights_change_nothing(void **state) {
  struct story *s = *state;
  given_two_who_differ(s);
  const WeightsPreview *reply = preview(&s->d, weights_now(&s->d));
  assert_string_equal(reply->in_force, "2026-11");
  assert_int_equal(reply->offers, 1);
  assert_int_equal(reply->compared, 1);
  assert_int_equal(reply->other_first + reply->rises + reply->falls, 0);
}

static void other_weights_are_shown_by_how_many_they_would_have_moved(void **state) {
  struct story *s = *state;
  given_two_who_differ(s);
  Weights *other = weights_now(&s->d);
  other->version = "2026-04";
  other->no_slot = -50;
  const WeightsPreview *reply = preview(&s->d, other);
  assert_string_equal(reply->previewed, "2026-04");
  assert_int_equal(reply->other_first, 1);
  assert_int_equal(reply->falls, 1);
  assert_int_equal(reply->rises, 0);
}

static void offers_older_than_thirty_days_and_people_who_ask_no_more_are_not_compared(void **state) {
  struct story *s = *state;
  given_two_who_differ(s);
  s->d.m.now.ms += 31 * DAY_MS;
  assert_int_equal(preview(&s->d, weights_now(&s->d))->offers, 0);
  s->d.m.now.ms -= 31 * DAY_MS;
  s->person->mentoring->wanted = false;
  const WeightsPreview *reply = preview(&s->d, weights_now(&s->d));
  assert_int_equal(reply->offers, 1);
  assert_int_equal(reply->compared, 0);
}

static void a_manager_may_see_it_and_it_names_nobody(void **state) {
  struct story *s = *state;
  given_two_who_differ(s);
  decision_as(&s->d, "M01", MAY(MANAGER));
  struct change c = previewed(&s->d, weights_now(&s->d));
  assert_done(&c);
  assert_null(c.subjects);
  decision_as(&s->d, "N07A123", MAY(PRACTITIONER));
  c = previewed(&s->d, weights_now(&s->d));
  assert_refused(&c, CODE__FORBIDDEN, NULL);
}

static void weights_that_could_not_be_switched_on_are_refused(void **state) {
  struct story *s = *state;
  Weights *other = weights_now(&s->d);
  other->free_place = 101;
  struct change c = previewed(&s->d, other);
  assert_refused(&c, CODE__INVALID, "/freePlace");
  c = previewed(&s->d, NULL);
  assert_refused(&c, CODE__INVALID, NULL);
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, folder_begin, folder_end)

int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(an_area_has_its_own_weights_or_the_default_ones),
      IN_FOLDER(a_file_that_is_named_as_no_area_is_a_fault),
      IN_FOLDER(a_weight_out_of_its_bounds_is_named_with_its_line),
      IN_FOLDER(weights_without_a_version_are_a_fault),
      IN_FOLDER(without_a_default_nothing_starts),
      STORY(the_same_weights_change_nothing),
      STORY(other_weights_are_shown_by_how_many_they_would_have_moved),
      STORY(offers_older_than_thirty_days_and_people_who_ask_no_more_are_not_compared),
      STORY(a_manager_may_see_it_and_it_names_nobody),
      STORY(weights_that_could_not_be_switched_on_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
