// Errors: one value for all. Code 0 is success; the code is the protobuf enumeration, the same on the bus, in logs and
// over HTTP.
#pragma once
#include "common.pb-c.h"
#include <stdbool.h>

struct err {
  Code code;         // CODE__OK: success
  const char *field; // JSON pointer, or NULL
  const char *why;   // what is wrong and what to do about it; lives as long as the message's arena
};

#define ERR_NONE ((struct err){.code = CODE__OK})
#define ERR(c, f, w) ((struct err){.code = CODE__##c, .field = (f), .why = (w)})
static inline bool err_is(struct err e) {
  return e.code != CODE__OK;
}

// "CONFLICT" for CODE__CONFLICT.
const char *code_name(Code code);
