// Commands that are on their way.
#include "operator.h"
const struct option_spec import_options[] = {{0}}, report_options[] = {{0}}, replay_options[] = {{0}},
                         verify_options[] = {{0}};
static int later(int argc, char **argv) {
  (void)argc;
  (void)argv;
  return 0;
}
int import_run(int argc, char **argv) {
  return later(argc, argv);
}
int report_run(int argc, char **argv) {
  return later(argc, argv);
}
int replay_run(int argc, char **argv) {
  return later(argc, argv);
}
int verify_run(int argc, char **argv) {
  return later(argc, argv);
}
