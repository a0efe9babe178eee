// The pathways: ways of working with somebody, each a file of rules that intake interprets.
//
// A file is config/pathways/<name>.yaml and holds one Pathway (proto/intake.proto says what each field means). Nothing
// about one pathway is written in C: a region writes its own file and needs no compiler.
#pragma once
#include "arena.h"
#include "intake.pb-c.h"
#include "retention.pb-c.h"
#include <stddef.h>

struct pathways;

// Reads and checks every *.yaml of the folder. On a fault answers NULL and writes "FILE:LINE: what is wrong" to
// `errors` (without LINE where the fault has none). Where a pathway asks for the explanation of confidentiality, its
// wording, confidentiality.yaml beside the folder, is read too. Defaults are filled in: the partition SUPERVISION, and
// reminders 7 days, 1 day and 2 hours before.
struct pathways *pathways_load(const char *folder, char *errors, size_t errors_bytes);
void pathways_free(struct pathways *p);

// The explanation that pathways ask for (confidentiality.h). NULL: none of them does.
const Confidentiality *pathways_confidentiality(const struct pathways *p);

// Reads the retention rules (retention.h) and keeps them beside the pathways: both are what intake goes by. On a fault
// answers -1 with "FILE:LINE: what is wrong".
int pathways_load_retention(struct pathways *p, const char *path, char *errors, size_t errors_bytes);
// NULL: they have not been read.
const Retention *pathways_retention(const struct pathways *p);

// NULL: there is no such pathway.
const Pathway *pathways_find(const struct pathways *p, const char *name);
// "joint-casework, mentoring, supervision", for saying what there is.
const char *pathways_names(const struct pathways *p, struct arena *a);
