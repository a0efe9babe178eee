// Subject access: what every service holds about a person, as JSON and as a document that can be read and printed.
#include "door.h"
#include "operator.h"
#include "sar_document.h"
#include "text.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

const struct option_spec sar_options[] = {
    {"area", "AREA", "which area"},
    {"out", "FOLDER", "where the two files go (the current folder)"},
    {0},
};

static int complain(const char *what) {
  fprintf(stderr, "alongside sar: %s\n", what);
  return 2;
}

// Only who runs the command may read it.
static bool write_file(const char *folder, const char *crn, const char *suffix, const struct buffer *b) {
  char path[4096];
  snprintf(path, sizeof path, "%s/%s.%s", folder, crn, suffix);
  FILE *f = fopen(path, "we");
  bool fine = f && fwrite(b->data, 1, b->size_bytes, f) == b->size_bytes;
  if (f && fclose(f)) fine = false;
  if (fine)
    printf("%s\n", path);
  else
    fprintf(stderr, "alongside sar: %s: %s\n", path, strerror(errno));
  return fine;
}

static bool write_both(const char *folder, const char *crn, const struct buffer *json) {
  struct buffer document = {0};
  if (mkdir(folder, 0700) && errno != EEXIST) fprintf(stderr, "alongside sar: %s: %s\n", folder, strerror(errno));
  bool fine = sar_document(&document, json->data, json->size_bytes);
  if (!fine) complain("the answer is not a bundle of records");
  fine = fine && write_file(folder, crn, "json", json) && write_file(folder, crn, "html", &document);
  buffer_free(&document);
  return fine;
}

static bool collect(struct door *d, const char *area, const char *crn, const char *folder) {
  char path[128];
  struct buffer answer = {0};
  snprintf(path, sizeof path, "/v1/areas/%s/people/%s/subject-access", area, crn);
  int status = door_get(d, path, &answer);
  bool fine = status == 204 || (status == 200 && write_both(folder, crn, &answer));
  if (status == 204) printf("nothing is held about %s\n", crn);
  if (status && status != 200 && status != 204) door_complain(status, &answer);
  buffer_free(&answer);
  return fine;
}

int sar_run(int argc, char **argv) {
  char crn[8];
  struct arguments a;
  if (!arguments_read(&a, sar_options, argc, argv)) return 2;
  const char *area = argument(&a, "area", "");
  if (a.n_positional != 1 || !text_crn(a.positional[0], crn))
    return complain("name one person: a letter and six digits");
  if (!text_is_area(area)) return complain("name the area with --area");
  struct door *d = door_open();
  if (!d) return 1;
  umask(077);
  bool fine = collect(d, area, crn, argument(&a, "out", "."));
  door_close(d);
  return fine ? 0 : 1;
}
