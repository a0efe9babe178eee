#include "csv.h"
#include "reporting.pb-c.h"
#include <assert.h>
#include <string.h>

// A number is never a formula: "-3" stays as it is.
static bool is_number(const char *text) {
  return *text && !text[strspn(text, "+-.0123456789")];
}
static bool is_formula(const char *text) {
  return *text && strchr("=+-@\t\r", *text) && !is_number(text);
}

static void write_quoted(struct buffer *out, const char *text) {
  for (const char *c = text; *c; c++) {
    if (*c == '"') buffer_text(out, "\"");
    buffer_add(out, c, 1);
  }
}

static void write_value(struct buffer *out, const char *text) {
  const char *quote = strpbrk(text, "\",\r\n") ? "\"" : "";
  buffer_text(out, quote);
  if (is_formula(text)) buffer_text(out, "'");
  write_quoted(out, text);
  buffer_text(out, quote);
}

void csv_write(struct buffer *out, const ProtobufCMessage *message) {
  assert(message->descriptor == &report__descriptor);
  const Report *report = (const Report *)message;
  for (size_t i = 0; i < report->n_columns; i++) {
    if (i) buffer_text(out, ",");
    write_value(out, report->columns[i]->title);
  }
  buffer_text(out, "\r\n");
  for (size_t row = 0; row < report->n_rows; row++) {
    for (size_t i = 0; i < report->rows[row]->n_values; i++) {
      if (i) buffer_text(out, ",");
      write_value(out, report->rows[row]->values[i]);
    }
    buffer_text(out, "\r\n");
  }
}
