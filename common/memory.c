#include "memory.h"
#include "table.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct kept_record {
  char *name; // the key
  uint8_t *data;
  size_t size_bytes;
};
struct member {
  char *name;
  int64_t score;
};
struct set {
  char *name; // "{area}:index:..." or "{area}:timers:..."
  struct table members;
};
struct entry {
  uint64_t last;
  uint8_t *list;
  size_t size_bytes;
};
struct stream {
  char *name; // "{area}:events" or "{area}:audit"
  struct entry *entries;
  size_t n, cap;
  uint64_t last, batch; // the batch that wrote the newest entry
};
struct memory {
  struct table records, sets, streams;
  uint64_t batch;
};

enum {
  KEY_BYTES = 512
};

static void *take(size_t size_bytes) {
  void *memory = calloc(1, size_bytes ? size_bytes : 1);
  if (!memory) abort();
  return memory;
}

static const char *key_of(char key[KEY_BYTES], const char *area, const char *kind, const char *name) {
  int n = snprintf(key, KEY_BYTES, "{%s}:%s%s", area, kind, name);
  assert(n < KEY_BYTES);
  (void)n;
  return key;
}

struct memory *memory_new(void) {
  return take(sizeof(struct memory));
}

static void record_deinit(void *record) {
  free(((struct kept_record *)record)->data);
}
static void set_deinit(void *set) {
  table_free(&((struct set *)set)->members, NULL);
}

static void stream_deinit(void *thing) {
  struct stream *stream = thing;
  for (size_t i = 0; i < stream->n; i++) free(stream->entries[i].list);
  free(stream->entries);
}

void memory_free(struct memory *m) {
  if (!m) return;
  table_free(&m->records, record_deinit);
  table_free(&m->sets, set_deinit);
  table_free(&m->streams, stream_deinit);
  free(m);
}

// --- changes

struct bytes memory_record(const struct memory *m, const char *key) {
  const struct kept_record *kept = table_find(&m->records, key);
  return kept ? (struct bytes){kept->data, kept->size_bytes} : (struct bytes){NULL, 0};
}

void memory_each(const struct memory *m, memory_visit_fn *visit, void *context) {
  for (size_t i = 0; i < m->records.n; i++) {
    const struct kept_record *kept = (const struct kept_record *)m->records.items[i];
    visit(context, kept->name, (struct bytes){kept->data, kept->size_bytes});
  }
}

static uint64_t version_of(struct bytes value) {
  uint64_t version = 0;
  if (value.data) memcpy(&version, value.data, 8);
  return __builtin_bswap64(version);
}

static bool is_current(const struct memory *m, const struct store_change *change) {
  for (size_t i = 0; i < change->n_records; i++) {
    const struct store_record *r = &change->records[i];
    if (version_of(memory_record(m, r->key)) != r->seen_version) return false;
  }
  return true;
}

static void put_record(struct memory *m, const struct store_record *r) {
  struct kept_record *kept = table_need(&m->records, r->key, sizeof *kept);
  free(kept->data);
  kept->data = take(r->value.size_bytes);
  kept->size_bytes = r->value.size_bytes;
  memcpy(kept->data, r->value.data, r->value.size_bytes);
}

static void delete_record(struct memory *m, const char *key) {
  struct kept_record *kept = table_remove(&m->records, key);
  if (kept) free(kept->data);
  free(kept);
}

static void write_records(struct memory *m, const struct store_change *change) {
  for (size_t i = 0; i < change->n_records; i++) {
    const struct store_record *r = &change->records[i];
    if (r->then == STORE_PUT) put_record(m, r);
    if (r->then == STORE_DELETE) delete_record(m, r->key);
  }
}

static void write_score(struct memory *m, const char *key, const char *member, bool remove, int64_t score) {
  struct set *set = table_need(&m->sets, key, sizeof *set);
  if (remove)
    free(table_remove(&set->members, member));
  else
    ((struct member *)table_need(&set->members, member, sizeof(struct member)))->score = score;
}

static void write_scores(struct memory *m, const char *service, const struct store_change *change) {
  char key[KEY_BYTES];
  for (size_t i = 0; i < change->n_timers; i++) {
    const struct store_timer *t = &change->timers[i];
    write_score(m, key_of(key, change->area, "timers:", service), t->name, t->due_at_ms == 0, t->due_at_ms);
  }
  for (size_t i = 0; i < change->n_indexes; i++) {
    const struct store_index *x = &change->indexes[i];
    write_score(m, key_of(key, change->area, "index:", x->index), x->member, x->remove, 0);
  }
}

// The entry that the batch adds to the stream: its first message makes it.
static struct entry *entry_of(struct stream *stream, uint64_t batch) {
  if (stream->batch == batch) return &stream->entries[stream->n - 1];
  if (stream->n == stream->cap) {
    stream->cap = stream->cap ? 2 * stream->cap : 16;
    stream->entries = realloc(stream->entries, stream->cap * sizeof *stream->entries);
    if (!stream->entries) abort();
  }
  stream->batch = batch;
  stream->entries[stream->n] = (struct entry){0};
  return &stream->entries[stream->n++];
}

// Answers the sequence of the first message, 0 where there is none.
static uint64_t append(struct memory *m, const char *area, const char *name, struct bytes list, unsigned n) {
  if (n == 0) return 0;
  char key[KEY_BYTES];
  struct stream *stream = table_need(&m->streams, key_of(key, area, name, ""), sizeof *stream);
  struct entry *entry = entry_of(stream, m->batch);
  entry->list = realloc(entry->list, entry->size_bytes + list.size_bytes + 1);
  if (!entry->list) abort();
  if (list.size_bytes) memcpy(entry->list + entry->size_bytes, list.data, list.size_bytes);
  entry->size_bytes += list.size_bytes;
  entry->last = stream->last += n;
  return stream->last - n + 1;
}

void memory_commit(struct memory *m, const char *service, struct store_change *const *changes, size_t n,
                   enum store_result *results) {
  m->batch++;
  for (size_t i = 0; i < n; i++) {
    struct store_change *change = changes[i];
    change->first_sequence = 0;
    results[i] = is_current(m, change) ? STORE_DONE : STORE_CONFLICT;
    if (results[i] == STORE_CONFLICT) continue;
    write_records(m, change);
    write_scores(m, service, change);
    change->first_sequence = append(m, change->area, "events", change->events, change->n_events);
    append(m, change->area, "audit", change->audit, change->n_audit);
  }
}

// --- looking

// Copies of names; the pointers and the texts are one block of memory.
static char **copy_names(struct named *const *names, size_t n) {
  size_t bytes = n * sizeof(char *);
  for (size_t i = 0; i < n; i++) bytes += strlen(names[i]->name) + 1;
  char **copies = take(bytes), *to = (char *)(copies + n);
  for (size_t i = 0; i < n; i++) {
    size_t size_bytes = strlen(names[i]->name) + 1;
    copies[i] = memcpy(to, names[i]->name, size_bytes);
    to += size_bytes;
  }
  return copies;
}

static const struct table *members_of(const struct memory *m, const char *area, const char *kind, const char *name) {
  static const struct table none;
  char key[KEY_BYTES];
  const struct set *set = table_find(&m->sets, key_of(key, area, kind, name));
  return set ? &set->members : &none;
}

char **memory_page(const struct memory *m, const char *area, const char *index, const char *after, unsigned limit,
                   size_t *n) {
  const struct table *members = members_of(m, area, "index:", index);
  size_t first = after && *after ? table_place(members, after) : 0;
  if (after && *after && table_find(members, after)) first++;
  size_t left = members->n - first;
  *n = left < limit ? left : limit;
  struct named *none = NULL;
  assert(members->items || !*n);
  return copy_names(members->items ? members->items + first : &none, *n);
}

static int by_score(const void *one, const void *other) {
  const struct member *a = *(struct member *const *)one, *b = *(struct member *const *)other;
  if (a->score != b->score) return a->score < b->score ? -1 : 1;
  return strcmp(a->name, b->name);
}

char **memory_claim(struct memory *m, const char *area, const char *service, int64_t now_ms, int64_t lease_ms,
                    unsigned limit, size_t *n) {
  const struct table *timers = members_of(m, area, "timers:", service);
  struct named **due = take(timers->n * sizeof *due);
  size_t n_due = 0;
  for (size_t i = 0; i < timers->n; i++) {
    if (((struct member *)timers->items[i])->score <= now_ms) due[n_due++] = timers->items[i];
  }
  qsort(due, n_due, sizeof *due, by_score);
  *n = n_due < limit ? n_due : limit;
  for (size_t i = 0; i < *n; i++) ((struct member *)due[i])->score = now_ms + lease_ms;
  char **names = copy_names(due, *n);
  free(due);
  return names;
}

int64_t memory_next_timer(const struct memory *m, const char *area, const char *service) {
  const struct table *timers = members_of(m, area, "timers:", service);
  int64_t next = INT64_MAX;
  for (size_t i = 0; i < timers->n; i++) {
    int64_t score = ((struct member *)timers->items[i])->score;
    if (score < next) next = score;
  }
  return next;
}

struct store_entry *memory_entries(const struct memory *m, const char *area, const char *stream, uint64_t after,
                                   unsigned limit, size_t *n) {
  char key[KEY_BYTES];
  const struct stream *kept = table_find(&m->streams, key_of(key, area, stream, ""));
  size_t first = 0, bytes = 0;
  while (kept && first < kept->n && kept->entries[first].last <= after) first++;
  *n = kept && kept->n - first < limit ? kept->n - first : kept ? limit : 0;
  for (size_t i = 0; i < *n; i++) bytes += kept->entries[first + i].size_bytes;
  struct store_entry *entries = take(*n * sizeof *entries + bytes);
  uint8_t *to = (uint8_t *)(entries + *n);
  for (size_t i = 0; i < *n; i++) {
    const struct entry *entry = &kept->entries[first + i];
    memcpy(to, entry->list, entry->size_bytes);
    entries[i] = (struct store_entry){entry->last, {to, entry->size_bytes}};
    to += entry->size_bytes;
  }
  return entries;
}
