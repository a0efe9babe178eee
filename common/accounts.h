// Who may do what in Redis: one account for each service and for each thing that is done beside the services.
//
// An account may touch the keys that it needs, with the commands that it needs there, and nothing else. The table in
// accounts.c is the one place where it is said; `alongside keygen` makes of it the file of accounts that Redis reads
// (users.acl). To add a service, add its line there.
//
// Commands inside of a function run with the rights of the account that called it, so these bounds hold for what
// `commit` writes, too. One thing the rights of Redis cannot tell apart: who may append to a stream may also trim it.
// What is trimmed off an audit so, the notary's notes have, and `alongside audit verify` names it.
#pragma once
#include "json.h"
#include "common.pb-c.h"

// Who stands how to whom is judged in every service that takes commands (access.h), from these records.
#define ACCOUNTS_RELATIONS "Person PersonsOffer Offer Mentor BreakGlass"

struct account {
  const char *name;
  const char *writes;  // services: the types of records that it alone writes, separated by spaces
  const char *reads;   // services: further types that it reads, or "*"
  const char *indexes; // services: the kinds of indexes that it keeps
  const char *lists;   // services: the kinds of others' indexes that it reads
  bool destroys;       // services: deletes everybody's data keys
  bool audits;         // services: reads the audit, all of it: to tell a person who looked at their record
  const char *rights;  // all others: as Redis writes them
};
// Ends with an account without a name.
extern const struct account accounts[];
const struct account *account_find(const char *name); // NULL: there is none

// Appends the account's line of the file. Of the password only the hash is written. `opens`: the partitions whose data
// keys it reads and makes, ending with 0.
void account_write(struct buffer *out, const struct account *a, const char *password, const Partition *opens);
// Appends the lines that come before all others.
void accounts_begin(struct buffer *out);
