#include "reporting.h"

int main(int argc, char **argv) {
  return service_main(&reporting, argc, argv);
}
