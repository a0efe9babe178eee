// For tests of retention: the world of intake with rules that a controller has signed off.
#pragma once
#include "intake_world.h"
#include "retention.h"
#include <stdio.h>
#include <unistd.h>

#define SIGNED "signedOffBy: The Invented Controller\nsignedOffOn: 2026-03-01\n"
#define UNSIGNED "signedOffBy: \"\"\nsignedOffOn: \"\"\n"
#define DAY_MS (24 * HOUR_MS)
// The periods of the example.
#define SHORTEST_MS (366 * DAY_MS)
#define LONGEST_MS (2192 * DAY_MS)

static inline void replace_once(char text[1 << 14], const char *from, const char *to) {
  static char was[1 << 14];
  strcpy(was, text);
  const char *at = strstr(was, from);
  assert_non_null(at);
  snprintf(text, sizeof was, "%.*s%s%s", (int)(at - was), was, to, at + strlen(from));
}

// The example with one text in place of another, where it first stands. The caller deletes the file.
static inline char *changed_rules(const char *from, const char *to, bool sign) {
  static char path[64], text[1 << 14];
  FILE *f = fopen("config/retention.yaml", "r");
  text[fread(text, 1, sizeof text - 1, f)] = 0;
  fclose(f);
  replace_once(text, from, to);
  if (sign) replace_once(text, UNSIGNED, SIGNED);
  snprintf(path, sizeof path, "/tmp/alongside-retention-%d.yaml", (int)getpid());
  f = fopen(path, "w");
  assert_non_null(f);
  fputs(text, f);
  fclose(f);
  return path;
}

static inline void given_rules(struct world *w, const char *from, const char *to, bool sign) {
  char errors[512] = "", *path = changed_rules(from, to, sign);
  if (pathways_load_retention(w->pathways, path, errors, sizeof errors)) fail_msg("%s", errors);
  unlink(path);
  assert_int_equal(retention_signed(pathways_retention(w->pathways)), sign);
}

static inline void given_signed_rules(struct world *w) {
  given_rules(w, "rules:", "rules:", true);
}

// The person has had one engagement, which was closed at this moment.
static inline void given_closed_engagement(struct world *w) {
  Engagement *e = given_engagement(w, SUPERVISION_ID, "supervision", 1);
  e->closed_at = timestamp_of(&w->d.arena, w->d.m.now.ms);
  given_in_index(&w->d, "engagements-of/" CRN, SUPERVISION_ID);
}

// A look at the person, `ms` from now.
static inline struct change looked_after(struct world *w, int64_t ms) {
  w->d.m.now.ms += ms;
  struct change c = decided_timer(&w->d, "retain/" CRN);
  decision_commit(&w->d, &c);
  return c;
}

// Whether the change orders that a class be disposed of.
static inline bool orders(const struct change *c, RecordClass class) {
  for (const struct change_event *e = c->events; e; e = e->next)
    if (e->body->descriptor == &disposal_ordered__descriptor && ((const DisposalOrdered *)e->body)->class_ == class)
      return true;
  return false;
}
static inline size_t n_ordered(const struct change *c) {
  size_t n = 0;
  for (const struct change_event *e = c->events; e; e = e->next)
    n += e->body->descriptor == &disposal_ordered__descriptor;
  return n;
}
