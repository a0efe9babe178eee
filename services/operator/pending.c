// Commands that are on their way.
#include "operator.h"
const struct option_spec replay_options[] = {{0}},
                         verify_options[] = {{0}};
static int later(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return 0;
}
int replay_run(int argc, char **argv) {
  return later(argc, argv);
}
int verify_run(int argc, char **argv) {
  return later(argc, argv);
}
