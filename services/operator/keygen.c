#include "keys.h"
#include "operator.h"
#include <stdio.h>
#include <stdlib.h>

const struct option_spec keygen_options[] = {
    {"folder", "FOLDER", "where the keys are (ALONGSIDE_KEYS)"},
    {"foreign", "NAME", "also a key for a system that is not part of Alongside, which may then use the bus"},
    {"sends", "TYPES", "which message types that system may send, separated by commas"},
    {0},
};

int keygen_run(int argc, char **argv) {
  struct arguments a;
  if (!arguments_read(&a, keygen_options, argc, argv)) return 2;
  const char *folder = argument(&a, "folder", getenv("ALONGSIDE_KEYS"));
  const char *foreign = argument(&a, "foreign", NULL);
  if (!folder) {
    fputs("alongside keygen: name the folder with --folder or ALONGSIDE_KEYS\n", stderr);
    return 2;
  }
  char errors[512];
  if (keys_generate(folder, foreign, argument(&a, "sends", ""), errors, sizeof errors)) {
    fprintf(stderr, "alongside keygen: %s\n", errors);
    return 1;
  }
  printf("The keys are in %s%s%s%s. Files that were there have been left as they were.\n", folder,
         foreign ? ", those of " : "", foreign ? foreign : "", foreign ? " too" : "");
  return 0;
}
