#include "audit.h"
#include "job.h"
#include "text.h"
#include <assert.h>
#include <string.h>

char *job_event_place(struct arena *a, const char *type, const uint8_t *correlation, size_t correlation_bytes) {
  char hex[33] = "";
  if (correlation_bytes <= 16) text_hex(correlation, correlation_bytes, hex);
  return arena_printf(a, "event/%s/%s", type, hex);
}

char *job_key(struct job *j, const ProtobufCMessageDescriptor *type, const char *id) {
  size_t area = strlen(j->m.area->id), kind = strlen(type->short_name), name = strlen(id);
  char *key = arena_take(&j->arena, area + kind + name + 5), *at = key;
  *at++ = '{';
  at = (char *)memcpy(at, j->m.area->id, area) + area;
  *at++ = '}';
  *at++ = ':';
  at = (char *)memcpy(at, type->short_name, kind) + kind;
  *at++ = ':';
  memcpy(at, id, name);
  return key;
}

static void put_version(uint8_t *out, uint64_t version) {
  for (int i = 0; i < 8; i++) out[i] = (uint8_t)(version >> (56 - 8 * i));
}

static const struct change_record *written(const struct change *c, const struct record *r) {
  for (const struct change_record *w = c->records; w; w = w->next)
    if (w->body->descriptor == r->type && strcmp(w->id, r->id) == 0) return w;
  return NULL;
}

bool job_owns(const struct job *j, const ProtobufCMessageDescriptor *type) {
  for (const ProtobufCMessageDescriptor *const *t = j->engine->service->owns; t && *t; t++)
    if (*t == type) return true;
  return false;
}

static bool erased(const struct change *c, const struct record *r) {
  for (const struct change_erasure *e = c->erasures; e; e = e->next)
    if (e->type == r->type && strcmp(e->id, r->id) == 0) return true;
  return false;
}

static void pack_record(struct job *j, struct store_record *out, const struct record *r) {
  *out = (struct store_record){.key = job_key(j, r->type, r->id), .seen_version = r->version};
  if (erased(&j->change, r)) {
    assert((job_owns(j, r->type) || r->type == &data_key__descriptor) && "a service deletes only what it owns");
    out->then = STORE_DELETE;
    return;
  }
  const struct change_record *w = written(&j->change, r);
  if (!w) return;
  assert(job_owns(j, r->type) && "a service writes only records that it owns");
  char *place = arena_printf(&j->arena, "%s/%s", r->type->short_name, r->id);
  out->then = STORE_PUT;
  out->value = job_pack_sealed(j, (ProtobufCMessage *)w->body, w->subject, place, r->version + 1, 8);
  put_version((uint8_t *)out->value.data, r->version + 1);
}

static void pack_made_keys(struct job *j) {
  for (struct key_slot *s = j->keys; s; s = s->next) {
    if (s->state != KEY_MADE) continue;
    struct bytes value = job_pack_sealed(j, &s->wrapped->base, NULL, NULL, 1, 8);
    put_version((uint8_t *)value.data, 1);
    j->commit.records[j->commit.n_records++] =
        (struct store_record){.key = job_key_record(j, s), .then = STORE_PUT, .value = value};
  }
}

static void pack_cursor(struct job *j) {
  uint8_t *value = arena_take(&j->arena, 8);
  put_version(value, j->sequence);
  j->commit.records[j->commit.n_records++] =
      (struct store_record){.key = engine_cursor_key(&j->arena, j->m.area->id, j->engine->service->name),
                            .seen_version = j->seen,
                            .then = STORE_PUT,
                            .value = {value, 8}};
}

static void pack_records(struct job *j) {
  size_t n = 1;
  for (struct record *r = j->rs.first; r; r = r->next) n++;
  for (struct key_slot *s = j->keys; s; s = s->next) n++;
  j->commit.records = arena_take(&j->arena, n * sizeof *j->commit.records);
  size_t n_written = 0;
  for (struct record *r = j->rs.first; r; r = r->next) {
    struct store_record *out = &j->commit.records[j->commit.n_records++];
    pack_record(j, out, r);
    n_written += out->then == STORE_PUT;
  }
  for (struct change_record *w = j->change.records; w; w = w->next) n_written--;
  assert(n_written == 0 && "each record that is written was wanted, and is written once");
}

// Appends a message as element of a repeated field 1: tag, length, bytes.
static void append(struct arena *a, struct bytes *list, const ProtobufCMessage *m) {
  size_t size_bytes = protobuf_c_message_get_packed_size(m), length = size_bytes;
  uint8_t *out = arena_take(a, list->size_bytes + 11 + size_bytes);
  if (list->size_bytes) memcpy(out, list->data, list->size_bytes);
  uint8_t *at = out + list->size_bytes;
  *at++ = 0x0a;
  for (; length > 127; length >>= 7) *at++ = (uint8_t)(length | 128);
  *at++ = (uint8_t)length;
  protobuf_c_message_pack(m, at);
  *list = (struct bytes){out, (size_t)(at - out) + size_bytes};
}

static char *who(struct job *j) {
  return j->m.actor ? j->m.actor->id : (char *)j->engine->service->name;
}

static void pack_events(struct job *j) {
  for (struct change_event *e = j->change.events; e; e = e->next) {
    const char *type = e->body->descriptor->short_name;
    char *place = job_event_place(&j->arena, type, j->correlation, j->correlation_bytes);
    struct bytes body = job_pack_sealed(j, (ProtobufCMessage *)e->body, e->subject, place, 0, 0);
    Event event = EVENT__INIT;
    event.type = (char *)type;
    event.at_ms = j->m.now.ms;
    event.correlation_id = (ProtobufCBinaryData){j->correlation_bytes, j->correlation};
    event.actor = who(j);
    event.body = (ProtobufCBinaryData){body.size_bytes, (uint8_t *)body.data};
    append(&j->arena, &j->commit.events, &event.base);
    j->commit.n_events++;
  }
}

// The classes of fields whose keys this message had.
static size_t open_partitions(const struct job *j, Partition out[KEYS_PARTITIONS]) {
  bool open[KEYS_PARTITIONS] = {false};
  size_t n = 0;
  for (struct key_slot *s = j->keys; s; s = s->next)
    open[s->partition] |= s->state == KEY_FOUND || s->state == KEY_MADE;
  for (int p = 1; p < KEYS_PARTITIONS; p++)
    if (open[p]) out[n++] = (Partition)p;
  return n;
}

// What the audit says became of it.
static Code outcome_of(const struct job *j) {
  if (j->denied) return CODE__FORBIDDEN;
  return j->change.problem ? j->change.problem->code : CODE__OK;
}

static Operation operation_of(const struct job *j) {
  if (j->m.check_only) return OPERATION__CONSULTATION;
  Operation operation = j->m.access ? j->m.access->operation : j->row->operation;
  return operation ? operation : OPERATION__ALTERATION;
}

// Who did what to whose record: nothing that touches somebody's record is committed without it, a read included.
static void pack_audit(struct job *j) {
  uint8_t room[AUDIT_HASH_BYTES] = {0};
  Partition partitions[KEYS_PARTITIONS];
  size_t n = 0;
  for (struct change_subject *s = j->change.subjects; s; s = s->next) n++;
  if (!n) return;
  AuditEntry entry = AUDIT_ENTRY__INIT;
  entry.subjects = arena_take(&j->arena, n * sizeof *entry.subjects);
  for (struct change_subject *s = j->change.subjects; s; s = s->next)
    entry.subjects[entry.n_subjects++] = (char *)s->subject;
  entry.at_ms = j->m.now.ms;
  entry.actor = who(j);
  entry.n_roles = j->m.actor ? j->m.actor->n_roles : 0;
  entry.roles = j->m.actor ? j->m.actor->roles : NULL;
  entry.operation = operation_of(j);
  entry.message = (char *)j->m.type;
  entry.correlation_id = (ProtobufCBinaryData){j->correlation_bytes, j->correlation};
  entry.service = (char *)j->engine->service->name;
  entry.n_partitions = open_partitions(j, partitions);
  entry.partitions = partitions;
  entry.outcome = outcome_of(j);
  if (j->purpose) entry.purpose = j->purpose;
  if (j->change.recipient) entry.recipient = (char *)j->change.recipient;
  entry.mac = (ProtobufCBinaryData){sizeof room, room};
  append(&j->arena, &j->commit.audit, &entry.base);
  audit_seal(j->engine->keys->audit, j->m.area->id, j->commit.audit);
  j->commit.n_audit = 1;
}

static bool sets_timer(const struct change *c, const char *name) {
  for (const struct change_timer *t = c->timers; t; t = t->next)
    if (strcmp(t->name, name) == 0) return true;
  return false;
}

static void pack_timers(struct job *j) {
  size_t n = 1;
  for (struct change_timer *t = j->change.timers; t; t = t->next) n++;
  j->commit.timers = arena_take(&j->arena, n * sizeof *j->commit.timers);
  for (struct change_timer *t = j->change.timers; t; t = t->next)
    j->commit.timers[j->commit.n_timers++] = (struct store_timer){t->name, t->due_at_ms};
  if (j->timer_name && !sets_timer(&j->change, j->timer_name))
    j->commit.timers[j->commit.n_timers++] = (struct store_timer){j->timer_name, 0};
}

static void pack_indexes(struct job *j) {
  size_t n = 0;
  for (struct change_index *i = j->change.indexes; i; i = i->next) n++;
  j->commit.indexes = n ? arena_take(&j->arena, n * sizeof *j->commit.indexes) : NULL;
  for (struct change_index *i = j->change.indexes; i; i = i->next)
    j->commit.indexes[j->commit.n_indexes++] = (struct store_index){i->index, i->member, i->remove};
}

bool job_pack_change(struct job *j) {
  const struct change *c = &j->change;
  j->commit = (struct store_change){.area = j->m.area->id, .owner = j};
  if (!c->records && !c->erasures && !c->events && !c->timers && !c->indexes && !c->subjects && !j->timer_name)
    return false;
  pack_records(j);
  pack_events(j);
  pack_made_keys(j);
  if (j->done) pack_cursor(j);
  pack_audit(j);
  pack_timers(j);
  pack_indexes(j);
  return true;
}

// What has just been made is not remembered: most of it, sessions, is not looked at again for a while, and would push
// out the people and engagements that every session needs.
void job_remember(struct job *j) {
  const struct store_record *out = j->commit.records; // first those that were wanted, in the same order
  for (const struct record *r = j->rs.first; r && out; r = r->next, out++) {
    if (out->then == STORE_PUT && out->seen_version)
      cache_put(j->engine->records, out->key, out->value.data, out->value.size_bytes);
    if (out->then != STORE_DELETE) continue;
    cache_drop(j->engine->records, out->key);
    cache_drop(j->engine->data_keys, out->key);
  }
  job_keep_made_keys(j);
}

void job_forget(struct job *j) {
  for (size_t i = 0; i < j->commit.n_records; i++) cache_drop(j->engine->records, j->commit.records[i].key);
  for (struct key_slot *s = j->keys; s; s = s->next) cache_drop(j->engine->data_keys, job_key_record(j, s));
}
