#include "door.h"
#include "operator.h"
#include "reporting.pb-c.h"
#include "text.h"
#include <curl/curl.h>
#include <stdio.h>
#include <string.h>

const struct option_spec report_options[] = {
    {"area", "AREA", "which area"},
    {"from", "DAY", "first day, such as 2026-03-02"},
    {"to", "DAY", "last day"},
    {"by", "WHAT", "week, pathway or practitioner (week)"},
    {"pathway", "NAME", "only this pathway"},
    {"practitioner", "CODE", "only this practitioner"},
    {"format", "FORMAT", "table, csv or json (table)"},
    {0},
};

enum {
  COLUMNS_MOST = 64
};

// --- the path

static void add_parameter(struct buffer *path, const char *name, const char *value) {
  char *escaped = value ? curl_easy_escape(NULL, value, 0) : NULL;
  if (!escaped) return;
  buffer_printf(path, "%s%s=%s", strchr(path->data, '?') ? "&" : "?", name, escaped);
  curl_free(escaped);
}

static void write_path(struct buffer *path, const struct arguments *a, const char *area, bool csv) {
  static const char *const narrowing[] = {"from", "to", "by", "pathway", "practitioner"};
  char *name = curl_easy_escape(NULL, a->positional[0], 0);
  buffer_printf(path, "/v1/areas/%s/reports/%s", area, name ? name : "");
  curl_free(name);
  for (size_t i = 0; i < sizeof narrowing / sizeof *narrowing; i++)
    add_parameter(path, narrowing[i], argument(a, narrowing[i], NULL));
  add_parameter(path, "format", csv ? "csv" : "json");
}

// --- the table

// Characters, not bytes: headings may be in Welsh.
static int width(const char *text) {
  int n = 0;
  for (; *text; text++) n += (*text & 0xc0) != 0x80;
  return n;
}

static bool is_text(const ReportColumn *c) {
  return !strcmp(c->unit, "text") || !strcmp(c->unit, "week");
}

static const char *value_at(const ReportRow *row, size_t i) {
  return i < row->n_values ? row->values[i] : "";
}

// A heading is cut into words below each other where its column is narrow; so the longest word is what counts.
static int longest_word(const char *text) {
  int longest = 0;
  while (*text) {
    size_t length = strcspn(text, " ");
    char word[64];
    snprintf(word, sizeof word, "%.*s", (int)length, text);
    if (width(word) > longest) longest = width(word);
    text += length + (text[length] == ' ');
  }
  return longest;
}

// Numbers stand to the right; the line ends behind the last column.
static void print_cell(const char *text, int wide, bool left, bool last) {
  int pad = wide > width(text) ? wide - width(text) : 0;
  printf("%*s%s%*s%s", left ? 0 : pad, "", text, left && !last ? pad : 0, "", last ? "\n" : "  ");
}

// As many words of `*rest` as fit in the column, at least one; `*rest` moves behind them.
static void next_line(const char **rest, int wide, char *out, size_t size_bytes) {
  *out = 0;
  while (**rest) {
    size_t length = strcspn(*rest, " "), used = strlen(out);
    if (used && width(out) + 1 + (int)length > wide) break;
    snprintf(out + used, size_bytes - used, "%s%.*s", used ? " " : "", (int)length, *rest);
    *rest += length;
    while (**rest == ' ') (*rest)++;
  }
}

static void print_headings(const Report *r, const int *widths, size_t n) {
  const char *rest[COLUMNS_MOST];
  bool more = true;
  for (size_t i = 0; i < n; i++) rest[i] = r->columns[i]->title;
  while (more) {
    more = false;
    for (size_t i = 0; i < n; i++) {
      char line[256];
      next_line(&rest[i], widths[i], line, sizeof line);
      print_cell(line, widths[i], is_text(r->columns[i]), i + 1 == n);
      more |= *rest[i] != 0;
    }
  }
}

static void print_table(const Report *r) {
  int widths[COLUMNS_MOST];
  size_t n = r->n_columns < COLUMNS_MOST ? r->n_columns : COLUMNS_MOST;
  for (size_t i = 0; i < n; i++) {
    widths[i] = longest_word(r->columns[i]->title);
    for (size_t row = 0; row < r->n_rows; row++)
      if (width(value_at(r->rows[row], i)) > widths[i]) widths[i] = width(value_at(r->rows[row], i));
  }
  print_headings(r, widths, n);
  for (size_t row = 0; row < r->n_rows; row++)
    for (size_t i = 0; i < n; i++) print_cell(value_at(r->rows[row], i), widths[i], is_text(r->columns[i]), i + 1 == n);
}

static bool print_answer(const struct buffer *answer, bool table) {
  struct arena arena;
  void *report = NULL;
  if (!table) return fwrite(answer->data, 1, answer->size_bytes, stdout) == answer->size_bytes && putchar('\n') != EOF;
  arena_init(&arena, ARENA_CAP_BYTES);
  struct err e = json_read(&arena, &report__descriptor, answer->data, answer->size_bytes, &report);
  if (err_is(e))
    fprintf(stderr, "alongside report: the answer is not a report: %s\n", e.why);
  else
    print_table(report);
  arena_deinit(&arena);
  return !err_is(e);
}

// --- the command

static bool print_report(struct door *d, const struct arguments *a, const char *area, const char *format) {
  struct buffer path = {0}, answer = {0};
  write_path(&path, a, area, !strcmp(format, "csv"));
  int status = door_get(d, path.data, &answer);
  if (status && status != 200) door_complain(status, &answer);
  while (answer.size_bytes && strchr("\r\n", answer.data[answer.size_bytes - 1])) answer.size_bytes--;
  bool fine = status == 200 && print_answer(&answer, !strcmp(format, "table"));
  buffer_free(&path);
  buffer_free(&answer);
  return fine;
}

static int complain(const char *what) {
  fprintf(stderr, "alongside report: %s\n", what);
  return 2;
}

int report_run(int argc, char **argv) {
  struct arguments a;
  if (!arguments_read(&a, report_options, argc, argv)) return 2;
  const char *area = argument(&a, "area", ""), *format = argument(&a, "format", "table");
  if (a.n_positional != 1) return complain("name one report: attendance, reminders, mentors, fairness or greetings");
  if (!text_is_area(area)) return complain("name the area with --area");
  if (strcmp(format, "table") && strcmp(format, "csv") && strcmp(format, "json"))
    return complain("--format must be table, csv or json");
  struct door *d = door_open();
  if (!d) return 1;
  bool fine = print_report(d, &a, area, format);
  door_close(d);
  return fine ? 0 : 1;
}
