#include "secrecy.h"
#include <sys/prctl.h>
#include <sys/resource.h>

// Two ways, since a core_pattern that pipes into a program ignores the limit on the size.
void secrecy_keep_memory(void) {
  setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
  prctl(PR_SET_DUMPABLE, 0);
}
