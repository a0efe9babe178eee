// A CSV file as messages: which kind of file it is, its columns, and its rows, each with what was wrong with it.
#pragma once
#include "arena.h"
#include "csv.h"
#include "intake.pb-c.h"
#include <stdint.h>

struct import_file;
struct import_row;

enum import_form {
  FORM_BY_TYPE,   // as the field's type has it
  FORM_END_OF_DAY // a moment that may be given as a day: then that day's end
};
struct import_column {
  const char *name;
  const char *path; // of the field: "personal.telephone"; NULL: kept for the kind's `finish`
  bool required;
  bool (*is)(const char *text); // NULL: anything of the field's type
  const char *want;             // what it must be, and what to do, where `is` says no
  enum import_form form;
};
struct import_kind {
  const char *name; // as in the path: "people"
  const char *tell; // the column by which a file of this kind is known
  const ProtobufCMessageDescriptor *type;
  const struct import_column *columns; // one without a name ends them
  // What needs several columns. Reports faults itself.
  void (*finish)(struct import_file *f, struct import_row *row);
};
extern const struct import_kind import_kinds[]; // one without a name ends them

struct import_row {
  unsigned line;
  char **values; // by the file's columns
  ProtobufCMessage *message;
  const char *key; // what no other row may have; NULL: not known
  bool bad;        // a fault was reported
  // Of an appointment:
  const char *crn, *pathway, *purpose;
  struct import_opening *opening; // of its engagement, where that is not open yet; else NULL
};
// An engagement that must be opened before appointments on it can be made.
struct import_opening {
  Engagement *engagement;
  struct import_row *row; // the first that needs it: its faults are told there
  bool bad, needed;
};
struct import_file {
  const char *name; // as in faults
  const char *area;
  const char *time_zone; // NULL: not known here
  const struct import_kind *kind;
  const struct import_column **columns; // of the file, in its order
  size_t n_columns;
  struct import_row *rows;
  size_t n_rows, n_bad;
  struct arena arena; // holds all of the above
};

// Reads the file at `path` and reports every fault in it on standard error. False: it cannot be read as a whole, which
// has been reported too. import_file_free() in either case.
bool import_file_read(struct import_file *f, const char *path, const char *area, const char *time_zone);
void import_file_free(struct import_file *f);

// Reports a fault of a row, and marks it as bad. `pointer`: a JSON pointer as the gateway gives it, or NULL.
void import_fault(struct import_file *f, struct import_row *row, const char *pointer, const char *why);
// Reports all that a refusal (problem details) says.
void import_refused(struct import_file *f, struct import_row *row, int status, const char *problem);

// Sets the column's field. NULL, or what is wrong with the text.
const char *import_set(struct import_file *f, ProtobufCMessage *m, const struct import_column *column,
                       const char *text);
// What the row has in the column of that name; "" where the file has no such column.
const char *import_value(const struct import_file *f, const struct import_row *row, const char *column);
// A UUID that follows from the area, the kind and a reference of the sender's.
char *import_id(struct import_file *f, const char *kind, const char *reference);
