#include "mentoring.h"

int main(int argc, char **argv) {
  return service_main(&mentoring, argc, argv);
}
