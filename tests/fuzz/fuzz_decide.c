// links: intake matching reminders courier mentoring safeguarding cmocka
//
// Any bytes, unpacked as any command and decided on in an empty world: nothing crashes, and the answer is a refusal
// with a reason or a change that can be packed. The first two bytes choose the service and the command.
#include "config.h"
#include "decision.h"
#include <stdlib.h>

extern const struct service intake, matching, reminders, courier, mentoring, safeguarding;
static const struct service *const services[] = {&intake, &matching, &reminders, &courier, &mentoring, &safeguarding};
enum {
  SERVICES = sizeof services / sizeof *services
};

// Read once: the pathways and wordings of this folder.
static const void *settings_of(size_t service) {
  static const void *settings[SERVICES];
  static const struct config config = {.pathways = "config/pathways", .public_url = "http://localhost"};
  char errors[512] = "";
  if (settings[service] || !services[service]->load) return settings[service];
  if (services[service]->load(&config, &settings[service], errors, sizeof errors)) abort();
  return settings[service];
}

static const struct row *command_of(const struct service *service, uint8_t choice) {
  size_t n = 0;
  for (const struct row *row = service->rows; row->body || row->timer; row++) n += row->kind == ROW_COMMAND;
  choice = n ? choice % n : 0;
  for (const struct row *row = service->rows; row->body || row->timer; row++)
    if (row->kind == ROW_COMMAND && !choice--) return row;
  return NULL;
}

static void check_packs(struct arena *a, const ProtobufCMessage *m) {
  size_t size_bytes = protobuf_c_message_get_packed_size(m);
  uint8_t *bytes = arena_take(a, size_bytes + 1);
  if (protobuf_c_message_pack(m, bytes) != size_bytes) abort();
  if (!arena_unpack(a, m->descriptor, bytes, size_bytes)) abort();
}

static void check(struct arena *a, const struct change *c) {
  if (c->problem) {
    if (c->problem->code == CODE__OK || !*c->problem->why) abort();
    check_packs(a, &c->problem->base);
    return;
  }
  if (c->reply) check_packs(a, c->reply); // a command may have nothing to say
  for (const struct change_record *r = c->records; r; r = r->next) check_packs(a, r->body);
  for (const struct change_event *e = c->events; e; e = e->next) check_packs(a, e->body);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size_bytes) {
  if (size_bytes < 2) return 0;
  size_t service = data[0] % SERVICES;
  const struct row *row = command_of(services[service], data[1]);
  struct decision d;
  decision_begin(&d, services[service], settings_of(service));
  const void *body = row ? arena_unpack(&d.arena, row->body, data + 2, size_bytes - 2) : NULL;
  if (body) {
    decision_as(&d, "N07A123", access_senders(access_find(row->body)));
    struct change c = decided(&d, body);
    check(&d.arena, &c);
  }
  decision_end(&d);
  return 0;
}
