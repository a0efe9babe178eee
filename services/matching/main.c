#include "matching.h"

int main(int argc, char **argv) {
  return service_main(&matching, argc, argv);
}
