// Commands to Redis, written by hand into one growing buffer that is used again and again: a commit has some ten
// arguments, and hiredis' own formatting would cost more than all the rest of it.
#pragma once
#include <stddef.h>
#include <stdint.h>

struct resp {
  char *data;
  size_t end, cap_bytes; // the command is written from RESP_HEAD_BYTES on
  unsigned n_args;
};
// Room for "*<n_args>\r\n", whose length is known only at the end.
enum {
  RESP_HEAD_BYTES = 16,
};

// A zeroed struct is empty. Begins a command; what was there is gone.
void resp_begin(struct resp *r);
void resp_arg(struct resp *r, const void *data, size_t size_bytes);
void resp_text(struct resp *r, const char *text);
void resp_number(struct resp *r, int64_t number);
// The argument "{area}:<kind><name>", of whose name so many bytes are taken.
void resp_key(struct resp *r, const char *area, const char *kind, const char *name, size_t name_bytes);
// An argument of `size_bytes` that the caller writes before the next call.
uint8_t *resp_space(struct resp *r, size_t size_bytes);
// The whole command, valid until the next resp_begin().
const char *resp_end(struct resp *r, size_t *size_bytes);
void resp_free(struct resp *r);
