// The command `alongside audit`: its parts, one file each.
#pragma once
#include "audit_check.h"
#include "sync.h"

// Keys of the services' seals, read from the keys folder when they are first asked for.
struct audit_keys {
  const char *folder;
  struct {
    char service[65];
    uint8_t key[32];
    bool there;
  } known[16];
  size_t n;
};
// For struct audit_check; `keys` is a struct audit_keys.
const uint8_t *audit_key(void *keys, const char *service);

// Each answers the exit status. `folder`: of the notary's files. `area` NULL: all.
int audit_verify(struct sync *s, const char *folder, const char *area);

struct audit_question {
  const char *crn, *actor; // NULL: whoever
  int64_t since_ms;
  const char *area;  // NULL: all
  const char *asker; // NULL: the name under which one is logged in
};
// Writes to the audit of each area that it was asked, then a line for every entry that answers.
int audit_show(struct sync *s, const struct audit_question *q);
// One entry as a line, without its end.
void audit_write_line(FILE *out, const char *area, uint64_t sequence, const AuditEntry *e);
// Whether an entry is what was asked for.
bool audit_answers(const struct audit_question *q, const AuditEntry *e);
