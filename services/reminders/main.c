#include "reminders.h"

int main(int argc, char **argv) {
  return service_main(&reminders, argc, argv);
}
