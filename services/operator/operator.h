// `alongside`, the operator's command: one subcommand per file, found in the table of main.c.
//
// Subcommands that change or read people's data go through the gateway's HTTP door with a token, like everybody else
// (door.h: ALONGSIDE_URL, ALONGSIDE_TOKEN). So does status, without a token. Those that keep the installation use the
// keys folder and the store (keygen, token, verify, audit), or the bus (replay).
#pragma once
#include "config.h"
#include "store.h"
#include <stdbool.h>

struct command {
  const char *name;
  const char *summary; // one line
  const char *help;    // the rest of its --help
  const struct option_spec *options;
  int (*run)(int argc, char **argv); // argv without the program and the subcommand; the exit status
};

// Options are "--name VALUE" or, where no value is named, "--name". Everything else is a positional argument.
struct option_spec {
  const char *name;  // without dashes; NULL ends the table
  const char *value; // what the value is called in the help; NULL: a flag
  const char *help;
};
// What was given. `positional` keeps at most 16.
struct arguments {
  const struct option_spec *specs;
  const char *values[24]; // parallel to specs; a flag's value is ""
  const char *positional[16];
  int n_positional;
};
// False: something is wrong, and said on standard error.
bool arguments_read(struct arguments *a, const struct option_spec *specs, int argc, char **argv);
// The value of an option: what was given, else `otherwise`.
const char *argument(const struct arguments *a, const char *name, const char *otherwise);

int keygen_run(int argc, char **argv);
int deploy_run(int argc, char **argv);
int keys_run(int argc, char **argv);
int token_run(int argc, char **argv);
int import_run(int argc, char **argv);
int demo_run(int argc, char **argv);
int status_run(int argc, char **argv);
int report_run(int argc, char **argv);
int replay_run(int argc, char **argv);
int verify_run(int argc, char **argv);
int audit_run(int argc, char **argv);
int sar_run(int argc, char **argv);
int erase_run(int argc, char **argv);
extern const struct option_spec keygen_options[], deploy_options[], keys_options[], token_options[], import_options[],
    demo_options[], status_options[], report_options[], replay_options[], verify_options[], audit_options[],
    sar_options[], erase_options[];
