#include "destroyed.h"
#include "job.h"
#include "log.h"
#include "masters.h"
#include <assert.h>
#include <sodium.h>
#include <string.h>

char *job_key_record(struct job *j, const struct key_slot *slot) {
  return job_key(j, &data_key__descriptor, arena_printf(&j->arena, "%s/%d", slot->subject, slot->partition));
}

static struct key_slot *slot_find(const struct job *j, const char *subject, Partition p) {
  for (struct key_slot *s = j->keys; s; s = s->next)
    if (s->partition == p && strcmp(s->subject, subject) == 0) return s;
  return NULL;
}

// The slot of that key, new ones filled from the cache where it has them.
static struct key_slot *slot_want(struct job *j, const char *subject, Partition p) {
  struct key_slot *s = slot_find(j, subject, p);
  if (s) return s;
  s = arena_take(&j->arena, sizeof *s);
  *s = (struct key_slot){.subject = arena_text(&j->arena, subject), .partition = p, .next = j->keys};
  j->keys = s;
  if (destroyed_has(j->engine->keys->destroyed, j->m.area->id, subject)) {
    s->state = KEY_UNUSABLE;
    return s;
  }
  size_t size_bytes;
  const uint8_t *known = cache_get(j->engine->data_keys, job_key_record(j, s), &size_bytes);
  if (known) {
    memcpy(s->key.key, known, sizeof s->key.key);
    s->state = KEY_FOUND;
  }
  return s;
}

static bool opens(const struct job *j, Partition p) {
  return (unsigned)p > 0 && (unsigned)p < (unsigned)KEYS_PARTITIONS && j->engine->keys->has_master[p];
}

static bool visit_to_want(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  (void)confidential;
  struct job *j = context;
  if (*seal && opens(j, (*seal)->partition) && (*seal)->partition == p) slot_want(j, (*seal)->subject, p);
  return true;
}

bool job_want_keys_to_open(struct job *j) {
  if (j->body && !j->opened) seal_walk(j->body, visit_to_want, j);
  for (struct record *r = j->opened ? j->opened->next : j->rs.first; r; r = r->next)
    if (r->body && !r->closed) seal_walk((ProtobufCMessage *)r->body, visit_to_want, j);
  return job_keys_wanted(j) > 0;
}

unsigned job_keys_wanted(const struct job *j) {
  unsigned n = 0;
  for (const struct key_slot *s = j->keys; s; s = s->next) n += s->state == KEY_WANTED;
  return n;
}

void job_key_read(struct job *j, struct key_slot *slot, const struct store_value *value) {
  slot->state = KEY_ABSENT;
  if (!value->exists) return;
  const DataKey *wrapped = arena_unpack(&j->arena, &data_key__descriptor, value->body.data, value->body.size_bytes);
  if (!wrapped || !keys_unwrap(j->engine->keys, slot->subject, slot->partition, wrapped, &slot->key)) {
    log_line(LOG_ERROR, "data_key_unusable", "area", j->m.area->id, "type", j->m.type, NULL);
    slot->state = KEY_UNUSABLE;
    return;
  }
  slot->state = KEY_FOUND;
  cache_put(j->engine->data_keys, job_key_record(j, slot), slot->key.key, sizeof slot->key.key);
}

struct opening {
  struct job *job;
  const char *place;
  uint64_t version;
};

static bool visit_to_open(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  struct opening *o = context;
  if (!*seal) return true;
  const struct key_slot *slot = slot_find(o->job, (*seal)->subject, p);
  if (!slot || slot->state != KEY_FOUND) return true;
  if (!seal_open(confidential, seal, &slot->key, o->place, o->version, &o->job->arena))
    log_line(LOG_ERROR, "seal_not_authentic", "area", o->job->m.area->id, "type", o->job->m.type, NULL);
  return true;
}

void job_open(struct job *j) {
  if (j->body && !j->opened && j->row->kind == ROW_EVENT) {
    char *place = job_event_place(&j->arena, j->m.type, j->correlation, j->correlation_bytes);
    seal_walk(j->body, visit_to_open, &(struct opening){j, place, 0});
  }
  for (struct record *r = j->opened ? j->opened->next : j->rs.first; r && r->known; r = r->next) {
    j->opened = r;
    if (!r->body || r->closed || !seal_concerns(r->type)) continue;
    char *place = arena_printf(&j->arena, "%s/%s", r->type->short_name, r->id);
    seal_walk((ProtobufCMessage *)r->body, visit_to_open, &(struct opening){j, place, r->version});
  }
}

struct sealing {
  struct job *job;
  const char *subject, *place;
  uint64_t version;
  struct kept {
    ProtobufCMessage *message;
    void *content;
    struct kept *next;
  } * kept;
};

static bool visit_to_need(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  struct sealing *s = context;
  if (*seal || !s->subject || !opens(s->job, p)) {
    log_line(LOG_ERROR, "cannot_seal", "type", s->job->m.type, "part", confidential->descriptor->short_name, NULL);
    return false;
  }
  return slot_want(s->job, s->subject, p)->state != KEY_UNUSABLE;
}

static bool need(struct job *j, const ProtobufCMessage *m, const char *subject) {
  struct sealing s = {.job = j, .subject = subject};
  return !seal_concerns(m->descriptor) || seal_walk((ProtobufCMessage *)m, visit_to_need, &s);
}

bool job_want_keys_to_seal(struct job *j) {
  for (struct change_record *r = j->change.records; r; r = r->next)
    if (!need(j, r->body, r->subject)) return false;
  for (struct change_event *e = j->change.events; e; e = e->next)
    if (!need(j, e->body, e->subject)) return false;
  return true;
}

static void make_key(struct job *j, struct key_slot *slot) {
  slot->wrapped = arena_take(&j->arena, sizeof *slot->wrapped);
  data_key__init(slot->wrapped);
  seal_new_key(j->engine->keys->master[slot->partition], slot->subject, slot->partition, &slot->key, slot->wrapped,
               &j->arena);
  slot->state = KEY_MADE;
}

static bool visit_to_seal(void *context, ProtobufCMessage *confidential, Partition p, Seal **seal) {
  struct sealing *s = context;
  struct key_slot *slot = slot_find(s->job, s->subject, p);
  assert(slot && slot->state != KEY_WANTED && slot->state != KEY_UNUSABLE);
  if (slot->state == KEY_ABSENT) make_key(s->job, slot);
  struct kept *k = arena_take(&s->job->arena, sizeof *k);
  size_t size_bytes = confidential->descriptor->sizeof_message;
  *k = (struct kept){confidential, arena_copy(&s->job->arena, confidential, size_bytes), s->kept};
  s->kept = k;
  seal_close(confidential, seal, &slot->key, s->subject, p, s->place, s->version, &s->job->arena);
  return true;
}

struct bytes job_pack_sealed(struct job *j, ProtobufCMessage *m, const char *subject, const char *place,
                             uint64_t version, size_t headroom) {
  struct sealing s = {.job = j, .subject = subject, .place = place, .version = version};
  if (seal_concerns(m->descriptor)) seal_walk(m, visit_to_seal, &s);
  size_t size_bytes = protobuf_c_message_get_packed_size(m);
  uint8_t *out = arena_take(&j->arena, headroom + size_bytes);
  protobuf_c_message_pack(m, out + headroom);
  for (struct kept *k = s.kept; k; k = k->next) memcpy(k->message, k->content, k->message->descriptor->sizeof_message);
  return (struct bytes){out, headroom + size_bytes};
}

void job_keep_made_keys(struct job *j) {
  for (struct key_slot *s = j->keys; s; s = s->next)
    if (s->state == KEY_MADE) cache_put(j->engine->data_keys, job_key_record(j, s), s->key.key, sizeof s->key.key);
}
