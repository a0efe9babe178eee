#include "operator.h"
#include "secrecy.h"
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct command commands[] = {
    {"keygen", "makes the keys that the services need",
     "Makes what is missing in the folder and leaves what is there: CURVE keys of every service, the gateway's\n"
     "signing key, the partitions' master keys and peers.yaml. Keep the master keys in a safe of your own: without\n"
     "them nothing confidential can be read again.",
     keygen_options, keygen_run},
    {"deploy", "puts the functions that the services call into Redis",
     "usage: alongside deploy [--wait SECONDS] [ADDRESS ...]\n"
     "To be run before services of a new build start, for every master where there are several; done again, it "
     "changes\n"
     "nothing. Services have no right to do it and wait until it is done. Takes ALONGSIDE_REDIS, and the account\n"
     "`deployer` out of ALONGSIDE_KEYS. Exit status 0 when every master has the functions of this build.",
     deploy_options, deploy_run},
    {"keys", "rotates the partitions' master keys while everything runs",
     "usage: alongside keys rotate [--partition P] [--keep-old] [--hand-out COMMAND]\n"
     "       alongside keys show\n"
     "`rotate` makes a new master key for each partition, or for the one named; waits until every service that opens\n"
     "it knows the new one; has them use it; wraps every data key anew; and removes the old one. It may be stopped or\n"
     "killed at any point: run again, it finishes what was begun. `show` says which partition is how far.\n"
     "Needs ALONGSIDE_KEYS, the folder of all keys, ALONGSIDE_REDIS, ALONGSIDE_AREAS and where the services listen,\n"
     "ALONGSIDE_INTAKE and so on. A backup of Redis that is older than the rotation opens under the old key only.",
     keys_options, keys_run},
    {"token", "makes or revokes a bearer token",
     "Prints the token once; only its hash is stored. Roles: person, mentor, mentor-supervisor, practitioner,\n"
     "coordinator, safeguarding-lead, manager, auditor, operator, case-system, records-officer.",
     token_options, token_run},
    {"import", "takes in people, mentors or appointments from a CSV file",
     "usage: alongside import [options] FILE\n"
     "The first line names the columns; which kind of file it is follows from them. A wrong row is reported with\n"
     "file, line, column, value and what to do. Nothing of a file is taken in unless all of it can be, or --skip-bad\n"
     "says so. Importing the same file again changes nothing. The README of this command lists the columns.\n"
     "Times without an offset are by the area's clock, for which ALONGSIDE_AREAS names the areas file.",
     import_options, import_run},
    {"demo", "fills an area with invented people, mentors and weeks of sessions",
     "The same seed makes the same area; run again later, it adds the weeks since. All names are marked as invented,\n"
     "telephone numbers are from the range kept for drama, addresses end in .invalid. Needs ALONGSIDE_AREAS and\n"
     "ALONGSIDE_PATHWAYS; with ALONGSIDE_REDIS and ALONGSIDE_KEYS mentors answer offers, too.",
     demo_options, demo_run},
    {"status", "says how the services are",
     "Asks the gateway at ALONGSIDE_URL. Exit status 0 when every service is ready.", status_options, status_run},
    {"report", "prints a report: attendance, reminders, mentors, fairness or greetings",
     "usage: alongside report [options] NAME", report_options, report_run},
    {"replay", "rebuilds the reports from the events",
     "Has the reporting service at ALONGSIDE_REPORTING forget its read model and fill it again from the first event\n"
     "on, and waits until it has. Each replica of reporting keeps a model of its own: name one after the other.",
     replay_options, replay_run},
    {"verify", "checks that an area's records, events and indexes are whole",
     "Reads everything and changes nothing. Exit status 0 when nothing is wrong; else each fault is a line.",
     verify_options, verify_run},
    {"audit", "verifies the audit, and shows who touched whose record",
     "usage: alongside audit verify [--area AREA]\n"
     "       alongside audit show [--area AREA] [--actor WHO] [--days DAYS] [--as NAME] [CRN]\n"
     "       alongside audit notarize\n"
     "Every read and every change of somebody's record has an entry in the audit, sealed by the service that wrote "
     "it.\n"
     "`notarize` is the notary, a process that runs beside the services: it chains the entries in files outside of\n"
     "Redis and signs the newest link at least every minute.\n"
     "`verify` compares the audit in Redis with these files and names every entry that was changed, removed, inserted\n"
     "or moved. It needs Redis, the files and the keys, and none of the services. Exit status 0 when nothing is "
     "wrong;\n"
     "else each fault is a line.\n"
     "`show` says who looked at a person or changed something, when, as what and with which outcome; with --actor,\n"
     "what somebody did. That you have asked is written to the audit first.",
     audit_options, audit_run},
    {"sar", "collects everything that is held about a person: subject access",
     "usage: alongside sar --area AREA [--out FOLDER] CRN\n"
     "Writes CRN.json and CRN.html, which prints well; who looked at the record is in it. Have somebody look at it\n"
     "before it is given away: what was written in supervision is in it. Needs a token of a records officer. That you\n"
     "have asked is in the audit.",
     sar_options, sar_run},
    {"erase", "erases a person for good, or everybody who is due",
     "usage: alongside erase --area AREA --reason TEXT CRN\n"
     "       alongside erase --area AREA --due\n"
     "Destroys the person's keys and deletes the records of all services; a legal hold prevents it. Needs a token of "
     "a\n"
     "records officer. With --due (an operator may, too) everybody is looked at: what a restored backup brought back "
     "of\n"
     "those who were erased is deleted again, and so is, the person last, what is past its period in retention.yaml.",
     erase_options, erase_run},
};
enum {
  COMMANDS = sizeof commands / sizeof commands[0]
};

static int usage(FILE *out) {
  fprintf(out, "usage: alongside COMMAND [options]\n\nAlongside %s, the operator's command.\n\n", ALONGSIDE_VERSION);
  for (int i = 0; i < COMMANDS; i++) fprintf(out, "  %-8s %s\n", commands[i].name, commands[i].summary);
  fputs("\n`alongside COMMAND --help` explains one. Environment: ALONGSIDE_URL and ALONGSIDE_TOKEN for those that go\n"
        "through the gateway; ALONGSIDE_REDIS, ALONGSIDE_KEYS and ALONGSIDE_AREAS for the others; see the README.\n",
        out);
  return out == stdout ? 0 : 2;
}

static int help(const struct command *c) {
  printf("alongside %s: %s\n\n%s\n", c->name, c->summary, c->help);
  for (const struct option_spec *o = c->options; o->name; o++) {
    char left[48];
    snprintf(left, sizeof left, "--%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    printf("  %-22s %s\n", left, o->help);
  }
  return 0;
}

int main(int argc, char **argv) {
  signal(SIGPIPE, SIG_IGN);
  secrecy_keep_memory();
  if (sodium_init() < 0) return 1;
  if (argc < 2) return usage(stderr);
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help")) return usage(stdout);
  for (int i = 0; i < COMMANDS; i++) {
    if (strcmp(commands[i].name, argv[1])) continue;
    for (int a = 2; a < argc; a++)
      if (!strcmp(argv[a], "--help")) return help(&commands[i]);
    return commands[i].run(argc - 2, argv + 2);
  }
  fprintf(stderr, "alongside: there is no command \"%s\"\n\n", argv[1]);
  return usage(stderr);
}
