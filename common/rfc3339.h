// Times as RFC 3339 writes them, as far as protobuf's JSON mapping goes: years 0001 to 9999, upper-case T and Z.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// "2026-03-02T10:00:00Z", "2026-03-02T10:00:00.25+01:00": up to nine digits of a second, an offset or Z. False: not
// such a time, a day that the month does not have, a leap second, or outside of the years; the outputs are untouched
// then.
bool rfc3339_read(const char *text, size_t size_bytes, int64_t *seconds, int32_t *nanos);

enum {
  RFC3339_BYTES = 36
};
// In UTC, with 0, 3, 6 or 9 digits of a second, as many as are needed. What is outside of the years is cut to them.
void rfc3339_write(int64_t seconds, int32_t nanos, char out[RFC3339_BYTES]);
