#include "audit.h"
#include "destroyed.h"
#include "job.h"
#include "log.h"
#include "model.h"
#include <string.h>

static bool resolve_rows(struct job *j) {
  for (struct rows *r = j->rs.rows; r; r = r->next) {
    if (r->known) continue;
    if (!j->engine->model || !model_query(j->engine->model, j->m.area->id, r, &j->arena)) return false;
    r->known = true;
    j->rs.n_unknown--;
  }
  return true;
}

static bool is_destroyed(const struct job *j, const char *subject) {
  return destroyed_has(j->engine->keys->destroyed, j->m.area->id, subject);
}

// Whose a message is, where one of its own fields says so: a CRN, or the subject of a delivery.
static bool names_destroyed(const struct job *j, const ProtobufCMessage *m) {
  static const char *const fields[] = {"crn", "subject"};
  for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
    const ProtobufCFieldDescriptor *f = protobuf_c_message_descriptor_get_field_by_name(m->descriptor, fields[i]);
    if (f && f->type == PROTOBUF_C_TYPE_STRING && is_destroyed(j, *(char *const *)((const char *)m + f->offset)))
      return true;
  }
  return false;
}

// Whether the record is about somebody whose records were destroyed: by its id, by its own fields, or by those of what
// it holds (an earlier version holds a session, a delivery what was asked for).
static bool of_destroyed(const struct job *j, const struct record *r) {
  if (!destroyed_any(j->engine->keys->destroyed)) return false;
  const ProtobufCMessage *m = r->body;
  bool found = is_destroyed(j, r->id) || names_destroyed(j, m);
  for (unsigned i = 0; i < m->descriptor->n_fields && !found; i++) {
    const ProtobufCFieldDescriptor *f = &m->descriptor->fields[i];
    if (f->type != PROTOBUF_C_TYPE_MESSAGE || f->label == PROTOBUF_C_LABEL_REPEATED) continue;
    const ProtobufCMessage *part = *(ProtobufCMessage *const *)((const char *)m + f->offset);
    found = part && names_destroyed(j, part);
  }
  return found;
}

static void learn(struct job *j, struct record *r, bool exists, uint64_t version, struct bytes body) {
  r->known = true;
  j->rs.n_unknown--;
  if (!exists) return;
  r->version = version;
  r->body = arena_unpack(&j->arena, r->type, body.data, body.size_bytes);
  if (!r->body)
    j->unreadable = true;
  else if (of_destroyed(j, r) && !(r->destroyed = j->row->erases))
    r->body = NULL; // its version stays: whoever writes or deletes it writes over what is there
}

static uint64_t get_version(const uint8_t *in) {
  uint64_t version = 0;
  for (int i = 0; i < 8; i++) version = version << 8 | in[i];
  return version;
}

static void resolve_cached(struct job *j) {
  if (j->rs.certain) return;
  for (struct record *r = j->rs.first; r; r = r->next) {
    j->guessed |= r->presumed;
    if (r->known) continue;
    size_t size_bytes;
    const uint8_t *value = cache_get(j->engine->records, job_key(j, r->type, r->id), &size_bytes);
    if (!value) continue;
    j->guessed = true;
    learn(j, r, true, get_version(value), (struct bytes){value + 8, size_bytes - 8});
  }
}

bool job_resolve(struct job *j) {
  resolve_cached(j);
  return resolve_rows(j) && !j->unreadable;
}

// One of the reads that are under way for a job; the first one holds the records and keys.
struct read {
  struct store_read store;
  struct record **records;
  struct key_slot **slots;
  size_t n_records;
  struct page *page;
};

static void take_page(struct job *j, struct read *r) {
  struct page *p = r->page;
  p->known = true;
  j->rs.n_unknown--;
  p->more = r->store.n_members > p->limit;
  p->n_members = p->more ? p->limit : r->store.n_members;
  p->members = arena_take(&j->arena, (p->n_members + 1) * sizeof *p->members);
  for (size_t i = 0; i < p->n_members; i++) p->members[i] = arena_text(&j->arena, r->store.members[i]);
}

static void take_values(struct job *j, struct read *r) {
  for (size_t i = 0; i < r->store.n_keys; i++) {
    const struct store_value *v = &r->store.values[i];
    if (i >= r->n_records) {
      job_key_read(j, r->slots[i - r->n_records], v);
      continue;
    }
    struct record *record = r->records[i];
    // The store's memory ends with this call; version and body lie together there, so the cache takes both at once.
    if (v->exists && job_owns(j, record->type))
      cache_put(j->engine->records, r->store.keys[i], v->body.data - 8, v->body.size_bytes + 8);
    learn(j, record, v->exists, v->version, v->body);
  }
}

static void on_read(struct store_read *store, enum store_result result) {
  struct read *r = (struct read *)store;
  struct job *j = store->owner;
  if (result == STORE_DONE) {
    take_values(j, r);
    if (r->page) take_page(j, r);
  }
  j->read_failed |= result != STORE_DONE;
  if (--j->reads_pending == 0) job_read_done(j);
}

static void submit(struct job *j, struct read *r) {
  r->store.owner = j;
  r->store.done = on_read;
  j->reads_pending++;
  j->engine->store->ops->read(j->engine->store, &r->store);
}

// --- the audit

struct trail_read {
  struct job *job;
  struct trail *trail;
};

static bool names(const AuditEntry *e, const char *subject) {
  for (size_t i = 0; i < e->n_subjects; i++)
    if (!strcmp(e->subjects[i], subject)) return true;
  return false;
}

// Keeps the entry if it is about the subject. Most are not, and are not unpacked.
static void take_entry(struct job *j, struct trail *t, struct bytes packed) {
  if (!memmem(packed.data, packed.size_bytes, t->subject, strlen(t->subject))) return;
  const AuditEntry *e = arena_unpack(&j->arena, &audit_entry__descriptor, packed.data, packed.size_bytes);
  if (!e) log_line(LOG_ERROR, "audit_entry_unreadable", "area", j->m.area->id, NULL);
  if (!e || !names(e, t->subject)) return;
  if (!(t->n_entries & (t->n_entries - 1))) { // the room, a power of two, is full
    const AuditEntry **longer = arena_take(&j->arena, (2 * t->n_entries + 1) * sizeof *longer);
    if (t->n_entries) memcpy(longer, t->entries, t->n_entries * sizeof *longer);
    t->entries = longer;
  }
  t->entries[t->n_entries++] = e;
}

// A part that ends where it began is not gone on from: only somebody who meddles can have made so many entries with the
// same sequence.
static void on_trail(void *context, enum store_result result, const struct store_entry *entries, size_t n) {
  const struct trail_read *r = context;
  struct job *j = r->job;
  struct trail *t = r->trail;
  for (size_t i = 0; result == STORE_DONE && i < n; i++)
    for (struct bytes list = entries[i].list, entry; audit_next(&list, &entry);) take_entry(j, t, entry);
  if (n) t->last = entries[n - 1].last;
  t->more = n == t->limit && t->last > t->after;
  t->known = true;
  j->rs.n_unknown--;
  j->read_failed |= result != STORE_DONE;
  if (--j->reads_pending == 0) job_read_done(j);
}

static void read_trails(struct job *j) {
  struct store *store = j->engine->store;
  for (struct trail *t = j->rs.trails; t; t = t->next) {
    if (t->known) continue;
    struct trail_read *r = arena_take(&j->arena, sizeof *r);
    *r = (struct trail_read){j, t};
    j->reads_pending++;
    store->ops->audit(store, j->m.area->id, t->after, t->limit, on_trail, r);
  }
}

static struct read *read_values(struct job *j) {
  size_t n = j->rs.n_unknown + job_keys_wanted(j);
  struct read *r = arena_take(&j->arena, sizeof *r);
  r->records = arena_take(&j->arena, (n + 1) * sizeof *r->records);
  r->slots = arena_take(&j->arena, (n + 1) * sizeof *r->slots);
  r->store.keys = arena_take(&j->arena, (n + 1) * sizeof *r->store.keys);
  r->store.values = arena_take(&j->arena, (n + 1) * sizeof *r->store.values);
  for (struct record *record = j->rs.first; record; record = record->next) {
    if (record->known) continue;
    r->records[r->n_records++] = record;
    r->store.keys[r->store.n_keys++] = job_key(j, record->type, record->id);
  }
  for (struct key_slot *s = j->keys; s; s = s->next) {
    if (s->state != KEY_WANTED) continue;
    r->slots[r->store.n_keys - r->n_records] = s;
    r->store.keys[r->store.n_keys++] = job_key_record(j, s);
  }
  return r;
}

bool job_read_missing(struct job *j) {
  if (!j->rs.n_unknown && !job_keys_wanted(j)) return false;
  struct read *values = read_values(j);
  j->reads_pending = 1; // holds the job until all reads are submitted
  if (values->store.n_keys) submit(j, values);
  for (struct page *p = j->rs.pages; p; p = p->next) {
    if (p->known) continue;
    struct read *r = arena_take(&j->arena, sizeof *r);
    r->page = p;
    r->store = (struct store_read){.area = j->m.area->id, .index = p->index, .after = p->after, .limit = p->limit + 1};
    submit(j, r);
  }
  read_trails(j);
  j->reads_pending--;
  return true;
}
