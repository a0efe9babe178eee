#include "csv.h"
#include <string.h>

void csv_init(struct csv *c, const char *text, size_t size_bytes) {
  *c = (struct csv){.at = text, .end = text + size_bytes, .line = 1};
  if (size_bytes >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) c->at += 3;
}

static bool ends_line(const struct csv *c, const char *at) {
  return at == c->end || *at == '\n' || (*at == '\r' && (at + 1 == c->end || at[1] == '\n'));
}

static char *fail(struct csv *c, const char *fault) {
  c->fault = fault;
  return NULL;
}

// The quote that closes the value which begins at `at`; NULL: there is none.
static const char *closing(const struct csv *c) {
  for (const char *at = c->at + 1; at < c->end; at++) {
    if (*at != '"') continue;
    if (at + 1 == c->end || at[1] != '"') return at;
    at++;
  }
  return NULL;
}

// What stands between quotes; "" is one of them.
static char *read_quoted(struct csv *c, struct arena *a) {
  const char *close = closing(c);
  if (!close) return fail(c, "a quote is not closed: put a \" behind the value, or double those within it");
  char *value = arena_take(a, (size_t)(close - c->at)), *out = value;
  for (c->at++; c->at < close; c->at++) {
    if (*c->at == '"') c->at++;
    if (*c->at == '\n') c->line++;
    *out++ = *c->at;
  }
  c->at++;
  if (!ends_line(c, c->at) && *c->at != ',')
    return fail(c, "something follows a closing quote: double the quotes within a value");
  return value;
}

static char *read_plain(struct csv *c, struct arena *a) {
  const char *from = c->at;
  for (; !ends_line(c, c->at) && *c->at != ','; c->at++)
    if (*c->at == '"') return fail(c, "a quote within a value: put the whole value in quotes and double it");
  char *value = arena_take(a, (size_t)(c->at - from) + 1);
  memcpy(value, from, (size_t)(c->at - from));
  return value;
}

static void skip_line_end(struct csv *c) {
  if (c->at < c->end && *c->at == '\r') c->at++;
  if (c->at == c->end) return;
  c->at++;
  c->line++;
}

// At least as many as there are values: commas, within quotes or not, up to the line's end, and one.
static size_t most_values(const struct csv *c) {
  size_t n = 2;
  bool quoted = false;
  for (const char *at = c->at; at < c->end && (quoted || *at != '\n'); at++) {
    quoted ^= *at == '"';
    n += *at == ',';
  }
  return n;
}

bool csv_next(struct csv *c, struct arena *a, struct csv_record *record) {
  while (c->at < c->end && ends_line(c, c->at)) skip_line_end(c);
  if (c->at == c->end || c->fault) return false;
  *record = (struct csv_record){.line = c->line, .values = arena_take(a, most_values(c) * sizeof(char *))};
  for (;;) {
    char *value = c->at < c->end && *c->at == '"' ? read_quoted(c, a) : read_plain(c, a);
    if (!value) return false;
    record->values[record->n_values++] = value;
    if (ends_line(c, c->at)) break;
    c->at++; // the comma
  }
  skip_line_end(c);
  return true;
}
