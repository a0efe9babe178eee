#include "import_rows.h"
#include "text.h"
#include <ctype.h>
#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
  COLUMNS_MOST = 64,
  ROWS_MOST = 1000000
};
#define FILE_BYTES_MOST ((size_t)64 << 20)
#define ARENA_BYTES ((size_t)4 << 30)

// --- faults

__attribute__((format(printf, 3, 4))) static bool file_fault(const struct import_file *f, unsigned line,
                                                             const char *format, ...) {
  va_list args;
  fprintf(stderr, "%s:", f->name);
  if (line) fprintf(stderr, "%u:", line);
  fputc(' ', stderr);
  va_start(args, format);
  vfprintf(stderr, format, args);
  va_end(args);
  fputc('\n', stderr);
  return false;
}

static void mark_bad(struct import_file *f, struct import_row *row) {
  if (!row->bad) f->n_bad++;
  row->bad = true;
}

// Whether the pointer "/personal/givenName" is that of the path "personal.given_name" or of something in it; for a
// column that is no field, its name.
static bool points_to(const char *pointer, const struct import_column *column) {
  const char *path = column->path ? column->path : column->name;
  if (*pointer++ != '/') return false;
  for (; *path; path++, pointer++) {
    bool hump = *path == '_';
    char want = *path == '.' ? '/' : hump ? (char)toupper((unsigned char)*++path) : *path;
    if (*pointer != want) return false;
  }
  return !*pointer || *pointer == '/';
}

static size_t column_of(const struct import_file *f, const char *pointer) {
  size_t i = 0;
  while (i < f->n_columns && !points_to(pointer, f->columns[i])) i++;
  return i;
}

// A column that there could be, and that the file lacks. NULL: the pointer is of no column.
static const char *lacking(const struct import_file *f, const char *pointer) {
  const struct import_column *c = f->kind->columns;
  while (c->name && !points_to(pointer, c)) c++;
  return c->name;
}

void import_fault(struct import_file *f, struct import_row *row, const char *pointer, const char *why) {
  size_t i = pointer ? column_of(f, pointer) : f->n_columns;
  mark_bad(f, row);
  if (i < f->n_columns)
    file_fault(f, row->line, "column %s: \"%s\": %s", f->columns[i]->name, row->values[i], why);
  else if (pointer && lacking(f, pointer))
    file_fault(f, row->line, "column %s, which this file lacks: %s", lacking(f, pointer), why);
  else
    file_fault(f, row->line, "%s%s%s", pointer ? pointer : "", pointer ? ": " : "", why);
}

void import_refused(struct import_file *f, struct import_row *row, int status, const char *problem) {
  json_t *read = json_loads(problem ? problem : "", 0, NULL), *errors = json_object_get(read, "errors"), *error;
  const char *detail = json_string_value(json_object_get(read, "detail"));
  size_t i;
  json_array_foreach(errors, i, error) {
    const char *pointer = json_string_value(json_object_get(error, "pointer"));
    const char *why = json_string_value(json_object_get(error, "detail"));
    import_fault(f, row, pointer && *pointer ? pointer : NULL, why ? why : "");
  }
  if (!json_array_size(errors))
    import_fault(f, row, NULL,
                 detail ? detail : arena_printf(&f->arena, "the gateway refused it with status %d", status));
  json_decref(read);
}

const char *import_value(const struct import_file *f, const struct import_row *row, const char *column) {
  for (size_t i = 0; i < f->n_columns; i++)
    if (!strcmp(f->columns[i]->name, column)) return row->values[i];
  return "";
}

// --- the head

static const struct import_column *column_named(const struct import_kind *kind, const char *name) {
  for (const struct import_column *c = kind->columns; c->name; c++)
    if (!strcasecmp(c->name, name)) return c;
  return NULL;
}

static char *names_of(struct arena *a, const struct import_kind *kind) {
  char *names = arena_text(a, "");
  for (const struct import_column *c = kind->columns; c->name; c++)
    names = arena_printf(a, "%s%s%s", names, *names ? ", " : "", c->name);
  return names;
}

// The first line as names, without spaces around them.
static void trim(char **values, size_t n) {
  for (size_t i = 0; i < n; i++) {
    size_t length;
    while (isspace((unsigned char)*values[i])) values[i]++;
    for (length = strlen(values[i]); length && isspace((unsigned char)values[i][length - 1]); length--)
      values[i][length - 1] = 0;
  }
}

static bool find_kind(struct import_file *f, const struct csv_record *head) {
  for (f->kind = import_kinds; f->kind->name; f->kind++)
    for (size_t i = 0; i < head->n_values; i++)
      if (!strcasecmp(head->values[i], f->kind->tell)) return true;
  f->kind = NULL;
  return file_fault(f, head->line,
                    "the first line must name the columns; people have a column practitioner, mentors a column "
                    "supervisor, appointments a column starts_at");
}

static bool is_twice(const struct import_file *f, const struct import_column *c) {
  for (size_t i = 0; i < f->n_columns; i++)
    if (f->columns[i] == c) return true;
  return false;
}

static bool take_column(struct import_file *f, const struct csv_record *head, const char *name) {
  const struct import_column *c = column_named(f->kind, name);
  if (!c)
    return file_fault(f, head->line, "there is no column \"%s\" for %s; they have: %s", name, f->kind->name,
                      names_of(&f->arena, f->kind));
  if (is_twice(f, c)) return file_fault(f, head->line, "the column %s is there twice: leave one out", c->name);
  f->columns[f->n_columns++] = c;
  return true;
}

static bool has_required(const struct import_file *f, unsigned line) {
  bool fine = true;
  for (const struct import_column *c = f->kind->columns; c->name; c++)
    if (c->required && !is_twice(f, c)) fine = file_fault(f, line, "the column %s is missing", c->name);
  return fine;
}

static bool read_head(struct import_file *f, struct csv *csv) {
  struct csv_record head;
  bool fine = true;
  if (!csv_next(csv, &f->arena, &head)) return file_fault(f, csv->line, "%s", csv->fault ? csv->fault : "it is empty");
  trim(head.values, head.n_values);
  if (head.n_values > COLUMNS_MOST) return file_fault(f, head.line, "more than %d columns", COLUMNS_MOST);
  if (!find_kind(f, &head)) return false;
  f->columns = arena_take(&f->arena, head.n_values * sizeof *f->columns);
  for (size_t i = 0; i < head.n_values; i++) fine &= take_column(f, &head, head.values[i]);
  return fine && has_required(f, head.line);
}

// --- rows

static void read_row(struct import_file *f, const struct csv_record *record) {
  struct import_row *row = &f->rows[f->n_rows++];
  *row = (struct import_row){.line = record->line, .values = record->values};
  if (record->n_values != f->n_columns) {
    mark_bad(f, row);
    file_fault(f, record->line, "%zu values, and the first line names %zu columns: put a value with commas in quotes",
               record->n_values, f->n_columns);
    return;
  }
  trim(row->values, record->n_values);
  row->message = arena_take(&f->arena, f->kind->type->sizeof_message);
  protobuf_c_message_init(f->kind->type, row->message);
  for (size_t i = 0; i < f->n_columns; i++) {
    const char *fault = import_set(f, row->message, f->columns[i], row->values[i]);
    if (!fault) continue;
    mark_bad(f, row);
    file_fault(f, row->line, "column %s: \"%s\": %s", f->columns[i]->name, row->values[i], fault);
  }
  f->kind->finish(f, row);
}

static bool read_rows(struct import_file *f, struct csv *csv, size_t most) {
  struct csv_record record;
  f->rows = calloc(most, sizeof *f->rows);
  if (!f->rows) abort();
  while (csv_next(csv, &f->arena, &record)) read_row(f, &record);
  return !csv->fault || file_fault(f, csv->line, "%s", csv->fault);
}

static int by_key(const void *one, const void *other) {
  const struct import_row *a = *(struct import_row *const *)one, *b = *(struct import_row *const *)other;
  int order = strcmp(a->key, b->key);
  return order ? order : a->line < b->line ? -1 : 1;
}

// Of rows with the same key all but the first are at fault.
static void find_doubles(struct import_file *f) {
  struct import_row **sorted = arena_take(&f->arena, (f->n_rows + 1) * sizeof *sorted), *first = NULL;
  size_t n = 0;
  for (size_t i = 0; i < f->n_rows; i++)
    if (f->rows[i].key) sorted[n++] = &f->rows[i];
  qsort(sorted, n, sizeof *sorted, by_key);
  for (size_t i = 0; i < n; i++) {
    if (first && !strcmp(first->key, sorted[i]->key))
      import_fault(f, sorted[i], NULL,
                   arena_printf(&f->arena, "line %u has the same %s: leave one of them out", first->line,
                                strcmp(f->kind->name, "people") ? "id or reference" : "crn"));
    else
      first = sorted[i];
  }
}

// --- the file

// The whole file, which the caller frees; NULL: reported.
static char *slurp(const struct import_file *f, const char *path, size_t *size_bytes) {
  FILE *file = fopen(path, "rb");
  char *text = NULL;
  size_t cap = 1 << 16, n;
  if (!file) {
    file_fault(f, 0, "%m");
    return NULL;
  }
  for (*size_bytes = 0; *size_bytes <= FILE_BYTES_MOST; cap *= 2) {
    text = realloc(text, cap);
    if (!text) abort();
    n = fread(text + *size_bytes, 1, cap - *size_bytes, file);
    *size_bytes += n;
    if (*size_bytes < cap) break;
  }
  bool fine = !ferror(file) && *size_bytes <= FILE_BYTES_MOST;
  fclose(file);
  if (fine) return text;
  file_fault(f, 0, "it cannot be read, or is larger than %zu MB: cut it in parts", FILE_BYTES_MOST >> 20);
  free(text);
  return NULL;
}

// Every line must be UTF-8, so that the fault can name it. The answer is the number of lines, 0 where one is not.
static size_t check_text(const struct import_file *f, const char *text, size_t size_bytes) {
  unsigned line = 1;
  for (const char *at = text, *end = text + size_bytes, *next; at < end; at = next, line++) {
    next = memchr(at, '\n', (size_t)(end - at));
    next = next ? next + 1 : end;
    if (text_is_utf8(at, (size_t)(next - at)) && !memchr(at, 0, (size_t)(next - at))) continue;
    file_fault(f, line, "it is not UTF-8: save the file as \"CSV UTF-8\"");
    return 0;
  }
  return line;
}

bool import_file_read(struct import_file *f, const char *path, const char *area, const char *time_zone) {
  *f = (struct import_file){.name = path, .area = area, .time_zone = time_zone};
  arena_init(&f->arena, ARENA_BYTES);
  size_t size_bytes, lines;
  char *text = slurp(f, path, &size_bytes);
  if (!text) return false;
  struct csv csv;
  csv_init(&csv, text, size_bytes);
  lines = check_text(f, text, size_bytes);
  bool fine = lines && (lines <= ROWS_MOST || file_fault(f, 0, "more than %d rows: cut it in parts", ROWS_MOST)) &&
              read_head(f, &csv) && read_rows(f, &csv, lines);
  if (fine) find_doubles(f);
  free(text);
  return fine;
}

void import_file_free(struct import_file *f) {
  free(f->rows);
  arena_deinit(&f->arena);
}
