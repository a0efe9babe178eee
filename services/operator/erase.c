// Erasing a person, and looking at everybody after a restore or new retention rules.
#include "door.h"
#include "operator.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

const struct option_spec erase_options[] = {
    {"area", "AREA", "which area"},
    {"reason", "TEXT", "why; kept sealed until the erasure is done"},
    {"due", NULL, "everybody: what is past its period, and whom a restored backup brought back"},
    {0},
};

static int complain(const char *what) {
  fprintf(stderr, "alongside erase: %s\n", what);
  return 2;
}

static bool post(struct door *d, const char *path, const struct buffer *body) {
  struct buffer answer = {0};
  int status = door_send(d, "POST", path, "application/json", body, &answer);
  if (status >= 300) door_complain(status, &answer);
  buffer_free(&answer);
  return status >= 200 && status < 300;
}

static bool erase_one(struct door *d, const char *area, const char *crn, const char *reason) {
  char path[128];
  struct buffer body = {0};
  snprintf(path, sizeof path, "/v1/areas/%s/people/%s/erase", area, crn);
  buffer_text(&body, "{\"reason\":");
  json_write_string(&body, reason);
  buffer_text(&body, "}");
  bool fine = post(d, path, &body);
  if (fine) printf("%s: ordered; it is done within seconds\n", crn);
  buffer_free(&body);
  return fine;
}

static bool sweep(struct door *d, const char *area) {
  char path[128];
  struct buffer body = {0};
  snprintf(path, sizeof path, "/v1/areas/%s/erasures/sweep", area);
  buffer_text(&body, "{}");
  bool fine = post(d, path, &body);
  if (fine) printf("%s: everybody is looked at\n", area);
  buffer_free(&body);
  return fine;
}

int erase_run(int argc, char **argv) {
  char crn[8];
  struct arguments a;
  if (!arguments_read(&a, erase_options, argc, argv)) return 2;
  const char *area = argument(&a, "area", ""), *reason = argument(&a, "reason", "");
  bool due = argument(&a, "due", NULL) != NULL;
  if (!text_is_area(area)) return complain("name the area with --area");
  if (due == (a.n_positional == 1)) return complain("name one person by CRN, or --due");
  if (!due && !text_crn(a.positional[0], crn)) return complain("a CRN is a letter and six digits");
  if (!due && !*reason) return complain("say why with --reason");
  struct door *d = door_open();
  if (!d) return 1;
  bool fine = due ? sweep(d, area) : erase_one(d, area, crn, reason);
  door_close(d);
  return fine ? 0 : 1;
}
