#include "model.h"
#include "log.h"
#include "model_bind.h"
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
  ROWS_MAX = 10000,
  STATEMENTS_EACH = 4, // most statements under one name
};

extern const char common_model_schema_sql[], common_model_tables_sql[], common_model_cursor_get_sql[],
    common_model_cursor_set_sql[];

// What stands under one name: one statement, or a few that run after each other.
struct named {
  const char *name;
  int n;
  struct {
    sqlite3_stmt *statement;
    struct bind_plan plan;
  } each[STATEMENTS_EACH];
};

struct model {
  sqlite3 *db;
  sqlite3_stmt *cursor_get, *cursor_set;
  struct named *statements, *queries;
  size_t n_statements, n_queries;
  bool open; // a transaction is
};

static size_t count(const struct model_named *list) {
  size_t n = 0;
  while (list[n].name) n++;
  return n;
}

// A number for all of the SQL. A file that other SQL filled is of no use: it is made anew from the events.
static int version_of(const struct model_sql *sql) {
  crypto_generichash_state state;
  uint8_t hash[crypto_generichash_BYTES_MIN];
  crypto_generichash_init(&state, NULL, 0, sizeof hash);
  crypto_generichash_update(&state, (const uint8_t *)sql->schema, strlen(sql->schema));
  for (const struct model_named *s = sql->statements; s->name; s++)
    crypto_generichash_update(&state, (const uint8_t *)s->sql, strlen(s->sql));
  crypto_generichash_final(&state, hash, sizeof hash);
  return ((hash[0] & 0x7f) << 24 | hash[1] << 16 | hash[2] << 8 | hash[3]) | 1;
}

static int file_version(sqlite3 *db) {
  sqlite3_stmt *s = NULL;
  int version = -1;
  if (sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
    version = sqlite3_column_int(s, 0);
  sqlite3_finalize(s);
  return version;
}

static void remove_file(const char *path) {
  static const char *const suffixes[] = {"", "-wal", "-shm"};
  char name[512];
  for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
    snprintf(name, sizeof name, "%s%s", path, suffixes[i]);
    unlink(name);
  }
}

// The file, ready for the tables: of that version, or new.
static sqlite3 *open_file(const char *path, int version) {
  sqlite3 *db = NULL;
  if (sqlite3_open(path, &db) == SQLITE_OK && file_version(db) == version) return db;
  sqlite3_close(db);
  db = NULL;
  remove_file(path);
  if (sqlite3_open(path, &db) == SQLITE_OK) return db;
  sqlite3_close(db);
  return NULL;
}

// With synchronous=NORMAL a power cut may take the last transactions, but never half of one; the cursor goes back with
// them, and they are read from the events again. A checkpoint waits for the disk, so it comes every 16 MB, not every 4.
static bool prepare_file(sqlite3 *db, const char *schema, int version) {
  char pragmas[192];
  snprintf(pragmas, sizeof pragmas,
           "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -4096; "
           "PRAGMA wal_autocheckpoint = 4000; PRAGMA user_version = %d",
           version);
  return sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_exec(db, common_model_schema_sql, NULL, NULL, NULL) == SQLITE_OK &&
         sqlite3_exec(db, schema, NULL, NULL, NULL) == SQLITE_OK;
}

static bool prepare_named(sqlite3 *db, struct named *out, const struct model_named *from) {
  out->name = from->name;
  for (const char *sql = from->sql; *sql;) {
    sqlite3_stmt *s = NULL;
    if (out->n == STATEMENTS_EACH) return false;
    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, &sql) != SQLITE_OK) return false;
    if (s) out->each[out->n++].statement = s;
  }
  return true;
}

static struct named *prepare_all(sqlite3 *db, const struct model_named *list, size_t *n, const char **failed) {
  struct named *all = calloc(count(list) + 1, sizeof *all);
  // The first that fails ends it, so that SQLite's words about it are its last.
  for (*n = 0; list[*n].name && !*failed; (*n)++)
    if (!prepare_named(db, &all[*n], &list[*n])) *failed = list[*n].name;
  return all;
}

struct model *model_open(const char *path, const struct model_sql *sql, char *errors, size_t errors_bytes) {
  struct model *m = calloc(1, sizeof *m);
  const char *failed = NULL;
  int version = version_of(sql);
  m->db = open_file(path, version);
  if (m->db && prepare_file(m->db, sql->schema, version)) {
    m->statements = prepare_all(m->db, sql->statements, &m->n_statements, &failed);
    m->queries = prepare_all(m->db, sql->queries, &m->n_queries, &failed);
    if (!failed && sqlite3_prepare_v2(m->db, common_model_cursor_get_sql, -1, &m->cursor_get, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(m->db, common_model_cursor_set_sql, -1, &m->cursor_set, NULL) == SQLITE_OK)
      return m;
  }
  snprintf(errors, errors_bytes, "%s: %s%s%s", path, failed ? failed : "", failed ? ": " : "",
           m->db ? sqlite3_errmsg(m->db) : "cannot be opened");
  model_close(m);
  return NULL;
}

static void finalize_all(struct named *all, size_t n) {
  for (size_t i = 0; i < n; i++)
    for (int k = 0; k < all[i].n; k++) sqlite3_finalize(all[i].each[k].statement);
  free(all);
}

void model_close(struct model *m) {
  if (!m) return;
  finalize_all(m->statements, m->n_statements);
  finalize_all(m->queries, m->n_queries);
  sqlite3_finalize(m->cursor_get);
  sqlite3_finalize(m->cursor_set);
  sqlite3_close(m->db);
  free(m);
}

uint64_t model_cursor(struct model *m, const char *area) {
  sqlite3_bind_text(m->cursor_get, 1, area, -1, SQLITE_STATIC);
  uint64_t cursor = sqlite3_step(m->cursor_get) == SQLITE_ROW ? (uint64_t)sqlite3_column_int64(m->cursor_get, 0) : 0;
  sqlite3_reset(m->cursor_get);
  return cursor;
}

static bool execute(struct model *m, const char *sql) {
  return sqlite3_exec(m->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

bool model_begin(struct model *m) {
  if (m->open) execute(m, "ROLLBACK"); // what failed before counts for nothing
  m->open = execute(m, "BEGIN");
  return m->open;
}

bool model_end(struct model *m, const char *area, uint64_t cursor) {
  sqlite3_bind_text(m->cursor_set, 1, area, -1, SQLITE_STATIC);
  sqlite3_bind_int64(m->cursor_set, 2, (sqlite3_int64)cursor);
  bool done = sqlite3_step(m->cursor_set) == SQLITE_DONE;
  sqlite3_reset(m->cursor_set);
  if (!done || !execute(m, "COMMIT")) return false;
  m->open = false;
  return true;
}

static struct named *find(struct named *all, size_t n, const char *name) {
  for (size_t i = 0; i < n; i++)
    if (strcmp(all[i].name, name) == 0) return &all[i];
  return NULL;
}

static bool plan(struct named *named, int k, const ProtobufCMessageDescriptor *type) {
  const char *unknown;
  if (named->each[k].plan.type == type) return true;
  if (bind_plan_make(&named->each[k].plan, named->each[k].statement, type, &unknown)) return true;
  log_line(LOG_ERROR, "sql_parameter_unknown", "statement", named->name, "parameter", unknown, NULL);
  return false;
}

bool model_project(struct model *m, const char *statement, const char *area, uint64_t sequence, int64_t at_ms,
                   const ProtobufCMessage *event) {
  struct named *named = find(m->statements, m->n_statements, statement);
  if (!named) return false;
  for (int k = 0; k < named->n; k++) {
    sqlite3_stmt *s = named->each[k].statement;
    if (!plan(named, k, event->descriptor)) return false;
    bind_all(&named->each[k].plan, s, event, &(struct bind_context){area, sequence, at_ms});
    bool done = sqlite3_step(s) == SQLITE_DONE;
    if (!done) log_line(LOG_ERROR, "sql_failed", "statement", statement, "why", sqlite3_errmsg(m->db), NULL);
    sqlite3_reset(s);
    if (!done) return false;
  }
  return true;
}

static void take_columns(struct rows *rows, sqlite3_stmt *s, struct arena *arena) {
  rows->n_columns = (size_t)sqlite3_column_count(s);
  rows->columns = arena_take(arena, (rows->n_columns + 1) * sizeof *rows->columns);
  for (size_t c = 0; c < rows->n_columns; c++) rows->columns[c] = arena_text(arena, sqlite3_column_name(s, (int)c));
}

static void take_row(struct rows *rows, size_t *room, sqlite3_stmt *s, struct arena *arena) {
  if (rows->n_rows == *room) {
    *room = *room ? *room * 2 : 64;
    const char **more = arena_take(arena, *room * (rows->n_columns + 1) * sizeof *more);
    if (rows->n_rows) memcpy(more, rows->values, rows->n_rows * rows->n_columns * sizeof *more);
    rows->values = more;
  }
  for (size_t c = 0; c < rows->n_columns; c++) {
    const char *text = (const char *)sqlite3_column_text(s, (int)c);
    rows->values[rows->n_rows * rows->n_columns + c] = text ? arena_text(arena, text) : NULL;
  }
  rows->n_rows++;
}

bool model_query(struct model *m, const char *area, struct rows *rows, struct arena *arena) {
  struct named *named = find(m->queries, m->n_queries, rows->query);
  const ProtobufCMessage *parameters = rows->parameters;
  if (!named || named->n != 1 || !plan(named, 0, parameters->descriptor)) return false;
  sqlite3_stmt *s = named->each[0].statement;
  bind_all(&named->each[0].plan, s, parameters, &(struct bind_context){.area = area});
  take_columns(rows, s, arena);
  size_t room = 0;
  int result;
  while ((result = sqlite3_step(s)) == SQLITE_ROW && rows->n_rows < ROWS_MAX) take_row(rows, &room, s, arena);
  if (result != SQLITE_DONE && result != SQLITE_ROW)
    log_line(LOG_ERROR, "sql_failed", "query", rows->query, "why", sqlite3_errmsg(m->db), NULL);
  sqlite3_reset(s);
  return result == SQLITE_DONE || result == SQLITE_ROW;
}

bool model_clear(struct model *m) {
  if (m->open) execute(m, "ROLLBACK");
  m->open = false;
  sqlite3_stmt *tables = NULL;
  bool done = execute(m, "BEGIN") && sqlite3_prepare_v2(m->db, common_model_tables_sql, -1, &tables, NULL) == SQLITE_OK;
  while (done && sqlite3_step(tables) == SQLITE_ROW) {
    char *sql = sqlite3_mprintf("DELETE FROM \"%w\"", sqlite3_column_text(tables, 0));
    done = execute(m, sql);
    sqlite3_free(sql);
  }
  sqlite3_finalize(tables);
  return execute(m, done ? "COMMIT" : "ROLLBACK") && done;
}
