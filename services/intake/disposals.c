// Disposing of a person's records class by class, each when its own period is over. Drawn in proto/rights.proto.
//
// A look has read hold, engagements and Disposal, and its commit checks that they are as it saw them; whoever places a
// hold writes the hold and empties the Disposal, whoever opens an engagement writes the Disposal (an index of
// engagements has no version to check). So of two at once the second is decided anew. Every service checks the Disposal
// in the commit that deletes: once a hold is acknowledged nothing more is deleted, in whichever service it still waits.
// What was deleted before is gone; a hold brings nothing back. A disclosure that is raised between look and deletion
// keeps itself only.
#include "calendar.h"
#include "erasures.h"
#include "held.h"
#include "pathways.h"
#include <string.h>

void disposal_want(struct records *want, const char *crn) {
  records_want(want, &disposal__descriptor, crn);
}

static const Disposal *ordered(const struct records *have, const char *crn) {
  const Disposal *d = records_get(have, &disposal__descriptor, crn);
  return d && d->n_classes ? d : NULL;
}

static void begin(Disposal *d, RecordClass class) {
  for (size_t i = 0; i < d->n_begun; i++)
    if (d->begun[i] == class) return;
  d->begun[d->n_begun++] = class;
}

// The next one, which names no class yet; `most` will be added.
static Disposal *next_disposal(const struct records *have, const struct message *m, const char *crn, size_t most) {
  const Disposal *was = records_get(have, &disposal__descriptor, crn);
  size_t n_begun = was ? was->n_begun : 0;
  Disposal *d = arena_take(m->arena, sizeof *d);
  disposal__init(d);
  d->crn = (char *)crn;
  d->classes = arena_take(m->arena, (most + 1) * sizeof *d->classes);
  d->begun = arena_take(m->arena, (n_begun + most + 1) * sizeof *d->begun);
  for (size_t i = 0; i < n_begun; i++) begin(d, was->begun[i]);
  d->ordered_at = timestamp_of(m->arena, m->now.ms);
  return d;
}

// It is emptied and not deleted, so that its versions go on counting.
void disposal_stop(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  if (ordered(have, crn)) change_write(c, crn, crn, next_disposal(have, m, crn, 0));
}

void disposal_prevent(struct change *c, const struct records *have, const struct message *m, const char *crn) {
  if (ordered(have, crn) || retention_signed(pathways_retention(m->settings)))
    change_write(c, crn, crn, next_disposal(have, m, crn, 0));
}

// --- ordering

static Disposal *past_their_period(const struct records *have, const struct message *m, const char *crn,
                                   const struct retention_start *from) {
  const Retention *rules = pathways_retention(m->settings);
  Disposal *d = next_disposal(have, m, crn, rules->n_rules);
  for (size_t i = 0; i < rules->n_rules; i++) {
    if (retention_over_ms(rules->rules[i], from) > m->now.ms) continue;
    d->classes[d->n_classes++] = rules->rules[i]->class_;
    begin(d, rules->rules[i]->class_);
  }
  return d;
}

static bool names_the_same(const Disposal *a, const Disposal *b) {
  return a->n_classes == b->n_classes && !memcmp(a->classes, b->classes, a->n_classes * sizeof *a->classes);
}

// Intake deletes its own as the others do, by the timer that their row of DisposalOrdered sets.
static void publish_ordered(struct change *c, const struct message *m, const char *crn, RecordClass class) {
  DisposalOrdered *e = arena_take(m->arena, sizeof *e);
  disposal_ordered__init(e);
  e->crn = (char *)crn;
  e->class_ = class;
  change_publish(c, crn, e);
  held_dispose(c, crn, class, m->now.ms);
}

void disposal_order(struct change *c, const struct records *have, const struct message *m, const char *crn,
                    const struct retention_start *from) {
  Disposal *d = past_their_period(have, m, crn, from);
  const Disposal *was = ordered(have, crn);
  if (!d->n_classes) {
    disposal_stop(c, have, m, crn);
    return;
  }
  if (!was || !names_the_same(was, d)) change_write(c, crn, crn, d);
  for (size_t i = 0; i < d->n_classes; i++) publish_ordered(c, m, crn, d->classes[i]);
}
