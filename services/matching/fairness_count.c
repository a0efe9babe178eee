// The groups, and what is counted of each. A group is a text, in words; everybody is in exactly one of each way of
// cutting, so that all of them come to the same total.
#include "fairness.h"
#include "intake.pb-c.h"
#include <ctype.h>
#include <string.h>

enum {
  GROUPS_MOST = 16 // of one way of cutting
};

// --- ways of cutting

// "FROM_25_TO_34" as "from 25 to 34". An enumeration's 0 is "not said".
static const char *words_of(struct arena *a, const ProtobufCEnumDescriptor *type, int value) {
  const ProtobufCEnumValue *v = value ? protobuf_c_enum_descriptor_get_value(type, value) : NULL;
  if (!v) return "not said";
  char *words = arena_text(a, v->name);
  for (char *at = words; *at; at++) *at = *at == '_' ? ' ' : (char)tolower((unsigned char)*at);
  return words;
}

static const char *by_language(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &language__descriptor, (int)p->person->language);
}
static const char *by_gender_asked(struct arena *a, const struct fairness_person *p) {
  Gender asked = p->person->mentoring->gender;
  return asked ? words_of(a, &gender__descriptor, (int)asked) : "any";
}
static const char *by_remote(struct arena *a, const struct fairness_person *p) {
  (void)a;
  return p->person->mentoring->remote ? "remote will do" : "in person only";
}
static const char *by_interpreter(struct arena *a, const struct fairness_person *p) {
  (void)a;
  return p->person->mentoring->interpreter ? "with an interpreter" : "without";
}
static const char *by_age(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &age_band__descriptor, p->said ? (int)p->said->age : 0);
}
static const char *by_sex(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &sex__descriptor, p->said ? (int)p->said->sex : 0);
}
static const char *by_ethnicity(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &ethnicity__descriptor, p->said ? (int)p->said->ethnicity : 0);
}
static const char *by_disability(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &answer__descriptor, p->said ? (int)p->said->disability : 0);
}
static const char *by_religion(struct arena *a, const struct fairness_person *p) {
  return words_of(a, &religion__descriptor, p->said ? (int)p->said->religion : 0);
}

static const struct cut {
  const char *name;
  const char *(*group)(struct arena *a, const struct fairness_person *p);
} cuts[] = {
    {"language", by_language},
    {"gender_asked", by_gender_asked},
    {"remote", by_remote},
    {"interpreter", by_interpreter},
    {"age", by_age},
    {"sex", by_sex},
    {"ethnicity", by_ethnicity},
    {"disability", by_disability},
    {"religion", by_religion},
};

// --- counting

struct group {
  const char *name;
  FairnessCounted *counted;
  struct fairness_wait *waits;
  size_t n_waits;
};
struct groups {
  struct arena *arena;
  const char *by;
  int64_t at_ms;
  size_t people; // room for the waits of each group
  struct group all[GROUPS_MOST];
  size_t n;
};

static void name_rules(struct arena *a, FairnessCounted *counted) {
  counted->n_rules = counted->n_only = rules_n_exclusions;
  counted->rules = arena_take(a, rules_n_exclusions * sizeof *counted->rules);
  counted->only = arena_take(a, rules_n_exclusions * sizeof *counted->only);
  for (size_t i = 0; i < rules_n_exclusions; i++) counted->rules[i] = matching_text(rules_exclusions[i].code);
}

// The group of that name, or a new one. There are no more ways to answer than GROUPS_MOST.
static struct group *group_named(struct groups *groups, const char *name) {
  for (size_t i = 0; i < groups->n; i++)
    if (!strcmp(groups->all[i].name, name)) return &groups->all[i];
  FairnessCounted *counted = arena_take(groups->arena, sizeof *counted);
  fairness_counted__init(counted);
  counted->at_ms = groups->at_ms;
  counted->by = matching_text(groups->by);
  counted->part = matching_text(name);
  name_rules(groups->arena, counted);
  struct fairness_wait *waits = arena_take(groups->arena, (groups->people + 1) * sizeof *waits);
  groups->all[groups->n] = (struct group){name, counted, waits, 0};
  return &groups->all[groups->n++];
}

static void count_waiting(FairnessCounted *counted, const struct fairness_look *look) {
  counted->fits += look->fits;
  counted->no_single += !look->fits && !look->only;
  if (look->only & (look->only - 1)) {
    counted->several++;
    return;
  }
  for (size_t i = 0; i < counted->n_only; i++) counted->only[i] += look->only >> i & 1;
}

static void count_person(struct group *g, const struct fairness_person *p) {
  g->waits[g->n_waits++] = p->wait;
  g->counted->matched += p->wait.matched;
  if (!p->wait.matched) count_waiting(g->counted, &p->look);
}

static void publish_group(struct change *c, struct group *g) {
  FairnessCounted *counted = g->counted;
  counted->median_known = fairness_median(g->waits, g->n_waits, &counted->median_days);
  change_publish(c, NULL, counted);
}

// `group` NULL: everybody in one.
static void publish_cut(struct change *c, const struct message *m, const struct cut *cut,
                        const struct fairness_person *people, size_t n) {
  struct groups groups = {.arena = m->arena, .by = cut ? cut->name : "", .at_ms = m->now.ms, .people = n};
  for (size_t i = 0; i < n; i++) {
    const char *name = cut ? cut->group(m->arena, &people[i]) : "";
    count_person(group_named(&groups, name), &people[i]);
  }
  for (size_t i = 0; i < groups.n; i++) publish_group(c, &groups.all[i]);
}

void fairness_publish(struct change *c, const struct message *m, const struct fairness_person *people, size_t n) {
  publish_cut(c, m, NULL, people, n);
  for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) publish_cut(c, m, &cuts[i], people, n);
}
