// The gateway's program. Started with --ping it asks a running gateway instead whether it and all services are ready.
#include "gateway.h"
#include "probe.h"
#include "secrecy.h"
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv) {
  secrecy_keep_memory();
  if (argc == 1) return gateway_run();
  if (argc == 2 && strcmp(argv[1], "--ping") == 0) return probe_ready();
  bool help = argc == 2 && strcmp(argv[1], "--help") == 0;
  fputs("usage: alongside-gateway [--ping | --help]\n"
        "\n"
        "The HTTP door. Configured by environment variables; the README has the table of them.\n"
        "\n"
        "  --ping  asks the running gateway whether everything is ready; exit status 0 when it is\n",
        help ? stdout : stderr);
  return help ? 0 : 2;
}
