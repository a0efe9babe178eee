// Growing text, declared in json.h. Out of memory aborts.
#include "json.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Makes room for that many more bytes and a NUL behind them.
static void reserve(struct buffer *b, size_t more_bytes) {
  if (b->cap_bytes - b->size_bytes > more_bytes) return;
  size_t cap_bytes = b->cap_bytes ? b->cap_bytes : 256;
  while (cap_bytes - b->size_bytes <= more_bytes) cap_bytes *= 2;
  b->data = realloc(b->data, cap_bytes);
  if (!b->data) abort();
  b->cap_bytes = cap_bytes;
}

void buffer_add(struct buffer *b, const void *data, size_t size_bytes) {
  reserve(b, size_bytes);
  if (size_bytes) memcpy(b->data + b->size_bytes, data, size_bytes);
  b->size_bytes += size_bytes;
  b->data[b->size_bytes] = 0;
}

void buffer_text(struct buffer *b, const char *text) {
  buffer_add(b, text, strlen(text));
}

void buffer_printf(struct buffer *b, const char *format, ...) {
  va_list arguments, again;
  va_start(arguments, format);
  va_copy(again, arguments);
  int length = vsnprintf(NULL, 0, format, arguments);
  va_end(arguments);
  if (length < 0) abort();
  reserve(b, (size_t)length);
  vsnprintf(b->data + b->size_bytes, (size_t)length + 1, format, again);
  va_end(again);
  b->size_bytes += (size_t)length;
}

void buffer_free(struct buffer *b) {
  free(b->data);
  *b = (struct buffer){0};
}
