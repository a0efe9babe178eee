#include "door.h"
#include "operator.h"
#include <jansson.h>
#include <stdio.h>

const struct option_spec status_options[] = {{0}};

static bool print_row(const char *name, const json_t *state) {
  bool ready = json_is_true(json_object_get(state, "ready"));
  const char *why = json_string_value(json_object_get(state, "waitingFor"));
  const char *alarm = json_string_value(json_object_get(state, "alarm"));
  printf("%-10s %-9s %s\n", name, ready ? "ready" : "not ready", why ? why : "");
  if (alarm) printf("%-10s ALARM     %s\n", "", alarm);
  return ready;
}

// The gateway answered; what it says of itself is whether everything is.
static bool print_table(const json_t *answer) {
  const char *name;
  json_t *state;
  bool ready = json_is_true(json_object_get(answer, "ready"));
  printf("%-10s %s\n", "gateway", "answers");
  print_row("redis", json_object_get(answer, "redis"));
  json_object_foreach(json_object_get(answer, "services"), name, state) print_row(name, state);
  return ready;
}

int status_run(int argc, char **argv) {
  struct arguments a;
  if (!arguments_read(&a, status_options, argc, argv)) return 2;
  struct door *d = door_open_public();
  if (!d) return 1;
  struct buffer answer = {0};
  int status = door_get_once(d, "/readyz", &answer);
  json_t *said = status ? json_loads(answer.data, 0, NULL) : NULL;
  bool ready = said && print_table(said);
  if (status && !said) fprintf(stderr, "alongside: /readyz answered with status %d and no JSON\n", status);
  json_decref(said);
  buffer_free(&answer);
  door_close(d);
  return ready ? 0 : 1;
}
