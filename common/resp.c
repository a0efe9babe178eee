#include "resp.h"
#include <stdlib.h>
#include <string.h>

enum {
  LENGTH_BYTES = 32
}; // "$<length>\r\n" before an argument and "\r\n" after it

static void reserve(struct resp *r, size_t more_bytes) {
  if (r->end + more_bytes <= r->cap_bytes) return;
  while (r->end + more_bytes > r->cap_bytes) r->cap_bytes = r->cap_bytes ? 2 * r->cap_bytes : 4096;
  r->data = realloc(r->data, r->cap_bytes);
  if (!r->data) abort();
}

// Writes the digits before `end` and answers where they begin.
static char *digits_before(char *end, uint64_t number) {
  do *--end = (char)('0' + number % 10);
  while (number /= 10);
  return end;
}

void resp_begin(struct resp *r) {
  r->end = 0;
  r->n_args = 0;
  reserve(r, RESP_HEAD_BYTES);
  r->end = RESP_HEAD_BYTES;
}

uint8_t *resp_space(struct resp *r, size_t size_bytes) {
  reserve(r, size_bytes + LENGTH_BYTES);
  char length[24], *end = length + sizeof length, *first = digits_before(end, size_bytes);
  char *to = r->data + r->end;
  *to++ = '$';
  memcpy(to, first, (size_t)(end - first));
  to += end - first;
  memcpy(to, "\r\n", 2);
  to += 2;
  memcpy(to + size_bytes, "\r\n", 2);
  r->end = (size_t)(to + size_bytes + 2 - r->data);
  r->n_args++;
  return (uint8_t *)to;
}

void resp_arg(struct resp *r, const void *data, size_t size_bytes) {
  uint8_t *to = resp_space(r, size_bytes);
  if (size_bytes) memcpy(to, data, size_bytes);
}

void resp_text(struct resp *r, const char *text) {
  resp_arg(r, text, strlen(text));
}

void resp_number(struct resp *r, int64_t number) {
  char text[24], *end = text + sizeof text;
  char *first = digits_before(end, number < 0 ? 0 - (uint64_t)number : (uint64_t)number);
  if (number < 0) *--first = '-';
  resp_arg(r, first, (size_t)(end - first));
}

void resp_key(struct resp *r, const char *area, const char *kind, const char *name, size_t name_bytes) {
  size_t area_bytes = strlen(area), kind_bytes = strlen(kind);
  uint8_t *to = resp_space(r, area_bytes + kind_bytes + name_bytes + 3);
  *to++ = '{';
  memcpy(to, area, area_bytes);
  to += area_bytes;
  memcpy(to, "}:", 2);
  memcpy(to + 2, kind, kind_bytes);
  memcpy(to + 2 + kind_bytes, name, name_bytes);
}

const char *resp_end(struct resp *r, size_t *size_bytes) {
  char *end = r->data + RESP_HEAD_BYTES;
  memcpy(end - 2, "\r\n", 2);
  char *start = digits_before(end - 2, r->n_args);
  *--start = '*';
  *size_bytes = (size_t)(r->data + r->end - start);
  return start;
}

void resp_free(struct resp *r) {
  free(r->data);
  *r = (struct resp){0};
}
