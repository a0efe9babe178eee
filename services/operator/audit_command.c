#include "audit_command.h"
#include "notary.h"
#include "operator.h"
#include "text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

const struct option_spec audit_options[] = {
    {"area", "AREA", "only this area (all of the areas file)"},
    {"folder", "FOLDER", "verify: where the notary's files are (ALONGSIDE_AUDIT)"},
    {"actor", "WHO", "show: only what this person or system did"},
    {"as", "NAME", "show: who asks (the name under which you are logged in)"},
    {"days", "DAYS", "show: only the last days (all)"},
    {0},
};

static int complain(const char *why) {
  fprintf(stderr, "alongside audit: %s; see `alongside audit --help`\n", why);
  return 2;
}

static int verify(struct sync *s, const struct arguments *a) {
  const char *folder = argument(a, "folder", s->config.audit);
  if (!folder) return complain("name the folder of the notary's files with --folder or ALONGSIDE_AUDIT");
  return audit_verify(s, folder, argument(a, "area", NULL));
}

static int show(struct sync *s, const struct arguments *a) {
  char crn[8] = "";
  const char *days = argument(a, "days", NULL);
  struct audit_question q = {.actor = argument(a, "actor", NULL), .area = argument(a, "area", NULL)};
  q.asker = argument(a, "as", NULL);
  if (a->n_positional > 1 && !text_crn(a->positional[1], crn)) return complain("a CRN is a letter and six digits");
  if (*crn) q.crn = crn;
  if (!q.crn && !q.actor) return complain("show: name a person by CRN, or somebody with --actor");
  if (days && atoi(days) <= 0) return complain("--days must be a number of days");
  if (days) q.since_ms = ((int64_t)time(NULL) - (int64_t)atoi(days) * 86400) * 1000;
  return audit_show(s, &q);
}

static const struct action {
  const char *name;
  int (*run)(struct sync *s, const struct arguments *a);
} actions[] = {{"verify", verify}, {"show", show}};

static int run(const struct action *action, const struct arguments *a) {
  struct sync s;
  if (!sync_open(&s, "operator")) return 1;
  const char *area = argument(a, "area", NULL);
  int status =
      area && !config_area(&s.config, area) ? complain("there is no such area in the areas file") : action->run(&s, a);
  sync_close(&s);
  return status;
}

int audit_run(int argc, char **argv) {
  struct arguments a;
  if (!arguments_read(&a, audit_options, argc, argv)) return 2;
  if (!a.n_positional) return complain("say what to do: verify, show or notarize");
  if (!strcmp(a.positional[0], "notarize")) return notary_run();
  for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
    if (!strcmp(a.positional[0], actions[i].name)) return run(&actions[i], &a);
  return complain("it can verify, show or notarize");
}
