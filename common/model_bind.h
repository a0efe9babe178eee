// Binding a message's fields to the parameters of a SQL statement, by name.
#pragma once
#include "arena.h"
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

enum {
  BIND_DEPTH = 3,
  BIND_PARAMETERS = 48
};

// What is bound beside the fields.
struct bind_context {
  const char *area;
  uint64_t sequence;
  int64_t at_ms;
};

// Where each parameter of a statement comes from: worked out once per statement and type.
struct bind_plan {
  const ProtobufCMessageDescriptor *type;
  int n_parameters;
  struct bind_parameter {
    enum {
      BIND_FIELD,
      BIND_AREA,
      BIND_SEQUENCE,
      BIND_AT_MS
    } from;
    int depth;
    const ProtobufCFieldDescriptor *path[BIND_DEPTH];
  } parameters[BIND_PARAMETERS];
};
// False: `unknown` is the name of a parameter that no field of the type has.
bool bind_plan_make(struct bind_plan *plan, sqlite3_stmt *statement, const ProtobufCMessageDescriptor *type,
                    const char **unknown);
// Texts are not copied: the message must outlive the statement's next reset.
void bind_all(const struct bind_plan *plan, sqlite3_stmt *statement, const ProtobufCMessage *m,
              const struct bind_context *context);
