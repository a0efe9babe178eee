#include "safeguarding.h"

int main(int argc, char **argv) {
  return service_main(&safeguarding, argc, argv);
}
