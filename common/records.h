// What was read to decide about one message.
//
// A record is a protobuf message under its area, its type and an id, with a version that counts its writes. An index
// is a sorted set of names.
//
// `needs` asks with records_want(); the runtime reads what is new and calls `needs` again, until it asks for nothing
// new. So it can follow a reference: want the appointment, and once that is there, the engagement that it names.
// `decide` looks at the same things with records_get(). The runtime commits only if none of them has changed since.
#pragma once
#include "arena.h"
#include "envelope.pb-c.h"
#include <stdbool.h>
#include <stdint.h>

struct record {
  const ProtobufCMessageDescriptor *type;
  const char *id;
  uint64_t version; // as read; 0: there is none
  const void *body; // of that type; NULL: there is none
  bool known;       // has been read (or was taken to be absent by records_want_absent)
  bool presumed;    // taken to be absent without reading; the commit checks it
  bool closed;      // what is confidential in it stays sealed
  bool for_access;  // wanted only to see how the actor stands to somebody (access.h)
  bool destroyed;   // it is about somebody whose records were destroyed: only rows that erase see it at all
  struct record *next;
};

// A part of an index: the members after `after`, at most `limit` of them, in byte order.
struct page {
  const char *index, *after;
  unsigned limit;
  char **members;
  size_t n_members;
  bool known, more; // more: there are further members
  struct page *next;
};

// What a part of the area's audit says of one subject: of the next `limit` entries of the stream behind the sequence
// `after`, those that name it, oldest first. Only a service whose account may read the audit (accounts.h) asks for it.
struct trail {
  const char *subject; // a CRN, or a mentor's id
  uint64_t after;
  unsigned limit;
  const AuditEntry **entries;
  size_t n_entries;
  uint64_t last;    // the sequence that the part ends with
  bool known, more; // more: the stream goes on behind it
  struct trail *next;
};

// The answer of a named query of a read model (model.h); for services that keep one.
struct rows {
  const char *query;
  const void *parameters; // the message whose fields are the query's parameters
  const char **columns;
  size_t n_columns, n_rows;
  const char **values; // row by row; NULL where the database has NULL
  bool known;
  struct rows *next;
};

struct records {
  struct record *first, *last;  // in the order in which they were wanted
  struct record **table;        // the same by hash of type and id, open addressing; size_table is a power of two
  size_t n_records, size_table; // invariant: n_records <= size_table / 2
  struct page *pages;
  struct trail *trails;
  struct rows *rows;
  struct arena *arena;
  unsigned n_unknown; // wanted and not read yet
  bool certain;       // nothing is presumed absent: a commit has shown that something was there
};

void records_init(struct records *rs, struct arena *arena);
// The same records, pages and trails wanted, as if nothing of it were there.
void records_init_absent(struct records *rs, const struct records *wanted);

// The record, or NULL when there is none or it has not been read yet. `id` may be NULL or empty: then NULL.
const void *records_want(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
// As records_want(), for a decision that needs nothing confidential of the record: that part is not opened, so that
// nobody sees what they do not need (and it is quicker). Such a record cannot be written. A row wants a record in one
// way only.
const void *records_want_closed(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
// As records_want(), for one that is most likely not there yet: it is not read, and the commit checks. Where it was
// there after all, everything is read and decided again.
const void *records_want_absent(struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
// The page, or NULL when it has not been read yet.
const struct page *records_want_page(struct records *rs, const char *index, const char *after, unsigned limit);
// The part of the audit, or NULL when it has not been read yet.
const struct trail *records_want_trail(struct records *rs, const char *subject, uint64_t after, unsigned limit);
// The answer of a query, or NULL when it has not been asked yet. `parameters` is a message.
const struct rows *records_want_rows(struct records *rs, const char *query, const void *parameters);

// For `decide`. It is an error of ours (assert) to get what `needs` did not want.
const void *records_get(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
uint64_t records_version(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
// Whether the record is there although the destruction log names whose it is: a restored backup brought it back.
bool records_destroyed(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
const struct page *records_page(const struct records *rs, const char *index, const char *after);
const struct trail *records_trail(const struct records *rs, const char *subject, uint64_t after);
const struct rows *records_rows(const struct records *rs, const char *query);

// For the runtime: the entry itself, or NULL.
struct record *records_find(const struct records *rs, const ProtobufCMessageDescriptor *type, const char *id);
