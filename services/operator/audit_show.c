// Who did what to whose record. Asking is itself a look at somebody's record, and goes to the audit first.
#include "audit_command.h"
#include "audit_read.h"
#include "keys.h"
#include "rfc3339.h"
#include "text.h"
#include <inttypes.h>
#include <pwd.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

bool audit_answers(const struct audit_question *q, const AuditEntry *e) {
  bool named = !q->crn;
  for (size_t i = 0; i < e->n_subjects && !named; i++) named = !strcmp(e->subjects[i], q->crn);
  return named && (!q->actor || !strcmp(q->actor, e->actor)) && e->at_ms >= q->since_ms;
}

static const char *word(const ProtobufCEnumDescriptor *of, int value) {
  const ProtobufCEnumValue *v = protobuf_c_enum_descriptor_get_value(of, value);
  return v ? v->name : "?";
}

void audit_write_line(FILE *out, const char *area, uint64_t sequence, const AuditEntry *e) {
  char at[RFC3339_BYTES], correlation[2 * 16 + 1] = "";
  rfc3339_write(e->at_ms / 1000, (int32_t)(e->at_ms % 1000) * 1000000, at);
  if (e->correlation_id.len <= 16) text_hex(e->correlation_id.data, e->correlation_id.len, correlation);
  fprintf(out, "%s %s/%" PRIu64 " %s", at, area, sequence, e->actor);
  for (size_t i = 0; i < e->n_roles; i++) fprintf(out, "%s%s", i ? "," : " as ", word(&role__descriptor, e->roles[i]));
  fprintf(out, " %s %s", word(&operation__descriptor, e->operation), e->message);
  for (size_t i = 0; i < e->n_subjects; i++) fprintf(out, "%s%s", i ? "," : " of ", e->subjects[i]);
  for (size_t i = 0; i < e->n_partitions; i++)
    fprintf(out, "%s%s", i ? "," : " open ", word(&partition__descriptor, e->partitions[i]));
  if (*e->recipient) fprintf(out, " to %s", e->recipient);
  if (*e->purpose) fprintf(out, " for %s", e->purpose);
  fprintf(out, ": %s (%s %s)", word(&code__descriptor, e->outcome), e->service, correlation);
}

// --- asking

// The name under which somebody is logged in on this machine.
static const char *who(struct arena *a) {
  const struct passwd *user = getpwuid(getuid());
  return user ? arena_text(a, user->pw_name) : arena_printf(a, "uid %u", (unsigned)getuid());
}

static struct bytes packed(struct arena *a, AuditEntry *entry) {
  AuditList list = AUDIT_LIST__INIT;
  list.n_entries = 1;
  list.entries = &entry;
  size_t size_bytes = audit_list__get_packed_size(&list);
  uint8_t *bytes = arena_take(a, size_bytes);
  audit_list__pack(&list, bytes);
  return (struct bytes){bytes, size_bytes};
}

// Whoever asks what somebody did asks for no one person's record: the entry then names who was asked about.
static bool write_down(struct sync *s, struct arena *a, const struct audit_question *q, const uint8_t key[32],
                       const char *area) {
  uint8_t room[AUDIT_HASH_BYTES] = {0}, correlation[16];
  char *subject = (char *)(q->crn ? q->crn : q->actor);
  AuditEntry entry = AUDIT_ENTRY__INIT;
  randombytes_buf(correlation, sizeof correlation);
  entry.at_ms = (int64_t)time(NULL) * 1000;
  entry.actor = (char *)(q->asker ? q->asker : who(a));
  entry.operation = OPERATION__CONSULTATION;
  entry.message = "audit show";
  entry.n_subjects = 1;
  entry.subjects = &subject;
  entry.correlation_id = (ProtobufCBinaryData){sizeof correlation, correlation};
  entry.service = "operator";
  entry.mac = (ProtobufCBinaryData){sizeof room, room};
  struct store_change change = {.area = area, .n_audit = 1, .audit = packed(a, &entry)};
  audit_seal(key, area, change.audit);
  return sync_commit(s, &change) == STORE_DONE;
}

// --- going through the entries

enum {
  LIST_BYTES = 128 << 20 // unpacked: a batch of entries, each of which may name a page of people
};

struct showing {
  const struct audit_question *q;
  const char *area;
  struct arena arena;
  size_t n;
};

static void show_entry(struct showing *w, uint64_t sequence, const AuditEntry *e) {
  audit_write_line(stdout, w->area, sequence, e);
  putchar('\n');
  w->n++;
}

static void on_entry(void *context, const struct store_entry *entry) {
  struct showing *w = context;
  arena_reset(&w->arena);
  const AuditList *list = arena_unpack(&w->arena, &audit_list__descriptor, entry->list.data, entry->list.size_bytes);
  if (!list) fprintf(stderr, "%s: the list at %" PRIu64 " cannot be read: verify\n", w->area, entry->last);
  for (size_t i = 0; list && i < list->n_entries; i++)
    if (audit_answers(w->q, list->entries[i])) show_entry(w, entry->last + 1 - list->n_entries + i, list->entries[i]);
}

// --- showing

static bool show_area(struct sync *s, const struct audit_question *q, const char *area) {
  uint8_t key[32];
  char errors[512];
  if (keys_read_secret(s->config.keys, "operator", "audit", key, errors, sizeof errors)) {
    fprintf(stderr, "alongside: %s\n", errors);
    return false;
  }
  struct showing w = {.q = q, .area = area};
  arena_init(&w.arena, LIST_BYTES);
  bool done = write_down(s, &w.arena, q, key, area) && audit_read(s, area, 0, on_entry, &w);
  arena_deinit(&w.arena);
  if (done)
    fprintf(stderr, "%s: %zu entries\n", area, w.n);
  else
    fprintf(stderr, "alongside: %s: the store stopped answering for the audit\n", area);
  return done;
}

int audit_show(struct sync *s, const struct audit_question *q) {
  const Areas *areas = s->config.areas;
  bool fine = true;
  for (size_t i = 0; fine && i < areas->n_areas; i++)
    if (!q->area || !strcmp(q->area, areas->areas[i]->id)) fine = show_area(s, q, areas->areas[i]->id);
  return fine ? 0 : 1;
}
