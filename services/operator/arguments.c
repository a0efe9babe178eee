#include "operator.h"
#include <stdio.h>
#include <string.h>

static int find(const struct option_spec *specs, const char *name, size_t length) {
  for (int i = 0; specs[i].name; i++)
    if (strlen(specs[i].name) == length && !memcmp(specs[i].name, name, length)) return i;
  return -1;
}

static bool complain(const char *what, const char *argument) {
  fprintf(stderr, "alongside: %s: %s; --help lists the options\n", argument, what);
  return false;
}

// "--name value", "--name=value" or "--flag". Advances past a value that it used.
static bool read_option(struct arguments *a, int argc, char **argv, int *i) {
  const char *name = argv[*i] + 2, *equals = strchr(name, '=');
  int at = find(a->specs, name, equals ? (size_t)(equals - name) : strlen(name));
  if (at < 0) return complain("there is no such option", argv[*i]);
  if (!a->specs[at].value) {
    if (equals) return complain("it takes no value", argv[*i]);
    a->values[at] = "";
    return true;
  }
  if (!equals && *i + 1 >= argc) return complain("a value is missing behind it", argv[*i]);
  a->values[at] = equals ? equals + 1 : argv[++*i];
  return true;
}

bool arguments_read(struct arguments *a, const struct option_spec *specs, int argc, char **argv) {
  *a = (struct arguments){.specs = specs};
  for (int i = 0; i < argc; i++) {
    if (!strncmp(argv[i], "--", 2)) {
      if (!read_option(a, argc, argv, &i)) return false;
    } else {
      if (a->n_positional == (int)(sizeof a->positional / sizeof *a->positional))
        return complain("too many arguments", argv[i]);
      a->positional[a->n_positional++] = argv[i];
    }
  }
  return true;
}

const char *argument(const struct arguments *a, const char *name, const char *otherwise) {
  int at = find(a->specs, name, strlen(name));
  return at >= 0 && a->values[at] ? a->values[at] : otherwise;
}
