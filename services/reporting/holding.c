// What the read model has about a person, for subject access. What is deleted is a statement, person_erased.sql,
// or of one class disposal_ordered.sql.
#include "held.h"
#include "reporting.h"

static const CollectRecords *asked(const struct message *m) {
  CollectRecords *of = arena_copy(m->arena, m->body, sizeof *of);
  of->crn = (char *)held_crn(m);
  return of->crn ? of : NULL;
}

void needs_collect_facts(struct records *want, const struct message *m) {
  if (asked(m)) records_want_rows(want, "held", asked(m));
}

static ReportedFact *fact(struct arena *a, const char **values) {
  ReportedFact *f = arena_take(a, sizeof *f);
  reported_fact__init(f);
  f->about = (char *)values[0];
  f->id = (char *)values[1];
  f->pathway = (char *)values[2];
  f->practitioner = (char *)values[3];
  f->state = (char *)values[4];
  return f;
}

struct change decide_collect_facts(const struct records *have, const struct message *m) {
  const struct rows *rows = asked(m) ? records_rows(have, "held") : NULL;
  HeldRecords *all = held_records(m, rows ? rows->n_rows : 0);
  for (size_t i = 0; rows && i < rows->n_rows; i++)
    held_add(m, all, "reporting")->reported = fact(m->arena, &rows->values[i * rows->n_columns]);
  return held_reply(m, all, &(struct held_place){.index = 0}, NULL, 1);
}
