#include "courier.h"

int main(int argc, char **argv) {
  return service_main(&courier, argc, argv);
}
