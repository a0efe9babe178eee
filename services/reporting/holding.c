// What the read model has about a person, and who looked at their record, for subject access. What is deleted is a
// statement, person_erased.sql, or of one class disposal_ordered.sql.
#include "held.h"
#include "reporting.h"

enum {
  FACTS, // what the read model has
  LOOKS, // what the audit has
  PARTS
};

static const CollectRecords *asked(const struct message *m) {
  CollectRecords *of = arena_copy(m->arena, m->body, sizeof *of);
  of->crn = (char *)held_crn(m);
  return of->crn ? of : NULL;
}

void needs_collect_facts(struct records *want, const struct message *m) {
  const CollectRecords *cmd = asked(m);
  struct held_place at = held_at(m, PARTS);
  if (cmd && at.index == FACTS) records_want_rows(want, "held", cmd);
  if (cmd && at.index == LOOKS) want_looks(want, cmd->crn, at.after);
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

static HeldRecords *facts_of(const struct records *have, const struct message *m) {
  const struct rows *rows = records_rows(have, "held");
  HeldRecords *all = held_records(m, rows->n_rows);
  for (size_t i = 0; i < rows->n_rows; i++)
    held_add(m, all, "reporting")->reported = fact(m->arena, &rows->values[i * rows->n_columns]);
  return all;
}

struct change decide_collect_facts(const struct records *have, const struct message *m) {
  const CollectRecords *cmd = asked(m);
  struct held_place at = held_at(m, PARTS);
  HeldRecords *all = cmd && at.index == FACTS   ? facts_of(have, m)
                     : cmd && at.index == LOOKS ? looks_of(have, m, cmd->crn, at.after)
                                                : held_records(m, 0);
  return held_reply(m, all, &at, NULL, PARTS);
}
